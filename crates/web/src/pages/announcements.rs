//! `/announcements`: 公告 that everybody reads, and that the county publishes and withdraws.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use casework::announcements::{self, Announcement, BODY, Draft, TITLE};
use rules::access::Action;
use serde::Deserialize;

use super::accounts::shows;
use super::exports::{self, Asking, Nothing};
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Crumb, Empty, Errors, Shell, Taking, Tone, filters};
use crate::route::{Policy, Route, html};
use crate::session::Session;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/announcements", Policy::Needs(Action::ReadNotices), list),
        Route::post("/announcements", Policy::Needs(Action::PublishNotice), publish),
        Route::post("/announcements/export", Policy::Needs(Action::ExportList), export),
        Route::get("/announcements/{id}", Policy::Needs(Action::ReadNotices), one),
        Route::post("/announcements/{id}/read", Policy::Needs(Action::ReadNotices), read),
        Route::post("/announcements/{id}/withdraw", Policy::Needs(Action::PublishNotice), withdraw),
    ]
}

/// How an announcement stands, in words and colour.
fn state(one: &Announcement, today: &str) -> (&'static str, Tone) {
    if !one.withdrawn_at.is_empty() {
        ("已撤回", Tone::Plain)
    } else if one.from_day.as_str() > today {
        ("还没到日子", Tone::Plain)
    } else if !one.until_day.is_empty() && one.until_day.as_str() < today {
        ("已过期", Tone::Plain)
    } else if one.read {
        ("已读", Tone::Good)
    } else {
        ("未读", Tone::Act)
    }
}

struct Row {
    one: Announcement,
    state: &'static str,
    tone: Tone,
}

#[derive(Template)]
#[template(path = "announcements/list.html")]
struct ListPage {
    shell: Shell,
    rows: Vec<Row>,
    empty: Empty,
    may_publish: bool,
    given: DraftForm,
    errors: Errors,
    most_title: usize,
    most_body: usize,
    export: Option<Taking>,
}

async fn list(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    show(&app, &session, DraftForm::default(), Errors::new()).await
}

async fn show(app: &App, session: &Session, given: DraftForm, errors: Errors) -> Result<Response, Failed> {
    let all = app.read(session, announcements::list).await?;
    let today = app.now().day().to_string();
    let rows = all
        .into_iter()
        .map(|one| {
            let (state, tone) = state(&one, &today);
            Row { one, state, tone }
        })
        .collect();
    Ok(html(&ListPage {
        shell: app.shell(session, "/announcements").await?,
        rows,
        empty: Empty {
            why: "现在没有公告。".to_owned(),
            what_to_do: "县里发布的公告会列在这里，也会出现在“今天”页上。".to_owned(),
            act: None,
        },
        may_publish: shows(session, Action::PublishNotice),
        given,
        errors,
        most_title: TITLE,
        most_body: BODY,
        export: exports::taking(session, Action::ExportList, "/announcements/export", &[]),
    }))
}

async fn export(
    State(app): State<App>,
    session: Session,
    Form(asking): Form<Asking<Nothing>>,
) -> Result<Response, Failed> {
    exports::take(&app, &session, "announcements", &asking.purpose, announcements::export).await
}

#[derive(Template)]
#[template(path = "announcements/one.html")]
struct OnePage {
    shell: Shell,
    way: Vec<Crumb>,
    one: Announcement,
    state: &'static str,
    tone: Tone,
    may_withdraw: bool,
}

async fn one(State(app): State<App>, session: Session, Path(id): Path<String>) -> Result<Response, Failed> {
    let one = app.read(&session, move |desk| announcements::one(desk, &id)).await?;
    let (state, tone) = state(&one, &app.now().day().to_string());
    Ok(html(&OnePage {
        shell: app.shell(&session, "/announcements").await?,
        way: vec![
            Crumb { label: "公告".to_owned(), href: Some("/announcements".to_owned()) },
            Crumb { label: one.title.clone(), href: None },
        ],
        may_withdraw: one.withdrawn_at.is_empty() && shows(&session, Action::PublishNotice),
        one,
        state,
        tone,
    }))
}

#[derive(Debug, Clone, Default, Deserialize)]
struct DraftForm {
    #[serde(default)]
    title: String,
    #[serde(default)]
    body: String,
    #[serde(default)]
    from_day: String,
    #[serde(default)]
    until_day: String,
}

async fn publish(
    State(app): State<App>,
    session: Session,
    Form(form): Form<DraftForm>,
) -> Result<Response, Failed> {
    let given = form.clone();
    let draft =
        Draft { title: form.title, body: form.body, from_day: form.from_day, until_day: form.until_day };
    match app.write(&session, move |desk| announcements::publish(desk, &draft)).await {
        Ok(id) => Ok(see_other(&format!("/announcements/{id}"))),
        Err(failed) => {
            let errors = failed.errors()?;
            show(&app, &session, given, errors).await
        }
    }
}

async fn read(State(app): State<App>, session: Session, Path(id): Path<String>) -> Result<Response, Failed> {
    app.write(&session, move |desk| announcements::mark_read(desk, &id)).await?;
    Ok(see_other("/"))
}

async fn withdraw(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    app.write(&session, move |desk| announcements::withdraw(desk, &id)).await?;
    Ok(see_other("/announcements"))
}
