//! `/tasks`: what the conference decided, for the unit that must do it and for the office that accepts it.

use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::response::{IntoResponse, Response};
use casework::conference::{self, TaskFile, TaskLine, TaskShown};
use jiff::civil::Date;
use rules::access::{Action, Reach};
use rules::conference::TaskStand;
use serde::Deserialize;

use super::one::task_said;
use super::{Told, told};
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Crumb, Empty, Head, Shell, Tab, Tone, filters};
use crate::pages::address::Address;
use crate::route::{encoded, html};
use crate::session::Session;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    show: String,
}

#[derive(Template)]
#[template(path = "conference/tasks.html")]
struct ListPage {
    shell: Shell,
    tabs: Vec<Tab>,
    rows: Vec<TaskLine>,
    heads: [Head; 4],
    whole: bool,
    today: Date,
    empty: Empty,
}

impl ListPage {
    fn said(&self, task: &TaskLine) -> (String, Tone) {
        task_said(task, self.today)
    }
}

const TABS: [(&str, &str); 4] =
    [("", "没有办完的"), ("late", "超期"), ("reported", "待验收"), ("accepted", "已验收")];

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Failed> {
    let which = TaskShown::of(&asked.show);
    let rows = app.read(&session, move |desk| conference::tasks(desk, which)).await?;
    let tab = |(code, label): &(&str, &str)| Tab {
        label: (*label).to_owned(),
        href: Address::new("/tasks", &[("show", code)]).without(""),
        count: None,
        current: asked.show == *code,
    };
    let whole = session
        .who()
        .actor
        .posts
        .iter()
        .any(|post| Action::ReadTasks.policy(post.role, post.standing) == Some(Reach::County));
    Ok(html(&ListPage {
        shell: app.shell(&session, "/tasks").await?,
        tabs: TABS.iter().map(tab).collect(),
        rows,
        heads: [Head::text("事项"), Head::text("承办单位"), Head::text("期限"), Head::text("进展")],
        whole,
        today: app.now().day(),
        empty: Empty {
            why: match asked.show.as_str() {
                "late" => "没有超期的会议任务。",
                "reported" => "没有等验收的会议任务。",
                "accepted" => "还没有验收过的会议任务。",
                _ => "没有要办的会议任务。",
            }
            .to_owned(),
            what_to_do: "联席会议纪要定稿后，议定由本单位承办的事会出现在这里。".to_owned(),
            act: None,
        },
    }))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    words: String,
    why: String,
}

#[derive(Template)]
#[template(path = "conference/task.html")]
struct OnePage {
    shell: Shell,
    way: [Crumb; 2],
    one: TaskFile,
    today: Date,
    sent: Sent,
    told: Told,
}

impl OnePage {
    fn said(&self) -> (String, Tone) {
        task_said(&self.one.line, self.today)
    }

    fn by(&self) -> String {
        let due = self.one.line.due;
        format!("{}年{}月{}日以前", due.year(), due.month(), due.day())
    }

    /// Whose turn it is.
    fn turn(&self) -> Option<(&str, &'static str)> {
        match self.one.line.stand {
            TaskStand::Open => Some((self.one.line.unit.as_str(), "办完后在这里报告，写明证明")),
            TaskStand::Reported => Some(("专班办公室", "看过证明后验收，或者退回")),
            TaskStand::Accepted => None,
        }
    }
}

pub(super) async fn one(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    show(&app, &session, id, Sent::default(), Told::default()).await
}

async fn show(app: &App, session: &Session, id: String, sent: Sent, told: Told) -> Result<Response, Failed> {
    let one = app.look(session, move |desk| conference::task(desk, &id)).await?;
    let status = told.status;
    let page = OnePage {
        shell: app.shell(session, "/tasks").await?,
        way: [
            Crumb { label: "会议任务".to_owned(), href: Some("/tasks".to_owned()) },
            Crumb { label: format!("会议{}", one.line.number), href: None },
        ],
        one,
        today: app.now().day(),
        sent,
        told,
    };
    Ok((status, html(&page)).into_response())
}

pub(super) async fn after(
    app: &App,
    session: &Session,
    id: String,
    sent: Sent,
    done: Result<(), Failed>,
) -> Result<Response, Failed> {
    match done {
        Ok(()) => Ok(see_other(&format!("/tasks/{}", encoded(&id)))),
        Err(failed) => show(app, session, id, sent, told(failed)?).await,
    }
}

pub(super) async fn report(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (own, words) = (id.clone(), sent.words.clone());
    let done = app.write(&session, move |desk| conference::report(desk, &own, &words)).await;
    after(&app, &session, id, sent, done).await
}

pub(super) async fn accept(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let own = id.clone();
    let done = app.write(&session, move |desk| conference::accept(desk, &own)).await;
    after(&app, &session, id, Sent::default(), done).await
}

pub(super) async fn back(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (own, why) = (id.clone(), sent.why.clone());
    let done = app.write(&session, move |desk| conference::give_back(desk, &own, &why)).await;
    after(&app, &session, id, sent, done).await
}
