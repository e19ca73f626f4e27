//! Threads, bounded queues and pools under the two engines: who waits, how long, and that everybody is answered
//! exactly once. It must know neither SQL nor an engine.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock, TryLockError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::error::DbError;
use super::tx::Tx;

/// A call that waits for a transaction.
pub(super) trait Job: Send {
    /// Runs it. Whether its work is to be kept.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Whether its commit need not wait for the disk.
    fn soon(&self) -> bool {
        false
    }
    /// Whether it wants to [`enter`](Job::enter) beside an open snapshot, and not to run in a transaction.
    fn visits(&self) -> bool {
        false
    }
    /// Does its work beside the snapshot that is open on this thread.
    fn enter(&mut self) {}
    /// Answers the caller, once the fate of the transaction is known.
    fn settle(self: Box<Self>, fate: Result<(), DbError>);
    /// Whether its caller has stopped waiting.
    fn late(&self) -> bool;
}

/// Runs a caller's closure: a panic is an error, and so is success after a statement that failed.
pub(super) fn contain<T, E: From<DbError>>(
    f: &mut impl FnMut(&mut Tx<'_>) -> Result<T, E>,
    tx: &mut Tx<'_>,
) -> Result<T, E> {
    match catch_unwind(AssertUnwindSafe(|| f(tx))) {
        Ok(Ok(_)) if tx.failure().is_some() => Err(tx.failure().cloned().unwrap_or(DbError::Closed).into()),
        Ok(result) => result,
        Err(_) => Err(DbError::Other("the call panicked and was undone".to_owned()).into()),
    }
}

pub(super) struct Task<F, R: FnOnce(Result<T, E>), T, E: From<DbError>> {
    call: F,
    reply: Option<R>,
    outcome: Option<Result<T, E>>,
    deadline: Instant,
    soon: bool,
    #[cfg(feature = "testing")]
    rehearsal: Option<super::testing::Rehearsal>,
}

impl<F, R: FnOnce(Result<T, E>), T, E: From<DbError>> Task<F, R, T, E> {
    pub(super) fn new(call: F, reply: R, wait: Duration) -> Self {
        Self {
            call,
            reply: Some(reply),
            outcome: None,
            deadline: Instant::now() + wait,
            soon: false,
            #[cfg(feature = "testing")]
            rehearsal: None,
        }
    }

    /// The same, but its commit need not wait for the disk.
    pub(super) fn let_soon(mut self) -> Self {
        self.soon = true;
        self
    }

    /// As a rehearsal: undone after it was looked at.
    #[cfg(feature = "testing")]
    pub(super) fn rehearsed(mut self, rehearsal: Option<super::testing::Rehearsal>) -> Self {
        self.rehearsal = rehearsal;
        self
    }

    fn answer(&mut self, result: Result<T, E>) {
        if let Some(reply) = self.reply.take() {
            // A reply that panics is its caller's loss; the thread goes on.
            drop(catch_unwind(AssertUnwindSafe(|| reply(result))));
        }
    }
}

impl<F, R, T, E> Job for Task<F, R, T, E>
where
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send,
    R: FnOnce(Result<T, E>) + Send,
    T: Send,
    E: From<DbError> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        #[cfg(feature = "testing")]
        if let Some(rehearsal) = self.rehearsal.clone() {
            self.outcome = Some(rehearsal.run(&mut self.call, tx));
            return false;
        }
        let outcome = contain(&mut self.call, tx);
        let keep = outcome.is_ok();
        self.outcome = Some(outcome);
        keep
    }

    fn settle(mut self: Box<Self>, fate: Result<(), DbError>) {
        let result = match fate {
            Ok(()) => self.outcome.take().unwrap_or_else(|| Err(DbError::Closed.into())),
            Err(error) => Err(error.into()),
        };
        self.answer(result);
    }

    fn late(&self) -> bool {
        Instant::now() > self.deadline
    }

    fn soon(&self) -> bool {
        self.soon
    }
}

/// Shutdown, or a thread that died: the caller still gets its one answer.
impl<F, R: FnOnce(Result<T, E>), T, E: From<DbError>> Drop for Task<F, R, T, E> {
    fn drop(&mut self) {
        self.answer(Err(DbError::Closed.into()));
    }
}

/// What stands in a queue.
pub(super) type Waiting = Box<dyn Job>;

/// The receiving end of a queue, shared by the threads of a crew. Jobs leave in the order in which they came.
pub(super) struct Queue(Mutex<Receiver<Waiting>>);

impl Queue {
    /// The next job; `Ok(None)` after `patience`; `Err` when the queue is closed and empty.
    pub(super) fn next(&self, patience: Duration) -> Result<Option<Waiting>, ()> {
        loop {
            match lock(&self.0).recv_timeout(patience) {
                Ok(job) if job.late() => job.settle(Err(late())),
                Ok(job) => return Ok(Some(job)),
                Err(RecvTimeoutError::Timeout) => return Ok(None),
                Err(RecvTimeoutError::Disconnected) => return Err(()),
            }
        }
    }
}

