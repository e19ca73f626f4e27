//! `/public/bulletins`: what was approved for everybody. There is nothing to ask by; units stand by their codes.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use casework::bulletins::{Everybody, everybody};

use crate::app::App;
use crate::failed::Failed;
use crate::look::{Tone, filters};
use crate::route::html;

#[derive(Template)]
#[template(path = "bulletins/public.html")]
struct PublicPage {
    county: String,
    rows: Vec<Everybody>,
}

pub(super) async fn page(State(app): State<App>) -> Result<Response, Failed> {
    let at = app.clone();
    let rows = app.open_read(move |tx| everybody(tx, at.county())).await?;
    Ok(html(&PublicPage { county: app.plan().county().name.clone(), rows }))
}
