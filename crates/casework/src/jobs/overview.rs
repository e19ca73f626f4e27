//! 定时任务: what runs by itself, when it ran last and how it went, for whoever looks after the machine. It shows no
//! subject of a job: what it is about is the affair of the page where it was asked for.

use rules::access::{Action, Subject, may};
use rules::purpose::ListPurpose;

use super::Registry;
use crate::db::{DbError, Row, Tx, Value};
use crate::desk::Desk;
use crate::exports::{self, Made, PIECE, Shape};
use crate::params;
use crate::refused::Refused;

/// Jobs that are shown, newest first.
const SHOWN: i64 = 100;

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// 等待.
    Waiting,
    /// 正在办.
    Running,
    /// 已办完.
    Done,
    /// 没有办成.
    Failed,
    /// 已停下: it failed too often; somebody must look.
    Parked,
}

impl State {
    /// The words for people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Waiting => "等待",
            Self::Running => "正在办",
            Self::Done => "已办完",
            Self::Failed => "没有办成",
            Self::Parked => "已停下",
        }
    }

    /// Every one.
    pub const ALL: [Self; 5] = [Self::Waiting, Self::Running, Self::Done, Self::Failed, Self::Parked];

    /// As it is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Parked => "parked",
        }
    }

    /// From that.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Some(match code {
            "waiting" => Self::Waiting,
            "running" => Self::Running,
            "done" => Self::Done,
            "failed" => Self::Failed,
            "parked" => Self::Parked,
            _ => return None,
        })
    }

    /// Whether it is over for now.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Parked)
    }
}

/// A job in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobLine {
    /// Id.
    pub id: String,
    /// Kind.
    pub kind: String,
    /// Name of whoever asked for it.
    pub by: String,
    /// Where it stands.
    pub state: State,
    /// Tries so far.
    pub attempts: i64,
    /// So much is done.
    pub done: i64,
    /// Of so much; 0 where that is not known.
    pub total: i64,
    /// When it was asked for.
    pub made_at: String,
    /// When its last try began.
    pub started_at: Option<String>,
    /// When it ended.
    pub ended_at: Option<String>,
    /// When it is due: now, or after waiting for the next try.
    pub next_at: String,
    /// How it went.
    pub said: String,
}

/// A schedule in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleLine {
    /// Name, by which it is run.
    pub name: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// How often, in seconds.
    pub every: i64,
    /// When it ran last; for a frequent one at most a minute too old.
    pub last: Option<String>,
    /// When it is due.
    pub next: String,
    /// How often it failed since it went well.
    pub failures: i64,
    /// How it went.
    pub said: String,
}

/// Which jobs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Where they stand.
    pub state: Option<State>,
    /// Name of whoever asked, or how it went; a part is enough.
    pub search: String,
}

/// The page.
#[derive(Debug, Clone)]
pub struct Overview {
    /// What is done again and again.
    pub schedules: Vec<ScheduleLine>,
    /// What somebody asked for, newest first.
    pub jobs: Vec<JobLine>,
    /// Whether the actor may run and retry.
    pub may_run: bool,
}

const COLUMNS: &str =
    "job.id, job.kind, coalesce(account.name, ''), job.state, job.attempts, job.done, job.total,
    job.made_at, job.started_at, job.ended_at, job.next_at, job.said";

fn line(row: &Row<'_>) -> Result<Option<JobLine>, DbError> {
    let Some(state) = State::from_code(&row.get::<String>(3)?) else { return Ok(None) };
    Ok(Some(JobLine {
        id: row.get(0)?,
        kind: row.get(1)?,
        by: row.get(2)?,
        state,
        attempts: row.get(4)?,
        done: row.get(5)?,
        total: row.get(6)?,
        made_at: row.get(7)?,
        started_at: row.get(8)?,
        ended_at: row.get(9)?,
        next_at: row.get(10)?,
        said: row.get(11)?,
    }))
}

/// Schedules, and the newest of the jobs that the filter finds.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn overview(desk: &mut Desk<'_, '_>, registry: &Registry, filter: &Filter) -> Result<Overview, Refused> {
    desk.require(Action::ReadHealth, &Subject::Nothing, ("job", ""))?;
    let county = desk.county();
    let rows = desk.tx.query(
        "select kind, started_at, next_at, attempts, said from job where county = $1 and state = 'scheduled' order by id",
        &params![county],
        |row| {
            Ok((
                row.get::<String>(0)?,
                row.get::<Option<String>>(1)?,
                row.get::<String>(2)?,
                row.get::<i64>(3)?,
                row.get::<String>(4)?,
            ))
        },
    )?;
    let schedules = registry.schedules.iter().map(|one| {
        let row = rows.iter().find(|(kind, ..)| kind == one.name);
        ScheduleLine {
            name: one.name,
            label: one.label,
            every: one.period.as_secs(),
            last: row.and_then(|row| row.1.clone()),
            next: row.map(|row| row.2.clone()).unwrap_or_default(),
            failures: row.map_or(0, |row| row.3),
            said: row.map(|row| row.4.clone()).unwrap_or_default(),
        }
    });
    let jobs = find(desk, filter, "", SHOWN)?;
    Ok(Overview {
        schedules: schedules.collect(),
        jobs,
        may_run: may(desk.actor(), Action::RunJob, &Subject::Nothing).is_ok(),
    })
}

