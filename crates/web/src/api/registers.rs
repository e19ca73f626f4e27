//! `/api/v1/classes/{id}/register/{date}`, `/absences`, `/suspects`: 点名 and what follows from it (五(九)). A sheet has the client's id and is done once
//! under it; what the teacher's phone kept for a week comes in here.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use casework::attendance::{self, Behind, Listed, Pupil, Register, Stage, Submission, Tapped};
use casework::refused::Refused;
use jiff::civil::Date;
use rules::access::Action;
use rules::attendance::{Kind, Part, Reason, Settled};
use rules::date::parse_date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cursor;
use super::give::{self, Page};
use super::take::{Act, Asked};
use crate::app::App;
use crate::failed::Failed;
use crate::route::{Policy, Route};
use crate::session::Session;

pub(super) fn routes() -> Vec<Route> {
    let needs = Policy::Needs;
    vec![
        Route::get("/api/v1/classes/{id}/register/{date}", needs(Action::ReadRegister), one),
        Route::put("/api/v1/classes/{id}/register/{date}", needs(Action::CallRegister), submit),
        Route::get("/api/v1/absences", needs(Action::ReadAbsences), absences),
        Route::get("/api/v1/suspects", needs(Action::ReadSuspects), suspects),
    ]
}

/// The register of a class on a day.
#[derive(Serialize, ToSchema)]
pub(super) struct RegisterShown {
    /// Id of the class.
    class: String,
    /// Its name.
    name: String,
    /// Name of the school.
    school: String,
    /// The day.
    day: String,
    /// Why there are no lessons; absent on a school day.
    #[serde(skip_serializing_if = "Option::is_none")]
    no_lessons: Option<String>,
    /// The parts that are due or were called.
    parts: Vec<PartShown>,
    /// Everybody on the roll.
    pupils: Vec<PupilShown>,
    /// The moment of this roll: goes into `roll_at` of a sheet.
    roll_at: String,
}

/// A part of the day.
#[derive(Serialize, ToSchema)]
struct PartShown {
    /// whole, morning, afternoon, evening.
    code: &'static str,
    /// Words.
    label: &'static str,
    /// Whether the school calls it.
    due: bool,
    /// Why it cannot be called now; absent when it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    closed: Option<String>,
    /// Sheets that stand: a further sheet names them in `corrects`.
    heads: Vec<String>,
}

/// A pupil.
#[derive(Serialize, ToSchema)]
struct PupilShown {
    /// Id of the child.
    child: String,
    /// Name.
    name: String,
    /// Whether the pupil boards.
    boards: bool,
    /// What holds by part; `conflict` where two sheets differ.
    settled: Vec<SettledShown>,
    /// School days away without good reason.
    away: u16,
    /// What the clock says, with its clause.
    #[serde(skip_serializing_if = "Option::is_none")]
    said: Option<String>,
}

/// What holds of a part of a day.
#[derive(Serialize, ToSchema)]
struct SettledShown {
    /// Which part.
    part: &'static str,
    /// Code of a kind, or `conflict`.
    kind: &'static str,
}

impl From<Pupil> for PupilShown {
    fn from(one: Pupil) -> Self {
        let settled = one
            .settled
            .iter()
            .filter_map(|(part, settled)| {
                let kind = match settled {
                    Settled::Says(kind) => kind.code(),
                    Settled::Conflict => "conflict",
                    Settled::Nothing => return None,
                };
                Some(SettledShown { part: part.code(), kind })
            })
            .collect();
        Self { child: one.child, name: one.name, boards: one.boards, settled, away: one.away, said: one.said }
    }
}

impl From<Register> for RegisterShown {
    fn from(book: Register) -> Self {
        Self {
            class: book.class,
            name: book.name,
            school: book.school_name,
            day: book.day.to_string(),
            no_lessons: book.no_lessons,
            parts: book
                .parts
                .into_iter()
                .map(|line| PartShown {
                    code: line.part.code(),
                    label: line.part.label(),
                    due: line.due,
                    closed: line.closed,
                    heads: line.heads,
                })
                .collect(),
            pupils: book.pupils.into_iter().map(PupilShown::from).collect(),
            roll_at: book.roll_at,
        }
    }
}

fn day_of(date: &str) -> Result<Date, Refused> {
    parse_date(date).map_err(|_| Refused::field("date", "请写日期，如 2026-11-23"))
}

/// A register. That it was read is on the record.
#[utoipa::path(get, path = "/api/v1/classes/{id}/register/{date}", tag = "attendance",
    params(("id" = String, Path), ("date" = String, Path, format = Date)),
    responses((status = 200, body = RegisterShown)))]
