//! The units themselves: 县—乡镇—村委会—村民小组 and 教体局—学校—班级, and the departments.

use rules::access::{Action, Subject};

use super::posts::{Person, people_of};
use crate::db::Tx;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;
use crate::search;

/// A unit in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitRow {
    /// Its id.
    pub id: String,
    /// county, township, village, group, bureau, school, class, department, office.
    pub kind: String,
    /// Its full name.
    pub name: String,
    /// The unit above.
    pub parent: Option<String>,
    /// Number of units right below it.
    pub below: i64,
    /// Posts that answer for children and are vacant, in the unit itself.
    pub vacant: i64,
    /// Who answers for it, names joined; empty if nobody.
    pub answers: String,
}

/// A unit with those right above and below it and its people.
#[derive(Debug, Clone)]
pub struct UnitPage {
    /// The unit.
    pub unit: UnitRow,
    /// From the top down to the unit above: (id, name).
    pub above: Vec<(String, String)>,
    /// Right below.
    pub below: Vec<UnitRow>,
    /// Its posts with their holders.
    pub people: Vec<Person>,
    /// Whether the actor may appoint here.
    pub may_appoint: bool,
    /// Whether the actor may hand over here.
    pub may_hand_over: bool,
}

/// A unit to add.
#[derive(Debug, Clone)]
pub struct NewUnit {
    /// township, village, group, school, class….
    pub kind: String,
    /// Full name.
    pub name: String,
    /// The unit above.
    pub parent: String,
    /// 行政区划代码 or 学校标识码.
    pub code: Option<String>,
}

/// The unit and those above it, itself first; empty if there is no such unit.
///
/// # Errors
/// [`Refused::Storage`].
pub fn path(tx: &mut Tx<'_>, county: &str, unit: &str) -> Result<Vec<String>, Refused> {
    Ok(tx.query(
        "with recursive up (id, parent, step) as (
             select id, parent, 0 from unit where county = $1 and id = $2
             union all
             select unit.id, unit.parent, up.step + 1 from up
             join unit on unit.county = $1 and unit.id = up.parent
             where up.step < 8)
         select id from up order by step",
        &params![county, unit],
        |row| row.get(0),
    )?)
}

const COLUMNS: &str = "unit.id, unit.kind, unit.name, unit.parent,
    (select cast(count(*) as bigint) from unit below
      where below.county = unit.county and below.parent = unit.id and below.until_day is null),
    (select cast(count(*) as bigint) from post
      where post.county = unit.county and post.unit = unit.id and post.duty = 'chain' and post.closed_at is null
        and not exists (select 1 from tenure where tenure.county = post.county and tenure.post = post.id
                         and tenure.until_day is null))";

fn row(row: &crate::db::Row<'_>) -> Result<UnitRow, crate::db::DbError> {
    Ok(UnitRow {
        id: row.get(0)?,
        kind: row.get(1)?,
        name: row.get(2)?,
        parent: row.get(3)?,
        below: row.get(4)?,
        vacant: row.get(5)?,
        answers: String::new(),
    })
}

/// The units from which the actor's tree starts: the tops of both trees for the county's own posts, one's own units
/// for everybody else.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn units(desk: &mut Desk<'_, '_>) -> Result<Vec<UnitRow>, Refused> {
    desk.require(Action::ReadUnits, &Subject::Nothing, ("unit", ""))?;
    let county = desk.county();
    let whole = desk.require(Action::ReadUnits, &Subject::Unit(&[]), ("unit", "")).is_ok();
    let mut found = if whole {
        let sql = format!(
            "select {COLUMNS} from unit where county = $1 and parent is null and until_day is null order by sort, id"
        );
        desk.tx.query(&sql, &params![county], row)?
    } else {
        let mut own: Vec<&str> = desk.actor().posts.iter().map(|post| post.unit.as_str()).collect();
        own.sort_unstable();
        own.dedup();
        let sql = format!("select {COLUMNS} from unit where county = $1 and id = $2 order by sort, id");
        let mut found = Vec::new();
        for unit in own {
            found.extend(desk.tx.query(&sql, &params![county, unit], row)?);
        }
        found
    };
    name_answers(desk.tx, county, &mut found)?;
    Ok(found)
}

