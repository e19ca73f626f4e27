//! The class whose register it is, and by which right somebody deals with it.

use jiff::civil::Date;
use rules::access::{Action, Grant, Post, Subject, Tie};

use super::calling::Source;
use crate::desk::Desk;
use crate::ledger::Sees;
use crate::params;
use crate::refused::Refused;

/// A class with its school.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Class {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) school: String,
    pub(super) school_name: String,
    /// Where its marks of the day come from.
    pub(super) source: Source,
    from: Date,
    until: Option<Date>,
}

impl Class {
    /// The class, if the actor may do this with it; one that is not there is refused alike.
    pub(super) fn find<'a>(
        desk: &mut Desk<'a, '_>,
        action: Action,
        id: &str,
    ) -> Result<(Self, Grant<'a>), Refused> {
        let found = desk.tx.once(
            "select class.unit, unit.name, class.school, school.name, unit.from_day, unit.until_day,
                    coalesce((select calling.source from calling
                              where calling.county = class.county and calling.school = class.school
                              order by calling.at desc limit 1), '')
             from class
             join unit on unit.county = class.county and unit.id = class.unit
             join unit school on school.county = class.county and school.id = class.school
             where class.county = $1 and class.unit = $2",
            &params![desk.county(), id],
            |row| {
                Ok(Self {
                    id: row.get(0)?,
                    name: row.get(1)?,
                    school: row.get(2)?,
                    school_name: row.get(3)?,
                    from: row.get(4)?,
                    until: row.get(5)?,
                    source: Source::from_code(&row.get::<String>(6)?).unwrap_or(Source::Here),
                })
            },
        )?;
        let class = found.into_iter().next().ok_or_else(|| Refused::denied(action, "class", id))?;
        let path = [class.id.clone(), class.school.clone()];
        let grant = desk.require(action, &Subject::Unit(&path), ("class", id))?;
        Ok((class, grant))
    }

    /// Whether there was such a class on a day.
    pub(super) fn exists(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }

    /// How whoever holds this post sees the pupils of the class.
    pub(super) fn sees(&self, post: &Post) -> Sees {
        let tie = if post.unit == self.id {
            Tie::Class
        } else if post.unit == self.school {
            Tie::School
        } else {
            Tie::County
        };
        Sees::new(post.role, tie)
    }
}
