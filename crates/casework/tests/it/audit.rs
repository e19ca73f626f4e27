//! 封存: whatever is done to the record with plain SQL is found (hazards K01, K02).

use casework::audit::{
    self, Entry, FileVerdict, MarkVerdict, Sealer, Verdict, Wrong, month_file, record, seal_due, verify,
    verify_file, verify_mark,
};
use casework::db::testing::{Place, on_each_engine};
use casework::db::{Db, DbError, Engine, Tx, Value};
use casework::desk::SignedIn;
use casework::exports;
use casework::jobs::{Means as _, Registry, Runner};
use casework::keys::Keys;
use casework::now::Now;
use casework::params;
use casework::refused::Refused;
use proptest::prelude::*;
use rules::access::{Action, Actor, Role};
use rules::purpose::ListPurpose;

use crate::cases;
use crate::county::person;
use crate::jobs::{Machine, act};

const C: &str = "532926";

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
    }
}

/// Records `rows` acts, one every ten seconds from `from` on.
fn acts(db: &Db, from: i64, rows: i64) {
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

fn seal(db: &Db) -> u64 {
    db.write(|tx| seal_due(tx, C, 1_000)).expect("sealing works")
}

fn checked(db: &Db) -> Verdict {
    db.read(|tx| verify(tx, C)).expect("verifying works")
}

fn run(db: &Db, sql: &'static str) {
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

fn reaches(machine: &Machine) -> MarkVerdict {
    let mark = audit::mark(&machine.vault).expect("it can be read");
    machine.db.read(|tx| verify_mark(tx, &machine.keys, C, mark.as_deref())).expect("verifying works")
}

/// K01: a tail that was cut, seals included, leaves an intact chain; the watermark shows it, stays where it is, and is
/// set anew only by the auditor, with a reason, on the record.
#[test]
fn the_watermark_finds_a_cut_tail_and_goes_back_only_on_the_record() {
    on_each_engine(|db| {
        let machine = Machine::new(db.clone());
        assert_eq!(reaches(&machine), MarkVerdict::Unmarked);
        assert_eq!(machine.seal_up(), MarkVerdict::Holds { number: 0 }, "nought before the first row");
        acts(&db, 0, 6);
        machine.seal_up();
        assert_eq!(reaches(&machine), MarkVerdict::Holds { number: 6 });
        let six = audit::mark(&machine.vault).expect("a file").expect("a watermark");

        // As an older backup would leave it, or somebody who deletes the last rows.
        run(&db, "delete from audit where id in (select audit from audit_seal where number > 4)");
        run(&db, "delete from audit_seal where number > 4");
        assert!(matches!(checked(&db), Verdict::Intact { rows: 4, .. }), "the chain alone does not show it");
        assert_eq!(reaches(&machine), MarkVerdict::Cut { number: 6, there: 4 });
        // Acts go on and are sealed; the watermark does not follow them over the hole.
        acts(&db, 100, 3);
        assert_eq!(machine.seal_up(), MarkVerdict::Rewritten { number: 6 });
        assert!(matches!(checked(&db), Verdict::Intact { rows: 7, pending: 0, .. }));
        assert_eq!(audit::mark(&machine.vault).expect("a file"), Some(six));
        assert!(reaches(&machine).words().contains("第 6 条"));

        let auditor = person(&db, "zhou", &[("office", Role::Auditor)]);
        let admin = person(&db, "qian", &[("office", Role::Admin)]);
        let accept = |who: &SignedIn, reason: &'static str| {
            let vault = machine.vault.clone();
            act(&machine, who, move |desk| audit::accept_mark(desk, &vault, reason))
        };
        let sure = |who: &SignedIn| SignedIn { confirmed: Some(machine.now().timestamp()), ..who.clone() };
        assert!(matches!(accept(&sure(&admin), "恢复备份"), Err(Refused::Denied { .. })));
        assert!(matches!(accept(&auditor, "恢复备份"), Err(Refused::StepUp { .. })));
        assert!(matches!(accept(&sure(&auditor), " "), Err(Refused::Invalid(_))));
        let accepted = accept(&sure(&auditor), "11月24日恢复了23日的备份").expect("accepted");
        assert_eq!(
            reaches(&machine),
            MarkVerdict::Rewritten { number: 6 },
            "a death in between leaves the alarm"
        );
        accepted.put(&machine.vault).expect("written");
        machine.seal_up();
        assert_eq!(reaches(&machine), MarkVerdict::Holds { number: 8 }, "the act itself is sealed behind it");
        let detail = db.read(|tx| {
            let sql = "select detail from audit where county = $1 and subject_kind = 'watermark' and outcome = 'done'";
            tx.one(sql, &params![C], |row| row.get::<String>(0))
        });
        let detail = detail.unwrap_or_else(|error: DbError| panic!("{error}"));
        assert!(detail.contains("第 7 条") && detail.contains("第 6 条"), "{detail}");
        let aside = std::fs::read_dir(machine.vault.folder()).expect("a folder").count();
        assert_eq!(aside, 2, "the old watermark stays as evidence");
        assert!(
            matches!(accept(&sure(&auditor), "再来一次看看"), Err(Refused::Rule { .. })),
            "nothing is wrong"
        );
    });
}

/// K01, K02: who takes the watermark away, or writes one without the keys, is noticed.
#[test]
fn a_watermark_that_is_gone_or_forged_is_noticed() {
    on_each_engine(|db| {
        let machine = Machine::new(db.clone());
        machine.seal_up();
        acts(&db, 0, 3);
        machine.seal_up();
        let file = machine.vault.folder().join("watermark.json");
        let whole = std::fs::read_to_string(&file).expect("a file");
        for (from, to) in [("\"number\": 3", "\"number\": 2"), (C, "532999"), ("{", "["), ("2026-", "2025-")]
        {
            std::fs::write(&file, whole.replacen(from, to, 1)).expect("written");
            assert_eq!(reaches(&machine), MarkVerdict::NotOurs, "{from}");
            assert_eq!(machine.seal_up(), MarkVerdict::NotOurs, "and is not written over");
        }
        std::fs::remove_file(&file).expect("removed");
        acts(&db, 50, 1);
        assert_eq!(machine.seal_up(), MarkVerdict::Lost);
        assert!(!file.exists(), "no new one is made by itself");
        // An older one of ours is a lower bound, no proof: the month's file must find the rest.
        std::fs::write(&file, &whole).expect("written");
        assert_eq!(machine.seal_up(), MarkVerdict::Holds { number: 3 });
        assert_eq!(reaches(&machine), MarkVerdict::Holds { number: 4 });
    });
}

/// K02: on the first of a month every month that is over is sealed into the vault by itself, also after the machine was
/// off for months; nothing is sealed over a record that has changed since.
#[test]
fn months_are_sealed_by_themselves() {
    on_each_engine(|db| {
        let machine = Machine::new(db.clone());
        let auditor = person(&db, "zhou", &[("office", Role::Auditor)]);
        let runner =
            Runner::new(machine.clone(), Registry::default().schedule(audit::monthly())).expect("a runner");
        let said = || {
            let sql = "select said, attempts, next_at from job where county = $1 and kind = 'seal_months'";
            let read: Result<_, DbError> = db.read(|tx| {
                tx.one(sql, &params![C], |row| {
                    Ok((row.get::<String>(0)?, row.get::<i64>(1)?, row.get::<String>(2)?))
                })
            });
            read.expect("a schedule")
        };
        runner.run_due();
        acts(&db, 0, 5);
        assert_eq!(said().0, "没有要封存的月份", "the month is not over");
        assert_eq!(said().2, "2026-11-25T00:20:00.000+08:00", "every night at its hour in China");
        assert_eq!(machine.runs(&runner, "2026-11-30T01:00:00Z"), 1, "a night was missed");
        assert_eq!(said().0, "没有要封存的月份", "it is still November");
        // 2026-12-01 00:19 in China, and a minute later.
        machine.at("2026-11-30T16:19:00Z");
        runner.run_due();
        assert_eq!(machine.vault.month("2026-11").expect("a look"), None);
        machine.at("2026-11-30T16:20:00Z");
        runner.run_due();
        assert_eq!(said().0, "封存了2026-11");
        let file = machine.vault.month("2026-11").expect("a look").expect("a file");
        let held =
            |text: &str| db.read(|tx| verify_file(tx, &machine.keys, C, text)).expect("verifying works");
        assert_eq!(held(&file), FileVerdict::Matches);
        assert_eq!(machine.runs(&runner, "2026-12-01T16:20:00Z"), 1);
        assert_eq!(said().0, "没有要封存的月份", "once");

        // Off until March: three months at once; each is told to the auditor and on the record in the program's name.
        assert_eq!(machine.runs(&runner, "2027-03-02T01:00:00Z"), 1);
        assert_eq!(said().0, "封存了2026-12、2027-01、2027-02");
        let count = |sql: &'static str| {
            let read: Result<i64, DbError> = db.read(|tx| tx.one(sql, &params![C], |row| row.get(0)));
            read.expect("a count")
        };
        let told = "select cast(count(*) as bigint) from notification where county = $1 and kind = 'audit'";
        assert_eq!(count(told), 4);
        let recorded =
            "select cast(count(*) as bigint) from audit where county = $1 and action = 'seal_audit'
                        and account = 'program' and subject_kind = 'month'";
        assert_eq!(count(recorded), 4);

        // Taking the file is an act of the auditor; there is none of a month that was not sealed.
        let sure = SignedIn { confirmed: Some(machine.now().timestamp()), ..auditor.clone() };
        let fetch = |who: &SignedIn, month: &'static str| {
            let vault = machine.vault.clone();
            act(&machine, who, move |desk| audit::fetch_month(desk, &vault, month))
        };
        assert_eq!(fetch(&sure, "2026-11").expect("a file"), file);
        for none in ["2027-03", "../keys", "2026-1", "watermark"] {
            assert!(matches!(fetch(&sure, none), Err(Refused::Denied { .. })), "{none}");
        }
        assert!(matches!(fetch(&auditor, "2026-11"), Err(Refused::StepUp { .. })));

        // A file that was lost is made again from an unchanged record, and from no other.
        let path = machine.vault.folder().join("2026-11.json");
        std::fs::remove_file(&path).expect("removed");
        assert_eq!(machine.runs(&runner, "2027-03-02T16:20:00Z"), 1);
        assert_eq!(machine.vault.month("2026-11").expect("a look"), Some(file));
        assert_eq!(count(recorded), 4, "that is no new seal");
        std::fs::remove_file(&path).expect("removed");
        run(&db, "update audit_month set hash = 'ff' where month = '2026-11'");
        assert_eq!(machine.runs(&runner, "2027-03-03T16:20:00Z"), 1);
        assert!(said().0.contains("不符") && said().1 == 1, "{:?}", said());
        assert!(!path.exists());
        // Nor where the record does not reach its watermark.
        run(&db, "delete from audit_seal where number > 3");
        assert_eq!(machine.runs(&runner, "2027-04-02T16:20:00Z"), 1);
        assert!(said().0.contains("水位"), "{:?}", said());
    });
}

