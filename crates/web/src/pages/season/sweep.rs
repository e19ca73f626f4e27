//! 4月排查: what is not covered yet, by name of group; the sheet of a group, for a phone, with the children whom nobody ascertained first.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::refused::Refused;
use casework::season::{self, Sheet, SweepLevel, VisitForm};
use rules::season::{Covered, Empty as Why, Visit};
use serde::Deserialize;

use super::{Said, day, number, refused};
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Crumb, Empty, Errors, Head, Shell, Tone, filters};
use crate::route::{encoded, html};
use crate::session::Session;

#[derive(Template)]
#[template(path = "season/sweep.html")]
struct LevelPage {
    shell: Shell,
    way: Vec<Crumb>,
    title: String,
    one: SweepLevel,
    heads: [Head; 6],
    empty: Empty,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Under {
    under: String,
}

impl Under {
    pub(super) fn taken(self) -> String {
        self.under
    }
}

fn root() -> Vec<Crumb> {
    vec![
        Crumb { label: "入学季".to_owned(), href: Some("/season".to_owned()) },
        Crumb { label: "排查".to_owned(), href: Some("/season/sweep".to_owned()) },
    ]
}

pub(super) async fn level(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<Under>,
) -> Result<Response, Failed> {
    let under = asked.taken();
    let one = app.read(&session, move |desk| season::sweep(desk, &under)).await?;
    let mut way = root();
    let last = one.way.len().saturating_sub(1);
    way.extend(one.way.iter().enumerate().map(|(nth, (id, name))| Crumb {
        label: name.clone(),
        href: (nth < last).then(|| format!("/season/sweep?under={}", encoded(id))),
    }));
    if let Some(first) = way.last_mut() {
        first.href = None;
    }
    let title = one.way.last().map_or("入学排查".to_owned(), |(_, name)| format!("{name}入学排查"));
    Ok(html(&LevelPage {
        shell: app.shell(&session, "/season").await?,
        way,
        title,
        heads: [
            Head::text("地方"),
            Head::number("村民小组"),
            Head::number("核实完的"),
            Head::number("没人去过的"),
            Head::number("没走到、要再去的户"),
            Head::number("没核实的孩子"),
        ],
        one,
        empty: Empty {
            why: "您的范围里没有村民小组。".to_owned(),
            what_to_do: "请单位管理员核对您的岗位。".to_owned(),
            act: None,
        },
    }))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    id: String,
    day: String,
    visitors: String,
    households: String,
    asked: String,
    empty: String,
    why: String,
    next: String,
    strangers: String,
    note: String,
}

impl Sent {
    fn form(&self, not_seen: Vec<String>) -> Result<VisitForm, Refused> {
        let text = self.next.trim();
        Ok(VisitForm {
            id: self.id.clone(),
            visit: Visit {
                day: day("day", &self.day)?,
                households: number("households", &self.households)?,
                asked: number("asked", &self.asked)?,
                empty: number("empty", &self.empty)?,
                why: Why::from_code(&self.why),
                next: if text.is_empty() { None } else { Some(day("next", text)?) },
            },
            visitors: self.visitors.clone(),
            strangers: number("strangers", &self.strangers)?,
            note: self.note.clone(),
            not_seen,
        })
    }
}

#[derive(Template)]
#[template(path = "season/sheet.html")]
struct SheetPage {
    shell: Shell,
    way: Vec<Crumb>,
    id: String,
    title: String,
    one: Sheet,
    whys: Vec<Choice>,
    said: Option<Said>,
    errors: Errors,
    sent: Sent,
    not_seen: Vec<String>,
}

impl SheetPage {
    fn tone(&self) -> Tone {
        match self.one.covered {
            Covered::Whole => Tone::Good,
            Covered::Again(_, _, true) => Tone::Late,
            _ => Tone::Due,
        }
    }

    fn is_not_seen(&self, child: &str) -> bool {
        self.not_seen.iter().any(|one| one == child)
    }
}

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    show(&app, &session, id, None, (None, Errors::new()), StatusCode::OK).await
}

async fn show(
    app: &App,
    session: &Session,
    id: String,
    sent: Option<(Sent, Vec<String>)>,
    (said, errors): (Option<Said>, Errors),
    status: StatusCode,
) -> Result<Response, Failed> {
    let asked = id.clone();
    let one = app.look(session, move |desk| season::sheet(desk, &asked)).await?;
    let (sent, not_seen) = sent.unwrap_or_else(|| {
        let last = one.visits.first();
        let fresh = Sent {
            id: app.now().id(),
            day: app.now().day().to_string(),
            households: last.map(|last| last.visit.households.to_string()).unwrap_or_default(),
            visitors: last.map(|last| last.visitors.clone()).unwrap_or_default(),
            ..Sent::default()
        };
        (fresh, Vec::new())
    });
    let none = Choice::new("", "没有没碰上的户", &sent.why);
    let mut way = root();
    if !one.village.is_empty() {
        let href = Some(format!("/season/sweep?under={}", encoded(&one.village)));
        way.push(Crumb { label: one.name.1.clone(), href });
    }
    way.push(Crumb { label: one.name.0.clone(), href: None });
    let page = SheetPage {
        shell: app.shell(session, "/season").await?,
        way,
        title: format!("{}{}", one.name.1, one.name.0),
        whys: std::iter::once(none)
            .chain(Why::ALL.iter().map(|why| Choice::new(why.code(), why.label(), &sent.why)))
            .collect(),
        id,
        one,
        said,
        errors,
        sent,
        not_seen,
    };
    Ok((status, html(&page)).into_response())
}

pub(super) async fn enter(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(all): Form<Vec<(String, String)>>,
) -> Result<Response, Failed> {
    let (mut fields, mut not_seen) = (BTreeMap::new(), Vec::new());
    for (name, value) in all {
        if name == "not_seen" {
            not_seen.push(value);
        } else {
            fields.insert(name, value);
        }
    }
    let text = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let sent = Sent {
        id: text("id"),
        day: text("day"),
        visitors: text("visitors"),
        households: text("households"),
        asked: text("asked"),
        empty: text("empty"),
        why: text("why"),
        next: text("next"),
        strangers: text("strangers"),
        note: text("note"),
    };
    let done = match sent.form(not_seen.clone()) {
        Ok(form) => {
            let group = id.clone();
            app.write(&session, move |desk| season::visit(desk, &group, &form)).await
        }
        Err(refused) => Err(Failed::from(refused)),
    };
    let failed = match done {
        Ok(()) => return Ok(see_other(&format!("/season/sweep/{}", encoded(&id)))),
        Err(failed) => failed,
    };
    let (said, errors, status) = refused(failed)?;
    show(&app, &session, id, Some((sent, not_seen)), (said, errors), status).await
}
