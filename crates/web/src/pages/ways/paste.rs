//! `/ways/new` and `/ways/places`: tables that are pasted, all lines or none; and the places and beds as they are on record.

use askama::Template;
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::refused::Refused;
use casework::ways::{self, Capacity, PlacesTable, WayTable};
use rules::access::Action;
use rules::age::{school_year, school_year_label};
use rules::date::parse_date;
use rules::ways::{Means, Season};
use serde::Deserialize;

use super::{can, few, said, tabs};
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Crumb, Empty, Errors, Head, Shell, Tab, Tone};
use crate::route::{Policy, Route, html};
use crate::session::Session;

/// Longest form: as many lines as may be pasted, each Chinese character sent as nine bytes.
const PASTED: usize = 3 * 1024 * 1024;

pub(super) fn routes() -> Vec<Route> {
    let needs = Policy::Needs;
    vec![
        Route::get("/ways/new", needs(Action::RecordWay), new),
        Route::post("/ways/new", needs(Action::RecordWay), measure).body_limit(PASTED),
        Route::get("/ways/places", needs(Action::ReadWays), places),
        Route::post("/ways/places", needs(Action::RecordWay), set_places).body_limit(PASTED),
    ]
}

/// What was done, as the address tells it to the page that follows.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Done {
    made: Option<usize>,
    there: Option<usize>,
}

impl Done {
    fn words(&self) -> Option<String> {
        let made = self.made?;
        Some(match self.there.unwrap_or(0) {
            0 => format!("登记了{made}条"),
            there => format!("登记了{made}条；{there}条和登记过的一样，没有重复登记"),
        })
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Sent {
    day: String,
    year: String,
    source: String,
    lines: String,
}

#[derive(Template)]
#[template(path = "ways/new.html")]
struct NewPage {
    shell: Shell,
    way: [Crumb; 2],
    done: Option<String>,
    errors: Errors,
    sent: Sent,
    today: String,
    means: String,
    seasons: String,
}

async fn new(State(app): State<App>, session: Session, Query(done): Query<Done>) -> Result<Response, Failed> {
    let lines = app.read(&session, ways::missing_lines).await?;
    let sent = Sent { day: app.now().day().to_string(), lines, ..Sent::default() };
    show_new(&app, &session, (done.words(), Errors::new(), sent), StatusCode::OK).await
}

async fn show_new(
    app: &App,
    session: &Session,
    (done, errors, sent): (Option<String>, Errors, Sent),
    status: StatusCode,
) -> Result<Response, Failed> {
    let listed = |all: Vec<&str>| all.join("、");
    let page = NewPage {
        shell: app.shell(session, "/ways").await?,
        way: [
            Crumb { label: "上学路程".to_owned(), href: Some("/ways".to_owned()) },
            Crumb { label: "登记路程".to_owned(), href: None },
        ],
        done,
        errors,
        sent,
        today: app.now().day().to_string(),
        means: listed(Means::ALL.iter().map(|one| one.label()).collect()),
        seasons: listed(
            Season::ALL.iter().filter(|one| **one != Season::All).map(|one| one.label()).collect(),
        ),
    };
    Ok((status, html(&page)).into_response())
}

async fn measure(
    State(app): State<App>,
    session: Session,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let done = match parse_date(sent.day.trim()) {
        Ok(day) => {
            let table = WayTable { day, source: sent.source.clone(), lines: sent.lines.clone() };
            app.write(&session, move |desk| ways::measure(desk, &table)).await
        }
        Err(_) => Err(Failed::from(Refused::field("day", "请写日期，如 2026-11-23"))),
    };
    match done {
        Ok(done) => Ok(see_other(&format!("/ways/new?made={}&there={}", done.made, done.there))),
        Err(failed) => {
            let errors = failed.errors()?;
            show_new(&app, &session, (None, errors, sent), StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

#[derive(Template)]
#[template(path = "ways/places.html")]
struct PlacesPage {
    shell: Shell,
    tabs: Vec<Tab>,
    rows: Vec<Capacity>,
    heads: [Head; 7],
    empty: Empty,
    may_record: bool,
    years: Vec<Choice>,
    done: Option<String>,
    said: Option<(String, String)>,
    errors: Errors,
    sent: Sent,
}

impl PlacesPage {
    fn pupils(&self, one: &Capacity) -> String {
        few(one.pupils)
    }

    fn boarders(&self, one: &Capacity) -> String {
        few(one.boarders)
    }

    fn free(&self, one: &Capacity) -> (String, Tone) {
        free(one.free())
    }

    fn free_beds(&self, one: &Capacity) -> (String, Tone) {
        free(one.free_beds())
    }
}

/// A free number, and how much it presses.
fn free(free: Option<i64>) -> (String, Tone) {
    match free {
        None => ("—".to_owned(), Tone::Plain),
        Some(free) if free < 0 => (format!("超{}", free.unsigned_abs()), Tone::Late),
        Some(free) => (free.to_string(), Tone::Plain),
    }
}

async fn places(
    State(app): State<App>,
    session: Session,
    Query(done): Query<Done>,
) -> Result<Response, Failed> {
    let sent = Sent { year: school_year(app.now().day()).to_string(), ..Sent::default() };
    show_places(&app, &session, (done.words(), (None, Errors::new()), sent), StatusCode::OK).await
}

async fn show_places(
    app: &App,
    session: &Session,
    (done, (said, errors), sent): (Option<String>, super::Said, Sent),
    status: StatusCode,
) -> Result<Response, Failed> {
    let rows = app.look(session, ways::places).await?;
    let this = school_year(app.now().day());
    let page = PlacesPage {
        shell: app.shell(session, "/ways").await?,
        tabs: tabs(session, "/ways/places"),
        rows,
        heads: [
            Head::text("学校"),
            Head::number("学位"),
            Head::number("在校"),
            Head::number("空学位"),
            Head::number("床位"),
            Head::number("住校"),
            Head::number("空床位"),
        ],
        empty: Empty {
            why: "没有您能看到的学校。".to_owned(),
            what_to_do: "教体局看全县的，乡镇看本乡镇的，校长看本校的。".to_owned(),
            act: None,
        },
        may_record: can(session, Action::RecordWay),
        years: [this, this + 1]
            .into_iter()
            .map(|year| Choice::new(year.to_string(), format!("{}学年", school_year_label(year)), &sent.year))
            .collect(),
        done,
        said,
        errors,
        sent,
    };
    Ok((status, html(&page)).into_response())
}

async fn set_places(
    State(app): State<App>,
    session: Session,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let table = PlacesTable {
        year: sent.year.trim().parse().unwrap_or_default(),
        source: sent.source.clone(),
        lines: sent.lines.clone(),
    };
    match app.write(&session, move |desk| ways::set_places(desk, &table)).await {
        Ok(done) => Ok(see_other(&format!("/ways/places?made={}&there={}", done.made, done.there))),
        Err(failed) => {
            let why = said(failed)?;
            show_places(&app, &session, (None, why, sent), StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}
