//! 保护线索: for the receivers alone, the list, one of them, and the receipt; for whoever reports, that it was passed on and no
//! more (未成年人保护法第十一条).

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::safeguarding::{self, Line, Safeguarding};
use rules::access::Action;
use rules::safeguard::IN_DANGER;
use serde::Deserialize;

use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Crumb, Empty, Errors, Head, Shell, Tone, filters};
use crate::route::{Policy, Route, encoded, html};
use crate::session::Session;

pub(crate) fn routes() -> Vec<Route> {
    let (read, answer) = (Policy::Needs(Action::ReadSafeguarding), Policy::Needs(Action::AnswerSafeguarding));
    vec![
        Route::get("/safeguarding", read, list),
        Route::get("/safeguarding/passed", Policy::SignedIn, passed),
        Route::get("/safeguarding/{id}", read, one),
        Route::post("/safeguarding/{id}/receive", answer, receive),
    ]
}

#[derive(Template)]
#[template(path = "safeguarding/list.html")]
struct ListPage {
    shell: Shell,
    rows: Vec<Line>,
    heads: [Head; 3],
    empty: Empty,
}

async fn list(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let rows = app.look(&session, safeguarding::list).await?;
    Ok(html(&ListPage {
        shell: app.shell(&session, "/safeguarding").await?,
        rows,
        heads: [Head::text("孩子"), Head::text("转来"), Head::text("签收")],
        empty: Empty {
            why: "没有转来的保护线索。".to_owned(),
            what_to_do: "老师、村干部联系或家访时发现孩子可能受到伤害的，会立即转到这里。".to_owned(),
            act: None,
        },
    }))
}

#[derive(Template)]
#[template(path = "safeguarding/passed.html")]
struct PassedPage {
    shell: Shell,
    danger: &'static str,
}

async fn passed(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    Ok(html(&PassedPage { shell: app.shell(&session, "/absences").await?, danger: IN_DANGER }))
}

#[derive(Template)]
#[template(path = "safeguarding/one.html")]
struct OnePage {
    shell: Shell,
    way: [Crumb; 2],
    one: Safeguarding,
    danger: &'static str,
    typed: String,
    errors: Errors,
}

async fn one(State(app): State<App>, session: Session, Path(id): Path<String>) -> Result<Response, Failed> {
    shown(&app, &session, id, String::new(), Errors::new()).await
}

async fn shown(
    app: &App,
    session: &Session,
    id: String,
    typed: String,
    errors: Errors,
) -> Result<Response, Failed> {
    let one = app.look(session, move |desk| safeguarding::one(desk, &id)).await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = OnePage {
        shell: app.shell(session, "/safeguarding").await?,
        way: [
            Crumb { label: "保护线索".to_owned(), href: Some("/safeguarding".to_owned()) },
            Crumb { label: one.name.clone(), href: None },
        ],
        one,
        danger: IN_DANGER,
        typed,
        errors,
    };
    Ok((status, html(&page)).into_response())
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Done {
    done: String,
}

async fn receive(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<Done>,
) -> Result<Response, Failed> {
    let (own, text) = (id.clone(), form.done.clone());
    match app.write(&session, move |desk| safeguarding::receive(desk, &own, &text)).await {
        Ok(()) => Ok(see_other(&format!("/safeguarding/{}", encoded(&id)))),
        Err(failed) => shown(&app, &session, id, form.done, failed.errors()?).await,
    }
}
