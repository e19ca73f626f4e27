//! Submitting: bounds (B06, B14), the same again (H01, H02), two phones (H06), who was on the roll.

use casework::db::testing::on_each_engine;
use casework::refused::Refused;
use rules::access::Role;
use rules::attendance::Kind::{Elsewhere, Late, Personal, Present, Sick, Truant};

use super::school::{School, bureau, day, head, teacher, who, words};

const MARKS: &str = "select cast(count(*) as bigint) from mark where county = $1";
const SHEETS: &str = "select cast(count(*) as bigint) from sheet where county = $1";
const CALLED: &str =
    "select cast(count(*) as bigint) from audit where county = $1 and action = 'call_register'";

/// All present by default: forty-five pupils, two rows for two exceptions, one row of the record.
#[test]
fn only_exceptions_are_stored() {
    on_each_engine(|db| {
        let school = School::new(db);
        let names: Vec<String> = (0..45).map(|number| format!("普小{number}")).collect();
        let ids = school.pupils("c1", &names.iter().map(String::as_str).collect::<Vec<_>>());
        let done = school.call(&[(&ids[3], Truant), (&ids[7], Sick), (&ids[9], Present)]);
        assert_eq!((done.size, done.missing, done.late, done.again), (45, 2, false, false));
        assert_eq!((school.count(SHEETS), school.count(MARKS), school.count(CALLED)), (1, 2, 1));
        assert!(done.conflicts.is_empty() && done.suspected.is_empty());
        let [(child, name, said)] = &done.said[..] else { panic!("one is counted: {:?}", done.said) };
        assert_eq!((child, name.as_str()), (&ids[3], "普小3"));
        assert!(said.starts_with("旷课第 1 个上课日，再缺 2 天即为疑似辍学（五(九)"), "{said}");
    });
}

/// H01, H02: a phone's queue sends again for a week; the same id is answered the same, with other content refused.
#[test]
fn the_same_sheet_again_changes_nothing() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["李小明", "李小花"]);
        let sheet = school.sheet(&[(&ids[0], Truant)]);
        let first = school.submit(&teacher(), &sheet).expect("submitted");
        school.at("2026-12-07");
        let again = school.submit(&teacher(), &sheet).expect("answered again");
        assert!(again.again);
        assert_eq!((again.size, again.missing, again.late), (first.size, first.missing, first.late));
        assert_eq!((school.count(SHEETS), school.count(MARKS), school.count(CALLED)), (1, 1, 1));
        let mut other = sheet.clone();
        other.marks[0].kind = Sick;
        let said = words(school.submit(&teacher(), &other));
        assert!(said.contains("已经用于另一次提交"), "{said}");
        // Somebody else's id is no way to look at a sheet.
        let said = words(school.submit(&head(), &sheet));
        assert!(said.contains("已经用于另一次提交"), "{said}");
    });
}

/// B06, B14: no future day, no day without lessons, no day too far back; what comes late says so.
#[test]
fn which_days_can_be_called() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["李小明"]);
        let on = |on: &str| {
            let mut sheet = school.sheet(&[(&ids[0], Truant)]);
            sheet.day = day(on);
            sheet
        };
        for (date, expected) in [
            ("2026-11-25", "2026-11-25还没到，不能提前点名"),
            ("2026-11-22", "2026-11-22周末，不点名"),
            ("2026-11-16", "班主任只能补录、更正7天以内的点名"),
            ("2026-11-17", ""),
        ] {
            let said = words(school.submit(&teacher(), &on(date)));
            assert!(said.starts_with(expected) && said.is_empty() == expected.is_empty(), "{date}: {said}");
        }
        assert!(school.submit(&head(), &on("2026-11-16")).expect("the head, later").late);
        let said = words(school.submit(&head(), &on("2026-10-23")));
        assert!(said.starts_with("校长只能补录、更正30天以内的点名（五(九)"), "{said}");
        school.at("2026-10-08");
        let said = words(school.submit(&teacher(), &on("2026-10-05")));
        assert!(said.starts_with("2026-10-05国庆节放假，不点名"), "{said}");
        // 调休: a Saturday with lessons.
        school.at("2026-10-10");
        assert!(!school.submit(&teacher(), &on("2026-10-10")).expect("a swapped day").late);
        // B14: a year without a calendar is said, never taken for plain weekends.
        school.at("2028-03-01");
        let said = words(school.submit(&teacher(), &on("2028-03-01")));
        assert!(said.contains("校历"), "{said}");
        assert_eq!(school.count(SHEETS), 3);
    });
}

