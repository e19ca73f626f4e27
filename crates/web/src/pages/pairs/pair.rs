//! Pairing one child, and somebody else instead: who is near and has room, in one form.

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::pairs::{self, Pairing};
use casework::refused::Refused;
use serde::Deserialize;

use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Crumb, Errors, Shell, Tone, filters};
use crate::route::{encoded, html};
use crate::session::Session;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    post: String,
    why: String,
    was: String,
}

#[derive(Template)]
#[template(path = "pairs/pair.html")]
struct PairPage {
    shell: Shell,
    way: [Crumb; 2],
    child: String,
    one: Pairing,
    choices: Vec<Choice>,
    /// Name and post, and why not.
    others: Vec<(String, String)>,
    most: u16,
    said: Option<(String, String)>,
    errors: Errors,
    sent: Sent,
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
    (said, errors, sent): (Option<(String, String)>, Errors, Sent),
    status: StatusCode,
) -> Result<Response, Failed> {
    let asked = id.clone();
    let one = app.look(session, move |desk| pairs::pairing(desk, &asked)).await?;
    let (free, not): (Vec<_>, Vec<_>) = one.choices.iter().partition(|choice| choice.against.is_none());
    let page = PairPage {
        shell: app.shell(session, "/pairs").await?,
        way: [
            Crumb { label: one.name.clone(), href: Some(format!("/children/{}", encoded(&id))) },
            Crumb { label: "结对包保".to_owned(), href: None },
        ],
        choices: free
            .into_iter()
            .map(|choice| {
                Choice::new(choice.post.as_str(), format!("{}（{}）", choice.name, choice.what), &sent.post)
                    .hint(format!("已包保 {} 名", choice.load))
            })
            .collect(),
        others: not
            .into_iter()
            .map(|choice| {
                let why = choice.against.clone().unwrap_or_default();
                (format!("{}（{}）", choice.name, choice.what), why)
            })
            .collect(),
        most: app.plan().case().pairing.most,
        child: id,
        one,
        said,
        errors,
        sent,
    };
    Ok((status, html(&page)).into_response())
}

pub(super) async fn change(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (child, new) = (id.clone(), sent.clone());
    let done =
        app.write(&session, move |desk| pairs::pair(desk, &child, &new.post, &new.why, &new.was)).await;
    let failed = match done {
        Ok(()) => return Ok(see_other(&format!("/children/{}/pair", encoded(&id)))),
        Err(failed) => failed,
    };
    let (said, errors, status) = match failed.refused() {
        Refused::Rule { what, basis, todo } => {
            (Some((format!("{what}（{basis}）"), todo.clone())), Errors::new(), StatusCode::CONFLICT)
        }
        _ => (None, failed.errors()?, StatusCode::UNPROCESSABLE_ENTITY),
    };
    show(&app, &session, id, (said, errors, sent), status).await
}
