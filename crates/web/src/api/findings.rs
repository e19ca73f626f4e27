//! `/api/v1/findings`: what the comparisons of 四查三比对 (五(四)) found: read, decided, handed over for checking, reported, opened again. Two may work on one: every act says which version it means (hazard H03).

use axum::extract::{Path, State};
use axum::response::Response;
use casework::campaign::{self, Assignment, FindingRow, ListQuery, SideShown};
use casework::refused::Refused;
use rules::access::Action;
use rules::decision::{Decision, Found};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::give::{self, Page};
use super::take::{Act, Asked, Version};
use super::{Coded, cursor};
use crate::app::App;
use crate::failed::Failed;
use crate::route::{Policy, Route};
use crate::session::Session;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/findings", Policy::Needs(Action::ReadFindings), list),
        Route::get("/api/v1/findings/{id}", Policy::Needs(Action::ReadFindings), one),
        Route::post("/api/v1/findings/{id}/decide", Policy::Needs(Action::DecideFinding), decide),
        Route::post("/api/v1/findings/{id}/assign", Policy::Needs(Action::AssignFinding), assign),
        Route::post("/api/v1/findings/{id}/report", Policy::Needs(Action::ReportFinding), report),
        Route::post("/api/v1/findings/{id}/reopen", Policy::Needs(Action::DecideFinding), reopen),
    ]
}

/// Which findings.
#[derive(Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Id of the campaign; the newest where it is not said.
    campaign: String,
    /// `not_on_roll`, `not_in_school`, `poverty_dropout`, `studying_elsewhere`, `roll_only`, `duplicate_roll`,
    /// `needs_review`.
    kind: String,
    /// `open`, `assigned`, `reported`, `decided`, `gone`; what is not settled where it is not said.
    state: String,
    /// Id of the unit of a township.
    township: String,
    /// Where to go on: `next` of the part before.
    #[serde(skip_serializing)]
    cursor: String,
}

/// A finding in the list.
#[derive(Serialize, ToSchema)]
pub(super) struct FindingLine {
    /// Id.
    id: String,
    /// What was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    /// Name of the child.
    name: String,
    /// Birthday; absent where one's role does not see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    birth: Option<String>,
    /// Village.
    village: String,
    /// School.
    school: String,
    /// open, assigned, reported, decided, gone.
    state: String,
    /// What was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<Coded>,
    /// What was reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    reported: Option<Coded>,
    /// Unit that must check.
    #[serde(skip_serializing_if = "String::is_empty")]
    assigned_to: String,
    /// By which day.
    #[serde(skip_serializing_if = "String::is_empty")]
    due: String,
}

fn decided(decision: Decision) -> Coded {
    Coded { code: decision.code(), label: decision.label() }
}

fn found(found: Found) -> Coded {
    Coded { code: found.code(), label: found.label() }
}

impl From<FindingRow> for FindingLine {
    fn from(row: FindingRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind.map(|kind| kind.code()),
            name: row.name,
            birth: row.birth,
            village: row.village,
            school: row.school,
            state: row.state,
            decision: row.decision.map(decided),
            reported: row.reported.map(found),
            assigned_to: row.assigned_to,
            due: row.due,
        }
    }
}

/// Findings in one's own scope, in the order of their pinyin.
#[utoipa::path(get, path = "/api/v1/findings", tag = "findings", params(Wanted),
    responses((status = 200, body = Page<FindingLine>)))]
pub(super) async fn list(
    State(app): State<App>,
    session: Session,
    Asked(asked): Asked<Wanted>,
) -> Result<Response, Failed> {
    let name = cursor::list("findings", &asked)?;
    let at = cursor::open(&app, &session, &name, &asked.cursor)?;
    let query = ListQuery {
        campaign: asked.campaign,
        kind: asked.kind,
        state: asked.state,
        township: asked.township,
        unit: String::new(),
        run: String::new(),
        change: String::new(),
        after: at.unwrap_or_default(),
    };
    let listed = app.read(&session, move |desk| campaign::list(desk, &query)).await?;
    let next = listed.next.map(|id| cursor::seal(&app, &session, &name, &id));
    let items = listed.rows.into_iter().map(FindingLine::from).collect();
    give::read(&Page { items, next, total: None })
}

/// A finding with what is needed to decide it. Its `ETag` goes into `If-Match` of the next act.
#[derive(Serialize, ToSchema)]
pub(super) struct Finding {
    /// As in the list.
    #[serde(flatten)]
    line: FindingLine,
    /// Id of the child in the ledger; absent where the ledger does not know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    child: Option<String>,
    /// Why it was found.
    reason: String,
    /// How sure, in permille, never more than 999; absent where nothing was compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<i64>,
    /// What the lists say.
    sides: Vec<Side>,
    /// What happened so far, the newest first.
    events: Vec<Event>,
    /// What one may decide.
    decisions: Vec<Coded>,
    /// Whether one may report what was found.
    may_report: bool,
    /// Whether one may open it again.
    may_reopen: bool,
    /// Units to which one may hand it for checking.
    checkers: Vec<Checker>,
    /// Whether it was decided in an earlier campaign.
    remembered: bool,
}

/// What one list says.
#[derive(Serialize, ToSchema)]
struct Side {
    /// 户籍, 学籍….
    list: String,
    /// Data row.
    row: i64,
    /// Name.
    name: String,
    /// Sex.
    sex: String,
    /// Birthday; absent where one's role does not see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    birth: Option<String>,
    /// ID number, masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    /// Village.
    place: String,
    /// School.
    school: String,
    /// Class.
    class: String,
    /// Guardians.
    #[serde(skip_serializing_if = "Option::is_none")]
    guardians: Option<String>,
}

