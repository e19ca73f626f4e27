//! Who waits, how long, and what is committed together: SQLite's one writer, the bounded queues, foreign locks.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use casework::db::testing::{Place, on_each_place_with};
use casework::db::{Db, DbError, Engine, Location, Settings};
use casework::params;

use super::{C, SCHEMA, add, numbers};

fn each(settings: &Settings, test: impl Fn(&Place, Db)) {
    on_each_place_with(SCHEMA, |place| {
        test(place, Db::open(&place.location, settings).expect("the database opens"));
    });
}

fn sqlite(settings: &Settings, test: impl Fn(PathBuf, Db)) {
    let place = Place::new(Engine::Sqlite);
    let db = Db::open(&place.location, settings).expect("the database opens");
    db.migrate_with(SCHEMA).expect("the migrations apply");
    let Location::Sqlite(path) = &place.location else { panic!("asked for SQLite") };
    test(path.clone(), db);
}

/// Keeps the writer busy until the sender is dropped; returns when it is.
fn occupy(db: &Db) -> Sender<()> {
    let (release, released) = channel::<()>();
    let (begin, begun) = channel();
    db.write_then(
        move |_| {
            begin.send(()).ok();
            released.recv().ok();
            Ok::<(), DbError>(())
        },
        drop,
    );
    begun.recv().expect("the writer begins");
    release
}

/// Queues what adds a note; its answer comes out of the receiver.
fn queue(db: &Db, number: i64, answers: &Sender<(i64, Result<u64, DbError>)>) {
    let answers = answers.clone();
    db.write_then(
        move |tx| {
            let sql = "insert into note (county, number, text) values ($1, $2, $3)";
            tx.execute(sql, &params![C, number, format!("note {number}")])
        },
        move |result| drop(answers.send((number, result))),
    );
}

fn all<T>(receiver: &Receiver<T>, count: usize) -> Vec<T> {
    (0..count).map(|_| receiver.recv_timeout(Duration::from_secs(30)).expect("an answer comes")).collect()
}

/// Teachers at 08:00: what waits is committed and flushed together, in the order in which it came.
#[test]
fn calls_that_wait_share_a_commit() {
    let settings = Settings { gather: Duration::from_secs(60), ..Settings::default() };
    sqlite(&settings, |_, db| {
        let before = db.commits();
        let hold = occupy(&db);
        let (sender, receiver) = channel();
        (1..=50).for_each(|number| queue(&db, number, &sender));
        drop(hold);
        let answers = all(&receiver, 50);
        assert_eq!(answers, (1..=50).map(|number| (number, Ok(1))).collect::<Vec<_>>(), "in order");
        assert_eq!(db.commits(), before + 1);
        assert_eq!(numbers(&db).len(), 50);
    });
}

/// One refusal, one panic and one duplicate among many of the same commit undo only themselves.
#[test]
fn a_refusal_leaves_its_neighbours() {
    let settings = Settings { gather: Duration::from_secs(60), ..Settings::default() };
    sqlite(&settings, |_, db| {
        let hold = occupy(&db);
        let (sender, receiver) = channel();
        queue(&db, 1, &sender);
        for panics in [false, true] {
            let sender = sender.clone();
            let refuse = move |tx: &mut casework::db::Tx<'_>| {
                tx.execute("update note set text = 'spoilt'", &[])?;
                assert!(!panics, "on purpose");
                Err(DbError::NotFound)
            };
            db.write_then(refuse, move |result| drop(sender.send((0, result))));
        }
        queue(&db, 1, &sender);
        queue(&db, 2, &sender);
        drop(hold);
        let answers: Vec<_> =
            all(&receiver, 5).into_iter().map(|(number, result)| (number, result.is_ok())).collect();
        assert_eq!(answers, [(1, true), (0, false), (0, false), (1, false), (2, true)]);
        let texts =
            db.read(|tx| tx.query("select text from note order by number", &[], |row| row.get::<String>(0)));
        assert_eq!(texts, Ok(vec!["note 1".to_owned(), "note 2".to_owned()]));
    });
}

/// First come, first served.
#[test]
fn calls_keep_their_order() {
    each(&Settings { writers: 1, ..Settings::default() }, |_, db| {
        let hold = occupy(&db);
        let (sender, receiver) = channel();
        (1..=20).for_each(|number| queue(&db, number, &sender));
        drop(hold);
        let order: Vec<i64> = all(&receiver, 20).into_iter().map(|(number, _)| number).collect();
        assert_eq!(order, (1..=20).collect::<Vec<_>>());
    });
}

