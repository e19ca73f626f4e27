//! What was scanned for a case: pictures and PDFs handed in from a desk or a phone, looked at page by page. The page makes a picture small before it
//! travels; what is kept of it the use case says.

use axum::extract::multipart::MultipartRejection;
use axum::extract::{Form, Multipart, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use casework::papers::case::{Scanned, add_scan, look_at_void, scan_image, void_scan};
use casework::refused::Refused;
use documents::picture::{self, NoPicture};
use documents::scanned::{self, NoScan};
use serde::Deserialize;

use super::shelf::{Entered, show};
use crate::app::App;
use crate::failed::{Failed, see_other, too_large};
use crate::route::encoded;
use crate::session::Session;
use crate::upload::{self, Came};

/// Bytes of the whole form at most: without its script a page hands in what a scanner or a camera made.
pub(super) const MOST: usize = picture::MOST + 64 * 1024;

/// Bytes of a picture that is kept.
const KEPT: usize = 400_000;

pub(super) async fn add(
    State(app): State<App>,
    session: Session,
    headers: HeaderMap,
    Path(id): Path<String>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Failed> {
    // What is no form of parts is said on the page of the case, which is not there for others.
    let came = match form {
        Ok(form) => upload::receive(&headers, form, MOST, &["title", "paper"]).await?,
        Err(_) => Came::Cut,
    };
    let done = match came {
        Came::Whole(came) => take(&app, &session, &id, came).await,
        Came::TooLarge => return Ok(too_large("8 MB")),
        Came::Cut => Err(Failed::from(upload::cut())),
    };
    let failed = match done {
        Ok(()) => return Ok(see_other(&format!("/cases/{}/papers", encoded(&id)))),
        Err(failed) => failed,
    };
    let (said, errors, status) = super::make::refused(failed)?;
    show(&app, &session, id, (said, errors, Entered::default()), status).await
}

async fn take(app: &App, session: &Session, case: &str, mut came: upload::Upload) -> Result<(), Failed> {
    let Some((file, _)) = came.file.take() else {
        return Err(Refused::field("file", "请选择PDF或者图片").into());
    };
    let reader = app.scanner().clone();
    let pages = app
        .apart(move || {
            let bytes = std::fs::read(file.path())
                .map_err(|error| Refused::Fault(format!("a scanned page: {}", error.kind())))?;
            if scanned::is_pdf(&bytes) {
                return reader.read(bytes).map_err(|wrong| Refused::field("file", wrong.said()));
            }
            picture::small_jpeg(bytes, KEPT).map(|page| vec![page]).map_err(|wrong| {
                let text = match wrong {
                    NoPicture::Unknown => NoScan::Unknown.said(),
                    NoPicture::Large => "图片太大：不超过8MB、2400万像素，请把扫描分辨率调到200 dpi再来",
                    NoPicture::Broken => "图片打不开，请重新拍照或扫描",
                };
                Refused::field("file", text)
            })
        })
        .await?;
    let told = Scanned { title: came.text("title").to_owned(), paper: came.text("paper").to_owned(), pages };
    let case = case.to_owned();
    app.write(session, move |desk| add_scan(desk, &case, &told)).await.map(drop)
}

/// One of them; kept by no browser.
pub(super) async fn image(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let image = app.look(&session, move |desk| scan_image(desk, &id)).await?;
    let kind = HeaderValue::from_static("image/jpeg");
    let alone = HeaderValue::from_static("no-store");
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, alone)], image)
        .into_response())
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Why {
    why: String,
}

/// One that was added by mistake.
pub(super) async fn void(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<Why>,
) -> Result<Response, Failed> {
    let case = app.write(&session, move |desk| void_scan(desk, &id, &form.why)).await?;
    Ok(see_other(&format!("/cases/{}/papers", encoded(&case))))
}

/// The second look at what was made void.
pub(super) async fn looked(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let case = app.write(&session, move |desk| look_at_void(desk, &id)).await?;
    Ok(see_other(&format!("/cases/{}/papers", encoded(&case))))
}
