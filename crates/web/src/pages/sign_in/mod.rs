//! `/sign-in`, its second steps, `/sign-out` and the links that set an account up. These pages know nobody yet, so they
//! are open to all; each step looks at its own token (hazards C01, C05–C12).
// long because: the steps on the way in hand one token to the next, and read as one walk.

use askama::Template;
use axum::Form;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use casework::accounts::sign_in::{self, Answer, Begun, Kind, Opened, Origin};
use casework::accounts::{Stage, first_run, half_session, second, set_up, sign_out};
use casework::password::Typed;
use casework::refused::Refused;
use serde::Deserialize;

use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{ErrorPage, Errors, SignIn};
use crate::route::{Policy, Route, encoded, html, own_path};
use crate::session::{cookie, cookie_name, device_cookie_name, set_cookie, source};

/// How long a browser stays known, in seconds: 180 days.
const DEVICE: u32 = 180 * 24 * 3600;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/sign-in", Policy::Open, door),
        Route::post("/sign-in", Policy::Open, knock),
        Route::get("/sign-in/code", Policy::Open, code_page),
        Route::post("/sign-in/code", Policy::Open, code),
        Route::get("/sign-in/enrol", Policy::Open, enrol_page),
        Route::post("/sign-in/enrol", Policy::Open, enrol),
        Route::get("/sign-in/password", Policy::Open, password_page),
        Route::post("/sign-in/password", Policy::Open, password),
        Route::post("/sign-out", Policy::Open, leave),
        Route::get("/set-up/{token}", Policy::Open, set_up_page),
        Route::post("/set-up/{token}", Policy::Open, set_up_done),
        Route::get("/first-run/{token}", Policy::Open, first_page),
        Route::post("/first-run/{token}", Policy::Open, first_done),
    ]
}

/// Where a request comes from, and the token that it brings.
pub(crate) struct Visitor {
    pub(crate) origin: Origin,
    token: String,
}

impl FromRequestParts<App> for Visitor {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let headers = &parts.headers;
        let value = |name| cookie(headers, name).map(str::to_owned);
        let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
        Ok(Self {
            origin: Origin {
                source: source(app, &parts.extensions, headers).map_or_else(String::new, |at| at.to_string()),
                device: value(device_cookie_name(app.https())),
                browser: browser(agent),
                kind: Kind::Browser,
            },
            token: value(cookie_name(app.https())).unwrap_or_default(),
        })
    }
}

