//! `/codes`: 代码表: the standards' tables and the plan's settings to look up, and the county's own tables to keep: each
//! change from a day on, nothing taken away (docs/adr/0013-county-codes.md).

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use casework::codes::{self, Change, Entry, Kept, Past, Table};
use casework::refused::Refused;
use jiff::civil::Date;
use rules::access::Action;
use rules::county_codes::CountyTable;
use serde::Deserialize;

use super::account::with;
use super::accounts::shows;
use super::exports::{self, Asking};
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{
    Crumb, Empty, Errors, Filter, FilterField, FilterKind, Head, Shell, Tab, Taking, Tone, filters,
};
use crate::route::{Policy, Route, encoded, html};
use crate::session::Session;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/codes", Policy::Needs(Action::ReadCodes), page),
        Route::post("/codes/export", Policy::Needs(Action::ExportList), export),
        Route::get("/codes/{table}/{code}", Policy::Needs(Action::ReadCodes), one),
        Route::post("/codes/{table}", Policy::Needs(Action::WriteCodes), keep),
    ]
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct CodesQuery {
    table: String,
    q: String,
}

#[derive(Template)]
#[template(path = "codes/page.html")]
struct CodesPage {
    shell: Shell,
    tabs: Vec<Tab>,
    tables: Vec<Table>,
    heads: [Head; 3],
    filter: Filter,
    empty: Empty,
    export: Option<Taking>,
    /// The table to which a code may be added here.
    adds: Option<CountyTable>,
    typed: ChangeForm,
    errors: Errors,
}

impl CodesPage {
    fn words(&self, entry: &Entry) -> String {
        let Some(held) = &entry.held else { return String::new() };
        let mut words = Vec::new();
        if let Some(until) = held.until {
            words.push(format!("{}到{until}", if held.in_use { "用" } else { "已停用，用" }));
        }
        if let Some(coming) = &held.coming {
            words.push(format!("{}起改为“{}”", coming.from, coming.label));
        }
        if let Some(plan) = &held.plan_label {
            words.push(format!("方案原文“{plan}”"));
        }
        words.join("，")
    }

    fn may_keep(&self, table: &Table) -> bool {
        matches!(table.kept, Kept::County(_))
    }

    fn ended(&self, entry: &Entry) -> bool {
        entry.held.as_ref().is_some_and(|held| !held.in_use)
    }
}

async fn page(
    State(app): State<App>,
    session: Session,
    Query(query): Query<CodesQuery>,
) -> Result<Response, Failed> {
    shown(&app, &session, query, ChangeForm::default(), Errors::new()).await
}

