//! `/leader`: the leader's page, of the county or of one township: how many, where, whose move it is and since when, how long until a return, why,
//! what was done in time, and where the year stands. Each number opens names. It ranks no school and no person (五(十二)).

mod charts;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use casework::cases::{self, CaseLine, Turn, Waiting};
use casework::figures::{self, Snapshot, leads};
use jiff::civil::Date;
use rules::access::{Action, Role};
use rules::age::school_year;
use rules::case::State as Stand;
use rules::figures::{Counts, Curve, Figure};
use serde::Deserialize;

use self::charts::{Plot, Town, Year, plot, town, year};
use super::figures::{rate_of, reached};
use crate::app::App;
use crate::failed::Failed;
use crate::look::{Crumb, Empty, Head, Pager, Shell, Stat, Tone, filters};
use crate::pages::address::Address;
use crate::route::{Policy, Route, encoded, html};
use crate::session::Session;

pub(crate) fn routes() -> Vec<Route> {
    let needs = Policy::Needs(Action::SeeLeader);
    vec![Route::get("/leader", needs, page), Route::get("/leader/cases", needs, list)]
}

/// A bar with its words: what, how many, where that leads, how long of a hundred.
struct Bar {
    label: String,
    many: u64,
    href: String,
    wide: u64,
}

/// What changed of a figure since the last report.
struct Since {
    label: &'static str,
    /// 适龄不在学3名变成在学.
    turns: Vec<String>,
    many: u64,
    href: String,
}

/// A task of the year's round.
struct Task {
    title: String,
    when: String,
    who: String,
    basis: String,
    now: bool,
}

#[derive(Template)]
#[template(path = "leader/page.html")]
struct LeaderPage {
    shell: Shell,
    title: String,
    snapshot: Option<Snapshot>,
    stats: Vec<Stat>,
    towns: Vec<Town>,
    turns: Vec<(Turn, String)>,
    turn_heads: [Head; 4],
    states: Vec<(Bar, String)>,
    steps: Vec<Bar>,
    since: Vec<Since>,
    since_heads: [Head; 3],
    curve: Curve,
    plot: Plot,
    causes: Vec<Bar>,
    tasks: Vec<Task>,
    task_heads: [Head; 3],
    year: Year,
    nobody: Empty,
}

/// What stands in a bar of these, the longest a hundred wide.
fn bars(all: Vec<(String, u64, String)>) -> Vec<Bar> {
    let most = all.iter().map(|(_, many, _)| *many).max().unwrap_or(0).max(1);
    all.into_iter().map(|(label, many, href)| Bar { label, many, href, wide: many * 100 / most }).collect()
}

