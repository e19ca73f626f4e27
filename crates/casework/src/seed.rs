//! Rows of a synthetic county. It asks no right and writes no record: only the demo and the tests call it, while the county is empty.

mod cohort;
mod followed;
mod past;
mod registers;
mod ways;
mod years;

use jiff::civil::Date;

use crate::db::{DbError, Tx};
use crate::now::Now;
use crate::params;

pub use cohort::{cohort, townships_of_children};
pub use followed::{SeedPupil, SeedSuspect, acted, followed_case, handed_over, is_listed, pupils};
pub use followed::{report_of, suspects, told_so_far};
pub use past::{
    Fact, SeedAct, SeedActor, SeedImport, SeedSignIn, act, actors, children, facts, import, notice, sign_in,
    tell_unit,
};
pub use registers::{Marked, SeedClass, SeedSheet, classes, counted, marked, rolls_known, sheet};
pub use ways::{SeedWay, small_school, ways};
pub use years::{SeedAbsence, absence, past_class};

/// What rows are written with.
#[derive(Debug, Clone, Copy)]
pub struct Seeding<'a> {
    /// Code of the county.
    pub county: &'a str,
    /// When, and the ids.
    pub now: &'a Now,
}

/// A unit.
#[derive(Debug, Clone, Default)]
pub struct SeedUnit<'a> {
    /// Id.
    pub id: &'a str,
    /// county, township, village, group, bureau, school, class, department, office.
    pub kind: &'a str,
    /// government, education, department.
    pub line: &'a str,
    /// Name.
    pub name: &'a str,
    /// The unit above.
    pub parent: Option<&'a str>,
    /// The township in which it lies.
    pub township: Option<&'a str>,
    /// 行政区划代码, 学校标识码.
    pub code: Option<&'a str>,
    /// Place among its like.
    pub sort: i64,
    /// Of a school: 办学类型 and whether pupils board (0 or 1).
    pub school: Option<(&'a str, i64)>,
    /// Of a class: grade, number, school year.
    pub class: Option<(i64, i64, i64)>,
}

/// A post.
#[derive(Debug, Clone)]
pub struct SeedPost<'a> {
    /// Id.
    pub id: &'a str,
    /// Unit.
    pub unit: &'a str,
    /// Code of the role.
    pub role: &'a str,
    /// Whether it leads its unit.
    pub leads: bool,
    /// Whether it is one of the eight.
    pub chain: bool,
    /// Title.
    pub title: &'a str,
    /// Place among those of the unit.
    pub sort: i64,
}

/// A person with an account.
#[derive(Debug, Clone)]
pub struct SeedAccount<'a> {
    /// Id.
    pub id: &'a str,
    /// User name.
    pub username: &'a str,
    /// Name.
    pub name: &'a str,
    /// Unit that keeps it.
    pub unit: &'a str,
    /// approved, active, disabled.
    pub state: &'a str,
    /// Argon2id, PHC string.
    pub password: Option<&'a str>,
    /// Since when.
    pub since: Date,
}

/// Whether the county has no unit yet.
///
/// # Errors
/// Whatever the storage says.
pub fn is_empty(tx: &mut Tx<'_>, county: &str) -> Result<bool, DbError> {
    let found = tx.optional("select id from unit where county = $1 limit 1", &params![county], |row| {
        row.get::<String>(0)
    })?;
    Ok(found.is_none())
}

/// Writes a unit.
///
/// # Errors
/// Whatever the storage says.
pub fn unit(tx: &mut Tx<'_>, with: &Seeding<'_>, unit: &SeedUnit<'_>, from: Date) -> Result<(), DbError> {
    tx.execute(
        "insert into unit (county, id, kind, line, name, short, parent, township, code, sort, from_day)
         values ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9, $10)",
        &params![
            with.county,
            unit.id,
            unit.kind,
            unit.line,
            unit.name,
            unit.parent,
            unit.township,
            unit.code,
            unit.sort,
            from
        ],
    )?;
    if let Some((kind, boarding)) = unit.school {
        tx.execute(
            "insert into school (county, unit, kind, boarding) values ($1, $2, $3, $4)",
            &params![with.county, unit.id, kind, boarding],
        )?;
    }
    if let Some((grade, number, year)) = unit.class {
        tx.execute(
            "insert into class (county, unit, school, grade, number, school_year) values ($1, $2, $3, $4, $5, $6)",
            &params![with.county, unit.id, unit.parent, grade, number, year],
        )?;
    }
    Ok(())
}

