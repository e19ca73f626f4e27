//! Opening and closing a campaign, and what there are: one for each semester, each with its runs.

use jiff::civil::Date;
use rules::access::{Action, Subject, Tie, may};

use crate::db::{DbError, Row};
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// A semester: what a campaign is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Semester {
    /// `2026-1` spring, `2026-2` autumn: text order is time order.
    pub code: String,
    /// 2026年秋季学期.
    pub label: String,
}

/// The semester of a day: spring from February to July, autumn from August to January (the school year begins on 1 September).
#[must_use]
pub fn semester(day: Date) -> Semester {
    let (year, number, term) = match day.month() {
        1 => (day.year() - 1, 2, "秋季学期"),
        2..=7 => (day.year(), 1, "春季学期"),
        _ => (day.year(), 2, "秋季学期"),
    };
    Semester { code: format!("{year}-{number}"), label: format!("{year}年{term}") }
}

/// A campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// Id.
    pub id: String,
    /// 2026年秋季学期四查三比对.
    pub title: String,
    /// Code of its semester.
    pub semester: String,
    /// open or closed.
    pub state: String,
    /// First day.
    pub from: String,
    /// Last day, of one that is closed.
    pub until: String,
    /// Its last run.
    pub run: Option<Run>,
}

impl Campaign {
    /// Refuses what is done to a campaign that is over.
    pub(super) fn must_be_open(&self) -> Result<(), Refused> {
        if self.state == "open" {
            return Ok(());
        }
        Err(Refused::rule("这次行动已经结束", "五(四)", "请在本学期的行动里办理"))
    }
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunState {
    /// 排队.
    Queued,
    /// 正在比对.
    Running,
    /// 比对完了.
    Done,
    /// 没有比对成.
    Failed,
    /// 已取消.
    Cancelled,
}

impl RunState {
    /// As it is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// From what is stored.
    #[must_use]
    pub fn from_code(code: &str) -> Self {
        match code {
            "queued" => Self::Queued,
            "running" => Self::Running,
            "done" => Self::Done,
            "cancelled" => Self::Cancelled,
            _ => Self::Failed,
        }
    }

    /// The words for people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Queued => "排队",
            Self::Running => "正在比对",
            Self::Done => "比对完了",
            Self::Failed => "没有比对成",
            Self::Cancelled => "已取消",
        }
    }

    /// Whether somebody works on it.
    #[must_use]
    pub const fn is_working(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }
}

/// A run of the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Id.
    pub id: String,
    /// Where it stands.
    pub state: RunState,
    /// The day for ages.
    pub as_of: String,
    /// When it was asked for.
    pub at: String,
    /// By whom.
    pub by: String,
    /// What is being done, in words; empty when nothing is.
    pub stage: String,
    /// Findings.
    pub found: i64,
    /// Of them remembered from before.
    pub remembered: i64,
    /// Findings of an earlier run that it does not find any more.
    pub cleared: i64,
    /// Why it failed.
    pub problem: String,
}

pub(super) const RUN: &str = "run.id, run.state, run.as_of, run.asked_at, coalesce(account.name, ''),
    coalesce(run.stage, ''), run.found, run.remembered, run.cleared, run.problem";
pub(super) const RUNS: &str =
    "from comparison run left join account on account.county = run.county and account.id = run.asked_by";

pub(super) fn run_of(row: &Row<'_>) -> Result<Run, DbError> {
    Ok(Run {
        id: row.get(0)?,
        state: RunState::from_code(&row.get::<String>(1)?),
        as_of: row.get(2)?,
        at: row.get(3)?,
        by: row.get(4)?,
        stage: row.get(5)?,
        found: row.get(6)?,
        remembered: row.get(7)?,
        cleared: row.get(8)?,
        problem: row.get(9)?,
    })
}

/// Opens the campaign of a semester.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`] when the semester has one, [`Refused::Invalid`], [`Refused::Storage`].
pub fn open(desk: &mut Desk<'_, '_>, title: &str, semester: &str) -> Result<String, Refused> {
    let grant = desk.require(Action::RunComparison, &Subject::Nothing, ("campaign", ""))?;
    let title = title.trim();
    if title.is_empty() || title.chars().count() > 60 {
        return Err(Refused::field("title", "请写行动名称，60个字以内"));
    }
    let id = desk.now.id();
    let written = desk.tx.execute(
        "insert into campaign (county, id, title, semester, state, from_day, by_account, made_at)
         values ($1, $2, $3, $4, 'open', $5, $6, $7)",
        &params![
            desk.county(),
            &id,
            title,
            semester,
            desk.now.day(),
            &desk.actor().account,
            desk.now.stamp()
        ],
    );
    match written {
        Err(DbError::Unique(_)) => {
            Err(Refused::rule("这个学期已经有专项行动", "五(四)", "请在已有的行动里再比对一次"))
        }
        Err(error) => Err(Refused::from(error)),
        Ok(_) => {
            desk.record(Action::RunComparison, grant.post, ("campaign", &id), "", "开始专项行动")?;
            Ok(id)
        }
    }
}

