//! Fresh databases for tests, on both engines. Behind the feature `testing`, so that the product never has it.
#![allow(clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError};

use ::postgres::{Client, NoTls};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::error::DbError;
use super::queue::contain;
use super::tx::Tx;
use super::{Db, Engine, Location, MIGRATIONS, Migration, Settings};

/// Where the tests find PostgreSQL.
const VARIABLE: &str = "BAOXUE_TEST_POSTGRES";

type Part = Arc<dyn Fn(&mut Tx<'_>) -> Result<(), DbError> + Send + Sync>;

/// Writes that are undone after they were looked at, so that each request of a test meets the same county.
#[derive(Clone)]
pub struct Rehearsal {
    before: Part,
    after: Part,
}

impl Rehearsal {
    /// `before` sets the scene, in the transaction of the call itself; `after` looks at what the call did.
    pub fn new(
        before: impl Fn(&mut Tx<'_>) -> Result<(), DbError> + Send + Sync + 'static,
        after: impl Fn(&mut Tx<'_>) -> Result<(), DbError> + Send + Sync + 'static,
    ) -> Self {
        Self { before: Arc::new(before), after: Arc::new(after) }
    }

    pub(super) fn run<T, E: From<DbError>>(
        &self,
        call: &mut impl FnMut(&mut Tx<'_>) -> Result<T, E>,
        tx: &mut Tx<'_>,
    ) -> Result<T, E> {
        contain(&mut |tx: &mut Tx<'_>| (self.before)(tx), tx)?;
        let done = contain(call, tx)?;
        contain(&mut |tx: &mut Tx<'_>| (self.after)(tx), tx)?;
        Ok(done)
    }
}

impl Db {
    /// From now on every write is answered as if it had been kept, and is not; `None` ends that.
    pub fn rehearse(&self, rehearsal: Option<Rehearsal>) {
        *self.0.rehearsal.write().unwrap_or_else(PoisonError::into_inner) = rehearsal;
    }

    pub(super) fn rehearsal(&self) -> Option<Rehearsal> {
        self.0.rehearsal.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// An empty place for a database; gone with its owner.
pub struct Place {
    /// Where it is.
    pub location: Location,
    folder: TempDir,
    drop: Option<(Client, String)>,
}

impl Place {
    /// An empty place on this engine.
    ///
    /// # Panics
    /// When there is no PostgreSQL to test with.
    #[must_use]
    pub fn new(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => {
                let folder = tempfile::tempdir().expect("a temporary folder");
                Self { location: Location::Sqlite(folder.path().join("county.db")), folder, drop: None }
            }
            Engine::Postgres => Self::postgres("template0"),
        }
    }

    /// A folder of its own, for example for backups.
    #[must_use]
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Opens it with default settings.
    ///
    /// # Panics
    /// When it cannot be opened.
    #[must_use]
    pub fn open(&self) -> Db {
        Db::open(&self.location, &Settings::default()).expect("a fresh database opens")
    }

    fn postgres(template: &str) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let mut server = server();
        run(&mut server, &format!("create database {name} template {template}"));
        let location = Location::Postgres(url(&name));
        Self {
            location,
            folder: tempfile::tempdir().expect("a temporary folder"),
            drop: Some((server, name)),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some((server, name)) = &mut self.drop {
            drop(server.batch_execute(&format!("drop database if exists {name} with (force)")));
        }
    }
}

/// Runs `test` on a fresh, migrated database of each engine.
///
/// # Panics
/// When `test` does, after saying on which engine; or when there is no PostgreSQL to test with.
pub fn on_each_engine(test: impl Fn(Db)) {
    on_each_engine_with(MIGRATIONS, test);
}

/// As [`on_each_engine`], with these migrations instead of the product's.
///
/// # Panics
/// As [`on_each_engine`].
pub fn on_each_engine_with(list: &[Migration], test: impl Fn(Db)) {
    on_each_place_with(list, |place| test(place.open()));
}

/// Runs `test` on an empty place of each engine.
///
/// # Panics
/// As [`on_each_engine`].
pub fn on_each_place(test: impl Fn(&Place)) {
    on_each_place_with(&[], test);
}

/// Runs `test` on a place of each engine that has these migrations and that nobody has open.
///
/// # Panics
/// As [`on_each_engine`].
pub fn on_each_place_with(list: &[Migration], test: impl Fn(&Place)) {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let place = match engine {
            Engine::Postgres if !list.is_empty() => Place::postgres(&template(list)),
            _ => Place::new(engine),
        };
        if engine == Engine::Sqlite && !list.is_empty() {
            migrated(&place, list);
        }
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| test(&place))) {
            eprintln!("on {engine:?}");
            resume_unwind(panic);
        }
    }
}

fn migrated(place: &Place, list: &[Migration]) {
    let db = place.open();
    db.migrate_with(list).expect("the migrations apply");
    db.close();
}

/// A database with these migrations, made once per server and copied for each test.
fn template(list: &[Migration]) -> String {
    let digest = Sha256::digest(format!("{list:?}"));
    let name: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let name = format!("template_{name}");
    let mut server = server();
    // One process makes it; the others wait. The lock ends with the connection.
    run(&mut server, "select pg_advisory_lock(5399)");
    let there = server.query_opt("select 1 from pg_database where datname = $1", &[&name]);
    if there.expect("the server answers").is_none() {
        let mut place = Place::postgres("template0");
        migrated(&place, list);
        let (_, made) = place.drop.take().expect("a database of PostgreSQL");
        run(&mut server, &format!("alter database {made} rename to {name}"));
    }
    name
}

fn run(server: &mut Client, sql: &str) {
    server.batch_execute(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
}

fn address() -> String {
    std::env::var(VARIABLE).unwrap_or_else(|_| {
        panic!("{VARIABLE} is not set: use `make test`, or `scripts/postgres cargo test …`, so that PostgreSQL is there")
    })
}

fn url(name: &str) -> String {
    let address = address();
    let base = address.rsplit_once('/').map_or(address.as_str(), |(base, _)| base);
    format!("{base}/{name}")
}

fn server() -> Client {
    Client::connect(&address(), NoTls).unwrap_or_else(|error| panic!("{VARIABLE}: {error}"))
}
