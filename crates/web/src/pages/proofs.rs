//! `/proofs`: children studying elsewhere whose proof has run out, the oldest first; each leads to the child's file, where
//! the proof is brought up to date.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use casework::today::{self, ExpiredProof};
use rules::access::Action;
use serde::Deserialize;

use crate::app::App;
use crate::failed::Failed;
use crate::look::{Empty, Head, Pager, Shell, filters};
use crate::route::{Policy, Route, encoded, html};
use crate::session::Session;

pub(crate) fn routes() -> Vec<Route> {
    vec![Route::get("/proofs", Policy::Needs(Action::RecordElsewhere), list)]
}

#[derive(Template)]
#[template(path = "proofs/list.html")]
struct ProofsPage {
    shell: Shell,
    rows: Vec<ExpiredProof>,
    heads: [Head; 3],
    pager: Pager,
    empty: Empty,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct ProofsQuery {
    #[serde(default)]
    after: String,
}

async fn list(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<ProofsQuery>,
) -> Result<Response, Failed> {
    let after = asked.after.split_once('~').map(|(day, id)| (day.to_owned(), id.to_owned()));
    let (rows, next) = app.read(&session, move |desk| today::expired_proofs(desk, after.as_ref())).await?;
    let first = (!asked.after.is_empty()).then(|| "/proofs".to_owned());
    let shown = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    let next = next.map(|(day, id)| format!("/proofs?after={}", encoded(&format!("{day}~{id}"))));
    Ok(html(&ProofsPage {
        shell: app.shell(&session, "/").await?,
        rows,
        heads: [Head::text("孩子"), Head::text("就读学校"), Head::text("证明到期")],
        pager: Pager { first, prev: None, next, shown, total: None, unit: "人" },
        empty: Empty {
            why: "没有过期的就读证明。".to_owned(),
            what_to_do: "快到期的会提前30天列在今天的待办里。".to_owned(),
            act: None,
        },
    }))
}
