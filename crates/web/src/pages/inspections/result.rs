//! The result of a special inspection: drafted from its numbers, read and published by a second person.

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use casework::inspections::{self, ResultLine};
use documents::paper::Form as Shape;
use serde::Deserialize;

use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Crumb, Shell, Tone, filters};
use crate::pages::conference::{Told, told};
use crate::pages::register::unmade;
use crate::route::{encoded, html};
use crate::session::Session;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    title: String,
    words: String,
    why: String,
}

#[derive(Template)]
#[template(path = "inspections/result.html")]
struct ResultPage {
    shell: Shell,
    way: [Crumb; 3],
    id: String,
    rows: Vec<ResultLine>,
    sent: Sent,
    told: Told,
}

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    show(&app, &session, id, Sent::default(), Told::default()).await
}

async fn show(
    app: &App,
    session: &Session,
    id: String,
    mut sent: Sent,
    told: Told,
) -> Result<Response, Failed> {
    let own = id.clone();
    let (rows, (title, words)) = app
        .read(session, move |desk| {
            Ok((inspections::results(desk, &own)?, inspections::draft_of(desk, &own)?))
        })
        .await?;
    if sent.title.is_empty() && sent.words.is_empty() {
        (sent.title, sent.words) = (title, words);
    }
    let status = told.status;
    let page = ResultPage {
        shell: app.shell(session, "/inspections").await?,
        way: [
            Crumb { label: "督导检查".to_owned(), href: Some("/inspections".to_owned()) },
            Crumb { label: "专项督导".to_owned(), href: Some(format!("/inspections/{}", encoded(&id))) },
            Crumb { label: "公布结果".to_owned(), href: None },
        ],
        id,
        rows,
        sent,
        told,
    };
    Ok((status, html(&page)).into_response())
}

async fn after(
    app: &App,
    session: &Session,
    id: String,
    sent: Sent,
    done: Result<(), Failed>,
) -> Result<Response, Failed> {
    match done {
        Ok(()) => Ok(see_other(&format!("/inspections/{}/result", encoded(&id)))),
        Err(failed) => show(app, session, id, sent, told(failed)?).await,
    }
}

pub(super) async fn propose(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (own, new) = (id.clone(), sent.clone());
    let done = app
        .write(&session, move |desk| inspections::propose(desk, &own, &new.title, &new.words).map(drop))
        .await;
    after(&app, &session, id, sent, done).await
}

pub(super) async fn publish(
    State(app): State<App>,
    session: Session,
    Path((id, result)): Path<(String, String)>,
) -> Result<Response, Failed> {
    let own = id.clone();
    let done = app.write(&session, move |desk| inspections::publish(desk, &own, &result)).await;
    after(&app, &session, id, Sent::default(), done).await
}

pub(super) async fn refuse(
    State(app): State<App>,
    session: Session,
    Path((id, result)): Path<(String, String)>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (own, why) = (id.clone(), sent.why.clone());
    let done = app.write(&session, move |desk| inspections::refuse(desk, &own, &result, &why)).await;
    after(&app, &session, id, Sent { why: sent.why, ..Sent::default() }, done).await
}

async fn make(
    app: App,
    session: Session,
    (id, result): (String, String),
    form: Shape,
) -> Result<Response, Failed> {
    let (own, of) = (id.clone(), result.clone());
    let paper = app.read(&session, move |desk| inspections::result_paper(desk, &own, &of)).await?;
    let press = app.clone();
    let made = app.apart(move || press.press().make(&paper, form).map_err(|why| unmade(&why))).await?;
    let file = made.clone();
    app.write(&session, move |desk| inspections::result_made(desk, &id, &result, &file)).await?;
    let mut response = made.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(form.media()));
    let name = match form {
        Shape::Pdf => "attachment; filename=\"result.pdf\"",
        Shape::Docx => "attachment; filename=\"result.docx\"",
    };
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
    Ok(response)
}

pub(super) async fn pdf(
    State(app): State<App>,
    session: Session,
    Path(of): Path<(String, String)>,
) -> Result<Response, Failed> {
    make(app, session, of, Shape::Pdf).await
}

pub(super) async fn docx(
    State(app): State<App>,
    session: Session,
    Path(of): Path<(String, String)>,
) -> Result<Response, Failed> {
    make(app, session, of, Shape::Docx).await
}
