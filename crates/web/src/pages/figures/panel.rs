//! The goal panel: every figure with its target, numerator, denominator, date and definition; the frozen reports; the yearbook's numbers.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::figures::{self, Audience, Entry, Line, Snapshot, Verdict, audience};
use rules::access::{Action, Subject, may};
use rules::age::{school_year, school_year_label};
use rules::figures::{Definition, Figure};
use serde::Deserialize;

use super::{Told, nothing, target_of, told};
use crate::app::App;
use crate::failed::Failed;
use crate::look::{Choice, Empty, Errors, Head, Shell, Tone, filters};
use crate::route::html;
use crate::session::Session;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    at: Option<i64>,
    check: String,
    said: String,
}

/// What was typed into one of the two forms, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed {
    pub(super) label: String,
    pub(super) school_year: String,
    pub(super) part: String,
    pub(super) whole: String,
    pub(super) source: String,
}

/// A figure on the panel.
struct Shown {
    key: &'static str,
    label: &'static str,
    /// 全县, or the reader's own unit.
    of: String,
    told: Told,
    target: String,
    /// The county's number, where the own one stands first.
    whole: Option<String>,
    definition: Definition,
    /// Why it cannot be computed, and what is needed for it.
    cannot: String,
}

#[derive(Template)]
#[template(path = "figures/panel.html")]
struct PanelPage {
    shell: Shell,
    /// As of when.
    sub: String,
    freeze_hint: String,
    snapshot: Option<Snapshot>,
    choices: Vec<Choice>,
    shown: Vec<Shown>,
    may_freeze: bool,
    may_lead: bool,
    names: bool,
    frozen: Vec<Snapshot>,
    frozen_heads: [Head; 4],
    may_enter: bool,
    entries: Vec<Entry>,
    entry_heads: [Head; 4],
    verdict: Option<Verdict>,
    notice: String,
    said: Option<(String, String)>,
    errors: Errors,
    typed: Typed,
    empty: Empty,
}

impl PanelPage {
    fn year(&self, one: &Entry) -> String {
        school_year_label(one.school_year)
    }

    /// The frozen one before it, to compare with.
    fn before(&self, at: &usize) -> Option<i64> {
        self.frozen.get(at + 1).map(|one| one.number)
    }
}

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Failed> {
    let typed = Typed { school_year: school_year(app.now().day()).to_string(), ..Typed::default() };
    show(&app, &session, &asked, (None, Errors::new(), typed), StatusCode::OK).await
}

pub(super) async fn show(
    app: &App,
    session: &Session,
    asked: &Asked,
    (said, errors, typed): (Option<(String, String)>, Errors, Typed),
    status: StatusCode,
) -> Result<Response, Failed> {
    let (at, check) = (asked.at, asked.check == "1");
    let (panel, all, entries, verdict) = app
        .look(session, move |desk| {
            let panel = figures::panel(desk, at)?;
            let verdict = match &panel.snapshot {
                Some(snapshot) if check => figures::verify(desk, snapshot.number)?,
                _ => None,
            };
            Ok((panel, figures::snapshots(desk)?, figures::entries(desk)?, verdict))
        })
        .await?;
    if at.is_some() && panel.snapshot.is_none() {
        return Err(nothing());
    }
    let who = session.who();
    let right = |action| may(&who.actor, action, &Subject::Nothing).is_ok();
    let names = audience(&who.actor) != Audience::Outside;
    let now = panel.snapshot.as_ref().map(|one| one.number.to_string()).unwrap_or_default();
    let choices = all.iter().map(|one| Choice::new(one.number.to_string(), label(one), &now)).collect();
    let mut shown: Vec<Shown> = panel.lines.iter().map(|line| figure(line, app)).collect();
    if panel.snapshot.is_some() {
        shown.insert(shown.len().min(4), yearbook(&entries, app));
    }
    let sub = panel.snapshot.as_ref().map_or_else(String::new, |one| {
        let hour = one.taken_at.get(11..16).unwrap_or_default();
        format!("截至{}，{hour}算的，口径第{}版", one.day, one.version)
    });
    let page = PanelPage {
        shell: app.shell(session, "/figures").await?,
        sub,
        freeze_hint: panel
            .snapshot
            .as_ref()
            .map_or_else(String::new, |one| format!("如：月报 2026-11；冻结的是截至{}的快照", one.day)),
        choices,
        shown,
        may_freeze: right(Action::FreezeFigures),
        may_lead: right(Action::SeeLeader),
        names,
        frozen: all.into_iter().filter(|one| one.frozen.is_some()).collect(),
        frozen_heads: [
            Head::text("名称"),
            Head::text("截至"),
            Head::text("谁冻结的"),
            Head::text("看什么变了"),
        ],
        may_enter: right(Action::WriteYearbook),
        entries,
        entry_heads: [
            Head::text("学年"),
            Head::number("巩固率"),
            Head::text("九年级÷当年一年级"),
            Head::text("来源"),
        ],
        verdict,
        notice: match asked.said.as_str() {
            "renew" => "已经安排更新，一两分钟后刷新本页。".to_owned(),
            "frozen" => "已冻结。这份快照的数和名单不再变动。".to_owned(),
            "entered" => "已登记年报数。".to_owned(),
            _ => String::new(),
        },
        said,
        errors,
        typed,
        empty: Empty {
            why: if names { "还没有指标快照。" } else { "还没有冻结的指标。" }.to_owned(),
            what_to_do: if names {
                "每天夜里3点算一遍；专班、教体局可以点“马上更新”。"
            } else {
                "专班、教体局冻结月报以后，成员单位可以在这里看到。"
            }
            .to_owned(),
            act: None,
        },
        snapshot: panel.snapshot,
    };
    Ok((status, html(&page)).into_response())
}

