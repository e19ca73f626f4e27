//! Whose way is hard: counts by the township of the home, names by right, and what nobody measured as work to do. Whoever sees no child (县发改局)
//! reads counts alone, none of them below five. Townships stand in the order of their codes; no school is compared with another.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rules::access::{Action, Field, Subject, Tie};
use rules::ways::{Access, Way, judge, told};

use super::known::{ByHome, every_way};
use super::line::boards;
use crate::attendance::among;
use crate::db::Value;
use crate::desk::Desk;
use crate::refused::Refused;
use crate::scope::Scope;
use crate::units::Names;

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
    let (alike, ways) = (alike(desk)?, every_way(desk)?);
    let towns = coded(desk, alike.iter().map(|one| one.town.as_str()))?;
    let judged = judged(desk, alike, &ways);
    let mut found = Ways {
        towns: of_towns(&judged, &towns, !counts_alone),
        counts_alone,
        children: Vec::new(),
        more: false,
        missing: Vec::new(),
        homeless: 0,
    };
    if !counts_alone {
        found.children = children(desk, (shown, township), (&judged, &ways), &towns)?;
        found.more = found.children.len() > MOST;
        found.children.truncate(MOST);
        found.missing = unmeasured(desk, (&judged, &ways), township)?;
        let nowhere = |one: &Alike| one.village.is_empty() && one.group.is_empty() && one.by_day();
        found.homeless =
            judged.iter().map(|(one, _)| one).filter(|one| nowhere(one)).map(|one| one.many).sum();
    }
    desk.record(Action::ReadWays, grant.post, ("ways", ""), "", shown.access().label())?;
    Ok(found)
}

/// The predicate for the reader's children at school, behind `$1`; of whoever reads counts alone, or sees the county, for all of them.
fn reached<'a>(desk: &Desk<'a, '_>, values: &mut Vec<Value<'a>>) -> String {
    let scope = Scope::of(desk.actor(), Action::ListChildren, desk.now).that_see(Field::Home);
    let at_school = "child.county = $1 and child.merged_into is null and child.school is not null";
    if scope.is_empty() || scope.pairs().any(|(_, tie)| tie == Tie::County) {
        return at_school.to_owned();
    }
    let scope = scope.predicate("tie", values);
    format!(
        "{at_school} and exists (select 1 from child_tie tie
           where tie.county = child.county and tie.child = child.id and {scope})"
    )
}

/// Pupils who go the same way in the same grade: read together and judged once. Ids are empty where nothing is known.
struct Alike {
    school: String,
    town: String,
    village: String,
    group: String,
    grade: Option<u8>,
    boarding: String,
    many: u32,
}

impl Alike {
    fn by_day(&self) -> bool {
        !boards(&self.boarding)
    }

    /// The way from the group, or else from the village.
    fn way<'w>(&self, ways: &'w ByHome) -> Option<&'w Way> {
        let from = ways.get(&self.school)?;
        from.get(&self.group).or_else(|| from.get(&self.village))
    }
}

/// The reader's children at school, counted by what their way depends on.
fn alike(desk: &mut Desk<'_, '_>) -> Result<Vec<Alike>, Refused> {
    let mut values = vec![Value::from(desk.county())];
    let reached = reached(desk, &mut values);
    Ok(desk.tx.query(
        &format!(
            "select child.school, coalesce(child.township, ''), coalesce(child.village, ''), coalesce(child.village_group, ''),
                    child.grade, child.boarding, cast(count(*) as bigint)
             from child where {reached}
             group by child.school, child.township, child.village, child.village_group, child.grade, child.boarding
             order by 1, 2, 3, 4, 5, 6"
        ),
        &values,
        |row| {
            Ok(Alike {
                school: row.get(0)?,
                town: row.get(1)?,
                village: row.get(2)?,
                group: row.get(3)?,
                grade: row.get(4)?,
                boarding: row.get(5)?,
                many: row.get(6)?,
            })
        },
    )?)
}

fn judged(desk: &Desk<'_, '_>, alike: Vec<Alike>, ways: &ByHome) -> Vec<(Alike, Access)> {
    let rule = desk.plan.school_access();
    let access = |one: &Alike| judge(rule, one.grade, boards(&one.boarding), one.way(ways)).access;
    alike.into_iter().map(|one| (access(&one), one)).map(|(access, one)| (one, access)).collect()
}

/// Units by their ids: what they are ordered by, their name, whether they are open.
type Coded = HashMap<String, (String, String, bool)>;

