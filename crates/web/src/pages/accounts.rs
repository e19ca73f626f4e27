//! `/accounts`: the accounts of the units that one looks after — inviting, approving, resetting, disabling (四(十四)) —
//! and who is on line, the sign-in records and the security settings. Every decision is casework's.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use casework::accounts::directory::{self, Account, Detail};
use casework::accounts::invite::{self, Answer, Invitation, Link, Vacant, Wanted};
use casework::accounts::invite_many;
use casework::accounts::keep::{self, Reset, State as AccountState};
use casework::accounts::online;
use casework::accounts::sign_on::{self, Linked};
use rules::access::{Action, Role};
use serde::Deserialize;

use super::address::{Address, PAGE};
use super::exports::{self, Asking};
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Crumb, Empty, Errors, Filter, Head, Pager, Shell, Taking, Tone, filters};
use crate::route::{Policy, Route, html};
use crate::session::Session;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/accounts", Policy::Needs(Action::ReadAccounts), list),
        Route::post("/accounts", Policy::Needs(Action::InviteAccount), ask),
        Route::get("/accounts/new", Policy::Needs(Action::InviteAccount), new),
        Route::post("/accounts/export", Policy::Needs(Action::ExportAccounts), export),
        Route::get("/accounts/invitations", Policy::SignedIn, invitations),
        Route::post("/accounts/invitations/{id}", Policy::Needs(Action::ApproveAccount), answer),
        Route::get("/accounts/{id}", Policy::Needs(Action::ReadAccounts), one),
        Route::post("/accounts/{id}/link", Policy::SignedIn, link),
        Route::post("/accounts/{id}/reset", Policy::Needs(Action::ResetSignIn), reset),
        Route::post("/accounts/{id}/disable", Policy::Needs(Action::DisableAccount), disable),
        Route::post("/accounts/{id}/enable", Policy::Needs(Action::DisableAccount), enable),
        Route::post("/accounts/{id}/end", Policy::Needs(Action::EndSession), end_all),
    ]
}

#[derive(Debug, Clone, Default, Deserialize)]
struct ListQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    after: String,
}

impl ListQuery {
    fn filter(&self) -> directory::Filter {
        directory::Filter {
            search: self.q.clone(),
            state: AccountState::from_code(&self.state),
            role: Role::from_code(&self.role),
            unit: self.unit.clone(),
            after: self.after.clone(),
        }
    }

    fn address(&self) -> Address {
        let pairs =
            [("q", self.q.as_str()), ("unit", &self.unit), ("state", &self.state), ("role", &self.role)];
        Address::new("/accounts", &pairs)
    }
}

/// Whether a button is to be drawn: the act decides again.
pub(super) fn shows(session: &Session, action: Action) -> bool {
    rules::access::may(&session.who().actor, action, &rules::access::Subject::Nothing).is_ok()
}

/// How a state is coloured.
const fn tone(state: AccountState) -> Tone {
    match state {
        AccountState::Invited | AccountState::Approved => Tone::Due,
        AccountState::Active => Tone::Good,
        AccountState::Disabled => Tone::Plain,
    }
}

#[derive(Template)]
#[template(path = "accounts/list.html")]
struct ListPage {
    shell: Shell,
    accounts: Vec<Account>,
    filter: Filter,
    heads: [Head; 5],
    pager: Pager,
    empty: Empty,
    invites: bool,
    answers: bool,
    export: Option<Taking>,
}

async fn list(
    State(app): State<App>,
    session: Session,
    Query(query): Query<ListQuery>,
) -> Result<Response, Failed> {
    let filter = query.filter();
    let list = app.read(&session, move |desk| directory::list(desk, &filter, PAGE)).await?;
    let at = query.address();
    Ok(html(&ListPage {
        shell: app.shell(&session, "/accounts").await?,
        filter: at.filter(vec![
            at.text("q", "姓名或账号", "姓名、拼音首字母、账号"),
            at.text("unit", "单位", "单位名称"),
            at.choice("state", "状态", AccountState::ALL.iter().map(|state| (state.code(), state.label()))),
            at.choice("role", "岗位", Role::ALL.iter().map(|role| (role.code(), role.label()))),
        ]),
        heads: [
            Head::text("姓名"),
            Head::text("单位"),
            Head::text("岗位"),
            Head::text("状态"),
            Head::text("最近使用"),
        ],
        pager: Pager {
            total: Some(list.total),
            ..at.pager(("after", &query.after), list.next.as_deref(), list.accounts.len(), "个")
        },
        accounts: list.accounts,
        empty: Empty {
            why: "没有符合条件的账号。".to_owned(),
            what_to_do: "去掉筛选条件再看；新来的人由单位管理员邀请。".to_owned(),
            act: None,
        },
        invites: shows(&session, Action::InviteAccount),
        answers: shows(&session, Action::ApproveAccount) || shows(&session, Action::InviteAccount),
        export: at.taking(&session, Action::ExportAccounts, "/accounts/export"),
    }))
}

