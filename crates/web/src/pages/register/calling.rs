//! 点名时段: which parts of a day a school calls, on which evenings its boarders, and where its marks come from (五(九)).

use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use casework::attendance::{self, Calling, Evenings, Source};
use casework::refused::Refused;
use serde::Deserialize;

use crate::app::App;
use crate::failed::Failed;
use crate::look::{Choice, Crumb, Errors, Head, Shell};
use crate::route::{encoded, html};
use crate::session::Session;

#[derive(Template)]
#[template(path = "register/callings.html")]
struct ListPage {
    shell: Shell,
    rows: Vec<(String, String, Calling)>,
    heads: [Head; 4],
}

/// The schools whose calling one sets; whoever has one alone is led to it.
pub(super) async fn list(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let rows = app.read(&session, attendance::callings_set).await?;
    if let [(school, ..)] = rows.as_slice() {
        return Ok(Redirect::to(&format!("/calling/{}", encoded(school))).into_response());
    }
    Ok(html(&ListPage {
        shell: app.shell(&session, "/register").await?,
        rows,
        heads: [Head::text("学校"), Head::text("考勤来源"), Head::text("白天"), Head::text("晚上")],
    }))
}

#[derive(Template)]
#[template(path = "register/calling.html")]
struct OnePage {
    shell: Shell,
    way: [Crumb; 2],
    name: String,
    action: String,
    sources: Vec<Choice>,
    parts: Vec<Choice>,
    evenings: Vec<Choice>,
    saved: bool,
    errors: Errors,
}

/// A choice with a line below it.
fn choice(value: &str, label: &str, hint: &str, now: &str) -> Choice {
    Choice { hint: hint.to_owned(), ..Choice::new(value, label, now) }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    saved: String,
}

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Path(school): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failed> {
    show(&app, &session, school, None, !asked.saved.is_empty(), Errors::new()).await
}

async fn show(
    app: &App,
    session: &Session,
    school: String,
    sent: Option<Sent>,
    saved: bool,
    errors: Errors,
) -> Result<Response, Failed> {
    let action = format!("/calling/{}", encoded(&school));
    let (name, now) = app.read(session, move |desk| attendance::calling_of(desk, &school)).await?;
    let sent = sent.unwrap_or_else(|| Sent {
        source: now.source.code().to_owned(),
        parts: if now.halves { "halves" } else { "whole" }.to_owned(),
        evenings: now.evenings.code().to_owned(),
    });
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = OnePage {
        shell: app.shell(session, "/register").await?,
        way: [
            Crumb { label: "点名".to_owned(), href: Some("/register".to_owned()) },
            Crumb { label: "点名时段".to_owned(), href: None },
        ],
        name,
        action,
        sources: vec![
            choice("here", Source::Here.label(), "班主任点名；省系统考勤导入后只核对", &sent.source),
            choice(
                "province",
                Source::Province.label(),
                "白天不在本系统点；每天把省系统导出的考勤导入，缺课天数照样算",
                &sent.source,
            ),
        ],
        parts: vec![
            choice("whole", "每天点一次", "", &sent.parts),
            choice("halves", "上午、下午各点一次", "", &sent.parts),
        ],
        evenings: vec![
            choice("none", Evenings::None.label(), "", &sent.evenings),
            choice(
                "returns",
                Evenings::Returns.label(),
                "放假后返校的那个晚上，如星期日；登记了街天的，赶街那天晚上也点",
                &sent.evenings,
            ),
            choice("nights", Evenings::Nights.label(), "第二天上课的每个晚上", &sent.evenings),
        ],
        saved,
        errors,
    };
    Ok((status, html(&page)).into_response())
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    source: String,
    parts: String,
    evenings: String,
}

impl Sent {
    fn calling(&self) -> Result<Calling, Refused> {
        Ok(Calling {
            source: Source::from_code(&self.source)
                .ok_or_else(|| Refused::field("source", "请选择考勤来源"))?,
            halves: match self.parts.as_str() {
                "whole" => false,
                "halves" => true,
                _ => return Err(Refused::field("parts", "请选择白天点几次")),
            },
            evenings: Evenings::from_code(&self.evenings)
                .ok_or_else(|| Refused::field("evenings", "请选择晚上点不点"))?,
        })
    }
}

pub(super) async fn set(
    State(app): State<App>,
    session: Session,
    Path(school): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let of = school.clone();
    let done = match sent.calling() {
        Ok(new) => app.write(&session, move |desk| attendance::set_calling(desk, &of, new)).await,
        Err(refused) => Err(Failed::from(refused)),
    };
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/calling/{}?saved=1", encoded(&school))).into_response()),
        Err(failed) => show(&app, &session, school, Some(sent), false, failed.errors()?).await,
    }
}
