//! What one call does and leaves behind: values, errors by kind, rollback, panic, reply.

use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier};
use std::thread;

use casework::db::{DbError, Engine, Value};
use casework::params;
use jiff::civil::date;

use super::{C, add, numbers, on_each};

/// docs/sql.md, "Parameters": by number, in any order, more than nine, twice, and never inside a literal.
#[test]
fn parameters_are_numbered() {
    on_each(|db| {
        let sql = "select cast($2 as text), cast($1 as text), cast($2 as text), '$1 ''$2''', \"$3\" \
                   from (select cast($3 as bigint) as \"$3\") x -- $4";
        let row = db.read(|tx| {
            tx.one(sql, &params!["one", "two", 3], |row| {
                Ok((
                    row.get::<String>(0)?,
                    row.get::<String>(1)?,
                    row.get::<String>(2)?,
                    row.get::<String>(3)?,
                    row.get::<i64>(4)?,
                ))
            })
        });
        let text = |text: &str| text.to_owned();
        assert_eq!(row, Ok((text("two"), text("one"), text("two"), text("$1 '$2'"), 3)));

        let ten = (1..=11).rev().map(|n| format!("cast(${n} as bigint)")).collect::<Vec<_>>().join(", ");
        let values: Vec<Value<'_>> = (1..=11_i64).map(Value::from).collect();
        let all = db.read(|tx| {
            tx.one(&format!("select {ten}"), &values, |row| {
                (0..11).map(|index| row.get::<i64>(index)).collect::<Result<Vec<_>, _>>()
            })
        });
        assert_eq!(all, Ok((1..=11).rev().collect()));

        let wrong = db.read(|tx| tx.query("select cast($1 as bigint)", &params![1, 2], |_| Ok(())));
        assert!(matches!(wrong, Err(DbError::Other(_))), "{wrong:?}");
    });
}

/// docs/sql.md, "Types": what goes in comes out, and a column refuses what is of another type.
#[test]
fn values_come_back() {
    on_each(|db| {
        let bytes = vec![0_u8, 255, 7];
        let given = bytes.clone();
        let done: Result<u64, DbError> = db.write(move |tx| {
            tx.execute("insert into claim values ($1, $2, $3)", &params![C, "郑垚喆", date(2026, 9, 1)])?;
            let sql = "insert into note (county, number, text, sealed, child) values ($1, $2, $3, $4, $5)";
            tx.execute(sql, &params![C, i64::MIN, "", &given, Some("郑垚喆")])?;
            tx.execute(sql, &params![C, true, "x", None::<Vec<u8>>, None::<String>])
        });
        assert_eq!(done, Ok(1));
        let sql = "select n.number, n.text, n.sealed, n.child, c.unit from note n \
                   left join claim c on c.county = n.county and c.child = n.child order by n.number";
        let rows = db.read(|tx| {
            tx.query(sql, &[], |row| {
                Ok((
                    row.get::<i64>(0)?,
                    row.get::<String>(1)?,
                    row.get::<Option<Vec<u8>>>(2)?,
                    row.get::<Option<String>>(3)?,
                    row.get::<Option<jiff::civil::Date>>(4)?,
                ))
            })
        });
        let first = (i64::MIN, String::new(), Some(bytes), Some("郑垚喆".to_owned()), Some(date(2026, 9, 1)));
        assert_eq!(rows, Ok(vec![first, (1, "x".to_owned(), None, None, None)]));

        let narrow =
            db.read(|tx| tx.query("select number from note order by 1", &[], |row| row.get::<u32>(0)));
        assert!(matches!(narrow, Err(DbError::Other(_))), "a number out of range: {narrow:?}");
        for value in [params![C, "nine", "nine"], params![C, 9, "a\0b"]] {
            let value: Vec<Value<'static>> = value.to_vec();
            let wrong: Result<u64, DbError> = db.write(move |tx| {
                tx.execute("insert into note (county, number, text) values ($1, $2, $3)", &value)
            });
            assert!(matches!(wrong, Err(DbError::Other(_))), "{wrong:?}");
        }
    });
}

