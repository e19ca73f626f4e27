//! 校历变动: days on which a school or the whole county does otherwise than the calendar says; absences are counted anew.

use askama::Template;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use casework::attendance::{self, DayForm, DayLine};
use casework::refused::Refused;
use jiff::ToSpan;
use jiff::civil::Date;
use rules::access::{Action, Subject, may};
use rules::date::parse_date;
use serde::Deserialize;

use crate::app::App;
use crate::failed::Failed;
use crate::look::{Empty, Errors, Head, Shell, Tone, filters};
use crate::route::html;
use crate::session::Session;

/// Days back that are listed.
const BACK: i64 = 120;

#[derive(Template)]
#[template(path = "register/school_days.html")]
struct DaysPage {
    shell: Shell,
    rows: Vec<DayLine>,
    heads: [Head; 4],
    empty: Empty,
    may_set: bool,
    whole: bool,
    today: Date,
    errors: Errors,
}

pub(super) async fn page(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    show(&app, &session, Errors::new(), StatusCode::OK).await
}

async fn show(app: &App, session: &Session, errors: Errors, status: StatusCode) -> Result<Response, Failed> {
    let today = app.now().day();
    let from = today.saturating_sub(BACK.days());
    let rows = app.read(session, move |desk| attendance::school_day_changes(desk, from)).await?;
    let actor = &session.who().actor;
    let page = DaysPage {
        shell: app.shell(session, "/school-days").await?,
        heads: [Head::text("日期"), Head::text("变动"), Head::text("范围"), Head::text("谁定的")],
        rows,
        empty: Empty {
            why: "近来没有校历变动。".to_owned(),
            what_to_do: "停课、补课和地方假日登记后，点名和缺课天数自动跟着改。".to_owned(),
            act: None,
        },
        may_set: may(actor, Action::SetSchoolDays, &Subject::Nothing).is_ok(),
        whole: attendance::speaks_for(actor).is_none(),
        today,
        errors,
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
        Err(failed) => show(&app, &session, failed.errors()?, StatusCode::UNPROCESSABLE_ENTITY).await,
    }
}
