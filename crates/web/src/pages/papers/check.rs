//! `/check/{code}`: what whoever holds a paper learns by its QR code: whether number and content hang together, whether its seal was
//! registered, whether a file of that digest was made; of a 劝返指令 its signature with the text and the key by which anybody can check
//! it. Nothing of any person; without the code there is nothing to ask about.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::cases::{CheckedOrder, checked_order};
use casework::papers::case::{Checked, checked};
use casework::papers::checked_oversight;
use serde::Deserialize;

use crate::app::App;
use crate::failed::Failed;
use crate::look::{Tone, filters};
use crate::route::html;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    digest: String,
}

#[derive(Template)]
#[template(path = "papers/check.html")]
struct CheckPage {
    code: String,
    county: String,
    found: Option<Checked>,
    order: Option<CheckedOrder>,
    digest: String,
}

pub(super) async fn page(
    State(app): State<App>,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failed> {
    let is_code = code.len() == 32 && code.chars().all(|sign| sign.is_ascii_hexdigit());
    let digest: String = asked.digest.chars().take(200).collect();
    let (found, order) = if is_code {
        let (at, code, digest) = (app.clone(), code.clone(), digest.clone());
        app.open_read(move |tx| {
            let of_case = checked(tx, at.keys(), at.county(), &code, &digest)?;
            let found = match of_case {
                Some(found) => Some(found),
                None => checked_oversight(tx, at.keys(), at.county(), &code, &digest)?,
            };
            let order = match found {
                Some(_) => None,
                None => checked_order(tx, at.keys(), at.county(), &code)?,
            };
            Ok((found, order))
        })
        .await?
    } else {
        (None, None)
    };
    let status = if found.is_some() || order.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    let code = if is_code { code } else { String::new() };
    let page = CheckPage { code, county: app.plan().county().name.clone(), found, order, digest };
    Ok((status, html(&page)).into_response())
}
