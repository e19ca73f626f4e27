//! Files in and out over HTTP: an upload goes to the disk as it comes and never whole into memory (hazard E05); a stored
//! file goes out as an attachment. Who may is the use case's affair.

use std::io::{Read as _, Write as _};

use axum::body::Body;
use axum::extract::Multipart;
use axum::extract::multipart::MultipartError;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use casework::files;
use casework::refused::Refused;

use crate::app::App;
use crate::failed::Failed;
use crate::route::encoded;

/// Longest upload, in bytes.
pub(crate) const UPLOAD: usize = 200 * 1024 * 1024;

/// Longest text beside the file, in bytes; of one that says so a page of writing.
const TEXT: usize = 200;
const LONG_TEXT: usize = 16 * 1024;

/// What a form of parts said; its file lies in a temporary file that goes with this value.
#[derive(Default)]
pub(crate) struct Upload {
    /// The file and its name; `None` where none was chosen.
    pub(crate) file: Option<(tempfile::NamedTempFile, String)>,
    texts: Vec<(&'static str, String)>,
}

impl Upload {
    /// What a field beside the file says; empty where there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.texts.iter().find(|(own, _)| *own == name).map_or("", |(_, text)| text.as_str())
    }
}

/// How an upload came.
pub(crate) enum Came {
    /// All of it.
    Whole(Upload),
    /// Too long, by its own word or by what came.
    TooLarge,
    /// The client went away, or sent something else than this form.
    Cut,
}

enum Broken {
    TooLarge,
    Cut,
    Disk(std::io::Error),
}

impl From<MultipartError> for Broken {
    fn from(error: MultipartError) -> Self {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE { Self::TooLarge } else { Self::Cut }
    }
}

/// What is said of an upload that did not come whole.
pub(crate) fn cut() -> Refused {
    Refused::field("file", "文件没有传完整，请重新选择文件上传")
}

/// Takes a form with a part `file` of at most `most` bytes and the texts `names`.
pub(crate) async fn receive(
    headers: &HeaderMap,
    form: Multipart,
    most: usize,
    names: &[&'static str],
) -> Result<Came, Failed> {
    // What says itself that it is too long is refused before it is read.
    let length =
        headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > most) {
        return Ok(Came::TooLarge);
    }
    match parts(form, names).await {
        Ok(upload) => Ok(Came::Whole(upload)),
        Err(Broken::TooLarge) => Ok(Came::TooLarge),
        Err(Broken::Cut) => Ok(Came::Cut),
        Err(Broken::Disk(error)) => Err(Refused::Fault(format!("an upload: {}", error.kind())).into()),
    }
}

async fn parts(mut form: Multipart, names: &[&'static str]) -> Result<Upload, Broken> {
    let mut upload = Upload::default();
    let mut fields = 0;
    while let Some(mut field) = form.next_field().await? {
        fields += 1;
        if fields > 10 {
            return Err(Broken::Cut);
        }
        let name = field.name().unwrap_or_default();
        if name == "file" {
            let name = field.file_name().unwrap_or_default().to_owned();
            let mut file = tempfile::NamedTempFile::new().map_err(Broken::Disk)?;
            let mut any = false;
            while let Some(chunk) = field.chunk().await? {
                any |= !chunk.is_empty();
                file.write_all(&chunk).map_err(Broken::Disk)?;
            }
            file.flush().map_err(Broken::Disk)?;
            upload.file = any.then_some((file, name));
            continue;
        }
        let Some(name) = names.iter().find(|own| **own == name).copied() else { return Err(Broken::Cut) };
        let mut text = Vec::new();
        while let Some(chunk) = field.chunk().await? {
            text.extend_from_slice(&chunk);
            if text.len() > if name == "long" { LONG_TEXT } else { TEXT } {
                return Err(Broken::Cut);
            }
        }
        upload.texts.push((name, String::from_utf8_lossy(&text).trim().to_owned()));
    }
    Ok(upload)
}

/// A stored file as an attachment; the use case has decided that it may go out.
pub(crate) async fn download(app: &App, file: String, name: &str) -> Result<Response, Failed> {
    Ok(attachment(whole(app, file).await?, name))
}

/// The bytes of a stored file; the use case has decided that they may go out.
pub(crate) async fn whole(app: &App, file: String) -> Result<Vec<u8>, Failed> {
    let means = app.clone();
    app.apart(move || {
        let fault = |error: std::io::Error| Refused::Fault(format!("a download: {}", error.kind()));
        let mut to = tempfile::tempfile().map_err(fault)?;
        files::open_into(&means, &file, &mut to)?;
        let mut bytes = Vec::new();
        to.read_to_end(&mut bytes).map_err(fault)?;
        Ok(bytes)
    })
    .await
}

/// Bytes as an attachment of this name; what they are is said by its end.
pub(crate) fn attachment(bytes: Vec<u8>, name: &str) -> Response {
    let kind = match name.rsplit('.').next() {
        Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Some("csv") => "text/csv; charset=utf-8",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    };
    let mut response = Body::from(bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let named = format!("attachment; filename=\"list\"; filename*=UTF-8''{}", encoded(name));
    if let Ok(value) = HeaderValue::from_str(&named) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}
