//! SQLite: connections that never promise less than a flushed commit, readers with a deadline, and the one writer
//! that commits many calls at once. It must know nothing of tables.

use std::cell::Cell;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::ffi::{SQLITE_IOERR_DIR_FSYNC, SQLITE_IOERR_FSYNC};
use rusqlite::hooks::Wal;
use rusqlite::{CachedStatement, Connection, OpenFlags};

use super::Settings;
use super::checkpoint::Checkpoints;
use super::counts::Counts;
use super::error::{self, DbError, Fault};
use super::queue::{Pool, Queue, Waiting};
use super::tx::{On, Tx};
use super::value::{Row, Source, Value};
use super::visit::keep;

/// `name` beside the database: `county.db` → `county.db-lock`.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Creates a file that only its owner reads.
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Takes the lock file, so that no second process serves the same database (I18). The lock ends with the process.
pub(super) fn claim(path: &Path) -> Result<File, DbError> {
    let file = private(OpenOptions::new().create(true).truncate(false).write(true))
        .open(beside(path, "-lock"))
        .map_err(|error| {
            DbError::Unavailable(format!("数据库目录打不开或不可写：{}：{error}", path.display()))
        })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(DbError::InUse(format!(
            "数据库 {} 正由另一个 baoxue 进程使用；请先停掉它，不要同时开两个。",
            path.display()
        ))),
        Err(TryLockError::Error(error)) => {
            Err(DbError::Unavailable(format!("lock {}: {error}", path.display())))
        }
    }
}

/// Opens one connection and sees that it keeps what it promises (I04).
pub(super) fn connect(path: &Path, settings: &Settings, writes: bool) -> Result<Connection, DbError> {
    let sort = |error: rusqlite::Error| DbError::from(error::sqlite("open", &error, None));
    if writes && !path.exists() {
        let made = private(OpenOptions::new().create_new(true).write(true)).open(path);
        made.map_err(|error| DbError::Unavailable(format!("数据库文件建不了：{}：{error}", path.display())))?;
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(sort)?;
    connection.busy_timeout(settings.busy).map_err(sort)?;
    connection.set_prepared_statement_cache_capacity(256);
    let set = "pragma synchronous = full; pragma foreign_keys = on; pragma mmap_size = 0; \
               pragma trusted_schema = off; pragma cell_size_check = on; pragma cache_size = -4000; \
               pragma case_sensitive_like = on";
    connection.execute_batch(set).map_err(sort)?;
    // "x" is a name, as the standard has it, and never a text.
    for strict in [DbConfig::SQLITE_DBCONFIG_DQS_DML, DbConfig::SQLITE_DBCONFIG_DQS_DDL] {
        connection.set_db_config(strict, false).map_err(sort)?;
    }
    // A plan is made for the statement and not for its values: with statistics, each new value would have it made anew,
    // which took half of the time of a page.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(sort)?;
    let text = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, String>(0));
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    if writes {
        connection.pragma_update(None, "journal_mode", "wal").map_err(sort)?;
        // The log is copied beside the writer (`checkpoint`); its own cache holds the indexes of an import.
        let pages = format!(
            "pragma wal_autocheckpoint = 0; pragma journal_size_limit = 67108864; pragma cache_size = -{}",
            settings.cache
        );
        connection.execute_batch(&pages).map_err(sort)?;
        // Statistics for the planner: welcome, not needed, and no reason for `doctor` not to open a damaged file.
        drop(connection.execute_batch("pragma optimize = 0x10002"));
    } else {
        connection.execute_batch("pragma query_only = on").map_err(sort)?;
    }
    if text("journal_mode").map_err(sort)? != "wal"
        || number("synchronous").map_err(sort)? < 2
        || number("foreign_keys").map_err(sort)? != 1
    {
        return Err(DbError::Unavailable(format!(
            "{} 不能以 WAL、synchronous=FULL、外键检查的方式打开（网络文件系统？只读？），为不丢数据拒绝启动。",
            path.display()
        )));
    }
    Ok(connection)
}

/// A database file and the readers of it.
pub(super) struct Disk {
    pub(super) path: PathBuf,
    pub(super) settings: Settings,
    readers: Pool<Reader>,
    counts: Arc<Counts>,
}

impl Disk {
    pub(super) fn new(path: &Path, settings: &Settings, counts: Arc<Counts>) -> Self {
        let readers = Pool::new(settings.readers);
        Self { path: path.to_owned(), settings: settings.clone(), readers, counts }
    }

