//! A disk that is full, or that fails to flush, at each of its calls in turn.

use std::path::Path;

use casework::db::{Db, DbError, Location, Settings};
use casework::params;

use super::super::{C, SCHEMA, numbers};
use super::{Told, again, child, shim};

/// Runs the test again as a child on a disk that fails when told.
fn on_a_bad_disk(test: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let library = shim(folder.path());
    drop(Told::new(folder.path()));
    let output = again(test, &folder.path().display().to_string())
        .env("LD_PRELOAD", library)
        .env("BAOXUE_TEST_DISK", folder.path().join(Told::NAME))
        .output()
        .expect("the child starts");
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
}

struct Disk(Told);

impl Disk {
    fn open(folder: &str) -> Self {
        Self(Told::open(Path::new(folder)))
    }

    /// From now on this many writes and flushes succeed; `-1`: all.
    fn allow(&self, writes: i32, flushes: i32) {
        self.0.set(0, &[writes, flushes, 0, 0]);
    }

    /// How many writes and flushes there were.
    fn seen(&self) -> [i32; 2] {
        [2, 3].map(|at| self.0.get(at))
    }
}

fn open(folder: &str) -> Db {
    let db = Db::open(&Location::Sqlite(Path::new(folder).join("county.db")), &Settings::default());
    let db = db.expect("the database opens");
    db.migrate_with(SCHEMA).expect("the migrations apply");
    db
}

/// A row of some thirty pages, so that a commit takes many writes and a checkpoint comes soon.
fn add(db: &Db, number: i64) -> Result<u64, DbError> {
    db.write(move |tx| {
        let sql = "insert into note (county, number, text, sealed) values ($1, $2, $3, $4)";
        tx.execute(sql, &params![C, number, format!("{number}"), vec![7_u8; 120_000]])
    })
}

/// I06: the disk is full from the k-th write on, for each k: the call says so, nothing is half done, reading goes on,
/// and when there is space again so does writing.
#[test]
fn a_full_disk_loses_nothing() {
    let Some(folder) = child() else { return on_a_bad_disk("disk::a_full_disk_loses_nothing") };
    let (disk, db, mut saved, mut refused) = (Disk::open(&folder), open(&folder), Vec::new(), 0);
    for number in 1.. {
        let writes = i32::try_from(number).expect("few") - 1;
        disk.allow(writes, -1);
        let done = add(&db, number);
        let full = disk.seen()[0] > writes;
        match done {
            Ok(_) => saved.push(number),
            Err(DbError::Full(_)) => refused += 1,
            Err(other) => panic!("write {writes}: {other}"),
        }
        assert_eq!(numbers(&db), saved, "write {writes}");
        disk.allow(-1, -1);
        if !full {
            break;
        }
        assert_eq!(add(&db, number + 10_000), Ok(1), "there is space again");
        db.write::<u64, DbError>(move |tx| tx.execute("delete from note where number > 10000", &[]))
            .expect("so it is");
    }
    assert!(refused > 20, "a commit takes many writes: {refused}");
    assert_eq!(db.check().map(|health| health.damage), Ok(Vec::new()));
    db.close();
    assert_eq!(numbers(&open(&folder)), saved);
}

/// I07: a flush fails, for each in turn: no answer says saved unless it is, nothing more is written until the database
/// is opened anew, and then all that was acknowledged is there.
#[test]
fn a_failed_flush_is_never_acknowledged() {
    let Some(folder) = child() else { return on_a_bad_disk("disk::a_failed_flush_is_never_acknowledged") };
    let (disk, mut saved, mut stopped) = (Disk::open(&folder), Vec::new(), 0);
    for flushes in 0..60 {
        let db = open(&folder);
        let kept = numbers(&db);
        assert!(saved.iter().all(|number| kept.contains(number)), "{saved:?} in {kept:?}");
        saved = kept;
        disk.allow(-1, flushes % 4);
        for number in 0..20 {
            let number = i64::from(flushes) * 100 + number;
            match add(&db, number) {
                Ok(_) => saved.push(number),
                Err(DbError::Unavailable(_)) => {
                    stopped += 1;
                    disk.allow(-1, -1);
                    let after = add(&db, number + 50);
                    assert!(matches!(after, Err(DbError::Unavailable(_))), "stopped: {after:?}");
                    assert!(saved.iter().all(|number| numbers(&db).contains(number)), "reading goes on");
                    break;
                }
                Err(other) => panic!("flush {flushes}: {other}"),
            }
        }
        disk.allow(-1, -1);
        db.close();
    }
    assert!(stopped > 20, "flushes failed: {stopped}");
    assert_eq!(open(&folder).check().map(|health| health.damage), Ok(Vec::new()));
}
