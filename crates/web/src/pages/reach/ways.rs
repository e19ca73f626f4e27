//! 怎么通知我: one's own number and mailbox, each confirmed by a code.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::reach::{self, Way};
use serde::Deserialize;

use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Crumb, Errors, Shell, Tone};
use crate::route::html;
use crate::session::Session;

#[derive(Template)]
#[template(path = "reach/ways.html")]
struct WaysPage {
    shell: Shell,
    way: Vec<Crumb>,
    ways: Vec<Way>,
    quiet: String,
    per_day: u16,
    /// Which of the two was wrong.
    kind: String,
    errors: Errors,
}

impl WaysPage {
    fn wrong(&self, way: &Way, field: &str) -> &str {
        if way.carrier.code() == self.kind { self.errors.of(field) } else { "" }
    }
}

pub(super) async fn page(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    shown(&app, &session, String::new(), StatusCode::OK, Errors::new()).await
}

async fn shown(
    app: &App,
    session: &Session,
    kind: String,
    status: StatusCode,
    errors: Errors,
) -> Result<Response, Failed> {
    let found = app.read(session, reach::ways).await?;
    let page = WaysPage {
        shell: app.shell(session, "/account").await?,
        way: vec![
            Crumb { label: "我的账号".to_owned(), href: Some("/account".to_owned()) },
            Crumb { label: "怎么通知我".to_owned(), href: None },
        ],
        ways: found.ways,
        quiet: found.quiet,
        per_day: found.per_day,
        kind,
        errors,
    };
    Ok((status, html(&page)).into_response())
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(super) struct Typed {
    kind: String,
    address: String,
    code: String,
}

pub(super) async fn register(
    State(app): State<App>,
    session: Session,
    Form(typed): Form<Typed>,
) -> Result<Response, Failed> {
    let (kind, address) = (typed.kind.clone(), typed.address);
    match app.write(&session, move |desk| reach::register(desk, &kind, &address)).await {
        Ok(()) => Ok(see_other("/account/notify")),
        Err(failed) => {
            let errors = failed.errors()?;
            shown(&app, &session, typed.kind, StatusCode::UNPROCESSABLE_ENTITY, errors).await
        }
    }
}

pub(super) async fn confirm(
    State(app): State<App>,
    session: Session,
    Form(typed): Form<Typed>,
) -> Result<Response, Failed> {
    let (kind, code) = (typed.kind.clone(), typed.code);
    if app.write(&session, move |desk| reach::confirm(desk, &kind, &code)).await? {
        return Ok(see_other("/account/notify#saved"));
    }
    let mut errors = Errors::new();
    errors.add("code", "验证码不对，请核对收到的最后一条。".to_owned());
    shown(&app, &session, typed.kind, StatusCode::UNPROCESSABLE_ENTITY, errors).await
}

pub(super) async fn forget(
    State(app): State<App>,
    session: Session,
    Form(typed): Form<Typed>,
) -> Result<Response, Failed> {
    app.write(&session, move |desk| reach::forget(desk, &typed.kind)).await?;
    Ok(see_other("/account/notify"))
}

/// The id of a field, of which the page has one for each way.
fn field(way: &Way, name: &str) -> String {
    format!("{name}-{}", way.carrier.code())
}

fn label(way: &Way) -> &'static str {
    if way.carrier == rules::reach::Carrier::Sms { "手机号" } else { "邮箱" }
}
