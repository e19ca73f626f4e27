//! `/search`: finding a child by name, pinyin or the last four of the ID number, in one's own part of the county.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use casework::today::{self, Hit};
use serde::Deserialize;

use crate::app::App;
use crate::failed::Failed;
use crate::look::{Empty, Head, Shell};
use crate::route::{Policy, Route, html};
use crate::session::Session;

pub(crate) fn routes() -> Vec<Route> {
    vec![Route::get("/search", Policy::SignedIn, page)]
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    shell: Shell,
    q: String,
    hits: Vec<Hit>,
    heads: [Head; 3],
    empty: Empty,
}

async fn page(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Failed> {
    let q = asked.q.clone();
    let hits = app.read(&session, move |desk| today::search(desk, &q)).await?;
    let empty = if asked.q.trim().is_empty() {
        Empty {
            why: "还没有写要找谁。".to_owned(),
            what_to_do: "写姓名、拼音或拼音首字母（如 lxm），或身份证号后四位。".to_owned(),
            act: None,
        }
    } else {
        Empty {
            why: "在您的范围内没有找到。".to_owned(),
            what_to_do: "核对姓名用字，或换拼音首字母、身份证号后四位再找；不在您范围内的孩子不会显示。"
                .to_owned(),
            act: None,
        }
    };
    Ok(html(&SearchPage {
        shell: app.shell(&session, "/search").await?,
        q: asked.q,
        hits,
        heads: [Head::text("姓名"), Head::text("出生日期"), Head::text("村、学校")],
        empty,
    }))
}
