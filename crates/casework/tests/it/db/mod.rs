//! The database façade: hazards H04, H08, I06, I12, I14, I16, I18 and what docs/sql.md promises, on both engines.

use casework::db::testing::on_each_place_with;
use casework::db::{Db, DbError, Migration, Settings};
use casework::params;

mod backups;
mod calls;
mod dialect;
#[cfg(target_os = "linux")]
mod faults;
mod fewer;
mod files;
mod history;
mod product;
mod queue;
mod visits;

/// Two small tables: a case that a unit claims, and notes on it.
const SCHEMA: &[Migration] = &[(
    "0001_test",
    "create table claim (county text not null, child text not null, unit text not null, primary key (county, child));
     create table note (
         county text not null,
         number bigint not null,
         text text not null, -- may hold '; create table'
         sealed bytea,
         child text,
         primary key (county, number),
         foreign key (county, child) references claim (county, child)
     );
     create unique index note_text on note (county, text);",
)];

const C: &str = "539999";

fn on_each(test: impl Fn(Db)) {
    beside_each_other(SCHEMA, test);
}

/// On PostgreSQL with several writers beside each other, as several servers have them: one server has one.
fn beside_each_other(schema: &[Migration], test: impl Fn(Db)) {
    let settings = Settings { writers: 4, ..Settings::default() };
    on_each_place_with(schema, |place| {
        test(Db::open(&place.location, &settings).expect("the database opens"));
    });
}

fn add(db: &Db, number: i64) -> Result<u64, DbError> {
    db.write(move |tx| {
        let sql = "insert into note (county, number, text) values ($1, $2, $3)";
        tx.execute(sql, &params![C, number, format!("note {number}")])
    })
}

fn numbers(db: &Db) -> Vec<i64> {
    let sql = "select number from note where county = $1 order by number";
    db.read(|tx| tx.query(sql, &params![C], |row| row.get(0))).expect("the notes can be read")
}