    /// Runs `call` on one snapshot.
    pub(super) fn read(&self, call: &mut dyn FnMut(&mut Tx<'_>) -> bool) -> Result<(), DbError> {
        let mut lent = self.readers.take(self.settings.wait, || Reader::open(&self.path, &self.settings))?;
        let reader = lent.get()?;
        reader.begin(self.settings.statement)?;
        let mut tx = Tx::new(On::Sqlite(&reader.connection));
        call(&mut tx);
        self.counts.read(tx.statements());
        reader.end()?;
        lent.keep();
        Ok(())
    }

    /// Runs `work` beside one snapshot, which is held on this thread.
    pub(super) fn visit(&self, of: u64, work: &mut dyn FnMut()) -> Result<(), DbError> {
        let mut lent = self.readers.take(self.settings.wait, || Reader::open(&self.path, &self.settings))?;
        let mut reader = lent.out()?;
        reader.begin(self.settings.statement)?;
        let reader = keep(of, reader, &self.counts, work);
        self.counts.read(0);
        if let Some(mut reader) = reader {
            reader.end()?;
            lent.put(reader);
            lent.keep();
        }
        Ok(())
    }

    pub(super) fn close(&self) {
        self.readers.close();
    }
}

/// A reading connection whose statements are given up when their deadline has passed.
pub(super) struct Reader {
    connection: Connection,
    started: Instant,
    deadline: Arc<AtomicU64>,
}

impl Reader {
    fn open(path: &Path, settings: &Settings) -> Result<Self, DbError> {
        let mut connection = connect(path, settings, false)?;
        let (started, deadline) = (Instant::now(), Arc::new(AtomicU64::new(u64::MAX)));
        let watched = Arc::clone(&deadline);
        let over = move || millis(started) > watched.load(Ordering::Relaxed);
        let set = connection.progress_handler(10_000, Some(over));
        set.map_err(|error| DbError::from(error::sqlite("open", &error, None)))?;
        Ok(Self { connection, started, deadline })
    }

    /// Opens a snapshot, for `limit` at most: a reader that never ended would hold the WAL (H08).
    fn begin(&mut self, limit: Duration) -> Result<(), DbError> {
        let limit = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
        self.deadline.store(millis(self.started).saturating_add(limit), Ordering::Relaxed);
        Ok(step(&self.connection, "begin")?)
    }

    /// Lets go of the snapshot.
    fn end(&mut self) -> Result<(), DbError> {
        self.deadline.store(u64::MAX, Ordering::Relaxed);
        if self.connection.is_autocommit() { Ok(()) } else { Ok(step(&self.connection, "rollback")?) }
    }

    /// What reads run on.
    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }
}

fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// The one writer.
pub(super) struct Writer {
    pub(super) path: PathBuf,
    pub(super) connection: Connection,
    pub(super) settings: Settings,
    pub(super) counts: Arc<Counts>,
    /// Whether commits wait for the disk at this moment.
    pub(super) waiting: Cell<bool>,
    /// Pages that stand in the log since it last began anew.
    pub(super) logged: Arc<AtomicU64>,
    /// Held until the connection is closed.
    pub(super) _lock: File,
}

impl Writer {
    /// Works until the queue is closed and empty.
    pub(super) fn serve(&self, queue: &Queue) {
        let (mut stopped, mut carried) = (None, None);
        let copies = match Checkpoints::start(&self.path, &self.settings) {
            Ok(copies) => Some(copies),
            Err(error) => {
                stopped = Some(error);
                None
            }
        };
        let mut trimmed = Instant::now();
        loop {
            let next = match carried.take() {
                Some(job) => Ok(Some(job)),
                None => queue.next(Duration::from_secs(1)),
            };
            match next {
                Ok(Some(first)) => match &stopped {
                    Some(why) => first.settle(Err(DbError::clone(why))),
                    None => {
                        stopped = self.batch(first, queue, &mut carried);
                        stopped = stopped.or_else(|| copies.as_ref().and_then(|copies| self.copied(copies)));
                    }
                },
                Ok(None) => {}
                Err(()) => {
                    drop(batch(&self.connection, "pragma optimize"));
                    return;
                }
            }
            if trimmed.elapsed() >= Duration::from_secs(1) {
                self.trim();
                trimmed = Instant::now();
            }
        }
    }

