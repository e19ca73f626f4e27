//! One transaction, as a use case sees it: statements in, rows out, the same on both engines. It must not begin
//! or end transactions.

use std::any::Any;
use std::collections::HashMap;

use super::error::{DbError, Fault};
use super::gather::Gathered;
use super::postgres::Session;
use super::value::{Row, Value};
use super::{Engine, sqlite};

/// A transaction that is under way. After a statement was refused by the engine nothing more can be done in it,
/// except to leave it or the [`nested`](Tx::nested) part that failed: so PostgreSQL has it, and so SQLite does here.
pub struct Tx<'a> {
    on: On<'a>,
    failure: Option<DbError>,
    /// A conflict: the whole transaction is to be tried again, whatever the closure answers.
    pub(super) again: bool,
    /// The connection is gone.
    pub(super) lost: bool,
    depth: u32,
    /// Plans of the queries since [`watch`](Tx::watch): (statement, plan).
    #[cfg(any(test, feature = "testing"))]
    watched: Option<Vec<(String, String)>>,
    statements: u64,
    /// Statements that are to follow this snapshot; `None` where they are run at once.
    following: Option<Vec<Following>>,
    /// Rows that wait to be sent together; `None` where each is sent at once.
    gathered: Option<Gathered>,
    /// What was answered to [`once`](Tx::once).
    answers: HashMap<Question, Box<dyn Any>>,
    /// The database whose committed rows it reads.
    lasting: Option<u64>,
}

