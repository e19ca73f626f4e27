//! `/children/{id}/platform`: the sheet to copy from, masked until it is asked for, and the platform's number written back.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use casework::platform::{self as twin, Keep, Sheet};
use casework::refused::Refused;
use jiff::civil::Date;
use rules::purpose::Purpose;
use rules::twin::Step;
use serde::Deserialize;

use super::super::account::with;
use super::{platform, purposes, tabs, tone};
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Crumb, Errors, Shell, Tab, filters};
use crate::route::{encoded, html};
use crate::session::Session;

#[derive(Template)]
#[template(path = "platforms/sheet.html")]
struct SheetPage {
    shell: Shell,
    way: Vec<Crumb>,
    tabs: Vec<Tab>,
    sheet: Sheet,
    place: String,
    text: String,
    cited: String,
    within: String,
    whole: bool,
    purposes: Vec<Choice>,
    typed: KeepForm,
    today: String,
    errors: Errors,
}

impl SheetPage {
    fn may(&self, step: &str) -> bool {
        self.sheet.steps.iter().any(|own| own.code() == step)
    }

    /// Every line that may be copied, for one table row elsewhere: values between tabs.
    fn row(&self) -> String {
        let texts = self.sheet.lines.iter().map(|line| if line.masked { "" } else { line.text.as_str() });
        texts.collect::<Vec<_>>().join("\t")
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct On {
    on: String,
}

pub(super) async fn sheet(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Query(asked): Query<On>,
) -> Result<Response, Failed> {
    let sheet = app.write(&session, move |desk| twin::sheet(desk, &id, &asked.on)).await?;
    shown(&app, &session, sheet, false, KeepForm::default(), Errors::new()).await
}

async fn shown(
    app: &App,
    session: &Session,
    sheet: Sheet,
    whole: bool,
    typed: KeepForm,
    errors: Errors,
) -> Result<Response, Failed> {
    let platform = platform(app, &sheet.platform)?;
    let refused = errors.any();
    let path = format!("/children/{}/platform", sheet.child);
    let mut tabs = tabs(app, &platform.key, &path);
    for (tab, (_, stand)) in tabs.iter_mut().zip(&sheet.stands) {
        if let Some(stand) = stand {
            tab.label = format!("{}：{}", tab.label, stand.label());
        }
    }
    let mut response = html(&SheetPage {
        shell: app.shell(session, "/platforms").await?,
        way: vec![
            Crumb {
                label: "平台录入".to_owned(), href: Some(with("/platforms", &[("on", &platform.key)]))
            },
            Crumb { label: sheet.name.clone(), href: Some(format!("/children/{}", sheet.child)) },
            Crumb { label: "录入表".to_owned(), href: None },
        ],
        tabs,
        place: format!("{}{}", platform.title, platform.port),
        text: platform.basis.text.clone(),
        cited: platform.basis.cited(),
        within: platform.enter.within(),
        whole,
        purposes: purposes(),
        typed,
        today: app.now().day().to_string(),
        errors,
        sheet,
    });
    if refused {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct RevealForm {
    on: String,
    purpose: String,
}

pub(super) async fn reveal(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<RevealForm>,
) -> Result<Response, Failed> {
    let sheet = app
        .write(&session, move |desk| {
            let purpose = Purpose::from_code(&form.purpose);
            let purpose = purpose.ok_or_else(|| Refused::field("purpose", "请选择用途"))?;
            twin::reveal(desk, &id, &form.on, purpose)
        })
        .await?;
    shown(&app, &session, sheet, true, KeepForm::default(), Errors::new()).await
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct KeepForm {
    on: String,
    step: String,
    number: String,
    day: String,
    why: String,
    version: i64,
}

pub(super) async fn keep(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<KeepForm>,
) -> Result<Response, Failed> {
    let (child, typed) = (id.clone(), form.clone());
    let done = app
        .write(&session, move |desk| {
            let step = Step::from_code(&typed.step).ok_or_else(|| Refused::field("step", "请选择办什么"))?;
            let day = typed.day.trim();
            let day = if day.is_empty() { Ok(desk.now.day()) } else { day.parse::<Date>() };
            let day = day.map_err(|_| Refused::field("day", "请填日期，如2026-11-24"))?;
            let kept = Keep {
                platform: typed.on.clone(),
                step,
                number: typed.number.clone(),
                day,
                why: typed.why.clone(),
                version: typed.version,
            };
            twin::keep(desk, &child, &kept)
        })
        .await;
    match done {
        Ok(()) => Ok(see_other(&with(&format!("/children/{}/platform", encoded(&id)), &[("on", &form.on)]))),
        Err(failed) => {
            let errors = failed.errors()?;
            let on = form.on.clone();
            let sheet = app.write(&session, move |desk| twin::sheet(desk, &id, &on)).await?;
            shown(&app, &session, sheet, false, form, errors).await
        }
    }
}
