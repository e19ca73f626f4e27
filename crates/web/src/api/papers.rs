//! `/api/v1/papers/{id}.pdf` and `.docx`: a paper of a case as a file, made by the steps of the pages and put on the record like there.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use casework::refused::Refused;
use documents::paper::Form;
use rules::access::Action;

use crate::app::App;
use crate::failed::Failed;
use crate::pages::papers;
use crate::route::{Policy, Route};
use crate::session::Session;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/api/v1/papers/{file}", Policy::Needs(Action::MakePaper), one)]
}

/// A paper: its id with `.pdf` or `.docx`.
#[utoipa::path(get, path = "/api/v1/papers/{file}", tag = "papers",
    params(("file" = String, Path, description = "id of the paper, with `.pdf` or `.docx`")),
    responses((status = 200, description = "the file, a PDF or a DOCX by its ending", content_type = "application/pdf")))]
pub(super) async fn one(
    State(app): State<App>,
    session: Session,
    headers: HeaderMap,
    Path(file): Path<String>,
) -> Result<Response, Failed> {
    let (id, form) = match file.rsplit_once('.') {
        Some((id, "pdf")) => (id, Form::Pdf),
        Some((id, "docx")) => (id, Form::Docx),
        _ => return Err(Refused::denied(Action::MakePaper, "paper", &file).into()),
    };
    papers::file(&app, &session, &headers, id.to_owned(), form).await
}
