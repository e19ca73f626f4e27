//! Whether it is alive and ready, for whatever watches it. It says nothing else.

use axum::extract::State;
use axum::http::StatusCode;

use crate::app::App;
use crate::route::{Policy, Route};

pub(crate) fn routes() -> Vec<Route> {
    vec![Route::get("/healthz", Policy::Open, alive), Route::get("/readyz", Policy::Open, ready)]
}

async fn alive() -> &'static str {
    "ok"
}

async fn ready(State(app): State<App>) -> (StatusCode, &'static str) {
    let answers = app.open_read(|tx| Ok(tx.one("select 1", &[], |row| row.get::<i64>(0))?)).await;
    if answers.is_ok() { (StatusCode::OK, "ok") } else { (StatusCode::SERVICE_UNAVAILABLE, "database") }
}
