//! `/sign-ins`: 登录记录, for the auditor and the security administrator.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::Response;
use casework::accounts::sign_ins::{self, Outcome, SignIn};
use rules::access::Action;
use serde::Deserialize;

use super::address::{Address, PAGE};
use super::exports::{self, Asking};
use crate::app::App;
use crate::failed::Failed;
use crate::look::{Empty, Filter, Head, Pager, Shell, Taking, Tone, filters};
use crate::route::{Policy, Route, html};
use crate::session::Session;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/sign-ins", Policy::Needs(Action::ReadSignIns), list),
        Route::post("/sign-ins/export", Policy::Needs(Action::ExportAudit), export),
    ]
}

#[derive(Debug, Clone, Default, Deserialize)]
struct ListQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    before: String,
}

impl ListQuery {
    fn filter(&self) -> sign_ins::Filter {
        let day =
            |text: &String| text.parse::<jiff::civil::Date>().map_or(String::new(), |day| day.to_string());
        sign_ins::Filter {
            search: self.q.clone(),
            outcome: Outcome::from_code(&self.outcome),
            from_day: day(&self.from),
            until_day: day(&self.until),
            before: self.before.clone(),
        }
    }

    fn address(&self) -> Address {
        let pairs = [
            ("q", self.q.as_str()),
            ("outcome", &self.outcome),
            ("from", &self.from),
            ("until", &self.until),
        ];
        Address::new("/sign-ins", &pairs)
    }
}

#[derive(Template)]
#[template(path = "accounts/sign_ins.html")]
struct SignInsPage {
    shell: Shell,
    sign_ins: Vec<SignIn>,
    filter: Filter,
    heads: [Head; 5],
    pager: Pager,
    empty: Empty,
    export: Option<Taking>,
}

async fn list(
    State(app): State<App>,
    session: Session,
    Query(query): Query<ListQuery>,
) -> Result<Response, Failed> {
    let filter = query.filter();
    let list = app.read(&session, move |desk| sign_ins::list(desk, &filter, PAGE)).await?;
    let at = query.address();
    Ok(html(&SignInsPage {
        shell: app.shell(&session, "/sign-ins").await?,
        filter: at.filter(vec![
            at.text("q", "姓名、账号或来源", "姓名、账号、地址"),
            at.choice("outcome", "结果", Outcome::ALL.iter().map(|one| (one.code(), one.label()))),
            at.day("from", "从"),
            at.day("until", "到"),
        ]),
        heads: [
            Head::text("时间"),
            Head::text("谁"),
            Head::text("来源"),
            Head::text("设备"),
            Head::text("结果"),
        ],
        pager: Pager {
            // Counting stops at ten thousand: then the number would say less than it seems.
            total: (list.total < 10_000).then_some(list.total),
            ..at.pager(("before", &query.before), list.next.as_deref(), list.sign_ins.len(), "条")
        },
        sign_ins: list.sign_ins,
        empty: Empty {
            why: "没有符合条件的登录记录。".to_owned(),
            what_to_do: "去掉筛选条件再看。".to_owned(),
            act: None,
        },
        export: at.taking(&session, Action::ExportAudit, "/sign-ins/export"),
    }))
}

async fn export(
    State(app): State<App>,
    session: Session,
    Form(asking): Form<Asking<ListQuery>>,
) -> Result<Response, Failed> {
    let filter = asking.query.filter();
    exports::take(&app, &session, "sign-ins", &asking.purpose, move |desk, purpose| {
        sign_ins::export(desk, &filter, purpose)
    })
    .await
}