pub(super) async fn one(
    State(app): State<App>,
    session: Session,
    Path((class, date)): Path<(String, String)>,
) -> Result<Response, Failed> {
    let day = day_of(&date)?;
    let book = app.look(&session, move |desk| attendance::register(desk, &class, day)).await?;
    // Its moment is another each time: no tag would ever fit.
    give::private(&RegisterShown::from(book))
}

/// A pupil that is not simply there.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MarkSent {
    /// Id of the child.
    child: String,
    /// present, late, left_early, sick, personal, official, truant, not_returned, stopped, elsewhere.
    kind: String,
    /// Code of a reason.
    #[serde(default)]
    reason: String,
}

/// A register that was called.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"sheet": "0193b6a0-0000-7000-8000-000000000001",
    "marks": [{"child": "0193b6a0-0000-7000-8000-000000000002", "kind": "truant", "reason": "not_reached"}]}))]
pub(super) struct SheetSent {
    /// Id that the client made: 8 to 64 letters, digits and `-`. Sent again it is answered again.
    sheet: String,
    /// whole, morning, afternoon, evening; `whole` where it is not said.
    #[serde(default = "whole")]
    part: String,
    /// Of a correction about one pupil: its id.
    #[serde(default)]
    child: Option<String>,
    /// Who was not simply there; of the evening everybody who was called.
    #[serde(default)]
    marks: Vec<MarkSent>,
    /// Sheets that give way to this one: the `heads` that the teacher had before them.
    #[serde(default)]
    corrects: Vec<String>,
    /// The moment of the roll that was called.
    #[serde(default)]
    roll_at: Option<String>,
    /// Why it corrects, once the day is over.
    #[serde(default)]
    why: String,
}

/// What a sheet came to.
#[derive(Serialize, ToSchema)]
pub(super) struct SheetTaken {
    /// Its id.
    sheet: String,
    /// Whether it came after its day (补录).
    late: bool,
    /// Pupils that it covers.
    size: i64,
    /// Of them not there.
    missing: i64,
    /// Pupils of whom another sheet says otherwise: unknown until somebody decides.
    conflicts: Vec<PupilNamed>,
    /// What the clock says of those who are away.
    said: Vec<Saying>,
    /// Pupils that came onto the list of suspects by it.
    suspected: Vec<PupilNamed>,
}

/// A pupil by name.
#[derive(Serialize, ToSchema)]
struct PupilNamed {
    /// Id of the child.
    child: String,
    /// Name.
    name: String,
}

/// A sentence about a pupil.
#[derive(Serialize, ToSchema)]
struct Saying {
    /// Id of the child.
    child: String,
    /// Name.
    name: String,
    /// The sentence, with its clause.
    said: String,
}

fn whole() -> String {
    Part::Whole.code().to_owned()
}

impl SheetSent {
    fn submission(self, class: String, day: Date) -> Result<Submission, Refused> {
        let part = Part::from_code(&self.part)
            .ok_or_else(|| Refused::field("part", "没有这个时段，可用的见 parts"))?;
        let marks = self
            .marks
            .into_iter()
            .map(|mark| {
                let kind =
                    Kind::from_code(&mark.kind).ok_or_else(|| Refused::field("kind", "没有这种考勤"))?;
                let reason = match mark.reason.as_str() {
                    "" => None,
                    code => Some(
                        Reason::from_code(code).ok_or_else(|| Refused::field("reason", "没有这种原因"))?,
                    ),
                };
                Ok(Tapped { child: mark.child, kind, reason })
            })
            .collect::<Result<Vec<_>, Refused>>()?;
        Ok(Submission {
            sheet: self.sheet,
            class,
            day,
            part,
            child: self.child,
            marks,
            corrects: self.corrects,
            roll_at: self.roll_at,
            why: self.why,
        })
    }
}

/// Takes a register. The answer comes when it is durable; two that differ stand beside each other.
#[utoipa::path(put, path = "/api/v1/classes/{id}/register/{date}", tag = "attendance",
    params(("id" = String, Path), ("date" = String, Path, format = Date)), request_body = SheetSent, responses((status = 200, body = SheetTaken)))]
pub(super) async fn submit(
    State(app): State<App>,
    session: Session,
    Path((class, date)): Path<(String, String)>,
    Act { body, key }: Act<SheetSent>,
) -> Result<Response, Failed> {
    let new = body.submission(class, day_of(&date)?)?;
    give::act(&app, &session, key, move |desk| {
        let done = attendance::submit(desk, &new)?;
        let named = |(child, name)| PupilNamed { child, name };
        let taken = SheetTaken {
            sheet: done.sheet,
            late: done.late,
            size: done.size,
            missing: done.missing,
            conflicts: done.conflicts.into_iter().map(named).collect(),
            said: done.said.into_iter().map(|(child, name, said)| Saying { child, name, said }).collect(),
            suspected: done.suspected.into_iter().map(named).collect(),
        };
        give::made(StatusCode::OK, &taken)
    })
    .await
}

