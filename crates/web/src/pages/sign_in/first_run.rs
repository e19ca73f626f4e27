//! `/first-run/…`: the first five people of a county, by the link on the server's own screen (hazards C09, C11).

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::accounts::first_run;
use casework::refused::Refused;

use super::set_up::unusable;
use crate::app::App;
use crate::failed::Failed;
use crate::look::Errors;
use crate::route::{encoded, html};

/// A person of the first page: form's names, what the post is, and what was typed.
struct FirstPerson {
    name_field: String,
    username_field: String,
    title: &'static str,
    does: &'static str,
    name: String,
    username: String,
}

#[derive(Template)]
#[template(path = "accounts/first_run.html")]
struct FirstPage {
    action: String,
    county: String,
    people: Vec<FirstPerson>,
    errors: Errors,
}

const DOES: [&str; 5] = [
    "批准账号、任免岗位、批准紧急查看",
    "邀请账号、停用账号；提出后由负责人批准",
    "看管机器、重置登录；看不到任何孩子",
    "定密码规则、强制下线、批准紧急查看；看不到任何孩子",
    "查操作记录和登录记录；看不到任何孩子",
];

fn first_form(app: &App, token: &str, named: &[first_run::Named], errors: Errors) -> FirstPage {
    let people = first_run::POSTS
        .iter()
        .zip(DOES)
        .enumerate()
        .map(|(at, ((field, _, _, title), does))| FirstPerson {
            name_field: format!("{field}_name"),
            username_field: format!("{field}_username"),
            title,
            does,
            name: named.get(at).map_or_else(String::new, |named| named.name.clone()),
            username: named.get(at).map_or_else(String::new, |named| named.username.clone()),
        })
        .collect();
    FirstPage {
        action: format!("/first-run/{}", encoded(token)),
        county: app.plan().county().name.clone(),
        people,
        errors,
    }
}

pub(super) async fn page(State(app): State<App>, Path(token): Path<String>) -> Result<Response, Failed> {
    let (at, brought) = (app.clone(), token.clone());
    let opens =
        app.open_read(move |tx| first_run::opens(tx, at.keys(), &at.now(), at.county(), &brought)).await?;
    Ok(if opens { html(&first_form(&app, &token, &[], Errors::new())) } else { unusable() })
}

/// A link to hand out: who it is for and where it leads.
struct FirstLink {
    title: &'static str,
    username: String,
    path: String,
}

#[derive(Template)]
#[template(path = "accounts/first_links.html")]
struct FirstLinks {
    links: Vec<FirstLink>,
}

pub(super) async fn done(
    State(app): State<App>,
    Path(token): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Failed> {
    let value = |field: String| {
        fields.iter().find(|(name, _)| *name == field).map_or_else(String::new, |(_, value)| value.clone())
    };
    let named = first_run::POSTS.map(|(field, ..)| first_run::Named {
        name: value(format!("{field}_name")),
        username: value(format!("{field}_username")),
    });
    let (at, brought, given) = (app.clone(), token.clone(), named.clone());
    let links =
        app.open_write(move |tx| first_run::run(tx, at.keys(), &at.now(), at.plan(), &brought, &given)).await;
    match links {
        Ok(links) => {
            let links = links
                .into_iter()
                .map(|(title, link)| FirstLink {
                    title,
                    username: link.username,
                    path: format!("/set-up/{}", link.token),
                })
                .collect();
            Ok(html(&FirstLinks { links }))
        }
        Err(failed) if matches!(failed.refused(), Refused::Rule { .. }) => Ok(unusable()),
        Err(failed) => {
            let page = first_form(&app, &token, &named, failed.errors()?);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)).into_response())
        }
    }
}
