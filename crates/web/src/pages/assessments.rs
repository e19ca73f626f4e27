//! `/assessments`: the yearly assessment of townships and heads (四(四), 五(十二), 六(四)): one unit on a page, facts, the assessor's word and the reply.
//! No mark is added up, nothing can be sorted, and no school stands beside another.

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Response};
use casework::inspections::{self, AssessedFile, AssessedUnit};
use rules::access::Action;
use rules::inspection::{Assessed, Mark};
use serde::Deserialize;

use super::conference::{Told, told};
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Crumb, Empty, Shell, Tone};
use crate::route::{Policy, Route, encoded, html};
use crate::session::Session;

pub(crate) fn routes() -> Vec<Route> {
    let read = Policy::Needs(Action::ReadAssessments);
    vec![
        Route::get("/assessments", read, page),
        Route::get("/assessments/{unit}", read, one),
        // Who assesses whom, the use case says: a township the office of inspection, a head the bureau.
        Route::post("/assessments/{unit}/mark", read, mark),
        Route::post("/assessments/{unit}/reply", Policy::Needs(Action::ReplyAssessment), reply),
    ]
}

#[derive(Template)]
#[template(path = "assessments/list.html")]
struct ListPage {
    shell: Shell,
    year: i16,
    townships: Vec<AssessedUnit>,
    schools: Vec<AssessedUnit>,
    empty: Empty,
}

async fn page(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let units = app.read(&session, inspections::assessed_units).await?;
    let (townships, schools) = units.into_iter().partition(|unit| unit.of == Assessed::Township);
    Ok(html(&ListPage {
        shell: app.shell(&session, "/assessments").await?,
        year: app.now().day().year(),
        townships,
        schools,
        empty: Empty {
            why: "没有您能看的考核。".to_owned(),
            what_to_do: "乡镇看本乡镇的，学校看本校的。".to_owned(),
            act: None,
        },
    }))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Sent {
    item: String,
    mark: String,
    words: String,
    reply: String,
}

/// A line with what can be chosen.
struct Line {
    line: inspections::AssessedLine,
    choices: Vec<Choice>,
    /// What was typed for this line and not kept.
    words: String,
    reply: String,
    is_wrong: bool,
}

impl Line {
    fn choices(&self) -> &[Choice] {
        &self.choices
    }

    fn tone(&self) -> Tone {
        match self.line.mark {
            Some(Mark::Met) => Tone::Good,
            Some(Mark::NotMet) => Tone::Due,
            Some(Mark::NotYet) | None => Tone::Plain,
        }
    }

    fn said(&self) -> &'static str {
        self.line.mark.map_or("还没有意见", Mark::label)
    }
}

#[derive(Template)]
#[template(path = "assessments/one.html")]
struct OnePage {
    shell: Shell,
    way: [Crumb; 2],
    one: AssessedFile,
    lines: Vec<Line>,
    told: Told,
}

async fn one(State(app): State<App>, session: Session, Path(unit): Path<String>) -> Result<Response, Failed> {
    show(&app, &session, unit, Sent::default(), Told::default()).await
}

async fn show(
    app: &App,
    session: &Session,
    unit: String,
    sent: Sent,
    told: Told,
) -> Result<Response, Failed> {
    let mut one = app.look(session, move |desk| inspections::assessed(desk, &unit)).await?;
    let lines = std::mem::take(&mut one.lines).into_iter().map(|line| {
        let is_wrong = sent.item == line.code;
        let now = if is_wrong { sent.mark.as_str() } else { line.mark.map_or("", Mark::code) };
        Line {
            choices: Mark::ALL.iter().map(|mark| Choice::new(mark.code(), mark.label(), now)).collect(),
            words: if is_wrong { sent.words.clone() } else { line.words.clone() },
            reply: if is_wrong { sent.reply.clone() } else { line.reply.clone() },
            is_wrong,
            line,
        }
    });
    let lines = lines.collect();
    let status = told.status;
    let page = OnePage {
        shell: app.shell(session, "/assessments").await?,
        way: [
            Crumb { label: "年度考核".to_owned(), href: Some("/assessments".to_owned()) },
            Crumb { label: one.unit.name.clone(), href: None },
        ],
        lines,
        one,
        told,
    };
    Ok((status, html(&page)).into_response())
}

async fn after(
    app: &App,
    session: &Session,
    unit: String,
    sent: Sent,
    done: Result<(), Failed>,
) -> Result<Response, Failed> {
    match done {
        Ok(()) => Ok(see_other(&format!("/assessments/{}", encoded(&unit)))),
        Err(failed) => show(app, session, unit, sent, told(failed)?).await,
    }
}

async fn mark(
    State(app): State<App>,
    session: Session,
    Path(unit): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (own, new) = (unit.clone(), sent.clone());
    let done = app
        .write(&session, move |desk| {
            inspections::mark(desk, &own, &new.item, (Mark::from_code(&new.mark), &new.words))
        })
        .await;
    after(&app, &session, unit, sent, done).await
}

async fn reply(
    State(app): State<App>,
    session: Session,
    Path(unit): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (own, new) = (unit.clone(), sent.clone());
    let done = app.write(&session, move |desk| inspections::reply(desk, &own, &new.item, &new.reply)).await;
    after(&app, &session, unit, sent, done).await
}
