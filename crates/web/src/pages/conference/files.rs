//! Files that show what was done for a task or a duty: bounded before they are parsed, looked at before they are stored, never opened (E05, E06).

use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use casework::conference::{self, Attached, MOST_BYTES};
use casework::refused::Refused;

use super::{duties, tasks};
use crate::app::App;
use crate::failed::{Failed, see_other, too_large};
use crate::route::encoded;
use crate::session::Session;
use crate::upload::{self, Came};

/// Bytes of the whole form.
pub(super) const MOST: usize = MOST_BYTES + 64 * 1024;

/// The file that came, or the answer that says why there is none.
enum Taken {
    File(Attached),
    Failed(Failed),
    TooLarge,
}

async fn take(
    app: &App,
    headers: &HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Taken, Failed> {
    let came = match form {
        Ok(form) => upload::receive(headers, form, MOST, &[]).await?,
        Err(_) => Came::Cut,
    };
    let (file, name) = match came {
        Came::TooLarge => return Ok(Taken::TooLarge),
        Came::Cut => return Ok(Taken::Failed(upload::cut().into())),
        Came::Whole(mut came) => match came.file.take() {
            Some(file) => file,
            None => return Ok(Taken::Failed(Refused::field("file", "请选择文件").into())),
        },
    };
    let means = app.clone();
    match app.apart(move || conference::take_in(&means, file.path(), &name)).await {
        Ok(file) => Ok(Taken::File(file)),
        Err(failed) => Ok(Taken::Failed(failed)),
    }
}

pub(super) async fn to_task(
    State(app): State<App>,
    session: Session,
    headers: HeaderMap,
    Path(id): Path<String>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Failed> {
    // Whoever may not see the task learns nothing from what they send.
    let own = id.clone();
    app.look(&session, move |desk| conference::task(desk, &own).map(drop)).await?;
    let done = match take(&app, &headers, form).await? {
        Taken::TooLarge => return Ok(too_large("10 MB")),
        Taken::Failed(failed) => Err(failed),
        Taken::File(file) => {
            let own = id.clone();
            app.write(&session, move |desk| conference::attach_to_task(desk, &own, &file)).await
        }
    };
    tasks::after(&app, &session, id, tasks::Sent::default(), done).await
}

pub(super) async fn to_duty(
    State(app): State<App>,
    session: Session,
    headers: HeaderMap,
    Path((clause, proof)): Path<(String, String)>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Failed> {
    let own = clause.clone();
    app.look(&session, move |desk| conference::duty(desk, &own).map(drop)).await?;
    let done = match take(&app, &headers, form).await? {
        Taken::TooLarge => return Ok(too_large("10 MB")),
        Taken::Failed(failed) => Err(failed),
        Taken::File(file) => {
            let own = clause.clone();
            app.write(&session, move |desk| conference::attach_to_duty(desk, &own, &proof, &file)).await
        }
    };
    match done {
        Ok(()) => Ok(see_other(&format!("/duties/{}", encoded(&clause)))),
        Err(failed) => duties::again(&app, &session, clause, failed).await,
    }
}

pub(super) async fn get(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let (file, name) = app.look(&session, move |desk| conference::proof_file(desk, &id)).await?;
    upload::download(&app, file, &name).await
}
