//! 调班 by both classes' act (issue 4 item 8; 五(九) 人籍一致): nothing changes before both have acted; from the day on register, clock
//! and chain are those of the new class (hazards A19, B05, B06, H01).

use casework::attendance::of_child;
use casework::db::DbError;
use casework::db::testing::on_each_engine;
use casework::desk::SignedIn;
use casework::jobs::{Registry, Runner};
use casework::ledger::{self, ClassForm, Waiting};
use casework::params;
use casework::refused::Refused;
use jiff::civil::Date;
use rules::access::Role;
use rules::attendance::Kind::Truant;
use rules::roll::Side;

use super::school::{School, bureau, day, head, teacher, who, words};
use crate::county::COUNTY;
use crate::jobs::Machine;

fn other() -> SignedIn {
    who("other", Role::Teacher, "c2")
}

fn ask(school: &School, by: &SignedIn, child: &str, to: &str, from: &str) -> Result<String, Refused> {
    let child = child.to_owned();
    let form =
        ClassForm {
            to_class: to.to_owned(), effective: from.to_owned(), reason: "两班人数不均".to_owned()
        };
    school.act(by, move |desk| ledger::change_class(desk, &child, &form))
}

fn agree(school: &School, by: &SignedIn, id: &str, side: Side) -> Result<(), Refused> {
    let id = id.to_owned();
    school.act(by, move |desk| ledger::agree(desk, &id, side, ""))
}

fn waiting(school: &School, by: &SignedIn) -> Vec<Waiting> {
    school.act(by, ledger::waiting).expect("the board")
}

/// Names on the roll of a class on a day.
fn roll(school: &School, class: &'static str, on: Date) -> Vec<String> {
    let names: Result<Vec<String>, DbError> = school.db.read(move |tx| {
        tx.query(
            "select child.name from class_member member
             join child on child.county = member.county and child.id = member.child
             where member.county = $1 and member.class = $2 and member.from_day <= $3
               and (member.until_day is null or member.until_day > $3)
             order by child.spelling, child.id",
            &params![COUNTY, class, on],
            |row| row.get(0),
        )
    });
    names.expect("the roll")
}

#[test]
fn nothing_changes_before_both_have_acted_and_the_day_has_come() {
    on_each_engine(|db| {
        let school = School::new(db);
        let pupils = school.pupils("c1", &["李小明", "王小花"]);
        school.pupils("c2", &["赵小水"]);
        let child = pupils[0].as_str();
        let (today, from) = (day("2026-11-24"), day("2026-11-26"));
        let id = ask(&school, &teacher(), child, "c2", "2026-11-26").expect("proposed");
        assert!(words(ask(&school, &head(), child, "c2", "2026-11-26")).contains("还没办完"));
        // Who has not acted is shown to both classes and the school; the other class of the county sees nothing.
        for by in [teacher(), other(), head()] {
            let board = waiting(&school, &by);
            assert_eq!(board.len(), 1, "{:?}", by.actor.posts);
            assert_eq!(
                (board[0].kind, board[0].from.as_str(), board[0].to.as_str()),
                ("调班", "三（1）班", "三（2）班")
            );
            assert_eq!(board[0].pending, ["三（2）班"]);
        }
        assert_eq!(waiting(&school, &who("x", Role::Teacher, "c3")), []);
        assert_eq!(waiting(&school, &other())[0].mine, [(Side::Receiving, "新班")]);
        assert_eq!(waiting(&school, &teacher())[0].mine, []);
        assert_eq!(
            (roll(&school, "c1", from).len(), roll(&school, "c2", from)),
            (2, vec!["赵小水".to_owned()])
        );
        assert!(matches!(agree(&school, &teacher(), &id, Side::Receiving), Err(Refused::Denied { .. })));
        assert!(matches!(agree(&school, &bureau(), &id, Side::Receiving), Err(Refused::Denied { .. })));
        agree(&school, &other(), &id, Side::Receiving).expect("accepted");
        // Both have acted; the day has not come.
        assert_eq!(waiting(&school, &head())[0].pending, [] as [&str; 0]);
        assert_eq!(roll(&school, "c1", today), ["李小明", "王小花"]);
        school.call(&[(child, Truant)]);
        school.at("2026-11-25").call(&[(child, Truant)]);

        // The day: the roll, who may read it, and the clock follow.
        school.at("2026-11-26");
        let machine = Machine::new(school.db.clone());
        let runner = Runner::new(machine.clone(), ledger::nightly(Registry::default())).expect("a runner");
        machine.runs(&runner, "2026-11-25T16:10:00Z");
        assert_eq!(
            (roll(&school, "c1", from), roll(&school, "c1", today).len()),
            (vec!["王小花".to_owned()], 2)
        );
        assert_eq!(roll(&school, "c2", from), ["李小明", "赵小水"]);
        assert_eq!(waiting(&school, &head()), []);
        let reads = |by: &SignedIn| {
            let child = child.to_owned();
            school.act(by, move |desk| of_child(desk, &child)).is_ok()
        };
        assert_eq!((reads(&teacher()), reads(&other()), reads(&head())), (false, true, true), "A19");
        // The absence goes with the child: two days in the old class, the third in the new one.
        let mut sheet = school.sheet(&[(child, Truant)]);
        sheet.class = "c2".to_owned();
        school.submit(&other(), &sheet).expect("called in the new class");
        assert_eq!(school.suspected(child), [(from, String::new())]);
        school.clocks_are_true(&pupils);
    });
}

