//! Work of the program's own that is done again and again: it has a name, a period and a last run that people can see.

use std::sync::Arc;

use jiff::SignedDuration;

use super::Means;
use crate::db::{DbError, Tx};
use crate::now::Now;
use crate::params;
use crate::refused::Refused;

/// Below this period only every sixtieth second of runs is written down, or a run that went another way than before.
pub(super) const WRITTEN: SignedDuration = SignedDuration::from_secs(60);

type Act = Box<dyn Fn(&Arc<dyn Means>) -> Result<String, Refused> + Send + Sync>;

/// Work that is done again and again.
pub struct Schedule {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) period: SignedDuration,
    pub(super) act: Act,
}

impl Schedule {
    /// Work called `name` in the storage and `label` by people, done once in `period`. `act` says how it went in a line
    /// without personal fields.
    pub fn new(
        name: &'static str,
        label: &'static str,
        period: SignedDuration,
        act: impl Fn(&Arc<dyn Means>) -> Result<String, Refused> + Send + Sync + 'static,
    ) -> Self {
        Self { name, label, period, act: Box::new(act) }
    }

    /// Its row.
    pub(super) fn id(&self) -> String {
        format!("schedule.{}", self.name)
    }

    /// Whether its time is kept in memory alone.
    pub(super) fn is_frequent(&self) -> bool {
        self.period < WRITTEN
    }

    /// Makes its row when it has none; the first run is due at once.
    pub(super) fn plant(&self, tx: &mut Tx<'_>, county: &str, now: &Now) -> Result<(), DbError> {
        tx.execute(
            "insert into job (county, id, kind, subject, actor, session, state, attempts, next_at, made_at, done, total,
                              said)
             values ($1, $2, $3, '', '', '', 'scheduled', 0, $4, $4, 0, 0, '')
             on conflict (county, id) do nothing",
            &params![county, self.id(), self.name, now.stamp()],
        )?;
        Ok(())
    }

    /// Writes down a run. After a failure it is tried again sooner than its period, but later each time.
    pub(super) fn note(
        &self,
        tx: &mut Tx<'_>,
        county: &str,
        (began, ended): (&Now, &Now),
        outcome: &Result<String, String>,
    ) -> Result<(), DbError> {
        let (said, failed) = match outcome {
            Ok(said) => (said, false),
            Err(said) => (said, true),
        };
        let failures = tx.one(
            "update job set attempts = case when cast($3 as bigint) = 1 then attempts + 1 else 0 end, started_at = $4,
                            ended_at = $5, said = $6
             where county = $1 and id = $2 returning attempts",
            &params![county, self.id(), failed, began.stamp(), ended.stamp(), said],
            |row| row.get::<i64>(0),
        )?;
        let wait = if failed { super::runner::back_off(failures).min(self.period) } else { self.period };
        let next = began.timestamp().saturating_add(wait).unwrap_or(began.timestamp());
        tx.execute(
            "update job set next_at = $3 where county = $1 and id = $2",
            &params![county, self.id(), crate::now::stamp(next)],
        )?;
        Ok(())
    }
}
