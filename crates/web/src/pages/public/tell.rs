//! `/tip` and `/help`: telling and asking without an account. What was typed stays on the page whenever it is not taken; the receipt code is
//! shown, never put into an address.

use askama::Template;
use axum::extract::{Form, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use casework::desk::Desk;
use casework::public::tips::{PHOTO_BYTES, PHOTOS, Sent, Taken, take};
use casework::public::{Places, places, ticket, visitor};
use casework::refused::Refused;
use rules::safeguard::IN_DANGER;
use rules::tip_off::{About, Errand, Kind, grouped};
use serde::Deserialize;

use super::{source, unlisted};
use crate::app::App;
use crate::failed::Failed;
use crate::look::{Choice, Errors};
use crate::pages::sign_in::Visitor;
use crate::route::html;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    ticket: String,
    nonce: String,
    kind: String,
    about: String,
    township: String,
    school: String,
    place: String,
    child: String,
    text: String,
    danger: String,
    name: String,
    phone: String,
    photo1: String,
    photo2: String,
    photo3: String,
}

/// Bytes of the form at most: the texts, each character sent as nine bytes, and the photographs in base64, each `+` and `/` as three.
pub(super) const MOST: usize = 64 * 1024 + PHOTOS * PHOTO_BYTES * 3 / 2;

impl Typed {
    /// The photographs as they came, without anything that is no base64: so they can stand on the page again.
    fn photos(&self) -> [String; PHOTOS] {
        [&self.photo1, &self.photo2, &self.photo3].map(|one| {
            let fits = |sign: &char| sign.is_ascii_alphanumeric() || matches!(sign, '+' | '/' | '=');
            one.chars().filter(fits).collect()
        })
    }
}

#[derive(Template)]
#[template(path = "public/tell.html")]
struct TellPage {
    errand: Errand,
    county: String,
    typed: Typed,
    kinds: Vec<Choice>,
    abouts: Vec<Choice>,
    townships: Vec<Choice>,
    schools: Vec<Choice>,
    /// Bits and seconds, where too many come.
    wait: Option<(u32, u32)>,
    errors: Errors,
    in_danger: &'static str,
    photos: [String; PHOTOS],
}

impl TellPage {
    fn is_tip(&self) -> bool {
        self.errand == Errand::Tip
    }

    /// The wait in words.
    fn time(&self, seconds: &u32) -> String {
        if *seconds < 60 { format!("{seconds}秒") } else { format!("{}分钟", seconds.div_ceil(60)) }
    }
}

#[derive(Template)]
#[template(path = "public/sent.html")]
struct SentPage {
    code: String,
    in_danger: &'static str,
}

pub(super) async fn tip(State(app): State<App>) -> Result<Response, Failed> {
    blank(&app, Errand::Tip).await
}

pub(super) async fn help(State(app): State<App>) -> Result<Response, Failed> {
    blank(&app, Errand::Help).await
}

async fn blank(app: &App, errand: Errand) -> Result<Response, Failed> {
    let typed = Typed { ticket: new_ticket(app, errand), ..Typed::default() };
    show(app, errand, typed, (None, Errors::new(), StatusCode::OK)).await
}

fn new_ticket(app: &App, errand: Errand) -> String {
    ticket(app.keys(), &app.now(), errand.code())
}

async fn show(
    app: &App,
    errand: Errand,
    mut typed: Typed,
    (wait, errors, status): (Option<(u32, u32)>, Errors, StatusCode),
) -> Result<Response, Failed> {
    let county = app.county().to_owned();
    let Places { townships, schools } = app.open_read(move |tx| places(tx, &county)).await?;
    let choices = |all: Vec<(String, String)>, none: &str, now: &str| -> Vec<Choice> {
        let first = std::iter::once(Choice::new("", none, now));
        first.chain(all.into_iter().map(|(id, name)| Choice::new(id, name, now))).collect()
    };
    typed.nonce = String::new();
    let kinds = Kind::ALL.iter().filter(|kind| kind.errand() == errand);
    let page = TellPage {
        errand,
        county: app.plan().county().name.clone(),
        kinds: kinds.map(|kind| Choice::new(kind.code(), kind.label(), &typed.kind)).collect(),
        abouts: About::ALL.iter().map(|one| Choice::new(one.code(), one.label(), &typed.about)).collect(),
        townships: choices(townships, "不知道", &typed.township),
        schools: choices(schools, "不知道，或者没有", &typed.school),
        photos: typed.photos(),
        typed,
        wait,
        errors,
        in_danger: IN_DANGER,
    };
    let mut response = (status, html(&page)).into_response();
    if let Some((_, seconds)) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(unlisted(response))
}

pub(super) async fn tell_tip(
    State(app): State<App>,
    visitor: Visitor,
    Form(typed): Form<Typed>,
) -> Result<Response, Failed> {
    sent(app, Errand::Tip, visitor, typed).await
}

pub(super) async fn ask_help(
    State(app): State<App>,
    visitor: Visitor,
    Form(typed): Form<Typed>,
) -> Result<Response, Failed> {
    sent(app, Errand::Help, visitor, typed).await
}

async fn sent(app: App, errand: Errand, from: Visitor, mut typed: Typed) -> Result<Response, Failed> {
    let told = Sent {
        ticket: typed.ticket.clone(),
        nonce: typed.nonce.clone(),
        kind: typed.kind.clone(),
        about: typed.about.clone(),
        township: typed.township.clone(),
        school: typed.school.clone(),
        place: typed.place.clone(),
        child: typed.child.clone(),
        text: typed.text.replace("\r\n", "\n"),
        danger: typed.danger == "1",
        name: typed.name.clone(),
        phone: typed.phone.clone(),
        photos: typed.photos().to_vec(),
        source: source(&from),
    };
    let (at, now) = (app.clone(), app.now());
    let taken = app
        .open_write(move |tx| {
            let who = visitor(at.county());
            take(&mut Desk { tx, who: &who, now: &now, keys: at.keys(), plan: at.plan() }, errand, &told)
        })
        .await;
    match taken {
        Ok(Taken::Receipt { code }) => {
            let page = SentPage { code: grouped(&code), in_danger: IN_DANGER };
            Ok(unlisted(html(&page)))
        }
        Ok(Taken::Wait { bits, seconds }) => {
            show(&app, errand, typed, (Some((bits, seconds)), Errors::new(), StatusCode::TOO_MANY_REQUESTS))
                .await
        }
        Err(failed) => {
            if let Refused::Invalid(problems) = failed.refused()
                && problems.iter().any(|problem| problem.field == "ticket")
            {
                typed.ticket = new_ticket(&app, errand);
            }
            let errors = failed.errors()?;
            show(&app, errand, typed, (None, errors, StatusCode::UNPROCESSABLE_ENTITY)).await
        }
    }
}