/// Writes a post.
///
/// # Errors
/// Whatever the storage says.
pub fn post(tx: &mut Tx<'_>, with: &Seeding<'_>, post: &SeedPost<'_>) -> Result<(), DbError> {
    tx.execute(
        "insert into post (county, id, unit, role, standing, duty, title, sort)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &params![
            with.county,
            post.id,
            post.unit,
            post.role,
            if post.leads { "leads" } else { "serves" },
            if post.chain { "chain" } else { "staff" },
            post.title,
            post.sort
        ],
    )?;
    Ok(())
}

/// Writes an account.
///
/// # Errors
/// Whatever the storage says.
pub fn account(tx: &mut Tx<'_>, with: &Seeding<'_>, account: &SeedAccount<'_>) -> Result<(), DbError> {
    let since = format!("{}T08:00:00.000+08:00", account.since);
    tx.execute(
        "insert into account (county, id, username, name, initials, unit, state, password, password_at, made_at, made_by,
                              seen_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $10, $9, '', $10)",
        &params![
            with.county,
            account.id,
            account.username,
            account.name,
            linkage::spelling::spelling(account.name).initials,
            account.unit,
            account.state,
            account.password,
            since,
            // A year ago it would be too old by now, and the account locked as unused.
            with.now.stamp()
        ],
    )?;
    Ok(())
}

/// The account of a user name.
///
/// # Errors
/// Whatever the storage says.
pub fn account_of(tx: &mut Tx<'_>, county: &str, username: &str) -> Result<Option<String>, DbError> {
    tx.optional(
        "select id from account where county = $1 and username = $2",
        &params![county, username],
        |row| row.get(0),
    )
}

/// Writes that somebody held, or holds, a post.
///
/// # Errors
/// Whatever the storage says.
pub fn tenure(
    tx: &mut Tx<'_>,
    with: &Seeding<'_>,
    post: &str,
    account: &str,
    (from, until): (Date, Option<Date>),
) -> Result<(), DbError> {
    tx.execute(
        "insert into tenure (county, id, post, account, from_day, until_day, by_account, made_at)
         values ($1, $2, $3, $4, $5, $6, '', $7)",
        &params![
            with.county,
            with.now.id(),
            post,
            account,
            from,
            until,
            format!("{from}T08:00:00.000+08:00")
        ],
    )?;
    Ok(())
}

/// Pairs a child with somebody's account (结对包保).
///
/// # Errors
/// Whatever the storage says.
pub fn pair(tx: &mut Tx<'_>, with: &Seeding<'_>, child: &str, account: &str) -> Result<(), DbError> {
    tx.execute(
        "insert into child_tie (county, unit, tie, child, spelling, standing, group_bits)
         select county, $3, 'paired', id, spelling, standing, group_bits from child where county = $1 and id = $2",
        &params![with.county, child, account],
    )?;
    Ok(())
}

/// Pairs a child with the holder of a post since a day, as the use case does; who is paired already stays.
///
/// # Errors
/// Whatever the storage says.
pub fn paired(
    tx: &mut Tx<'_>,
    with: &Seeding<'_>,
    child: &str,
    (account, post): (&str, &str),
    since: Date,
) -> Result<(), DbError> {
    let (id, from) = (with.now.id(), format!("{since}T09:00:00.000+08:00"));
    let new = tx.execute(
        "insert into pair (county, id, child, account, post, from_at, by_account, ended_why)
         select $1, $2, id, $4, $5, $6, '', '' from child where county = $1 and id = $3
            and not exists (select 1 from pair where pair.county = $1 and pair.child = $3 and pair.ended_at is null)",
        &params![with.county, &id, child, account, post, &from],
    )?;
    if new == 0 { Ok(()) } else { pair(tx, with, child, account) }
}

