//! One report: its numbers with what each means, its words, the one step that comes next, its versions and files.

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Response};
use casework::regular::{self, ReportFile, Words};
use rules::access::Action;
use rules::regular::{Act, Kind, Recheck, Stand, Table, Why};
use serde::Deserialize;

use super::tone;
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Crumb, Head, Shell, Taking, Tone, filters};
use crate::pages::conference::{Told, told};
use crate::pages::exports::taking;
use crate::route::{encoded, html};
use crate::session::Session;

/// What was typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    situation: String,
    problems: String,
    next: String,
    zero: String,
    why: String,
    result: String,
    words: String,
}

impl Sent {
    fn written(&self) -> Words {
        Words { situation: self.situation.clone(), problems: self.problems.clone(), next: self.next.clone() }
    }
}

#[derive(Template)]
#[template(path = "regular/one.html")]
struct OnePage {
    shell: Shell,
    way: [Crumb; 2],
    one: ReportFile,
    heads: [Head; 4],
    named_heads: [Head; 2],
    change_heads: [Head; 3],
    results: Vec<Choice>,
    taking: Option<Taking>,
    sent: Sent,
    told: Told,
}

impl OnePage {
    fn tone(&self) -> Tone {
        tone(self.one.line.stand)
    }

    fn is_open(&self) -> bool {
        self.one.may_write && matches!(self.one.line.stand, Stand::Draft | Stand::Returned)
    }

    /// The lines of a table, each cell with its heading.
    fn cells<'t>(&self, table: &'t Table) -> Vec<Vec<(&'t str, &'t str)>> {
        let with = |row: &'t Vec<String>| {
            table.heads.iter().zip(row).map(|(head, cell)| (head.as_str(), cell.as_str())).collect()
        };
        table.rows.iter().map(with).collect()
    }

    /// What was written, with its headings.
    fn texts(&self) -> Vec<(&'static str, &str)> {
        let words = &self.one.words;
        let all = [
            ("工作情况", words.situation.as_str()),
            ("存在问题", words.problems.as_str()),
            ("下一步工作", words.next.as_str()),
        ];
        all.into_iter().filter(|(_, text)| !text.is_empty()).collect()
    }

    fn is_school(&self) -> bool {
        self.one.line.kind == Kind::SchoolMonth
    }

    fn why(&self, why: &[Why]) -> String {
        if why.is_empty() {
            return "不在名单上".to_owned();
        }
        let words: Vec<&str> = why.iter().copied().map(Why::label).collect();
        words.join("、")
    }

    /// The digest in groups of eight.
    fn digest(&self) -> String {
        let signs: Vec<char> = self.one.digest.chars().collect();
        let parts: Vec<String> = signs.chunks(8).map(|part| part.iter().collect()).collect();
        parts.join(" ")
    }
}

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    show(&app, &session, id, None, Told::default()).await
}

async fn show(
    app: &App,
    session: &Session,
    id: String,
    sent: Option<Sent>,
    told: Told,
) -> Result<Response, Failed> {
    let own = id.clone();
    let one = app.look(session, move |desk| regular::report(desk, &own)).await?;
    let words = &one.words;
    let sent = sent.unwrap_or_else(|| Sent {
        situation: words.situation.clone(),
        problems: words.problems.clone(),
        next: words.next.clone(),
        ..Sent::default()
    });
    let has_names = one.line.kind == Kind::SchoolMonth && !one.named.is_empty();
    let taking =
        taking(session, Action::ExportChildren, "/regular/annex", &[("report", &id)]).filter(|_| has_names);
    let status = told.status;
    let title = format!("{}{}", one.period, one.line.kind.label());
    let page = OnePage {
        shell: app.shell(session, "/regular").await?,
        way: [
            Crumb { label: "常态化报告".to_owned(), href: Some("/regular".to_owned()) },
            Crumb { label: title, href: None },
        ],
        heads: [Head::text("项目"), Head::number("本期"), Head::number("上期"), Head::text("怎么算")],
        named_heads: [Head::text("学生"), Head::text("情况")],
        change_heads: [Head::text("学生"), Head::text("上期"), Head::text("本期")],
        results: Recheck::ALL.iter().map(|one| Choice::new(one.code(), one.label(), &sent.result)).collect(),
        taking,
        one,
        sent,
        told,
    };
    Ok((status, html(&page)).into_response())
}

async fn after(
    app: &App,
    session: &Session,
    id: String,
    sent: Option<Sent>,
    done: Result<(), Failed>,
) -> Result<Response, Failed> {
    match done {
        Ok(()) => Ok(see_other(&format!("/regular/{}", encoded(&id)))),
        Err(failed) => show(app, session, id, sent, told(failed)?).await,
    }
}

pub(super) async fn redraft(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let own = id.clone();
    let done = app.write(&session, move |desk| regular::redraft(desk, &own)).await;
    after(&app, &session, id, None, done).await
}

pub(super) async fn write(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (own, words) = (id.clone(), sent.written());
    let done = app.write(&session, move |desk| regular::write(desk, &own, &words)).await;
    after(&app, &session, id, Some(sent), done).await
}

pub(super) async fn submit(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (own, words, zero) = (id.clone(), sent.written(), sent.zero == "1");
    let done = app.write(&session, move |desk| regular::submit(desk, &own, &words, zero)).await;
    after(&app, &session, id, Some(sent), done).await
}

async fn reviewed(app: App, session: Session, id: String, act: Act, sent: Sent) -> Result<Response, Failed> {
    let (own, why) = (id.clone(), sent.why.clone());
    let done = app.write(&session, move |desk| regular::review(desk, &own, act, &why)).await;
    after(&app, &session, id, Some(sent), done).await
}

pub(super) async fn accept(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    reviewed(app, session, id, Act::Accept, Sent::default()).await
}

pub(super) async fn give_back(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    reviewed(app, session, id, Act::Return, sent).await
}

pub(super) async fn correct(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (own, why) = (id.clone(), sent.why.clone());
    match app.write(&session, move |desk| regular::correct(desk, &own, &why)).await {
        Ok(new) => Ok(see_other(&format!("/regular/{}", encoded(&new)))),
        Err(failed) => show(&app, &session, id, Some(sent), told(failed)?).await,
    }
}

pub(super) async fn recheck(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (own, result, words) = (id.clone(), Recheck::from_code(&sent.result), sent.words.clone());
    let done = app.write(&session, move |desk| regular::recheck(desk, &own, result, &words)).await;
    after(&app, &session, id, Some(sent), done).await
}
