//! Lists of the house taken out as workbooks: made on the threads that read, put on the record, then handed over. One way
//! for users, posts, units, code tables, announcements, records, who is on line, jobs and the state of the machine.

use axum::response::Response;
use casework::desk::Desk;
use casework::exports::{self, Made};
use casework::refused::Refused;
use rules::access::Action;
use rules::purpose::ListPurpose;
use serde::Deserialize;

use super::accounts::{shows, workbook};
use crate::app::App;
use crate::failed::Failed;
use crate::look::{Choice, Taking};
use crate::session::Session;

/// A list's filter with what it is taken out for.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Asking<Q> {
    /// The filter, as in the address.
    #[serde(flatten)]
    pub(super) query: Q,
    /// Code of a [`ListPurpose`].
    #[serde(default)]
    pub(super) purpose: String,
}

/// A list without a filter.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Nothing {}

/// The button and form of a list, for whoever may take it out.
pub(super) fn taking(
    session: &Session,
    right: Action,
    action: &'static str,
    kept: &[(&'static str, &str)],
) -> Option<Taking> {
    let purposes = ListPurpose::ALL.iter().map(|one| Choice::new(one.code(), one.label(), "")).collect();
    let kept = kept.iter().filter(|(_, value)| !value.is_empty());
    shows(session, right).then(|| Taking {
        action,
        kept: kept.map(|(name, value)| (*name, (*value).to_owned())).collect(),
        purposes,
    })
}

/// Makes the workbook, puts it on the record, and hands it over as `name-DAY.xlsx`.
pub(super) async fn take(
    app: &App,
    session: &Session,
    name: &str,
    purpose: &str,
    mut make: impl FnMut(&mut Desk<'_, '_>, ListPurpose) -> Result<Made, Refused> + Send + 'static,
) -> Result<Response, Failed> {
    let purpose = ListPurpose::from_code(purpose);
    let purpose = purpose.ok_or_else(|| Refused::field("purpose", "请选择用途"))?;
    let made = app.read(session, move |desk| make(desk, purpose)).await?;
    let written = made.clone();
    app.write(session, move |desk| exports::record(desk, &written)).await?;
    Ok(workbook(made.bytes, &format!("{name}-{}.xlsx", app.now().day())))
}
