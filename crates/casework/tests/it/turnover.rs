//! 新学年 (义务教育法第二条; 五(八)(九)), through the storage of both engines: planned, carried out in the night, nobody who is looked for leaves by it,
//! new pupils arrive by their notice; hazards H01, B05.

use std::sync::Arc;

use casework::attendance::register;
use casework::db::testing::on_each_engine;
use casework::db::{Db, DbError};
use casework::desk::SignedIn;
use casework::jobs::{Registry, Runner};
use casework::ledger::enter::{self, Entering, NewChild};
use casework::params;
use casework::refused::Refused;
use casework::turnover::{Form, State, arrivals, arrive, board, look, start, withdraw};
use jiff::civil::date;
use rules::access::{Places, Role};
use rules::attendance::Kind;
use rules::standing::Standing;
use rules::turnover::Held;

use crate::attendance::school::{School, bureau, day, head, who};
use crate::county::COUNTY;
use crate::jobs::Machine;

fn registrar() -> SignedIn {
    who("registrar", Role::Registrar, "s1")
}

/// 东镇小学 on 20 August 2026: a third grade (c1), a sixth (c6), a teacher for c1.
fn county(db: Db) -> School {
    let school = School::new(db);
    school.at("2026-08-20");
    school.run("update class set school_year = 2025 where county = $1");
    school.run("insert into school (county, unit, kind, boarding) values ($1, 's1', '小学', 0)");
    school.run(
        "insert into unit (county, id, kind, line, name, short, parent, township, sort, from_day)
         values ($1, 'c6', 'class', 'education', '六年级（1）班', '六年级（1）班', 's1', 't1', 30, '2020-01-01')",
    );
    school.run(
        "insert into class (county, unit, school, grade, number, school_year) values ($1, 'c6', 's1', 6, 1, 2025)",
    );
    school.run(
        "insert into account (county, id, username, name, initials, unit, state, made_at, made_by)
         values ($1, 'teacher', 'teacher', '李老师', 'lls', 's1', 'active', '2025-09-01T08:00:00.000+08:00', 'x')",
    );
    school.run(
        "insert into post (county, id, unit, role, standing, duty, title, sort)
         values ($1, 'p1', 'c1', 'teacher', 'serves', 'chain', '三（1）班班主任', 0)",
    );
    school.run(
        "insert into tenure (county, id, post, account, from_day, by_account, made_at)
         values ($1, 'ten1', 'p1', 'teacher', '2025-09-01', 'head', '2025-09-01T08:00:00.000+08:00')",
    );
    school
}

fn pupils(school: &School, class: &'static str, names: &[&str]) -> Vec<String> {
    school.pupils_since(class, names, date(2025, 9, 1))
}

fn plan(stays: &str) -> Form {
    Form { year: 2026, firsts: 1, sevenths: 0, stays: stays.to_owned() }
}

/// The nights of the school.
struct Nights {
    machine: Arc<Machine>,
    runner: Runner,
}

impl Nights {
    fn of(school: &School) -> Self {
        let machine = Machine::with(school.db.clone(), school.keys.clone());
        machine.at(&school.now());
        let registry = casework::ledger::nightly(casework::turnover::nightly(Registry::default()));
        let runner = Runner::new(machine.clone(), registry).expect("a runner");
        runner.run_due();
        Self { machine, runner }
    }

    /// The work of the night before this morning.
    fn before(&self, school: &School, day: &str) {
        school.at(day);
        self.machine.runs(&self.runner, &format!("{day}T00:30:00+08:00"));
    }
}

fn text(school: &School, sql: &'static str, child: &str) -> String {
    let child = child.to_owned();
    let found: Result<String, DbError> =
        school.db.read(move |tx| tx.one(sql, &params![COUNTY, &child], |row| row.get(0)));
    found.expect("a text")
}

fn class_of(school: &School, child: &str) -> String {
    text(
        school,
        "select coalesce((select name from unit where unit.county = child.county and unit.id = child.class), '')
         from child where county = $1 and id = $2",
        child,
    )
}

fn standing(school: &School, child: &str) -> String {
    text(school, "select standing from child where county = $1 and id = $2", child)
}

