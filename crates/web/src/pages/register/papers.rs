//! The written report as PDF and DOCX: read, laid out beside the threads that answer, put on the record, handed over.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use casework::papers;
use casework::refused::Refused;
use documents::paper::{Form, Unmade};

use crate::app::App;
use crate::failed::Failed;
use crate::session::Session;

pub(super) async fn pdf(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    make(&app, &session, id, Form::Pdf).await
}

pub(super) async fn docx(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    make(&app, &session, id, Form::Docx).await
}

async fn make(app: &App, session: &Session, id: String, form: Form) -> Result<Response, Failed> {
    let draft = app.read(session, move |desk| papers::suspect_report(desk, &id)).await?;
    let (press, paper) = (app.clone(), draft.paper.clone());
    let made = app.apart(move || press.press().make(&paper, form).map_err(|why| unmade(&why))).await?;
    let file = made.clone();
    app.write(session, move |desk| papers::record(desk, &draft, &file)).await?;
    let mut response = made.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(form.media()));
    // The name says nothing about anybody: it stays in lists of downloads.
    let name = match form {
        Form::Pdf => "attachment; filename=\"report.pdf\"",
        Form::Docx => "attachment; filename=\"report.docx\"",
    };
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
    Ok(response)
}

/// Why a paper was not made, with what to do.
pub(crate) fn unmade(why: &Unmade) -> Refused {
    let todo = match why {
        Unmade::NoFont(_) | Unmade::NoGlyph(_) => "请下载DOCX；装好字体后再做PDF",
        Unmade::Template(_) => "请系统管理员检查方案文件夹 papers 里的模板",
    };
    Refused::rule(why.to_string(), "GB/T 9704", todo)
}
