//! `/sign-in`, its further steps, and `/sign-out`. These pages know nobody yet, so they are open to all; each step looks at
//! its own token (hazards C01, C05–C12).

mod first_run;
pub(super) mod platform;
mod second;
mod set_up;
mod visitor;

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use casework::accounts::set_up::{Choice, choice_on_the_way, renew};
use casework::accounts::sign_in::{self, Answer, Begun, Opened, Origin};
use casework::accounts::sign_on::offered;
use casework::accounts::{Stage, half_session, sign_out};
use casework::password::Typed;
use courier::sign_on::Ends;
use serde::Deserialize;

use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Errors, SignIn};
use crate::route::{Policy, Route, encoded, html, own_path};
use crate::session::{cookie_name, device_cookie_name, set_cookie};

pub(super) use second::{codes_page, picture};
pub(crate) use visitor::Visitor;

/// How long a browser stays known, in seconds: 180 days.
const DEVICE: u32 = 180 * 24 * 3600;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/sign-in", Policy::Open, door),
        Route::post("/sign-in", Policy::Open, knock),
        Route::get("/sign-in/code", Policy::Open, second::code_page),
        Route::post("/sign-in/code", Policy::Open, second::code),
        Route::get("/sign-in/enrol", Policy::Open, second::enrol_page),
        Route::post("/sign-in/enrol", Policy::Open, second::enrol),
        Route::get("/sign-in/password", Policy::Open, password_page),
        Route::post("/sign-in/password", Policy::Open, password),
        Route::get("/sign-in/platform", Policy::Open, platform::go),
        Route::get(platform::BACK, Policy::Open, platform::back),
        Route::post("/sign-out", Policy::Open, leave),
        Route::get("/set-up/{token}", Policy::Open, set_up::page),
        Route::post("/set-up/{token}", Policy::Open, set_up::done),
        Route::get("/first-run/{token}", Policy::Open, first_run::page),
        Route::post("/first-run/{token}", Policy::Open, first_run::done),
    ]
}

#[derive(Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

async fn form(app: &App, next: &str, error: Option<String>) -> Result<SignIn, Failed> {
    let at = app.clone();
    let platform = app.open_read(move |tx| offered(tx, at.county())).await?;
    let roles = app.demo().map(|demo| {
        demo.roles
            .iter()
            .map(|role| crate::look::DemoRole {
                username: role.username.clone(),
                label: role.label.clone(),
                line: role.line.clone(),
            })
            .collect()
    });
    Ok(SignIn {
        demo: roles,
        error,
        platform,
        platform_next: encoded(own_path(next)),
        next: own_path(next).to_owned(),
        totp: false,
        county: app.plan().county().name.clone(),
        title: "保学 · 控辍保学工作系统".to_owned(),
        ..SignIn::default()
    })
}

async fn door(State(app): State<App>, Query(query): Query<Next>) -> Result<Response, Failed> {
    Ok(html(&form(&app, &query.next, None).await?))
}

#[derive(Deserialize)]
struct Knock {
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: Typed,
    #[serde(default)]
    totp: Typed,
    #[serde(default)]
    next: String,
    /// A role of a demo, without a password.
    #[serde(default, rename = "as")]
    role: String,
}

async fn knock(
    State(app): State<App>,
    visitor: Visitor,
    Form(knock): Form<Knock>,
) -> Result<Response, Failed> {
    let (mut username, mut password) = (knock.username, knock.password);
    if let Some(demo) = app.demo().filter(|demo| demo.roles.iter().any(|role| role.username == knock.role)) {
        username = knock.role;
        password = Typed::from(demo.password.clone());
    }
    let answer = try_password(&app, &visitor.origin, username, password, Some(knock.totp)).await?;
    match answer {
        Answer::Opened(opened) => {
            // What this browser had open before is not left behind.
            end(&app, visitor.token).await?;
            Ok(enter(&app, &opened, &knock.next))
        }
        refused => {
            let (status, error, wait) = words(&refused);
            let mut response = (status, html(&form(&app, &knock.next, Some(error)).await?)).into_response();
            if let Some(seconds) = wait {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            Ok(response)
        }
    }
}

/// The three steps of a try: on the record, through the hashing gate, and its end.
pub(crate) async fn try_password(
    app: &App,
    origin: &Origin,
    username: String,
    password: Typed,
    code: Option<Typed>,
) -> Result<Answer, Failed> {
    let (at, from) = (app.clone(), origin.clone());
    let begun = app
        .open_write(move |tx| {
            let now = at.now();
            sign_in::begin(tx, at.keys(), &now, at.county(), &username, &from)
        })
        .await?;
    let attempt = match begun {
        Begun::Wait { seconds } => return Ok(Answer::Wait { seconds }),
        Begun::Go(attempt) => attempt,
    };
    let checked = app.hash(move |hasher| attempt.check(hasher, &password)).await?;
    let at = app.clone();
    app.open_write(move |tx| sign_in::finish(tx, at.keys(), &at.now(), at.county(), &checked, code.as_ref()))
        .await
}

/// What a refused try says: the same whether the account exists or not (C08).
pub(crate) fn words(answer: &Answer) -> (StatusCode, String, Option<u32>) {
    match answer {
        Answer::Opened(_) | Answer::Wrong => {
            (StatusCode::UNPROCESSABLE_ENTITY, "账号、密码或动态口令不对，请检查后再试。".to_owned(), None)
        }
        Answer::Disabled => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "这个账号已停用，或者超过90天没有登录。请联系本单位管理员恢复。".to_owned(),
            None,
        ),
        Answer::Wait { seconds } => {
            let time = if *seconds < 60 {
                format!("{seconds} 秒")
            } else {
                format!("{} 分钟", seconds.div_ceil(60))
            };
            let text = format!("尝试次数太多，请 {time}后再试，或换用以前登录过的手机、电脑。");
            (StatusCode::TOO_MANY_REQUESTS, text, Some(*seconds))
        }
    }
}

