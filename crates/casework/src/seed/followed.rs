//! What people did about the children of the list before the demo begins: by the use cases themselves, in the name of
//! whoever was at the desk, at that moment; and what they put on the record, for the year to be told in order.

use jiff::civil::Date;
use rules::access::{Action, Actor};
use rules::plan::Plan;

use super::{Fact, Seeding};
use crate::cases;
use crate::db::{DbError, Tx};
use crate::desk::{Desk, SignedIn};
use crate::keys::Keys;
use crate::now::{Now, moment};
use crate::params;
use crate::refused::Refused;

/// A child that stands on 疑似辍学学生台账, with where it belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedSuspect {
    /// The row.
    pub id: String,
    /// The child.
    pub child: String,
    /// The day on which it came onto the list.
    pub since: Date,
    /// Its class.
    pub class: String,
    /// Its school.
    pub school: String,
    /// Its township.
    pub township: String,
}

/// Who stands on the list because of the register, the longest first.
///
/// # Errors
/// Whatever the storage says.
pub fn suspects(tx: &mut Tx<'_>, county: &str) -> Result<Vec<SeedSuspect>, DbError> {
    tx.query(
        "select suspected.id, child.id, suspected.since_day, child.class, child.school, child.township
         from suspected join child on child.county = suspected.county and child.id = suspected.child
         where suspected.county = $1 and suspected.cleared_at is null and child.class is not null
           and child.school is not null and child.township is not null
         order by suspected.since_day, child.spelling, child.birth, suspected.id",
        &params![county],
        |row| {
            Ok(SeedSuspect {
                id: row.get(0)?,
                child: row.get(1)?,
                since: row.get(2)?,
                class: row.get(3)?,
                school: row.get(4)?,
                township: row.get(5)?,
            })
        },
    )
}

/// Whether a row still stands on the list: a leave, an evening's call or a return may have taken it off meanwhile.
///
/// # Errors
/// Whatever the storage says.
pub fn is_listed(tx: &mut Tx<'_>, county: &str, suspected: &str) -> Result<bool, DbError> {
    let found = tx.optional(
        "select 1 from suspected where county = $1 and id = $2 and cleared_at is null",
        &params![county, suspected],
        |row| row.get::<i64>(0),
    )?;
    Ok(found.is_some())
}

/// The report about a row of the list; `None` where nobody has reported it.
///
/// # Errors
/// Whatever the storage says.
pub fn report_of(tx: &mut Tx<'_>, county: &str, suspected: &str) -> Result<Option<String>, DbError> {
    let found = tx.query(
        "select id from report where county = $1 and suspected = $2 order by id limit 1",
        &params![county, suspected],
        |row| row.get(0),
    )?;
    Ok(found.into_iter().next())
}

/// What the program did in a night with the open case of a child: proof, look, relapse.
///
/// # Errors
/// Whatever the rules or the storage say.
pub fn followed_case(
    tx: &mut Tx<'_>,
    (keys, plan, now): (&Keys, &Plan, &Now),
    county: &str,
    child: &str,
) -> Result<(), Refused> {
    let open = tx.query(
        "select id from child_case where county = $1 and child = $2 and ended_at is null order by id",
        &params![county, child],
        |row| row.get::<String>(0),
    )?;
    let who = SignedIn { actor: crate::jobs::program(county), confirmed: None };
    let mut desk = Desk { tx, who: &who, now, keys, plan };
    for id in open {
        cases::follow(&mut desk, &id)?;
    }
    Ok(())
}

/// A pupil of the county, and where it belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedPupil {
    /// The child.
    pub child: String,
    /// Its school.
    pub school: String,
    /// Its township.
    pub township: String,
}

/// Pupils from the fourth grade up of whom nobody has a case and nothing else is told: the story goes on with them.
///
/// # Errors
/// Whatever the storage says.
pub fn pupils(tx: &mut Tx<'_>, county: &str) -> Result<Vec<SeedPupil>, DbError> {
    tx.query(
        "select id, school, township from child
         where county = $1 and standing = 'enrolled' and merged_into is null and grade between 4 and 9
           and school is not null and township is not null and class is not null
           and not exists (select 1 from child_case c where c.county = child.county and c.child = child.id)
           and not exists (select 1 from suspected s where s.county = child.county and s.child = child.id)
           and not exists (select 1 from pair p where p.county = child.county and p.child = child.id)
           and not exists (select 1 from finding f where f.county = child.county and f.child = child.id)
         order by spelling, id",
        &params![county],
        |row| Ok(SeedPupil { child: row.get(0)?, school: row.get(1)?, township: row.get(2)? }),
    )
}

/// Does something as `actor` did it at `now`.
///
/// # Errors
/// Whatever the use case refuses.
pub fn acted<T>(
    tx: &mut Tx<'_>,
    (keys, plan, now): (&Keys, &Plan, &Now),
    actor: &Actor,
    act: impl FnOnce(&mut Desk<'_, '_>) -> Result<T, Refused>,
) -> Result<T, Refused> {
    let who = SignedIn { actor: actor.clone(), confirmed: Some(now.timestamp()) };
    act(&mut Desk { tx, who: &who, now, keys, plan })
}

/// What stands on the record and is not sealed yet, taken out: the year puts it there again among everything else, in
/// the order of time.
///
/// # Errors
/// Whatever the storage says.
pub fn told_so_far(tx: &mut Tx<'_>, county: &str) -> Result<Vec<Fact>, DbError> {
    let rows = tx.query(
        "select at, account, action, subject_kind, subject, detail from audit
         where county = $1 and outcome = 'done' order by at, id",
        &params![county],
        |row| {
            let text = |at| row.get::<String>(at);
            Ok((text(0)?, text(1)?, text(2)?, text(3)?, text(4)?, text(5)?))
        },
    )?;
    tx.execute("delete from audit where county = $1", &params![county])?;
    Ok(rows
        .into_iter()
        .filter_map(|(at, by, action, kind, subject, detail)| {
            let kind = ["child", "report", "request", "leave", "class", "unit", "season", "season_batch"]
                .into_iter()
                .find(|own| *own == kind)?;
            Some(Fact {
                at: moment(&at)?,
                by,
                action: Action::from_code(&action)?,
                subject: (kind, subject),
                detail,
            })
        })
        .collect())
}

/// A sheet for each post that passed from one to another: nothing was open at the time.
///
/// # Errors
/// Whatever the storage says.
pub fn handed_over(tx: &mut Tx<'_>, with: &Seeding<'_>, by: &str) -> Result<u64, DbError> {
    let passed = tx.query(
        "select before.account, after.account, before.post, after.made_at
         from tenure before
         join tenure after on after.county = before.county and after.post = before.post
              and after.until_day is null
         where before.county = $1 and before.until_day is not null order by after.made_at, before.id",
        &params![with.county],
        |row| {
            let text = |at| row.get::<String>(at);
            Ok((text(0)?, text(1)?, text(2)?, text(3)?))
        },
    )?;
    for (number, (from, to, post, at)) in passed.iter().enumerate() {
        let reason = ["调离", "轮岗", "退休", "借调期满"].get(number % 4).copied().unwrap_or("调离");
        let id = moment(at).map_or_else(|| with.now.id(), |at| with.now.at_moment(at).id());
        tx.execute(
            "insert into hand_over (county, id, from_account, to_account, post, reason, by_account, made_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            &params![with.county, id, from, to, post, reason, by, at],
        )?;
    }
    Ok(u64::try_from(passed.len()).unwrap_or(u64::MAX))
}
