//! 签收: a receiver acknowledges and says what was done. Whoever has not in time is not reported upwards, where nobody may see it:
//! the other receivers are told to ring up.

use rules::access::{Action, Role, Subject};

use super::own_units;
use super::raise::named;
use crate::accounts::tell;
use crate::desk::Desk;
use crate::jobs::{Registry, Schedule, as_program};
use crate::ledger::plain;
use crate::params;
use crate::refused::Refused;

/// How often it is looked whether somebody has not acknowledged.
const TEN_MINUTES: jiff::SignedDuration = jiff::SignedDuration::from_mins(10);

/// Acknowledges for one's unit, with what was done at once.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Changed`] when the unit has, [`Refused::Storage`].
pub fn receive(desk: &mut Desk<'_, '_>, id: &str, done: &str) -> Result<(), Refused> {
    let missing = || Refused::denied(Action::AnswerSafeguarding, "safeguard", id);
    let grant = desk.require(Action::AnswerSafeguarding, &Subject::Nothing, ("safeguard", id))?;
    let units: Vec<String> =
        own_units(desk.actor(), Action::AnswerSafeguarding).into_iter().map(str::to_owned).collect();
    let waiting = desk.tx.query(
        "select unit, case when received_at is null then 1 else 0 end from safeguard_hop
         where county = $1 and safeguard = $2 order by unit",
        &params![desk.county(), id],
        |row| Ok((row.get::<String>(0)?, row.get::<bool>(1)?)),
    )?;
    let own: Vec<(String, bool)> = waiting.into_iter().filter(|(unit, _)| units.contains(unit)).collect();
    if own.is_empty() {
        return Err(missing());
    }
    let done = done.trim();
    if done.chars().count() < 2 || done.chars().count() > 1000 || !done.lines().all(plain) {
        return Err(Refused::field("done", "请写怎么办的，2到1000个字，如“已派民警上门”"));
    }
    let open: Vec<String> = own.into_iter().filter_map(|(unit, waits)| waits.then_some(unit)).collect();
    if open.is_empty() {
        return Err(Refused::Changed { what: "本单位已经签收这条线索".to_owned() });
    }
    for unit in open {
        let sealed = desk.seal("safeguard_hop", "done", &format!("{id}/{unit}"), done);
        desk.tx.execute(
            "update safeguard_hop set received_by = $4, received_at = $5, done_sealed = $6
             where county = $1 and safeguard = $2 and unit = $3 and received_at is null",
            &params![desk.county(), id, &unit, &desk.actor().account, desk.now.stamp(), sealed],
        )?;
    }
    desk.record(Action::AnswerSafeguarding, grant.post, ("safeguard", id), "", "签收保护线索")
}

/// What is looked at again and again: who has not acknowledged in time.
#[must_use]
pub fn nightly(registry: Registry) -> Registry {
    registry.schedule(Schedule::new(
        "remind_safeguarding",
        "到时间没有签收的保护线索提醒",
        TEN_MINUTES,
        |means| {
            let many = as_program(means, remind)?;
            Ok(if many == 0 {
                "没有到时间没签收的".to_owned()
            } else {
                format!("提醒了{many}个单位")
            })
        },
    ))
}

/// Tells every receiver of a report that one of them has let its time run out; each once.
fn remind(desk: &mut Desk<'_, '_>) -> Result<usize, Refused> {
    let (county, now) = (desk.county(), desk.now.stamp());
    let late = desk.tx.query(
        "select safeguard, unit from safeguard_hop
         where county = $1 and received_at is null and escalated_at is null and due_at < $2
         order by safeguard, unit limit 200",
        &params![county, &now],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    for (id, unit) in &late {
        desk.tx.execute(
            "update safeguard_hop set escalated_at = $4 where county = $1 and safeguard = $2 and unit = $3",
            &params![county, id, unit, &now],
        )?;
        let all = desk.tx.query(
            "select unit, role from safeguard_hop where county = $1 and safeguard = $2 order by unit",
            &params![county, id],
            |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
        )?;
        let mut told = Vec::new();
        for (unit, role) in all {
            if let Some(role) = Role::from_code(&role) {
                told.extend(named(desk, &unit, role)?);
            }
        }
        let news = tell::News {
            kind: "safeguard_late",
            subject: id,
            text: "有一条保护线索到时间还有单位没有签收，请打电话催办",
            href: &format!("/safeguarding/{id}"),
        };
        tell::all(desk.tx, desk.now, county, &told, &news)?;
        desk.record(
            Action::AnswerSafeguarding,
            None,
            ("safeguard", id),
            "",
            "逾期没有签收，已提醒各接收单位",
        )?;
    }
    Ok(late.len())
}
