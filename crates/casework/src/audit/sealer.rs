//! The thread that seals the record while the program runs: every second what has come, every minute also what came
//! late. It never holds up an act; when it cannot write it says so in the log and tries again.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::chain;
use crate::db::{Db, DbError};

/// Rows sealed in one transaction at most, so that acts need not wait for it long.
const AT_ONCE: u32 = 2_000;
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
    /// Starts to seal the record of a county.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(db: Db, county: String) -> std::io::Result<Self> {
        let (stop, stopped) = channel();
        let thread = std::thread::Builder::new().name("sealer".to_owned()).spawn(move || {
            let mut trouble = Trouble::default();
            for pass in 0_u64.. {
                match stopped.recv_timeout(if pass == 0 { Duration::ZERO } else { PASS }) {
                    Err(RecvTimeoutError::Timeout) => {
                        trouble.say(pass_over(&db, &county, pass.is_multiple_of(WIDE)));
                    }
                    Ok(()) | Err(RecvTimeoutError::Disconnected) => {
                        trouble.say(pass_over(&db, &county, true));
                        return;
                    }
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
struct Trouble(Option<DbError>);

impl Trouble {
    fn say(&mut self, done: Result<(), DbError>) {
        match done {
            Ok(()) if self.0.take().is_some() => tracing::warn!("the record is sealed again"),
            Ok(()) => {}
            Err(error) if self.0.as_ref() == Some(&error) => {}
            Err(error) => {
                tracing::error!("the record could not be sealed: {error}");
                self.0 = Some(error);
            }
        }
    }
}

fn pass_over(db: &Db, county: &str, whole_day: bool) -> Result<(), DbError> {
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
    Ok(())
}
