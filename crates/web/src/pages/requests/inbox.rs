//! The list of requests, the most urgent first, and how the units answer.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use casework::requests::{self, RequestLine, Shown, UnitFigure};
use jiff::civil::{Date, date};
use rules::access::{Action, Subject, may};
use rules::request::State as Stand;
use serde::Deserialize;

use crate::app::App;
use crate::failed::Failed;
use crate::look::{Crumb, Empty, Head, Pager, Shell, Tab, Tone, filters};
use crate::pages::address::Address;
use crate::route::html;
use crate::session::Session;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    show: String,
    after: String,
}

/// What the plan orders of the reader's unit, over its inbox.
struct Duty {
    unit: String,
    text: String,
    clause: String,
}

#[derive(Template)]
#[template(path = "requests/list.html")]
struct ListPage {
    shell: Shell,
    duties: Vec<Duty>,
    tabs: Vec<Tab>,
    rows: Vec<RequestLine>,
    heads: [Head; 4],
    pager: Pager,
    empty: Empty,
    may_count: bool,
    today: Date,
}

impl ListPage {
    fn left(&self, due: &str) -> (i64, Tone) {
        let day: Option<Date> = due.get(..10).and_then(|day| day.parse().ok());
        let days =
            day.and_then(|day| day.since(self.today).ok()).map_or(0, |span| i64::from(span.get_days()));
        (days, Tone::of_days_left(days))
    }
}

/// Tone of an end.
pub(crate) const fn tone(state: Stand) -> Tone {
    match state {
        Stand::Asked | Stand::SentBack => Tone::Due,
        Stand::Answered => Tone::Good,
        Stand::Withdrawn => Tone::Plain,
    }
}

const TABS: [(&str, &str); 3] = [("", "待答复"), ("late", "超期"), ("ended", "已结束")];

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Failed> {
    let (which, after) = (Shown::of(&asked.show), asked.after.clone());
    let (rows, more) =
        app.read(&session, move |desk| requests::requests(desk, which, after.rsplit_once('.'))).await?;
    let at = Address::new("/requests", &[("show", &asked.show)]);
    let next = rows.last().filter(|_| more).map(|last| {
        let moment = last.ended_at.as_deref().unwrap_or(&last.due);
        format!("{moment}.{}", last.id)
    });
    let tab = |(code, label): &(&str, &str)| Tab {
        label: (*label).to_owned(),
        href: Address::new("/requests", &[("show", code)]).without(""),
        count: None,
        current: asked.show == *code,
    };
    let who = session.who();
    let actor = &who.actor;
    let mut duties: Vec<Duty> = Vec::new();
    for post in actor.posts.iter().filter(|post| post.role.is_department()) {
        let unit = app.plan().units().iter().find(|unit| unit.name == post.role.label());
        if let Some(unit) = unit.filter(|unit| !duties.iter().any(|duty| duty.unit == unit.name)) {
            duties.push(Duty {
                unit: unit.name.clone(),
                text: unit.duty.text.clone(),
                clause: unit.duty.cited(),
            });
        }
    }
    let is_asked = !duties.is_empty();
    Ok(html(&ListPage {
        shell: app.shell(&session, "/requests").await?,
        duties,
        tabs: TABS.iter().map(tab).collect(),
        heads: [Head::text("孩子"), Head::text("请谁办什么"), Head::text("答复"), Head::text("期限")],
        pager: at.pager(("after", &asked.after), next.as_deref(), rows.len(), "件"),
        empty: Empty {
            why: match asked.show.as_str() {
                "late" => "没有超期的协助请求。",
                "ended" => "还没有办结的协助请求。",
                _ => "没有等答复的协助请求。",
            }
            .to_owned(),
            what_to_do: if is_asked {
                "教体局、乡镇、学校请本单位协助时，会立即出现在这里。"
            } else {
                "在孩子的个案或档案里点“转请部门协助”。"
            }
            .to_owned(),
            act: None,
        },
        may_count: may(actor, Action::CountRequests, &Subject::Nothing).is_ok(),
        rows,
        today: app.now().day(),
    }))
}

#[derive(Template)]
#[template(path = "requests/units.html")]
struct UnitsPage {
    shell: Shell,
    way: [Crumb; 2],
    since: Date,
    rows: Vec<UnitFigure>,
    heads: [Head; 5],
    empty: Empty,
}

impl UnitsPage {
    /// A count, or that it is too small to be told.
    fn told(&self, count: &Option<i64>) -> String {
        count.map_or_else(|| "少于5".to_owned(), |count| count.to_string())
    }
}

pub(super) async fn units(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let today = app.now().day();
    // The conference meets every quarter, and its year begins with the school's: 五(二).
    let year = if today.month() >= 9 { today.year() } else { today.year() - 1 };
    let since = date(year, 9, 1);
    let rows = app.look(&session, move |desk| requests::figures(desk, since)).await?;
    Ok(html(&UnitsPage {
        shell: app.shell(&session, "/requests").await?,
        way: [
            Crumb { label: "部门协助".to_owned(), href: Some("/requests".to_owned()) },
            Crumb { label: "各单位办理情况".to_owned(), href: None },
        ],
        since,
        rows,
        heads: [
            Head::text("单位"),
            Head::number("收到"),
            Head::number("按时答复"),
            Head::number("超期答复"),
            Head::number("超期未答复"),
        ],
        empty: Empty {
            why: "本学年还没有协助请求。".to_owned(),
            what_to_do: "在孩子的个案或档案里点“转请部门协助”。".to_owned(),
            act: None,
        },
    }))
}
