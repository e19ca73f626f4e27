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
        let kind = printed.header("content-type").to_owned();
        assert_eq!((printed.status, kind.as_str()), (200, "application/zip"), "{}", text(&printed));
        assert!(printed.body.starts_with(b"PK") && printed.body.windows(5).any(|part| part == b"%PDF-"));
        for other in [&bureau, &head] {
            assert_eq!(app.get("/season/notices/print.zip", Some(other)).status, 404);
            assert_eq!(post(&app, "/season/notices", other, "report=2026-12-24&bring=x").status, 404);
        }
    });
}

/// 义务教育法第十二条: the table of catchments on its page; what is wrong stays with what was typed; a file is read into the form and not stored.
#[test]
fn catchments_on_their_page() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let of = |role| {
            let mut all = app.here.people.iter().filter(|one| one.role == Some((role, Standing::Serves)));
            app.session(HERE, &all.next().expect("somebody").account)
        };
        let (bureau, township) = (of(Role::Bureau), of(Role::Township));
        let page = text(&app.get("/season/catchments", Some(&bureau)));
        assert!(page.contains("没有划给学校") && page.contains("P1单位"), "{page}");
        assert!(!text(&app.get("/season/catchments", Some(&township))).contains("name=\"lines\""));
        let town =
            page.split("name=\"lines\"").nth(1).and_then(|rest| rest.split('\n').nth(1)).expect("a line");
        let town = town.split('\t').next().expect("a township").to_owned();
        let sent = |lines: &str| {
            post(&app, "/season/catchments", &bureau, &format!("year=2026&source=划片方案&lines={lines}"))
        };
        let wrong = sent(&format!("{town}%09没有这个村%09全村%09-%09-"));
        assert!(
            wrong.status == 422 && text(&wrong).contains("第1行") && text(&wrong).contains("没有这个村"),
            "{}",
            text(&wrong)
        );
        assert_eq!(post(&app, "/season/catchments", &township, "year=2026&source=xx&lines=x").status, 404);
        let body = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n乡镇,村,小组,小学,初中\n甲乡,乙村,,丙小学,\n\r\n--x--\r\n";
        let request = axum::http::Request::post("/season/catchments/file")
            .header("content-type", "multipart/form-data; boundary=x")
            .header("host", "127.0.0.1:8080")
            .header("sec-fetch-site", "same-origin")
            .header("cookie", format!("baoxue={bureau}"))
            .body(axum::body::Body::from(body))
            .expect("a request");
        let read = app.raw(request);
        assert!(
            read.status == 200
                && text(&read).contains("还没有保存")
                && text(&read).contains("甲乡\t乙村\t-\t丙小学\t-"),
            "{}",
            text(&read)
        );
        assert_eq!(app.count("select cast(count(*) as bigint) from catchment"), 0);
    });
}
