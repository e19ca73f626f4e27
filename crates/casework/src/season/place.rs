//! 5月计划: places for new pupils of each school, as 教体局 plans them, beside the children whom the table of catchments sends there. What the school
//! holds in all, and its beds, is read from the same table as the ways read it (`school_place`). No school is ranked.

use std::collections::BTreeMap;

use rules::access::{Action, Subject};
use rules::age::Stage;
use rules::season::{Due, Places, nearest};

use super::catchment::holding;
use super::due::{Whose, children};
use super::open::{Season, season};
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;
use crate::ways::capacity::HOLDS;

/// Most places of a school.
const MOST: u32 = 9_999;

/// A school in the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceLine {
    /// Unit.
    pub id: String,
    /// Its name.
    pub name: String,
    /// 小学, 初中, 九年一贯…
    pub kind: String,
    /// Places of grades one and seven; `None` where nothing is planned.
    pub planned: Option<(u32, u32)>,
    /// Places and beds of the whole school, as it wrote them down; `None` where nobody did.
    pub holds: Option<(u32, u32)>,
    /// Children of the first and of the seventh grade whom the table of catchments sends there.
    pub expected: (u32, u32),
}

impl PlaceLine {
    /// The plan of grade one against the children of the catchment.
    #[must_use]
    pub fn first(&self) -> Places {
        Places { planned: self.planned.map(|planned| planned.0), expected: self.expected.0 }
    }

    /// Of grade seven.
    #[must_use]
    pub fn junior(&self) -> Places {
        Places { planned: self.planned.map(|planned| planned.1), expected: self.expected.1 }
    }
}

/// A township with its schools and the children expected there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TownshipPlan {
    /// Its name; empty for schools of no township.
    pub name: String,
    /// Places and children of the first grade.
    pub first: Places,
    /// Of the seventh: townships send pupils to each other's junior schools.
    pub junior: Places,
    /// Its schools.
    pub schools: Vec<PlaceLine>,
}

/// The plan of a season.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The season.
    pub season: Season,
    /// By township.
    pub townships: Vec<TownshipPlan>,
    /// The whole of what the reader sees: grade one, grade seven.
    pub all: (Places, Places),
    /// Children whose home no line of the table of catchments names: grade one, grade seven.
    pub homeless: (u32, u32),
    /// Whether the reader may plan.
    pub may_plan: bool,
}

/// What is planned for a school.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlaceForm {
    /// Places of grade one.
    pub first: u32,
    /// Of grade seven.
    pub junior: u32,
}

fn add(sum: &mut Places, planned: Option<u32>) {
    if let Some(planned) = planned {
        sum.planned = Some(sum.planned.unwrap_or(0).saturating_add(planned));
    }
}

