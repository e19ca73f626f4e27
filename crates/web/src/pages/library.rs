//! `/library`: 一县一案, the plans of the townships, 一校一案, with their versions and files; who has none. What is in a file nobody opens here.

use askama::Template;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Form, Multipart, Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use casework::conference::{self, DocumentFile, DocumentLine, Lacking, MOST_BYTES, NewVersion};
use casework::refused::Refused;
use rules::access::{Action, Reach};
use serde::Deserialize;

use super::conference::{Told, told};
use crate::app::App;
use crate::failed::{Failed, see_other, too_large};
use crate::look::{Choice, Crumb, Empty, Head, Shell, Tone, filters};
use crate::route::{Policy, Route, encoded, html};
use crate::session::Session;
use crate::upload::{self, Came};

/// Bytes of the whole form.
const MOST: usize = MOST_BYTES + 64 * 1024;

pub(crate) fn routes() -> Vec<Route> {
    let (read, write) = (Policy::Needs(Action::ReadLibrary), Policy::Needs(Action::WriteLibrary));
    vec![
        Route::get("/library", read, page),
        Route::post("/library", write, add),
        Route::get("/library/{id}", read, one),
        Route::post("/library/{id}", write, version),
        Route::post("/library/{id}/file", write, file_version).body_limit(MOST),
        Route::get("/library/{id}/versions/{number}/file", read, file),
    ]
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Sent {
    unit: String,
    title: String,
    words: String,
    why: String,
}

#[derive(Template)]
#[template(path = "library/list.html")]
struct ListPage {
    shell: Shell,
    rows: Vec<DocumentLine>,
    heads: [Head; 4],
    lacking: Vec<Lacking>,
    units: Vec<Choice>,
    sent: Sent,
    told: Told,
    empty: Empty,
}

fn level(code: &str) -> &'static str {
    conference::levels().iter().find(|(own, _)| *own == code).map_or("方案", |(_, label)| label)
}

async fn page(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    show(&app, &session, Sent::default(), Told::default()).await
}

async fn show(app: &App, session: &Session, sent: Sent, told: Told) -> Result<Response, Failed> {
    let (rows, lacking) =
        app.read(session, |desk| Ok((conference::documents(desk)?, conference::lacking(desk)?))).await?;
    let actor = &session.who().actor;
    let own = actor
        .posts
        .iter()
        .filter(|post| Action::WriteLibrary.policy(post.role, post.standing) == Some(Reach::OwnUnit));
    let mut units: Vec<Choice> = Vec::new();
    for post in own {
        if !units.iter().any(|one| one.value == post.unit) {
            units.push(Choice::new(&post.unit, post.role.label(), &sent.unit));
        }
    }
    let status = told.status;
    let page = ListPage {
        shell: app.shell(session, "/library").await?,
        rows,
        heads: [Head::text("方案"), Head::text("单位"), Head::number("版本"), Head::text("最近一版")],
        lacking,
        units,
        sent,
        told,
        empty: Empty {
            why: "方案库里还没有方案。".to_owned(),
            what_to_do: "教体局登记一县一案，乡镇登记实施方案，学校登记一校一案。".to_owned(),
            act: None,
        },
    };
    Ok((status, html(&page)).into_response())
}

async fn add(State(app): State<App>, session: Session, Form(sent): Form<Sent>) -> Result<Response, Failed> {
    let new = NewVersion {
        unit: sent.unit.clone(),
        title: sent.title.clone(),
        words: sent.words.clone(),
        ..NewVersion::default()
    };
    match app.write(&session, move |desk| conference::put_version(desk, &new, None)).await {
        Ok(id) => Ok(see_other(&format!("/library/{}", encoded(&id)))),
        Err(failed) => show(&app, &session, sent, told(failed)?).await,
    }
}

#[derive(Template)]
#[template(path = "library/one.html")]
struct OnePage {
    shell: Shell,
    way: [Crumb; 2],
    one: DocumentFile,
    sent: Sent,
    told: Told,
}

impl OnePage {
    fn which(&self, version: &i64) -> String {
        format!("第{version}版")
    }
}

async fn one(State(app): State<App>, session: Session, Path(id): Path<String>) -> Result<Response, Failed> {
    show_one(&app, &session, id, Sent::default(), Told::default()).await
}

async fn show_one(
    app: &App,
    session: &Session,
    id: String,
    sent: Sent,
    told: Told,
) -> Result<Response, Failed> {
    let one = app.look(session, move |desk| conference::document(desk, &id)).await?;
    let status = told.status;
    let page = OnePage {
        shell: app.shell(session, "/library").await?,
        way: [
            Crumb { label: "方案库".to_owned(), href: Some("/library".to_owned()) },
            Crumb { label: one.line.title.clone(), href: None },
        ],
        one,
        sent,
        told,
    };
    Ok((status, html(&page)).into_response())
}

async fn version(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let new = NewVersion {
        document: id.clone(),
        words: sent.words.clone(),
        why: sent.why.clone(),
        ..NewVersion::default()
    };
    match app.write(&session, move |desk| conference::put_version(desk, &new, None)).await {
        Ok(_) => Ok(see_other(&format!("/library/{}", encoded(&id)))),
        Err(failed) => show_one(&app, &session, id, sent, told(failed)?).await,
    }
}

async fn file_version(
    State(app): State<App>,
    session: Session,
    headers: HeaderMap,
    Path(id): Path<String>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Failed> {
    // Whoever may not see the document learns nothing from what they send.
    let own = id.clone();
    app.look(&session, move |desk| conference::document(desk, &own).map(drop)).await?;
    let came = match form {
        Ok(form) => upload::receive(&headers, form, MOST, &["words", "why"]).await?,
        Err(_) => Came::Cut,
    };
    let done = match came {
        Came::Whole(came) => take(&app, &session, &id, came).await,
        Came::TooLarge => return Ok(too_large("10 MB")),
        Came::Cut => Err(Failed::from(upload::cut())),
    };
    match done {
        Ok(()) => Ok(see_other(&format!("/library/{}", encoded(&id)))),
        Err(failed) => show_one(&app, &session, id, Sent::default(), told(failed)?).await,
    }
}

/// Has its first bytes looked at before anything is stored, then keeps it.
async fn take(app: &App, session: &Session, id: &str, mut came: upload::Upload) -> Result<(), Failed> {
    let Some((file, name)) = came.file.take() else {
        return Err(Refused::field("file", "请选择文件").into());
    };
    let new = NewVersion {
        document: id.to_owned(),
        words: came.text("words").to_owned(),
        why: came.text("why").to_owned(),
        ..NewVersion::default()
    };
    let means = app.clone();
    let file = app.apart(move || conference::take_in(&means, file.path(), &name)).await?;
    app.write(session, move |desk| conference::put_version(desk, &new, Some(&file))).await.map(drop)
}

async fn file(
    State(app): State<App>,
    session: Session,
    Path((id, number)): Path<(String, String)>,
) -> Result<Response, Failed> {
    let version: i64 = number.parse().map_err(|_| Failed::missing())?;
    let (file, name) = app.look(&session, move |desk| conference::file_of(desk, &id, version)).await?;
    upload::download(&app, file, &name).await
}
