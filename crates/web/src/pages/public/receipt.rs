//! `/receipt`: what has become of a tip or a plea, by its code alone. The code is sent in the body, so that it stands in no address and in no
//! log; a code that is not known always gets the same page (F01, F02).

use askama::Template;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::desk::Desk;
use casework::public::tips::{Receipt, Told, receipt};
use casework::public::visitor;
use serde::Deserialize;

use super::{source, unlisted};
use crate::app::App;
use crate::failed::Failed;
use crate::look::{Tone, filters};
use crate::pages::sign_in::Visitor;
use crate::route::html;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    code: String,
}

#[derive(Template)]
#[template(path = "public/receipt.html")]
struct ReceiptPage {
    asked: bool,
    known: Option<Receipt>,
    wait: bool,
}

pub(super) async fn page() -> Response {
    unlisted(html(&ReceiptPage { asked: false, known: None, wait: false }))
}

pub(super) async fn look(
    State(app): State<App>,
    from: Visitor,
    Form(asked): Form<Asked>,
) -> Result<Response, Failed> {
    let (at, now, source) = (app.clone(), app.now(), source(&from));
    let told = app
        .open_write(move |tx| {
            let who = visitor(at.county());
            let mut desk = Desk { tx, who: &who, now: &now, keys: at.keys(), plan: at.plan() };
            receipt(&mut desk, &asked.code, &source)
        })
        .await?;
    let (status, page) = match told {
        Told::Known(known) => (StatusCode::OK, ReceiptPage { asked: true, known: Some(known), wait: false }),
        Told::Unknown => (StatusCode::OK, ReceiptPage { asked: true, known: None, wait: false }),
        Told::Wait => (StatusCode::TOO_MANY_REQUESTS, ReceiptPage { asked: true, known: None, wait: true }),
    };
    Ok(unlisted((status, html(&page)).into_response()))
}
