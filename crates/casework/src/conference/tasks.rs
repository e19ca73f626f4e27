//! What the conference decided, as tasks: each unit sees and reports its own, with proof; the office of the task force accepts, or gives back
//! with a reason, and never the unit's own people (hazard B05). A task whose day has passed is told once.

use jiff::civil::Date;
use rules::access::{Action, Subject, may};
use rules::conference::{Hand, TaskAct, TaskStand, WORDS, task_moved};

use super::files::{About, FileLine, of};
use super::own_units;
use crate::db::{DbError, Row, Value};
use crate::desk::Desk;
use crate::jobs::{Registry, Schedule, as_program};
use crate::params;
use crate::refused::Refused;
use crate::today::tell_unit;
use crate::unnamed::{Known, unnamed};

/// Which tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskShown {
    /// Not accepted yet.
    Open,
    /// Reported and waiting for the office.
    Reported,
    /// Whose day has passed.
    Late,
    /// Accepted.
    Accepted,
}

impl TaskShown {
    /// As a page's address has it; what is not known are open ones.
    #[must_use]
    pub fn of(code: &str) -> Self {
        match code {
            "reported" => Self::Reported,
            "late" => Self::Late,
            "accepted" => Self::Accepted,
            _ => Self::Open,
        }
    }
}

/// A task in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskLine {
    /// Id.
    pub id: String,
    /// Id of the meeting.
    pub meeting: String,
    /// Its number: 〔2026〕3号.
    pub number: String,
    /// Id of the unit.
    pub unit_id: String,
    /// Which unit.
    pub unit: String,
    /// What is to be done.
    pub words: String,
    /// What shows that it is done.
    pub proof: String,
    /// Until when.
    pub due: Date,
    /// Where it stands.
    pub stand: TaskStand,
    /// Whether it is a task yet: the minutes are final.
    pub begun: bool,
}

const COLUMNS: &str = "t.id, t.meeting, m.year, m.number, t.unit, coalesce(unit.name, ''), t.words, t.proof, t.due_day, t.state,
     coalesce(t.begun_at, '')";
const FROM: &str = "meeting_task t join meeting m on m.county = t.county and m.id = t.meeting
     left join unit on unit.county = t.county and unit.id = t.unit";

fn line(row: &Row<'_>) -> Result<TaskLine, DbError> {
    let (state, begun): (String, String) = (row.get(9)?, row.get(10)?);
    Ok(TaskLine {
        id: row.get(0)?,
        meeting: row.get(1)?,
        number: format!("〔{}〕{}号", row.get::<i64>(2)?, row.get::<i64>(3)?),
        unit_id: row.get(4)?,
        unit: row.get(5)?,
        words: row.get(6)?,
        proof: row.get(7)?,
        due: row.get(8)?,
        stand: TaskStand::from_code(&state).unwrap_or(TaskStand::Open),
        begun: !begun.is_empty(),
    })
}

/// The decisions of a meeting, for whoever may see them.
pub(super) fn of_meeting(desk: &mut Desk<'_, '_>, meeting: &str) -> Result<Vec<TaskLine>, Refused> {
    let sql = format!(
        "select {COLUMNS} from {FROM} where t.county = $1 and t.meeting = $2 and t.dropped_at is null order by t.seq"
    );
    Ok(desk.tx.query(&sql, &params![desk.county(), meeting], line)?)
}

/// Tasks that the reader may see, the most urgent first: those of the own unit, all for the task force and its office.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn tasks(desk: &mut Desk<'_, '_>, which: TaskShown) -> Result<Vec<TaskLine>, Refused> {
    desk.require(Action::ReadTasks, &Subject::Nothing, ("meeting_task", ""))?;
    let mut values = vec![Value::from(desk.county())];
    let within = crate::units::within(desk.actor(), Action::ReadTasks, "t.unit", &mut values);
    let state = match which {
        TaskShown::Open => "t.state <> 'accepted'".to_owned(),
        TaskShown::Reported => "t.state = 'reported'".to_owned(),
        TaskShown::Accepted => "t.state = 'accepted'".to_owned(),
        TaskShown::Late => {
            values.push(Value::from(desk.now.day()));
            format!("t.state = 'open' and t.due_day < ${}", values.len())
        }
    };
    let order = if which == TaskShown::Accepted { "desc" } else { "asc" };
    let sql = format!(
        "select {COLUMNS} from {FROM}
         where t.county = $1 and t.begun_at is not null and {state} and {within}
         order by t.due_day {order}, t.id {order} limit 200"
    );
    Ok(desk.tx.query(&sql, &values, line)?)
}

/// What was done with a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskActLine {
    /// What.
    pub act: TaskAct,
    /// In which words.
    pub words: String,
    /// Who.
    pub by: String,
    /// When.
    pub at: String,
}