/// A unit, with what is above and below it and who works there.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn unit_page(desk: &mut Desk<'_, '_>, id: &str) -> Result<UnitPage, Refused> {
    let county = desk.county();
    let up = path(desk.tx, county, id)?;
    desk.require(Action::ReadUnits, &Subject::Unit(&up), ("unit", id))?;
    let sql = format!("select {COLUMNS} from unit where county = $1 and id = $2");
    let Some(unit) = desk.tx.optional(&sql, &params![county, id], row)? else {
        return Err(Refused::denied(Action::ReadUnits, "unit", id));
    };
    let mut above = Vec::new();
    for id in up.iter().skip(1).rev() {
        let name = desk.tx.one(
            "select name from unit where county = $1 and id = $2",
            &params![county, id],
            |row| row.get::<String>(0),
        )?;
        above.push((id.clone(), name));
    }
    let sql = format!(
        "select {COLUMNS} from unit where county = $1 and parent = $2 and until_day is null order by sort, id limit 400"
    );
    let mut below = desk.tx.query(&sql, &params![county, id], row)?;
    name_answers(desk.tx, county, &mut below)?;
    let people = people_of(desk, id)?;
    let subject = Subject::Unit(&up);
    Ok(UnitPage {
        may_appoint: desk.require(Action::AppointPost, &subject, ("unit", id)).is_ok(),
        may_hand_over: desk.require(Action::HandOver, &subject, ("unit", id)).is_ok(),
        unit,
        above,
        below,
        people,
    })
}

fn name_answers(tx: &mut Tx<'_>, county: &str, units: &mut [UnitRow]) -> Result<(), Refused> {
    for unit in units {
        let names = tx.query(
            "select account.name from post
             join tenure on tenure.county = post.county and tenure.post = post.id and tenure.until_day is null
             join account on account.county = tenure.county and account.id = tenure.account
             where post.county = $1 and post.unit = $2 and post.duty = 'chain' and post.closed_at is null
               and post.role <> 'subject'
             order by post.sort, post.id",
            &params![county, &unit.id],
            |row| row.get::<String>(0),
        )?;
        unit.answers = names.join("、");
    }
    Ok(())
}

/// Adds a unit below another.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Storage`].
pub fn add_unit(desk: &mut Desk<'_, '_>, new: &NewUnit) -> Result<String, Refused> {
    let county = desk.county();
    let up = path(desk.tx, county, &new.parent)?;
    let grant = desk.require(Action::WriteUnits, &Subject::Unit(&up), ("unit", &new.parent))?;
    let parent = desk.tx.optional(
        "select kind, line, township from unit where county = $1 and id = $2 and until_day is null",
        &params![county, &new.parent],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<Option<String>>(2)?)),
    )?;
    let Some((above, line, township)) = parent else {
        return Err(Refused::field("parent", "上级单位不存在或已撤销，请重新选择"));
    };
    let fits = matches!(
        (above.as_str(), new.kind.as_str()),
        ("county", "township" | "department" | "office")
            | ("township", "village")
            | ("village", "group")
            | ("bureau", "school" | "office")
            | ("school", "class")
    );
    if !fits {
        return Err(Refused::field("kind", "这一级下面不能设这种单位（双线四级，五(一)）"));
    }
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > 60 {
        return Err(Refused::field("name", "请写单位全称，60个字以内"));
    }
    let id = desk.now.id();
    let written = desk.tx.execute(
        "insert into unit (county, id, kind, line, name, short, parent, township, code, sort, from_day)
         values ($1, $2, $3, $4, $5, $5, $6, $7, $8, 9999, $9)",
        &params![
            county,
            &id,
            &new.kind,
            &line,
            name,
            &new.parent,
            if above == "township" { Some(new.parent.as_str()) } else { township.as_deref() },
            new.code.as_deref(),
            desk.now.day()
        ],
    );
    if let Err(error) = written {
        return Err(if matches!(error, crate::db::DbError::Unique(_)) {
            Refused::field("code", "这个代码已经有单位在用，请核对")
        } else {
            Refused::from(error)
        });
    }
    search::of_unit(desk.tx, county, (&id, &new.kind), name)?;
    desk.record(Action::WriteUnits, grant.post, ("unit", &id), "", "新设单位")?;
    Ok(id)
}

/// Closes a unit that has nobody left: no open unit below, no child tied to it.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`], [`Refused::Storage`].
pub fn close_unit(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let county = desk.county();
    let up = path(desk.tx, county, id)?;
    let grant = desk.require(Action::WriteUnits, &Subject::Unit(&up), ("unit", id))?;
    let below = desk.tx.one(
        "select cast(count(*) as bigint) from unit where county = $1 and parent = $2 and until_day is null",
        &params![county, id],
        |row| row.get::<i64>(0),
    )?;
    let child = desk.tx.optional(
        "select child from child_tie where county = $1 and unit = $2 limit 1",
        &params![county, id],
        |row| row.get::<String>(0),
    )?;
    if below > 0 || child.is_some() {
        return Err(Refused::rule(
            "这个单位下面还有单位或孩子，不能撤销",
            "五(一)",
            "请先把下级单位和孩子转到别的单位",
        ));
    }
    desk.tx.execute(
        "update unit set until_day = $3 where county = $1 and id = $2 and until_day is null",
        &params![county, id, desk.now.day()],
    )?;
    desk.record(Action::WriteUnits, grant.post, ("unit", id), "", "撤销单位")
}
