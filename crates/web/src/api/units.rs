//! `/api/v1/units`, `/classes`: the two trees of 双线四级 (五(一)) from one's own units down, and the classes.

use axum::extract::{Path, State};
use axum::response::Response;
use casework::units::{self, UnitRow, Whose};
use rules::access::Action;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cursor;
use super::give::{self, Page};
use super::take::Asked;
use crate::app::App;
use crate::failed::Failed;
use crate::route::{Policy, Route};
use crate::session::Session;

/// Classes of a part.
const PART: usize = 200;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/units", Policy::Needs(Action::ReadUnits), tops),
        Route::get("/api/v1/units/{id}", Policy::Needs(Action::ReadUnits), one),
        Route::get("/api/v1/classes", Policy::Needs(Action::ReadUnits), classes),
    ]
}

/// A unit.
#[derive(Serialize, ToSchema)]
pub(super) struct Unit {
    /// Id.
    id: String,
    /// county, township, village, group, bureau, school, class, department, office.
    kind: String,
    /// Name.
    name: String,
    /// Id of the unit above.
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<String>,
    /// How many units are below.
    below: i64,
    /// How many of its posts nobody holds.
    vacant: i64,
    /// Who answers.
    answers: String,
}

impl From<UnitRow> for Unit {
    fn from(row: UnitRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            name: row.name,
            parent: row.parent,
            below: row.below,
            vacant: row.vacant,
            answers: row.answers,
        }
    }
}

/// The units from which one's own tree starts.
#[utoipa::path(get, path = "/api/v1/units", tag = "units", responses((status = 200, body = Page<Unit>)))]
pub(super) async fn tops(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let rows = app.read(&session, units::units).await?;
    give::read(&Page::whole(rows.into_iter().map(Unit::from).collect()))
}

/// A unit with what is below it and who works there.
#[derive(Serialize, ToSchema)]
pub(super) struct UnitFile {
    /// The unit.
    unit: Unit,
    /// The units above it, from the top.
    above: Vec<Named>,
    /// The units right below it.
    below: Vec<Unit>,
    /// Its posts and who holds them.
    people: Vec<Person>,
}

/// Something with a name.
#[derive(Serialize, ToSchema)]
struct Named {
    /// Id.
    id: String,
    /// Name.
    name: String,
}

/// A post.
#[derive(Serialize, ToSchema)]
struct Person {
    /// Id of the post.
    post: String,
    /// Code of its role.
    role: String,
    /// What it is called.
    title: String,
    /// Whether it leads the unit.
    leads: bool,
    /// Whether its holder answers for the unit in 双线四级.
    chain: bool,
    /// Who holds it; absent while it is vacant.
    #[serde(skip_serializing_if = "Option::is_none")]
    holder: Option<String>,
}

/// One unit.
#[utoipa::path(get, path = "/api/v1/units/{id}", tag = "units", params(("id" = String, Path)),
    responses((status = 200, body = UnitFile)))]
pub(super) async fn one(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let page = app.read(&session, move |desk| units::unit_page(desk, &id)).await?;
    give::read(&UnitFile {
        unit: page.unit.into(),
        above: page.above.into_iter().map(|(id, name)| Named { id, name }).collect(),
        below: page.below.into_iter().map(Unit::from).collect(),
        people: page
            .people
            .into_iter()
            .map(|one| Person {
                post: one.post,
                role: one.role,
                title: one.title,
                leads: one.leads,
                chain: one.chain,
                holder: one.holder.map(|(_, name)| name),
            })
            .collect(),
    })
}

/// Which classes.
#[derive(Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WantedClasses {
    /// Only those at which one holds a post oneself.
    mine: bool,
    /// Where to go on: `next` of the part before.
    #[serde(skip_serializing)]
    cursor: String,
}

/// A class.
#[derive(Serialize, ToSchema)]
pub(super) struct Class {
    /// Id of its unit.
    id: String,
    /// Name.
    name: String,
    /// Name of the school.
    school: String,
    /// 1–9.
    grade: i64,
    /// Children in it now.
    size: i64,
}

/// The classes of one's own, of one's schools, or of the county.
#[utoipa::path(get, path = "/api/v1/classes", tag = "units", params(WantedClasses),
    responses((status = 200, body = Page<Class>)))]
pub(super) async fn classes(
    State(app): State<App>,
    session: Session,
    Asked(asked): Asked<WantedClasses>,
) -> Result<Response, Failed> {
    let name = cursor::list("classes", &asked)?;
    let after = cursor::open(&app, &session, &name, &asked.cursor)?.unwrap_or_default();
    let whose = if asked.mine { Whose::Mine } else { Whose::Readable };
    let (found, more) = app.read(&session, move |desk| units::classes(desk, whose, &after, PART)).await?;
    let next = found.last().filter(|_| more).map(|last| cursor::seal(&app, &session, &name, &last.id));
    let shown = |one: units::Class| Class {
        id: one.id,
        name: one.name,
        school: one.school,
        grade: one.grade,
        size: one.size,
    };
    give::read(&Page { items: found.into_iter().map(shown).collect(), next, total: None })
}