/// A browser and its system in words that a person knows: `微信 · 安卓`. Nothing of the header is repeated.
fn browser(agent: &str) -> String {
    const BROWSERS: [(&str, &str); 9] = [
        ("wxwork", "企业微信"),
        ("MicroMessenger", "微信"),
        ("DingTalk", "钉钉"),
        ("Edg", "Edge"),
        ("QQBrowser", "QQ浏览器"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
        ("curl", "命令行"),
    ];
    const SYSTEMS: [(&str, &str); 7] = [
        ("Windows", "Windows"),
        ("HarmonyOS", "鸿蒙"),
        ("Android", "安卓"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Mac OS", "苹果电脑"),
        ("Linux", "Linux"),
    ];
    let found = |list: &[(&str, &'static str)]| {
        list.iter().find(|(sign, _)| agent.contains(sign)).map_or("未知", |(_, words)| words)
    };
    format!("{} · {}", found(&BROWSERS), found(&SYSTEMS))
}

#[derive(Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

fn form(app: &App, next: &str, error: Option<String>) -> SignIn {
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
    SignIn {
        demo: roles,
        error,
        next: own_path(next).to_owned(),
        totp: false,
        county: app.plan().county().name.clone(),
        title: "保学 · 控辍保学工作系统".to_owned(),
    }
}

async fn door(State(app): State<App>, Query(query): Query<Next>) -> Response {
    html(&form(&app, &query.next, None))
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
            let mut response = (status, html(&form(&app, &knock.next, Some(error)))).into_response();
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
async fn leave(State(app): State<App>, visitor: Visitor) -> Result<Response, Failed> {
    end(&app, visitor.token).await?;
    let mut response = see_other("/sign-in");
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
#[template(path = "accounts/code.html")]
struct CodePage {
    next: String,
    name: String,
    error: Option<String>,
}

async fn code_page(
    State(app): State<App>,
    visitor: Visitor,
    Query(query): Query<Next>,
) -> Result<Response, Failed> {
    let Some(half) = on_the_way(&app, &visitor.token, Stage::Code).await? else {
        return Ok(back_to_the_door());
    };
    Ok(html(&CodePage { next: own_path(&query.next).to_owned(), name: half.name, error: None }))
}

#[derive(Deserialize)]
struct CodeForm {
    #[serde(default)]
    totp: Typed,
    #[serde(default)]
    next: String,
}

async fn code(
    State(app): State<App>,
    visitor: Visitor,
    Form(form): Form<CodeForm>,
) -> Result<Response, Failed> {
    let Some(half) = on_the_way(&app, &visitor.token, Stage::Code).await? else {
        return Ok(back_to_the_door());
    };
    let (at, token, origin, code) = (app.clone(), visitor.token, visitor.origin, form.totp);
    let answer = app
        .open_write(move |tx| {
            sign_in::enter_code(tx, at.keys(), &at.now(), at.county(), &token, &code, &origin)
        })
        .await;
    let answer = match answer {
        Ok(Answer::Opened(opened)) => return Ok(enter(&app, &opened, &form.next)),
        Ok(answer) => answer,
        Err(failed) => match failed.refused() {
            Refused::Rule { .. } => return Ok(back_to_the_door()),
            _ => return Err(failed),
        },
    };
    let (status, said, wait) = words(&answer);
    let error = if matches!(answer, Answer::Wrong) {
        "动态口令不对：请输入手机上现在显示的六位数字。每个口令只能用一次；一直不对，请检查手机时间是否设为自动。".to_owned()
    } else {
        said
    };
    let page = CodePage { next: own_path(&form.next).to_owned(), name: half.name, error: Some(error) };
    let mut response = (status, html(&page)).into_response();
    if let Some(seconds) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(response)
}

#[derive(Template)]
#[template(path = "accounts/enrol.html")]
struct EnrolPage {
    next: String,
    picture: String,
    secret: String,
    sealed: String,
    errors: Errors,
}

/// The picture as an image that the content security policy lets through: nothing is put into the page unescaped.
pub(super) fn picture(svg: &str) -> String {
    use base64::Engine as _;
    format!("data:image/svg+xml;base64,{}", base64::engine::general_purpose::STANDARD.encode(svg))
}

async fn enrol_page(
    State(app): State<App>,
    visitor: Visitor,
    Query(query): Query<Next>,
) -> Result<Response, Failed> {
    let Some(half) = on_the_way(&app, &visitor.token, Stage::Enrol).await? else {
        return Ok(back_to_the_door());
    };
    let offer = second::offer(app.keys(), &app.now(), app.county(), &half.account, &half.username)?;
    Ok(html(&enrol_form(&offer, &query.next, Errors::new())))
}

fn enrol_form(offer: &second::Offer, next: &str, errors: Errors) -> EnrolPage {
    EnrolPage {
        next: own_path(next).to_owned(),
        picture: picture(&offer.svg),
        secret: offer.text.to_string(),
        sealed: offer.sealed.clone(),
        errors,
    }
}

#[derive(Deserialize)]
struct EnrolForm {
    #[serde(default)]
    totp: Typed,
    #[serde(default)]
    sealed: String,
    #[serde(default)]
    next: String,
}

#[derive(Template)]
#[template(path = "accounts/codes.html")]
struct CodesPage {
    codes: Vec<String>,
    next: String,
}

/// Recovery codes, shown this once.
pub(super) fn codes_page(codes: &second::Codes, next: &str) -> Response {
    let codes = codes.0.iter().map(|code| code.to_string()).collect();
    html(&CodesPage { codes, next: next.to_owned() })
}

async fn enrol(
    State(app): State<App>,
    visitor: Visitor,
    Form(form): Form<EnrolForm>,
) -> Result<Response, Failed> {
    let Some(half) = on_the_way(&app, &visitor.token, Stage::Enrol).await? else {
        return Ok(back_to_the_door());
    };
    let (at, token, origin) = (app.clone(), visitor.token, visitor.origin);
    let (sealed, code) = (form.sealed.clone(), form.totp);
    let done = app
        .open_write(move |tx| {
            let offer = (sealed.as_str(), &code);
            second::enrol_on_the_way(tx, at.keys(), &at.now(), at.county(), &token, offer, &origin)
        })
        .await;
    let failed = match done {
        Ok((opened, codes)) => {
            let next = match opened.stage {
                Stage::Password => format!("/sign-in/password?next={}", encoded(own_path(&form.next))),
                _ => own_path(&form.next).to_owned(),
            };
            let mut response = codes_page(&codes, &next);
            carry(&app, response.headers_mut(), &opened);
            return Ok(response);
        }
        Err(failed) => failed,
    };
    let errors = failed.errors()?;
    let offer = second::offer_again(
        app.keys(),
        &app.now(),
        app.county(),
        &half.account,
        &half.username,
        &form.sealed,
    )?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&enrol_form(&offer, &form.next, errors))).into_response())
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

async fn renewal(app: &App, token: String) -> Result<set_up::Choice, Failed> {
    let at = app.clone();
    app.open_read(move |tx| set_up::choice_on_the_way(tx, at.keys(), &at.now(), at.county(), &token)).await
}

fn renew_form(username: &str, choice: &set_up::Choice, next: &str, errors: Errors) -> PasswordPage {
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
        .open_write(move |tx| set_up::renew(tx, at.keys(), &at.now(), at.county(), &token, &hashed, &origin))
        .await?;
    Ok(enter(&app, &opened, &form.next))
}

async fn invited(app: &App, token: &str) -> Result<Option<set_up::Invited>, Failed> {
    let (at, token) = (app.clone(), token.to_owned());
    app.open_read(move |tx| set_up::look(tx, at.keys(), &at.now(), at.county(), &token)).await
}

/// The same for every link that opens nothing (C10).
fn unusable() -> Response {
    let page = ErrorPage {
        code: 410,
        title: "这个链接不能用了".to_owned(),
        what: "链接只能用一次，七天内有效；也可能已经换了新的。".to_owned(),
        todo: "请向本单位管理员要一个新的链接。".to_owned(),
        number: None,
    };
    (StatusCode::GONE, html(&page)).into_response()
}

fn set_up_form(token: &str, invited: &set_up::Invited, errors: Errors) -> PasswordPage {
    let why = format!("{}，{}。设好密码后，如果岗位需要，接着设置动态口令。", invited.name, invited.unit);
    PasswordPage {
        action: format!("/set-up/{}", encoded(token)),
        title: if invited.again { "重新设置密码" } else { "设置账号" },
        why,
        username: invited.username.clone(),
        says: invited.says.clone(),
        next: "/".to_owned(),
        errors,
    }
}

async fn set_up_page(State(app): State<App>, Path(token): Path<String>) -> Result<Response, Failed> {
    Ok(match invited(&app, &token).await? {
        Some(invited) => html(&set_up_form(&token, &invited, Errors::new())),
        None => unusable(),
    })
}

async fn set_up_done(
    State(app): State<App>,
    Path(token): Path<String>,
    visitor: Visitor,
    Form(form): Form<PasswordForm>,
) -> Result<Response, Failed> {
    let Some(invited) = invited(&app, &token).await? else { return Ok(unusable()) };
    let (salt, choice) = (app.now().random(), invited.choice().clone());
    let hashed = match app.hash(move |hasher| choice.hash(hasher, &form.password, &form.again, salt)).await {
        Ok(hashed) => hashed,
        Err(failed) => {
            let page = set_up_form(&token, &invited, failed.errors()?);
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)).into_response());
        }
    };
    end(&app, visitor.token).await?;
    let (at, origin) = (app.clone(), visitor.origin);
    let opened = app
        .open_write(move |tx| set_up::finish(tx, at.keys(), &at.now(), at.county(), &token, &hashed, &origin))
        .await;
    match opened {
        Ok(opened) => Ok(enter(&app, &opened, "/")),
        Err(failed) if matches!(failed.refused(), Refused::Rule { .. }) => Ok(unusable()),
        Err(failed) => Err(failed),
    }
}

