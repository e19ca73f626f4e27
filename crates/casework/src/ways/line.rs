//! The way to school as the child's file tells it, in one line. It asks for no right: the reader of the file has been asked.

use rules::codes::Boarding;
use rules::ways::{Access, judge};

use super::known::{COLUMNS, JOINED, way};
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// Whether who is written down so does not come from home every day.
pub(super) fn boards(code: &str) -> bool {
    matches!(Boarding::from_code(code), Some(Boarding::Boarder | Boarding::Lodger))
}

/// The way to school in one line; empty for a child in no school.
///
/// # Errors
/// [`Refused::Storage`].
pub(crate) fn line(desk: &mut Desk<'_, '_>, child: &str) -> Result<String, Refused> {
    let found = desk.tx.optional(
        &format!(
            "select child.grade, child.boarding, {COLUMNS} from child {JOINED}
             where child.county = $1 and child.id = $2 and child.school is not null"
        ),
        &params![desk.county(), child],
        |row| Ok((row.get::<Option<u8>>(0)?, row.get::<String>(1)?, way(row, 2)?)),
    )?;
    let Some((grade, boarding, way)) = found else { return Ok(String::new()) };
    let judged = judge(desk.plan.school_access(), grade, boards(&boarding), way.as_ref());
    Ok(match judged.access {
        Access::Hard => format!("{}：{}", judged.access.label(), judged.why),
        Access::Fine | Access::Boards | Access::Unknown => judged.why,
    })
}
