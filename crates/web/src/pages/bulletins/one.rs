//! One bulletin: its points with what they rest on, the word of the unit, and what the reader may do now.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use casework::bulletins::{self, BulletinFile, PointFile};
use rules::bulletin::{Kind, PointStand, Stand};
use serde::Deserialize;

use super::list::tone;
use crate::app::App;
use crate::failed::Failed;
use crate::look::{Choice, Crumb, Shell, Tone, filters};
use crate::pages::conference::{Told, told};
use crate::route::html;
use crate::session::Session;

/// What was typed and not kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Typed {
    /// Of which point; empty for none.
    pub(super) point: i64,
    pub(super) unit: String,
    pub(super) words: String,
    pub(super) why: String,
    pub(super) evidence: Vec<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    unit: String,
}

#[derive(Template)]
#[template(path = "bulletins/one.html")]
struct OnePage {
    shell: Shell,
    way: [Crumb; 2],
    one: BulletinFile,
    units: Vec<Choice>,
    unit: String,
    offered: Vec<Choice>,
    may_add: bool,
    may_withdraw: bool,
    kinds: Vec<Choice>,
    typed: Typed,
    told: Told,
}

impl OnePage {
    fn tone(&self) -> Tone {
        tone(self.one.line.stand)
    }

    fn has(&self, code: &str) -> bool {
        self.one.may.iter().any(|act| act.code() == code)
    }

    fn point_tone(&self, point: &PointFile) -> Tone {
        match point.stand {
            PointStand::Waiting => Tone::Due,
            PointStand::Agreed => Tone::Good,
            PointStand::Answered => Tone::Act,
            PointStand::Withdrawn => Tone::Plain,
        }
    }

    /// What was typed for this point.
    fn typed_of(&self, point: &PointFile) -> &str {
        if self.typed.point == point.seq { &self.typed.words } else { "" }
    }

    fn why_of(&self, point: &PointFile) -> &str {
        if self.typed.point == point.seq { &self.typed.why } else { "" }
    }

    fn error_of(&self, point: &PointFile, field: &str) -> &str {
        if self.typed.point == point.seq { self.told.errors.of(field) } else { "" }
    }

    /// Whose turn it is, what they do, by when.
    fn turn(&self) -> Option<(&'static str, &'static str, String)> {
        let due = || {
            let day = self.one.line.due.get(..10).unwrap_or_default();
            if day.is_empty() { String::new() } else { format!("{}以前", filters::spoken(day)) }
        };
        match self.one.line.stand {
            Stand::Draft => Some(("起草的单位", "写好每一条，送被通报的单位", String::new())),
            Stand::Reply if self.one.line.open > 0 => {
                Some(("被通报的单位", "看写得对不对，答复每一条", due()))
            }
            Stand::Reply => Some(("另一位同志", "审核", String::new())),
            Stand::Approved => Some(("起草的单位", "印发", String::new())),
            Stand::Issued | Stand::Dropped => None,
        }
    }
}

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failed> {
    let typed = Typed { unit: asked.unit, ..Typed::default() };
    show(&app, &session, id, typed, Told::default()).await
}

pub(super) async fn show(
    app: &App,
    session: &Session,
    id: String,
    typed: Typed,
    mut told_so_far: Told,
) -> Result<Response, Failed> {
    let own = id.clone();
    let one = app.look(session, move |desk| bulletins::bulletin(desk, &own)).await?;
    let amends = matches!(one.line.kind, Kind::Correction | Kind::Withdrawal);
    let may_add = one.is_own && one.line.stand == Stand::Draft && !amends;
    let (mut units, mut offered) = (Vec::new(), Vec::new());
    if may_add {
        let own = id.clone();
        let all = app.read(session, move |desk| bulletins::nameable(desk, &own)).await?;
        units = std::iter::once(Choice::new("", "请选择", &typed.unit))
            .chain(all.iter().map(|(id, name)| Choice::new(id, name, &typed.unit)))
            .collect();
        if !typed.unit.is_empty() {
            let (own, unit) = (id.clone(), typed.unit.clone());
            match app.read(session, move |desk| bulletins::offered(desk, &own, &unit)).await {
                Ok(found) => {
                    offered = found
                        .iter()
                        .map(|one| {
                            let mut choice = Choice::new(&one.key, &one.facts, "");
                            choice.chosen = typed.evidence.contains(&one.key);
                            choice.hint(one.source.label())
                        })
                        .collect();
                }
                Err(failed) => told_so_far = told(failed)?,
            }
        }
    }
    let status = told_so_far.status;
    let page = OnePage {
        shell: app.shell(session, "/bulletins").await?,
        way: [
            Crumb { label: "通报".to_owned(), href: Some("/bulletins".to_owned()) },
            Crumb { label: one.line.kind.label().to_owned(), href: None },
        ],
        may_withdraw: one.is_own && matches!(one.line.stand, Stand::Draft | Stand::Reply),
        kinds: [Kind::Correction, Kind::Withdrawal]
            .map(|kind| Choice::new(kind.code(), kind.label(), ""))
            .to_vec(),
        one,
        units,
        unit: typed.unit.clone(),
        offered,
        may_add,
        typed,
        told: told_so_far,
    };
    Ok((status, html(&page)).into_response())
}
