//! A month school by school in the order of their codes: who has handed in, who owes, what the recheck says; and the button that reminds.

use askama::Template;
use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse, Response};
use casework::regular::{self, Board, BoardLine};
use rules::access::{Action, Subject, may};
use rules::regular::{Handed, Recheck, Stand};
use serde::Deserialize;

use super::{handed_tone, tone};
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Crumb, Empty, Head, Shell, Tone, filters};
use crate::pages::conference::{Told, told};
use crate::route::{encoded, html};
use crate::session::Session;

/// Which month.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    period: String,
    said: String,
}

#[derive(Template)]
#[template(path = "regular/board.html")]
struct BoardPage {
    shell: Shell,
    way: [Crumb; 2],
    board: Option<Board>,
    months: Vec<Choice>,
    heads: [Head; 4],
    nudged: bool,
    told: Told,
    empty: Empty,
}

impl BoardPage {
    fn many(&self, handed: Handed) -> usize {
        let lines = self.board.as_ref().map(|board| board.lines.as_slice()).unwrap_or_default();
        lines.iter().filter(|line| line.handed == handed).count()
    }

    fn zeros(&self) -> usize {
        let lines = self.board.as_ref().map(|board| board.lines.as_slice()).unwrap_or_default();
        lines.iter().filter(|line| line.is_zero).count()
    }

    fn owing(&self) -> usize {
        self.many(Handed::Open) + self.many(Handed::Returned)
    }

    fn tone(&self, line: &BoardLine) -> Tone {
        handed_tone(line.handed)
    }

    fn recheck_tone(&self, result: &Recheck) -> Tone {
        match result {
            Recheck::Confirmed => Tone::Good,
            Recheck::Deviation => Tone::Late,
        }
    }

    fn stand_tone(&self, stand: &Stand) -> Tone {
        tone(*stand)
    }
}

/// Whether the reader reads the county's reports and not their own school's alone.
pub(super) fn reads_county(session: &Session) -> bool {
    let actor = &session.who().actor;
    may(actor, Action::ReadRegular, &Subject::Unit(std::slice::from_ref(&actor.county))).is_ok()
}

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Failed> {
    show(&app, &session, asked, Told::default()).await
}

async fn show(app: &App, session: &Session, asked: Asked, told: Told) -> Result<Response, Failed> {
    let code = asked.period.clone();
    let board = app.read(session, move |desk| regular::board(desk, &code)).await?;
    let now = board.as_ref().map(|board| board.period.code.clone()).unwrap_or_default();
    let months = board.as_ref().map(|board| board.months.as_slice()).unwrap_or_default();
    let status = told.status;
    let page = BoardPage {
        shell: app.shell(session, "/regular").await?,
        way: [
            Crumb { label: "常态化报告".to_owned(), href: Some("/regular".to_owned()) },
            Crumb { label: "学校月报告".to_owned(), href: None },
        ],
        months: months.iter().map(|one| Choice::new(&one.code, &one.label, &now)).collect(),
        board,
        heads: [Head::text("学校"), Head::text("报送"), Head::text("审核"), Head::text("复核")],
        nudged: asked.said == "nudged",
        told,
        empty: Empty {
            why: "还没有要报的月份。".to_owned(),
            what_to_do: "学校开始点名以后，从那个月起，每个有课的月报告一次。".to_owned(),
            act: None,
        },
    };
    Ok((status, html(&page)).into_response())
}

pub(super) async fn nudge(
    State(app): State<App>,
    session: Session,
    Form(asked): Form<Asked>,
) -> Result<Response, Failed> {
    let code = asked.period.clone();
    match app.write(&session, move |desk| regular::nudge(desk, &code)).await {
        Ok(_) => Ok(see_other(&format!("/regular/board?period={}&said=nudged", encoded(&asked.period)))),
        Err(failed) => show(&app, &session, asked, told(failed)?).await,
    }
}
