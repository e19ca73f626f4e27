//! 请假: recorded by the class teacher, good at once for as long as the plan lets the teacher decide, otherwise approved by
//! the head; 销假 when the pupil is back before its end. What it covers is counted anew in the same act.

use jiff::ToSpan;
use jiff::civil::Date;
use rules::access::{Action, Role, Subject};
use rules::attendance::Kind;

use super::count::count;
use super::days::{school_days, unknown_year};
use crate::desk::Desk;
use crate::ledger::{plain, ties_of};
use crate::params;
use crate::refused::Refused;
use crate::scope::Scope;

/// Leave as somebody fills it in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaveForm {
    /// 病假 or 事假.
    pub kind: Kind,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// Why.
    pub why: String,
}

/// Leave that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaveLine {
    /// Id.
    pub id: String,
    /// Id of the child.
    pub child: String,
    /// Its name.
    pub name: String,
    /// 病假 or 事假.
    pub kind: Kind,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// asked, approved, refused.
    pub state: String,
    /// Why.
    pub why: String,
    /// Who asked for it.
    pub by: String,
    /// What the head answered.
    pub answer: String,
    /// 销假: the last day after all.
    pub ended: Option<Date>,
}

/// Records leave; its id, and whether it is good at once or waits for the head.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] beyond the days that the plan allows, [`Refused::Storage`].
pub fn ask_leave(desk: &mut Desk<'_, '_>, child: &str, form: &LeaveForm) -> Result<(String, bool), Refused> {
    let ties = ties_of(desk, child)?;
    let grant = desk.require(Action::RecordLeave, &Subject::Child(&ties), ("child", child))?;
    let head = grant.post.is_some_and(|post| post.role == Role::Head);
    let rule = desk.plan.leave();
    check(desk, form, head)?;
    let days = length(desk, child, form)?;
    if days == 0 {
        return Err(Refused::field("from", "这几天都不上课，不用请假"));
    }
    if days > rule.head_days {
        return Err(Refused::rule(
            format!("连续请假{days}个上课日，超过{}天", rule.head_days),
            rule.basis.cited(),
            "请办理休学，或者分段请假、到期再续",
        ));
    }
    let good = head || days <= rule.teacher_days;
    let (id, stamp, account) = (desk.now.id(), desk.now.stamp(), desk.actor().account.clone());
    let why = desk.seal("leave", "why", &id, form.why.trim());
    desk.tx.execute(
        "insert into leave (county, id, child, kind, from_day, until_day, state, why_sealed, asked_by, asked_at,
                            answered_by, answered_at, answer)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '')",
        &params![
            desk.county(),
            &id,
            child,
            form.kind.code(),
            form.from,
            form.until,
            if good { "approved" } else { "asked" },
            why,
            &account,
            &stamp,
            good.then_some(&account),
            good.then_some(&stamp)
        ],
    )?;
    if good {
        count(desk, &[child.to_owned()], form.from.min(desk.now.day()), "")?;
    }
    let what = if good { "批准" } else { "待校长批准" };
    let detail = format!("{}至{}，{days}个上课日，{what}", form.from, form.until);
    desk.record(Action::RecordLeave, grant.post, ("child", child), "", &detail)?;
    Ok((id, good))
}

fn check(desk: &Desk<'_, '_>, form: &LeaveForm, head: bool) -> Result<(), Refused> {
    if !matches!(form.kind, Kind::Sick | Kind::Personal) {
        return Err(Refused::field("kind", "请选择病假或事假"));
    }
    if form.until < form.from {
        return Err(Refused::field("until", "结束的一天不能早于开始的一天"));
    }
    let why = form.why.trim();
    if why.is_empty() || why.chars().count() > 200 || !plain(why) {
        return Err(Refused::field("why", "请写请假原因，200个字以内"));
    }
    // What lies back is bounded like the register: leave afterwards must not hide an absence (B06).
    let rule = desk.plan.register();
    let back = if head { rule.head_days } else { rule.late_days };
    if form.from < desk.now.day().saturating_sub(i64::from(back).days()) {
        let todo = if head { "更早的缺课不再改" } else { "更早的请校长补办" };
        return Err(Refused::rule(format!("补假只能补{back}天以内的"), rule.basis.cited(), todo));
    }
    if form.until > desk.now.day().saturating_add(1.years()) {
        return Err(Refused::field("until", "请假不能超过一年"));
    }
    Ok(())
}

