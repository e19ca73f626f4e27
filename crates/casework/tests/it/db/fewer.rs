//! Fewer ways to the engine: rows that are gathered and sent together, and what one transaction asks only once. ADR 0005.

use casework::db::{DbError, Engine};
use casework::params;

use super::{C, numbers, on_each};

/// Rows of two tables, taken by turns, arrive all, parents first; what is read in between sees them.
#[test]
fn gathered_rows_are_there_before_anybody_asks() {
    on_each(|db| {
        let done: Result<(i64, i64), DbError> = db.write(|tx| {
            tx.gather(|tx| {
                for number in 0..150_i64 {
                    let child = format!("c{number}");
                    tx.execute(
                        "insert into claim (county, child, unit) values ($1, $2, 'u')",
                        &params![C, &child],
                    )?;
                    tx.execute(
                        "insert into note (county, number, text, child) values ($1, $2, $3, $3)",
                        &params![C, number, &child],
                    )?;
                }
                let count =
                    "select cast(count(*) as bigint) from note where county = $1 and child is not null";
                let seen = tx.one(count, &params![C], |row| row.get(0))?;
                tx.execute(
                    "insert into note (county, number, text) values ($1, $2, '')",
                    &params![C, 1_000],
                )?;
                let changed =
                    tx.execute("update note set text = text || 'x' where county = $1", &params![C])?;
                Ok((seen, i64::try_from(changed).expect("few")))
            })
        });
        assert_eq!(done, Ok((150, 151)));
        assert_eq!(numbers(&db).len(), 151);
        if db.engine() == Engine::Postgres {
            let asked = db.done().statements;
            assert!(asked < 40, "{asked} statements for 301 rows");
        }
    });
}

/// What the engine refuses of gathered rows is refused before the commit, and nothing of it stays.
#[test]
fn a_gathered_row_that_is_refused_undoes_all() {
    on_each(|db| {
        let done: Result<(), DbError> = db.write(|tx| {
            tx.gather(|tx| {
                for (text, number) in [("a", 1_i64), ("b", 2), ("c", 1)] {
                    tx.execute(
                        "insert into note (county, number, text) values ($1, $2, $3)",
                        &params![C, number, text],
                    )?;
                }
                Ok(())
            })
        });
        assert_eq!(done, Err(DbError::Unique("note_pkey".to_owned())));
        assert!(numbers(&db).is_empty());
    });
}

/// The same question is asked once, until something is written; another value is another question.
#[test]
fn one_transaction_asks_the_same_once() {
    on_each(|db| {
        let done: Result<Vec<usize>, DbError> = db.write(|tx| {
            let sql = "select number from note where county = $1 and number >= $2 order by number";
            let mut seen = Vec::new();
            let mut ask = |tx: &mut casework::db::Tx<'_>, from: i64| {
                let before = tx.statements();
                let rows = tx.once(sql, &params![C, from], |row| row.get::<i64>(0))?;
                seen.push(rows.len());
                Ok::<_, DbError>(tx.statements() - before)
            };
            assert_eq!((ask(tx, 0)?, ask(tx, 0)?, ask(tx, 1)?), (1, 0, 1));
            tx.execute("insert into note (county, number, text) values ($1, 5, 'five')", &params![C])?;
            assert_eq!((ask(tx, 0)?, ask(tx, 0)?), (1, 0));
            let undone: Result<(), DbError> = tx.nested(|tx| {
                tx.execute("insert into note (county, number, text) values ($1, 6, 'six')", &params![C])?;
                assert_eq!(ask(tx, 0)?, 1);
                Err(DbError::NotFound)
            });
            assert_eq!(undone, Err(DbError::NotFound));
            assert_eq!(ask(tx, 0)?, 1);
            Ok(seen)
        });
        assert_eq!(done, Ok(vec![0, 0, 0, 1, 1, 2, 1]));
    });
}
