//! 调班: the form by which a class teacher or the head proposes that a child goes into another class of the school. The board of
//! what waits is that of the changes of the roll.

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::ledger::{self, ClassForm, InClass};
use serde::Deserialize;

use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Crumb, Errors, Shell};
use crate::route::html;
use crate::session::Session;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    to_class: String,
    effective: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "children/class.html")]
struct FormPage {
    shell: Shell,
    way: [Crumb; 2],
    id: String,
    class: String,
    classes: Vec<Choice>,
    fields: Fields,
    errors: Errors,
}

async fn show(
    app: &App,
    session: &Session,
    id: String,
    (fields, errors): (Fields, Errors),
    status: StatusCode,
) -> Result<Response, Failed> {
    let child = id.clone();
    let InClass { name, class, others } =
        app.read(session, move |desk| ledger::other_classes(desk, &child)).await?;
    let mut classes = vec![Choice::new("", "请选择", &fields.to_class)];
    classes.extend(others.into_iter().map(|(id, name)| Choice::new(id, name, &fields.to_class)));
    let page = FormPage {
        shell: app.shell(session, "/moves").await?,
        way: [
            Crumb { label: name, href: Some(format!("/children/{id}")) },
            Crumb { label: "调班".to_owned(), href: None },
        ],
        id,
        class,
        classes,
        fields,
        errors,
    };
    Ok((status, html(&page)).into_response())
}

pub(super) async fn form(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let fields = Fields { effective: app.now().day().to_string(), ..Fields::default() };
    show(&app, &session, id, (fields, Errors::new()), StatusCode::OK).await
}

pub(super) async fn start(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(fields): Form<Fields>,
) -> Result<Response, Failed> {
    let (child, typed) = (id.clone(), fields.clone());
    let wish = ClassForm { to_class: typed.to_class, effective: typed.effective, reason: typed.reason };
    match app.write(&session, move |desk| ledger::change_class(desk, &child, &wish)).await {
        Ok(_) => Ok(see_other("/moves")),
        Err(failed) => {
            let errors = failed.errors()?;
            show(&app, &session, id, (fields, errors), StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}
