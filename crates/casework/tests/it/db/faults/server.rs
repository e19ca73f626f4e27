//! A PostgreSQL that goes away and comes back.

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use casework::db::testing::Place;
use casework::db::{Db, DbError, Engine, Location, Settings};
use postgres::{Client, NoTls};

use super::super::{SCHEMA, add, numbers};

/// A server of its own, which may be stopped.
struct Server {
    process: Child,
    orders: Option<ChildStdin>,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Server {
    fn start() -> (Self, Location) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres");
        let obey = "echo $BAOXUE_TEST_POSTGRES; while read -r order; do $BAOXUE_TEST_POSTGRES_CONTROL $order; echo done; done";
        let mut process = Command::new(script)
            .args(["sh", "-c", obey])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("scripts/postgres runs");
        let orders = process.stdin.take();
        let mut answers = BufReader::new(process.stdout.take().expect("its output")).lines();
        let url = answers.next().expect("the server starts").expect("its URL");
        (Self { process, orders, answers }, Location::Postgres(url))
    }

    fn order(&mut self, order: &str) {
        let orders = self.orders.as_mut().expect("the server listens");
        writeln!(orders, "{order}").expect("the server listens");
        assert_eq!(self.answers.next().expect("an answer").expect("in words"), "done");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.orders.take());
        self.process.wait().expect("the server ends");
    }
}

/// I09: the server restarts, in order and by a crash, while others write: what was acknowledged is there once, and within 5 s all goes on.
#[test]
fn a_restart_heals() {
    let (mut server, location) = Server::start();
    let db = Db::open(&location, &Settings::default()).expect("the database opens");
    db.migrate_with(SCHEMA).expect("the migrations apply");
    let (stop, next) = (AtomicBool::new(false), AtomicI64::new(1));
    let mut saved: Vec<i64> = thread::scope(|scope| {
        let write = || {
            let mut saved = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                let number = next.fetch_add(1, Ordering::Relaxed);
                match add(&db, number) {
                    Ok(_) => saved.push(number),
                    Err(DbError::Unavailable(_)) => {}
                    Err(other) => panic!("{other}"),
                }
            }
            saved
        };
        let threads: Vec<_> = (0..3).map(|_| scope.spawn(write)).collect();
        server.order("restart");
        server.order("restart -m immediate");
        server.order("stop");
        let (away, started) = (db.read(|tx| tx.query("select 1", &[], |_| Ok(()))), Instant::now());
        assert!(matches!(away, Err(DbError::Unavailable(_))), "{away:?}");
        assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
        server.order("start");
        let back = Instant::now();
        while db.read(|tx| tx.query("select 1", &[], |_| Ok(()))).is_err() {}
        assert!(back.elapsed() < Duration::from_secs(5), "{:?}", back.elapsed());
        let enough = next.load(Ordering::Relaxed) + 20;
        while next.load(Ordering::Relaxed) < enough {
            thread::yield_now();
        }
        stop.store(true, Ordering::Relaxed);
        threads.into_iter().flat_map(|thread| thread.join().expect("no writer fails otherwise")).collect()
    });
    saved.sort_unstable();
    let found = numbers(&db);
    let lost: Vec<&i64> = saved.iter().filter(|number| found.binary_search(number).is_err()).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    assert!(saved.len() >= 20);
    db.close();
}

/// I09: connections that were cut behind our back are replaced, and nobody hears of it.
#[test]
fn cut_connections_are_replaced() {
    let place = Place::new(Engine::Postgres);
    let db = place.open();
    db.migrate_with(SCHEMA).expect("the migrations apply");
    let Location::Postgres(url) = &place.location else { panic!("asked for PostgreSQL") };
    let mut other = Client::connect(url, NoTls).expect("another connection");
    for number in 1..=3 {
        assert_eq!(add(&db, number), Ok(1));
        let cut = "select pg_terminate_backend(pid) from pg_stat_activity \
                   where datname = current_database() and pid <> pg_backend_pid()";
        assert!(!other.query(cut, &[]).expect("the others are cut").is_empty());
        assert_eq!(numbers(&db), (1..=number).collect::<Vec<_>>());
    }
}

/// A database whose lists would be in another order is refused, with what to do.
#[test]
fn another_collation_is_refused() {
    let place = Place::new(Engine::Postgres);
    let Location::Postgres(url) = &place.location else { panic!("asked for PostgreSQL") };
    let mut server = Client::connect(url, NoTls).expect("a connection");
    let name = format!("latin_{}", std::process::id());
    let made = format!("create database {name} template template0 encoding 'LATIN1' locale 'C'");
    server.batch_execute(&made).expect("a database in another encoding");
    let base = url.rsplit_once('/').expect("a URL with a name").0;
    let refused = Db::open(&Location::Postgres(format!("{base}/{name}")), &Settings::default()).map(drop);
    server.batch_execute(&format!("drop database {name} with (force)")).expect("it is dropped");
    assert!(matches!(&refused, Err(DbError::Other(text)) if text.contains("create database")), "{refused:?}");
}
