//! I13: the restore drill. Backups are taken at moments that nobody chose while people work; each, restored on either engine,
//! equals what had been done at one moment, act and record together, and its record verifies.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use casework::audit::{Verdict, seal_due, verify};
use casework::db::testing::{Place, on_each_place_with};
use casework::db::{Db, DbError, Engine, MIGRATIONS};
use casework::params;
use casework::today;
use rules::access::{Action, Role};

use crate::county::{COUNTY, person};
use crate::jobs::{Machine, act};

/// People who work at once.
const PEOPLE: [&str; 4] = ["wang", "li", "zhao", "qian"];

/// How far each of them is.
fn figures(of: &[AtomicI64; 4]) -> [i64; 4] {
    [0, 1, 2, 3].map(|at: usize| of[at].load(Ordering::SeqCst))
}

/// The acts of one person that a database holds: those that were done, and those on the record.
fn acts(db: &Db, account: &str) -> (Vec<i64>, Vec<i64>) {
    let numbers = |sql: &str| {
        let read: Result<Vec<String>, DbError> =
            db.read(|tx| tx.query(sql, &params![COUNTY, account], |row| row.get(0)));
        let mut numbers: Vec<i64> = read.unwrap().iter().map(|number| number.parse().unwrap()).collect();
        numbers.sort_unstable();
        numbers
    };
    (
        numbers("select subject from notification where county = $1 and account = $2 and kind = 'drill'"),
        numbers("select subject from audit where county = $1 and account = $2 and subject_kind = 'drill'"),
    )
}

/// Lets everybody stop, also when something was found.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_restored_backup_is_one_moment_of_the_work() {
    let long: Option<u64> = std::env::var("BAOXUE_TEST_SECONDS").ok().and_then(|text| text.parse().ok());
    // A few backups in the suite; in `make soak` a minute of them on each engine.
    let (backups, limit) = long.map_or((4, Duration::from_secs(60)), |_| (10_000, Duration::from_secs(60)));
    on_each_place_with(MIGRATIONS, |place| {
        let machine = Machine::new(place.open());
        let people = PEOPLE.map(|name| person(&machine.db, name, &[("office", Role::Bureau)]));
        let (stop, begun, done) =
            (AtomicBool::new(false), <[AtomicI64; 4]>::default(), <[AtomicI64; 4]>::default());
        let (mut restored, mut held) = (0, 0);
        std::thread::scope(|scope| {
            for (at, who) in people.iter().enumerate() {
                let (machine, begun, done, stop) = (&machine, &begun[at], &done[at], &stop);
                scope.spawn(move || {
                    for number in 1.. {
                        if stop.load(Ordering::Relaxed) {
                            break;
                        }
                        begun.store(number, Ordering::SeqCst);
                        let own = number.to_string();
                        let wrote = act(machine, who, move |desk| {
                            let account = desk.actor().account.clone();
                            desk.record(Action::ReadChild, None, ("drill", &own), "", "")?;
                            today::tell(desk, &account, ("drill", &own), "做了一件事", "/")
                        });
                        wrote.expect("people can work");
                        done.store(number, Ordering::SeqCst);
                        machine.later(1);
                    }
                });
            }
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let sealed: Result<u64, DbError> = machine.db.write(|tx| seal_due(tx, COUNTY, 50));
                    sealed.expect("sealing goes on");
                    std::thread::yield_now();
                }
            });
            let (_stop, began) = (Stop(&stop), Instant::now());
            while restored < backups && began.elapsed() < limit {
                // The moment: so many acts after the last backup, by no pattern.
                let enough = figures(&done).iter().sum::<i64>() + (restored * 37 + 11) % 53;
                while figures(&done).iter().sum::<i64>() < enough {
                    std::thread::yield_now();
                }
                let file = place.folder().join(format!("{restored}.backup"));
                let before = figures(&done);
                machine.db.backup(&file).expect("a backup while people work");
                let after = figures(&begun);
                let engine = if restored % 2 == 0 { Engine::Sqlite } else { Engine::Postgres };
                let target = Place::new(engine);
                Db::restore(&file, &target.location).expect("it restores");
                std::fs::remove_file(&file).unwrap();
                let db = target.open();
                for (at, account) in PEOPLE.iter().enumerate() {
                    let (there, recorded) = acts(&db, account);
                    let count = i64::try_from(there.len()).unwrap();
                    assert_eq!(
                        there,
                        (1..=count).collect::<Vec<_>>(),
                        "{account}: everything up to one moment"
                    );
                    assert_eq!(there, recorded, "{account}: act and record together");
                    assert!(
                        (before[at]..=after[at]).contains(&count),
                        "{account}: {count}, between {} and {}",
                        before[at],
                        after[at]
                    );
                    held += count;
                }
                let verdict = db.read(|tx| verify(tx, COUNTY)).expect("the record can be verified");
                assert!(matches!(verdict, Verdict::Intact { .. }), "{verdict:?}");
                assert_eq!(db.check().unwrap().damage, [] as [&str; 0]);
                db.close();
                restored += 1;
            }
        });
        println!("I13: {restored} backups under load restored, {held} acts in them, each one moment");
        assert!(restored >= 4 && held > 0);
    });
}
