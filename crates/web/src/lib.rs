//! Pages for each role and the JSON API: extract, one casework call, template. It knows no SQL and no rule.

// Templates name this crate's escaping by an absolute path, so that tests may have templates too.
extern crate self as web;

pub mod api;
pub mod app;
pub mod assets;
mod background;
mod carry;
pub mod failed;
mod frame;
pub mod look;
pub mod matrix;
pub mod pages;
mod patience;
pub mod route;
mod serving;
pub mod session;
mod upload;

use std::any::Any;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use tokio::net::TcpListener;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;

pub use app::{App, Clock, Demo, DemoRole, Setup};
pub use background::{Background, background, reaching, registry};
pub use patience::Patience;

/// Longest body of a form, in bytes; uploads have a limit of their own.
const FORM: usize = 256 * 1024;

/// Crates whose words hold addresses, and with them one-time links and what people typed: kept out of the log, at any level
/// (hazard K05).
pub const SILENT: [&str; 1] = ["tower_http"];

/// The whole web side as one service.
pub fn router(app: &App) -> Router {
    patient(app, Patience::default())
}

fn patient(app: &App, patience: Patience) -> Router {
    let routes = route::router(app, pages::routes())
        .merge(assets::router())
        .layer(from_fn(nameable))
        .layer(DefaultBodyLimit::max(FORM))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(CsrfLayer::new().with_rejection_response(|_| refused_cross_site()))
        .layer(from_fn_with_state(patience, patience::bounded));
    // Around the routes as a whole, because each of them puts `Allow` on a wrong method's answer after its own layers.
    Router::new().fallback_service(routes).layer(from_fn(api::speak)).layer(from_fn(harden))
}

/// Serves on `listener` until `stop` is ready; requests that are under way are finished, as far as `patience` goes.
pub async fn serve(app: &App, listener: TcpListener, patience: Patience, stop: impl Future<Output = ()>) {
    serving::serve(patient(app, patience), patience, listener, stop).await;
}

/// No text of ours holds U+0000, and the storage takes none: an address with it names nothing (hazard A18).
async fn nameable(request: Request, next: Next) -> Response {
    let named = request.uri().path_and_query().is_none_or(|path| !path.as_str().contains("%00"));
    if named { next.run(request).await } else { failed::missing() }
}

/// What every answer carries, errors too (hazards C03, C04, C14, D04).
async fn harden(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let missing = response.status() == StatusCode::NOT_FOUND;
    let headers = response.headers_mut();
    if missing {
        // Which methods an address has would tell that there is one.
        headers.remove(header::ALLOW);
    }
    for (name, value) in HEADERS {
        headers.entry(*name).or_insert(HeaderValue::from_static(value));
    }
    response
}

const HEADERS: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("cache-control", "no-store"),
];

fn panicked(cause: Box<dyn Any + Send + 'static>) -> Response {
    // What a panic says may hold anything; only that it happened goes on.
    drop(cause);
    failed::fault("a handler panicked")
}

fn refused_cross_site() -> Response {
    let text = failed::ProblemText {
        kind: "cross-site",
        title: "没有办理".to_owned(),
        what: "这个请求来自别的网站。".to_owned(),
        todo: "请在本系统的页面里操作；程序调用接口请带令牌，不要带 Origin。".to_owned(),
        ..failed::ProblemText::default()
    };
    let mut response = failed::tell(StatusCode::FORBIDDEN, text);
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}
