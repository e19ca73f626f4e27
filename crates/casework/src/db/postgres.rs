//! PostgreSQL: sessions that commit durably, in a small pool that heals; whole transactions are tried again where
//! that is safe, and only there (I09). It must know nothing of tables.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ::postgres::fallible_iterator::FallibleIterator;
use ::postgres::types::ToSql;
use ::postgres::{Client, Config, NoTls, Statement};

use super::counts::Counts;
use super::error::{self, DbError, Fault};
use super::queue::{Pool, Queue, Waiting};
use super::tx::{On, Tx};
use super::value::{Row, Source, Value};
use super::{Access, Settings};

/// How a transaction begins.
#[derive(Clone, Copy)]
pub(super) enum Mode {
    Read,
    Write,
    /// A write whose commit does not wait for the disk.
    Soon,
}

impl Mode {
    const fn begin(self) -> &'static str {
        match self {
            Self::Read => "begin isolation level serializable read only",
            Self::Write => "begin isolation level serializable read write",
            Self::Soon => "begin isolation level serializable read write; set local synchronous_commit = off",
        }
    }
}

/// One connection and the statements prepared on it.
pub(super) struct Session {
    client: Client,
    statements: HashMap<String, Statement>,
}

/// Statements kept per connection; beyond it the cache starts anew.
const STATEMENTS: usize = 512;

impl Session {
    /// Connects. `limit` bounds each statement; zero does not.
    pub(super) fn connect(config: &Config, settings: &Settings, limit: Duration) -> Result<Self, Fault> {
        let sort = |error: ::postgres::Error| error::postgres("connect", &error);
        let mut client = config.connect(NoTls).map_err(sort)?;
        let set = format!(
            "set statement_timeout = {}; set lock_timeout = {}; set idle_in_transaction_session_timeout = 60000; \
             set client_min_messages = warning; set timezone = 'UTC'; \
             select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'",
            limit.as_millis(),
            settings.busy.as_millis()
        );
        client.batch_execute(&set).map_err(sort)?;
        Ok(Self { client, statements: HashMap::new() })
    }

    pub(super) fn batch(&mut self, sql: &str) -> Result<(), Fault> {
        self.client.batch_execute(sql).map_err(|error| error::postgres(sql, &error))
    }

    fn prepared(&mut self, sql: &str) -> Result<Statement, Fault> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql).map_err(|error| error::postgres(sql, &error))?;
        if self.statements.len() >= STATEMENTS {
            self.statements.clear();
        }
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    pub(super) fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, Fault> {
        let statement = self.prepared(sql)?;
        let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|value| value as _).collect();
        self.client.execute(&statement, &params).map_err(|error| error::postgres(sql, &error))
    }

    pub(super) fn each(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        row: &mut dyn FnMut(&Row<'_>) -> Result<(), DbError>,
    ) -> Result<(), Fault> {
        let sort = |error: ::postgres::Error| error::postgres(sql, &error);
        let statement = self.prepared(sql)?;
        let params = params.iter().map(|value| value as &dyn ToSql);
        let mut rows = self.client.query_raw(&statement, params).map_err(sort)?;
        while let Some(found) = rows.next().map_err(sort)? {
            row(&Row(Source::Postgres(&found)))?;
        }
        Ok(())
    }
}

/// Where the server is, and the connections to it: reads and writes apart, so that neither starves the other (H09).
pub(super) struct Server {
    pub(super) config: Config,
    settings: Settings,
    reads: Pool<Session>,
    writes: Pool<Session>,
    counts: Arc<Counts>,
}

/// What one attempt came to.
enum Attempt {
    Done,
    /// A conflict with another transaction: nothing was done.
    Conflict(DbError),
    /// The connection was lost before commit was sent: nothing was done.
    Lost(DbError),
}

/// How often a transaction in conflict is tried.
const ATTEMPTS: u32 = 12;

impl Server {
    pub(super) fn new(url: &str, settings: &Settings, counts: Arc<Counts>) -> Result<Self, DbError> {
        // The error of a URL does not repeat it, nor its password.
        let wrong = |error: ::postgres::Error| DbError::Other(format!("数据库地址写法不对：{error}"));
        let mut config: Config = url.parse().map_err(wrong)?;
        config
            .application_name("baoxue")
            .connect_timeout(Duration::from_secs(3))
            .tcp_user_timeout(Duration::from_secs(10))
            .keepalives_idle(Duration::from_secs(30))
            .keepalives_interval(Duration::from_secs(5))
            .keepalives_retries(4);
        Ok(Self {
            config,
            settings: settings.clone(),
            reads: Pool::new(settings.readers),
            writes: Pool::new(settings.writers),
            counts,
        })
    }

