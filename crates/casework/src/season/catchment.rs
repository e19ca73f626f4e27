//! 学区划片 (义务教育法第十二条；五(八)): which group, village or township goes to which school, from a school year on; who has none and what does not
//! fit. A line is never changed: a later one holds. It moves no pupil; the plan of places and the notices read it.

use std::collections::{BTreeMap, BTreeSet};

use rules::access::{Action, Subject, may};
use rules::age::Stage;
use rules::season::{Due, Gap, Table, gap, nearest, takes};

use super::due::{Whose, children};
use super::open::season;
use crate::desk::Desk;
use crate::params;
use crate::refused::{Problem, Refused};
use crate::units::{columns, one};
use crate::ways::Measured;
use crate::ways::known::open_units;
use crate::ways::measure::{all_or_none, is_whole, lines, source};

/// What is pasted or edited.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CatchmentTable {
    /// The school year from which it holds: 2026 for 2026-2027.
    pub year: i16,
    /// Who decided it, by which paper.
    pub source: String,
    /// 乡镇、村、小组、小学、初中, one a line.
    pub lines: String,
}

/// What holds for a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Holds {
    /// Id of the school.
    pub(super) school: String,
    /// Its name.
    pub(super) name: String,
    /// Its kind.
    kind: String,
    /// Whether it is open.
    pub(super) is_open: bool,
    /// Since which school year the line holds.
    since: i16,
}

/// A school in the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Its name.
    pub school: String,
    /// Since which school year: `2026-2027`.
    pub since: String,
}

/// A place with its schools; a group only where it has a line of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceRow {
    /// Its name: village, or village and group; the township's for a line of the whole township.
    pub name: String,
    /// 小学 and 初中, where the place itself is named.
    pub own: [Option<Placed>; 2],
    /// Where it follows from a larger place.
    pub by: [Option<String>; 2],
    /// Children of the season whom the reader sees there.
    pub due: u32,
}

/// Something to settle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GapRow {
    /// The township.
    pub township: String,
    /// The place.
    pub place: String,
    /// The stage.
    pub stage: &'static str,
    /// What.
    pub gap: Gap,
    /// The school of the table.
    pub school: String,
    /// Where most of its pupils go.
    pub usual: String,
    /// Children of the season whom the reader sees there.
    pub due: u32,
}

/// The table of a school year.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catchments {
    /// First calendar year.
    pub year: i16,
    /// The school years that have lines, the latest first.
    pub years: Vec<i16>,
    /// By township: its name and its places.
    pub townships: Vec<(String, Vec<PlaceRow>)>,
    /// What has to be settled.
    pub gaps: Vec<GapRow>,
    /// The table as lines to edit, for whoever may.
    pub lines: String,
    /// Whether the reader may write.
    pub may_write: bool,
}

const fn code(stage: Stage) -> &'static str {
    match stage {
        Stage::Primary => "primary",
        Stage::Junior => "junior",
    }
}

const STAGES: [Stage; 2] = [Stage::Primary, Stage::Junior];

/// The lines that hold in a school year; those that took a place out again are left out.
pub(super) fn holding(desk: &mut Desk<'_, '_>, year: i16) -> Result<Table<Holds>, Refused> {
    let rows = desk.tx.query(
        "with last as (
           select place, stage, school, year, row_number() over (partition by place, stage order by year desc, at desc, id desc) as nth
           from catchment where county = $1 and year <= $2)
         select last.place, last.stage, last.school, unit.name, school.kind, case when unit.until_day is null then 1 else 0 end, last.year
         from last
         join unit on unit.county = $1 and unit.id = last.school
         join school on school.county = $1 and school.unit = last.school
         where last.nth = 1 order by last.place, last.stage",
        &params![desk.county(), i64::from(year)],
        |row| {
            let stage: String = row.get(1)?;
            let stage = if stage == "junior" { Stage::Junior } else { Stage::Primary };
            let holds = Holds {
                school: row.get(2)?,
                name: row.get(3)?,
                kind: row.get(4)?,
                is_open: row.get(5)?,
                since: row.get(6)?,
            };
            Ok(((row.get::<String>(0)?, stage), holds))
        },
    )?;
    Ok(rows.into_iter().collect())
}

