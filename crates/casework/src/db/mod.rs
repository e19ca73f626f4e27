//! The database: one façade over SQLite (built in) and PostgreSQL (by URL), so that a use case is written once. It
//! must not know the product's tables; docs/sql.md says which SQL both engines take.

use std::cell::Cell;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Duration;

mod backup;
mod check;
mod checkpoint;
mod counts;
mod error;
mod gather;
mod migrate;
mod postgres;
mod queue;
mod settings;
mod sqlite;
#[cfg(feature = "testing")]
pub mod testing;
mod tx;
mod value;
mod visit;

pub use check::Health;
pub use counts::Done;
pub use error::DbError;
pub use migrate::{MIGRATIONS, Migrated, Migration};
pub use settings::{Access, Settings};
pub use tx::{Following, Tx};
pub use value::{FromColumn, Row, Value};

use counts::Counts;
use postgres::{Mode, Server};
use queue::{Crew, Job, Task, contain};
use sqlite::{Disk, Writer};
use visit::Visit;

/// Which engine stands behind a [`Db`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// The built-in one; one file.
    Sqlite,
    /// A server, by URL.
    Postgres,
}

/// Where a database is: `sqlite:path/to/county.db` or `postgres://user@host/name`.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// A file of SQLite; beside it lie its WAL and its lock file.
    Sqlite(PathBuf),
    /// A URL of PostgreSQL; it may hold a password and is never shown.
    Postgres(String),
}

impl FromStr for Location {
    type Err = DbError;

    fn from_str(text: &str) -> Result<Self, DbError> {
        match text.strip_prefix("sqlite:") {
            Some(path) if !path.is_empty() => Ok(Self::Sqlite(path.into())),
            None if text.starts_with("postgres://") || text.starts_with("postgresql://") => {
                Ok(Self::Postgres(text.to_owned()))
            }
            _ => Err(DbError::Other(
                "数据库地址写成 sqlite:文件路径，或 postgres://用户@主机/库名。".to_owned(),
            )),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(_) => f.write_str("postgres://…"),
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A database, open. Cheap to clone; the last clone closes it.
///
/// `read` runs on the calling thread, which must not be a thread of an async runtime: there use `read_then`.
#[derive(Clone)]
pub struct Db(Arc<Shared>);

struct Shared {
    settings: Settings,
    location: Location,
    store: Arc<Store>,
    reads: Crew,
    writes: Option<Crew>,
    counts: Arc<Counts>,
    /// Tells the databases of one process apart.
    number: u64,
    #[cfg(feature = "testing")]
    rehearsal: std::sync::RwLock<Option<testing::Rehearsal>>,
}

enum Store {
    Sqlite(Box<Disk>),
    Postgres(Box<Server>),
}

impl Store {
    fn read(&self, call: &mut dyn FnMut(&mut Tx<'_>) -> bool) -> Result<(), DbError> {
        match self {
            Self::Sqlite(disk) => disk.read(call),
            Self::Postgres(server) => server.run(Mode::Read, call),
        }
    }

    fn visit(&self, of: u64, work: &mut dyn FnMut()) -> Result<(), DbError> {
        match self {
            Self::Sqlite(disk) => disk.visit(of, work),
            // Each read is then checked by itself, at its commit.
            Self::Postgres(_) => {
                work();
                Ok(())
            }
        }
    }
}

/// Longer than any call waits for its turn; a thread of a crew looks up now and then.
const PATIENCE: Duration = Duration::from_secs(3600);

impl Db {
    /// Opens the database; an SQLite file is made when it is missing.
    ///
    /// # Errors
    /// `InUse` when another process serves the file, `Unavailable` when it cannot be opened or would not be durable,
    /// `Corrupt` when it is no database, `Other` for a PostgreSQL database with another collation than `C`.
    pub fn open(location: &Location, settings: &Settings) -> Result<Self, DbError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let (number, counts) = (NEXT.fetch_add(1, Ordering::Relaxed), Arc::new(Counts::default()));
        let (store, writer) = match location {
            Location::Sqlite(path) => {
                let writer = if settings.access == Access::Serve {
                    check::filesystem(path)?;
                    let _lock = sqlite::claim(path)?;
                    let mut connection = sqlite::connect(path, settings, true)?;
                    let logged = sqlite::counted(&mut connection)?;
                    let (path, settings, counts) = (path.clone(), settings.clone(), Arc::clone(&counts));
                    let waiting = Cell::new(true);
                    Some(Writer { path, connection, settings, counts, waiting, logged, _lock })
                } else {
                    drop(sqlite::connect(path, settings, false)?);
                    None
                };
                (Store::Sqlite(Box::new(Disk::new(path, settings, Arc::clone(&counts)))), writer)
            }
            Location::Postgres(url) => {
                let server = Server::new(url, settings, Arc::clone(&counts))?;
                server.inspect()?;
                (Store::Postgres(Box::new(server)), None)
            }
        };
        let store = Arc::new(store);
        let reading = Arc::clone(&store);
        let reads = Crew::start("read", settings.readers, settings.queue, move |queue| {
            while let Ok(job) = queue.next(PATIENCE) {
                let Some(mut job) = job else { continue };
                let fate = if job.visits() {
                    reading.visit(number, &mut || job.enter())
                } else {
                    reading.read(&mut |tx| job.run(tx))
                };
                job.settle(fate);
            }
        })?;
        let writes = match (settings.access, writer) {
            (Access::Inspect, _) => None,
            (Access::Serve, Some(writer)) => {
                let writer = std::sync::Mutex::new(writer);
                let serve = move |queue: &queue::Queue| queue::lock(&writer).serve(queue);
                Some(Crew::start("write", 1, settings.queue, serve)?)
            }
            (Access::Serve, None) => {
                let writing = Arc::clone(&store);
                let serve = move |queue: &queue::Queue| {
                    let Store::Postgres(server) = writing.as_ref() else { return };
                    let mut carried = None;
                    while let Ok(job) =
                        carried.take().map_or_else(|| queue.next(PATIENCE), |job| Ok(Some(job)))
                    {
                        carried = job.and_then(|job| server.gather(job, queue));
                    }
                };
                Some(Crew::start("write", settings.writers, settings.queue, serve)?)
            }
        };
        let (settings, location) = (settings.clone(), location.clone());
        Ok(Self(Arc::new(Shared {
            settings,
            location,
            store,
            reads,
            writes,
            counts,
            number,
            #[cfg(feature = "testing")]
            rehearsal: std::sync::RwLock::new(None),
        })))
    }

    /// Which engine it is.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self.0.store.as_ref() {
            Store::Sqlite(_) => Engine::Sqlite,
            Store::Postgres(_) => Engine::Postgres,
        }
    }

    /// Where it is.
    #[must_use]
    pub fn location(&self) -> &Location {
        &self.0.location
    }

    /// Commits since it was opened; on SQLite one may hold many calls.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.done().commits
    }

