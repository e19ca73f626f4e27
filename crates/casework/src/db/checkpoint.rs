//! Copies the log of SQLite into its file beside the writer: a passive checkpoint stops neither those who read nor those who
//! write, where the writer's own would let everybody wait for it. It must never answer for a commit: what is in the log is
//! durable, copied or not.

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::Settings;
use super::error::DbError;
use super::sqlite::{connect, passive};

/// The thread that copies. Dropped, it ends.
pub(super) struct Checkpoints {
    wake: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    lost: Arc<OnceLock<DbError>>,
}

impl Checkpoints {
    /// Starts it.
    pub(super) fn start(path: &Path, settings: &Settings) -> Result<Self, DbError> {
        let (wake, woken) = sync_channel(1);
        let lost = Arc::new(OnceLock::new());
        let (path, settings, tell) = (path.to_owned(), settings.clone(), Arc::clone(&lost));
        let thread = thread::Builder::new()
            .name("checkpoint".to_owned())
            .spawn(move || work(&path, &settings, &woken, &tell))
            .map_err(|error| DbError::Unavailable(format!("start a thread: {error}")))?;
        Ok(Self { wake: Some(wake), thread: Some(thread), lost })
    }

    /// Has it copy, if it does not do so already.
    pub(super) fn wake(&self) {
        if let Some(wake) = &self.wake {
            // One that waits already is enough.
            let _ = wake.try_send(());
        }
    }

    /// The flush of the file that failed: only a restart, which reads the log anew, knows what is on the disk (I07).
    pub(super) fn lost(&self) -> Option<DbError> {
        self.lost.get().cloned()
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        drop(self.wake.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn work(path: &Path, settings: &Settings, woken: &Receiver<()>, lost: &OnceLock<DbError>) {
    let settings = Settings { busy: Duration::ZERO, ..settings.clone() };
    // Opened when it is first needed; a file that cannot be opened now is tried again at the next call.
    let mut connection = None;
    while woken.recv().is_ok() {
        if connection.is_none() {
            connection = connect(path, &settings, false).ok();
        }
        if let Some(Err(fault)) = connection.as_ref().map(passive)
            && fault.lost
        {
            drop(lost.set(fault.error));
            return;
        }
    }
}
