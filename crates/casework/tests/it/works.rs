//! 措施成效 (issue 5, item 8), through the storage of both engines: the night counts what followed from the registers of the class, each child
//! once; it is told in the reader's scope; hazards A08 (no small number) and A11 (what is confidential is not counted).

use std::sync::Arc;

use casework::attendance::{Behind, Listed, Verified, suspects, verify_and_report};
use casework::db::testing::on_each_engine;
use casework::desk::SignedIn;
use casework::jobs::{Registry, Runner};
use casework::keys::Keys;
use casework::refused::Refused;
use casework::works::{Works, nightly, works};
use jiff::civil::date;
use rules::access::{Role, Standing};
use rules::attendance::Kind as Mark;
use rules::case::Kind;
use rules::works::{Deed, Line, Share};

use crate::attendance::school::{School, bureau, head, who};
use crate::cases::{director, on, told, with_words};
use crate::county::COUNTY;
use crate::jobs::Machine;

const NAMES: [&str; 11] =
    ["李甲", "李乙", "李丙", "李丁", "李戊", "李己", "李庚", "李辛", "李壬", "李癸", "李子"];

/// School days: all stay away on those before and on the day of the visit; some come back on those after.
const BEFORE: [&str; 11] = [
    "2026-11-02",
    "2026-11-03",
    "2026-11-04",
    "2026-11-05",
    "2026-11-06",
    "2026-11-09",
    "2026-11-10",
    "2026-11-11",
    "2026-11-12",
    "2026-11-13",
    "2026-11-16",
];
const AFTER: [&str; 10] = [
    "2026-11-17",
    "2026-11-18",
    "2026-11-19",
    "2026-11-20",
    "2026-11-23",
    "2026-11-24",
    "2026-11-25",
    "2026-11-26",
    "2026-11-27",
    "2026-11-30",
];

fn leader(unit: &str) -> SignedIn {
    let mut leader = who("x1", Role::Township, unit);
    for post in &mut leader.actor.posts {
        post.standing = Standing::Leads;
    }
    leader
}

fn call(school: &School, day: &str, away: &[String]) {
    school.at(day);
    let marks: Vec<(&str, Mark)> = away.iter().map(|child| (child.as_str(), Mark::Truant)).collect();
    school.call(&marks);
}

