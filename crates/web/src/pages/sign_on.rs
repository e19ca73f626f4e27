//! `/sign-on`: the province's platform by which people may sign in — entered and tried by 系统管理员, opened by 安全管理员 — and
//! `/accounts/sign-on`: which accounts wait to be linked to it. Every decision is casework's.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::accounts::invite::Answer;
use casework::accounts::sign_on::{self, Platform, PlatformForm, Waiting};
use courier::sign_on::Ends;
use rules::access::Action;
use serde::Deserialize;

use super::accounts::{shows, way};
use super::sign_in::platform::{BACK, client};
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Crumb, Empty, Errors, Head, Shell, Tone, filters};
use crate::route::{Policy, Route, encoded, html};
use crate::session::Session;

pub(crate) fn routes() -> Vec<Route> {
    let needs = Policy::Needs;
    vec![
        // Whoever of the two may is decided by the use case.
        Route::get("/sign-on", Policy::SignedIn, page),
        Route::get("/sign-on/new", needs(Action::KeepSignOn), form),
        Route::post("/sign-on", needs(Action::KeepSignOn), open),
        Route::post("/sign-on/{id}/try", needs(Action::KeepSignOn), attempt),
        Route::post("/sign-on/{id}/enable", needs(Action::EnableSignOn), enable),
        Route::post("/sign-on/{id}/stop", needs(Action::KeepSignOn), stop),
        Route::get("/accounts/sign-on", Policy::SignedIn, waiting),
        Route::post("/accounts/sign-on/{id}", needs(Action::ApproveAccount), answer),
        Route::post("/accounts/{id}/sign-on", needs(Action::InviteAccount), link),
        Route::post("/accounts/{id}/sign-on/end", needs(Action::InviteAccount), unlink),
    ]
}

#[derive(Template)]
#[template(path = "accounts/sign_on.html")]
struct SignOnPage {
    shell: Shell,
    platforms: Vec<Platform>,
    linked: u64,
    keeps: bool,
    /// Where the platform sends people back to; empty where the configuration does not say how we are reached.
    back: String,
    empty: Empty,
}

/// How a state reads.
fn state(platform: &Platform) -> (&'static str, Tone) {
    match platform.state.as_str() {
        "asked" => ("等安全管理员启用", Tone::Due),
        "on" => ("已启用", Tone::Good),
        _ => ("已停用", Tone::Plain),
    }
}

fn back_to(app: &App) -> String {
    if app.link().is_empty() { String::new() } else { format!("{}{BACK}", app.link().trim_end_matches('/')) }
}

async fn page(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let found = app.read(&session, sign_on::page).await?;
    Ok(html(&SignOnPage {
        shell: app.shell(&session, "/sign-on").await?,
        platforms: found.platforms,
        linked: found.linked,
        keeps: found.keeps,
        back: back_to(&app),
        empty: Empty {
            why: "没有登记统一登录平台，大家都用账号和密码登录。".to_owned(),
            what_to_do: "省、州的平台支持 OpenID Connect 的，由系统管理员登记、试连，再由安全管理员启用。"
                .to_owned(),
            act: None,
        },
    }))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    name: String,
    issuer: String,
    client: String,
    secret: String,
    factors: String,
}

#[derive(Template)]
#[template(path = "accounts/sign_on_new.html")]
struct FormPage {
    shell: Shell,
    way: Vec<Crumb>,
    typed: Typed,
    back: String,
    errors: Errors,
}

async fn form(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    app.read(&session, sign_on::entering).await?;
    filled(&app, &session, Typed::default(), StatusCode::OK, Errors::new()).await
}

async fn filled(
    app: &App,
    session: &Session,
    typed: Typed,
    status: StatusCode,
    errors: Errors,
) -> Result<Response, Failed> {
    let page = FormPage {
        shell: app.shell(session, "/sign-on").await?,
        way: vec![
            Crumb { label: "统一登录".to_owned(), href: Some("/sign-on".to_owned()) },
            Crumb { label: "登记平台".to_owned(), href: None },
        ],
        typed,
        back: back_to(app),
        errors,
    };
    Ok((status, html(&page)).into_response())
}

