//! 封存: whatever is done to the record with plain SQL is found (hazards K01, K02).

use casework::audit::{
    self, Entry, FileVerdict, MarkVerdict, Sealer, Verdict, Wrong, month_file, record, seal_due, verify,
    verify_file, verify_mark,
};
use casework::db::testing::{Place, on_each_engine};
use casework::db::{Db, DbError, Engine, Tx, Value};
use casework::keys::Keys;
use casework::now::Now;
use casework::params;
use casework::refused::Refused;
use proptest::prelude::*;
use rules::access::{Action, Actor};

use crate::cases;
use crate::jobs::Machine;
use crate::watermark::reaches;

pub(crate) const C: &str = "532926";

fn now(second: i64) -> Now {
    // 2026-11-24 08:00 in China, and so many seconds.
    let at = jiff::Timestamp::from_second(1_795_478_400 + second).expect("a time");
    Now::predictable(at, u64::try_from(second).expect("after the start"))
}

fn actor() -> Actor {
    Actor {
        county: C.to_owned(),
        account: "a1".to_owned(),
        session: "s1".to_owned(),
        name: "王试".to_owned(),
        posts: Vec::new(),
        only: None,
    }
}

/// Records `rows` acts, one every ten seconds from `from` on.
pub(crate) fn acts(db: &Db, from: i64, rows: i64) {
    let done: Result<(), Refused> = db.write(move |tx| {
        for row in 0..rows {
            let (actor, detail) = (actor(), format!("第{row}行"));
            let entry = Entry {
                actor: &actor,
                post: None,
                action: Action::ReadChild,
                subject: ("child", "c1"),
                purpose: "",
                detail: &detail,
            };
            record(tx, &now(from + row * 10), &entry)?;
        }
        Ok(())
    });
    done.expect("the acts are recorded");
}

pub(crate) fn seal(db: &Db) -> u64 {
    db.write(|tx| seal_due(tx, C, 1_000)).expect("sealing works")
}

pub(crate) fn checked(db: &Db) -> Verdict {
    db.read(|tx| verify(tx, C)).expect("verifying works")
}

pub(crate) fn run(db: &Db, sql: &'static str) {
    let changed = db.write(move |tx| tx.execute(sql, &[])).expect("the tamper is valid SQL");
    assert!(changed > 0, "changes nothing: {sql}");
}

/// The id of the row with this number.
fn id(db: &Db, number: i64) -> String {
    db.read(|tx| {
        let sql = "select audit from audit_seal where county = $1 and number = $2";
        tx.one(sql, &params![C, number], |row| row.get::<String>(0))
    })
    .unwrap_or_else(|error: DbError| panic!("{error}"))
}

/// What `look` sees in a transaction that is undone afterwards.
fn seen<T: Send + 'static>(
    db: &Db,
    mut look: impl FnMut(&mut Tx<'_>) -> Result<T, DbError> + Send + 'static,
) -> T {
    let (sender, receiver) = std::sync::mpsc::channel();
    let undone = db.write(move |tx| {
        sender.send(look(tx)?).ok();
        Err::<(), _>(DbError::NotFound)
    });
    assert_eq!(undone, Err(DbError::NotFound));
    receiver.recv().expect("a verdict")
}

#[test]
fn rows_are_sealed_without_a_gap_and_stay_intact() {
    on_each_engine(|db| {
        assert_eq!(
            checked(&db),
            Verdict::Intact { rows: 0, head: String::new(), pending: 0, late: 0 },
            "an empty record"
        );
        acts(&db, 0, 7);
        assert!(matches!(checked(&db), Verdict::Intact { rows: 0, pending: 7, .. }));
        assert_eq!(db.write(|tx| seal_due(tx, C, 3)), Ok::<_, DbError>(3), "no more than asked for");
        assert_eq!(seal(&db), 4);
        assert_eq!(seal(&db), 0, "nothing is sealed twice");
        let Verdict::Intact { rows: 7, head, pending: 0, late: 0 } = checked(&db) else { panic!("intact") };
        assert_eq!(head.len(), 64);
        acts(&db, 100, 1);
        seal(&db);
        let Verdict::Intact { rows: 8, head: next, .. } = checked(&db) else { panic!("intact") };
        assert_ne!(head, next);
        // Another county has a chain of its own.
        assert!(matches!(db.read(|tx| verify(tx, "532999")), Ok(Verdict::Intact { rows: 0, .. })));
    });
}

