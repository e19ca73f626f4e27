//! `/api/v1/children`: the list of one's own children and a child's file. What the reader does not see is absent, never
//! null; what is masked on the page is masked here.

use axum::extract::{Path, State};
use axum::response::Response;
use casework::ledger::{self, Line, Missing, Query, Shown, Step, Total};
use casework::units::Slot;
use rules::groups::Special;
use rules::standing::Standing;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::give::{self, Page};
use super::take::Asked;
use super::{Coded, cursor};
use crate::app::App;
use crate::failed::Failed;
use crate::route::{Policy, Route};
use crate::session::Session;
use rules::access::Action;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/children", Policy::Needs(Action::ListChildren), list),
        Route::get("/api/v1/children/{id}", Policy::Needs(Action::ReadChild), one),
    ]
}

/// Which children. A filter on a field that the reader does not see finds nobody.
#[derive(Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Name, pinyin, its initials, or the last four of the ID number.
    q: String,
    /// Id of the unit of the home township.
    township: String,
    /// Id of the unit of the village.
    village: String,
    /// Id of the unit of the village group.
    village_group: String,
    /// Id of the account of the 包保干部.
    cadre: String,
    /// Id of the unit of the school.
    school: String,
    /// Id of the unit of the class.
    class: String,
    /// 1–9.
    #[param(minimum = 1, maximum = 9)]
    grade: Option<i64>,
    /// Code of a standing, or `out`: should be in school and is not.
    standing: String,
    /// Code of a special group.
    group: String,
    /// `id`: no number of an identity document; `registration`: no household registration anywhere.
    missing: String,
    /// Where to go on: `next` of the part before.
    #[serde(skip_serializing)]
    cursor: String,
}

/// A value as the reader may see it.
#[derive(Serialize, ToSchema)]
struct Masked {
    /// The text, masked where it has to be.
    text: String,
    /// Whether it is shown whole on request, with a reason, on the record.
    on_request: bool,
}

impl From<Shown> for Masked {
    fn from(shown: Shown) -> Self {
        Self { text: shown.text, on_request: shown.on_request }
    }
}

/// A child in the list.
#[derive(Serialize, ToSchema)]
pub(super) struct ChildLine {
    /// Id.
    id: String,
    /// Name.
    name: String,
    /// 男, 女.
    #[serde(skip_serializing_if = "Option::is_none")]
    sex: Option<&'static str>,
    /// Birthday.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    birth: Option<String>,
    /// Number of the identity document.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<Masked>,
    /// Village, else township.
    #[serde(skip_serializing_if = "Option::is_none")]
    home: Option<String>,
    /// School and class.
    #[serde(skip_serializing_if = "Option::is_none")]
    school: Option<String>,
    /// Where it stands with school.
    #[serde(skip_serializing_if = "Option::is_none")]
    standing: Option<Coded>,
    /// Special groups that the reader may know of.
    groups: Vec<&'static str>,
}

impl From<ledger::Child> for ChildLine {
    fn from(child: ledger::Child) -> Self {
        Self {
            id: child.id,
            name: child.name,
            sex: child.sex,
            birth: child.birth,
            number: child.number.map(Masked::from),
            home: child.home,
            school: child.school,
            standing: child.standing.map(standing),
            groups: child.groups,
        }
    }
}

fn standing(standing: Standing) -> Coded {
    Coded { code: standing.code(), label: standing.label() }
}

/// The children of one's own part of the county, in the order of their pinyin.
#[utoipa::path(get, path = "/api/v1/children", tag = "children", params(Wanted),
    responses((status = 200, body = Page<ChildLine>)))]
pub(super) async fn list(
    State(app): State<App>,
    session: Session,
    Asked(asked): Asked<Wanted>,
) -> Result<Response, Failed> {
    let name = cursor::list("children", &asked)?;
    let step = cursor::open(&app, &session, &name, &asked.cursor)?.map_or(Step::First, Step::After);
    let wanted = asked.query(step);
    let page = app.read(&session, move |desk| ledger::list(desk, &wanted)).await?;
    let next = match page.after {
        Some(Step::After(id)) => Some(cursor::seal(&app, &session, &name, &id)),
        _ => None,
    };
    let total = match page.total {
        Total::Exactly(count) => Some(count),
        Total::Over(_) | Total::Unknown => None,
    };
    give::read(&Page { items: page.children.into_iter().map(ChildLine::from).collect(), next, total })
}

