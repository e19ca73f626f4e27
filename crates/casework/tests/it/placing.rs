//! 安置, 五(十一), through the storage of both engines: the grade that is advised to whoever places, and a child that changes class or school
//! while it is watched: the register of the class in which it is goes on proving.

use casework::cases::{Told, nightly};
use casework::db::testing::on_each_engine;
use casework::jobs::{Registry, Runner};
use rules::access::Role;
use rules::attendance::Kind as Mark;
use rules::case::{Kind, State};

use crate::attendance::school::{School, bureau, day, head, who};
use crate::cases::{file, on, persuading, school, state, told};

/// Away for less than three months: the grade in which it was; on the form of whoever places, and of nobody else; not once it is placed.
#[test]
fn the_grade_is_advised() {
    on_each_engine(|db| {
        let (school, _) = school(db);
        let child = school.pupils("c1", &["李小明"]).remove(0);
        let id = persuading(&school, &child);
        assert_eq!(file(&school, &bureau(), &id).expect("page").advice, None, "nobody is back");
        school.at("2026-11-30");
        told(&school, &head(), &id, Told { unit: "s1".to_owned(), ..on(Kind::Return, "2026-11-30") })
            .expect("back");
        let advice = file(&school, &bureau(), &id).expect("page").advice.expect("advice");
        assert_eq!((advice.was, advice.grade, advice.months, advice.left), (3, 3, 0, day("2026-11-25")));
        assert!(advice.text.contains("回原年级") && advice.basis.contains("默认"), "{advice:?}");
        assert_eq!(
            file(&school, &head(), &id).expect("page").advice,
            None,
            "it is not the school's to place"
        );
        // Away since the spring: four months are a grade down; since the year before last: by age, born in May 2017.
        school.run("update suspected set since_day = '2026-07-20' where county = $1");
        school.run("update class_member set from_day = '2025-09-01' where county = $1");
        let advice = file(&school, &bureau(), &id).expect("page").advice.expect("advice");
        assert_eq!((advice.grade, advice.months), (2, 4));
        school.run("update suspected set since_day = '2025-10-20' where county = $1");
        let advice = file(&school, &bureau(), &id).expect("page").advice.expect("advice");
        assert_eq!((advice.grade, advice.months), (4, 13));
        let placed = Told { code: "regular_class".to_owned(), ..on(Kind::Place, "2026-11-30") };
        told(&school, &bureau(), &id, placed).expect("placed");
        assert_eq!(file(&school, &bureau(), &id).expect("page").advice, None);
    });
}

/// Calls a class of the other school, or the second of the first.
fn call(school: &School, on: &str, class: &'static str, unit: &str, away: &[&str]) {
    school.at(on);
    let marks: Vec<(&str, Mark)> = away.iter().map(|child| (*child, Mark::Truant)).collect();
    let mut sheet = school.sheet(&marks);
    sheet.class = class.to_owned();
    school.submit(&who("other", Role::Teacher, unit), &sheet).expect("called");
}

/// Moves the child into another class from a day on, as a change of the roll does.
fn moved(school: &School, child: &str, from: &str, (unit, class): (&str, &str)) {
    school.run(format!(
        "update class_member set until_day = '{from}' where county = $1 and child = '{child}' and until_day is null"
    ));
    school.run(format!(
        "insert into class_member (county, id, child, school, class, from_day, until_day, ground, made_at)
         values ($1, 'm-{from}', '{child}', '{unit}', '{class}', '{from}', null, 'move', '{from}T06:00:00.000+08:00')"
    ));
}

/// Placed at s1 on 30 November. One day there, one in another class of it, and from then on in another school: three days prove the return,
/// the looks go on, and what is missed there counts.
#[test]
fn the_register_of_the_new_class_goes_on() {
    on_each_engine(|db| {
        let (school, machine) = school(db);
        let child = school.pupils("c1", &["李小明"]).remove(0);
        school.pupils("c2", &["李小花"]);
        school.pupils("c3", &["李小草"]);
        let id = persuading(&school, &child);
        school.at("2026-11-30");
        told(&school, &head(), &id, Told { unit: "s1".to_owned(), ..on(Kind::Return, "2026-11-30") })
            .expect("back");
        let placed = Told { code: "regular_class".to_owned(), ..on(Kind::Place, "2026-11-30") };
        told(&school, &bureau(), &id, placed).expect("placed");
        school.call(&[]);
        moved(&school, &child, "2026-12-01", ("s1", "c2"));
        call(&school, "2026-12-01", "c2", "c2", &[]);
        moved(&school, &child, "2026-12-02", ("s2", "c3"));
        call(&school, "2026-12-02", "c3", "c3", &[]);
        let night = |moment: &str| {
            let runner = Runner::new(machine.clone(), nightly(Registry::default())).expect("a runner");
            machine.runs(&runner, moment);
        };
        night("2026-12-02T17:30:00Z");
        assert_eq!(state(&school, &id), State::Observing, "a day in each of three classes");
        for on in ["2026-12-03", "2026-12-04"] {
            call(&school, on, "c3", "c3", &[]);
        }
        night("2026-12-04T17:30:00Z");
        let progress = file(&school, &bureau(), &id).expect("page").progress.expect("watched");
        assert_eq!((progress.look.due, progress.look.called, progress.look.away), (5, 5, 0));
        assert!(progress.looks.iter().any(|(_, passed)| *passed), "{progress:?}");
        call(&school, "2026-12-07", "c3", "c3", &[&child]);
        call(&school, "2026-12-08", "c3", "c3", &[&child]);
        let progress = file(&school, &bureau(), &id).expect("page").progress.expect("watched");
        assert_eq!((progress.look.called, progress.look.away), (7, 2), "what is missed there counts");
    });
}
