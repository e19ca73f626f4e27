//! From the third day to both lines, 五(九): contacts also where they failed, 家访, 核证并上报 with numbers without a gap, receipts,
//! what runs out climbs; leave by rule and by the head; days of the school; who has not called.

use casework::attendance::{
    Behind, ContactForm, DayForm, LeaveForm, Listed, Verified, answer_leave, ask_leave, contacts, end_leave,
    leave_waiting, log_contact, nightly, receive_report, report, reports, school_day_changes, set_school_day,
    suspects, uncalled, verify_and_report,
};
use casework::db::testing::on_each_engine;
use casework::desk::SignedIn;
use casework::jobs::{Registry, Runner};
use casework::refused::Refused;
use rules::access::Role;
use rules::attendance::Kind::{Sick, Truant};
use rules::attendance::{Answered, Outcome, Part, Reason, Way};

use super::school::{School, bureau, day, head, teacher, who, words};
use crate::jobs::Machine;

const WEEK: [&str; 3] = ["2026-11-23", "2026-11-24", "2026-11-25"];

fn township() -> SignedIn {
    who("x1", Role::Township, "t1")
}

/// Three days without reason; the ids of the rows on the list.
fn three_days(school: &School, ids: &[String]) -> Vec<String> {
    let marks: Vec<(&str, _)> = ids.iter().map(|id| (id.as_str(), Truant)).collect();
    for on in WEEK {
        school.at(on);
        school.call(&marks);
    }
    let (found, _) =
        school.act(&head(), |desk| suspects(desk, Listed::Standing, &Behind::default())).expect("the list");
    found.into_iter().map(|one| one.id).collect()
}

fn verified() -> Verified {
    Verified {
        whereabouts: "work_outside".to_owned(),
        cause: "work".to_owned(),
        evidence: "班主任11月25日家访，祖母说随舅舅去浙江打工".to_owned(),
    }
}

fn call(outcome: Outcome) -> ContactForm {
    ContactForm {
        way: Way::Phone,
        outcome,
        answered: None,
        reason: None,
        whereabouts: String::new(),
        next: None,
        promised: None,
        note: String::new(),
    }
}

/// Failed attempts are facts too; a call that reached somebody says whom; a visit says what was found. Notes are sealed.
#[test]
fn contacts_are_kept_and_failures_too() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["李小明"]);
        let log = |by: &SignedIn, form: ContactForm| {
            let child = ids[0].clone();
            school.act(by, move |desk| log_contact(desk, &child, &form))
        };
        assert!(words(log(&teacher(), call(Outcome::NoAnswer))).contains("下一次联系的日子"));
        let again = ContactForm { next: Some(day("2026-11-25")), ..call(Outcome::NoAnswer) };
        log(&teacher(), again).expect("a failure is kept");
        assert!(words(log(&teacher(), call(Outcome::Reached))).contains("是谁接的"));
        let reached = ContactForm {
            answered: Some(Answered::Grandparent),
            reason: Some(Reason::Work),
            whereabouts: "work_outside".to_owned(),
            ..call(Outcome::Reached)
        };
        school.at("2026-11-24T09:00:00+08:00");
        log(&teacher(), reached).expect("reached");
        let visit = ContactForm {
            way: Way::Visit,
            answered: Some(Answered::Grandparent),
            promised: Some(day("2026-11-30")),
            note: "祖母在家，腿脚不便，需要低保和接送".to_owned(),
            ..call(Outcome::Reached)
        };
        school.at("2026-11-24T19:00:00+08:00");
        log(&township(), visit.clone()).expect("the township visits too");
        let empty = ContactForm { note: " ".to_owned(), ..visit };
        assert!(words(log(&teacher(), empty)).contains("家访请写"));
        assert!(
            matches!(log(&township(), call(Outcome::Off)), Err(Refused::Denied { .. })),
            "calls are the school's"
        );
        let child = ids[0].clone();
        let lines = school.act(&head(), move |desk| contacts(desk, &child)).expect("the contacts");
        let seen: Vec<_> = lines.iter().map(|line| (line.way, line.outcome)).collect();
        let expected = [
            (Some(Way::Visit), Some(Outcome::Reached)),
            (Some(Way::Phone), Some(Outcome::Reached)),
            (Some(Way::Phone), Some(Outcome::NoAnswer)),
        ];
        assert_eq!(seen, expected, "the latest first");
        assert!(lines[0].note.starts_with("祖母在家"));
        assert_eq!(lines[1].whereabouts, "省外务工");
        let plain = "select cast(count(*) as bigint) from audit where county = $1 and detail like '%祖母%'";
        assert_eq!(school.count(plain), 0, "nothing of it on the record");
        let child = ids[0].clone();
        let lines =
            school.act(&who("d", Role::Inspector, "s1"), move |desk| contacts(desk, &child)).expect("seen");
        assert!(lines.iter().all(|line| line.note.is_empty()), "who does not see the family sees no note");
        let child = ids[0].clone();
        let other = school.act(&who("t", Role::Teacher, "c2"), move |desk| contacts(desk, &child));
        assert!(matches!(other, Err(Refused::Denied { .. })));
    });
}