/// The newest jobs that the filter finds, behind the cursor `made_at id`.
fn find(desk: &mut Desk<'_, '_>, filter: &Filter, after: &str, limit: i64) -> Result<Vec<JobLine>, Refused> {
    let search = crate::accounts::like(filter.search.trim());
    let mut params = params![desk.county(), &search, filter.state.map(State::code)].to_vec();
    let mut sql = format!(
        "select {COLUMNS} from job left join account on account.county = job.county and account.id = job.actor
         where job.county = $1 and job.state <> 'scheduled'
           and (coalesce(account.name, '') like $2 escape '!' or job.said like $2 escape '!')
           and (cast($3 as text) is null or job.state = $3)"
    );
    if let Some((at, id)) = after.rsplit_once(' ') {
        params.push(Value::from(at));
        params.push(Value::from(id));
        sql.push_str(&format!(" and (job.made_at, job.id) < (${}, ${})", params.len() - 1, params.len()));
    }
    params.push(Value::from(limit));
    sql.push_str(&format!(" order by job.made_at desc, job.id desc limit ${}", params.len()));
    Ok(desk.tx.query(&sql, &params, line)?.into_iter().flatten().collect())
}

/// The jobs that the filter finds, newest first, as a workbook; kinds in the registry's words.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Storage`].
pub fn export(
    desk: &mut Desk<'_, '_>,
    registry: &Registry,
    filter: &Filter,
    purpose: ListPurpose,
) -> Result<Made, Refused> {
    const SHAPE: Shape = Shape {
        name: "后台任务",
        kind: "job",
        action: Action::ReadHealth,
        columns: &[
            ("任务", 20.0),
            ("谁交办", 12.0),
            ("状态", 10.0),
            ("次数", 8.0),
            ("进度", 14.0),
            ("交办时间", 20.0),
            ("开始", 20.0),
            ("结束", 20.0),
            ("结果", 40.0),
        ],
    };
    let mut after = String::new();
    exports::make(desk, SHAPE, purpose, |desk| {
        let jobs = find(desk, filter, &after, i64::try_from(PIECE).unwrap_or(SHOWN))?;
        if let Some(last) = jobs.last() {
            after = format!("{} {}", last.made_at, last.id);
        }
        let moment = |stamp: Option<String>| stamp.as_deref().map(exports::moment).unwrap_or_default();
        let cells = |job: JobLine| {
            vec![
                registry.label(&job.kind).to_owned(),
                job.by,
                job.state.label().to_owned(),
                job.attempts.to_string(),
                if job.total > 0 { format!("{} / {}", job.done, job.total) } else { job.done.to_string() },
                exports::moment(&job.made_at),
                moment(job.started_at),
                moment(job.ended_at),
                job.said,
            ]
        };
        Ok(jobs.into_iter().map(cells).collect())
    })
}

/// A job, for the page of what it is about: that page decides who sees it.
///
/// # Errors
/// [`DbError`].
pub fn job(tx: &mut Tx<'_>, county: &str, id: &str) -> Result<Option<JobLine>, DbError> {
    let sql = format!(
        "select {COLUMNS} from job left join account on account.county = job.county and account.id = job.actor
         where job.county = $1 and job.id = $2"
    );
    Ok(tx.optional(&sql, &params![county, id], line)?.flatten())
}

/// Makes a schedule due now.
///
/// # Errors
/// [`Refused::Denied`], also when there is no such schedule; [`Refused::Storage`].
pub fn run_now(desk: &mut Desk<'_, '_>, registry: &Registry, name: &str) -> Result<(), Refused> {
    let grant = desk.require(Action::RunJob, &Subject::Nothing, ("job", name))?;
    let Some(schedule) = registry.schedules.iter().find(|one| one.name == name) else {
        return Err(Refused::denied(Action::RunJob, "job", name));
    };
    desk.tx.execute(
        "update job set next_at = $3 where county = $1 and id = $2",
        &params![desk.county(), schedule.id(), desk.now.stamp()],
    )?;
    desk.record(Action::RunJob, grant.post, ("schedule", name), "", "马上运行")
}

/// Makes a schedule due now, for a use case that has asked for its own right and puts itself on the record. One that is under way is done once
/// more after it.
pub(crate) fn make_due(desk: &mut Desk<'_, '_>, name: &str) -> Result<(), Refused> {
    desk.tx.execute(
        "update job set next_at = $3 where county = $1 and id = $2",
        &params![desk.county(), format!("schedule.{name}"), desk.now.stamp()],
    )?;
    Ok(())
}

/// Puts a parked job into the queue again, with all its tries.
///
/// # Errors
/// [`Refused::Denied`], also when there is no such job; [`Refused::Changed`] when it is not parked any more.
pub fn retry(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let grant = desk.require(Action::RunJob, &Subject::Nothing, ("job", id))?;
    let Some(found) = job(desk.tx, desk.county(), id)? else {
        return Err(Refused::denied(Action::RunJob, "job", id));
    };
    let moved = desk.tx.execute(
        "update job set state = 'waiting', attempts = 0, next_at = $3, ended_at = null, said = ''
         where county = $1 and id = $2 and state = 'parked'",
        &params![desk.county(), id, desk.now.stamp()],
    )?;
    if moved == 0 {
        return Err(Refused::Changed { what: format!("这项任务现在是“{}”", found.state.label()) });
    }
    desk.record(Action::RunJob, grant.post, ("job", id), "", "重新运行")
}
