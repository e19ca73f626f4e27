//! `/online`: who is on line, and 强制下线.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use casework::accounts::online::{self, Online};
use rules::access::Action;
use serde::Deserialize;

use super::address::Address;
use super::exports::{self, Asking};
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Empty, Filter, Head, Shell, Taking, Tone, filters};
use crate::route::{Policy, Route, html};
use crate::session::Session;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/online", Policy::Needs(Action::EndSession), list),
        Route::post("/online/export", Policy::Needs(Action::EndSession), export),
        Route::post("/online/{id}/end", Policy::Needs(Action::EndSession), end),
    ]
}

#[derive(Debug, Clone, Default, Deserialize)]
struct ListQuery {
    #[serde(default)]
    q: String,
}

#[derive(Template)]
#[template(path = "accounts/online.html")]
struct OnlinePage {
    shell: Shell,
    online: Vec<Online>,
    total: u64,
    filter: Filter,
    heads: [Head; 5],
    empty: Empty,
    export: Option<Taking>,
}

async fn list(
    State(app): State<App>,
    session: Session,
    Query(query): Query<ListQuery>,
) -> Result<Response, Failed> {
    let search = query.q.clone();
    let (online, total) = app.read(&session, move |desk| online::list(desk, &search)).await?;
    let at = Address::new("/online", &[("q", &query.q)]);
    Ok(html(&OnlinePage {
        shell: app.shell(&session, "/online").await?,
        online,
        total,
        filter: at.filter(vec![at.text("q", "姓名或单位", "姓名、账号、单位")]),
        heads: [
            Head::text("姓名"),
            Head::text("单位"),
            Head::text("设备"),
            Head::text("最近使用"),
            Head::text("办理"),
        ],
        empty: Empty {
            why: "现在没有人在线。".to_owned(),
            what_to_do: "半小时内有操作的人会列在这里。".to_owned(),
            act: None,
        },
        export: at.taking(&session, Action::EndSession, "/online/export"),
    }))
}

async fn export(
    State(app): State<App>,
    session: Session,
    Form(asking): Form<Asking<ListQuery>>,
) -> Result<Response, Failed> {
    let search = asking.query.q;
    exports::take(&app, &session, "online", &asking.purpose, move |desk, purpose| {
        online::export(desk, &search, purpose)
    })
    .await
}

async fn end(State(app): State<App>, session: Session, Path(id): Path<String>) -> Result<Response, Failed> {
    app.write(&session, move |desk| online::end(desk, &id)).await?;
    Ok(see_other("/online"))
}
