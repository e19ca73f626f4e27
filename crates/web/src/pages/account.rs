//! `/account`: one's own account — sessions, password, second factor — and proving identity again before what cannot be
//! taken back. Nobody changes his own posts here (hazard A16).

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::accounts::own::{self, Confirmed, Own};
use casework::accounts::sign_in::{self, Begun};
use casework::accounts::{online, second};
use casework::password::Typed;
use casework::refused::Refused;
use rules::access::Action;
use serde::Deserialize;

use super::sign_in::{Visitor, codes_page, picture, session_cookie};
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Errors, Head, Shell, Tone, filters};
use crate::route::{Policy, Route, encoded, html, own_path};
use crate::session::Session;

pub(crate) fn routes() -> Vec<Route> {
    let own = Policy::Needs(Action::ManageOwnAccount);
    vec![
        Route::get("/account", own, page),
        Route::get("/account/confirm", own, confirm_page),
        Route::post("/account/confirm", own, confirm),
        Route::get("/account/password", own, password_page),
        Route::post("/account/password", own, password),
        Route::get("/account/totp", own, totp_page),
        Route::post("/account/totp", own, totp),
        Route::post("/account/totp/drop", own, drop_totp),
        Route::post("/account/codes", own, codes),
        Route::post("/account/sessions/end", own, end_others),
        Route::post("/account/sessions/{id}/end", own, end_session),
    ]
}

#[derive(Template)]
#[template(path = "accounts/account.html")]
struct AccountPage {
    shell: Shell,
    own: Own,
    session_heads: [Head; 4],
    sign_in_heads: [Head; 4],
    demo: bool,
}

async fn page(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let own = app.read(&session, own::page).await?;
    Ok(html(&AccountPage {
        shell: app.shell(&session, "/account").await?,
        own,
        session_heads: [
            Head::text("设备"),
            Head::text("登录时间"),
            Head::text("最近使用"),
            Head::text("办理"),
        ],
        sign_in_heads: [Head::text("时间"), Head::text("结果"), Head::text("来源"), Head::text("设备")],
        demo: app.demo().is_some(),
    }))
}

#[derive(Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

#[derive(Template)]
#[template(path = "accounts/confirm.html")]
struct ConfirmPage {
    shell: Shell,
    next: String,
    by_code: bool,
    error: Option<String>,
}

async fn confirm_page(
    State(app): State<App>,
    session: Session,
    Query(query): Query<Next>,
) -> Result<Response, Failed> {
    confirm_form(&app, &session, &query.next, StatusCode::OK, None).await
}

async fn confirm_form(
    app: &App,
    session: &Session,
    next: &str,
    status: StatusCode,
    error: Option<String>,
) -> Result<Response, Failed> {
    let by_code = app.read(session, own::proves_by_code).await?;
    let shell = app.shell(session, "/account").await?;
    let page = ConfirmPage { shell, next: own_path(next).to_owned(), by_code, error };
    Ok((status, html(&page)).into_response())
}

#[derive(Deserialize)]
struct ConfirmForm {
    #[serde(default)]
    password: Typed,
    #[serde(default)]
    totp: Typed,
    #[serde(default)]
    next: String,
}

async fn confirm(
    State(app): State<App>,
    session: Session,
    visitor: Visitor,
    Form(form): Form<ConfirmForm>,
) -> Result<Response, Failed> {
    let by_code = app.read(&session, own::proves_by_code).await?;
    let confirmed = if by_code {
        app.write(&session, move |desk| own::confirm_by_code(desk, &form.totp)).await?
    } else {
        match tried(&app, &session, &visitor, form.password).await? {
            Tried::Checked(checked) => {
                app.write(&session, move |desk| own::confirm_by_password(desk, &checked)).await?
            }
            Tried::Wait(seconds) => Confirmed::Wait { seconds },
        }
    };
    match said(&confirmed) {
        None => Ok(renewed(&app, &confirmed, own_path(&form.next))),
        Some((status, error)) => confirm_form(&app, &session, &form.next, status, Some(error)).await,
    }
}

