//! Agenda and minutes as PDF and DOCX: as they were kept, laid out beside the threads that answer, put on the record, handed over.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use casework::conference::{self, PaperKind};
use documents::paper::Form;

use crate::app::App;
use crate::failed::Failed;
use crate::pages::register::unmade;
use crate::session::Session;

async fn make(
    app: App,
    session: Session,
    id: String,
    kind: PaperKind,
    form: Form,
) -> Result<Response, Failed> {
    let drawn = app.read(&session, move |desk| conference::paper(desk, &id, kind)).await?;
    let (press, paper) = (app.clone(), drawn.paper.clone());
    let made = app.apart(move || press.press().make(&paper, form).map_err(|why| unmade(&why))).await?;
    let file = made.clone();
    app.write(&session, move |desk| conference::made(desk, &drawn, &file)).await?;
    let mut response = made.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(form.media()));
    let name = match (kind, form) {
        (PaperKind::Agenda, Form::Pdf) => "attachment; filename=\"agenda.pdf\"",
        (PaperKind::Agenda, Form::Docx) => "attachment; filename=\"agenda.docx\"",
        (PaperKind::Minutes, Form::Pdf) => "attachment; filename=\"minutes.pdf\"",
        (PaperKind::Minutes, Form::Docx) => "attachment; filename=\"minutes.docx\"",
    };
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
    Ok(response)
}

pub(super) async fn agenda_pdf(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    make(app, session, id, PaperKind::Agenda, Form::Pdf).await
}

pub(super) async fn agenda_docx(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    make(app, session, id, PaperKind::Agenda, Form::Docx).await
}

pub(super) async fn minutes_pdf(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    make(app, session, id, PaperKind::Minutes, Form::Pdf).await
}

pub(super) async fn minutes_docx(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    make(app, session, id, PaperKind::Minutes, Form::Docx).await
}
