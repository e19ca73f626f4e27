//! 进校入户调研: the schools and homes that the program has drawn for a quarter, and what was seen at each.

use askama::Template;
use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse, Response};
use casework::regular::{self, Sample, Ticket};
use jiff::civil::Date;
use rules::regular::{Found, Place};
use serde::Deserialize;

use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Crumb, Head, Shell, Tone, filters};
use crate::pages::conference::{Told, told};
use crate::route::{encoded, html};
use crate::session::Session;

/// Which quarter, and what was seen.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    period: String,
    /// `school ID` or `home ID`.
    at: String,
    day: String,
    found: String,
    words: String,
}

#[derive(Template)]
#[template(path = "regular/field.html")]
struct FieldPage {
    shell: Shell,
    way: [Crumb; 2],
    sample: Sample,
    heads: [Head; 3],
    places: Vec<Choice>,
    founds: Vec<Choice>,
    drawn_on: String,
    today: Date,
    sent: Sent,
    told: Told,
}

impl FieldPage {
    fn of(&self, place: Place) -> Vec<&Ticket> {
        self.sample.tickets.iter().filter(|ticket| ticket.place == place).collect()
    }

    fn tone(&self, found: &Found) -> Tone {
        match found {
            Found::Fine => Tone::Good,
            Found::Problem => Tone::Late,
            Found::Away => Tone::Due,
        }
    }
}

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Query(sent): Query<Sent>,
) -> Result<Response, Failed> {
    let sent = Sent { period: sent.period, ..Sent::default() };
    show(&app, &session, sent, Told::default()).await
}

async fn show(app: &App, session: &Session, sent: Sent, told: Told) -> Result<Response, Failed> {
    let code = sent.period.clone();
    let sample = app.look(session, move |desk| regular::sample(desk, &code)).await?;
    let label = |ticket: &Ticket| match ticket.place {
        Place::School => format!("学校：{}", ticket.school),
        Place::Home => {
            let pupil = if ticket.pupil.is_empty() { "学生" } else { ticket.pupil.as_str() };
            format!("家庭：{pupil}（{}）", ticket.school)
        }
    };
    let none = std::iter::once(Choice::new("", "请选择", &sent.at));
    let places = sample.tickets.iter().map(|ticket| {
        let value = format!("{} {}", ticket.place.code(), ticket.id);
        Choice::new(value, label(ticket), &sent.at)
    });
    let places = none.chain(places).collect();
    let status = told.status;
    let page = FieldPage {
        shell: app.shell(session, "/regular").await?,
        way: [
            Crumb { label: "常态化报告".to_owned(), href: Some("/regular".to_owned()) },
            Crumb { label: "进校入户调研".to_owned(), href: None },
        ],
        heads: [Head::text("去哪里"), Head::text("抽样"), Head::text("看到的")],
        places,
        founds: Found::ALL.iter().map(|one| Choice::new(one.code(), one.label(), &sent.found)).collect(),
        drawn_on: sample.by.1.chars().take(10).collect(),
        sample,
        today: app.now().day(),
        sent,
        told,
    };
    Ok((status, html(&page)).into_response())
}

async fn after(
    app: &App,
    session: &Session,
    sent: Sent,
    done: Result<(), Failed>,
) -> Result<Response, Failed> {
    match done {
        Ok(()) => Ok(see_other(&format!("/regular/field?period={}", encoded(&sent.period)))),
        Err(failed) => show(app, session, sent, told(failed)?).await,
    }
}

pub(super) async fn draw(
    State(app): State<App>,
    session: Session,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let code = sent.period.clone();
    let done = app.write(&session, move |desk| regular::draw(desk, &code)).await;
    after(&app, &session, sent, done).await
}

pub(super) async fn visit(
    State(app): State<App>,
    session: Session,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let new = sent.clone();
    if new.at.is_empty() {
        let failed = Failed::from(casework::refused::Refused::field("at", "请选择去了哪里"));
        return show(&app, &session, sent, told(failed)?).await;
    }
    let done = app
        .write(&session, move |desk| {
            let (place, id) = new.at.split_once(' ').unwrap_or_default();
            let seen = (new.day.as_str(), Found::from_code(&new.found), new.words.as_str());
            regular::visited(desk, &new.period, (Place::from_code(place), id), seen)
        })
        .await;
    after(&app, &session, sent, done).await
}