/// What a snapshot is called in a list.
pub(super) fn label(one: &Snapshot) -> String {
    match &one.frozen {
        Some(frozen) => format!("{}（截至{}）", frozen.label, one.day),
        None => format!("最近一次（截至{}）", one.day),
    }
}

fn figure(line: &Line, app: &App) -> Shown {
    let figure = line.figure;
    let nothing = rules::figures::Counts::default();
    let whole = line.whole.as_ref().map(|whole| told(figure, whole.counts, app.plan()));
    let own = line.own.first().map(|own| (own.name.clone(), told(figure, own.counts, app.plan())));
    let shown_whole = own.as_ref().and(whole.as_ref()).map(|whole| whole.rate.clone());
    let county = app.plan().county().short.clone();
    let (of, told) = match (own, whole) {
        (Some(own), _) => own,
        (None, Some(whole)) => (county, whole),
        (None, None) => (county, told(figure, Some(nothing), app.plan())),
    };
    let empty = told.rate == "—";
    Shown {
        key: figure.code(),
        label: figure.label(),
        of,
        target: target_of(figure, app.plan()).map(|(_, words)| words).unwrap_or_default(),
        whole: shown_whole,
        definition: figure.definition(),
        cannot: if empty { cannot(figure, app) } else { String::new() },
        told,
    }
}

/// Why nothing is counted, and what would have to be there.
fn cannot(figure: Figure, app: &App) -> String {
    let year = school_year(app.now().day()).saturating_sub(8);
    match figure {
        Figure::Retention => format!(
            "台账里没有{}学年一年级的花名册，按人算不出来。系统从启用那年起记下每届一年级的名单，{}年后就能按人算；现在请登记年报的两个数。要提前按人算，需要全国学籍系统{}学年一年级的学籍名单。",
            school_year_label(year),
            8,
            school_year_label(year)
        ),
        Figure::Disability => "台账里没有登记残疾儿童少年；请导入残联名单，或者在孩子档案里登记。".to_owned(),
        Figure::Return | Figure::Kept => "本学年还没有个案到期。".to_owned(),
        Figure::Found | Figure::Reported => "本学年还没有满三天的无故缺课。".to_owned(),
        _ => "台账里没有这样的孩子；请先导入户籍和学籍名单。".to_owned(),
    }
}

fn yearbook(entries: &[Entry], app: &App) -> Shown {
    let figure = Figure::Yearbook;
    let year = school_year(app.now().day());
    let latest = entries.first();
    let (target, tone) =
        latest.map_or((String::new(), Tone::Plain), |one| super::reached(figure, one.rate, app.plan()));
    let rate = latest.map_or_else(|| "—".to_owned(), |one| one.rate.to_string());
    let parts = latest.map_or_else(String::new, |one| {
        format!(
            "{}学年：{}÷{}，来源：{}",
            school_year_label(one.school_year),
            one.rate.part,
            one.rate.whole,
            one.source
        )
    });
    Shown {
        key: figure.code(),
        label: figure.label(),
        of: app.plan().county().short.clone(),
        told: Told { rate, parts, apart: String::new(), listed: None, target, tone },
        target: target_of(figure, app.plan()).map(|(_, words)| words).unwrap_or_default(),
        whole: None,
        definition: figure.definition(),
        cannot: if latest.is_some() {
            String::new()
        } else {
            format!("还没有登记{}学年的年报数；教体局在本页下方登记两个数和来源。", school_year_label(year))
        },
    }
}
