//! `/ways/studies`: the studies of closures, and the form that drafts one.

use askama::Template;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::refused::Refused;
use casework::ways::{self, Draft, StudyLine};
use rules::access::Action;
use rules::date::parse_date;
use rules::ways::Stage;
use serde::Deserialize;

use super::{Said, can, said, tabs};
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Empty, Errors, Head, Shell, Tab, Tone, filters};
use crate::route::{Policy, Route, encoded, html};
use crate::session::Session;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/ways/studies", Policy::Needs(Action::ReadClosures), list),
        Route::post("/ways/studies", Policy::Needs(Action::StudyClosure), draft),
    ]
}

/// How much a stage presses.
pub(super) const fn tone(stage: Stage) -> Tone {
    match stage {
        Stage::Drafted => Tone::Act,
        Stage::Hearing => Tone::Due,
        Stage::Kept => Tone::Good,
        Stage::Closed | Stage::Withdrawn => Tone::Plain,
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Sent {
    school: String,
    grades: String,
    from: String,
    why: String,
    receivers: String,
}

impl Sent {
    /// Grades as people write them: `1、2、3`, `一至三` is refused since it can be read in two ways.
    fn grades(&self) -> Option<Vec<u8>> {
        let mut grades = Vec::new();
        for sign in self.grades.chars() {
            let chinese = ['一', '二', '三', '四', '五', '六', '七', '八', '九'];
            let grade = match sign.to_digit(10) {
                Some(digit) => u8::try_from(digit).ok(),
                None => chinese.iter().position(|one| *one == sign).and_then(|at| u8::try_from(at + 1).ok()),
            };
            match grade {
                Some(0) => return None,
                Some(grade) => grades.push(grade),
                None if matches!(sign, ' ' | ',' | '，' | '、' | '年' | '级') => {}
                None => return None,
            }
        }
        Some(grades)
    }

    fn draft(&self) -> Result<Draft, Refused> {
        Ok(Draft {
            school: self.school.clone(),
            grades: self
                .grades()
                .ok_or_else(|| Refused::field("grades", "年级请一个一个写，如 1、2、3；整所学校不填"))?,
            from: parse_date(self.from.trim())
                .map_err(|_| Refused::field("from", "请写日期，如 2027-09-01"))?,
            why: self.why.clone(),
            receivers: self.receivers.clone(),
        })
    }
}

#[derive(Template)]
#[template(path = "ways/studies.html")]
struct StudiesPage {
    shell: Shell,
    tabs: Vec<Tab>,
    rows: Vec<StudyLine>,
    heads: [Head; 4],
    empty: Empty,
    may_study: bool,
    said: Option<(String, String)>,
    errors: Errors,
    sent: Sent,
    basis: String,
}

impl StudiesPage {
    fn tone(&self, one: &StudyLine) -> Tone {
        tone(one.stage)
    }
}

async fn list(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    show(&app, &session, (None, Errors::new()), Sent::default(), StatusCode::OK).await
}

async fn show(
    app: &App,
    session: &Session,
    (said, errors): Said,
    sent: Sent,
    status: StatusCode,
) -> Result<Response, Failed> {
    let rows = app.look(session, ways::studies).await?;
    let page = StudiesPage {
        shell: app.shell(session, "/ways").await?,
        tabs: tabs(session, "/ways/studies"),
        rows,
        heads: [Head::text("学校"), Head::text("哪些年级"), Head::text("从哪天起"), Head::text("到了哪一步")],
        empty: Empty {
            why: "没有撤并研究。".to_owned(),
            what_to_do: "教体局起草以后列在这里；程序只测算影响，不撤并学校。".to_owned(),
            act: None,
        },
        may_study: can(session, Action::StudyClosure),
        said,
        errors,
        sent,
        basis: app.plan().school_access().basis.cited(),
    };
    Ok((status, html(&page)).into_response())
}

async fn draft(State(app): State<App>, session: Session, Form(sent): Form<Sent>) -> Result<Response, Failed> {
    let done = match sent.draft() {
        Ok(draft) => app.write(&session, move |desk| ways::draft(desk, &draft)).await,
        Err(refused) => Err(Failed::from(refused)),
    };
    match done {
        Ok(id) => Ok(see_other(&format!("/ways/studies/{}", encoded(&id)))),
        Err(failed) => {
            let why = said(failed)?;
            let status =
                if why.0.is_some() { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
            show(&app, &session, why, sent, status).await
        }
    }
}
