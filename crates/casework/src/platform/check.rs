//! 核对: a platform's own list against what is kept here, in one's own part of the county. Comparing reads only; what it
//! found is stored in a transaction of its own. The same list twice, or next week's, is safe: a difference that was
//! there before is the same difference.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::Date;
use rules::access::{Action, Subject, arms};
use rules::mask;
use rules::plan::Platform;
use rules::standing::Standing;
use rules::twin::{Difference, Settled};

use super::file::{Export, Row};
use crate::db::Value;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;
use crate::scope::Scope;

/// Something that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub(super) kind: Difference,
    pub(super) child: Option<String>,
    pub(super) name: String,
    pub(super) id_masked: String,
    pub(super) here: String,
    pub(super) there: String,
    pub(super) number: String,
    pub(super) same_as: String,
}

/// The last check, and by when the next is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastCheck {
    /// When; empty if there never was one.
    pub at: String,
    /// By whom.
    pub by: String,
    /// Rows of the list.
    pub rows: i64,
    /// Rows that could not be used.
    pub rejected: i64,
    /// Differences found.
    pub differs: i64,
    /// The day until which the next is due.
    pub due: Date,
    /// Whether that day is over.
    pub overdue: bool,
}

/// The unit in whose name the actor checks: that of the first post that reaches children here.
pub(super) fn own_unit<'a>(desk: &Desk<'a, '_>) -> Option<&'a str> {
    arms(desk.actor(), Action::KeepPlatformNumber).first().map(|arm| arm.post.unit.as_str())
}

/// The last check of the actor's unit.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn last_check(desk: &mut Desk<'_, '_>, platform: &str) -> Result<LastCheck, Refused> {
    desk.require(Action::KeepPlatformNumber, &Subject::Nothing, ("platform", ""))?;
    let platform = super::platform(desk, platform)?;
    let today = desk.now.day();
    let found = desk.tx.optional(
        "select c.made_at, coalesce(account.name, ''), c.row_count, c.rejected, c.differs from platform_check c
         left join account on account.county = c.county and account.id = c.by_account
         where c.county = $1 and c.platform = $2 and c.unit = $3 order by c.made_at desc, c.id desc limit 1",
        &params![desk.county(), &platform.key, own_unit(desk).unwrap_or_default()],
        |row| Ok((row.get::<String>(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)),
    )?;
    let every = i64::from(platform.reconcile.amount).days();
    let Some((at, by, rows, rejected, differs)) = found else {
        let (at, by) = (String::new(), String::new());
        return Ok(LastCheck { at, by, rows: 0, rejected: 0, differs: 0, due: today, overdue: true });
    };
    let day = at.get(..10).and_then(|day| day.parse::<Date>().ok()).unwrap_or(today);
    let due = day.saturating_add(every);
    Ok(LastCheck { at, by, rows, rejected, differs, due, overdue: due < today })
}

/// A record that is kept here.
struct Here {
    child: String,
    name: String,
    id_masked: String,
    id_index: String,
    number: String,
    closed: bool,
}

/// Who a row is about, of one's own children.
struct Person {
    child: String,
    name: String,
    id_index: String,
    standing: Option<Standing>,
}

