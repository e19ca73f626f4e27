//! What a call answers: JSON with a tag by which the client can tell whether it changed, pages of lists, and the answer
//! of an act, made within its transaction.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use casework::desk::Desk;
use casework::once::{Answer, Key, once};
use casework::refused::Refused;
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::app::App;
use crate::failed::Failed;
use crate::session::Session;

/// A part of a list.
#[derive(Serialize, ToSchema)]
pub(super) struct Page<T> {
    /// The items, in the order of the list.
    pub(super) items: Vec<T>,
    /// What goes into `cursor` for the next part; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<String>,
    /// How many match; absent where counting them would cost too much.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) total: Option<u64>,
}

impl<T> Page<T> {
    /// All there is.
    pub(super) fn whole(items: Vec<T>) -> Self {
        Self { items, next: None, total: None }
    }
}

fn json<T: Serialize>(value: &T) -> Result<String, Refused> {
    serde_json::to_string(value).map_err(|error| Refused::Fault(format!("an answer: {error}")))
}

fn respond(status: StatusCode, body: String, tag: &str) -> Response {
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Ok(tag) = HeaderValue::from_str(tag)
        && !tag.is_empty()
    {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// An answer that was read. Its tag is made of its content.
pub(super) fn read<T: Serialize>(value: &T) -> Result<Response, Failed> {
    Ok(tagged(json(value)?))
}

/// The same of JSON that is written already.
pub(super) fn tagged(body: String) -> Response {
    let digest = Sha256::digest(body.as_bytes());
    let (half, _) = digest.split_at(16);
    let tag = format!("W/\"{}\"", URL_SAFE_NO_PAD.encode(half));
    respond(StatusCode::OK, body, &tag)
}

/// An answer that two people may change: its tag is its version, for `If-Match`.
pub(super) fn read_version<T: Serialize>(value: &T, version: i64) -> Result<Response, Failed> {
    Ok(respond(StatusCode::OK, json(value)?, &format!("\"{version}\"")))
}

/// What an act answers: nothing but that it is done.
pub(super) fn done() -> Answer {
    Answer { status: StatusCode::NO_CONTENT.as_u16(), body: String::new(), version: String::new() }
}

/// What an act answers that brought something to a new version.
pub(super) fn changed(version: i64) -> Answer {
    Answer { version: format!("\"{version}\""), ..done() }
}

/// What an act answers that made something.
pub(super) fn made<T: Serialize>(status: StatusCode, value: &T) -> Result<Answer, Refused> {
    Ok(Answer { status: status.as_u16(), body: json(value)?, version: String::new() })
}

/// Does an act once, and gives its answer.
pub(super) async fn act<F>(
    app: &App,
    session: &Session,
    key: Option<Key>,
    mut act: F,
) -> Result<Response, Failed>
where
    F: FnMut(&mut Desk<'_, '_>) -> Result<Answer, Refused> + Send + 'static,
{
    let answer = app.write(session, move |desk| once(desk, key.as_ref(), &mut act)).await?;
    let status = StatusCode::from_u16(answer.status)
        .map_err(|_| Failed::from(Refused::Fault("an answer's status".to_owned())))?;
    let empty = answer.body.is_empty();
    let mut response = respond(status, answer.body, &answer.version);
    if empty {
        response.headers_mut().remove(header::CONTENT_TYPE);
    }
    Ok(response)
}

/// An answer for its receiver alone: no tag is made of it.
pub(super) fn private<T: Serialize>(value: &T) -> Result<Response, Failed> {
    Ok(respond(StatusCode::OK, json(value)?, ""))
}
