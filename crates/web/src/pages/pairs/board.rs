//! The board: with whom nobody is paired, who was not visited in time, who has how many.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use casework::pairs::{self, Load, PairLine, Shown};
use jiff::civil::Date;
use serde::Deserialize;

use crate::app::App;
use crate::failed::Failed;
use crate::look::{Empty, Head, Pager, Shell, Tab, Tone, filters};
use crate::pages::address::Address;
use crate::pages::cases::days_left;
use crate::route::html;
use crate::session::Session;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    show: String,
    after: String,
}

#[derive(Template)]
#[template(path = "pairs/board.html")]
struct BoardPage {
    shell: Shell,
    tabs: Vec<Tab>,
    rows: Vec<PairLine>,
    heads: [Head; 4],
    loads: Vec<Load>,
    load_heads: [Head; 3],
    by_person: bool,
    most: u16,
    basis: String,
    pager: Pager,
    empty: Empty,
    today: Date,
}

impl BoardPage {
    fn left(&self, due: &str) -> (i64, Tone) {
        days_left(due, self.today).map_or((0, Tone::Plain), |days| (days, Tone::of_days_left(days)))
    }

    /// How heavy somebody's load is: full is worth a word.
    fn full(&self, load: &Load) -> Option<(&'static str, Tone)> {
        let most = i64::from(self.most);
        match load.many {
            many if many > most => Some(("超过上限", Tone::Late)),
            many if many == most => Some(("已满", Tone::Due)),
            _ => None,
        }
    }
}

const TABS: [(&str, &str); 4] =
    [("", "没有结对"), ("late", "到期没去"), ("paired", "已结对"), ("people", "按人看")];

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Failed> {
    let by_person = asked.show == "people";
    let (shown, after) = (Shown::of(&asked.show), asked.after.clone());
    let (rows, more, loads) = app
        .read(&session, move |desk| {
            if by_person {
                return Ok((Vec::new(), false, pairs::loads(desk)?));
            }
            let (rows, more) = pairs::board(desk, shown, after.rsplit_once('.'))?;
            Ok((rows, more, Vec::new()))
        })
        .await?;
    let at = Address::new("/pairs", &[("show", &asked.show)]);
    let next = rows.last().filter(|_| more).map(|last| format!("{}.{}", last.due, last.case));
    let tab = |(code, label): &(&str, &str)| Tab {
        label: (*label).to_owned(),
        href: Address::new("/pairs", &[("show", code)]).without(""),
        count: None,
        current: asked.show == *code,
    };
    let rule = &app.plan().case().pairing;
    Ok(html(&BoardPage {
        shell: app.shell(&session, "/pairs").await?,
        tabs: TABS.iter().map(tab).collect(),
        heads: [Head::text("孩子"), Head::text("包保人"), Head::text("上次走访"), Head::text("期限")],
        load_heads: [Head::text("包保人"), Head::number("孩子"), Head::number("到期没去")],
        by_person,
        most: rule.most,
        basis: rule.basis.cited(),
        pager: at.pager(("after", &asked.after), next.as_deref(), rows.len(), "个"),
        empty: Empty {
            why: match asked.show.as_str() {
                "late" => "没有到期没去的。",
                "paired" | "people" => "还没有结对的孩子。",
                _ => "在办的个案都有人包保。",
            }
            .to_owned(),
            what_to_do: "核实以后、返校以前的个案都要有一个包保人；乡镇在孩子的档案、个案里结对（五(六)）。"
                .to_owned(),
            act: None,
        },
        rows,
        loads,
        today: app.now().day(),
    }))
}
