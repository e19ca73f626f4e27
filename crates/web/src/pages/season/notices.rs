//! Notices by place: how many were made and delivered, the run that makes them, and the list of a village group with the form that enters what
//! became of all of them, failures first.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::season::{self, Bulk, Groups, Notices, NoticesIn};
use rules::season::{State as Stand, Why};
use serde::Deserialize;

use super::sweep::Under;
use super::{Said, day, refused};
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Crumb, Empty, Errors, Head, Shell, Tone};
use crate::route::{encoded, html};
use crate::session::Session;

/// How a state looks.
pub(crate) const fn tone(state: Stand) -> Tone {
    match state {
        Stand::Failed => Tone::Late,
        Stand::Made => Tone::Due,
        Stand::Delivered | Stand::Answered => Tone::Good,
    }
}

#[derive(Template)]
#[template(path = "season/notices.html")]
struct NoticesPage {
    shell: Shell,
    way: Vec<Crumb>,
    title: String,
    one: Notices,
    heads: [Head; 6],
    empty: Empty,
    said: Option<Said>,
    errors: Errors,
    sent: Making,
    has_undelivered: bool,
}

impl NoticesPage {
    fn href(&self, row: &Groups) -> String {
        let id = encoded(&row.id);
        if row.is_leaf { format!("/season/notices/in/{id}") } else { format!("/season/notices?under={id}") }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Making {
    report: String,
    bring: String,
}

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<Under>,
) -> Result<Response, Failed> {
    let now = app.now().day();
    // Schools report on the last day of August; later runs are for a week ahead.
    let report = jiff::civil::date(now.year(), 8, 31).max(now.saturating_add(jiff::ToSpan::days(7)));
    let sent = Making { report: report.to_string(), bring: "户口簿、预防接种证".to_owned() };
    show(&app, &session, (asked.taken(), sent), (None, Errors::new()), StatusCode::OK).await
}

async fn show(
    app: &App,
    session: &Session,
    (under, sent): (String, Making),
    (said, errors): (Option<Said>, Errors),
    status: StatusCode,
) -> Result<Response, Failed> {
    let one = app.read(session, move |desk| season::notices(desk, &under)).await?;
    let mut way = vec![Crumb { label: "入学季".to_owned(), href: Some("/season".to_owned()) }];
    let mut title = "入学、复学通知书".to_owned();
    match &one.of {
        Some((_, name)) => {
            way.push(Crumb { label: "通知书".to_owned(), href: Some("/season/notices".to_owned()) });
            way.push(Crumb { label: name.clone(), href: None });
            title = format!("{name}{title}");
        }
        None => way.push(Crumb { label: "通知书".to_owned(), href: None }),
    }
    let waits = one.making.is_some_and(|(waiting, _)| waiting > 0);
    let page = NoticesPage {
        shell: app.shell(session, "/season").await?,
        way,
        title,
        heads: [
            Head::text("地方"),
            Head::number("通知书"),
            Head::number("没有送到"),
            Head::number("待送达"),
            Head::number("已送达"),
            Head::number("家长已答复"),
        ],
        empty: Empty {
            why: "这个学年还没有做通知书。".to_owned(),
            what_to_do: if waits {
                "填好报到日期，做出来以后按村组列在这里。"
            } else {
                "乡镇做好以后，按村组列在这里；6月起可以做。"
            }
            .to_owned(),
            act: None,
        },
        has_undelivered: one.all.made + one.all.failed > 0,
        one,
        said,
        errors,
        sent,
    };
    Ok((status, html(&page)).into_response())
}

pub(super) async fn make(
    State(app): State<App>,
    session: Session,
    Form(sent): Form<Making>,
) -> Result<Response, Failed> {
    let done = match day("report", &sent.report) {
        Ok(report) => {
            let bring = sent.bring.clone();
            app.write(&session, move |desk| season::ask_notices(desk, report, &bring)).await.map(drop)
        }
        Err(refused) => Err(Failed::from(refused)),
    };
    match done {
        Ok(()) => Ok(see_other("/season/notices")),
        Err(failed) => {
            let (said, errors, status) = refused(failed)?;
            show(&app, &session, (String::new(), sent), (said, errors), status).await
        }
    }
}

#[derive(Template)]
#[template(path = "season/group.html")]
struct GroupPage {
    shell: Shell,
    way: Vec<Crumb>,
    title: String,
    one: NoticesIn,
    waiting: usize,
    form_id: String,
    day: String,
    by: String,
    heads: [Head; 4],
    picks: BTreeMap<String, String>,
    said: Option<Said>,
    errors: Errors,
}

impl GroupPage {
    fn choices(&self, id: &str) -> Vec<Choice> {
        let now = self.picks.get(id).map_or("delivered", String::as_str);
        let first = [Choice::new("delivered", "送到了", now), Choice::new("skip", "这次没有去", now)];
        let whys = Why::ALL.iter().filter(|why| **why != Why::Other);
        first
            .into_iter()
            .chain(whys.map(|why| Choice::new(why.code(), format!("没送到：{}", why.label()), now)))
            .collect()
    }
}

pub(super) async fn group(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let sent = (app.now().id(), app.now().day().to_string(), String::new(), BTreeMap::new());
    show_group(&app, &session, id, sent, (None, Errors::new()), StatusCode::OK).await
}

async fn show_group(
    app: &App,
    session: &Session,
    id: String,
    (form, day, by, picks): (String, String, String, BTreeMap<String, String>),
    (said, errors): (Option<Said>, Errors),
    status: StatusCode,
) -> Result<Response, Failed> {
    let one = app.look(session, move |desk| season::notices_in(desk, &id)).await?;
    let township = format!("/season/notices?under={}", encoded(&one.township.0));
    let page = GroupPage {
        shell: app.shell(session, "/season").await?,
        way: vec![
            Crumb { label: "入学季".to_owned(), href: Some("/season".to_owned()) },
            Crumb { label: "通知书".to_owned(), href: Some("/season/notices".to_owned()) },
            Crumb { label: one.township.1.clone(), href: Some(township) },
            Crumb { label: one.unit.1.clone(), href: None },
        ],
        title: format!("{}{}通知书", one.unit.2, one.unit.1),
        waiting: one.lines.iter().filter(|line| !line.state.is_delivered()).count(),
        heads: [Head::text("孩子"), Head::text("通知书"), Head::text("到哪一步"), Head::text("最近一次")],
        one,
        form_id: form,
        day,
        by,
        picks,
        said,
        errors,
    };
    Ok((status, html(&page)).into_response())
}

pub(super) async fn deliver_all(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(mut sent): Form<BTreeMap<String, String>>,
) -> Result<Response, Failed> {
    let mut text = |name: &str| sent.remove(name).unwrap_or_default();
    let (form, on, by) = (text("id"), text("day"), text("by"));
    let picks: BTreeMap<String, String> = sent
        .into_iter()
        .filter_map(|(name, value)| Some((name.strip_prefix("n-")?.to_owned(), value)))
        .collect();
    let except = picks.iter().filter_map(|(id, code)| Some((id.clone(), Why::from_code(code)?))).collect();
    let skip = picks.iter().filter(|(_, code)| *code == "skip").map(|(id, _)| id.clone()).collect();
    let done = match day("day", &on) {
        Ok(day) => {
            let bulk = Bulk { form: form.clone(), day, by: by.clone(), except, skip };
            let unit = id.clone();
            app.write(&session, move |desk| season::deliver_all(desk, &unit, &bulk)).await.map(drop)
        }
        Err(refused) => Err(Failed::from(refused)),
    };
    match done {
        Ok(()) => Ok(see_other(&format!("/season/notices/in/{}", encoded(&id)))),
        Err(failed) => {
            let (said, errors, status) = refused(failed)?;
            show_group(&app, &session, id, (form, on, by, picks), (said, errors), status).await
        }
    }
}
