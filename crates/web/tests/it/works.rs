//! 措施成效 and the check of a 劝返指令 over HTTP (issue 5 items 2, 8): what is shown of numbers that may be told, and of those that may not; a
//! code that nobody made.

use casework::db::testing::on_each_engine;
use rules::access::Role;

use crate::app::{Answer, HERE, TestApp};

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

/// What followed for so many children of the county; the last of them are not back.
fn followed(app: &TestApp, deed: &str, code: &str, cause: &str, many: i64) {
    app.run(&[format!(
        "insert into outcome (county, child, deed, code, on_day, cause, wait, before_came, before_called, after_came,
                              after_called, back_10, back_30, back_90, settled, counted_at)
         select county, id, '{deed}', '{code}', '2026-10-12', '{cause}', 6, 0, 10, 9, 10, 1, null, null, 0,
                '2026-11-24T02:00:00.000+08:00'
         from child where county = '{HERE}' order by id limit {many}"
    )]);
}

/// A08: five are told, four are as if there were none; no name and no school stands on the page.
#[test]
fn five_are_told_and_four_are_not() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let director = app.session(HERE, &app.here.with(Role::Director).next().expect("somebody").account);
        let page = |path: &str| text(&app.get(path, Some(&director)));
        assert!(
            page("/works").contains("还没有5名以上孩子用过的措施") && page("/works").contains("还没有算过")
        );
        followed(&app, "visit", "", "work", 5);
        followed(&app, "help", "money", "work", 4);
        followed(&app, "any", "", "work", 5);
        let shown = page("/works");
        for told in ["家访，见到了家人", "0% → 90%", "不在校的不足5名", "外出务工", "/works?cause=work"]
        {
            assert!(shown.contains(told), "{told}: {shown}");
        }
        assert!(!shown.contains("资助、救助"), "four are not there: {shown}");
        assert!(!shown.contains("段小") && !shown.contains("/children/"), "no child");
        let narrowed = page("/works?cause=work");
        assert!(narrowed.contains("家访，见到了家人") && !narrowed.contains("资助、救助"), "{narrowed}");
        let none = page("/works?cause=religion");
        assert!(
            none.contains("还没有5名以上孩子用过的措施")
                && page("/works?cause=x").contains("家访，见到了家人")
        );
        for role in [Role::Teacher, Role::Head, Role::Village] {
            let other = app.session(HERE, &app.here.with(role).next().expect("somebody").account);
            assert_eq!(app.get("/works", Some(&other)).status, 404, "{role:?}");
        }
    });
}

/// B01: a code that nobody made is said to be none, whoever asks.
#[test]
fn a_code_that_nobody_made() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        for code in ["00112233445566778899aabbccddeeff", "x"] {
            let answer = app.get(&format!("/check/{code}"), None);
            assert_eq!(answer.status, 404);
            assert!(text(&answer).contains("没有登记过"));
        }
    });
}
