//! 早期提醒 through the storage of both engines: made anew from the facts, seen field by field, looked after until its time runs
//! out or something new comes (四(十九); hazards A07–A09, A11).

use casework::db::testing::on_each_engine;
use casework::desk::SignedIn;
use casework::jobs::{Registry, Runner};
use casework::refused::Refused;
use casework::warnings::{NoteForm, Warned, nightly, note_warning, of_child, one, renew, warnings};
use jiff::civil::Date;
use rules::access::Role;
use rules::attendance::Kind::{NotReturned, Truant};

use super::school::{School, bureau, day, head, teacher, who, words};
use crate::jobs::Machine;

/// Fourteen school days from 2 November on with one pupil away on the 3rd, 5th and 9th: three days of the month.
fn called(school: &School) -> Vec<String> {
    let pupils = school.pupils("c1", &["李小明", "王小花", "住住住"]);
    for on in ["2026-11-02", "2026-11-03", "2026-11-04", "2026-11-05", "2026-11-06", "2026-11-09"] {
        let away = ["2026-11-03", "2026-11-05", "2026-11-09"].contains(&on);
        let marks: &[(&str, _)] = if away { &[(pupils[0].as_str(), Truant)] } else { &[] };
        school.at(on).call(marks);
    }
    school.at("2026-11-24");
    pupils
}

fn made(school: &School, children: &[String]) {
    let all = children.to_vec();
    school.act(&bureau(), move |desk| renew(desk, &all)).expect("made anew");
}

fn listed(school: &School, by: &SignedIn, noted: bool) -> Vec<Warned> {
    school.act(by, move |desk| warnings(desk, noted, "")).expect("the list").0
}

/// The names on a list.
fn names(school: &School, by: &SignedIn, noted: bool) -> Vec<String> {
    listed(school, by, noted).into_iter().map(|one| one.name).collect()
}

fn note(school: &School, by: &SignedIn, child: &str, until: Option<Date>) -> Result<String, Refused> {
    let child = child.to_owned();
    school.act(by, move |desk| {
        note_warning(desk, &child, &NoteForm { did: "给奶奶打了电话，明天家访".to_owned(), until })
    })
}

/// Everybody near the child is told in the order of names, nobody else anything.
#[test]
fn who_is_told() {
    on_each_engine(|db| {
        let school = School::new(db);
        let pupils = called(&school);
        made(&school, &pupils);
        for by in
            [teacher(), head(), bureau(), who("a", Role::Director, "office"), who("b", Role::Township, "t1")]
        {
            let list = listed(&school, &by, false);
            let said: Vec<(&str, &str)> = list
                .iter()
                .flat_map(|one| one.said.iter().map(move |said| (one.name.as_str(), said.said.as_str())))
                .collect();
            assert_eq!(
                said,
                [("李小明", "本月点名 6 天，无正当理由缺课 3 天，达到 3 天（县默认值）")],
                "{:?}",
                by.actor.posts
            );
        }
        for by in [who("c", Role::Teacher, "c2"), who("d", Role::Head, "s2"), who("e", Role::Township, "t2")]
        {
            assert_eq!(listed(&school, &by, false), [], "{:?}", by.actor.posts);
            let child = pupils[0].clone();
            let own = school.act(&by, move |desk| one(desk, &child));
            assert!(matches!(own, Err(Refused::Denied { .. })), "{own:?}");
        }
        for role in [Role::Village, Role::Police, Role::Auditor, Role::Admin, Role::Inspector] {
            let refused = school.act(&who("f", role, "s1"), |desk| warnings(desk, false, ""));
            assert!(matches!(refused, Err(Refused::Denied { .. })), "{role:?}");
        }
        // Made anew it is the same, and since the same moment.
        let before = listed(&school, &head(), false);
        school.at("2026-11-25");
        made(&school, &pupils);
        assert_eq!(listed(&school, &head(), false), before);
    });
}