impl Queue {
    /// A job that stands there already, without waiting; none where another thread of the crew is waiting for one.
    pub(super) fn at_once(&self) -> Option<Waiting> {
        let receiver = match self.0.try_lock() {
            Ok(receiver) => receiver,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        loop {
            match receiver.try_recv() {
                Ok(job) if job.late() => job.settle(Err(late())),
                Ok(job) => return Some(job),
                Err(_) => return None,
            }
        }
    }
}

fn late() -> DbError {
    DbError::Busy("waited too long for its turn".to_owned())
}

thread_local! { static WRITING: Cell<bool> = const { Cell::new(false) }; }

/// Whether this thread is one that writes: a write that it waited for would wait for itself.
pub(super) fn writing() -> bool {
    WRITING.get()
}

/// Threads that take jobs from one bounded queue.
pub(super) struct Crew {
    sender: RwLock<Option<SyncSender<Waiting>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Crew {
    /// Starts `size` threads, each of which runs `work` until the queue is closed and empty.
    pub(super) fn start(
        name: &str,
        size: usize,
        capacity: usize,
        work: impl Fn(&Queue) + Send + Sync + 'static,
    ) -> Result<Self, DbError> {
        let (sender, receiver) = sync_channel(capacity);
        let queue = Arc::new(Queue(Mutex::new(receiver)));
        let work = Arc::new(work);
        let mut threads = Vec::new();
        for _ in 0..size.max(1) {
            let (queue, work) = (Arc::clone(&queue), Arc::clone(&work));
            let writes = name == "write";
            let run = move || {
                WRITING.set(writes);
                work(&queue);
            };
            let thread = thread::Builder::new().name(name.to_owned()).spawn(run);
            threads.push(thread.map_err(|error| DbError::Unavailable(format!("start a thread: {error}")))?);
        }
        Ok(Self { sender: RwLock::new(Some(sender)), threads: Mutex::new(threads) })
    }

    /// Queues a job, or answers it at once: `Busy` when the queue is full, `Closed` after `stop`.
    pub(super) fn submit(&self, job: Waiting) {
        let sender = self.sender.read().unwrap_or_else(PoisonError::into_inner).clone();
        match sender.map(|sender| sender.try_send(job)) {
            Some(Err(TrySendError::Full(job))) => {
                job.settle(Err(DbError::Busy("too many calls wait already".to_owned())));
            }
            // Dropped jobs answer `Closed` themselves.
            Some(Ok(()) | Err(TrySendError::Disconnected(_))) | None => {}
        }
    }

    /// Lets the threads finish what is queued, and waits for them.
    pub(super) fn stop(&self) {
        drop(self.sender.write().unwrap_or_else(PoisonError::into_inner).take());
        for thread in std::mem::take(&mut *lock(&self.threads)) {
            if thread.thread().id() != thread::current().id() {
                drop(thread.join());
            }
        }
    }
}

/// Connections that are opened when needed, at most `limit`.
pub(super) struct Pool<C> {
    state: Mutex<Idle<C>>,
    freed: Condvar,
    limit: usize,
}

struct Idle<C> {
    idle: Vec<C>,
    open: usize,
    closed: bool,
}

impl<C> Pool<C> {
    pub(super) fn new(limit: usize) -> Self {
        let idle = Idle { idle: Vec::new(), open: 0, closed: false };
        Self { state: Mutex::new(idle), freed: Condvar::new(), limit: limit.max(1) }
    }

    /// A connection, after waiting `wait` at most for one to be free.
    pub(super) fn take(
        &self,
        wait: Duration,
        open: impl FnOnce() -> Result<C, DbError>,
    ) -> Result<Lent<'_, C>, DbError> {
        let full = |state: &mut Idle<C>| !state.closed && state.idle.is_empty() && state.open >= self.limit;
        let state = self.freed.wait_timeout_while(lock(&self.state), wait, full);
        let mut state = state.unwrap_or_else(PoisonError::into_inner).0;
        if state.closed {
            return Err(DbError::Closed);
        }
        if let Some(connection) = state.idle.pop() {
            return Ok(Lent { pool: self, connection: Some(connection) });
        }
        if state.open >= self.limit {
            return Err(late());
        }
        state.open += 1;
        drop(state);
        let mut lent = Lent { pool: self, connection: None };
        lent.connection = Some(open()?);
        Ok(lent)
    }

    /// Lets go of all idle connections, for example because their server went away.
    pub(super) fn clear(&self) {
        let idle = {
            let mut state = lock(&self.state);
            state.open -= state.idle.len();
            std::mem::take(&mut state.idle)
        };
        drop(idle);
        self.freed.notify_all();
    }

    pub(super) fn close(&self) {
        lock(&self.state).closed = true;
        self.clear();
    }
}

/// A connection on loan. Unless it is given back it is closed, so that a broken one never returns.
pub(super) struct Lent<'a, C> {
    pool: &'a Pool<C>,
    connection: Option<C>,
}

impl<C> Lent<'_, C> {
    /// Takes the connection out of the loan, to be put back by [`put`](Lent::put).
    pub(super) fn out(&mut self) -> Result<C, DbError> {
        self.connection.take().ok_or(DbError::Closed)
    }

    /// Puts back what was taken out.
    pub(super) fn put(&mut self, connection: C) {
        self.connection = Some(connection);
    }

    /// The connection. `Closed` cannot happen: it is there until `keep`.
    pub(super) fn get(&mut self) -> Result<&mut C, DbError> {
        self.connection.as_mut().ok_or(DbError::Closed)
    }

    /// Gives it back for the next caller.
    pub(super) fn keep(mut self) {
        let mut state = lock(&self.pool.state);
        if !state.closed {
            state.idle.extend(self.connection.take());
        }
        state.open -= usize::from(self.connection.is_some());
        drop(state);
        self.pool.freed.notify_one();
        let closing = self.connection.take();
        std::mem::forget(self);
        drop(closing);
    }
}

impl<C> Drop for Lent<'_, C> {
    fn drop(&mut self) {
        drop(self.connection.take());
        lock(&self.pool.state).open -= 1;
        self.pool.freed.notify_one();
    }
}

/// Our locks guard no invariant that a panic could break.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
