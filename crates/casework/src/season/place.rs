//! 5月计划: places of each school, as 教体局 plans them, beside the children that are expected in its township. No school is ranked.

use std::collections::BTreeMap;

use rules::access::{Action, Subject};
use rules::season::{Due, Places};

use super::due::{Whose, children};
use super::open::{Season, season};
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

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
    /// Places of grades one and seven, and beds; `None` where nothing is planned.
    pub planned: Option<(u32, u32, u32)>,
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
    /// Beds for boarders of both.
    pub beds: u32,
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
        "with last as (
           select school, first, junior, beds, row_number() over (partition by school order by at desc, id desc) as nth
           from season_place where county = $1 and year = $2)
         select unit.id, unit.name, school.kind, coalesce(unit.township, ''), coalesce(t.name, ''), last.first, last.junior,
                last.beds
         from unit
         join school on school.county = unit.county and school.unit = unit.id
         left join unit t on t.county = unit.county and t.id = unit.township
         left join last on last.school = unit.id and last.nth = 1
         where unit.county = $1 and unit.kind = 'school' and unit.until_day is null
         order by t.sort nulls last, unit.sort, unit.id",
        &params![desk.county(), i64::from(season.year)],
        |row| {
            let number = |at| -> Result<u32, crate::db::DbError> {
                Ok(u32::try_from(row.get::<Option<i64>>(at)?.unwrap_or(0)).unwrap_or(0))
            };
            let planned = match row.get::<Option<i64>>(5)? {
                Some(_) => Some((number(5)?, number(6)?, number(7)?)),
                None => None,
            };
            let line = PlaceLine { id: row.get(0)?, name: row.get(1)?, kind: row.get(2)?, planned };
            Ok((row.get::<String>(3)?, row.get::<String>(4)?, line))
        },
    )?;
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
    for child in due {
        let of = townships.get_mut(&child.township);
        let count = |places: &mut Places| places.expected = places.expected.saturating_add(1);
        match child.due {
            Due::First => {
                count(&mut all.0);
                if let Some(of) = of {
                    count(&mut of.first);
                }
            }
            Due::Junior => {
                count(&mut all.1);
                if let Some(of) = of {
                    count(&mut of.junior);
                }
            }
            Due::Back | Due::Leaves => {}
        }
    }
    for of in townships.values() {
        add(&mut all.0, of.first.planned);
        add(&mut all.1, of.junior.planned);
    }
    let townships = order.iter().filter_map(|id| townships.remove(id)).collect();
    Ok(Plan { season, townships, all, may_plan: county && season.is_open })
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
    for (field, number) in [("first", form.first), ("junior", form.junior), ("beds", form.beds)] {
        if number > MOST {
            return Err(Refused::field(field, format!("最多{MOST}")));
        }
    }
    let new = (i64::from(form.first), i64::from(form.junior), i64::from(form.beds));
    let last = desk.tx.query(
        "select first, junior, beds from season_place where county = $1 and year = $2 and school = $3
         order by at desc, id desc limit 1",
        &params![county, i64::from(season.year), school],
        |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?, row.get::<i64>(2)?)),
    )?;
    if last.first() == Some(&new) {
        return Ok(());
    }
    desk.tx.execute(
        "insert into season_place (county, id, year, school, first, junior, beds, by_account, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &params![
            county,
            desk.now.id(),
            i64::from(season.year),
            school,
            new.0,
            new.1,
            new.2,
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    let said = format!("招生计划：一年级{}个、七年级{}个、床位{}张", new.0, new.1, new.2);
    desk.record(Action::PlanSeason, grant.post, ("unit", school), "", &said)
}