/// Sends the browser on, with its new cookies: to where it wanted, or to the step that is still missing.
fn enter(app: &App, opened: &Opened, next: &str) -> Response {
    let next = own_path(next);
    let step = |path: &str| format!("{path}?next={}", encoded(next));
    let mut response = match opened.stage {
        Stage::Full => see_other(next),
        Stage::Code => see_other(&step("/sign-in/code")),
        Stage::Enrol => see_other(&step("/sign-in/enrol")),
        Stage::Password => see_other(&step("/sign-in/password")),
    };
    carry(app, response.headers_mut(), opened);
    response
}

fn carry(app: &App, headers: &mut HeaderMap, opened: &Opened) {
    session_cookie(app, headers, &opened.token);
    if let Some(device) = &opened.device {
        set_cookie(headers, app.https(), device_cookie_name(app.https()), device, DEVICE);
    }
}

/// Puts the session's token into its cookie, for as long as a session can last.
pub(crate) fn session_cookie(app: &App, headers: &mut HeaderMap, token: &str) {
    set_cookie(headers, app.https(), cookie_name(app.https()), token, 12 * 3600);
}

async fn end(app: &App, token: String) -> Result<(), Failed> {
    if token.is_empty() {
        return Ok(());
    }
    let at = app.clone();
    app.open_write(move |tx| sign_out(tx, at.keys(), &at.now(), at.county(), &token)).await
}

/// Ends the session, finished or not, and takes from the browser what it kept (C14); it stays a known device.
/// Who came by the province's platform is still signed in there, and is told so.
async fn leave(State(app): State<App>, visitor: Visitor) -> Result<Response, Failed> {
    let (at, token) = (app.clone(), visitor.token.clone());
    let there = app
        .open_read(move |tx| casework::accounts::sign_on::leave(tx, at.keys(), at.county(), &token))
        .await?;
    end(&app, visitor.token).await?;
    let mut response = match there {
        None => see_other("/sign-in"),
        Some((name, ends)) => {
            let left = SignIn {
                left: Some(name),
                leave: Ends::read(&ends).map(|ends| ends.leave).unwrap_or_default(),
                ..form(&app, "/", None).await?
            };
            html(&left)
        }
    };
    let headers = response.headers_mut();
    set_cookie(headers, app.https(), cookie_name(app.https()), "", 0);
    headers.insert("clear-site-data", HeaderValue::from_static("\"cache\", \"storage\""));
    Ok(response)
}

/// A step on the way in, if the token stands there; otherwise back to the door.
async fn on_the_way(
    app: &App,
    token: &str,
    stage: Stage,
) -> Result<Option<casework::accounts::Half>, Failed> {
    let (at, token) = (app.clone(), token.to_owned());
    let half = app.open_read(move |tx| half_session(tx, at.keys(), &at.now(), at.county(), &token)).await?;
    Ok(half.filter(|half| half.stage == stage))
}

fn back_to_the_door() -> Response {
    see_other("/sign-in")
}

#[derive(Template)]
#[template(path = "accounts/new_password.html")]
struct PasswordPage {
    action: String,
    title: &'static str,
    why: String,
    username: String,
    says: String,
    next: String,
    errors: Errors,
}

async fn password_page(
    State(app): State<App>,
    visitor: Visitor,
    Query(query): Query<Next>,
) -> Result<Response, Failed> {
    let Some(half) = on_the_way(&app, &visitor.token, Stage::Password).await? else {
        return Ok(back_to_the_door());
    };
    let choice = renewal(&app, visitor.token).await?;
    Ok(html(&renew_form(&half.username, &choice, &query.next, Errors::new())))
}

async fn renewal(app: &App, token: String) -> Result<Choice, Failed> {
    let at = app.clone();
    app.open_read(move |tx| choice_on_the_way(tx, at.keys(), &at.now(), at.county(), &token)).await
}

fn renew_form(username: &str, choice: &Choice, next: &str, errors: Errors) -> PasswordPage {
    PasswordPage {
        action: "/sign-in/password".to_owned(),
        title: "密码到期，请换一个",
        why: "按本县的密码规则，密码到期要换新的。换好就进入系统。".to_owned(),
        username: username.to_owned(),
        says: choice.says(),
        next: own_path(next).to_owned(),
        errors,
    }
}

#[derive(Deserialize)]
struct PasswordForm {
    #[serde(default)]
    password: Typed,
    #[serde(default)]
    again: Typed,
    #[serde(default)]
    next: String,
}

async fn password(
    State(app): State<App>,
    visitor: Visitor,
    Form(form): Form<PasswordForm>,
) -> Result<Response, Failed> {
    let Some(half) = on_the_way(&app, &visitor.token, Stage::Password).await? else {
        return Ok(back_to_the_door());
    };
    let choice = renewal(&app, visitor.token.clone()).await?;
    let (salt, judged) = (app.now().random(), choice.clone());
    let hashed = app.hash(move |hasher| judged.hash(hasher, &form.password, &form.again, salt)).await;
    let hashed = match hashed {
        Ok(hashed) => hashed,
        Err(failed) => {
            let page = renew_form(&half.username, &choice, &form.next, failed.errors()?);
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)).into_response());
        }
    };
    let (at, token, origin) = (app.clone(), visitor.token, visitor.origin);
    let opened = app
        .open_write(move |tx| renew(tx, at.keys(), &at.now(), at.county(), &token, &hashed, &origin))
        .await?;
    Ok(enter(&app, &opened, &form.next))
}
