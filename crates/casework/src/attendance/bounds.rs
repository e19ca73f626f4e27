//! What can be submitted at all: the form itself, the day, the hour of the roll (B06, B14). It writes nothing.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::Date;
use rules::access::{Post, Role};
use rules::attendance::Part;

use super::calling::{Evenings, Source, calling};
use super::class::Class;
use super::days::{school_days, why_none};
use super::submit::Submission;
use crate::desk::Desk;
use crate::now;
use crate::refused::Refused;

/// Most sheets that one can correct: more never stand beside each other.
const MOST_CORRECTED: usize = 50;

/// What the form itself must be.
pub(super) fn form(new: &Submission) -> Result<(), Refused> {
    let id = |text: &str| {
        (8..=64).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if !id(&new.sheet) {
        return Err(Refused::field("sheet", "点名册编号不对，请刷新页面再提交"));
    }
    if new.corrects.len() > MOST_CORRECTED
        || new.corrects.iter().any(|named| !id(named) || *named == new.sheet)
    {
        return Err(Refused::field("corrects", "被更正的点名册编号不对，请刷新页面再提交"));
    }
    if new.why.chars().count() > 200 || !crate::ledger::plain(&new.why) {
        return Err(Refused::field("why", "更正原因200个字以内，不能有看不见的符号"));
    }
    let mut seen = BTreeSet::new();
    if new.marks.iter().any(|mark| !seen.insert(mark.child.as_str())) {
        return Err(Refused::field("marks", "同一个学生标了两次，请每人只标一次"));
    }
    if let Some(child) = &new.child
        && !(new.marks.len() == 1 && seen.contains(child.as_str()))
    {
        return Err(Refused::field("marks", "更正一个学生时，只能标这个学生"));
    }
    Ok(())
}

/// Whether somebody corrects as long afterwards as the head does.
pub(super) fn is_head(post: Option<&Post>) -> bool {
    post.is_some_and(|post| post.role == Role::Head)
}

/// Why a day's register is not called here: what comes from the province is corrected, not called.
pub(super) fn elsewhere(class: &Class, part: Part) -> Option<Refused> {
    (class.source == Source::Province && part != Part::Evening).then(|| {
        let todo = "请导入当天的省系统考勤，导入后可以在这里更正";
        Refused::rule("本校的考勤从省系统导入，不在这里点", "五(九)", todo)
    })
}

/// Whether this part of a day can be entered; `head` for as many days back as the head corrects.
pub(super) fn bounds(
    desk: &mut Desk<'_, '_>,
    class: &Class,
    head: bool,
    (day, part): (Date, Part),
) -> Result<(), Refused> {
    let today = desk.now.day();
    if day > today {
        return Err(Refused::rule(format!("{day}还没到，不能提前点名"), "五(九)", "请到当天再点名"));
    }
    let rule = desk.plan.register();
    let most = if head { rule.head_days } else { rule.late_days };
    if day < today.saturating_sub(i64::from(most).days()) {
        let todo = if head { "请把情况写进孩子的跟踪记录" } else { "请校长补录、更正" };
        let who = if head { "校长" } else { "班主任" };
        return Err(Refused::rule(
            format!("{who}只能补录、更正{most}天以内的点名"),
            rule.basis.cited(),
            todo,
        ));
    }
    if !class.exists(day) {
        return Err(Refused::rule(format!("{day}还没有或已经没有这个班"), "", "请核对日期和班级"));
    }
    let next = day.tomorrow().unwrap_or(day);
    let days = school_days(desk, day, next)?;
    let none = why_none(desk, &days, &class.school, day)?;
    if part == Part::Evening {
        if calling(desk, &class.school)?.evenings == Evenings::None {
            let todo = "需要的，请校长在点名时段里打开晚点名";
            return Err(Refused::rule("学校没有设置晚点名", "", todo));
        }
        if none.is_none() || why_none(desk, &days, &class.school, next)?.is_none() {
            return Ok(());
        }
    }
    match none {
        None => Ok(()),
        Some(why) => {
            Err(Refused::rule(format!("{day}{why}，不点名"), "", "这一天上课的，请校长先登记校历变动"))
        }
    }
}

/// The moment of the roll that was called; never one that is still to come.
pub(super) fn roll_at(desk: &Desk<'_, '_>, new: &Submission) -> Result<String, Refused> {
    let Some(text) = &new.roll_at else { return Ok(desk.now.stamp()) };
    let at =
        now::moment(text).ok_or_else(|| Refused::field("roll_at", "名单的时间不对，请刷新页面再提交"))?;
    Ok(now::stamp(at.min(desk.now.timestamp())))
}