/// School days of this leave together with leave that it goes on from or runs into: three days three times are nine.
fn length(desk: &mut Desk<'_, '_>, child: &str, form: &LeaveForm) -> Result<u16, Refused> {
    let others = desk.tx.query(
        "select from_day, case when ended_day < until_day then ended_day else until_day end from leave
         where county = $1 and child = $2 and state = 'approved' and until_day >= $3 and from_day <= $4
         order by from_day, id",
        &params![
            desk.county(),
            child,
            form.from.saturating_sub(60.days()),
            form.until.saturating_add(60.days())
        ],
        |row| Ok((row.get::<Date>(0)?, row.get::<Date>(1)?)),
    )?;
    let school = desk.tx.optional(
        "select school from child where county = $1 and id = $2",
        &params![desk.county(), child],
        |row| row.get::<Option<String>>(0),
    )?;
    let school = school.flatten().unwrap_or_default();
    let first = others.iter().map(|(from, _)| *from).chain([form.from]).min().unwrap_or(form.from);
    let last = others.iter().map(|(_, until)| *until).chain([form.until]).max().unwrap_or(form.until);
    let days = school_days(desk, first, last)?;
    let covered = |day: Date| {
        (form.from..=form.until).contains(&day)
            || others.iter().any(|(from, until)| (*from..=*until).contains(&day))
    };
    let mut run = 0_u16;
    let mut own = 0_u16;
    let mut touches = false;
    let mut day = first;
    while day <= last {
        if days.lessons(&school, day).map_err(unknown_year)? {
            if covered(day) {
                run = run.saturating_add(1);
                touches |= (form.from..=form.until).contains(&day);
            } else {
                if touches {
                    own = own.max(run);
                }
                (run, touches) = (0, false);
            }
        }
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
    Ok(if touches { own.max(run) } else { own })
}

struct Asked {
    child: String,
    from: Date,
    until: Date,
    state: String,
}

fn asked(desk: &mut Desk<'_, '_>, action: Action, id: &str) -> Result<Asked, Refused> {
    let found = desk.tx.optional(
        "select child, from_day, until_day, state from leave where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| Ok(Asked { child: row.get(0)?, from: row.get(1)?, until: row.get(2)?, state: row.get(3)? }),
    )?;
    found.ok_or_else(|| Refused::denied(action, "leave", id))
}

/// Answers leave that waits for the head.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`] without a reason for a refusal, [`Refused::Changed`] when it was answered already,
/// [`Refused::Storage`].
pub fn answer_leave(desk: &mut Desk<'_, '_>, id: &str, good: bool, answer: &str) -> Result<(), Refused> {
    let leave = asked(desk, Action::ApproveLeave, id)?;
    let ties = ties_of(desk, &leave.child)?;
    let grant = desk.require(Action::ApproveLeave, &Subject::Child(&ties), ("leave", id))?;
    let answer = answer.trim();
    if answer.chars().count() > 200 || !plain(answer) || (!good && answer.is_empty()) {
        return Err(Refused::field("answer", "不批准的，请写明原因，200个字以内"));
    }
    if leave.state != "asked" {
        return Err(Refused::Changed { what: "这份请假已经答复过".to_owned() });
    }
    desk.tx.execute(
        "update leave set state = $3, answered_by = $4, answered_at = $5, answer = $6 where county = $1 and id = $2",
        &params![
            desk.county(),
            id,
            if good { "approved" } else { "refused" },
            &desk.actor().account,
            desk.now.stamp(),
            answer
        ],
    )?;
    if good {
        count(desk, std::slice::from_ref(&leave.child), leave.from.min(desk.now.day()), "")?;
    }
    let what = if good { "批准" } else { "不批准" };
    let detail = format!("{}至{}，{what}", leave.from, leave.until);
    desk.record(Action::ApproveLeave, grant.post, ("child", &leave.child), "", &detail)
}

/// 销假: the pupil is back; `last` is the last day of the leave after all.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Changed`], [`Refused::Storage`].
pub fn end_leave(desk: &mut Desk<'_, '_>, id: &str, last: Date) -> Result<(), Refused> {
    let leave = asked(desk, Action::RecordLeave, id)?;
    let ties = ties_of(desk, &leave.child)?;
    let grant = desk.require(Action::RecordLeave, &Subject::Child(&ties), ("leave", id))?;
    if leave.state != "approved" {
        return Err(Refused::Changed { what: "这份请假没有批准，不用销假".to_owned() });
    }
    let before = leave.from.yesterday().unwrap_or(leave.from);
    if !(before..=leave.until).contains(&last) {
        return Err(Refused::field("last", "请填请假期间的最后一天；没有休的，填开始前一天"));
    }
    desk.tx.execute(
        "update leave set ended_day = $3, ended_by = $4, ended_at = $5 where county = $1 and id = $2",
        &params![desk.county(), id, last, &desk.actor().account, desk.now.stamp()],
    )?;
    count(desk, std::slice::from_ref(&leave.child), leave.from.min(desk.now.day()), "")?;
    desk.record(Action::RecordLeave, grant.post, ("child", &leave.child), "", &format!("销假：休到{last}"))
}

/// Leave that waits for the head, the oldest first; at most 200.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn leave_waiting(desk: &mut Desk<'_, '_>) -> Result<Vec<LeaveLine>, Refused> {
    desk.require(Action::ApproveLeave, &Subject::Nothing, ("leave", ""))?;
    let scope = Scope::of(desk.actor(), Action::ApproveLeave, desk.now);
    let mut values = vec![crate::db::Value::from(desk.county())];
    let reached = scope.predicate("tie", &mut values);
    let within = format!(
        "leave.state = 'asked' and exists (select 1 from child_tie tie
           where tie.county = leave.county and tie.child = leave.child and {reached})
         order by leave.asked_at, leave.id"
    );
    lines(desk, &within, &values)
}

