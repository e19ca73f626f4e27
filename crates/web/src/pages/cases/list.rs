//! The list of cases: whose turn it is, since when, until when; the most urgent first.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use casework::cases::{CaseLine, Shown, cases};
use jiff::civil::Date;
use rules::case::State as Stand;
use serde::Deserialize;

use super::one::days_left;
use crate::app::App;
use crate::failed::Failed;
use crate::look::{Empty, Filter, Head, Pager, Shell, Tab, Tone, filters};
use crate::pages::address::Address;
use crate::route::html;
use crate::session::Session;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    show: String,
    after: String,
}

#[derive(Template)]
#[template(path = "cases/list.html")]
struct ListPage {
    shell: Shell,
    tabs: Vec<Tab>,
    filter: Filter,
    rows: Vec<CaseLine>,
    heads: [Head; 4],
    pager: Pager,
    empty: Empty,
    today: Date,
}

impl ListPage {
    fn left(&self, due: &str) -> (i64, Tone) {
        days_left(due, self.today).map_or((0, Tone::Plain), |days| (days, Tone::of_days_left(days)))
    }
}

const TABS: [(&str, &str); 4] = [("", "在办"), ("mine", "轮到我"), ("late", "超期"), ("ended", "已结束")];

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Failed> {
    let shown = Shown::of(&asked.show);
    let after = asked.after.clone();
    let (rows, more) = app.read(&session, move |desk| cases(desk, shown, after.rsplit_once('.'))).await?;
    let at = Address::new("/cases", &[("show", &asked.show)]);
    let next = rows.last().filter(|_| more).map(|last| {
        let moment = last.ended.as_deref().unwrap_or(&last.due);
        format!("{moment}.{}", last.id)
    });
    let tab = |(code, label): &(&str, &str)| Tab {
        label: (*label).to_owned(),
        href: Address::new("/cases", &[("show", code)]).without(""),
        count: None,
        current: asked.show == *code,
    };
    let states = Stand::ALL.iter().map(|state| (state.code(), state.label()));
    Ok(html(&ListPage {
        shell: app.shell(&session, "/cases").await?,
        tabs: TABS.iter().map(tab).collect(),
        filter: at.filter(vec![at.choice("show", "办到哪一步", states)]),
        heads: [
            Head::text("孩子"),
            Head::text("办到哪一步"),
            Head::text("轮到谁、办什么"),
            Head::text("期限"),
        ],
        pager: at.pager(("after", &asked.after), next.as_deref(), rows.len(), "件"),
        empty: Empty {
            why: match asked.show.as_str() {
                "mine" => "现在没有轮到您办的个案。",
                "late" => "没有超期的个案。",
                _ => "没有这样的个案。",
            }
            .to_owned(),
            what_to_do: "学校书面报告、比对认定后自动立案；也可以在孩子的档案里立案。".to_owned(),
            act: None,
        },
        rows,
        today: app.now().day(),
    }))
}