/// One act: numbered without a gap, received by both in the same transaction with the plan's clocks, told to their people;
/// twice is refused.
#[test]
fn the_head_reports_to_both_at_once() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["李小明", "李小花"]);
        let listed = three_days(&school, &ids);
        school.run(
            "insert into post (county, id, unit, role, standing, duty, title, sort)
             values ($1, 'p-ju', 'ju', 'bureau', 'serves', 'staff', '', 1), ($1, 'p-t1', 't1', 'township', 'serves', 'staff', '', 1)",
        );
        school.run(
            "insert into tenure (county, id, post, account, from_day, by_account, made_at)
             values ($1, 'n1', 'p-ju', 'bureau', '2026-01-01', '', ''), ($1, 'n2', 'p-t1', 'x1', '2026-01-01', '', '')",
        );
        let verify = |by: &SignedIn, id: &str, verified: Verified| {
            let id = id.to_owned();
            school.act(by, move |desk| verify_and_report(desk, &id, &verified))
        };
        assert!(matches!(verify(&teacher(), &listed[0], verified()), Err(Refused::Denied { .. })));
        let empty = Verified { evidence: String::new(), ..verified() };
        assert!(words(verify(&head(), &listed[0], empty)).contains("怎么核实的"));
        let unknown = Verified { whereabouts: "moon".to_owned(), ..verified() };
        assert!(words(verify(&head(), &listed[0], unknown)).contains("去向"));
        let first = verify(&head(), &listed[0], verified()).expect("reported");
        let second = verify(&head(), &listed[1], verified()).expect("reported");
        assert!(words(verify(&head(), &listed[0], verified())).contains("已经核证上报"));
        let read = |by: &SignedIn, id: &str| {
            let id = id.to_owned();
            school.act(by, move |desk| report(desk, &id))
        };
        let one = read(&head(), &first).expect("the report");
        assert_eq!(one.number, "东镇小学〔2026〕1号");
        assert_eq!(read(&head(), &second).expect("the report").number, "东镇小学〔2026〕2号");
        assert_eq!((one.whereabouts.as_str(), one.cause.as_str()), ("省外务工", "外出务工"));
        let hops: Vec<_> = one.hops.iter().map(|hop| (hop.name.as_str(), hop.due.as_str())).collect();
        let expected =
            [("教体局", "2026-11-27T23:59:59.000+08:00"), ("东镇", "2026-11-30T23:59:59.000+08:00")];
        assert_eq!(hops, expected, "two and three working days, over the weekend");
        let told = "select cast(count(*) as bigint) from notification where county = $1 and kind = 'report'";
        assert_eq!(school.count(told), 4, "both units' people, of both reports");
        let receive = |by: &SignedIn| {
            let id = first.clone();
            school.act(by, move |desk| receive_report(desk, &id))
        };
        assert!(matches!(receive(&head()), Err(Refused::Denied { .. })));
        assert!(matches!(receive(&who("x2", Role::Township, "t2")), Err(Refused::Denied { .. })));
        receive(&township()).expect("received");
        assert!(words(receive(&township())).contains("已经签收"));
        let received = read(&bureau(), &first).expect("the report").hops;
        assert_eq!(received.iter().map(|hop| hop.received_at.is_some()).collect::<Vec<_>>(), [false, true]);
        assert!(read(&township(), &first).expect("the report").evidence.contains("浙江"));
        assert_eq!(school.act(&township(), |desk| reports(desk, None)).expect("the list").0.len(), 2);
        assert!(
            school
                .act(&who("x2", Role::Township, "t2"), |desk| reports(desk, None))
                .expect("the list")
                .0
                .is_empty()
        );
        assert!(matches!(read(&who("x2", Role::Township, "t2"), &first), Err(Refused::Denied { .. })));
    });
}