async fn export(
    State(app): State<App>,
    session: Session,
    Form(asking): Form<Asking<ListQuery>>,
) -> Result<Response, Failed> {
    let filter = asking.query.filter();
    exports::take(&app, &session, "accounts", &asking.purpose, move |desk, purpose| {
        directory::export(desk, &filter, purpose)
    })
    .await
}

/// A workbook to be saved under this plain name.
pub(super) fn workbook(body: Vec<u8>, name: &str) -> Response {
    const KIND: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(KIND));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

#[derive(Debug, Clone, Default, Deserialize)]
struct AskForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    username: String,
    /// `unit/post` of a vacancy.
    #[serde(default)]
    post: String,
    #[serde(default)]
    reason: String,
    /// What vacancies are looked for.
    #[serde(default)]
    q: String,
}

#[derive(Template)]
#[template(path = "accounts/new.html")]
struct NewPage {
    shell: Shell,
    way: Vec<Crumb>,
    typed: AskForm,
    posts: Vec<Choice>,
    errors: Errors,
}

async fn new(
    State(app): State<App>,
    session: Session,
    Query(form): Query<AskForm>,
) -> Result<Response, Failed> {
    new_form(&app, &session, form, StatusCode::OK, Errors::new()).await
}

async fn new_form(
    app: &App,
    session: &Session,
    form: AskForm,
    status: StatusCode,
    errors: Errors,
) -> Result<Response, Failed> {
    let search = form.q.clone();
    let vacant: Vec<Vacant> = app.read(session, move |desk| invite::vacancies(desk, &search, 200)).await?;
    let posts = vacant
        .into_iter()
        .map(|post| {
            let label = format!("{} · {}（{}）", post.unit_name, post.title, post.role.label());
            Choice::new(format!("{}/{}", post.unit, post.id), label, &form.post)
        })
        .collect();
    let page = NewPage {
        shell: app.shell(session, "/accounts").await?,
        way: way("邀请"),
        typed: form,
        posts,
        errors,
    };
    Ok((status, html(&page)).into_response())
}

/// The way to a page below the list.
pub(super) fn way(here: &str) -> Vec<Crumb> {
    vec![
        Crumb { label: "账号".to_owned(), href: Some("/accounts".to_owned()) },
        Crumb { label: here.to_owned(), href: None },
    ]
}