    /// What was done since it was opened.
    #[must_use]
    pub fn done(&self) -> Done {
        self.0.counts.done()
    }

    /// Brings the schema up to this program's, in one transaction; an SQLite file is backed up before.
    ///
    /// # Errors
    /// `Other` when the database is newer than the program, is not ours, or a migration fails: then nothing changed.
    pub fn migrate(&self) -> Result<Migrated, DbError> {
        migrate::migrate(self, MIGRATIONS)
    }

    /// As [`migrate`](Db::migrate), with other migrations: for tests.
    ///
    /// # Errors
    /// As [`migrate`](Db::migrate).
    pub fn migrate_with(&self, list: &[Migration]) -> Result<Migrated, DbError> {
        migrate::migrate(self, list)
    }

    /// Runs `f` on one snapshot, on this thread, and waits for it. `f` may run more than once.
    ///
    /// # Errors
    /// What `f` answers; or that the snapshot could not be had.
    pub fn read<T, E: From<DbError>>(&self, mut f: impl FnMut(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        let mut outcome = None;
        self.0.store.read(&mut |tx| {
            let result = contain(&mut f, tx);
            let fine = result.is_ok();
            outcome = Some(result);
            fine
        })?;
        outcome.unwrap_or_else(|| Err(DbError::Closed.into()))
    }

    /// Runs `f` in one transaction and answers after its commit is durable. `f` may run more than once.
    ///
    /// # Errors
    /// What `f` answers, after undoing what it did; or why nothing could be committed.
    pub fn write<T, E>(&self, f: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        waited(|sender| self.write_then(f, move |result| drop(sender.send(result))))
    }

    /// As `write`, but answers before the commit is flushed. Nobody sees anything else, and a process that is killed loses
    /// nothing; a power cut within the next second can undo it, whole, together with what was committed after it. For
    /// what can be done again: a portion of a job that notes how far it came.
    ///
    /// # Errors
    /// As [`write`](Db::write).
    pub fn write_soon<T, E>(
        &self,
        f: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        waited(|sender| self.write_soon_then(f, move |result| drop(sender.send(result))))
    }

    /// As `read`, on a thread of the pool; that thread then calls `reply`, exactly once, also on shutdown or panic.
    pub fn read_then<T, E>(
        &self,
        f: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        reply: impl FnOnce(Result<T, E>) + Send + 'static,
    ) where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        self.0.reads.submit(Box::new(Task::new(f, reply, self.0.settings.wait)));
    }