    /// Refuses a database whose text order or encoding differs from what SQLite does; and to serve one whose server does not
    /// flush what it confirms (I04), unless the server's own settings say that this is meant.
    pub(super) fn inspect(&self) -> Result<(), DbError> {
        let mut session = Session::connect(&self.config, &self.settings, self.settings.statement)?;
        if self.settings.access == Access::Serve {
            let sql = "select current_setting('fsync'), current_setting('full_page_writes'),
                              current_setting('synchronous_commit'), coalesce(current_setting('baoxue.may_lose_data', true), '')";
            let mut less = None;
            session.each(sql, &[], &mut |row| {
                let [fsync, pages, commit, meant]: [String; 4] =
                    [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?];
                let flushes = fsync == "on" && pages == "on" || meant == "on";
                if !flushes || commit == "off" {
                    less = Some(DbError::Unavailable(format!(
                        "PostgreSQL 现在是 fsync={fsync}、full_page_writes={pages}、synchronous_commit={commit}，断电会丢已经答复“保存”的内容，\
                         拒绝启动。请在 postgresql.conf 里打开它们；只作试验、可以丢数据的，在那里写 baoxue.may_lose_data = on。"
                    )));
                }
                Ok(())
            })?;
            if let Some(less) = less {
                return Err(less);
            }
        }
        let sql = "select datcollate::text, pg_encoding_to_char(encoding)::text, datname::text \
                   from pg_database where datname = current_database()";
        let mut wrong = None;
        session.each(sql, &[], &mut |row| {
            let (order, encoding, name): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let plain = ["C", "POSIX", "C.UTF-8", "C.utf8"].contains(&order.as_str());
            if !plain || encoding != "UTF8" {
                wrong = Some(DbError::Other(format!(
                    "PostgreSQL 数据库 {name} 的排序规则是 {order}、编码是 {encoding}，须为 C 与 UTF8。请新建：\
                     create database {name} template template0 encoding 'UTF8' locale 'C'；已有数据先用 backup、restore 搬过去。"
                )));
            }
            Ok(())
        })?;
        wrong.map_or(Ok(()), Err)
    }