/// Where most pupils of a place go by the rolls, by place and stage; of two as many the first by id.
fn usual(desk: &mut Desk<'_, '_>) -> Result<Table<(String, String)>, Refused> {
    let mut found = BTreeMap::new();
    for place in ["village_group", "village"] {
        let rows = desk.tx.query(
            &format!(
                "select child.{place}, case when child.grade >= 7 then 1 else 0 end, school.id, school.name
                 from child join unit school on school.county = child.county and school.id = child.school
                 where child.county = $1 and child.merged_into is null and child.standing = 'enrolled'
                   and child.grade is not null and child.{place} is not null
                 group by child.{place}, case when child.grade >= 7 then 1 else 0 end, school.id, school.name
                 order by 1, 2, count(*) desc, 3"
            ),
            &params![desk.county()],
            |row| {
                let stage = if row.get::<bool>(1)? { Stage::Junior } else { Stage::Primary };
                Ok(((row.get::<String>(0)?, stage), (row.get::<String>(2)?, row.get::<String>(3)?)))
            },
        )?;
        for (key, school) in rows {
            found.entry(key).or_insert(school);
        }
    }
    Ok(found)
}

/// Units of the table, in the order of the county: id, name, the one above.
fn ordered(desk: &mut Desk<'_, '_>, kind: &str) -> Result<Vec<(String, String, String)>, Refused> {
    Ok(desk.tx.query(
        "select id, name, coalesce(parent, '') from unit where county = $1 and kind = $2 and until_day is null
         order by sort, id",
        &params![desk.county(), kind],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?)
}

/// The townships that the reader is of; all for whoever reads the county.
fn reach(desk: &mut Desk<'_, '_>) -> Result<Option<BTreeSet<String>>, Refused> {
    let arms = rules::access::arms(desk.actor(), Action::ReadSeason);
    if arms.iter().any(|arm| arm.tie == rules::access::Tie::County) {
        return Ok(None);
    }
    let units: Vec<String> = desk.actor().posts.iter().map(|post| post.unit.clone()).collect();
    let mut own = BTreeSet::new();
    for unit in units {
        let town = desk.tx.optional(
            "select coalesce(township, id) from unit where county = $1 and id = $2",
            &params![desk.county(), &unit],
            |row| row.get::<String>(0),
        )?;
        own.extend(town);
    }
    Ok(Some(own))
}

/// The table of a school year, as far as the reader's townships.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn catchments(desk: &mut Desk<'_, '_>, year: Option<i16>) -> Result<Catchments, Refused> {
    desk.require(Action::ReadSeason, &Subject::Nothing, ("season", "catchments"))?;
    let season = season(desk)?;
    let year = year.unwrap_or(season.year);
    let table = holding(desk, year)?;
    let usual = usual(desk)?;
    let near = reach(desk)?;
    let mut due: BTreeMap<(String, Stage), u32> = BTreeMap::new();
    for child in children(desk, &season, Whose::Reached(Action::ReadSeason), &[Due::First, Due::Junior])? {
        let stage = if child.due == Due::Junior { Stage::Junior } else { Stage::Primary };
        for place in [child.group, child.village].into_iter().flatten() {
            let count = due.entry((place, stage)).or_default();
            *count = count.saturating_add(1);
        }
    }
    let townships = ordered(desk, "township")?;
    let mut villages: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for (id, name, above) in ordered(desk, "village")? {
        villages.entry(above).or_default().push((id, name));
    }
    let mut groups: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for (id, name, above) in ordered(desk, "group")? {
        groups.entry(above).or_default().push((id, name));
    }
    let years = desk.tx.query(
        "select distinct year from catchment where county = $1 order by year desc limit 20",
        &params![desk.county()],
        |row| row.get::<i16>(0),
    )?;
    let mut all = Catchments {
        year,
        years,
        may_write: may(desk.actor(), Action::PlanSeason, &Subject::Nothing).is_ok(),
        ..Catchments::default()
    };
    let none: Vec<(String, String)> = Vec::new();
    let mut text = Vec::new();
    for (town, town_name, _) in &townships {
        if near.as_ref().is_some_and(|own| !own.contains(town)) {
            continue;
        }
        let look = Look { table: &table, usual: &usual, due: &due, town: (town, town_name) };
        let mut rows = Vec::new();
        if look.is_named(town) {
            rows.push(look.row("全乡镇", [town, "", ""]));
            text.push(look.line("全乡镇", "全村", town));
        }
        for (village, name) in villages.get(town).unwrap_or(&none) {
            rows.push(look.row(name, [village, town, ""]));
            text.push(look.line(name, "全村", village));
            let own = groups.get(village).unwrap_or(&none);
            let named: Vec<&(String, String)> = own.iter().filter(|(id, _)| look.is_named(id)).collect();
            for (group, group_name) in &named {
                rows.push(look.row(&format!("{name}{group_name}"), [group, village, town]));
                text.push(look.line(name, group_name, group));
            }
            for stage in STAGES {
                // A village all of whose groups have a line needs none itself.
                let by_groups =
                    !own.is_empty() && own.iter().all(|(id, _)| table.contains_key(&(id.clone(), stage)));
                if !by_groups || nearest(&table, stage, [&**village]).is_some() {
                    all.gaps.extend(look.gap(name, stage, [village, town, ""]));
                }
                for (group, group_name) in
                    named.iter().filter(|(id, _)| table.contains_key(&(id.clone(), stage)))
                {
                    all.gaps.extend(look.gap(&format!("{name}{group_name}"), stage, [group, village, town]));
                }
            }
        }
        all.townships.push((town_name.clone(), rows));
    }
    // What nobody has settled before what only differs.
    all.gaps.sort_by_key(|row| row.gap);
    if all.may_write {
        all.lines = text.join("\n");
    }
    Ok(all)
}

