//! The classes that somebody has to do with, and how many children are in each: one's own, those of one's school, or all
//! of the county.

use rules::access::{Action, Subject};

use crate::db::Value;
use crate::desk::Desk;
use crate::refused::Refused;

/// A class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// Id of its unit.
    pub id: String,
    /// 三年级(2)班.
    pub name: String,
    /// Name of the school.
    pub school: String,
    /// 1–9.
    pub grade: i64,
    /// Children in it now.
    pub size: i64,
}

/// Which classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Those at which the actor holds a post.
    Mine,
    /// Those whose units the actor may read: of his schools, or of the whole county.
    Readable,
}

/// Classes that exist now, in the order of their ids: `most` of them behind the class `after`, and
/// whether there are more.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn classes(
    desk: &mut Desk<'_, '_>,
    whose: Whose,
    after: &str,
    most: usize,
) -> Result<(Vec<Class>, bool), Refused> {
    desk.require(Action::ReadUnits, &Subject::Nothing, ("unit", ""))?;
    let whole = whose == Whose::Readable
        && desk.require(Action::ReadUnits, &Subject::Unit(&[]), ("unit", "")).is_ok();
    let mut values = vec![Value::from(desk.county()), Value::from(after.to_owned())];
    let mut within = "1 = 1".to_owned();
    if !whole {
        let mut marks = Vec::new();
        for post in &desk.who.actor.posts {
            values.push(Value::from(post.unit.as_str()));
            marks.push(format!("${}", values.len()));
        }
        if marks.is_empty() {
            return Ok((Vec::new(), false));
        }
        let marks = marks.join(", ");
        within = match whose {
            Whose::Mine => format!("class.unit in ({marks})"),
            Whose::Readable => format!("(class.unit in ({marks}) or class.school in ({marks}))"),
        };
    }
    let sql = format!(
        "select class.unit, unit.name, school.name, class.grade,
                (select cast(count(*) as bigint) from child_tie tie
                  where tie.county = class.county and tie.unit = class.unit and tie.tie = 'class')
         from class
         join unit on unit.county = class.county and unit.id = class.unit and unit.until_day is null
         join unit school on school.county = class.county and school.id = class.school
         where class.county = $1 and class.unit > $2 and {within}
         order by class.unit limit {}",
        most + 1
    );
    let mut found = desk.tx.query(&sql, &values, |row| {
        Ok(Class {
            id: row.get(0)?,
            name: row.get(1)?,
            school: row.get(2)?,
            grade: row.get(3)?,
            size: row.get(4)?,
        })
    })?;
    let more = found.len() > most;
    found.truncate(most);
    Ok((found, more))
}
