//! `/set-up/…`: the link with which somebody sets a password, for a new account or anew (hazard C10).

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::accounts::set_up;
use casework::refused::Refused;

use super::{PasswordForm, PasswordPage, Visitor, end, enter};
use crate::app::App;
use crate::failed::Failed;
use crate::look::{ErrorPage, Errors};
use crate::route::{encoded, html};

async fn invited(app: &App, token: &str) -> Result<Option<set_up::Invited>, Failed> {
    let (at, token) = (app.clone(), token.to_owned());
    app.open_read(move |tx| set_up::look(tx, at.keys(), &at.now(), at.county(), &token)).await
}

/// The same for every link that opens nothing (C10).
pub(super) fn unusable() -> Response {
    let page = ErrorPage {
        code: 410,
        title: "这个链接不能用了".to_owned(),
        what: "链接只能用一次，七天内有效；也可能已经换了新的。".to_owned(),
        todo: "请向本单位管理员要一个新的链接。".to_owned(),
        number: None,
    };
    (StatusCode::GONE, html(&page)).into_response()
}

fn form(token: &str, invited: &set_up::Invited, errors: Errors) -> PasswordPage {
    let why = format!("{}，{}。设好密码后，如果岗位需要，接着设置动态口令。", invited.name, invited.unit);
    PasswordPage {
        action: format!("/set-up/{}", encoded(token)),
        title: if invited.again { "重新设置密码" } else { "设置账号" },
        why,
        username: invited.username.clone(),
        says: invited.says.clone(),
        next: "/".to_owned(),
        errors,
    }
}

pub(super) async fn page(State(app): State<App>, Path(token): Path<String>) -> Result<Response, Failed> {
    Ok(match invited(&app, &token).await? {
        Some(invited) => html(&form(&token, &invited, Errors::new())),
        None => unusable(),
    })
}

pub(super) async fn done(
    State(app): State<App>,
    Path(token): Path<String>,
    visitor: Visitor,
    Form(typed): Form<PasswordForm>,
) -> Result<Response, Failed> {
    let Some(invited) = invited(&app, &token).await? else { return Ok(unusable()) };
    let (salt, choice) = (app.now().random(), invited.choice().clone());
    let hashed = match app.hash(move |hasher| choice.hash(hasher, &typed.password, &typed.again, salt)).await
    {
        Ok(hashed) => hashed,
        Err(failed) => {
            let page = form(&token, &invited, failed.errors()?);
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)).into_response());
        }
    };
    end(&app, visitor.token).await?;
    let (at, origin) = (app.clone(), visitor.origin);
    let opened = app
        .open_write(move |tx| set_up::finish(tx, at.keys(), &at.now(), at.county(), &token, &hashed, &origin))
        .await;
    match opened {
        Ok(opened) => Ok(enter(&app, &opened, "/")),
        Err(failed) if matches!(failed.refused(), Refused::Rule { .. }) => Ok(unusable()),
        Err(failed) => Err(failed),
    }
}
