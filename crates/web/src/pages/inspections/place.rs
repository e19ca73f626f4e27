//! The checklist of a place, made for a phone: one tap for a line, saved at once; and the form for a finding.

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Response};
use casework::inspections::{self, NewFinding, PlaceFile, Ticked};
use rules::inspection::{Seen, Stand};
use serde::Deserialize;

use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Crumb, Shell, Tone, filters};
use crate::pages::conference::{Told, told};
use crate::route::{encoded, html};
use crate::session::Session;

/// The colour of a finding.
pub(super) const fn tone(stand: Stand) -> Tone {
    match stand {
        Stand::Open => Tone::Due,
        Stand::Reported => Tone::Act,
        Stand::Closed => Tone::Good,
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    item: String,
    words: String,
    evidence: String,
    due: String,
}

/// A line with what can be tapped.
struct Line {
    code: String,
    label: String,
    basis: String,
    by: String,
    choices: Vec<Choice>,
    words: String,
    said: &'static str,
}

impl Line {
    fn choices(&self) -> &[Choice] {
        &self.choices
    }
}

#[derive(Template)]
#[template(path = "inspections/place.html")]
struct PlacePage {
    shell: Shell,
    way: [Crumb; 3],
    one: PlaceFile,
    lines: Vec<Line>,
    items: Vec<Choice>,
    today: String,
    sent: Sent,
    told: Told,
}

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Path((id, unit)): Path<(String, String)>,
) -> Result<Response, Failed> {
    show(&app, &session, (id, unit), (Vec::new(), Sent::default()), Told::default()).await
}

/// `ticked` is what was typed and not kept.
async fn show(
    app: &App,
    session: &Session,
    (id, unit): (String, String),
    (ticked, sent): (Vec<Ticked>, Sent),
    told: Told,
) -> Result<Response, Failed> {
    let own = id.clone();
    let one = app.look(session, move |desk| inspections::place(desk, &own, &unit)).await?;
    let line = |check: &inspections::CheckLine| {
        let typed = ticked.iter().find(|line| line.item == check.code);
        let seen = typed.map(|line| line.seen).or(check.seen);
        let now = seen.map_or("", Seen::code);
        Line {
            code: check.code.clone(),
            label: check.label.clone(),
            basis: check.basis.clone(),
            by: check.by.clone(),
            choices: Seen::ALL.iter().map(|seen| Choice::new(seen.code(), seen.label(), now)).collect(),
            words: typed.map_or_else(|| check.words.clone(), |line| line.words.clone()),
            said: seen.map_or("还没有查", Seen::label),
        }
    };
    let none = std::iter::once(Choice::new("", "请选择", &sent.item));
    let items = none.chain(one.checks.iter().map(|check| Choice::new(&check.code, &check.label, &sent.item)));
    let (items, lines) = (items.collect(), one.checks.iter().map(line).collect());
    let status = told.status;
    let page = PlacePage {
        shell: app.shell(session, "/inspections").await?,
        way: [
            Crumb { label: "督导检查".to_owned(), href: Some("/inspections".to_owned()) },
            Crumb {
                label: one.kind.label().to_owned(),
                href: Some(format!("/inspections/{}", encoded(&id))),
            },
            Crumb { label: one.name.clone(), href: None },
        ],
        items,
        lines,
        one,
        today: app.now().day().to_string(),
        sent,
        told,
    };
    Ok((status, html(&page)).into_response())
}

/// What of a form `seen-CODE` and `words-CODE` say, line by line.
fn ticked(form: &[(String, String)]) -> Vec<Ticked> {
    let value = |name: String| form.iter().find(|(own, _)| *own == name).map(|(_, value)| value.clone());
    form.iter()
        .filter_map(|(name, value)| {
            let item = name.strip_prefix("seen-")?.to_owned();
            let seen = Seen::from_code(value)?;
            Some((item, seen))
        })
        .map(|(item, seen)| Ticked { words: value(format!("words-{item}")).unwrap_or_default(), item, seen })
        .collect()
}

fn address(id: &str, unit: &str) -> String {
    format!("/inspections/{}/places/{}", encoded(id), encoded(unit))
}

pub(super) async fn tick(
    State(app): State<App>,
    session: Session,
    Path((id, unit)): Path<(String, String)>,
    Form(form): Form<Vec<(String, String)>>,
) -> Result<Response, Failed> {
    let lines = ticked(&form);
    let (own, at, kept) = (id.clone(), unit.clone(), lines.clone());
    match app.write(&session, move |desk| inspections::tick(desk, &own, &at, &kept)).await {
        Ok(_) => Ok(see_other(&address(&id, &unit))),
        Err(failed) => show(&app, &session, (id, unit), (lines, Sent::default()), told(failed)?).await,
    }
}

pub(super) async fn find(
    State(app): State<App>,
    session: Session,
    Path((id, unit)): Path<(String, String)>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let new = NewFinding {
        item: sent.item.clone(),
        words: sent.words.clone(),
        evidence: sent.evidence.clone(),
        due: sent.due.clone(),
    };
    let (own, at) = (id.clone(), unit.clone());
    match app.write(&session, move |desk| inspections::find(desk, &own, &at, &new)).await {
        Ok(_) => Ok(see_other(&address(&id, &unit))),
        Err(failed) => show(&app, &session, (id, unit), (Vec::new(), sent), told(failed)?).await,
    }
}
