//! Backups: consistent while others write, restored between any two engines, refused when they are not whole.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use casework::db::testing::{Place, on_each_place_with};
use casework::db::{Db, DbError, Engine, Location, Migration};
use casework::params;

use super::{C, SCHEMA, add, numbers};

type Contents = Vec<(i64, String, Option<Vec<u8>>, Option<String>)>;

fn contents(db: &Db) -> Contents {
    let sql = "select number, text, sealed, child from note order by number";
    let rows =
        db.read(|tx| tx.query(sql, &[], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))));
    rows.expect("the notes can be read")
}

fn fill(db: &Db) {
    let done: Result<(), DbError> = db.write(|tx| {
        for number in 0..700 {
            let child = format!("child {number}");
            tx.execute("insert into claim values ($1, $2, '')", &params![C, &child])?;
            let sealed = (number % 3 == 0).then(|| vec![u8::try_from(number % 256).unwrap_or(0); 40]);
            let sql = "insert into note (county, number, text, sealed, child) values ($1, $2, $3, $4, $5)";
            let linked = (number % 2 == 0).then_some(&child);
            tx.execute(
                sql,
                &params![C, number - 300, format!("第{number}条 \u{1F600}'\"\\"), sealed, linked],
            )?;
        }
        Ok(())
    });
    done.expect("the notes are added");
}

fn backup(place: &Place, db: &Db) -> PathBuf {
    let file = place.folder().join("county.backup");
    db.backup(&file).expect("a backup is written");
    file
}

/// I12, I13: what is restored is what was there, on either engine from either; nothing is overwritten.
#[test]
fn a_backup_restores_on_each_engine() {
    on_each_place_with(SCHEMA, |place| {
        let db = place.open();
        fill(&db);
        let file = backup(place, &db);
        assert!(matches!(db.backup(&file), Err(DbError::Other(_))), "a backup is not overwritten");
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let target = Place::new(engine);
            Db::restore_with(&file, &target.location, SCHEMA).expect("the backup restores");
            let restored = target.open();
            assert_eq!(restored.migrate_with(SCHEMA).map(|done| done.from), Ok(1));
            assert_eq!(contents(&restored), contents(&db));
            assert_eq!(restored.check().map(|health| health.damage), Ok(Vec::new()));
            let orphan: Result<u64, DbError> = restored.write(|tx| {
                tx.execute("insert into note (county, number, text, child) values ('', 1, '', 'none')", &[])
            });
            assert!(matches!(orphan, Err(DbError::Foreign(_))), "foreign keys stand again: {orphan:?}");
            restored.close();
            let again = Db::restore_with(&file, &target.location, SCHEMA);
            assert!(again.is_err(), "into a place that is not empty");
            assert_eq!(contents(&target.open()), contents(&db), "which is as it was");
        }
    });
}

/// I14: a backup taken while others write equals what there was at one moment.
#[test]
fn a_backup_under_load_is_one_moment() {
    on_each_place_with(SCHEMA, |place| {
        let db = place.open();
        let stop = AtomicBool::new(false);
        let files: Vec<PathBuf> = thread::scope(|scope| {
            scope.spawn(|| {
                let mut number = 0;
                while !stop.load(Ordering::Relaxed) {
                    number += 1;
                    add(&db, number).expect("a note is added");
                }
            });
            let files = (0..5).map(|n| {
                // Each a little later than the one before: as many notes more as there were backups.
                while numbers(&db).len() < n * 20 {}
                let file = place.folder().join(format!("{n}.backup"));
                db.backup(&file).expect("a backup is written");
                file
            });
            let files = files.collect();
            stop.store(true, Ordering::Relaxed);
            files
        });
        let mut last = 0;
        for (n, file) in files.iter().enumerate() {
            let target = Place::new(Engine::Sqlite);
            Db::restore_with(file, &target.location, SCHEMA).expect("the backup restores");
            let found = numbers(&target.open());
            let expected: Vec<i64> = (1..=i64::try_from(found.len()).expect("few")).collect();
            assert_eq!(found, expected, "a prefix of what was written");
            assert!(found.len() >= last.max(n * 20), "later backups hold what earlier ones held");
            last = found.len();
        }
    });
}

/// I12: a file that was cut off anywhere, changed anywhere, or is something else, is refused, and nothing is made.
#[test]
fn a_damaged_backup_is_refused() {
    on_each_place_with(SCHEMA, |place| {
        let db = place.open();
        add(&db, 1).expect("a note is added");
        let whole = fs::read(backup(place, &db)).expect("the backup is read");
        let target = Place::new(db.engine());
        let bad = place.folder().join("bad.backup");
        let refused = |bytes: &[u8], what: &str| {
            fs::write(&bad, bytes).expect("a file is written");
            let restored = Db::restore_with(&bad, &target.location, SCHEMA);
            assert!(matches!(restored, Err(DbError::Corrupt(_))), "{what}: {restored:?}");
        };
        for length in 0..whole.len() {
            refused(&whole[..length], &format!("cut off at {length}"));
        }
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1 << (at % 8);
            refused(&changed, &format!("changed at {at}"));
        }
        refused(&[whole.as_slice(), b"\0"].concat(), "longer");
        refused("户籍名单".as_bytes(), "another file");
        if let Location::Sqlite(path) = &target.location {
            assert!(!path.exists());
        }
        Db::restore_with(&place.folder().join("county.backup"), &target.location, SCHEMA)
            .expect("the whole one restores");
    });
}

/// I12, I16: a backup of a newer program is refused.
#[test]
fn a_newer_backup_is_refused() {
    const NEWER: &[Migration] = &[SCHEMA[0], ("0002_more", "alter table note add column more bigint")];
    on_each_place_with(NEWER, |place| {
        let file = backup(place, &place.open());
        let target = Place::new(Engine::Sqlite);
        let restored = Db::restore_with(&file, &target.location, SCHEMA);
        assert!(matches!(&restored, Err(DbError::Other(text)) if text.contains("0002_more")), "{restored:?}");
        Db::restore_with(&file, &target.location, NEWER).expect("the newer program restores it");
    });
}