/// A person of the first page: form's names, what the post is, and what was typed.
struct FirstPerson {
    name_field: String,
    username_field: String,
    title: &'static str,
    does: &'static str,
    name: String,
    username: String,
}

#[derive(Template)]
#[template(path = "accounts/first_run.html")]
struct FirstPage {
    action: String,
    county: String,
    people: Vec<FirstPerson>,
    errors: Errors,
}

const DOES: [&str; 5] = [
    "批准账号、任免岗位、批准紧急查看",
    "邀请账号、停用账号；提出后由负责人批准",
    "看管机器、重置登录；看不到任何孩子",
    "定密码规则、强制下线、批准紧急查看；看不到任何孩子",
    "查操作记录和登录记录；看不到任何孩子",
];

fn first_form(app: &App, token: &str, named: &[first_run::Named], errors: Errors) -> FirstPage {
    let people = first_run::POSTS
        .iter()
        .zip(DOES)
        .enumerate()
        .map(|(at, ((field, _, _, title), does))| FirstPerson {
            name_field: format!("{field}_name"),
            username_field: format!("{field}_username"),
            title,
            does,
            name: named.get(at).map_or_else(String::new, |named| named.name.clone()),
            username: named.get(at).map_or_else(String::new, |named| named.username.clone()),
        })
        .collect();
    FirstPage {
        action: format!("/first-run/{}", encoded(token)),
        county: app.plan().county().name.clone(),
        people,
        errors,
    }
}

