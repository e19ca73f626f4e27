//! A request whose time has run out: the unit and whoever asked are told, once.

use rules::access::Action;

use crate::accounts::tell;
use crate::desk::Desk;
use crate::jobs::{Registry, Schedule, as_program};
use crate::params;
use crate::refused::Refused;

/// How often it is looked.
const HOUR: jiff::SignedDuration = jiff::SignedDuration::from_hours(1);

/// What is looked at again and again.
#[must_use]
pub fn nightly(registry: Registry) -> Registry {
    registry.schedule(Schedule::new(
        "remind_requests",
        "到期没有答复的协助请求提醒",
        HOUR,
        |means| {
            let many = as_program(means, remind)?;
            Ok(if many == 0 { "没有到期没答复的".to_owned() } else { format!("提醒了{many}件") })
        },
    ))
}

fn remind(desk: &mut Desk<'_, '_>) -> Result<usize, Refused> {
    let (county, now) = (desk.county(), desk.now.stamp());
    let late = desk.tx.query(
        "select id, kind, unit, asked_by from request
         where county = $1 and state = 'asked' and due_at < $2 and reminded_at is null order by due_at, id limit 200",
        &params![county, &now],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?, row.get::<String>(3)?)),
    )?;
    for (id, kind, unit, asked_by) in &late {
        desk.tx.execute(
            "update request set reminded_at = $3 where county = $1 and id = $2",
            &params![county, id, &now],
        )?;
        let mut told = vec![asked_by.clone()];
        if let Some(rule) = desk.plan.requests().iter().find(|rule| rule.code == *kind) {
            told.extend(tell::holders(desk.tx, desk.now, county, rule.to, Some(unit))?);
        }
        let news = tell::News {
            kind: "request_late",
            subject: id,
            text: "有一件协助请求到期还没有答复",
            href: &format!("/requests/{id}"),
        };
        tell::all(desk.tx, desk.now, county, &told, &news)?;
        desk.record(Action::AnswerRequest, None, ("request", id), "", "到期没有答复，已提醒")?;
    }
    Ok(late.len())
}
