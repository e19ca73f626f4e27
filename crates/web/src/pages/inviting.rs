//! Many people invited at once (四(十四)): a pasted table, one approval for all that wait, and the links of all on one sheet. Who may, and
//! what is wrong with a line, casework says.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::accounts::invite_many::{self, Handed, Pasted};
use rules::access::Action;
use serde::Deserialize;

use super::accounts::way;
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Crumb, Errors, Head, Shell, filters};
use crate::route::{Policy, Route, html};
use crate::session::Session;

/// Longest form: a table of as many lines as may be pasted, each Chinese character sent as nine bytes.
const PASTED: usize = 1024 * 1024;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/accounts/new/table", Policy::Needs(Action::InviteAccount), table),
        Route::post("/accounts/new/table", Policy::Needs(Action::InviteAccount), ask).body_limit(PASTED),
        Route::post("/accounts/invitations", Policy::Needs(Action::ApproveAccount), approve_all),
        Route::post("/accounts/links", Policy::Needs(Action::InviteAccount), links),
    ]
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct TableForm {
    lines: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "accounts/table.html")]
struct TablePage {
    shell: Shell,
    way: Vec<Crumb>,
    typed: TableForm,
    errors: Errors,
}

async fn table(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    table_form(&app, &session, TableForm::default(), StatusCode::OK, Errors::new()).await
}

async fn table_form(
    app: &App,
    session: &Session,
    typed: TableForm,
    status: StatusCode,
    errors: Errors,
) -> Result<Response, Failed> {
    let page =
        TablePage { shell: app.shell(session, "/accounts").await?, way: way("成批邀请"), typed, errors };
    Ok((status, html(&page)).into_response())
}

async fn ask(
    State(app): State<App>,
    session: Session,
    Form(form): Form<TableForm>,
) -> Result<Response, Failed> {
    let pasted = Pasted { lines: form.lines.clone(), reason: form.reason.clone() };
    match app.write(&session, move |desk| invite_many::ask(desk, &pasted)).await {
        Ok(asked) => Ok(see_other(&format!("/accounts/invitations?asked={asked}"))),
        Err(failed) => {
            table_form(&app, &session, form, StatusCode::UNPROCESSABLE_ENTITY, failed.errors()?).await
        }
    }
}

async fn approve_all(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let approved = app.write(&session, invite_many::approve_all).await?;
    Ok(see_other(&format!("/accounts/invitations?approved={approved}")))
}

#[derive(Template)]
#[template(path = "accounts/links.html")]
struct LinksPage {
    shell: Shell,
    way: Vec<Crumb>,
    handed: Vec<Handed>,
    heads: [Head; 4],
}

async fn links(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let handed = app.write(&session, invite_many::links).await?;
    Ok(html(&LinksPage {
        shell: app.shell(&session, "/accounts").await?,
        way: way("设置链接"),
        handed,
        heads: [Head::text("谁"), Head::text("岗位"), Head::text("链接"), Head::text("有效到")],
    }))
}
