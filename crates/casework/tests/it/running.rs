//! What those who run the program and watch over it see: the record by filters and its export (A12, K01), announcements,
//! the figures of the health page.

use std::sync::Arc;

use casework::announcements::{self, Draft};
use casework::audit::{self, Entry, Filter, record, record_refusal, seal_due};
use casework::db::testing::on_each_engine;
use casework::desk::SignedIn;
use casework::exports;
use casework::jobs::Means;
use casework::params;
use casework::refused::Refused;
use casework::vitals::{self, KeyFit, vitals};
use rules::access::{Action, Role};
use rules::purpose::ListPurpose;

use crate::county::{COUNTY, person};
use crate::jobs::{Machine, act};

/// One act of `who`, recorded a minute after the one before.
fn done(machine: &Arc<Machine>, who: &SignedIn, action: Action, refused: bool) {
    let (who, now) = (who.clone(), machine.now());
    let written: Result<(), Refused> = machine.db.write(move |tx| {
        let subject = ("child", "c1");
        let entry =
            Entry { actor: &who.actor, post: None, action, subject, purpose: "家访核实", detail: "" };
        if refused { record_refusal(tx, &now, &entry) } else { record(tx, &now, &entry) }
    });
    written.expect("recorded");
    machine.later(60);
}

fn confirmed(machine: &Machine, who: &SignedIn) -> SignedIn {
    SignedIn { confirmed: Some(machine.now().timestamp()), ..who.clone() }
}

/// A page of the record.
fn paged(
    machine: &Arc<Machine>,
    who: &SignedIn,
    filter: &Filter,
    limit: usize,
) -> Result<audit::Page, Refused> {
    let (vault, filter) = (machine.vault.clone(), filter.clone());
    act(machine, who, move |desk| audit::page(desk, &vault, &filter, limit))
}

/// The figures of the health page.
fn figures(machine: &Arc<Machine>, who: &SignedIn) -> Result<vitals::Vitals, Refused> {
    let vault = machine.vault.clone();
    act(machine, who, move |desk| vitals::read(desk, &vault))
}

#[test]
fn the_auditor_finds_acts_by_person_act_outcome_and_day() {
    on_each_engine(|db| {
        let machine = Machine::new(db);
        let auditor = person(&machine.db, "zhou", &[("office", Role::Auditor)]);
        let teacher = person(&machine.db, "chen", &[("class", Role::Teacher)]);
        let bureau = person(&machine.db, "luo", &[("office", Role::Bureau)]);
        for _ in 0..3 {
            done(&machine, &teacher, Action::ReadChild, false);
        }
        done(&machine, &bureau, Action::ExportChildren, false);
        done(&machine, &teacher, Action::ExportChildren, true);
        machine.later(24 * 60 * 60);
        done(&machine, &teacher, Action::RevealField, false);
        machine.db.write(|tx| seal_due(tx, COUNTY, 4)).expect("sealing works");

        let found = |filter: Filter| paged(&machine, &auditor, &filter, 50).expect("a page").lines;
        let person = |person: &str| Filter { person: person.to_owned(), ..Filter::default() };
        let day = |day: &str| Filter { day: day.to_owned(), ..Filter::default() };
        let cases = [
            ("all", Filter::default(), 6),
            ("person", person("chen"), 5),
            ("person, with blanks", person(" luo "), 1),
            ("nobody", person("che%"), 0),
            ("act", Filter { action: Some(Action::ExportChildren), ..Filter::default() }, 2),
            ("outcome", Filter { outcome: "refused".to_owned(), ..Filter::default() }, 1),
            ("day", day("2026-11-24"), 5),
            ("next day", day("2026-11-25"), 1),
            ("day before", day("2026-11-23"), 0),
            ("both", Filter { action: Some(Action::ReadChild), ..person("luo") }, 0),
        ];
        for (name, filter, lines) in cases {
            assert_eq!(found(filter).len(), lines, "{name}");
        }
        let all = found(Filter::default());
        let first = all.first().expect("a line");
        assert_eq!(
            (first.action.as_str(), first.username.as_str()),
            ("显示完整信息", "chen"),
            "newest first"
        );
        assert_eq!(first.seal, "", "waits for its seal");
        assert_eq!(all.last().map(|line| line.seal.as_str()), Some("1"));
    });
}

