//! How the API says that something was not done (RFC 9457): which rule, its clause or article, what to do. It turns
//! whatever a handler or a layer refused into JSON, so that no answer under `/api` is a page.

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::failed::ProblemText;

/// Why something was not done.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "type": "urn:baoxue:problem:rule", "title": "现在不能这样办", "status": 409,
    "detail": "这条发现不能这样认定，或者已经认定", "todo": "请看最新情况", "basis": "五(四)"
}))]
pub(super) struct Problem {
    /// Which kind of refusal: `urn:baoxue:problem:` and missing, sign-in, invalid, rule, changed, step-up, busy ….
    r#type: String,
    /// The kind in words.
    title: String,
    /// Status of HTTP.
    status: u16,
    /// What is wrong here.
    detail: String,
    /// What to do.
    todo: String,
    /// Clause of the county's plan or article of the law that says so.
    #[serde(skip_serializing_if = "String::is_empty")]
    basis: String,
    /// Fields to correct.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
    /// Number of the log line, for whoever looks after the machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
}

/// A field that cannot be taken as it is.
#[derive(Serialize, ToSchema)]
struct FieldProblem {
    /// Name of the field or parameter.
    field: &'static str,
    /// What is wrong and what to do.
    text: String,
}

/// What of a request an answer depends on.
struct Asked {
    on_condition: bool,
    known: Option<HeaderValue>,
}

/// Makes JSON of every refusal under `/api`, and spares a body that the client has already.
pub(crate) async fn speak(request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with("/api/") {
        return next.run(request).await;
    }
    let read = matches!(*request.method(), Method::GET | Method::HEAD);
    let asked = Asked {
        on_condition: request.headers().contains_key(header::IF_MATCH),
        known: request.headers().get(header::IF_NONE_MATCH).filter(|_| read).cloned(),
    };
    let response = next.run(request).await;
    let status = response.status();
    if status.is_client_error() || status.is_server_error() {
        return problem(response, asked.on_condition);
    }
    if status == StatusCode::OK && asked.known.is_some_and(|known| knows(&known, response.headers())) {
        let (mut parts, _) = response.into_parts();
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(header::CONTENT_TYPE);
        parts.headers.remove(header::CONTENT_LENGTH);
        parts.headers.remove(header::CONTENT_ENCODING);
        return Response::from_parts(parts, axum::body::Body::empty());
    }
    response
}

/// Whether `If-None-Match` names the answer's tag; weak and strong ones compare alike (RFC 9110, 13.1.2).
fn knows(known: &HeaderValue, headers: &HeaderMap) -> bool {
    let plain = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let (Ok(known), Some(Ok(tag))) = (known.to_str(), headers.get(header::ETAG).map(HeaderValue::to_str))
    else {
        return false;
    };
    known.split(',').any(|one| plain(one) == plain(tag))
}

fn problem(mut response: Response, on_condition: bool) -> Response {
    let mut status = response.status();
    let text = response.extensions_mut().remove::<ProblemText>().unwrap_or_else(|| plain(status));
    // Whoever said which version is meant is told that the condition failed (RFC 9110, 13.1.1).
    if text.kind == "changed" && on_condition {
        status = StatusCode::PRECONDITION_FAILED;
    }
    let todo = match text.kind {
        // Written for a page with a form.
        "invalid" => "请改正后再提交。".to_owned(),
        "changed" => "请重新读取，看过最新内容再提交。".to_owned(),
        "busy" => "请按 Retry-After 的秒数等待后再试。".to_owned(),
        "step-up" => "请用 POST /api/v1/session 重新登录，15分钟内再办。".to_owned(),
        _ => text.todo,
    };
    let body = Problem {
        r#type: format!("urn:baoxue:problem:{}", text.kind),
        title: text.title,
        status: status.as_u16(),
        detail: text.what,
        todo,
        basis: text.basis,
        errors: text
            .fields
            .into_iter()
            .map(|problem| FieldProblem { field: problem.field, text: problem.text })
            .collect(),
        number: text.number,
    };
    let (parts, _) = response.into_parts();
    let mut answer = (status, Json(body)).into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    for name in [header::RETRY_AFTER, header::WWW_AUTHENTICATE, header::CONNECTION] {
        if let Some(value) = parts.headers.get(&name) {
            headers.insert(name, value.clone());
        }
    }
    answer
}

/// For what a layer refused without a word of ours.
fn plain(status: StatusCode) -> ProblemText {
    let (title, what, todo) = match status {
        StatusCode::PAYLOAD_TOO_LARGE => ("内容太长", "请求的内容太长，没有办理。", "请分成几次。"),
        StatusCode::SERVICE_UNAVAILABLE => ("现在人多", "请求没有办完。", "请稍后再试。"),
        _ => ("请求不对", "请求的写法不对，没有办理。", "请对照 /api/openapi.json。"),
    };
    ProblemText {
        kind: "request",
        title: title.to_owned(),
        what: what.to_owned(),
        todo: todo.to_owned(),
        ..ProblemText::default()
    }
}
