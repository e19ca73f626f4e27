//! `/units`: the two trees of 双线四级（五(一)）, who holds which post, what is vacant, and handing over.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use casework::units::{self, Gap, HandOver, Item, NewPost, Sheet, UnitLine, UnitPage, UnitRow};
use rules::access::{Role, Standing};
use serde::Deserialize;

use super::address::{Address, PAGE};
use super::exports::{self, Asking};
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Crumb, Empty, Errors, Filter, Head, Pager, Shell, Taking, Tone, filters};
use crate::route::{Policy, Route, html};
use crate::session::Session;
use rules::access::Action;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/units", Policy::Needs(Action::ReadUnits), list),
        Route::post("/units/export", Policy::Needs(Action::ExportList), export),
        Route::get("/units/gaps", Policy::Needs(Action::ReadUnits), gaps),
        Route::get("/units/{id}", Policy::Needs(Action::ReadUnits), one),
        Route::post("/units/{id}/phone", Policy::Needs(Action::KeepOffice), phone),
        Route::post("/units/{id}/posts", Policy::Needs(Action::AppointPost), open_post),
        Route::post("/posts/{id}/appoint", Policy::Needs(Action::AppointPost), appoint),
        Route::post("/posts/{id}/vacate", Policy::Needs(Action::AppointPost), vacate),
        Route::post("/posts/{id}/close", Policy::Needs(Action::AppointPost), close),
        Route::get("/posts/{id}/hand-over", Policy::Needs(Action::HandOver), hand_over_form),
        Route::post("/posts/{id}/hand-over", Policy::Needs(Action::HandOver), hand_over),
        Route::get("/hand-overs/{id}", Policy::Needs(Action::HandOver), sheet),
    ]
}

