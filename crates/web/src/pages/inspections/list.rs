//! The inspections, the schools without a visit this term, and the form by which one is begun.

use askama::Template;
use axum::extract::{Form, State};
use axum::response::{IntoResponse, Response};
use casework::inspections::{self, InspectionLine, NewInspection};
use rules::access::{Action, Subject, may};
use rules::inspection::Kind;
use serde::Deserialize;

use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Empty, Head, Shell, Tone, filters};
use crate::pages::conference::{Told, told};
use crate::route::{encoded, html};
use crate::session::Session;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    kind: String,
    school: String,
    wanted: String,
}

#[derive(Template)]
#[template(path = "inspections/list.html")]
struct ListPage {
    shell: Shell,
    term: String,
    rows: Vec<InspectionLine>,
    heads: [Head; 3],
    not_visited: Vec<String>,
    schools: Vec<Choice>,
    may_special: bool,
    sent: Sent,
    told: Told,
    empty: Empty,
}

pub(super) async fn page(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    show(&app, &session, Sent::default(), Told::default()).await
}

async fn show(app: &App, session: &Session, sent: Sent, told: Told) -> Result<Response, Failed> {
    let inspects = may(&session.who().actor, Action::Inspect, &Subject::Nothing).is_ok();
    let (rows, (not_visited, term), (schools, may_special)) = app
        .read(session, move |desk| {
            let rows = inspections::inspections(desk)?;
            let left = inspections::not_visited(desk)?;
            let schools = if inspects { inspections::schools_to_visit(desk)? } else { (Vec::new(), false) };
            Ok((rows, left, schools))
        })
        .await?;
    let none = std::iter::once(Choice::new("", "请选择", &sent.school));
    let choices = schools.iter().map(|(id, name)| Choice::new(id, name, &sent.school));
    let schools = if schools.is_empty() { Vec::new() } else { none.chain(choices).collect() };
    let status = told.status;
    let page = ListPage {
        shell: app.shell(session, "/inspections").await?,
        term: term.label,
        rows,
        heads: [Head::text("检查"), Head::number("检查的单位"), Head::text("没有销号的问题")],
        not_visited,
        schools,
        may_special,
        sent,
        told,
        empty: Empty {
            why: "还没有检查。".to_owned(),
            what_to_do: "督导办每学期开学后组织一次专项督导，责任督学每学期检查挂牌的学校；检查到本单位的会出现在这里。"
                .to_owned(),
            act: None,
        },
    };
    Ok((status, html(&page)).into_response())
}

pub(super) async fn begin(
    State(app): State<App>,
    session: Session,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let new = NewInspection {
        kind: if sent.kind == Kind::Special.code() { Kind::Special } else { Kind::Visit },
        school: sent.school.clone(),
        wanted: sent.wanted.trim().parse().unwrap_or(0),
    };
    match app.write(&session, move |desk| inspections::begin(desk, &new)).await {
        Ok(id) => Ok(see_other(&format!("/inspections/{}", encoded(&id)))),
        Err(failed) => show(&app, &session, sent, told(failed)?).await,
    }
}
