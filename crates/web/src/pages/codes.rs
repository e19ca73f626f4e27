//! `/codes`: 代码表 as the program reads lists by them: the national standards' tables, and the county plan's own words
//! each with its clause. It shows them; nothing is changed here.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use rules::access::Action;
use rules::codes::{
    Boarding, DisabilityGrade, DisabilityKind, Ethnicity, FamilyRelation, IdKind, InclusiveSchooling,
    LeftBehind, RollChange, Sex, StudentStatus, YesNo,
};
use rules::plan::{Code, Plan};
use serde::Deserialize;

use crate::app::App;
use crate::failed::Failed;
use crate::look::{Head, Shell, Tab};
use crate::route::{Policy, Route, html};
use crate::session::Session;

pub(crate) fn routes() -> Vec<Route> {
    vec![Route::get("/codes", Policy::Needs(Action::ReadCodes), page)]
}

/// One table.
struct Table {
    key: &'static str,
    title: &'static str,
    /// The standard, or that it is the county's.
    source: String,
    rows: Vec<Entry>,
}

struct Entry {
    code: String,
    label: String,
    /// The clause, where it is the county's.
    basis: String,
}

/// A table of the standards.
macro_rules! standard {
    ($key:literal, $title:literal, $table:ident) => {
        Table {
            key: $key,
            title: $title,
            source: $table::STANDARD.to_owned(),
            rows: $table::ALL
                .iter()
                .map(|entry| Entry {
                    code: entry.code().to_owned(),
                    label: entry.label().to_owned(),
                    basis: String::new(),
                })
                .collect(),
        }
    };
}

fn tables(plan: &Plan) -> Vec<Table> {
    let document = plan.document();
    let source = format!("{}（{}）", document.title, document.number);
    let county = |key, title, rows: Vec<Entry>| Table { key, title, source: source.clone(), rows };
    let codes = |codes: &[Code]| -> Vec<Entry> {
        codes
            .iter()
            .map(|one| Entry { code: one.code.clone(), label: one.label.clone(), basis: one.basis.cited() })
            .collect()
    };
    let deadlines = plan.deadlines().iter().map(|one| Entry {
        code: one.within(),
        label: format!("{}（{}）", one.title, one.who),
        basis: one.basis.cited(),
    });
    let targets = plan.targets().iter().map(|one| Entry {
        code: format!("{}%", one.percent),
        label: one.title.clone(),
        basis: one.basis.cited(),
    });
    let lists = plan.named_lists().iter().map(|one| Entry {
        code: one.name.clone(),
        label: one.synonyms.join("、"),
        basis: one.basis.cited(),
    });
    vec![
        county("causes", "失学辍学原因", codes(plan.causes())),
        county("whereabouts", "去向", codes(plan.whereabouts())),
        county("placements", "安置方式", codes(plan.placements())),
        county("deadlines", "期限", deadlines.collect()),
        county("targets", "目标", targets.collect()),
        county("lists", "名单", lists.collect()),
        standard!("sex", "性别", Sex),
        standard!("ethnicity", "民族", Ethnicity),
        standard!("id_kind", "证件类型", IdKind),
        standard!("relation", "家庭关系", FamilyRelation),
        standard!("disability", "残疾类别", DisabilityKind),
        standard!("disability_grade", "残疾等级", DisabilityGrade),
        standard!("roll_change", "学籍变动", RollChange),
        standard!("status", "学生状态", StudentStatus),
        standard!("boarding", "就读方式", Boarding),
        standard!("left_behind", "留守儿童", LeftBehind),
        standard!("inclusive", "随班就读", InclusiveSchooling),
        standard!("yes_no", "是否", YesNo),
    ]
}

#[derive(Debug, Clone, Default, Deserialize)]
struct CodesQuery {
    #[serde(default)]
    table: String,
}

#[derive(Template)]
#[template(path = "codes/page.html")]
struct CodesPage {
    shell: Shell,
    tabs: Vec<Tab>,
    table: Table,
    heads: [Head; 3],
}

async fn page(
    State(app): State<App>,
    session: Session,
    Query(query): Query<CodesQuery>,
) -> Result<Response, Failed> {
    let mut tables = tables(app.plan());
    let chosen = tables.iter().position(|table| table.key == query.table);
    if chosen.is_none() && !query.table.is_empty() {
        return Err(Failed::missing());
    }
    let chosen = chosen.unwrap_or_default();
    let tabs = tables
        .iter()
        .enumerate()
        .map(|(place, table)| Tab {
            label: table.title.to_owned(),
            href: format!("/codes?table={}", table.key),
            count: None,
            current: place == chosen,
        })
        .collect();
    Ok(html(&CodesPage {
        shell: app.shell(&session, "/codes").await?,
        tabs,
        table: tables.swap_remove(chosen),
        heads: [Head::text("代码"), Head::text("名称"), Head::text("依据")],
    }))
}
