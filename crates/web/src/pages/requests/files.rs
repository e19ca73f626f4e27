//! Files with the answer to a request: handed in by the unit that is asked, taken out by whoever reads the answer.

use std::io::Read as _;

use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use casework::files::{self, Stored};
use casework::refused::Refused;
use casework::requests;

use super::one::{Sent, ended};
use crate::app::App;
use crate::failed::{Failed, too_large};
use crate::session::Session;
use crate::upload::{self, Came};

/// Bytes of the whole form.
pub(crate) const MOST: usize = requests::MOST_BYTES + 64 * 1024;

pub(super) async fn add(
    State(app): State<App>,
    session: Session,
    headers: HeaderMap,
    Path(id): Path<String>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Failed> {
    // Whoever may not see the request learns nothing from what they send.
    let own = id.clone();
    app.look(&session, move |desk| requests::request(desk, &own).map(drop)).await?;
    let came = match form {
        Ok(form) => upload::receive(&headers, form, MOST, &[]).await?,
        Err(_) => Came::Cut,
    };
    let done = match came {
        Came::Whole(came) => take(&app, &session, &id, came).await,
        Came::TooLarge => return Ok(too_large("5 MB")),
        Came::Cut => Err(Failed::from(upload::cut())),
    };
    ended(&app, &session, id, Sent::default(), done).await
}

async fn take(app: &App, session: &Session, id: &str, came: upload::Upload) -> Result<(), Failed> {
    let (stored, first) = stored(app, came).await?;
    let id = id.to_owned();
    app.write(session, move |desk| requests::attach(desk, &id, (&stored, &first)).map(drop)).await
}

/// Stores what came, and its first bytes: by them it is known what it is.
pub(crate) async fn stored(app: &App, mut came: upload::Upload) -> Result<(Stored, Vec<u8>), Failed> {
    let Some((file, name)) = came.file.take() else {
        return Err(Refused::field("file", "请选择文件").into());
    };
    let means = app.clone();
    app.apart(move || {
        let fault = |error: std::io::Error| Refused::Fault(format!("an answer's file: {}", error.kind()));
        let mut first = Vec::new();
        let open = std::fs::File::open(file.path()).map_err(fault)?;
        open.take(8).read_to_end(&mut first).map_err(fault)?;
        Ok((files::store(&means, file.path(), &name)?, first))
    })
    .await
}

pub(crate) async fn file(
    State(app): State<App>,
    session: Session,
    Path((id, file)): Path<(String, String)>,
) -> Result<Response, Failed> {
    let own = file.clone();
    let name = app.look(&session, move |desk| requests::file_of(desk, &id, &own)).await?;
    upload::download(&app, file, &name).await
}