async fn page(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let own = leads(&session.who().actor);
    let unit = own.clone();
    let county = app.county().to_owned();
    let (panel, tiles, curve, causes, turns, states, steps, since) = app
        .look(&session, move |desk| {
            let panel = figures::panel(desk, None)?;
            let number = panel.snapshot.as_ref().map_or(0, |one| one.number);
            let of = unit.as_deref().unwrap_or(&county);
            Ok((
                panel,
                figures::county_tiles(desk, number, unit.as_deref())?,
                figures::returns(desk, number, of)?,
                figures::causes(desk, number, of)?,
                cases::turns(desk)?,
                cases::states(desk)?,
                figures::steps(desk, number, of)?,
                figures::since(desk, number, of)?,
            ))
        })
        .await?;
    let counts = |figure: Figure| {
        let line = panel.lines.iter().find(|line| line.figure == figure)?;
        let found = match &own {
            Some(unit) => line.own.iter().find(|one| one.unit == *unit),
            None => line.whole.as_ref(),
        };
        found?.counts
    };
    let open: u64 = turns.iter().map(|turn| turn.many).sum();
    let late: u64 = turns.iter().map(|turn| turn.late).sum();
    let mut stats = vec![
        out(counts(Figure::InSchool), own.as_deref()),
        number("在办个案", open, "件", "/leader/cases", Tone::Plain),
        number(
            "超期的个案",
            late,
            "件",
            "/leader/cases?late=1",
            if late > 0 { Tone::Late } else { Tone::Good },
        ),
    ];
    for figure in [
        Figure::Enrolment,
        Figure::Retention,
        Figure::Junior,
        Figure::Return,
        Figure::Found,
        Figure::Reported,
        Figure::Kept,
    ] {
        stats.extend(counts(figure).map(|counts| rate(figure, counts, &app)));
    }
    let name = tiles.first().filter(|_| own.is_some()).map(|(town, _)| town.name.clone());
    let place = name.unwrap_or_else(|| app.plan().county().short.clone());
    let many = |counts: Option<Counts>| counts.map_or(0, |counts| counts.outs + counts.apart);
    let towns = tiles
        .into_iter()
        .map(|(one, villages)| {
            let villages = villages
                .into_iter()
                .map(|village| {
                    let href = format!("/figures/in_school?village={}", encoded(&village.unit));
                    (village.name, many(village.counts), href)
                })
                .collect();
            let href = format!("/figures/in_school?township={}", encoded(&one.unit));
            town(one.name, many(one.counts), href, villages)
        })
        .collect();
    let oldest: Vec<String> = states.iter().map(|(.., since)| since.clone()).collect();
    let states = states
        .into_iter()
        .map(|(state, many, _)| {
            (state.label().to_owned(), many, format!("/leader/cases?state={}", state.code()))
        })
        .collect();
    let at = own.as_deref().map_or_else(String::new, |unit| format!("&township={}", encoded(unit)));
    let causes = causes
        .into_iter()
        .map(|(code, label, many)| {
            let code = if code.is_empty() { "none" } else { &code };
            (label, many, format!("/figures/returned?cause={}{at}", encoded(code)))
        })
        .collect();
    let steps = steps
        .into_iter()
        .map(|(step, many)| {
            (step.label().to_owned(), many, format!("/figures/returned?step={}{at}", step.code()))
        })
        .collect();
    let latest = panel.snapshot.as_ref().map_or(0, |one| one.number);
    let since = since
        .into_iter()
        .map(|one| Since {
            label: one.figure.label(),
            many: one.turns.iter().map(|turn| turn.many).sum(),
            href: format!("/figures/{}/changes?from={}&to={latest}", one.figure.code(), one.from),
            turns: one.turns.iter().map(turned).collect(),
        })
        .collect();
    let turns = turns
        .into_iter()
        .map(|turn| {
            let href = format!("/leader/cases?role={}&unit={}", encoded(&turn.role), encoded(&turn.unit));
            (turn, href)
        })
        .collect();
    let today = app.now().day();
    Ok(html(&LeaderPage {
        shell: app.shell(&session, "/leader").await?,
        title: format!("{place}控辍保学一页"),
        snapshot: panel.snapshot,
        stats,
        towns,
        turns,
        turn_heads: [
            Head::text("轮到谁"),
            Head::number("个案"),
            Head::number("超期"),
            Head::text("最早从哪天起"),
        ],
        states: bars(states).into_iter().zip(oldest).collect(),
        steps: bars(steps),
        since,
        since_heads: [Head::text("指标"), Head::number("名"), Head::text("怎么变的")],
        plot: plot(&curve),
        curve,
        causes: bars(causes),
        tasks: tasks(&app, today),
        task_heads: [Head::text("做什么"), Head::text("几月"), Head::text("谁")],
        year: year(school_year(today), app.plan().calendar().terms(), today),
        nobody: Empty {
            why: "没有在办的个案。".to_owned(),
            what_to_do: "学校书面报告、比对认定后自动立案，会列在这里。".to_owned(),
            act: None,
        },
    }))
}

/// A turn in words.
fn turned(turn: &figures::Turn) -> String {
    format!("{}→{} {}名", turn.was.label(), turn.is.label(), turn.many)
}

fn number(label: &str, many: u64, unit: &'static str, href: &str, tone: Tone) -> Stat {
    Stat {
        label: label.to_owned(),
        value: many.to_string(),
        unit,
        note: "现在".to_owned(),
        href: Some(href.to_owned()),
        tone,
        target: None,
    }
}

/// Who should be in school and is not.
fn out(counts: Option<Counts>, own: Option<&str>) -> Stat {
    let counts = counts.unwrap_or_default();
    let many = counts.outs + counts.apart;
    let at = own.map_or_else(String::new, |unit| format!("?township={}", encoded(unit)));
    Stat {
        label: "适龄不在学".to_owned(),
        value: many.to_string(),
        unit: "名",
        note: format!("其中休学、延缓入学{}名；适龄{}名", counts.apart, counts.whole()),
        href: Some(format!("/figures/in_school{at}")),
        tone: if many > 0 { Tone::Due } else { Tone::Good },
        target: None,
    }
}