/// Eleven children who stay away, are reported, six for one cause and five for another, and visited on 16 November; the first six come
/// back on the next day.
fn story(school: &School) -> Vec<String> {
    let children = school.pupils("c1", &NAMES);
    for day in BEFORE {
        call(school, day, &children);
    }
    let (listed, _) =
        school.act(&head(), |desk| suspects(desk, Listed::Standing, &Behind::default())).expect("the list");
    assert_eq!(listed.len(), NAMES.len());
    for one in listed {
        let at = children.iter().position(|child| *child == one.child).expect("one of them");
        let verified = Verified {
            whereabouts: "home".to_owned(),
            cause: if at < 6 { "learning" } else { "work" }.to_owned(),
            evidence: "班主任家访，在家".to_owned(),
        };
        school.act(&head(), move |desk| verify_and_report(desk, &one.id, &verified)).expect("reported");
    }
    let cases: Result<Vec<(String, String)>, casework::db::DbError> = school.db.read(|tx| {
        tx.query(
            "select id, child from child_case where county = $1 order by id",
            &casework::params![COUNTY],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    });
    for (id, _) in cases.expect("the cases") {
        told(school, &bureau(), &id, with_words(Kind::Confirm)).expect("confirmed");
        let order = casework::cases::Told { unit: "t1".to_owned(), ..with_words(Kind::Dispatch) };
        told(school, &bureau(), &id, order).expect("ordered");
        told(school, &leader("t1"), &id, casework::cases::Told::new(Kind::Receive)).expect("received");
        told(school, &leader("t1"), &id, on(Kind::Visit, "2026-11-16")).expect("visited");
    }
    for day in AFTER {
        call(school, day, &children[6..]);
    }
    children
}

fn night(machine: &Arc<Machine>, moment: &str) {
    let runner = Runner::new(machine.clone(), nightly(Registry::default())).expect("a runner");
    machine.runs(&runner, moment);
}

fn read(school: &School, by: &SignedIn, cause: &'static str) -> Result<Works, Refused> {
    school.act(by, move |desk| works(desk, cause))
}

fn of(works: &Works, deed: Deed) -> Option<Line> {
    works.deeds.iter().find(|one| one.deed == deed).map(|one| one.line)
}

/// 五(十一): the register says what followed a visit; by cause; a township's leader sees the township, the others nothing of it.
#[test]
fn what_followed_a_visit() {
    on_each_engine(|db| {
        let school = School::new(db.clone());
        let machine = Machine::with(db, Keys::for_tests());
        story(&school);
        school.at("2026-12-01");
        let empty = read(&school, &director(), "").expect("before the first night");
        assert_eq!((empty.counted, empty.deeds.len(), empty.since), (None, 0, date(2025, 9, 1)));
        night(&machine, "2026-11-30T18:30:00Z");
        let found = read(&school, &director(), "").expect("told");
        assert!(found.counted.is_some());
        let line = of(&found, Deed::Visit).expect("the visit");
        assert_eq!(
            line,
            Line {
                children: Some(11),
                wait: Some(0),
                rates: Some((0, 55)),
                back: [Share::Percent(55), Share::Hidden, Share::Hidden]
            }
        );
        assert_eq!(of(&found, Deed::Any), Some(line));
        let told = |code: &str, children, rates, back| {
            let one = found.causes.iter().find(|one| one.code == code).expect("the cause");
            assert_eq!(
                (one.line.children, one.line.rates, one.line.back[0]),
                (Some(children), Some(rates), back)
            );
        };
        assert_eq!(found.causes.len(), 2);
        told("learning", 6, (0, 100), Share::AllBut);
        told("work", 5, (0, 0), Share::Few);
        let work = read(&school, &bureau(), "work").expect("one cause");
        assert_eq!(of(&work, Deed::Visit).map(|line| line.children), Some(Some(5)));
        assert_eq!(read(&school, &bureau(), "religion").expect("told").deeds, []);
        // Scope and right.
        assert_eq!(of(&read(&school, &leader("t1"), "").expect("its own"), Deed::Visit), Some(line));
        assert_eq!(read(&school, &leader("t2"), "").expect("nothing of it").deeds, []);
        for by in [who("x1", Role::Township, "t1"), head(), who("v", Role::Inspector, "ju")] {
            assert!(matches!(read(&school, &by, ""), Err(Refused::Denied { .. })));
        }
        let recorded = school.count(
            "select cast(count(*) as bigint) from audit where county = $1 and action = 'count_works' and outcome = 'done'",
        );
        assert!(recorded >= 4, "{recorded}");
    });
}

/// A day that nobody called is no day; a second night changes nothing; a later act of the same kind is not counted again; a child that leaves
/// again shows at the later look (nobody who had a success early is taken for one for ever).
#[test]
fn days_that_count() {
    on_each_engine(|db| {
        let school = School::new(db.clone());
        let machine = Machine::with(db, Keys::for_tests());
        let children = story(&school);
        night(&machine, "2026-11-30T18:30:00Z");
        let rows = "select cast(count(*) as bigint) from outcome where county = $1";
        let sum = "select cast(sum(after_came * 1000 + after_called) as bigint) from outcome where county = $1 and deed = 'visit'";
        let before = (school.count(rows), school.count(sum));
        assert_eq!(before, (22, 60_110), "a visit and the first act of eleven children");
        night(&machine, "2026-12-01T18:30:00Z");
        assert_eq!((school.count(rows), school.count(sum)), before);
        // Twenty more school days on which nobody comes, five of them not called: 1 to 28 December.
        let mut day = date(2026, 12, 1);
        let mut many = 0;
        while many < 20 {
            let plan = &school.plan;
            if plan.calendar().day(day).expect("a known year").is_teaching() {
                if many >= 5 {
                    call(&school, &day.to_string(), &children);
                }
                many += 1;
            }
            day = day.tomorrow().expect("a day");
        }
        let next = format!("{day}T20:00:00Z");
        night(&machine, &next);
        school.at(&day.tomorrow().expect("a day").to_string());
        let line = of(&read(&school, &director(), "").expect("told"), Deed::Visit).expect("the visit");
        assert_eq!(line.back, [Share::Percent(55), Share::Few, Share::Hidden]);
        assert_eq!(line.rates, Some((0, 55)), "the ten days after the visit");
    });
}

/// A11: what 民宗 was asked is not counted; what other units answered is. A08: four children are not told, nor that they are there.
#[test]
fn what_is_confidential_and_what_is_few() {
    on_each_engine(|db| {
        let school = School::new(db.clone());
        let machine = Machine::with(db, Keys::for_tests());
        let children = story(&school);
        for (number, child) in children.iter().enumerate() {
            for (kind, confidential, many) in [("religion", 1, 11), ("mentor", 0, 5), ("relief", 0, 4)] {
                if number >= many {
                    continue;
                }
                school.run(format!(
                    "insert into request (county, id, year, number, kind, child, unit, confidential, asked_by, asked_unit,
                                          asked_role, asked_at, due_at, state, answer, ended_by, ended_at)
                     values ($1, '{kind}-{number}', 2026, {}, '{kind}', '{child}', 'ga', {confidential}, 'bureau', 'ju', 'bureau',
                             '2026-11-13T09:00:00.000+08:00', '2026-11-18T23:59:59.000+08:00', 'answered', 'x', 'x',
                             '2026-11-16T09:00:00.000+08:00')",
                    number * 10 + many
                ));
            }
        }
        night(&machine, "2026-11-30T18:30:00Z");
        school.at("2026-12-01");
        let counted = "select cast(count(*) as bigint) from outcome where county = $1 and code = 'religion'";
        assert_eq!(school.count(counted), 0);
        let found = read(&school, &director(), "").expect("told");
        let requests: Vec<(&str, Option<u32>)> = found
            .deeds
            .iter()
            .filter(|one| one.deed == Deed::Request)
            .map(|one| (one.label.as_str(), one.line.children))
            .collect();
        let label =
            school.plan.requests().iter().find(|one| one.code == "mentor").map(|one| one.label.clone());
        assert_eq!(requests, [(label.expect("a label").as_str(), Some(5))]);
    });
}
