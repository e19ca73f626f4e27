//! What a program that died leaves behind: its jobs go back into the queue, and one that killed it each time is given up.

use super::lease::{self, Held};
use super::runner::{JOB, job};
use super::{GivenUp, Registry, TRIES, Why};
use crate::db::{DbError, Tx};
use crate::now::Now;
use crate::params;

/// Puts back what a program was doing when it died; who killed it five times is parked, and what it was about says so. A
/// kind that this program does not do is left to the one that does.
pub(super) fn put_back(
    tx: &mut Tx<'_>,
    (county, now, registry): (&str, &Now, &Registry),
    held: &Held,
) -> Result<(), DbError> {
    if held.repeats {
        return lease::take_off(tx, county, held).map(drop);
    }
    let Some(handler) = registry.doing(&held.kind) else { return Ok(()) };
    if !lease::take_off(tx, county, held)? {
        return Ok(());
    }
    let sql = format!("select {JOB} from job where county = $1 and id = $2");
    let job = tx.one(&sql, &params![county, &held.id], job)?;
    let parked = job.attempts >= TRIES;
    let (state, said) = if parked {
        ("parked", "程序每次都在这项任务中途停止，已不再试，请看运行日志")
    } else {
        ("waiting", "上一次中途停了，接着办")
    };
    let at = now.stamp();
    tx.execute(
        "update job set state = $3, said = $4, next_at = $5, ended_at = $6 where county = $1 and id = $2",
        &params![county, &job.id, state, said, &at, parked.then_some(&at)],
    )?;
    if parked {
        handler.gave_up(tx, &job, &GivenUp { county, now, why: Why::Killed, said })?;
    }
    Ok(())
}
