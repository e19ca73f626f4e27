//! `/api/v1/audit`: the record, for the auditor: who did what to which file, never what stands in it.

use axum::extract::State;
use axum::response::Response;
use casework::audit::{self, Line};
use casework::refused::Refused;
use rules::access::Action;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cursor;
use super::give::{self, Page};
use super::take::Asked;
use crate::app::App;
use crate::failed::Failed;
use crate::route::{Policy, Route};
use crate::session::Session;

/// Lines of a part.
const PART: usize = 200;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/api/v1/audit", Policy::Needs(Action::ReadAudit), list)]
}

/// Which lines.
#[derive(Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// User name or name, whole.
    person: String,
    /// Code of an action, as in `may` of `/api/v1/me`.
    action: String,
    /// `done` or `refused`.
    outcome: String,
    /// The day.
    #[param(format = Date)]
    day: String,
    /// Where to go on: `next` of the part before.
    #[serde(skip_serializing)]
    cursor: String,
}

/// A line of the record.
#[derive(Serialize, ToSchema)]
pub(super) struct AuditLine {
    /// Id.
    id: String,
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// Who.
    name: String,
    /// User name.
    username: String,
    /// As what.
    role: String,
    /// What.
    action: String,
    /// Whether it was refused.
    refused: bool,
    /// What it was done to.
    kind: String,
    /// Id of that.
    subject: String,
    /// Why, where the act asks for a reason.
    #[serde(skip_serializing_if = "String::is_empty")]
    purpose: String,
    /// What happened.
    #[serde(skip_serializing_if = "String::is_empty")]
    detail: String,
    /// Number of its seal; absent while it waits for it.
    #[serde(skip_serializing_if = "String::is_empty")]
    seal: String,
}

impl From<Line> for AuditLine {
    fn from(line: Line) -> Self {
        Self {
            id: line.id,
            at: line.at,
            name: line.name,
            username: line.username,
            role: line.role,
            action: line.action,
            refused: line.refused,
            kind: line.kind,
            subject: line.subject,
            purpose: line.purpose,
            detail: line.detail,
            seal: line.seal,
        }
    }
}

/// The record, the newest first.
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", params(Wanted),
    responses((status = 200, body = Page<AuditLine>)))]
pub(super) async fn list(
    State(app): State<App>,
    session: Session,
    Asked(asked): Asked<Wanted>,
) -> Result<Response, Failed> {
    let name = cursor::list("audit", &asked)?;
    let before = cursor::open(&app, &session, &name, &asked.cursor)?.unwrap_or_default();
    let action = match asked.action.as_str() {
        "" => None,
        code => Some(Action::from_code(code).ok_or_else(|| Refused::field("action", "没有这种操作"))?),
    };
    if !matches!(asked.outcome.as_str(), "" | "done" | "refused") {
        return Err(Refused::field("outcome", "写 done 或 refused").into());
    }
    if !asked.day.is_empty() && asked.day.parse::<jiff::civil::Date>().is_err() {
        return Err(Refused::field("day", "日期写成 2026-11-24").into());
    }
    let filter =
        audit::Filter { person: asked.person, action, outcome: asked.outcome, day: asked.day, before };
    let vault = app.vault().clone();
    let page = app.read(&session, move |desk| audit::page(desk, &vault, &filter, PART)).await?;
    let next = page.next.map(|at| cursor::seal(&app, &session, &name, &at));
    give::read(&Page { items: page.lines.into_iter().map(AuditLine::from).collect(), next, total: None })
}
