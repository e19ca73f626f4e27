//! One meeting: its agenda, its minutes, its decisions, and the one step that comes next.

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Response};
use casework::conference::{self, Held, MeetingFile, TaskLine};
use jiff::civil::Date;
use rules::conference::{Stand, Step, TaskStand, Topic};
use serde::Deserialize;

use super::list::tone;
use super::{Told, told};
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Crumb, Head, Shell, Tone, filters};
use crate::route::{encoded, html};
use crate::session::Session;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    words: String,
    unit: String,
    proof: String,
    due: String,
    day: String,
    chair: String,
    attended: String,
    minutes: String,
}

#[derive(Template)]
#[template(path = "conference/one.html")]
struct OnePage {
    shell: Shell,
    way: [Crumb; 2],
    one: MeetingFile,
    units: Vec<Choice>,
    heads: [Head; 4],
    case_heads: [Head; 4],
    today: Date,
    sent: Sent,
    told: Told,
}

impl OnePage {
    fn tone(&self) -> Tone {
        tone(self.one.line.stand)
    }

    /// The agenda topic by topic, those that have something.
    fn topics(&self) -> Vec<(Topic, Vec<&conference::ItemLine>)> {
        let Some(items) = &self.one.items else { return Vec::new() };
        let of = |topic: Topic| items.iter().filter(|item| item.topic == topic).collect::<Vec<_>>();
        Topic::ALL.iter().map(|topic| (*topic, of(*topic))).filter(|(_, of)| !of.is_empty()).collect()
    }

    fn task(&self, task: &TaskLine) -> (String, Tone) {
        task_said(task, self.today)
    }
}

/// A task's state and its colour.
pub(super) fn task_said(task: &TaskLine, today: Date) -> (String, Tone) {
    match task.stand {
        TaskStand::Accepted => (task.stand.label().to_owned(), Tone::Good),
        TaskStand::Reported => (task.stand.label().to_owned(), Tone::Act),
        TaskStand::Open => {
            let days = task.due.since(today).map_or(0, |span| i64::from(span.get_days()));
            let said = match days {
                0 => "今天到期".to_owned(),
                1.. => format!("还剩 {days} 天"),
                _ => format!("超期 {} 天", days.unsigned_abs()),
            };
            (said, Tone::of_days_left(days))
        }
    }
}

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    show(&app, &session, id, Sent::default(), Told::default()).await
}

async fn show(
    app: &App,
    session: &Session,
    id: String,
    mut sent: Sent,
    told: Told,
) -> Result<Response, Failed> {
    let one = app.look(session, move |desk| conference::meeting(desk, &id)).await?;
    if one.line.stand == Stand::Fixed && sent.day.is_empty() {
        sent.day.clone_from(&one.called_for);
    }
    let none = std::iter::once(Choice::new("", "请选择", &sent.unit));
    let units = none.chain(one.units.iter().map(|(id, name)| Choice::new(id, name, &sent.unit))).collect();
    let status = told.status;
    let page = OnePage {
        shell: app.shell(session, "/conference").await?,
        way: [
            Crumb { label: "联席会议".to_owned(), href: Some("/conference".to_owned()) },
            Crumb { label: one.line.number.clone(), href: None },
        ],
        one,
        units,
        heads: [Head::text("事项"), Head::text("承办单位"), Head::text("期限"), Head::text("进展")],
        case_heads: [Head::text("孩子"), Head::text("轮到谁"), Head::text("要办什么"), Head::text("到期")],
        today: app.now().day(),
        sent,
        told,
    };
    Ok((status, html(&page)).into_response())
}

async fn after(
    app: &App,
    session: &Session,
    id: String,
    sent: Sent,
    done: Result<(), Failed>,
) -> Result<Response, Failed> {
    match done {
        Ok(()) => Ok(see_other(&format!("/conference/{}", encoded(&id)))),
        Err(failed) => show(app, session, id, sent, told(failed)?).await,
    }
}

pub(super) async fn add_item(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (own, words) = (id.clone(), sent.words.clone());
    let done = app.write(&session, move |desk| conference::add_item(desk, &own, &words)).await;
    after(&app, &session, id, sent, done).await
}

pub(super) async fn fix(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let own = id.clone();
    let done = app.write(&session, move |desk| conference::fix(desk, &own)).await;
    after(&app, &session, id, Sent::default(), done).await
}

pub(super) async fn hold(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let held = Held {
        day: sent.day.clone(),
        chair: sent.chair.clone(),
        attended: sent.attended.clone(),
        minutes: sent.minutes.clone(),
    };
    let own = id.clone();
    let done = app.write(&session, move |desk| conference::hold(desk, &own, &held)).await;
    after(&app, &session, id, sent, done).await
}

pub(super) async fn decide(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (own, new) = (id.clone(), sent.clone());
    let done = app
        .write(&session, move |desk| {
            conference::decide(desk, &own, &new.unit, (&new.words, &new.proof), &new.due).map(drop)
        })
        .await;
    after(&app, &session, id, sent, done).await
}

pub(super) async fn drop_decision(
    State(app): State<App>,
    session: Session,
    Path((id, task)): Path<(String, String)>,
) -> Result<Response, Failed> {
    let own = id.clone();
    let done = app.write(&session, move |desk| conference::drop_decision(desk, &own, &task)).await;
    after(&app, &session, id, Sent::default(), done).await
}

pub(super) async fn close(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let own = id.clone();
    let done = app.write(&session, move |desk| conference::close(desk, &own)).await;
    after(&app, &session, id, Sent::default(), done).await
}