/// Pages by key: every line once, also when more is recorded meanwhile.
#[test]
fn pages_follow_each_other_without_gap_or_repeat() {
    on_each_engine(|db| {
        let machine = Machine::new(db);
        let auditor = person(&machine.db, "zhou", &[("office", Role::Auditor)]);
        for at_once in 0..7 {
            done(&machine, &auditor, Action::ReadSignIns, false);
            if at_once % 2 == 0 {
                // Two acts of one moment.
                machine.later(-60);
            }
        }
        let mut seen = Vec::new();
        let mut before = String::new();
        loop {
            let filter = Filter { before: before.clone(), ..Filter::default() };
            let page = paged(&machine, &auditor, &filter, 3).expect("a page");
            assert!(page.lines.len() <= 3);
            seen.extend(page.lines.into_iter().map(|line| (line.at, line.id)));
            done(&machine, &auditor, Action::ReadSignIns, false);
            match page.next {
                Some(next) => before = next,
                None => break,
            }
        }
        assert_eq!(seen.len(), 7);
        let mut sorted = seen.clone();
        sorted.sort_by(|a, b| b.cmp(a));
        sorted.dedup();
        assert_eq!(seen, sorted);
    });
}

/// A12, A14: only the auditor, exports only after proving oneself again, and an export is itself on the record.
#[test]
fn only_the_auditor_reads_and_exports() {
    on_each_engine(|db| {
        let machine = Machine::new(db);
        let auditor = person(&machine.db, "zhou", &[("office", Role::Auditor)]);
        for role in [Role::Admin, Role::Security, Role::Director, Role::Bureau, Role::Teacher] {
            let name: &'static str = Box::leak(format!("p-{}", role.code()).into_boxed_str());
            let other = person(&machine.db, name, &[("office", role)]);
            let other = confirmed(&machine, &other);
            let read = paged(&machine, &other, &Filter::default(), 50);
            assert!(matches!(read, Err(Refused::Denied { .. })), "{role:?}");
            let export =
                act(&machine, &other, |desk| audit::export(desk, &Filter::default(), ListPurpose::Inspect));
            assert!(matches!(export, Err(Refused::Denied { .. })), "{role:?}");
            let sealed =
                act(&machine, &other, |desk| audit::seal_month(desk, jiff::civil::date(2026, 11, 1)));
            assert!(matches!(sealed, Err(Refused::Denied { .. })), "{role:?}");
        }
        done(&machine, &auditor, Action::ReadSignIns, false);
        let refused =
            act(&machine, &auditor, |desk| audit::export(desk, &Filter::default(), ListPurpose::Inspect));
        assert!(matches!(refused, Err(Refused::StepUp { .. })));
        let sure = confirmed(&machine, &auditor);
        let made = act(&machine, &sure, |desk| audit::export(desk, &Filter::default(), ListPurpose::Inspect))
            .expect("a workbook");
        assert!(made.rows == 1 && made.bytes.starts_with(b"PK"));
        act(&machine, &sure, move |desk| exports::record(desk, &made)).expect("recorded");
        let all = paged(&machine, &sure, &Filter::default(), 50).expect("a page").lines;
        assert_eq!(all.first().map(|line| line.action.as_str()), Some("导出操作记录"));
        assert_eq!(all.first().map(|line| line.detail.as_str()), Some("操作记录，1条"));

        // Sealing a month needs sealed rows, and leaves a line.
        let month = jiff::civil::date(2026, 11, 1);
        let none = act(&machine, &sure, move |desk| audit::seal_month(desk, month));
        assert!(matches!(none, Err(Refused::Rule { .. })));
        machine.db.write(|tx| seal_due(tx, COUNTY, 50)).expect("sealing works");
        let text = act(&machine, &sure, move |desk| audit::seal_month(desk, month)).expect("a file");
        let again = act(&machine, &sure, move |desk| audit::seal_month(desk, month)).expect("a file");
        assert_eq!(text, again, "nothing was sealed in between");
        let held = machine.db.read(|tx| audit::verify_file(tx, &machine.keys, COUNTY, &text));
        assert_eq!(held.expect("verifying works"), audit::FileVerdict::Matches);
        let page = paged(&machine, &sure, &Filter::default(), 50).expect("a page");
        assert_eq!(page.months.len(), 1);
        assert_eq!(
            page.months.first().map(|month| (month.month.as_str(), month.last_number)),
            Some(("2026-11", 2))
        );
    });
}

