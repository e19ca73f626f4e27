//! What a database is opened for, and its limits: how many threads, how long anybody waits, when the log is copied.

use std::time::Duration;

/// What a [`Db`](super::Db) is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// To serve: reads and writes, and nobody else may serve the same SQLite file.
    Serve,
    /// To look: reads, `backup` and `check`, also while another process serves.
    Inspect,
}

/// Limits. The defaults suit two processors and a county.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What for.
    pub access: Access,
    /// Reading threads and connections, at most.
    pub readers: usize,
    /// Writing threads and connections of PostgreSQL, at most; SQLite has one. One is best: serializable transactions beside each
    /// other conflict, and what waits is committed together.
    pub writers: usize,
    /// Calls that may wait in each queue; one more is answered `Busy`.
    pub queue: usize,
    /// Calls that are committed at once, at most.
    pub batch: usize,
    /// How long a writer goes on taking calls that wait into one commit: the first is answered no sooner.
    pub gather: Duration,
    /// How long a call waits for its turn before it is answered `Busy`.
    pub wait: Duration,
    /// How long the engine waits for a lock that another process holds.
    pub busy: Duration,
    /// How long a read on SQLite, or a statement on PostgreSQL, may take.
    pub statement: Duration,
    /// How long a lost PostgreSQL is sought again before a call is answered `Unavailable`.
    pub heal: Duration,
    /// Pages of 4 KiB in the log of SQLite from which on it is copied into its file: those that many commits touch go there
    /// once.
    pub log: u64,
    /// Bytes of WAL from which on it is cut off after use.
    pub wal: u64,
    /// Pages that the writer of SQLite keeps, KiB at most: the indexes that an import writes into.
    pub cache: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            access: Access::Serve,
            readers: 4,
            writers: 1,
            queue: 1024,
            batch: 64,
            gather: Duration::from_millis(20),
            wait: Duration::from_secs(10),
            busy: Duration::from_secs(5),
            statement: Duration::from_secs(30),
            heal: Duration::from_secs(2),
            log: 4_000,
            wal: 64 << 20,
            cache: 16_000,
        }
    }
}