/// A task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskFile {
    /// What the list says of it.
    pub line: TaskLine,
    /// What was done with it, in order.
    pub acts: Vec<TaskActLine>,
    /// Files that show it.
    pub files: Vec<FileLine>,
    /// Whether the reader may add one.
    pub may_attach: bool,
    /// Whether the reader may report it done.
    pub may_report: bool,
    /// Whether the reader may accept it or give it back.
    pub may_accept: bool,
    /// Whether it waits for the office, and the reader is of the office and of the unit.
    pub is_own: bool,
}

/// A task as it is stored, for who may do this to it.
pub(super) fn found(desk: &mut Desk<'_, '_>, id: &str, action: Action) -> Result<TaskLine, Refused> {
    let sql = format!(
        "select {COLUMNS} from {FROM}
         where t.county = $1 and t.id = $2 and t.begun_at is not null and t.dropped_at is null"
    );
    let one = desk.tx.optional(&sql, &params![desk.county(), id], line)?;
    one.ok_or_else(|| Refused::denied(action, "meeting_task", id))
}

fn hand(desk: &mut Desk<'_, '_>, task: &TaskLine) -> Result<Hand, Refused> {
    let reported = desk.tx.query(
        "select by_account from meeting_task_act where county = $1 and task = $2 and kind = 'report'
         order by seq desc limit 1",
        &params![desk.county(), &task.id],
        |row| row.get::<String>(0),
    )?;
    let actor = desk.actor();
    Ok(Hand {
        is_of_unit: actor.posts.iter().any(|post| post.unit == task.unit_id),
        has_reported: reported.first().is_some_and(|account| *account == actor.account),
    })
}

/// A task, for its unit and the office.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn task(desk: &mut Desk<'_, '_>, id: &str) -> Result<TaskFile, Refused> {
    let line = found(desk, id, Action::ReadTasks)?;
    let path = [line.unit_id.clone()];
    let grant = desk.require(Action::ReadTasks, &Subject::Unit(&path), ("meeting_task", id))?;
    let acts = desk.tx.query(
        "select a.kind, a.words, coalesce(account.name, ''), a.at from meeting_task_act a
         left join account on account.county = a.county and account.id = a.by_account
         where a.county = $1 and a.task = $2 order by a.seq limit 100",
        &params![desk.county(), id],
        |row| {
            let kind: String = row.get(0)?;
            Ok(TaskActLine {
                act: TaskAct::from_code(&kind).unwrap_or(TaskAct::Report),
                words: row.get(1)?,
                by: row.get(2)?,
                at: row.get(3)?,
            })
        },
    )?;
    let hand = hand(desk, &line)?;
    let reports = may(desk.actor(), Action::ReportTask, &Subject::Unit(&path)).is_ok();
    let accepts = may(desk.actor(), Action::AcceptTask, &Subject::Nothing).is_ok();
    let waits = line.stand == TaskStand::Reported;
    let file = TaskFile {
        files: of(desk, About::Task, id)?,
        may_attach: reports && line.stand != TaskStand::Accepted,
        may_report: reports && task_moved(line.stand, TaskAct::Report, hand).is_ok(),
        may_accept: accepts && task_moved(line.stand, TaskAct::Accept, hand).is_ok(),
        is_own: accepts && waits && (hand.is_of_unit || hand.has_reported),
        line,
        acts,
    };
    desk.record(Action::ReadTasks, grant.post, ("meeting_task", id), "", "会议任务")?;
    Ok(file)
}

/// Reports a task of one's own unit done, with what shows it.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`], [`Refused::Changed`], [`Refused::Storage`].
pub fn report(desk: &mut Desk<'_, '_>, id: &str, words: &str) -> Result<(), Refused> {
    let line = found(desk, id, Action::ReportTask)?;
    let path = [line.unit_id.clone()];
    let grant = desk.require(Action::ReportTask, &Subject::Unit(&path), ("meeting_task", id))?;
    let hand = hand(desk, &line)?;
    let next = task_moved(line.stand, TaskAct::Report, hand)?;
    let words = unnamed(desk, ("words", "请写明办了什么、证明在哪里"), words, &WORDS, Known::Followed)?;
    step(desk, &line, next, (TaskAct::Report, words), grant.post.map_or("", |post| &post.unit))?;
    desk.record(Action::ReportTask, grant.post, ("meeting_task", id), "", "报告任务完成")
}

/// Accepts that it is done.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`] for one's own unit's work, [`Refused::Changed`], [`Refused::Storage`].
pub fn accept(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    answer(desk, id, TaskAct::Accept, "")
}

/// Gives it back, and says what is missing.
///
/// # Errors
/// As [`accept`], and [`Refused::Invalid`].
pub fn give_back(desk: &mut Desk<'_, '_>, id: &str, words: &str) -> Result<(), Refused> {
    answer(desk, id, TaskAct::GiveBack, words)
}