/// K01, K02: what is done, where it shows first, and as what.
#[test]
fn every_tamper_is_found_where_it_was_done() {
    const TAMPERS: &[(&str, &str, u64, Wrong)] = &[
        (
            "detail",
            "update audit set detail = 'x' where id = (select audit from audit_seal where number = 3)",
            3,
            Wrong::Changed,
        ),
        (
            "who",
            "update audit set account = 'a2' where id = (select audit from audit_seal where number = 1)",
            1,
            Wrong::Changed,
        ),
        (
            "when",
            "update audit set at = '2026-11-23T08:00:00.000+08:00' where id = (select audit from audit_seal where number = 2)",
            2,
            Wrong::Changed,
        ),
        (
            "outcome",
            "update audit set outcome = 'refused' where id = (select audit from audit_seal where number = 5)",
            5,
            Wrong::Changed,
        ),
        (
            "text moved to the next field",
            "update audit set purpose = detail, detail = '' where id = (select audit from audit_seal where number = 5)",
            5,
            Wrong::Changed,
        ),
        (
            "row gone",
            "delete from audit where id = (select audit from audit_seal where number = 4)",
            4,
            Wrong::Missing,
        ),
        (
            "last row gone",
            "delete from audit where id = (select audit from audit_seal where number = 6)",
            6,
            Wrong::Missing,
        ),
        ("all rows gone", "delete from audit", 1, Wrong::Missing),
        ("first seal gone", "delete from audit_seal where number = 1", 2, Wrong::Gap),
        ("seal gone", "delete from audit_seal where number = 3", 4, Wrong::Gap),
        ("seal changed", "update audit_seal set hash = 'ff' where number = 2", 2, Wrong::Changed),
        ("last seal changed", "update audit_seal set hash = 'ff' where number = 6", 6, Wrong::Changed),
        (
            "seals of one content exchanged",
            "update audit_seal set number = case number when 2 then 12 when 3 then 13 end where number in (2, 3)",
            4,
            Wrong::Gap,
        ),
        (
            "row put in before the day",
            "insert into audit (county, id, at, account, session, post, role, action, outcome, subject_kind, subject, purpose, detail) values ('532926', '01000000-0000-7000-8000-000000000000', '2026-11-20T08:00:00.000+08:00', 'a9', '', '', '', 'read_child', 'done', 'child', 'c1', '', '')",
            0,
            Wrong::Added,
        ),
    ];
    on_each_engine(|db| {
        acts(&db, 0, 6);
        seal(&db);
        for (name, sql, number, what) in TAMPERS {
            let verdict = seen(&db, move |tx| {
                assert!(tx.execute(sql, &[])? > 0, "changes nothing");
                verify(tx, C)
            });
            let Verdict::Broken { faults, .. } = verdict else { panic!("{name}: {verdict:?}") };
            let first = faults.first().expect("a fault");
            assert_eq!((first.number, first.what), (*number, *what), "{name}: {faults:?}");
        }
        assert!(matches!(checked(&db), Verdict::Intact { rows: 6, .. }), "all were undone");
    });
}

/// Two rows whose seals are exchanged: both are there, in another order.
#[test]
fn exchanged_rows_are_found() {
    on_each_engine(|db| {
        acts(&db, 0, 4);
        seal(&db);
        let (second, third) = (id(&db, 2), id(&db, 3));
        db.write(move |tx| {
            let sql = "update audit_seal set audit = $3 where county = $1 and number = $2";
            tx.execute(sql, &params![C, 2, "for a moment"])?;
            tx.execute(sql, &params![C, 3, &second])?;
            tx.execute(sql, &params![C, 2, &third])
        })
        .expect("the tamper works");
        let Verdict::Broken { count: 2, faults } = checked(&db) else { panic!("two faults") };
        assert!(faults.iter().all(|fault| fault.what == Wrong::Changed && matches!(fault.number, 2 | 3)));
    });
}

