//! What a call brings: parameters, a body, the key and the version that it is meant for. Unknown fields, fields given
//! twice and text that no system of ours holds are refused before anything is done (hazards A17, D12).

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use casework::once::Key;
use casework::refused::Refused;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::failed::{Failed, ProblemText, tell};

/// Parameters behind the `?`.
pub(super) struct Asked<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<App> for Asked<T> {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Failed> {
        let asked = Query::<T>::try_from_uri(&parts.uri).map_err(|_| {
            Refused::field("?", "地址里有不认识、重复或写得不对的参数，可用的见 /api/openapi.json")
        })?;
        Ok(Self(asked.0))
    }
}

/// An act: its body, and the key under which it is done once.
pub(super) struct Act<T> {
    pub(super) body: T,
    pub(super) key: Option<Key>,
}

impl<T: DeserializeOwned> FromRequest<App> for Act<T> {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let request = Request::from_parts(parts.clone(), body);
        let bytes = Bytes::from_request(request, app).await.map_err(IntoResponse::into_response)?;
        let body = read(&parts.headers, &bytes)?;
        let key = key(app, &parts, &bytes).map_err(IntoResponse::into_response)?;
        Ok(Self { body, key })
    }
}

/// An act that needs no more than its address, and the key under which it is done once.
pub(super) struct Bare(pub(super) Option<Key>);

impl FromRequestParts<App> for Bare {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failed> {
        Ok(Self(key(app, parts, b"")?))
    }
}

/// The key of a request, with a digest of method, address and body.
pub(super) fn key(app: &App, parts: &Parts, body: &[u8]) -> Result<Option<Key>, Failed> {
    let Some(key) = parts.headers.get("idempotency-key") else { return Ok(None) };
    let key = key.to_str().unwrap_or_default();
    let body = URL_SAFE_NO_PAD.encode(Sha256::digest(body));
    let asked = format!("{} {}\n{body}", parts.method, parts.uri);
    Ok(Some(Key::new(app.keys(), app.county(), key, &asked)?))
}

fn refused(status: StatusCode, what: &str, todo: &str) -> Response {
    let text = ProblemText {
        kind: "request",
        title: "请求不对".to_owned(),
        what: what.to_owned(),
        todo: todo.to_owned(),
        ..ProblemText::default()
    };
    tell(status, text)
}

#[expect(clippy::result_large_err, reason = "what an extractor refuses with is the answer itself")]
/// Reads JSON. The parser bounds its depth and refuses what is no text (lone surrogates, numbers without end).
pub(super) fn read<T: DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Result<T, Response> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        return Err(refused(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "内容不是 JSON。",
            "请写 Content-Type: application/json。",
        ));
    }
    // The storage holds no U+0000, and no act is done with a half of it.
    if body.windows(6).any(|part| part == b"\\u0000") {
        return Err(refused(
            StatusCode::UNPROCESSABLE_ENTITY,
            "内容里有空字符（U+0000）。",
            "请去掉后再提交。",
        ));
    }
    // The parser would take a list of the values for an object with the fields in their order.
    if body.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return Err(refused(
            StatusCode::BAD_REQUEST,
            "内容不是 JSON 对象。",
            "请写成 {\"字段\": 值} 的样子。",
        ));
    }
    serde_json::from_slice(body).map_err(|error| {
        let place = format!("第{}行第{}列", error.line(), error.column());
        if error.is_data() {
            // The parser's own words name the field; its values it repeats only to whoever sent them.
            refused(
                StatusCode::UNPROCESSABLE_ENTITY,
                &format!("{place}：有不认识、重复、缺少或写得不对的字段（{error}）。"),
                "请对照 /api/openapi.json 改正。",
            )
        } else {
            refused(
                StatusCode::BAD_REQUEST,
                &format!("{place}：不是完整的 JSON。"),
                "请检查括号、引号、嵌套层数和编码（UTF-8）。",
            )
        }
    })
}

/// The version that a change is meant for: `If-Match`.
pub(super) struct Version(pub(super) i64);

impl FromRequestParts<App> for Version {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Response> {
        let Some(tag) = parts.headers.get(header::IF_MATCH) else {
            return Err(refused(
                StatusCode::PRECONDITION_REQUIRED,
                "没有说明改的是哪一版，可能会盖掉别人刚办的。",
                "请先读取，把答复里的 ETag 放在 If-Match 里再提交。",
            ));
        };
        let tag = tag.to_str().unwrap_or_default().trim().trim_matches('"');
        // What is no version of ours is none that is current.
        Ok(Self(tag.parse().unwrap_or(-1)))
    }
}
