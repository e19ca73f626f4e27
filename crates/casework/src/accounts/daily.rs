//! What accounts need by date: unused ones are closed every night, emergency views end within minutes of their time.

use std::sync::Arc;

use jiff::SignedDuration;
use jiff::civil::time;
use rules::access::Actor;

use super::{break_glass, keep};
use crate::db::Tx;
use crate::jobs::{Means, Registry, Schedule, as_program};
use crate::now::Now;
use crate::refused::Refused;

/// How often emergency views are looked at. A file is closed at its minute all the same; this clears away.
const EMERGENCIES: SignedDuration = SignedDuration::from_mins(5);

/// The nightly work about accounts.
#[must_use]
pub fn nightly(registry: Registry) -> Registry {
    registry
        .schedule(Schedule::daily(
            "lock_unused",
            "停用九十天没有登录的账号",
            time(0, 15, 0, 0),
            |means| Ok(format!("停用了{}个账号", all(means, keep::lock_unused)?)),
        ))
        .schedule(Schedule::new("end_expired", "结束到时的紧急查看", EMERGENCIES, |means| {
            Ok(format!("结束了{}项", all(means, break_glass::end_expired)?))
        }))
}

/// Does it in the program's name, some at a time, until there is nothing left.
fn all(
    means: &Arc<dyn Means>,
    act: fn(&mut Tx<'_>, &Now, &Actor) -> Result<u64, Refused>,
) -> Result<u64, Refused> {
    let mut done = 0;
    loop {
        let some = as_program(means, move |desk| act(desk.tx, desk.now, desk.actor()))?;
        done += some;
        if some == 0 {
            return Ok(done);
        }
    }
}
