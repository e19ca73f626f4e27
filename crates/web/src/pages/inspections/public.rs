//! `/public/inspections`: the published results (五(十二)), for everybody. There is nothing to ask by, no school beside another, and nothing personal.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use casework::inspections::{Published, published};

use crate::app::App;
use crate::failed::Failed;
use crate::look::filters;
use crate::route::html;

#[derive(Template)]
#[template(path = "inspections/public.html")]
struct PublicPage {
    county: String,
    rows: Vec<Published>,
}

pub(super) async fn page(State(app): State<App>) -> Result<Response, Failed> {
    let at = app.clone();
    let rows = app.open_read(move |tx| published(tx, at.county())).await?;
    Ok(html(&PublicPage { county: app.plan().county().name.clone(), rows }))
}