#[test]
fn a_school_turns_its_year_in_the_night() {
    on_each_engine(|db| {
        let school = county(db);
        let nights = Nights::of(&school);
        let third = pupils(&school, "c1", &["普小一", "普小二", "普小三"]);
        let sixth = pupils(&school, "c6", &["自小六", "自小七"]);
        let seen = school.act(&head(), |desk| look(desk, "s1")).expect("seen");
        assert_eq!(seen.state, State::Open);
        assert_eq!(seen.from, date(2026, 9, 1));
        let lines: Vec<_> =
            seen.classes.iter().map(|one| (one.name.as_str(), one.pupils, one.next.as_str())).collect();
        assert_eq!(
            lines,
            [("三（1）班", 3, "四年级（1）班"), ("三（2）班", 0, "四年级（2）班"), ("六年级（1）班", 2, "")]
        );
        assert_eq!(seen.classes[0].teacher, "李老师");

        school
            .act(&registrar(), |desk| start(desk, "s1", &plan("普小三，因病休学一年后回原年级")))
            .expect_err("no third grade is made");
        school.act(&registrar(), |desk| start(desk, "s1", &plan(""))).expect("decided");
        school.act(&head(), |desk| start(desk, "s1", &plan(""))).expect("twice is once (H01)");
        assert_eq!(school.count("select cast(count(*) as bigint) from turnover where county = $1"), 1);
        nights.before(&school, "2026-08-31");
        assert_eq!(class_of(&school, &third[0]), "三（1）班", "not before its day");

        nights.before(&school, "2026-09-01");
        assert_eq!(class_of(&school, &third[0]), "四年级（1）班");
        assert_eq!(standing(&school, &sixth[0]), "unknown", "looked for until a junior school has it");
        let seen = school.act(&head(), |desk| look(desk, "s1")).expect("seen");
        assert!(matches!(seen.state, State::Done(..)), "{:?}", seen.state);
        assert!(seen.classes.is_empty() && seen.held.is_empty(), "{seen:?}");
        assert_eq!(
            seen.made,
            [
                ("一年级（1）班".to_owned(), 0),
                ("四年级（1）班".to_owned(), 3),
                ("四年级（2）班".to_owned(), 0)
            ]
        );
        // The teacher went along, and calls the new class; past days are those of the old.
        assert_eq!(
            school.count(
                "select cast(count(*) as bigint) from tenure join post on post.county = tenure.county and post.id = tenure.post
                 join unit on unit.county = post.county and unit.id = post.unit
                 where tenure.county = $1 and tenure.account = 'teacher' and tenure.until_day is null
                   and unit.name = '四年级（1）班'"
            ),
            1
        );
        assert_eq!(school.count("select cast(count(*) as bigint) from unit where county = $1 and parent = 's1' and until_day = '2026-09-01'"), 3);
        let unit = text(&school, "select class from child where county = $1 and id = $2", &third[0]);
        let own = unit.clone();
        let book = school
            .act(&who("teacher", Role::Teacher, "x"), move |desk| register(desk, &own, day("2026-09-01")));
        assert!(matches!(book, Err(Refused::Denied { .. })), "a post elsewhere sees nothing");
        school.at("2026-09-01");
        let mut mine = who("teacher", Role::Teacher, "x");
        mine.actor.posts[0].unit.clone_from(&unit);
        let book = school.act(&mine, move |desk| register(desk, &unit, day("2026-09-01"))).expect("called");
        assert_eq!(book.pupils.len(), 3);
        let old = school.register(&head(), "2026-06-30").expect("the old register stays");
        assert_eq!(old.class, "c1");
        nights.before(&school, "2026-09-02");
        assert_eq!(
            school
                .count("select cast(count(*) as bigint) from class where county = $1 and school_year = 2026"),
            3
        );
    });
}

