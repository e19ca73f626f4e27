//! 举报人: who wrote, opened by who leads at the unit that sorts, for a reason of a closed list, after proving identity again; never for
//! anybody of the unit that it is about (F05). It stands in no list, export, notice or audit text.

use rules::access::{Action, Subject};
use rules::tip_off::ReporterWhy;

use super::super::own_units;
use super::one::kept;
use super::store::{Deed, did};
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// Who wrote, as they gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reporter {
    /// How they are called; may be empty.
    pub name: String,
    /// How to reach them; may be empty.
    pub phone: String,
}

/// Opens who wrote. It is on the record, and in the tip's own history.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Invalid`], [`Refused::Storage`].
pub fn reporter(desk: &mut Desk<'_, '_>, id: &str, why: &str) -> Result<Reporter, Refused> {
    let kept = kept(desk, id, Action::SeeReporter)?;
    if !kept.leads || own_units(desk.actor(), Action::SeeReporter).is_empty() {
        return Err(Refused::denied(Action::SeeReporter, "tip_off", id));
    }
    let grant = desk.require(Action::SeeReporter, &Subject::Nothing, ("tip_off", id))?;
    let why = ReporterWhy::from_code(why).ok_or_else(|| Refused::field("reason", "请选为什么要看"))?;
    let found = desk.tx.optional(
        "select name_sealed, phone_sealed from tip_off_reporter where county = $1 and tip_off = $2",
        &params![desk.county(), id],
        |row| Ok((row.get::<Option<Vec<u8>>>(0)?, row.get::<Option<Vec<u8>>>(1)?)),
    )?;
    let (name, phone) = found.ok_or_else(|| Refused::denied(Action::SeeReporter, "tip_off", id))?;
    let reporter = Reporter {
        name: desk.open("tip_off_reporter", "name", id, name.as_deref())?,
        phone: desk.open("tip_off_reporter", "phone", id, phone.as_deref())?,
    };
    did(desk, id, &Deed { kind: "reporter", unit: "", code: why.code(), words: "" })?;
    desk.record(Action::SeeReporter, grant.post, ("tip_off", id), why.code(), "看举报人")?;
    Ok(reporter)
}
