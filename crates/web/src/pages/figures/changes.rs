//! What changed of a figure between two snapshots, child by child.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use casework::figures::{self, Change, Snapshot, Turn};
use rules::figures::{Figure, Mark};
use serde::Deserialize;

use super::nothing;
use super::panel::label;
use crate::app::App;
use crate::failed::Failed;
use crate::look::{Choice, Crumb, Empty, Head, Shell};
use crate::route::{encoded, html};
use crate::session::Session;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    from: Option<i64>,
    to: Option<i64>,
    after: String,
}

#[derive(Template)]
#[template(path = "figures/changes.html")]
struct ChangesPage {
    shell: Shell,
    way: [Crumb; 3],
    figure: Figure,
    from: Option<Snapshot>,
    to: Option<Snapshot>,
    froms: Vec<Choice>,
    tos: Vec<Choice>,
    turns: Vec<Turn>,
    turn_heads: [Head; 3],
    rows: Vec<Change>,
    heads: [Head; 3],
    next: Option<String>,
    empty: Empty,
}

impl ChangesPage {
    /// The versions of the definitions, where these differ.
    fn versions(&self) -> Option<(i64, i64)> {
        let (from, to) = (self.from.as_ref()?.version, self.to.as_ref()?.version);
        (from != to).then_some((from, to))
    }

    /// How somebody counted, and why.
    fn side(&self, side: &(Mark, &'static str)) -> String {
        match side {
            (Mark::None, _) => Mark::None.label().to_owned(),
            (mark, why) => format!("{}（{why}）", mark.label()),
        }
    }
}

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Path(key): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failed> {
    let figure = Figure::from_code(&key).filter(|one| !one.is_by_hand()).ok_or_else(nothing)?;
    let after = asked.after.clone();
    let (given_from, given_to) = (asked.from, asked.to);
    let (all, found) = app
        .look(&session, move |desk| {
            let all = figures::snapshots(desk)?;
            // From the last report before it to the latest, unless somebody chose.
            let to = given_to.or_else(|| all.first().map(|one| one.number));
            let before = |one: &&Snapshot| one.frozen.is_some() && to.is_some_and(|to| one.number < to);
            let from = given_from.or_else(|| all.iter().find(before).map(|one| one.number));
            let found = match (from, to) {
                (Some(from), Some(to)) => figures::changes(desk, figure, (from, to), &after)?,
                _ => None,
            };
            Ok((all, found))
        })
        .await?;
    if found.is_none() && (asked.from.is_some() || asked.to.is_some()) {
        return Err(nothing());
    }
    let chosen = |one: Option<&Snapshot>| one.map(|one| one.number.to_string()).unwrap_or_default();
    let (from, to) = (found.as_ref().map(|it| it.from.clone()), found.as_ref().map(|it| it.to.clone()));
    let (now_from, now_to) = (chosen(from.as_ref()), chosen(to.as_ref()));
    let choices = |now: &str| -> Vec<Choice> {
        all.iter().map(|one| Choice::new(one.number.to_string(), label(one), now)).collect()
    };
    let path = format!("/figures/{}", figure.code());
    let next = found
        .as_ref()
        .and_then(|it| it.next.as_ref())
        .map(|next| format!("{path}/changes?from={now_from}&to={now_to}&after={}", encoded(next)));
    let empty = Empty {
        why: if found.is_some() {
            "两次之间没有变化。"
        } else {
            "还没有可以比的冻结快照。"
        }
        .to_owned(),
        what_to_do: if found.is_some() {
            "您能看到的孩子里，没有人的计法变了。"
        } else {
            "专班、教体局在“指标”页冻结一次，以后就能看从那时起谁变了。"
        }
        .to_owned(),
        act: None,
    };
    let (turns, rows) = found.map(|it| (it.turns, it.changes)).unwrap_or_default();
    Ok(html(&ChangesPage {
        shell: app.shell(&session, "/figures").await?,
        way: [
            Crumb { label: "指标".to_owned(), href: Some("/figures".to_owned()) },
            Crumb { label: figure.label().to_owned(), href: Some(path) },
            Crumb { label: "什么变了".to_owned(), href: None },
        ],
        figure,
        froms: choices(&now_from),
        tos: choices(&now_to),
        from,
        to,
        turns,
        turn_heads: [Head::text("原来"), Head::text("现在"), Head::number("名")],
        rows,
        heads: [Head::text("孩子"), Head::text("原来"), Head::text("现在")],
        next,
        empty,
    }))
}