/// A password of one's own that was tried, or how long to wait before it is.
enum Tried {
    Checked(Box<sign_in::Checked>),
    Wait(u32),
}

async fn tried(app: &App, session: &Session, visitor: &Visitor, password: Typed) -> Result<Tried, Failed> {
    let username = app.read(session, own::username).await?;
    let (at, origin) = (app.clone(), visitor.origin.clone());
    let begun = app
        .open_write(move |tx| sign_in::begin(tx, at.keys(), &at.now(), at.county(), &username, &origin))
        .await?;
    match begun {
        Begun::Wait { seconds } => Ok(Tried::Wait(seconds)),
        Begun::Go(attempt) => {
            let checked = app.hash(move |hasher| attempt.check(hasher, &password)).await?;
            Ok(Tried::Checked(Box::new(checked)))
        }
    }
}

/// Whether a password proved whose session it is.
pub(crate) enum Proof {
    /// It did; the session goes on under this token (C01).
    Yes {
        /// The new token.
        token: String,
    },
    /// It did not, and why.
    No(String),
}

/// Proves identity by the password and, where the account has a second factor, by a code as well: what opens a phone has to be
/// the password, since that alone opens it where there is no network.
pub(crate) async fn prove(
    app: &App,
    session: &Session,
    visitor: &Visitor,
    password: Typed,
    code: Typed,
) -> Result<Proof, Failed> {
    let by_code = app.read(session, own::proves_by_code).await?;
    if by_code && code.as_str().is_empty() {
        return Ok(Proof::No("您的账号有第二重验证，不能只凭密码办这件事，请同时填动态口令。".to_owned()));
    }
    let confirmed = match tried(app, session, visitor, password).await? {
        Tried::Checked(checked) if by_code => {
            app.write(session, move |desk| own::confirm_by_both(desk, &checked, &code)).await?
        }
        Tried::Checked(checked) => {
            app.write(session, move |desk| own::confirm_by_password(desk, &checked)).await?
        }
        Tried::Wait(seconds) => Confirmed::Wait { seconds },
    };
    Ok(match (said(&confirmed), confirmed) {
        (None, Confirmed::Yes { token }) => Proof::Yes { token },
        (why, _) => Proof::No(why.map(|(_, why)| why).unwrap_or_default()),
    })
}

/// Why identity is not proved; `None` when it is.
fn said(confirmed: &Confirmed) -> Option<(StatusCode, String)> {
    match confirmed {
        Confirmed::Yes { .. } => None,
        Confirmed::No => {
            Some((StatusCode::UNPROCESSABLE_ENTITY, "密码或动态口令不对，请检查后再试。".to_owned()))
        }
        Confirmed::Wait { seconds } => {
            Some((StatusCode::TOO_MANY_REQUESTS, format!("尝试次数太多，请 {seconds} 秒后再试。")))
        }
    }
}

/// On to `next` under the session's new token (C01).
fn renewed(app: &App, confirmed: &Confirmed, next: &str) -> Response {
    let mut response = see_other(next);
    if let Confirmed::Yes { token } = confirmed {
        session_cookie(app, response.headers_mut(), token);
    }
    response
}

#[derive(Template)]
#[template(path = "accounts/change_password.html")]
struct PasswordPage {
    shell: Shell,
    says: String,
    errors: Errors,
}

async fn password_page(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    password_form(&app, &session, StatusCode::OK, Errors::new()).await
}

async fn password_form(
    app: &App,
    session: &Session,
    status: StatusCode,
    errors: Errors,
) -> Result<Response, Failed> {
    let says = app.read(session, own::choice).await?.says();
    let page = PasswordPage { shell: app.shell(session, "/account").await?, says, errors };
    Ok((status, html(&page)).into_response())
}

#[derive(Deserialize)]
struct PasswordForm {
    #[serde(default)]
    present: Typed,
    #[serde(default)]
    password: Typed,
    #[serde(default)]
    again: Typed,
}

