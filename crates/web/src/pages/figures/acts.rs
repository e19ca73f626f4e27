//! The acts of the figures: a snapshot now, freezing, the yearbook's numbers, names as a workbook. Each goes back to where it was asked for.

use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::Response;
use casework::figures::{self, EntryForm, NamesAsked};
use casework::refused::Refused;
use rules::figures::{Figure, Mark};
use serde::Deserialize;

use super::nothing;
use super::panel::{Asked, Typed, show};
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::Errors;
use crate::pages::exports::{Asking, take};
use crate::session::Session;

pub(super) async fn renew(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    app.write(&session, figures::renew_now).await?;
    Ok(see_other("/figures?said=renew"))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Freezing {
    number: i64,
    label: String,
}

pub(super) async fn freeze(
    State(app): State<App>,
    session: Session,
    Form(sent): Form<Freezing>,
) -> Result<Response, Failed> {
    let number = sent.number;
    let verdict = app.look(&session, move |desk| figures::verify(desk, number)).await?;
    let verdict = verdict.ok_or_else(nothing)?;
    let label = sent.label.clone();
    let done = app.write(&session, move |desk| figures::freeze(desk, &verdict, &label)).await;
    let typed = Typed { label: sent.label, ..Typed::default() };
    match done {
        Ok(()) => Ok(see_other("/figures?said=frozen")),
        Err(failed) => again(&app, &session, failed, typed).await,
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Entering {
    school_year: String,
    part: String,
    whole: String,
    source: String,
}

pub(super) async fn yearbook(
    State(app): State<App>,
    session: Session,
    Form(sent): Form<Entering>,
) -> Result<Response, Failed> {
    let number = |text: &str, field, words: &str| {
        text.trim().parse().map_err(|_| Refused::field(field, words.to_owned()))
    };
    let form = sent
        .school_year
        .trim()
        .parse()
        .map_err(|_| Refused::field("school_year", "请写学年的第一年，如2026"))
        .and_then(|school_year| {
            Ok(EntryForm {
                school_year,
                part: number(&sent.part, "part", "请写九年级在校学生数，只写数字")?,
                whole: number(&sent.whole, "whole", "请写当年一年级的学生数，只写数字")?,
                source: sent.source.clone(),
            })
        });
    let done = match form {
        Ok(form) => app.write(&session, move |desk| figures::enter(desk, &form)).await,
        Err(refused) => Err(Failed::from(refused)),
    };
    let Entering { school_year, part, whole, source } = sent;
    let typed = Typed { school_year, part, whole, source, ..Typed::default() };
    match done {
        Ok(()) => Ok(see_other("/figures?said=entered")),
        Err(failed) => again(&app, &session, failed, typed).await,
    }
}

/// The panel with what was typed, and why it was not taken.
async fn again(app: &App, session: &Session, failed: Failed, typed: Typed) -> Result<Response, Failed> {
    let (said, errors, status) = match failed.refused() {
        Refused::Rule { what, basis, todo } => {
            (Some((format!("{what}（{basis}）"), todo.clone())), Errors::new(), StatusCode::CONFLICT)
        }
        _ => (None, failed.errors()?, StatusCode::UNPROCESSABLE_ENTITY),
    };
    show(app, session, &Asked::default(), (said, errors, typed), status).await
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Taking {
    figure: String,
    at: String,
    township: String,
    village: String,
    mark: String,
}

pub(super) async fn export(
    State(app): State<App>,
    session: Session,
    Form(sent): Form<Asking<Taking>>,
) -> Result<Response, Failed> {
    let Taking { figure, at, township, village, mark } = sent.query;
    let figure = Figure::from_code(&figure).ok_or_else(nothing)?;
    let asked = NamesAsked {
        figure,
        at: at.parse().ok(),
        township,
        village,
        mark: Mark::from_code(&mark),
        after: String::new(),
    };
    take(&app, &session, figure.code(), &sent.purpose, move |desk, purpose| {
        figures::export(desk, &asked, purpose)
    })
    .await
}
