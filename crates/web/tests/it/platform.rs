//! Copy sheet, reconcile list, code tables and exports over HTTP (issue 3 items 9 and 10): what stands on the pages, what
//! does not, and what a form answers (A02, A10, K10, E04).

use axum::http::Method;
use casework::db::testing::on_each_engine;
use casework::db::{DbError, Value};
use rules::access::Role;

use crate::app::{Ask, HERE, TestApp};

/// Somebody of this role, signed in.
fn token(app: &TestApp, role: Role) -> String {
    let account = app.here.with(role).next().expect("somebody").account.clone();
    app.session(HERE, &account)
}

fn absent(app: &TestApp, name: &str) -> String {
    let id = app.here.child(name).expect("a child").to_owned();
    let child = id.clone();
    let done: Result<u64, DbError> = app.app.db().write(move |tx| {
        let params = [Value::from(HERE), Value::from(child.as_str())];
        tx.execute("update child set standing = 'absent' where county = $1 and id = $2", &params)
    });
    assert_eq!(done.expect("a standing"), 1);
    id
}

fn page(answer: &crate::app::Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

fn post(app: &TestApp, path: &str, token: &str, form: &str) -> crate::app::Answer {
    app.ask(Ask { form: form.to_owned(), ..Ask::new(Method::POST, path, Some(token)) })
}

/// A list as a browser uploads it.
fn upload(app: &TestApp, token: &str, text: &str) -> crate::app::Answer {
    let form = format!(
        "--x\r\ncontent-disposition: form-data; name=\"kind\"\r\n\r\nrescue\r\n--x\r\ncontent-disposition: form-data; \
         name=\"file\"; filename=\"list.csv\"\r\ncontent-type: text/csv\r\n\r\n{text}\r\n--x--\r\n"
    );
    app.ask(Ask {
        form,
        headers: vec![("content-type", "multipart/form-data; boundary=x")],
        ..Ask::new(Method::POST, "/platforms/check", Some(token))
    })
}

#[test]
fn from_the_list_to_the_number() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let own = absent(&app, "own");
        let other = absent(&app, "other township");
        let bureau = token(&app, Role::Bureau);
        let head = token(&app, Role::Head);
        let list = page(&app.get("/platforms", Some(&head)));
        assert!(list.contains(&own) && !list.contains(&other), "a school sees its own");
        assert!(list.contains("还没录入") && list.contains("五(九)"));

        let path = format!("/children/{own}/platform");
        let sheet = page(&app.get(&format!("{path}?on=rescue"), Some(&bureau)));
        for part in ["学生姓名", "复制整行", "data-copy", "已遮盖", "138****0000"] {
            assert!(sheet.contains(part), "{part}");
        }
        assert!(!sheet.contains("13800000000"), "masked until it is asked for");
        let whole = page(&post(&app, &format!("{path}/reveal"), &bureau, "on=rescue&purpose=platform"));
        assert!(whole.contains("13800000000") && !whole.contains("138****0000"));
        assert_eq!(post(&app, &format!("{path}/reveal"), &bureau, "on=rescue&purpose=x").status, 422);

        let kept = post(&app, &path, &head, "on=rescue&step=entered&number=YN-26-0385&version=0");
        assert_eq!((kept.status, kept.header("location")), (303, format!("{path}?on=rescue").as_str()));
        let sheet = page(&app.get(&path, Some(&bureau)));
        assert!(sheet.contains("YN-26-0385") || sheet.contains("还没录入"), "the first platform that waits");
        let stale = post(&app, &path, &head, "on=rescue&step=numbered&number=YN-26-0386&version=0");
        assert_eq!(stale.status, 409);
        let wrong = post(&app, &path, &head, "on=rescue&step=numbered&number=12&version=1");
        assert!(wrong.status == 422 && page(&wrong).contains("4至40位"));
        let absent = app.get("/no-such-page", Some(&head));
        let foreign = app.get(&format!("/children/{other}/platform"), Some(&head));
        assert_eq!((foreign.status, foreign.body), (404, absent.body));

        let file = post(&app, "/platforms/export", &head, "on=rescue&stand=all&purpose=platform");
        assert!(file.body.starts_with(b"PK") && file.header("content-type").contains("spreadsheetml"));
        assert_eq!(post(&app, "/platforms/export", &head, "on=rescue&purpose=").status, 422);

        let checked =
            upload(&app, &head, "平台编号,姓名,办理状态\nYN-26-0385,段小一,已销号\nYN-26-9999,外县人,在办");
        assert_eq!(checked.status, 303, "{}", page(&checked));
        let found = page(&app.get("/platforms/check?on=rescue", Some(&head)));
        assert!(
            found.contains("状态不一致") && found.contains("平台有，本系统没有") && found.contains("外县人")
        );
        let wrong = upload(&app, &head, "姓名,学籍号\n段小一,G539999201601010011");
        assert!(wrong.status == 422 && page(&wrong).contains("平台编号"));
        assert!(
            !page(&app.get("/platforms/check?on=rescue", Some(&bureau))).contains("外县人"),
            "each unit's own"
        );
    });
}

#[test]
fn codes_and_lists() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let bureau = token(&app, Role::Bureau);
        let teacher = token(&app, Role::Teacher);
        let add = "act=add&code=market&label=%E8%B5%B6%E9%9B%86&basis=x&why=y&seen=0";
        assert_eq!(post(&app, "/codes/causes", &teacher, add).status, 404);
        assert_eq!(post(&app, "/codes/causes", &bureau, add).status, 303);
        assert!(page(&app.get("/codes?q=market", Some(&teacher))).contains("赶集"));
        let twice = post(&app, "/codes/causes", &bureau, add);
        assert!(matches!(twice.status, 409 | 422), "{}", twice.status);
        let ended = post(&app, "/codes/causes", &bureau, "act=end&code=market&why=y&seen=1");
        assert_eq!(ended.header("location"), "/codes/causes/market");
        assert!(page(&app.get("/codes/causes/market", Some(&teacher))).contains("已停用"));
        assert!(
            !page(&app.get("/codes/causes/market", Some(&teacher))).contains("恢复使用"),
            "only by right"
        );
        assert!(page(&app.get("/codes?table=ethnicity", Some(&teacher))).contains("GB/T 3304"));
        assert_eq!(app.get("/codes?table=shoes", Some(&teacher)).status, 404);
        assert_eq!(app.get("/codes/ethnicity/01", Some(&bureau)).status, 404);

        for (role, path) in [
            (Role::Bureau, "/units/export"),
            (Role::Bureau, "/posts/export"),
            (Role::Bureau, "/codes/export"),
            (Role::Bureau, "/announcements/export"),
            (Role::Auditor, "/audit/export"),
            (Role::Auditor, "/sign-ins/export"),
            (Role::Auditor, "/accounts/export"),
            (Role::Security, "/online/export"),
            (Role::Admin, "/jobs/export"),
            (Role::Admin, "/health/export"),
        ] {
            let token = token(&app, role);
            let file = post(&app, path, &token, "purpose=inspect");
            assert!(file.body.starts_with(b"PK"), "{path}: {}", file.status);
            assert_eq!(post(&app, path, &token, "purpose=fun").status, 422, "{path}");
            assert_eq!(post(&app, path, &teacher, "purpose=inspect").status, 404, "{path}");
        }
        let found = page(&app.get("/posts?vacant=1", Some(&bureau)));
        assert!(found.contains("岗位"));
        assert!(page(&app.get("/units?q=SP", Some(&bureau))).contains("SP单位"));
        assert_eq!(app.get("/jobs?state=parked", Some(&token(&app, Role::Admin))).status, 200);
    });
}
