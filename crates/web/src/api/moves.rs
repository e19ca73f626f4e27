//! `/api/v1/moves`: changes of the roll that wait, and each side's answer (学籍管理办法: both schools and the county).

use axum::extract::{Path, State};
use axum::response::Response;
use casework::ledger::{self, Waiting};
use rules::access::Action;
use rules::roll::Side;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::give::{self, Page};
use super::take::{Act, Bare};
use crate::app::App;
use crate::failed::Failed;
use crate::route::{Policy, Route};
use crate::session::Session;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/moves", Policy::Needs(Action::AnswerRollMove), list),
        Route::post("/api/v1/moves/{id}/agree", Policy::Needs(Action::AnswerRollMove), agree),
        Route::post("/api/v1/moves/{id}/back", Policy::Needs(Action::AnswerRollMove), back),
        Route::post("/api/v1/moves/{id}/withdraw", Policy::Needs(Action::StartRollMove), withdraw),
    ]
}

/// One who must act before a change takes effect.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum MoveSide {
    /// 转出学校.
    Giving,
    /// 转入学校.
    Receiving,
    /// 县教体局.
    County,
}

impl From<Side> for MoveSide {
    fn from(side: Side) -> Self {
        match side {
            Side::Giving => Self::Giving,
            Side::Receiving => Self::Receiving,
            Side::County => Self::County,
        }
    }
}

impl From<MoveSide> for Side {
    fn from(side: MoveSide) -> Self {
        match side {
            MoveSide::Giving => Self::Giving,
            MoveSide::Receiving => Self::Receiving,
            MoveSide::County => Self::County,
        }
    }
}

/// A change that waits.
#[derive(Serialize, ToSchema)]
pub(super) struct Move {
    /// Id.
    id: String,
    /// Id of the child's file; absent where the reader may not open it.
    #[serde(skip_serializing_if = "Option::is_none")]
    child: Option<String>,
    /// Name of the child.
    name: String,
    /// 县内转学, 休学….
    kind: &'static str,
    /// The giving school; empty for none.
    from: String,
    /// The receiving school or place; empty for none.
    to: String,
    /// Why.
    reason: String,
    /// From which day.
    effective: String,
    /// Days since it was asked for.
    days: i64,
    /// Who has not acted.
    pending: Vec<String>,
    /// The sides for which one can act now.
    mine: Vec<MoveSide>,
    /// Whether one asked for it oneself, and may withdraw it.
    asked_by_me: bool,
    /// Classes that the receiving school can choose, where that is one's affair.
    classes: Vec<Choice>,
}

/// A class to choose.
#[derive(Serialize, ToSchema)]
struct Choice {
    /// Id of its unit.
    class: String,
    /// Name.
    name: String,
}

impl From<Waiting> for Move {
    fn from(one: Waiting) -> Self {
        Self {
            id: one.id,
            child: one.open.then_some(one.child),
            name: one.name,
            kind: one.kind,
            from: one.from,
            to: one.to,
            reason: one.reason,
            effective: one.effective,
            days: one.days,
            pending: one.pending,
            mine: one.mine.into_iter().map(|(side, _)| side.into()).collect(),
            asked_by_me: one.asked_by_me,
            classes: one.classes.into_iter().map(|(class, name)| Choice { class, name }).collect(),
        }
    }
}

/// Changes of the roll that wait, the oldest first.
#[utoipa::path(get, path = "/api/v1/moves", tag = "moves", responses((status = 200, body = Page<Move>)))]
pub(super) async fn list(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let found = app.read(&session, ledger::waiting).await?;
    give::read(&Page::whole(found.into_iter().map(Move::from).collect()))
}

/// A side's consent.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"side": "receiving", "class": "0193b6a0-0000-7000-8000-000000000001"}))]
pub(super) struct Agree {
    /// For which side.
    side: MoveSide,
    /// Into which class; the receiving side chooses it.
    #[serde(default)]
    class: String,
}

/// Agrees for a side. With the last one the change takes effect on its day.
#[utoipa::path(post, path = "/api/v1/moves/{id}/agree", tag = "moves", params(("id" = String, Path)),
    request_body = Agree, responses((status = 204)))]
pub(super) async fn agree(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Act { body, key }: Act<Agree>,
) -> Result<Response, Failed> {
    give::act(&app, &session, key, move |desk| {
        ledger::agree(desk, &id, body.side.into(), &body.class).map(|()| give::done())
    })
    .await
}

/// Why a side sends it back.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"side": "giving", "answer": "请补上接收证明"}))]
pub(super) struct Back {
    /// For which side.
    side: MoveSide,
    /// Why.
    answer: String,
}

/// Sends it back for a side, with the reason.
#[utoipa::path(post, path = "/api/v1/moves/{id}/back", tag = "moves", params(("id" = String, Path)),
    request_body = Back, responses((status = 204)))]
pub(super) async fn back(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Act { body, key }: Act<Back>,
) -> Result<Response, Failed> {
    give::act(&app, &session, key, move |desk| {
        ledger::send_back(desk, &id, body.side.into(), &body.answer).map(|()| give::done())
    })
    .await
}

/// Withdraws what one asked for oneself.
#[utoipa::path(post, path = "/api/v1/moves/{id}/withdraw", tag = "moves", params(("id" = String, Path)),
    responses((status = 204)))]
pub(super) async fn withdraw(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Bare(key): Bare,
) -> Result<Response, Failed> {
    give::act(&app, &session, key, move |desk| ledger::withdraw(desk, &id).map(|()| give::done())).await
}
