//! `/api/v1/phone`: what one's own phone keeps for a week to call a register, to visit families or to teach at home without a network, and the key
//! under which it lies there (docs/adr/0015-offline-register.md, 0023-pairing.md, hazard H07).

use axum::extract::State;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use casework::attendance::{self, PhoneClass, Pupil};
use casework::desk::Desk;
use casework::lessons::{self, AtHome};
use casework::pairs::{self, Stop};
use casework::password::Typed;
use casework::refused::Refused;
use rules::access::Action;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::give;
use super::take::Act;
use crate::app::App;
use crate::failed::Failed;
use crate::look::filters::weekday;
use crate::pages::account::{Proof, prove};
use crate::pages::sign_in::{Visitor, session_cookie};
use crate::route::{Policy, Route};
use crate::session::Session;

pub(super) fn routes() -> Vec<Route> {
    let needs = Policy::Needs;
    vec![
        Route::get("/api/v1/phone", needs(Action::KeepPhone), key),
        Route::post("/api/v1/phone", needs(Action::KeepPhone), unseal),
        Route::get("/api/v1/phone/book", needs(Action::KeepPhone), book),
    ]
}

/// The key under which one's own phone keeps what it keeps (hazard H07).
#[derive(Serialize, ToSchema)]
pub(super) struct PhoneKey {
    /// Whose phone.
    account: String,
    /// 256 bits, base64.
    key: String,
}

fn shown(account: String, key: [u8; 32]) -> PhoneKey {
    PhoneKey { account, key: STANDARD.encode(key) }
}

/// The key, for a phone that has it under the password already.
#[utoipa::path(get, path = "/api/v1/phone", tag = "attendance", responses((status = 200, body = PhoneKey)))]
pub(super) async fn key(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let account = session.who().actor.account.clone();
    let key = app.read(&session, attendance::phone_key).await?;
    give::private(&shown(account, key))
}

/// What is kept on the phone.
#[derive(Serialize, ToSchema)]
pub(super) struct PhoneBook {
    /// One's own classes for a week, the children to visit and those to teach at home.
    book: PhoneKept,
}

/// Key and what is kept, for a phone that has neither.
#[derive(Serialize, ToSchema)]
pub(super) struct PhoneOpened {
    /// The key.
    #[serde(flatten)]
    key: PhoneKey,
    /// One's own classes for a week, the children to visit and those to teach at home.
    book: PhoneKept,
}

/// What is kept.
#[derive(Serialize, ToSchema)]
struct PhoneKept {
    /// One's own classes.
    classes: Vec<ClassKept>,
    /// Children that one is paired with.
    stops: Vec<StopKept>,
    /// Children that one teaches at home.
    lessons: Vec<AtHomeKept>,
}

/// A child that is taught at home.
#[derive(Serialize, ToSchema)]
struct AtHomeKept {
    /// Id of the child.
    child: String,
    /// Name.
    name: String,
    /// Village and group.
    group: String,
    /// Minutes of this week so far.
    taught: u32,
    /// Minutes that are due in a week.
    due: u16,
    /// The day of the last lesson; empty where there was none.
    last: String,
    /// Whom to ring up.
    phones: Vec<PhoneNumber>,
}

impl From<AtHome> for AtHomeKept {
    fn from(one: AtHome) -> Self {
        Self {
            child: one.child,
            name: one.name,
            group: one.group,
            taught: one.taught,
            due: one.due,
            last: one.last.map(|day| day.to_string()).unwrap_or_default(),
            phones: one.phones.into_iter().map(|(who, number)| PhoneNumber { who, number }).collect(),
        }
    }
}

/// A child to visit.
#[derive(Serialize, ToSchema)]
struct StopKept {
    /// Id of the child.
    child: String,
    /// Name.
    name: String,
    /// Village and group.
    group: String,
    /// Where it lives.
    address: String,
    /// What to do at the door, or whose turn it is.
    act: String,
    /// The day of the deadline; empty where one has not to go.
    due: String,
    /// Id of the case.
    case: String,
    /// How many events the case has.
    version: i64,
    /// What happened last.
    last: Vec<String>,
    /// Whom to ring up.
    phones: Vec<PhoneNumber>,
}

impl From<Stop> for StopKept {
    fn from(one: Stop) -> Self {
        let goes = !one.act.is_empty();
        Self {
            child: one.child,
            name: one.name,
            group: one.group,
            address: one.address,
            act: if goes { one.act.to_owned() } else { one.turn },
            due: one.due.get(..10).filter(|_| goes).unwrap_or_default().to_owned(),
            case: one.case,
            version: one.version,
            last: one.last,
            phones: one.phones.into_iter().map(|(who, number)| PhoneNumber { who, number }).collect(),
        }
    }
}