/// Which absences.
#[derive(Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichAbsences {
    /// `counting`: without good reason, the first and second day; `told`: with a reason that was only told.
    stage: String,
    /// Where to go on: `next` of the part before.
    #[serde(skip_serializing)]
    cursor: String,
}

/// A child that is away.
#[derive(Serialize, ToSchema)]
pub(super) struct AbsenceShown {
    /// Id of the child.
    child: String,
    /// Name.
    name: String,
    /// School and class.
    place: String,
    /// School days away.
    days: u16,
    /// The first day.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    /// Which day this is and what follows, with the clause.
    said: String,
}

/// Who is away and not yet suspected, the longest first.
#[utoipa::path(get, path = "/api/v1/absences", tag = "attendance", params(WhichAbsences),
    responses((status = 200, body = Page<AbsenceShown>)))]
pub(super) async fn absences(
    State(app): State<App>,
    session: Session,
    Asked(asked): Asked<WhichAbsences>,
) -> Result<Response, Failed> {
    let stage = match asked.stage.as_str() {
        "" | "counting" => Stage::Counting,
        "told" => Stage::Told,
        _ => return Err(Refused::field("stage", "可用的是 counting、told").into()),
    };
    let name = cursor::list("absences", &asked)?;
    let at = cursor::open(&app, &session, &name, &asked.cursor)?;
    let after = at
        .as_deref()
        .and_then(|at| at.split_once('\n'))
        .and_then(|(days, id)| Some((days.parse::<u16>().ok()?, id.to_owned())));
    let (found, more) = app
        .read(&session, move |desk| {
            attendance::absent(desk, stage, after.as_ref().map(|(days, id)| (*days, id.as_str())))
        })
        .await?;
    let next = found
        .last()
        .filter(|_| more)
        .map(|last| cursor::seal(&app, &session, &name, &format!("{}\n{}", last.days, last.child)));
    let items = found
        .into_iter()
        .map(|one| AbsenceShown {
            child: one.child,
            name: one.name,
            place: one.place,
            days: one.days,
            since: one.since.map(|day| day.to_string()),
            said: one.said,
        })
        .collect();
    give::read(&Page { items, next, total: None })
}

/// Which suspects.
#[derive(Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichSuspects {
    /// Those who were taken off the list instead of those who stand on it.
    cleared: bool,
    /// Where to go on: `next` of the part before.
    #[serde(skip_serializing)]
    cursor: String,
}

/// A row of 疑似辍学学生台账.
#[derive(Serialize, ToSchema)]
pub(super) struct SuspectShown {
    /// Id of the row.
    id: String,
    /// Id of the child.
    child: String,
    /// Name.
    name: String,
    /// School and class.
    place: String,
    /// Township of the household.
    township: String,
    /// attendance or finding.
    source: String,
    /// The day on which it came onto the list.
    since: String,
    /// Why.
    said: String,
    /// When it was taken off; absent while it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    cleared_at: Option<String>,
    /// returned or corrected.
    #[serde(skip_serializing_if = "String::is_empty")]
    cleared_why: String,
}

/// The list of suspects, the newest first.
#[utoipa::path(get, path = "/api/v1/suspects", tag = "attendance", params(WhichSuspects),
    responses((status = 200, body = Page<SuspectShown>)))]
pub(super) async fn suspects(
    State(app): State<App>,
    session: Session,
    Asked(asked): Asked<WhichSuspects>,
) -> Result<Response, Failed> {
    let name = cursor::list("suspects", &asked)?;
    let at = cursor::open(&app, &session, &name, &asked.cursor)?;
    let after = at
        .as_deref()
        .and_then(|at| at.split_once('\n'))
        .map(|(day, id)| Behind { day: day.to_owned(), id: id.to_owned() })
        .unwrap_or_default();
    let listed = if asked.cleared { Listed::Cleared } else { Listed::Standing };
    let (found, more) = app.read(&session, move |desk| attendance::suspects(desk, listed, &after)).await?;
    let next = found
        .last()
        .filter(|_| more)
        .map(|last| cursor::seal(&app, &session, &name, &format!("{}\n{}", last.since, last.id)));
    let items = found
        .into_iter()
        .map(|one| SuspectShown {
            id: one.id,
            child: one.child,
            name: one.name,
            place: one.place,
            township: one.township,
            source: one.source,
            since: one.since.to_string(),
            said: one.said,
            cleared_at: one.cleared_at,
            cleared_why: one.cleared_why,
        })
        .collect();
    give::read(&Page { items, next, total: None })
}
