//! Whose way is hard: counts by the township of the home, names by right, and what nobody measured as work to do. Whoever sees no child (县发改局)
//! reads counts alone, none of them below five. Townships stand in the order of their codes; no school is compared with another.

use std::collections::BTreeMap;

use rules::access::{Action, Field, Subject};
use rules::plan::SchoolAccess;
use rules::ways::{Access, judge, told};

use super::known::{COLUMNS, JOINED, way};
use super::line::boards;
use crate::db::Value;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;
use crate::scope::Scope;

/// Names of a list at most, and ways that nobody measured.
const MOST: usize = 300;

/// Which children are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Those whose way is hard.
    Hard,
    /// Those whose way nobody measured, or whose grade is not known.
    Unknown,
}

impl Shown {
    /// As the page's address has it; those whose way is hard for what is not known.
    #[must_use]
    pub fn of(code: &str) -> Self {
        if code == "unknown" { Self::Unknown } else { Self::Hard }
    }

    const fn access(self) -> Access {
        match self {
            Self::Hard => Access::Hard,
            Self::Unknown => Access::Unknown,
        }
    }
}

/// A township, or what cannot be said to be in one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TownLine {
    /// Id of the township; empty for children of whom no township is known.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Children at school; `None` where it may not be told.
    pub whole: Option<u32>,
    /// Of these in the order of [`Access::ALL`].
    pub counts: Vec<Option<u32>>,
}

/// A child whose way is hard, or not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HardLine {
    /// Id.
    pub child: String,
    /// Name.
    pub name: String,
    /// School and class.
    pub school: String,
    /// Township, village, group.
    pub home: String,
    /// Why, in words.
    pub why: String,
    /// Whom to call: the guardians' names with what they are to the child.
    pub guardians: String,
}

/// A way that nobody measured and children go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingWay {
    /// The village.
    pub village: String,
    /// The group; empty for children of whom no group is known.
    pub group: String,
    /// The school.
    pub school: String,
    /// How many of the reader's children go it every day.
    pub children: u32,
}

/// The page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ways {
    /// By township.
    pub towns: Vec<TownLine>,
    /// Whether the reader sees counts alone.
    pub counts_alone: bool,
    /// The children asked for, in the order of township, school and name.
    pub children: Vec<HardLine>,
    /// Whether there are more of them than are listed.
    pub more: bool,
    /// Ways to measure.
    pub missing: Vec<MissingWay>,
    /// Day pupils of whom no village is known, so that no way can be.
    pub homeless: u32,
}

/// What the reader sees of whose way is hard; `township` narrows the names.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn ways(desk: &mut Desk<'_, '_>, shown: Shown, township: &str) -> Result<Ways, Refused> {
    let grant = desk.require(Action::ReadWays, &Subject::Nothing, ("ways", ""))?;
    let scope = Scope::of(desk.actor(), Action::ListChildren, desk.now).that_see(Field::Home);
    let counts_alone = scope.is_empty();
    let towns = towns(desk, !counts_alone)?;
    let mut found =
        Ways { towns, counts_alone, children: Vec::new(), more: false, missing: Vec::new(), homeless: 0 };
    if !counts_alone {
        found.children = children(desk, shown, township)?;
        found.more = found.children.len() > MOST;
        found.children.truncate(MOST);
        found.missing = missing(desk, township)?;
        found.homeless = homeless(desk)?;
    }
    desk.record(Action::ReadWays, grant.post, ("ways", ""), "", shown.access().label())?;
    Ok(found)
}

/// The predicate for the reader's children at school, behind `$1`; of whoever reads counts alone for all of them.
fn reached<'a>(desk: &Desk<'a, '_>, values: &mut Vec<Value<'a>>) -> String {
    let scope = Scope::of(desk.actor(), Action::ListChildren, desk.now).that_see(Field::Home);
    let at_school = "child.county = $1 and child.merged_into is null and child.school is not null";
    if scope.is_empty() {
        return at_school.to_owned();
    }
    let scope = scope.predicate("tie", values);
    format!(
        "{at_school} and exists (select 1 from child_tie tie
           where tie.county = child.county and tie.child = child.id and {scope})"
    )
}