async fn first_page(State(app): State<App>, Path(token): Path<String>) -> Result<Response, Failed> {
    let (at, brought) = (app.clone(), token.clone());
    let opens =
        app.open_read(move |tx| first_run::opens(tx, at.keys(), &at.now(), at.county(), &brought)).await?;
    Ok(if opens { html(&first_form(&app, &token, &[], Errors::new())) } else { unusable() })
}

/// A link to hand out: who it is for and where it leads.
struct FirstLink {
    title: &'static str,
    username: String,
    path: String,
}

#[derive(Template)]
#[template(path = "accounts/first_links.html")]
struct FirstLinks {
    links: Vec<FirstLink>,
}

async fn first_done(
    State(app): State<App>,
    Path(token): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Failed> {
    let value = |field: String| {
        fields.iter().find(|(name, _)| *name == field).map_or_else(String::new, |(_, value)| value.clone())
    };
    let named = first_run::POSTS.map(|(field, ..)| first_run::Named {
        name: value(format!("{field}_name")),
        username: value(format!("{field}_username")),
    });
    let (at, brought, given) = (app.clone(), token.clone(), named.clone());
    let links =
        app.open_write(move |tx| first_run::run(tx, at.keys(), &at.now(), at.plan(), &brought, &given)).await;
    match links {
        Ok(links) => {
            let links = links
                .into_iter()
                .map(|(title, link)| FirstLink {
                    title,
                    username: link.username,
                    path: format!("/set-up/{}", link.token),
                })
                .collect();
            Ok(html(&FirstLinks { links }))
        }
        Err(failed) if matches!(failed.refused(), Refused::Rule { .. }) => Ok(unusable()),
        Err(failed) => {
            let page = first_form(&app, &token, &named, failed.errors()?);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)).into_response())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::browser;

    /// A21: people recognise their own devices; nothing of the header is repeated (D03).
    #[test]
    fn browsers_in_words() {
        let check = |agent: &str, expected: &str| assert_eq!(browser(agent), expected, "{agent}");
        check("", "未知 · 未知");
        check(
            "Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/86.0 Safari/537.36",
            "Chrome · Windows",
        );
        check("Mozilla/5.0 (Windows NT 10.0) Chrome/120.0 Safari/537.36 Edg/120.0", "Edge · Windows");
        check("Mozilla/5.0 (Linux; Android 10) Chrome/86.0 MicroMessenger/8.0", "微信 · 安卓");
        check("Mozilla/5.0 (Linux; Android 10) MicroMessenger/7.0 wxwork/4.0", "企业微信 · 安卓");
        check(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 16 like Mac OS X) Version/16 Safari/604.1",
            "Safari · iPhone",
        );
        check("<script>alert(1)</script>", "未知 · 未知");
    }
}
