//! A paper of a case as PDF and DOCX, and the 卷宗: read, laid out beside the threads that answer, put on the record, handed over.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use casework::papers::{self, case as of_case};
use documents::paper::{Form, Made};

use super::address;
use crate::app::App;
use crate::failed::Failed;
use crate::pages::register::unmade;
use crate::session::Session;

pub(super) async fn pdf(
    State(app): State<App>,
    session: Session,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    make(&app, &session, id, address(&app, &headers), Form::Pdf).await
}

pub(super) async fn docx(
    State(app): State<App>,
    session: Session,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    make(&app, &session, id, address(&app, &headers), Form::Docx).await
}

/// A paper as a file in one of its forms: read, laid out, put on the record.
pub(crate) async fn file(
    app: &App,
    session: &Session,
    headers: &HeaderMap,
    id: String,
    form: Form,
) -> Result<Response, Failed> {
    make(app, session, id, address(app, headers), form).await
}

async fn make(
    app: &App,
    session: &Session,
    id: String,
    address: String,
    form: Form,
) -> Result<Response, Failed> {
    let draft = app.read(session, move |desk| of_case::case_paper(desk, &id, &address)).await?;
    let (press, paper) = (app.clone(), draft.paper.clone());
    let made = app.apart(move || press.press().make(&paper, form).map_err(|why| unmade(&why))).await?;
    let file = made.clone();
    app.write(session, move |desk| papers::record(desk, &draft, &file)).await?;
    let name = match form {
        Form::Pdf => "attachment; filename=\"paper.pdf\"",
        Form::Docx => "attachment; filename=\"paper.docx\"",
    };
    Ok(handed(made, name))
}

pub(super) async fn bundle(
    State(app): State<App>,
    session: Session,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let address = address(&app, &headers);
    // The first time it takes the case's number.
    let draft = app.write(&session, move |desk| of_case::bundle(desk, &id, &address)).await?;
    let (press, bound) = (app.clone(), draft.bundle.clone());
    let made = app.apart(move || press.press().bind(&bound).map_err(|why| unmade(&why))).await?;
    let file = made.clone();
    app.write(&session, move |desk| of_case::record_bundle(desk, &draft, &file)).await?;
    Ok(handed(made, "attachment; filename=\"file.pdf\""))
}

/// The name says nothing about anybody: it stays in lists of downloads.
fn handed(made: Made, name: &'static str) -> Response {
    let form = made.form;
    let mut response = made.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(form.media()));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
    response
}
