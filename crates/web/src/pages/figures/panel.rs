//! The goal panel: every figure with its target, numerator, denominator, date and definition; the frozen reports; the yearbook's numbers.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::figures::{self, Audience, Entry, Line, Snapshot, Verdict, audience};
use rules::access::{Action, Subject, may};
use rules::age::{school_year, school_year_label};
use rules::figures::{Cohort, Definition, Figure, TERMS, first_year};
use serde::Deserialize;

use super::{Told, nothing, rate_of, target_of, told};
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
    pub(super) figure: String,
    pub(super) school_year: String,
    pub(super) part: String,
    pub(super) whole: String,
    /// In the order of [`TERMS`].
    pub(super) terms: [String; 9],
    pub(super) source: String,
}

/// The names of the nine fields of 辍学率, in the order of [`TERMS`].
const FIELDS: [&str; 9] =
    ["before", "entered", "resumed", "moved_in", "finished", "suspended", "moved_out", "dead", "now"];

/// A field for a number of the yearbook.
struct Term {
    name: &'static str,
    label: &'static str,
    value: String,
    /// What is wrong with all nine stands at the first.
    error: String,
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
    entry_heads: [Head; 5],
    /// The two that are ratios of two numbers.
    by_two: Vec<Choice>,
    /// Those of nine numbers: one stage, the other, both together.
    by_nine: Vec<Choice>,
    /// Which of the two forms is open: what was typed there was not taken.
    open_two: bool,
    open_nine: bool,
    terms: Vec<Term>,
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

    fn rate(&self, one: &Entry) -> String {
        rate_of(one.figure, one.rate)
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
        // 初中三年 stands behind 九年, both stages behind the whole, and each of the yearbook beside the one that goes by names.
        for (figure, behind) in [
            (Figure::Junior, Figure::Retention),
            (Figure::DropoutJunior, Figure::Dropout),
            (Figure::DropoutPrimary, Figure::Dropout),
        ] {
            let place = |key: Figure, shown: &[Shown]| shown.iter().position(|one| one.key == key.code());
            if let Some(at) = place(figure, &shown) {
                let one = shown.remove(at);
                shown.insert(place(behind, &shown).map_or(shown.len(), |at| at + 1), one);
            }
        }
        for (figure, beside) in [
            (Figure::Yearbook, Figure::Retention),
            (Figure::JuniorYearbook, Figure::Junior),
            (Figure::DropoutYearbook, Figure::Dropout),
            (Figure::DropoutPrimaryYearbook, Figure::DropoutPrimary),
            (Figure::DropoutJuniorYearbook, Figure::DropoutJunior),
        ] {
            let at = shown.iter().position(|one| one.key == beside.code());
            shown.insert(at.map_or(shown.len(), |at| at + 1), yearbook(figure, &entries, app));
        }
    }
    let sub = panel.snapshot.as_ref().map_or_else(String::new, |one| {
        let hour = one.taken_at.get(11..16).unwrap_or_default();
        format!("截至{}，{hour}算的，口径第{}版", one.day, one.version)
    });
    let is_of_nine = Figure::from_code(&typed.figure).is_some_and(Figure::is_of_nine);
    let is_wrong = errors.any() && errors.of("label").is_empty();
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
            Head::text("指标"),
            Head::text("学年"),
            Head::number("率"),
            Head::text("怎么算的"),
            Head::text("来源"),
        ],
        by_two: Vec::from(
            [Figure::Yearbook, Figure::JuniorYearbook]
                .map(|one| Choice::new(one.code(), one.label(), &typed.figure)),
        ),
        by_nine: Vec::from(
            [Figure::DropoutPrimaryYearbook, Figure::DropoutJuniorYearbook, Figure::DropoutYearbook]
                .map(|one| Choice::new(one.code(), one.label(), &typed.figure)),
        ),
        open_two: is_wrong && !is_of_nine,
        open_nine: is_wrong && is_of_nine,
        terms: FIELDS
            .into_iter()
            .zip(TERMS)
            .zip(typed.terms.clone())
            .map(|((name, label), value)| {
                let error = if name == "before" { errors.of("terms").to_owned() } else { String::new() };
                Term { name, label, value, error }
            })
            .collect(),
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
    let year = school_year(app.now().day());
    let without = |cohort: Cohort| {
        let label = school_year_label(first_year(cohort, year));
        let grade = cohort.label();
        format!(
            "没有{label}学年{grade}的花名册，按人算不出来。系统从启用那年起记下每届{grade}的名单；要现在就算，请教体局在“导入名单”里导入全国学籍系统{label}学年{grade}的名单，类型选“当年花名册名单”。"
        )
    };
    match figure {
        Figure::Retention => without(Cohort::First),
        Figure::Junior => without(Cohort::Seventh),
        Figure::Disability => "台账里没有登记残疾儿童少年；请导入残联名单，或者在孩子档案里登记。".to_owned(),
        Figure::Return | Figure::Kept => "本学年还没有个案到期。".to_owned(),
        Figure::Found | Figure::Reported => "本学年还没有满三天的无故缺课。".to_owned(),
        _ => "台账里没有这样的孩子；请先导入户籍和学籍名单。".to_owned(),
    }
}

fn yearbook(figure: Figure, entries: &[Entry], app: &App) -> Shown {
    let year = school_year(app.now().day());
    let latest = figures::holding(figure, entries);
    let latest = latest.as_ref();
    let (target, tone) =
        latest.map_or((String::new(), Tone::Plain), |one| super::reached(figure, one.rate, app.plan()));
    let rate = latest.map_or_else(|| "—".to_owned(), |one| rate_of(figure, one.rate));
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
            format!("还没有登记{}学年的年报数；教体局在本页下方登记数和来源。", school_year_label(year))
        },
    }
}
