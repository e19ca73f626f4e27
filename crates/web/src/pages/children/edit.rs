//! Entering and correcting a child: what may be there already is shown first, and of two at once the later one sees
//! what differs. The form names its fields; others that a request brings are not read (hazard A17).

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::response::Response;
use casework::ledger::{self, Alike, Difference, Form as Typed, Saved};
use rules::codes::{Boarding, Ethnicity, IdKind, Sex};
use serde::Deserialize;

use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Crumb, Errors, Shell, Tone};
use crate::route::html;
use crate::session::Session;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    name: String,
    sex: String,
    birth: String,
    ethnicity: String,
    id_kind: String,
    id_number: String,
    student_number: String,
    registration: String,
    home: String,
    address: String,
    boarding: String,
    version: i64,
    sure: String,
}

impl Fields {
    fn typed(&self) -> Typed {
        Typed {
            name: self.name.clone(),
            sex: self.sex.clone(),
            birth: self.birth.clone(),
            ethnicity: self.ethnicity.clone(),
            id_kind: self.id_kind.clone(),
            id_number: self.id_number.clone(),
            student_number: self.student_number.clone(),
            registration: self.registration.clone(),
            home: self.home.clone(),
            address: self.address.clone(),
            boarding: self.boarding.clone(),
        }
    }
}

#[derive(Template)]
#[template(path = "children/edit.html")]
struct EditPage {
    shell: Shell,
    way: Vec<Crumb>,
    title: &'static str,
    action: String,
    version: i64,
    is_new: bool,
    typed: Typed,
    sexes: Vec<Choice>,
    ethnicities: Vec<Choice>,
    kinds: Vec<Choice>,
    registrations: Vec<Choice>,
    homes: Option<Vec<Choice>>,
    boardings: Vec<Choice>,
    number: bool,
    student: bool,
    errors: Errors,
    alike: Vec<Alike>,
    stuck: bool,
    stale: Vec<Difference>,
}

impl EditPage {
    /// Beside what is not shown again: an empty field keeps what there is.
    fn keeps(&self) -> &'static str {
        if self.is_new { "" } else { "不填就不变" }
    }
}

/// What happened to the form so far.
#[derive(Default)]
struct SoFar {
    errors: Errors,
    alike: Vec<Alike>,
    stale: Vec<Difference>,
}

async fn show(
    app: &App,
    session: &Session,
    child: Option<String>,
    typed: Option<(Typed, i64)>,
    so_far: SoFar,
) -> Result<Response, Failed> {
    let asked = child.clone();
    let (editing, homes) = app
        .read(session, move |desk| {
            let editing = match &asked {
                Some(id) => Some(ledger::editing(desk, id)?),
                None => None,
            };
            Ok((editing, ledger::homes(desk)?))
        })
        .await?;
    let may_home = editing.as_ref().is_none_or(|editing| editing.home);
    let (number, student) =
        editing.as_ref().map_or((true, true), |editing| (editing.number, editing.student));
    let (typed, version) = typed.unwrap_or_else(|| {
        editing.map_or_else(
            || (Typed { registration: "local".to_owned(), ..Typed::default() }, 0),
            |editing| (editing.form, editing.version),
        )
    });
    let one = |value: &str, label: &str, now: &str| Choice::new(value, label, now);
    let mut sexes = vec![one("", "请选择", &typed.sex)];
    sexes.extend([Sex::Male, Sex::Female].map(|sex| one(sex.code(), sex.label(), &typed.sex)));
    let mut ethnicities = vec![one("", "不清楚", &typed.ethnicity)];
    ethnicities.extend(Ethnicity::ALL.iter().map(|it| one(it.code(), it.label(), &typed.ethnicity)));
    let mut kinds = vec![one("", "没有证件", &typed.id_kind)];
    kinds.extend(IdKind::ALL.iter().map(|it| one(it.code(), it.label(), &typed.id_kind)));
    let mut boardings = vec![one("", "不清楚", &typed.boarding)];
    boardings.extend(Boarding::ALL.iter().map(|it| one(it.code(), it.label(), &typed.boarding)));
    let registrations =
        [("local", "本县户籍"), ("elsewhere", "县外户籍"), ("none", "没有户籍"), ("unknown", "不清楚")]
            .map(|(code, label)| one(code, label, &typed.registration))
            .to_vec();
    let mut places = vec![one("", "请选择", &typed.home)];
    let known = homes.iter().any(|(id, _)| *id == typed.home);
    if !known && !typed.home.is_empty() {
        places.push(one(&typed.home, "（现在的村组，不变）", &typed.home));
    }
    places.extend(homes.iter().map(|(id, label)| one(id, label, &typed.home)));
    let (title, action) = match &child {
        Some(id) => ("更正信息", format!("/children/{id}/edit")),
        None => ("登记孩子", "/children/new".to_owned()),
    };
    let back = child.as_ref().map_or_else(|| "/children".to_owned(), |id| format!("/children/{id}"));
    Ok(html(&EditPage {
        shell: app.shell(session, "/children").await?,
        way: vec![
            Crumb {
                label: if child.is_some() { typed.name.clone() } else { "孩子".to_owned() },
                href: Some(back),
            },
            Crumb { label: title.to_owned(), href: None },
        ],
        title,
        action,
        version,
        is_new: child.is_none(),
        sexes,
        ethnicities,
        kinds,
        registrations,
        homes: may_home.then_some(places),
        boardings,
        number,
        student,
        errors: so_far.errors,
        stuck: so_far.alike.iter().any(|one| one.same_number),
        alike: so_far.alike,
        stale: so_far.stale,
        typed,
    }))
}

pub(super) async fn new_form(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    show(&app, &session, None, None, SoFar::default()).await
}

pub(super) async fn form(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    show(&app, &session, Some(id), None, SoFar::default()).await
}

async fn answer(
    app: &App,
    session: &Session,
    child: Option<String>,
    fields: Fields,
    done: Result<Saved, Failed>,
) -> Result<Response, Failed> {
    let mut so_far = SoFar::default();
    let mut version = fields.version;
    match done {
        Ok(Saved::Done(id)) => return Ok(see_other(&format!("/children/{id}"))),
        Ok(Saved::Alike(alike)) => so_far.alike = alike,
        Ok(Saved::Stale(now, stale)) => {
            version = now;
            so_far.stale = stale;
        }
        Err(failed) => {
            for problem in failed.problems()? {
                so_far.errors.add(problem.field, problem.text);
            }
        }
    }
    show(app, session, child, Some((fields.typed(), version)), so_far).await
}

pub(super) async fn add(
    State(app): State<App>,
    session: Session,
    Form(fields): Form<Fields>,
) -> Result<Response, Failed> {
    let (typed, sure) = (fields.typed(), !fields.sure.is_empty());
    let done = app.write(&session, move |desk| ledger::add(desk, &typed, sure)).await;
    answer(&app, &session, None, fields, done).await
}

pub(super) async fn correct(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(fields): Form<Fields>,
) -> Result<Response, Failed> {
    let (typed, version, sure, asked) = (fields.typed(), fields.version, !fields.sure.is_empty(), id.clone());
    let done = app.write(&session, move |desk| ledger::correct(desk, &asked, &typed, version, sure)).await;
    answer(&app, &session, Some(id), fields, done).await
}
