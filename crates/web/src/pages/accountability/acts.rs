//! What is done in a file: extract, one use case, back to its page; and its notice as PDF and DOCX.

use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use casework::accountability::{self, Decision};
use documents::paper::Form as Shape;

use super::one::{Sent, after};
use crate::app::App;
use crate::failed::Failed;
use crate::pages::papers::address;
use crate::pages::register::unmade;
use crate::session::Session;

pub(super) async fn state(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (own, words) = (id.clone(), sent.words.clone());
    let done = app.write(&session, move |desk| accountability::state(desk, &own, &words)).await;
    after(&app, &session, id, sent, done).await
}

pub(super) async fn silent(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let own = id.clone();
    let done = app.write(&session, move |desk| accountability::silent(desk, &own)).await;
    after(&app, &session, id, Sent::default(), done).await
}

pub(super) async fn decide(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let new = Decision {
        measure: sent.measure.clone(),
        organ: sent.organ.clone(),
        words: sent.words.clone(),
        mend_day: sent.mend_day.clone(),
    };
    let own = id.clone();
    let done = app.write(&session, move |desk| accountability::decide(desk, &own, &new)).await;
    after(&app, &session, id, sent, done).await
}

pub(super) async fn mend(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (own, words) = (id.clone(), sent.words.clone());
    let done = app.write(&session, move |desk| accountability::mend(desk, &own, &words)).await;
    after(&app, &session, id, sent, done).await
}

pub(super) async fn accept(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (own, words) = (id.clone(), sent.seen.clone());
    let done = app.write(&session, move |desk| accountability::accept(desk, &own, &words)).await;
    after(&app, &session, id, sent, done).await
}

pub(super) async fn back(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (own, words) = (id.clone(), sent.why.clone());
    let done = app.write(&session, move |desk| accountability::return_mending(desk, &own, &words)).await;
    after(&app, &session, id, sent, done).await
}

async fn make(
    app: App,
    session: Session,
    id: String,
    address: String,
    form: Shape,
) -> Result<Response, Failed> {
    let own = id.clone();
    let kept = app.read(&session, move |desk| accountability::notice(desk, &own, &address)).await?;
    let (press, paper) = (app.clone(), kept.paper.clone());
    let made = app.apart(move || press.press().make(&paper, form).map_err(|why| unmade(&why))).await?;
    let file = made.clone();
    app.write(&session, move |desk| accountability::notice_made(desk, &id, &kept, &file)).await?;
    let mut response = made.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(form.media()));
    let name = match form {
        Shape::Pdf => "attachment; filename=\"notice.pdf\"",
        Shape::Docx => "attachment; filename=\"notice.docx\"",
    };
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
    Ok(response)
}

pub(super) async fn pdf(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failed> {
    let at = address(&app, &headers);
    make(app, session, id, at, Shape::Pdf).await
}

pub(super) async fn docx(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failed> {
    let at = address(&app, &headers);
    make(app, session, id, at, Shape::Docx).await
}
