//! `/posts`: 岗位 of all units that one may see, with whoever holds them, to be searched and taken out (五(一)、四(十四)).

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::Response;
use casework::units::{self, PostFilter, PostRow};
use rules::access::{Action, Role};
use serde::Deserialize;

use super::account::with;
use super::accounts::PAGE;
use super::exports::{self, Asking};
use crate::app::App;
use crate::failed::Failed;
use crate::look::{
    Choice, Crumb, Empty, Filter, FilterField, FilterKind, Head, Pager, Shell, Taking, Tone, filters,
};
use crate::route::{Policy, Route, encoded, html};
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
    fn pairs(&self) -> [(&'static str, &str); 3] {
        [("q", &self.q), ("role", &self.role), ("vacant", &self.vacant)]
    }

    fn filter(&self) -> PostFilter {
        PostFilter {
            search: self.q.clone(),
            role: Role::from_code(&self.role),
            vacant: self.vacant == "1",
            after: self.after.clone(),
        }
    }

    fn address(&self, without: &str) -> String {
        let kept: Vec<_> = self.pairs().into_iter().filter(|(name, _)| *name != without).collect();
        with("/posts", &kept)
    }

    fn look(&self) -> Filter {
        let field = |name, label, value: &str, kind| FilterField {
            name,
            label,
            kind,
            without: (!value.is_empty()).then(|| self.address(name)),
        };
        let mut roles = vec![Choice::new("", "全部", &self.role)];
        roles.extend(Role::ALL.iter().map(|role| Choice::new(role.code(), role.label(), &self.role)));
        let vacant =
            [("", "全部"), ("1", "空缺的")].map(|(value, label)| Choice::new(value, label, &self.vacant));
        let text = FilterKind::Text { value: self.q.clone(), example: "单位、岗位、姓名、账号" };
        Filter {
            action: "/posts".to_owned(),
            fields: vec![
                field("q", "单位、岗位或人", &self.q, text),
                field("role", "角色", &self.role, FilterKind::Choice(roles)),
                field("vacant", "现任", &self.vacant, FilterKind::Choice(vacant.to_vec())),
            ],
            keep: Vec::new(),
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
    let here = query.address("");
    let join = if here.contains('?') { '&' } else { '?' };
    Ok(html(&PostsPage {
        shell: app.shell(&session, "/units").await?,
        way: vec![
            Crumb { label: "责任链".to_owned(), href: Some("/units".to_owned()) },
            Crumb { label: "岗位".to_owned(), href: None },
        ],
        filter: query.look(),
        heads: [Head::text("岗位"), Head::text("单位"), Head::text("现任"), Head::text("起始")],
        pager: Pager {
            prev: (!query.after.is_empty()).then(|| here.clone()),
            next: found.next.map(|after| format!("{here}{join}after={}", encoded(&after))),
            shown: u64::try_from(found.rows.len()).unwrap_or_default(),
            total: None,
            unit: "个",
        },
        rows: found.rows,
        empty: Empty {
            why: "没有符合条件的岗位。".to_owned(),
            what_to_do: "去掉一个条件再看；只列您能看到的单位。".to_owned(),
            act: None,
        },
        export: exports::taking(&session, Action::ExportList, "/posts/export", &query.pairs()),
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
