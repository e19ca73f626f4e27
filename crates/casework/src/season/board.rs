//! 入学季 on one page: what is due in which month, how far it is, and where to go on; and what of it waits for somebody today.

use jiff::civil::Date;
use rules::access::{Action, Subject, may};
use rules::season::season_year;

use super::absent::{first_day, no_shows};
use super::leavers::transitions;
use super::notices::notices;
use super::open::{Season, season};
use super::place::plan;
use super::sweep::sweep;
use crate::desk::Desk;
use crate::refused::Refused;

/// A part of the season.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Month {
    /// What it is.
    pub title: String,
    /// In which months.
    pub when: String,
    /// Whether it is due now.
    pub is_now: bool,
    /// Who does it.
    pub who: String,
    /// Clause.
    pub clause: String,
    /// How far it is, in words.
    pub said: String,
    /// Of so many so many are done, where that can be counted.
    pub done: Option<(u32, u32)>,
    /// Where to go on.
    pub href: &'static str,
}

/// The season on one page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// The season.
    pub season: Season,
    /// Its parts, in order of the year.
    pub months: Vec<Month>,
    /// The first school day.
    pub first: Option<Date>,
    /// Whether the reader may open it.
    pub may_open: bool,
    /// Whether the reader decides on deferrals: how many wait.
    pub deferrals: Option<u32>,
}

fn months(all: &[i8]) -> String {
    match (all.iter().min(), all.iter().max()) {
        (Some(first), Some(last)) if first != last => format!("{first}—{last}月"),
        (Some(only), _) => format!("{only}月"),
        _ => String::new(),
    }
}

/// The board of the reader's part of the county.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn board(desk: &mut Desk<'_, '_>) -> Result<Board, Refused> {
    desk.require(Action::ReadSeason, &Subject::Nothing, ("season", ""))?;
    let season = season(desk)?;
    let today = desk.now.day();
    let first = first_day(desk, &season);
    let sweeps = may(desk.actor(), Action::SweepSeason, &Subject::Nothing).is_ok();
    let county = may(desk.actor(), Action::PlanSeason, &Subject::Nothing).is_ok();
    let lists = |desk: &Desk<'_, '_>| may(desk.actor(), Action::ListChildren, &Subject::Nothing).is_ok();
    let homes = lists(desk) && !desk.actor().posts.iter().all(|post| post.role == rules::access::Role::Head);
    let mut parts = Vec::new();
    let now = |all: &[i8]| today.year() == season.year && all.contains(&today.month());
    for rule in desk.plan.seasons() {
        let (href, said, done) = match rule.key.as_str() {
            "census" if homes || sweeps || county => {
                let level = sweep(desk, "")?;
                let (all, whole) = level.all;
                (
                    "/season/sweep",
                    format!("{all}个村民小组，{whole}个组的户和孩子都核实了"),
                    Some((whole, all)),
                )
            }
            "enrolment_plan" if homes || county => {
                let plan = plan(desk)?;
                let said = format!(
                    "一年级：{}；七年级：{}",
                    rules::season::said(plan.all.0),
                    rules::season::said(plan.all.1)
                );
                ("/season/plan", said, None)
            }
            "notices" if homes || sweeps || county => {
                let all = notices(desk, "")?;
                let waiting = match all.making {
                    Some((waiting, _)) if waiting > 0 => format!("；还有{waiting}名孩子没有通知书"),
                    _ => String::new(),
                };
                let (many, delivered) = (all.all.all(), all.all.delivered);
                let said = format!("做了{many}份，送达{delivered}份，没有送到{}份{waiting}", all.all.failed);
                ("/season/notices", said, (many > 0).then_some((delivered, many)))
            }
            _ => continue,
        };
        parts.push(Month {
            title: rule.title.clone(),
            when: months(&rule.months),
            is_now: now(&rule.months),
            who: rule.who.clone(),
            clause: rule.basis.cited(),
            said,
            done,
            href,
        });
    }
    let missing = no_shows(desk, "")?;
    let said = match (missing.begun, missing.first) {
        (true, _) => format!("应到{}名，{}名没有到", missing.all.0, missing.all.1),
        (false, Some(first)) => format!("{first}开学，开学后按点名册和学籍找"),
        (false, None) => "校历里没有开学日".to_owned(),
    };
    parts.push(Month {
        title: "开学没有到的".to_owned(),
        when: "9月".to_owned(),
        is_now: missing.begun && today.year() == season.year && today.month() <= 9,
        who: "学校、各乡镇人民政府".to_owned(),
        clause: "五(八)(九)".to_owned(),
        said,
        done: missing.begun.then(|| (missing.all.0.saturating_sub(missing.all.1), missing.all.0)),
        href: "/season/no-shows",
    });
    let moves = transitions(desk)?;
    let rising: (u32, u32) = moves.schools.iter().fold((0, 0), |sum, one| (sum.0 + one.1, sum.1 + one.2));
    let unasked: u32 = moves.answers.iter().filter(|(went, _)| went.is_none()).map(|(_, many)| *many).sum();
    parts.push(Month {
        title: "升学衔接".to_owned(),
        when: "6—9月".to_owned(),
        is_now: today.year() == season.year && (6..=9).contains(&today.month()),
        who: "学校、各乡镇人民政府".to_owned(),
        clause: "四(十一)".to_owned(),
        said: format!("升七年级{}名，到了{}名；九年级毕业还没有问去向的{unasked}名", rising.0, rising.1),
        done: None,
        href: "/season/transitions",
    });
    let deferrals = match may(desk.actor(), Action::DecideDeferral, &Subject::Nothing) {
        Ok(_) => Some(super::defer::deferrals(desk)?.counts.0),
        Err(_) => None,
    };
    Ok(Board { season, months: parts, first, may_open: county && !season.is_open, deferrals })
}

