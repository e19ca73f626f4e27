//! `/api/v1/imports`: handing in a list, what it will change, writing it, taking it back. Work in the background: ask for
//! the import again to see how far it is.

use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use casework::imports::{self, ImportLine, Outcome, RowLine};
use rules::access::Action;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::give::{self, Page};
use super::take::{self, Asked, Bare};
use super::{Coded, cursor};
use crate::app::App;
use crate::failed::{Failed, too_large};
use crate::pages::imports::{TEXTS, errors_file, stored};
use crate::route::{Policy, Route};
use crate::session::Session;
use crate::upload::{self, Came, UPLOAD};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/imports", Policy::Needs(Action::ReadImports), list),
        Route::post("/api/v1/imports", Policy::Needs(Action::ImportList), upload).body_limit(UPLOAD),
        Route::get("/api/v1/imports/{id}", Policy::Needs(Action::ReadImports), one),
        Route::get("/api/v1/imports/{id}/errors.xlsx", Policy::Needs(Action::ReadImports), errors),
        Route::post("/api/v1/imports/{id}/apply", Policy::Needs(Action::ImportList), apply),
        Route::post("/api/v1/imports/{id}/drop", Policy::Needs(Action::ImportList), drop_one),
        Route::post("/api/v1/imports/{id}/undo", Policy::Needs(Action::UndoImport), undo),
    ]
}

/// An import.
#[derive(Serialize, ToSchema)]
pub(super) struct Import {
    /// Id.
    id: String,
    /// Which list.
    kind: Coded,
    /// Name of the file.
    title: String,
    /// Whose it is.
    unit: String,
    /// The day that it describes.
    #[schema(format = Date)]
    as_of: String,
    /// Where it stands: read (being compared), ready, applying, applied, undoing, undone, failed, dropped.
    state: Coded,
    /// Rows.
    rows: i64,
    /// How many rows have each outcome.
    counts: Vec<Count>,
    /// What went wrong.
    #[serde(skip_serializing_if = "String::is_empty")]
    problem: String,
    /// Who handed it in.
    by: String,
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// When it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    applied_at: Option<String>,
}

/// How many rows have an outcome.
#[derive(Serialize, ToSchema)]
struct Count {
    /// added, changed, same, unclear, outside, rejected, left.
    outcome: &'static str,
    /// In words.
    label: &'static str,
    /// Rows.
    rows: i64,
}

impl From<ImportLine> for Import {
    fn from(line: ImportLine) -> Self {
        Self {
            id: line.id,
            kind: Coded { code: line.kind.code(), label: line.kind.label() },
            title: line.title,
            unit: line.unit,
            as_of: line.as_of,
            state: Coded { code: line.state.code(), label: line.state.label() },
            rows: line.rows,
            counts: line
                .counts
                .into_iter()
                .map(|(outcome, rows)| Count { outcome: outcome.code(), label: outcome.label(), rows })
                .collect(),
            problem: line.problem,
            by: line.by,
            at: line.at,
            applied_at: line.applied_at,
        }
    }
}

/// The newest hundred imports that one may see.
#[utoipa::path(get, path = "/api/v1/imports", tag = "imports",
    responses((status = 200, body = Page<Import>)))]
pub(super) async fn list(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let lines = app.read(&session, imports::imports).await?;
    give::read(&Page::whole(lines.into_iter().map(Import::from).collect()))
}

/// A list that is handed in, as `multipart/form-data`.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described: the parts are read as they come")]
pub(super) struct Upload {
    /// Which list: `household`, `roll` and the like. What it is is found out where it is not said.
    kind: Option<String>,
    /// The day that it describes; today where it is not said.
    #[schema(format = Date)]
    as_of: Option<String>,
    /// The list: .xlsx, .xls or .csv, up to 200 MB.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// What became of handing in a list.
#[derive(Serialize, ToSchema)]
pub(super) struct Started {
    /// The import.
    id: String,
    /// The same file was handed in before, and this is that import: by whom and when.
    #[serde(skip_serializing_if = "Option::is_none")]
    already: Option<Before>,
}

/// Who did it before.
#[derive(Serialize, ToSchema)]
struct Before {
    /// Who.
    by: String,
    /// When.
    at: String,
}

/// Hands in a list: it is compared with the ledger, and nothing is changed before it is applied. The same file twice is
/// one import.
#[utoipa::path(post, path = "/api/v1/imports", tag = "imports",
    request_body(content = Upload, content_type = "multipart/form-data"),
    responses((status = 202, body = Started), (status = 200, body = Started, description = "it was there already"),
        (status = 413, description = "too long")))]
pub(super) async fn upload(
    State(app): State<App>,
    session: Session,
    request: Parts,
    form: Multipart,
) -> Result<Response, Failed> {
    let came = match upload::receive(&request.headers, form, UPLOAD, &TEXTS).await? {
        Came::Whole(came) => came,
        Came::TooLarge => return Ok(too_large("200 MB")),
        Came::Cut => return Err(upload::cut().into()),
    };
    let upload = stored(&app, came).await?;
    let asked = format!("{}\n{}\n{}", upload.kind.code(), upload.as_of, upload.file.hash);
    let key = take::key(&app, &request, asked.as_bytes())?;
    give::act(&app, &session, key, move |desk| {
        let started = imports::start(desk, &upload)?;
        let already = started.already.map(|(by, at)| Before { by, at });
        let status = if already.is_some() { StatusCode::OK } else { StatusCode::ACCEPTED };
        give::made(status, &Started { id: started.id, already })
    })
    .await
}

