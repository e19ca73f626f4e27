//! `/works`: 措施成效. What followed each kind of act and, for each cause, the first act; for those who lead. It names no child, no school
//! and nobody, and says that it shows what came after, not what caused it.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use casework::works::{self, CauseLine, DeedLine};
use jiff::civil::Date;
use rules::access::Action;
use rules::works::{Deed, FEW, Line, Share};
use serde::Deserialize;

use crate::app::App;
use crate::failed::Failed;
use crate::look::{Crumb, Empty, Head, Shell, filters};
use crate::route::{Policy, Route, encoded, html};
use crate::session::Session;

pub(crate) fn routes() -> Vec<Route> {
    vec![Route::get("/works", Policy::Needs(Action::CountWorks), page)]
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Asked {
    cause: String,
}

/// A row of either table.
struct Shown {
    label: String,
    /// Of which kind the act is, where that says more.
    kind: &'static str,
    /// Of a cause: its acts.
    href: String,
    line: Line,
}

impl Shown {
    fn children(&self) -> String {
        self.line.children.map_or_else(|| "—".to_owned(), |count| count.to_string())
    }

    fn wait(&self) -> String {
        self.line.wait.map_or_else(|| "—".to_owned(), |days| days.to_string())
    }

    /// Before and after in a cell.
    fn rates(&self) -> String {
        self.line.rates.map_or_else(|| "—".to_owned(), |(before, after)| format!("{before}% → {after}%"))
    }

    fn back(&self, at: usize) -> String {
        match self.line.back.get(at) {
            Some(Share::Percent(percent)) => format!("{percent}%"),
            Some(Share::Few) => format!("不足{FEW}名"),
            Some(Share::AllBut) => format!("不在校的不足{FEW}名"),
            Some(Share::Hidden) | None => "—".to_owned(),
        }
    }
}

fn by_deed(one: DeedLine) -> Shown {
    let kind = match one.deed {
        Deed::Any | Deed::Visit => "",
        kind => kind.label(),
    };
    Shown { label: one.label, kind, href: String::new(), line: one.line }
}

fn by_cause(one: CauseLine) -> Shown {
    let href =
        if one.code.is_empty() { String::new() } else { format!("/works?cause={}", encoded(&one.code)) };
    Shown { label: one.label, kind: "", href, line: one.line }
}

/// The columns; the days are those of [`rules::works`].
fn heads(first: &'static str) -> [Head; 7] {
    [
        Head::text(first),
        Head::number("孩子"),
        Head::number("立案后几天"),
        Head::number("前后10天出勤"),
        Head::number("10天后在校"),
        Head::number("30天后在校"),
        Head::number("90天后在校"),
    ]
}

#[derive(Template)]
#[template(path = "works.html")]
struct WorksPage {
    shell: Shell,
    way: Vec<Crumb>,
    since: Date,
    counted: Option<String>,
    deeds: Vec<Shown>,
    deed_heads: [Head; 7],
    causes: Vec<Shown>,
    cause_heads: [Head; 7],
    few: u32,
    empty: Empty,
}

async fn page(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Failed> {
    let cause = app.plan().causes().iter().find(|one| one.code == asked.cause);
    let (code, label) = cause.map(|one| (one.code.clone(), one.label.clone())).unwrap_or_default();
    let narrowed = !code.is_empty();
    let found = app.look(&session, move |desk| works::works(desk, &code)).await?;
    let way = if narrowed {
        vec![
            Crumb { label: "措施成效".to_owned(), href: Some("/works".to_owned()) },
            Crumb { label, href: None },
        ]
    } else {
        Vec::new()
    };
    Ok(html(&WorksPage {
        shell: app.shell(&session, "/works").await?,
        way,
        since: found.since,
        counted: found.counted,
        deeds: found.deeds.into_iter().map(by_deed).collect(),
        deed_heads: heads("措施"),
        causes: if narrowed { Vec::new() } else { found.causes.into_iter().map(by_cause).collect() },
        cause_heads: heads("原因"),
        few: FEW,
        empty: Empty {
            why: format!("还没有{FEW}名以上孩子用过的措施。"),
            what_to_do: "在个案里登记家访、帮扶、四步法和安置，每天夜里从点名册算一遍，够了就列在这里。"
                .to_owned(),
            act: None,
        },
    }))
}
