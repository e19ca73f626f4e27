//! I11: single bits of the database file turn. What notices each is counted: the engine's own check, the reader of a row,
//! the seal of a field, the chain of the record; and what nothing notices is said.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use casework::audit::{self, Verdict};
use casework::db::{Access, Db, DbError, Location, Settings};
use casework::keys::{Keys, Place};
use casework::now::Now;
use casework::reseal::SEALED;
use casework::testing::small_county;
use rules::access::Action;

use super::{Dice, patience, soak};
use crate::county::COUNTY;

/// All rows of all tables, as they are read.
type Rows = BTreeMap<String, Vec<Vec<String>>>;

fn rows(db: &Db) -> Result<Rows, DbError> {
    let tables = "select name from sqlite_schema where type = 'table' and name not like 'sqlite%' order by 1";
    let tables: Vec<String> = db.read(|tx| tx.query(tables, &[], |row| row.get(0)))?;
    let mut all = Rows::new();
    for table in tables {
        let found = db.read(|tx| {
            tx.query(&format!("select * from {table}"), &[], |row| {
                (0..row.len()).map(|at| row.value(at).map(|value| format!("{value:?}"))).collect()
            })
        })?;
        all.insert(table, found);
    }
    Ok(all)
}

/// Whether every sealed field opens.
fn seals_hold(db: &Db, keys: &Keys) -> Result<bool, DbError> {
    for sealed in SEALED {
        for (column, named) in sealed.fields {
            let row: Vec<String> = sealed.key.iter().map(|key| format!("cast({key} as text)")).collect();
            let sql = format!(
                "select county, {}, {column} from {} where {column} is not null",
                row.join(" || '/' || "),
                sealed.table
            );
            let found: Vec<(String, String, Vec<u8>)> =
                db.read(|tx| tx.query(&sql, &[], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))))?;
            let opens = found.iter().all(|(county, row, blob)| {
                let place = Place { county, table: sealed.table, column: named, row };
                keys.open_bytes(place, blob).is_ok()
            });
            if !opens {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// What noticed it, or that nothing was to be noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Noticed {
    Opening,
    Check,
    Reading,
    Seal,
    Record,
    /// Every row is read as it was: a bit of free space, or of what is read nowhere.
    Harmless,
    Silent,
}

fn look(path: &Path, keys: &Keys, before: &Rows) -> (Noticed, Vec<String>) {
    let settings = Settings { access: Access::Inspect, readers: 1, ..Settings::default() };
    let Ok(db) = Db::open(&Location::Sqlite(path.to_owned()), &settings) else {
        return (Noticed::Opening, Vec::new());
    };
    match db.check() {
        Err(_) => return (Noticed::Opening, Vec::new()),
        Ok(health) if !health.damage.is_empty() => return (Noticed::Check, Vec::new()),
        Ok(_) => {}
    }
    let Ok(after) = rows(&db) else { return (Noticed::Reading, Vec::new()) };
    match seals_hold(&db, keys) {
        Err(_) => return (Noticed::Reading, Vec::new()),
        Ok(false) => return (Noticed::Seal, Vec::new()),
        Ok(true) => {}
    }
    match db.read(|tx| audit::verify(tx, COUNTY)) {
        Ok(Verdict::Intact { .. }) => {}
        Ok(Verdict::Broken { .. }) => return (Noticed::Record, Vec::new()),
        Err(_) => return (Noticed::Reading, Vec::new()),
    }
    if after == *before {
        return (Noticed::Harmless, Vec::new());
    }
    let changed = after.iter().filter(|(table, rows)| before.get(*table) != Some(rows));
    (Noticed::Silent, changed.map(|(table, _)| table.clone()).collect())
}

#[test]
fn turned_bits_are_noticed_or_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("county.db");
    let (keys, now) =
        (Keys::for_tests(), Now::predictable("2026-11-24T01:00:00Z".parse().expect("a moment"), 1));
    let db = Db::open(&Location::Sqlite(path.clone()), &Settings::default()).expect("it opens");
    db.migrate().expect("the schema");
    let (own, then) = (keys.clone(), now.clone());
    let made: Result<_, DbError> = db.write(move |tx| small_county(tx, &own, &then, COUNTY, "b"));
    made.expect("a small county");
    let recorded: Result<(), casework::refused::Refused> = db.write(move |tx| {
        let actor = casework::accounts::operator::operator(COUNTY);
        for number in 0..2_000 {
            let subject = ("child", &*format!("{number}"));
            let entry = audit::Entry {
                actor: &actor,
                post: None,
                action: Action::ReadChild,
                subject,
                purpose: "",
                detail: "",
            };
            audit::record(tx, &now, &entry)?;
        }
        Ok(())
    });
    recorded.expect("a record");
    let sealed: Result<u64, DbError> = db.write(|tx| audit::seal_due(tx, COUNTY, 5_000));
    assert!(sealed.expect("sealed") >= 2_000);
    let before = rows(&db).expect("all rows");
    let filled = before.values().map(Vec::len).sum::<usize>();
    db.close();
    let whole = std::fs::read(&path).expect("the file");
    let (mut dice, mut count, mut tables) = (Dice(11), BTreeMap::new(), BTreeMap::<String, u32>::new());
    let (began, most, bits) =
        (Instant::now(), if soak().is_some() { 10_000 } else { 150 }, whole.len() as u64 * 8);
    let mut turned = 0;
    while turned < most && (turned < 60 || began.elapsed() < patience()) {
        let bit = dice.below(bits);
        let mut bytes = whole.clone();
        bytes[usize::try_from(bit / 8).expect("in the file")] ^= 1 << (bit % 8);
        let copy = folder.path().join("turned.db");
        for suffix in ["", "-wal", "-shm"] {
            drop(std::fs::remove_file(folder.path().join(format!("turned.db{suffix}"))));
        }
        std::fs::write(&copy, &bytes).expect("the turned file");
        let (noticed, where_) = look(&copy, &keys, &before);
        *count.entry(noticed).or_insert(0_u32) += 1;
        for table in where_ {
            *tables.entry(table).or_default() += 1;
        }
        turned += 1;
    }
    println!(
        "I11: {turned} bits of {} bytes with {filled} rows turned: {count:?}; unnoticed in {tables:?}",
        whole.len()
    );
    // The record has a chain of its own; nothing that it holds changes unnoticed.
    assert_eq!(tables.get("audit"), None, "{tables:?}");
    assert!(count.len() > 2, "{count:?}");
}
