//! What is done with one finding: decided, opened again, handed over, answered. Each goes on to the next or back to it.

use axum::Form;
use axum::extract::{Path, State};
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

/// Goes on to the next finding, or shows what must be corrected.
async fn step(
    app: &App,
    session: &Session,
    (id, next): (String, String),
    done: Result<(), Failed>,
) -> Result<Response, Failed> {
    match done {
        Ok(()) if next.is_empty() => Ok(see_other(&format!("/findings/{}", encoded(&id)))),
        Ok(()) => Ok(see_other(&format!("/findings/{}", encoded(&next)))),
        Err(failed) => {
            let mut errors = Errors::new();
            failed.problems()?.into_iter().for_each(|problem| errors.add(problem.field, problem.text));
            finding(app, session, id, errors).await
        }
    }
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
    let (subject, next) = (id.clone(), form.next.clone());
    let done = app
        .write(&session, move |desk| {
            let decision = Decision::from_code(&form.decision)
                .ok_or_else(|| Refused::field("decision", "请选择怎么认定"))?;
            campaign::decide(desk, &subject, decision, &form.note, form.version)
        })
        .await;
    step(&app, &session, (id, next), done).await
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
    let subject = id.clone();
    let done =
        app.write(&session, move |desk| campaign::reopen(desk, &subject, &form.note, form.version)).await;
    step(&app, &session, (id, String::new()), done).await
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
    let (subject, next) = (id.clone(), form.next.clone());
    let done = app
        .write(&session, move |desk| {
            let due = rules::date::parse_date(&form.due)
                .map_err(|_| Refused::field("due", "请写期限，如 2026-11-27"))?;
            let assignment = Assignment { unit: form.unit.clone(), due };
            campaign::assign(desk, &subject, &assignment, &form.note, form.version)
        })
        .await;
    step(&app, &session, (id, next), done).await
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
    let subject = id.clone();
    let done = app
        .write(&session, move |desk| {
            let found =
                Found::from_code(&form.found).ok_or_else(|| Refused::field("found", "请选择核查结果"))?;
            campaign::report(desk, &subject, found, &form.note, form.version)
        })
        .await;
    step(&app, &session, (id, String::new()), done).await
}