/// K02: who cuts the tail, seals included, or chains everything anew leaves an intact chain, but not the month's.
#[test]
fn the_month_file_finds_a_cut_tail_and_a_rewritten_chain() {
    let keys = Keys::for_tests();
    let month = jiff::civil::date(2026, 11, 24);
    on_each_engine(|db| {
        assert_eq!(db.read(|tx| month_file(tx, &keys, C, month)), Err(DbError::NotFound), "nothing sealed");
        acts(&db, 0, 6);
        seal(&db);
        let file = db.read(|tx| month_file(tx, &keys, C, month)).expect("a file");
        let held = |text: &str| db.read(|tx| verify_file(tx, &keys, C, text)).expect("verifying works");
        assert_eq!(held(&file), FileVerdict::Matches);
        acts(&db, 100, 2);
        seal(&db);
        assert_eq!(held(&file), FileVerdict::Matches, "what comes later changes nothing");
        // The file itself.
        for (from, to) in
            [("\"count\": 6", "\"count\": 5"), ("2026-11", "2026-10"), (C, "532999"), ("{", "[")]
        {
            assert_eq!(held(&file.replacen(from, to, 1)), FileVerdict::NotOurs, "{from}");
        }
        let other = Place::new(Engine::Sqlite);
        let mut one = |bytes: &mut [u8]| bytes.fill(1);
        let strange = Keys::create(&other.folder().join("k.toml"), month, &mut one).expect("keys");
        assert_eq!(db.read(|tx| verify_file(tx, &strange, C, &file)), Ok::<_, DbError>(FileVerdict::NotOurs));
        // The record.
        run(&db, "delete from audit where id in (select audit from audit_seal where number > 4)");
        run(&db, "delete from audit_seal where number > 4");
        assert!(matches!(checked(&db), Verdict::Intact { rows: 4, .. }), "the chain alone does not show it");
        assert_eq!(held(&file), FileVerdict::Cut);
        run(&db, "update audit set account = 'a2'");
        run(&db, "delete from audit_seal");
        acts(&db, 200, 6);
        seal(&db);
        assert!(
            matches!(checked(&db), Verdict::Intact { rows: 10, .. }),
            "nor that everything is chained anew"
        );
        assert_eq!(held(&file), FileVerdict::Rewritten);
    });
}

/// A row that is committed after a younger one is sealed, and counted when it is more than ten minutes late.
#[test]
fn late_rows_are_sealed_and_counted() {
    on_each_engine(|db| {
        acts(&db, 3_600, 1);
        seal(&db);
        acts(&db, 3_590, 1);
        acts(&db, 60, 1);
        assert_eq!(seal(&db), 2);
        assert!(matches!(checked(&db), Verdict::Intact { rows: 3, pending: 0, late: 1, .. }));
    });
}

/// The thread seals what is there when it starts and what came by the time it stops.
#[test]
fn the_sealer_seals_until_it_is_dropped() {
    on_each_engine(|db| {
        let machine = Machine::new(db.clone());
        acts(&db, 0, 3);
        let sealer = Sealer::start(machine.clone()).expect("a thread");
        acts(&db, 50, 2);
        drop(sealer);
        assert!(matches!(checked(&db), Verdict::Intact { rows: 5, pending: 0, .. }));
        assert_eq!(db.read(|tx| audit::head(tx, C)).expect("a head").number, 5);
        assert_eq!(reaches(&machine), MarkVerdict::Holds { number: 5 });
    });
}

