//! 入学通知书 over HTTP (issue 6, item 3): made by a township, printed as a stream of PDFs after identity was proved and the record written, by nobody
//! else (hazards A04, F01).

use std::sync::Arc;

use axum::http::Method;
use casework::db::testing::on_each_engine;
use casework::jobs::Runner;
use rules::access::{Role, Standing};

use crate::app::{Answer, Ask, HERE, TestApp};

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

fn post(app: &TestApp, path: &str, token: &str, form: &str) -> Answer {
    let mut ask = Ask::new(Method::POST, path, Some(token));
    ask.form = form.to_owned();
    app.ask(ask)
}

/// 五(八): season, notices, print run. The run is a ZIP with a PDF for each portion; its making stands on the record with no name in it.
#[test]
fn made_printed_and_nobody_elses() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let of = |role| {
            let mut all = app.here.people.iter().filter(|one| one.role == Some((role, Standing::Serves)));
            app.session(HERE, &all.next().expect("somebody").account)
        };
        let (bureau, township, head) = (of(Role::Bureau), of(Role::Township), of(Role::Head));
        let child = app.here.child("own").expect("a child").to_owned();
        app.run(&[
            format!("update class_member set until_day = '2026-03-01' where county = '{HERE}' and child = '{child}'"),
            format!(
                "update child set standing = 'never', class = null, school = null, school_township = null, grade = null
                 where county = '{HERE}' and id = '{child}'"
            ),
        ]);
        assert_eq!(post(&app, "/season/open", &township, "").status, 404);
        let early = post(&app, "/season/notices", &township, "report=2026-12-24&bring=户口簿");
        assert!(early.status == 409 && text(&early).contains("还没有开始"), "{}", text(&early));
        assert_eq!(post(&app, "/season/open", &bureau, "").status, 303);
        let wrong = post(&app, "/season/notices", &township, "report=2026-12-24&bring=");
        assert!(wrong.status == 422 && text(&wrong).contains("请写报到要带什么"));
        let made = post(&app, "/season/notices", &township, "report=2026-12-24&bring=户口簿");
        assert_eq!(made.status, 303);
        Runner::new(Arc::new(app.app.clone()), web::registry()).expect("a runner").run_due();
        let page = text(&app.get("/season/notices", Some(&township)));
        assert!(page.contains("打印没有送到的") && page.contains("/season/notices/in/h-P11"), "{page}");

        let printed = app.get("/season/notices/print.zip", Some(&township));
        assert_eq!((printed.status, printed.header("content-type")), (200, "application/zip"));
        assert!(printed.body.starts_with(b"PK") && printed.body.windows(5).any(|part| part == b"%PDF-"));
        for other in [&bureau, &head] {
            assert_eq!(app.get("/season/notices/print.zip", Some(other)).status, 404);
            assert_eq!(post(&app, "/season/notices", other, "report=2026-12-24&bring=x").status, 404);
        }
    });
}
