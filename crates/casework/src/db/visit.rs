//! One snapshot for everything that a request reads, on the thread that reads it: two changes of thread and one
//! transaction for a page instead of two and one for each read. SQLite only: on PostgreSQL a read counts once its commit
//! was checked, which is after the page would have been made of it. It must not know SQL.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::counts::Counts;
use super::error::DbError;
use super::queue::{Job, contain};
use super::sqlite::Reader;
use super::tx::{On, Tx};

struct Open {
    /// Which database: a thread reads from one only, but a test has many.
    of: u64,
    reader: Reader,
    counts: Arc<Counts>,
    /// A statement was refused: nothing more is read from the snapshot, as on any transaction.
    spoiled: bool,
}

thread_local! { static OPEN: Cell<Option<Open>> = const { Cell::new(None) }; }

/// Keeps `reader`, whose snapshot has begun, on this thread while `work` runs; the connection.
pub(super) fn keep(of: u64, reader: Reader, counts: &Arc<Counts>, work: &mut dyn FnMut()) -> Option<Reader> {
    OPEN.set(Some(Open { of, reader, counts: Arc::clone(counts), spoiled: false }));
    // Work that panics is its caller's loss; the connection goes back.
    drop(catch_unwind(AssertUnwindSafe(work)));
    OPEN.take().map(|open| open.reader)
}

/// Runs `call` in the snapshot that is open on this thread. `None` when there is none, or it is over: then `call` is to be
/// run in one of its own.
pub(super) fn here<T, E: From<DbError>>(
    of: u64,
    call: &mut impl FnMut(&mut Tx<'_>) -> Result<T, E>,
) -> Option<Result<T, E>> {
    let mut open = OPEN.take()?;
    if open.of != of || open.spoiled {
        OPEN.set(Some(open));
        return None;
    }
    let mut tx = Tx::new(On::Sqlite(open.reader.connection())).of(of);
    let outcome = contain(call, &mut tx);
    let (statements, spoiled) = (tx.statements(), tx.failure().is_some());
    // Before the page is made of it: what a page cost is counted when it is answered.
    open.counts.ran(statements);
    open.spoiled = spoiled;
    OPEN.set(Some(open));
    Some(outcome)
}

/// Work that waits for a thread with a snapshot. It is called once: with an error when there is none to be had.
pub(super) struct Visit<W: FnOnce(Result<(), DbError>)> {
    work: Option<W>,
    deadline: Instant,
}

impl<W: FnOnce(Result<(), DbError>)> Visit<W> {
    pub(super) fn new(work: W, wait: Duration) -> Self {
        Self { work: Some(work), deadline: Instant::now() + wait }
    }

    fn call(&mut self, fate: Result<(), DbError>) {
        if let Some(work) = self.work.take() {
            drop(catch_unwind(AssertUnwindSafe(|| work(fate))));
        }
    }
}

impl<W: FnOnce(Result<(), DbError>) + Send> Job for Visit<W> {
    fn run(&mut self, _: &mut Tx<'_>) -> bool {
        self.enter();
        true
    }

    fn visits(&self) -> bool {
        true
    }

    fn enter(&mut self) {
        self.call(Ok(()));
    }

    fn settle(mut self: Box<Self>, fate: Result<(), DbError>) {
        self.call(fate);
    }

    fn late(&self) -> bool {
        Instant::now() > self.deadline
    }
}

impl<W: FnOnce(Result<(), DbError>)> Drop for Visit<W> {
    fn drop(&mut self) {
        self.call(Err(DbError::Closed));
    }
}
