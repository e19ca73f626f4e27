//! How much the storage was asked to do: for tests that keep the work of a page from growing unnoticed, and for the
//! health page. Numbers only.

use std::sync::atomic::{AtomicU64, Ordering};

/// What was done since the database was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Done {
    /// Snapshots that were read from.
    pub snapshots: u64,
    /// Calls that wrote.
    pub writes: u64,
    /// Commits; on SQLite one may hold many calls.
    pub commits: u64,
    /// Statements in all of them.
    pub statements: u64,
}

/// The counters behind [`Done`].
#[derive(Debug, Default)]
pub(super) struct Counts {
    snapshots: AtomicU64,
    writes: AtomicU64,
    commits: AtomicU64,
    statements: AtomicU64,
}

impl Counts {
    pub(super) fn read(&self, statements: u64) {
        self.snapshots.fetch_add(1, Ordering::Relaxed);
        self.statements.fetch_add(statements, Ordering::Relaxed);
    }

    /// Statements of a snapshot that is still open.
    pub(super) fn ran(&self, statements: u64) {
        self.statements.fetch_add(statements, Ordering::Relaxed);
    }

    pub(super) fn write(&self, statements: u64) {
        self.writes.fetch_add(1, Ordering::Relaxed);
        self.statements.fetch_add(statements, Ordering::Relaxed);
    }

    pub(super) fn commit(&self) {
        self.commits.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn done(&self) -> Done {
        Done {
            snapshots: self.snapshots.load(Ordering::Relaxed),
            writes: self.writes.load(Ordering::Relaxed),
            commits: self.commits.load(Ordering::Relaxed),
            statements: self.statements.load(Ordering::Relaxed),
        }
    }
}