/// Compares a platform's list with what is kept here.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn compare(desk: &mut Desk<'_, '_>, platform: &str, export: &Export) -> Result<Vec<Found>, Refused> {
    desk.require(Action::KeepPlatformNumber, &Subject::Nothing, ("platform", ""))?;
    let platform = super::platform(desk, platform)?;
    let kept = here(desk, platform)?;
    let by_number: BTreeMap<&str, usize> = kept
        .iter()
        .enumerate()
        .filter(|(_, one)| !one.number.is_empty())
        .map(|(at, one)| (one.number.as_str(), at))
        .collect();
    let mut by_child: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, one) in kept.iter().enumerate() {
        by_child.entry(one.child.as_str()).or_default().push(at);
    }
    let mut seen: BTreeSet<usize> = BTreeSet::new();
    let mut rows_of: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut found = Vec::new();
    for row in &export.rows {
        let index = if row.id.is_empty() { String::new() } else { desk.index("id_number", &row.id) };
        if let Some(own) = by_number.get(row.number.as_str()).and_then(|at| Some((*at, kept.get(*at)?))) {
            let (at, own) = own;
            seen.insert(at);
            rows_of.entry(own.child.clone()).or_default().push(row.number.clone());
            let other_number = !index.is_empty() && !own.id_index.is_empty() && index != own.id_index;
            if other_number || own.name != row.name {
                let here = format!("{} {}", own.name, own.id_masked);
                let there = format!("{} {}", row.name, mask::id(&row.id));
                found.push(make(desk, platform, Difference::Person, row, Some(&own.child), (here, there)));
            }
            if let Some(open) = platform.is_open(&row.state).filter(|open| *open == own.closed) {
                let word = if open { "已销号" } else { "在办" };
                let pair = (word.to_owned(), row.state.clone());
                found.push(make(desk, platform, Difference::State, row, Some(&own.child), pair));
            }
            continue;
        }
        let person = person(desk, row, &index)?;
        let Some(person) = person else {
            if platform.is_open(&row.state) != Some(false) {
                let pair = (String::new(), row.state.clone());
                found.push(make(desk, platform, Difference::OnlyThere, row, None, pair));
            }
            continue;
        };
        let own = by_child.get(person.child.as_str()).cloned().unwrap_or_default();
        rows_of.entry(person.child.clone()).or_default().push(row.number.clone());
        seen.extend(&own);
        let must = person.standing.is_some_and(|standing| platform.standings.contains(&standing));
        let other_name = person.name != row.name && !index.is_empty() && index == person.id_index;
        if other_name {
            let pair = (person.name.clone(), row.name.clone());
            found.push(make(desk, platform, Difference::Person, row, Some(&person.child), pair));
        }
        let number = own.iter().filter_map(|at| kept.get(*at)).map(|one| one.number.as_str()).next();
        match number {
            // A number of this child that the list names too stands in another row.
            Some(number) if export.rows.iter().any(|other| other.number == number) => {}
            Some(number) => {
                let pair = (number.to_owned(), row.number.clone());
                found.push(make(desk, platform, Difference::Number, row, Some(&person.child), pair));
            }
            None if must => {
                let pair = (String::new(), row.number.clone());
                found.push(make(desk, platform, Difference::Number, row, Some(&person.child), pair));
            }
            None if platform.is_open(&row.state) != Some(false) => {
                let pair = (person.standing.map_or("", Standing::label).to_owned(), row.state.clone());
                found.push(make(desk, platform, Difference::OnlyThere, row, Some(&person.child), pair));
            }
            None => {}
        }
    }
    for (child, numbers) in rows_of.iter().filter(|(_, numbers)| numbers.len() > 1) {
        let row = export.rows.iter().find(|row| numbers.contains(&row.number));
        if let Some(row) = row {
            let pair = (String::new(), numbers.join("、"));
            found.push(make(desk, platform, Difference::Twice, row, Some(child), pair));
        }
    }
    for (at, own) in kept.iter().enumerate() {
        if !own.closed && !seen.contains(&at) {
            let row = Row { number: own.number.clone(), name: own.name.clone(), ..Row::default() };
            let here = if own.number.is_empty() { "已录入，没有编号" } else { own.number.as_str() };
            let mut one = make(
                desk,
                platform,
                Difference::OnlyHere,
                &row,
                Some(&own.child),
                (here.to_owned(), String::new()),
            );
            one.id_masked.clone_from(&own.id_masked);
            found.push(one);
        }
    }
    Ok(found)
}