/// Who looks after it stands beside it; it comes back when the time runs out, and when something new has come.
#[test]
fn looked_after_until_its_time_or_something_new() {
    on_each_engine(|db| {
        let school = School::new(db);
        let pupils = called(&school);
        made(&school, &pupils);
        let child = pupils[0].as_str();
        assert!(words(note(&school, &teacher(), child, None)).contains("60天"));
        assert!(note(&school, &teacher(), child, Some(day("2026-11-23"))).is_err(), "yesterday");
        assert!(matches!(
            note(&school, &who("c", Role::Teacher, "c2"), child, Some(day("2026-11-27"))),
            Err(Refused::Denied { .. })
        ));
        assert!(matches!(
            note(&school, &bureau(), child, Some(day("2026-11-27"))),
            Err(Refused::Denied { .. })
        ));
        assert!(matches!(
            note(&school, &teacher(), &pupils[1], Some(day("2026-11-27"))),
            Err(Refused::Changed { .. })
        ));
        note(&school, &teacher(), child, Some(day("2026-11-27"))).expect("noted");
        assert_eq!(
            (names(&school, &head(), false), names(&school, &head(), true)),
            (vec![], vec!["李小明".to_owned()])
        );
        let noted = listed(&school, &head(), true);
        let shown = noted[0].note.as_ref().expect("a note");
        assert_eq!((shown.did.as_str(), shown.unit.as_str()), ("给奶奶打了电话，明天家访", "三（1）班"));
        assert_eq!(school.count("select count(*) from audit where county = $1 and action = 'note_warning' and outcome = 'done'"), 1);
        // Made anew without anything new it stays looked after; its day passes and it is back.
        school.at("2026-11-27");
        made(&school, &pupils);
        assert_eq!(names(&school, &head(), false), [] as [&str; 0]);
        school.at("2026-11-28");
        assert_eq!(names(&school, &head(), false), ["李小明"]);
        // Noted again; another day away is new.
        school.at("2026-11-24");
        note(&school, &head(), child, Some(day("2026-12-20"))).expect("noted again");
        assert_eq!(names(&school, &teacher(), false), [] as [&str; 0]);
        school.at("2026-11-25").call(&[(child, Truant)]);
        made(&school, &pupils);
        assert_eq!(names(&school, &teacher(), false), ["李小明"]);
        // In December the month begins with nothing, and nothing is said of it.
        school.at("2026-12-01");
        made(&school, &pupils);
        assert_eq!((names(&school, &teacher(), false), names(&school, &teacher(), true)), (vec![], vec![]));
    });
}

/// A role without the right to a field is not told the sentence, nor that there is one (A09, A11).
#[test]
fn each_field_by_its_right() {
    on_each_engine(|db| {
        let school = School::new(db);
        let pupils = called(&school);
        // Poor by the list, a parent in prison; a brother in the household who is out of school, of a pupil who is always there.
        school.run(
            "insert into child_group (county, id, child, code, from_day, source, by_account, made_at)
             select county, 'g-' || code, id, code, '2026-03-01', 'x', 'x', '2026-03-01' from child,
               (select 'monitored' as code union select 'parent_in_prison' union select 'left_behind') codes
             where county = $1 and name = '李小明'",
        );
        school.run("update child set household = 'h' where county = $1 and name in ('王小花', '住住住')");
        school.run(
            "update child set standing = 'never', school = null, class = null, birth = '2014-01-01'
                    where county = $1 and name = '住住住'",
        );
        made(&school, &pupils);
        let said = |by: &SignedIn, child: &str| -> Vec<String> {
            let child = child.to_owned();
            let of = school.act(by, move |desk| of_child(desk, &child)).expect("read");
            of.said
                .into_iter()
                .map(|one| one.said.split('（').next().unwrap_or_default().to_owned())
                .collect()
        };
        let month = "本月点名 6 天，无正当理由缺课 3 天，达到 3 天".to_owned();
        let of = |more: &[&str]| -> Vec<String> {
            std::iter::once(month.clone())
                .chain(more.iter().map(|one| format!("2026年3月1日起登记为{one}")))
                .collect()
        };
        assert_eq!(said(&bureau(), &pupils[0]), of(&["留守", "监测户", "服刑人员子女"]));
        assert_eq!(
            said(&who("b", Role::Township, "t1"), &pupils[0]),
            of(&["留守", "监测户", "服刑人员子女"])
        );
        assert_eq!(said(&head(), &pupils[0]), of(&["留守", "监测户"]), "涉案 is not a school's to know");
        assert_eq!(said(&teacher(), &pupils[0]), of(&["留守"]), "nor 监测户 a teacher's");
        // The sibling lists the other pupil for those who see the household, by its relation and not its name.
        for by in [teacher(), head(), bureau()] {
            assert_eq!(names(&school, &by, false), ["李小明", "王小花"]);
            assert_eq!(said(&by, &pupils[1]), ["同户的哥哥应在校未在校"]);
        }
        // The township of the school alone sees no household: not the sentence, and nobody listed by it.
        school.run("update child_tie set unit = 't2' where county = $1 and tie = 'home_township'");
        school.run(
            "insert into child_tie (county, unit, tie, child, spelling, standing, group_bits)
             select county, 't1', 'school_township', id, spelling, standing, 0 from child where county = $1 and school is not null",
        );
        let near = who("b", Role::Township, "t1");
        assert_eq!(names(&school, &near, false), ["李小明"]);
        assert_eq!((said(&near, &pupils[0]), said(&near, &pupils[1])), (of(&[]), vec![]));
        assert!(matches!(
            note(&school, &near, &pupils[0], Some(day("2026-11-27"))),
            Err(Refused::Denied { .. })
        ));
    });
}