/// Units asked for in one statement.
const AT_ONCE: usize = 256;

fn coded<'i>(desk: &mut Desk<'_, '_>, ids: impl Iterator<Item = &'i str>) -> Result<Coded, Refused> {
    let ids: BTreeSet<&str> = ids.filter(|id| !id.is_empty()).collect();
    let ids: Vec<&str> = ids.into_iter().collect();
    let mut found = Coded::new();
    for some in ids.chunks(AT_ONCE) {
        let mut values = vec![Value::from(desk.county())];
        let list = among(&mut values, some.iter().copied());
        desk.tx.each(
            &format!(
                "select id, coalesce(code, id), name, case when until_day is null then 1 else 0 end from unit
                 where county = $1 and id in ({list}) order by id"
            ),
            &values,
            |row| {
                found.insert(row.get(0)?, (row.get(1)?, row.get(2)?, row.get(3)?));
                Ok(())
            },
        )?;
    }
    Ok(found)
}

fn of_towns(judged: &[(Alike, Access)], known: &Coded, exact: bool) -> Vec<TownLine> {
    let mut towns: BTreeMap<(&str, &str, &str), [u32; Access::ALL.len()]> = BTreeMap::new();
    for (one, access) in judged {
        let place = match known.get(&one.town) {
            Some((code, name, _)) => (code.as_str(), one.town.as_str(), name.as_str()),
            None => ("", "", ""),
        };
        let counts = towns.entry(place).or_default();
        if let Some(count) =
            Access::ALL.iter().position(|one| one == access).and_then(|at| counts.get_mut(at))
        {
            *count += one.many;
        }
    }
    let line = |((_, id, name), counts): ((&str, &str, &str), [u32; Access::ALL.len()])| {
        let (whole, counts) = if exact {
            (Some(counts.iter().sum()), counts.iter().copied().map(Some).collect())
        } else {
            told(&counts)
        };
        let name = if id.is_empty() { "乡镇没有登记" } else { name };
        TownLine { id: id.to_owned(), name: name.to_owned(), whole, counts }
    };
    towns.into_iter().map(line).collect()
}

/// The names: of the townships and schools in their order, as far as they are needed for one more than fit.
fn children(
    desk: &mut Desk<'_, '_>,
    (shown, township): (Shown, &str),
    (judged, ways): (&[(Alike, Access)], &ByHome),
    towns: &Coded,
) -> Result<Vec<HardLine>, Refused> {
    let asked = |one: &Alike, access: Access| {
        access == shown.access() && (township.is_empty() || one.town == township)
    };
    let schools = coded(desk, judged.iter().map(|(one, _)| one.school.as_str()))?;
    let code = |of: &Coded, id: &str| of.get(id).map_or(String::new(), |one| one.0.clone());
    let mut places: BTreeMap<(String, String), (u32, &str)> = BTreeMap::new();
    for (one, _) in judged.iter().filter(|(one, access)| asked(one, *access)) {
        let place = places.entry((code(towns, &one.town), code(&schools, &one.school)));
        place.or_insert((0, one.school.as_str())).0 += one.many;
    }
    let (mut within, mut many) = (BTreeSet::new(), 0_u32);
    for (here, school) in places.values() {
        if usize::try_from(many).unwrap_or(usize::MAX) > MOST {
            break;
        }
        within.insert(*school);
        many = many.saturating_add(*here);
    }
    if within.is_empty() {
        return Ok(Vec::new());
    }
    let mut values = vec![Value::from(desk.county())];
    let reached = reached(desk, &mut values);
    let list = among(&mut values, within);
    let rule = desk.plan.school_access();
    let rows = desk.tx.query(
        &format!(
            "select child.id, child.name, child.spelling, child.school, coalesce(child.township, ''), coalesce(child.village, ''),
                    coalesce(child.village_group, ''), child.grade, child.boarding, coalesce(child.class, '')
             from child where {reached} and child.school in ({list}) order by child.spelling, child.id"
        ),
        &values,
        |row| {
            let one = Alike {
                school: row.get(3)?,
                town: row.get(4)?,
                village: row.get(5)?,
                group: row.get(6)?,
                grade: row.get(7)?,
                boarding: row.get(8)?,
                many: 1,
            };
            let judged = judge(rule, one.grade, boards(&one.boarding), one.way(ways));
            let is_asked = asked(&one, judged.access);
            let texts: [String; 3] = [row.get(0)?, row.get(1)?, row.get(9)?];
            Ok(is_asked.then_some((one, texts, judged.why)))
        },
    )?;
    let mut rows: Vec<_> = rows.into_iter().flatten().collect();
    // By spelling they come already, and keep that order.
    rows.sort_by_cached_key(|(one, ..)| (code(towns, &one.town), code(&schools, &one.school)));
    rows.truncate(MOST + 1);
    let places = rows.iter().flat_map(|(one, [_, _, class], _)| {
        [&one.school, class, &one.town, &one.village, &one.group].map(String::as_str)
    });
    let names = Names::of(desk.tx, &desk.who.actor.county, places)?;
    let ids: Vec<&str> = rows.iter().map(|(_, [id, ..], _)| id.as_str()).collect();
    let guardians = guardians(desk, &ids)?;
    let name = |id: &str| names.get(id).to_owned();
    Ok(rows
        .into_iter()
        .map(|(one, [child, own, class], why)| HardLine {
            guardians: guardians.get(&child).map(|all| all.join("、")).unwrap_or_default(),
            name: own,
            school: joined([name(&one.school), name(&class)], " "),
            home: joined([name(&one.town), name(&one.village), name(&one.group)], " · "),
            why,
            child,
        })
        .collect())
}