/// A class.
#[derive(Serialize, ToSchema)]
struct ClassKept {
    /// Id.
    id: String,
    /// Name.
    name: String,
    /// The moment of the roll.
    roll_at: String,
    /// Days that can be called.
    days: Vec<DayKept>,
    /// The roll.
    pupils: Vec<PupilKept>,
}

/// A day.
#[derive(Serialize, ToSchema)]
struct DayKept {
    /// The day.
    day: String,
    /// In words.
    words: String,
    /// Its parts.
    parts: Vec<PartKept>,
}

/// A part of a day.
#[derive(Serialize, ToSchema)]
struct PartKept {
    /// whole, morning, afternoon, evening.
    code: &'static str,
    /// Words.
    label: &'static str,
    /// Sheets that stand.
    heads: Vec<String>,
}

/// A pupil.
#[derive(Serialize, ToSchema)]
struct PupilKept {
    /// Id of the child.
    child: String,
    /// Name.
    name: String,
    /// Whether the pupil boards.
    boards: bool,
    /// Approved leave.
    #[serde(skip_serializing_if = "Option::is_none")]
    leave: Option<LeaveKept>,
    /// Whom to ring up.
    phones: Vec<PhoneNumber>,
}

/// Leave.
#[derive(Serialize, ToSchema)]
struct LeaveKept {
    /// Its kind.
    kind: &'static str,
    /// Its last day.
    until: String,
}

/// Somebody to ring up.
#[derive(Serialize, ToSchema)]
struct PhoneNumber {
    /// Name and relation.
    who: String,
    /// The number.
    number: String,
}

impl PhoneKept {
    fn of(classes: Vec<PhoneClass>, stops: Vec<Stop>, lessons: Vec<AtHome>) -> Self {
        let pupil = |one: Pupil| PupilKept {
            child: one.child,
            name: one.name,
            boards: one.boards,
            leave: one
                .leave
                .map(|leave| LeaveKept { kind: leave.kind.code(), until: leave.until.to_string() }),
            phones: one
                .phones
                .into_iter()
                .map(|phone| PhoneNumber { who: phone.who, number: phone.number.text })
                .collect(),
        };
        let day = |one: attendance::PhoneDay| DayKept {
            day: one.day.to_string(),
            words: format!("{}月{}日（{}）", one.day.month(), one.day.day(), weekday(one.day.weekday())),
            parts: one
                .parts
                .into_iter()
                .map(|(part, heads)| PartKept { code: part.code(), label: part.label(), heads })
                .collect(),
        };
        Self {
            stops: stops.into_iter().map(StopKept::from).collect(),
            lessons: lessons.into_iter().map(AtHomeKept::from).collect(),
            classes: classes
                .into_iter()
                .map(|one| ClassKept {
                    id: one.class,
                    name: one.name,
                    roll_at: one.roll_at,
                    days: one.days.into_iter().map(day).collect(),
                    pupils: one.pupils.into_iter().map(pupil).collect(),
                })
                .collect(),
        }
    }
}

/// Everything that is kept on the phone.
fn kept(desk: &mut Desk<'_, '_>) -> Result<PhoneKept, Refused> {
    Ok(PhoneKept::of(attendance::phone_book(desk)?, pairs::pocket(desk)?, lessons::pocket(desk)?))
}

/// What is kept on the phone, anew. Each register that is read for it is on the record.
#[utoipa::path(get, path = "/api/v1/phone/book", tag = "attendance", responses((status = 200, body = PhoneBook)))]
pub(super) async fn book(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let book = app.look(&session, kept).await?;
    give::private(&PhoneBook { book })
}

/// One's own password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Unseal {
    /// The password, tried like any other: counted and limited.
    #[schema(value_type = String)]
    password: Typed,
    /// A one-time code, for an account that has a second factor.
    #[serde(default)]
    #[schema(value_type = String)]
    code: Typed,
}

/// Opens a phone for calling without a network: the password once more, then key and registers. The session goes on under a
/// new token.
#[utoipa::path(post, path = "/api/v1/phone", tag = "attendance", request_body = Unseal,
    responses((status = 200, body = PhoneOpened)))]
pub(super) async fn unseal(
    State(app): State<App>,
    session: Session,
    visitor: Visitor,
    Act { body, .. }: Act<Unseal>,
) -> Result<Response, Failed> {
    let token = match prove(&app, &session, &visitor, body.password, body.code).await? {
        Proof::Yes { token } => token,
        Proof::No(why) => return Err(Refused::field("password", why).into()),
    };
    let account = session.who().actor.account.clone();
    let (key, book) = app.look(&session, |desk| Ok((attendance::phone_key(desk)?, kept(desk)?))).await?;
    let opened = PhoneOpened { key: shown(account, key), book };
    let mut response = give::private(&opened)?;
    session_cookie(&app, response.headers_mut(), &token);
    Ok(response)
}
