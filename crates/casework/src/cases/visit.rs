//! A visit that was written down at the door (`pairs`) as an event of the case, and the help that was offered with it.

use rules::case::{By, Event, Person, Visit};

use super::events::load;
use super::write::happen;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// The open case of a child.
///
/// # Errors
/// [`Refused::Storage`].
pub(crate) fn open_of(desk: &mut Desk<'_, '_>, child: &str) -> Result<Option<String>, Refused> {
    Ok(desk.tx.optional(
        "select id from child_case where county = $1 and child = $2 and ended_at is null",
        &params![desk.county(), child],
        |row| row.get(0),
    )?)
}

/// Lets a visit happen in the child's open case, with the help offered there (its code and words): the case and the number of the
/// visit's event; `None` where no case is open. Right and record are the caller's.
///
/// # Errors
/// [`Refused::Rule`], [`Refused::Changed`], [`Refused::Storage`].
pub(crate) fn record_visit(
    desk: &mut Desk<'_, '_>,
    child: &str,
    visit: Visit,
    help: Option<(&str, &str)>,
    person: Person,
) -> Result<Option<(String, i64)>, Refused> {
    let Some(id) = open_of(desk, child)? else { return Ok(None) };
    let Some(kept) = load(desk, &id)? else { return Ok(None) };
    let (seq, on) = (kept.version + 1, visit.on);
    happen(desk, &kept, Event::Visit(visit), By::Person(person.clone()), None)?;
    if let Some((code, words)) = help {
        let Some(kept) = load(desk, &id)? else { return Ok(None) };
        let event = Event::Help { code: code.to_owned(), on, words: words.to_owned() };
        happen(desk, &kept, event, By::Person(person), None)?;
    }
    Ok(Some((id, seq)))
}