fn rate(figure: Figure, counts: Counts, app: &App) -> Stat {
    let (words, tone) = reached(figure, counts.rate(), app.plan());
    let target = app.plan().target(figure.definition().target);
    Stat {
        label: target.map_or_else(
            || figure.label().to_owned(),
            |target| format!("{}（目标{}%）", figure.label(), target.percent),
        ),
        value: rate_of(figure, counts.rate()).trim_end_matches('%').to_owned(),
        unit: "%",
        note: [words, format!("{}÷{}", counts.ins, counts.whole())]
            .into_iter()
            .filter(|words| !words.is_empty())
            .collect::<Vec<_>>()
            .join("；"),
        href: Some(format!("/figures/{}", figure.code())),
        tone,
        target: None,
    }
}

/// What the plan wants done this month, and what comes next.
fn tasks(app: &App, today: Date) -> Vec<Task> {
    let ahead = |month: i8| (month - today.month()).rem_euclid(12);
    let mut all: Vec<(i8, Task)> = app
        .plan()
        .seasons()
        .iter()
        .filter_map(|season| {
            let next = season.months.iter().map(|month| ahead(*month)).min()?;
            let months: Vec<String> = season.months.iter().map(|month| format!("{month}月")).collect();
            let task = Task {
                title: season.title.clone(),
                when: months.join("、"),
                who: season.who.clone(),
                basis: season.basis.cited(),
                now: next == 0,
            };
            Some((next, task))
        })
        .collect();
    all.sort_by_key(|(next, _)| *next);
    all.into_iter().map(|(_, task)| task).collect()
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Asked {
    role: String,
    unit: String,
    state: String,
    late: String,
    after: String,
}

#[derive(Template)]
#[template(path = "leader/cases.html")]
struct CasesPage {
    shell: Shell,
    way: [Crumb; 2],
    title: String,
    rows: Vec<CaseLine>,
    heads: [Head; 4],
    pager: Pager,
    empty: Empty,
    today: Date,
}

impl CasesPage {
    fn left(&self, due: &str) -> (i64, Tone) {
        let day: Option<Date> = due.get(..10).and_then(|day| day.parse().ok());
        let days =
            day.and_then(|day| day.since(self.today).ok()).map_or(0, |span| i64::from(span.get_days()));
        (days, Tone::of_days_left(days))
    }
}

async fn list(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Failed> {
    let which = Waiting {
        role: asked.role.clone(),
        unit: asked.unit.clone(),
        state: Stand::from_code(&asked.state),
        late: asked.late == "1",
    };
    let after = asked.after.clone();
    let title = match (which.state, Role::from_code(&asked.role), which.late) {
        (Some(state), _, _) => format!("个案：{}", state.label()),
        (None, Some(_), _) => "轮到一个单位的个案".to_owned(),
        (None, None, true) => "超期的个案".to_owned(),
        (None, None, false) => "在办个案".to_owned(),
    };
    let (rows, more) =
        app.look(&session, move |desk| cases::waiting(desk, &which, after.rsplit_once('.'))).await?;
    let kept = [
        ("role", asked.role.as_str()),
        ("unit", &asked.unit),
        ("state", &asked.state),
        ("late", &asked.late),
    ];
    let next = rows.last().filter(|_| more).map(|last| format!("{}.{}", last.due, last.id));
    Ok(html(&CasesPage {
        shell: app.shell(&session, "/leader").await?,
        way: [
            Crumb { label: "领导一页".to_owned(), href: Some("/leader".to_owned()) },
            Crumb { label: title.clone(), href: None },
        ],
        title,
        heads: [
            Head::text("孩子"),
            Head::text("办到哪一步"),
            Head::text("轮到谁、办什么"),
            Head::text("期限"),
        ],
        pager: Address::new("/leader/cases", &kept).pager(
            ("after", &asked.after),
            next.as_deref(),
            rows.len(),
            "件",
        ),
        rows,
        empty: Empty {
            why: "没有这样的个案。".to_owned(),
            what_to_do: "数是打开领导一页那一刻的，可能刚刚办过。".to_owned(),
            act: None,
        },
        today: app.now().day(),
    }))
}
