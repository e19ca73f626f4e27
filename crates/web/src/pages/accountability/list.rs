//! The files, the units of which something is on record, and the form by which a file is opened.

use askama::Template;
use axum::extract::{Form, State};
use axum::response::{IntoResponse, Response};
use casework::accountability::{self, Candidate, FileLine, NewFile};
use rules::access::{Action, Subject, may};
use rules::accountability::Stand;
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
        Stand::Opened | Stand::Decided => Tone::Due,
        Stand::Heard | Stand::Reported => Tone::Act,
        Stand::Closed => Tone::Good,
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    /// Unit and origin together: one choice of the record.
    about: String,
    post: String,
    ground: String,
    article: String,
    words: String,
}

#[derive(Template)]
#[template(path = "accountability/list.html")]
struct ListPage {
    shell: Shell,
    rows: Vec<FileLine>,
    heads: [Head; 3],
    may_open: bool,
    about: Vec<Choice>,
    grounds: Vec<Choice>,
    /// Each ground, and where it is known from.
    sources: Vec<(String, String)>,
    /// From how many records on, as the plan says it.
    thresholds: String,
    sent: Sent,
    told: Told,
    empty: Empty,
}

impl ListPage {
    fn tone(&self, row: &FileLine) -> Tone {
        tone(row.stand)
    }
}

pub(super) async fn page(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    show(&app, &session, Sent::default(), Told::default()).await
}

fn about(one: &Candidate, sent: &Sent) -> Choice {
    let value = format!("{}/{}", one.origin.code(), one.unit);
    Choice::new(value, format!("{}：{}", one.name, one.facts), &sent.about).hint(one.origin.label())
}

async fn show(app: &App, session: &Session, sent: Sent, told: Told) -> Result<Response, Failed> {
    let may_open = may(&session.who().actor, Action::KeepAccountability, &Subject::Nothing).is_ok();
    let (rows, candidates) = app
        .read(session, move |desk| {
            let rows = accountability::files(desk)?;
            let candidates = if may_open { accountability::candidates(desk)? } else { Vec::new() };
            Ok((rows, candidates))
        })
        .await?;
    let status = told.status;
    let rule = app.plan().accountability();
    let page = ListPage {
        shell: app.shell(session, "/accountability").await?,
        rows,
        heads: [Head::text("问责"), Head::text("进展"), Head::text("期限")],
        may_open,
        about: candidates.iter().map(|one| about(one, &sent)).collect(),
        thresholds: rule.said(),
        sources: rule
            .grounds
            .iter()
            .map(|ground| {
                let article = ground.article.as_deref().unwrap_or_default();
                let source = ground.basis.source.clone().unwrap_or_default();
                (format!("《{}》{article}　{}", ground.law, ground.about), source)
            })
            .collect(),
        grounds: rule
            .grounds
            .iter()
            .map(|ground| {
                let article = ground.article.as_deref().unwrap_or_default();
                let label = format!("《{}》{article}　{}", ground.law, ground.about);
                let sure = match (&ground.article, ground.asks_article, ground.is_compared) {
                    (Some(_), _, true) => "条文对照过",
                    (Some(_), _, false) => "请先对照原文",
                    (None, true, _) => "要写条号",
                    (None, false, _) => "条号可以不写",
                };
                Choice::new(&ground.code, format!("{label}（{sure}）"), &sent.ground)
            })
            .collect(),
        sent,
        told,
        empty: Empty {
            why: "没有问责。".to_owned(),
            what_to_do: format!("{}的，由督导委办公室立案。", rule.said()),
            act: None,
        },
    };
    Ok((status, html(&page)).into_response())
}

pub(super) async fn open(
    State(app): State<App>,
    session: Session,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (origin, unit) = sent.about.split_once('/').unwrap_or_default();
    let new = NewFile {
        unit: unit.to_owned(),
        origin: origin.to_owned(),
        post: sent.post.clone(),
        ground: sent.ground.clone(),
        article: sent.article.clone(),
        words: sent.words.clone(),
    };
    match app.write(&session, move |desk| accountability::open(desk, &new)).await {
        Ok(id) => Ok(see_other(&format!("/accountability/{}", encoded(&id)))),
        Err(failed) => show(&app, &session, sent, told(failed)?).await,
    }
}
