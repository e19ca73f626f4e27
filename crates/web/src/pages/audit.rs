//! `/audit`: 操作记录, for the auditor: who did what when, by filters; its export and the seal of a month.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use casework::audit::{self, FileVerdict, HeadSeal, Line, MarkVerdict, Month};
use casework::refused::Refused;
use rules::access::Action;
use serde::Deserialize;

use super::accounts::shows;
use super::address::{Address, PAGE};
use super::exports::{self, Asking};
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Empty, Filter, Head, Pager, Shell, Taking, Tone, filters};
use crate::route::{Policy, Route, html};
use crate::session::Session;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/audit", Policy::Needs(Action::ReadAudit), list),
        Route::post("/audit/export", Policy::Needs(Action::ExportAudit), export),
        Route::post("/audit/seal", Policy::Needs(Action::SealAudit), seal),
        Route::get("/audit/months/{month}", Policy::Needs(Action::SealAudit), month_seal),
        Route::post("/audit/watermark", Policy::Needs(Action::SealAudit), accept),
    ]
}

#[derive(Debug, Clone, Default, Deserialize)]
struct ListQuery {
    #[serde(default)]
    person: String,
    #[serde(default)]
    action: String,
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    day: String,
    #[serde(default)]
    before: String,
}

impl ListQuery {
    fn filter(&self) -> audit::Filter {
        let outcome = if matches!(self.outcome.as_str(), "done" | "refused") { &*self.outcome } else { "" };
        audit::Filter {
            person: self.person.clone(),
            action: Action::from_code(&self.action),
            outcome: outcome.to_owned(),
            day: self.day.parse::<jiff::civil::Date>().map_or(String::new(), |day| day.to_string()),
            before: self.before.clone(),
        }
    }

    fn address(&self) -> Address {
        let pairs = [
            ("person", self.person.as_str()),
            ("action", &self.action),
            ("outcome", &self.outcome),
            ("day", &self.day),
        ];
        Address::new("/audit", &pairs)
    }
}

#[derive(Template)]
#[template(path = "audit/list.html")]
struct AuditPage {
    shell: Shell,
    lines: Vec<Line>,
    filter: Filter,
    heads: [Head; 5],
    pager: Pager,
    empty: Empty,
    export: Option<Taking>,
    seal: HeadSeal,
    unsealed: u64,
    months: Vec<Month>,
    month_heads: [Head; 5],
    mark: MarkVerdict,
    may_seal: bool,
    this_month: String,
}

async fn list(
    State(app): State<App>,
    session: Session,
    Query(query): Query<ListQuery>,
) -> Result<Response, Failed> {
    let filter = query.filter();
    let own = app.clone();
    let page = app.read(&session, move |desk| audit::page(desk, own.vault(), &filter, PAGE)).await?;
    let at = query.address();
    Ok(html(&AuditPage {
        shell: app.shell(&session, "/audit").await?,
        filter: at.filter(vec![
            at.text("person", "谁", "用户名或姓名"),
            at.choice("action", "操作", Action::ALL.iter().map(|action| (action.code(), action.label()))),
            at.choice("outcome", "结果", [("done", "完成"), ("refused", "拒绝")]),
            at.day("day", "日期"),
        ]),
        heads: [
            Head::text("时间"),
            Head::text("谁"),
            Head::text("操作"),
            Head::text("对象"),
            Head::text("结果"),
        ],
        pager: at.pager(("before", &query.before), page.next.as_deref(), page.lines.len(), "条"),
        lines: page.lines,
        empty: Empty {
            why: "没有符合条件的操作记录。".to_owned(),
            what_to_do: "去掉筛选条件再看。".to_owned(),
            act: None,
        },
        export: at.taking(&session, Action::ExportAudit, "/audit/export"),
        seal: page.seal,
        unsealed: page.unsealed,
        months: page.months,
        month_heads: [
            Head::text("月份"),
            Head::number("封存到第几条"),
            Head::text("封存时间"),
            Head::text("封存人"),
            Head::text("封存文件"),
        ],
        mark: page.mark,
        may_seal: shows(&session, Action::SealAudit),
        this_month: app.now().day().to_string().get(..7).unwrap_or_default().to_owned(),
    }))
}

async fn export(
    State(app): State<App>,
    session: Session,
    Form(asking): Form<Asking<ListQuery>>,
) -> Result<Response, Failed> {
    let filter = asking.query.filter();
    exports::take(&app, &session, "audit", &asking.purpose, move |desk, purpose| {
        audit::export(desk, &filter, purpose)
    })
    .await
}

#[derive(Debug, Clone, Deserialize)]
struct SealForm {
    month: String,
}

async fn seal(
    State(app): State<App>,
    session: Session,
    Form(form): Form<SealForm>,
) -> Result<Response, Failed> {
    let month = format!("{}-01", form.month.trim())
        .parse::<jiff::civil::Date>()
        .map_err(|_| Failed::from(Refused::field("month", "月份要写成 2026-11 的样子")))?;
    let text = app.write(&session, move |desk| audit::seal_month(desk, month)).await?;
    Ok(seal_file(text, &month.strftime("%Y-%m").to_string()))
}

/// The file that was sealed when the month was over.
async fn month_seal(
    State(app): State<App>,
    session: Session,
    Path(month): Path<String>,
) -> Result<Response, Failed> {
    let (own, name) = (app.clone(), month.clone());
    let text = app.write(&session, move |desk| audit::fetch_month(desk, own.vault(), &name)).await?;
    Ok(seal_file(text, &month))
}

fn seal_file(text: String, month: &str) -> Response {
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"audit-{month}.json\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

#[derive(Debug, Clone, Deserialize)]
struct AcceptForm {
    reason: String,
}

async fn accept(
    State(app): State<App>,
    session: Session,
    Form(form): Form<AcceptForm>,
) -> Result<Response, Failed> {
    let own = app.clone();
    let accepted =
        app.write(&session, move |desk| audit::accept_mark(desk, own.vault(), &form.reason)).await?;
    app.apart({
        let own = app.clone();
        move || accepted.put(own.vault())
    })
    .await?;
    Ok(see_other("/audit"))
}
