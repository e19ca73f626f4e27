//! The page on which a register is called and a visit written down without a network, and the worker that keeps it. It holds nobody's data: pupils
//! come by the API and lie sealed in the phone (docs/adr/0015-offline-register.md).

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use rules::attendance::{Kind, Reason};

use crate::app::App;
use crate::assets;
use crate::look::Choice;
use crate::pages::lessons;
use crate::pages::pairs::Fields;
use crate::route::html;

#[derive(Template)]
#[template(path = "register/phone.html")]
struct PhonePage {
    kinds: Vec<Choice>,
    reasons: Vec<Choice>,
    fields: Fields,
    lesson: lessons::Fields,
}

pub(super) async fn page(State(app): State<App>) -> Response {
    html(&PhonePage {
        fields: Fields::empty(app.plan()),
        lesson: lessons::Fields::empty(),
        kinds: Kind::ALL.iter().map(|kind| Choice::new(kind.code(), kind.label(), "present")).collect(),
        reasons: Reason::ALL.iter().map(|reason| Choice::new(reason.code(), reason.label(), "")).collect(),
    })
}

/// The worker, under an address that covers every page; asked for anew each time, so that a new version is found.
pub(super) async fn worker() -> Response {
    let script = assets::named("sw.js").map(|asset| asset.plain.clone()).unwrap_or_default();
    let kind = HeaderValue::from_static("text/javascript; charset=utf-8");
    let fresh = HeaderValue::from_static("no-cache");
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, fresh)], script).into_response()
}
