//! `/api/v1/regular-reports`: 常态化报告 (教基厅函〔2024〕15号) as the reader may have them, with their numbers and what each means; no names.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use casework::regular::{self, ReportLine};
use rules::access::Action;
use rules::regular::Kind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Coded;
use super::give::{self, Page};
use crate::app::App;
use crate::failed::Failed;
use crate::route::{Policy, Route};
use crate::session::Session;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/regular-reports", Policy::Needs(Action::ReadRegular), list),
        Route::get("/api/v1/regular-reports/{id}", Policy::Needs(Action::ReadRegular), one),
    ]
}

/// A regular report.
#[derive(Serialize, ToSchema)]
pub(super) struct RegularReport {
    /// Id.
    id: String,
    /// Which of the four.
    kind: Coded,
    /// Id of the unit; of the county's own reports the county's code.
    unit: String,
    /// Name of the unit.
    name: String,
    /// Code of the period: `2026-10`, `2026-q4`, `2026-1`, `2026`.
    period: String,
    /// 1, 2 ...: a later one corrects the earlier.
    version: i64,
    /// Where it stands.
    state: Coded,
    /// Its number; absent while it is not frozen.
    #[serde(skip_serializing_if = "String::is_empty")]
    number: String,
    /// By when it is due.
    #[schema(format = Date)]
    due: String,
    /// When it was first handed in; absent while it was not.
    #[serde(skip_serializing_if = "String::is_empty")]
    handed_in: String,
    /// Whether the school has declared that nobody was suspected.
    zero: bool,
}

impl From<ReportLine> for RegularReport {
    fn from(line: ReportLine) -> Self {
        Self {
            id: line.id,
            kind: Coded { code: line.kind.code(), label: line.kind.label() },
            unit: line.unit,
            name: line.name,
            period: line.period,
            version: line.version,
            state: Coded { code: line.stand.code(), label: line.stand.label() },
            number: line.number,
            due: line.due,
            handed_in: line.first_at,
            zero: line.is_zero,
        }
    }
}

/// A number of a regular report.
#[derive(Serialize, ToSchema)]
struct RegularLine {
    /// Heading under which it stands.
    section: String,
    /// Code.
    code: String,
    /// Words.
    label: String,
    /// The number; 不列 where it is too small to leave the county.
    value: String,
    /// What is counted.
    means: String,
}

/// A regular report with its numbers.
#[derive(Serialize, ToSchema)]
pub(super) struct RegularFile {
    /// The report.
    report: RegularReport,
    /// First day.
    #[schema(format = Date)]
    first: String,
    /// Last day.
    #[schema(format = Date)]
    last: String,
    /// Its numbers.
    lines: Vec<RegularLine>,
    /// SHA-256 of what is frozen; absent while it is not.
    #[serde(skip_serializing_if = "String::is_empty")]
    digest: String,
    /// Whether it is as it was frozen; absent while it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    unchanged: Option<bool>,
}

/// Which reports.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    kind: String,
}

/// The regular reports that one may read, the latest first, at most 200; of one kind where one is named.
#[utoipa::path(get, path = "/api/v1/regular-reports", tag = "regular-reports",
    params(("kind" = Option<String>, Query)), responses((status = 200, body = Page<RegularReport>)))]
pub(super) async fn list(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Failed> {
    let kind = Kind::from_code(&asked.kind);
    let rows = app.read(&session, move |desk| regular::list(desk, kind)).await?;
    give::read(&Page::whole(rows.into_iter().map(RegularReport::from).collect()))
}

/// One regular report with its numbers. Names are on the page alone, by each reader's own scope.
#[utoipa::path(get, path = "/api/v1/regular-reports/{id}", tag = "regular-reports",
    params(("id" = String, Path)), responses((status = 200, body = RegularFile)))]
pub(super) async fn one(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let file = app.look(&session, move |desk| regular::report(desk, &id)).await?;
    let lines = file.content.sections.into_iter().flat_map(|section| {
        let title = section.title;
        section.lines.into_iter().map(move |line| RegularLine {
            section: title.clone(),
            code: line.code,
            label: line.label,
            value: line.value,
            means: line.means,
        })
    });
    give::read(&RegularFile {
        first: file.content.first,
        last: file.content.last,
        lines: lines.collect(),
        report: RegularReport::from(file.line),
        digest: file.digest,
        unchanged: file.is_as_frozen,
    })
}
