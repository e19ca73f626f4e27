//! What is done with a bulletin: extract, one use case, back to its page; and its paper as PDF and DOCX.

use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use casework::bulletins::{self, NewPoint};
use casework::desk::Desk;
use casework::refused::Refused;
use documents::paper::Form as Shape;
use rules::bulletin::Kind;
use serde::Deserialize;

use super::one::{Typed, show};
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::pages::conference::told;
use crate::pages::papers::address;
use crate::pages::register::unmade;
use crate::route::encoded;
use crate::session::Session;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    words: String,
    why: String,
    answer: String,
    public: String,
    kind: String,
}

async fn done<T: Send + 'static>(
    app: App,
    session: Session,
    id: String,
    typed: Typed,
    act: impl FnMut(&mut Desk<'_, '_>) -> Result<T, Refused> + Send + 'static,
) -> Result<Response, Failed> {
    match app.write(&session, act).await {
        Ok(_) => Ok(see_other(&format!("/bulletins/{}", encoded(&id)))),
        Err(failed) => {
            let told = told(failed)?;
            show(&app, &session, id, typed, told).await
        }
    }
}

pub(super) async fn add(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<Vec<(String, String)>>,
) -> Result<Response, Failed> {
    let value = |name: &str| {
        form.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let evidence = form.iter().filter(|(own, _)| own == "evidence").map(|(_, value)| value.clone());
    let new = NewPoint { unit: value("unit"), words: value("words"), evidence: evidence.collect() };
    let typed = Typed {
        unit: new.unit.clone(),
        words: new.words.clone(),
        evidence: new.evidence.clone(),
        ..Typed::default()
    };
    let own = id.clone();
    done(app, session, id, typed, move |desk| bulletins::add_point(desk, &own, &new)).await
}

pub(super) async fn withdraw(
    State(app): State<App>,
    session: Session,
    Path((id, number)): Path<(String, i64)>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let typed = Typed { point: number, why: sent.why.clone(), ..Typed::default() };
    let own = id.clone();
    done(app, session, id, typed, move |desk| bulletins::withdraw_point(desk, &own, number, &sent.why)).await
}

pub(super) async fn reply(
    State(app): State<App>,
    session: Session,
    Path((id, number)): Path<(String, i64)>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let typed = Typed { point: number, words: sent.words.clone(), ..Typed::default() };
    let own = id.clone();
    done(app, session, id, typed, move |desk| {
        bulletins::reply(desk, &own, number, sent.answer == "agree", &sent.words)
    })
    .await
}

pub(super) async fn send(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let own = id.clone();
    done(app, session, id, Typed::default(), move |desk| bulletins::send(desk, &own)).await
}

pub(super) async fn drop_it(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let typed = Typed { why: sent.why.clone(), ..Typed::default() };
    let own = id.clone();
    done(app, session, id, typed, move |desk| bulletins::drop_bulletin(desk, &own, &sent.why)).await
}

pub(super) async fn approve(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let own = id.clone();
    done(app, session, id, Typed::default(), move |desk| bulletins::approve(desk, &own, sent.public == "1"))
        .await
}

pub(super) async fn back(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let typed = Typed { why: sent.why.clone(), ..Typed::default() };
    let own = id.clone();
    done(app, session, id, typed, move |desk| bulletins::give_back(desk, &own, &sent.why)).await
}

pub(super) async fn issue(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let own = id.clone();
    done(app, session, id, Typed::default(), move |desk| bulletins::issue(desk, &own)).await
}

pub(super) async fn amend(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (own, new) = (id.clone(), sent.clone());
    let begun = app
        .write(&session, move |desk| bulletins::amend(desk, &own, Kind::from_code(&new.kind), &new.why))
        .await;
    match begun {
        Ok(new) => Ok(see_other(&format!("/bulletins/{}", encoded(&new)))),
        Err(failed) => {
            let told = told(failed)?;
            show(&app, &session, id, Typed { why: sent.why, ..Typed::default() }, told).await
        }
    }
}

async fn make(
    app: App,
    session: Session,
    id: String,
    address: String,
    form: Shape,
) -> Result<Response, Failed> {
    let own = id.clone();
    let kept = app.read(&session, move |desk| bulletins::paper(desk, &own, &address)).await?;
    let (press, paper) = (app.clone(), kept.paper.clone());
    let made = app.apart(move || press.press().make(&paper, form).map_err(|why| unmade(&why))).await?;
    let file = made.clone();
    app.write(&session, move |desk| bulletins::made(desk, &id, &kept, &file)).await?;
    let mut response = made.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(form.media()));
    let name = match form {
        Shape::Pdf => "attachment; filename=\"bulletin.pdf\"",
        Shape::Docx => "attachment; filename=\"bulletin.docx\"",
    };
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
    Ok(response)
}

pub(super) async fn pdf(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failed> {
    let at = address(&app, &headers);
    make(app, session, id, at, Shape::Pdf).await
}

pub(super) async fn docx(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failed> {
    let at = address(&app, &headers);
    make(app, session, id, at, Shape::Docx).await
}
