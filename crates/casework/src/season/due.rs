//! Who is due in a season: the reader's children, or those of one township, with what the rule asks about each. Nothing is kept of it: it is
//! read anew from the ledger each time.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::{Date, date};
use rules::access::{Action, Tie};
use rules::age::Grade;
use rules::season::{Due, Facts, born, due};
use rules::standing::Standing;

use super::open::Season;
use crate::db::{Row, Value};
use crate::desk::Desk;
use crate::params;
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
        Whose::Reached(action) => {
            let scope = Scope::of(desk.actor(), action, desk.now);
            match scope.pairs().any(|(_, tie)| tie == Tie::County) {
                true => "1 = 1".to_owned(),
                false => tied(&scope.predicate("tie", &mut values)),
            }
        }
        Whose::Township(unit) => {
            values.push(Value::from(unit.to_owned()));
            values.push(Value::from(Tie::HomeTownship.code()));
            tied("(tie.unit = $7 and tie.tie = $8)")
        }
    };
    let sql = format!(
        "select child.id, child.name, child.birth, child.standing, coalesce(child.township, ''), child.village,
                child.village_group, child.school,
                (select max(c.grade) from class_member m join class c on c.county = m.county and c.unit = m.class
                  where m.county = child.county and m.child = child.id and c.school_year = $5
                    and (m.until_day is null or m.until_day >= $6)),
                (select max(c.grade) from class_member m join class c on c.county = m.county and c.unit = m.class
                  where m.county = child.county and m.child = child.id and c.school_year = $4 and m.until_day is null)
         from child
         where child.county = $1 and child.merged_into is null
           and ((child.birth >= $2 and child.birth <= $3) or child.grade in (6, 7, 9)
                or child.standing in ('never', 'absent', 'unknown', 'deferred', 'suspended', 'too_young', 'finished'))
           and {within}
         order by child.township nulls last, child.village nulls last, child.village_group nulls last, child.spelling,
                  child.id"
    );
    let paused = paused(desk)?;
    // The season's board asks for several kinds; the ledger is read once for all of them.
    let rows = desk.tx.once(&sql, &values, |row| Ok(one(row, season, &paused)?.map(Arc::new)))?;
    let asked = rows.iter().flatten().filter(|child| wanted.contains(&child.due));
    Ok(asked.map(|child| DueChild::clone(child)).collect())
}

/// That the ties lead to the child.
fn tied(within: &str) -> String {
    format!("child.id in (select tie.child from child_tie tie where tie.county = $1 and {within})")
}

/// Until when children were let off, as far as anybody was: by a deferral granted, by a case that rests. They are few.
fn paused(desk: &mut Desk<'_, '_>) -> Result<HashMap<String, Date>, Refused> {
    let mut until: HashMap<String, Date> = HashMap::new();
    for sql in [
        "select child, max(until_day) from season_deferral
         where county = $1 and state = 'granted' and until_day is not null group by child order by child",
        "select k.child, max(e.until_day) from child_case k
         join case_event e on e.county = k.county and e.case_id = k.id
         where k.county = $1 and k.state = 'paused' and k.ended_at is null and e.until_day is not null
         group by k.child order by k.child",
    ] {
        let rows = desk
            .tx
            .once(sql, &params![desk.county()], |row| Ok((row.get::<String>(0)?, row.get::<Date>(1)?)))?;
        for (child, day) in rows {
            let known = until.entry(child).or_insert(day);
            *known = day.max(*known);
        }
    }
    Ok(until)
}

fn one(
    row: &Row<'_>,
    season: &Season,
    paused: &HashMap<String, Date>,
) -> Result<Option<DueChild>, crate::db::DbError> {
    let grade = |at| -> Result<Option<Grade>, crate::db::DbError> {
        let number = row.get::<Option<i64>>(at)?;
        Ok(number.and_then(|number| i8::try_from(number).ok()).and_then(Grade::new))
    };
    let standing: String = row.get(3)?;
    let standing = Standing::from_code(&standing).unwrap_or(Standing::Unknown);
    let id: String = row.get(0)?;
    let facts = Facts {
        birth: row.get(2)?,
        standing,
        before: grade(8)?,
        now: grade(9)?,
        paused_until: paused.get(&id).copied(),
    };
    let Some(due) = due(&season.age, season.year, &facts) else { return Ok(None) };
    Ok(Some(DueChild {
        id,
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
