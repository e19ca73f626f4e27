//! What attendance does every night: everybody who is away is counted one evening further, also where nobody called; and
//! whose class has changed, as an import does, is counted anew from that day. Done twice, it is done once.

use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::{Date, time};
use rules::access::Action;

use super::count::count;
use super::{report, uncalled};
use crate::desk::Desk;
use crate::jobs::{Means, Registry, Schedule, as_program};
use crate::now;
use crate::params;
use crate::refused::Refused;

/// How often it is looked whether a report has run out.
const HOUR: jiff::SignedDuration = jiff::SignedDuration::from_hours(1);
/// How often it is looked who has not called.
const TEN_MINUTES: jiff::SignedDuration = jiff::SignedDuration::from_mins(10);
/// Children of one transaction.
const AT_ONCE: usize = 20;
/// Days back in which a change of the roll is looked for: more than one, since the machine may have been off.
const BACK: i64 = 4;

/// The work of attendance that is done by the clock: every night, and what is looked at again and again by day.
#[must_use]
pub fn nightly(registry: Registry) -> Registry {
    registry
        .schedule(Schedule::daily("count_absences", "缺课逐日计数", time(0, 20, 0, 0), |means| {
            let moved = as_program(means, moved)?;
            for same_day in moved.chunk_by(|(_, one), (_, next)| one == next) {
                for some in same_day.chunks(AT_ONCE) {
                    let from = some.first().map(|(_, from)| *from);
                    run(means, some.iter().map(|(child, _)| child.clone()).collect(), from)?;
                }
            }
            let away = as_program(means, away)?;
            let mut suspected = 0;
            for some in away.chunks(AT_ONCE) {
                suspected += run(means, some.to_vec(), None)?;
            }
            Ok(format!("{}人在缺课，{suspected}人新列入疑似辍学学生台账", away.len()))
        }))
        .schedule(Schedule::new(
            "climb_reports",
            "逾期的疑似辍学报告提醒上一级",
            HOUR,
            |means| {
                let mut climbed = 0;
                for one in as_program(means, report::run_out)? {
                    climbed += usize::from(as_program(means, move |desk| report::climb(desk, &one))?);
                }
                Ok(if climbed == 0 {
                    "没有逾期的".to_owned()
                } else {
                    format!("{climbed}件逾期，已提醒上一级")
                })
            },
        ))
        .schedule(Schedule::new("remind_register", "到点还没有点名的提醒", TEN_MINUTES, |means| {
            let many = as_program(means, uncalled::remind)?;
            Ok(if many == 0 { "没有要提醒的".to_owned() } else { format!("提醒了{many}个班") })
        }))
}

fn run(means: &Arc<dyn Means>, children: Vec<String>, from: Option<Date>) -> Result<usize, Refused> {
    as_program(means, move |desk| {
        let from = from.unwrap_or_else(|| desk.now.day());
        let counted = count(desk, &children, from, "")?;
        let mut many = 0;
        for one in counted.iter().filter(|one| one.suspected) {
            desk.record(
                Action::CallRegister,
                None,
                ("child", &one.child),
                "",
                "夜间计数：列入疑似辍学学生台账",
            )?;
            many += 1;
        }
        Ok(many)
    })
}

/// Children that are away.
fn away(desk: &mut Desk<'_, '_>) -> Result<Vec<String>, Refused> {
    Ok(desk.tx.query(
        "select child from clock where county = $1 and open = 1 order by child",
        &params![desk.county()],
        |row| row.get(0),
    )?)
}

/// Children whose class has changed lately, with the first day on which it did, where that day's register was called; by day.
fn moved(desk: &mut Desk<'_, '_>) -> Result<Vec<(String, Date)>, Refused> {
    let day = desk.now.day().saturating_sub(BACK.days());
    let at = desk.now.timestamp().saturating_sub(jiff::SignedDuration::from_hours(24 * BACK));
    let at = at.map(now::stamp).unwrap_or_default();
    Ok(desk.tx.query(
        "select child, min(case when made_at >= $3 then from_day else until_day end) as since
         from (select id from class_member where county = $1 and made_at >= $3
               union select id from class_member where county = $1 and until_day >= $2) lately
         join class_member member on member.county = $1 and member.id = lately.id
         where exists (select 1 from sheet where sheet.county = member.county and sheet.class = member.class
                         and sheet.day >= member.from_day)
         group by child order by since, min(member.class), child",
        &params![desk.county(), day, at],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?)
}

/// What the night and the hours of a school day read before they touch a child, for a test of what that costs.
///
/// # Errors
/// [`Refused::Storage`].
#[cfg(any(test, feature = "testing"))]
pub fn read_by_the_clock(desk: &mut Desk<'_, '_>) -> Result<(), Refused> {
    away(desk)?;
    moved(desk)?;
    report::run_out(desk)?;
    uncalled::remind(desk)?;
    crate::warnings::candidates(desk)?;
    Ok(())
}
