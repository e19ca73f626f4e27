//! I02, K04: the process dies at every point of a commit in turn; I09: the connection to PostgreSQL is cut at every one.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::Stdio;

use casework::db::testing::Place;
use casework::db::{Db, DbError, Engine, Location, Settings};
use casework::params;
use postgres::{Client, NoTls};

use super::super::{C, SCHEMA, numbers};
use super::{Told, again, child, shim};

/// An act and its record: two rows of one transaction, as a use case writes them.
fn act(db: &Db, number: i64) -> Result<(), DbError> {
    db.write(move |tx| {
        tx.execute(
            "insert into claim (county, child, unit) values ($1, $2, 'unit')",
            &params![C, format!("{number}")],
        )?;
        // Several pages, so that a commit takes several writes.
        tx.execute(
            "insert into note (county, number, text, child, sealed) values ($1, $2, $3, $3, $4)",
            &params![C, number, format!("{number}"), vec![7_u8; 9_000]],
        )?;
        Ok(())
    })
}

/// Acts of which only one half is there.
fn halves(db: &Db) -> i64 {
    let sql = "select cast(count(*) as bigint) from
                   (select child from claim union all select child from note) halves
               where (select count(*) from claim where claim.child = halves.child)
                  <> (select count(*) from note where note.child = halves.child)";
    db.read(|tx| tx.one(sql, &[], |row| row.get::<i64>(0))).expect("both tables can be read")
}

/// How many acts a run tries: opened and closed twice, so that its WAL is also written back, twice.
const ACTS: i64 = 6;

fn run(place: &str) {
    let location: Location = place.parse().expect("the parent names the place");
    for half in [1..=ACTS / 2, ACTS / 2 + 1..=ACTS] {
        let settings = Settings { readers: 1, writers: 1, ..Settings::default() };
        let db = Db::open(&location, &settings).expect("the database opens");
        for number in half {
            say("trying", number);
            act(&db, number).expect("nothing fails before the kill");
            say("saved", number);
        }
        db.close();
    }
    say("finished", 0);
}

fn say(what: &str, number: i64) {
    std::io::stdout().write_all(format!("{what} {number}\n").as_bytes()).expect("the parent listens");
}

/// What a child said before it died.
#[derive(Default)]
struct Said {
    tried: i64,
    saved: i64,
    finished: bool,
}

fn listen(test: &str, url: &str, folder: &Path) -> Said {
    let mut child = again(test, url)
        .env("LD_PRELOAD", folder.join("disk.so"))
        .env("BAOXUE_TEST_DISK", folder.join(Told::NAME))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the child starts");
    let mut said = Said::default();
    for line in BufReader::new(child.stdout.take().expect("its output")).lines().map_while(Result::ok) {
        let number = |what: &str| line.split_once(what).and_then(|(_, number)| number.trim().parse().ok());
        said.tried = number("trying ").unwrap_or(said.tried);
        said.saved = number("saved ").unwrap_or(said.saved);
        said.finished |= line.contains("finished");
    }
    child.wait().expect("the child is gone");
    said
}

/// Each state is one of these: what was acknowledged is there; of what was not, all or nothing.
#[derive(Default, Debug)]
struct Found {
    points: u32,
    nothing_open: u32,
    undone: u32,
    done_unsaid: u32,
}

impl Found {
    fn look(&mut self, db: &Db, said: &Said, point: &str) {
        let there = numbers(db);
        let expected: Vec<i64> = (1..=i64::try_from(there.len()).expect("few")).collect();
        assert_eq!(there, expected, "{point}: in order and without a gap");
        let count = expected.last().copied().unwrap_or(0);
        assert!(count >= said.saved, "{point}: acknowledged {} and only {count} are there", said.saved);
        assert!(count <= said.tried, "{point}: tried {} and {count} are there", said.tried);
        assert_eq!(halves(db), 0, "{point}: an act and its record are there together or not at all");
        self.points += 1;
        match said.tried - said.saved {
            0 => self.nothing_open += 1,
            _ if count == said.saved => self.undone += 1,
            _ => self.done_unsaid += 1,
        }
    }
}

/// I02, K04: killed before and after every write, flush, truncation and removal of database and WAL.
#[test]
fn a_kill_at_every_call_of_the_disk_is_explained() {
    if let Some(place) = child() {
        return run(&place);
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (told, path) = (Told::new(folder.path()), folder.path().join("county.db"));
    shim(folder.path());
    let location = Location::Sqlite(path.clone());
    let db = Db::open(&location, &Settings::default()).expect("the database opens");
    db.migrate_with(SCHEMA).expect("the migrations apply");
    db.close();
    let fresh = std::fs::read(&path).expect("the fresh database");
    let mut found = Found::default();
    'points: for at in 1.. {
        for after in [0, 1] {
            for left in ["county.db-wal", "county.db-shm", "county.db-journal"] {
                drop(std::fs::remove_file(folder.path().join(left)));
            }
            std::fs::write(&path, &fresh).expect("a fresh database");
            told.set(4, &[at, after, 0]);
            let url = format!("sqlite:{}", path.display());
            let said = listen("points::a_kill_at_every_call_of_the_disk_is_explained", &url, folder.path());
            let db = Db::open(&location, &Settings::default()).expect("it opens again");
            found.look(&db, &said, &format!("call {at}, after: {after}"));
            assert_eq!(db.check().map(|health| health.damage), Ok(Vec::new()), "call {at}, after: {after}");
            assert!(act(&db, 1_000).is_ok(), "writing goes on");
            db.close();
            if said.finished {
                break 'points;
            }
        }
    }
    println!("I02 on SQLite: {found:?}");
    assert!(found.points > 60, "{found:?}");
    assert!(found.undone > 0 && found.done_unsaid > 0, "both sides of the commit were hit: {found:?}");
}

