//! `/children/{id}/family`: the codes that a child's family was given and what it answered; giving one, revoking one, seeing to an answer.

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use casework::public::family::{self, Codes, Giving};
use casework::public::ticket;
use casework::refused::Refused;
use rules::access::Action;
use rules::family::Reason;
use rules::tip_off::grouped;
use serde::Deserialize;

use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Crumb, Errors, Shell, Tone, filters};
use crate::pages::sign_in::picture;
use crate::route::{Policy, Route, encoded, html};
use crate::session::Session;

pub(crate) fn routes() -> Vec<Route> {
    let serve = Policy::Needs(Action::ServeFamily);
    vec![
        Route::get("/children/{id}/family", serve, page),
        Route::post("/children/{id}/family", serve, give),
        Route::post("/family/{id}/revoke", serve, revoke),
        Route::post("/family/{id}/done", serve, done),
    ]
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Sent {
    ticket: String,
    reason: String,
    by_day: String,
    words: String,
}

#[derive(Template)]
#[template(path = "family/codes.html")]
struct CodesPage {
    shell: Shell,
    way: [Crumb; 2],
    codes: Codes,
    ticket: String,
    reasons: Vec<Choice>,
    sent: Sent,
    said: Option<(String, String)>,
    errors: Errors,
}

/// The code that was just given: told this once.
#[derive(Template)]
#[template(path = "family/given.html")]
struct GivenPage {
    shell: Shell,
    child: String,
    address: String,
    code: String,
    picture: String,
}

async fn page(State(app): State<App>, session: Session, Path(id): Path<String>) -> Result<Response, Failed> {
    show(&app, &session, id, Sent::default(), (None, Errors::new(), StatusCode::OK)).await
}

async fn show(
    app: &App,
    session: &Session,
    id: String,
    sent: Sent,
    (said, errors, status): (Option<(String, String)>, Errors, StatusCode),
) -> Result<Response, Failed> {
    let codes = app.look(session, move |desk| family::codes(desk, &id)).await?;
    let ticket = ticket(app.keys(), &app.now(), &format!("family {}", codes.child));
    let page = CodesPage {
        shell: app.shell(session, "/children").await?,
        way: [
            Crumb { label: codes.name.clone(), href: Some(format!("/children/{}", encoded(&codes.child))) },
            Crumb { label: "家长查看和回复".to_owned(), href: None },
        ],
        reasons: Reason::ALL.iter().map(|one| Choice::new(one.code(), one.label(), &sent.reason)).collect(),
        codes,
        ticket,
        sent,
        said,
        errors,
    };
    Ok((status, html(&page)).into_response())
}

async fn give(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    headers: HeaderMap,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let new =
        Giving { ticket: sent.ticket.clone(), reason: sent.reason.clone(), by_day: sent.by_day.clone() };
    let own = id.clone();
    match app.write(&session, move |desk| family::give(desk, &own, &new)).await {
        Ok(code) => {
            let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
            let fits =
                |sign: &char| sign.is_ascii_alphanumeric() || matches!(sign, '.' | ':' | '-' | '[' | ']');
            let host: String = host.chars().filter(fits).take(200).collect();
            let scheme = if app.https() { "https" } else { "http" };
            let address = format!("{scheme}://{host}/f/{code}");
            Ok(html(&GivenPage {
                shell: app.shell(&session, "/children").await?,
                child: id,
                picture: picture(&family::picture(&address)),
                address,
                code: grouped(&code),
            }))
        }
        Err(failed) => failed_to(&app, &session, id, sent, failed).await,
    }
}

async fn failed_to(
    app: &App,
    session: &Session,
    child: String,
    sent: Sent,
    failed: Failed,
) -> Result<Response, Failed> {
    match failed.refused() {
        Refused::Rule { what, todo, .. } => {
            let said = Some((what.clone(), todo.clone()));
            show(app, session, child, sent, (said, Errors::new(), StatusCode::CONFLICT)).await
        }
        _ => {
            let errors = failed.errors()?;
            show(app, session, child, sent, (None, errors, StatusCode::UNPROCESSABLE_ENTITY)).await
        }
    }
}

async fn revoke(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let child = app.write(&session, move |desk| family::revoke(desk, &id)).await?;
    Ok(see_other(&format!("/children/{}/family", encoded(&child))))
}

async fn done(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let words = sent.words.clone();
    let child = app.write(&session, move |desk| family::done(desk, &id, &words)).await?;
    Ok(see_other(&format!("/children/{}/family", encoded(&child))))
}
