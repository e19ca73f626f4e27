//! Style, scripts and pictures: built in, hashed, compressed once at start and served so that a browser keeps them
//! for good. It must not read files or the network while serving, and it knows nothing of pages.
//!
//! A file's address carries a hash of its content (`/assets/app.3f9c….css`), so a new version is a new address and
//! the old one may be kept for a year. A text asset may name another as `asset:NAME`; the name is replaced by the
//! address, which is why `FILES` lists a file before those that name it.

use std::sync::LazyLock;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, Request, Response, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use futures_util::FutureExt;
use http_body_util::BodyExt;
use sha2::{Digest, Sha256};
use tower::{Layer, ServiceExt, service_fn};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;

/// A file as it stands in the source tree: its name there, its media type, its bytes.
type File = (&'static str, &'static str, &'static [u8]);

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const PICTURE: &str = "image/svg+xml";

/// Two files in one request; the second keeps its names to itself.
const SCRIPTS: &str =
    concat!(include_str!("../assets/app.js"), "{\n", include_str!("../assets/keys.js"), "}\n");

/// The same with what the pages of the register and of visits gain, so that they, too, ask for one script.
const REGISTER: &str = concat!(
    include_str!("../assets/app.js"),
    "{\n",
    include_str!("../assets/keys.js"),
    "}\n{\n",
    include_str!("../assets/register.js"),
    include_str!("../assets/visits.js"),
    include_str!("../assets/lessons.js"),
    "}\n"
);

/// The same with what the page of a case's papers gains.
const PAPERS: &str = concat!(
    include_str!("../assets/app.js"),
    "{\n",
    include_str!("../assets/keys.js"),
    "}\n{\n",
    include_str!("../assets/scan.js"),
    "}\n"
);

/// The look of every page, of the pages of the register, and of the figures.
const STYLES: &str = concat!(
    include_str!("../assets/app.css"),
    include_str!("../assets/register.css"),
    include_str!("../assets/figures.css")
);

/// Everything that is served under `/assets/`.
const FILES: &[File] = &[
    ("app.css", STYLE, STYLES.as_bytes()),
    ("app.js", SCRIPT, SCRIPTS.as_bytes()),
    ("theme.js", SCRIPT, include_bytes!("../assets/theme.js")),
    ("htmx.min.js", SCRIPT, include_bytes!("../assets/htmx.min.js")),
    ("icons.svg", PICTURE, include_bytes!("../assets/icons.svg")),
    ("icon.svg", PICTURE, include_bytes!("../assets/icon.svg")),
    ("manifest.webmanifest", "application/manifest+json", include_bytes!("../assets/manifest.webmanifest")),
    ("register.js", SCRIPT, REGISTER.as_bytes()),
    ("papers.js", SCRIPT, PAPERS.as_bytes()),
    ("proof.js", SCRIPT, include_bytes!("../assets/proof.js")),
    ("tell.js", SCRIPT, include_bytes!("../assets/tell.js")),
    // Served under an address of its own, too, since it is for every page.
    ("sw.js", SCRIPT, include_bytes!("../assets/sw.js")),
];

/// One file ready to be sent.
#[derive(Debug, Clone)]
pub struct Asset {
    /// Its name in the source tree, `app.css`.
    pub name: &'static str,
    /// Where it is served, `/assets/app.<hash>.css`.
    pub url: String,
    /// Its media type.
    pub kind: &'static str,
    /// Its content.
    pub plain: Bytes,
    /// Its content under gzip; absent when that would not be smaller.
    pub gzip: Option<Bytes>,
    /// Its strong entity tag, quotes included.
    pub etag: String,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| prepare(FILES));

/// Prepares files in order: names in the text replaced by addresses, then hashed and compressed.
#[must_use]
pub fn prepare(files: &[(&'static str, &'static str, &'static [u8])]) -> Vec<Asset> {
    let mut done: Vec<Asset> = Vec::with_capacity(files.len());
    for (name, kind, bytes) in files {
        let plain = match std::str::from_utf8(bytes) {
            Ok(text) if text.contains("asset:") => {
                Bytes::from(done.iter().fold(text.to_owned(), |text, other| {
                    text.replace(&format!("asset:{}", other.name), &other.url)
                }))
            }
            _ => Bytes::from_static(bytes),
        };
        let hash: String = Sha256::digest(&plain).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let url = match name.rsplit_once('.') {
            Some((stem, ending)) => format!("/assets/{stem}.{hash}.{ending}"),
            None => format!("/assets/{name}.{hash}"),
        };
        let gzip = gzip(&plain).filter(|small| small.len() < plain.len());
        done.push(Asset { name, url, kind, plain, gzip, etag: format!("\"{hash}\"") });
    }
    done
}

/// Compresses through the layer that also compresses pages, so that one library does both. Everything is in memory,
/// so the future is ready when first asked; if it ever is not, the file goes out as it is.
fn gzip(plain: &Bytes) -> Option<Bytes> {
    let body = plain.clone();
    let inner = service_fn(move |_: Request<Body>| {
        let answer = Response::builder().header(CONTENT_TYPE, "text/plain").body(Body::from(body.clone()));
        async move { answer }
    });
    let layer = CompressionLayer::new()
        .quality(CompressionLevel::Best)
        .compress_when(|_: StatusCode, _: _, _: &HeaderMap, _: &_| true);
    let ask = Request::builder().header(ACCEPT_ENCODING, "gzip").body(Body::empty()).ok()?;
    let answer = layer.layer(inner).oneshot(ask).now_or_never()?.ok()?;
    answer.headers().get(CONTENT_ENCODING).filter(|encoding| *encoding == "gzip")?;
    Some(answer.into_body().collect().now_or_never()?.ok()?.to_bytes())
}

/// Every asset, in the order of the source list.
#[must_use]
pub fn all() -> &'static [Asset] {
    &ASSETS
}

/// The address of an asset by its name in the source tree, for templates: `url("app.css")`. An unknown name gives
/// an address that answers 404; a test reads every template and finds such a name before it ships.
#[must_use]
pub fn url(name: &str) -> &'static str {
    ASSETS.iter().find(|asset| asset.name == name).map_or("/assets/unknown", |asset| asset.url.as_str())
}

/// The file of this name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

/// Serves `/assets/…`. The addresses never change their content, so they may be kept for a year and by anybody.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{file}", get(serve))
}