fn url_of(place: &Place) -> String {
    let Location::Postgres(url) = &place.location else { panic!("asked for PostgreSQL") };
    url.clone()
}

/// The server goes on with what it was sent: what it makes of it is known once its side of the connection has ended.
fn settled(client: &mut Client) {
    let others = "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
    let began = std::time::Instant::now();
    while client.query_one(others, &[]).expect("the server answers").get::<_, i64>(0) > 0 {
        assert!(began.elapsed().as_secs() < 20, "the server notices that its client is gone");
    }
}

/// I02, K04: on PostgreSQL, killed before and after every message to and from the server; commit is among them.
#[test]
fn a_kill_at_every_message_is_explained() {
    if let Some(place) = child() {
        return run(&place);
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let told = Told::new(folder.path());
    shim(folder.path());
    let place = Place::new(Engine::Postgres);
    let db = place.open();
    db.migrate_with(SCHEMA).expect("the migrations apply");
    db.close();
    let mut other = Client::connect(&url_of(&place), NoTls).expect("another connection");
    let mut found = Found::default();
    'points: for at in 1.. {
        for how in [0, 1] {
            other.batch_execute("delete from note; delete from claim").expect("a fresh database");
            told.set(7, &[at, how, 0]);
            let said = listen("points::a_kill_at_every_message_is_explained", &url_of(&place), folder.path());
            settled(&mut other);
            let db = place.open();
            found.look(&db, &said, &format!("message {at}, how: {how}"));
            db.close();
            if said.finished {
                break 'points;
            }
        }
    }
    println!("I02 on PostgreSQL: {found:?}");
    assert!(found.points > 60, "{found:?}");
    assert!(found.undone > 0 && found.done_unsaid > 0, "both sides of the commit were hit: {found:?}");
}

/// I09: the connection is cut before and after every message: whoever was told that it is saved finds it once, whoever
/// was told that the server is gone finds it once or not at all, and the next call succeeds.
#[test]
fn a_cut_at_every_message_is_explained() {
    if let Some(place) = child() {
        return cut(&place);
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    drop(Told::new(folder.path()));
    let library = shim(folder.path());
    let place = Place::new(Engine::Postgres);
    let db = place.open();
    db.migrate_with(SCHEMA).expect("the migrations apply");
    db.close();
    let output = again("points::a_cut_at_every_message_is_explained", &url_of(&place))
        .env("LD_PRELOAD", library)
        .env("BAOXUE_TEST_DISK", folder.path().join(Told::NAME))
        .output()
        .expect("the child starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    for line in text.lines().filter(|line| line.starts_with("I09")) {
        println!("{line}");
    }
}

fn cut(place: &str) {
    let control = std::env::var("BAOXUE_TEST_DISK").expect("the parent names it");
    let told = Told::open(Path::new(&control).parent().expect("a folder"));
    let location: Location = place.parse().expect("the parent names the place");
    let settings = Settings { readers: 1, writers: 1, ..Settings::default() };
    let db = Db::open(&location, &settings).expect("the database opens");
    let (mut expected, mut points, mut unknown, mut number) = (Vec::new(), 0, [0, 0], 0);
    // One act is some ten messages; later numbers find nothing left to cut.
    'points: for at in 1.. {
        for how in [2, 3] {
            number += 1;
            told.set(7, &[at, how, 0]);
            let done = act(&db, number);
            let seen = told.get(9);
            told.set(7, &[0, 0, 0]);
            points += 1;
            // A commit that was on its way when the connection was cut is still the server's to finish.
            let open = "select cast(count(*) as bigint) from pg_stat_activity
                        where datname = current_database() and state <> 'idle' and pid <> pg_backend_pid()";
            let began = std::time::Instant::now();
            while db.read(|tx| tx.one(open, &[], |row| row.get::<i64>(0))).expect("the server answers") > 0 {
                assert!(began.elapsed().as_secs() < 20, "the server notices the cut");
            }
            let there = numbers(&db).contains(&number);
            match done {
                Ok(()) => assert!(there, "message {at}, how {how}: acknowledged and lost"),
                Err(DbError::Unavailable(_)) => unknown[usize::from(there)] += 1,
                Err(other) => panic!("message {at}, how {how}: {other}"),
            }
            if there {
                expected.push(number);
            }
            number += 1;
            act(&db, number).expect("the next call finds a connection");
            expected.push(number);
            assert_eq!(numbers(&db), expected, "message {at}, how {how}: each once");
            assert_eq!(halves(&db), 0, "message {at}, how {how}");
            if seen < at {
                break 'points;
            }
        }
    }
    let [undone, done] = unknown;
    println!("I09: {points} cuts; answered as lost and not there {undone}, and there {done}");
    assert!(points > 15 && undone + done > 0, "{points} {unknown:?}");
}
