//! `/languages`: what the family's page says in 彝语, 白语 and other languages (六(三)): a text and a sound for each, with who translated it, when, and who
//! read it through. The program brings none of its own; where nothing stands the page says whom to ask.

use askama::Template;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use casework::public::words::{self, NewWords, SOUND_BYTES, Slot};
use rules::access::Action;

use crate::app::App;
use crate::failed::{Failed, see_other, too_large};
use crate::look::{Choice, Errors, Shell};
use crate::route::{Policy, Route, html};
use crate::session::Session;
use crate::upload::{self, Came};

/// Bytes of the whole form.
const MOST: usize = SOUND_BYTES + 64 * 1024;

pub(crate) fn routes() -> Vec<Route> {
    let keep = Policy::Needs(Action::KeepWords);
    vec![
        Route::get("/languages", keep, page),
        Route::post("/languages", keep, put).body_limit(MOST),
        Route::post("/languages/{language}/off", keep, off),
    ]
}

#[derive(Template)]
#[template(path = "family/languages.html")]
struct Page {
    shell: Shell,
    slots: Vec<Slot>,
    languages: Vec<Choice>,
    sent: NewWords,
    today: String,
    errors: Errors,
}

async fn page(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let sent = NewWords { keep_sound: true, ..NewWords::default() };
    show(&app, &session, sent, Errors::new(), StatusCode::OK).await
}

async fn show(
    app: &App,
    session: &Session,
    sent: NewWords,
    errors: Errors,
    status: StatusCode,
) -> Result<Response, Failed> {
    let slots = app.read(session, words::slots).await?;
    let page = Page {
        shell: app.shell(session, "/languages").await?,
        languages: slots
            .iter()
            .map(|slot| Choice::new(slot.language.code(), slot.language.label(), &sent.language))
            .collect(),
        slots,
        sent,
        today: app.now().day().to_string(),
        errors,
    };
    Ok((status, html(&page)).into_response())
}

async fn put(
    State(app): State<App>,
    session: Session,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Failed> {
    let names = ["language", "long", "translator", "day", "reviewer", "keep_sound"];
    let came = match form {
        Ok(form) => upload::receive(&headers, form, MOST, &names).await?,
        Err(_) => Came::Cut,
    };
    let mut came = match came {
        Came::Whole(came) => came,
        Came::TooLarge => return Ok(too_large("3 MB")),
        Came::Cut => return again(&app, &session, NewWords::default(), upload::cut().into()).await,
    };
    let text = |name| came.text(name).to_owned();
    let new = NewWords {
        language: text("language"),
        words: text("long"),
        translator: text("translator"),
        day: text("day"),
        reviewer: text("reviewer"),
        keep_sound: came.text("keep_sound") == "1",
    };
    let sound = match came.file.take() {
        None => None,
        Some((file, name)) => {
            let means = app.clone();
            match app.apart(move || words::take_sound(&means, file.path(), &name)).await {
                Ok(sound) => Some(sound),
                Err(failed) => return again(&app, &session, new, failed).await,
            }
        }
    };
    let own = new.clone();
    match app.write(&session, move |desk| words::put_words(desk, &own, sound.as_ref())).await {
        Ok(()) => Ok(see_other("/languages")),
        Err(failed) => again(&app, &session, new, failed).await,
    }
}

async fn again(app: &App, session: &Session, sent: NewWords, failed: Failed) -> Result<Response, Failed> {
    show(app, session, sent, failed.errors()?, StatusCode::UNPROCESSABLE_ENTITY).await
}

async fn off(
    State(app): State<App>,
    session: Session,
    Path(language): Path<String>,
) -> Result<Response, Failed> {
    app.write(&session, move |desk| words::take_off(desk, &language)).await?;
    Ok(see_other("/languages"))
}
