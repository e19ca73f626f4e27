//! A frozen report as PDF, DOCX and XLSX: made beside the threads that answer, put on the record, handed over; and the internal list of a school's
//! children, with a purpose and a fresh proof of identity.

use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use casework::regular;
use documents::paper::Form as Shape;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::failed::Failed;
use crate::pages::accounts::workbook;
use crate::pages::exports::{Asking, take};
use crate::pages::papers::address;
use crate::pages::register::unmade;
use crate::session::Session;

async fn make(
    app: App,
    session: Session,
    headers: HeaderMap,
    id: String,
    shape: Shape,
) -> Result<Response, Failed> {
    let (own, at) = (id.clone(), address(&app, &headers));
    let drawn = app.look(&session, move |desk| regular::paper(desk, &own, &at)).await?;
    let (press, paper) = (app.clone(), drawn.paper.clone());
    let made = app.apart(move || press.press().make(&paper, shape).map_err(|why| unmade(&why))).await?;
    let (sha256, bytes) = (made.sha256.clone(), made.bytes.len());
    app.write(&session, move |desk| regular::filed(desk, &id, shape.code(), (&sha256, bytes))).await?;
    let mut response = made.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(shape.media()));
    let name = format!("attachment; filename=\"{}.{}\"", drawn.name, shape.code());
    if let Ok(value) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

pub(super) async fn pdf(
    State(app): State<App>,
    session: Session,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    make(app, session, headers, id, Shape::Pdf).await
}

pub(super) async fn docx(
    State(app): State<App>,
    session: Session,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    make(app, session, headers, id, Shape::Docx).await
}

pub(super) async fn xlsx(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let own = id.clone();
    let (body, name) = app.look(&session, move |desk| regular::workbook(desk, &own)).await?;
    let sha256: String = Sha256::digest(&body).iter().map(|byte| format!("{byte:02x}")).collect();
    let bytes = body.len();
    app.write(&session, move |desk| regular::filed(desk, &id, "xlsx", (&sha256, bytes))).await?;
    Ok(workbook(body, &format!("{name}.xlsx")))
}

/// Whose children.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Of {
    report: String,
}

pub(super) async fn annex(
    State(app): State<App>,
    session: Session,
    Form(sent): Form<Asking<Of>>,
) -> Result<Response, Failed> {
    let id = sent.query.report;
    take(&app, &session, "annex", &sent.purpose, move |desk, purpose| regular::annex(desk, &id, purpose))
        .await
}
