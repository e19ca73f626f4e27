//! `/api/v1/bulletins`: the bulletins that were issued and that one may read, the latest first. Nothing in it sets a unit above another (五(十二)).

use axum::extract::State;
use axum::response::Response;
use casework::bulletins::{BulletinLine, issued};
use rules::access::Action;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Coded, give};
use crate::app::App;
use crate::failed::Failed;
use crate::route::{Policy, Route};
use crate::session::Session;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/api/v1/bulletins", Policy::Needs(Action::ReadBulletins), list)]
}

/// A bulletin that was issued.
#[derive(Serialize, ToSchema)]
pub(super) struct IssuedBulletin {
    /// Id; its page is `/bulletins/{id}`.
    id: String,
    /// 问题通报, 表扬通报, 更正通报, 撤回通报.
    kind: Coded,
    /// What it is called.
    title: String,
    /// 发文字号.
    number: String,
    /// Who issued it.
    issuer: String,
    /// When.
    #[schema(format = DateTime)]
    issued_at: String,
    /// How many units it names.
    units: i64,
}

fn item(line: BulletinLine) -> IssuedBulletin {
    IssuedBulletin {
        id: line.id,
        kind: Coded { code: line.kind.code(), label: line.kind.label() },
        title: line.title,
        number: line.word,
        issuer: line.issuer,
        issued_at: line.at,
        units: line.units,
    }
}

/// The issued bulletins that one may read: at most 200.
#[utoipa::path(get, path = "/api/v1/bulletins", tag = "bulletins",
    responses((status = 200, body = give::Page<IssuedBulletin>)))]
pub(super) async fn list(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let rows = app.read(&session, issued).await?;
    give::read(&give::Page::whole(rows.into_iter().map(item).collect()))
}