    /// Runs `work`, once, on a thread of the pool that holds a snapshot open meanwhile, for [`here`](Db::here) to read
    /// from (PostgreSQL: without one); with an error when none is to be had. Whatever `work` has to say it says itself.
    pub fn visit(&self, work: impl FnOnce(Result<(), DbError>) + Send + 'static) {
        self.0.reads.submit(Box::new(Visit::new(work, self.0.settings.wait)));
    }

    /// Runs `f` on the snapshot that a [`visit`](Db::visit) holds open on this thread; `None` when there is none, or it
    /// is over: then `f` is to be run in a transaction of its own.
    pub fn here<T, E: From<DbError>>(
        &self,
        f: &mut impl FnMut(&mut Tx<'_>) -> Result<T, E>,
    ) -> Option<Result<T, E>> {
        visit::here(self.0.number, f)
    }

    /// As `write`, on the writer's thread; that thread then calls `reply`, exactly once, also on shutdown or panic.
    /// When the queue is full or closed, `reply` is called before this returns.
    pub fn write_then<T, E>(
        &self,
        f: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        reply: impl FnOnce(Result<T, E>) + Send + 'static,
    ) where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        self.queue(Task::new(f, reply, self.0.settings.wait));
    }

    /// As [`write_soon`](Db::write_soon), and answers as [`write_then`](Db::write_then) does.
    pub fn write_soon_then<T, E>(
        &self,
        f: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        reply: impl FnOnce(Result<T, E>) + Send + 'static,
    ) where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        self.queue(Task::new(f, reply, self.0.settings.wait).let_soon());
    }

    /// Puts a write into the writer's queue; refuses it where there is no writer.
    fn queue<F, R, T, E>(&self, task: Task<F, R, T, E>)
    where
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        R: FnOnce(Result<T, E>) + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        #[cfg(feature = "testing")]
        let task = task.rehearsed(self.rehearsal());
        let task: Box<dyn Job> = Box::new(task);
        match &self.0.writes {
            Some(crew) => crew.submit(task),
            None => task.settle(Err(DbError::Other("opened to look, not to write".to_owned()))),
        }
    }

    /// Writes everything, as of one moment, into the new file `to`, with a checksum; others read and write meanwhile.
    ///
    /// # Errors
    /// `Other` when `to` exists, `Full` or `Unavailable` when it cannot be written. Then there is no file `to`.
    pub fn backup(&self, to: &Path) -> Result<(), DbError> {
        if to.exists() {
            return Err(DbError::Other(format!("备份文件已存在，不覆盖：{}", to.display())));
        }
        backup::write(self, to)
    }

    /// Restores a backup of either engine into an empty place of either engine.
    ///
    /// # Errors
    /// `Corrupt` when the file is damaged, cut off or no backup of ours; `Other` when it is newer than the program
    /// or the place is not empty. The place is then as it was.
    pub fn restore(from: &Path, location: &Location) -> Result<(), DbError> {
        backup::restore(from, location, MIGRATIONS)
    }

    /// As [`restore`](Db::restore), with other migrations: for tests.
    ///
    /// # Errors
    /// As [`restore`](Db::restore).
    pub fn restore_with(from: &Path, location: &Location, list: &[Migration]) -> Result<(), DbError> {
        backup::restore(from, location, list)
    }

    /// How it is, for `doctor`. Reads the whole file of SQLite.
    ///
    /// # Errors
    /// `Unavailable` when it cannot be reached. Damage is no error but stands in the answer.
    pub fn check(&self) -> Result<Health, DbError> {
        check::check(self, true)
    }

    /// As [`check`](Db::check), without looking for damage: quick enough for a page.
    ///
    /// # Errors
    /// As [`check`](Db::check).
    pub fn glance(&self) -> Result<Health, DbError> {
        check::check(self, false)
    }

    /// Stops taking calls, finishes those that wait, and closes. Other clones then answer `Closed`.
    pub fn close(self) {
        self.0.close();
    }
}

/// Begins a write and waits for its answer.
fn waited<T, E: From<DbError>>(begin: impl FnOnce(SyncSender<Result<T, E>>)) -> Result<T, E> {
    if queue::writing() {
        return Err(DbError::Other("a write inside of a write would wait for itself".to_owned()).into());
    }
    let (sender, receiver) = sync_channel(1);
    begin(sender);
    receiver.recv().unwrap_or_else(|_| Err(DbError::Closed.into()))
}

impl Shared {
    fn close(&self) {
        self.writes.iter().for_each(Crew::stop);
        self.reads.stop();
        match self.store.as_ref() {
            Store::Sqlite(disk) => disk.close(),
            Store::Postgres(server) => server.close(),
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.close();
    }
}
