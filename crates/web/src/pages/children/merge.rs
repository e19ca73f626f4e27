//! Two files of one child, side by side, made one; and made two again.

use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::response::Response;
use casework::ledger::{self, SideBySide};
use serde::Deserialize;

use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{CompareRow, Empty, Head, Shell};
use crate::route::html;
use crate::session::Session;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    with: String,
}

#[derive(Template)]
#[template(path = "children/merge.html")]
struct MergePage {
    shell: Shell,
    id: String,
    with: String,
    heads: [Head; 2],
    doubles: Vec<(String, String, String)>,
    rows: Vec<CompareRow>,
    empty: Empty,
}

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failed> {
    let (kept, with) = (id.clone(), asked.with.clone());
    let (doubles, pairs) = app
        .write(&session, move |desk| {
            let doubles = ledger::doubles(desk, &kept)?;
            let pairs = if with.is_empty() {
                Vec::new()
            } else {
                let SideBySide { pairs, .. } = ledger::side_by_side(desk, &kept, &with)?;
                pairs
            };
            Ok((doubles, pairs))
        })
        .await?;
    let rows = pairs
        .into_iter()
        .map(|pair| CompareRow {
            label: pair.label.to_owned(),
            same: pair.kept == pair.gone,
            left: pair.kept,
            right: pair.gone,
            note: String::new(),
        })
        .collect();
    Ok(html(&MergePage {
        shell: app.shell(&session, "/children").await?,
        id,
        with: asked.with,
        heads: [Head::text("姓名"), Head::text("出生日期")],
        doubles,
        rows,
        empty: Empty {
            why: "没有找到像是同一个孩子的档案。".to_owned(),
            what_to_do: "姓名和出生日期都相同的才会列出；先更正其中一份，再来合并。".to_owned(),
            act: None,
        },
    }))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct MergeFields {
    gone: String,
    merge: String,
    reason: String,
}

pub(super) async fn merge(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(fields): Form<MergeFields>,
) -> Result<Response, Failed> {
    let kept = id.clone();
    app.write(&session, move |desk| ledger::merge(desk, &kept, &fields.gone, &fields.reason)).await?;
    Ok(see_other(&format!("/children/{}", crate::route::encoded(&id))))
}

pub(super) async fn unmerge(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(fields): Form<MergeFields>,
) -> Result<Response, Failed> {
    let (_, gone) =
        app.write(&session, move |desk| ledger::unmerge(desk, &id, &fields.merge, &fields.reason)).await?;
    Ok(see_other(&format!("/children/{gone}")))
}