#[test]
fn who_is_looked_for_does_not_finish() {
    on_each_engine(|db| {
        let school = county(db);
        let nights = Nights::of(&school);
        let sixth = pupils(&school, "c6", &["自小六", "自小七", "自小八", "自小九"]);
        school.run(format!(
            "update child set standing = 'suspended' where county = $1 and id = '{}'",
            sixth[1]
        ));
        school.run(format!(
            "insert into suspected (county, id, child, source, source_id, since_day, made_at, made_by, said)
             values ($1, 'sus', '{}', 'attendance', 'x', '2026-06-20', '2026-06-23T08:00:00.000+08:00', 'teacher', '')",
            sixth[2]
        ));
        let held = school.act(&head(), |desk| look(desk, "s1")).expect("seen").held;
        let mut held: Vec<_> = held.into_iter().map(|one| (one.name, one.held)).collect();
        held.sort();
        assert_eq!(held, [("自小七".to_owned(), Held::Away), ("自小八".to_owned(), Held::Suspect)]);
        school.act(&head(), |desk| start(desk, "s1", &plan(""))).expect("decided");
        nights.before(&school, "2026-09-01");
        assert_eq!(class_of(&school, &sixth[2]), "六年级（1）班");
        assert_eq!(class_of(&school, &sixth[0]), "");
        let seen = school.act(&bureau(), |desk| look(desk, "s1")).expect("seen");
        assert_eq!((seen.classes.len(), seen.held.len()), (1, 2), "they are named until they are dealt with");
        let board = school.act(&bureau(), board).expect("the county's board");
        assert_eq!((board.schools[0].state.as_str(), board.schools[0].old), ("done", (1, 2)));
    });
}

#[test]
fn who_stays_is_named_with_a_reason() {
    on_each_engine(|db| {
        let school = county(db);
        let nights = Nights::of(&school);
        school.run("update class set grade = 2 where county = $1 and unit = 'c2'");
        let third = pupils(&school, "c1", &["普小一", "普小二", "普小二"]);
        pupils(&school, "c2", &["普小四"]);
        for (line, says) in [
            ("普小一", "请写原因"),
            ("张三，生病", "没有叫这个名字"),
            ("普小二，生病", "同名"),
            ("普小一，生病\n普小一，生病", "两次"),
        ] {
            let form = plan(line);
            let no = school.act(&head(), move |desk| start(desk, "s1", &form)).expect_err(line);
            let Refused::Invalid(problems) = &no else { panic!("{line}: {no:?}") };
            assert!(problems[0].text.contains(says), "{line}: {}", problems[0].text);
        }
        school
            .act(&head(), |desk| start(desk, "s1", &plan("普小一，因病休学一年后回原年级")))
            .expect("decided");
        let stays = school.act(&head(), |desk| look(desk, "s1")).expect("seen").stays;
        assert_eq!(stays[0].why, "因病休学一年后回原年级");
        school.act(&head(), |desk| withdraw(desk, "s1", 2026)).expect("taken back");
        school
            .act(&head(), |desk| start(desk, "s1", &plan("普小一，因病休学一年后回原年级")))
            .expect("again");
        nights.before(&school, "2026-09-01");
        assert_eq!(class_of(&school, &third[0]), "三年级（2）班", "this year's class of the same grade");
        assert_eq!(class_of(&school, &third[1]), "四年级（1）班");
        let late = school.act(&head(), |desk| withdraw(desk, "s1", 2026)).expect_err("too late");
        assert!(matches!(late, Refused::Rule { .. }));
    });
}

/// 五(九): the days before are called in the old class and stay; a school that comes late turns on the day after.
#[test]
fn a_late_school_loses_no_day() {
    on_each_engine(|db| {
        let school = county(db);
        let nights = Nights::of(&school);
        let third = pupils(&school, "c1", &["普小一", "普小二"]);
        for day in ["2026-09-01", "2026-09-02"] {
            school.at(day);
            school.call(&[(third[0].as_str(), Kind::Truant)]);
        }
        assert_eq!(school.act(&head(), |desk| look(desk, "s1")).expect("seen").from, date(2026, 9, 3));
        school.act(&head(), |desk| start(desk, "s1", &plan(""))).expect("decided");
        nights.before(&school, "2026-09-03");
        school.at("2026-09-03");
        let mut sheet = school.sheet(&[(third[0].as_str(), Kind::Truant)]);
        sheet.class = text(&school, "select class from child where county = $1 and id = $2", &third[0]);
        school.submit(&head(), &sheet).expect("called in the new class");
        assert_eq!(school.suspected(&third[0]).len(), 1, "three school days across two classes");
        school.clocks_are_true(&third);
    });
}

