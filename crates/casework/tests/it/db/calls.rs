//! What one call does and leaves behind: values, errors by kind, rollback, panic, reply.

use casework::db::{DbError, Value};
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
