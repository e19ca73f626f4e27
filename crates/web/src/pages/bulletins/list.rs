//! The bulletins, and the form by which one is begun.

use askama::Template;
use axum::extract::{Form, State};
use axum::response::{IntoResponse, Response};
use casework::bulletins::{self, BulletinLine, NewBulletin};
use rules::access::{Action, Subject, may};
use rules::bulletin::{Kind, Stand};
use serde::Deserialize;

use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Empty, Head, Shell, Tone, filters};
use crate::pages::conference::{Told, told};
use crate::route::{encoded, html};
use crate::session::Session;

/// The colour of where it stands.
pub(super) const fn tone(stand: Stand) -> Tone {
    match stand {
        Stand::Draft | Stand::Dropped => Tone::Plain,
        Stand::Reply => Tone::Due,
        Stand::Approved => Tone::Act,
        Stand::Issued => Tone::Good,
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    kind: String,
    title: String,
    opening: String,
    ask: String,
}

#[derive(Template)]
#[template(path = "bulletins/list.html")]
struct ListPage {
    shell: Shell,
    rows: Vec<BulletinLine>,
    heads: [Head; 3],
    may_draft: bool,
    kinds: Vec<Choice>,
    sent: Sent,
    told: Told,
    empty: Empty,
}

impl ListPage {
    fn tone(&self, row: &BulletinLine) -> Tone {
        tone(row.stand)
    }
}

pub(super) async fn page(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    show(&app, &session, Sent::default(), Told::default()).await
}

async fn show(app: &App, session: &Session, sent: Sent, told: Told) -> Result<Response, Failed> {
    let rows = app.read(session, bulletins::bulletins).await?;
    let status = told.status;
    let page = ListPage {
        shell: app.shell(session, "/bulletins").await?,
        rows,
        heads: [Head::text("通报"), Head::text("进展"), Head::text("单位")],
        may_draft: may(&session.who().actor, Action::DraftBulletin, &Subject::Nothing).is_ok(),
        kinds: [Kind::Problem, Kind::Praise]
            .map(|kind| Choice::new(kind.code(), kind.label(), &sent.kind))
            .to_vec(),
        sent,
        told,
        empty: Empty {
            why: "还没有通报。".to_owned(),
            what_to_do: "拟通报本单位的，印发以前先在这里看到，可以提出意见；印发的也在这里。".to_owned(),
            act: None,
        },
    };
    Ok((status, html(&page)).into_response())
}

pub(super) async fn begin(
    State(app): State<App>,
    session: Session,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let new = NewBulletin {
        kind: Kind::from_code(&sent.kind),
        title: sent.title.clone(),
        opening: sent.opening.clone(),
        ask: sent.ask.clone(),
    };
    match app.write(&session, move |desk| bulletins::begin(desk, &new)).await {
        Ok(id) => Ok(see_other(&format!("/bulletins/{}", encoded(&id)))),
        Err(failed) => show(&app, &session, sent, told(failed)?).await,
    }
}