/// K03, K04: where the record cannot be written, nothing of the act is done either.
#[test]
fn without_a_record_there_is_no_act() {
    on_each_engine(|db| {
        let machine = Machine::new(db.clone());
        let auditor = person(&db, "zhou", &[("office", Role::Auditor)]);
        acts(&db, 0, 1);
        seal(&db);
        let sure = SignedIn { confirmed: Some(machine.now().timestamp()), ..auditor };
        let month = jiff::civil::date(2026, 11, 1);
        let sql = |text: &'static str| {
            let done: Result<u64, DbError> = db.write(move |tx| tx.execute(text, &[]));
            done.expect("valid SQL");
        };
        // From here on the record takes no row of an act that is done.
        sql("create unique index audit_full on audit (county, outcome)");
        let sealed = act(&machine, &sure, move |desk| audit::seal_month(desk, month));
        assert!(matches!(sealed, Err(Refused::Storage(_))), "{sealed:?}");
        let exported = act(&machine, &sure, |desk| {
            let made = audit::export(desk, &audit::Filter::default(), ListPurpose::Inspect)?;
            exports::record(desk, &made)
        });
        assert!(matches!(exported, Err(Refused::Storage(_))), "{exported:?}");
        let months: Result<i64, DbError> =
            db.read(|tx| tx.one("select cast(count(*) as bigint) from audit_month", &[], |row| row.get(0)));
        assert_eq!(months, Ok(0), "nothing was done without its row");
        sql("drop index audit_full");
        act(&machine, &sure, move |desk| audit::seal_month(desk, month)).expect("sealed");
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
