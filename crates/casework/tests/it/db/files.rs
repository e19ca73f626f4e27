//! Opening and migrating: who may, what is refused, and that a refusal changes nothing.

use std::fs;
use std::path::Path;

use casework::db::testing::{Place, on_each_engine_with, on_each_place, on_each_place_with};
use casework::db::{Access, Db, DbError, Engine, Location, Migration, Settings};

use super::{SCHEMA, add, numbers};

const ADDED: Migration =
    ("0002_more", "alter table note add column more bigint; create table extra (county text not null);");
const BROKEN: Migration =
    ("0003_broken", "create table broken (county text not null); insert into nosuch values (1);");

fn longer(more: &[Migration]) -> Vec<Migration> {
    [SCHEMA, more].concat()
}

fn place(engine: Engine) -> Place {
    let place = Place::new(engine);
    let db = place.open();
    db.migrate_with(SCHEMA).expect("the migrations apply");
    add(&db, 1).expect("a note is added");
    db.close();
    place
}

/// I18: a second process that would serve the same file is refused; one that only looks is not.
#[test]
fn a_second_server_is_refused() {
    let place = place(Engine::Sqlite);
    let db = place.open();
    let second = Db::open(&place.location, &Settings::default()).map(drop);
    assert!(matches!(second, Err(DbError::InUse(_))), "{second:?}");

    let look = Settings { access: Access::Inspect, ..Settings::default() };
    let looking = Db::open(&place.location, &look).expect("looking is allowed");
    assert_eq!(numbers(&looking), [1]);
    assert!(matches!(add(&looking, 2), Err(DbError::Other(_))));
    looking.backup(&place.folder().join("while served")).expect("so is a backup");
    looking.close();
    assert_eq!(add(&db, 2), Ok(1), "the first goes on");
    db.close();

    let looking = Db::open(&place.location, &look).expect("looking is allowed when nobody serves");
    assert_eq!(numbers(&looking), [1, 2]);
    place.open().close();
}

/// I04, SQLite: every connection, also after a write that did not wait for the disk, flushes each commit, whatever another
/// program set in the file; where that cannot be had, it does not open.
#[test]
fn every_connection_of_sqlite_flushes() {
    let place = place(Engine::Sqlite);
    let Location::Sqlite(path) = &place.location else { panic!("asked for SQLite") };
    let foreign = rusqlite::Connection::open(path).expect("another program opens the file");
    let mode = |mode: &str| {
        foreign.pragma_update_and_check(None, "journal_mode", mode, |row| row.get::<_, String>(0))
    };
    assert_eq!(mode("delete").as_deref(), Ok("delete"));
    foreign
        .execute_batch("pragma synchronous = off; begin; select count(*) from note;")
        .expect("it reads on");
    let soon = Settings { busy: std::time::Duration::from_millis(20), ..Settings::default() };
    let refused = Db::open(&place.location, &soon).map(drop);
    assert!(refused.is_err(), "without a WAL it does not open: {refused:?}");
    foreign.execute_batch("rollback").expect("it lets go");
    drop(foreign);

    let db = place.open();
    let promises = |tx: &mut casework::db::Tx<'_>| {
        let one = |tx: &mut casework::db::Tx<'_>, sql: &str| tx.one(sql, &[], |row| row.get::<i64>(0));
        let mode = tx.one("pragma journal_mode", &[], |row| row.get::<String>(0))?;
        Ok::<_, DbError>((mode, one(tx, "pragma synchronous")?, one(tx, "pragma foreign_keys")?))
    };
    let full = Ok(("wal".to_owned(), 2, 1));
    let soon: Result<(), DbError> = db.write_soon(|_| Ok(()));
    soon.expect("a write that does not wait");
    assert_eq!((db.write(promises), db.read(promises)), (full.clone(), full));
    let health = db.check().expect("it is looked at");
    assert_eq!((health.synchronous.as_str(), health.durable), ("2", true));
}