async fn password(
    State(app): State<App>,
    session: Session,
    visitor: Visitor,
    Form(form): Form<PasswordForm>,
) -> Result<Response, Failed> {
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    let (choice, salt) = (app.read(&session, own::choice).await?, app.now().random());
    let hashed = app.hash(move |hasher| choice.hash(hasher, &form.password, &form.again, salt)).await;
    let hashed = match hashed {
        Ok(hashed) => hashed,
        Err(failed) => return password_form(&app, &session, wrong, failed.errors()?).await,
    };
    let confirmed = match tried(&app, &session, &visitor, form.present).await? {
        Tried::Checked(present) => {
            app.write(&session, move |desk| own::change_password(desk, &present, &hashed)).await?
        }
        Tried::Wait(seconds) => Confirmed::Wait { seconds },
    };
    match said(&confirmed) {
        None => Ok(renewed(&app, &confirmed, "/account#saved")),
        Some((status, error)) => {
            let mut errors = Errors::new();
            errors.add("present", error);
            password_form(&app, &session, status, errors).await
        }
    }
}

#[derive(Template)]
#[template(path = "accounts/totp.html")]
struct TotpPage {
    shell: Shell,
    picture: String,
    secret: String,
    sealed: String,
    errors: Errors,
}

async fn totp_page(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let username = app.read(&session, own::username).await?;
    let account = session.who().actor.account.clone();
    let offer = second::offer(app.keys(), &app.now(), app.county(), &account, &username)?;
    totp_form(&app, &session, &offer, StatusCode::OK, Errors::new()).await
}

async fn totp_form(
    app: &App,
    session: &Session,
    offer: &second::Offer,
    status: StatusCode,
    errors: Errors,
) -> Result<Response, Failed> {
    let page = TotpPage {
        shell: app.shell(session, "/account").await?,
        picture: picture(&offer.svg),
        secret: offer.text.to_string(),
        sealed: offer.sealed.clone(),
        errors,
    };
    Ok((status, html(&page)).into_response())
}

#[derive(Deserialize)]
struct TotpForm {
    #[serde(default)]
    totp: Typed,
    #[serde(default)]
    sealed: String,
}

async fn totp(
    State(app): State<App>,
    session: Session,
    Form(form): Form<TotpForm>,
) -> Result<Response, Failed> {
    let (sealed, code) = (form.sealed.clone(), form.totp);
    match app.write(&session, move |desk| second::enrol(desk, &sealed, &code)).await {
        Ok(codes) => Ok(codes_page(&codes, "/account")),
        Err(failed) if matches!(failed.refused(), Refused::Invalid(_)) => {
            let errors = failed.errors()?;
            let username = app.read(&session, own::username).await?;
            let account = session.who().actor.account.clone();
            let offer =
                second::offer_again(app.keys(), &app.now(), app.county(), &account, &username, &form.sealed)?;
            totp_form(&app, &session, &offer, StatusCode::UNPROCESSABLE_ENTITY, errors).await
        }
        Err(failed) => Err(failed),
    }
}

async fn drop_totp(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    app.write(&session, second::drop_own).await?;
    Ok(see_other("/account#saved"))
}

async fn codes(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let codes = app.write(&session, second::new_codes).await?;
    Ok(codes_page(&codes, "/account"))
}

async fn end_session(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    app.write(&session, move |desk| online::end_own(desk, &id)).await?;
    Ok(see_other("/account#sessions"))
}

async fn end_others(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let me = session.who().actor.account.clone();
    app.write(&session, move |desk| online::end_all(desk, &me)).await?;
    Ok(see_other("/account#sessions"))
}

/// An address with this part of a query, for what a form sends back to itself.
pub(super) fn with(path: &str, pairs: &[(&str, &str)]) -> String {
    let parts: Vec<String> = pairs
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    if parts.is_empty() { path.to_owned() } else { format!("{path}?{}", parts.join("&")) }
}
