//! One request with its answer, and the form for asking.

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::refused::Refused;
use casework::requests::{self, RequestFile};
use rules::request::State as Stand;
use serde::Deserialize;

use super::inbox::tone;
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Crumb, Errors, Shell, Tone, filters};
use crate::route::{encoded, html};
use crate::session::Session;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    answer: String,
    words: String,
    why: String,
    kind: String,
}

/// A rule's refusal, shown on the page.
struct Said {
    what: String,
    todo: String,
}

#[derive(Template)]
#[template(path = "requests/one.html")]
struct OnePage {
    shell: Shell,
    way: [Crumb; 2],
    one: RequestFile,
    answers: Vec<Choice>,
    sent: Sent,
    said: Option<Said>,
    errors: Errors,
}

impl OnePage {
    fn tone(&self) -> Tone {
        tone(self.one.line.state)
    }

    fn waits(&self) -> bool {
        self.one.line.state == Stand::Asked
    }

    /// The child where the reader sees it, else what was asked.
    fn title(&self) -> &str {
        if self.one.line.name.is_empty() { &self.one.line.label } else { &self.one.line.name }
    }
}

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    show(&app, &session, id, (None, Errors::new(), Sent::default()), StatusCode::OK).await
}

async fn show(
    app: &App,
    session: &Session,
    id: String,
    (said, errors, sent): (Option<Said>, Errors, Sent),
    status: StatusCode,
) -> Result<Response, Failed> {
    let one = app.look(session, move |desk| requests::request(desk, &id)).await?;
    let answers = one.answers.iter().map(|(code, label, words)| {
        let choice = Choice::new(code, label, &sent.answer);
        if words.is_empty() { choice } else { choice.hint(format!("要写明：{words}")) }
    });
    let page = OnePage {
        shell: app.shell(session, "/requests").await?,
        way: [
            Crumb { label: "部门协助".to_owned(), href: Some("/requests".to_owned()) },
            Crumb { label: one.line.number.clone(), href: None },
        ],
        answers: answers.collect(),
        one,
        sent,
        said,
        errors,
    };
    Ok((status, html(&page)).into_response())
}

/// After an end the page says it; what was refused stands above the form with what was typed.
pub(super) async fn ended(
    app: &App,
    session: &Session,
    id: String,
    sent: Sent,
    done: Result<(), Failed>,
) -> Result<Response, Failed> {
    let failed = match done {
        Ok(()) => return Ok(see_other(&format!("/requests/{}", encoded(&id)))),
        Err(failed) => failed,
    };
    match failed.refused() {
        Refused::Rule { what, basis, todo } => {
            let said = Said { what: format!("{what}（{basis}）"), todo: todo.clone() };
            show(app, session, id, (Some(said), Errors::new(), sent), StatusCode::CONFLICT).await
        }
        _ => {
            let errors = failed.errors()?;
            show(app, session, id, (None, errors, sent), StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

pub(super) async fn answer(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (own, told) = (id.clone(), sent.clone());
    let done = app.write(&session, move |desk| requests::answer(desk, &own, &told.answer, &told.words)).await;
    ended(&app, &session, id, sent, done).await
}

pub(super) async fn back(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (own, why) = (id.clone(), sent.why.clone());
    let done = app.write(&session, move |desk| requests::send_back(desk, &own, &why)).await;
    ended(&app, &session, id, sent, done).await
}

pub(super) async fn withdraw(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (own, why) = (id.clone(), sent.why.clone());
    let done = app.write(&session, move |desk| requests::withdraw(desk, &own, &why)).await;
    ended(&app, &session, id, sent, done).await
}

#[derive(Template)]
#[template(path = "requests/ask.html")]
struct AskPage {
    shell: Shell,
    way: [Crumb; 2],
    child: String,
    name: String,
    hint: String,
    kinds: Vec<Choice>,
    words: String,
    said: Option<Said>,
    errors: Errors,
}

pub(super) async fn asking(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    form(&app, &session, id, (None, Errors::new(), Sent::default()), StatusCode::OK).await
}

async fn form(
    app: &App,
    session: &Session,
    id: String,
    (said, errors, sent): (Option<Said>, Errors, Sent),
    status: StatusCode,
) -> Result<Response, Failed> {
    let own = id.clone();
    let asking = app.read(session, move |desk| requests::asking(desk, &own)).await?;
    let hint = if asking.suggested > 0 {
        format!("辍学原因是“{}”，常请的{}项排在前面", asking.cause, asking.suggested)
    } else {
        "单位只在答复以前看得到这个孩子，只看办这件事要用的信息".to_owned()
    };
    let none = std::iter::once(Choice::new("", "请选择", &sent.kind));
    let kinds = asking.kinds.iter().map(|(code, words)| Choice::new(code, words, &sent.kind));
    let page = AskPage {
        shell: app.shell(session, "/requests").await?,
        way: [
            Crumb { label: asking.name.clone(), href: Some(format!("/children/{}", encoded(&id))) },
            Crumb { label: "转请部门协助".to_owned(), href: None },
        ],
        child: id,
        name: asking.name,
        hint,
        kinds: none.chain(kinds).collect(),
        words: sent.words,
        said,
        errors,
    };
    Ok((status, html(&page)).into_response())
}

pub(super) async fn ask(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (child, told) = (id.clone(), sent.clone());
    let done = app.write(&session, move |desk| requests::ask(desk, &child, &told.kind, &told.words)).await;
    let failed = match done {
        Ok(request) => return Ok(see_other(&format!("/requests/{}", encoded(&request)))),
        Err(failed) => failed,
    };
    match failed.refused() {
        Refused::Rule { what, basis, todo } => {
            let said = Said { what: format!("{what}（{basis}）"), todo: todo.clone() };
            form(&app, &session, id, (Some(said), Errors::new(), sent), StatusCode::CONFLICT).await
        }
        _ => {
            let errors = failed.errors()?;
            form(&app, &session, id, (None, errors, sent), StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}
