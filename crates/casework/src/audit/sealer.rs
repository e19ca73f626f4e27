//! The thread that seals the record while the program runs: every second what has come, every minute also what came
//! late, and raises the watermark after it. It never holds up an act; when it cannot write, or the record does not reach
//! its watermark, it says so in the log and tries again.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::mark::{self, MarkVerdict};
use super::{Vault, chain};
use crate::db::{Db, DbError};
use crate::jobs::Means;
use crate::keys::Keys;
use crate::now::Now;

/// Rows sealed in one transaction at most, so that acts need not wait for it long.
const AT_ONCE: u32 = 250;
/// Time between two passes.
const PASS: Duration = Duration::from_secs(1);
/// Every so many passes it looks back a whole day.
const WIDE: u64 = 60;

/// Seals until it is dropped; then once more.
pub struct Sealer {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sealer {
    /// Starts to seal the record of the plan's county.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(means: Arc<dyn Means>) -> std::io::Result<Self> {
        let (stop, stopped) = channel();
        let thread = std::thread::Builder::new().name("sealer".to_owned()).spawn(move || {
            let mut trouble = Trouble::default();
            for pass in 0_u64.. {
                let wait = if pass == 0 { Duration::ZERO } else { PASS };
                let stopping = !matches!(stopped.recv_timeout(wait), Err(RecvTimeoutError::Timeout));
                let whole_day = stopping || pass.is_multiple_of(WIDE);
                let (db, keys, vault) = (means.db(), means.keys(), means.vault());
                trouble.say(pass_over(db, keys, vault, &means.plan().county().code, &means.now(), whole_day));
                if stopping {
                    return;
                }
            }
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Sealer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic there is already in the log.
            drop(thread.join());
        }
    }
}

/// What was last said to be wrong: a full disk is said once, not every second.
#[derive(Default)]
struct Trouble(Option<String>);

impl Trouble {
    fn say(&mut self, done: Result<MarkVerdict, DbError>) {
        let wrong = match done {
            Ok(verdict) if verdict.is_sound() => None,
            Ok(verdict) => Some(format!("the record does not reach its watermark: {}", verdict.words())),
            Err(error) => Some(format!("the record could not be sealed: {error}")),
        };
        match (&wrong, &self.0) {
            (None, Some(_)) => tracing::warn!("the record is sealed again"),
            (Some(now), before) if Some(now) != before.as_ref() => tracing::error!("{now}"),
            _ => {}
        }
        self.0 = wrong;
    }
}

/// Seals everything that waits and raises the watermark, as a pass of the sealer does: for whoever fills a county
/// without serving it. How the record stands to its watermark.
///
/// # Errors
/// What the storage refused; [`DbError::Other`] when the watermark cannot be read or written.
pub fn seal_up(db: &Db, keys: &Keys, vault: &Vault, county: &str, now: &Now) -> Result<MarkVerdict, DbError> {
    pass_over(db, keys, vault, county, now, true)
}

fn pass_over(
    db: &Db,
    keys: &Keys,
    vault: &Vault,
    county: &str,
    now: &Now,
    whole_day: bool,
) -> Result<MarkVerdict, DbError> {
    mark::begin(db, keys, vault, county, now)?;
    // Nothing is written while nothing waits, so that an idle disk stays idle.
    while db.read(|tx| chain::is_due(tx, county, whole_day))? {
        let county = county.to_owned();
        let sealed = db.write(move |tx| {
            if whole_day {
                chain::seal_due(tx, &county, AT_ONCE)
            } else {
                chain::seal_soon(tx, &county, AT_ONCE)
            }
        })?;
        if sealed == 0 {
            break;
        }
    }
    mark::raise(db, keys, vault, county, now)
}