/// What of the season waits for somebody today: title, why, what to do, where.
///
/// # Errors
/// [`Refused::Storage`].
pub(crate) fn to_do(desk: &mut Desk<'_, '_>) -> Result<Vec<(String, String, String, String)>, Refused> {
    let mut found = Vec::new();
    let today = desk.now.day();
    let allowed = |desk: &Desk<'_, '_>, action| may(desk.actor(), action, &Subject::Nothing).is_ok();
    let line = |title: String, why: &str, act: &str, href: &str| {
        (title, why.to_owned(), act.to_owned(), href.to_owned())
    };
    let season = season(desk)?;
    let in_year = today.year() == season_year(today);
    if allowed(desk, Action::PlanSeason) && !season.is_open && in_year && (4..=8).contains(&today.month()) {
        let title = format!("{}学年招生入学季还没有开始", season.label());
        found.push(line(title, "每年4月排查，五(八)", "开始入学季", "/season"));
    }
    if allowed(desk, Action::SweepSeason) && season.is_open && in_year && (4..=5).contains(&today.month()) {
        let (all, whole) = sweep(desk, "")?.all;
        if whole < all {
            let title = format!("{}个村民小组没有核实完", all - whole);
            found.push(line(
                title,
                "入学排查，不漏户、不漏人，五(八)",
                "一组一组走到，没碰上的再去",
                "/season/sweep",
            ));
        }
    }
    if allowed(desk, Action::MakeNotices) && season.is_open && in_year && (6..=9).contains(&today.month()) {
        let waiting = notices(desk, "")?.making.map_or(0, |(waiting, _)| waiting);
        if waiting > 0 {
            let title = format!("{waiting}名孩子还没有入学通知书");
            found.push(line(title, "6—8月发放，五(八)", "做好、打印、送到", "/season/notices"));
        }
    }
    if allowed(desk, Action::DeliverNotice) && in_year && (6..=9).contains(&today.month()) {
        let all = notices(desk, "")?.all;
        let left = all.failed + all.made;
        if left > 0 {
            let title = format!("{left}份入学通知书没有送到");
            found.push(line(title, "送到监护人手里才算，五(八)", "上门送，登记回执", "/season/notices"));
        }
    }
    let asked = match allowed(desk, Action::DecideDeferral) {
        true => waiting_deferrals(desk)?,
        false => 0,
    };
    if asked > 0 {
        let title = format!("{asked}件延缓入学申请");
        found.push(line(
            title,
            "要另一个人审批，义务教育法第十一条",
            "批准，或写明理由不批",
            "/season/deferrals",
        ));
    }
    Ok(found)
}

fn waiting_deferrals(desk: &mut Desk<'_, '_>) -> Result<i64, Refused> {
    let mut values =
        vec![crate::db::Value::from(desk.county()), crate::db::Value::from(desk.actor().account.as_str())];
    let reached =
        crate::scope::Scope::of(desk.actor(), Action::DecideDeferral, desk.now).predicate("tie", &mut values);
    let sql = format!(
        "select cast(count(*) as bigint) from season_deferral d
         where d.county = $1 and d.state = 'asked' and d.asked_by <> $2
           and exists (select 1 from child_tie tie where tie.county = d.county and tie.child = d.child and {reached})"
    );
    Ok(desk.tx.one(&sql, &values, |row| row.get(0))?)
}
