//! What the ledger does by date, every night: changes of the roll take effect, proofs of studying elsewhere run out, classes
//! of past years are closed. Each child, and each class, is a transaction of its own, so that one that cannot be done holds up
//! no other; done twice, it is done once.

use std::sync::Arc;

use jiff::civil::time;
use rules::access::Action;
use rules::standing::Standing;

use super::care::stand;
use super::history::touched;
use super::{moves, over};
use crate::desk::Desk;
use crate::jobs::{Means, Registry, Schedule, as_program};
use crate::params;
use crate::refused::Refused;

/// The nightly work of the ledger.
#[must_use]
pub fn nightly(registry: Registry) -> Registry {
    registry
        .schedule(Schedule::daily("take_effect", "到日的学籍变动生效", time(0, 5, 0, 0), |means| {
            let due = as_program(means, moves::due)?;
            each(means, &due, "项学籍变动生效", moves::take_effect)
        }))
        .schedule(Schedule::daily(
            "close_classes",
            "往年没有学生的班撤销",
            time(0, 7, 0, 0),
            |means| {
                let classes = as_program(means, over::over)?;
                each(means, &classes, "个往年的班撤销", over::close)
            },
        ))
        .schedule(Schedule::daily(
            "expire_proofs",
            "外出就读证明到期的回到待核实",
            time(0, 10, 0, 0),
            |means| {
                let due = as_program(means, run_out)?;
                each(means, &due, "个孩子回到待核实", back_to_the_list)
            },
        ))
}

/// Does the work for each; how many were done, in words. What failed is said after the others were done.
fn each(
    means: &Arc<dyn Means>,
    ids: &[String],
    what: &str,
    act: fn(&mut Desk<'_, '_>, &str) -> Result<bool, Refused>,
) -> Result<String, Refused> {
    let (mut done, mut failed) = (0_usize, 0_usize);
    for id in ids {
        let own = id.clone();
        match as_program(means, move |desk| act(desk, &own)) {
            Ok(true) => done += 1,
            Ok(false) => {}
            Err(Refused::Busy { after }) => return Err(Refused::Busy { after }),
            Err(refused) => {
                tracing::warn!(id, "the nightly work of the ledger failed: {refused:?}");
                failed += 1;
            }
        }
    }
    if failed > 0 {
        return Err(Refused::rule(format!("{done}{what}，{failed}项没有办成"), "", "编号在日志里"));
    }
    Ok(format!("{done}{what}"))
}

/// Children who stand as 外出就读 and none of whose proofs is good for today; the last day still counts.
fn run_out(desk: &mut Desk<'_, '_>) -> Result<Vec<String>, Refused> {
    Ok(desk.tx.query(
        "select distinct child.id from elsewhere
         join child on child.county = elsewhere.county and child.id = elsewhere.child and child.merged_into is null
         where elsewhere.county = $1 and elsewhere.expires_day < $2 and child.standing = $3
           and not exists (select 1 from elsewhere other
                           where other.county = child.county and other.child = child.id
                             and other.ended_day is null and other.expires_day >= $2)
         order by child.id",
        &params![desk.county(), desk.now.day(), Standing::Elsewhere.code()],
        |row| row.get(0),
    )?)
}

/// 五(四): who studies elsewhere is known by a proof that is good; without one the child is looked for again. The record
/// itself stays open, so that it is still asked to be renewed.
fn back_to_the_list(desk: &mut Desk<'_, '_>, child: &str) -> Result<bool, Refused> {
    let still = desk.tx.optional(
        "select 1 from child where county = $1 and id = $2 and standing = $3 and merged_into is null
           and not exists (select 1 from elsewhere where elsewhere.county = child.county and elsewhere.child = child.id
                             and elsewhere.ended_day is null and elsewhere.expires_day >= $4)",
        &params![desk.county(), child, Standing::Elsewhere.code(), desk.now.day()],
        |row| row.get::<i64>(0),
    )?;
    if still.is_none() {
        return Ok(false);
    }
    stand(desk, child, Standing::Unknown, "proof")?;
    touched(desk, child)?;
    desk.record(Action::RecordElsewhere, None, ("child", child), "", "就读证明到期，回到待核实")?;
    Ok(true)
}
