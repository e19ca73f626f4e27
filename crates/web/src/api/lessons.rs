//! `PUT /api/v1/children/{id}/lessons/{lesson}`: a lesson at home (送教上门), sent by a phone, also later when there is a network again. The phone
//! made the id: sent again it is answered again.

use axum::extract::{Path, State};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use casework::lessons::{self, LessonForm};
use casework::refused::Refused;
use rules::access::Action;
use rules::attendance::Answered;
use rules::date::parse_date;
use serde::Deserialize;
use utoipa::ToSchema;

use super::give;
use super::take::Act;
use crate::app::App;
use crate::failed::Failed;
use crate::pages::pairs::PHOTO;
use crate::route::{Policy, Route};
use crate::session::Session;

pub(super) fn routes() -> Vec<Route> {
    let needs = Policy::Needs(Action::RecordLesson);
    vec![Route::put("/api/v1/children/{id}/lessons/{lesson}", needs, write).body_limit(PHOTO)]
}

/// A lesson at home.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"day": "2026-11-23", "from": "14:30", "minutes": 90, "taught": "识字两课，会写自己的名字"}))]
pub(super) struct LessonSent {
    /// On which day.
    #[schema(format = Date)]
    day: String,
    /// From when, `14:30`.
    from: String,
    /// For how many minutes.
    minutes: u16,
    /// What was taught, and how it went.
    taught: String,
    /// Who of the family confirmed it: father, mother, grandparent, guardian.
    #[serde(default)]
    confirmed: String,
    /// Name of who confirmed it.
    #[serde(default)]
    name: String,
    /// A photograph: JPEG, base64. Everything but the picture is left out.
    #[serde(default)]
    photo: String,
}

impl LessonSent {
    fn form(self, id: String) -> Result<LessonForm, Refused> {
        let photo = match self.photo.as_str() {
            "" => None,
            text => {
                Some(STANDARD.decode(text).map_err(|_| Refused::field("photo", "照片没有传完整，请重新选"))?)
            }
        };
        let confirmed = match self.confirmed.as_str() {
            "" => None,
            code => Some(
                Answered::from_code(code)
                    .ok_or_else(|| Refused::field("confirmed", "请选择家里哪一位确认的"))?,
            ),
        };
        Ok(LessonForm {
            id,
            day: parse_date(&self.day).map_err(|_| Refused::field("day", "请写日期，如 2026-11-23"))?,
            from: self.from,
            minutes: self.minutes,
            taught: self.taught,
            confirmed,
            name: self.name,
            photo,
        })
    }
}

/// Writes a lesson down, once.
#[utoipa::path(put, path = "/api/v1/children/{id}/lessons/{lesson}", tag = "cases",
    params(("id" = String, Path), ("lesson" = String, Path)), request_body = LessonSent,
    responses((status = 204)))]
pub(super) async fn write(
    State(app): State<App>,
    session: Session,
    Path((child, lesson)): Path<(String, String)>,
    Act { body, key }: Act<LessonSent>,
) -> Result<Response, Failed> {
    let new = body.form(lesson)?;
    give::act(&app, &session, key, move |desk| {
        lessons::write(desk, &child, &new)?;
        Ok(give::done())
    })
    .await
}