async fn open(
    State(app): State<App>,
    session: Session,
    Form(typed): Form<Typed>,
) -> Result<Response, Failed> {
    let wanted = PlatformForm {
        name: typed.name.trim().to_owned(),
        issuer: typed.issuer.trim().to_owned(),
        client: typed.client.trim().to_owned(),
        secret: typed.secret.trim().to_owned(),
        factors: typed.factors.clone(),
    };
    match app.write(&session, move |desk| sign_on::enter(desk, &wanted)).await {
        Ok(_) => Ok(see_other("/sign-on#saved")),
        Err(failed) => {
            let errors = failed.errors()?;
            // A secret is not given back in a page.
            let typed = Typed { secret: String::new(), ..typed };
            filled(&app, &session, typed, StatusCode::UNPROCESSABLE_ENTITY, errors).await
        }
    }
}

/// Tries a platform: what it says, its keys, our number and secret there; what is wrong is written down in words.
async fn attempt(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let of = id.clone();
    let (issuer, number, secret) = app.read(&session, move |desk| sign_on::trying(desk, &of)).await?;
    let (at, program) = (app.clone(), client(&app, number, secret));
    let found = app
        .apart(move || {
            if at.link().is_empty() {
                return Ok(Err("配置文件里没有写本系统的网址（address），平台不知道把人送回哪里".to_owned()));
            }
            let tried = at.courier().try_platform(&issuer, &program);
            Ok(tried.map(|ends: Ends| ends.kept()).map_err(|trouble| trouble.to_string()))
        })
        .await?;
    app.write(&session, move |desk| sign_on::tried(desk, &id, &found)).await?;
    Ok(see_other("/sign-on#tried"))
}

async fn enable(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    app.write(&session, move |desk| sign_on::enable(desk, &id)).await?;
    Ok(see_other("/sign-on#saved"))
}

async fn stop(State(app): State<App>, session: Session, Path(id): Path<String>) -> Result<Response, Failed> {
    app.write(&session, move |desk| sign_on::stop(desk, &id)).await?;
    Ok(see_other("/sign-on#saved"))
}

#[derive(Template)]
#[template(path = "accounts/sign_on_links.html")]
struct LinksPage {
    shell: Shell,
    way: Vec<Crumb>,
    waiting: Vec<Waiting>,
    heads: [Head; 4],
    answers: bool,
    empty: Empty,
}

async fn waiting(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let waiting = app.read(&session, sign_on::waiting).await?;
    Ok(html(&LinksPage {
        shell: app.shell(&session, "/accounts").await?,
        way: way("关联统一登录"),
        waiting,
        heads: [Head::text("谁"), Head::text("平台上的姓名"), Head::text("提出"), Head::text("办理")],
        answers: shows(&session, Action::ApproveAccount),
        empty: Empty {
            why: "没有等待批准的关联。".to_owned(),
            what_to_do: "本人在登录页点平台登录，取得关联码；单位管理员在他的账号页登记，负责人在这里批准。"
                .to_owned(),
            act: None,
        },
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
    app.write(&session, move |desk| sign_on::answer(desk, &id, answer)).await?;
    Ok(see_other("/accounts/sign-on#saved"))
}

#[derive(Deserialize)]
struct CodeForm {
    #[serde(default)]
    code: String,
}

async fn link(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<CodeForm>,
) -> Result<Response, Failed> {
    let account = id.clone();
    match app.write(&session, move |desk| sign_on::ask(desk, &account, &form.code)).await {
        Ok(_) => Ok(see_other(&format!("/accounts/{}#saved", encoded(&id)))),
        Err(failed) => {
            super::accounts::detail(&app, &session, id, StatusCode::UNPROCESSABLE_ENTITY, failed.errors()?)
                .await
        }
    }
}

async fn unlink(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let account = id.clone();
    app.write(&session, move |desk| sign_on::unlink(desk, &account)).await?;
    Ok(see_other(&format!("/accounts/{}#saved", encoded(&id))))
}
