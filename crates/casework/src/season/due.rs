//! Who is due in a season: the reader's children, or those of one township, with what the rule asks about each. Nothing is kept of it: it is
//! read anew from the ledger each time.

use jiff::civil::{Date, date};
use rules::access::{Action, Tie};
use rules::age::Grade;
use rules::season::{Due, Facts, born, due};
use rules::standing::Standing;

use super::open::Season;
use crate::db::{Row, Value};
use crate::desk::Desk;
use crate::refused::Refused;
use crate::scope::Scope;

/// A child that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueChild {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Birthday.
    pub birth: Date,
    /// Where it stands.
    pub standing: Standing,
    /// For what.
    pub due: Due,
    /// Township of the home; empty where none is known.
    pub township: String,
    /// Village of the home.
    pub village: Option<String>,
    /// Village group of the home.
    pub group: Option<String>,
    /// School whose roll it is on.
    pub school: Option<String>,
    /// Grade on a roll of the season's school year.
    pub now: Option<Grade>,
}

/// Whose children.
#[derive(Debug, Clone, Copy)]
pub(super) enum Whose<'a> {
    /// Those whom the actor reaches for this.
    Reached(Action),
    /// Those at home in a township: the caller's right covers it.
    Township(&'a str),
}

/// The children that are due, by village, group, spelling.
pub(super) fn children(
    desk: &mut Desk<'_, '_>,
    season: &Season,
    whose: Whose<'_>,
    wanted: &[Due],
) -> Result<Vec<DueChild>, Refused> {
    let (first, last) = born(&season.age, season.year);
    let year = i64::from(season.year);
    let mut values = vec![
        Value::from(desk.county()),
        Value::from(first),
        Value::from(last),
        Value::from(year),
        Value::from(year - 1),
        // Who left a class before the spring was over did not end that year in it.
        Value::from(date(season.year, 5, 1)),
    ];
    let within = match whose {
        Whose::Reached(action) => Scope::of(desk.actor(), action, desk.now).predicate("tie", &mut values),
        Whose::Township(unit) => {
            values.push(Value::from(unit.to_owned()));
            values.push(Value::from(Tie::HomeTownship.code()));
            "(tie.unit = $7 and tie.tie = $8)".to_owned()
        }
    };
    let sql = format!(
        "select child.id, child.name, child.birth, child.standing, coalesce(child.township, ''), child.village,
                child.village_group, child.school,
                (select max(c.grade) from class_member m join class c on c.county = m.county and c.unit = m.class
                  where m.county = child.county and m.child = child.id and c.school_year = $5
                    and (m.until_day is null or m.until_day >= $6)),
                (select max(c.grade) from class_member m join class c on c.county = m.county and c.unit = m.class
                  where m.county = child.county and m.child = child.id and c.school_year = $4 and m.until_day is null),
                (select max(d.until_day) from season_deferral d
                  where d.county = child.county and d.child = child.id and d.state = 'granted'),
                (select max(e.until_day) from child_case k
                   join case_event e on e.county = k.county and e.case_id = k.id
                  where k.county = child.county and k.child = child.id and k.state = 'paused' and k.ended_at is null)
         from child
         where child.county = $1 and child.merged_into is null
           and ((child.birth >= $2 and child.birth <= $3) or child.grade in (6, 7, 9)
                or child.standing in ('never', 'absent', 'unknown', 'deferred', 'suspended', 'too_young', 'finished'))
           and child.id in (select tie.child from child_tie tie where tie.county = $1 and {within})
         order by child.township nulls last, child.village nulls last, child.village_group nulls last, child.spelling,
                  child.id"
    );
    let rows = desk.tx.query(&sql, &values, |row| one(row, season))?;
    Ok(rows.into_iter().flatten().filter(|child| wanted.contains(&child.due)).collect())
}

fn one(row: &Row<'_>, season: &Season) -> Result<Option<DueChild>, crate::db::DbError> {
    let grade = |at| -> Result<Option<Grade>, crate::db::DbError> {
        let number = row.get::<Option<i64>>(at)?;
        Ok(number.and_then(|number| i8::try_from(number).ok()).and_then(Grade::new))
    };
    let standing: String = row.get(3)?;
    let standing = Standing::from_code(&standing).unwrap_or(Standing::Unknown);
    let (deferred, paused): (Option<Date>, Option<Date>) = (row.get(10)?, row.get(11)?);
    let facts = Facts {
        birth: row.get(2)?,
        standing,
        before: grade(8)?,
        now: grade(9)?,
        paused_until: deferred.max(paused),
    };
    let Some(due) = due(&season.age, season.year, &facts) else { return Ok(None) };
    Ok(Some(DueChild {
        id: row.get(0)?,
        name: row.get(1)?,
        birth: facts.birth,
        standing,
        due,
        township: row.get(4)?,
        village: row.get(5)?,
        group: row.get(6)?,
        school: row.get(7)?,
        now: facts.now,
    }))
}
