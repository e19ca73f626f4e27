//! 抽样考勤 over HTTP (issue 4 item 2, 五(九)): from the draw to 名在人不在 on the class's own page; a second person counts (B05), and
//! nobody is warned before.

use axum::http::Method;
use casework::db::testing::on_each_engine;
use casework::db::{DbError, Value};
use rules::access::Role;

use crate::app::{Answer, Ask, HERE, TestApp};

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

fn token(app: &TestApp, role: Role) -> String {
    let account = app.here.with(role).next().expect("somebody").account.clone();
    app.session(HERE, &account)
}

fn post(app: &TestApp, path: &str, token: &str, form: &str) -> Answer {
    app.ask(Ask { form: form.to_owned(), ..Ask::new(Method::POST, path, Some(token)) })
}

fn roll(app: &TestApp, class: &str) -> Vec<String> {
    let class = class.to_owned();
    let found: Result<Vec<String>, DbError> = app.app.db().read(move |tx| {
        tx.query(
            "select child from class_member where county = $1 and class = $2 and until_day is null order by child",
            &[Value::from(HERE), Value::from(class.as_str())],
            |row| row.get(0),
        )
    });
    found.expect("a roll")
}

/// Whose the sheets of a class are, changed in the storage: the same person on both posts.
fn called_by(app: &TestApp, class: &str, account: &str) {
    let (class, account) = (class.to_owned(), account.to_owned());
    let done: Result<u64, DbError> = app.app.db().write(move |tx| {
        tx.execute(
            "update sheet set by_account = $3 where county = $1 and class = $2",
            &[Value::from(HERE), Value::from(class.as_str()), Value::from(account.as_str())],
        )
    });
    assert_eq!(done.expect("a sheet"), 1);
}

#[test]
fn from_the_draw_to_the_finding() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let class = app.here.with(Role::Teacher).next().expect("a teacher").unit.clone();
        let (teacher, head) = (token(&app, Role::Teacher), token(&app, Role::Head));
        let inspector_account = app.here.with(Role::Inspector).next().expect("an inspector").account.clone();
        let inspector = app.session(HERE, &inspector_account);
        let pupils = roll(&app, &class);
        assert!(pupils.len() > 1, "{pupils:?}");
        let register = format!("/register/{class}");
        let called = "sheet=phone-0001&day=2026-11-24&part=whole";
        assert_eq!(post(&app, &register, &teacher, called).status, 303, "everybody there");

        let page = text(&app.get("/samples", Some(&inspector)));
        assert!(page.contains("今天抽样") && page.contains("还没有抽过样"), "{page}");
        let wrong = post(&app, "/samples", &inspector, "school=h-SP&wanted=0");
        assert!(wrong.status == 422 && text(&wrong).contains("请抽1到50个班"), "{}", text(&wrong));
        let drawn = post(&app, "/samples", &inspector, "school=h-SP&wanted=5");
        assert_eq!(drawn.status, 303, "{}", text(&drawn));
        let sample = drawn.header("location").to_owned();
        let page = text(&app.get(&sample, Some(&inspector)));
        for said in ["去清点", "种子", "名单的 SHA-256", "结果相同", "2 个班"] {
            assert!(page.contains(said), "{said}: {page}");
        }
        assert!(!page.contains("和点名册对照"), "nothing is said before somebody counted");

        // The proof: seed and pool are on the page and in the file; the tickets put the classes in order.
        let file = text(&app.get(&format!("{sample}/pool.csv"), Some(&inspector)));
        let tickets: Vec<&str> = file.lines().skip(1).filter_map(|line| line.split(',').nth(3)).collect();
        assert_eq!(tickets.len(), 2, "{file}");
        assert!(tickets.is_sorted(), "{file}");

        // Nobody of the school sees anything of it before the count.
        for role in [Role::Teacher, Role::Head, Role::Registrar, Role::Township] {
            let token = token(&app, role);
            for path in ["/samples", sample.as_str()] {
                assert_eq!(app.get(path, Some(&token)).status, 404, "{role:?} {path}");
            }
        }
        assert!(!text(&app.get(&register, Some(&teacher))).contains("抽样清点"));

        let count = format!("{sample}/classes/{class}");
        let form = text(&app.get(&count, Some(&inspector)));
        assert!(
            form.contains(&pupils[0]) && form.contains("教室里数到几人") && !form.contains("到校"),
            "{form}"
        );
        let not_drawn = format!("{sample}/classes/h-SQ-1");
        assert_eq!(app.get(&not_drawn, Some(&inspector)).status, 404, "it was not drawn");
        // Figure and names must agree; what was ticked stays.
        let seen = pupils.len() - 1;
        let wrong = post(&app, &count, &inspector, &format!("seen={}&missing={}", pupils.len(), pupils[0]));
        assert!(wrong.status == 422 && text(&wrong).contains("两个数对不上"), "{}", text(&wrong));
        assert!(text(&wrong).contains(" checked>"), "{}", text(&wrong));
        assert_eq!(post(&app, &count, &inspector, "seen=x").status, 422);

        // Whoever called the register does not count it (B05).
        let sent = format!("seen={seen}&missing={}", pupils[0]);
        called_by(&app, &class, &inspector_account);
        let own = post(&app, &count, &inspector, &sent);
        assert!(own.status == 409 && text(&own).contains("请另一位同志清点"), "{}", text(&own));
        let teacher_account = app.here.with(Role::Teacher).next().expect("a teacher").account.clone();
        called_by(&app, &class, &teacher_account);
        assert_eq!(post(&app, &count, &teacher, &sent).status, 404);
        assert_eq!(post(&app, &count, &inspector, &sent).header("location"), sample);
        assert_eq!(post(&app, &count, &inspector, &sent).status, 409, "counted once");

        let page = text(&app.get(&sample, Some(&inspector)));
        assert!(
            page.contains("1 人名在人不在") && page.contains(&format!("/children/{}/absence", pupils[0])),
            "{page}"
        );
        // The school is told, and the class's own page says whom it is about.
        let told = text(&app.get("/notices", Some(&head)));
        assert!(told.contains("人名在人不在，请核实去向"), "{told}");
        for reader in [&head, &teacher] {
            let page = text(&app.get(&register, Some(reader)));
            assert!(page.contains("抽样清点") && page.contains("名在人不在"), "{page}");
        }
        // Corrected, it is no finding any more.
        let heads = "phone-0001";
        let correction =
            format!("sheet=phone-0002&day=2026-11-24&part=whole&corrects={heads}&k-{}=truant", pupils[0]);
        assert_eq!(post(&app, &register, &teacher, &correction).status, 303);
        assert!(text(&app.get(&sample, Some(&inspector))).contains("对得上"));
    });
}
