//! 指标 and the leader's page over HTTP (issue 6 items 1, 2): what stands on the pages, what a member unit does not find there (F06), the same as
//! JSON, and that no charts need a script.

use std::sync::Arc;

use axum::http::Method;
use casework::db::testing::on_each_engine;
use casework::jobs::Means;
use rules::access::Role;
use rules::figures::Figure;

use crate::app::{Answer, Ask, HERE, TestApp};

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

fn night(app: &TestApp) {
    let means: Arc<dyn Means> = Arc::new(app.app.clone());
    casework::figures::renew(&means).expect("a snapshot");
}

/// 二: the panel has every figure with its definition; each page that it leads to is there; the leader's page draws without scripts.
#[test]
fn every_page_is_there() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let director = app.session(HERE, &app.here.with(Role::Director).next().expect("somebody").account);
        let page = |path: &str| {
            let answer = app.get(path, Some(&director));
            assert_eq!(answer.status, 200, "{path}: {}", text(&answer));
            text(&answer)
        };
        assert!(page("/figures").contains("还没有指标快照") && page("/leader").contains("还没有指标快照"));
        night(&app);
        let panel = page("/figures");
        for figure in Figure::ALL {
            assert!(panel.contains(figure.label()), "{figure:?}");
        }
        assert!(panel.contains("目标99.5%以上（二）") && panel.contains("为什么和别处不一样"), "{panel}");
        for figure in Figure::ALL.iter().filter(|one| **one != Figure::Yearbook) {
            page(&format!("/figures/{}", figure.code()));
            page(&format!("/figures/{}/changes", figure.code()));
        }
        assert!(page("/figures?check=1").contains("核对无误"));
        let leader = page("/leader");
        assert!(leader.contains("<svg class=\"plot tiles\"") && leader.contains("年度节律"), "{leader}");
        page("/leader/cases?late=1");
        for missing in [
            "/figures/none",
            "/figures/retention_yearbook",
            "/figures?at=77",
            "/figures/entry/changes?from=7&to=9",
        ] {
            assert_eq!(app.get(missing, Some(&director)).status, 404, "{missing}");
        }
        let json = text(&app.get("/api/v1/figures", Some(&director)));
        let found: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(found["snapshot"], 1, "{json}");
        assert_eq!(found["items"][0]["key"], "enrolment");
        assert_eq!(found["items"][0]["target"], 9950);
        assert_eq!(found["items"].as_array().map(Vec::len), Some(Figure::ALL.len() - 1));
    });
}

/// F06: a member unit finds nothing that was not frozen, and no number of a county of a few children; nobody's name stands on its pages.
#[test]
fn a_member_unit_reads_no_small_number() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let of = |role| app.session(HERE, &app.here.with(role).next().expect("somebody").account);
        let (director, police) = (of(Role::Director), of(Role::Police));
        night(&app);
        assert!(text(&app.get("/figures", Some(&police))).contains("还没有冻结的指标"));
        assert_eq!(app.get("/figures/in_school", Some(&police)).status, 404);
        let sent = app.ask(Ask {
            form: "number=1&label=月报".to_owned(),
            ..Ask::new(Method::POST, "/figures/freeze", Some(&director))
        });
        assert_eq!(sent.status, 303, "{}", text(&sent));
        let page = text(&app.get("/figures", Some(&police)));
        assert!(page.contains("不公开") && !page.contains("/children/"), "{page}");
        let page = text(&app.get("/figures/in_school", Some(&police)));
        assert!(page.contains("成员单位看冻结的数") && !page.contains("/children/"), "{page}");
        assert_eq!(app.get("/figures/in_school/changes?from=1&to=1", Some(&police)).status, 404);
        assert_eq!(app.get("/leader", Some(&police)).status, 404);
        let json = text(&app.get("/api/v1/figures", Some(&police)));
        assert!(json.contains("\"hidden\":true") && !json.contains("\"hidden\":false"), "{json}");
    });
}
