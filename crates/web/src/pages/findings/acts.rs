//! What is done with one finding: decided, opened again, handed over, answered. Each goes on to the next or back to it.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use casework::campaign::{self, Assignment};
use casework::refused::Refused;
use rules::decision::{Decision, Found};
use serde::Deserialize;

use super::one::finding;
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::Errors;
use crate::route::encoded;
use crate::session::Session;

/// Goes on to the next finding, or shows what must be corrected. Whoever was overtaken sees what the other did, and what
/// was typed is still there (hazard H03).
async fn step(
    app: &App,
    session: &Session,
    (id, next): (String, String),
    note: String,
    done: Result<(), Failed>,
) -> Result<Response, Failed> {
    let failed = match done {
        Ok(()) if next.is_empty() => return Ok(see_other(&format!("/findings/{}", encoded(&id)))),
        Ok(()) => return Ok(see_other(&format!("/findings/{}", encoded(&next)))),
        Err(failed) => failed,
    };
    if let Refused::Changed { what } = failed.refused() {
        let mut errors = Errors::new();
        errors.add("note", format!("{what}，这一步没有办。下面是最新情况；您写的说明还在，看过再提交。"));
        let mut response = finding(app, session, id, note, errors).await?;
        *response.status_mut() = StatusCode::CONFLICT;
        return Ok(response);
    }
    let mut response = finding(app, session, id, note, failed.errors()?).await?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct DecideForm {
    decision: String,
    version: i64,
    #[serde(default)]
    note: String,
    #[serde(default)]
    next: String,
}

pub(super) async fn decide(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<DecideForm>,
) -> Result<Response, Failed> {
    let (subject, next, note) = (id.clone(), form.next.clone(), form.note.clone());
    let done = app
        .write(&session, move |desk| {
            let decision = Decision::from_code(&form.decision)
                .ok_or_else(|| Refused::field("decision", "请选择怎么认定"))?;
            campaign::decide(desk, &subject, decision, &form.note, form.version)
        })
        .await;
    step(&app, &session, (id, next), note, done).await
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct ReopenForm {
    version: i64,
    #[serde(default)]
    note: String,
}

pub(super) async fn reopen(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<ReopenForm>,
) -> Result<Response, Failed> {
    let (subject, note) = (id.clone(), form.note.clone());
    let done =
        app.write(&session, move |desk| campaign::reopen(desk, &subject, &form.note, form.version)).await;
    step(&app, &session, (id, String::new()), note, done).await
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct AssignForm {
    unit: String,
    due: String,
    version: i64,
    #[serde(default)]
    note: String,
    #[serde(default)]
    next: String,
}

pub(super) async fn assign(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<AssignForm>,
) -> Result<Response, Failed> {
    let (subject, next, note) = (id.clone(), form.next.clone(), form.note.clone());
    let done = app
        .write(&session, move |desk| {
            let due = rules::date::parse_date(&form.due)
                .map_err(|_| Refused::field("due", "请写期限，如 2026-11-27"))?;
            let assignment = Assignment { unit: form.unit.clone(), due };
            campaign::assign(desk, &subject, &assignment, &form.note, form.version)
        })
        .await;
    step(&app, &session, (id, next), note, done).await
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct ReportForm {
    found: String,
    version: i64,
    #[serde(default)]
    note: String,
}

pub(super) async fn report(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<ReportForm>,
) -> Result<Response, Failed> {
    let (subject, note) = (id.clone(), form.note.clone());
    let done = app
        .write(&session, move |desk| {
            let found =
                Found::from_code(&form.found).ok_or_else(|| Refused::field("found", "请选择核查结果"))?;
            campaign::report(desk, &subject, found, &form.note, form.version)
        })
        .await;
    step(&app, &session, (id, String::new()), note, done).await
}