/// Which rows of an import.
#[derive(Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WantedRows {
    /// Rows with this outcome; those that need somebody first where it is not said.
    show: String,
    /// Where to go on: `next` of the part before.
    #[serde(skip_serializing)]
    cursor: String,
}

/// An import with what it will change, or changed.
#[derive(Serialize, ToSchema)]
pub(super) struct ImportFile {
    /// As in the list.
    #[serde(flatten)]
    import: Import,
    /// Headings that nobody knows.
    unknown: Vec<String>,
    /// Whether there is a workbook of rows to correct: `errors.xlsx`.
    has_errors: bool,
    /// How far the work is, while there is some.
    #[serde(skip_serializing_if = "Option::is_none")]
    progress: Option<Progress>,
    /// Which rows are shown.
    shown: &'static str,
    /// The rows.
    items: Vec<ImportRow>,
    /// What goes into `cursor` for the next part; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// How far work in the background is.
#[derive(Serialize, ToSchema)]
struct Progress {
    /// In words.
    state: &'static str,
    /// Done.
    done: i64,
    /// Of so much; 0 where that is not known.
    total: i64,
}

/// A row.
#[derive(Serialize, ToSchema)]
struct ImportRow {
    /// Number of the row of data.
    number: i64,
    /// Name; empty for one that could not be read.
    name: String,
    /// Birthday.
    birth: String,
    /// ID number, masked.
    id_masked: String,
    /// Why.
    reason: String,
    /// What changes.
    changes: Vec<Change>,
}

/// One field before and after.
#[derive(Serialize, ToSchema)]
struct Change {
    /// What it is called.
    label: String,
    /// Before.
    before: String,
    /// After.
    after: String,
}

impl From<RowLine> for ImportRow {
    fn from(row: RowLine) -> Self {
        let change = |one: imports::Field| Change { label: one.label, before: one.left, after: one.right };
        Self {
            number: row.number,
            name: row.name,
            birth: row.birth,
            id_masked: row.id_masked,
            reason: row.reason,
            changes: row.changes.into_iter().map(change).collect(),
        }
    }
}

/// One import.
#[utoipa::path(get, path = "/api/v1/imports/{id}", tag = "imports", params(("id" = String, Path), WantedRows),
    responses((status = 200, body = ImportFile)))]
pub(super) async fn one(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Asked(asked): Asked<WantedRows>,
) -> Result<Response, Failed> {
    let name = cursor::list(&format!("import {id}"), &asked)?;
    let after = cursor::open(&app, &session, &name, &asked.cursor)?;
    let after = after.and_then(|after| after.parse().ok()).unwrap_or_default();
    let shown = Outcome::from_code(&asked.show);
    let page = app.read(&session, move |desk| imports::import(desk, &id, shown, after)).await?;
    give::read(&ImportFile {
        import: page.line.into(),
        unknown: page.unknown,
        has_errors: page.has_errors,
        progress: page.job.map(|job| Progress { state: job.state.label(), done: job.done, total: job.total }),
        shown: page.shown.code(),
        items: page.rows.into_iter().map(ImportRow::from).collect(),
        next: page.next.map(|number| cursor::seal(&app, &session, &name, &number.to_string())),
    })
}

/// The rows to correct, as a workbook with the reason beside each.
#[utoipa::path(get, path = "/api/v1/imports/{id}/errors.xlsx", tag = "imports", params(("id" = String, Path)),
    responses((status = 200, description = "a workbook",
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))]
pub(super) async fn errors(app: State<App>, session: Session, id: Path<String>) -> Result<Response, Failed> {
    errors_file(app, session, id).await
}

/// Has it written into the ledger, in the background. Asking twice is asking once.
#[utoipa::path(post, path = "/api/v1/imports/{id}/apply", tag = "imports", params(("id" = String, Path)),
    responses((status = 204)))]
pub(super) async fn apply(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Bare(key): Bare,
) -> Result<Response, Failed> {
    give::act(&app, &session, key, move |desk| imports::apply(desk, &id).map(|()| give::done())).await
}

/// Drops one that was compared and not written.
#[utoipa::path(post, path = "/api/v1/imports/{id}/drop", tag = "imports", params(("id" = String, Path)),
    responses((status = 204)))]
pub(super) async fn drop_one(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Bare(key): Bare,
) -> Result<Response, Failed> {
    give::act(&app, &session, key, move |desk| imports::drop_import(desk, &id).map(|()| give::done())).await
}

/// Takes back what it wrote, as far as nobody has touched it since.
#[utoipa::path(post, path = "/api/v1/imports/{id}/undo", tag = "imports", params(("id" = String, Path)),
    responses((status = 204)))]
pub(super) async fn undo(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Bare(key): Bare,
) -> Result<Response, Failed> {
    give::act(&app, &session, key, move |desk| imports::undo(desk, &id).map(|()| give::done())).await
}
