//! kill -9 at any moment.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;
use std::time::{Duration, Instant};

use casework::db::testing::on_each_place_with;
use casework::db::{Db, DbError, Engine, Location, Settings};
use casework::params;

use super::super::{C, SCHEMA};
use super::{Dice, again, child, patience};

/// One write of two rows that belong together, and now and then an import of many.
fn write(db: &Db, number: i64) -> Result<(), DbError> {
    db.write(move |tx| {
        let child = format!("child {number}");
        tx.execute("insert into claim (county, child, unit) values ($1, $2, 'unit')", &params![C, &child])?;
        let rows = if number % 20 == 0 { 200 } else { 1 };
        for row in 0..rows {
            let sql = "insert into note (county, number, text, child) values ($1, $2, $3, $4)";
            tx.execute(sql, &params![C, number * 1000 + row, format!("{number} {row}"), &child])?;
        }
        Ok(())
    })
}

/// The child: four threads write, and say each number once it is acknowledged, until they are killed.
fn serve(place: &str) -> ! {
    let location: Location = place.parse().expect("the parent names the place");
    let db = Db::open(&location, &Settings::default()).expect("the database opens");
    let sql = "select cast(coalesce(max(number), 0) as bigint) from note";
    let last: i64 = db.read(|tx| tx.one(sql, &[], |row| row.get(0))).expect("the notes can be read");
    let first = last / 1000 + 1;
    std::thread::scope(|scope| {
        for lane in 0..4 {
            let db = &db;
            scope.spawn(move || {
                for number in (first + lane..).step_by(4) {
                    write(db, number).expect("a write is acknowledged");
                    let said = format!("saved {number}\n");
                    std::io::stdout().write_all(said.as_bytes()).expect("the parent listens");
                }
            });
        }
    });
    panic!("the child was to be killed");
}

/// I01, I03: no acknowledged write is lost, none is half done, the database is whole and open again within 2 s.
#[test]
fn a_kill_loses_nothing() {
    if let Some(place) = child() {
        serve(&place);
    }
    on_each_place_with(SCHEMA, |place| {
        let mut dice = Dice(1);
        let url = match &place.location {
            Location::Sqlite(path) => format!("sqlite:{}", path.display()),
            Location::Postgres(url) => url.clone(),
        };
        let (started, mut saved, mut rounds) = (Instant::now(), BTreeSet::new(), 0);
        while rounds < 3 || started.elapsed() < patience() {
            let mut child = again("kill::a_kill_loses_nothing", &url)
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("the child starts");
            let until = 1 + dice.below(300);
            let mut lines =
                BufReader::new(child.stdout.take().expect("its output")).lines().map_while(Result::ok);
            let number =
                |line: String| line.split_once("saved ").and_then(|(_, number)| number.parse::<i64>().ok());
            saved.extend(lines.by_ref().filter_map(number).take(usize::try_from(until).expect("few")));
            for _ in 0..dice.below(50_000) {
                std::hint::spin_loop();
            }
            child.kill().expect("the child is killed");
            // What it had said before it died counts too.
            saved.extend(lines.filter_map(number));
            child.wait().expect("the child is gone");
            look(place, &saved);
            rounds += 1;
        }
        assert!(saved.len() > rounds, "{} writes in {rounds} rounds", saved.len());
    });
}

fn look(place: &casework::db::testing::Place, saved: &BTreeSet<i64>) {
    let opening = Instant::now();
    let db = place.open();
    let sql = "select c.child, cast(count(n.number) as bigint) from claim c \
               left join note n on n.county = c.county and n.child = c.child group by c.child";
    let found: Vec<(String, i64)> = db
        .read(|tx| tx.query(sql, &[], |row| Ok((row.get(0)?, row.get(1)?))))
        .expect("the claims can be read");
    if db.engine() == Engine::Sqlite {
        assert!(opening.elapsed() < Duration::from_secs(2), "{:?}", opening.elapsed());
    }
    let mut numbers = BTreeSet::new();
    for (child, rows) in found {
        let number: i64 = child.trim_start_matches("child ").parse().expect("a number");
        assert_eq!(rows, if number % 20 == 0 { 200 } else { 1 }, "{child} is whole");
        numbers.insert(number);
    }
    let lost: Vec<&i64> = saved.difference(&numbers).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    assert_eq!(db.check().map(|health| health.damage), Ok(Vec::new()));
    db.close();
}