/// A gap in the numbers would be a report that vanished (B11): none, whatever was refused between.
#[test]
fn numbers_have_no_gap() {
    on_each_engine(|db| {
        let school = School::new(db);
        let names: Vec<String> = (0..12).map(|number| format!("普小{number}")).collect();
        let ids = school.pupils("c1", &names.iter().map(String::as_str).collect::<Vec<_>>());
        let listed = three_days(&school, &ids);
        std::thread::scope(|scope| {
            for id in &listed {
                let (db, keys, plan) = (school.db.clone(), school.keys.clone(), school.plan.clone());
                scope.spawn(move || {
                    let now = casework::now::Now::predictable(
                        "2026-11-25T02:00:00Z".parse().expect("a moment"),
                        1_000 + listed_seed(id),
                    );
                    let (id, by) = (id.clone(), head());
                    let done: Result<String, Refused> = db.write(move |tx| {
                        let mut desk =
                            casework::desk::Desk { tx, who: &by, now: &now, keys: &keys, plan: &plan };
                        verify_and_report(&mut desk, &id, &verified())
                    });
                    done.expect("reported");
                });
            }
        });
        let found = "select cast(count(distinct number) * 1000 + max(number) as bigint) from report where county = $1";
        assert_eq!(school.count(found), 12_012, "twelve at once: 1 to 12, each once");
    });
}

/// A seed of its own for each id.
fn listed_seed(id: &str) -> u64 {
    id.bytes().fold(7, |seed, byte| seed.wrapping_mul(31).wrapping_add(u64::from(byte)))
}

/// What nobody does in time climbs, once: no report after 24 hours to 教体局, no receipt to 专班.
#[test]
fn what_runs_out_climbs() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["李小明", "李小花"]);
        let listed = three_days(&school, &ids);
        let id = listed[0].clone();
        school.act(&head(), move |desk| verify_and_report(desk, &id, &verified())).expect("reported");
        let machine = Machine::new(school.db.clone());
        let runner = Runner::new(machine.clone(), nightly(Registry::default())).expect("a runner");
        let climbed = "select cast((select count(*) from report_hop where county = $1 and escalated_at is not null) * 10
                         + (select count(*) from suspected where county = $1 and climbed_at is not null) as bigint)";
        machine.runs(&runner, "2026-11-25T23:00:00Z");
        assert_eq!(school.count(climbed), 0, "still in time");
        machine.runs(&runner, "2026-11-26T01:30:00Z");
        assert_eq!(school.count(climbed), 1, "24 hours: the one that the head did not report");
        machine.runs(&runner, "2026-11-27T17:30:00Z");
        assert_eq!(school.count(climbed), 11, "two working days: 教体局 has not received it");
        machine.runs(&runner, "2026-11-30T17:30:00Z");
        assert_eq!(school.count(climbed), 21, "three working days: the township neither");
        machine.runs(&runner, "2026-12-02T17:30:00Z");
        assert_eq!(school.count(climbed), 21, "once");
    });
}

fn leave(kind: rules::attendance::Kind, from: &str, until: &str) -> LeaveForm {
    LeaveForm { kind, from: day(from), until: day(until), why: "发烧住院".to_owned() }
}

