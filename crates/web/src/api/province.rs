//! `/api/v1/province`: what 在校生动态管理系统 put out is handed in, looked at, taken over or taken back; and where it differs from the
//! register here, which of the two is right (五(九)).

use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use casework::attendance::{self, Differing, How, ProvinceDay, ProvinceLine};
use casework::refused::Refused;
use jiff::civil::Date;
use rules::access::Action;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cursor;
use super::give::{self, Page};
use super::take::{self, Act, Asked, Bare};
use crate::app::App;
use crate::failed::{Failed, too_large};
use crate::pages::register::{REQUEST, errors_file, looked_at};
use crate::route::{Policy, Route};
use crate::session::Session;
use crate::upload::{self, Came};

pub(super) fn routes() -> Vec<Route> {
    let import = Policy::Needs(Action::ImportAttendance);
    vec![
        Route::get("/api/v1/province", import, list),
        Route::post("/api/v1/province", import, upload).body_limit(REQUEST),
        Route::get("/api/v1/province/differences", import, differences),
        Route::post(
            "/api/v1/province/differences/{child}/{date}",
            Policy::Needs(Action::ReconcileAttendance),
            decide,
        ),
        Route::get("/api/v1/province/{id}", import, one),
        Route::get("/api/v1/province/{id}/errors.xlsx", import, errors),
        Route::post("/api/v1/province/{id}/apply", import, apply),
        Route::post("/api/v1/province/{id}/drop", import, drop_one),
        Route::post("/api/v1/province/{id}/undo", import, undo),
    ]
}

/// An export of the provincial system.
#[derive(Serialize, ToSchema)]
pub(super) struct Export {
    /// Id.
    id: String,
    /// Name of the file.
    title: String,
    /// Whose it is.
    unit: String,
    /// Where it stands, in words.
    state: &'static str,
    /// Rows.
    rows: i64,
    /// Rows to correct: `errors.xlsx`.
    rejected: i64,
    /// First day that it says something of; absent when no row can be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    first: Option<String>,
    /// The last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    last: Option<String>,
    /// Who handed it in.
    by: String,
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// Sheets that were not taken back, since somebody had corrected them.
    kept: i64,
}

impl From<ProvinceLine> for Export {
    fn from(line: ProvinceLine) -> Self {
        let (first, last) = line.days.unzip();
        Self {
            id: line.id,
            title: line.title,
            unit: line.unit,
            state: line.state.label(),
            rows: line.rows,
            rejected: line.rejected,
            first: first.map(|day: Date| day.to_string()),
            last: last.map(|day: Date| day.to_string()),
            by: line.by,
            at: line.at,
            kept: line.kept,
        }
    }
}

/// The newest exports that one may see.
#[utoipa::path(get, path = "/api/v1/province", tag = "province", responses((status = 200, body = Page<Export>)))]
pub(super) async fn list(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let lines = app.read(&session, attendance::provinces).await?;
    give::read(&Page::whole(lines.into_iter().map(Export::from).collect()))
}

/// An export that is handed in, as `multipart/form-data`.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described: the parts are read as they come")]
pub(super) struct ExportSent {
    /// The export: .xlsx, .xls or .csv, up to 20 MB.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// What became of handing in an export.
#[derive(Serialize, ToSchema)]
pub(super) struct ExportTaken {
    /// The export.
    id: String,
    /// The same file was handed in before, and this is that export: by whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    already: Option<String>,
}

/// Hands in an export: it is compared with the registers, and nothing is changed before it is applied. The same file twice
/// is one export.
#[utoipa::path(post, path = "/api/v1/province", tag = "province",
    request_body(content = ExportSent, content_type = "multipart/form-data"),
    responses((status = 201, body = ExportTaken), (status = 200, body = ExportTaken, description = "it was there already"),
        (status = 413, description = "too long")))]
pub(super) async fn upload(
    State(app): State<App>,
    session: Session,
    request: Parts,
    form: Multipart,
) -> Result<Response, Failed> {
    let came = match upload::receive(&request.headers, form, REQUEST, &[]).await? {
        Came::Whole(came) => came,
        Came::TooLarge => return Ok(too_large("20 MB")),
        Came::Cut => return Err(upload::cut().into()),
    };
    let (looked, rejected) = looked_at(&app, &session, came).await?;
    let key = take::key(&app, &request, looked.hash().as_bytes())?;
    give::act(&app, &session, key, move |desk| {
        let handed = attendance::hand_in_province(desk, &looked, rejected.as_ref())?;
        let status = if handed.already.is_some() { StatusCode::OK } else { StatusCode::CREATED };
        give::made(status, &ExportTaken { id: handed.id, already: handed.already.map(|(by, _)| by) })
    })
    .await
}

