//! `/jobs`: what runs by itself, when it ran last and how it went; run now, and parked ones again (J08).

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use casework::jobs::{self, Overview, Registry, State as JobState};
use rules::access::Action;
use serde::Deserialize;

use super::address::Address;
use super::exports::{self, Asking};
use crate::app::App;
use crate::background::registry;
use crate::failed::{Failed, see_other};
use crate::look::{Empty, Filter, Head, Shell, Taking, Tone, filters};
use crate::route::{Policy, Route, html};
use crate::session::Session;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/jobs", Policy::Needs(Action::ReadHealth), page),
        Route::post("/jobs/export", Policy::Needs(Action::ReadHealth), export),
        Route::post("/jobs/{id}/retry", Policy::Needs(Action::RunJob), retry),
        Route::post("/schedules/{name}/run", Policy::Needs(Action::RunJob), run_now),
    ]
}

#[derive(Template)]
#[template(path = "jobs.html")]
struct JobsPage {
    shell: Shell,
    overview: Overview,
    registry: Registry,
    schedule_heads: [Head; 5],
    job_heads: [Head; 5],
    empty: Empty,
    filter: Filter,
    export: Option<Taking>,
}

impl JobsPage {
    fn tone(&self, state: &JobState) -> Tone {
        match state {
            JobState::Done => Tone::Good,
            JobState::Failed | JobState::Parked => Tone::Late,
            JobState::Waiting | JobState::Running => Tone::Plain,
        }
    }

    fn every(&self, seconds: &i64) -> String {
        match seconds {
            86_400.. if seconds % 86_400 == 0 => format!("每{}天", seconds / 86_400),
            3_600.. if seconds % 3_600 == 0 => format!("每{}小时", seconds / 3_600),
            60.. if seconds % 60 == 0 => format!("每{}分钟", seconds / 60),
            _ => format!("每{seconds}秒"),
        }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct ListQuery {
    q: String,
    state: String,
}

impl ListQuery {
    fn filter(&self) -> jobs::Filter {
        jobs::Filter { state: JobState::from_code(&self.state), search: self.q.clone() }
    }

    fn address(&self) -> Address {
        Address::new("/jobs", &[("q", &self.q), ("state", &self.state)])
    }
}

async fn page(
    State(app): State<App>,
    session: Session,
    Query(query): Query<ListQuery>,
) -> Result<Response, Failed> {
    let registry = registry();
    let (known, wanted) = (registry.clone(), query.filter());
    let overview = app.read(&session, move |desk| jobs::overview(desk, &known, &wanted)).await?;
    let at = query.address();
    Ok(html(&JobsPage {
        shell: app.shell(&session, "/jobs").await?,
        overview,
        registry,
        schedule_heads: [
            Head::text("任务"),
            Head::text("上次运行"),
            Head::text("结果"),
            Head::text("下次运行"),
            Head::text("办理"),
        ],
        job_heads: [
            Head::text("任务"),
            Head::text("状态"),
            Head::text("进度"),
            Head::text("结果"),
            Head::text("办理"),
        ],
        empty: Empty {
            why: "还没有后台任务。".to_owned(),
            what_to_do: "导入、比对等费时的事会在这里排队。".to_owned(),
            act: None,
        },
        filter: at.filter(vec![
            at.text("q", "谁或结果", "谁交办的、结果里的字"),
            at.choice("state", "状态", JobState::ALL.iter().map(|state| (state.code(), state.label()))),
        ]),
        export: at.taking(&session, Action::ReadHealth, "/jobs/export"),
    }))
}

async fn export(
    State(app): State<App>,
    session: Session,
    Form(asking): Form<Asking<ListQuery>>,
) -> Result<Response, Failed> {
    let (registry, filter) = (registry(), asking.query.filter());
    exports::take(&app, &session, "jobs", &asking.purpose, move |desk, purpose| {
        jobs::export(desk, &registry, &filter, purpose)
    })
    .await
}

async fn retry(State(app): State<App>, session: Session, Path(id): Path<String>) -> Result<Response, Failed> {
    app.write(&session, move |desk| jobs::retry(desk, &id)).await?;
    Ok(see_other("/jobs"))
}

async fn run_now(
    State(app): State<App>,
    session: Session,
    Path(name): Path<String>,
) -> Result<Response, Failed> {
    let registry = registry();
    app.write(&session, move |desk| jobs::run_now(desk, &registry, &name)).await?;
    Ok(see_other("/jobs"))
}