/// The plan, with the children in the reader's scope.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn plan(desk: &mut Desk<'_, '_>) -> Result<Plan, Refused> {
    desk.require(Action::ReadSeason, &Subject::Nothing, ("season", "plan"))?;
    let season = season(desk)?;
    let due = children(desk, &season, Whose::Reached(Action::ReadSeason), &[Due::First, Due::Junior])?;
    let rows = desk.tx.query(
        &format!(
            "with {HOLDS}, last as (
               select school, first, junior, row_number() over (partition by school order by at desc, id desc) as nth
               from school_place where county = $1 and school_year = $2 and first is not null)
             select unit.id, unit.name, school.kind, coalesce(unit.township, ''), coalesce(t.name, ''), last.first,
                    last.junior, holds.places, holds.beds
             from unit
             join school on school.county = unit.county and school.unit = unit.id
             left join unit t on t.county = unit.county and t.id = unit.township
             left join last on last.school = unit.id and last.nth = 1
             left join holds on holds.school = unit.id
             where unit.county = $1 and unit.kind = 'school' and unit.until_day is null
             order by t.sort nulls last, unit.sort, unit.id"
        ),
        &params![desk.county(), i64::from(season.year)],
        |row| {
            let (first, junior): (Option<u32>, Option<u32>) = (row.get(5)?, row.get(6)?);
            let (places, beds): (Option<u32>, Option<u32>) = (row.get(7)?, row.get(8)?);
            let line = PlaceLine {
                id: row.get(0)?,
                name: row.get(1)?,
                kind: row.get(2)?,
                planned: first.map(|first| (first, junior.unwrap_or(0))),
                holds: places.zip(beds),
                expected: (0, 0),
            };
            Ok((row.get::<String>(3)?, row.get::<String>(4)?, line))
        },
    )?;
    // Where each school stands in what follows: its township.
    let town_of: BTreeMap<String, String> =
        rows.iter().map(|(township, _, line)| (line.id.clone(), township.clone())).collect();
    let table = holding(desk, season.year)?;
    let county = desk.require(Action::PlanSeason, &Subject::Nothing, ("season", "plan")).is_ok();
    let own: Vec<&str> = desk.actor().posts.iter().map(|post| post.unit.as_str()).collect();
    let whole = rules::access::arms(desk.actor(), Action::ReadSeason)
        .iter()
        .any(|arm| arm.tie == rules::access::Tie::County);
    let mut order: Vec<String> = Vec::new();
    let mut townships: BTreeMap<String, TownshipPlan> = BTreeMap::new();
    for (township, name, line) in rows {
        if !whole && !own.contains(&township.as_str()) && !own.contains(&line.id.as_str()) {
            continue;
        }
        if !order.contains(&township) {
            order.push(township.clone());
        }
        let of = townships.entry(township).or_default();
        of.name = name;
        add(&mut of.first, line.planned.map(|planned| planned.0));
        add(&mut of.junior, line.planned.map(|planned| planned.1));
        of.schools.push(line);
    }
    let mut all = (Places::default(), Places::default());
    let mut homeless = (0_u32, 0_u32);
    for child in due {
        let stage = match child.due {
            Due::First => Stage::Primary,
            Due::Junior => Stage::Junior,
            Due::Back | Due::Leaves => continue,
        };
        let home = [
            &*child.group.clone().unwrap_or_default(),
            &*child.village.clone().unwrap_or_default(),
            &*child.township,
        ]
        .map(str::to_owned);
        let school = nearest(&table, stage, home.iter().map(String::as_str)).map(|line| line.school.clone());
        let town = school.as_ref().and_then(|school| town_of.get(school)).unwrap_or(&child.township);
        let one_more = |count: &mut u32| *count = count.saturating_add(1);
        let of = townships.get_mut(town);
        match (stage, of) {
            (Stage::Primary, of) => {
                one_more(&mut all.0.expected);
                if school.is_none() {
                    one_more(&mut homeless.0);
                }
                if let Some(of) = of {
                    one_more(&mut of.first.expected);
                    of.schools
                        .iter_mut()
                        .filter(|line| Some(&line.id) == school.as_ref())
                        .for_each(|line| one_more(&mut line.expected.0));
                }
            }
            (Stage::Junior, of) => {
                one_more(&mut all.1.expected);
                if school.is_none() {
                    one_more(&mut homeless.1);
                }
                if let Some(of) = of {
                    one_more(&mut of.junior.expected);
                    of.schools
                        .iter_mut()
                        .filter(|line| Some(&line.id) == school.as_ref())
                        .for_each(|line| one_more(&mut line.expected.1));
                }
            }
        }
    }
    for of in townships.values() {
        add(&mut all.0, of.first.planned);
        add(&mut all.1, of.junior.planned);
    }
    let townships = order.iter().filter_map(|id| townships.remove(id)).collect();
    Ok(Plan { season, townships, all, homeless, may_plan: county && season.is_open })
}

/// Plans the places of a school; what stood before stays on the record. The same again is nothing (hazard H01).
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] while the season is not open, [`Refused::Storage`].
pub fn plan_places(desk: &mut Desk<'_, '_>, school: &str, form: PlaceForm) -> Result<(), Refused> {
    let grant = desk.require(Action::PlanSeason, &Subject::Nothing, ("unit", school))?;
    let season = season(desk)?;
    let county = desk.county();
    let there = desk.tx.optional(
        "select unit.id from unit join school on school.county = unit.county and school.unit = unit.id
         where unit.county = $1 and unit.id = $2 and unit.until_day is null",
        &params![county, school],
        |row| row.get::<String>(0),
    )?;
    if there.is_none() {
        return Err(Refused::denied(Action::PlanSeason, "unit", school));
    }
    season.must_be_open()?;
    for (field, number) in [("first", form.first), ("junior", form.junior)] {
        if number > MOST {
            return Err(Refused::field(field, format!("招生数最多写{MOST}名，请核对")));
        }
    }
    let new = (i64::from(form.first), i64::from(form.junior));
    let last = desk.tx.query(
        "select first, junior from school_place where county = $1 and school_year = $2 and school = $3 and first is not null
         order by at desc, id desc limit 1",
        &params![county, i64::from(season.year), school],
        |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?)),
    )?;
    if last.first() == Some(&new) {
        return Ok(());
    }
    desk.tx.execute(
        "insert into school_place (county, id, school, school_year, first, junior, source, by_account, at)
         values ($1, $2, $3, $4, $5, $6, '招生计划', $7, $8)",
        &params![
            county,
            desk.now.id(),
            school,
            i64::from(season.year),
            new.0,
            new.1,
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    let said = format!("招生计划：一年级{}个、七年级{}个", new.0, new.1);
    desk.record(Action::PlanSeason, grant.post, ("unit", school), "", &said)
}