/// Marks of children who were not on the roll that day are refused with words; a name is told only of one's own class.
#[test]
fn who_was_not_on_the_roll() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["李小明", "李小花"]);
        let others = school.pupils("c3", &["外班生"]);
        school.run(
            "update class_member set until_day = '2026-11-23' where county = $1 and class = 'c1'
                    and child = (select id from child where county = $1 and name = '李小花')",
        );
        let said = words(school.submit(&teacher(), &school.sheet(&[(&ids[1], Truant)])));
        assert_eq!(said, "李小花在2026-11-24不在三（1）班的名单上，没有提交。请刷新名单，去掉后再提交");
        let said = words(school.submit(&teacher(), &school.sheet(&[(&others[0], Truant)])));
        assert!(said.starts_with("有1个学生在2026-11-24不在"), "{said}");
        assert!(!said.contains("外班生"), "a name of another class is not told");
        assert_eq!(school.count(SHEETS), 0);
        // Membership by date: on the day before it was still there.
        let mut sheet = school.sheet(&[(&ids[1], Truant)]);
        sheet.day = day("2026-11-20");
        assert_eq!(school.submit(&teacher(), &sheet).expect("by date").size, 2);
        assert_eq!(school.call(&[]).size, 1);
    });
}

/// A01: one's own class, one's own school, nobody else's; the same refusal for a class that is not there.
#[test]
fn only_ones_own_class() {
    on_each_engine(|db| {
        let school = School::new(db);
        school.pupils("c1", &["李小明"]);
        school.pupils("c3", &["外班生"]);
        let of = |class: &str| {
            let mut sheet = school.sheet(&[]);
            sheet.class = class.to_owned();
            sheet
        };
        let allowed = |by, class: &str| match school.submit(&by, &of(class)) {
            Ok(_) => true,
            Err(Refused::Denied { .. }) => false,
            Err(other) => panic!("{other:?}"),
        };
        assert!(allowed(teacher(), "c1"));
        assert!(allowed(head(), "c1"));
        assert!(!allowed(teacher(), "c2"));
        assert!(!allowed(teacher(), "c3"));
        assert!(!allowed(head(), "c3"));
        assert!(!allowed(bureau(), "c1"), "the bureau reads and does not call");
        assert!(!allowed(who("x", Role::Township, "t1"), "c1"));
        assert!(!allowed(who("k", Role::SubjectTeacher, "c1"), "c1"));
        assert!(!allowed(teacher(), "no-such-class"));
    });
}

/// Two phones: where they differ both are shown and the day is unknown; where they agree nothing happens; who decides names
/// both, and nothing is lost.
#[test]
fn two_phones_that_differ_are_a_conflict() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["李小明", "李小花", "李小红"]);
        let first = school.call(&[(&ids[0], Truant), (&ids[1], Sick)]);
        let second = school
            .submit(&head(), &school.sheet(&[(&ids[0], Late), (&ids[1], Sick)]))
            .expect("from another phone");
        assert_eq!(second.conflicts, vec![(ids[0].clone(), "李小明".to_owned())]);
        assert_eq!(school.clock(&ids[0]).away, 0, "unknown until somebody decides");
        let register = school.register(&teacher(), "2026-11-24").expect("the register");
        let ming = register.pupils.iter().find(|pupil| pupil.child == ids[0]).expect("on the roll");
        let mut kinds: Vec<_> = ming.claims.iter().map(|claim| claim.kind).collect();
        kinds.sort();
        assert_eq!(kinds, [Late, Truant], "both are shown");
        // The teacher decides for this one: what the head's phone said stays to be read.
        let heads = register.parts[0].heads.clone();
        assert_eq!(heads, [first.sheet, second.sheet]);
        let mut decision = school.sheet(&[(&ids[0], Truant)]);
        decision.child = Some(ids[0].clone());
        decision.corrects = heads;
        let done = school.submit(&teacher(), &decision).expect("decided");
        assert!(done.conflicts.is_empty() && done.size == 1);
        assert_eq!((school.clock(&ids[0]).away, school.clock(&ids[1]).told), (1, 1));
        assert_eq!(school.count(SHEETS), 3, "nothing is overwritten");
        school.clocks_are_true(&ids);
    });
}

/// A phone that was off line all day stands beside what was decided meanwhile; it never overwrites it.
#[test]
fn a_late_phone_does_not_overwrite() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["李小明"]);
        let offline = school.sheet(&[(&ids[0], Truant)]);
        let first = school.call(&[(&ids[0], Personal)]);
        let mut corrected = school.sheet(&[]);
        corrected.corrects = vec![first.sheet];
        school.submit(&head(), &corrected).expect("it came after all");
        school.at("2026-11-26");
        let done = school.submit(&teacher(), &offline).expect("it is kept");
        assert_eq!((done.late, done.conflicts.len()), (true, 1));
        school.clocks_are_true(&ids);
    });
}

