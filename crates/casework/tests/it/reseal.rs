//! K07: a change of keys, chunk by chunk; whenever it is broken off, every field opens, and in the end none is left to the
//! old key. The list of sealed columns is that of the schema.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use casework::db::testing::on_each_engine;
use casework::db::{Db, DbError};
use casework::files;
use casework::jobs::Means as _;
use casework::keys::{Cipher, KeyId, Keys, Place};
use casework::reseal::{self, Outcome, Progress, SEALED};
use casework::testing::small_county;
use jiff::civil::date;

use crate::county::COUNTY;
use crate::jobs::Machine;

/// Every sealed field that is filled, opened; by table, row and column.
fn opened(db: &Db, keys: &Keys) -> BTreeMap<(String, String, String), Vec<u8>> {
    let mut all = BTreeMap::new();
    for sealed in SEALED {
        for (column, named) in sealed.fields {
            let row: Vec<String> = sealed.key.iter().map(|key| format!("cast({key} as text)")).collect();
            let sql = format!(
                "select {}, {column} from {} where {column} is not null",
                row.join(" || '/' || "),
                sealed.table
            );
            let found: Result<Vec<(String, Vec<u8>)>, DbError> =
                db.read(|tx| tx.query(&sql, &[], |row| Ok((row.get(0)?, row.get(1)?))));
            for (row, blob) in found.unwrap() {
                let place = Place { county: COUNTY, table: sealed.table, column: named, row: &row };
                let plain =
                    keys.open_bytes(place, &blob).unwrap_or_else(|_| panic!("{} {row}", sealed.table));
                all.insert((sealed.table.to_owned(), row.clone(), (*column).to_owned()), plain);
            }
        }
    }
    all
}

/// The county's key file, and a county that is sealed by it.
fn county(db: Db, folder: &std::path::Path) -> (Arc<Machine>, KeyId) {
    let mut next = 0_u8;
    let mut counted = |bytes: &mut [u8]| {
        for byte in bytes {
            next = next.wrapping_add(7);
            *byte = next;
        }
    };
    let keys = Keys::create(&folder.join("keys"), date(2026, 11, 24), &mut counted).unwrap();
    let old = keys.active();
    let machine = Machine::with(db, keys);
    let (own, now) = (machine.keys.clone(), machine.now());
    let made: Result<_, DbError> = machine.db.write(move |tx| small_county(tx, &own, &now, COUNTY, "s"));
    made.unwrap();
    let path = folder.join("list.csv");
    std::fs::write(&path, vec![b'x'; 700_000]).unwrap();
    files::store(machine.as_ref(), &path, "list.csv").unwrap();
    (machine, old)
}

#[test]
fn a_change_of_keys_can_be_broken_off_anywhere() {
    on_each_engine(|db| {
        let folder = tempfile::tempdir().unwrap();
        let (machine, old) = county(db, folder.path());
        let path = folder.path().join("keys");
        let before = opened(&machine.db, &machine.keys);
        assert!(before.len() > 40, "{}", before.len());
        // By command, from another process: the one that serves follows.
        let command = Keys::load(&path).unwrap();
        let mut next = 100_u8;
        let mut counted = |bytes: &mut [u8]| {
            for byte in bytes {
                next = next.wrapping_add(3);
                *byte = next;
            }
        };
        let new =
            command.rotate_to(&path, date(2026, 11, 29), (Some(Cipher::Sm4), None), &mut counted).unwrap();
        assert_eq!(machine.keys.active(), old);
        machine.keys.follow().unwrap();
        assert_eq!(machine.keys.active(), new);

        let (mut slices, mut progress) = (0, Progress::default());
        while reseal::go_on(machine.as_ref(), &mut progress, Duration::ZERO).unwrap() == Outcome::More {
            slices += 1;
            assert_eq!(opened(&machine.db, &machine.keys), before, "slice {slices}: both keys open");
            if [3, 9, 20, 45].contains(&slices) {
                // As after a kill: nothing is known but what stands in the fields.
                progress = Progress::default();
            }
            assert!(slices < 500, "it comes to an end");
        }
        assert_eq!(progress.shut, 0);
        let count = reseal::count(&machine.db).unwrap();
        let fields = u64::try_from(before.len()).unwrap();
        assert_eq!(count.into_iter().collect::<Vec<_>>(), [(Some(new), fields)]);
        command.retire(&path, old).unwrap();
        machine.keys.follow().unwrap();
        assert_eq!(machine.keys.entries().len(), 1);
        assert_eq!(opened(&machine.db, &machine.keys), before, "without the old key");
        println!("K07: {fields} fields in {slices} slices");
    });
}

/// What no key opens is counted and does not stop the rest; and it keeps its key from being retired.
#[test]
fn a_damaged_field_is_counted() {
    on_each_engine(|db| {
        let folder = tempfile::tempdir().unwrap();
        let (machine, old) = county(db, folder.path());
        let sql = "select id, id_sealed from child where id_sealed is not null order by id limit 1";
        let read: Result<(String, Vec<u8>), DbError> =
            machine.db.read(|tx| tx.one(sql, &[], |row| Ok((row.get(0)?, row.get(1)?))));
        let (id, mut blob) = read.unwrap();
        let last = blob.len() - 1;
        blob[last] ^= 1;
        let done: Result<u64, DbError> = machine.db.write(move |tx| {
            tx.execute("update child set id_sealed = $2 where id = $1", &casework::params![&id, &blob])
        });
        assert_eq!(done, Ok(1));
        let mut next = 50_u8;
        let mut counted = |bytes: &mut [u8]| {
            for byte in bytes {
                next = next.wrapping_add(5);
                *byte = next;
            }
        };
        let path = folder.path().join("keys");
        machine.keys.rotate(&path, date(2026, 11, 29), &mut counted).unwrap();
        let mut progress = Progress::default();
        while reseal::go_on(machine.as_ref(), &mut progress, Duration::from_secs(60)).unwrap()
            == Outcome::More
        {}
        assert_eq!(progress.shut, 1);
        assert_eq!(reseal::count(&machine.db).unwrap().get(&Some(old)), Some(&1));
    });
}

/// A sealed column that is not on the list would stay with the old key for ever.
#[test]
fn every_sealed_column_is_on_the_list() {
    let place = casework::db::testing::Place::new(casework::db::Engine::Sqlite);
    let db = place.open();
    db.migrate().unwrap();
    let sql = "select m.name, p.name from sqlite_schema m, pragma_table_info(m.name) p
               where m.type = 'table' and p.name like '%\\_sealed' escape '\\' order by 1, 2";
    let found: Result<Vec<(String, String)>, DbError> =
        db.read(|tx| tx.query(sql, &[], |row| Ok((row.get(0)?, row.get(1)?))));
    let mut listed: Vec<(String, String)> = SEALED
        .iter()
        .flat_map(|sealed| {
            sealed.fields.iter().map(|(column, _)| (sealed.table.to_owned(), (*column).to_owned()))
        })
        .collect();
    listed.sort();
    assert_eq!(listed, found.unwrap());
}
