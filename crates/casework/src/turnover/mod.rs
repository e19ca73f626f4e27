//! 新学年: what becomes of a school's classes when the year turns, who carried it out, and who arrived (docs/adr/0038-turnover.md). It moves pupils
//! between classes of one school and takes in those whom a notice sends there; every other change of the roll is `ledger`'s.

mod arrive;
mod board;
mod carry;
mod look;
mod start;

pub use arrive::{Arrival, Arrivals, arrivals, arrive};
pub(crate) use board::to_do;
pub use board::{Board, SchoolLine, board};
pub use carry::nightly;
pub use look::{ClassLine, HeldLine, State, StayLine, Turn, look};
pub use start::{Form, start, withdraw};

use rules::access::{Action, Grant, Subject};
use rules::age::Grade;

use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;
use crate::units::path;

/// A school as the turn of the year sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct School {
    /// Its unit.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// 小学, 教学点, 初级中学….
    pub(crate) kind: String,
    /// Its township.
    pub(crate) township: Option<String>,
}

impl School {
    /// The school, if the actor may do this with it; one that is not there is refused alike.
    fn find<'a>(desk: &mut Desk<'a, '_>, action: Action, id: &str) -> Result<(Self, Grant<'a>), Refused> {
        let found = desk.tx.optional(
            "select unit.id, unit.name, school.kind, unit.township from unit
             join school on school.county = unit.county and school.unit = unit.id
             where unit.county = $1 and unit.id = $2 and unit.kind = 'school' and unit.until_day is null",
            &params![desk.county(), id],
            |row| Ok(Self { id: row.get(0)?, name: row.get(1)?, kind: row.get(2)?, township: row.get(3)? }),
        )?;
        let school = found.ok_or_else(|| Refused::denied(action, "unit", id))?;
        let up = path(desk.tx, desk.county(), id)?;
        let grant = desk.require(action, &Subject::Unit(&up), ("unit", id))?;
        Ok((school, grant))
    }
}

/// 三年级（2）班, as an import and a paste name it.
fn class_name(grade: Grade, number: i64) -> String {
    format!("{}（{number}）班", grade.label())
}

/// A grade as it is stored.
fn grade(number: i64) -> Result<Grade, Refused> {
    i8::try_from(number).ok().and_then(Grade::new).ok_or_else(|| Refused::Fault("a grade".to_owned()))
}
