//! `/f/{code}`: what a family reads and answers by the code of its letter. A code that is wrong, over or revoked gets the very page of one that
//! never was; the page names the child by family name and year alone.

use askama::Template;
use axum::body::Body;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use casework::desk::Desk;
use casework::public::family::{self, Answering, FamilyPage};
use casework::public::words::{self, Recorded};
use casework::public::{ticket, visitor};
use casework::refused::Refused;
use rules::family::{Answer, LAWS, Language, Law, OBJECT};
use serde::Deserialize;

use super::unlisted;
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Errors, Tone, filters};
use crate::route::html;
use crate::upload;

/// Longest code that is looked up.
const LONGEST: usize = 100;

#[derive(Template)]
#[template(path = "public/family_door.html")]
struct DoorPage {
    /// Whether a code was asked about that does not count.
    wrong: bool,
}

pub(super) async fn door() -> Response {
    unlisted(html(&DoorPage { wrong: false }))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Knock {
    code: String,
}

/// A code that was typed: to its page. Blanks and hyphens are left out, so that nothing else can stand in the address.
pub(super) async fn knock(Form(knock): Form<Knock>) -> Response {
    let code: String = knock.code.chars().filter(char::is_ascii_alphanumeric).take(LONGEST).collect();
    if code.is_empty() { see_other("/f") } else { see_other(&format!("/f/{code}")) }
}

/// The page of every code that does not count: the same bytes.
fn unknown() -> Response {
    unlisted((StatusCode::NOT_FOUND, html(&DoorPage { wrong: true })).into_response())
}

#[derive(Template)]
#[template(path = "public/family.html")]
struct Page {
    county: String,
    code: String,
    page: FamilyPage,
    laws: [Law; 5],
    object: [Law; 4],
    ticket: String,
    kinds: Vec<Choice>,
    typed: Typed,
    sent: bool,
    said: Option<String>,
    errors: Errors,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    ticket: String,
    kind: String,
    day: String,
    words: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Came {
    sent: String,
}

pub(super) async fn page(
    State(app): State<App>,
    Path(code): Path<String>,
    Query(came): Query<Came>,
) -> Result<Response, Failed> {
    let sent = came.sent == "1";
    show(&app, code, Typed::default(), (sent, None, Errors::new(), StatusCode::OK)).await
}

async fn show(
    app: &App,
    code: String,
    typed: Typed,
    (sent, said, errors, status): (bool, Option<String>, Errors, StatusCode),
) -> Result<Response, Failed> {
    let code: String = code.chars().take(LONGEST).collect();
    let (at, now, own) = (app.clone(), app.now(), code.clone());
    let found = app
        .open_read(move |tx| {
            let who = visitor(at.county());
            family::page(&mut Desk { tx, who: &who, now: &now, keys: at.keys(), plan: at.plan() }, &own)
        })
        .await?;
    let Some(page) = found else { return Ok(unknown()) };
    let kinds = Answer::ALL.iter().map(|kind| {
        let choice = Choice::new(kind.code(), kind.label(), &typed.kind);
        if kind.words().is_empty() { choice } else { choice.hint(format!("请写：{}", kind.words())) }
    });
    let page = Page {
        county: app.plan().county().name.clone(),
        code,
        page,
        laws: LAWS,
        object: OBJECT,
        ticket: ticket(app.keys(), &app.now(), "family answer"),
        kinds: kinds.collect(),
        typed,
        sent,
        said,
        errors,
    };
    Ok(unlisted((status, html(&page)).into_response()))
}

pub(super) async fn answer(
    State(app): State<App>,
    Path(code): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failed> {
    let new = Answering {
        ticket: typed.ticket.clone(),
        kind: typed.kind.clone(),
        day: typed.day.clone(),
        words: typed.words.replace("\r\n", "\n"),
    };
    let code: String = code.chars().take(LONGEST).collect();
    let (at, now, own) = (app.clone(), app.now(), code.clone());
    let done = app
        .open_write(move |tx| {
            let who = visitor(at.county());
            let mut desk = Desk { tx, who: &who, now: &now, keys: at.keys(), plan: at.plan() };
            family::answer(&mut desk, &own, &new)
        })
        .await;
    match done {
        Ok(None) => Ok(unknown()),
        Ok(Some(())) => {
            let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
            Ok(unlisted(see_other(&format!("/f/{code}?sent=1"))))
        }
        Err(failed) => match failed.refused() {
            Refused::Rule { what, todo, .. } => {
                let said = Some(format!("{what}。{todo}。"));
                show(&app, code, typed, (false, said, Errors::new(), StatusCode::CONFLICT)).await
            }
            _ => {
                let errors = failed.errors()?;
                show(&app, code, typed, (false, None, errors, StatusCode::UNPROCESSABLE_ENTITY)).await
            }
        },
    }
}

/// What the county has recorded in a language: the same for every family.
pub(super) async fn sound(State(app): State<App>, Path(language): Path<String>) -> Result<Response, Failed> {
    let (at, now, own) = (app.clone(), app.now(), language.clone());
    let recorded = app
        .open_read(move |tx| {
            let who = visitor(at.county());
            words::sound(&mut Desk { tx, who: &who, now: &now, keys: at.keys(), plan: at.plan() }, &own)
        })
        .await?;
    match recorded {
        Recorded::Stored(file, kind) => {
            let mut response = Body::from(upload::whole(&app, file).await?).into_response();
            let kind = HeaderValue::from_str(&kind).map_err(|_| Failed::missing())?;
            response.headers_mut().insert(header::CONTENT_TYPE, kind);
            return Ok(unlisted(response));
        }
        Recorded::Nothing => return Err(Failed::missing()),
        Recorded::Plan => {}
    }
    let asked = Language::from_code(&language);
    let voice = app.plan().voices().iter().find(|voice| Some(voice.language) == asked);
    let sound = voice.and_then(|voice| voice.sound.as_ref()).ok_or_else(Failed::missing)?;
    Ok(unlisted(([(header::CONTENT_TYPE, "audio/mpeg")], sound.to_vec()).into_response()))
}
