//! `/posts`: 岗位 of all units that one may see, with whoever holds them, to be searched and taken out (五(一)、四(十四)).

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::Response;
use casework::units::{self, PostFilter, PostRow};
use rules::access::{Action, Role};
use serde::Deserialize;

use super::address::{Address, PAGE};
use super::exports::{self, Asking};
use crate::app::App;
use crate::failed::Failed;
use crate::look::{Crumb, Empty, Filter, Head, Pager, Shell, Taking, Tone, filters};
use crate::route::{Policy, Route, html};
use crate::session::Session;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/posts", Policy::Needs(Action::ReadUnits), list),
        Route::post("/posts/export", Policy::Needs(Action::ExportList), export),
    ]
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct ListQuery {
    q: String,
    role: String,
    vacant: String,
    after: String,
}

impl ListQuery {
    fn address(&self) -> Address {
        Address::new("/posts", &[("q", &self.q), ("role", &self.role), ("vacant", &self.vacant)])
    }

    fn filter(&self) -> PostFilter {
        PostFilter {
            search: self.q.clone(),
            role: Role::from_code(&self.role),
            vacant: self.vacant == "1",
            after: self.after.clone(),
        }
    }
}

#[derive(Template)]
#[template(path = "units/posts.html")]
struct PostsPage {
    shell: Shell,
    way: Vec<Crumb>,
    rows: Vec<PostRow>,
    filter: Filter,
    heads: [Head; 4],
    pager: Pager,
    empty: Empty,
    export: Option<Taking>,
}

async fn list(
    State(app): State<App>,
    session: Session,
    Query(query): Query<ListQuery>,
) -> Result<Response, Failed> {
    let filter = query.filter();
    let found = app.read(&session, move |desk| units::posts(desk, &filter, PAGE)).await?;
    let at = query.address();
    Ok(html(&PostsPage {
        shell: app.shell(&session, "/units").await?,
        way: vec![
            Crumb { label: "责任链".to_owned(), href: Some("/units".to_owned()) },
            Crumb { label: "岗位".to_owned(), href: None },
        ],
        filter: at.filter(vec![
            at.text("q", "单位、岗位或人", "单位、岗位、姓名、账号"),
            at.choice("role", "角色", Role::ALL.iter().map(|role| (role.code(), role.label()))),
            at.choice("vacant", "现任", [("1", "空缺的")]),
        ]),
        heads: [Head::text("岗位"), Head::text("单位"), Head::text("现任"), Head::text("起始")],
        pager: at.pager(("after", &query.after), found.next.as_deref(), found.rows.len(), "个"),
        rows: found.rows,
        empty: Empty {
            why: "没有符合条件的岗位。".to_owned(),
            what_to_do: "去掉一个条件再看；只列您能看到的单位。".to_owned(),
            act: None,
        },
        export: at.taking(&session, Action::ExportList, "/posts/export"),
    }))
}

async fn export(
    State(app): State<App>,
    session: Session,
    Form(asking): Form<Asking<ListQuery>>,
) -> Result<Response, Failed> {
    let filter = asking.query.filter();
    exports::take(&app, &session, "posts", &asking.purpose, move |desk, purpose| {
        units::export_posts(desk, &filter, purpose)
    })
    .await
}