    /// Runs what waits in one transaction and answers everybody after the flush. The error after which nothing
    /// more may be written: a flush failed, and only a restart, which reads the WAL anew, knows what is on disk (I07).
    fn batch(&self, first: Waiting, queue: &Queue, carried: &mut Option<Waiting>) -> Option<DbError> {
        let soon = first.soon();
        let (mut jobs, mut next, started) = (Vec::new(), Some(first), Instant::now());
        let mut fate = self.waits(!soon).and_then(|()| step(&self.connection, "begin immediate"));
        while let Some(mut job) = next.take() {
            if fate.is_ok() {
                fate = self.one(job.as_mut(), jobs.is_empty());
            }
            jobs.push(job);
            if fate.is_ok() && jobs.len() < self.settings.batch && started.elapsed() < self.settings.gather {
                next = queue.next(Duration::ZERO).ok().flatten();
            }
            // What must be on the disk before it is answered begins a batch of its own.
            if soon && next.as_ref().is_some_and(|job| !job.soon()) {
                *carried = next.take();
            }
        }
        let fate = fate.and_then(|()| step(&self.connection, "commit"));
        if fate.is_ok() {
            self.counts.commit();
        } else if !self.connection.is_autocommit() {
            drop(batch(&self.connection, "rollback"));
        }
        let stop = fate.as_ref().err().filter(|fault| fault.lost).map(|fault| fault.error.clone());
        let fate = fate.map_err(DbError::from);
        for job in jobs {
            job.settle(fate.clone());
        }
        stop
    }

    /// One call in its own savepoint, so that a refusal undoes only itself. The first needs none: what it undoes is the
    /// transaction, which begins anew; and no page is copied aside for it.
    fn one(&self, job: &mut dyn super::queue::Job, is_first: bool) -> Result<(), Fault> {
        if !is_first {
            step(&self.connection, "savepoint call")?;
        }
        let mut tx = Tx::new(On::Sqlite(&self.connection));
        let keep = job.run(&mut tx);
        self.counts.write(tx.statements());
        let failure = tx.failure().cloned();
        if self.connection.is_autocommit() {
            // The engine gave up the whole transaction, as it does when the disk is full.
            return Err(Fault::from(failure.unwrap_or_else(|| DbError::Full("transaction lost".to_owned()))));
        }
        match (is_first, keep) {
            (true, true) => Ok(()),
            (true, false) => {
                step(&self.connection, "rollback")?;
                step(&self.connection, "begin immediate")
            }
            (false, _) => {
                if !keep {
                    step(&self.connection, "rollback to call")?;
                }
                step(&self.connection, "release call")
            }
        }
    }

    /// Whether the next commit waits for the disk. What did not wait is flushed by the next commit that does, since
    /// the WAL is one file: within a second, when the record is sealed.
    fn waits(&self, full: bool) -> Result<(), Fault> {
        if self.waiting.replace(full) == full {
            return Ok(());
        }
        batch(
            &self.connection,
            if full { "pragma synchronous = full" } else { "pragma synchronous = normal" },
        )
    }

    /// Has the log copied when it has grown; the error after which nothing more may be written. When it has grown to three
    /// times as much, since it was written faster than copied, the writer copies the rest, so that it can begin anew.
    fn copied(&self, copies: &Checkpoints) -> Option<DbError> {
        let pages = self.logged.load(Ordering::Relaxed);
        if pages < self.settings.log {
            return None;
        }
        copies.wake();
        if pages >= self.settings.log.saturating_mul(3)
            && let Err(fault) = passive(&self.connection)
            && fault.lost
        {
            return Some(fault.error);
        }
        copies.lost()
    }

    /// Cuts a WAL that long readers let grow, as soon as they let it be cut (H08).
    fn trim(&self) {
        let size = fs::metadata(beside(&self.path, "-wal")).map_or(0, |file| file.len());
        if size > self.settings.wal {
            drop(self.connection.busy_timeout(Duration::ZERO));
            drop(self.connection.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(())));
            drop(self.connection.busy_timeout(self.settings.busy));
        }
    }
}

/// Counts the pages in the log after each commit of this connection.
pub(super) fn counted(connection: &mut Connection) -> Result<Arc<AtomicU64>, DbError> {
    let logged = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&logged);
    let hook = move |_: &mut Wal, pages| {
        count.store(u64::try_from(pages).unwrap_or(0), Ordering::Relaxed);
        Ok(())
    };
    let set = connection.wal_hook(Some(hook));
    set.map_err(|error| DbError::from(error::sqlite("open", &error, None)))?;
    Ok(logged)
}

/// Copies as much of the log into the file as nobody still needs in it, without waiting for anybody.
pub(super) fn passive(connection: &Connection) -> Result<(), Fault> {
    let sql = "pragma wal_checkpoint(passive)";
    let done = connection.query_row(sql, [], |_| Ok(()));
    done.map_err(|error| sorted(connection, sql, &error))
}