/// Which classes of an export.
#[derive(Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichDays {
    /// Where to go on: `next` of the part before.
    #[serde(skip_serializing)]
    cursor: String,
}

/// An export with its classes and days.
#[derive(Serialize, ToSchema)]
pub(super) struct ExportFile {
    /// As in the list.
    #[serde(flatten)]
    export: Export,
    /// Classes and days that become sheets.
    becoming: i64,
    /// Those that are compared alone.
    compared: i64,
    /// Classes and days.
    items: Vec<ExportDay>,
    /// What goes into `cursor` for the next part; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A class on a day.
#[derive(Serialize, ToSchema)]
struct ExportDay {
    /// Id of the class.
    class: String,
    /// School and class.
    place: String,
    /// The day.
    #[schema(format = Date)]
    day: String,
    /// Whether it becomes a sheet; otherwise it is compared alone.
    becomes: bool,
    /// Whether the class was called here that day.
    called: bool,
    /// Pupils that it names.
    size: i64,
    /// Who of them is not there.
    missing: Vec<ExportMissing>,
    /// Names of pupils on the roll whom it does not name.
    unnamed: Vec<String>,
}

/// Somebody who is not there.
#[derive(Serialize, ToSchema)]
struct ExportMissing {
    /// Name.
    name: String,
    /// What the provincial system marked.
    mark: &'static str,
}

impl From<ProvinceDay> for ExportDay {
    fn from(one: ProvinceDay) -> Self {
        Self {
            class: one.class,
            place: one.place,
            day: one.day.to_string(),
            becomes: one.becomes,
            called: one.called,
            size: one.size,
            missing: one.missing.into_iter().map(|(name, mark)| ExportMissing { name, mark }).collect(),
            unnamed: one.unnamed,
        }
    }
}

/// One export. That it was read is on the record.
#[utoipa::path(get, path = "/api/v1/province/{id}", tag = "province", params(("id" = String, Path), WhichDays),
    responses((status = 200, body = ExportFile)))]
pub(super) async fn one(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Asked(asked): Asked<WhichDays>,
) -> Result<Response, Failed> {
    let name = cursor::list(&format!("province {id}"), &asked)?;
    let after = cursor::open(&app, &session, &name, &asked.cursor)?;
    let after = after.and_then(|after| after.parse().ok()).unwrap_or_default();
    let page = app.look(&session, move |desk| attendance::province(desk, &id, after)).await?;
    give::read(&ExportFile {
        export: page.line.into(),
        becoming: page.counts.0,
        compared: page.counts.1,
        items: page.days.into_iter().map(ExportDay::from).collect(),
        next: page.next.map(|number| cursor::seal(&app, &session, &name, &number.to_string())),
    })
}

/// The rows to correct, as a workbook with the reason beside each.
#[utoipa::path(get, path = "/api/v1/province/{id}/errors.xlsx", tag = "province", params(("id" = String, Path)),
    responses((status = 200, description = "a workbook",
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))]
pub(super) async fn errors(app: State<App>, session: Session, id: Path<String>) -> Result<Response, Failed> {
    errors_file(app, session, id).await
}

/// Takes it over: classes that call by the provincial system get their sheets, the others are compared. Asking twice is
/// asking once; what was done before a fault stays done.
#[utoipa::path(post, path = "/api/v1/province/{id}/apply", tag = "province", params(("id" = String, Path)),
    responses((status = 204)))]
pub(super) async fn apply(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Bare(key): Bare,
) -> Result<Response, Failed> {
    loop {
        let export = id.clone();
        if app.write(&session, move |desk| attendance::apply_province(desk, &export)).await? == 0 {
            break;
        }
    }
    give::act(&app, &session, key, move |desk| attendance::apply_province(desk, &id).map(|_| give::done()))
        .await
}

/// Drops one that was looked at and not taken over.
#[utoipa::path(post, path = "/api/v1/province/{id}/drop", tag = "province", params(("id" = String, Path)),
    responses((status = 204)))]
pub(super) async fn drop_one(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Bare(key): Bare,
) -> Result<Response, Failed> {
    give::act(&app, &session, key, move |desk| attendance::drop_province(desk, &id).map(|()| give::done()))
        .await
}

