//! Who is away and who stands on the list, each in its reader's scope (五(九), A01–A03); and what the night counts.

use casework::attendance::{
    Behind, Listed, Stage, absent, export_absent, export_suspects, nightly, suspects,
};
use casework::db::DbError;
use casework::db::testing::on_each_engine;
use casework::desk::SignedIn;
use casework::jobs::{Registry, Runner};
use casework::params;
use casework::refused::Refused;
use rules::access::Role;
use rules::attendance::Kind::{Sick, Truant};
use rules::purpose::ListPurpose;

use super::school::{School, bureau, day, head, teacher, who};
use crate::county::COUNTY;
use crate::jobs::Machine;

fn names(school: &School, by: &SignedIn, stage: Stage) -> Vec<(String, u16)> {
    let (found, more) = school.act(by, move |desk| absent(desk, stage, None)).expect("the queue");
    assert!(!more);
    found.into_iter().map(|one| (one.name, one.days)).collect()
}

fn listed(school: &School, by: &SignedIn, cleared: bool) -> Vec<String> {
    let (found, _) = school
        .act(by, move |desk| {
            suspects(desk, if cleared { Listed::Cleared } else { Listed::Standing }, &Behind::default())
        })
        .expect("the list");
    found.into_iter().map(|one| one.name).collect()
}

/// The queue of the first and second day is the school's; from the third day on both lines know.
#[test]
fn who_sees_whom() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["三天", "一天", "病假"]);
        let others = school.pupils("c3", &["外校"]);
        for (on, marks) in [
            ("2026-11-23", vec![(ids[0].as_str(), Truant)]),
            ("2026-11-24", vec![(&ids[0], Truant), (&ids[2], Sick)]),
            ("2026-11-25", vec![(&ids[0], Truant), (&ids[1], Truant), (&ids[2], Sick)]),
        ] {
            school.at(on);
            school.call(&marks);
        }
        let mut other = school.sheet(&[(&others[0], Truant)]);
        other.class = "c3".to_owned();
        school.submit(&who("t3", Role::Teacher, "c3"), &other).expect("the other school");
        let one = |name: &str, days| (name.to_owned(), days);
        for by in [teacher(), head()] {
            assert_eq!(names(&school, &by, Stage::Counting), [one("一天", 1)]);
            assert_eq!(names(&school, &by, Stage::Told), [one("病假", 2)]);
            assert_eq!(listed(&school, &by, false), ["三天"]);
        }
        assert_eq!(names(&school, &bureau(), Stage::Counting).len(), 2);
        let township = who("x1", Role::Township, "t1");
        let refused = school.act(&township, |desk| absent(desk, Stage::Counting, None));
        assert!(
            matches!(refused, Err(Refused::Denied { .. })),
            "before the third day it is the school's affair"
        );
        assert_eq!(listed(&school, &township, false), ["三天"]);
        assert!(listed(&school, &who("x2", Role::Township, "t2"), false).is_empty());
        assert!(listed(&school, &who("t2", Role::Teacher, "c2"), false).is_empty());
        let (found, _) = school
            .act(&bureau(), |desk| suspects(desk, Listed::Standing, &Behind::default()))
            .expect("the list");
        assert_eq!(found[0].place, "东镇小学 · 三（1）班");
        assert!(
            found[0].said.starts_with("3 个上课日无正当理由未到校，2026年11月25日起为疑似辍学"),
            "{}",
            found[0].said
        );
        school.at("2026-11-26");
        school.call(&[]);
        assert!(listed(&school, &head(), false).is_empty());
        assert_eq!(listed(&school, &head(), true), ["三天"]);
        let denied = school.act(&who("a", Role::Auditor, "office"), |desk| {
            suspects(desk, Listed::Standing, &Behind::default())
        });
        assert!(matches!(denied, Err(Refused::Denied { .. })));
    });
}

