//! Whose a job under way is, where several servers work on one database. Each marks the rows that it has taken, and renews
//! its mark while it lives; whoever sees a mark that has not changed for [`LEASE`] takes the row over.
//!
//! No clock of another machine is looked at: a mark is compared with itself, by the onlooker's own clock, so that servers
//! whose clocks differ do not take each other for dead. And each step of a job asks in its own transaction whether the mark
//! is still there: a server that was only slow, or cut off for a while, writes nothing more once another goes on. So a job
//! is never done by two, whatever the clocks say. The price: what a server leaves behind that was killed waits for
//! [`LEASE`]. On SQLite nobody else can serve the database, and it goes on at the start.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::db::{Db, DbError, Tx};
use crate::now::{Now, stamp};
use crate::params;

/// After how long without a sign of life a server counts as dead: longer than a restart of PostgreSQL, or a flush that
/// the disk is slow with.
pub const LEASE: SignedDuration = SignedDuration::from_secs(30);

/// How often a mark is renewed that no step has renewed.
const RENEW: SignedDuration = SignedDuration::from_secs(5);

/// A row with somebody's mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    pub id: String,
    /// The kind of the job, or the name of the schedule.
    pub kind: String,
    /// Whether it is a schedule.
    pub repeats: bool,
    /// Whose; empty where a program took it that knew no marks.
    pub by: String,
    at: String,
}

/// The marks of a program, and what it has seen of others'.
pub(super) struct Leases {
    /// This program, until it ends.
    pub me: String,
    renewed: Mutex<Timestamp>,
    /// Marks of others, by the row: since when each has been as it is.
    seen: Mutex<HashMap<String, (Held, Timestamp)>>,
}

impl Leases {
    pub(super) fn new(now: &Now) -> Self {
        Self { me: now.id(), renewed: Mutex::new(now.timestamp()), seen: Mutex::default() }
    }

    /// Renews one's own marks, when it is time: work that takes long outside of the storage has no steps.
    pub(super) fn renew(&self, db: &Db, county: &str, now: &Now) -> Result<(), DbError> {
        let at = now.timestamp();
        let mut renewed = self.renewed.lock().unwrap_or_else(PoisonError::into_inner);
        let since = at.duration_since(*renewed);
        if since < RENEW && !since.is_negative() {
            return Ok(());
        }
        let (county, me, now) = (county.to_owned(), self.me.clone(), now.stamp());
        // A step that has just renewed it is left alone: the two would only stand in each other's way.
        let before = stamp(at.saturating_sub(RENEW).unwrap_or(at));
        db.write(move |tx| {
            tx.execute(
                "update job set held_at = $3 where county = $1 and state in ('running', 'scheduled') and held_by = $2
                   and (held_at <= $4 or held_at > $3)",
                &params![&county, &me, &now, &before],
            )
        })?;
        *renewed = at;
        Ok(())
    }

    /// Which of these marks of others have not changed for [`LEASE`], looked at again and again.
    pub(super) fn dead(&self, held: Vec<Held>, now: Timestamp) -> Vec<Held> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut still = HashMap::with_capacity(held.len());
        let mut dead = Vec::new();
        for one in held {
            // A clock that was put back begins to count anew.
            let since = match seen.remove(&one.id) {
                Some((before, since)) if before == one && since <= now => since,
                _ => now,
            };
            if now.duration_since(since) >= LEASE {
                dead.push(one.clone());
            }
            still.insert(one.id.clone(), (one, since));
        }
        *seen = still;
        dead
    }
}

/// What others have taken.
pub(super) fn held(tx: &mut Tx<'_>, county: &str, me: &str) -> Result<Vec<Held>, DbError> {
    tx.query(
        "select id, kind, state, coalesce(held_by, ''), coalesce(held_at, '') from job
         where county = $1 and (state = 'running' or (state = 'scheduled' and held_by is not null))
           and coalesce(held_by, '') <> $2 order by id",
        &params![county, me],
        |row| {
            Ok(Held {
                id: row.get(0)?,
                kind: row.get(1)?,
                repeats: row.get::<String>(2)? == "scheduled",
                by: row.get(3)?,
                at: row.get(4)?,
            })
        },
    )
}

/// Takes the mark off a row; `false` when it has been renewed meanwhile, or another was quicker.
pub(super) fn take_off(tx: &mut Tx<'_>, county: &str, held: &Held) -> Result<bool, DbError> {
    let state = if held.repeats { "scheduled" } else { "running" };
    let freed = tx.execute(
        "update job set held_by = null, held_at = null
         where county = $1 and id = $2 and state = $3 and coalesce(held_by, '') = $4 and coalesce(held_at, '') = $5",
        &params![county, &held.id, state, &held.by, &held.at],
    )?;
    Ok(freed > 0)
}

/// Renews the mark on a job in the transaction of one of its steps; `false` when it is somebody else's by now: then
/// nothing of the step may stay.
pub(super) fn keep(
    tx: &mut Tx<'_>,
    county: &str,
    (id, me): (&str, &str),
    now: &Now,
) -> Result<bool, DbError> {
    let kept = tx.execute(
        "update job set held_at = $4 where county = $1 and id = $2 and held_by = $3",
        &params![county, id, me, now.stamp()],
    )?;
    Ok(kept > 0)
}