fn towns(desk: &mut Desk<'_, '_>, exact: bool) -> Result<Vec<TownLine>, Refused> {
    let mut values = vec![Value::from(desk.county())];
    let reached = reached(desk, &mut values);
    let rows = desk.tx.query(
        &format!(
            "select coalesce(town.code, town.id, ''), coalesce(town.id, ''), coalesce(town.name, ''), child.grade, child.boarding,
                    {COLUMNS}, cast(count(*) as bigint)
             from child {JOINED}
             left join unit town on town.county = child.county and town.id = child.township
             where {reached}
             group by town.code, town.id, town.name, child.grade, child.boarding, {COLUMNS}
             order by 1, 2"
        ),
        &values,
        |row| {
            let place: (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let lives: (Option<u8>, String) = (row.get(3)?, row.get(4)?);
            Ok((place, lives, way(row, 5)?, row.get::<u32>(9)?))
        },
    )?;
    let mut towns: BTreeMap<(String, String, String), [u32; Access::ALL.len()]> = BTreeMap::new();
    for (place, (grade, boarding), way, many) in rows {
        let access = judge(desk.plan.school_access(), grade, boards(&boarding), way.as_ref()).access;
        let counts = towns.entry(place).or_default();
        if let Some(count) =
            Access::ALL.iter().position(|one| *one == access).and_then(|at| counts.get_mut(at))
        {
            *count += many;
        }
    }
    let line = |((_, id, name), counts): ((String, String, String), [u32; Access::ALL.len()])| {
        let (whole, counts) = if exact {
            (Some(counts.iter().sum()), counts.iter().copied().map(Some).collect())
        } else {
            told(&counts)
        };
        let name = if id.is_empty() { "乡镇没有登记".to_owned() } else { name };
        TownLine { id, name, whole, counts }
    };
    Ok(towns.into_iter().map(line).collect())
}

/// The least and the most that a hard way can have, to read no more rows than there is need.
fn shortest(rule: &SchoolAccess) -> u16 {
    rule.young_minutes.min(rule.primary_minutes).min(rule.junior_minutes)
}

fn children(desk: &mut Desk<'_, '_>, shown: Shown, township: &str) -> Result<Vec<HardLine>, Refused> {
    let mut values = vec![Value::from(desk.county())];
    let reached = reached(desk, &mut values);
    let rule = desk.plan.school_access();
    values.push(Value::from(shortest(rule)));
    let least = values.len();
    let in_town = if township.is_empty() {
        String::new()
    } else {
        values.push(Value::from(township.to_owned()));
        format!(" and child.township = ${}", values.len())
    };
    let rows = desk.tx.query(
        &format!(
            "select child.id, child.name, coalesce(school.name, ''), coalesce(class.name, ''), coalesce(town.name, ''),
                    coalesce(village.name, ''), coalesce(part.name, ''), child.grade, child.boarding, {COLUMNS}
             from child {JOINED}
             left join unit school on school.county = child.county and school.id = child.school
             left join unit class on class.county = child.county and class.id = child.class
             left join unit town on town.county = child.county and town.id = child.township
             left join unit village on village.county = child.county and village.id = child.village
             left join unit part on part.county = child.county and part.id = child.village_group
             where {reached}{in_town}
               and (coalesce(near.minutes, far.minutes) is null or coalesce(near.minutes, far.minutes) > ${least}
                    or coalesce(near.season, far.season) = 'shut_in_rain')
             order by coalesce(town.code, town.id, ''), coalesce(school.code, school.id), child.spelling, child.id"
        ),
        &values,
        |row| {
            let text = |at| row.get::<String>(at);
            let line = HardLine {
                child: text(0)?,
                name: text(1)?,
                school: joined([text(2)?, text(3)?], " "),
                home: joined([text(4)?, text(5)?, text(6)?], " · "),
                why: String::new(),
                guardians: String::new(),
            };
            Ok((line, row.get::<Option<u8>>(7)?, text(8)?, way(row, 9)?))
        },
    )?;
    let mut found: Vec<HardLine> = rows
        .into_iter()
        .filter_map(|(line, grade, boarding, way)| {
            let judged = judge(rule, grade, boards(&boarding), way.as_ref());
            (judged.access == shown.access()).then_some(HardLine { why: judged.why, ..line })
        })
        .take(MOST + 1)
        .collect();
    for one in &mut found {
        one.guardians = guardians(desk, &one.child)?;
    }
    Ok(found)
}

/// Whom to call, where every way by which the reader reaches children shows the guardians.
fn guardians(desk: &mut Desk<'_, '_>, child: &str) -> Result<String, Refused> {
    if !crate::ledger::Sees::everywhere(desk, Action::ListChildren, Field::Guardians) {
        return Ok(String::new());
    }
    let all = desk.tx.query(
        "select name, relation from guardian where county = $1 and child = $2 and until_at is null order by sort, id limit 2",
        &params![desk.county(), child],
        |row| Ok(format!("{}（{}）", row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    Ok(all.join("、"))
}

/// Ways that the reader's day pupils go and nobody measured; at most three hundred.
pub(super) fn missing(desk: &mut Desk<'_, '_>, township: &str) -> Result<Vec<MissingWay>, Refused> {
    let mut values = vec![Value::from(desk.county())];
    let reached = reached(desk, &mut values);
    let in_town = if township.is_empty() {
        String::new()
    } else {
        values.push(Value::from(township.to_owned()));
        format!(" and child.township = ${}", values.len())
    };
    Ok(desk.tx.query(
        &format!(
            "select village.name, coalesce(part.name, ''), school.name, cast(count(*) as bigint)
             from child {JOINED}
             join unit village on village.county = child.county and village.id = child.village and village.until_day is null
             join unit school on school.county = child.county and school.id = child.school and school.until_day is null
             left join unit part on part.county = child.county and part.id = child.village_group and part.until_day is null
             where {reached}{in_town} and near.minutes is null and far.minutes is null and child.boarding not in ('2', '3')
             group by village.code, village.id, village.name, part.id, part.name, school.code, school.id, school.name
             order by coalesce(village.code, village.id), coalesce(part.id, ''), coalesce(school.code, school.id), school.id
             limit {MOST}"
        ),
        &values,
        |row| {
            Ok(MissingWay { village: row.get(0)?, group: row.get(1)?, school: row.get(2)?, children: row.get(3)? })
        },
    )?)
}

fn homeless(desk: &mut Desk<'_, '_>) -> Result<u32, Refused> {
    let mut values = vec![Value::from(desk.county())];
    let reached = reached(desk, &mut values);
    Ok(desk.tx.one(
        &format!(
            "select cast(count(*) as bigint) from child
             where {reached} and child.village is null and child.village_group is null and child.boarding not in ('2', '3')"
        ),
        &values,
        |row| row.get(0),
    )?)
}

pub(super) fn joined<const N: usize>(parts: [String; N], with: &str) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(with)
}