/// 请假: three school days by the teacher, longer by the head; three times three are nine; leave that ends counts on.
#[test]
fn leave_by_rule_and_by_the_head() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["李小明", "李小花"]);
        let ask = |by: &SignedIn, child: &str, form: LeaveForm| {
            let child = child.to_owned();
            school.act(by, move |desk| ask_leave(desk, &child, &form))
        };
        // Over the weekend: Friday, Monday, Tuesday are three school days.
        let (_, good) = ask(&teacher(), &ids[0], leave(Sick, "2026-11-27", "2026-12-01")).expect("by rule");
        assert!(good);
        let (next, good) =
            ask(&teacher(), &ids[0], leave(Sick, "2026-12-02", "2026-12-02")).expect("recorded");
        assert!(!good, "the fourth in a row is the head's");
        let waiting = school.act(&head(), leave_waiting).expect("what waits");
        assert_eq!(
            (waiting.len(), waiting[0].name.as_str(), waiting[0].why.as_str()),
            (1, "李小明", "发烧住院")
        );
        let answer = |by: &SignedIn, good: bool, text: &'static str| {
            let id = next.clone();
            school.act(by, move |desk| answer_leave(desk, &id, good, text))
        };
        assert!(matches!(answer(&teacher(), true, ""), Err(Refused::Denied { .. })));
        assert!(words(answer(&head(), false, "")).contains("原因"));
        answer(&head(), true, "").expect("approved");
        assert!(words(answer(&head(), true, "")).contains("已经答复过"));
        let long = words(ask(&head(), &ids[1], leave(Sick, "2026-11-09", "2026-12-31")));
        assert!(long.contains("请办理休学"), "{long}");
        let back = words(ask(&teacher(), &ids[1], leave(Sick, "2026-11-10", "2026-11-24")));
        assert!(back.contains("补假只能补7天以内的"), "{back}");
        assert!(
            words(ask(&teacher(), &ids[1], leave(Truant, "2026-11-24", "2026-11-24"))).contains("病假或事假")
        );
        assert!(
            words(ask(&teacher(), &ids[1], leave(Sick, "2026-11-28", "2026-11-29"))).contains("都不上课")
        );
    });
}

/// Leave that comes afterwards counts anew from its first day; when it has run out the next day counts; 销假 cuts it.
#[test]
fn leave_counts_anew() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["李小明"]);
        three_days(&school, &ids);
        let child = ids[0].clone();
        let form = leave(Sick, "2026-11-24", "2026-11-25");
        let (id, _) = school.act(&teacher(), move |desk| ask_leave(desk, &child, &form)).expect("afterwards");
        assert_eq!(school.clock(&ids[0]).away, 1);
        assert_eq!(school.suspected(&ids[0]), [(day("2026-11-25"), "corrected".to_owned())]);
        school.at("2026-11-26");
        school.call(&[(&ids[0], Truant)]);
        assert_eq!(school.clock(&ids[0]).away, 2, "it has run out");
        school.act(&teacher(), move |desk| end_leave(desk, &id, day("2026-11-24"))).expect("back earlier");
        assert_eq!(school.clock(&ids[0]).away, 3);
        school.clocks_are_true(&ids);
    });
}

