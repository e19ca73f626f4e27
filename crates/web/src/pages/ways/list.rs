//! `/ways`: counts by township in the order of their codes, the names of those whose way is hard, and the ways that nobody measured.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use casework::ways::{self, HardLine, MissingWay, Shown, TownLine};
use rules::access::Action;
use serde::Deserialize;

use super::{can, few, tabs};
use crate::app::App;
use crate::failed::Failed;
use crate::look::{Empty, Head, Shell, Tab};
use crate::route::{Policy, Route, encoded, html};
use crate::session::Session;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/ways", Policy::Needs(Action::ReadWays), list)]
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Asked {
    show: String,
    township: String,
}

#[derive(Template)]
#[template(path = "ways/list.html")]
struct ListPage {
    shell: Shell,
    tabs: Vec<Tab>,
    towns: Vec<TownLine>,
    town_heads: [Head; 6],
    counts_alone: bool,
    may_record: bool,
    shows: Vec<Tab>,
    township: Option<String>,
    title: &'static str,
    children: Vec<HardLine>,
    more: bool,
    heads: [Head; 4],
    empty: Empty,
    missing: Vec<MissingWay>,
    missing_heads: [Head; 3],
    homeless: u32,
    rule: String,
    basis: String,
}

impl ListPage {
    fn count(&self, line: &TownLine, at: usize) -> String {
        few(line.counts.get(at).copied().flatten())
    }

    fn whole(&self, line: &TownLine) -> String {
        few(line.whole)
    }

    /// The names behind a number, where there are any to see.
    fn href(&self, line: &TownLine, show: &str) -> Option<String> {
        let names = !self.counts_alone && !line.id.is_empty();
        names.then(|| format!("/ways?show={show}&township={}#names", encoded(&line.id)))
    }
}

async fn list(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Failed> {
    let shown = Shown::of(&asked.show);
    let town = asked.township.clone();
    let found = app.look(&session, move |desk| ways::ways(desk, shown, &town)).await?;
    let rule = app.plan().school_access();
    let show = |label: &str, code: &str, of: Shown| Tab {
        label: label.to_owned(),
        href: format!("/ways?show={code}&township={}#names", encoded(&asked.township)),
        count: None,
        current: of == shown,
    };
    let township = found.towns.iter().find(|one| !one.id.is_empty() && one.id == asked.township);
    Ok(html(&ListPage {
        shell: app.shell(&session, "/ways").await?,
        tabs: tabs(&session, "/ways"),
        town_heads: [
            Head::text("乡镇"),
            Head::number("在校"),
            Head::number("路程合适"),
            Head::number("上学难"),
            Head::number("住校"),
            Head::number("路程没有登记"),
        ],
        counts_alone: found.counts_alone,
        may_record: can(&session, Action::RecordWay),
        shows: vec![show("上学难的", "hard", Shown::Hard), show("路程没有登记的", "unknown", Shown::Unknown)],
        township: township.map(|one| one.name.clone()),
        title: if shown == Shown::Hard { "上学难的孩子" } else { "路程没有登记的孩子" },
        children: found.children,
        more: found.more,
        heads: [Head::text("姓名"), Head::text("家在哪里"), Head::text("路程"), Head::text("找谁")],
        empty: if shown == Shown::Hard {
            Empty {
                why: "已经登记了路程的孩子里，没有上学难的。".to_owned(),
                what_to_do: "路程没有登记的不算在内，请看旁边一项。".to_owned(),
                act: None,
            }
        } else {
            Empty {
                why: "您能看到的走读孩子，路程都登记了。".to_owned(),
                what_to_do: "新来的孩子、新走的路，登记以前会列在这里。".to_owned(),
                act: None,
            }
        },
        towns: found.towns,
        missing: found.missing,
        missing_heads: [Head::text("村、小组"), Head::text("学校"), Head::number("走读孩子")],
        homeless: found.homeless,
        rule: rule.basis.text.clone(),
        basis: rule.basis.cited(),
    }))
}
