//! One file: what was on record, what was said in it, and what the reader may do now.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use casework::accountability::{self, OneFile};
use rules::accountability::{Measure, Stand};
use serde::Deserialize;

use super::list::tone;
use crate::app::App;
use crate::failed::Failed;
use crate::look::{Choice, Crumb, Shell, Tone, filters};
use crate::pages::conference::{Told, told};
use crate::route::html;
use crate::session::Session;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    pub(super) words: String,
    pub(super) seen: String,
    pub(super) why: String,
    pub(super) measure: String,
    pub(super) organ: String,
    pub(super) mend_day: String,
}

#[derive(Template)]
#[template(path = "accountability/one.html")]
struct OnePage {
    shell: Shell,
    way: [Crumb; 2],
    one: OneFile,
    measures: Vec<Choice>,
    today: String,
    sent: Sent,
    told: Told,
}

impl OnePage {
    fn tone(&self) -> Tone {
        tone(self.one.line.stand)
    }

    fn has(&self, code: &str) -> bool {
        self.one.may.iter().any(|act| act.code() == code)
    }

    /// Whose turn it is, what they do, by when.
    fn turn(&self) -> Option<(&str, &'static str, String)> {
        let unit = self.one.line.unit.as_str();
        let by = |day: &str| {
            if day.is_empty() { String::new() } else { format!("{}以前", filters::spoken(day)) }
        };
        let due = by(&self.one.line.due);
        match self.one.line.stand {
            Stand::Opened => Some((unit, "负责人陈述", due)),
            Stand::Heard => Some(("有权机关", "作出决定，由另一位同志登记", due)),
            Stand::Decided if self.one.line.measure == Some(Measure::Transfer) => {
                Some(("纪检监察机关", "处理，有结果了由督导委办公室登记办结", due))
            }
            Stand::Decided => Some((unit, "整改，改好后报告", due)),
            Stand::Reported => Some(("督导委办公室", "复查，改好了办结", due)),
            Stand::Closed => None,
        }
    }
}

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    show(&app, &session, id, Sent::default(), Told::default()).await
}

pub(super) async fn show(
    app: &App,
    session: &Session,
    id: String,
    sent: Sent,
    told: Told,
) -> Result<Response, Failed> {
    let one = app.look(session, move |desk| accountability::file(desk, &id)).await?;
    let status = told.status;
    let page = OnePage {
        shell: app.shell(session, "/accountability").await?,
        way: [
            Crumb { label: "问责".to_owned(), href: Some("/accountability".to_owned()) },
            Crumb { label: one.line.unit.clone(), href: None },
        ],
        one,
        measures: Measure::ALL
            .iter()
            .map(|measure| Choice::new(measure.code(), measure.label(), &sent.measure))
            .collect(),
        today: app.now().day().to_string(),
        sent,
        told,
    };
    Ok((status, html(&page)).into_response())
}

pub(super) async fn after(
    app: &App,
    session: &Session,
    id: String,
    sent: Sent,
    done: Result<(), Failed>,
) -> Result<Response, Failed> {
    match done {
        Ok(()) => Ok(crate::failed::see_other(&format!("/accountability/{}", crate::route::encoded(&id)))),
        Err(failed) => show(app, session, id, sent, told(failed)?).await,
    }
}
