//! `/turnover`: 新学年. The county's board of schools; a school's classes and what becomes of them; its new pupils. What may be done is decided in
//! `rules::turnover` and `casework::turnover`.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::refused::Refused;
use casework::turnover::{self, Arrivals, Board, ClassLine, SchoolLine, Turn};
use rules::access::Action;
use rules::age::school_year_label;
use rules::turnover::{Held, Onward};
use serde::Deserialize;

use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Crumb, Empty, Errors, Head, Shell, Tone, filters};
use crate::route::{Policy, Route, html};
use crate::session::Session;

pub(crate) fn routes() -> Vec<Route> {
    let needs = Policy::Needs;
    vec![
        Route::get("/turnover", needs(Action::ReadTurnover), list),
        Route::get("/turnover/{id}", needs(Action::ReadTurnover), page),
        Route::post("/turnover/{id}", needs(Action::TurnYear), start),
        Route::post("/turnover/{id}/withdraw", needs(Action::TurnYear), withdraw),
        Route::get("/turnover/{id}/arrivals", needs(Action::TurnYear), arrivals),
        Route::post("/turnover/{id}/arrivals", needs(Action::TurnYear), arrive),
    ]
}

#[derive(Template)]
#[template(path = "turnover/board.html")]
struct BoardPage {
    shell: Shell,
    one: Board,
    label: String,
    heads: [Head; 5],
    empty: Empty,
}

impl BoardPage {
    fn state(&self, line: &SchoolLine) -> (&'static str, Tone) {
        match line.state.as_str() {
            "open" => ("还没有编班", Tone::Due),
            "planned" => ("定了，等生效", Tone::Plain),
            "done" if line.old.1 > 0 => ("有人留在去年的班", Tone::Due),
            "done" => ("编好了", Tone::Good),
            _ => ("不用编", Tone::Plain),
        }
    }
}

async fn list(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let one = app.look(&session, turnover::board).await?;
    let page = BoardPage {
        shell: app.shell(&session, "/turnover").await?,
        label: school_year_label(one.year),
        heads: [
            Head::text("学校"),
            Head::text("编班"),
            Head::number("去年的班"),
            Head::number("还在去年班里的"),
            Head::text("新生报到"),
        ],
        empty: Empty {
            why: "没有学校。".to_owned(),
            what_to_do: "您的岗位不管学校的编班。".to_owned(),
            act: None,
        },
        one,
    };
    Ok(html(&page))
}

#[derive(Template)]
#[template(path = "turnover/school.html")]
struct SchoolPage {
    shell: Shell,
    way: Vec<Crumb>,
    one: Turn,
    heads: [Head; 4],
    held_heads: [Head; 3],
    sent: Sent,
    said: Option<(String, String)>,
    errors: Errors,
}

impl SchoolPage {
    fn next(&self, class: &ClassLine) -> String {
        match class.onward {
            Onward::Up(_) => class.next.clone(),
            Onward::Finishes if self.one.has.1 => "初中毕业".to_owned(),
            Onward::Finishes => "小学毕业，到初中报到前继续跟踪".to_owned(),
            Onward::Waits => "教学点没有更高的年级，等转学".to_owned(),
        }
    }

    fn why(&self, held: &Held) -> &'static str {
        held.text().0
    }

    fn todo(&self, held: &Held) -> &'static str {
        held.text().1
    }
}

fn way(of: &str, more: Option<&str>, href: &str) -> Vec<Crumb> {
    let mut way = vec![Crumb { label: "新学年".to_owned(), href: Some("/turnover".to_owned()) }];
    match more {
        Some(more) => {
            way.push(Crumb { label: of.to_owned(), href: Some(href.to_owned()) });
            way.push(Crumb { label: more.to_owned(), href: None });
        }
        None => way.push(Crumb { label: of.to_owned(), href: None }),
    }
    way
}

async fn page(State(app): State<App>, session: Session, Path(id): Path<String>) -> Result<Response, Failed> {
    show(&app, &session, id, None, (None, Errors::new()), StatusCode::OK).await
}

async fn show(
    app: &App,
    session: &Session,
    id: String,
    sent: Option<Sent>,
    (said, errors): (Option<(String, String)>, Errors),
    status: StatusCode,
) -> Result<Response, Failed> {
    let one = app.look(session, move |desk| turnover::look(desk, &id)).await?;
    let usual = Sent {
        year: one.year.to_string(),
        firsts: one.fresh.0.to_string(),
        sevenths: one.fresh.1.to_string(),
        stays: String::new(),
    };
    let page = SchoolPage {
        shell: app.shell(session, "/turnover").await?,
        way: way(&one.school.1, None, ""),
        heads: [Head::text("现在的班"), Head::number("学生"), Head::text("班主任"), Head::text("新学年")],
        held_heads: [Head::text("孩子"), Head::text("为什么"), Head::text("要做的")],
        sent: sent.unwrap_or(usual),
        one,
        said,
        errors,
    };
    Ok((status, html(&page)).into_response())
}

