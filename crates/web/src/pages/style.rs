//! The living style page, in a demo only: elsewhere there is no such page.

use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};

use crate::app::App;
use crate::failed::missing;
use crate::look::style_page;
use crate::route::{Policy, Route};

pub(crate) fn routes() -> Vec<Route> {
    vec![Route::get("/style", Policy::Open, style)]
}

async fn style(State(app): State<App>) -> Response {
    if app.demo().is_some() { Html(style_page()).into_response() } else { missing() }
}
