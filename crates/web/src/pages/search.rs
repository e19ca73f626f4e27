//! `/search`: finding children, units, people, findings, announcements and numbers, each in one's own part of the
//! county.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use casework::search::{self, Found, Hit, Kind};
use serde::Deserialize;

use crate::app::App;
use crate::failed::Failed;
use crate::look::{Empty, Head, Shell};
use crate::route::{Policy, Route, encoded, html};
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
    groups: Vec<Group>,
    heads: [Head; 2],
    empty: Empty,
}

struct Group {
    label: &'static str,
    hits: Vec<Hit>,
    /// What is said where there are more than are shown, and the list that has them.
    more: Option<Option<String>>,
}

fn groups(mut found: Found, q: &str) -> Vec<Group> {
    let mut groups = Vec::new();
    for kind in Kind::ALL {
        let (hits, rest) = found.hits.into_iter().partition(|hit| hit.kind == *kind);
        found.hits = rest;
        let list = (*kind == Kind::Child).then(|| format!("/children?q={}", encoded(q)));
        groups.push(Group { label: kind.label(), hits, more: found.more.contains(kind).then_some(list) });
    }
    groups.retain(|group| !group.hits.is_empty());
    groups
}

async fn page(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Failed> {
    let q = asked.q.clone();
    let found = app.read(&session, move |desk| search::search(desk, &q)).await?;
    let empty = if asked.q.trim().is_empty() {
        Empty {
            why: "还没有写要找什么。".to_owned(),
            what_to_do: "找孩子写姓名、拼音首字母（如 lxm）或身份证号后四位；找学校、村、班级、人、公告写名称；找文书写编号。"
                .to_owned(),
            act: None,
        }
    } else {
        Empty {
            why: "在您的范围内没有找到。".to_owned(),
            what_to_do: "核对用字，或换拼音首字母、身份证号后四位再找；不在您范围内的不会显示。".to_owned(),
            act: None,
        }
    };
    Ok(html(&SearchPage {
        shell: app.shell(&session, "/search").await?,
        groups: groups(found, &asked.q),
        q: asked.q,
        heads: [Head::text("名称"), Head::text("说明")],
        empty,
    }))
}