/// The leave of a child, the latest first; at most 200.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn leave_of(desk: &mut Desk<'_, '_>, child: &str) -> Result<Vec<LeaveLine>, Refused> {
    let ties = ties_of(desk, child)?;
    desk.require(Action::ReadAbsences, &Subject::Child(&ties), ("child", child))?;
    let values = [crate::db::Value::from(desk.county()), crate::db::Value::from(child)];
    lines(desk, "leave.child = $2 order by leave.from_day desc, leave.id", &values)
}

fn lines(
    desk: &mut Desk<'_, '_>,
    within: &str,
    values: &[crate::db::Value<'_>],
) -> Result<Vec<LeaveLine>, Refused> {
    let sql = format!(
        "select leave.id, leave.child, child.name, leave.kind, leave.from_day, leave.until_day, leave.state,
                leave.why_sealed, coalesce(account.name, ''), leave.answer, leave.ended_day
         from leave
         join child on child.county = leave.county and child.id = leave.child
         left join account on account.county = leave.county and account.id = leave.asked_by
         where leave.county = $1 and {within} limit 200"
    );
    let rows = desk.tx.query(&sql, values, |row| {
        let line = LeaveLine {
            id: row.get(0)?,
            child: row.get(1)?,
            name: row.get(2)?,
            kind: Kind::from_code(&row.get::<String>(3)?).unwrap_or(Kind::Personal),
            from: row.get(4)?,
            until: row.get(5)?,
            state: row.get(6)?,
            why: String::new(),
            by: row.get(8)?,
            answer: row.get(9)?,
            ended: row.get(10)?,
        };
        Ok((line, row.get::<Option<Vec<u8>>>(7)?))
    })?;
    let mut lines = Vec::with_capacity(rows.len());
    for (mut line, sealed) in rows {
        line.why = desk.open("leave", "why", &line.id, sealed.as_deref())?;
        lines.push(line);
    }
    Ok(lines)
}
