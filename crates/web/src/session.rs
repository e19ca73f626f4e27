//! Who asks: the session cookie or bearer token of a request, looked up on every request, so that what was ended or
//! revoked counts at once. It knows no password.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header::{AUTHORIZATION, COOKIE, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use casework::desk::SignedIn;

use crate::app::App;
use crate::failed::Failed;

/// A signed-in request. The kernel puts it there for every route that is not open.
#[derive(Debug, Clone)]
pub struct Session {
    who: Arc<SignedIn>,
    way: Way,
}

/// How the client proves its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A browser's cookie.
    Cookie,
    /// A bearer token of the JSON API.
    Bearer,
}

impl Session {
    /// A session of `who`.
    #[must_use]
    pub fn new(who: SignedIn, way: Way) -> Self {
        Self { who: Arc::new(who), way }
    }

    /// Who is signed in.
    #[must_use]
    pub fn who(&self) -> Arc<SignedIn> {
        Arc::clone(&self.who)
    }

    /// Whether by cookie or by token.
    #[must_use]
    pub const fn way(&self) -> Way {
        self.way
    }
}

impl<S: Sync> FromRequestParts<S> for Session {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failed> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Failed::missing)
    }
}

/// Name of the session cookie.
#[must_use]
pub const fn cookie_name(https: bool) -> &'static str {
    if https { "__Host-baoxue" } else { "baoxue" }
}

/// Name of the cookie that marks a known device (hazards C05, C07); it opens nothing by itself.
#[must_use]
pub const fn device_cookie_name(https: bool) -> &'static str {
    if https { "__Host-device" } else { "device" }
}

/// The value of a cookie of the request.
#[must_use]
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| {
            let (key, value) = pair.trim().split_once('=')?;
            (key == name).then_some(value)
        })
}

/// The token that a request carries, and how.
#[must_use]
pub fn token(headers: &HeaderMap, https: bool) -> Option<(&str, Way)> {
    let bearer = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .map(|token| (token.trim(), Way::Bearer));
    bearer.or_else(|| cookie(headers, cookie_name(https)).map(|token| (token, Way::Cookie)))
}

/// Adds a cookie to an answer: not readable by scripts, not sent from other sites, for `seconds` (0 takes it away).
pub fn set_cookie(headers: &mut HeaderMap, https: bool, name: &str, value: &str, seconds: u32) {
    let secure = if https { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    if let Ok(value) = HeaderValue::from_str(&text) {
        headers.append(SET_COOKIE, value);
    }
}

/// The address that a request came from: the peer's, or, where the peer is a listed proxy, the last address that the
/// proxy added (hazard C15).
#[must_use]
pub fn source(app: &App, parts_extensions: &axum::http::Extensions, headers: &HeaderMap) -> Option<IpAddr> {
    let peer = parts_extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip())?;
    if !app.proxies().contains(&peer) {
        return Some(peer);
    }
    let forwarded =
        headers.get_all("x-forwarded-for").iter().next_back().and_then(|value| value.to_str().ok());
    forwarded
        .and_then(|value| value.rsplit(',').next())
        .and_then(|last| last.trim().parse().ok())
        .or(Some(peer))
}