fn answer(desk: &mut Desk<'_, '_>, id: &str, act: TaskAct, words: &str) -> Result<(), Refused> {
    let grant = desk.require(Action::AcceptTask, &Subject::Nothing, ("meeting_task", id))?;
    let line = found(desk, id, Action::AcceptTask)?;
    let hand = hand(desk, &line)?;
    let next = task_moved(line.stand, act, hand)?;
    let words = match act {
        TaskAct::GiveBack => unnamed(desk, ("why", "请写明还缺什么"), words, &WORDS, Known::Followed)?,
        _ => "",
    };
    step(desk, &line, next, (act, words), grant.post.map_or("", |post| &post.unit))?;
    let said =
        if act == TaskAct::Accept { "会议任务已验收" } else { "会议任务被退回，请补办" };
    tell_unit(desk, &line.unit_id, ("meeting_task", id), said, &format!("/tasks/{id}"))?;
    desk.record(Action::AcceptTask, grant.post, ("meeting_task", id), "", act.label())
}

/// Writes an act; of two at once the second is told.
fn step(
    desk: &mut Desk<'_, '_>,
    line: &TaskLine,
    next: TaskStand,
    (act, words): (TaskAct, &str),
    unit: &str,
) -> Result<(), Refused> {
    let county = desk.county();
    let changed = desk.tx.execute(
        "update meeting_task set state = $3 where county = $1 and id = $2 and state = $4",
        &params![county, &line.id, next.code(), line.stand.code()],
    )?;
    if changed == 0 {
        return Err(Refused::Changed { what: "这件任务刚刚由别人办了".to_owned() });
    }
    let seq = desk.tx.one(
        "select cast(coalesce(max(seq), 0) as bigint) from meeting_task_act where county = $1 and task = $2",
        &params![county, &line.id],
        |row| row.get::<i64>(0),
    )? + 1;
    desk.tx.execute(
        "insert into meeting_task_act (county, task, seq, kind, words, by_account, by_unit, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &params![county, &line.id, seq, act.code(), words, &desk.actor().account, unit, desk.now.stamp()],
    )?;
    Ok(())
}

/// What waits for the reader: tasks of the own units to be done, and for the office those to be accepted.
///
/// # Errors
/// [`Refused::Storage`].
pub fn waiting(desk: &mut Desk<'_, '_>) -> Result<(Vec<TaskLine>, i64), Refused> {
    let mut mine = Vec::new();
    for unit in own_units(desk.actor(), Action::ReportTask) {
        let sql = format!(
            "select {COLUMNS} from {FROM} where t.county = $1 and t.unit = $2 and t.state = 'open'
               and t.begun_at is not null and t.dropped_at is null order by t.due_day, t.id limit 10"
        );
        mine.extend(desk.tx.query(&sql, &params![desk.county(), unit], line)?);
    }
    if may(desk.actor(), Action::AcceptTask, &Subject::Nothing).is_err() {
        return Ok((mine, 0));
    }
    let own: Vec<&str> = desk.who.actor.posts.iter().map(|post| post.unit.as_str()).collect();
    let reported = desk.tx.query(
        "select unit from meeting_task where county = $1 and state = 'reported' order by due_day, id limit 500",
        &params![desk.county()],
        |row| row.get::<String>(0),
    )?;
    let count = reported.iter().filter(|unit| !own.contains(&unit.as_str())).count();
    Ok((mine, i64::try_from(count).unwrap_or(i64::MAX)))
}

/// Every night: the unit is told once that the day of a task has passed.
#[must_use]
pub fn nightly(registry: Registry) -> Registry {
    let at = jiff::civil::time(6, 30, 0, 0);
    registry.schedule(Schedule::daily(
        "remind_tasks",
        "到期没有办完的会议任务提醒",
        at,
        |means| {
            let many = as_program(means, remind)?;
            Ok(if many == 0 { "没有到期没办完的".to_owned() } else { format!("提醒了{many}件") })
        },
    ))
}

fn remind(desk: &mut Desk<'_, '_>) -> Result<usize, Refused> {
    let (county, today, now) = (desk.county(), desk.now.day(), desk.now.stamp());
    let late = desk.tx.query(
        "select id, unit from meeting_task
         where county = $1 and state = 'open' and begun_at is not null and dropped_at is null and due_day < $2
           and reminded_at is null order by due_day, id limit 200",
        &params![county, today],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    for (id, unit) in &late {
        desk.tx.execute(
            "update meeting_task set reminded_at = $3 where county = $1 and id = $2",
            &params![county, id, &now],
        )?;
        tell_unit(desk, unit, ("task_late", id), "联席会议定的事到期还没有办完", &format!("/tasks/{id}"))?;
        desk.record(Action::ReportTask, None, ("meeting_task", id), "", "到期没有办完，已提醒")?;
    }
    Ok(late.len())
}
