//! `/break-glass`: 紧急查看 — asking with a reason, a second person's answer, and the end (hazard A14).

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::accounts::break_glass::{self, HOURS, Request, Wanted};
use rules::access::Action;
use serde::Deserialize;

use super::accounts::shows;
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Empty, Errors, Shell, Tone, filters};
use crate::route::{Policy, Route, html};
use crate::session::Session;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/break-glass", Policy::SignedIn, list),
        Route::post("/break-glass", Policy::Needs(Action::BreakGlass), ask),
        Route::post("/break-glass/{id}/approve", Policy::Needs(Action::ApproveBreakGlass), approve),
        Route::post("/break-glass/{id}/refuse", Policy::Needs(Action::ApproveBreakGlass), refuse),
        Route::post("/break-glass/{id}/end", Policy::SignedIn, end),
    ]
}

#[derive(Debug, Clone, Default, Deserialize)]
struct AskForm {
    #[serde(default)]
    number: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    reason: String,
}

#[derive(Template)]
#[template(path = "accounts/break_glass.html")]
struct BreakGlassPage {
    shell: Shell,
    requests: Vec<Request>,
    typed: AskForm,
    hours: Vec<Choice>,
    asks: bool,
    decides: bool,
    errors: Errors,
    empty: Empty,
}

/// How a state reads.
fn state(request: &Request) -> (&'static str, Tone) {
    match request.state.as_str() {
        "asked" => ("等待批准", Tone::Due),
        "approved" => ("可以查看", Tone::Good),
        "refused" => ("没有批准", Tone::Plain),
        _ => ("已结束", Tone::Plain),
    }
}

async fn list(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    page(&app, &session, AskForm::default(), StatusCode::OK, Errors::new()).await
}

async fn page(
    app: &App,
    session: &Session,
    form: AskForm,
    status: StatusCode,
    errors: Errors,
) -> Result<Response, Failed> {
    let requests = app.read(session, break_glass::list).await?;
    let page = BreakGlassPage {
        shell: app.shell(session, "/break-glass").await?,
        requests,
        typed: form,
        hours: HOURS
            .iter()
            .map(|hours| Choice::new(hours.to_string(), format!("{hours} 小时"), "1"))
            .collect(),
        asks: shows(session, Action::BreakGlass),
        decides: shows(session, Action::ApproveBreakGlass),
        errors,
        empty: Empty {
            why: "没有紧急查看的申请。".to_owned(),
            what_to_do: "平时按职责就能看到的孩子，不需要申请。".to_owned(),
            act: None,
        },
    };
    Ok((status, html(&page)).into_response())
}

async fn ask(
    State(app): State<App>,
    session: Session,
    Form(form): Form<AskForm>,
) -> Result<Response, Failed> {
    let wanted = Wanted { number: form.number.clone(), name: form.name.clone(), reason: form.reason.clone() };
    match app.write(&session, move |desk| break_glass::ask(desk, &wanted)).await {
        Ok(_) => Ok(see_other("/break-glass")),
        Err(failed) => page(&app, &session, form, StatusCode::UNPROCESSABLE_ENTITY, failed.errors()?).await,
    }
}

#[derive(Deserialize)]
struct ApproveForm {
    hours: u8,
}

async fn approve(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<ApproveForm>,
) -> Result<Response, Failed> {
    app.write(&session, move |desk| break_glass::approve(desk, &id, form.hours)).await?;
    Ok(see_other("/break-glass"))
}

async fn refuse(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    app.write(&session, move |desk| break_glass::refuse(desk, &id)).await?;
    Ok(see_other("/break-glass"))
}

async fn end(State(app): State<App>, session: Session, Path(id): Path<String>) -> Result<Response, Failed> {
    app.write(&session, move |desk| break_glass::end(desk, &id)).await?;
    Ok(see_other("/break-glass"))
}
