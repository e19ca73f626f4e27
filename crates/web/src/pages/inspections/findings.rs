//! What must be put right: the list of what is open, and one finding with what the unit reports and what whoever looked again says.

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Response};
use casework::inspections::{self, FindingFile, FindingLine};
use jiff::civil::Date;
use rules::inspection::Stand;
use serde::Deserialize;

use super::place::tone;
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Crumb, Empty, Head, Shell, Tone, filters};
use crate::pages::conference::{Told, told};
use crate::route::{encoded, html};
use crate::session::Session;

#[derive(Template)]
#[template(path = "inspections/findings.html")]
struct ListPage {
    shell: Shell,
    way: [Crumb; 2],
    rows: Vec<FindingLine>,
    heads: [Head; 3],
    today: Date,
    empty: Empty,
}

/// Days left, and their colour.
fn left(one: &FindingLine, today: Date) -> (i64, Tone) {
    let days = one.due.since(today).map_or(0, |span| i64::from(span.get_days()));
    (days, Tone::of_days_left(days))
}

impl ListPage {
    fn left(&self, one: &FindingLine) -> (i64, Tone) {
        left(one, self.today)
    }
}

pub(super) async fn page(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let rows = app.read(&session, inspections::findings).await?;
    Ok(html(&ListPage {
        shell: app.shell(&session, "/inspections").await?,
        way: [
            Crumb { label: "督导检查".to_owned(), href: Some("/inspections".to_owned()) },
            Crumb { label: "整改清单".to_owned(), href: None },
        ],
        rows,
        heads: [Head::text("问题"), Head::text("单位"), Head::text("整改")],
        today: app.now().day(),
        empty: Empty {
            why: "没有要整改的问题。".to_owned(),
            what_to_do: "督导检查登记的问题在这里，复查销号以后就不再列出。".to_owned(),
            act: None,
        },
    }))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    words: String,
    seen: String,
    why: String,
}

#[derive(Template)]
#[template(path = "inspections/finding.html")]
struct OnePage {
    shell: Shell,
    way: [Crumb; 3],
    one: FindingFile,
    today: Date,
    sent: Sent,
    told: Told,
}

impl OnePage {
    fn left(&self) -> (i64, Tone) {
        left(&self.one.line, self.today)
    }

    fn tone(&self) -> Tone {
        tone(self.one.line.stand)
    }

    fn by(&self) -> String {
        let due = self.one.line.due;
        format!("{}年{}月{}日以前", due.year(), due.month(), due.day())
    }

    /// Whose turn it is, and what they do.
    fn turn(&self) -> Option<(&str, &'static str)> {
        match self.one.line.stand {
            Stand::Open => Some((self.one.line.unit.as_str(), "改好后报告")),
            Stand::Reported => Some(("督学", "复查，改好了销号")),
            Stand::Closed => None,
        }
    }
}

pub(super) async fn one(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    show(&app, &session, id, Sent::default(), Told::default()).await
}

async fn show(app: &App, session: &Session, id: String, sent: Sent, told: Told) -> Result<Response, Failed> {
    let one = app.look(session, move |desk| inspections::finding(desk, &id)).await?;
    let status = told.status;
    let page = OnePage {
        shell: app.shell(session, "/inspections").await?,
        way: [
            Crumb { label: "督导检查".to_owned(), href: Some("/inspections".to_owned()) },
            Crumb { label: "整改清单".to_owned(), href: Some("/inspections/findings".to_owned()) },
            Crumb { label: one.line.unit.clone(), href: None },
        ],
        one,
        today: app.now().day(),
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
        Ok(()) => Ok(see_other(&format!("/inspections/findings/{}", encoded(&id)))),
        Err(failed) => show(app, session, id, sent, told(failed)?).await,
    }
}

pub(super) async fn report(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (own, words) = (id.clone(), sent.words.clone());
    let done = app.write(&session, move |desk| inspections::report(desk, &own, &words)).await;
    after(&app, &session, id, sent, done).await
}

pub(super) async fn close(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (own, seen) = (id.clone(), sent.seen.clone());
    let done = app.write(&session, move |desk| inspections::close(desk, &own, &seen)).await;
    after(&app, &session, id, sent, done).await
}

pub(super) async fn back(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (own, why) = (id.clone(), sent.why.clone());
    let done = app.write(&session, move |desk| inspections::give_back(desk, &own, &why)).await;
    after(&app, &session, id, sent, done).await
}
