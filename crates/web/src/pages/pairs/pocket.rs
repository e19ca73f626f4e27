//! The pocket page: one's own children in the order of the way, each with what to do, whom to ring up and what happened last.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use casework::pairs::{self, Stop};
use jiff::civil::Date;
use rules::access::{Action, Subject, may};

use crate::app::App;
use crate::failed::Failed;
use crate::look::{Empty, Shell, Tone, filters};
use crate::pages::cases::days_left;
use crate::route::html;
use crate::session::Session;

#[derive(Template)]
#[template(path = "pairs/pocket.html")]
struct PocketPage {
    shell: Shell,
    /// Village and group, and who lives there.
    groups: Vec<(String, Vec<Stop>)>,
    many: usize,
    phone: bool,
    empty: Empty,
    today: Date,
}

impl PocketPage {
    fn left(&self, due: &str) -> (i64, Tone) {
        days_left(due, self.today).map_or((0, Tone::Plain), |days| (days, Tone::of_days_left(days)))
    }
}

pub(super) async fn page(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let stops = app.look(&session, pairs::pocket).await?;
    let many = stops.len();
    let mut groups: Vec<(String, Vec<Stop>)> = Vec::new();
    for stop in stops {
        match groups.last_mut().filter(|(group, _)| *group == stop.group) {
            Some((_, all)) => all.push(stop),
            None => groups.push((stop.group.clone(), vec![stop])),
        }
    }
    Ok(html(&PocketPage {
        shell: app.shell(&session, "/visits").await?,
        groups,
        many,
        phone: may(&session.who().actor, Action::KeepPhone, &Subject::Nothing).is_ok(),
        empty: Empty {
            why: "没有由您包保的孩子。".to_owned(),
            what_to_do: "乡镇给您结对以后，孩子会列在这里（五(六)）。".to_owned(),
            act: None,
        },
        today: app.now().day(),
    }))
}
