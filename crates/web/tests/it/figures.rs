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
        for figure in Figure::ALL.iter().filter(|one| !one.is_by_hand()) {
            page(&format!("/figures/{}", figure.code()));
            page(&format!("/figures/{}/changes", figure.code()));
        }
        assert!(page("/figures?check=1").contains("核对无误"));
        let leader = page("/leader");
        assert!(leader.contains("<svg class=\"plot tiles\"") && leader.contains("年度节律"), "{leader}");
        page("/leader/cases?late=1");
        for path in [
            "/cohorts",
            "/cohorts?year=2018&grade=1",
            "/figures/returned?cause=learning",
            "/figures/returned?step=back",
        ] {
            page(path);
        }
        assert!(
            leader.contains("走到哪一步") && leader.contains("/figures/returned?step=closed"),
            "{leader}"
        );
        for missing in [
            "/figures/none",
            "/figures/retention_yearbook",
            "/figures/dropout_yearbook",
            "/cohorts/nobody",
            "/cohorts?year=2018&grade=4",
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
        assert_eq!(found["items"].as_array().map(Vec::len), Some(Figure::ALL.len()));
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

/// 二: the yearbook's 辍学率 of nine numbers: what cannot be is said and kept as typed; what can stands on the panel and in the API, with its source.
#[test]
fn nine_numbers_of_the_yearbook() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let bureau = app.session(HERE, &app.here.with(Role::Bureau).next().expect("somebody").account);
        night(&app);
        let of = |figure: &str, now: &str| {
            format!(
                "figure={figure}&school_year=2026&before=1000&entered=120&resumed=2&moved_in=10&finished=110&suspended=3\
                 &moved_out=12&dead=1&now={now}&source=2026年教育事业统计年报"
            )
        };
        let form = |now: &str| of("dropout_yearbook", now);
        let send = |form: String| {
            app.ask(Ask { form, ..Ask::new(Method::POST, "/figures/yearbook", Some(&bureau)) })
        };
        let wrong = send(form("1101"));
        assert_eq!(wrong.status, 422, "{}", text(&wrong));
        let page = text(&wrong);
        assert!(page.contains("多95名") && page.contains("value=\"1101\""), "{page}");
        let wrong = send(form("一千"));
        assert!(wrong.status == 422 && text(&wrong).contains("请填本年在校"), "{}", text(&wrong));
        assert_eq!(send(form("1001")).status, 303);
        let page = text(&app.get("/figures", Some(&bureau)));
        assert!(
            page.contains("0.50%") && page.contains("5÷1000") && page.contains("上年在校1000＋招生120"),
            "{page}"
        );
        let json = text(&app.get("/api/v1/figures", Some(&bureau)));
        let found: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        let all = found["items"].as_array().cloned().unwrap_or_default();
        let one = all.iter().find(|one| one["key"] == "dropout_yearbook").cloned().unwrap_or_default();
        assert_eq!((&one["county"]["part"], &one["school_year"]), (&5.into(), &2026.into()), "{json}");
        assert_eq!(one["entered_from"], "2026年教育事业统计年报");
        // Each stage for itself, and the whole is their sum from then on.
        assert_eq!(send(of("dropout_primary_yearbook", "1002")).status, 303);
        assert_eq!(send(of("dropout_junior_yearbook", "1003")).status, 303);
        let page = text(&app.get("/figures", Some(&bureau)));
        for said in
            ["小学辍学率（年报）", "4÷1000", "初中辍学率（年报）", "3÷1000", "7÷2000", "小学、初中两段相加"]
        {
            assert!(page.contains(said), "{said}: {page}");
        }
        let wrong = send(of("dropout_junior_yearbook", "1101"));
        assert!(
            text(&wrong).contains("value=\"dropout_junior_yearbook\" selected"),
            "the stage stays chosen: {}",
            text(&wrong)
        );
    });
}