#[test]
fn those_who_came_are_put_into_classes() {
    on_each_engine(|db| {
        let school = county(db);
        let nights = Nights::of(&school);
        school.act(&head(), |desk| start(desk, "s1", &plan(""))).expect("decided");
        nights.before(&school, "2026-09-01");
        school.at("2026-09-01");
        let ids = school.act(&bureau(), |desk| {
            let with =
                Entering { county: COUNTY, keys: desk.keys, now: desk.now, by: "demo", source: "demo" };
            let mut ids = Vec::new();
            for name in ["普小一", "普小二", "普小三"] {
                let new = NewChild {
                    name: name.to_owned(),
                    sex: "1".to_owned(),
                    birth: date(2020, 5, 4),
                    ethnicity: "01".to_owned(),
                    id_kind: String::new(),
                    id_number: None,
                    student_number: None,
                    registration: "local".to_owned(),
                    household: None,
                    address: String::new(),
                    places: Places {
                        county: COUNTY.to_owned(),
                        township: Some("t1".to_owned()),
                        ..Places::default()
                    },
                    grade: None,
                    boarding: String::new(),
                    standing: Standing::Unknown,
                    in_class_since: None,
                    groups: vec![],
                    guardians: vec![],
                };
                ids.push(enter::child(desk.tx, &with, &new)?);
            }
            Ok(ids)
        });
        let ids = ids.expect("entered");
        for (number, child) in ids.iter().enumerate() {
            let (id, child, number) =
                (format!("n{number}"), child.clone(), i64::try_from(number).expect("few"));
            let made: Result<u64, DbError> = school.db.write(move |tx| {
                tx.execute(
                    "insert into season_notice (county, id, year, township, batch, kind, child, number_year, number, word, day,
                                                report_day, school, said_sealed, code_index, state, made_by, made_at)
                     values ($1, $2, 2026, 't1', 'b', 'enrol', $3, 2026, $4, '', '2026-07-01', '2026-08-31', 's1', $5, $2,
                             'delivered', 'x', '2026-07-01T08:00:00.000+08:00')",
                    &params![COUNTY, id.as_str(), child.as_str(), number, vec![0_u8]],
                )
            });
            made.expect("a notice");
        }
        let seen = school.act(&head(), |desk| arrivals(desk, "s1")).expect("expected");
        assert_eq!((seen.waiting.len(), seen.came), (3, 0));
        let first = seen.classes.iter().find(|one| one.2 == 1).expect("a first grade").0.clone();
        let fourth = seen.classes.iter().find(|one| one.2 == 4).expect("a fourth grade").0.clone();
        let wrong = vec![(ids[0].clone(), fourth)];
        school.act(&head(), move |desk| arrive(desk, "s1", &wrong)).expect_err("not into the fourth");
        let both = vec![(ids[0].clone(), first.clone()), (ids[1].clone(), first)];
        let again = both.clone();
        assert_eq!(school.act(&head(), move |desk| arrive(desk, "s1", &both)).expect("arrived"), 2);
        assert_eq!(school.act(&head(), move |desk| arrive(desk, "s1", &again)).expect("once (H01)"), 0);
        assert_eq!(class_of(&school, &ids[0]), "一年级（1）班");
        assert_eq!(standing(&school, &ids[0]), "enrolled");
        let seen = school.act(&head(), |desk| arrivals(desk, "s1")).expect("expected");
        assert_eq!((seen.waiting.len(), seen.came), (1, 2));
        let other = who("h2", Role::Head, "s2");
        school.run("insert into school (county, unit, kind, boarding) values ($1, 's2', '小学', 0)");
        assert!(matches!(school.act(&other, |desk| arrivals(desk, "s1")), Err(Refused::Denied { .. })));
        assert!(school.act(&other, |desk| arrivals(desk, "s2")).expect("its own").waiting.is_empty());
    });
}