/// I06, rollback: what a refused call wrote is gone, and the refusal comes back as it was.
#[test]
fn a_refusal_undoes_itself() {
    on_each(|db| {
        #[derive(Debug, PartialEq)]
        enum Refused {
            Rule(&'static str),
            Storage(DbError),
        }
        impl From<DbError> for Refused {
            fn from(error: DbError) -> Self {
                Self::Storage(error)
            }
        }
        add(&db, 1).expect("a note is added");
        let refused: Result<(), Refused> = db.write(|tx| {
            tx.execute("insert into note (county, number, text) values ($1, 2, 'x')", &params![C])?;
            Err(Refused::Rule("三(五)"))
        });
        assert_eq!(refused, Err(Refused::Rule("三(五)")));
        let refused: Result<(), Refused> = db.write(|tx| {
            tx.execute("insert into note (county, number, text) values ($1, 3, 'x')", &params![C])?;
            tx.execute("insert into note (county, number, text) values ($1, 1, 'y')", &params![C])?;
            Ok(())
        });
        assert_eq!(refused, Err(Refused::Storage(DbError::Unique("note_pkey".to_owned()))));
        assert_eq!(numbers(&db), [1]);
    });
}

/// A panic of one call is its own error; the next one goes on.
#[test]
fn a_panic_is_contained() {
    on_each(|db| {
        let panicked: Result<(), DbError> = db.write(|tx| {
            tx.execute("insert into note (county, number, text) values ($1, 7, 'x')", &params![C])?;
            panic!("on purpose");
        });
        assert!(matches!(panicked, Err(DbError::Other(_))), "{panicked:?}");
        let panicked: Result<(), DbError> = db.read(|_| panic!("on purpose"));
        assert!(matches!(panicked, Err(DbError::Other(_))), "{panicked:?}");
        add(&db, 1).expect("a note is added");
        assert_eq!(numbers(&db), [1]);
    });
}

/// docs/sql.md, "Transactions": after a refused statement nothing counts, also when the closure says so.
#[test]
fn a_swallowed_error_undoes_the_call() {
    on_each(|db| {
        add(&db, 1).expect("a note is added");
        let swallowed: Result<(), DbError> = db.write(|tx| {
            let sql = "insert into note (county, number, text) values ($1, $2, $3)";
            tx.execute(sql, &params![C, 2, "x"])?;
            drop(tx.execute(sql, &params![C, 1, "y"]));
            let after = tx.execute(sql, &params![C, 3, "z"]);
            assert_eq!(after, Err(DbError::Unique("note_pkey".to_owned())), "the transaction is over");
            Ok(())
        });
        assert_eq!(swallowed, Err(DbError::Unique("note_pkey".to_owned())));
        assert_eq!(numbers(&db), [1]);
    });
}

/// docs/sql.md, "Transactions": a nested part undoes and outlives its own failure.
#[test]
fn a_nested_part_fails_alone() {
    on_each(|db| {
        let done: Result<(), DbError> = db.write(|tx| {
            let sql = "insert into note (county, number, text) values ($1, $2, $3)";
            tx.execute(sql, &params![C, 1, "x"])?;
            let refused: Result<(), DbError> = tx.nested(|tx| {
                tx.execute(sql, &params![C, 2, "y"])?;
                let inner: Result<u64, DbError> = tx.nested(|tx| tx.execute(sql, &params![C, 1, "z"]));
                assert_eq!(inner, Err(DbError::Unique("note_pkey".to_owned())));
                tx.execute(sql, &params![C, 3, "z"])?;
                Err(DbError::NotFound)
            });
            assert_eq!(refused, Err(DbError::NotFound));
            tx.nested(|tx| tx.execute(sql, &params![C, 4, "w"]).map(drop))
        });
        assert_eq!(done, Ok(()));
        assert_eq!(numbers(&db), [1, 4]);
    });
}

/// One row, none, two.
#[test]
fn one_row_is_one_row() {
    on_each(|db| {
        let one = |sql: &'static str| db.read(|tx| tx.one::<i64>(sql, &[], |row| row.get(0)));
        assert_eq!(one("select number from note"), Err(DbError::NotFound));
        (1..=2).for_each(|number| assert_eq!(add(&db, number), Ok(1)));
        assert_eq!(one("select number from note where number = 2"), Ok(2));
        assert!(matches!(one("select number from note"), Err(DbError::Other(_))));
    });
}

/// A read cannot write, on one snapshot sees no write that comes later, and a write cannot wait for a write.
#[test]
fn a_read_is_one_snapshot() {
    on_each(|db| {
        add(&db, 1).expect("a note is added");
        let written = db.read(|tx| tx.execute("delete from note", &[]));
        assert!(matches!(written, Err(DbError::Other(_))), "{written:?}");

        let other = db.clone();
        let mut second = false;
        let counts: Result<Vec<i64>, DbError> = db.read(|tx| {
            let sql = "select cast(count(*) as bigint) from note";
            let before = tx.one(sql, &[], |row| row.get(0))?;
            if !std::mem::replace(&mut second, true) {
                add(&other, 2)?;
            }
            Ok(vec![before, tx.one(sql, &[], |row| row.get(0))?])
        });
        assert_eq!(counts, Ok(vec![1, 1]));
        assert_eq!(numbers(&db), [1, 2]);

        let inner = db.clone();
        let nested: Result<u64, DbError> = db.write(move |_| add(&inner, 3));
        assert!(matches!(nested, Err(DbError::Other(_))), "{nested:?}");
    });
}

/// Each `reply` is called once: after success, refusal, panic, and after the database was closed.
#[test]
fn every_call_is_answered_once() {
    on_each(|db| {
        let (sender, receiver) = channel();
        let reply = |name: &'static str| {
            let sender = sender.clone();
            move |result: Result<i64, DbError>| {
                sender.send((name, result.is_ok())).ok();
            }
        };
        db.write_then(|_| Ok(1), reply("write"));
        db.write_then(|_| Err(DbError::NotFound), reply("refused"));
        db.write_then(|_| panic!("on purpose"), reply("panic"));
        db.read_then(|_| Ok(1), reply("read"));
        db.read_then(|_| panic!("on purpose"), reply("read panic"));
        let other = db.clone();
        db.close();
        other.write_then(|_| Ok(1), reply("late write"));
        other.read_then(|_| Ok(1), reply("late read"));
        assert_eq!(add(&other, 1), Err(DbError::Closed));
        assert_eq!(other.read(|_| Ok::<i64, DbError>(1)), Err(DbError::Closed));
        drop(other);
        drop(sender);
        let mut answers: Vec<(&str, bool)> = receiver.iter().collect();
        answers.sort_unstable();
        let expected = [
            ("late read", false),
            ("late write", false),
            ("panic", false),
            ("read", true),
            ("read panic", false),
            ("refused", false),
            ("write", true),
        ];
        assert_eq!(answers, expected);
    });
}