async fn shown(
    app: &App,
    session: &Session,
    query: CodesQuery,
    typed: ChangeForm,
    errors: Errors,
) -> Result<Response, Failed> {
    let (key, q) = (query.table.clone(), query.q.clone());
    // Without a table and without a search the first table is shown.
    let (names, tables) = app
        .read(session, move |desk| {
            let names: Vec<(&str, &str)> =
                codes::tables(desk)?.iter().map(|table| (table.key, table.title)).collect();
            let first = names.first().map_or("", |(key, _)| *key);
            let key = if key.is_empty() && q.trim().is_empty() { first } else { key.as_str() };
            let found = codes::find(desk, key, &q)?;
            Ok((names, found))
        })
        .await?;
    let current = match tables.as_slice() {
        [one] => one.key,
        _ => "",
    };
    let tabs = names
        .into_iter()
        .map(|(key, title)| Tab {
            label: title.to_owned(),
            href: with("/codes", &[("table", key)]),
            count: None,
            current: key == current,
        })
        .collect();
    let adds = match tables.as_slice() {
        [Table { kept: Kept::County(table), .. }] if table.takes_new() => Some(*table),
        _ => None,
    };
    let refused = errors.any();
    let mut response = html(&CodesPage {
        shell: app.shell(session, "/codes").await?,
        tabs,
        heads: [Head::text("名称"), Head::text("代码"), Head::text("依据")],
        filter: Filter {
            action: "/codes".to_owned(),
            fields: vec![FilterField {
                name: "q",
                label: "查找",
                kind: FilterKind::Text { value: query.q.clone(), example: "代码、名称、依据" },
                without: (!query.q.is_empty()).then(|| with("/codes", &[("table", &query.table)])),
            }],
            keep: vec![("table".to_owned(), query.table.clone())]
                .into_iter()
                .filter(|(_, key)| !key.is_empty())
                .collect(),
        },
        empty: Empty {
            why: "没有找到这样的代码。".to_owned(),
            what_to_do: "换一个字再找，或者去掉查找条件。".to_owned(),
            act: None,
        },
        export: exports::taking(
            session,
            Action::ExportList,
            "/codes/export",
            &[("table", &query.table), ("q", &query.q)],
        ),
        adds: adds.filter(|_| shows(session, Action::WriteCodes)),
        tables,
        typed,
        errors,
    });
    if refused {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

async fn export(
    State(app): State<App>,
    session: Session,
    Form(asking): Form<Asking<CodesQuery>>,
) -> Result<Response, Failed> {
    let query = asking.query;
    exports::take(&app, &session, "codes", &asking.purpose, move |desk, purpose| {
        codes::export(desk, &query.table, &query.q, purpose)
    })
    .await
}

#[derive(Template)]
#[template(path = "codes/one.html")]
struct OnePage {
    shell: Shell,
    way: Vec<Crumb>,
    table: CountyTable,
    entry: Entry,
    history: Vec<Past>,
    may_write: bool,
    typed: ChangeForm,
    errors: Errors,
}

impl OnePage {
    fn seen(&self) -> usize {
        self.entry.held.as_ref().map_or(0, |held| held.versions)
    }

    fn has_end(&self) -> bool {
        self.entry.held.as_ref().is_some_and(|held| held.until.is_some())
    }

    fn state(&self) -> (&'static str, Tone) {
        match &self.entry.held {
            Some(held) if held.in_use && held.until.is_none() => ("在用", Tone::Good),
            Some(held) if held.in_use => ("将停用", Tone::Due),
            Some(held) if held.coming.is_some() && held.since.is_none() => ("还没到日子", Tone::Plain),
            _ => ("已停用", Tone::Plain),
        }
    }
}

/// A table that the county keeps; any other is not there.
fn county_table(key: &str) -> Result<CountyTable, Refused> {
    CountyTable::from_code(key).ok_or_else(|| Refused::denied(Action::ReadCodes, "code", ""))
}

async fn one(
    State(app): State<App>,
    session: Session,
    Path((table, code)): Path<(String, String)>,
) -> Result<Response, Failed> {
    let table = county_table(&table)?;
    code_page(&app, &session, table, code, ChangeForm::default(), Errors::new()).await
}

async fn code_page(
    app: &App,
    session: &Session,
    table: CountyTable,
    code: String,
    typed: ChangeForm,
    errors: Errors,
) -> Result<Response, Failed> {
    let (entry, history) = app
        .read(session, move |desk| {
            let found = codes::find(desk, table.code(), "")?;
            let mut entries = found.into_iter().flat_map(|table| table.entries);
            let entry = entries.find(|entry| entry.code == code);
            let entry = entry.ok_or_else(|| Refused::denied(Action::ReadCodes, "code", ""))?;
            let history = codes::history(desk, table, &entry.code)?;
            Ok((entry, history))
        })
        .await?;
    let refused = errors.any();
    let mut response = html(&OnePage {
        shell: app.shell(session, "/codes").await?,
        way: vec![
            Crumb { label: "代码表".to_owned(), href: Some("/codes".to_owned()) },
            Crumb { label: table.label().to_owned(), href: Some(with("/codes", &[("table", table.code())])) },
            Crumb { label: entry.label.clone(), href: None },
        ],
        table,
        entry,
        history,
        may_write: shows(session, Action::WriteCodes),
        typed,
        errors,
    });
    if refused {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct ChangeForm {
    act: String,
    code: String,
    label: String,
    basis: String,
    from: String,
    why: String,
    seen: usize,
}

async fn keep(
    State(app): State<App>,
    session: Session,
    Path(table): Path<String>,
    Form(form): Form<ChangeForm>,
) -> Result<Response, Failed> {
    let table = county_table(&table)?;
    let typed = form.clone();
    let done = app
        .write(&session, move |desk| {
            let from = match typed.from.trim() {
                "" => desk.now.day(),
                text => text.parse::<Date>().map_err(|_| Refused::field("from", "请填日期，如2026-12-01"))?,
            };
            let change = Change {
                table,
                act: typed.act.clone(),
                code: typed.code.trim().to_owned(),
                label: typed.label.clone(),
                basis: typed.basis.clone(),
                from,
                why: typed.why.clone(),
                seen: typed.seen,
            };
            codes::keep(desk, &change)
        })
        .await;
    let adds = form.act == "add";
    match done {
        Ok(()) if adds => Ok(see_other(&with("/codes", &[("table", table.code())]))),
        Ok(()) => Ok(see_other(&format!("/codes/{}/{}", table.code(), encoded(form.code.trim())))),
        Err(failed) => {
            let errors = failed.errors()?;
            if adds {
                let query = CodesQuery { table: table.code().to_owned(), q: String::new() };
                return shown(&app, &session, query, form, errors).await;
            }
            let code = form.code.trim().to_owned();
            code_page(&app, &session, table, code, form, errors).await
        }
    }
}
