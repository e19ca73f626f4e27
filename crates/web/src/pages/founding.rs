//! Setting up the two trees of 双线四级（五(一)）: what the plan names in one act, the rest pasted from a table; and closing a unit. What
//! fits where, and what still waits for a unit, the use cases say.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use casework::units::{self, Added, Table};
use rules::access::Action;
use serde::Deserialize;

use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Crumb, Errors, Shell};
use crate::route::{Policy, Route, encoded, html};
use crate::session::Session;

/// Longest form: a table of as many lines as may be pasted, each Chinese character sent as nine bytes.
const PASTED: usize = 3 * 1024 * 1024;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::post("/units/plan", Policy::Needs(Action::WriteUnits), from_plan),
        Route::get("/units/{id}/new", Policy::Needs(Action::WriteUnits), new),
        Route::post("/units/{id}/new", Policy::Needs(Action::WriteUnits), add).body_limit(PASTED),
        Route::post("/units/{id}/close", Policy::Needs(Action::WriteUnits), close),
    ]
}

async fn from_plan(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    app.write(&session, units::from_plan).await?;
    Ok(see_other("/units"))
}

#[derive(Template)]
#[template(path = "units/new.html")]
struct New {
    shell: Shell,
    way: Vec<Crumb>,
    unit: String,
    what: &'static str,
    columns: &'static str,
    kinds: Vec<Choice>,
    kind: String,
    lines: String,
    errors: Errors,
    done: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Asked {
    kind: String,
    made: Option<usize>,
    there: Option<usize>,
}

async fn new(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failed> {
    let done = asked.made.map(|made| Added { made, there: asked.there.unwrap_or(0) });
    let table = Table { parent: id, kind: asked.kind, lines: String::new() };
    page(&app, &session, table, Errors::new(), done).await
}

async fn page(
    app: &App,
    session: &Session,
    table: Table,
    errors: Errors,
    done: Option<Added>,
) -> Result<Response, Failed> {
    let id = table.parent.clone();
    let page = app.read(session, move |desk| units::adding(desk, &id)).await?;
    let kinds = units::addable(&page.unit.kind);
    let chosen = kinds.iter().find(|(code, ..)| *code == table.kind).or_else(|| kinds.first());
    let (kind, what, columns) = chosen.copied().unwrap_or(("", "下级单位", ""));
    let mut way = vec![Crumb { label: "责任链".to_owned(), href: Some("/units".to_owned()) }];
    way.push(Crumb { label: page.unit.name.clone(), href: Some(format!("/units/{}", page.unit.id)) });
    way.push(Crumb { label: format!("新设{what}"), href: None });
    Ok(html(&New {
        shell: app.shell(session, "/units").await?,
        way,
        unit: page.unit.id,
        what,
        columns,
        kinds: kinds.iter().map(|(code, label, _)| Choice::new(*code, *label, kind)).collect(),
        kind: kind.to_owned(),
        lines: table.lines,
        errors,
        done: done.map(|done| match done.there {
            0 => format!("新设了{}个", done.made),
            there => format!("新设了{}个；{there}个已经有了，没有重复设", done.made),
        }),
    }))
}

#[derive(Debug, Clone, Deserialize)]
struct TableForm {
    kind: String,
    lines: String,
}

async fn add(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<TableForm>,
) -> Result<Response, Failed> {
    let table = Table { parent: id, kind: form.kind, lines: form.lines };
    let asked = table.clone();
    match app.write(&session, move |desk| units::add(desk, &asked)).await {
        Ok(Added { made, there }) => Ok(see_other(&format!(
            "/units/{}/new?kind={}&made={made}&there={there}",
            encoded(&table.parent),
            encoded(&table.kind)
        ))),
        Err(failed) => {
            let errors = failed.errors()?;
            page(&app, &session, table, errors, None).await
        }
    }
}

async fn close(State(app): State<App>, session: Session, Path(id): Path<String>) -> Result<Response, Failed> {
    app.write(&session, move |desk| units::close_unit(desk, &id)).await?;
    Ok(see_other("/units"))
}