/// I04, PostgreSQL: our sessions wait for the flush whatever the server's default is; a server that does not flush is not
/// served on, unless its settings say that this is meant; looking is allowed.
#[test]
fn a_postgresql_that_does_not_flush_is_refused() {
    let place = place(Engine::Postgres);
    let Location::Postgres(url) = &place.location else { panic!("asked for PostgreSQL") };
    let with = |setting: &str, settings: &Settings| {
        Db::open(&Location::Postgres(format!("{url}?options=-c%20{setting}")), settings)
    };
    let db = with("synchronous_commit%3Doff", &Settings::default()).expect("it is overruled");
    let commit = |db: &Db| db.write(|tx| tx.one("show synchronous_commit", &[], |row| row.get::<String>(0)));
    assert_eq!(commit(&db), Ok("on".to_owned()));
    let soon: Result<(), DbError> = db.write_soon(|_| Ok(()));
    soon.expect("a write that does not wait");
    for _ in 0..8 {
        assert_eq!(commit(&db), Ok("on".to_owned()), "also after it");
    }
    let flushes = db.check().expect("it is looked at").durable;
    db.close();

    // The tests' server does not flush, and says that it is meant. Where a real one is tested on, it flushes.
    let unmeant = with("baoxue.may_lose_data%3Doff", &Settings::default()).map(Db::close);
    match unmeant {
        Err(DbError::Unavailable(said)) => {
            assert!(!flushes && said.contains("fsync=off") && said.contains("postgresql.conf"), "{said}");
        }
        other => assert!(flushes && other.is_ok(), "{other:?}"),
    }
    let look = Settings { access: Access::Inspect, ..Settings::default() };
    with("baoxue.may_lose_data%3Doff", &look).expect("looking is allowed").close();
}

/// I19: a data folder in memory is served, and `doctor` hears of it.
#[test]
#[cfg(target_os = "linux")]
fn a_folder_in_memory_is_mentioned() {
    let memory = tempfile::tempdir_in("/dev/shm").expect("Linux has a file system in memory");
    let location = Location::Sqlite(memory.path().join("county.db"));
    let db = Db::open(&location, &Settings::default()).expect("it opens");
    db.migrate_with(SCHEMA).expect("the migrations apply");
    assert_eq!(db.glance().expect("it is looked at").suspect, Some("tmpfs"));
    db.close();
}

/// I16: a database of a newer program is refused, and so is one whose migrations are others.
#[test]
fn a_newer_schema_is_refused() {
    on_each_engine_with(&[SCHEMA, &[ADDED]].concat(), |db| {
        let newer = db.migrate_with(SCHEMA);
        assert!(matches!(&newer, Err(DbError::Other(text)) if text.contains("0002_more")), "{newer:?}");
        let other = db.migrate_with(&longer(&[("0002_more", "select 1")]));
        assert!(matches!(other, Err(DbError::Other(_))), "{other:?}");
    });
    on_each_place(|place| {
        let db = place.open();
        let foreign: Result<u64, DbError> = db.write(|tx| tx.execute("create table theirs (a bigint)", &[]));
        foreign.expect("another program makes a table");
        assert!(matches!(db.migrate_with(SCHEMA), Err(DbError::Other(_))), "a database of another program");
    });
}

/// I16: when one of several pending migrations fails, none was applied, and the backup before is there.
#[test]
fn a_failed_migration_leaves_the_old_schema() {
    on_each_place_with(SCHEMA, |place| {
        let db = place.open();
        add(&db, 1).expect("a note is added");
        let failed = db.migrate_with(&longer(&[ADDED, BROKEN]));
        assert!(matches!(&failed, Err(DbError::Other(text)) if text.contains("0003_broken")), "{failed:?}");
        for table in ["extra", "broken"] {
            let there = db.read(|tx| tx.query(&format!("select * from {table}"), &[], |_| Ok(())));
            assert!(there.is_err(), "{table}");
        }
        db.migrate_with(SCHEMA).expect("the old program still opens it");
        assert_eq!(numbers(&db), [1]);

        let done = db.migrate_with(&longer(&[ADDED])).expect("a right migration applies");
        assert_eq!((done.from, done.to), (1, 2));
        assert_eq!(numbers(&db), [1]);
        assert_eq!(done.backup.is_some(), db.engine() == Engine::Sqlite);
        if let Some(backup) = done.backup {
            let old = place.folder().join("old.db");
            Db::restore_with(&backup, &Location::Sqlite(old.clone()), SCHEMA).expect("the backup restores");
            let old = Db::open(&Location::Sqlite(old), &Settings::default()).expect("it opens");
            assert_eq!(old.migrate_with(SCHEMA).map(|done| done.from), Ok(1));
            assert_eq!(numbers(&old), [1]);
        }
    });
}