async fn serve(Path(file): Path<String>, headers: HeaderMap) -> impl IntoResponse {
    let Some(asset) = ASSETS.iter().find(|asset| asset.url.strip_prefix("/assets/") == Some(file.as_str()))
    else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let known = [
        (CONTENT_TYPE, asset.kind),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (ETAG, asset.etag.as_str()),
        (VARY, "accept-encoding"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    if said(&headers, IF_NONE_MATCH.as_str(), |tag| tag == "*" || tag.trim_start_matches("W/") == asset.etag)
    {
        return (StatusCode::NOT_MODIFIED, known).into_response();
    }
    match &asset.gzip {
        Some(small) if said(&headers, ACCEPT_ENCODING.as_str(), takes_gzip) => {
            (known, [(CONTENT_ENCODING, "gzip")], small.clone()).into_response()
        }
        _ => (known, asset.plain.clone()).into_response(),
    }
}

/// Whether one of the comma-separated values of a header passes.
fn said(headers: &HeaderMap, name: &str, passes: impl Fn(&str) -> bool) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|part| passes(part.trim()))
}

/// `gzip`, `gzip;q=0.5`, but not `gzip;q=0` (RFC 9110, 12.5.3).
fn takes_gzip(part: &str) -> bool {
    let (coding, weight) = part.split_once(';').unwrap_or((part, "q=1"));
    let weight = weight.trim().trim_start_matches("q=").trim().parse::<f32>().unwrap_or(1.0);
    coding.trim().eq_ignore_ascii_case("gzip") && weight > 0.0
}
