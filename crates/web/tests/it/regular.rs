//! 常态化报告 (教基厅函〔2024〕15号) over HTTP: a month from the draft to its three files, a nought that must be said, what was typed stays, and a school's page that
//! no other unit finds (hazards A03, B05, F06).

use axum::http::Method;
use casework::db::testing::on_each_engine;
use rules::access::Role;

use crate::app::{Answer, Ask, HERE, TestApp};

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

fn token(app: &TestApp, role: Role) -> String {
    app.session(HERE, &app.here.with(role).next().expect("somebody").account)
}

fn post(app: &TestApp, role: Role, path: &str, form: &str) -> Answer {
    let token = token(app, role);
    app.ask(Ask { form: form.to_owned(), ..Ask::new(Method::POST, path, Some(&token)) })
}

fn done(app: &TestApp, role: Role, path: &str, form: &str) -> String {
    let answer = post(app, role, path, form);
    assert_eq!(answer.status, 303, "{path}: {}", text(&answer));
    answer.header("location").to_owned()
}

/// 一月一报告: from the page of the head to the files of the frozen report; another school, a township and a department find nothing.
#[test]
fn a_month_on_its_page() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let get = |role, path: &str| app.get(path, Some(&token(&app, role)));
        let unit = app.here.with(Role::Head).next().expect("a head").unit.clone();
        let wrong =
            post(&app, Role::Head, "/regular", &format!("kind=school_month&unit={unit}&period=2026-11"));
        assert!(wrong.status == 422 && text(&wrong).contains("还没有结束"), "{}", text(&wrong));
        assert_eq!(
            post(&app, Role::Bureau, "/regular", &format!("kind=school_month&unit={unit}&period=2026-10"))
                .status,
            404
        );
        let at = done(&app, Role::Head, "/regular", &format!("kind=school_month&unit={unit}&period=2026-10"));
        for role in [Role::Township, Role::Police, Role::Teacher] {
            assert_eq!(get(role, &at).status, 404, "{role}");
        }
        assert_eq!(get(Role::Head, &format!("{at}/report.pdf")).status, 404, "not frozen yet");
        let wrong = post(&app, Role::Head, &format!("{at}/submit"), "situation=每天点名");
        assert!(wrong.status == 409 && text(&wrong).contains("零报告") && text(&wrong).contains("每天点名"));
        let wrong = post(&app, Role::Head, &format!("{at}/submit"), "situation=全县排名第一&zero=1");
        assert!(wrong.status == 422 && text(&wrong).contains("排名"), "{}", text(&wrong));
        done(&app, Role::Head, &format!("{at}/write"), "situation=<script>写了一半</script>");
        let page = text(&get(Role::Head, &at));
        assert!(page.contains("&#60;script&#62;写了一半") && !page.contains("<script>写了"), "{page}");
        done(&app, Role::Head, &format!("{at}/submit"), "situation=每天点名，当天联系&zero=1");
        assert_eq!(post(&app, Role::Head, &format!("{at}/accept"), "").status, 404);
        done(&app, Role::Bureau, &format!("{at}/accept"), "");
        let page = text(&get(Role::Bureau, &at));
        assert!(page.contains("控保月报〔2026〕1号") && page.contains("和定稿时一致"), "{page}");
        for (form, begins) in [("docx", b"PK"), ("xlsx", b"PK")] {
            let file = get(Role::Bureau, &format!("{at}/report.{form}"));
            assert_eq!((file.status, file.body.starts_with(begins)), (200, true), "{form}");
        }
        let board = text(&get(Role::Bureau, "/regular/board"));
        assert!(
            !board.contains("href=\"/regular/board?sort") && get(Role::Head, "/regular/board").status == 404
        );
        let api = get(Role::Bureau, &format!("/api/v1{}", at.replace("/regular/", "/regular-reports/")));
        assert!(api.status == 200 && text(&api).contains("\"unchanged\":true"), "{}", text(&api));
        let all = get(Role::Head, "/api/v1/regular-reports");
        assert!(all.status == 200 && text(&all).contains("school_month"));
    });
}
