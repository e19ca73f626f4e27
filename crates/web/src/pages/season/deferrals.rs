//! 延缓入学: applications that wait, that hold and that are over; the form in which a township enters one, and the decision of another person.

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::refused::Refused;
use casework::season::{self, Deferral, DeferralForm, Deferrals};
use serde::Deserialize;

use super::{Said, day, refused};
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Crumb, Empty, Errors, Shell, Tone, filters};
use crate::route::html;
use crate::session::Session;

#[derive(Template)]
#[template(path = "season/deferrals.html")]
struct DeferralsPage {
    shell: Shell,
    way: [Crumb; 2],
    one: Deferrals,
    empty: Empty,
    said: Option<Said>,
    errors: Errors,
}

impl DeferralsPage {
    fn state(&self, one: &Deferral) -> (&'static str, Tone) {
        match one.state.as_str() {
            "asked" => ("待审批", Tone::Due),
            "granted" => ("批准，还在期限里", Tone::Act),
            "refused" => ("没有批准", Tone::Plain),
            _ => ("到期，要核实是否入学", Tone::Late),
        }
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
    let one = app.look(session, season::deferrals).await?;
    let page = DeferralsPage {
        shell: app.shell(session, "/season").await?,
        way: [
            Crumb { label: "入学季".to_owned(), href: Some("/season".to_owned()) },
            Crumb { label: "延缓入学".to_owned(), href: None },
        ],
        one,
        empty: Empty {
            why: "没有延缓入学申请。".to_owned(),
            what_to_do: "监护人因孩子身体状况申请的，乡镇在通知书里点“受理延缓入学”登记。".to_owned(),
            act: None,
        },
        said,
        errors,
    };
    Ok((status, html(&page)).into_response())
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Decision {
    answer: String,
    words: String,
}

pub(super) async fn decide(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Decision>,
) -> Result<Response, Failed> {
    let done = match sent.answer.as_str() {
        "grant" | "refuse" => {
            let grant = sent.answer == "grant";
            app.write(&session, move |desk| season::decide_deferral(desk, &id, grant, &sent.words)).await
        }
        _ => Err(Failed::from(Refused::field("answer", "请选择批准还是不批准"))),
    };
    match done {
        Ok(()) => Ok(see_other("/season/deferrals")),
        Err(failed) => {
            let (said, errors, status) = refused(failed)?;
            show(&app, &session, (said, errors), status).await
        }
    }
}

#[derive(Template)]
#[template(path = "season/defer.html")]
struct FormPage {
    shell: Shell,
    way: [Crumb; 2],
    id: String,
    name: String,
    basis: String,
    said: Option<Said>,
    errors: Errors,
    sent: Sent,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    until: String,
    applicant: String,
    condition: String,
}

pub(super) async fn form(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    show_form(&app, &session, id, Sent::default(), (None, Errors::new()), StatusCode::OK).await
}

async fn show_form(
    app: &App,
    session: &Session,
    id: String,
    sent: Sent,
    (said, errors): (Option<Said>, Errors),
    status: StatusCode,
) -> Result<Response, Failed> {
    let child = id.clone();
    let name = app.look(session, move |desk| season::deferring(desk, &child)).await?;
    let rule = &app.plan().case().pause;
    let page = FormPage {
        shell: app.shell(session, "/season").await?,
        way: [
            Crumb { label: "延缓入学".to_owned(), href: Some("/season/deferrals".to_owned()) },
            Crumb { label: name.clone(), href: None },
        ],
        id,
        name,
        basis: format!("一次最长{}天（{}）", rule.statutory_days, rule.basis.cited()),
        said,
        errors,
        sent,
    };
    Ok((status, html(&page)).into_response())
}

pub(super) async fn ask(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let done = match day("until", &sent.until) {
        Ok(until) => {
            let form =
                DeferralForm { until, applicant: sent.applicant.clone(), condition: sent.condition.clone() };
            let child = id.clone();
            app.write(&session, move |desk| season::ask_deferral(desk, &child, &form)).await.map(drop)
        }
        Err(refused) => Err(Failed::from(refused)),
    };
    match done {
        Ok(()) => Ok(see_other("/season/deferrals")),
        Err(failed) => {
            let (said, errors, status) = refused(failed)?;
            show_form(&app, &session, id, sent, (said, errors), status).await
        }
    }
}