/// One change that somebody with SQL at hand may make.
#[derive(Debug, Clone)]
enum Tamper {
    Change(&'static str, i64, String),
    Delete(i64),
    DeleteSeal(i64),
    Both(i64),
    Exchange(i64, i64),
    Cut(i64),
    Anew(i64),
}

fn tamper() -> impl Strategy<Value = Tamper> {
    let column =
        prop::sample::select(&["at", "account", "session", "action", "subject", "purpose", "detail"][..]);
    prop_oneof![
        (column, 1..=20_i64, "[a-z]{1,6}").prop_map(|(column, row, text)| Tamper::Change(column, row, text)),
        (1..=20_i64).prop_map(Tamper::Delete),
        (1..=19_i64).prop_map(Tamper::DeleteSeal),
        (1..=19_i64).prop_map(Tamper::Both),
        // These two leave an intact chain: the watermark finds them.
        (0..=19_i64).prop_map(Tamper::Cut),
        (1..=20_i64).prop_map(Tamper::Anew),
        (1..=20_i64, 1..=20_i64)
            .prop_filter_map("two rows", |(a, b)| (a != b).then_some(Tamper::Exchange(a, b))),
    ]
}

fn apply(tx: &mut Tx<'_>, tamper: &Tamper) -> Result<(), DbError> {
    const ROW: &str = "id = (select audit from audit_seal where number = $1)";
    let changed = match tamper {
        Tamper::Change(column, row, text) => {
            let sql = format!("update audit set {column} = $2 where {ROW}");
            tx.execute(&sql, &params![*row, text])?
        }
        Tamper::Delete(row) => tx.execute(&format!("delete from audit where {ROW}"), &[Value::from(*row)])?,
        Tamper::DeleteSeal(row) => {
            tx.execute("delete from audit_seal where number = $1", &[Value::from(*row)])?
        }
        Tamper::Both(row) => {
            tx.execute(&format!("delete from audit where {ROW}"), &[Value::from(*row)])?;
            tx.execute("delete from audit_seal where number = $1", &[Value::from(*row)])?
        }
        Tamper::Exchange(a, b) => {
            let sql = "update audit_seal set number = $2 where number = $1";
            tx.execute(sql, &params![*a, 1_000])?;
            tx.execute(sql, &params![*b, *a])?;
            tx.execute(sql, &params![1_000, *b])?
        }
        Tamper::Cut(after) => {
            tx.execute(
                "delete from audit where id in (select audit from audit_seal where number > $1)",
                &[Value::from(*after)],
            )?;
            tx.execute("delete from audit_seal where number > $1", &[Value::from(*after)])?.min(1)
        }
        Tamper::Anew(row) => {
            let changed =
                tx.execute(&format!("update audit set account = 'a2' where {ROW}"), &[Value::from(*row)])?;
            tx.execute("delete from audit_seal", &[])?;
            seal_due(tx, C, 1_000)?;
            changed
        }
    };
    assert_eq!(changed, 1, "{tamper:?}");
    Ok(())
}

/// How many random tampers: some hundreds in `make test`, ten thousand in `make soak`.
fn tampers() -> u32 {
    std::env::var("BAOXUE_TEST_TAMPERS").ok().and_then(|many| many.parse().ok()).unwrap_or(300)
}

/// K01, K02: whatever single change is made, also to the tail or to the whole, it is found.
#[test]
fn random_tampers_are_found() {
    let place = Place::new(Engine::Sqlite);
    let db = place.open();
    db.migrate().expect("the migrations apply");
    let machine = Machine::new(db.clone());
    machine.seal_up();
    acts(&db, 0, 20);
    machine.seal_up();
    let mark = audit::mark(&machine.vault).expect("a file").expect("a watermark");
    let mut runner = proptest::test_runner::TestRunner::new(cases(tampers()));
    runner
        .run(&tamper(), |tamper| {
            let (name, mark, keys) = (format!("{tamper:?}"), mark.clone(), machine.keys.clone());
            let hides = matches!(tamper, Tamper::Cut(_) | Tamper::Anew(_));
            let (verdict, reach) = seen(&db, move |tx| {
                apply(tx, &tamper)?;
                Ok((verify(tx, C)?, verify_mark(tx, &keys, C, Some(&mark))?))
            });
            let broken = matches!(verdict, Verdict::Broken { .. });
            prop_assert!(broken || !reach.is_sound(), "{}: {:?} {:?}", name, verdict, reach);
            prop_assert!(!hides || !broken, "{}: only the watermark can find it", name);
            Ok(())
        })
        .expect("every tamper is found");
}