fn draft(title: &str, from_day: &str, until_day: &str) -> Draft {
    Draft {
        title: title.to_owned(),
        body: "第一段\n第二段".to_owned(),
        from_day: from_day.to_owned(),
        until_day: until_day.to_owned(),
    }
}

#[test]
fn announcements_are_read_from_their_day_until_their_day() {
    on_each_engine(|db| {
        let machine = Machine::new(db);
        let bureau = person(&machine.db, "luo", &[("office", Role::Bureau)]);
        let teacher = person(&machine.db, "chen", &[("class", Role::Teacher)]);
        let publish = |draft: Draft| act(&machine, &bureau, move |desk| announcements::publish(desk, &draft));
        let today = publish(draft("今天起", "", "")).expect("published");
        machine.later(1);
        let ending = publish(draft("到明天", "2026-11-20", "2026-11-25")).expect("published");
        machine.later(1);
        let later = publish(draft("以后", "2026-11-26", "2026-11-27")).expect("published");
        let titles = |who: &SignedIn| -> Vec<String> {
            let all = act(&machine, who, announcements::list).expect("a list");
            all.into_iter().map(|one| one.title).collect()
        };
        assert_eq!(titles(&teacher), ["到明天", "今天起"]);
        assert_eq!(titles(&bureau), ["以后", "到明天", "今天起"], "publishers see what is to come");
        let one = |who: &SignedIn, id: &str| {
            let id = id.to_owned();
            act(&machine, who, move |desk| announcements::one(desk, &id))
        };
        assert!(matches!(one(&teacher, &later), Err(Refused::Denied { .. })));
        assert!(matches!(one(&teacher, "none"), Err(Refused::Denied { .. })));
        let text = one(&teacher, &ending).expect("an announcement");
        assert_eq!(text.paragraphs().collect::<Vec<_>>(), ["第一段", "第二段"]);
        assert!(!text.read);

        for _ in 0..2 {
            let id = today.clone();
            act(&machine, &teacher, move |desk| announcements::mark_read(desk, &id)).expect("marked");
        }
        assert!(one(&teacher, &today).expect("an announcement").read);
        assert!(!one(&bureau, &today).expect("an announcement").read, "each reads for oneself");

        let withdraw = |who: &SignedIn, id: &str| {
            let id = id.to_owned();
            act(&machine, who, move |desk| announcements::withdraw(desk, &id))
        };
        assert!(matches!(withdraw(&teacher, &today), Err(Refused::Denied { .. })));
        withdraw(&bureau, &today).expect("withdrawn");
        assert!(matches!(withdraw(&bureau, &today), Err(Refused::Rule { .. })));
        assert!(matches!(withdraw(&bureau, "none"), Err(Refused::Denied { .. })));
        assert!(matches!(one(&teacher, &today), Err(Refused::Denied { .. })));
        machine.later(2 * 24 * 60 * 60);
        assert_eq!(titles(&teacher), ["以后"]);
    });
}

