//! Reading the register: who is on it by date, what stands, leave, telephones by right (A09), on the record.

use casework::db::testing::on_each_engine;
use casework::refused::Refused;
use rules::access::Role;
use rules::attendance::Kind::{Late, Truant};
use rules::attendance::{Part, Settled};

use super::school::{School, bureau, day, head, teacher, who};

#[test]
fn what_the_teacher_sees() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["李小明", "李小花", "李小红"]);
        school.run(
            "insert into leave (county, id, child, kind, from_day, until_day, state, asked_by, asked_at, answer)
             select $1, 'l1', id, 'sick', '2026-11-23', '2026-11-27', 'approved', '', '', '' from child
             where county = $1 and name = '李小红'",
        );
        school.at("2026-11-23");
        school.call(&[(&ids[0], Truant)]);
        school.at("2026-11-24");
        let before = school.register(&teacher(), "2026-11-24").expect("the register");
        assert_eq!((before.name.as_str(), before.school_name.as_str()), ("三（1）班", "东镇小学"));
        assert!(before.no_lessons.is_none());
        let part = &before.parts[0];
        assert_eq!((part.part, part.due, part.sheets.len()), (Part::Whole, true, 0));
        assert_eq!(part.by.map(|by| by.to_string()).as_deref(), Some("10:00:00"));
        assert_eq!(part.closed, None);
        let names: Vec<&str> = before.pupils.iter().map(|pupil| pupil.name.as_str()).collect();
        assert_eq!(names, ["李小红", "李小花", "李小明"], "in the order of their spelling");
        let [hong, hua, ming] = &before.pupils[..] else { panic!("three pupils") };
        assert_eq!(hong.leave.as_ref().map(|leave| leave.until), Some(day("2026-11-27")));
        assert_eq!((ming.away, ming.settled.len()), (1, 0), "the count of the evening before");
        assert!(ming.said.as_deref().is_some_and(|said| said.starts_with("旷课第 1 个上课日，再缺 2 天")));
        assert_eq!((hua.away, &hua.said), (0, &None));
        let [phone] = &hua.phones[..] else { panic!("one telephone: {:?}", hua.phones) };
        assert_eq!((phone.who.as_str(), phone.number.text.as_str()), ("普阿奶（祖母）", "13800001234"));
        school.call(&[(&ids[0], Late)]);
        let after = school.register(&teacher(), "2026-11-24").expect("the register");
        let [hong, hua, ming] = &after.pupils[..] else { panic!("three pupils") };
        assert_eq!(ming.settled, [(Part::Whole, Settled::Says(Late))]);
        assert_eq!(hua.settled, hong.settled, "there by default");
        assert_eq!((ming.away, after.parts[0].sheets.len()), (0, 1));
        let looked =
            "select cast(count(*) as bigint) from audit where county = $1 and action = 'read_register'
                      and subject = 'c1' and detail = '2026-11-24'";
        assert_eq!(school.count(looked), 2, "a look is on the record");
    });
}

/// A09: fields by role; the register of another class is not there.
#[test]
fn who_sees_it_and_how_much() {
    on_each_engine(|db| {
        let school = School::new(db);
        school.pupils("c1", &["李小明"]);
        let phone = |by| {
            let register = school.register(&by, "2026-11-24").expect("the register");
            let shown = register.pupils[0].phones.first().map(|phone| phone.number.clone());
            (shown.map(|shown| (shown.text, shown.on_request)), register.parts[0].closed.is_none())
        };
        let whole = || Some(("13800001234".to_owned(), false));
        assert_eq!(phone(teacher()), (whole(), true));
        assert_eq!(phone(head()), (whole(), true));
        assert_eq!(phone(bureau()), (Some(("138****1234".to_owned(), true)), false));
        assert_eq!(phone(who("d", Role::Inspector, "s1")), (None, false));
        for by in [
            who("t", Role::Teacher, "c2"),
            who("h", Role::Head, "s2"),
            who("x", Role::Township, "t1"),
            who("a", Role::Auditor, "office"),
        ] {
            assert!(matches!(school.register(&by, "2026-11-24"), Err(Refused::Denied { .. })));
        }
    });
}

/// Membership by date: who left is on the register of the day before and not on today's; who is gone shows no telephone.
#[test]
fn the_roll_is_that_of_the_day() {
    on_each_engine(|db| {
        let school = School::new(db);
        school.pupils("c1", &["李小明", "李小花"]);
        school.run(
            "update class_member set until_day = '2026-11-24' where county = $1
                    and child = (select id from child where county = $1 and name = '李小花')",
        );
        school.run("update child set school = 's2', class = 'c3' where county = $1 and name = '李小花'");
        let names = |on: &str| {
            let register = school.register(&teacher(), on).expect("the register");
            register.pupils.into_iter().map(|pupil| (pupil.name, pupil.phones.len())).collect::<Vec<_>>()
        };
        assert_eq!(names("2026-11-24"), [("李小明".to_owned(), 1)]);
        assert_eq!(names("2026-11-23"), [("李小花".to_owned(), 0), ("李小明".to_owned(), 1)]);
    });
}

/// A day without lessons says why; one that is over for the teacher says who can still correct it.
#[test]
fn days_that_cannot_be_called() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["李小明"]);
        school.at("2026-11-13");
        school.call(&[(&ids[0], Truant)]);
        school.at("2026-11-24");
        let sunday = school.register(&teacher(), "2026-11-22").expect("the register");
        assert_eq!((sunday.no_lessons.as_deref(), sunday.parts.len()), (Some("周末"), 0));
        let closed = |by| school.register(&by, "2026-11-13").expect("the register").parts[0].closed.clone();
        let said = closed(teacher()).expect("closed for the teacher");
        assert!(said.contains("7天以内") && said.contains("请校长补录、更正"), "{said}");
        assert_eq!(closed(head()), None);
        let closed_day = "insert into school_day (county, id, school, day, lessons, why, by_account, at)
                          values ($1, 'd1', null, '2026-11-24', 0, '全县暴雨停课', '', '2026-11-23')";
        school.run(closed_day);
        let today = school.register(&teacher(), "2026-11-24").expect("the register");
        assert_eq!(today.no_lessons.as_deref(), Some("全县暴雨停课"));
        let refused = school.submit(&teacher(), &school.sheet(&[])).expect_err("no lessons");
        assert!(refused.to_string().starts_with("2026-11-24全县暴雨停课，不点名"), "{refused}");
    });
}