/// The pages of a long list are its parts, in order and each child once.
#[test]
fn a_long_list_in_pages() {
    on_each_engine(|db| {
        let school = School::new(db);
        let all: Vec<String> = (0..130).map(|number| format!("普小{number}")).collect();
        let ids = school.pupils("c1", &all.iter().map(String::as_str).collect::<Vec<_>>());
        let marks: Vec<(&str, _)> = ids.iter().map(|id| (id.as_str(), Truant)).collect();
        for on in ["2026-11-23", "2026-11-24", "2026-11-25"] {
            school.at(on);
            if on == "2026-11-25" {
                let (first, more) =
                    school.act(&head(), |desk| absent(desk, Stage::Counting, None)).expect("a page");
                let last = first.last().map(|one| (one.days, one.child.clone())).expect("a row");
                let next =
                    school.act(&head(), move |desk| absent(desk, Stage::Counting, Some((last.0, &last.1))));
                let (rest, end) = next.expect("the rest");
                assert_eq!((first.len(), more, rest.len(), end), (100, true, 30, false));
            }
            school.call(&marks);
        }
        let (first, more) =
            school.act(&head(), |desk| suspects(desk, Listed::Standing, &Behind::default())).expect("a page");
        let last = first.last().expect("a row");
        let behind = Behind { day: last.since.to_string(), id: last.id.clone() };
        let (rest, end) =
            school.act(&head(), move |desk| suspects(desk, Listed::Standing, &behind)).expect("the rest");
        let mut seen: Vec<String> = first.into_iter().chain(rest).map(|one| one.child).collect();
        seen.sort();
        seen.dedup();
        assert_eq!((seen.len(), more, end), (130, true, false));
        // Whole in the workbook, too: nobody is left on the second page; and only by right (K04).
        let check = ListPurpose::Check;
        let taken = school
            .act(&head(), move |desk| export_suspects(desk, Listed::Standing, check))
            .expect("a workbook");
        assert_eq!((taken.rows, taken.bytes.get(..2)), (130, Some(&b"PK"[..])));
        let away = school.act(&head(), move |desk| export_absent(desk, Stage::Counting, check));
        assert_eq!(away.expect("a workbook").rows, 0, "all of them stand on the list by now");
        let denied = school.act(&teacher(), move |desk| export_suspects(desk, Listed::Standing, check));
        assert!(matches!(denied, Err(Refused::Denied { .. })));
    });
}

/// The night counts whom nobody called any more as unknown, and makes nobody a suspect by it; twice is once; what an import
/// changed is counted anew.
#[test]
fn what_the_night_counts() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["李小明"]);
        school.pupils("c2", &["别班生"]);
        for on in ["2026-11-23", "2026-11-24"] {
            school.at(on);
            school.call(&[(&ids[0], Truant)]);
        }
        let machine = Machine::new(school.db.clone());
        let runner = Runner::new(machine.clone(), nightly(Registry::default())).expect("a runner");
        machine.runs(&runner, "2026-11-26T18:00:00Z");
        school.at("2026-11-27");
        let clock = school.clock(&ids[0]);
        assert_eq!((clock.away, clock.unknown, clock.suspected), (2, 2, None));
        let rows = school.clocks();
        machine.runs(&runner, "2026-11-26T18:30:00Z");
        assert_eq!(school.clocks(), rows, "twice is once");
        // An import says on Friday that it belongs to another class since Wednesday, where it was called on Thursday.
        let mut other = school.sheet(&[]);
        other.class = "c2".to_owned();
        other.day = day("2026-11-26");
        school.submit(&head(), &other).expect("c2 on Thursday");
        school.run("update class_member set until_day = '2026-11-25' where county = $1 and class = 'c1'");
        school.run(
            "insert into class_member (county, id, child, school, class, from_day, ground, made_at)
             select $1, 'm2', id, 's1', 'c2', '2026-11-25', '', '2026-11-25T07:00:00.000+08:00'
             from child where county = $1 and name = '李小明'",
        );
        machine.runs(&runner, "2026-11-27T18:00:00Z");
        school.at("2026-11-28");
        assert_eq!(school.clock(&ids[0]).away, 0, "the register of its class had it there");
        school.clocks_are_true(&ids);
    });
}

/// 义务教育法 2: compulsory school has nine years. A senior school calls its register, too; who stays away there is counted for the
/// school and never put onto the list.
#[test]
fn beyond_the_ninth_year_nobody_is_suspected() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["九年级生", "高一生"]);
        let senior = ids[1].clone();
        let done: Result<u64, DbError> = school.db.write(move |tx| {
            tx.execute("update child set grade = 10 where county = $1 and id = $2", &params![COUNTY, &senior])
        });
        assert_eq!(done.expect("a grade"), 1);
        for on in ["2026-11-23", "2026-11-24", "2026-11-25"] {
            school.at(on);
            let done = school.call(&[(&ids[0], Truant), (&ids[1], Truant)]);
            assert_eq!(done.missing, 2);
        }
        assert_eq!(listed(&school, &head(), false), ["九年级生"]);
    });
}
