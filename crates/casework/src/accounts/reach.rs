//! Whether somebody may look at what a right over accounts is about, before the act itself asks for more. It decides nothing:
//! [`rules::access`] does.

use rules::access::{Action, Actor, Grant, Subject, may};

use crate::refused::Refused;

/// Whether the actor may look: as `Desk::require`, but without proving identity again, which only the act itself asks.
pub(super) fn allowed<'a>(
    actor: &'a Actor,
    action: Action,
    subject: &Subject<'_>,
    named: (&'static str, &str),
) -> Result<Grant<'a>, Refused> {
    may(actor, action, subject).map_err(|denied| Refused::denied(denied.action, named.0, named.1))
}
