//! 早期提醒 and 调班 over HTTP (issue 4 items 7, 8): the list by name, one child, the note that says who looks after it, and the
//! change of class by both teachers (四(十九), 五(九); hazards A01, A09, H01).

use axum::http::Method;
use casework::db::DbError;
use casework::db::testing::on_each_engine;
use rules::access::Role;

use crate::app::{Answer, Ask, HERE, TestApp};

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

/// One text out of the storage.
fn one(app: &TestApp, sql: &str) -> String {
    let found: Result<String, DbError> = app.app.db().read(|tx| tx.one(sql, &[], |row| row.get(0)));
    found.expect("the row")
}

fn of(app: &TestApp, role: Role, unit: &str) -> String {
    let unit = format!("h-{unit}");
    let one =
        app.here.with(role).find(|one| one.unit == unit).unwrap_or_else(|| panic!("a {role} of {unit}"));
    app.session(HERE, &one.account.clone())
}

fn post(app: &TestApp, path: &str, token: &str, form: &str) -> Answer {
    app.ask(Ask { form: form.to_owned(), ..Ask::new(Method::POST, path, Some(token)) })
}

/// A child of class SP-1, which has a sentence that all may read and one about its household's poverty.
fn warned(app: &TestApp) -> String {
    app.run(&[
        "insert into warning (county, child, kind, about, field, alone, fact, said, since_at)
         select county, child, 'month', '', 'schooling', 1, '6', '本月点名 15 天，无正当理由缺课 3 天，达到 3 天（县默认值）',
                '2026-11-20T21:00:00.000+08:00'
         from class_member where class = 'h-SP-1' and until_day is null"
            .to_owned(),
        "insert into warning (county, child, kind, about, field, alone, fact, said, since_at)
         select county, child, 'group', 'monitored', 'poverty', 0, '', '2026年3月1日起登记为监测户（四(一)）',
                '2026-11-20T21:00:00.000+08:00'
         from class_member where class = 'h-SP-1' and until_day is null"
            .to_owned(),
    ]);
    one(app, "select min(child) from class_member where class = 'h-SP-1' and until_day is null")
}

#[test]
fn the_list_the_child_and_who_looks_after_it() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let child = warned(&app);
        let (teacher, head) = (of(&app, Role::Teacher, "SP-1"), of(&app, Role::Head, "SP"));
        let list = text(&app.get("/warnings", Some(&teacher)));
        assert!(list.contains(&child) && list.contains("缺课 3 天，达到 3 天（县默认值）"), "{list}");
        assert!(list.contains("还没有人登记") && !list.contains("监测户"), "a teacher sees no poverty");
        assert!(text(&app.get("/warnings", Some(&head))).contains("监测户"));
        let file = text(&app.get(&format!("/children/{child}"), Some(&teacher)));
        assert!(file.contains("早期提醒") && file.contains("缺课 3 天") && !file.contains("监测户"));

        let path = format!("/children/{child}/warnings");
        let wrong = post(&app, &path, &teacher, "did=%E5%AE%B6%E8%AE%BF&until=");
        assert_eq!(wrong.status, 422);
        assert!(text(&wrong).contains("60天以内") && text(&wrong).contains("家访"), "what was typed stays");
        let good = "did=%E5%AE%B6%E8%AE%BF&until=2026-11-30";
        for _ in 0..2 {
            assert_eq!(post(&app, &path, &teacher, good).status, 303);
        }
        assert_eq!(one(&app, "select cast(count(*) as text) from warning_note"), "1", "H01");
        let list = text(&app.get("/warnings", Some(&head)));
        assert!(!list.contains(&child), "{list}");
        let noted = text(&app.get("/warnings?stage=noted", Some(&head)));
        assert!(noted.contains(&child) && noted.contains("关注到"), "{noted}");
        let one = text(&app.get(&path, Some(&head)));
        assert!(one.contains("家访") && one.contains("谁关注过"), "{one}");
        // Another class, another school, another township: as if there were no such child.
        let absent = app.get("/no-such-page", Some(&teacher)).body;
        for token in [of(&app, Role::Village, "P1"), of(&app, Role::Auditor, "office")] {
            for answer in [app.get("/warnings", Some(&token)), app.get(&path, Some(&token))] {
                assert_eq!((answer.status, answer.body.clone()), (404, absent.clone()));
            }
        }
    });
}

#[test]
fn a_class_is_changed_by_two() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let child = one(&app,
            "select min(member.child) from class_member member
             where member.class = 'h-SP-1' and member.until_day is null
               and not exists (select 1 from roll_move where roll_move.child = member.child and roll_move.state = 'waiting')",
        );
        let (teacher, head) = (of(&app, Role::Teacher, "SP-1"), of(&app, Role::Head, "SP"));
        let path = format!("/children/{child}/class");
        let form = text(&app.get(&path, Some(&teacher)));
        assert!(
            form.contains("SP-2单位") && !form.contains("SQ-1单位"),
            "classes of the school alone: {form}"
        );
        let wrong = post(&app, &path, &teacher, "to_class=h-SQ-1&effective=2026-11-24&reason=x");
        assert_eq!(wrong.status, 422, "{}", text(&wrong));
        let asked = post(&app, &path, &teacher, "to_class=h-SP-2&effective=2026-11-24&reason=x");
        assert_eq!(asked.status, 303, "{}", text(&asked));
        let class = || one(&app, &format!("select class from child where id = '{child}'"));
        assert_eq!(class(), "h-SP-1", "nothing before both have acted");
        let board = text(&app.get("/moves", Some(&teacher)));
        assert!(board.contains("调班") && board.contains("SP-2单位") && board.contains("撤回"), "{board}");
        let id = one(&app, "select id from roll_move where kind = 'class'");
        let board = text(&app.get("/moves", Some(&head)));
        assert!(board.contains("新班同意"), "{board}");
        assert_eq!(post(&app, &format!("/moves/{id}/agree"), &teacher, "side=receiving").status, 404);
        assert_eq!(post(&app, &format!("/moves/{id}/agree"), &head, "side=receiving").status, 303);
        assert_eq!(class(), "h-SP-2");
        assert_eq!(app.get(&format!("/children/{child}"), Some(&teacher)).status, 404, "A19");
    });
}