/// H08: a full queue, and a turn that does not come, are answered `Busy`, and nothing is done.
#[test]
fn waiting_is_bounded() {
    let wait = Duration::from_secs(1);
    each(&Settings { writers: 1, queue: 3, wait, ..Settings::default() }, |_, db| {
        let hold = occupy(&db);
        let (sender, receiver) = channel();
        (1..=4).for_each(|number| queue(&db, number, &sender));
        let full = all(&receiver, 1);
        assert!(matches!(full.as_slice(), [(4, Err(DbError::Busy(_)))]), "{full:?}");
        assert!(receiver.recv_timeout(wait * 2).is_err(), "the others wait");
        drop(hold);
        let late = all(&receiver, 3);
        assert!(late.iter().all(|(_, result)| matches!(result, Err(DbError::Busy(_)))), "{late:?}");
        assert_eq!(numbers(&db), [0; 0]);
    });
}

/// H08: another program holds the lock: the wait is bounded, nothing is done, and afterwards all is well.
#[test]
fn a_foreign_lock_is_waited_for_in_bounds() {
    let settings = Settings { busy: Duration::from_millis(200), ..Settings::default() };
    sqlite(&settings, |path, db| {
        let shell = rusqlite::Connection::open(&path).expect("another program opens the file");
        shell.execute_batch("begin immediate").expect("and takes the lock");
        let started = Instant::now();
        let refused = add(&db, 1);
        assert!(matches!(refused, Err(DbError::Busy(_))), "{refused:?}");
        assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
        assert_eq!(numbers(&db), [0; 0], "reading goes on");
        shell.execute_batch("rollback").expect("and lets go");
        assert_eq!(add(&db, 1), Ok(1));
    });
}

/// H08: a statement without end is given up.
#[test]
fn a_read_without_end_is_given_up() {
    let settings = Settings { statement: Duration::from_millis(200), ..Settings::default() };
    each(&settings, |_, db| {
        let sql = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000000000) \
                   select cast(count(*) as bigint) from n";
        let endless = db.read(|tx| tx.one::<i64>(sql, &[], |row| row.get(0)));
        assert!(matches!(endless, Err(DbError::Busy(_))), "{endless:?}");
        assert_eq!(numbers(&db), [0; 0], "the connection goes on");
    });
}

/// H08: a reader lets the WAL grow; once it is done, the WAL is cut.
#[test]
fn the_wal_is_cut_after_a_long_reader() {
    let settings = Settings { wal: 1 << 20, ..Settings::default() };
    sqlite(&settings, |path, db| {
        let wal = || std::fs::metadata(format!("{}-wal", path.display())).map_or(0, |file| file.len());
        let writing = db.clone();
        let grown: Result<u64, DbError> = db.read(|tx| {
            tx.query("select number from note", &[], |row| row.get::<i64>(0))?;
            for number in 1..=10 {
                writing.write(move |tx| {
                    let sql = "insert into note (county, number, text, sealed) values ($1, $2, $3, $4)";
                    tx.execute(sql, &params![C, number, format!("{number}"), vec![7_u8; 1 << 20]])
                })?;
            }
            Ok(wal())
        });
        assert!(grown.as_ref().is_ok_and(|size| *size > 10 << 20), "{grown:?}");
        // The writer looks once a second, also when nothing more is written.
        let deadline = Instant::now() + Duration::from_secs(20);
        while wal() > 0 && Instant::now() < deadline {
            std::thread::yield_now();
        }
        assert_eq!(wal(), 0);
    });
}

/// The log is copied into the file while one goes on writing, so that it begins anew and does not grow; no commit waits for
/// more than the little that is left (ADR 0021).
#[test]
fn the_log_is_copied_and_begins_anew_while_one_writes() {
    let settings = Settings { log: 64, wal: u64::MAX, ..Settings::default() };
    sqlite(&settings, |path, db| {
        let size = |suffix: &str| {
            std::fs::metadata(format!("{}{suffix}", path.display())).map_or(0, |file| file.len())
        };
        let written = 300 * (64_u64 << 10);
        for number in 1..=300_i64 {
            let added: Result<u64, DbError> = db.write(move |tx| {
                let sql = "insert into note (county, number, text, sealed) values ($1, $2, $3, $4)";
                tx.execute(sql, &params![C, number, format!("{number}"), vec![7_u8; 64 << 10]])
            });
            assert_eq!(added, Ok(1));
        }
        // However much is written, it stays at a few times what it may be before it is copied: longer only while both threads
        // want to copy at once, or a machine is busy.
        assert!(size("-wal") < written / 4, "the log has {} bytes", size("-wal"));
        assert!(size("") > written / 2, "the file has {} bytes", size(""));
        assert_eq!(numbers(&db).len(), 300);
    });
}
