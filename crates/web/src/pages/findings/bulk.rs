//! `/findings/bulk`: what is done with everything that a filter finds. The page says how many; the act refuses when it is
//! another number by then (capability 53, R2-3629).

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::Response;
use casework::campaign::{self, Matching, To};
use casework::refused::Refused;
use jiff::ToSpan;
use serde::Deserialize;

use super::list::FindingsQuery;
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Crumb, Errors, Shell, Tone, filters};
use crate::route::html;
use crate::session::Session;

#[derive(Template)]
#[template(path = "findings/bulk.html")]
struct Page {
    shell: Shell,
    way: Vec<Crumb>,
    matching: Matching,
    words: String,
    keep: Vec<(&'static str, String)>,
    /// To whom, how many, and what its button says.
    to: Vec<(To, i64)>,
    due: String,
    today: String,
    note: String,
    back: String,
    /// The same filter, of what was handed over.
    handed: String,
    errors: Errors,
    done: Option<(&'static str, i64)>,
}

/// What was done, for the page after it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Done {
    assigned: i64,
    reminded: i64,
}

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<FindingsQuery>,
    Query(done): Query<Done>,
) -> Result<Response, Failed> {
    let done = match (done.assigned, done.reminded) {
        (1.., _) => Some(("已经交办", done.assigned)),
        (_, 1..) => Some(("已经催办", done.reminded)),
        _ => None,
    };
    shown(&app, &session, &asked, (String::new(), String::new()), (Errors::new(), done)).await
}

async fn shown(
    app: &App,
    session: &Session,
    asked: &FindingsQuery,
    (due, note): (String, String),
    (errors, done): (Errors, Option<(&'static str, i64)>),
) -> Result<Response, Failed> {
    let query = asked.query();
    let matching = app.read(session, move |desk| campaign::matching(desk, &query)).await?;
    let today = app.now().day();
    Ok(html(&Page {
        shell: app.shell(session, "/findings").await?,
        way: vec![
            Crumb { label: "比对核查".to_owned(), href: Some(asked.href("/findings", "", "")) },
            Crumb { label: "批量办理".to_owned(), href: None },
        ],
        words: asked.words(app),
        keep: asked.pairs(),
        to: To::ALL.into_iter().zip(matching.to).filter(|(_, count)| *count > 0).collect(),
        matching,
        due: if due.is_empty() { today.saturating_add(5.days()).to_string() } else { due },
        today: today.to_string(),
        note,
        back: asked.href("/findings", "", ""),
        handed: FindingsQuery { state: "assigned".to_owned(), ..asked.clone() }.href(
            "/findings/bulk",
            "",
            "",
        ),
        errors,
        done,
    }))
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct AssignForm {
    to: String,
    due: String,
    #[serde(default)]
    note: String,
}

/// The value of a choice of to whom: the unit and how many were said.
fn to(text: &str) -> Option<(To, i64)> {
    let (to, count) = text.split_once('~')?;
    Some((To::from_code(to)?, count.parse().ok()?))
}

pub(super) async fn assign(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<FindingsQuery>,
    Form(form): Form<AssignForm>,
) -> Result<Response, Failed> {
    let (query, own) = (asked.query(), form.clone());
    let done = app
        .write(&session, move |desk| {
            let (to, expected) = to(&own.to).ok_or_else(|| Refused::field("to", "请选择交给谁"))?;
            let due = rules::date::parse_date(&own.due)
                .map_err(|_| Refused::field("due", "请写期限，如 2026-11-27"))?;
            campaign::assign_all(desk, &query, (to, due), &own.note, expected)
        })
        .await;
    match done {
        Ok(count) => Ok(see_other(&said(&asked, "assigned", count))),
        Err(failed) => {
            let errors = failed.errors()?;
            let mut response = shown(&app, &session, &asked, (form.due, form.note), (errors, None)).await?;
            *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct RemindForm {
    expected: i64,
}

pub(super) async fn remind(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<FindingsQuery>,
    Form(form): Form<RemindForm>,
) -> Result<Response, Failed> {
    let query = asked.query();
    let count = app.write(&session, move |desk| campaign::remind_all(desk, &query, form.expected)).await?;
    Ok(see_other(&said(&asked, "reminded", count)))
}

fn said(asked: &FindingsQuery, what: &str, count: i64) -> String {
    let back = asked.href("/findings/bulk", "", "");
    let sign = if back.contains('?') { '&' } else { '?' };
    format!("{back}{sign}{what}={count}")
}

impl Page {
    /// The address of an act with the same filter.
    fn act(&self, what: &str) -> String {
        let pairs: Vec<String> = self
            .keep
            .iter()
            .map(|(name, value)| format!("{name}={}", crate::route::encoded(value)))
            .collect();
        let path = format!("/findings/bulk/{what}");
        if pairs.is_empty() { path } else { format!("{path}?{}", pairs.join("&")) }
    }

    fn choices(&self) -> Vec<Choice> {
        let first = self.to.first().map(|(to, count)| format!("{}~{count}", to.code())).unwrap_or_default();
        let one = |(to, count): &(To, i64)| {
            Choice::new(format!("{}~{count}", to.code()), format!("{}：{count} 条", to.label()), &first)
        };
        self.to.iter().map(one).collect()
    }
}
