//! The second factor on the way in: a code of six digits, or setting it up for the first time (hazards C05–C07).

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use casework::accounts::sign_in::{self, Answer};
use casework::accounts::{Stage, second};
use casework::password::Typed;
use casework::refused::Refused;
use serde::Deserialize;

use super::{Next, Visitor, back_to_the_door, carry, enter, on_the_way, words};
use crate::app::App;
use crate::failed::Failed;
use crate::look::Errors;
use crate::route::{encoded, html, own_path};

#[derive(Template)]
#[template(path = "accounts/code.html")]
struct CodePage {
    next: String,
    name: String,
    error: Option<String>,
}

pub(super) async fn code_page(
    State(app): State<App>,
    visitor: Visitor,
    Query(query): Query<Next>,
) -> Result<Response, Failed> {
    let Some(half) = on_the_way(&app, &visitor.token, Stage::Code).await? else {
        return Ok(back_to_the_door());
    };
    Ok(html(&CodePage { next: own_path(&query.next).to_owned(), name: half.name, error: None }))
}

#[derive(Deserialize)]
pub(super) struct CodeForm {
    #[serde(default)]
    totp: Typed,
    #[serde(default)]
    next: String,
}

pub(super) async fn code(
    State(app): State<App>,
    visitor: Visitor,
    Form(form): Form<CodeForm>,
) -> Result<Response, Failed> {
    let Some(half) = on_the_way(&app, &visitor.token, Stage::Code).await? else {
        return Ok(back_to_the_door());
    };
    let (at, token, origin, code) = (app.clone(), visitor.token, visitor.origin, form.totp);
    let answer = app
        .open_write(move |tx| {
            sign_in::enter_code(tx, at.keys(), &at.now(), at.county(), &token, &code, &origin)
        })
        .await;
    let answer = match answer {
        Ok(Answer::Opened(opened)) => return Ok(enter(&app, &opened, &form.next)),
        Ok(answer) => answer,
        Err(failed) => match failed.refused() {
            Refused::Rule { .. } => return Ok(back_to_the_door()),
            _ => return Err(failed),
        },
    };
    let (status, said, wait) = words(&answer);
    let error = if matches!(answer, Answer::Wrong) {
        "动态口令不对：请输入手机上现在显示的六位数字。每个口令只能用一次；一直不对，请检查手机时间是否设为自动。".to_owned()
    } else {
        said
    };
    let page = CodePage { next: own_path(&form.next).to_owned(), name: half.name, error: Some(error) };
    let mut response = (status, html(&page)).into_response();
    if let Some(seconds) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(response)
}

#[derive(Template)]
#[template(path = "accounts/enrol.html")]
struct EnrolPage {
    next: String,
    picture: String,
    secret: String,
    sealed: String,
    errors: Errors,
}

/// The picture as an image that the content security policy lets through: nothing is put into the page unescaped.
pub(in crate::pages) fn picture(svg: &str) -> String {
    use base64::Engine as _;
    format!("data:image/svg+xml;base64,{}", base64::engine::general_purpose::STANDARD.encode(svg))
}

pub(super) async fn enrol_page(
    State(app): State<App>,
    visitor: Visitor,
    Query(query): Query<Next>,
) -> Result<Response, Failed> {
    let Some(half) = on_the_way(&app, &visitor.token, Stage::Enrol).await? else {
        return Ok(back_to_the_door());
    };
    let offer = second::offer(app.keys(), &app.now(), app.county(), &half.account, &half.username)?;
    Ok(html(&enrol_form(&offer, &query.next, Errors::new())))
}

fn enrol_form(offer: &second::Offer, next: &str, errors: Errors) -> EnrolPage {
    EnrolPage {
        next: own_path(next).to_owned(),
        picture: picture(&offer.svg),
        secret: offer.text.to_string(),
        sealed: offer.sealed.clone(),
        errors,
    }
}

#[derive(Deserialize)]
pub(super) struct EnrolForm {
    #[serde(default)]
    totp: Typed,
    #[serde(default)]
    sealed: String,
    #[serde(default)]
    next: String,
}

#[derive(Template)]
#[template(path = "accounts/codes.html")]
struct CodesPage {
    codes: Vec<String>,
    next: String,
}

/// Recovery codes, shown this once.
pub(in crate::pages) fn codes_page(codes: &second::Codes, next: &str) -> Response {
    let codes = codes.0.iter().map(|code| code.to_string()).collect();
    html(&CodesPage { codes, next: next.to_owned() })
}

pub(super) async fn enrol(
    State(app): State<App>,
    visitor: Visitor,
    Form(form): Form<EnrolForm>,
) -> Result<Response, Failed> {
    let Some(half) = on_the_way(&app, &visitor.token, Stage::Enrol).await? else {
        return Ok(back_to_the_door());
    };
    let (at, token, origin) = (app.clone(), visitor.token, visitor.origin);
    let (sealed, code) = (form.sealed.clone(), form.totp);
    let done = app
        .open_write(move |tx| {
            let offer = (sealed.as_str(), &code);
            second::enrol_on_the_way(tx, at.keys(), &at.now(), at.county(), &token, offer, &origin)
        })
        .await;
    let failed = match done {
        Ok((opened, codes)) => {
            let next = match opened.stage {
                Stage::Password => format!("/sign-in/password?next={}", encoded(own_path(&form.next))),
                _ => own_path(&form.next).to_owned(),
            };
            let mut response = codes_page(&codes, &next);
            carry(&app, response.headers_mut(), &opened);
            return Ok(response);
        }
        Err(failed) => failed,
    };
    let errors = failed.errors()?;
    let offer = second::offer_again(
        app.keys(),
        &app.now(),
        app.county(),
        &half.account,
        &half.username,
        &form.sealed,
    )?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&enrol_form(&offer, &form.next, errors))).into_response())
}
