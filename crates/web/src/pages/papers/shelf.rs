//! The papers of a case: made, to be made, refused with the reason; the terms that run; hearing, review and court; the 卷宗.

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::papers::case::{Shelf, enter_track, shelf};
use casework::refused::Refused;
use rules::case::paper::Track;
use rules::date::parse_date;
use serde::Deserialize;

use super::Said;
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Crumb, Errors, Shell, Tone, filters};
use crate::route::{encoded, html};
use crate::session::Session;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Entered {
    kind: String,
    on: String,
    words: String,
}

#[derive(Template)]
#[template(path = "papers/shelf.html")]
struct ShelfPage {
    shell: Shell,
    way: [Crumb; 3],
    case: String,
    one: Shelf,
    tracks: Vec<Choice>,
    belongs: Vec<Choice>,
    said: Option<Said>,
    errors: Errors,
    typed: Entered,
    today: String,
}

impl ShelfPage {
    fn day(&self) -> &str {
        if self.typed.on.is_empty() { &self.today } else { &self.typed.on }
    }
}

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    show(&app, &session, id, (None, Errors::new(), Entered::default()), StatusCode::OK).await
}

pub(super) async fn show(
    app: &App,
    session: &Session,
    id: String,
    (said, errors, typed): (Option<Said>, Errors, Entered),
    status: StatusCode,
) -> Result<Response, Failed> {
    let case = id.clone();
    let one = app.look(session, move |desk| shelf(desk, &case)).await?;
    let none = std::iter::once(Choice::new("", "请选择", &typed.kind));
    let tracks = none.chain(Track::ALL.iter().map(|one| Choice::new(one.code(), one.label(), &typed.kind)));
    let page = ShelfPage {
        shell: app.shell(session, "/cases").await?,
        way: [
            Crumb { label: "个案".to_owned(), href: Some("/cases".to_owned()) },
            Crumb { label: one.child.clone(), href: Some(format!("/cases/{}", encoded(&id))) },
            Crumb { label: "文书".to_owned(), href: None },
        ],
        case: id,
        tracks: tracks.collect(),
        belongs: std::iter::once(Choice::new("", "整件个案", ""))
            .chain(one.papers.iter().map(|paper| Choice::new(&paper.id, &paper.word, "")))
            .collect(),
        one,
        said,
        errors,
        typed,
        today: app.now().day().to_string(),
    };
    Ok((status, html(&page)).into_response())
}

pub(super) async fn enter(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(typed): Form<Entered>,
) -> Result<Response, Failed> {
    let read = || -> Result<_, Refused> {
        let kind = Track::from_code(&typed.kind).ok_or_else(|| Refused::field("kind", "请选择事项"))?;
        let on = parse_date(&typed.on).map_err(|_| Refused::field("on", "请写日期，如 2026-11-23"))?;
        Ok((kind, on))
    };
    let done = match read() {
        Ok((kind, on)) => {
            let (case, words) = (id.clone(), typed.words.clone());
            app.write(&session, move |desk| enter_track(desk, &case, kind, on, &words)).await
        }
        Err(refused) => Err(Failed::from(refused)),
    };
    let failed = match done {
        Ok(()) => return Ok(see_other(&format!("/cases/{}/papers", encoded(&id)))),
        Err(failed) => failed,
    };
    let (said, errors, status) = super::make::refused(failed)?;
    show(&app, &session, id, (said, errors, typed), status).await
}
