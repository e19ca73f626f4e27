//! `/door`: the sheet for going from door to door (铁脚板摸排, 五(八)), on paper and on the phone.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use casework::campaign::{self, DoorSheet, GroupRow, RESULTS};
use rules::access::Action;
use serde::Deserialize;

use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Crumb, Empty, Head, Shell, Tone};
use crate::route::{Policy, Route, encoded, html};
use crate::session::Session;

pub(crate) fn routes() -> Vec<Route> {
    let needs = Policy::Needs(Action::PrintDoorSheet);
    vec![
        Route::get("/door", needs, door),
        Route::get("/door/{id}", needs, sheet),
        Route::post("/door/{id}/check", needs, check),
    ]
}

#[derive(Template)]
#[template(path = "findings/door.html")]
struct DoorPage {
    shell: Shell,
    way: Vec<Crumb>,
    title: String,
    rows: Vec<GroupRow>,
    heads: [Head; 4],
    empty: Empty,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct DoorQuery {
    #[serde(default)]
    under: String,
}

async fn door(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<DoorQuery>,
) -> Result<Response, Failed> {
    let level = app.read(&session, move |desk| campaign::groups(desk, &asked.under)).await?;
    let title = level.way.last().map_or("摸排".to_owned(), |(_, name)| format!("{name}摸排"));
    let mut way = Vec::new();
    if !level.way.is_empty() {
        way.push(Crumb { label: "摸排".to_owned(), href: Some("/door".to_owned()) });
        let last = level.way.len().saturating_sub(1);
        way.extend(level.way.into_iter().enumerate().map(|(nth, (id, name))| Crumb {
            label: name,
            href: (nth < last).then(|| format!("/door?under={}", encoded(&id))),
        }));
    }
    Ok(html(&DoorPage {
        shell: app.shell(&session, "/door").await?,
        way,
        title,
        rows: level.rows,
        heads: [Head::text("地方"), Head::text("属于"), Head::number("有孩子的户"), Head::number("已走到")],
        empty: Empty {
            why: "您的范围里没有村民小组。".to_owned(),
            what_to_do: "请单位管理员核对您的岗位。".to_owned(),
            act: None,
        },
    }))
}

#[derive(Template)]
#[template(path = "findings/sheet.html")]
struct SheetPage {
    shell: Shell,
    way: Vec<Crumb>,
    sheet: DoorSheet,
    title: String,
    sub: String,
    results: [(&'static str, &'static str); 5],
}

async fn sheet(State(app): State<App>, session: Session, Path(id): Path<String>) -> Result<Response, Failed> {
    let shell = app.shell(&session, "/door").await?;
    let sheet = app.look(&session, move |desk| campaign::door_sheet(desk, &id)).await?;
    Ok(html(&SheetPage {
        shell,
        way: vec![
            Crumb { label: "摸排".to_owned(), href: Some("/door".to_owned()) },
            Crumb { label: sheet.name.clone(), href: None },
        ],
        title: format!("{} {} 摸排表", sheet.village, sheet.name),
        sub: format!("{}，{}户", app.now().day().strftime("%Y年%-m月%-d日"), sheet.houses.len()),
        sheet,
        results: RESULTS,
    }))
}

#[derive(Debug, Clone, Deserialize)]
struct CheckForm {
    result: String,
}

async fn check(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<CheckForm>,
) -> Result<Response, Failed> {
    let house = id.clone();
    let group = app.write(&session, move |desk| campaign::check_door(desk, &id, &form.result)).await?;
    Ok(see_other(&format!("/door/{}#h-{}", encoded(&group), encoded(&house))))
}
