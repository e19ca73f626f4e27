//! What is to be said, made anew from the facts: for some children at once, and twice a day for everybody of whom anything
//! could be said. A sentence whose fact is the same keeps the moment since when it is said.

use std::collections::{BTreeMap, HashMap};

use jiff::ToSpan;
use jiff::civil::{Date, time};
use rules::age::AgeGroup;
use rules::attendance::Clock;
use rules::codes::{Boarding, Sex};
use rules::groups::Special;
use rules::plan::WarningKind;
use rules::standing::Standing;
use rules::warning::{Facts, Sentence, Sibling, sentences};

use crate::attendance::{Share, among, shares};
use crate::db::Value;
use crate::desk::Desk;
use crate::jobs::{Registry, Schedule, as_program};
use crate::params;
use crate::refused::Refused;

/// Children of one transaction: teachers who submit meanwhile wait for one of these at most.
const AT_ONCE: usize = 40;

/// Makes the warnings anew at noon, when the registers are in, and in the night.
#[must_use]
pub fn nightly(registry: Registry) -> Registry {
    let act = |name, label, at| {
        Schedule::daily(name, label, at, |means| {
            let children = as_program(means, candidates)?;
            for some in children.chunks(AT_ONCE) {
                let some = some.to_vec();
                as_program(means, move |desk| renew(desk, &some))?;
            }
            Ok(format!("看了{}人", children.len()))
        })
    };
    registry.schedule(act("warnings_noon", "早期提醒（中午）", time(12, 30, 0, 0))).schedule(act(
        "warnings",
        "早期提醒（夜间）",
        time(21, 0, 0, 0),
    ))
}

/// The term that runs: its first day, and whether it is the first of its school year.
fn term(desk: &Desk<'_, '_>) -> Option<(Date, bool)> {
    let today = desk.now.day();
    let mut terms = desk.plan.calendar().terms().iter();
    terms.find(|term| (term.first..=term.last).contains(&today)).map(|term| (term.first, term.number == 1))
}

/// The earliest day of which a fact that passes is still said.
fn lately(desk: &Desk<'_, '_>, kind: WarningKind) -> Date {
    let within = desk.plan.warning(kind).map_or(0, |rule| rule.within);
    desk.now.day().saturating_sub(i64::from(within).days())
}

/// Everybody of whom anything could be said, class by class, so that children of one class are read together.
pub(crate) fn candidates(desk: &mut Desk<'_, '_>) -> Result<Vec<String>, Refused> {
    let term = term(desk).map_or(Date::MAX, |(first, _)| first);
    let (boarding, school) =
        (lately(desk, WarningKind::StoppedBoarding), lately(desk, WarningKind::FartherSchool));
    Ok(desk.tx.query(
        "select child.id from child
         where child.county = $1 and child.merged_into is null and child.id in (
           select warning.child from warning where warning.county = $1
           union select mark.child from mark
             where mark.county = $1 and mark.day >= $2 and mark.kind not in ('present', 'late', 'left_early', 'elsewhere')
           union select unknown.id from child unknown
             where unknown.county = $1 and unknown.school is null and unknown.standing = 'unknown'
           union select near.id from child near
             where near.county = $1 and near.household in (
               select home.household from child home
               where home.county = $1 and home.merged_into is null and home.standing in ('never', 'absent')
                 and home.household is not null)
           union select child_change.child from child_change
             where child_change.county = $1 and child_change.field = 'boarding' and child_change.at >= $3
           union select roll_move.child from roll_move
             where roll_move.county = $1 and roll_move.state = 'done' and roll_move.to_school is not null
               and roll_move.effective_day >= $4)
         order by coalesce(child.class, ''), child.id",
        &params![desk.county(), term, boarding, school],
        |row| row.get(0),
    )?)
}

/// A child as its row says it.
struct Row {
    id: String,
    birth: Date,
    grade: Option<i64>,
    boards: bool,
    standing: Option<Standing>,
    household: Option<String>,
    on_roll: bool,
    far: bool,
    left_primary: Option<Date>,
}

/// Everything that the storage knows of some children that a sentence can stand on.
struct Known {
    shares: HashMap<String, Share>,
    siblings: HashMap<String, Vec<Sibling>>,
    away: HashMap<String, bool>,
    groups: HashMap<String, Vec<(Special, Date)>>,
    stopped: HashMap<String, Date>,
    moved: HashMap<String, Date>,
}

