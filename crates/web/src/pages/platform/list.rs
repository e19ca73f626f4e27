//! `/platforms`: the children who must stand in a platform, how far each is, and the sheets of all of them as a workbook.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::Response;
use casework::platform::{self as twin, LastCheck, Query as Wanted, Row};
use casework::refused::Refused;
use rules::access::Action;
use rules::purpose::Purpose;
use rules::twin::Stand;
use serde::Deserialize;

use super::super::accounts::{shows, workbook};
use super::super::address::{Address, PAGE};
use super::{platform, purposes, tabs, tone};
use crate::app::App;
use crate::failed::Failed;
use crate::look::{Choice, Empty, Filter, FilterField, FilterKind, Head, Pager, Shell, Tab, Tone, filters};
use crate::route::html;
use crate::session::Session;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    on: String,
    stand: String,
    q: String,
    after: String,
}

impl Asked {
    fn wanted(&self) -> Wanted {
        Wanted {
            platform: self.on.clone(),
            stand: Stand::from_code(&self.stand),
            all: self.stand == "all",
            q: self.q.clone(),
            after: self.after.clone(),
        }
    }

    fn address(&self) -> Address {
        Address::new("/platforms", &[("on", &self.on), ("stand", &self.stand), ("q", &self.q)])
    }
}

#[derive(Template)]
#[template(path = "platforms/list.html")]
struct ListPage {
    shell: Shell,
    tabs: Vec<Tab>,
    title: String,
    text: String,
    cited: String,
    within: String,
    who: String,
    last: LastCheck,
    every: u16,
    filter: Filter,
    heads: [Head; 5],
    rows: Vec<Row>,
    pager: Pager,
    empty: Empty,
    on: String,
    kept: Vec<(&'static str, String)>,
    may_export: bool,
    purposes: Vec<Choice>,
}

pub(super) async fn list(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Failed> {
    let (wanted, on) = (asked.wanted(), asked.on.clone());
    let platform = platform(&app, &asked.on)?;
    let (found, last) = app
        .read(&session, move |desk| Ok((twin::list(desk, &wanted, PAGE)?, twin::last_check(desk, &on)?)))
        .await?;
    let todo: i64 = found.counts.iter().filter(|(stand, _)| stand.is_open()).map(|(_, count)| count).sum();
    let all: i64 = found.counts.iter().map(|(_, count)| count).sum();
    let mut stands = vec![Choice::new("", format!("要办的（{todo}）"), &asked.stand)];
    let choice = |(stand, count): &(Stand, i64)| {
        Choice::new(stand.code(), format!("{}（{count}）", stand.label()), &asked.stand)
    };
    stands.extend(found.counts.iter().map(choice));
    stands.push(Choice::new("all", format!("全部（{all}）"), &asked.stand));
    let at = asked.address();
    let without = (!asked.stand.is_empty()).then(|| at.without("stand"));
    let stand =
        FilterField { name: "stand", label: "办理情况", kind: FilterKind::Choice(stands), without };
    let mut filter = at.filter(vec![stand, at.text("q", "姓名或编号", "姓名、拼音首字母、平台编号")]);
    filter.keep = vec![("on".to_owned(), platform.key.clone())];
    Ok(html(&ListPage {
        shell: app.shell(&session, "/platforms").await?,
        tabs: tabs(&app, &platform.key, "/platforms"),
        title: format!("{}{}", platform.title, platform.port),
        text: platform.basis.text.clone(),
        cited: platform.basis.cited(),
        within: platform.enter.within(),
        who: platform.who.clone(),
        last,
        every: platform.reconcile.amount,
        filter,
        heads: [
            Head::text("姓名"),
            Head::text("在哪里"),
            Head::text("就学情况"),
            Head::text("办理情况"),
            Head::text("平台编号"),
        ],
        pager: at.pager(("after", &asked.after), found.next.as_deref(), found.rows.len(), "人"),
        rows: found.rows,
        empty: Empty {
            why: "没有要办的孩子。".to_owned(),
            what_to_do: "认定疑似辍学以后，要在这个平台登记的孩子会列在这里；看已办的，请在“办理情况”里选。"
                .to_owned(),
            act: None,
        },
        on: platform.key.clone(),
        kept: vec![("on", platform.key.clone()), ("stand", asked.stand.clone()), ("q", asked.q.clone())],
        may_export: shows(&session, Action::ExportPlatform),
        purposes: purposes(),
    }))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct ExportForm {
    on: String,
    stand: String,
    q: String,
    whole: String,
    purpose: String,
}

pub(super) async fn export(
    State(app): State<App>,
    session: Session,
    Form(form): Form<ExportForm>,
) -> Result<Response, Failed> {
    let asked = Asked { on: form.on, stand: form.stand, q: form.q, after: String::new() };
    let (wanted, whole, purpose) = (asked.wanted(), !form.whole.is_empty(), form.purpose);
    let file = app
        .write(&session, move |desk| {
            let purpose = Purpose::from_code(&purpose);
            let purpose = purpose.ok_or_else(|| Refused::field("purpose", "请选择用途"))?;
            twin::export(desk, &wanted, whole, purpose)
        })
        .await?;
    Ok(workbook(file.bytes, &format!("platform-{}.xlsx", app.now().day())))
}
