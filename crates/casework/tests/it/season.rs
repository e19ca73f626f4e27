//! 招生入学季, 五(八), through the storage of both engines: the sweep and what it has not covered, places, notices made without a gap and delivered
//! with their exceptions, who did not come, the transitions, a deferral that comes back; hazards B11, B12, F01, G05, H01.
// long because: one county whose year every test walks through.

use std::collections::BTreeMap;

use casework::db::testing::on_each_engine;
use casework::db::{Db, DbError};
use casework::desk::SignedIn;
use casework::jobs::{Registry, Runner};
use casework::ledger::enter::{self, Entering, NewChild, NewGuardian};
use casework::params;
use casework::public::family::page;
use casework::public::visitor;
use casework::refused::Refused;
use casework::season::{
    self, Bulk, DeferralForm, Delivery, PlaceForm, VisitForm, ask_deferral, ask_notices, board,
    decide_deferral, deferrals, deliver, deliver_all, fail_notice, make_portion, no_shows, notice, notices,
    notices_in, open_season, plan, plan_places, print_portion, print_run, record_leaver, sheet, sweep,
    transitions, visit,
};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use rules::access::{Places, Role};
use rules::case::service::Mode;
use rules::family::Reason;
use rules::season::{Answer, Covered, Due, Empty, Missing, State, Visit, Went, Why};
use rules::standing::Standing;

use crate::attendance::school::{School, bureau, day, head, who, words};
use crate::county::COUNTY;
use crate::jobs::Machine;

pub(crate) fn township() -> SignedIn {
    who("x1", Role::Township, "t1")
}

fn colleague() -> SignedIn {
    who("x2", Role::Township, "t1")
}

pub(crate) fn other_township() -> SignedIn {
    who("x9", Role::Township, "t2")
}

fn village() -> SignedIn {
    who("v", Role::Village, "v1")
}

fn group() -> SignedIn {
    who("g", Role::Group, "g1")
}

/// The county with a village of two groups, a sixth and a ninth grade of the year that ends, and the season open on 10 April 2026.
pub(crate) fn county(db: Db) -> School {
    let school = School::new(db);
    school.at("2026-04-10");
    for (id, kind, name, parent) in
        [("v1", "village", "上村", "t1"), ("g1", "group", "一组", "v1"), ("g2", "group", "二组", "v1")]
    {
        school.run(format!(
            "insert into unit (county, id, kind, line, name, short, parent, township, sort, from_day)
             values ($1, '{id}', '{kind}', 'government', '{name}', '{name}', '{parent}', 't1', 20, '2020-01-01')"
        ));
    }
    for (id, name, grade, year) in [
        ("c6", "六（1）班", 6, 2025),
        ("c9", "九（1）班", 9, 2025),
        ("c7", "七（1）班", 7, 2026),
        ("d1", "一（1）班", 1, 2026),
    ] {
        school.run(format!(
            "insert into unit (county, id, kind, line, name, short, parent, township, sort, from_day)
             values ($1, '{id}', 'class', 'education', '{name}', '{name}', 's1', 't1', 30, '2020-01-01')"
        ));
        school.run(format!(
            "insert into class (county, unit, school, grade, number, school_year) values ($1, '{id}', 's1', {grade}, 9, {year})"
        ));
    }
    school.run("insert into school (county, unit, kind, boarding) values ($1, 's1', '九年一贯', 1)");
    school.act(&bureau(), open_season).expect("opened");
    school
}

