//! `/sign-in/platform`: by the province's platform and back (OpenID Connect, code flow with PKCE). The browser goes there and comes back with a code;
//! the courier redeems it, and casework decides whose account it opens, if any. Why it is so: docs/adr/0037-oidc.md.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use casework::accounts::sign_on::{self, Ended, Taken};
use casework::refused::Refused;
use courier::sign_on::{Client, Ends, Person, Trouble, Wanted, person};
use serde::Deserialize;

use super::{Next, Visitor, end, enter};
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::route::{html, own_path};
use crate::session::{cookie, set_cookie};

/// How long the browser keeps what binds a try to it, in seconds.
const LASTS: u32 = 600;

/// Where the platform sends people back to.
pub(in crate::pages) const BACK: &str = "/sign-in/platform/back";

const fn cookie_name(https: bool) -> &'static str {
    if https { "__Host-sign-on" } else { "sign-on" }
}

/// The program as the platform knows it.
pub(in crate::pages) fn client(app: &App, id: String, secret: String) -> Client {
    Client { id, secret, back: format!("{}{BACK}", app.link().trim_end_matches('/')) }
}

#[derive(Template)]
#[template(path = "accounts/not_by_platform.html")]
struct NotPage {
    title: &'static str,
    what: String,
    todo: String,
    code: Option<String>,
}

fn not(
    status: StatusCode,
    title: &'static str,
    what: impl Into<String>,
    todo: impl Into<String>,
) -> Response {
    let page = NotPage { title, what: what.into(), todo: todo.into(), code: None };
    (status, html(&page)).into_response()
}

/// A sign-in that did not come through, in words; what went wrong inside stays an error.
fn said(failed: Failed) -> Result<Response, Failed> {
    match failed.refused() {
        Refused::Rule { what, todo, .. } => {
            Ok(not(StatusCode::UNPROCESSABLE_ENTITY, "没有登录成", format!("{what}。"), format!("{todo}。")))
        }
        _ => Err(failed),
    }
}

/// Sends the browser to the platform.
pub(super) async fn go(
    State(app): State<App>,
    visitor: Visitor,
    Query(query): Query<Next>,
) -> Result<Response, Failed> {
    let (at, origin, next) = (app.clone(), visitor.origin, own_path(&query.next).to_owned());
    let begun =
        app.open_write(move |tx| sign_on::begin(tx, at.keys(), &at.now(), at.county(), &next, &origin)).await;
    let begun = match begun {
        Ok(begun) => begun,
        Err(failed) => return said(failed),
    };
    let Some(ends) = Ends::read(&begun.ends) else {
        return Err(Failed::from(Refused::Fault("the ends of the platform are not kept".to_owned())));
    };
    let client = client(&app, begun.client, String::new());
    let mut response = see_other(&ends.sign_in(&client, &begun.state, &begun.nonce, &begun.verifier));
    set_cookie(response.headers_mut(), app.https(), cookie_name(app.https()), &begun.cookie, LASTS);
    Ok(response)
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(super) struct Back {
    code: String,
    state: String,
    error: String,
}

/// Who the platform says it is: the code redeemed, the token checked, outside of any transaction.
async fn asked(app: &App, taken: &Taken, code: String) -> Result<Result<Person, Trouble>, Failed> {
    let (at, taken) = (app.clone(), taken.clone());
    let seconds = app.now().timestamp().as_second();
    app.apart(move || {
        let Some(ends) = Ends::read(&taken.ends) else {
            return Err(Refused::Fault("the ends of the platform are not kept".to_owned()));
        };
        let client = client(&at, taken.client, taken.secret);
        let wanted = Wanted { issuer: &taken.issuer, client: &client.id, nonce: &taken.nonce, now: seconds };
        let token = at.courier().redeem(&ends, &client, &code, &taken.verifier);
        Ok(token.and_then(|token| person(&token, &at.courier().platform_keys(&ends)?, &wanted)))
    })
    .await
}

/// The browser comes back.
pub(super) async fn back(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    Query(back): Query<Back>,
) -> Result<Response, Failed> {
    let mut response = came_back(&app, visitor, &headers, back).await?;
    set_cookie(response.headers_mut(), app.https(), cookie_name(app.https()), "", 0);
    Ok(response)
}

async fn came_back(app: &App, visitor: Visitor, headers: &HeaderMap, back: Back) -> Result<Response, Failed> {
    let kept = cookie(headers, cookie_name(app.https())).unwrap_or_default().to_owned();
    let (at, state) = (app.clone(), back.state);
    let taken =
        app.open_write(move |tx| sign_on::take(tx, at.keys(), &at.now(), at.county(), &state, &kept)).await;
    let taken = match taken {
        Ok(taken) => taken,
        Err(failed) => return said(failed),
    };
    let found = if back.error.is_empty() && !back.code.is_empty() && back.code.len() <= 2_000 {
        asked(app, &taken, back.code).await?
    } else {
        // Of what the platform writes nothing is repeated.
        Err(Trouble::Refused(
            if back.error == "access_denied" { "access_denied" } else { "error" }.to_owned(),
        ))
    };
    let origin = visitor.origin;
    let person = match found {
        Ok(person) => person,
        Err(trouble) => {
            let (at, from) = (app.clone(), origin);
            app.open_write(move |tx| sign_on::failed(tx, at.keys(), &at.now(), at.county(), &from)).await?;
            return Ok(not(
                StatusCode::UNPROCESSABLE_ENTITY,
                "统一登录没有通过",
                format!("{trouble}。"),
                "请回到登录页再来一次，或者用账号和密码登录。一直这样，请把上面这句话告诉系统管理员。",
            ));
        }
    };
    let second = taken.factors.counts(person.acr.as_deref(), &person.amr);
    let (at, next) = (app.clone(), taken.next.clone());
    let ended = app
        .open_write(move |tx| {
            let who = (person.subject.as_str(), person.name.as_str(), second);
            sign_on::finish(tx, at.keys(), &at.now(), at.county(), &taken, who, &origin)
        })
        .await;
    match ended {
        Ok(Ended::Opened(opened)) => {
            // What this browser had open before is not left behind.
            end(app, visitor.token).await?;
            Ok(enter(app, &opened, &next))
        }
        Ok(Ended::Unlinked(code)) => {
            let todo = if code.is_some() {
                "请把下面的关联码告诉本单位管理员，由他在“账号”里您的名下登记，再由单位负责人批准。关联码7天内有效，不是密码，但不要告诉别人。"
            } else {
                "关联已经提出，等单位负责人批准；批准以前，请用账号和密码登录。"
            };
            let page = NotPage {
                title: "您的平台账号还没有关联",
                what: "平台已经确认了您的身份，但本系统不会因此自动开账号。".to_owned(),
                todo: todo.to_owned(),
                code,
            };
            Ok((StatusCode::FORBIDDEN, html(&page)).into_response())
        }
        Ok(Ended::Disabled) => Ok(not(
            StatusCode::FORBIDDEN,
            "没有登录成",
            "您在本系统的账号已停用，或者超过90天没有登录。",
            "请联系本单位管理员恢复。",
        )),
        Err(failed) => said(failed),
    }
}
