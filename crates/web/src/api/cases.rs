//! `/api/v1/cases`: 个案, from suspicion to a child who stays (五(三)(六)(九)(十)(十一)). A case moves by its events alone; which of them are
//! possible now the rule says, and the answer names them as `allowed`. Two may work on one: every event says which version it means (H03).

use axum::extract::{Path, State};
use axum::response::Response;
use casework::cases::{self, CaseFile, CaseLine, Happening, Shown, Told};
use casework::refused::Refused;
use rules::access::Action;
use rules::case::Kind;
use rules::date::parse_date;
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
        Route::get("/api/v1/cases", Policy::Needs(Action::ReadCase), list),
        Route::get("/api/v1/cases/{id}", Policy::Needs(Action::ReadCase), one),
        // Which right an event needs follows from its kind; the act asks for it.
        Route::post("/api/v1/cases/{id}/events", Policy::SignedIn, event),
    ]
}

/// Which cases.
#[derive(Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// `mine`, `late`, `ended`, or a state such as `persuading`; every open one where it is not said.
    show: String,
    /// Where to go on: `next` of the part before.
    #[serde(skip_serializing)]
    cursor: String,
}

/// A case in the list: an open one has always one who must act, one next act and one deadline.
#[derive(Serialize, ToSchema)]
pub(super) struct CaseShort {
    /// Id.
    id: String,
    /// Id of the child.
    child: String,
    /// Its name.
    name: String,
    /// Township and school.
    place: String,
    /// Where it stands.
    state: Coded,
    /// Who must act; absent when it has ended.
    #[serde(skip_serializing_if = "String::is_empty")]
    who: String,
    /// The next act, in words; absent when it has ended.
    #[serde(skip_serializing_if = "str::is_empty")]
    act: &'static str,
    /// Until when: a day or a moment; absent when it has ended.
    #[serde(skip_serializing_if = "String::is_empty")]
    due: String,
    /// Clause or article of the deadline.
    #[serde(skip_serializing_if = "String::is_empty")]
    basis: String,
    /// Since when it stands like this.
    since: String,
    /// When it was opened.
    opened: String,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<String>,
}

impl From<CaseLine> for CaseShort {
    fn from(line: CaseLine) -> Self {
        Self {
            id: line.id,
            child: line.child,
            name: line.name,
            place: line.place,
            state: Coded { code: line.state.code(), label: line.state.label() },
            who: line.who,
            act: line.act,
            due: line.due,
            basis: line.basis,
            since: line.since,
            opened: line.opened,
            ended: line.ended,
        }
    }
}

/// Cases in one's own scope, the most urgent first; of those that have ended, the latest.
#[utoipa::path(get, path = "/api/v1/cases", tag = "cases", params(Wanted),
    responses((status = 200, body = Page<CaseShort>)))]
pub(super) async fn list(
    State(app): State<App>,
    session: Session,
    Asked(asked): Asked<Wanted>,
) -> Result<Response, Failed> {
    let name = cursor::list("cases", &asked)?;
    let at = cursor::open(&app, &session, &name, &asked.cursor)?;
    let shown = Shown::of(&asked.show);
    let (lines, more) = app
        .read(&session, move |desk| {
            cases::cases(desk, shown, at.as_deref().and_then(|at| at.rsplit_once('|')))
        })
        .await?;
    let next = lines.last().filter(|_| more).map(|last| {
        let moment = last.ended.as_deref().unwrap_or(&last.due);
        cursor::seal(&app, &session, &name, &format!("{moment}|{}", last.id))
    });
    let items = lines.into_iter().map(CaseShort::from).collect();
    give::read(&Page { items, next, total: None })
}

/// A case. Its `ETag` goes into `If-Match` of the next event.
#[derive(Serialize, ToSchema)]
pub(super) struct CaseWhole {
    /// As in the list.
    #[serde(flatten)]
    line: CaseShort,
    /// What the reader can do now: codes for `event`.
    allowed: Vec<Coded>,
    /// Whether it is the reader's turn.
    mine: bool,
    /// What waits for a second person, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    asked: Option<String>,
    /// Who must persuade by the rule, and why; absent where nothing is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    persuader: Option<Persuader>,
    /// Townships that an order can go to.
    townships: Vec<CaseUnit>,
    /// Schools to which it can be back; only for whoever may say so.
    schools: Vec<CaseUnit>,
    /// What happened, the latest first.
    events: Vec<CaseEvent>,
    /// Other cases of the child, the latest first.
    others: Vec<String>,
}

/// Who must persuade.
#[derive(Serialize, ToSchema)]
struct Persuader {
    /// Id of the township; empty where it is outside of the county.
    unit: String,
    /// Why, in words, with its clause.
    reason: String,
}