/// What the rows of a township are read from.
struct Look<'a> {
    table: &'a Table<Holds>,
    usual: &'a Table<(String, String)>,
    due: &'a BTreeMap<(String, Stage), u32>,
    town: (&'a str, &'a str),
}

impl Look<'_> {
    fn is_named(&self, place: &str) -> bool {
        STAGES.iter().any(|stage| self.table.contains_key(&(place.to_owned(), *stage)))
    }

    fn row(&self, name: &str, places: [&str; 3]) -> PlaceRow {
        let [place, ..] = places;
        let own = |stage| {
            self.table.get(&(place.to_owned(), stage)).map(|line| Placed {
                school: line.name.clone(),
                since: rules::age::school_year_label(line.since),
            })
        };
        let by = |stage| nearest(self.table, stage, places).map(|line| line.name.clone());
        let due = STAGES.iter().filter_map(|stage| self.due.get(&(place.to_owned(), *stage))).sum();
        PlaceRow { name: name.to_owned(), own: STAGES.map(own), by: STAGES.map(by), due }
    }

    fn line(&self, village: &str, group: &str, place: &str) -> String {
        let school =
            |stage| self.table.get(&(place.to_owned(), stage)).map_or("-", |line| line.name.as_str());
        format!("{}\t{village}\t{group}\t{}\t{}", self.town.1, school(Stage::Primary), school(Stage::Junior))
    }

    fn gap(&self, name: &str, stage: Stage, places: [&str; 3]) -> Option<GapRow> {
        let [place, ..] = places;
        let line = nearest(self.table, stage, places);
        let usual = self.usual.get(&(place.to_owned(), stage));
        let same = usual.and_then(|(id, _)| line.map(|line| line.school == *id));
        let found = gap(stage, line.map(|line| (line.is_open, line.kind.as_str())), same)?;
        Some(GapRow {
            township: self.town.1.to_owned(),
            place: name.to_owned(),
            stage: stage.label(),
            gap: found,
            school: line.map(|line| line.name.clone()).unwrap_or_default(),
            usual: usual.map(|(_, name)| name.clone()).unwrap_or_default(),
            due: self.due.get(&(place.to_owned(), stage)).copied().unwrap_or(0),
        })
    }
}

/// A line as it is to be written: place, stage, school (empty: none any more).
type Wanted = (String, Stage, String);

/// The units that lines name: id, name, the one above.
struct Units {
    townships: Vec<(String, String, String)>,
    villages: Vec<(String, String, String)>,
    groups: Vec<(String, String, String)>,
    schools: Vec<(String, String, String)>,
    kinds: BTreeMap<String, String>,
}

