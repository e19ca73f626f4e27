//! `/api/v1/phone`: what a class teacher's own phone keeps for a week to call a register without a network, and the key under
//! which it lies there (docs/adr/0015-offline-register.md, hazard H07).

use axum::extract::State;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use casework::attendance::{self, PhoneClass, Pupil};
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
        Route::get("/api/v1/phone", needs(Action::CallRegister), key),
        Route::post("/api/v1/phone", needs(Action::CallRegister), unseal),
        Route::get("/api/v1/phone/book", needs(Action::CallRegister), book),
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
    /// The registers of one's own classes for a week.
    book: PhoneClasses,
}

/// Key and what is kept, for a phone that has neither.
#[derive(Serialize, ToSchema)]
pub(super) struct PhoneOpened {
    /// The key.
    #[serde(flatten)]
    key: PhoneKey,
    /// The registers of one's own classes for a week.
    book: PhoneClasses,
}

/// Registers for a week.
#[derive(Serialize, ToSchema)]
struct PhoneClasses {
    /// One's own classes.
    classes: Vec<ClassKept>,
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

impl From<Vec<PhoneClass>> for PhoneClasses {
    fn from(classes: Vec<PhoneClass>) -> Self {
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

/// What is kept on the phone, anew. Each register that is read for it is on the record.
#[utoipa::path(get, path = "/api/v1/phone/book", tag = "attendance", responses((status = 200, body = PhoneBook)))]
pub(super) async fn book(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let book = app.look(&session, attendance::phone_book).await?;
    give::private(&PhoneBook { book: book.into() })
}

/// One's own password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Unseal {
    /// The password, tried like any other: counted and limited.
    #[schema(value_type = String)]
    password: Typed,
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
    let token = match prove(&app, &session, &visitor, body.password).await? {
        Proof::Yes { token } => token,
        Proof::No(why) => return Err(Refused::field("password", why).into()),
    };
    let account = session.who().actor.account.clone();
    let (key, book) =
        app.look(&session, |desk| Ok((attendance::phone_key(desk)?, attendance::phone_book(desk)?))).await?;
    let opened = PhoneOpened { key: shown(account, key), book: book.into() };
    let mut response = give::private(&opened)?;
    session_cookie(&app, response.headers_mut(), &token);
    Ok(response)
}
