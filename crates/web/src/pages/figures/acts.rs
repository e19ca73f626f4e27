//! The acts of the figures: a snapshot now, freezing, the yearbook's numbers, names as a workbook. Each goes back to where it was asked for.

use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::Response;
use casework::figures::{self, EntryForm, NamesAsked};
use casework::refused::Refused;
use rules::figures::{Figure, Mark, Step, TERMS, Terms};
use serde::Deserialize;

use super::nothing;
use super::one::cause_of;
use super::panel::{Asked, Typed, show};
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::Errors;
use crate::pages::exports::{Asking, take};
use crate::session::Session;

pub(super) async fn renew(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    app.write(&session, figures::renew_now).await?;
    Ok(see_other("/figures?said=renew"))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Freezing {
    number: i64,
    label: String,
}

pub(super) async fn freeze(
    State(app): State<App>,
    session: Session,
    Form(sent): Form<Freezing>,
) -> Result<Response, Failed> {
    let number = sent.number;
    let verdict = app.look(&session, move |desk| figures::verify(desk, number)).await?;
    let verdict = verdict.ok_or_else(nothing)?;
    let label = sent.label.clone();
    let done = app.write(&session, move |desk| figures::freeze(desk, &verdict, &label)).await;
    let typed = Typed { label: sent.label, ..Typed::default() };
    match done {
        Ok(()) => Ok(see_other("/figures?said=frozen")),
        Err(failed) => again(&app, &session, failed, typed).await,
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Entering {
    figure: String,
    school_year: String,
    part: String,
    whole: String,
    before: String,
    entered: String,
    resumed: String,
    moved_in: String,
    finished: String,
    suspended: String,
    moved_out: String,
    dead: String,
    now: String,
    source: String,
}

impl Entering {
    /// The nine numbers as they were typed, in the order of [`rules::figures::TERMS`].
    fn terms(&self) -> [&str; 9] {
        [
            &self.before,
            &self.entered,
            &self.resumed,
            &self.moved_in,
            &self.finished,
            &self.suspended,
            &self.moved_out,
            &self.dead,
            &self.now,
        ]
    }

    /// What was typed as the use case takes it.
    fn form(&self) -> Result<EntryForm, Refused> {
        let number = |text: &str, field, words: &str| {
            text.trim().parse().map_err(|_| Refused::field(field, words.to_owned()))
        };
        // The form of before there were three had no such field.
        let figure = match self.figure.as_str() {
            "" => Figure::Yearbook,
            code => Figure::from_code(code).ok_or_else(|| Refused::field("figure", "请选择指标"))?,
        };
        let school_year = self.school_year.trim().parse();
        let school_year =
            school_year.map_err(|_| Refused::field("school_year", "请写学年的第一年，如2026"))?;
        let source = self.source.clone();
        if figure.is_of_nine() {
            let mut numbers = [0_u64; 9];
            for (number, (text, name)) in numbers.iter_mut().zip(self.terms().into_iter().zip(TERMS)) {
                let words = || Refused::field("terms", format!("请填{name}，只写数字，没有的填0"));
                *number = text.trim().parse().map_err(|_| words())?;
            }
            let terms = Some(Terms::of(numbers));
            return Ok(EntryForm { figure, school_year, part: 0, whole: 0, terms, source });
        }
        Ok(EntryForm {
            figure,
            school_year,
            part: number(&self.part, "part", "请写九年级在校学生数，只写数字")?,
            whole: number(&self.whole, "whole", "请写这一届入学时的学生数，只写数字")?,
            terms: None,
            source,
        })
    }
}

pub(super) async fn yearbook(
    State(app): State<App>,
    session: Session,
    Form(sent): Form<Entering>,
) -> Result<Response, Failed> {
    let done = match sent.form() {
        Ok(form) => app.write(&session, move |desk| figures::enter(desk, &form)).await,
        Err(refused) => Err(Failed::from(refused)),
    };
    let terms = sent.terms().map(str::to_owned);
    let Entering { figure, school_year, part, whole, source, .. } = sent;
    let typed = Typed { figure, school_year, part, whole, terms, source, ..Typed::default() };
    match done {
        Ok(()) => Ok(see_other("/figures?said=entered")),
        Err(failed) => again(&app, &session, failed, typed).await,
    }
}

/// The panel with what was typed, and why it was not taken.
async fn again(app: &App, session: &Session, failed: Failed, typed: Typed) -> Result<Response, Failed> {
    let (said, errors, status) = match failed.refused() {
        Refused::Rule { what, basis, todo } => {
            (Some((format!("{what}（{basis}）"), todo.clone())), Errors::new(), StatusCode::CONFLICT)
        }
        _ => (None, failed.errors()?, StatusCode::UNPROCESSABLE_ENTITY),
    };
    show(app, session, &Asked::default(), (said, errors, typed), status).await
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Taking {
    figure: String,
    at: String,
    township: String,
    village: String,
    mark: String,
    step: String,
    cause: String,
}

pub(super) async fn export(
    State(app): State<App>,
    session: Session,
    Form(sent): Form<Asking<Taking>>,
) -> Result<Response, Failed> {
    let Taking { figure, at, township, village, mark, step, cause } = sent.query;
    let figure = Figure::from_code(&figure).ok_or_else(nothing)?;
    let asked = NamesAsked {
        figure,
        at: at.parse().ok(),
        township,
        village,
        mark: Mark::from_code(&mark),
        cause: cause_of(&cause),
        step: Step::from_code(&step),
        after: String::new(),
    };
    take(&app, &session, figure.code(), &sent.purpose, move |desk, purpose| {
        figures::export(desk, &asked, purpose)
    })
    .await
}
