//! Who did not come on the first days, by township, with what to do next; and the two transitions: sixth to seventh grade, and where those went who
//! finished. Lists of names and answers, no rates.

use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::refused::Refused;
use casework::season::{self, NoShows, Transitions};
use rules::access::{Action, Subject, may};
use rules::season::{Due, Went};
use serde::Deserialize;

use super::sweep::Under;
use super::{Said, refused};
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Crumb, Empty, Errors, Head, Shell, Tone};
use crate::route::html;
use crate::session::Session;

#[derive(Template)]
#[template(path = "season/no_shows.html")]
struct NoShowsPage {
    shell: Shell,
    way: Vec<Crumb>,
    title: String,
    sub: String,
    one: NoShows,
    township_heads: [Head; 4],
    heads: [Head; 4],
    empty: Empty,
    may_open: bool,
    by_township: bool,
}

impl NoShowsPage {
    fn due(&self, due: &Due) -> &'static str {
        match due {
            Due::First => "该上一年级",
            Due::Junior => "该升七年级",
            Due::Back => "该复学",
            Due::Leaves => "",
        }
    }
}

pub(super) async fn no_shows(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<Under>,
) -> Result<Response, Failed> {
    let under = asked.taken();
    let one = app.look(&session, move |desk| season::no_shows(desk, &under)).await?;
    let mut way = vec![Crumb { label: "入学季".to_owned(), href: Some("/season".to_owned()) }];
    let mut title = "开学没有到的".to_owned();
    let name =
        one.townships.iter().find(|row| row.0 == one.of && !one.of.is_empty()).map(|row| row.1.clone());
    match name {
        Some(name) => {
            way.push(Crumb { label: title.clone(), href: Some("/season/no-shows".to_owned()) });
            way.push(Crumb { label: name.clone(), href: None });
            title = format!("{name}{title}");
        }
        None => way.push(Crumb { label: title.clone(), href: None }),
    }
    let sub = match one.first {
        Some(first) if one.begun => {
            let (month, day) = (first.month(), first.day());
            format!("{month}月{day}日开学；应到{}名，{}名没有到", one.all.0, one.all.1)
        }
        Some(first) => format!("{}月{}日开学", first.month(), first.day()),
        None => "校历里没有开学日".to_owned(),
    };
    let why = match (one.begun, one.first) {
        (true, _) if one.all.0 == 0 => "没有该入学、升学、复学的孩子。",
        (true, _) => "该到的都到了。",
        (false, Some(_)) => "还没有开学。",
        (false, None) => "校历里没有这个学年的开学日。",
    };
    Ok(html(&NoShowsPage {
        shell: app.shell(&session, "/season").await?,
        way,
        title,
        sub,
        by_township: one.of.is_empty() && one.townships.len() > 1 && one.rows.is_empty(),
        township_heads: [
            Head::text("乡镇"),
            Head::number("应到"),
            Head::number("没有到"),
            Head::number("已立案"),
        ],
        heads: [Head::text("孩子"), Head::text("情况"), Head::text("下一步"), Head::text("办理")],
        empty: Empty {
            why: why.to_owned(),
            what_to_do: "开学第一天起，哪个班都没有报到的、在册一天没来的，按乡镇列在这里。".to_owned(),
            act: None,
        },
        one,
        may_open: may(&session.who().actor, Action::OpenCase, &Subject::Nothing).is_ok(),
    }))
}

#[derive(Template)]
#[template(path = "season/transitions.html")]
struct TransitionsPage {
    shell: Shell,
    way: [Crumb; 2],
    one: Transitions,
    school_heads: [Head; 4],
    riser_heads: [Head; 3],
    leaver_heads: [Head; 4],
    said: Option<Said>,
    errors: Errors,
}

impl TransitionsPage {
    fn choices(&self, now: &Option<Went>) -> Vec<Choice> {
        let now = now.map_or("", Went::code);
        std::iter::once(Choice::new("", "请选择", now))
            .chain(Went::ALL.iter().map(|one| Choice::new(one.code(), one.label(), now)))
            .collect()
    }

    fn asked(&self, went: &Option<Went>) -> &'static str {
        went.map_or("还没有问", Went::label)
    }

    fn tone(&self, went: &Option<Went>) -> Tone {
        match went {
            None => Tone::Due,
            Some(went) if went.needs_guiding() => Tone::Due,
            Some(_) => Tone::Good,
        }
    }
}

pub(super) async fn transitions(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    show(&app, &session, (None, Errors::new()), StatusCode::OK).await
}

async fn show(
    app: &App,
    session: &Session,
    (said, errors): (Option<Said>, Errors),
    status: StatusCode,
) -> Result<Response, Failed> {
    let one = app.look(session, season::transitions).await?;
    let page = TransitionsPage {
        shell: app.shell(session, "/season").await?,
        way: [
            Crumb { label: "入学季".to_owned(), href: Some("/season".to_owned()) },
            Crumb { label: "升学衔接".to_owned(), href: None },
        ],
        one,
        school_heads: [
            Head::text("初中"),
            Head::number("应到"),
            Head::number("已到"),
            Head::number("还没有到"),
        ],
        riser_heads: [Head::text("孩子"), Head::text("住在"), Head::text("通知到哪所初中")],
        leaver_heads: [Head::text("学生"), Head::text("毕业学校"), Head::text("去向"), Head::text("登记")],
        said,
        errors,
    };
    Ok((status, html(&page)).into_response())
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    went: String,
    words: String,
}

pub(super) async fn record(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let done = match Went::from_code(&sent.went) {
        Some(went) => {
            app.write(&session, move |desk| season::record_leaver(desk, &id, went, &sent.words)).await
        }
        None => Err(Failed::from(Refused::field("went", "请选择去了哪里"))),
    };
    match done {
        Ok(()) => Ok(see_other("/season/transitions")),
        Err(failed) => {
            let (said, errors, status) = refused(failed)?;
            show(&app, &session, (said, errors), status).await
        }
    }
}
