//! One snapshot for everything that a request reads, on the thread that reads it: two changes of thread and one
//! transaction for a page instead of two and one for each read. It must not know SQL.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use super::error::DbError;
use super::postgres::Session;
use super::queue::{Job, contain};
use super::sqlite::Reader;
use super::tx::{On, Tx};

/// A connection whose snapshot is open on this thread.
pub(super) enum Held {
    Sqlite(Reader),
    Postgres(Session),
}

struct Open {
    /// Which database: a thread reads from one only, but a test has many.
    of: u64,
    held: Held,
    statements: u64,
    /// A statement was refused: both engines are then done with the snapshot.
    spoiled: bool,
}

thread_local! { static OPEN: Cell<Option<Open>> = const { Cell::new(None) }; }

/// Keeps `held`, whose snapshot has begun, on this thread while `work` runs. The connection, unless it was lost, and
/// how many statements ran on it.
pub(super) fn keep(of: u64, held: Held, work: &mut dyn FnMut()) -> (Option<Held>, u64) {
    OPEN.set(Some(Open { of, held, statements: 0, spoiled: false }));
    // Work that panics is its caller's loss; the connection goes back.
    drop(catch_unwind(AssertUnwindSafe(work)));
    match OPEN.take() {
        Some(open) => (Some(open.held), open.statements),
        None => (None, 0),
    }
}

/// Runs `call` in the snapshot that is open on this thread. `None` when there is none, or it broke: then `call` is to be
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
    let mut tx = Tx::new(match &mut open.held {
        Held::Sqlite(reader) => On::Sqlite(reader.connection()),
        Held::Postgres(session) => On::Postgres(session),
    })
    .of(of);
    let outcome = contain(call, &mut tx);
    let (statements, lost, spoiled) = (tx.statements(), tx.again || tx.lost, tx.failure().is_some());
    open.statements += statements;
    open.spoiled = spoiled || lost;
    OPEN.set(Some(open));
    (!lost).then_some(outcome)
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
