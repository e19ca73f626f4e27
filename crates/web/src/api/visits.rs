//! `PUT /api/v1/children/{id}/visits/{visit}`: a visit that was written down at the door, sent by a phone when there is a network
//! again. The phone made the id: sent again it is answered again (docs/adr/0023-pairing.md).

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use casework::pairs::{self, VisitForm};
use casework::refused::Refused;
use casework::safeguarding::Signs;
use jiff::civil::Date;
use rules::access::Action;
use rules::attendance::Answered;
use rules::date::parse_date;
use rules::pairing::Outcome;
use rules::safeguard::Sign;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::give;
use super::take::Act;
use crate::app::App;
use crate::failed::Failed;
use crate::pages::pairs::PHOTO;
use crate::route::{Policy, Route};
use crate::session::Session;

pub(super) fn routes() -> Vec<Route> {
    let needs = Policy::Needs(Action::WorkCase);
    vec![Route::put("/api/v1/children/{id}/visits/{visit}", needs, write).body_limit(PHOTO)]
}

/// A visit.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"day": "2026-11-23", "outcome": "nobody_home", "next": "2026-11-25"}))]
pub(super) struct VisitSent {
    /// On which day.
    #[schema(format = Date)]
    day: String,
    /// At what time, `16:30`.
    #[serde(default)]
    hour: String,
    /// Where.
    #[serde(default)]
    place: String,
    /// nobody_home, not_found, turned_away, family, child, both.
    outcome: String,
    /// Who was met: father, mother, grandparent, guardian, child, neighbour, other.
    #[serde(default)]
    met: String,
    /// What the child itself said.
    #[serde(default)]
    child_said: String,
    /// What the parents said.
    #[serde(default)]
    family_said: String,
    /// What else.
    #[serde(default)]
    note: String,
    /// Code of a cause.
    #[serde(default)]
    cause: String,
    /// The day for which coming back was promised.
    #[serde(default)]
    promised: String,
    /// When one goes again.
    #[serde(default)]
    next: String,
    /// Code of a help that was offered.
    #[serde(default)]
    help: String,
    /// What exactly, and what the family said to it.
    #[serde(default)]
    help_note: String,
    /// How many events the case had when the phone last read it.
    #[serde(default)]
    seen: Option<i64>,
    /// Signs that the child is harmed; they are passed on and stand nowhere in the case.
    #[serde(default)]
    signs: Vec<String>,
    /// What was seen or heard.
    #[serde(default)]
    sign_note: String,
    /// A photograph: JPEG, base64. Everything but the picture is left out.
    #[serde(default)]
    photo: String,
    /// Where it was taken, degrees north and east, `25.04361,100.52361`, only if the visitor wants that kept.
    #[serde(default)]
    position: String,
}

/// A visit that was taken.
#[derive(Serialize, ToSchema)]
pub(super) struct VisitTaken {
    /// Id of the visit.
    visit: String,
    /// Id of the case.
    case: String,
    /// Whether it was entered on a later day.
    late: bool,
    /// What others have recorded in the case since the phone had read it.
    news: i64,
    /// Whether signs were passed on.
    passed: bool,
}

impl VisitSent {
    fn form(self, id: String) -> Result<VisitForm, Refused> {
        fn day(field: &'static str, text: &str) -> Result<Option<Date>, Refused> {
            match text {
                "" => Ok(None),
                text => {
                    parse_date(text).map(Some).map_err(|_| Refused::field(field, "请写日期，如 2026-11-23"))
                }
            }
        }
        let sign =
            |code: &String| Sign::from_code(code).ok_or_else(|| Refused::field("signs", "没有这种情况"));
        let met = match self.met.as_str() {
            "" => None,
            code => Some(Answered::from_code(code).ok_or_else(|| Refused::field("met", "请选择见到了谁"))?),
        };
        let photo = match self.photo.as_str() {
            "" => None,
            text => {
                Some(STANDARD.decode(text).map_err(|_| Refused::field("photo", "照片没有传完整，请重新选"))?)
            }
        };
        Ok(VisitForm {
            id,
            day: day("day", &self.day)?.ok_or_else(|| Refused::field("day", "请填哪天去的"))?,
            hour: self.hour,
            place: self.place,
            outcome: Outcome::from_code(&self.outcome)
                .ok_or_else(|| Refused::field("outcome", "请选择结果"))?,
            met,
            child_said: self.child_said,
            family_said: self.family_said,
            note: self.note,
            cause: self.cause,
            promised: day("promised", &self.promised)?,
            next: day("next", &self.next)?,
            help: self.help,
            help_note: self.help_note,
            seen: self.seen,
            signs: Signs {
                signs: self.signs.iter().map(sign).collect::<Result<Vec<_>, Refused>>()?,
                note: self.sign_note,
            },
            photo,
            position: self.position,
        })
    }
}

/// Takes a visit. It becomes the visit of the child's open case in one transaction; what others wrote meanwhile is said.
#[utoipa::path(put, path = "/api/v1/children/{id}/visits/{visit}", tag = "cases",
    params(("id" = String, Path), ("visit" = String, Path)), request_body = VisitSent,
    responses((status = 200, body = VisitTaken)))]
pub(super) async fn write(
    State(app): State<App>,
    session: Session,
    Path((child, visit)): Path<(String, String)>,
    Act { body, key }: Act<VisitSent>,
) -> Result<Response, Failed> {
    let new = body.form(visit)?;
    give::act(&app, &session, key, move |desk| {
        let done = pairs::visit(desk, &child, &new)?;
        let taken = VisitTaken {
            visit: new.id.clone(),
            case: done.case,
            late: done.late,
            news: done.news,
            passed: done.raised,
        };
        give::made(StatusCode::OK, &taken)
    })
    .await
}
