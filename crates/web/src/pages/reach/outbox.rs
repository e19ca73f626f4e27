//! What left the program, what waits and what was given up; sending again.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use casework::reach::{self, Box_, Line};
use serde::Deserialize;

use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Empty, Head, Shell, Tab, filters};
use crate::route::html;
use crate::session::Session;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    state: String,
}

#[derive(Template)]
#[template(path = "reach/outbox.html")]
struct OutboxPage {
    shell: Shell,
    tabs: Vec<Tab>,
    lines: Vec<Line>,
    heads: [Head; 6],
    resend: bool,
    empty: Empty,
}

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Failed> {
    let of = Box_::from_code(&asked.state);
    let found = app.read(&session, move |desk| reach::outbox(desk, of)).await?;
    let tabs = Box_::ALL
        .into_iter()
        .map(|one| Tab {
            label: one.label().to_owned(),
            href: format!("/outbox?state={}", one.code()),
            count: match one {
                Box_::Dead => Some(found.dead),
                Box_::Waiting => Some(found.waiting),
                Box_::Sent | Box_::Dropped => None,
            },
            current: one == of,
        })
        .collect();
    let why = match of {
        Box_::Dead => "没有发不出去的消息。",
        Box_::Waiting => "没有等着发的消息。",
        Box_::Sent => "还没有发出过消息。",
        Box_::Dropped => "没有不用发的消息。",
    };
    Ok(html(&OutboxPage {
        shell: app.shell(&session, "/outbox").await?,
        tabs,
        lines: found.lines,
        heads: [
            Head::text("时间"),
            Head::text("说的是"),
            Head::text("发给"),
            Head::text("渠道"),
            Head::text("情况"),
            Head::text("办理"),
        ],
        resend: of == Box_::Dead && found.can_resend,
        empty: Empty {
            why: why.to_owned(),
            what_to_do: "消息由办事的动作和每日摘要产生，90天后清理。".to_owned(),
            act: None,
        },
    }))
}

pub(super) async fn resend(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    app.write(&session, move |desk| reach::resend(desk, &id)).await?;
    Ok(see_other("/outbox?state=waiting"))
}
