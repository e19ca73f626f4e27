//! One snapshot for all that a request reads, and writes that do not wait for the disk (ADR 0011).

use std::sync::mpsc::channel;

use casework::db::{Db, DbError, Engine, Tx};
use casework::params;

use super::{C, add, numbers, on_each};

/// Runs `work` in a visit and waits for what it says.
fn visit<T: Send + 'static>(db: &Db, work: impl FnOnce(&Db) -> T + Send + 'static) -> T {
    let (say, said) = channel();
    let own = db.clone();
    db.visit(move |open| {
        open.expect("a snapshot is to be had");
        say.send(work(&own)).expect("somebody waits");
    });
    said.recv().expect("the visit is made")
}

fn put(tx: &mut Tx<'_>, number: i64) -> Result<(), DbError> {
    let sql = "insert into note (county, number, text) values ($1, $2, $3)";
    tx.execute(sql, &params![C, number, format!("note {number}")]).map(drop)
}

fn count(tx: &mut Tx<'_>) -> Result<i64, DbError> {
    tx.one("select cast(count(*) as bigint) from note where county = $1", &params![C], |row| row.get(0))
}

/// Issue 3, "How fast": everything that is read in a visit is read from one snapshot, whatever is committed meanwhile.
#[test]
fn a_visit_reads_one_snapshot() {
    on_each(|db| {
        let before = db.done();
        let seen = visit(&db, |db| {
            let first = db.here(&mut count);
            add(db, 1).expect("a write beside it");
            (first, db.here(&mut count))
        });
        // On PostgreSQL a read counts once its commit was checked: there each has its own transaction.
        let expected = (db.engine() == Engine::Sqlite).then_some(Ok(0));
        assert_eq!(seen, (expected.clone(), expected));
        assert_eq!(numbers(&db), [1]);
        assert_eq!(db.here(&mut count), None, "outside of a visit there is no snapshot");
        assert_eq!(db.done().writes - before.writes, 1);
    });
}

/// A refused statement ends the snapshot, as it ends any transaction: what follows is told to begin its own.
#[test]
fn a_refusal_ends_the_snapshot() {
    on_each(|db| {
        if db.engine() == Engine::Postgres {
            return;
        }
        let seen = visit(&db, |db| {
            let wrong =
                db.here(&mut |tx: &mut Tx<'_>| tx.query("select no_such_column from note", &[], |_| Ok(())));
            (matches!(wrong, Some(Err(_))), db.here(&mut count))
        });
        assert_eq!(seen, (true, None));
        assert_eq!(visit(&db, |db| db.here(&mut count)), Some(Ok(0)), "the next visit has a snapshot again");
    });
}

/// A snapshot reads and cannot write; what is to follow it is kept, and lost with nobody who did not ask for it.
#[test]
fn what_follows_a_look_is_kept_for_the_writer() {
    on_each(|db| {
        const NOTE: &str = "insert into note (county, number, text) values ($1, $2, 'seen')";
        let kept = db.read(|tx| {
            tx.hold();
            tx.follow(NOTE, &params![C, 7])?;
            Ok::<_, DbError>(tx.held())
        });
        let kept = kept.expect("nothing refused");
        assert_eq!(numbers(&db), [0; 0]);
        db.write_soon(move |tx| tx.catch_up(&kept)).expect("written");
        assert_eq!(numbers(&db), [7]);
        let forgot = db.read(|tx| tx.follow(NOTE, &params![C, 8]));
        assert!(forgot.is_err(), "without hold() it is a write, which a snapshot refuses: {forgot:?}");
    });
}

/// Calls that do not wait for the disk and calls that do are answered in their order, and none is lost.
#[test]
fn soon_and_durable_writes_keep_their_order() {
    on_each(|db| {
        let (say, said) = channel();
        for number in 0..60_i64 {
            let say = say.clone();
            let reply = move |done: Result<(), DbError>| say.send((number, done)).expect("somebody waits");
            if number % 3 == 0 {
                db.write_then(move |tx| put(tx, number), reply);
            } else {
                db.write_soon_then(move |tx| put(tx, number), reply);
            }
        }
        drop(say);
        let mut answered: Vec<i64> =
            said.iter().map(|(number, done)| done.map(|()| number).expect("written")).collect();
        answered.sort_unstable();
        assert_eq!(answered, (0..60).collect::<Vec<i64>>());
        assert_eq!(numbers(&db), answered);
    });
}