/// A child at home in a group of the village; in a class since September 2025.
pub(crate) fn child(
    school: &School,
    name: &str,
    birth: Date,
    home: &'static str,
    class: Option<(&'static str, i64)>,
) -> String {
    let standing = if class.is_some() { Standing::Enrolled } else { Standing::TooYoung };
    let new = NewChild {
        name: name.to_owned(),
        sex: "1".to_owned(),
        birth,
        ethnicity: "01".to_owned(),
        id_kind: String::new(),
        id_number: None,
        student_number: None,
        registration: "local".to_owned(),
        household: None,
        address: "上村 12 号".to_owned(),
        places: Places {
            county: COUNTY.to_owned(),
            township: Some("t1".to_owned()),
            village: Some("v1".to_owned()),
            group: Some(home.to_owned()),
            school: class.map(|_| "s1".to_owned()),
            school_township: class.map(|_| "t1".to_owned()),
            class: class.map(|(class, _)| class.to_owned()),
        },
        grade: class.map(|(_, grade)| grade),
        boarding: String::new(),
        standing,
        in_class_since: class.map(|_| date(2025, 9, 1)),
        groups: vec![],
        guardians: vec![NewGuardian {
            name: "普阿奶".to_owned(),
            relation: "祖母".to_owned(),
            phone: Some("13800001234".to_owned()),
            id_number: None,
            away: false,
        }],
    };
    let id = school.act(&bureau(), move |desk| {
        let with = Entering { county: COUNTY, keys: desk.keys, now: desk.now, by: "demo", source: "demo" };
        Ok(enter::child(desk.tx, &with, &new)?)
    });
    id.expect("entered")
}

pub(crate) const SIX: Date = date(2020, 5, 4);

fn went(id: &str, households: u32, asked: u32, not_seen: &[String]) -> VisitForm {
    let empty = households - asked;
    VisitForm {
        id: id.to_owned(),
        visit: Visit {
            day: date(2026, 4, 10),
            households,
            asked,
            empty,
            why: (empty > 0).then_some(Empty::Away),
            next: (empty > 0).then_some(date(2026, 4, 20)),
        },
        visitors: "普某某、李某某".to_owned(),
        strangers: 0,
        note: String::new(),
        not_seen: not_seen.to_vec(),
    }
}

/// 五(八): 不漏户、不漏人. What is not covered is a list by name of group; a child that was not ascertained keeps its group open; the same form
/// twice is one visit (H01); another's group is not there.
#[test]
fn a_sweep_says_what_it_has_not_covered() {
    on_each_engine(|db| {
        let school = county(db);
        let seen = child(&school, "李甲", SIX, "g1", None);
        let unseen = child(&school, "李乙", date(2016, 1, 1), "g1", Some(("c6", 6)));
        let level = school.act(&township(), |desk| sweep(desk, "")).expect("the level");
        let said: Vec<_> =
            level.rows.iter().map(|row| (row.name.as_str(), row.said.as_str(), row.children)).collect();
        assert_eq!(said, [("一组", "还没有人去", 2), ("二组", "还没有人去", 0)]);
        assert_eq!((level.all, level.rows[0].is_group), ((2, 0), true));

        let first = went("form-0001", 20, 18, std::slice::from_ref(&unseen));
        for _ in 0..2 {
            let form = first.clone();
            school.act(&group(), move |desk| visit(desk, "g1", &form)).expect("entered");
        }
        let of = |by: &SignedIn| school.act(by, |desk| sheet(desk, "g1")).expect("the sheet");
        let read = of(&group());
        assert_eq!(read.covered, Covered::Again(2, Some(date(2026, 4, 20)), false));
        assert_eq!((read.visits.len(), read.may_enter), (1, true));
        let names: Vec<_> = read.children.iter().map(|one| (one.id.clone(), one.seen.is_empty())).collect();
        assert_eq!(names, [(unseen.clone(), true), (seen, false)], "who was not ascertained stands first");

        school.at("2026-04-21");
        assert_eq!(of(&village()).covered, Covered::Again(2, Some(date(2026, 4, 20)), true));
        let mut again = went("form-0002", 20, 20, &[unseen]);
        again.visit.day = date(2026, 4, 21);
        school.act(&village(), move |desk| visit(desk, "g1", &again)).expect("entered");
        assert_eq!(of(&township()).covered, Covered::Children(1));
        let mut last = went("form-0003", 20, 20, &[]);
        last.visit.day = date(2026, 4, 21);
        school.act(&township(), move |desk| visit(desk, "g1", &last)).expect("entered");
        assert_eq!(of(&township()).covered, Covered::Whole);
        // A group in which the ledger knows nobody must be asked too.
        let form = went("form-0004", 5, 5, &[]);
        let elsewhere = school.act(&other_township(), move |desk| visit(desk, "g2", &form));
        assert!(matches!(elsewhere, Err(Refused::Denied { .. })));
        assert!(matches!(
            school.act(&other_township(), |desk| sheet(desk, "g2")),
            Err(Refused::Denied { .. })
        ));
        let form = went("form-0005", 5, 5, &[]);
        school.act(&village(), move |desk| visit(desk, "g2", &form)).expect("entered");
        let level = school.act(&bureau(), |desk| sweep(desk, "")).expect("the level");
        assert_eq!(level.all, (2, 2));

        let mut stranger = went("form-0006", 5, 5, &[]);
        stranger.strangers = 1;
        let silent = school.act(&village(), move |desk| visit(desk, "g2", &stranger));
        assert!(matches!(silent, Err(Refused::Invalid(_))), "a child that no ledger knows is named");
        school.at("2026-10-10");
        let form = went("form-0007", 5, 5, &[]);
        let late = school.act(&village(), move |desk| visit(desk, "g2", &form));
        assert!(words(late).contains("8月底前"));
    });
}

/// G05: a season keeps the age rule of the day on which it was opened; opening it twice is once.
#[test]
fn a_season_keeps_its_rule() {
    on_each_engine(|db| {
        let school = county(db);
        school.act(&bureau(), open_season).expect("opened");
        assert_eq!(school.count("select cast(count(*) as bigint) from season where county = $1"), 1);
        child(&school, "李甲", date(2020, 8, 31), "g1", None);
        child(&school, "李乙", date(2020, 9, 1), "g1", None);
        let expected = || school.act(&bureau(), plan).expect("the plan").all.0.expected;
        assert_eq!(expected(), 1);
        // Whatever the plan comes to say: the list follows the rule that the season keeps.
        school.run("update season set from_years = 6, turned_by = '09-01' where county = $1");
        assert_eq!(expected(), 2, "by the season's own day");
        assert!(matches!(school.act(&township(), open_season), Err(Refused::Denied { .. })));
    });
}

/// 五(八): places against children; what is planned later stands beside what was planned before.
#[test]
fn places_against_children() {
    on_each_engine(|db| {
        let school = county(db);
        for name in ["李甲", "李乙", "李丙"] {
            child(&school, name, SIX, "g1", None);
        }
        child(&school, "李丁", date(2014, 1, 1), "g1", Some(("c6", 6)));
        let form = PlaceForm { first: 2, junior: 40 };
        for _ in 0..2 {
            school.act(&bureau(), move |desk| plan_places(desk, "s1", form)).expect("planned");
        }
        let rows = "select cast(count(*) as bigint) from school_place where county = $1";
        assert_eq!(school.count(rows), 1);
        let read = school.act(&township(), plan).expect("the plan");
        let of = &read.townships[0];
        assert_eq!((of.first.lacking(), of.junior.expected, of.junior.lacking()), (1, 1, 0));
        assert_eq!(of.schools[0].planned, Some((2, 40)));
        assert!(!read.may_plan);
        let more = PlaceForm { first: 3, ..form };
        school.act(&bureau(), move |desk| plan_places(desk, "s1", more)).expect("planned");
        assert_eq!(school.count(rows), 2);
        assert_eq!(school.act(&bureau(), plan).expect("the plan").all.0.lacking(), 0);
        let denied = school.act(&township(), move |desk| plan_places(desk, "s1", form));
        assert!(matches!(denied, Err(Refused::Denied { .. })));
        let missing = school.act(&bureau(), move |desk| plan_places(desk, "c1", form));
        assert!(matches!(missing, Err(Refused::Denied { .. })));
    });
}

/// Asks for the notices of the township, and makes them in portions.
fn make(school: &School) -> String {
    let asked =
        school.act(&township(), |desk| ask_notices(desk, date(2026, 8, 31), "户口簿")).expect("asked");
    loop {
        let batch = asked.batch.clone();
        let progress = school.act(&township(), move |desk| make_portion(desk, &batch)).expect("a portion");
        if progress.done >= progress.total {
            return asked.batch;
        }
    }
}

fn lines(school: &School, by: &SignedIn, unit: &'static str) -> Vec<(String, String, State)> {
    let read = school.act(by, move |desk| notices_in(desk, unit)).expect("the notices");
    read.lines.into_iter().map(|line| (line.id, line.name, line.state)).collect()
}

/// B11, F01, H01: one notice for a child, numbers without a gap over portions and runs; the family's code is kept sealed and found by its index
/// alone; who is too young, or simply goes up a grade, gets none.
#[test]
fn notices_are_made_once_and_numbered() {
    on_each_engine(|db| {
        let school = county(db);
        for at in 0..i64::try_from(season::PORTION).unwrap() + 20 {
            child(
                &school,
                &format!("李{}", ["甲", "乙", "丙"][usize::try_from(at).unwrap() % 3]),
                SIX.saturating_sub(at.days()),
                "g1",
                None,
            );
        }
        let riser = child(&school, "李升", date(2014, 1, 1), "g2", Some(("c6", 6)));
        child(&school, "李小", date(2020, 9, 1), "g1", None);
        child(&school, "李五", date(2015, 1, 1), "g1", Some(("c1", 3)));
        school.at("2026-05-20");
        let early = school.act(&township(), |desk| ask_notices(desk, date(2026, 8, 31), "户口簿"));
        assert!(words(early).contains("6月起"));
        school.at("2026-06-15");
        let made = make(&school);
        let all = i64::try_from(season::PORTION).unwrap() + 21;
        assert_eq!(school.count("select cast(count(*) as bigint) from season_notice where county = $1"), all);
        assert_eq!(
            school.count("select cast(max(number) as bigint) from season_notice where county = $1"),
            all
        );
        assert_eq!(
            school
                .count("select cast(count(distinct number) as bigint) from season_notice where county = $1"),
            all
        );
        let own = made.clone();
        let after = school.act(&township(), move |desk| make_portion(desk, &own)).expect("over");
        assert_eq!((after.done, after.total), (all, all));
        let again = school.act(&township(), |desk| ask_notices(desk, date(2026, 8, 31), "户口簿"));
        assert!(words(again).contains("都有了"));
        let late = child(&school, "李迟", SIX, "g2", None);
        make(&school);
        assert_eq!(
            school.count("select cast(max(number) as bigint) from season_notice where county = $1"),
            all + 1
        );
        let names: Vec<_> = lines(&school, &township(), "g2").into_iter().map(|line| line.1).collect();
        assert_eq!(names, ["李升", "李迟"]);
        assert!(!late.is_empty());

        // The sixth grade is expected where the village's own junior pupils go; nobody is there yet, so the township's notice says which.
        let id = lines(&school, &township(), "g2")[0].0.clone();
        let file = school.act(&township(), move |desk| notice(desk, &id)).expect("the notice");
        assert_eq!(
            (file.line.child.as_str(), file.line.word.as_str()),
            (riser.as_str(), "东镇人民政府入学通〔2026〕121号")
        );
        let own = made;
        let elsewhere = school.act(&other_township(), move |desk| make_portion(desk, &own));
        assert!(matches!(elsewhere, Err(Refused::Denied { .. })));
        assert!(matches!(
            school.act(&bureau(), |desk| ask_notices(desk, date(2026, 8, 31), "x")),
            Err(Refused::Denied { .. })
        ));

        // What is printed has the code; what is stored has only its index.
        let run =
            school.act(&township(), |desk| print_run(desk, "", "https://baoxue.example")).expect("a run");
        assert_eq!(run.many, all + 1);
        let (set, next) =
            school.act(&township(), move |desk| print_portion(desk, &run, (0, 0))).expect("printed");
        assert_eq!((set.notices.len(), next), (usize::try_from(all + 1).unwrap(), None));
        let first = &set.notices[0];
        let code =
            first.address.strip_prefix("https://baoxue.example/f/").expect("the family's page").to_owned();
        assert_eq!((code.len(), first.number.as_str()), (32, "东镇人民政府入学通〔2026〕1号"));
        assert!(!first.squares.is_empty() && set.rights.len() == 4);
        let held = code.clone();
        let found: Result<(i64, i64), Refused> = school.act(&township(), move |desk| {
            let index = desk.index("family_code", &code);
            Ok(desk.tx.one(
                "select cast(count(*) as bigint), cast(sum(case when code_index = $3 then 1 else 0 end) as bigint)
                 from season_notice where county = $1 and code_index in ($2, $3)",
                &params![COUNTY, &index, &code],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?)
        });
        assert_eq!(found.expect("looked up"), (1, 0));
        // 四(二十): with it the family reads why and by when, and no name, until some time after the day on which the child reports.
        let read = || {
            let held = held.clone();
            school.act(&visitor(COUNTY), move |desk| page(desk, &held)).expect("an answer")
        };
        let family = read().expect("the family's page");
        assert_eq!((family.by_day.as_str(), family.unit.as_str()), ("2026-08-31", "东镇"));
        assert!(matches!(family.reason, Reason::Enrol | Reason::Junior), "{:?}", family.reason);
        assert!(family.called.contains("某") && family.given.is_empty());
        school.at("2026-10-31");
        assert!(read().is_none(), "its time is over");
        school.at("2026-06-15");
        let mut stale = township();
        stale.confirmed = None;
        let unproved = school.act(&stale, |desk| print_run(desk, "", "https://baoxue.example"));
        assert!(matches!(unproved, Err(Refused::StepUp { .. })));
    });
}

/// The job makes all of them, in the township's name, and a second run is refused while it is under way (H01).
#[test]
fn a_job_makes_them() {
    on_each_engine(|db| {
        let school = county(db);
        let (account, unit) = ("x1", "t1");
        school.run(format!(
            "insert into account (county, id, username, name, initials, unit, state, made_at, made_by)
             values ($1, '{account}', '{account}', '某某', 'mm', '{unit}', 'active', '', '')"
        ));
        school.run(format!(
            "insert into post (county, id, unit, role, standing, duty, title, sort)
             values ($1, 'post-{unit}', '{unit}', 'township', 'serves', 'staff', '', 1)"
        ));
        school.run(format!(
            "insert into tenure (county, id, post, account, from_day, by_account, made_at)
             values ($1, 'n-{unit}', 'post-{unit}', '{account}', '2026-01-01', '', '')"
        ));
        for name in ["李甲", "李乙"] {
            child(&school, name, SIX, "g1", None);
        }
        school.at("2026-06-15");
        let asked =
            school.act(&township(), |desk| ask_notices(desk, date(2026, 8, 31), "户口簿")).expect("asked");
        let again =
            school.act(&township(), |desk| ask_notices(desk, date(2026, 8, 31), "户口簿")).expect("asked");
        assert_eq!((asked.batch, asked.waiting), (again.batch, 2));
        let machine = Machine::with(school.db.clone(), school.keys.clone());
        machine.at("2026-06-15T01:00:00Z");
        let runner = Runner::new(machine.clone(), season::register(Registry::default())).expect("a runner");
        machine.runs(&runner, "2026-06-15T01:00:10Z");
        assert_eq!(school.count("select cast(count(*) as bigint) from season_notice where county = $1"), 2);
        assert_eq!(
            school.count(
                "select cast(count(*) as bigint) from season_batch where county = $1 and ended_at is not null"
            ),
            1
        );
    });
}

fn signed(on: &str) -> Delivery {
    Delivery {
        mode: Mode::Household,
        day: day(on),
        signed: "普阿奶（祖母）".to_owned(),
        witness: String::new(),
        filmed: false,
        agreed: false,
    }
}

/// B12, H01: a group's notices delivered at once but for the exceptions; the same form again does nothing; a delivery is dated like its receipt,
/// neither before the notice nor in the future, and is not undone; an answer only follows it.
#[test]
fn delivered_with_exceptions() {
    on_each_engine(|db| {
        let school = county(db);
        for name in ["李甲", "李乙", "李丙"] {
            child(&school, name, SIX, "g1", None);
        }
        school.at("2026-06-15");
        make(&school);
        school.at("2026-06-20");
        let (home, skipped) = {
            let all = lines(&school, &group(), "g1");
            assert_eq!(all.iter().map(|one| one.2).collect::<Vec<_>>(), [State::Made; 3]);
            (all[1].0.clone(), all[2].0.clone())
        };
        let bulk = Bulk {
            form: "form-0001".to_owned(),
            day: day("2026-06-19"),
            by: "组长普某某".to_owned(),
            except: BTreeMap::from([(home.clone(), Why::NobodyHome)]),
            skip: vec![skipped.clone()],
        };
        for expected in [(1, 1), (0, 0)] {
            let own = bulk.clone();
            assert_eq!(
                school.act(&group(), move |desk| deliver_all(desk, "g1", &own)).expect("entered"),
                expected
            );
        }
        let states: Vec<_> = lines(&school, &group(), "g1").into_iter().map(|one| one.2).collect();
        assert_eq!(states, [State::Failed, State::Made, State::Delivered], "failures first");
        let back = Bulk { form: "form-0002".to_owned(), day: day("2026-06-14"), ..bulk.clone() };
        let early = school.act(&group(), move |desk| deliver_all(desk, "g1", &back));
        assert!(early.is_err(), "not before the notice was made");
        let elsewhere = school.act(&other_township(), move |desk| deliver_all(desk, "g1", &bulk));
        assert!(matches!(elsewhere, Err(Refused::Denied { .. })));

        let act = |by: &SignedIn, id: &str, told: Delivery| {
            let id = id.to_owned();
            school.act(by, move |desk| deliver(desk, &id, &told))
        };
        for (told, said) in [
            (signed("2026-06-14"), "倒签"),
            (signed("2026-06-21"), "今天以后"),
            (Delivery { signed: String::new(), ..signed("2026-06-20") }, "没有签收人"),
            (Delivery { mode: Mode::Left, ..signed("2026-06-20") }, "没有见证人"),
            (Delivery { mode: Mode::Public, ..signed("2026-06-20") }, "不用公告"),
        ] {
            let refused = words(act(&village(), &home, told.clone()));
            assert!(refused.contains(said), "{told:?}: {refused}");
        }
        let answered = |answer, said: &'static str| {
            let id = home.clone();
            school.act(&village(), move |desk| season::answer_notice(desk, &id, answer, said))
        };
        assert!(words(answered(Answer::Attend, "")).contains("还没有送达"));
        school.at("2026-06-20T09:00:00+08:00");
        for _ in 0..2 {
            act(&village(), &home, signed("2026-06-20")).expect("delivered");
        }
        school.at("2026-06-20T10:00:00+08:00");
        let id = home.clone();
        let undone =
            school.act(&village(), move |desk| fail_notice(desk, &id, Why::Moved, day("2026-06-20"), ""));
        assert!(words(undone).contains("已经送达"));
        assert!(matches!(answered(Answer::Object, ""), Err(Refused::Invalid(_))));
        answered(Answer::Attend, "").expect("answered");
        school.at("2026-06-20T11:00:00+08:00");
        answered(Answer::Object, "家里要孩子放羊").expect("answered");
        let id = home.clone();
        let file = school.act(&village(), move |desk| notice(desk, &id)).expect("the notice");
        let steps: Vec<_> = file.steps.iter().map(|step| step.what.as_str()).collect();
        assert_eq!(steps, ["家长说：不送", "家长说：会按时到校", "同住成年家属签收", "没有送到：家里没人"]);
        assert_eq!(file.line.state, State::Answered);
        let all = school.act(&bureau(), |desk| notices(desk, "")).expect("the notices").all;
        assert_eq!((all.failed, all.made, all.delivered, all.answered), (0, 1, 2, 1));
        let id = skipped;
        let denied = school.act(&other_township(), move |desk| notice(desk, &id));
        assert!(matches!(denied, Err(Refused::Denied { .. })));
    });
}

/// 五(八)(九): who was due and is in no register is found on the first day, with what to do; who is elsewhere with a proof, or has arrived, is not
/// missing; what the family said decides the next act.
#[test]
fn who_did_not_come_is_found() {
    on_each_engine(|db| {
        let school = county(db);
        let ids: Vec<String> = ["李到", "李缺", "李拒", "李外"]
            .iter()
            .map(|name| child(&school, name, SIX, "g1", None))
            .collect();
        let riser = child(&school, "李升", date(2014, 1, 1), "g1", Some(("c6", 6)));
        school.at("2026-06-15");
        make(&school);
        school.at("2026-06-20");
        for (_, name, _) in lines(&school, &township(), "g1") {
            let id =
                lines(&school, &township(), "g1").into_iter().find(|one| one.1 == name).expect("there").0;
            let own = id.clone();
            school
                .act(&township(), move |desk| deliver(desk, &own, &signed("2026-06-20")))
                .expect("delivered");
            if name == "李拒" {
                school
                    .act(&township(), move |desk| {
                        season::answer_notice(desk, &id, Answer::Object, "要他放羊")
                    })
                    .expect("answered");
            }
        }
        let before = school.act(&township(), |desk| no_shows(desk, "")).expect("the list");
        assert!(!before.begun && before.rows.is_empty());
        school.at("2026-09-01");
        let (child, class, grade) = (&ids[0], "d1", 1);
        school.run(format!(
            "insert into class_member (county, id, child, school, class, from_day, ground, made_at)
             values ($1, 'm-{child}', '{child}', 's1', '{class}', '2026-09-01', '', '')"
        ));
        school.run(format!(
            "update child set class = '{class}', school = 's1', grade = {grade}, standing = 'enrolled'
             where county = $1 and id = '{child}'"
        ));
        let away = &ids[3];
        school.run(format!(
            "insert into elsewhere (county, id, child, school, place, proof, proof_number, from_day, by_account, made_at)
             values ($1, 'e1', '{away}', '某小学', '某市', '就读证明', '1', '2026-09-01', '', '')"
        ));
        let found = school.act(&township(), |desk| no_shows(desk, "")).expect("the list");
        let rows: Vec<_> =
            found.rows.iter().map(|row| (row.name.as_str(), row.due, row.missing, row.act)).collect();
        assert_eq!(rows.len(), 3, "{rows:?}");
        assert_eq!(found.all, (5, 3));
        assert!(rows.contains(&("李拒", Due::First, Missing::NoRoll, "家长说不送：立案，走四步法")));
        assert!(rows.iter().any(|row| row.0 == "李缺" && row.3.contains("没有正当理由的立案")));
        assert!(rows.iter().any(|row| row.0 == "李升" && row.1 == Due::Junior));
        let level = school.act(&bureau(), |desk| no_shows(desk, "")).expect("the list");
        assert!(level.rows.is_empty() && level.townships == [("t1".to_owned(), "东镇".to_owned(), 5, 3, 0)]);
        let denied = school.act(&other_township(), |desk| no_shows(desk, "t1"));
        assert!(matches!(denied, Err(Refused::Denied { .. })));

        // The follow-up is the case that there is already.
        let missing = ids[1].clone();
        school
            .act(&township(), move |desk| casework::cases::open_case(desk, &missing, "开学第一天没有报到"))
            .expect("a case");
        let found = school.act(&township(), |desk| no_shows(desk, "")).expect("the list");
        assert!(found.rows.iter().any(|row| row.name == "李缺" && row.case.is_some()));

        let moves = school.act(&township(), transitions).expect("the transitions");
        assert_eq!(
            moves.risers.iter().map(|row| row.child.clone()).collect::<Vec<_>>(),
            std::slice::from_ref(&riser)
        );
        school.run(format!(
            "insert into class_member (county, id, child, school, class, from_day, ground, made_at)
             values ($1, 'm-r', '{riser}', 's1', 'c7', '2026-09-01', '', '')"
        ));
        let moves = school.act(&township(), transitions).expect("the transitions");
        assert!(moves.risers.is_empty());
        let sums: Vec<_> = moves.schools.iter().map(|one| (one.1, one.2)).collect();
        assert_eq!(sums, [(1, 1)]);
    });
}

/// 四(十一), 五(十二): where those went who finished is a list with answers; work under sixteen is no answer; the later answer holds, the earlier stays.
#[test]
fn where_those_went_who_finished() {
    on_each_engine(|db| {
        let school = county(db);
        let young = child(&school, "李小", date(2011, 3, 1), "g1", Some(("c9", 9)));
        let other = child(&school, "李大", date(2010, 3, 1), "g1", Some(("c9", 9)));
        let pupil = child(&school, "李六", date(2014, 1, 1), "g1", Some(("c6", 6)));
        school.at("2026-07-10");
        let write = |by: &SignedIn, child: &str, went| {
            let child = child.to_owned();
            school.act(by, move |desk| record_leaver(desk, &child, went, ""))
        };
        assert!(words(write(&head(), &young, Went::Work)).contains("童工线索"));
        write(&head(), &other, Went::Work).expect("sixteen");
        for _ in 0..2 {
            write(&township(), &young, Went::Home).expect("written");
        }
        school.at("2026-07-11");
        write(&head(), &young, Went::Vocational).expect("written");
        assert_eq!(school.count("select cast(count(*) as bigint) from season_leaver where county = $1"), 3);
        assert!(words(write(&township(), &pupil, Went::High)).contains("毕业的名单"));
        assert!(matches!(write(&bureau(), &young, Went::High), Err(Refused::Denied { .. })));
        let read = school.act(&bureau(), transitions).expect("the list");
        assert_eq!(read.answers, [(Some(Went::Vocational), 1), (Some(Went::Work), 1)]);
        assert!(!read.may_write && read.leavers.len() == 2);
        let board = school.act(&bureau(), board).expect("the board");
        assert!(board.months.iter().any(|month| month.href == "/season/transitions" && month.is_now));
    });
}

/// 义务教育法 11, B09: asked by one, decided by another; for the body's condition and for a time; it comes back by itself, and who comes back is due
/// again.
#[test]
fn a_deferral_takes_two_and_comes_back() {
    on_each_engine(|db| {
        let school = county(db);
        let id = child(&school, "李甲", SIX, "g1", None);
        let form = |until: &str| DeferralForm {
            until: day(until),
            applicant: "普阿奶".to_owned(),
            condition: "先天性心脏病，县医院证明，手术后半年复查".to_owned(),
        };
        let ask = |form: DeferralForm| {
            let id = id.clone();
            school.act(&township(), move |desk| ask_deferral(desk, &id, &form))
        };
        assert!(words(ask(form("2028-01-01"))).contains("最长批365天"));
        assert!(ask(DeferralForm { condition: String::new(), ..form("2026-12-31") }).is_err());
        let asked = ask(form("2026-12-31")).expect("asked");
        assert_eq!(ask(form("2026-12-31")).expect("the same"), asked);
        let decide = |by: &SignedIn, grant: bool, said: &'static str| {
            let asked = asked.clone();
            school.act(by, move |desk| decide_deferral(desk, &asked, grant, said))
        };
        assert!(words(decide(&township(), true, "同意")).contains("不能自己批"));
        assert!(matches!(decide(&other_township(), true, "同意"), Err(Refused::Denied { .. })));
        assert!(matches!(decide(&colleague(), true, ""), Err(Refused::Invalid(_))));
        for _ in 0..2 {
            decide(&colleague(), true, "同意，到期复查").expect("granted");
        }
        assert!(matches!(decide(&bureau(), false, "不同意"), Err(Refused::Changed { .. })));
        assert_eq!(school.standing(&id), Standing::Deferred);
        let read = school.act(&bureau(), deferrals).expect("the list");
        assert_eq!((read.counts, read.rows[0].state.as_str()), ((0, 1), "granted"));
        school.at("2026-06-15");
        let nobody = school.act(&township(), |desk| ask_notices(desk, date(2026, 8, 31), "户口簿"));
        assert!(words(nobody).contains("都有了"), "who is let off gets no notice");

        let machine = Machine::with(school.db.clone(), school.keys.clone());
        machine.at("2026-12-31T02:00:00Z");
        let runner = Runner::new(machine.clone(), season::nightly(Registry::default())).expect("a runner");
        machine.runs(&runner, "2026-12-31T18:00:00Z");
        assert_eq!(school.standing(&id), Standing::Unknown, "on the day after its last");
        let over: Result<String, DbError> = school.db.read(|tx| {
            tx.one("select state from season_deferral where county = $1", &params![COUNTY], |row| row.get(0))
        });
        assert_eq!(over.expect("a state"), "over");
    });
}
