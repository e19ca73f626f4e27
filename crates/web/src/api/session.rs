//! `/api/v1/session`: signing in for a bearer token, and ending it. The same three steps and the same limits as the
//! sign-in page (hazards C05–C09); the token is in the answer and nowhere else (C04).

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use casework::accounts::sign_in::{Answer, Kind, Origin};
use casework::accounts::{Stage, sign_out};
use casework::now::stamp;
use casework::password::Typed;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::take::Act;
use crate::app::App;
use crate::failed::{Failed, ProblemText, tell};
use crate::pages::sign_in::{Visitor, try_password, words};
use crate::route::{Policy, Route};
use crate::session::token;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/api/v1/session", Policy::Open, open),
        Route::delete("/api/v1/session", Policy::SignedIn, close),
    ]
}

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"username": "bureau", "password": "Mu-guo-cha-2026"}))]
pub(super) struct Credentials {
    /// User name.
    username: String,
    /// Password.
    #[schema(value_type = String, format = Password)]
    password: Typed,
    /// The six digits that the phone shows now, or a recovery code, where the account has a second factor.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    totp: Typed,
}

/// A bearer token.
#[derive(Serialize, ToSchema)]
pub(super) struct Token {
    /// Goes into `Authorization: Bearer …`, and never into an address.
    token: String,
    /// When it ends at the latest; it ends earlier with a sign-out, a disabled account or 强制下线.
    #[schema(format = DateTime)]
    expires: String,
}

/// Signs in: a token for the other calls.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", request_body = Credentials, security(()),
    responses((status = 200, body = Token), (status = 429, description = "too many tries: Retry-After says how long")))]
pub(super) async fn open(
    State(app): State<App>,
    visitor: Visitor,
    act: Act<Credentials>,
) -> Result<Response, Failed> {
    let Credentials { username, password, totp } = act.body;
    let origin = Origin { kind: Kind::Api, device: None, ..visitor.origin };
    let answer = try_password(&app, &origin, username, password, Some(totp)).await?;
    let opened = match answer {
        Answer::Opened(opened) => opened,
        refused => {
            let (status, what, wait) = words(&refused);
            let kind = if wait.is_some() { "too-many-tries" } else { "credentials" };
            let mut response = refuse(status, kind, &what, "请检查账号、密码和动态口令。");
            if let Some(seconds) = wait {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            return Ok(response);
        }
    };
    let missing = match opened.stage {
        Stage::Full => {
            let token = Token { token: opened.token, expires: stamp(opened.ends) };
            return super::give::private(&token);
        }
        Stage::Code => "请在 totp 里写动态口令后再试。",
        Stage::Enrol => "请先在网页上登录一次，设置动态口令。",
        Stage::Password => "请先在网页上登录一次，修改密码。",
    };
    // Half a session leads nowhere here: it ends at once.
    end(&app, opened.token).await?;
    Ok(refuse(StatusCode::FORBIDDEN, "unfinished", "密码正确，但还不能登录。", missing))
}

fn refuse(status: StatusCode, kind: &'static str, what: &str, todo: &str) -> Response {
    let (title, what, todo) = ("没有登录".to_owned(), what.to_owned(), todo.to_owned());
    tell(status, ProblemText { kind, title, what, todo, ..ProblemText::default() })
}

async fn end(app: &App, token: String) -> Result<(), Failed> {
    let at = app.clone();
    app.open_write(move |tx| sign_out(tx, at.keys(), &at.now(), at.county(), &token)).await
}

/// Signs out: the token opens nothing any more.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session", responses((status = 204)))]
pub(super) async fn close(State(app): State<App>, headers: HeaderMap) -> Result<Response, Failed> {
    if let Some((token, _)) = token(&headers, app.https()) {
        end(&app, token.to_owned()).await?;
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}
