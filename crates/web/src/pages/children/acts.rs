//! Guardians, household, special groups and studying elsewhere: one act, one screen.

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::response::Response;
use casework::ledger::{self, ElsewhereForm, ElsewhereRow, GroupRow, GuardianForm, PROOFS};
use casework::refused::Refused;
use rules::access::Action;
use rules::groups::Special;
use serde::Deserialize;

use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Crumb, Errors, Head, Shell, filters};
use crate::route::html;
use crate::session::Session;

fn back(id: &str) -> Response {
    see_other(&format!("/children/{}", crate::route::encoded(id)))
}

fn way(id: &str, name: &str, here: &str) -> Vec<Crumb> {
    vec![
        Crumb { label: name.to_owned(), href: Some(format!("/children/{id}")) },
        Crumb { label: here.to_owned(), href: None },
    ]
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct GuardianFields {
    name: String,
    relation: String,
    phone: String,
    away: String,
}

pub(super) async fn add_guardian(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(fields): Form<GuardianFields>,
) -> Result<Response, Failed> {
    let child = id.clone();
    let form = GuardianForm {
        name: fields.name,
        relation: fields.relation,
        phone: fields.phone,
        away: !fields.away.is_empty(),
    };
    app.write(&session, move |desk| ledger::add_guardian(desk, &child, &form)).await?;
    Ok(back(&id))
}

pub(super) async fn end_guardian(
    State(app): State<App>,
    session: Session,
    Path((id, guardian)): Path<(String, String)>,
) -> Result<Response, Failed> {
    let child = id.clone();
    app.write(&session, move |desk| ledger::end_guardian(desk, &child, &guardian)).await?;
    Ok(back(&id))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct HouseholdFields {
    book: String,
    head: String,
}

pub(super) async fn household(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(fields): Form<HouseholdFields>,
) -> Result<Response, Failed> {
    let child = id.clone();
    app.write(&session, move |desk| ledger::join_household(desk, &child, &fields.book, &fields.head)).await?;
    Ok(back(&id))
}

#[derive(Template)]
#[template(path = "children/groups.html")]
struct GroupsPage {
    shell: Shell,
    way: Vec<Crumb>,
    id: String,
    rows: Vec<GroupRow>,
    heads: [Head; 4],
    choices: Vec<Choice>,
    fields: TagFields,
    today: String,
    errors: Errors,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct TagFields {
    group: String,
    from: String,
    detail: String,
    source: String,
}

async fn show_groups(
    app: &App,
    session: &Session,
    id: String,
    fields: TagFields,
    errors: Errors,
) -> Result<Response, Failed> {
    let child = id.clone();
    let shell = app.shell(session, "/children").await?;
    let (file, groups) = app
        .look(session, move |desk| {
            let groups = ledger::taggable(desk, &child)?;
            Ok((ledger::read(desk, &child)?, groups))
        })
        .await?;
    let mut choices = vec![Choice::new("", "请选择", &fields.group)];
    choices.extend(groups.iter().map(|one| Choice::new(one.code(), one.label(), &fields.group)));
    Ok(html(&GroupsPage {
        shell,
        way: way(&file.id, &file.name, "特殊群体"),
        id,
        rows: file.groups,
        heads: [Head::text("群体"), Head::text("起止"), Head::text("依据"), Head::text("办理")],
        choices,
        fields,
        today: app.now().day().to_string(),
        errors,
    }))
}

pub(super) async fn groups(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    show_groups(&app, &session, id, TagFields::default(), Errors::new()).await
}

pub(super) async fn tag(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(fields): Form<TagFields>,
) -> Result<Response, Failed> {
    let (child, form) = (id.clone(), fields.clone());
    let done = app
        .write(&session, move |desk| {
            let group =
                Special::from_code(&form.group).ok_or_else(|| Refused::field("group", "请选择群体"))?;
            ledger::tag(desk, &child, group, &form.from, &form.detail, &form.source)
        })
        .await;
    match done {
        Ok(()) => Ok(see_other(&format!("/children/{}/groups", crate::route::encoded(&id)))),
        Err(failed) => show_groups(&app, &session, id, fields, failed.errors()?).await,
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct UntilFields {
    until: String,
}

pub(super) async fn untag(
    State(app): State<App>,
    session: Session,
    Path((id, fact)): Path<(String, String)>,
    Form(fields): Form<UntilFields>,
) -> Result<Response, Failed> {
    let child = id.clone();
    app.write(&session, move |desk| ledger::untag(desk, &child, &fact, &fields.until)).await?;
    Ok(see_other(&format!("/children/{}/groups", crate::route::encoded(&id))))
}

#[derive(Template)]
#[template(path = "children/elsewhere.html")]
struct ElsewherePage {
    shell: Shell,
    way: Vec<Crumb>,
    id: String,
    rows: Vec<ElsewhereRow>,
    heads: [Head; 4],
    proofs: Vec<Choice>,
    fields: ElsewhereFields,
    errors: Errors,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct ElsewhereFields {
    school: String,
    place: String,
    proof: String,
    number: String,
    from: String,
    expires: String,
}

async fn show_elsewhere(
    app: &App,
    session: &Session,
    id: String,
    fields: ElsewhereFields,
    errors: Errors,
) -> Result<Response, Failed> {
    let child = id.clone();
    let shell = app.shell(session, "/children").await?;
    let file = app
        .look(session, move |desk| {
            let file = ledger::read(desk, &child)?;
            // Refused within, so that nothing is on the record as looked at.
            if file.may.elsewhere {
                Ok(file)
            } else {
                Err(Refused::denied(Action::RecordElsewhere, "child", &child))
            }
        })
        .await?;
    Ok(html(&ElsewherePage {
        shell,
        way: way(&file.id, &file.name, "外出就读"),
        id,
        rows: file.elsewhere.unwrap_or_default(),
        heads: [Head::text("学校"), Head::text("证明"), Head::text("起止"), Head::text("办理")],
        proofs: PROOFS.iter().map(|one| Choice::new(*one, *one, &fields.proof)).collect(),
        fields,
        errors,
    }))
}

pub(super) async fn elsewhere(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    show_elsewhere(&app, &session, id, ElsewhereFields::default(), Errors::new()).await
}

pub(super) async fn record_elsewhere(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(fields): Form<ElsewhereFields>,
) -> Result<Response, Failed> {
    let (child, typed) = (id.clone(), fields.clone());
    let form = ElsewhereForm {
        school: typed.school,
        place: typed.place,
        proof: typed.proof,
        number: typed.number,
        from: typed.from,
        expires: typed.expires,
    };
    match app.write(&session, move |desk| ledger::record_elsewhere(desk, &child, &form)).await {
        Ok(()) => Ok(back(&id)),
        Err(failed) => show_elsewhere(&app, &session, id, fields, failed.errors()?).await,
    }
}

pub(super) async fn end_elsewhere(
    State(app): State<App>,
    session: Session,
    Path((id, fact)): Path<(String, String)>,
) -> Result<Response, Failed> {
    let child = id.clone();
    app.write(&session, move |desk| ledger::end_elsewhere(desk, &child, &fact)).await?;
    Ok(back(&id))
}