/// Writes lines down; those that say what holds already are passed over, so that the whole table may be sent again with a few lines changed.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`] with each line that is wrong, [`Refused::Storage`].
pub fn set_catchments(desk: &mut Desk<'_, '_>, new: &CatchmentTable) -> Result<Measured, Refused> {
    let grant = desk.require(Action::PlanSeason, &Subject::Nothing, ("season", "catchments"))?;
    let this = season(desk)?.year;
    if !(this..=this + 1).contains(&new.year) {
        return Err(Refused::field("year", "学年要选这一个入学季的，或者下一个的；以前的不改"));
    }
    let source = source(&new.source)
        .map_err(|_| Refused::field("source", "请写依据，2到60个字，如“县教体局划片方案，2026年5月”"))?;
    let all = lines(&new.lines)?;
    let kinds = desk.tx.query(
        "select unit, kind from school where county = $1 order by unit",
        &params![desk.county()],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let units = Units {
        townships: open_units(desk, "township")?,
        villages: open_units(desk, "village")?,
        groups: open_units(desk, "group")?,
        schools: open_units(desk, "school")?,
        kinds: kinds.into_iter().collect(),
    };
    let table = holding(desk, new.year)?;
    let (mut wanted, mut seen, mut problems, mut done) =
        (Vec::<Wanted>::new(), BTreeSet::new(), Vec::new(), Measured::default());
    for (at, line) in all {
        match units.read(&columns(line)) {
            Ok((place, _)) if !seen.insert(place.clone()) => {
                let text = format!("第{at}行：这个地方前面已经写过一行，请只留一行");
                problems.push(Problem { field: "lines", text });
            }
            Ok((place, schools)) => {
                for (stage, school) in schools {
                    let now = table.get(&(place.clone(), stage)).map_or("", |holds| holds.school.as_str());
                    if now == school {
                        done.there += usize::from(!school.is_empty());
                    } else {
                        wanted.push((place.clone(), stage, school));
                    }
                }
            }
            Err(text) => problems.push(Problem { field: "lines", text: format!("第{at}行：{text}") }),
        }
    }
    all_or_none(problems)?;
    done.made = wanted.len();
    for (place, stage, school) in wanted {
        desk.tx.execute(
            "insert into catchment (county, id, year, place, stage, school, source, by_account, at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            &params![
                desk.county(),
                desk.now.id(),
                i64::from(new.year),
                place,
                code(stage),
                school,
                &source,
                &desk.actor().account,
                desk.now.stamp()
            ],
        )?;
    }
    let said = format!("学区划片：写了{}处", done.made);
    desk.record(Action::PlanSeason, grant.post, ("season", "catchments"), "", &said)?;
    Ok(done)
}

impl Units {
    /// Place, and the school of each stage.
    fn read(&self, columns: &[&str]) -> Result<(String, [(Stage, String); 2]), String> {
        let at = |index: usize| columns.get(index).copied().unwrap_or_default();
        if columns.len() < 5 {
            return Err("要有乡镇、村、小组、小学、初中五列；没有的写“-”".to_owned());
        }
        let town = one(&self.townships, at(0), "乡镇")?.to_owned();
        let within = |all: &[(String, String, String)], above: &str| -> Vec<_> {
            all.iter().filter(|(.., own)| own == above).cloned().collect()
        };
        let place = if matches!(at(1), "" | "-" | "—" | "全乡镇" | "全乡" | "全镇") {
            if !is_whole(at(2)) {
                return Err("写了小组，还要写是哪个村的".to_owned());
            }
            town
        } else {
            let village = one(&within(&self.villages, &town), at(1), "村")?.to_owned();
            if is_whole(at(2)) {
                village
            } else {
                one(&within(&self.groups, &village), at(2), "小组")?.to_owned()
            }
        };
        let school = |stage: Stage, cell: &str| -> Result<(Stage, String), String> {
            if matches!(cell, "" | "-" | "—" | "不划") {
                return Ok((stage, String::new()));
            }
            let id = one(&self.schools, cell, "学校")?;
            if !self.kinds.get(id).is_some_and(|kind| takes(kind, stage)) {
                return Err(format!("{cell}不办{}", stage.label()));
            }
            Ok((stage, id.to_owned()))
        };
        Ok((place, [school(Stage::Primary, at(3))?, school(Stage::Junior, at(4))?]))
    }
}
