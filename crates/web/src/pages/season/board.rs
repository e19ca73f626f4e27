//! The season on one page: what is due in which month and how far it is.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use casework::season::{self, Board, Month};

use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Shell, Tone};
use crate::route::html;
use crate::session::Session;

#[derive(Template)]
#[template(path = "season/board.html")]
struct BoardPage {
    shell: Shell,
    title: String,
    one: Board,
}

pub(super) async fn page(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let one = app.look(&session, season::board).await?;
    Ok(html(&BoardPage {
        shell: app.shell(&session, "/season").await?,
        title: format!("{}学年招生入学季", one.season.label()),
        one,
    }))
}

pub(super) async fn open(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    app.write(&session, season::open_season).await?;
    Ok(see_other("/season"))
}

impl BoardPage {
    fn tone(&self, month: &Month) -> Tone {
        match month.done {
            Some((done, of)) if done >= of => Tone::Good,
            _ if month.is_now => Tone::Due,
            _ => Tone::Plain,
        }
    }
}
