//! One notice: where it is, its steps, and the forms that enter a delivery, a failure, an answer. Failures first, since they are what one comes home
//! with.

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::public::family;
use casework::refused::Refused;
use casework::season::{self, Delivery, NoticeFile};
use rules::case::service::Mode;
use rules::season::{Answer, Why};
use serde::Deserialize;

use super::{Said, day, refused};
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Crumb, Errors, Shell, Tone, filters};
use crate::route::{encoded, html};
use crate::session::Session;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    day: String,
    mode: String,
    signed: String,
    witness: String,
    filmed: String,
    agreed: String,
    why: String,
    answer: String,
    words: String,
}

#[derive(Template)]
#[template(path = "season/notice.html")]
struct NoticePage {
    shell: Shell,
    way: Vec<Crumb>,
    id: String,
    one: NoticeFile,
    modes: Vec<Choice>,
    whys: Vec<Choice>,
    answers: Vec<Choice>,
    said: Option<Said>,
    errors: Errors,
    sent: Sent,
    /// Whether the reader may give the family a code of its own.
    may_serve: bool,
}

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let sent = Sent { day: app.now().day().to_string(), ..Sent::default() };
    show(&app, &session, id, sent, (None, Errors::new()), StatusCode::OK).await
}

async fn show(
    app: &App,
    session: &Session,
    id: String,
    mut sent: Sent,
    (said, errors): (Option<Said>, Errors),
    status: StatusCode,
) -> Result<Response, Failed> {
    let asked = id.clone();
    let (one, may_serve) = app
        .look(session, move |desk| {
            let one = season::notice(desk, &asked)?;
            let may_serve = family::may_serve(desk, &one.line.child)?;
            Ok((one, may_serve))
        })
        .await?;
    if sent.day.is_empty() {
        sent.day = app.now().day().to_string();
    }
    let place = format!("/season/notices/in/{}", encoded(&one.place.0));
    let ask = |now: &str| std::iter::once(Choice::new("", "请选择", now));
    let page = NoticePage {
        shell: app.shell(session, "/season").await?,
        way: vec![
            Crumb { label: "入学季".to_owned(), href: Some("/season".to_owned()) },
            Crumb { label: "通知书".to_owned(), href: Some("/season/notices".to_owned()) },
            Crumb { label: one.place.1.clone(), href: Some(place) },
            Crumb { label: one.line.name.clone(), href: None },
        ],
        modes: ask(&sent.mode)
            .chain(
                Mode::ALL
                    .iter()
                    .filter(|mode| **mode != Mode::Public)
                    .map(|mode| Choice::new(mode.code(), mode.label(), &sent.mode)),
            )
            .collect(),
        whys: ask(&sent.why)
            .chain(Why::ALL.iter().map(|why| Choice::new(why.code(), why.label(), &sent.why)))
            .collect(),
        answers: ask(&sent.answer)
            .chain(Answer::ALL.iter().map(|one| Choice::new(one.code(), one.label(), &sent.answer)))
            .collect(),
        id,
        one,
        may_serve,
        said,
        errors,
        sent,
    };
    Ok((status, html(&page)).into_response())
}

async fn after(
    app: &App,
    session: &Session,
    id: String,
    sent: Sent,
    done: Result<(), Failed>,
) -> Result<Response, Failed> {
    match done {
        Ok(()) => Ok(see_other(&format!("/season/notices/{}", encoded(&id)))),
        Err(failed) => {
            let (said, errors, status) = refused(failed)?;
            show(app, session, id, sent, (said, errors), status).await
        }
    }
}

pub(super) async fn deliver(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let told = Mode::from_code(&sent.mode)
        .ok_or_else(|| Refused::field("mode", "请选择送达方式"))
        .and_then(|mode| Ok((mode, day("day", &sent.day)?)))
        .map(|(mode, day)| Delivery {
            mode,
            day,
            signed: sent.signed.clone(),
            witness: sent.witness.clone(),
            filmed: sent.filmed == "1",
            agreed: sent.agreed == "1",
        });
    let done = match told {
        Ok(told) => {
            let own = id.clone();
            app.write(&session, move |desk| season::deliver(desk, &own, &told)).await
        }
        Err(refused) => Err(Failed::from(refused)),
    };
    after(&app, &session, id, sent, done).await
}

pub(super) async fn fail(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let told = Why::from_code(&sent.why)
        .ok_or_else(|| Refused::field("why", "请选择为什么没有送到"))
        .and_then(|why| Ok((why, day("day", &sent.day)?)));
    let done = match told {
        Ok((why, day)) => {
            let (own, words) = (id.clone(), sent.words.clone());
            app.write(&session, move |desk| season::fail_notice(desk, &own, why, day, &words)).await
        }
        Err(refused) => Err(Failed::from(refused)),
    };
    after(&app, &session, id, sent, done).await
}

pub(super) async fn answer(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let done = match Answer::from_code(&sent.answer) {
        Some(answer) => {
            let (own, words) = (id.clone(), sent.words.clone());
            app.write(&session, move |desk| season::answer_notice(desk, &own, answer, &words)).await
        }
        None => Err(Failed::from(Refused::field("answer", "请选择家长怎么说"))),
    };
    after(&app, &session, id, sent, done).await
}