/// A unit to choose.
#[derive(Serialize, ToSchema)]
struct CaseUnit {
    /// Id of the unit.
    unit: String,
    /// Name.
    name: String,
}

/// Something that happened.
#[derive(Serialize, ToSchema)]
struct CaseEvent {
    /// What.
    event: Coded,
    /// When it was recorded.
    at: String,
    /// Unit of who recorded it.
    unit: String,
    /// Who recorded it.
    by: String,
    /// The day of which it speaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    on: Option<String>,
    /// Until when: of a term, of a pause.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    /// What exactly, in words.
    #[serde(skip_serializing_if = "String::is_empty")]
    what: String,
    /// The words; absent where one's role does not see the family.
    #[serde(skip_serializing_if = "String::is_empty")]
    words: String,
}

impl From<Happening> for CaseEvent {
    fn from(one: Happening) -> Self {
        Self {
            event: Coded { code: one.kind.code(), label: one.kind.label() },
            at: one.at,
            unit: one.unit,
            by: one.by,
            on: one.on.map(|day| day.to_string()),
            until: one.until.map(|day| day.to_string()),
            what: one.what,
            words: one.words,
        }
    }
}

fn places(all: Vec<(String, String)>) -> Vec<CaseUnit> {
    all.into_iter().map(|(unit, name)| CaseUnit { unit, name }).collect()
}

fn shown(file: CaseFile) -> CaseWhole {
    CaseWhole {
        line: file.line.into(),
        allowed: file.allowed.iter().map(|kind| Coded { code: kind.code(), label: kind.label() }).collect(),
        mine: file.is_mine,
        asked: file.asked,
        persuader: file.persuader.map(|rule| Persuader { unit: rule.unit, reason: rule.reason.to_owned() }),
        townships: places(file.townships),
        schools: places(file.schools),
        events: file.happened.into_iter().map(CaseEvent::from).collect(),
        others: file.others.into_iter().map(|other| other.id).collect(),
    }
}

/// A case. That it was opened is on the record.
#[utoipa::path(get, path = "/api/v1/cases/{id}", tag = "cases", params(("id" = String, Path)),
    responses((status = 200, body = CaseWhole, headers(("ETag" = String, description = "its version")))))]
pub(super) async fn one(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let file = app.write(&session, move |desk| cases::case(desk, &id)).await?;
    let version = file.version;
    give::read_version(&shown(file), version)
}

/// What is to happen; which fields count follows from the event.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"event": "visit", "on": "2026-11-23", "flag": true, "words": "见到母亲，答应周一送回学校"}))]
pub(super) struct CaseMove {
    /// One of the codes of `allowed`.
    event: String,
    /// On which day it was: of a visit, help, step, return, placement.
    #[serde(default)]
    #[schema(format = Date)]
    on: String,
    /// Until when: the term of a step, the end of a pause.
    #[serde(default)]
    #[schema(format = Date)]
    until: String,
    /// Id of the township, or of the school.
    #[serde(default)]
    unit: String,
    /// Which help, step or placement (codes of the plan); of `ask`: `order`, `pause`, `close`.
    #[serde(default)]
    code: String,
    /// What exactly is asked: `statutory suspension`, `stayed`, `dead`….
    #[serde(default)]
    detail: String,
    /// Whether the family was met; whether the guardians applied.
    #[serde(default)]
    flag: bool,
    /// What happened, why, the proof.
    #[serde(default)]
    words: String,
}

fn told(body: &CaseMove) -> Result<Told, Refused> {
    let day = |field, text: &str| match text.trim() {
        "" => Ok(None),
        text => parse_date(text).map(Some).map_err(|_| Refused::field(field, "请写日期，如 2026-11-23")),
    };
    let kind = Kind::from_code(&body.event)
        .filter(|kind| kind.action().is_some())
        .ok_or_else(|| Refused::field("event", "没有这种操作，可用的见 allowed"))?;
    Ok(Told {
        kind,
        on: day("on", &body.on)?,
        until: day("until", &body.until)?,
        unit: body.unit.clone(),
        code: body.code.clone(),
        detail: body.detail.clone(),
        flag: body.flag,
        words: body.words.clone(),
    })
}

/// Makes a case move: the only way in which it does.
#[utoipa::path(post, path = "/api/v1/cases/{id}/events", tag = "cases",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = CaseMove,
    responses((status = 204)))]
pub(super) async fn event(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Version(version): Version,
    Act { body, key }: Act<CaseMove>,
) -> Result<Response, Failed> {
    give::act(&app, &session, key, move |desk| {
        cases::act(desk, &id, &told(&body)?, version)?;
        Ok(give::changed(version + 1))
    })
    .await
}