/// Who is paired with whom: child, account, and the township of the child's household.
///
/// # Errors
/// Whatever the storage says.
pub fn pairs(tx: &mut Tx<'_>, county: &str) -> Result<Vec<(String, String, String)>, DbError> {
    tx.query(
        "select pair.child, pair.account, coalesce(child.township, '') from pair
         join child on child.county = pair.county and child.id = pair.child
         where pair.county = $1 and pair.ended_at is null order by pair.account, child.spelling, child.birth, pair.child",
        &params![county],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )
}

/// Hands a child to a department for help (转请协助).
///
/// # Errors
/// Whatever the storage says.
pub fn share(tx: &mut Tx<'_>, with: &Seeding<'_>, child: &str, unit: &str) -> Result<(), DbError> {
    tx.execute(
        "insert into child_tie (county, unit, tie, child, spelling, standing, group_bits)
         select county, $3, 'shared', id, spelling, standing, group_bits from child where county = $1 and id = $2",
        &params![with.county, child, unit],
    )?;
    Ok(())
}

/// 外出就读 of a child.
#[derive(Debug, Clone)]
pub struct SeedElsewhere<'a> {
    /// Child.
    pub child: &'a str,
    /// School.
    pub school: &'a str,
    /// Place.
    pub place: &'a str,
    /// Kind of the proof; empty for none.
    pub proof: &'a str,
    /// Since when known.
    pub from: Date,
    /// Until when the proof holds.
    pub expires: Option<Date>,
    /// Account that wrote it down.
    pub by: &'a str,
}

/// Writes 外出就读.
///
/// # Errors
/// Whatever the storage says.
pub fn elsewhere(tx: &mut Tx<'_>, with: &Seeding<'_>, one: &SeedElsewhere<'_>) -> Result<(), DbError> {
    tx.execute(
        "insert into elsewhere (county, id, child, school, place, proof, proof_number, from_day, expires_day, by_account,
                                made_at)
         values ($1, $2, $3, $4, $5, $6, '', $7, $8, $9, $10)",
        &params![
            with.county,
            with.now.id(),
            one.child,
            one.school,
            one.place,
            one.proof,
            one.from,
            one.expires,
            one.by,
            format!("{}T09:30:00.000+08:00", one.from)
        ],
    )?;
    Ok(())
}

/// A change of the roll.
#[derive(Debug, Clone)]
pub struct SeedMove<'a> {
    /// Child.
    pub child: &'a str,
    /// Code of [`rules::codes::RollChange`].
    pub kind: &'a str,
    /// waiting or done.
    pub state: &'a str,
    /// The giving school.
    pub from_school: Option<&'a str>,
    /// The receiving school.
    pub to_school: Option<&'a str>,
    /// A school elsewhere.
    pub other_place: &'a str,
    /// From which day it holds.
    pub effective: Date,
    /// Until when, of 休学.
    pub until: Option<Date>,
    /// Why.
    pub reason: &'a str,
    /// When it was asked for.
    pub asked: Date,
    /// When the giving school acted.
    pub released: Option<Date>,
    /// When the receiving school acted.
    pub accepted: Option<Date>,
    /// Account that asked.
    pub by: &'a str,
}

/// Writes a change of the roll.
///
/// # Errors
/// Whatever the storage says.
pub fn roll_move(tx: &mut Tx<'_>, with: &Seeding<'_>, one: &SeedMove<'_>) -> Result<(), DbError> {
    let at = |day: Date| format!("{day}T10:00:00.000+08:00");
    tx.execute(
        "insert into roll_move (county, id, child, kind, state, from_school, to_school, other_place, effective_day,
                                until_day, reason, paper, asked_by, asked_at, from_by, from_at, to_by, to_at, answer)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '', $12, $13, $14, $15, $16, $17, '')",
        &params![
            with.county,
            with.now.id(),
            one.child,
            one.kind,
            one.state,
            one.from_school,
            one.to_school,
            one.other_place,
            one.effective,
            one.until,
            one.reason,
            one.by,
            at(one.asked),
            one.released.map(|_| one.by),
            one.released.map(at),
            one.accepted.map(|_| one.by),
            one.accepted.map(at)
        ],
    )?;
    Ok(())
}

