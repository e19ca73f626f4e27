//! 水位和月度封存: a tail that was cut is found by what is kept outside the database (K01, K02); where the record cannot be
//! written nothing is done (K03, K04).

use casework::audit::{self, FileVerdict, MarkVerdict, Verdict, verify_file, verify_mark};
use casework::db::DbError;
use casework::db::testing::on_each_engine;
use casework::desk::SignedIn;
use casework::exports;
use casework::jobs::{Means as _, Registry, Runner};
use casework::params;
use casework::refused::Refused;
use rules::access::Role;
use rules::purpose::ListPurpose;

use crate::audit::{C, acts, checked, run, seal};
use crate::county::person;
use crate::jobs::{Machine, act};

pub(crate) fn reaches(machine: &Machine) -> MarkVerdict {
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
        run(&db, "delete from audit where id in (select audit from audit_seal where number > 3)");
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