fn make(
    desk: &Desk<'_, '_>,
    platform: &Platform,
    kind: Difference,
    row: &Row,
    child: Option<&String>,
    (here, there): (String, String),
) -> Found {
    let who = child.map_or_else(|| format!("{}|{}|{}", row.name, row.id, row.birth), Clone::clone);
    let what = [kind.code(), &platform.key, &who, &row.number, &here, &there].join("|");
    Found {
        kind,
        child: child.cloned(),
        name: row.name.clone(),
        id_masked: if row.id.is_empty() { String::new() } else { mask::id(&row.id) },
        here,
        there,
        number: row.number.clone(),
        same_as: desk.index("platform_difference", &what),
    }
}

/// What is kept of children that the actor reaches.
fn here(desk: &mut Desk<'_, '_>, platform: &Platform) -> Result<Vec<Here>, Refused> {
    let mut params =
        vec![Value::from(desk.county()), Value::from(platform.key.as_str()), Value::from(desk.now.stamp())];
    let within = Scope::of(desk.actor(), Action::KeepPlatformNumber).predicate("tie", &mut params);
    let sql = format!(
        "select entry.child, child.name, coalesce(child.id_index, ''), child.id_sealed, entry.number, entry.state
         from platform_entry entry
         join child on child.county = $1 and child.id = entry.child
         where entry.county = $1 and entry.platform = $2 and entry.state <> 'withdrawn'
           and exists (select 1 from child_tie tie where tie.county = $1 and tie.child = entry.child and {within}
                         and (tie.until_at is null or tie.until_at > $3))
         order by entry.id"
    );
    let rows = desk.tx.query(&sql, &params, |row| {
        let here = Here {
            child: row.get(0)?,
            name: row.get(1)?,
            id_masked: String::new(),
            id_index: row.get(2)?,
            number: row.get(4)?,
            closed: row.get::<String>(5)? == "closed",
        };
        Ok((here, row.get::<Option<Vec<u8>>>(3)?))
    })?;
    rows.into_iter()
        .map(|(here, sealed)| {
            let plain = desk.open("child", "id_number", &here.child, sealed.as_deref())?;
            Ok(Here { id_masked: mask::id(&plain), ..here })
        })
        .collect()
}

/// The child that a row is about: by its ID number, else by name and birthday where only one has them. Nobody outside
/// one's own part of the county is found (A02).
fn person(desk: &mut Desk<'_, '_>, row: &Row, index: &str) -> Result<Option<Person>, Refused> {
    let mut look = |condition: &str, values: [&str; 2]| -> Result<Vec<Person>, Refused> {
        let mut params = vec![
            Value::from(desk.county()),
            Value::from(desk.now.stamp()),
            Value::from(values[0].to_owned()),
            Value::from(values[1].to_owned()),
        ];
        let within = Scope::of(desk.actor(), Action::KeepPlatformNumber).predicate("tie", &mut params);
        let sql = format!(
            "select child.id, child.name, coalesce(child.id_index, ''), child.standing from child
             where child.county = $1 and child.merged_into is null and {condition}
               and exists (select 1 from child_tie tie where tie.county = $1 and tie.child = child.id and {within}
                             and (tie.until_at is null or tie.until_at > $2))
             order by child.id limit 2"
        );
        Ok(desk.tx.query(&sql, &params, |row| {
            let standing: String = row.get(3)?;
            Ok(Person {
                child: row.get(0)?,
                name: row.get(1)?,
                id_index: row.get(2)?,
                standing: Standing::from_code(&standing),
            })
        })?)
    };
    if !index.is_empty() {
        let found = look("child.id_index = $3 and cast($4 as text) = ''", [index, ""])?;
        if let Some(one) = found.into_iter().next() {
            return Ok(Some(one));
        }
    }
    if row.birth.is_empty() {
        return Ok(None);
    }
    let mut found = look("child.name = $3 and child.birth = $4", [&row.name, &row.birth])?;
    // Two of one name and day, or one whose own number is another: somebody must look.
    let one = if found.len() == 1 { found.pop() } else { None };
    Ok(one.filter(|one| index.is_empty() || one.id_index.is_empty()))
}