/// The form of a school's decision.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Sent {
    year: String,
    firsts: String,
    sevenths: String,
    stays: String,
}

impl Sent {
    fn form(&self) -> Result<turnover::Form, Refused> {
        let number = |field: &'static str, text: &str| {
            let text = text.trim();
            if text.is_empty() {
                Ok(0)
            } else {
                text.parse().map_err(|_| Refused::field(field, "请写数字"))
            }
        };
        Ok(turnover::Form {
            year: self.year.parse().map_err(|_| Refused::field("year", "页面过期了，请刷新再提交"))?,
            firsts: number("firsts", &self.firsts)?,
            sevenths: number("sevenths", &self.sevenths)?,
            stays: self.stays.clone(),
        })
    }
}

/// What a rule refused, and what to do.
type Said = Option<(String, String)>;

/// A refusal as the page shows it: what and what to do, or the fields.
fn refused(failed: Failed) -> Result<(Said, Errors, StatusCode), Failed> {
    match failed.refused() {
        Refused::Rule { what, basis, todo } => {
            let what = if basis.is_empty() { what.clone() } else { format!("{what}（{basis}）") };
            Ok((Some((what, todo.clone())), Errors::new(), StatusCode::CONFLICT))
        }
        _ => Ok((None, failed.errors()?, StatusCode::UNPROCESSABLE_ENTITY)),
    }
}

async fn start(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let school = id.clone();
    let done = match sent.form() {
        Ok(form) => app.write(&session, move |desk| turnover::start(desk, &school, &form)).await,
        Err(refused) => Err(Failed::from(refused)),
    };
    match done {
        Ok(()) => Ok(see_other(&format!("/turnover/{id}"))),
        Err(failed) => {
            let (said, errors, status) = refused(failed)?;
            show(&app, &session, id, Some(sent), (said, errors), status).await
        }
    }
}

#[derive(Debug, Deserialize)]
struct Year {
    #[serde(default)]
    year: i16,
}

async fn withdraw(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Year>,
) -> Result<Response, Failed> {
    let school = id.clone();
    match app.write(&session, move |desk| turnover::withdraw(desk, &school, sent.year)).await {
        Ok(()) => Ok(see_other(&format!("/turnover/{id}"))),
        Err(failed) => {
            let (said, errors, status) = refused(failed)?;
            show(&app, &session, id, None, (said, errors), status).await
        }
    }
}

#[derive(Template)]
#[template(path = "turnover/arrivals.html")]
struct ArrivalsPage {
    shell: Shell,
    way: Vec<Crumb>,
    one: Arrivals,
    label: String,
    heads: [Head; 4],
    kept: BTreeMap<String, String>,
    said: Option<(String, String)>,
    errors: Errors,
}

impl ArrivalsPage {
    /// The classes that fit a child.
    fn choices(&self, child: &str, grade: Option<i64>) -> Vec<Choice> {
        let kept = self.kept.get(child).map_or("", String::as_str);
        let fit = self.one.classes.iter().filter(|class| grade.is_none_or(|due| due == class.2));
        let choice = |value: &str, label: &str| Choice {
            value: value.to_owned(),
            label: label.to_owned(),
            hint: String::new(),
            chosen: value == kept,
        };
        std::iter::once(choice("", "没有来")).chain(fit.map(|(unit, name, _)| choice(unit, name))).collect()
    }
}

async fn arrivals(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    show_arrivals(&app, &session, id, BTreeMap::new(), (None, Errors::new()), StatusCode::OK).await
}

async fn show_arrivals(
    app: &App,
    session: &Session,
    id: String,
    kept: BTreeMap<String, String>,
    (said, errors): (Option<(String, String)>, Errors),
    status: StatusCode,
) -> Result<Response, Failed> {
    let one = app.look(session, move |desk| turnover::arrivals(desk, &id)).await?;
    let page = ArrivalsPage {
        shell: app.shell(session, "/turnover").await?,
        way: way(&one.school.1, Some("新生报到"), &format!("/turnover/{}", one.school.0)),
        label: school_year_label(one.year),
        heads: [Head::text("孩子"), Head::text("出生"), Head::text("住在"), Head::text("编到")],
        one,
        kept,
        said,
        errors,
    };
    Ok((status, html(&page)).into_response())
}

async fn arrive(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<BTreeMap<String, String>>,
) -> Result<Response, Failed> {
    let came: Vec<(String, String)> = sent
        .iter()
        .filter_map(|(field, class)| Some((field.strip_prefix("c-")?.to_owned(), class.clone())))
        .filter(|(_, class)| !class.is_empty())
        .collect();
    let kept = came.iter().cloned().collect();
    let school = id.clone();
    match app.write(&session, move |desk| turnover::arrive(desk, &school, &came)).await {
        Ok(_) => Ok(see_other(&format!("/turnover/{id}/arrivals"))),
        Err(failed) => {
            let (said, errors, status) = refused(failed)?;
            show_arrivals(&app, &session, id, kept, (said, errors), status).await
        }
    }
}
