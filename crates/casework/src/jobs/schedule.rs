//! Work of the program's own that is done again and again: it has a name, a period and a last run that people can see.
//! A daily one has its hour in China (UTC+8 all year); what was missed while the machine was off is done at the start.

use std::sync::Arc;

use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp, tz};

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
    /// The hour of a daily one.
    at: Option<Time>,
    pub(super) act: Act,
}

/// A day.
const DAY: SignedDuration = SignedDuration::from_hours(24);

impl Schedule {
    /// Work called `name` in the storage and `label` by people, done once in `period`. `act` says how it went in a line
    /// without personal fields.
    pub fn new(
        name: &'static str,
        label: &'static str,
        period: SignedDuration,
        act: impl Fn(&Arc<dyn Means>) -> Result<String, Refused> + Send + Sync + 'static,
    ) -> Self {
        Self { name, label, period, at: None, act: Box::new(act) }
    }

    /// Work done once a day at an hour in China, or as soon as the program runs again after it. It must be such that
    /// doing it twice does no more than doing it once.
    pub fn daily(
        name: &'static str,
        label: &'static str,
        at: Time,
        act: impl Fn(&Arc<dyn Means>) -> Result<String, Refused> + Send + Sync + 'static,
    ) -> Self {
        Self { name, label, period: DAY, at: Some(at), act: Box::new(act) }
    }

    /// When it is due after a run that began at `began` and went well.
    fn next(&self, began: Timestamp) -> Timestamp {
        let period = || began.saturating_add(self.period).unwrap_or(began);
        let Some(at) = self.at else { return period() };
        let china = tz::offset(8);
        let clock = china.to_datetime(began);
        let day =
            if clock.time() < at { clock.date() } else { clock.date().tomorrow().unwrap_or(clock.date()) };
        china.to_timestamp(day.to_datetime(at)).unwrap_or_else(|_| period())
    }

    /// The latest moment at which its next run may lie: one further off was set before the clock was put back by more than a
    /// period (G01).
    pub(super) fn latest(&self, now: Timestamp) -> Timestamp {
        let once = now.saturating_add(self.period).unwrap_or(now);
        once.saturating_add(self.period).unwrap_or(once)
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

    /// Writes down a run, unless another server has taken it over meanwhile. After a failure it is tried again sooner than
    /// its period, but later each time.
    pub(super) fn note(
        &self,
        tx: &mut Tx<'_>,
        (county, me): (&str, &str),
        (began, ended): (&Now, &Now),
        outcome: &Result<String, String>,
    ) -> Result<(), DbError> {
        let (said, failed) = match outcome {
            Ok(said) => (said, false),
            Err(said) => (said, true),
        };
        // A frequent one carries no mark.
        let unmarked = if self.is_frequent() { me } else { "" };
        let failures = tx.optional(
            "update job set attempts = case when cast($3 as bigint) = 1 then attempts + 1 else 0 end, started_at = $4,
                            ended_at = $5, said = $6, held_by = null, held_at = null
             where county = $1 and id = $2 and coalesce(held_by, $7) = $8 returning attempts",
            &params![county, self.id(), failed, began.stamp(), ended.stamp(), said, unmarked, me],
            |row| row.get::<i64>(0),
        )?;
        let Some(failures) = failures else { return Ok(()) };
        let began = began.timestamp();
        let next = if failed {
            let wait = super::runner::back_off(failures).min(self.period);
            began.saturating_add(wait).unwrap_or(began)
        } else {
            self.next(began)
        };
        tx.execute(
            "update job set next_at = $3 where county = $1 and id = $2",
            &params![county, self.id(), crate::now::stamp(next)],
        )?;
        Ok(())
    }
}
