//! 今天 and the digest know attendance (五(九)): what is not called, to verify, to acknowledge, to answer, to look after; each
//! number leads to a list with as many rows.

use casework::attendance::{
    Behind, LeaveForm, Listed, Verified, ask_leave, board, leave_waiting, suspects, verify_and_report,
};
use casework::db::testing::on_each_engine;
use casework::desk::SignedIn;
use casework::today::{Task, today};
use rules::access::Role;
use rules::attendance::Kind::{Sick, Truant};

use super::school::{School, bureau, day, head, teacher, who};

fn tasks(school: &School, by: &SignedIn) -> Vec<Task> {
    school.act(by, today).expect("today").tasks
}

fn to(school: &School, by: &SignedIn, href: &str) -> Option<Task> {
    tasks(school, by).into_iter().find(|task| task.href == href)
}

#[test]
fn each_number_leads_to_as_many_rows() {
    on_each_engine(|db| {
        let school = School::new(db);
        let pupils = school.pupils("c1", &["李小明", "王小花", "张小山"]);
        school.pupils("c2", &["赵小水"]);
        for on in ["2026-11-24", "2026-11-25", "2026-11-26"] {
            school.at(on).call(&[(pupils[0].as_str(), Truant), (pupils[1].as_str(), Truant)]);
        }
        // To verify: as many as the head's list, and nobody else's affair.
        let task = to(&school, &head(), "/suspects?waits=report").expect("suspects wait");
        let list = |school: &School| {
            school
                .act(&head(), |desk| suspects(desk, Listed::ToReport, &Behind::default()))
                .expect("the list")
                .0
        };
        assert_eq!((task.title.as_str(), list(&school).len()), ("2名疑似辍学学生", 2));
        for by in [teacher(), bureau(), who("x", Role::Head, "s2")] {
            assert_eq!(to(&school, &by, "/suspects?waits=report"), None);
        }
        // Reported, it is the two lines' to acknowledge, one line each.
        let row = list(&school)[0].id.clone();
        let report = school
            .act(&head(), move |desk| {
                let verified = Verified {
                    whereabouts: "home".to_owned(),
                    cause: "learning".to_owned(),
                    evidence: "到家里看过，见到了奶奶".to_owned(),
                };
                verify_and_report(desk, &row, &verified)
            })
            .expect("reported");
        assert_eq!(
            to(&school, &head(), "/suspects?waits=report").expect("one left").title,
            "1名疑似辍学学生"
        );
        assert_eq!(list(&school).len(), 1);
        let href = format!("/reports/{report}");
        for by in [bureau(), who("x", Role::Township, "t1")] {
            assert!(to(&school, &by, &href).is_some_and(|task| !task.due.is_empty()), "{:?}", by.actor.posts);
        }
        assert_eq!(to(&school, &who("x", Role::Township, "t2"), &href), None);
        // Leave beyond what a teacher may grant.
        assert_eq!(to(&school, &head(), "/leave"), None);
        let child = pupils[2].clone();
        school
            .act(&teacher(), move |desk| {
                let form = LeaveForm {
                    kind: Sick,
                    from: day("2026-11-27"),
                    until: day("2026-12-11"),
                    why: "住院".to_owned(),
                };
                ask_leave(desk, &child, &form)
            })
            .expect("asked");
        let waiting = school.act(&head(), leave_waiting).expect("the list").len();
        assert_eq!(to(&school, &head(), "/leave").expect("leave waits").title, format!("{waiting}份请假"));
        assert_eq!(to(&school, &teacher(), "/leave"), None);
    });
}

#[test]
fn who_has_not_called_by_the_hour_of_the_plan() {
    on_each_engine(|db| {
        let school = School::new(db);
        school.pupils("c1", &["李小明"]);
        school.pupils("c2", &["王小花"]);
        let not_called = |by: &SignedIn| {
            tasks(&school, by).into_iter().find(|task| task.why.starts_with("今天还没有点名"))
        };
        school.at("2026-11-24T09:59:00+08:00");
        assert_eq!((not_called(&teacher()), not_called(&head())), (None, None));
        school.at("2026-11-24T10:00:00+08:00");
        assert_eq!(not_called(&teacher()).expect("its class").href, "/register/c1");
        let task = not_called(&head()).expect("its school");
        let rows = school.act(&head(), |desk| board(desk, "")).expect("the board").waiting().classes.len();
        assert_eq!((task.title.as_str(), task.href.as_str(), rows), ("2个班", "/register?waiting=1", 2));
        school.call(&[]);
        assert_eq!((not_called(&teacher()), not_called(&bureau())), (None, None));
        assert_eq!(not_called(&head()).expect("one left").href, "/register/c2");
        school.at("2026-11-28T11:00:00+08:00");
        assert_eq!(not_called(&head()), None, "Saturday");
    });
}
