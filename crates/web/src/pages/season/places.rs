//! 5月计划: places of each school beside the children whom the table of catchments sends there; 教体局 writes them.

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::refused::Refused;
use casework::season::{self, PlaceForm, PlaceLine, Plan};
use rules::age::Stage;
use rules::season::{Places, said as in_words, takes};
use serde::Deserialize;

use super::{Said, number, refused};
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Crumb, Errors, Head, Shell, Tone};
use crate::route::html;
use crate::session::Session;

#[derive(Template)]
#[template(path = "season/plan.html")]
struct PlanPage {
    shell: Shell,
    way: [Crumb; 2],
    one: Plan,
    heads: [Head; 6],
    said: Option<Said>,
    errors: Errors,
}

impl PlanPage {
    fn words(&self, places: &Places) -> String {
        in_words(*places)
    }

    fn tone(&self, places: &Places) -> Tone {
        if places.lacking() > 0 { Tone::Due } else { Tone::Good }
    }

    /// What is planned of grade one, grade seven.
    fn value(&self, school: &PlaceLine, at: usize) -> String {
        let part = school.planned.and_then(|(first, junior)| [first, junior].get(at).copied());
        part.map(|many| many.to_string()).unwrap_or_default()
    }

    /// Planned, of how many children of the catchment; a school that takes neither the grade nor a child of it says nothing.
    fn cell(&self, school: &PlaceLine, at: usize) -> (String, Tone) {
        let (places, stage) = match at {
            0 => (school.first(), Stage::Primary),
            _ => (school.junior(), Stage::Junior),
        };
        if places.expected == 0 && places.planned.unwrap_or(0) == 0 && !takes(&school.kind, stage) {
            return ("—".to_owned(), Tone::Plain);
        }
        let planned = places.planned.map_or_else(|| "没有计划".to_owned(), |many| many.to_string());
        let text = format!("{planned} / {}", places.expected);
        (text, if places.lacking() > 0 { Tone::Due } else { Tone::Plain })
    }
}

pub(super) async fn page(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    show(&app, &session, (None, Errors::new()), StatusCode::OK).await
}

async fn show(
    app: &App,
    session: &Session,
    (said, errors): (Option<Said>, Errors),
    status: StatusCode,
) -> Result<Response, Failed> {
    let one = app.read(session, season::plan).await?;
    let page = PlanPage {
        shell: app.shell(session, "/season").await?,
        way: [
            Crumb { label: "入学季".to_owned(), href: Some("/season".to_owned()) },
            Crumb { label: "招生计划".to_owned(), href: None },
        ],
        heads: [
            Head::text("学校"),
            Head::number("一年级 计划/孩子"),
            Head::number("七年级 计划/孩子"),
            Head::number("全校学位"),
            Head::number("床位"),
            Head::text("改计划"),
        ],
        one,
        said,
        errors,
    };
    Ok((status, html(&page)).into_response())
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    first: String,
    junior: String,
}

impl Sent {
    fn form(&self) -> Result<PlaceForm, Refused> {
        Ok(PlaceForm { first: number("first", &self.first)?, junior: number("junior", &self.junior)? })
    }
}

pub(super) async fn write(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let done = match sent.form() {
        Ok(form) => app.write(&session, move |desk| season::plan_places(desk, &id, form)).await,
        Err(refused) => Err(Failed::from(refused)),
    };
    match done {
        Ok(()) => Ok(see_other("/season/plan")),
        Err(failed) => {
            let (said, errors, status) = refused(failed)?;
            show(&app, &session, (said, errors), status).await
        }
    }
}