impl Wanted {
    fn query(&self, step: Step) -> Query {
        Query {
            q: self.q.clone(),
            township: self.township.clone(),
            village: self.village.clone(),
            village_group: self.village_group.clone(),
            cadre: self.cadre.clone(),
            school: self.school.clone(),
            class: self.class.clone(),
            grade: self.grade,
            standing: self.standing.clone(),
            group: Special::from_code(&self.group),
            missing: Missing::from_code(&self.missing),
            step,
        }
    }
}

/// A child's file. Which parts there are depends on who reads it.
#[derive(Serialize, ToSchema)]
pub(super) struct ChildFile {
    /// Id; another than the one asked for when that file was merged into this one.
    id: String,
    /// Name.
    name: String,
    /// Counts the changes.
    version: i64,
    /// Age today in full years.
    #[serde(skip_serializing_if = "Option::is_none")]
    age: Option<i16>,
    /// Where it stands with school.
    #[serde(skip_serializing_if = "Option::is_none")]
    standing: Option<Coded>,
    /// Whose move it is, the next act, by when; absent when nothing is to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<Next>,
    /// Sex, birthday, documents.
    identity: Vec<Labelled>,
    /// Where it lives.
    home: Vec<Labelled>,
    /// Where it learns.
    schooling: Vec<Labelled>,
    /// Special groups that the reader may know of.
    groups: Vec<Group>,
    /// Guardians.
    #[serde(skip_serializing_if = "Option::is_none")]
    guardians: Option<Vec<Guardian>>,
    /// Other children of the household.
    #[serde(skip_serializing_if = "Option::is_none")]
    siblings: Option<Vec<Sibling>>,
    /// Studying elsewhere, with its proof.
    #[serde(skip_serializing_if = "Option::is_none")]
    elsewhere: Option<Vec<Elsewhere>>,
    /// Findings of comparisons.
    #[serde(skip_serializing_if = "Option::is_none")]
    findings: Option<Vec<Found>>,
    /// Numbers in other platforms.
    platforms: Vec<Platform>,
    /// 双线四级, 五(一): the eight who answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    chain: Option<Chain>,
    /// What happened, newest first.
    timeline: Vec<Happened>,
}

/// Whose move it is.
#[derive(Serialize, ToSchema)]
struct Next {
    /// Whose.
    whose: String,
    /// The act.
    act: String,
    /// By which day.
    due: String,
    /// Clause or article.
    basis: &'static str,
}

/// A value with its label.
#[derive(Serialize, ToSchema)]
struct Labelled {
    /// What it is.
    label: &'static str,
    /// The value, masked where it has to be; empty where nothing is known.
    text: String,
    /// Code of the field, where it is shown whole on request.
    #[serde(skip_serializing_if = "Option::is_none")]
    on_request: Option<&'static str>,
}

/// A special group.
#[derive(Serialize, ToSchema)]
struct Group {
    /// Which.
    label: &'static str,
    /// Card number, category.
    detail: String,
    /// From which day.
    from: String,
    /// Until which day; absent while it lasts.
    #[serde(skip_serializing_if = "String::is_empty")]
    until: String,
}

/// Somebody who answers at home.
#[derive(Serialize, ToSchema)]
struct Guardian {
    /// Name.
    name: String,
    /// 父亲, 祖母….
    relation: String,
    /// Works away from home.
    away: bool,
    /// Telephone.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<Masked>,
}

/// Another child of the household.
#[derive(Serialize, ToSchema)]
struct Sibling {
    /// Name.
    name: String,
    /// Birthday.
    birth: String,
    /// Id of its file, if the reader may open it.
    #[serde(skip_serializing_if = "Option::is_none")]
    child: Option<String>,
}

/// A record of studying elsewhere.
#[derive(Serialize, ToSchema)]
struct Elsewhere {
    /// The school.
    school: String,
    /// Where it is.
    place: String,
    /// The proof and its number.
    proof: String,
    /// From which day.
    from: String,
    /// The day on which the proof expires.
    #[serde(skip_serializing_if = "String::is_empty")]
    expires: String,
    /// The day on which it ended.
    #[serde(skip_serializing_if = "String::is_empty")]
    ended: String,
}

