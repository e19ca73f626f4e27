//! `/duties`: the twelve measures and the duties of 四, with who leads, what was proved this term, what the program counts, and what is missing.

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Response};
use casework::conference::{self, DutyFile, DutyLine};
use serde::Deserialize;

use super::{Told, told};
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Crumb, Head, Shell, Tone, filters};
use crate::route::{encoded, html};
use crate::session::Session;

/// A row with the address of its page.
struct Row {
    href: String,
    line: DutyLine,
}

#[derive(Template)]
#[template(path = "conference/duties.html")]
struct ListPage {
    shell: Shell,
    term: String,
    measures: Vec<Row>,
    units: Vec<Row>,
    heads: [Head; 4],
}

fn address(clause: &str) -> String {
    format!("/duties/{}", encoded(clause))
}

pub(super) async fn page(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let (lines, term) = app.read(&session, conference::duties).await?;
    let rows = lines.into_iter().map(|line| Row { href: address(&line.duty.clause), line });
    let (units, measures) =
        rows.partition(|row| row.line.duty.lead.is_empty() && row.line.duty.clause.starts_with('四'));
    Ok(html(&ListPage {
        shell: app.shell(&session, "/duties").await?,
        term: term.label,
        measures,
        units,
        heads: [
            Head::text("职责"),
            Head::text("牵头和责任单位"),
            Head::text("系统里的数"),
            Head::text("落实证明"),
        ],
    }))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    unit: String,
    words: String,
    on: String,
}

#[derive(Template)]
#[template(path = "conference/duty.html")]
struct OnePage {
    shell: Shell,
    way: [Crumb; 2],
    one: DutyFile,
    action: String,
    units: Vec<Choice>,
    heads: [Head; 3],
    today: String,
    sent: Sent,
    told: Told,
}

pub(super) async fn one(
    State(app): State<App>,
    session: Session,
    Path(clause): Path<String>,
) -> Result<Response, Failed> {
    show(&app, &session, clause, Sent::default(), Told::default()).await
}

async fn show(
    app: &App,
    session: &Session,
    clause: String,
    sent: Sent,
    told: Told,
) -> Result<Response, Failed> {
    let own = clause.clone();
    let one = app.look(session, move |desk| conference::duty(desk, &own)).await?;
    let chosen = match one.units.as_slice() {
        [(id, _)] => id.clone(),
        _ => sent.unit.clone(),
    };
    let status = told.status;
    let page = OnePage {
        shell: app.shell(session, "/duties").await?,
        way: [
            Crumb { label: "职责清单".to_owned(), href: Some("/duties".to_owned()) },
            Crumb { label: one.line.duty.clause.clone(), href: None },
        ],
        action: address(&clause),
        units: one.units.iter().map(|(id, name)| Choice::new(id, name, &chosen)).collect(),
        one,
        heads: [Head::text("单位"), Head::text("做了什么"), Head::text("填写")],
        today: app.now().day().to_string(),
        sent,
        told,
    };
    Ok((status, html(&page)).into_response())
}

/// The page once more, with why a file was not taken.
pub(super) async fn again(
    app: &App,
    session: &Session,
    clause: String,
    failed: Failed,
) -> Result<Response, Failed> {
    show(app, session, clause, Sent::default(), told(failed)?).await
}

pub(super) async fn prove(
    State(app): State<App>,
    session: Session,
    Path(clause): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (own, new) = (clause.clone(), sent.clone());
    let done =
        app.write(&session, move |desk| conference::prove(desk, &own, &new.unit, &new.words, &new.on)).await;
    match done {
        Ok(()) => Ok(see_other(&address(&clause))),
        Err(failed) => show(&app, &session, clause, sent, told(failed)?).await,
    }
}