#[test]
fn the_head_decides_but_nobody_for_both_classes() {
    on_each_engine(|db| {
        let school = School::new(db);
        let pupils = school.pupils("c1", &["李小明", "王小花"]);
        let (one, two) = (pupils[0].as_str(), pupils[1].as_str());
        // The head proposes: the other class, or another of the school, accepts.
        let id = ask(&school, &head(), one, "c2", "2026-11-24").expect("proposed");
        assert_eq!(waiting(&school, &head())[0].mine, []);
        assert!(words(agree(&school, &head(), &id, Side::Receiving)).contains("同一个人"), "B05");
        agree(&school, &who("registrar", Role::Registrar, "s1"), &id, Side::Receiving)
            .expect("a second person");
        assert_eq!(roll(&school, "c2", day("2026-11-24")), ["李小明"], "at once: the day is today");
        // The teacher proposes, the head decides for the class that receives.
        let id = ask(&school, &teacher(), two, "c2", "2026-11-20");
        assert!(words(id).contains("过去的日子"), "B06");
        for (to, why) in [("c3", "another school"), ("c1", "its own class"), ("", "none")] {
            assert!(words(ask(&school, &teacher(), two, to, "2026-11-24")).contains("哪个班"), "{why}");
        }
        let id = ask(&school, &teacher(), two, "c2", "2026-11-24").expect("proposed");
        // Accepted a day late, it holds from that day: yesterday's register was the old class's.
        school.at("2026-11-25");
        agree(&school, &head(), &id, Side::Receiving).expect("decided");
        assert_eq!(roll(&school, "c1", day("2026-11-24")), ["王小花"]);
        assert_eq!(roll(&school, "c2", day("2026-11-25")), ["李小明", "王小花"]);
        let grounds =
            school.count("select count(*) from class_member where county = $1 and until_day is null");
        assert_eq!(grounds, 2, "one class each");
    });
}

#[test]
fn withdrawn_or_declined_it_leaves_everything_as_it_was() {
    on_each_engine(|db| {
        let school = School::new(db);
        let pupils = school.pupils("c1", &["李小明"]);
        let child = pupils[0].as_str();
        for by in [who("c", Role::Teacher, "c3"), who("d", Role::Head, "s2"), bureau(), other()] {
            assert!(matches!(ask(&school, &by, child, "c2", "2026-11-24"), Err(Refused::Denied { .. })));
        }
        let id = ask(&school, &teacher(), child, "c2", "2026-11-24").expect("proposed");
        let withdrawn = id.clone();
        assert!(
            school.act(&other(), move |desk| ledger::withdraw(desk, &withdrawn)).is_err(),
            "not one's own"
        );
        let withdrawn = id.clone();
        school.act(&teacher(), move |desk| ledger::withdraw(desk, &withdrawn)).expect("withdrawn");
        assert!(matches!(agree(&school, &other(), &id, Side::Receiving), Err(Refused::Denied { .. })));
        let id = ask(&school, &teacher(), child, "c2", "2026-11-24").expect("proposed again");
        let back = |answer: &'static str| {
            let id = id.clone();
            school.act(&other(), move |desk| ledger::send_back(desk, &id, Side::Receiving, answer))
        };
        assert!(words(back("")).contains("为什么退回"));
        back("本班已经满了").expect("declined");
        assert_eq!(waiting(&school, &head()), []);
        assert_eq!(roll(&school, "c1", day("2026-11-24")), ["李小明"]);
        assert_eq!(school.count("select count(*) from class_member where county = $1"), 1);
        assert_eq!(
            school.count(
                "select count(*) from roll_move where county = $1 and state = 'refused' and answer <> ''"
            ),
            1
        );
    });
}