/// B06: after the day a correction has a reason, sealed; the old fact stays.
#[test]
fn a_correction_after_the_day_has_a_reason() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["李小明"]);
        let first = school.call(&[(&ids[0], Truant)]);
        school.at("2026-11-25");
        let mut sheet = school.sheet(&[(&ids[0], Sick)]);
        sheet.day = day("2026-11-24");
        sheet.corrects = vec![first.sheet];
        let said = words(school.submit(&teacher(), &sheet));
        assert!(said.contains("请写明原因"), "{said}");
        sheet.why = "家长带来医院证明".to_owned();
        assert!(school.submit(&teacher(), &sheet).expect("with a reason").late);
        assert_eq!(school.count(SHEETS), 2);
        assert_eq!(
            school.count(
                "select cast(count(*) as bigint) from sheet where county = $1 and why_sealed is not null"
            ),
            1
        );
        assert_eq!((school.clock(&ids[0]).away, school.clock(&ids[0]).told), (0, 1));
        school.clocks_are_true(&ids);
    });
}

/// 人籍一致: 在外就读 counts as being there, so it takes a proof; without one it cannot hide a child.
#[test]
fn elsewhere_takes_a_proof() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["李小明"]);
        let said = words(school.submit(&teacher(), &school.sheet(&[(&ids[0], Elsewhere)])));
        assert!(said.starts_with("李小明在2026-11-24没有有效的外出就读证明（五(九)"), "{said}");
        school.run(
            "insert into elsewhere (county, id, child, school, place, proof, proof_number, from_day, expires_day,
                                    by_account, made_at)
             select $1, 'e1', id, '某校', '昆明', '就读证明', '1', '2026-11-01', '2026-11-24', '', '' from child
             where county = $1",
        );
        assert_eq!(school.call(&[(&ids[0], Elsewhere)]).missing, 0);
        school.at("2026-11-25");
        assert!(!words(school.submit(&teacher(), &school.sheet(&[(&ids[0], Elsewhere)]))).is_empty());
    });
}

/// B07: everybody there for thirty days by a script: a pace, and word to who checks; a phone's week goes through.
#[test]
fn a_month_in_one_go_is_bounded_and_told() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["李小明"]);
        // Where the head's account and post are, so that somebody can be told.
        school.run(
            "insert into account (county, id, username, name, initials, unit, state, made_at, made_by)
             values ($1, 'head', 'head', '段某某', 'dmm', 's1', 'active', '', '')",
        );
        school.run(
            "insert into post (county, id, unit, role, standing, duty, title, sort)
             values ($1, 'p', 's1', 'head', 'serves', 'staff', '校长', 0)",
        );
        school.run(
            "insert into tenure (county, id, post, account, from_day, by_account, made_at)
             values ($1, 't', 'p', 'head', '2026-09-01', '', '')",
        );
        let told = |school: &School| {
            school.count(
                "select cast(count(*) as bigint) from notification where county = $1 and account = 'head'",
            )
        };
        let past = |on: &str| {
            let mut sheet = school.sheet(&[]);
            sheet.day = day(on);
            sheet
        };
        // A phone that was off line for a week sends what it has, with who was away: nobody is told.
        let mut first = past("2026-11-17");
        first.marks.extend(school.sheet(&[(&ids[0], Truant)]).marks);
        school.submit(&teacher(), &first).expect("a week late");
        for on in ["2026-11-18", "2026-11-19", "2026-11-20", "2026-11-23"] {
            school.submit(&teacher(), &past(on)).expect("a week late");
        }
        assert_eq!(told(&school), 0);
        let fifth = past("2026-11-19");
        school.submit(&teacher(), &fifth).expect("once more");
        assert_eq!(told(&school), 1, "the fifth with nobody missing in ten minutes");
        assert_eq!(
            school.count(
                "select cast(count(*) as bigint) from audit where county = $1 and detail like '%已提醒核对%'"
            ),
            1
        );
        // Thirty in an hour, and no more; today is never bounded, nor is the same sheet sent again (H01).
        for _ in 6..30 {
            school.submit(&teacher(), &past("2026-11-20")).expect("within the pace");
        }
        assert!(words(school.submit(&teacher(), &past("2026-11-20"))).contains("一小时里已经补录了30份"));
        assert!(school.submit(&teacher(), &fifth).expect("sent again").again);
        school.submit(&teacher(), &school.sheet(&[])).expect("today");
        school.submit(&head(), &past("2026-11-20")).expect("another person");
        school.at("2026-11-24T09:00:01+08:00");
        school.submit(&teacher(), &past("2026-11-20")).expect("an hour later");
        assert_eq!(told(&school), 1, "once");
    });
}