/// Whom to call, where every way by which the reader reaches children shows the guardians: two at most of each child.
fn guardians(desk: &mut Desk<'_, '_>, children: &[&str]) -> Result<HashMap<String, Vec<String>>, Refused> {
    let mut found: HashMap<String, Vec<String>> = HashMap::new();
    if !crate::ledger::Sees::everywhere(desk, Action::ListChildren, Field::Guardians) {
        return Ok(found);
    }
    for some in children.chunks(AT_ONCE) {
        let mut values = vec![Value::from(desk.county())];
        let list = among(&mut values, some.iter().map(|child| (*child).to_owned()));
        desk.tx.each(
            &format!(
                "select child, name, relation from guardian
                 where county = $1 and child in ({list}) and until_at is null order by child, sort, id"
            ),
            &values,
            |row| {
                let own = found.entry(row.get(0)?).or_default();
                if own.len() < 2 {
                    own.push(format!("{}（{}）", row.get::<String>(1)?, row.get::<String>(2)?));
                }
                Ok(())
            },
        )?;
    }
    Ok(found)
}

/// Ways that the reader's day pupils go and nobody measured; at most three hundred.
pub(super) fn missing(desk: &mut Desk<'_, '_>) -> Result<Vec<MissingWay>, Refused> {
    let (alike, ways) = (alike(desk)?, every_way(desk)?);
    let judged = judged(desk, alike, &ways);
    unmeasured(desk, (&judged, &ways), "")
}

fn unmeasured(
    desk: &mut Desk<'_, '_>,
    (judged, ways): (&[(Alike, Access)], &ByHome),
    township: &str,
) -> Result<Vec<MissingWay>, Refused> {
    // Of the unknown there are those, too, whose way was measured and whose grade is not known.
    let none = |one: &Alike| one.by_day() && !one.village.is_empty() && one.way(ways).is_none();
    let mine: Vec<&Alike> = judged
        .iter()
        .map(|(one, _)| one)
        .filter(|one| none(one) && (township.is_empty() || one.town == township))
        .collect();
    let units = coded(
        desk,
        mine.iter().flat_map(|one| [one.school.as_str(), one.village.as_str(), one.group.as_str()]),
    )?;
    let open = |id: &str| units.get(id).filter(|one| one.2);
    let mut counts: BTreeMap<(&str, &str, &str, &str), (MissingWay, u32)> = BTreeMap::new();
    for one in mine {
        let (Some(village), Some(school)) = (open(&one.village), open(&one.school)) else { continue };
        let (group, name) = match open(&one.group) {
            Some(group) => (one.group.as_str(), group.1.as_str()),
            None => ("", ""),
        };
        let line = || MissingWay {
            village: village.1.clone(),
            group: name.to_owned(),
            school: school.1.clone(),
            children: 0,
        };
        let key = (village.0.as_str(), group, school.0.as_str(), one.school.as_str());
        counts.entry(key).or_insert_with(|| (line(), 0)).1 += one.many;
    }
    let lines = counts.into_values().map(|(line, children)| MissingWay { children, ..line });
    Ok(lines.take(MOST).collect())
}

pub(super) fn joined<const N: usize>(parts: [String; N], with: &str) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(with)
}
