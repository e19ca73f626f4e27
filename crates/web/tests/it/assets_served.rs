//! Assets over HTTP: addresses follow the content, answers may be kept, and gzip is what was meant.

use std::io::Read;

use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use tower::ServiceExt;
use web::assets;

async fn ask(path: &str, headers: &[(header::HeaderName, &str)]) -> Response<Body> {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    let request = request.body(Body::empty()).expect("a request");
    assets::router::<()>().oneshot(request).await.expect("the router answers")
}

async fn bytes(answer: Response<Body>) -> Vec<u8> {
    answer.into_body().collect().await.expect("a body").to_bytes().to_vec()
}

fn header<'a>(answer: &'a Response<Body>, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |value| value.to_str().expect("a header is text"))
}

/// A change of one byte is a new address; so is a change of a file that it names. The same content keeps its address.
#[test]
fn addresses_follow_the_content() {
    let urls = |icon: &'static str, manifest: &'static str| -> Vec<String> {
        assets::prepare(&[
            ("icon.svg", "image/svg+xml", icon.as_bytes()),
            ("manifest.json", "application/json", manifest.as_bytes()),
        ])
        .into_iter()
        .map(|asset| asset.url)
        .collect()
    };
    let before = urls("<svg/>", "asset:icon.svg");
    assert_eq!(before, urls("<svg/>", "asset:icon.svg"));
    let icon_changed = urls("<svg />", "asset:icon.svg");
    assert!(before[0] != icon_changed[0] && before[1] != icon_changed[1]);
    let manifest_changed = urls("<svg/>", "asset:icon.svg ");
    assert!(before[0] == manifest_changed[0] && before[1] != manifest_changed[1]);
}

/// No asset is left with a name that was not replaced, and `url` finds each.
#[test]
fn names_in_assets_became_addresses() {
    for asset in assets::all() {
        assert_eq!(assets::url(asset.name), asset.url);
        if let Ok(text) = std::str::from_utf8(&asset.plain) {
            assert!(!text.contains("asset:"), "{}: a file that it names comes before it", asset.name);
        }
    }
    assert!(assets::all().iter().any(|asset| asset.name == "manifest.webmanifest"));
}

/// Every asset may be kept for good, is what it says it is, and comes in the form that was asked for.
#[tokio::test]
async fn every_asset_is_served() {
    for asset in assets::all() {
        let plain = ask(&asset.url, &[]).await;
        assert_eq!(plain.status(), StatusCode::OK, "{}", asset.url);
        assert_eq!(header(&plain, "cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(header(&plain, "x-content-type-options"), "nosniff");
        assert_eq!(header(&plain, "content-type"), asset.kind);
        assert_eq!(header(&plain, "etag"), asset.etag);
        assert_eq!(header(&plain, "vary"), "accept-encoding");
        assert_eq!(header(&plain, "content-encoding"), "");
        assert_eq!(bytes(plain).await, asset.plain);

        let packed = ask(&asset.url, &[(header::ACCEPT_ENCODING, "br, gzip;q=0.8")]).await;
        if asset.gzip.is_some() {
            assert_eq!(header(&packed, "content-encoding"), "gzip");
            let mut unpacked = Vec::new();
            let packed = bytes(packed).await;
            flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut unpacked).expect("gzip");
            assert_eq!(unpacked, asset.plain);
        }
    }
    assert!(
        assets::all().iter().filter(|asset| asset.gzip.is_some()).count() > 4,
        "style and scripts are compressed"
    );
}

/// RFC 9110, 12.5.3 and 13.1.2.
#[tokio::test]
async fn refusals_of_gzip_and_kept_copies_are_heard() {
    let style = assets::url("app.css");
    let refused = ask(style, &[(header::ACCEPT_ENCODING, "gzip;q=0, br")]).await;
    assert_eq!(header(&refused, "content-encoding"), "");
    let tag = &assets::all().iter().find(|asset| asset.name == "app.css").expect("the style").etag;
    for kept in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
        let answer = ask(style, &[(header::IF_NONE_MATCH, &kept)]).await;
        assert_eq!(answer.status(), StatusCode::NOT_MODIFIED, "{kept}");
        assert!(bytes(answer).await.is_empty());
    }
    assert_eq!(ask(style, &[(header::IF_NONE_MATCH, "\"other\"")]).await.status(), StatusCode::OK);
}

/// There is nothing else: no old address, no name without its hash, no way out of the folder.
#[tokio::test]
async fn nothing_else_is_served() {
    for path in [
        "/assets/app.css",
        "/assets/app.0000000000000000.css",
        "/assets/..%2fCargo.toml",
        "/assets/unknown",
        "/assets/",
    ] {
        assert_eq!(ask(path, &[]).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
}
