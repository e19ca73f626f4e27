//! `/api/v1/comparisons`: the campaigns of 四查三比对 (五(四)); a run with the lists that were chosen is asked for, and works in
//! the background: reading them again shows how far it is.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use casework::campaign::{self, Campaign, Run};
use casework::refused::Refused;
use rules::access::Action;
use rules::date::parse_date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::give::{self, Page};
use super::take::Act;
use crate::app::App;
use crate::failed::Failed;
use crate::route::{Policy, Route};
use crate::session::Session;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/comparisons", Policy::Needs(Action::ReadFindings), campaigns),
        Route::post("/api/v1/comparisons", Policy::Needs(Action::RunComparison), ask),
    ]
}

/// A campaign of a semester.
#[derive(Serialize, ToSchema)]
pub(super) struct Comparison {
    /// Id.
    id: String,
    /// Title.
    title: String,
    /// open or closed.
    state: String,
    /// First day.
    from: String,
    /// Its last run; absent before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<ComparisonRun>,
}

/// A run.
#[derive(Serialize, ToSchema)]
struct ComparisonRun {
    /// Id.
    id: String,
    /// queued, running, done, failed, cancelled.
    state: String,
    /// The day for ages.
    as_of: String,
    /// When it was asked for.
    at: String,
    /// What is being done, in words; absent when nothing is.
    #[serde(skip_serializing_if = "String::is_empty")]
    stage: String,
    /// Findings.
    found: i64,
    /// Of them remembered from before.
    remembered: i64,
    /// Findings of an earlier run that it does not find any more.
    cleared: i64,
    /// Why it failed.
    #[serde(skip_serializing_if = "String::is_empty")]
    problem: String,
}

impl From<Run> for ComparisonRun {
    fn from(run: Run) -> Self {
        Self {
            id: run.id,
            state: run.state.code().to_owned(),
            as_of: run.as_of,
            at: run.at,
            stage: run.stage,
            found: run.found,
            remembered: run.remembered,
            cleared: run.cleared,
            problem: run.problem,
        }
    }
}

/// The campaigns, the newest first, each with its last run.
#[utoipa::path(get, path = "/api/v1/comparisons", tag = "findings",
    responses((status = 200, body = Page<Comparison>)))]
pub(super) async fn campaigns(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let found = app.read(&session, campaign::campaigns).await?;
    let shown = |one: Campaign| Comparison {
        id: one.id,
        title: one.title,
        state: one.state,
        from: one.from,
        run: one.run.map(ComparisonRun::from),
    };
    give::read(&Page::whole(found.into_iter().map(shown).collect()))
}

/// A run to be made.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(example = json!({"as_of": "2026-11-23"}))]
pub(super) struct RunAsked {
    /// Id of the campaign; the newest that is open where it is not said.
    campaign: String,
    /// The day for ages; today where it is not said.
    #[schema(format = Date)]
    as_of: String,
}

/// The run that was asked for.
#[derive(Serialize, ToSchema)]
pub(super) struct RunTaken {
    /// Its id.
    id: String,
    /// Id of its campaign.
    campaign: String,
    /// Whether the same lists had been compared for that day before: then this is that run.
    already: bool,
}

/// Asks for a run: 202 and it works in the background, 200 when it is one that was made before.
#[utoipa::path(post, path = "/api/v1/comparisons", tag = "findings", request_body = RunAsked,
    responses((status = 202, body = RunTaken), (status = 200, body = RunTaken)))]
pub(super) async fn ask(
    State(app): State<App>,
    session: Session,
    Act { body, key }: Act<RunAsked>,
) -> Result<Response, Failed> {
    let as_of = match body.as_of.as_str() {
        "" => app.now().day(),
        day => parse_date(day).map_err(|_| Refused::field("as_of", "请写日期，如 2026-11-23"))?,
    };
    give::act(&app, &session, key, move |desk| {
        let campaign = match body.campaign.as_str() {
            "" => campaign::campaigns(desk)?
                .into_iter()
                .find(|one| one.state == "open")
                .map(|one| one.id)
                .ok_or_else(|| {
                    Refused::rule(
                        "没有进行中的比对行动",
                        "五(四)",
                        "请先在“比对行动”里开始本学期的行动，选好名单",
                    )
                })?,
            id => id.to_owned(),
        };
        let asked = campaign::ask(desk, &campaign, as_of)?;
        let status = if asked.already { StatusCode::OK } else { StatusCode::ACCEPTED };
        give::made(status, &RunTaken { id: asked.run, campaign, already: asked.already })
    })
    .await
}
