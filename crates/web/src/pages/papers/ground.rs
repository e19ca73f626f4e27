//! `/penalty`: what a penalty of the county would rest on: registered by one, reviewed by another; without it no penalty is decided, and the
//! page says why (domain 0.1).

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::papers::case::{GroundForm, GroundLine, end_ground, grounds, register_ground, review_ground};
use rules::access::Action;
use rules::case::penalty::{Norm, Organ};
use serde::Deserialize;

use super::Said;
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Errors, Shell, Tone, filters};
use crate::pages::accounts::shows;
use crate::route::html;
use crate::session::Session;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    norm: String,
    article: String,
    organ: String,
    delegation: String,
    review: String,
}

#[derive(Template)]
#[template(path = "papers/ground.html")]
struct GroundPage {
    shell: Shell,
    lines: Vec<GroundLine>,
    why: Option<rules::case::Refused>,
    norms: Vec<Choice>,
    organs: Vec<Choice>,
    may_register: bool,
    may_review: bool,
    said: Option<Said>,
    errors: Errors,
    typed: Typed,
}

pub(super) async fn page(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    show(&app, &session, (None, Errors::new(), Typed::default()), StatusCode::OK).await
}

async fn show(
    app: &App,
    session: &Session,
    (said, errors, typed): (Option<Said>, Errors, Typed),
    status: StatusCode,
) -> Result<Response, Failed> {
    let (lines, why) = app.read(session, grounds).await?;
    let none = |now: &str| std::iter::once(Choice::new("", "请选择", now));
    let norms = Norm::ALL.iter().map(|one| Choice::new(one.code(), one.label(), &typed.norm));
    let organs = Organ::ALL.iter().map(|one| Choice::new(one.code(), one.label(), &typed.organ));
    let page = GroundPage {
        shell: app.shell(session, "/cases").await?,
        norms: none(&typed.norm).chain(norms).collect(),
        organs: none(&typed.organ).chain(organs).collect(),
        lines,
        why,
        may_register: shows(session, Action::DecideCase),
        may_review: shows(session, Action::AgreeCase),
        said,
        errors,
        typed,
    };
    Ok((status, html(&page)).into_response())
}

async fn after(
    app: &App,
    session: &Session,
    done: Result<(), Failed>,
    typed: Typed,
) -> Result<Response, Failed> {
    let failed = match done {
        Ok(()) => return Ok(see_other("/penalty")),
        Err(failed) => failed,
    };
    let (said, errors, status) = super::make::refused(failed)?;
    show(app, session, (said, errors, typed), status).await
}

pub(super) async fn register(
    State(app): State<App>,
    session: Session,
    Form(typed): Form<Typed>,
) -> Result<Response, Failed> {
    let Typed { norm, article, organ, delegation, .. } = typed.clone();
    let form = GroundForm { norm, article, organ, delegation };
    let done = app.write(&session, move |desk| register_ground(desk, &form)).await.map(drop);
    after(&app, &session, done, typed).await
}

pub(super) async fn review(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failed> {
    let words = typed.review.clone();
    let done = app.write(&session, move |desk| review_ground(desk, &id, &words)).await;
    after(&app, &session, done, typed).await
}

pub(super) async fn end(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let done = app.write(&session, move |desk| end_ground(desk, &id)).await;
    after(&app, &session, done, Typed::default()).await
}