const CAMPAIGN: &str = "select id, title, semester, state, from_day, coalesce(until_day, '') from campaign";

fn campaign_of(row: &Row<'_>) -> Result<Campaign, DbError> {
    Ok(Campaign {
        id: row.get(0)?,
        title: row.get(1)?,
        semester: row.get(2)?,
        state: row.get(3)?,
        from: row.get(4)?,
        until: row.get(5)?,
        run: None,
    })
}

/// A campaign with its last run, for what is done to it by `action`.
pub(super) fn campaign(desk: &mut Desk<'_, '_>, action: Action, id: &str) -> Result<Campaign, Refused> {
    let sql = format!("{CAMPAIGN} where county = $1 and id = $2");
    let found = desk.tx.optional(&sql, &params![desk.county(), id], campaign_of)?;
    let mut found = found.ok_or_else(|| Refused::denied(action, "campaign", id))?;
    found.run = newest_runs(desk, id, 1)?.pop();
    Ok(found)
}

/// Runs of a campaign that are shown.
const SHOWN: i64 = 20;

/// The runs of a campaign, the newest first; nothing to whoever sees only a part of the county, since a run is about all.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn runs(desk: &mut Desk<'_, '_>, campaign: &str) -> Result<Vec<Run>, Refused> {
    desk.require(Action::ReadFindings, &Subject::Nothing, ("campaign", campaign))?;
    if !sees_all(desk) {
        return Ok(Vec::new());
    }
    newest_runs(desk, campaign, SHOWN)
}

/// Whether the actor sees the findings of the whole county.
fn sees_all(desk: &Desk<'_, '_>) -> bool {
    let county = [(desk.county().to_owned(), Tie::County)];
    may(desk.actor(), Action::ReadFindings, &Subject::Child(&county)).is_ok()
}

fn newest_runs(desk: &mut Desk<'_, '_>, campaign: &str, most: i64) -> Result<Vec<Run>, Refused> {
    let sql = format!(
        "select {RUN} {RUNS} where run.county = $1 and run.campaign = $2
         order by run.asked_at desc, run.id desc limit $3"
    );
    Ok(desk.tx.query(&sql, &params![desk.county(), campaign, most], run_of)?)
}

/// The campaigns, the newest first; each with its last run for whoever sees the whole county.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn campaigns(desk: &mut Desk<'_, '_>) -> Result<Vec<Campaign>, Refused> {
    desk.require(Action::ReadFindings, &Subject::Nothing, ("campaign", ""))?;
    let sql = format!("{CAMPAIGN} where county = $1 order by semester desc");
    let mut found = desk.tx.query(&sql, &params![desk.county()], campaign_of)?;
    let sees_all = sees_all(desk);
    for campaign in found.iter_mut().filter(|_| sees_all) {
        campaign.run = newest_runs(desk, &campaign.id, 1)?.pop();
    }
    Ok(found)
}

/// Closes a campaign in which everything is decided.
///
/// # Errors
/// [`Refused::Denied`]; [`Refused::Rule`] when something is still open: how much of what; [`Refused::Storage`].
pub fn close(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let grant = desk.require(Action::RunComparison, &Subject::Nothing, ("campaign", id))?;
    let county = desk.county();
    let found = campaign(desk, Action::RunComparison, id)?;
    if found.state != "open" {
        return Ok(());
    }
    if found.run.is_some_and(|run| run.state.is_working()) {
        return Err(Refused::rule("比对还在进行", "", "请等比对完，或者先取消，再结束行动"));
    }
    let open = desk.tx.query(
        "select state, cast(count(*) as bigint) from finding
         where county = $1 and campaign = $2 and state in ('open', 'assigned', 'reported')
         group by state order by state",
        &params![county, id],
        |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?)),
    )?;
    if !open.is_empty() {
        let said: Vec<String> = open
            .iter()
            .map(|(state, count)| match state.as_str() {
                "assigned" => format!("核查中{count}条"),
                "reported" => format!("已报回待认定{count}条"),
                _ => format!("待认定{count}条"),
            })
            .collect();
        return Err(Refused::rule(
            format!("还不能结束：{}", said.join("，")),
            "五(四)",
            "请在“比对核查”里逐条认定，全部认定后再结束",
        ));
    }
    desk.tx.execute(
        "update campaign set state = 'closed', until_day = $3 where county = $1 and id = $2",
        &params![county, id, desk.now.day()],
    )?;
    desk.record(Action::RunComparison, grant.post, ("campaign", id), "", "结束专项行动")
}
