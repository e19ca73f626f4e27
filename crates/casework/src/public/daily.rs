//! What is looked at again and again: counts of public forms are kept for a day, and what is late is told once.

use jiff::SignedDuration;

use super::tips;
use crate::jobs::{Registry, Schedule, as_program};
use crate::now::stamp;
use crate::params;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// The schedules of this part.
#[must_use]
pub fn nightly(registry: Registry) -> Registry {
    registry
        .schedule(Schedule::new(
            "remind_tips",
            "到期没有办的群众举报、求助提醒",
            HOUR,
            |means| {
                let many = as_program(means, tips::remind)?;
                Ok(if many == 0 { "没有到期没办的".to_owned() } else { format!("提醒了{many}件") })
            },
        ))
        .schedule(Schedule::new("sweep_public_forms", "清理网上提交的计数", HOUR, |means| {
            let many = as_program(means, |desk| {
                let before = stamp(desk.now.timestamp().saturating_sub(DAY).unwrap_or(jiff::Timestamp::MIN));
                Ok(desk.tx.execute(
                    "delete from public_form where county = $1 and at <= $2",
                    &params![desk.county(), &before],
                )?)
            })?;
            Ok(if many == 0 { "没有要清理的".to_owned() } else { format!("清理了{many}条") })
        }))
}
