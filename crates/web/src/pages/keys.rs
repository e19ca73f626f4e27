//! `/keys`: 接口密钥 of other programs: asked for by the security administrator, approved by somebody else, shown once, ended.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::accounts::api_keys::{self, Key, LONGEST, Wanted};
use jiff::ToSpan as _;
use rules::access::{Action, KEY_ACTIONS};

use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Empty, Errors, Shell, Tone, filters};
use crate::route::{Policy, Route, html};
use crate::session::Session;

pub(crate) fn routes() -> Vec<Route> {
    let needs = Policy::Needs;
    vec![
        Route::get("/keys", needs(Action::ApproveKey), list),
        Route::post("/keys", needs(Action::KeepKeys), ask),
        Route::post("/keys/{id}/approve", needs(Action::ApproveKey), approve),
        Route::post("/keys/{id}/take", needs(Action::KeepKeys), take),
        Route::post("/keys/{id}/end", needs(Action::KeepKeys), end),
    ]
}

#[derive(Template)]
#[template(path = "reach/keys.html")]
struct KeysPage {
    shell: Shell,
    keys: Vec<Key>,
    asks: bool,
    typed: Wanted,
    units: Vec<Choice>,
    actions: Vec<Choice>,
    today: String,
    latest: String,
    shown: Option<String>,
    errors: Errors,
    empty: Empty,
}

/// How a state reads.
fn state(key: &Key) -> (&'static str, Tone) {
    match key.state.as_str() {
        "asked" => ("等待批准", Tone::Due),
        "approved" => ("已批准，等待领取", Tone::Due),
        "on" => ("使用中", Tone::Good),
        _ => ("已停用或过期", Tone::Plain),
    }
}

async fn list(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    filled(&app, &session, Wanted::default(), None, Errors::new()).await
}

async fn filled(
    app: &App,
    session: &Session,
    typed: Wanted,
    shown: Option<String>,
    errors: Errors,
) -> Result<Response, Failed> {
    let found = app.read(session, api_keys::page).await?;
    let today = app.now().day();
    let mut units = vec![Choice::new("", "请选择", &typed.unit)];
    units.extend(found.units.into_iter().map(|(id, name)| Choice::new(id, name, &typed.unit)));
    let actions = KEY_ACTIONS
        .iter()
        .map(|action| {
            let now = if typed.actions.iter().any(|code| code == action.code()) { action.code() } else { "" };
            Choice::new(action.code(), action.label(), now)
        })
        .collect();
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = KeysPage {
        shell: app.shell(session, "/keys").await?,
        keys: found.keys,
        asks: found.asks,
        typed,
        units,
        actions,
        today: today.to_string(),
        latest: today.saturating_add(LONGEST.days()).to_string(),
        shown,
        errors,
        empty: Empty {
            why: "还没有接口密钥，别的系统现在读不到本系统的数据。".to_owned(),
            what_to_do: "由安全管理员申请，专班、教体局负责人或另一位安全管理员批准。".to_owned(),
            act: None,
        },
    };
    Ok((status, html(&page)).into_response())
}

async fn ask(
    State(app): State<App>,
    session: Session,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Failed> {
    let mut typed = Wanted::default();
    for (name, value) in pairs {
        match name.as_str() {
            "name" => typed.name = value,
            "purpose" => typed.purpose = value,
            "unit" => typed.unit = value,
            "until" => typed.until = value,
            "actions" => typed.actions.push(value),
            _ => {}
        }
    }
    let wanted = typed.clone();
    match app.write(&session, move |desk| api_keys::ask(desk, &wanted)).await {
        Ok(_) => Ok(see_other("/keys#saved")),
        Err(failed) => filled(&app, &session, typed, None, failed.errors()?).await,
    }
}

async fn approve(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    app.write(&session, move |desk| api_keys::approve(desk, &id)).await?;
    Ok(see_other("/keys#saved"))
}

async fn take(State(app): State<App>, session: Session, Path(id): Path<String>) -> Result<Response, Failed> {
    let token = app.write(&session, move |desk| api_keys::take(desk, &id)).await?;
    filled(&app, &session, Wanted::default(), Some(token), Errors::new()).await
}

async fn end(State(app): State<App>, session: Session, Path(id): Path<String>) -> Result<Response, Failed> {
    app.write(&session, move |desk| api_keys::end(desk, &id)).await?;
    Ok(see_other("/keys#saved"))
}