/// H04: of sixty-four who claim the same child at once, exactly one has it; the others are told why not.
#[test]
fn one_of_many_claims_wins() {
    on_each(|db| {
        let barrier = Barrier::new(64);
        let answers: Vec<Result<u64, DbError>> = thread::scope(|scope| {
            let threads: Vec<_> = (0..64)
                .map(|unit| {
                    let (db, barrier) = (db.clone(), &barrier);
                    scope.spawn(move || {
                        barrier.wait();
                        db.write(move |tx| {
                            let sql = "insert into claim (county, child, unit) values ($1, 'child', $2)";
                            tx.execute(sql, &params![C, format!("unit {unit}")])
                        })
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("no thread panics")).collect()
        });
        let lost = Err(DbError::Unique("claim_pkey".to_owned()));
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
        assert_eq!(answers.iter().filter(|answer| **answer == lost).count(), 63, "{answers:?}");
    });
}

/// H04, H05: sixteen add one to the same number, read before written; none is lost.
#[test]
fn no_update_is_lost() {
    on_each(|db| {
        add(&db, 1).expect("a note is added");
        let done = thread::scope(|scope| {
            let threads: Vec<_> = (0..16)
                .map(|_| {
                    let db = db.clone();
                    scope.spawn(move || {
                        db.write(|tx| {
                            let sql = "select length(text) from note where county = $1 and number = 1";
                            let length: usize = tx.one(sql, &params![C], |row| row.get(0))?;
                            let sql = "update note set text = $1 where county = $2 and number = 1";
                            tx.execute(sql, &params!["x".repeat(length + 1), C])
                        })
                    })
                })
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().expect("no thread panics"))
                .filter(Result::is_ok)
                .count()
        });
        let length = db.read(|tx| tx.one("select length(text) from note", &[], |row| row.get::<usize>(0)));
        assert_eq!(length, Ok("note 1".len() + done));
        assert!(done > 0);
    });
}

/// H04, write skew: two are on duty, each may go while the other is on, both have looked before either goes: one stays.
#[test]
fn one_stays_on_duty() {
    on_each(|db| {
        let on: Result<u64, DbError> = db.write(|tx| {
            let sql = "insert into claim (county, child, unit) values ($1, '0', 'on'), ($1, '1', 'on')";
            tx.execute(sql, &params![C])
        });
        assert_eq!(on, Ok(2));
        // SQLite has one writer, so there the second cannot look before the first has gone.
        let both = Arc::new(Barrier::new(if db.engine() == Engine::Postgres { 2 } else { 1 }));
        let count = "select cast(count(*) as bigint) from claim where unit = 'on'";
        thread::scope(|scope| {
            for unit in ["0", "1"] {
                let (db, both) = (db.clone(), Arc::clone(&both));
                scope.spawn(move || {
                    let mut tries = 0;
                    let off: Result<(), DbError> = db.write(move |tx| {
                        let on: i64 = tx.one(count, &[], |row| row.get(0))?;
                        tries += 1;
                        if tries == 1 {
                            both.wait();
                        }
                        if on > 1 {
                            let sql = "update claim set unit = 'off' where county = $1 and child = $2";
                            tx.execute(sql, &params![C, unit])?;
                        }
                        Ok(())
                    });
                    assert_eq!(off, Ok(()));
                });
            }
        });
        assert_eq!(db.read(|tx| tx.one::<i64>(count, &[], |row| row.get(0))), Ok(1));
    });
}