/// A finding of a comparison.
#[derive(Serialize, ToSchema)]
struct Found {
    /// Id.
    id: String,
    /// What was found, as the plan calls it.
    label: String,
    /// Why.
    reason: String,
    /// open, assigned, reported, decided, gone.
    state: String,
}

/// A number in another platform.
#[derive(Serialize, ToSchema)]
struct Platform {
    /// rescue, roll, ledger.
    platform: String,
    /// The number.
    number: String,
    /// Since which day.
    since: String,
}

/// The two lines of four.
#[derive(Serialize, ToSchema)]
struct Chain {
    /// 县—乡镇—村委会—村民小组.
    government: Vec<Answerable>,
    /// 教体局—学校—班级—科任教师.
    education: Vec<Answerable>,
}

/// One of the eight.
#[derive(Serialize, ToSchema)]
struct Answerable {
    /// Level.
    level: &'static str,
    /// Unit; empty where the child has none at this level.
    unit: String,
    /// Who holds the post; empty where it is vacant.
    people: Vec<String>,
}

/// Something that happened.
#[derive(Serialize, ToSchema)]
struct Happened {
    /// When: a moment, or a day.
    at: String,
    /// What.
    what: String,
    /// By whom.
    #[serde(skip_serializing_if = "String::is_empty")]
    who: String,
}

/// A child's file. That it was opened is on the record.
#[utoipa::path(get, path = "/api/v1/children/{id}", tag = "children", params(("id" = String, Path)),
    responses((status = 200, body = ChildFile)))]
pub(super) async fn one(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let file = app.write(&session, move |desk| ledger::read(desk, &id)).await?;
    give::read(&ChildFile::from(file))
}

fn labelled(lines: Vec<Line>) -> Vec<Labelled> {
    let shown = |line: Line| Labelled {
        label: line.label,
        text: line.text,
        on_request: line.on_request.map(|field| field.code()),
    };
    lines.into_iter().map(shown).collect()
}

fn answerable(slots: Vec<Slot>) -> Vec<Answerable> {
    let shown = |slot: Slot| Answerable {
        level: slot.level,
        unit: slot.unit,
        people: slot.holders.into_iter().map(|one| format!("{} {}", one.name, one.title)).collect(),
    };
    slots.into_iter().map(shown).collect()
}

/// Each of them, as the API says it.
fn each<A, B>(all: Vec<A>, shown: impl Fn(A) -> B) -> Vec<B> {
    all.into_iter().map(shown).collect()
}

impl From<ledger::File> for ChildFile {
    fn from(file: ledger::File) -> Self {
        Self {
            id: file.id,
            name: file.name,
            version: file.version,
            age: file.age,
            standing: file.standing.map(standing),
            next: file.next.map(|next| Next {
                whose: next.whose,
                act: next.act,
                due: next.due,
                basis: next.basis,
            }),
            identity: labelled(file.identity),
            home: labelled(file.home),
            schooling: labelled(file.schooling),
            groups: each(file.groups, |one| Group {
                label: one.label,
                detail: one.detail,
                from: one.from,
                until: one.until,
            }),
            guardians: file.guardians.map(|all| {
                each(all, |one| Guardian {
                    name: one.name,
                    relation: one.relation,
                    away: one.away,
                    phone: one.phone.map(Masked::from),
                })
            }),
            siblings: file
                .siblings
                .map(|all| each(all, |one| Sibling { name: one.name, birth: one.birth, child: one.file })),
            elsewhere: file.elsewhere.map(|all| {
                each(all, |one| Elsewhere {
                    school: one.school,
                    place: one.place,
                    proof: one.proof,
                    from: one.from,
                    expires: one.expires,
                    ended: one.ended,
                })
            }),
            findings: file.findings.map(|all| {
                each(all, |one| Found { id: one.id, label: one.kind, reason: one.reason, state: one.state })
            }),
            platforms: each(file.platforms, |one| Platform {
                platform: one.platform,
                number: one.number,
                since: one.since,
            }),
            chain: file.chain.map(|chain| Chain {
                government: answerable(chain.government),
                education: answerable(chain.education),
            }),
            timeline: each(file.timeline, |one| Happened { at: one.at, what: one.what, who: one.who }),
        }
    }
}
