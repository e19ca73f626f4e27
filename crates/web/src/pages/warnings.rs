//! `/warnings`: 早期提醒 in words, by name; one child's sentences with who looks after it, and the form that says so. What may
//! be read by whom is decided in casework.

use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::refused::Refused;
use casework::warnings::{self, NoteForm, Warned};
use rules::access::Action;
use rules::date::parse_date;
use serde::Deserialize;

use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Crumb, Empty, Errors, Head, Pager, Shell, Tab, filters};
use crate::pages::address::Address;
use crate::route::{Policy, Route, encoded, html};
use crate::session::Session;

pub(crate) fn routes() -> Vec<Route> {
    let needs = Policy::Needs;
    vec![
        Route::get("/warnings", needs(Action::ReadWarnings), list),
        Route::get("/children/{id}/warnings", needs(Action::ReadWarnings), one),
        Route::post("/children/{id}/warnings", needs(Action::NoteWarning), note),
    ]
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    stage: String,
    after: String,
}

#[derive(Template)]
#[template(path = "warnings/list.html")]
struct ListPage {
    shell: Shell,
    tabs: Vec<Tab>,
    rows: Vec<Warned>,
    heads: [Head; 3],
    pager: Pager,
    empty: Empty,
}

async fn list(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Failed> {
    let noted = asked.stage == "noted";
    let after = asked.after.clone();
    let (rows, more) = app.read(&session, move |desk| warnings::warnings(desk, noted, &after)).await?;
    let next = rows.last().filter(|_| more).map(|last| last.child.clone());
    let at = Address::new("/warnings", &[("stage", if noted { "noted" } else { "" })]);
    let tab = |label: &str, href: &str, current| Tab {
        label: label.to_owned(),
        href: href.to_owned(),
        count: None,
        current,
    };
    Ok(html(&ListPage {
        shell: app.shell(&session, "/warnings").await?,
        tabs: vec![tab("要关注的", "/warnings", !noted), tab("有人在关注的", "/warnings?stage=noted", noted)],
        heads: [Head::text("姓名"), Head::text("看到的事实"), Head::text("谁在关注")],
        pager: at.pager(("after", &asked.after), next.as_deref(), rows.len(), "人"),
        rows,
        empty: Empty {
            why: if noted {
                "还没有登记“已关注”的孩子。"
            } else {
                "没有要关注的孩子。"
            }
            .to_owned(),
            what_to_do:
                "缺课多、没按时返校、开学没报到、同户孩子不在校等，中午和夜里各看一遍，有的列在这里。"
                    .to_owned(),
            act: None,
        },
    }))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct NoteSent {
    did: String,
    until: String,
}

#[derive(Template)]
#[template(path = "warnings/one.html")]
struct OnePage {
    shell: Shell,
    way: [Crumb; 2],
    one: warnings::One,
    sent: NoteSent,
    errors: Errors,
}

async fn show(
    app: &App,
    session: &Session,
    id: String,
    (sent, errors): (NoteSent, Errors),
    status: StatusCode,
) -> Result<Response, Failed> {
    let child = id.clone();
    let one = app.look(session, move |desk| warnings::one(desk, &child)).await?;
    let page = OnePage {
        shell: app.shell(session, "/warnings").await?,
        way: [
            Crumb { label: one.name.clone(), href: Some(format!("/children/{}", encoded(&id))) },
            Crumb { label: "早期提醒".to_owned(), href: None },
        ],
        one,
        sent,
        errors,
    };
    Ok((status, html(&page)).into_response())
}

async fn one(State(app): State<App>, session: Session, Path(id): Path<String>) -> Result<Response, Failed> {
    show(&app, &session, id, (NoteSent::default(), Errors::new()), StatusCode::OK).await
}

async fn note(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<NoteSent>,
) -> Result<Response, Failed> {
    let (child, typed) = (id.clone(), sent.clone());
    let done = app
        .write(&session, move |desk| {
            let until = match typed.until.trim() {
                "" => None,
                text => {
                    Some(parse_date(text).map_err(|_| Refused::field("until", "请写日期，如 2026-12-01"))?)
                }
            };
            warnings::note_warning(desk, &child, &NoteForm { did: typed.did.clone(), until })
        })
        .await;
    match done {
        Ok(_) => Ok(see_other("/warnings")),
        Err(failed) => {
            let errors = failed.errors()?;
            show(&app, &session, id, (sent, errors), StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}
