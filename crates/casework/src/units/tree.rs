//! The units themselves: 县—乡镇—村委会—村民小组 and 教体局—学校—班级, and the departments.

use rules::access::{Action, Subject};

use super::posts::{Person, people_of};
use crate::db::Tx;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

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
    /// Whether the actor may add units below it, and close it.
    pub may_write: bool,
    /// The telephone of its office; empty where none is known.
    pub phone: String,
    /// Whether the actor may enter it.
    pub may_phone: bool,
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
            "select {COLUMNS} from unit
             where county = $1 and (parent is null or kind = 'bureau') and until_day is null order by sort, id"
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
        may_write: desk.require(Action::WriteUnits, &subject, ("unit", id)).is_ok(),
        phone: super::phone::phone_of(desk.tx, desk.county(), id)?,
        may_phone: desk.require(Action::KeepOffice, &subject, ("unit", id)).is_ok(),
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
