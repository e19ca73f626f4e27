//! 5月计划: places of each school beside the children expected in its township; 教体局 writes them.

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::refused::Refused;
use casework::season::{self, PlaceForm, PlaceLine, Plan};
use rules::season::{Places, said as in_words};
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
    heads: [Head; 5],
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

    /// What is planned of grade one, grade seven, beds.
    fn value(&self, school: &PlaceLine, at: usize) -> String {
        let part = school.planned.and_then(|(first, junior, beds)| [first, junior, beds].get(at).copied());
        part.map(|many| many.to_string()).unwrap_or_default()
    }

    fn cell(&self, school: &PlaceLine, at: usize) -> String {
        let value = self.value(school, at);
        if value.is_empty() { "没有计划".to_owned() } else { value }
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
            Head::number("一年级"),
            Head::number("七年级"),
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
    beds: String,
}

impl Sent {
    fn form(&self) -> Result<PlaceForm, Refused> {
        Ok(PlaceForm {
            first: number("first", &self.first)?,
            junior: number("junior", &self.junior)?,
            beds: number("beds", &self.beds)?,
        })
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