/// 校历变动: the bureau for all, the head for the own school; a day off afterwards counts anew (B14).
#[test]
fn days_of_the_school() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["李小明"]);
        three_days(&school, &ids);
        let set = |by: &SignedIn, of: Option<&str>, on: &str, lessons: bool, why: &str| {
            let form = DayForm { school: of.map(str::to_owned), day: day(on), lessons, why: why.to_owned() };
            school.act(by, move |desk| set_school_day(desk, &form))
        };
        assert!(matches!(set(&teacher(), Some("s1"), WEEK[1], false, "停电"), Err(Refused::Denied { .. })));
        assert!(matches!(set(&head(), Some("s2"), WEEK[1], false, "停电"), Err(Refused::Denied { .. })));
        assert!(matches!(set(&head(), None, WEEK[1], false, "停电"), Err(Refused::Denied { .. })));
        assert!(words(set(&head(), Some("s1"), WEEK[1], false, "")).contains("请写原因"));
        assert!(words(set(&head(), Some("s1"), "2026-09-01", false, "停电")).contains("30天"));
        assert_eq!(set(&head(), Some("s1"), WEEK[1], false, "暴雨停课").expect("closed"), 1);
        assert_eq!(school.clock(&ids[0]).away, 2);
        assert_eq!(school.suspected(&ids[0]), [(day(WEEK[2]), "corrected".to_owned())]);
        // Lessons made up on a Saturday, for every school.
        assert_eq!(set(&bureau(), None, "2026-11-28", true, "补11月24日的课").expect("made up"), 0);
        school.at("2026-11-28");
        assert_eq!(school.call(&[(&ids[0], Truant)]).suspected.len(), 1);
        let lines =
            school.act(&teacher(), |desk| school_day_changes(desk, day("2026-11-01"))).expect("the changes");
        let seen: Vec<_> = lines.iter().map(|line| (line.day, line.lessons, line.school.as_str())).collect();
        assert_eq!(seen, [(day(WEEK[1]), false, "东镇小学"), (day("2026-11-28"), true, "")]);
        school.clocks_are_true(&ids);
    });
}

/// Who has not submitted today: the head sees the own school, the bureau all, a teacher the own class; at the hour they are
/// reminded.
#[test]
fn who_has_not_called() {
    on_each_engine(|db| {
        let school = School::new(db);
        for class in ["c1", "c2", "c3"] {
            school.pupils(class, &["李小明"]);
        }
        school.call(&[]);
        let missing = |by: &SignedIn| {
            let found = school.act(by, |desk| uncalled(desk, day("2026-11-24"))).expect("the list");
            found
                .into_iter()
                .map(|one| {
                    let classes: Vec<String> = one.missing.into_iter().map(|class| class.class).collect();
                    (one.school, one.due, one.called, classes)
                })
                .collect::<Vec<_>>()
        };
        let s1 = || ("s1".to_owned(), 2, 1, vec!["c2".to_owned()]);
        assert_eq!(missing(&head()), [s1()]);
        assert_eq!(missing(&bureau()), [s1(), ("s2".to_owned(), 1, 0, vec!["c3".to_owned()])]);
        assert_eq!(missing(&teacher()), [("s1".to_owned(), 1, 1, vec![])]);
        let refused = school.act(&township(), |desk| uncalled(desk, day("2026-11-24")));
        assert!(matches!(refused, Err(Refused::Denied { .. })));
        let found = school.act(&bureau(), |desk| uncalled(desk, day("2026-11-22"))).expect("Sunday");
        assert!(found.iter().all(|one| one.due == 0 && one.missing.is_empty()));
        school.run(
            "insert into post (county, id, unit, role, standing, duty, title, sort)
             values ($1, 'p1', 'c2', 'teacher', 'leads', 'staff', '', 1), ($1, 'p2', 's1', 'head', 'leads', 'staff', '', 1)",
        );
        school.run(
            "insert into tenure (county, id, post, account, from_day, by_account, made_at)
             values ($1, 'n1', 'p1', 't2', '2026-01-01', '', ''), ($1, 'n2', 'p2', 'head', '2026-01-01', '', '')",
        );
        let machine = Machine::new(school.db.clone());
        let runner = Runner::new(machine.clone(), nightly(Registry::default())).expect("a runner");
        machine.runs(&runner, "2026-11-24T01:40:00Z");
        let told =
            "select cast(count(*) as bigint) from notification where county = $1 and kind = 'register'";
        assert_eq!(school.count(told), 0, "before the hour nobody is reminded");
        machine.runs(&runner, "2026-11-24T02:00:00Z");
        assert_eq!(school.count(told), 2, "the teacher of c2, and the head");
        machine.runs(&runner, "2026-11-24T02:20:00Z");
        assert_eq!(school.count(told), 2, "once a day");
        let mut sheet = school.sheet(&[]);
        sheet.class = "c2".to_owned();
        sheet.part = Part::Whole;
        school.submit(&head(), &sheet).expect("called");
        assert_eq!(missing(&head()), [("s1".to_owned(), 2, 2, vec![])]);
    });
}
