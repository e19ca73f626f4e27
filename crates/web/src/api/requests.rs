//! `/api/v1/requests`: 部门协助, 四(五)–(十八). What a unit is asked for a child, and its one answer; which answers there are the plan says, and
//! the answer names them. Two may answer at once: an answer says which version it means (H03).

use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use casework::refused::Refused;
use casework::requests::{self, RequestFile, RequestLine, Shown};
use rules::access::Action;
use rules::request::State as Stand;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::give::{self, Page};
use super::take::{self, Act, Asked, Version};
use super::{Coded, cursor};
use crate::app::App;
use crate::failed::{Failed, too_large};
use crate::pages::requests::files;
use crate::route::{Policy, Route};
use crate::session::Session;
use crate::upload::{self, Came};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/requests", Policy::Needs(Action::ReadRequests), list),
        Route::get("/api/v1/requests/{id}", Policy::Needs(Action::ReadRequests), one),
        Route::post("/api/v1/requests/{id}/answer", Policy::Needs(Action::AnswerRequest), answer),
        Route::post("/api/v1/requests/{id}/files", Policy::Needs(Action::AnswerRequest), hand_in)
            .body_limit(files::MOST),
        Route::get("/api/v1/requests/{id}/files/{file}", Policy::Needs(Action::ReadRequests), file),
    ]
}

/// Which requests.
#[derive(Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RequestsWanted {
    /// `waiting`, `late` or `ended`; those that wait where it is not said.
    show: String,
    /// Where to go on: `next` of the part before.
    #[serde(skip_serializing)]
    cursor: String,
}

/// A request in the list.
#[derive(Serialize, ToSchema)]
pub(super) struct RequestShort {
    /// Id.
    id: String,
    /// 〔2026〕3号.
    number: String,
    /// What is asked, in words of the plan.
    asked: String,
    /// The unit that is asked.
    to: String,
    /// The unit that asks.
    from: String,
    /// Id of the child; absent where the reader no longer sees it.
    #[serde(skip_serializing_if = "String::is_empty")]
    child: String,
    /// Its name; absent where the reader no longer sees it.
    #[serde(skip_serializing_if = "String::is_empty")]
    name: String,
    /// How far it has come.
    state: Coded,
    /// When it was asked.
    at: String,
    /// Until when it is answered.
    due: String,
    /// The answer in words of the plan; absent where there is none or the reader may not know.
    #[serde(skip_serializing_if = "String::is_empty")]
    answer: String,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<String>,
}

impl From<RequestLine> for RequestShort {
    fn from(line: RequestLine) -> Self {
        Self {
            id: line.id,
            number: line.number,
            asked: line.label,
            to: line.to,
            from: line.from,
            child: line.child,
            name: line.name,
            state: Coded { code: line.state.code(), label: line.state.label() },
            at: line.asked_at,
            due: line.due,
            answer: line.answer,
            ended: line.ended_at,
        }
    }
}

/// Requests in one's own scope: of those that wait the most urgent first, of those that have ended the latest.
#[utoipa::path(get, path = "/api/v1/requests", tag = "requests", params(RequestsWanted),
    responses((status = 200, body = Page<RequestShort>)))]
pub(super) async fn list(
    State(app): State<App>,
    session: Session,
    Asked(asked): Asked<RequestsWanted>,
) -> Result<Response, Failed> {
    let name = cursor::list("requests", &asked)?;
    let at = cursor::open(&app, &session, &name, &asked.cursor)?;
    let which = Shown::of(&asked.show);
    let (lines, more) = app
        .read(&session, move |desk| {
            requests::requests(desk, which, at.as_deref().and_then(|at| at.rsplit_once('|')))
        })
        .await?;
    let next = lines.last().filter(|_| more).map(|last| {
        let moment =
            if which == Shown::Ended { last.ended_at.as_deref().unwrap_or_default() } else { &last.due };
        cursor::seal(&app, &session, &name, &format!("{moment}|{}", last.id))
    });
    let items = lines.into_iter().map(RequestShort::from).collect();
    give::read(&Page { items, next, total: None })
}

/// A request. Its `ETag` goes into `If-Match` of the answer.
#[derive(Serialize, ToSchema)]
pub(super) struct RequestWhole {
    /// As in the list.
    #[serde(flatten)]
    line: RequestShort,
    /// The plan's words for it.
    text: String,
    /// Clause and law.
    basis: String,
    /// What was written with it; absent where the reader does not see the family.
    #[serde(skip_serializing_if = "String::is_empty")]
    words: String,
    /// What was written with the answer, or why it ended; absent where the reader may not know.
    #[serde(skip_serializing_if = "String::is_empty")]
    answer_words: String,
    /// Who asked.
    asked_by: String,
    /// Whether nobody but the two units knows of it.
    confidential: bool,
    /// What the reader can answer now.
    allowed: Vec<RequestChoice>,
    /// Id of the case, for whoever may read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<String>,
    /// What was handed in with the answer.
    files: Vec<RequestPaper>,
}

