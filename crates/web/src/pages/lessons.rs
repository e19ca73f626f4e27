//! `/lessons`: 送教上门. Who is taught at home with the hours of the week and what looks as if it were on paper alone; one child's lessons
//! and the form of one.

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use casework::lessons::{self, CONFIRM, ChildLessons, LessonForm, Pupil};
use casework::refused::Refused;
use rules::access::Action;
use rules::attendance::Answered;
use rules::date::parse_date;
use serde::Deserialize;

use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Crumb, Empty, Errors, Head, Shell, Tone, filters};
use crate::route::{Policy, Route, encoded, html};
use crate::session::Session;

pub(crate) fn routes() -> Vec<Route> {
    let needs = Policy::Needs;
    vec![
        Route::get("/lessons", needs(Action::ReadLessons), list),
        Route::get("/children/{id}/lessons", needs(Action::ReadLessons), page),
        Route::post("/children/{id}/lessons", needs(Action::RecordLesson), write),
        Route::get("/lessons/{id}/photo", needs(Action::ReadLessons), photo),
    ]
}

#[derive(Template)]
#[template(path = "lessons/list.html")]
struct ListPage {
    shell: Shell,
    rows: Vec<Pupil>,
    heads: [Head; 5],
    empty: Empty,
    due: u16,
    basis: String,
}

async fn list(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let rows = app.look(&session, lessons::pupils).await?;
    let rule = &app.plan().case().home_teaching;
    Ok(html(&ListPage {
        shell: app.shell(&session, "/lessons").await?,
        rows,
        heads: [
            Head::text("姓名"),
            Head::number("本周"),
            Head::number("前几周不够"),
            Head::text("上次送教"),
            Head::text("要核实的"),
        ],
        empty: Empty {
            why: "没有送教上门的孩子。".to_owned(),
            what_to_do: "教体局在个案里安置为“送教上门”的孩子会列在这里，由学校登记每次送教。".to_owned(),
            act: None,
        },
        due: rule.weekly_minutes,
        basis: rule.basis.cited(),
    }))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Sent {
    id: String,
    pub(crate) day: String,
    pub(crate) from: String,
    pub(crate) minutes: String,
    pub(crate) taught: String,
    confirmed: String,
    pub(crate) name: String,
}

impl Sent {
    fn form(&self) -> Result<LessonForm, Refused> {
        Ok(LessonForm {
            id: self.id.clone(),
            day: parse_date(self.day.trim()).map_err(|_| Refused::field("day", "请写日期，如 2026-11-23"))?,
            from: self.from.clone(),
            minutes: self
                .minutes
                .trim()
                .parse()
                .map_err(|_| Refused::field("minutes", "请写教了多少分钟，20到300"))?,
            taught: self.taught.clone(),
            confirmed: Answered::from_code(&self.confirmed),
            name: self.name.clone(),
            photo: None,
        })
    }
}

#[derive(Template)]
#[template(path = "lessons/child.html")]
struct ChildPage {
    shell: Shell,
    way: [Crumb; 2],
    child: String,
    one: ChildLessons,
    heads: [Head; 5],
    said: Option<(String, String)>,
    of: Fields,
}

/// The fields of a lesson: what was typed, what can be chosen, what is wrong.
pub(crate) struct Fields {
    pub(crate) sent: Sent,
    pub(crate) confirm: Vec<Choice>,
    pub(crate) errors: Errors,
}

impl Fields {
    fn new(sent: Sent, errors: Errors) -> Self {
        let nobody = Choice::new("", "没有人确认", &sent.confirmed);
        let confirm = std::iter::once(nobody)
            .chain(CONFIRM.iter().map(|one| Choice::new(one.code(), one.label(), &sent.confirmed)))
            .collect();
        Self { sent, confirm, errors }
    }

    /// For the phone, which fills them in itself.
    pub(crate) fn empty() -> Self {
        Self::new(Sent::default(), Errors::new())
    }
}

async fn page(State(app): State<App>, session: Session, Path(id): Path<String>) -> Result<Response, Failed> {
    let sent = Sent { id: app.now().id(), day: app.now().day().to_string(), ..Sent::default() };
    show(&app, &session, id, (None, Errors::new(), sent), StatusCode::OK).await
}

async fn show(
    app: &App,
    session: &Session,
    id: String,
    (said, errors, sent): (Option<(String, String)>, Errors, Sent),
    status: StatusCode,
) -> Result<Response, Failed> {
    let asked = id.clone();
    let one = app.look(session, move |desk| lessons::child_lessons(desk, &asked)).await?;
    let page = ChildPage {
        shell: app.shell(session, "/lessons").await?,
        way: [
            Crumb { label: "送教上门".to_owned(), href: Some("/lessons".to_owned()) },
            Crumb { label: one.name.clone(), href: None },
        ],
        child: id,
        one,
        heads: [
            Head::text("哪天"),
            Head::number("分钟"),
            Head::text("教了什么"),
            Head::text("家里确认"),
            Head::text("要核实的"),
        ],
        said,
        of: Fields::new(sent, errors),
    };
    Ok((status, html(&page)).into_response())
}

/// The photograph of a lesson; kept by no browser.
async fn photo(State(app): State<App>, session: Session, Path(id): Path<String>) -> Result<Response, Failed> {
    let image = app.look(&session, move |desk| lessons::photo(desk, &id)).await?;
    let kind = HeaderValue::from_static("image/jpeg");
    let alone = HeaderValue::from_static("no-store");
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, alone)], image).into_response())
}

async fn write(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let child = id.clone();
    let done = match sent.form() {
        Ok(form) => app.write(&session, move |desk| lessons::write(desk, &child, &form)).await,
        Err(refused) => Err(Failed::from(refused)),
    };
    let failed = match done {
        Ok(()) => return Ok(see_other(&format!("/children/{}/lessons", encoded(&id)))),
        Err(failed) => failed,
    };
    let (said, errors, status) = match failed.refused() {
        Refused::Rule { what, basis, todo } => {
            (Some((format!("{what}（{basis}）"), todo.clone())), Errors::new(), StatusCode::CONFLICT)
        }
        _ => (None, failed.errors()?, StatusCode::UNPROCESSABLE_ENTITY),
    };
    show(&app, &session, id, (said, errors, sent), status).await
}