/// One statement without parameters or rows, kept prepared.
fn step(connection: &Connection, sql: &str) -> Result<(), Fault> {
    let sort = |error: rusqlite::Error| sorted(connection, sql, &error);
    connection.prepare_cached(sql).map_err(sort)?.raw_execute().map(drop).map_err(sort)
}

pub(super) fn batch(connection: &Connection, sql: &str) -> Result<(), Fault> {
    connection.execute_batch(sql).map_err(|error| sorted(connection, sql, &error))
}

pub(super) fn execute(connection: &Connection, sql: &str, params: &[Value<'_>]) -> Result<u64, Fault> {
    let mut statement = prepare(connection, sql, params)?;
    let changed = statement.raw_execute().map_err(|error| sorted(connection, sql, &error))?;
    Ok(u64::try_from(changed).unwrap_or(u64::MAX))
}

pub(super) fn each(
    connection: &Connection,
    sql: &str,
    params: &[Value<'_>],
    row: &mut dyn FnMut(&Row<'_>) -> Result<(), DbError>,
) -> Result<(), Fault> {
    let mut statement = prepare(connection, sql, params)?;
    let mut rows = statement.raw_query();
    while let Some(found) = rows.next().map_err(|error| sorted(connection, sql, &error))? {
        row(&Row(Source::Sqlite(found)))?;
    }
    Ok(())
}

/// Prepares, or takes from the cache, and binds. SQLite takes `$3` for a name and numbers names as they come, so
/// each is bound by the number that it spells.
fn prepare<'a>(
    connection: &'a Connection,
    sql: &str,
    params: &[Value<'_>],
) -> Result<CachedStatement<'a>, Fault> {
    let sort = |error: rusqlite::Error| sorted(connection, sql, &error);
    let mut statement = connection.prepare_cached(sql).map_err(sort)?;
    let wrong = |what: &str| Fault {
        error: DbError::Other(format!("{}: {what}", error::operation(sql))),
        ..sorted(connection, sql, &rusqlite::Error::InvalidQuery)
    };
    let count = statement.parameter_count();
    if count != params.len() {
        return Err(wrong(&format!("{} parameters given, {count} wanted", params.len())));
    }
    for index in 1..=count {
        let name = statement.parameter_name(index).and_then(|name| name.strip_prefix('$'));
        let value = name.and_then(|name| params.get(name.parse::<usize>().ok()?.checked_sub(1)?));
        let value = value.ok_or_else(|| wrong("parameters are written $1, $2, …"))?;
        statement.raw_bind_parameter(index, value).map_err(sort)?;
    }
    Ok(statement)
}

fn sorted(connection: &Connection, sql: &str, error: &rusqlite::Error) -> Fault {
    let mut fault = error::sqlite(sql, error, Some(connection));
    let flush = [SQLITE_IOERR_FSYNC, SQLITE_IOERR_DIR_FSYNC];
    fault.lost = error.sqlite_extended_error_code().is_some_and(|code| flush.contains(&code));
    fault
}

/// SQLite names the columns of a violated constraint (`t.a, t.b`); here they become the name that PostgreSQL
/// gives: that of the index, `t_pkey` of a primary key, `t_a_b_key` of an unnamed constraint.
pub(super) fn constraint(words: &str, connection: Option<&Connection>) -> String {
    let list = words.split_once("failed: ").map_or(words, |(_, list)| list);
    if let Some(name) = list.strip_prefix("index '") {
        return name.trim_end_matches('\'').to_owned();
    }
    let Some((table, _)) = list.split_once('.') else { return list.to_owned() };
    let columns: Vec<&str> =
        list.split(", ").filter_map(|column| column.split_once('.').map(|pair| pair.1)).collect();
    let sql = "select l.name, l.origin, group_concat(i.name, '_' order by i.seqno) \
               from pragma_index_list(?1) l, pragma_index_info(l.name) i where l.\"unique\" = 1 group by 1, 2 order by 1";
    let found = connection.and_then(|connection| {
        let mut statement = connection.prepare_cached(sql).ok()?;
        let mut rows = statement.query([table]).ok()?;
        while let Ok(Some(row)) = rows.next() {
            let (name, origin): (String, String) = (row.get(0).ok()?, row.get(1).ok()?);
            if row.get::<_, Option<String>>(2).ok()?.is_some_and(|key| key == columns.join("_")) {
                return (origin != "u").then_some(if origin == "pk" {
                    format!("{table}_pkey")
                } else {
                    name
                });
            }
        }
        None
    });
    found.unwrap_or_else(|| format!("{table}_{}_key", columns.join("_")))
}