/// An answer that can be given.
#[derive(Serialize, ToSchema)]
struct RequestChoice {
    /// For `answer`.
    code: String,
    /// In words of the plan.
    label: String,
    /// What must be written with it; absent for nothing.
    #[serde(skip_serializing_if = "String::is_empty")]
    words: String,
}

/// A file with an answer.
#[derive(Serialize, ToSchema)]
struct RequestPaper {
    /// Id.
    id: String,
    /// `附件1.pdf`.
    name: String,
    /// Its size in KB.
    kilobytes: i64,
    /// When it was handed in.
    at: String,
}

/// A request is asked once and ends once.
const fn version(state: Stand) -> i64 {
    match state {
        Stand::Asked => 1,
        _ => 2,
    }
}

fn shown(file: RequestFile) -> RequestWhole {
    let choice = |(code, label, words)| RequestChoice { code, label, words };
    RequestWhole {
        line: file.line.into(),
        text: file.text,
        basis: file.basis,
        words: file.words,
        answer_words: file.answer_words,
        asked_by: file.asked_by,
        confidential: file.is_confidential,
        allowed: file.answers.into_iter().map(choice).collect(),
        case: file.case,
        files: file
            .files
            .into_iter()
            .map(|one| RequestPaper { id: one.id, name: one.name, kilobytes: one.kilobytes, at: one.at })
            .collect(),
    }
}

/// A request. That it was looked at is on the record.
#[utoipa::path(get, path = "/api/v1/requests/{id}", tag = "requests", params(("id" = String, Path)),
    responses((status = 200, body = RequestWhole, headers(("ETag" = String, description = "its version")))))]
pub(super) async fn one(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let file = app.look(&session, move |desk| requests::request(desk, &id)).await?;
    let version = version(file.line.state);
    give::read_version(&shown(file), version)
}

/// The answer.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"answer": "found", "words": "随父母在邻县做工，住址已告乡镇"}))]
pub(super) struct RequestAnswer {
    /// One of the codes of `allowed`.
    answer: String,
    /// What was done; some answers ask for it.
    #[serde(default)]
    words: String,
}

/// Answers for one's unit, once.
#[utoipa::path(post, path = "/api/v1/requests/{id}/answer", tag = "requests",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = RequestAnswer,
    responses((status = 204)))]
pub(super) async fn answer(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Version(meant): Version,
    Act { body, key }: Act<RequestAnswer>,
) -> Result<Response, Failed> {
    give::act(&app, &session, key, move |desk| {
        requests::answer(desk, &id, &body.answer, &body.words)?;
        if meant == version(Stand::Asked) {
            Ok(give::changed(version(Stand::Answered)))
        } else {
            // Who may not answer is told so first; who meant another version has changed nothing.
            Err(Refused::Changed { what: "要答复的不是现在这一版".to_owned() })
        }
    })
    .await
}

/// A page or a picture that goes with the answer, as `multipart/form-data`.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described: the part is read as it comes")]
pub(super) struct RequestFileSent {
    /// A PDF, JPEG or PNG of up to 5 MB; five of them with one answer. Its name is not kept.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// What became of it.
#[derive(Serialize, ToSchema)]
pub(super) struct RequestFileKept {
    /// Its id: by it the file is fetched.
    id: String,
}

/// Hands in a file with the answer that one's unit is going to give, before the answer. The same file twice is one.
#[utoipa::path(post, path = "/api/v1/requests/{id}/files", tag = "requests", params(("id" = String, Path)),
    request_body(content = RequestFileSent, content_type = "multipart/form-data"),
    responses((status = 201, body = RequestFileKept), (status = 413, description = "too long")))]
pub(super) async fn hand_in(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    request: Parts,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Failed> {
    // Whoever may not see the request learns nothing from what they send, not even that it was no form.
    let own = id.clone();
    app.look(&session, move |desk| requests::request(desk, &own).map(drop)).await?;
    let Ok(form) = form else { return Err(upload::cut().into()) };
    let came = match upload::receive(&request.headers, form, files::MOST, &[]).await? {
        Came::Whole(came) => came,
        Came::TooLarge => return Ok(too_large("5 MB")),
        Came::Cut => return Err(upload::cut().into()),
    };
    let (stored, first) = files::stored(&app, came).await?;
    let key = take::key(&app, &request, stored.hash.as_bytes())?;
    give::act(&app, &session, key, move |desk| {
        let id = requests::attach(desk, &id, (&stored, &first))?;
        give::made(StatusCode::CREATED, &RequestFileKept { id })
    })
    .await
}

/// A file that was handed in with an answer, for whoever reads the answer. That the request was looked at is on the record.
#[utoipa::path(get, path = "/api/v1/requests/{id}/files/{file}", tag = "requests",
    params(("id" = String, Path), ("file" = String, Path, description = "its id, from `files` of the request")),
    responses((status = 200, description = "the file", content_type = "application/octet-stream")))]
pub(super) async fn file(
    app: State<App>,
    session: Session,
    of: Path<(String, String)>,
) -> Result<Response, Failed> {
    files::file(app, session, of).await
}