/// Something that happened to it.
#[derive(Serialize, ToSchema)]
struct Event {
    /// When.
    at: String,
    /// What.
    what: String,
    /// By whom.
    who: String,
    /// What was written beside it.
    #[serde(skip_serializing_if = "String::is_empty")]
    note: String,
}

/// A unit that may check.
#[derive(Serialize, ToSchema)]
struct Checker {
    /// Id of the unit.
    unit: String,
    /// Name.
    name: String,
}

/// A finding. That it was opened is on the record.
#[utoipa::path(get, path = "/api/v1/findings/{id}", tag = "findings", params(("id" = String, Path)),
    responses((status = 200, body = Finding, headers(("ETag" = String, description = "its version")))))]
pub(super) async fn one(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let page = app.write(&session, move |desk| campaign::read(desk, &id)).await?;
    let side = |one: SideShown| Side {
        list: one.list,
        row: one.row,
        name: one.name,
        sex: one.sex,
        birth: one.birth,
        number: one.id_masked,
        place: one.place,
        school: one.school,
        class: one.class,
        guardians: one.guardians,
    };
    let event = |one: campaign::Event| Event { at: one.at, what: one.what, who: one.who, note: one.note };
    let shown = Finding {
        line: page.row.into(),
        child: page.child,
        reason: page.reason,
        // Never a thousand: what two lists say alike is strong evidence, not proof.
        score: (page.score > 0).then_some(page.score.min(999)),
        sides: page.sides.into_iter().map(side).collect(),
        events: page.events.into_iter().map(event).collect(),
        decisions: page.decisions.into_iter().map(decided).collect(),
        may_report: page.may_report,
        may_reopen: page.may_reopen,
        checkers: page.checkers.into_iter().map(|(unit, name)| Checker { unit, name }).collect(),
        remembered: page.remembered,
    };
    give::read_version(&shown, page.version)
}

/// What is decided.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"decision": "in_school", "note": "户籍名单里的名字写错了"}))]
pub(super) struct Decide {
    /// Code of a decision, one of `decisions` of the finding.
    decision: String,
    /// What is to be remembered with it.
    #[serde(default)]
    note: String,
}

/// Decides a finding; the ledger follows in the same act.
#[utoipa::path(post, path = "/api/v1/findings/{id}/decide", tag = "findings",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = Decide,
    responses((status = 204)))]
pub(super) async fn decide(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Version(version): Version,
    Act { body, key }: Act<Decide>,
) -> Result<Response, Failed> {
    give::act(&app, &session, key, move |desk| {
        let decision = Decision::from_code(&body.decision)
            .ok_or_else(|| Refused::field("decision", "没有这种认定，可用的见 decisions"))?;
        campaign::decide(desk, &id, decision, &body.note, version)?;
        Ok(give::changed(version + 1))
    })
    .await
}

/// Who must check.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"unit": "0193b6a0-0000-7000-8000-000000000001", "due": "2026-11-28"}))]
pub(super) struct Assign {
    /// Id of a unit, one of `checkers` of the finding.
    unit: String,
    /// By which day.
    #[schema(format = Date)]
    due: String,
    /// What is asked.
    #[serde(default)]
    note: String,
}

/// Hands a finding to a village or school for checking.
#[utoipa::path(post, path = "/api/v1/findings/{id}/assign", tag = "findings",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = Assign,
    responses((status = 204)))]
pub(super) async fn assign(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Version(version): Version,
    Act { body, key }: Act<Assign>,
) -> Result<Response, Failed> {
    give::act(&app, &session, key, move |desk| {
        let due = rules::date::parse_date(&body.due)
            .map_err(|_| Refused::field("due", "请写期限，如 2026-11-27"))?;
        let assignment = Assignment { unit: body.unit.clone(), due };
        campaign::assign(desk, &id, &assignment, &body.note, version)?;
        Ok(give::changed(version + 1))
    })
    .await
}

/// What somebody found who looked.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"found": "elsewhere", "note": "在下关读书，证明已交"}))]
pub(super) struct Report {
    /// `not_in_school`, `elsewhere`, `in_school`, `moved_away`, `abroad`, `dead`, `nobody_home`, `unknown`.
    found: String,
    /// How it is known.
    #[serde(default)]
    note: String,
}

/// Reports what was found.
#[utoipa::path(post, path = "/api/v1/findings/{id}/report", tag = "findings",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = Report,
    responses((status = 204)))]
pub(super) async fn report(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Version(version): Version,
    Act { body, key }: Act<Report>,
) -> Result<Response, Failed> {
    give::act(&app, &session, key, move |desk| {
        let found =
            Found::from_code(&body.found).ok_or_else(|| Refused::field("found", "没有这种核查结果"))?;
        campaign::report(desk, &id, found, &body.note, version)?;
        Ok(give::changed(version + 1))
    })
    .await
}

/// Why it is opened again.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"note": "家长说认定有误"}))]
pub(super) struct Reopen {
    /// Why.
    note: String,
}

/// Opens a decided finding again.
#[utoipa::path(post, path = "/api/v1/findings/{id}/reopen", tag = "findings",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = Reopen,
    responses((status = 204)))]
pub(super) async fn reopen(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Version(version): Version,
    Act { body, key }: Act<Reopen>,
) -> Result<Response, Failed> {
    give::act(&app, &session, key, move |desk| {
        campaign::reopen(desk, &id, &body.note, version)?;
        Ok(give::changed(version + 1))
    })
    .await
}