fn refused(path: &Path) -> DbError {
    let opened = Db::open(&Location::Sqlite(path.to_owned()), &Settings::default());
    opened.map(drop).expect_err("this must not open")
}

/// I08: a folder that is missing and a file that is no database say so; nothing is made or changed.
#[test]
fn what_is_no_database_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let missing = folder.path().join("missing").join("county.db");
    assert!(matches!(refused(&missing), DbError::Unavailable(_)));
    assert!(!missing.exists());

    let other = folder.path().join("other.db");
    fs::write(&other, "名单\n".repeat(1000)).expect("a file is written");
    assert!(matches!(refused(&other), DbError::Corrupt(_)));
    assert_eq!(fs::read_to_string(&other).expect("it is as it was"), "名单\n".repeat(1000));
}

/// I08: only the owner may read what the program makes, whatever the umask.
#[cfg(unix)]
#[test]
fn files_are_the_owners() {
    use std::os::unix::fs::PermissionsExt;
    let place = place(Engine::Sqlite);
    let db = place.open();
    add(&db, 2).expect("a note is added");
    db.backup(&place.folder().join("county.backup")).expect("a backup is written");
    let mut seen = 0;
    for entry in fs::read_dir(place.folder()).expect("the folder is there") {
        let entry = entry.expect("an entry");
        let mode = entry.metadata().expect("its mode").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{:?} {mode:o}", entry.file_name());
        seen += 1;
    }
    assert!(seen >= 4, "database, WAL, lock and backup: {seen}");
}

/// What `doctor` is told.
#[test]
fn health_is_told() {
    on_each_engine_with(SCHEMA, |db| {
        let health = db.check().expect("the database can be checked");
        assert_eq!((health.version, health.damage.len()), (1, 0));
        assert!(health.bytes > 0 && !health.release.is_empty(), "{health:?}");
        // The tests' PostgreSQL does without flushes, and that is seen.
        assert_eq!(health.durable, db.engine() == Engine::Sqlite, "{health:?}");
    });
}

/// I11: a damaged page is found.
#[test]
fn damage_is_found() {
    let place = place(Engine::Sqlite);
    let Location::Sqlite(path) = &place.location else { panic!("asked for SQLite") };
    let mut bytes = fs::read(path).expect("the file is read");
    let found = bytes.windows(6).position(|window| window == b"note 1").expect("the note is in the file");
    let page = found / 4096 * 4096;
    bytes[page..page + 12].fill(0xff);
    fs::write(path, bytes).expect("the file is written");
    let health = place.open().check().expect("damage is no error");
    assert!(!health.damage.is_empty());
}

/// `sqlite:` and `postgres://` and nothing else; a password is never shown.
#[test]
fn locations_are_read() {
    assert_eq!("sqlite:a/b.db".parse(), Ok(Location::Sqlite("a/b.db".into())));
    let url = "postgres://baoxue:secret@localhost/county";
    let location: Location = url.parse().expect("a URL");
    assert_eq!(location, Location::Postgres(url.to_owned()));
    assert!(!format!("{location} {location:?}").contains("secret"));
    for wrong in ["", "sqlite:", "county.db", "mysql://localhost/county"] {
        assert!(wrong.parse::<Location>().is_err(), "{wrong}");
    }
}
