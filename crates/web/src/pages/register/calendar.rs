//! 校历变动: days on which a school or the whole county does otherwise than the calendar says; absences are counted anew. And
//! 街天, the markets after which boarders are asked for in the evening.

use askama::Template;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use casework::attendance::{self, DayForm, DayLine, MarketForm, MarketLine};
use casework::refused::Refused;
use jiff::ToSpan;
use jiff::civil::Date;
use rules::access::{Action, Subject, may};
use rules::date::parse_date;
use serde::Deserialize;

use crate::app::App;
use crate::failed::Failed;
use crate::look::{Choice, Empty, Errors, Head, Shell, Tone, filters};
use crate::route::html;
use crate::session::Session;

/// Days back that are listed.
const BACK: i64 = 120;

/// Days ahead for which it is said that the year's holidays are not announced yet.
const AHEAD: i64 = 120;

#[derive(Template)]
#[template(path = "register/school_days.html")]
struct DaysPage {
    shell: Shell,
    rows: Vec<DayLine>,
    heads: [Head; 4],
    empty: Empty,
    markets: Vec<MarketLine>,
    market_heads: [Head; 4],
    no_market: Empty,
    townships: Vec<Choice>,
    sent: MarketSent,
    /// A year near by whose holidays are not announced yet.
    provisional: Option<i16>,
    may_set: bool,
    whole: bool,
    today: Date,
    errors: Errors,
    market_errors: Errors,
}

/// Which of the two forms was refused, and why.
#[derive(Default)]
struct Wrong {
    day: Errors,
    market: Errors,
    sent: MarketSent,
}

pub(super) async fn page(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    show(&app, &session, Wrong::default(), StatusCode::OK).await
}

async fn show(app: &App, session: &Session, wrong: Wrong, status: StatusCode) -> Result<Response, Failed> {
    let today = app.now().day();
    let from = today.saturating_sub(BACK.days());
    let (rows, markets, places) = app
        .read(session, move |desk| {
            let rows = attendance::school_day_changes(desk, from)?;
            Ok((rows, attendance::markets(desk)?, attendance::market_places(desk)?))
        })
        .await?;
    let actor = &session.who().actor;
    let Wrong { day: errors, market: market_errors, sent } = wrong;
    let chosen = [(String::new(), "请选择".to_owned())].into_iter().chain(places);
    let page = DaysPage {
        shell: app.shell(session, "/school-days").await?,
        heads: [Head::text("日期"), Head::text("变动"), Head::text("范围"), Head::text("谁定的")],
        rows,
        empty: Empty {
            why: "近来没有校历变动。".to_owned(),
            what_to_do: "停课、补课和地方假日登记后，点名和缺课天数自动跟着改。".to_owned(),
            act: None,
        },
        markets,
        market_heads: [
            Head::text("街天"),
            Head::text("几天一次"),
            Head::text("下一次"),
            Head::text("谁登记的"),
        ],
        no_market: Empty {
            why: "还没有登记街天。".to_owned(),
            what_to_do: "教体局登记以后，返校的晚上点名的学校，赶街那天晚上也点住校生。".to_owned(),
            act: None,
        },
        townships: chosen.map(|(id, name)| Choice::new(&id, &name, &sent.township)).collect(),
        sent,
        provisional: [today, today.saturating_add(AHEAD.days())]
            .into_iter()
            .map(Date::year)
            .find(|year| app.plan().calendar().is_provisional(*year)),
        may_set: may(actor, Action::SetSchoolDays, &Subject::Nothing).is_ok(),
        whole: attendance::speaks_for(actor).is_none(),
        today,
        errors,
        market_errors,
    };
    Ok((status, html(&page)).into_response())
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct DaySent {
    day: String,
    lessons: String,
    why: String,
}

pub(super) async fn change(
    State(app): State<App>,
    session: Session,
    Form(sent): Form<DaySent>,
) -> Result<Response, Failed> {
    let school = attendance::speaks_for(&session.who().actor);
    let form = parse_date(&sent.day)
        .map_err(|_| Refused::field("day", "请写日期，如 2026-11-23"))
        .map(|day| DayForm { school, day, lessons: sent.lessons == "1", why: sent.why });
    let done = match form {
        Ok(form) => app.write(&session, move |desk| attendance::set_school_day(desk, &form)).await,
        Err(refused) => Err(Failed::from(refused)),
    };
    match done {
        Ok(_) => Ok(Redirect::to("/school-days").into_response()),
        Err(failed) => {
            let wrong = Wrong { day: failed.errors()?, ..Wrong::default() };
            show(&app, &session, wrong, StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct MarketSent {
    township: String,
    name: String,
    first: String,
    every: String,
}

impl MarketSent {
    fn form(&self) -> Result<MarketForm, Refused> {
        Ok(MarketForm {
            township: self.township.clone(),
            name: self.name.clone(),
            first: parse_date(&self.first)
                .map_err(|_| Refused::field("first", "请写赶过街的一天，如 2026-11-23"))?,
            every: self
                .every
                .trim()
                .parse()
                .map_err(|_| Refused::field("every", "请写几天赶一次，1到30的数；每周一次写7"))?,
        })
    }
}

/// Enters a market, or that it is no longer held.
pub(super) async fn market(
    State(app): State<App>,
    session: Session,
    Form(sent): Form<MarketSent>,
) -> Result<Response, Failed> {
    let done = match sent.form() {
        Ok(form) => app.write(&session, move |desk| attendance::set_market(desk, &form)).await,
        Err(refused) => Err(Failed::from(refused)),
    };
    match done {
        Ok(()) => Ok(Redirect::to("/school-days#markets").into_response()),
        Err(failed) => {
            let wrong = Wrong { market: failed.errors()?, sent, ..Wrong::default() };
            show(&app, &session, wrong, StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}