/// Makes what is to be said of some children anew.
///
/// # Errors
/// [`Refused::Rule`] for a year that the calendar does not know, [`Refused::Storage`].
pub fn renew(desk: &mut Desk<'_, '_>, children: &[String]) -> Result<(), Refused> {
    if children.is_empty() {
        return Ok(());
    }
    let term = term(desk);
    let rows = rows(desk, children)?;
    let known = known(desk, children, &rows, term.map(|(first, _)| first))?;
    let mut was = standing_rows(desk, children)?;
    let today = desk.now.day();
    for row in &rows {
        let share = known.shares.get(&row.id);
        let stopped = known.stopped.get(&row.id).copied().filter(|_| !row.boards && row.on_roll);
        let facts = Facts {
            today,
            term,
            clock: share.map_or_else(Clock::default, |share| share.clock),
            birth: row.birth,
            of_age: desk.plan.school_age().group(row.birth, today) == AgeGroup::SchoolAge,
            grade: row.grade,
            standing: row.standing,
            on_roll: row.on_roll,
            left_primary: row.left_primary.filter(|_| !row.on_roll),
            not_returned: share.map(|share| share.not_returned.as_slice()).unwrap_or_default(),
            stopped_boarding: stopped,
            farther_school: known.moved.get(&row.id).copied().filter(|_| row.far && !row.boards),
            siblings: known.siblings.get(&row.id).map(Vec::as_slice).unwrap_or_default(),
            guardians_away: known.away.get(&row.id).copied().unwrap_or(false),
            groups: known.groups.get(&row.id).map(Vec::as_slice).unwrap_or_default(),
        };
        for sentence in sentences(desk.plan, &facts) {
            keep(desk, &row.id, &sentence, &mut was)?;
        }
    }
    for ((child, kind, about), _) in was {
        desk.tx.execute(
            "delete from warning where county = $1 and child = $2 and kind = $3 and about = $4",
            &params![desk.county(), child, kind, about],
        )?;
    }
    Ok(())
}

/// A child, a kind and which of several.
type Key = (String, String, String);

/// What is said now, with its words.
fn standing_rows(
    desk: &mut Desk<'_, '_>,
    children: &[String],
) -> Result<BTreeMap<Key, (String, String)>, Refused> {
    let mut values = vec![Value::from(desk.county())];
    let list = among(&mut values, children);
    let rows = desk.tx.query(
        &format!("select child, kind, about, fact, said from warning where county = $1 and child in ({list}) order by child, kind, about"),
        &values,
        |row| {
            let text = |at| row.get::<String>(at);
            Ok(((text(0)?, text(1)?, text(2)?), (text(3)?, text(4)?)))
        },
    )?;
    Ok(rows.into_iter().collect())
}

/// Writes a sentence down where it is new, and takes it from those that are no longer said.
fn keep(
    desk: &mut Desk<'_, '_>,
    child: &str,
    sentence: &Sentence,
    was: &mut BTreeMap<Key, (String, String)>,
) -> Result<(), Refused> {
    let Sentence { kind, about, field, fact, said } = sentence;
    let key = (child.to_owned(), kind.code().to_owned(), about.clone());
    if was.remove(&key).is_some_and(|(old, words)| old == *fact && words == *said) {
        return Ok(());
    }
    desk.tx.execute(
        "insert into warning (county, child, kind, about, field, alone, fact, said, since_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (county, child, kind, about) do update set field = excluded.field, alone = excluded.alone,
           said = excluded.said, fact = excluded.fact,
           since_at = case when warning.fact = excluded.fact then warning.since_at else excluded.since_at end",
        &params![
            desk.county(),
            child,
            kind.code(),
            about,
            field.code(),
            kind.is_alone(),
            fact,
            said,
            desk.now.stamp()
        ],
    )?;
    Ok(())
}

fn rows(desk: &mut Desk<'_, '_>, children: &[String]) -> Result<Vec<Row>, Refused> {
    let mut values = vec![Value::from(desk.county())];
    let list = among(&mut values, children);
    Ok(desk.tx.query(
        &format!(
            "select id, birth, grade, boarding, standing, household, school, township, school_township,
                    (select max(member.until_day) from class_member member
                     join class on class.county = member.county and class.unit = member.class
                     where member.county = child.county and member.child = child.id and class.grade = 6)
             from child where county = $1 and merged_into is null and id in ({list}) order by id"
        ),
        &values,
        |row| {
            let (school, home, lies): (Option<String>, Option<String>, Option<String>) =
                (row.get(6)?, row.get(7)?, row.get(8)?);
            Ok(Row {
                id: row.get(0)?,
                birth: row.get(1)?,
                grade: row.get(2)?,
                boards: row.get::<String>(3)? == Boarding::Boarder.code(),
                standing: Standing::from_code(&row.get::<String>(4)?),
                household: row.get(5)?,
                on_roll: school.is_some(),
                far: home.is_some() && lies.is_some() && home != lies,
                left_primary: row.get(9)?,
            })
        },
    )?)
}