    /// Runs `call` in one transaction, as often as it takes and is safe.
    pub(super) fn run(&self, mode: Mode, call: &mut dyn FnMut(&mut Tx<'_>) -> bool) -> Result<(), DbError> {
        let (started, mut tries) = (Instant::now(), 0);
        loop {
            tries += 1;
            let pause = match self.attempt(mode, call)? {
                Attempt::Done => return Ok(()),
                Attempt::Conflict(_) if tries < ATTEMPTS => Duration::from_millis(1 << tries.min(6)),
                Attempt::Lost(_) if started.elapsed() < self.settings.heal => {
                    self.reads.clear();
                    self.writes.clear();
                    Duration::from_millis(50)
                }
                Attempt::Conflict(error) | Attempt::Lost(error) => return Err(error),
            };
            std::thread::sleep(pause);
        }
    }

    fn attempt(&self, mode: Mode, call: &mut dyn FnMut(&mut Tx<'_>) -> bool) -> Result<Attempt, DbError> {
        let begin = mode.begin();
        let pool = if matches!(mode, Mode::Read) { &self.reads } else { &self.writes };
        let mut reached = true;
        let lent = pool.take(self.settings.wait, || {
            let session = Session::connect(&self.config, &self.settings, self.settings.statement);
            session.map_err(|fault| {
                reached = !fault.lost;
                fault.error
            })
        });
        let mut lent = match lent {
            Err(error) if !reached => return Ok(Attempt::Lost(error)),
            lent => lent?,
        };
        let session = lent.get()?;
        if let Err(fault) = session.batch(begin) {
            return if fault.lost { Ok(Attempt::Lost(fault.error)) } else { Err(fault.error) };
        }
        let mut tx = Tx::new(On::Postgres(session));
        let keep = call(&mut tx);
        match mode {
            Mode::Read => self.counts.read(tx.statements()),
            Mode::Write | Mode::Soon => self.counts.write(tx.statements()),
        }
        let (again, lost, failure) = (tx.again, tx.lost, tx.failure().cloned().unwrap_or(DbError::Closed));
        if lost {
            return Ok(Attempt::Lost(failure));
        }
        if !keep || again {
            if again {
                session.statements.clear();
            }
            if session.batch("rollback").is_ok() {
                lent.keep();
            }
            return Ok(if again { Attempt::Conflict(failure) } else { Attempt::Done });
        }
        // A read counts only once it is committed, too: a serializable one that is rolled back was not checked.
        match (session.batch("commit"), mode) {
            (Ok(()), mode) => {
                if !matches!(mode, Mode::Read) {
                    self.counts.commit();
                }
                lent.keep();
                Ok(Attempt::Done)
            }
            // The server said so: nothing was committed. Any other loss of a write leaves it open, so it is not repeated.
            (Err(fault), _) if fault.again => {
                lent.keep();
                Ok(Attempt::Conflict(fault.error))
            }
            (Err(fault), Mode::Read) if fault.lost => Ok(Attempt::Lost(fault.error)),
            (Err(fault), _) => Err(fault.error),
        }
    }

    /// Runs what waits in one transaction and answers everybody after its commit: serializable transactions beside each other
    /// mostly end in conflicts, and a commit for each waits for the disk each time. Whatever goes wrong with the transaction
    /// as a whole before its commit is sent, each call is then run in one of its own.
    pub(super) fn gather(&self, first: Waiting, queue: &Queue) -> Option<Waiting> {
        let soon = first.soon();
        let mode = if soon { Mode::Soon } else { Mode::Write };
        let (mut jobs, mut carried) = (Vec::new(), None);
        let fate = self.together(mode, first, queue, &mut jobs, &mut carried);
        for mut job in jobs {
            let fate = match &fate {
                Ok(Attempt::Done) => Ok(()),
                Ok(Attempt::Conflict(_) | Attempt::Lost(_)) => self.run(mode, &mut |tx| job.run(tx)),
                Err(error) => Err(error.clone()),
            };
            job.settle(fate);
        }
        carried
    }

    /// One transaction for `first` and what waits behind it; `jobs` is everything that ran in it, `carried` what waits for the
    /// next because the disk must have it.
    fn together(
        &self,
        mode: Mode,
        first: Waiting,
        queue: &Queue,
        jobs: &mut Vec<Waiting>,
        carried: &mut Option<Waiting>,
    ) -> Result<Attempt, DbError> {
        let (soon, started, begin) = (first.soon(), Instant::now(), mode.begin());
        let mut next = Some(first);
        let connect = || {
            let session = Session::connect(&self.config, &self.settings, self.settings.statement);
            session.map_err(|fault| fault.error)
        };
        // Who cannot even begin is tried again alone, for as long as a lost server is sought.
        let alone = |jobs: &mut Vec<Waiting>, next: &mut Option<Waiting>, error: DbError| {
            jobs.extend(next.take());
            Ok(Attempt::Lost(error))
        };
        let mut lent = match self.writes.take(self.settings.wait, connect) {
            Ok(lent) => lent,
            Err(error) => return alone(jobs, &mut next, error),
        };
        let session = lent.get()?;
        if let Err(fault) = session.batch(begin) {
            return alone(jobs, &mut next, fault.error);
        }
        let mut inner = false;
        while let Some(mut job) = next.take() {
            // The first needs no savepoint: what its refusal undoes is the transaction, which begins anew.
            if !jobs.is_empty() {
                let sql = if inner { "release savepoint call; savepoint call" } else { "savepoint call" };
                inner = true;
                if let Err(fault) = session.batch(sql) {
                    jobs.push(job);
                    return Ok(Attempt::Lost(fault.error));
                }
            }
            let mut tx = Tx::new(On::Postgres(session));
            let keep = job.run(&mut tx);
            self.counts.write(tx.statements());
            let (again, lost, failure) =
                (tx.again, tx.lost, tx.failure().cloned().unwrap_or(DbError::Closed));
            let is_first = jobs.is_empty();
            jobs.push(job);
            if lost {
                return Ok(Attempt::Lost(failure));
            }
            if again {
                session.statements.clear();
                if session.batch("rollback").is_ok() {
                    lent.keep();
                }
                return Ok(Attempt::Conflict(failure));
            }
            if !keep {
                let undone = if is_first {
                    session.batch("rollback").and_then(|()| session.batch(begin))
                } else {
                    session.batch("rollback to savepoint call")
                };
                if let Err(fault) = undone {
                    return Ok(Attempt::Lost(fault.error));
                }
            }
            if jobs.len() < self.settings.batch && started.elapsed() < self.settings.gather {
                next = queue.at_once();
            }
            // What must be on the disk before it is answered begins a transaction of its own.
            if soon && next.as_ref().is_some_and(|job| !job.soon()) {
                *carried = next.take();
            }
        }
        match session.batch("commit") {
            Ok(()) => {
                self.counts.commit();
                lent.keep();
                Ok(Attempt::Done)
            }
            Err(fault) if fault.again => {
                lent.keep();
                Ok(Attempt::Conflict(fault.error))
            }
            Err(fault) => Err(fault.error),
        }
    }

    pub(super) fn close(&self) {
        self.reads.close();
        self.writes.close();
    }

    /// Lets go of idle connections, whose prepared statements a migration made stale.
    pub(super) fn renew(&self) {
        self.reads.clear();
        self.writes.clear();
    }
}