/// A statement with its parameters.
type Question = (String, Vec<Value<'static>>);

/// A statement that belongs to what was read from a snapshot and is to be committed before anybody is shown it.
#[derive(Debug, Clone)]
pub struct Following {
    sql: &'static str,
    params: Vec<Value<'static>>,
}

pub(super) enum On<'a> {
    Sqlite(&'a rusqlite::Connection),
    Postgres(&'a mut Session),
}

impl<'a> Tx<'a> {
    pub(super) fn new(on: On<'a>) -> Self {
        Self {
            on,
            failure: None,
            again: false,
            lost: false,
            depth: 0,
            statements: 0,
            following: None,
            gathered: None,
            answers: HashMap::new(),
            lasting: None,
            #[cfg(any(test, feature = "testing"))]
            watched: None,
        }
    }

    /// A transaction that reads what is committed in the database of this number.
    pub(super) fn of(mut self, number: u64) -> Self {
        self.lasting = Some(number);
        self
    }

    /// A number for the database, of this process, whose committed rows are read here; `None` where rows may still be
    /// undone. For remembering what never changes once it is committed.
    #[must_use]
    pub fn lasting(&self) -> Option<u64> {
        self.lasting
    }

    /// Statements run so far; savepoints are none.
    #[must_use]
    pub const fn statements(&self) -> u64 {
        self.statements
    }

    /// From now on the plan of each query is written down before it runs, for tests of what a query reads.
    #[cfg(any(test, feature = "testing"))]
    pub fn watch(&mut self) {
        self.watched = Some(Vec::new());
    }

    /// The plans since [`watch`](Tx::watch).
    #[cfg(any(test, feature = "testing"))]
    pub fn plans(&mut self) -> Vec<(String, String)> {
        self.watched.take().unwrap_or_default()
    }

    #[cfg(any(test, feature = "testing"))]
    fn explain(&mut self, sql: &str, params: &[Value<'_>]) -> Result<(), DbError> {
        let Some(mut plans) = self.watched.take() else { return Ok(()) };
        let (word, column) =
            if self.engine() == Engine::Postgres { ("explain", 0) } else { ("explain query plan", 3) };
        let lines = self.query(&format!("{word} {sql}"), params, |row| row.get::<String>(column))?;
        plans.push((sql.to_owned(), lines.join("\n")));
        self.watched = Some(plans);
        Ok(())
    }

    pub(super) fn failure(&self) -> Option<&DbError> {
        self.failure.as_ref()
    }

    /// Which engine runs it. Use cases have no reason to ask; tests and `doctor` have.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self.on {
            On::Sqlite(_) => Engine::Sqlite,
            On::Postgres(_) => Engine::Postgres,
        }
    }

    /// Runs a statement that answers no rows. How many rows it changed.
    ///
    /// # Errors
    /// What the engine refused, sorted; see [`DbError`].
    pub fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, DbError> {
        self.open()?;
        self.answers.clear();
        if let Some(gathered) = &mut self.gathered
            && gathered.take(sql, params)
        {
            if gathered.is_full() {
                self.send()?;
            }
            return Ok(1);
        }
        self.send()?;
        self.statements += 1;
        let done = match &mut self.on {
            On::Sqlite(connection) => sqlite::execute(connection, sql, params),
            On::Postgres(session) => session.execute(sql, params),
        };
        self.note(done)
    }

    /// Runs a statement that belongs to what is read here: the record of a look. Where the transaction writes it is run
    /// at once; after [`hold`](Tx::hold) it waits for [`held`](Tx::held).
    ///
    /// # Errors
    /// As [`execute`](Tx::execute).
    pub fn follow(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<(), DbError> {
        if let Some(following) = &mut self.following {
            let params = params.iter().map(Value::to_static).collect();
            following.push(Following { sql, params });
            return Ok(());
        }
        self.execute(sql, params).map(drop)
    }

    /// From now on keeps what is to follow. Whoever calls it takes what was kept with [`held`](Tx::held) and has it
    /// committed before anything that was read is shown.
    pub fn hold(&mut self) {
        self.following = Some(Vec::new());
    }

    /// What was kept since [`hold`](Tx::hold).
    #[must_use]
    pub fn held(&mut self) -> Vec<Following> {
        self.following.take().unwrap_or_default()
    }

    /// Runs what was kept in a snapshot.
    ///
    /// # Errors
    /// As [`execute`](Tx::execute).
    pub fn catch_up(&mut self, held: &[Following]) -> Result<(), DbError> {
        for one in held {
            self.execute(one.sql, &one.params)?;
        }
        Ok(())
    }

    /// Gives each row to `row`, in order, without holding them all.
    ///
    /// # Errors
    /// What the engine refused, or the first error of `row`.
    pub fn each(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        mut row: impl FnMut(&Row<'_>) -> Result<(), DbError>,
    ) -> Result<(), DbError> {
        self.run(sql, params, &mut row)
    }

    /// As [`each`](Tx::each), compiled once and not for each of a thousand statements: the code that is not there needs no memory.
    fn run(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        row: &mut dyn FnMut(&Row<'_>) -> Result<(), DbError>,
    ) -> Result<(), DbError> {
        self.open()?;
        self.send()?;
        if !sql.starts_with("select ") {
            self.answers.clear();
        }
        self.statements += 1;
        #[cfg(any(test, feature = "testing"))]
        self.explain(sql, params)?;
        let done = match &mut self.on {
            On::Sqlite(connection) => sqlite::each(connection, sql, params, row),
            On::Postgres(session) => session.each(sql, params, row),
        };
        self.note(done)
    }

    /// All rows.
    ///
    /// # Errors
    /// As [`each`](Tx::each).
    pub fn query<T>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        mut row: impl FnMut(&Row<'_>) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        let mut rows = Vec::new();
        self.each(sql, params, |found| {
            rows.push(row(found)?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// All rows, asked only once in this transaction as long as it writes nothing: one transaction sees the same each time. For
    /// what each part of a page asks for itself, such as where a child belongs.
    ///
    /// # Errors
    /// As [`each`](Tx::each).
    pub fn once<T: Clone + 'static>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        row: impl FnMut(&Row<'_>) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        self.open()?;
        let question = (sql.to_owned(), params.iter().map(Value::to_static).collect());
        if let Some(known) = self.answers.get(&question).and_then(|rows| rows.downcast_ref::<Vec<T>>()) {
            return Ok(known.clone());
        }
        let rows = self.query(sql, params, row)?;
        self.answers.insert(question, Box::new(rows.clone()));
        Ok(rows)
    }

    /// The one row there is, or none.
    ///
    /// # Errors
    /// As [`each`](Tx::each); `Other` when there are two.
    pub fn optional<T>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        mut row: impl FnMut(&Row<'_>) -> Result<T, DbError>,
    ) -> Result<Option<T>, DbError> {
        let mut only = None;
        self.each(sql, params, |found| {
            if only.is_some() {
                let operation = super::error::operation(sql);
                return Err(DbError::Other(format!("{operation}: more than one row")));
            }
            only = Some(row(found)?);
            Ok(())
        })?;
        Ok(only)
    }

    /// Exactly one row.
    ///
    /// # Errors
    /// As [`optional`](Tx::optional); `NotFound` when there is none.
    pub fn one<T>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        row: impl FnMut(&Row<'_>) -> Result<T, DbError>,
    ) -> Result<T, DbError> {
        self.optional(sql, params, row)?.ok_or(DbError::NotFound)
    }

    /// A part that can fail alone: when `f` answers an error, what it did is undone and the transaction goes on.
    ///
    /// # Errors
    /// What `f` answers, or that the savepoint could not be set.
    pub fn nested<T, E: From<DbError>>(&mut self, f: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        self.depth += 1;
        let name = format!("nested{}", self.depth);
        self.batch(&format!("savepoint {name}"))?;
        let result = f(self);
        self.depth -= 1;
        match (result, self.failure.clone()) {
            (Ok(done), None) => {
                self.batch(&format!("release savepoint {name}"))?;
                Ok(done)
            }
            (result, failure) => {
                // A conflict or a lost connection is the whole transaction's.
                if !self.again && !self.lost {
                    self.failure = None;
                    self.batch(&format!("rollback to savepoint {name}; release savepoint {name}"))?;
                }
                result.and_then(|_| Err(failure.unwrap_or(DbError::Closed).into()))
            }
        }
    }

    /// Within `f`, rows of `insert … values (…)` wait for one another and go to PostgreSQL many at once, before anything else
    /// is run. What is refused is then refused later than where it was run, so it suits only what nobody expects to be: the
    /// making of a county. Rows may refer to rows whose statement was first run before their own. On SQLite, to which no way
    /// is long, each is run where it stands.
    ///
    /// # Errors
    /// What `f` answers, or what the engine refused of the rows.
    pub fn gather<T, E: From<DbError>>(&mut self, f: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        if self.engine() == Engine::Sqlite || self.gathered.is_some() {
            return f(self);
        }
        self.gathered = Some(Gathered::default());
        let done = f(self).and_then(|done| {
            self.send()?;
            Ok(done)
        });
        self.gathered = None;
        done
    }

    /// Sends the rows that wait.
    fn send(&mut self) -> Result<(), DbError> {
        let Some(mut gathered) = self.gathered.take() else { return Ok(()) };
        let done = match &mut self.on {
            On::Sqlite(_) => Ok(()),
            On::Postgres(session) => gathered.send(|sql, params| {
                self.statements += 1;
                session.execute(sql, params).map(drop)
            }),
        };
        self.gathered = Some(gathered);
        self.note(done)
    }

    /// Counts what stands in the tables, for the engine to choose its ways by: after much was written at once.
    ///
    /// # Errors
    /// As [`execute`](Tx::execute).
    pub fn tally(&mut self) -> Result<(), DbError> {
        self.batch(match self.engine() {
            Engine::Sqlite => "pragma analysis_limit = 1000; analyze",
            Engine::Postgres => "analyze",
        })
    }

    /// Runs statements without parameters: migrations, savepoints.
    pub(super) fn batch(&mut self, sql: &str) -> Result<(), DbError> {
        self.open()?;
        self.answers.clear();
        self.send()?;
        let done = match &mut self.on {
            On::Sqlite(connection) => sqlite::batch(connection, sql),
            On::Postgres(session) => session.batch(sql),
        };
        self.note(done)
    }

    fn open(&self) -> Result<(), DbError> {
        self.failure.clone().map_or(Ok(()), Err)
    }

    fn note<T>(&mut self, done: Result<T, Fault>) -> Result<T, DbError> {
        done.map_err(|fault| {
            self.again |= fault.again;
            self.lost |= fault.lost;
            if fault.engine {
                self.failure = Some(fault.error.clone());
            }
            fault.error
        })
    }
}