/// Sets a setting of the county.
///
/// # Errors
/// Whatever the storage says.
pub fn setting(tx: &mut Tx<'_>, with: &Seeding<'_>, name: &str, value: &str) -> Result<(), DbError> {
    tx.execute(
        "insert into setting (county, name, value, changed_by, changed_at) values ($1, $2, $3, '', $4)
         on conflict (county, name) do update set value = excluded.value",
        &params![with.county, name, value, with.now.stamp()],
    )?;
    Ok(())
}

/// A campaign that stands already; its id.
///
/// # Errors
/// Whatever the storage says.
pub fn campaign(
    tx: &mut Tx<'_>,
    with: &Seeding<'_>,
    (title, semester, state): (&str, &str, &str),
    from: Date,
) -> Result<String, DbError> {
    let id = with.now.id();
    tx.execute(
        "insert into campaign (county, id, title, semester, state, from_day, by_account, made_at)
         values ($1, $2, $3, $4, $5, $6, '', $7)",
        &params![with.county, &id, title, semester, state, from, format!("{from}T08:30:00.000+08:00")],
    )?;
    Ok(id)
}

/// Decides a finding of a campaign by the row of the list that it came from: (list, data row).
///
/// # Errors
/// Whatever the storage says.
pub fn decided(
    tx: &mut Tx<'_>,
    with: &Seeding<'_>,
    (campaign, kind): (&str, &str),
    (side, row): (&str, i64),
    (decision, by, on): (&str, &str, Date),
) -> Result<(), DbError> {
    let at = format!("{on}T10:00:00.000+08:00");
    let found = tx.optional(
        "select finding.id from finding
         join finding_side side on side.county = finding.county and side.finding = finding.id
         where finding.county = $1 and finding.campaign = $2 and finding.kind = $3 and side.side = $4
           and side.row_number = $5 and finding.state = 'open' limit 1",
        &params![with.county, campaign, kind, side, row],
        |row| row.get::<String>(0),
    )?;
    let Some(finding) = found else { return Ok(()) };
    tx.execute(
        "update finding set state = 'decided', decision = $3, decided_by = $4, decided_at = $5, version = version + 1
         where county = $1 and id = $2",
        &params![with.county, &finding, decision, by, &at],
    )?;
    tx.execute(
        "insert into finding_event (county, id, finding, at, by_account, kind, value)
         values ($1, $2, $3, $4, $5, 'decided', $6)",
        &params![with.county, with.now.id(), &finding, &at, by, decision],
    )?;
    Ok(())
}

/// Hands the first `most` open findings at a place to a unit for checking; `column` is `village` or `school`.
///
/// # Errors
/// Whatever the storage says.
pub fn assigned(
    tx: &mut Tx<'_>,
    with: &Seeding<'_>,
    (campaign, column, unit): (&str, &str, &str),
    (by, due): (&str, Date),
    most: i64,
) -> Result<(), DbError> {
    let column = if column == "school" { "school" } else { "village" };
    let sql = format!(
        "select id from finding where county = $1 and campaign = $2 and {column} = $3 and state = 'open'
           and kind in ('not_on_roll', 'not_in_school', 'poverty_dropout') order by spelling limit $4"
    );
    let found = tx.query(&sql, &params![with.county, campaign, unit, most], |row| row.get::<String>(0))?;
    for finding in found {
        tx.execute(
            "update finding set state = 'assigned', assigned_to = $3, due_day = $4, version = version + 1
             where county = $1 and id = $2",
            &params![with.county, &finding, unit, due],
        )?;
        tx.execute(
            "insert into finding_event (county, id, finding, at, by_account, unit, kind, value)
             values ($1, $2, $3, $4, $5, $6, 'assigned', $7)",
            &params![with.county, with.now.id(), &finding, with.now.stamp(), by, unit, due],
        )?;
    }
    Ok(())
}
