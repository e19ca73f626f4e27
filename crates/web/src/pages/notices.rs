//! `/notices`: what the program told the signed-in person.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use casework::today::{self, Notification};

use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Empty, Shell, Tone, filters};
use crate::route::{Policy, Route, html};
use crate::session::Session;

pub(crate) fn routes() -> Vec<Route> {
    vec![Route::get("/notices", Policy::SignedIn, page), Route::post("/notices/read", Policy::SignedIn, read)]
}

#[derive(Template)]
#[template(path = "notices.html")]
struct NoticesPage {
    shell: Shell,
    lines: Vec<Notification>,
    unread: usize,
    empty: Empty,
}

async fn page(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let lines = app.read(&session, today::notifications).await?;
    Ok(html(&NoticesPage {
        shell: app.shell(&session, "/notices").await?,
        unread: lines.iter().filter(|line| !line.read).count(),
        lines,
        empty: Empty {
            why: "还没有通知。".to_owned(),
            what_to_do: "交办、退回、到期等事情会在这里提醒。".to_owned(),
            act: None,
        },
    }))
}

async fn read(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    app.write(&session, today::mark_read).await?;
    Ok(see_other("/notices"))
}