fn known(
    desk: &mut Desk<'_, '_>,
    children: &[String],
    rows: &[Row],
    term: Option<Date>,
) -> Result<Known, Refused> {
    let on_roll: Vec<String> = rows.iter().filter(|row| row.on_roll).map(|row| row.id.clone()).collect();
    let shares = match term {
        Some(first) if !on_roll.is_empty() => shares(desk, &on_roll, first)?,
        _ => Vec::new(),
    };
    let county = desk.county();
    let listed = |more: Vec<Value<'static>>| {
        let mut values = vec![Value::from(county.to_owned())];
        values.extend(more);
        let list = among(&mut values, children.iter().cloned());
        (values, list)
    };
    let (values, list) = listed(Vec::new());
    let away = desk.tx.query(
        &format!(
            "select child, min(away) from guardian
             where county = $1 and child in ({list}) and until_at is null group by child order by child"
        ),
        &values,
        |row| Ok((row.get::<String>(0)?, row.get::<bool>(1)?)),
    )?;
    let mut groups: HashMap<String, Vec<(Special, Date)>> = HashMap::new();
    for (child, code, since) in desk.tx.query(
        &format!(
            "select child, code, min(from_day) from child_group
             where county = $1 and child in ({list}) and until_day is null
             group by child, code order by child, code"
        ),
        &values,
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<Date>(2)?)),
    )? {
        if let Some(group) = Special::from_code(&code) {
            groups.entry(child).or_default().push((group, since));
        }
    }
    let (values, list) = listed(vec![Value::from(lately(desk, WarningKind::FartherSchool))]);
    let moved = desk.tx.query(
        &format!(
            "select child, max(effective_day) from roll_move
             where county = $1 and effective_day >= $2 and child in ({list}) and state = 'done'
               and to_school is not null and from_class is null
             group by child order by child"
        ),
        &values,
        |row| Ok((row.get::<String>(0)?, row.get::<Date>(1)?)),
    )?;
    Ok(Known {
        shares: shares.into_iter().map(|share| (share.child.clone(), share)).collect(),
        siblings: siblings(desk, rows)?,
        away: away.into_iter().collect(),
        groups,
        stopped: stopped(desk, children)?,
        moved: moved.into_iter().collect(),
    })
}

/// Who boarded until lately, and since when not: what was written over lies sealed in the history.
fn stopped(desk: &mut Desk<'_, '_>, children: &[String]) -> Result<HashMap<String, Date>, Refused> {
    let mut values =
        vec![Value::from(desk.county()), Value::from(lately(desk, WarningKind::StoppedBoarding))];
    let list = among(&mut values, children);
    let changes = desk.tx.query(
        &format!(
            "select id, child, at, old_sealed from child_change
             where county = $1 and at >= $2 and field = 'boarding' and child in ({list}) order by at, id"
        ),
        &values,
        |row| {
            let text = |at| row.get::<String>(at);
            Ok((text(0)?, text(1)?, text(2)?, row.get::<Option<Vec<u8>>>(3)?))
        },
    )?;
    let mut stopped = HashMap::new();
    for (id, child, at, old) in changes {
        let boarded = desk.open("child_change", "old", &id, old.as_deref())? == Boarding::Boarder.code();
        let day = at.get(..10).and_then(|day| day.parse::<Date>().ok());
        if let Some(day) = day.filter(|_| boarded) {
            stopped.insert(child, day);
        }
    }
    Ok(stopped)
}

/// Children of the same households that are out of school, by child.
fn siblings(desk: &mut Desk<'_, '_>, rows: &[Row]) -> Result<HashMap<String, Vec<Sibling>>, Refused> {
    let mut values = vec![Value::from(desk.county())];
    let mut homes: Vec<&str> = rows.iter().filter_map(|row| row.household.as_deref()).collect();
    homes.sort_unstable();
    homes.dedup();
    let list = among(&mut values, homes.into_iter().map(str::to_owned));
    let out = desk.tx.query(
        &format!(
            "select household, id, sex, birth,
                    (select max(since_day) from suspected where suspected.county = child.county
                       and suspected.child = child.id and suspected.cleared_at is null)
             from child
             where county = $1 and household in ({list}) and merged_into is null and standing in ('never', 'absent')
             order by household, birth, id"
        ),
        &values,
        |row| {
            let sibling = Sibling {
                id: row.get(1)?,
                sex: Sex::from_code(&row.get::<String>(2)?),
                birth: row.get(3)?,
                suspected: row.get(4)?,
            };
            Ok((row.get::<String>(0)?, sibling))
        },
    )?;
    let mut by_child: HashMap<String, Vec<Sibling>> = HashMap::new();
    for row in rows {
        let near = out
            .iter()
            .filter(|(home, one)| Some(home.as_str()) == row.household.as_deref() && one.id != row.id);
        let near: Vec<Sibling> = near.map(|(_, one)| one.clone()).collect();
        if !near.is_empty() {
            by_child.insert(row.id.clone(), near);
        }
    }
    Ok(by_child)
}