#[derive(Template)]
#[template(path = "units/list.html")]
struct List {
    shell: Shell,
    rows: Vec<UnitRow>,
    heads: [Head; 4],
    filter: Filter,
    /// Units that the plan names and the county lacks.
    lacking: usize,
    /// What the search found, in place of the trees.
    found: Option<Vec<UnitLine>>,
    found_heads: [Head; 4],
    pager: Pager,
    empty: Empty,
    export: Option<Taking>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct ListQuery {
    q: String,
    after: String,
}

async fn list(
    State(app): State<App>,
    session: Session,
    Query(query): Query<ListQuery>,
) -> Result<Response, Failed> {
    let asked = query.clone();
    let (rows, found, lacking) = app
        .read(&session, move |desk| {
            if asked.q.trim().is_empty() {
                return Ok((units::units(desk)?, None, units::lacking(desk)?));
            }
            Ok((Vec::new(), Some(units::find_units(desk, &asked.q, &asked.after, PAGE)?), 0))
        })
        .await?;
    let at = Address::new("/units", &[("q", &query.q)]);
    let (found, next) = found.map_or((None, None), |(rows, next)| (Some(rows), next));
    Ok(html(&List {
        shell: app.shell(&session, "/units").await?,
        rows,
        lacking,
        heads: heads(),
        filter: at.filter(vec![at.text("q", "单位或责任人", "单位名称、责任人姓名")]),
        found_heads: [Head::text("单位"), Head::text("上级单位"), Head::text("责任人"), Head::number("空缺")],
        pager: at.pager(("after", &query.after), next.as_deref(), found.as_ref().map_or(0, Vec::len), "个"),
        found,
        empty: Empty {
            why: "没有找到这样的单位或责任人。".to_owned(),
            what_to_do: "换一个字再找；只查您能看到的单位。".to_owned(),
            act: None,
        },
        export: at.taking(&session, Action::ExportList, "/units/export"),
    }))
}

async fn export(
    State(app): State<App>,
    session: Session,
    Form(asking): Form<Asking<ListQuery>>,
) -> Result<Response, Failed> {
    let search = asking.query.q;
    exports::take(&app, &session, "units", &asking.purpose, move |desk, purpose| {
        units::export_units(desk, &search, purpose)
    })
    .await
}

fn heads() -> [Head; 4] {
    [Head::text("单位"), Head::text("责任人"), Head::number("下级单位"), Head::number("本级空缺")]
}

#[derive(Template)]
#[template(path = "units/gaps.html")]
struct Gaps {
    shell: Shell,
    rows: Vec<Gap>,
    heads: [Head; 4],
    empty: Empty,
}

async fn gaps(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let rows = app.read(&session, units::gaps).await?;
    Ok(html(&Gaps {
        shell: app.shell(&session, "/units").await?,
        rows,
        heads: [Head::text("单位"), Head::text("岗位"), Head::text("空缺自"), Head::number("涉及孩子")],
        empty: Empty {
            why: "责任链上没有空缺的岗位。".to_owned(),
            what_to_do: "有人离岗没有接手的，会列在这里。".to_owned(),
            act: None,
        },
    }))
}

#[derive(Template)]
#[template(path = "units/one.html")]
struct One {
    shell: Shell,
    page: UnitPage,
    way: Vec<Crumb>,
    heads: [Head; 4],
    people_heads: [Head; 4],
    roles: Vec<Choice>,
    errors: Errors,
    accounts: Vec<Choice>,
    /// What can be set up below it: label and address.
    news: Vec<(String, String)>,
}

async fn one(State(app): State<App>, session: Session, Path(id): Path<String>) -> Result<Response, Failed> {
    unit(&app, &session, id, Errors::new()).await
}

async fn unit(app: &App, session: &Session, id: String, errors: Errors) -> Result<Response, Failed> {
    let (page, accounts) = app
        .read(session, move |desk| {
            let page = units::unit_page(desk, &id)?;
            let accounts = if page.may_appoint { units::candidates(desk, &id)? } else { Vec::new() };
            Ok((page, accounts))
        })
        .await?;
    let mut way = vec![Crumb { label: "责任链".to_owned(), href: Some("/units".to_owned()) }];
    way.extend(
        page.above.iter().map(|(id, name)| Crumb { label: name.clone(), href: Some(format!("/units/{id}")) }),
    );
    way.push(Crumb { label: page.unit.name.clone(), href: None });
    let roles = units::roles_of(&page.unit.kind);
    Ok(html(&One {
        shell: app.shell(session, "/units").await?,
        way,
        heads: heads(),
        people_heads: [Head::text("岗位"), Head::text("现任"), Head::text("起始"), Head::text("办理")],
        roles: roles.into_iter().map(|role| Choice::new(role.code(), role.label(), "")).collect(),
        errors,
        accounts: accounts.into_iter().map(|(id, name)| Choice::new(id, name, "")).collect(),
        news: units::addable(&page.unit.kind)
            .iter()
            .map(|(kind, what, _)| {
                (format!("新设{what}"), format!("/units/{}/new?kind={kind}", page.unit.id))
            })
            .collect(),
        page,
    }))
}

#[derive(Debug, Clone, Deserialize)]
struct PostForm {
    role: String,
    title: String,
    #[serde(default)]
    leads: String,
    #[serde(default)]
    chain: String,
}

async fn open_post(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<PostForm>,
) -> Result<Response, Failed> {
    let back = format!("/units/{id}");
    let unit_id = id.clone();
    let done = app
        .write(&session, move |desk| {
            let new = NewPost {
                unit: id.clone(),
                role: Role::from_code(&form.role),
                standing: if form.leads.is_empty() { Standing::Serves } else { Standing::Leads },
                chain: !form.chain.is_empty(),
                title: form.title.clone(),
            };
            units::open_post(desk, &new)
        })
        .await;
    match done {
        Ok(_) => Ok(see_other(&back)),
        Err(failed) => {
            let errors = failed.errors()?;
            unit(&app, &session, unit_id, errors).await
        }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct PhoneForm {
    phone: String,
}

async fn phone(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<PhoneForm>,
) -> Result<Response, Failed> {
    let own = id.clone();
    match app.write(&session, move |desk| units::set_phone(desk, &own, &form.phone)).await {
        Ok(()) => Ok(see_other(&format!("/units/{}", crate::route::encoded(&id)))),
        Err(failed) => {
            let errors = failed.errors()?;
            unit(&app, &session, id, errors).await
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
struct AppointForm {
    account: String,
    unit: String,
}

async fn appoint(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<AppointForm>,
) -> Result<Response, Failed> {
    let back = format!("/units/{}", crate::route::encoded(&form.unit));
    app.write(&session, move |desk| units::appoint(desk, &id, &form.account)).await?;
    Ok(see_other(&back))
}

#[derive(Debug, Clone, Deserialize)]
struct BackForm {
    unit: String,
}

async fn vacate(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<BackForm>,
) -> Result<Response, Failed> {
    app.write(&session, move |desk| units::vacate(desk, &id)).await?;
    Ok(see_other(&format!("/units/{}", crate::route::encoded(&form.unit))))
}

async fn close(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<BackForm>,
) -> Result<Response, Failed> {
    app.write(&session, move |desk| units::close_post(desk, &id)).await?;
    Ok(see_other(&format!("/units/{}", crate::route::encoded(&form.unit))))
}

#[derive(Template)]
#[template(path = "units/hand_over.html")]
struct HandOverPage {
    shell: Shell,
    post: String,
    from: String,
    items: Vec<Item>,
    accounts: Vec<Choice>,
    reason: String,
    errors: Errors,
}

async fn hand_over_form(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    form(&app, &session, id, HandOverForm::default(), Errors::new()).await
}

async fn form(
    app: &App,
    session: &Session,
    post: String,
    given: HandOverForm,
    errors: Errors,
) -> Result<Response, Failed> {
    let id = post.clone();
    let ((from, items), accounts) = app
        .read(session, move |desk| {
            let open = units::what_is_open(desk, &id)?;
            Ok((open, units::successors(desk, &id)?))
        })
        .await?;
    let mut choices = vec![Choice::new("", "暂时没有人接手（岗位空缺）", &given.to)];
    choices.extend(accounts.into_iter().map(|(id, name)| Choice::new(id, name, &given.to)));
    Ok(html(&HandOverPage {
        shell: app.shell(session, "/units").await?,
        post,
        from,
        items,
        accounts: choices,
        reason: given.reason,
        errors,
    }))
}

#[derive(Debug, Clone, Default, Deserialize)]
struct HandOverForm {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    reason: String,
}

async fn hand_over(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(given): Form<HandOverForm>,
) -> Result<Response, Failed> {
    let wish = HandOver {
        post: id.clone(),
        from: given.from.clone(),
        to: Some(given.to.clone()).filter(|to| !to.is_empty()),
        reason: given.reason.clone(),
    };
    match app.write(&session, move |desk| units::hand_over(desk, &wish)).await {
        Ok(sheet) => Ok(see_other(&format!("/hand-overs/{sheet}"))),
        Err(failed) => {
            let errors = failed.errors()?;
            form(&app, &session, id, given, errors).await
        }
    }
}

#[derive(Template)]
#[template(path = "units/sheet.html")]
struct SheetPage {
    shell: Shell,
    sheet: Sheet,
}

async fn sheet(State(app): State<App>, session: Session, Path(id): Path<String>) -> Result<Response, Failed> {
    let sheet = app.read(&session, move |desk| units::sheet(desk, &id)).await?;
    Ok(html(&SheetPage { shell: app.shell(&session, "/units").await?, sheet }))
}