/// Returns to the boarding school: away and still away the next day is one time; made by the clock of the jobs.
#[test]
fn returns_are_counted_once_each() {
    on_each_engine(|db| {
        let school = School::new(db);
        let pupils = school.pupils("c1", &["住小明", "住小花"]);
        for on in ["2026-11-09", "2026-11-10", "2026-11-16"] {
            school.at(on).call(&[(pupils[0].as_str(), NotReturned)]);
        }
        let machine = Machine::new(school.db.clone());
        let runner = Runner::new(machine.clone(), nightly(Registry::default())).expect("a runner");
        machine.runs(&runner, "2026-11-24T05:00:00Z");
        school.at("2026-11-24T14:00:00+08:00");
        let said: Vec<String> = listed(&school, &teacher(), false)
            .into_iter()
            .flat_map(|one| one.said)
            .map(|one| one.said)
            .collect();
        assert!(
            said.contains(
                &"本学期 2 次没有按时返校：11月9日、11月16日（四(十九)；2次为县默认值）".to_owned()
            ),
            "{said:?}"
        );
        assert_eq!(names(&school, &teacher(), false), ["住小明"]);
    });
}

/// A county's list goes on in pages behind a child's id, each name once, and as many as are counted.
#[test]
fn pages_and_the_number() {
    on_each_engine(|db| {
        let school = School::new(db);
        let names: Vec<String> =
            (0..120).map(|at| format!("李{}", char::from_u32(0x4e00 + at).expect("a character"))).collect();
        let named: Vec<&str> = names.iter().map(String::as_str).collect();
        let pupils = school.pupils("c1", &named);
        school.run(
            "insert into warning (county, child, kind, about, field, alone, fact, said, since_at)
             select county, id, 'month', '', 'schooling', 1, '', '本月缺课（县默认值）', '2026-11-24' from child where county = $1",
        );
        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let from = after.clone();
            let (page, more) =
                school.act(&bureau(), move |desk| warnings(desk, false, &from)).expect("a page");
            seen.extend(page.iter().map(|one| one.child.clone()));
            let Some(last) = page.last().filter(|_| more) else { break };
            after = last.child.clone();
        }
        let mut once = seen.clone();
        once.sort();
        once.dedup();
        assert_eq!((seen.len(), once.len()), (pupils.len(), pupils.len()));
        let today = school.act(&bureau(), casework::today::today).expect("today");
        let figure = today.figures.iter().find(|figure| figure.href == "/warnings").expect("the number");
        assert_eq!(figure.count, 120);
    });
}