/// Takes back what it wrote, as far as nobody has corrected it since.
#[utoipa::path(post, path = "/api/v1/province/{id}/undo", tag = "province", params(("id" = String, Path)),
    responses((status = 204)))]
pub(super) async fn undo(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Bare(key): Bare,
) -> Result<Response, Failed> {
    give::act(&app, &session, key, move |desk| attendance::undo_province(desk, &id).map(|_| give::done()))
        .await
}

/// Which differences.
#[derive(Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichDifferences {
    /// `open`: nobody has decided; `ours`: to be corrected in the provincial system. `open` where it is not said.
    state: String,
    /// Where to go on: `next` of the part before.
    #[serde(skip_serializing)]
    cursor: String,
}

/// A pupil and a day of which the two say different things.
#[derive(Serialize, ToSchema)]
pub(super) struct Difference {
    /// Id of the child.
    child: String,
    /// Name.
    name: String,
    /// The day.
    #[schema(format = Date)]
    day: String,
    /// Id of the class.
    class: String,
    /// School and class.
    place: String,
    /// What the day was by the register here, in words.
    here: &'static str,
    /// What the provincial system says, in its word; empty where it does not name the pupil.
    there: &'static str,
    /// Whether the register here can be corrected by it.
    correctable: bool,
    /// Why it was decided that the register here is right.
    #[serde(skip_serializing_if = "String::is_empty")]
    why: String,
    /// Who decided it.
    #[serde(skip_serializing_if = "String::is_empty")]
    by: String,
}

impl From<Differing> for Difference {
    fn from(one: Differing) -> Self {
        Self {
            child: one.child,
            name: one.name,
            day: one.day.to_string(),
            class: one.class,
            place: one.place,
            here: one.here.label(),
            there: one.there,
            correctable: one.correctable,
            why: one.why,
            by: one.by,
        }
    }
}

/// Where the register here and the provincial system differ, the oldest day first. That it was read is on the record.
#[utoipa::path(get, path = "/api/v1/province/differences", tag = "province", params(WhichDifferences),
    responses((status = 200, body = Page<Difference>)))]
pub(super) async fn differences(
    State(app): State<App>,
    session: Session,
    Asked(asked): Asked<WhichDifferences>,
) -> Result<Response, Failed> {
    let open = match asked.state.as_str() {
        "" | "open" => true,
        "ours" => false,
        _ => return Err(Refused::field("state", "可用的是 open、ours").into()),
    };
    let name = cursor::list("province differences", &asked)?;
    let after = cursor::open(&app, &session, &name, &asked.cursor)?;
    let after = after
        .as_deref()
        .and_then(|after| after.split_once('.'))
        .and_then(|(day, child)| Some((day.parse::<Date>().ok()?, child.to_owned())));
    let page =
        app.look(&session, move |desk| attendance::province_differences(desk, open, after.as_ref())).await?;
    let [waiting, ours] = page.counts;
    give::read(&Page {
        items: page.rows.into_iter().map(Difference::from).collect(),
        next: page.next.map(|(day, child)| cursor::seal(&app, &session, &name, &format!("{day}.{child}"))),
        total: u64::try_from(if open { waiting } else { ours }).ok(),
    })
}

/// Which of the two is right.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DecisionSent {
    /// `ours`: the register here, and the provincial system is to be corrected there; `theirs`: the province, and the register
    /// is corrected here.
    how: String,
    /// How that was found out.
    why: String,
}

/// Decides a difference.
#[utoipa::path(post, path = "/api/v1/province/differences/{child}/{date}", tag = "province",
    params(("child" = String, Path), ("date" = String, Path, format = Date)), request_body = DecisionSent,
    responses((status = 204)))]
pub(super) async fn decide(
    State(app): State<App>,
    session: Session,
    Path((child, date)): Path<(String, String)>,
    Act { body, key }: Act<DecisionSent>,
) -> Result<Response, Failed> {
    let missing = || Refused::denied(Action::ReconcileAttendance, "child", &child);
    let day = date.parse::<Date>().map_err(|_| missing())?;
    let how = How::from_code(&body.how).ok_or_else(|| Refused::field("how", "可用的是 ours、theirs"))?;
    give::act(&app, &session, key, move |desk| {
        attendance::decide_difference(desk, &child, day, how, &body.why).map(|()| give::done())
    })
    .await
}
