//! `/comparison/runs/{id}`: how far a run is, what came of it, what changed, and its files by right.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use casework::campaign::{self, KindCount, RunPage, RunState};
use rules::access::{Action, Subject, may};
use serde::Deserialize;

use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Crumb, Head, Shell, Tone, filters};
use crate::route::{encoded, html};
use crate::session::Session;
use crate::upload;

#[derive(Template)]
#[template(path = "comparison/run.html")]
struct Page {
    shell: Shell,
    way: Vec<Crumb>,
    page: RunPage,
    again: bool,
    heads: [Head; 6],
    list_heads: [Head; 4],
    may_export: bool,
    may_run: bool,
}

impl Page {
    /// What a file is for.
    fn purpose(&self, name: &str) -> &'static str {
        match name {
            "findings.xlsx" => "要去核实的孩子，每类一页，可以打印",
            "findings.csv" => "全部发现，给别的程序用",
            "links.csv" => "认定为同一个孩子的行和理由",
            "problems.xlsx" => "各份名单里要改正的行",
            _ => "人数、比例、用时、名单校验码，存档备查",
        }
    }

    /// How long it is, in words.
    fn size(&self, bytes: &i64) -> String {
        if *bytes < 1024 * 1024 {
            format!("{} KB", (bytes + 1023) / 1024)
        } else {
            format!("{} MB", bytes / 1024 / 1024)
        }
    }

    fn is_done(&self) -> bool {
        self.page.run.state == RunState::Done
    }

    /// Where the names behind a number are.
    fn names(&self, one: &KindCount, change: &str) -> String {
        format!(
            "/findings?campaign={}&kind={}&run={}&change={change}",
            self.page.campaign.0,
            one.kind.code(),
            self.page.run.id
        )
    }

    /// More or fewer than the run before, in words.
    fn change(&self, one: &KindCount) -> String {
        match one.before {
            None => String::new(),
            Some(before) if before == one.found => "和上次一样多".to_owned(),
            Some(before) if before < one.found => format!("比上次多 {}", one.found - before),
            Some(before) => format!("比上次少 {}", before - one.found),
        }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Look {
    #[serde(default)]
    again: String,
}

pub(super) async fn one(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Query(look): Query<Look>,
) -> Result<Response, Failed> {
    let page = app.read(&session, move |desk| campaign::run(desk, &id)).await?;
    let actor = &session.who().actor;
    let allowed = |action| may(actor, action, &Subject::Nothing).is_ok();
    let working = page.run.state.is_working();
    let mut response = html(&Page {
        shell: app.shell(&session, "/comparison").await?,
        way: vec![
            Crumb {
                label: page.campaign.1.clone(),
                href: Some(format!("/comparison?campaign={}", encoded(&page.campaign.0))),
            },
            Crumb { label: "比对结果".to_owned(), href: None },
        ],
        again: !look.again.is_empty(),
        heads: [
            Head::text("哪一类"),
            Head::number("发现"),
            Head::number("新发现"),
            Head::number("沿用以前认定"),
            Head::number("又出现"),
            Head::number("不再出现"),
        ],
        list_heads: [Head::text("名单"), Head::text("文件"), Head::number("行数"), Head::number("要改正")],
        may_export: allowed(Action::ExportFindings),
        may_run: allowed(Action::RunComparison),
        page,
    });
    // The browser asks again by itself while the job works: with scripts or without.
    if working {
        response.headers_mut().insert(header::REFRESH, HeaderValue::from_static("3"));
    }
    Ok(response)
}

pub(super) async fn cancel(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let back = format!("/comparison/runs/{}", encoded(&id));
    app.write(&session, move |desk| campaign::cancel(desk, &id)).await?;
    Ok(see_other(&back))
}

pub(super) async fn file(
    State(app): State<App>,
    session: Session,
    Path((id, name)): Path<(String, String)>,
) -> Result<Response, Failed> {
    let asked = name.clone();
    let file = app.write(&session, move |desk| campaign::result_file(desk, &id, &asked)).await?;
    upload::download(&app, file, &name).await
}
