//! What an import says when its job was given up, and that whoever handed it in is told.

use crate::db::{DbError, Tx};
use crate::jobs::{GivenUp, Job};
use crate::{params, today};

/// Moves the import of a job from one state to another, with what people should know; nothing where it stands elsewhere by
/// now.
pub(super) fn fell(
    tx: &mut Tx<'_>,
    job: &Job,
    given_up: &GivenUp<'_>,
    (from, to): (&str, &str),
    problem: &str,
) -> Result<(), DbError> {
    let (county, id) = (given_up.county, job.subject.as_str());
    let fallen = tx.optional(
        "update import set state = $4, problem = $5 where county = $1 and id = $2 and state = $3
         returning title, by_account",
        &params![county, id, from, to, problem],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let Some((title, by)) = fallen else { return Ok(()) };
    let text = format!("名单“{title}”没有办完：{problem}");
    today::told(tx, (county, given_up.now), &by, ("import", id), &text, &format!("/imports/{id}"))
}
