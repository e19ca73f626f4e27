//! docs/sql.md, sentence by sentence: the same text, the same answer on both engines.

use casework::db::{Db, DbError, Value};
use casework::params;

use super::{C, on_each};

fn shown(value: &Value<'_>) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Text(text) => format!("'{text}'"),
        Value::Bytes(bytes) => format!("{bytes:02x?}"),
    }
}

fn rows(db: &Db, sql: &'static str, params: Vec<Value<'static>>) -> String {
    let rows: Result<Vec<String>, DbError> = db.write(move |tx| {
        tx.query(sql, &params, |row| {
            let values: Result<Vec<String>, DbError> =
                (0..row.len()).map(|n| row.value(n).map(|v| shown(&v))).collect();
            Ok(values?.join(" "))
        })
    });
    match rows {
        Ok(rows) => rows.join("; "),
        Err(error) => error.to_string(),
    }
}

fn check(cases: &[(&'static str, &[Value<'static>], &str)]) {
    on_each(|db| {
        for number in [1, 2, 10] {
            super::add(&db, number).expect("a note is added");
        }
        for (sql, params, expected) in cases {
            assert_eq!(rows(&db, sql, params.to_vec()), *expected, "{:?}: {sql}", db.engine());
        }
    });
}

/// docs/sql.md, "Statements".
#[test]
fn statements_answer_alike() {
    check(&[
        (
            "select cast(count(*) as bigint), cast(coalesce(sum(number), 0) as bigint), max(number) from note",
            &[],
            "3 13 10",
        ),
        (
            "select cast(coalesce(sum(number), 0) as bigint), max(number) from note where number > $1",
            &params![99],
            "0 -",
        ),
        ("select number from note order by number limit $1 offset $2", &params![1, 1], "2"),
        (
            "select number from note where (county, number) > ($1, $2) order by number",
            &params![C, 1],
            "2; 10",
        ),
        ("select text from note order by text", &[], "'note 1'; 'note 10'; 'note 2'"),
        ("select number, child from note order by child nulls last, number desc", &[], "10 -; 2 -; 1 -"),
        ("select string_agg(text, '、' order by number desc) from note", &[], "'note 10、note 2、note 1'"),
        ("select cast(count(*) filter (where number > 1) as bigint) from note", &[], "2"),
        (
            "select number, row_number() over (order by number desc) from note order by 1",
            &[],
            "1 3; 2 2; 10 1",
        ),
        (
            "with recursive n(i) as (select cast($1 as bigint) union all select i + 1 from n where i < 3) select i from n order by i",
            &params![1],
            "1; 2; 3",
        ),
        (
            "select number from note where text like $1 escape '\\' order by number",
            &params!["note 1%"],
            "1; 10",
        ),
        ("select number from note where text like 'NOTE%'", &[], ""),
        ("select number from note where text like $1 escape '\\'", &params!["note\\_1%"], ""),
        ("select case when number = 2 then 1 else 0 end from note order by number", &[], "0; 1; 0"),
        ("select number = 2 from note order by number", &[], "0; 1; 0"),
        ("select 7 / 2, -7 / 2, 7 % 3", &[], "3 -3 1"),
        (
            "select length('郑垚喆'), substr('郑垚喆', 2, 1), 'a' || 'b', coalesce(null, 'c'), replace('aa', 'a', 'b')",
            &[],
            "3 '垚' 'ab' 'c' 'bb'",
        ),
        ("select substr(text, $1, $2) from note where number = 10", &params![6, 2], "'10'"),
        (
            "select number from note where child is distinct from $1 order by number",
            &params!["x"],
            "1; 2; 10",
        ),
        (
            "select number from note where cast($1 as text) is null or text = $1 order by number",
            &params![None::<String>],
            "1; 2; 10",
        ),
        ("select number from note where number in ($1, $2) order by number", &params![1, 10], "1; 10"),
        (
            "select number from note n where exists (select 1 from note m where m.number = n.number + 1)",
            &[],
            "1",
        ),
        ("select cast($1 as text) as a union all select 'x' order by a", &params!["阿"], "'x'; '阿'"),
        ("select cast('ä' as text) where 'Z' < 'a' and 'z' < 'ä' and '~' < '中'", &[], "'ä'"),
    ]);
}

/// docs/sql.md, "Statements": what changes rows.
#[test]
fn changes_answer_alike() {
    check(&[
        (
            "insert into note (county, number, text) values ($1, 1, 'x') on conflict (county, number) do nothing returning number",
            &params![C],
            "",
        ),
        (
            "insert into note (county, number, text) values ($1, 1, 'x') on conflict (county, number) do update set text = excluded.text || note.text returning text",
            &params![C],
            "'xnote 1'",
        ),
        (
            "insert into note (county, number, text) values ($1, $2, $3), ($1, $4, $5) returning number",
            &params![C, 4, "d", 5, "e"],
            "4; 5",
        ),
        (
            "insert into note (county, number, text) select county, number + 100, text || '!' from note where number = $1 returning number",
            &params![2],
            "102",
        ),
        (
            "update note set text = x.text || '?' from (select county, number, text from note) x where x.county = note.county and x.number = note.number and note.number = $1 returning note.text",
            &params![2],
            "'note 2?'",
        ),
        ("delete from note where county = $1 and number > $2 returning number", &params![C, 100], "102"),
        (
            "update note set sealed = $1 where number = $2 returning sealed, length(sealed)",
            &params![vec![1_u8, 2], 2],
            "[01, 02] 2",
        ),
    ]);
}

/// docs/sql.md, "Tables": how a refused row is called.
#[test]
fn constraints_have_one_name() {
    let insert = "insert into note (county, number, text) values ($1, $2, $3)";
    check(&[
        (insert, &params![C, 1, "x"], "unique constraint note_pkey"),
        (insert, &params![C, 9, "note 1"], "unique constraint note_text"),
    ]);
    on_each(|db| {
        let orphan: Result<u64, DbError> = db.write(|tx| {
            let sql = "insert into note (county, number, text, child) values ($1, 1, 'x', 'nobody')";
            tx.execute(sql, &params![C])
        });
        assert!(matches!(orphan, Err(DbError::Foreign(_))), "{orphan:?}");
    });
}

/// docs/sql.md, "Transactions": the log holds no parameter, whatever is refused.
#[test]
fn errors_hold_no_values() {
    const SECRET: &str = "53999920200101999X";
    on_each(|db| {
        super::add(&db, 1).expect("a note is added");
        let statements: [(&str, Vec<Value<'static>>); 7] = [
            ("insert into claim values ($1, $1, null)", params![SECRET].to_vec()),
            ("insert into note (county, number, text) values ($1, $1, $1)", params![SECRET].to_vec()),
            (
                "insert into note (county, number, text, child) values ($1, 5, 'x', $1)",
                params![SECRET].to_vec(),
            ),
            (
                "insert into note (county, number, text) select county, number, cast($1 as text) from note",
                params![SECRET].to_vec(),
            ),
            (
                "insert into note (county, number, text) select county, number + 1, text from note where text <> $1",
                params![SECRET].to_vec(),
            ),
            (
                "select number from note where number = cast($1 as bigint) and nosuch = 1",
                params![SECRET].to_vec(),
            ),
            ("select nosuch from note where text = $1", params![SECRET].to_vec()),
        ];
        for (sql, params) in statements {
            let refused: Result<Vec<i64>, DbError> =
                db.write(move |tx| tx.query(sql, &params, |row| row.get(0)));
            let text = refused.expect_err(sql).to_string();
            assert!(!text.contains(SECRET) && !text.contains("note 1"), "{text}");
        }
    });
}