/// Stores what [`compare`] found; the id of the check. Differences that are no longer found are gone by themselves.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn store(
    desk: &mut Desk<'_, '_>,
    platform: &str,
    export: &Export,
    found: &[Found],
) -> Result<String, Refused> {
    let grant = desk.require(Action::KeepPlatformNumber, &Subject::Nothing, ("platform", ""))?;
    let platform = super::platform(desk, platform)?;
    let missing = || Refused::denied(Action::KeepPlatformNumber, "platform", "");
    let unit = own_unit(desk).ok_or_else(missing)?;
    let (county, at, check) = (desk.county(), desk.now.stamp(), desk.now.id());
    let rows = i64::try_from(export.rows.len()).unwrap_or(i64::MAX);
    desk.tx.execute(
        "insert into platform_check (county, id, platform, unit, title, hash, row_count, rejected, differs, by_account,
                                     made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        &params![
            county,
            &check,
            &platform.key,
            unit,
            &export.title,
            &export.hash,
            rows,
            i64::try_from(export.rejected_count).unwrap_or(i64::MAX),
            i64::try_from(found.len()).unwrap_or(i64::MAX),
            &desk.actor().account,
            &at
        ],
    )?;
    for one in found {
        keep(desk, platform, unit, &check, one)?;
    }
    let gone = desk.tx.query(
        "select id from platform_difference
         where county = $1 and platform = $2 and unit = $3 and last_check <> $4 and state in ('open', 'sent')
         order by id",
        &params![county, &platform.key, unit, &check],
        |row| row.get::<String>(0),
    )?;
    for id in gone {
        desk.tx.execute(
            "update platform_difference set state = 'gone', changed_at = $3, version = version + 1
             where county = $1 and id = $2",
            &params![county, &id, &at],
        )?;
        super::difference::event(desk, &id, ("gone", ""), "")?;
    }
    let said = format!("核对{}的名单：{rows}行，{}处不一致", platform.title, found.len());
    desk.record(Action::KeepPlatformNumber, grant.post, ("platform", &check), "", &said)?;
    Ok(check)
}

fn keep(
    desk: &mut Desk<'_, '_>,
    platform: &Platform,
    unit: &str,
    check: &str,
    found: &Found,
) -> Result<(), Refused> {
    let (county, at, id) = (desk.county(), desk.now.stamp(), desk.now.id());
    let made = desk.tx.execute(
        "insert into platform_difference (county, id, platform, unit, last_check, kind, same_as, child, name, id_masked,
                                          here, there, number, state, changed_at, version)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'open', $14, 1)
         on conflict (county, platform, unit, same_as) do nothing",
        &params![
            county,
            &id,
            &platform.key,
            unit,
            check,
            found.kind.code(),
            &found.same_as,
            found.child.as_deref(),
            &found.name,
            &found.id_masked,
            &found.here,
            &found.there,
            &found.number,
            &at
        ],
    )?;
    if made > 0 {
        return super::difference::event(desk, &id, ("found", ""), "");
    }
    let (id, state, decision) = desk.tx.one(
        "select id, state, coalesce(decision, '') from platform_difference
         where county = $1 and platform = $2 and unit = $3 and same_as = $4",
        &params![county, &platform.key, unit, &found.same_as],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?)),
    )?;
    let held = Settled::from_code(&decision).is_some_and(Settled::holds);
    if state == "gone" || (state == "decided" && !held) {
        desk.tx.execute(
            "update platform_difference set state = 'open', decision = null, sent_to = null, last_check = $3,
                                            changed_at = $4, version = version + 1
             where county = $1 and id = $2",
            &params![county, &id, check, &at],
        )?;
        return super::difference::event(desk, &id, ("found", ""), "");
    }
    desk.tx.execute(
        "update platform_difference set last_check = $3 where county = $1 and id = $2",
        &params![county, &id, check],
    )?;
    Ok(())
}