async fn ask(
    State(app): State<App>,
    session: Session,
    Form(form): Form<AskForm>,
) -> Result<Response, Failed> {
    let (unit, post) = form.post.split_once('/').unwrap_or_default();
    if unit.is_empty() {
        let mut errors = Errors::new();
        errors.add("post", "请选择一个空缺岗位。");
        return new_form(&app, &session, form, StatusCode::UNPROCESSABLE_ENTITY, errors).await;
    }
    let wanted = Wanted {
        name: form.name.clone(),
        username: form.username.clone(),
        unit: unit.to_owned(),
        post: post.to_owned(),
        reason: form.reason.clone(),
    };
    match app.write(&session, move |desk| invite::ask(desk, &wanted)).await {
        Ok(_) => Ok(see_other("/accounts/invitations")),
        Err(failed) => {
            new_form(&app, &session, form, StatusCode::UNPROCESSABLE_ENTITY, failed.errors()?).await
        }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Told {
    asked: Option<usize>,
    approved: Option<usize>,
}

#[derive(Template)]
#[template(path = "accounts/invitations.html")]
struct InvitationsPage {
    shell: Shell,
    way: Vec<Crumb>,
    invitations: Vec<Invitation>,
    heads: [Head; 4],
    empty: Empty,
    answers: bool,
    /// How many the reader can approve in one act.
    others: usize,
    /// How many links wait to be taken.
    unlinked: usize,
    done: Option<String>,
}

async fn invitations(
    State(app): State<App>,
    session: Session,
    Query(told): Query<Told>,
) -> Result<Response, Failed> {
    let invites = shows(&session, Action::InviteAccount);
    let answers = shows(&session, Action::ApproveAccount);
    let (invitations, unlinked, others) = app
        .read(&session, move |desk| {
            let unlinked = if invites { invite_many::without_link(desk)? } else { 0 };
            let others = if answers { invite_many::approvable(desk)? } else { 0 };
            Ok((invite::open(desk)?, unlinked, others))
        })
        .await?;
    Ok(html(&InvitationsPage {
        others,
        unlinked,
        done: match (told.asked, told.approved) {
            (Some(asked), _) => Some(format!("已提出{asked}个，等负责人批准")),
            (None, Some(approved)) => Some(format!("批准了{approved}个")),
            (None, None) => None,
        },
        shell: app.shell(&session, "/accounts").await?,
        way: way("等待批准"),
        invitations,
        heads: [Head::text("谁"), Head::text("岗位"), Head::text("依据"), Head::text("办理")],
        empty: Empty {
            why: "没有等待批准的申请。".to_owned(),
            what_to_do: "单位管理员提出后，由单位负责人在这里批准。".to_owned(),
            act: None,
        },
        answers,
    }))
}

#[derive(Deserialize)]
struct AnswerForm {
    answer: String,
}

async fn answer(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<AnswerForm>,
) -> Result<Response, Failed> {
    let answer = if form.answer == "approve" { Answer::Approve } else { Answer::Refuse };
    app.write(&session, move |desk| invite::answer(desk, &id, answer)).await?;
    Ok(see_other("/accounts/invitations"))
}

#[derive(Template)]
#[template(path = "accounts/one.html")]
struct OnePage {
    shell: Shell,
    way: Vec<Crumb>,
    one: Detail,
    linked: Linked,
    heads: [Head; 4],
    errors: Errors,
}

impl OnePage {
    fn may(&self, action: &str) -> bool {
        self.one.may.iter().any(|may| may.code() == action)
    }
}

async fn one(State(app): State<App>, session: Session, Path(id): Path<String>) -> Result<Response, Failed> {
    detail(&app, &session, id, StatusCode::OK, Errors::new()).await
}

pub(super) async fn detail(
    app: &App,
    session: &Session,
    id: String,
    status: StatusCode,
    errors: Errors,
) -> Result<Response, Failed> {
    let (one, linked) = app
        .read(session, move |desk| Ok((directory::detail(desk, &id)?, sign_on::linked(desk, &id)?)))
        .await?;
    let page = OnePage {
        linked,
        shell: app.shell(session, "/accounts").await?,
        way: way(&one.account.name),
        one,
        heads: [Head::text("岗位"), Head::text("单位"), Head::text("角色"), Head::text("起始")],
        errors,
    };
    Ok((status, html(&page)).into_response())
}

#[derive(Template)]
#[template(path = "accounts/link.html")]
struct LinkPage {
    shell: Shell,
    way: Vec<Crumb>,
    username: String,
    path: String,
    expires: String,
    back: String,
}

async fn show_link(app: &App, session: &Session, id: &str, link: Link) -> Result<Response, Failed> {
    Ok(html(&LinkPage {
        shell: app.shell(session, "/accounts").await?,
        way: way("设置链接"),
        username: link.username,
        path: format!("/set-up/{}", link.token),
        expires: link.expires,
        back: format!("/accounts/{}", crate::route::encoded(id)),
    }))
}

async fn link(State(app): State<App>, session: Session, Path(id): Path<String>) -> Result<Response, Failed> {
    let account = id.clone();
    let link = app.write(&session, move |desk| invite::link(desk, &account)).await?;
    show_link(&app, &session, &id, link).await
}

#[derive(Deserialize)]
struct ReasonForm {
    #[serde(default)]
    reason: String,
}

async fn reset(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<ReasonForm>,
) -> Result<Response, Failed> {
    let account = id.clone();
    match app.write(&session, move |desk| keep::reset(desk, &account, &form.reason)).await {
        Ok(Reset::Link(link)) => show_link(&app, &session, &id, link).await,
        Ok(Reset::Waits) => Ok(back(&id)),
        Err(failed) => detail(&app, &session, id, StatusCode::UNPROCESSABLE_ENTITY, failed.errors()?).await,
    }
}

async fn disable(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<ReasonForm>,
) -> Result<Response, Failed> {
    let account = id.clone();
    match app.write(&session, move |desk| keep::disable(desk, &account, &form.reason)).await {
        Ok(()) => Ok(back(&id)),
        Err(failed) => detail(&app, &session, id, StatusCode::UNPROCESSABLE_ENTITY, failed.errors()?).await,
    }
}

async fn enable(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let account = id.clone();
    app.write(&session, move |desk| keep::enable(desk, &account)).await?;
    Ok(back(&id))
}

async fn end_all(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let account = id.clone();
    app.write(&session, move |desk| online::end_all(desk, &account)).await?;
    Ok(back(&id))
}

fn back(id: &str) -> Response {
    see_other(&format!("/accounts/{}", crate::route::encoded(id)))
}