#[test]
fn announcements_that_make_no_sense_are_refused() {
    on_each_engine(|db| {
        let machine = Machine::new(db);
        let bureau = person(&machine.db, "luo", &[("office", Role::Bureau)]);
        let teacher = person(&machine.db, "chen", &[("class", Role::Teacher)]);
        let long = "长".repeat(61);
        let cases: &[(&str, Draft, &[&str])] = &[
            ("empty", Draft::default(), &["title", "body"]),
            ("long", draft(&long, "", ""), &["title"]),
            ("two lines", draft("一\n二", "", ""), &["title"]),
            ("nul", Draft { body: "a\0b".to_owned(), ..draft("题", "", "") }, &["body"]),
            ("no day", draft("题", "明天", "2026-13-01"), &["from_day", "until_day"]),
            ("ends before it begins", draft("题", "2026-12-02", "2026-12-01"), &["until_day"]),
            ("is over", draft("题", "2026-11-01", "2026-11-23"), &["until_day"]),
        ];
        for (name, draft, fields) in cases {
            let own = draft.clone();
            let said = act(&machine, &bureau, move |desk| announcements::publish(desk, &own));
            let Err(Refused::Invalid(problems)) = said else { panic!("{name}: {said:?}") };
            assert_eq!(problems.iter().map(|one| one.field).collect::<Vec<_>>(), *fields, "{name}");
        }
        let denied = act(&machine, &teacher, |desk| announcements::publish(desk, &draft("题", "", "")));
        assert!(matches!(denied, Err(Refused::Denied { .. })));
        assert!(act(&machine, &bureau, announcements::list).expect("a list").is_empty(), "nothing was kept");
    });
}

#[test]
fn the_health_page_counts_what_there_is() {
    on_each_engine(|db| {
        let machine = Machine::new(db);
        let admin = person(&machine.db, "admin", &[("office", Role::Admin)]);
        let teacher = person(&machine.db, "chen", &[("class", Role::Teacher)]);
        let denied = figures(&machine, &teacher);
        assert!(matches!(denied, Err(Refused::Denied { .. })));
        let empty = figures(&machine, &admin).expect("figures");
        assert_eq!((empty.seal.number, empty.unsealed, empty.sessions), (0, 0, 0));
        assert_eq!(empty.keys, KeyFit::Untried);
        assert_eq!(empty.schema, u64::try_from(casework::db::MIGRATIONS.len()).expect("few"));

        done(&machine, &admin, Action::ReadHealth, false);
        done(&machine, &admin, Action::ReadHealth, false);
        machine.db.write(|tx| seal_due(tx, COUNTY, 1)).expect("sealing works");
        let written: Result<(), casework::db::DbError> = machine.db.write(|tx| {
            for (id, state) in [("1", "waiting"), ("2", "running"), ("3", "failed"), ("4", "parked"), ("5", "done")] {
                tx.execute(
                    "insert into job (county, id, kind, subject, actor, session, state, attempts, next_at, made_at,
                                      done, total, said)
                     values ($1, $2, 'count', '', '', '', $3, 0, '', '', 0, 0, '')",
                    &params![COUNTY, id, state],
                )?;
            }
            for (id, ends, ended) in [
                ("open", "2026-12-01", None),
                ("over", "2026-11-01", None),
                ("ended", "2026-12-01", Some("2026-11-24")),
            ] {
                tx.execute(
                    "insert into session (county, id, account, token, kind, stage, made_at, seen_at, ends_at, device,
                                          browser, source, ended_at)
                     values ($1, $2, 'admin', $2, 'browser', 'full', '', '', $3, '', '', '', $4)",
                    &params![COUNTY, id, ends, ended],
                )?;
            }
            Ok(())
        });
        written.expect("written");
        let full = figures(&machine, &admin).expect("figures");
        assert_eq!((full.seal.number, full.unsealed), (1, 1));
        assert_eq!((full.jobs_waiting, full.jobs_running, full.jobs_failed), (1, 1, 2));
        assert_eq!(full.sessions, 1);
        assert!(full.sealed_to.starts_with("2026-11-24"));
        let elsewhere = machine
            .db
            .read(|tx| vitals(tx, &machine.keys, &machine.vault, "532999", &machine.now()))
            .expect("figures");
        assert_eq!((elsewhere.seal.number, elsewhere.jobs_failed, elsewhere.sessions), (0, 0, 0));
        let health = machine.db.glance().expect("a look");
        assert!(health.bytes > 0 && health.damage.is_empty());
        // The tests' PostgreSQL does not flush, and that is seen.
        assert_eq!(health.durable, machine.db.engine() == casework::db::Engine::Sqlite);
    });
}
