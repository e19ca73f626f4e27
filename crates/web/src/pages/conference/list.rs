//! The meetings, when the next one is due, and the form by which it is called.

use askama::Template;
use axum::extract::{Form, State};
use axum::response::{IntoResponse, Response};
use casework::conference::{self, MeetingLine, NewMeeting, Next};
use jiff::civil::Date;
use rules::access::{Action, Subject, may};
use rules::conference::Stand;
use serde::Deserialize;

use super::{Told, told};
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Empty, Head, Shell, Tone, filters};
use crate::route::{encoded, html};
use crate::session::Session;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    day: String,
    hour: String,
    place: String,
    matter: String,
}

#[derive(Template)]
#[template(path = "conference/list.html")]
struct ListPage {
    shell: Shell,
    rows: Vec<MeetingLine>,
    heads: [Head; 4],
    next: Next,
    may_call: bool,
    today: Date,
    sent: Sent,
    told: Told,
    empty: Empty,
}

impl ListPage {
    /// Days to the last day on which the next is in time.
    fn left(&self) -> Option<(i64, Tone)> {
        let due = self.next.due?;
        let days = due.since(self.today).map_or(0, |span| i64::from(span.get_days()));
        Some((days, Tone::of_days_left(days)))
    }
}

/// The colour of a meeting.
pub(super) const fn tone(stand: Stand) -> Tone {
    match stand {
        Stand::Called | Stand::Fixed => Tone::Act,
        Stand::Held => Tone::Due,
        Stand::Closed => Tone::Good,
    }
}

pub(super) async fn page(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    show(&app, &session, Sent { hour: "09:00".to_owned(), ..Sent::default() }, Told::default()).await
}

async fn show(app: &App, session: &Session, sent: Sent, told: Told) -> Result<Response, Failed> {
    let (rows, next) = app.read(session, conference::meetings).await?;
    let status = told.status;
    let page = ListPage {
        shell: app.shell(session, "/conference").await?,
        rows,
        heads: [Head::text("会议"), Head::text("日期"), Head::text("进展"), Head::text("议定事项")],
        next,
        may_call: may(&session.who().actor, Action::CallConference, &Subject::Nothing).is_ok(),
        today: app.now().day(),
        sent,
        told,
        empty: Empty {
            why: "还没有召集过联席会议。".to_owned(),
            what_to_do: "由专班组长或副组长召集；议程从超期的个案、没答复的协助和没办完的任务自动起草。"
                .to_owned(),
            act: None,
        },
    };
    Ok((status, html(&page)).into_response())
}

pub(super) async fn call(
    State(app): State<App>,
    session: Session,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let new = NewMeeting {
        day: sent.day.clone(),
        hour: sent.hour.clone(),
        place: sent.place.clone(),
        matter: sent.matter.clone(),
    };
    match app.write(&session, move |desk| conference::call(desk, &new)).await {
        Ok(id) => Ok(see_other(&format!("/conference/{}", encoded(&id)))),
        Err(failed) => show(&app, &session, sent, told(failed)?).await,
    }
}
