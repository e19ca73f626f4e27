//! 接口密钥 (capability 144): asked for by one, approved by another, shown once; a key does what it was made for within its unit, and nothing
//! else of the whole route table (hazards A21, C04, K04).

use axum::http::Method;
use casework::db::testing::on_each_engine;
use jiff::SignedDuration;
use rules::access::{Action, KEY_ACTIONS, Role};
use web::route::Policy;

use crate::api::{bearer, call, said};
use crate::app::{Answer, Ask, HERE, TestApp};

const MISSING: &str = "00000000-0000-7000-8000-000000000000";

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

fn form(app: &TestApp, path: &str, token: &str, form: &str) -> Answer {
    let mut ask = Ask::new(Method::POST, path, Some(token));
    ask.form = form.to_owned();
    app.ask(ask)
}

/// A key of the township of the small county, for one action.
fn given(app: &TestApp, unit: &str, action: Action) -> String {
    let token = format!("bxk_{}", action.code());
    let hash = app.app.keys().index(HERE, "session", &token);
    app.run(&[format!(
        "insert into api_key (county, id, name, purpose, unit, actions, state, token, asked_by, asked_at, until_day)
         values ('{HERE}', 'key-{}', '州级平台', '数据对接', '{unit}', '{}', 'on', '{hash}', 'h-x', '2026-11-01', '2027-10-31')",
        action.code(),
        action.code(),
    )]);
    token
}

/// Every route, with every key of one action: it answers where the route asks for that action and is meant for programs, and nowhere else.
#[test]
fn a_key_does_nothing_beyond_its_list() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let unit = app.here.with(Role::Township).next().expect("an officer").unit.clone();
        let mut opened = 0;
        for action in KEY_ACTIONS {
            let token = given(&app, &unit, *action);
            let bearer = bearer(&token);
            for route in web::pages::routes().into_iter().filter(|route| route.policy != Policy::Open) {
                let path =
                    route.path.split('/').map(|part| if part.starts_with('{') { MISSING } else { part });
                let path = path.collect::<Vec<_>>().join("/");
                let method = route.method.as_str();
                let answer = call(&app, method, &path, &[("authorization", &bearer)], "");
                let is_own = route.policy == Policy::Needs(*action)
                    && path.starts_with("/api/v1/")
                    && (method == "GET" || path == "/api/v1/imports");
                if !is_own {
                    assert_eq!(answer.status, 404, "{} opens {method} {}", action.code(), route.path);
                } else if method == "GET" && !route.path.contains('{') {
                    // The township has a right of its own to it, or it has none, key or not.
                    let may = action.policy(Role::Township, rules::access::Standing::Serves).is_some();
                    assert_eq!(
                        answer.status,
                        if may { 200 } else { 404 },
                        "{} {method} {}",
                        action.code(),
                        route.path
                    );
                    opened += usize::from(may);
                }
            }
            // No page, and not as a cookie.
            assert_ne!(app.get("/api/v1/children", Some(&token)).status, 200, "by cookie");
        }
        assert!(opened >= 5, "{opened}");
    });
}

/// What it reads is what the unit reads, and stands on the record under the key's own name.
#[test]
fn a_key_reads_what_its_unit_reads() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let officer = app.here.with(Role::Township).next().expect("an officer").clone();
        let (own, key) =
            (app.session(HERE, &officer.account), given(&app, &officer.unit, Action::ListChildren));
        let list = |token: &str| {
            said(&call(&app, "GET", "/api/v1/children", &[("authorization", &bearer(token))], ""))
        };
        let (people, program) = (list(&own), list(&key));
        assert!(people["items"].as_array().is_some_and(|items| !items.is_empty()), "{people}");
        assert_eq!(people["items"], program["items"]);
        let auditor = app.session(HERE, &app.here.with(Role::Auditor).next().expect("an auditor").account);
        let file = given(&app, &officer.unit, Action::ReadChild);
        let child = format!("/api/v1/children/{}", people["items"][0]["id"].as_str().expect("an id"));
        assert_eq!(call(&app, "GET", &child, &[("authorization", &bearer(&file))], "").status, 200);
        let record = text(&app.get("/audit", Some(&auditor)));
        assert!(record.contains("接口密钥：州级平台"), "{record}");
        // Ended, over, its unit closed: at the next request.
        app.run(&[format!(
            "update unit set until_day = '2026-11-24' where county = '{HERE}' and id = '{}'",
            officer.unit
        )]);
        assert_eq!(
            call(&app, "GET", "/api/v1/children", &[("authorization", &bearer(&key))], "").status,
            401
        );
        app.run(&[
            format!("update unit set until_day = null where county = '{HERE}' and id = '{}'", officer.unit),
            format!("update api_key set state = 'off' where county = '{HERE}'"),
        ]);
        assert_eq!(
            call(&app, "GET", "/api/v1/children", &[("authorization", &bearer(&key))], "").status,
            401
        );
        app.run(&[format!("update api_key set state = 'on' where county = '{HERE}'")]);
        assert_eq!(
            call(&app, "GET", "/api/v1/children", &[("authorization", &bearer(&key))], "").status,
            200
        );
        app.wait(SignedDuration::from_hours(24 * 366));
        assert_eq!(
            call(&app, "GET", "/api/v1/children", &[("authorization", &bearer(&key))], "").status,
            401
        );
    });
}

#[test]
fn a_key_needs_two_and_is_shown_once() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let unit = app.here.with(Role::Township).next().expect("an officer").unit.clone();
        let security = app.session(HERE, &app.here.with(Role::Security).next().expect("somebody").account);
        let leads = |role| {
            let found = app
                .here
                .with(role)
                .find(|one| one.role.is_some_and(|(_, how)| how == rules::access::Standing::Leads));
            app.session(HERE, &found.expect("somebody who leads").account)
        };
        let bureau = leads(Role::Bureau);
        let asked = |unit: &str, actions: &str, until: &str| {
            form(
                &app,
                "/keys",
                &security,
                &format!("name=州级平台&purpose=州教体局数据对接协议&unit={unit}&until={until}{actions}"),
            )
        };
        let fair = "&actions=list_children&actions=read_findings";
        for (unit, actions, until) in [
            (unit.as_str(), "", "2027-10-31"),
            (&unit, "&actions=reveal_field", "2027-10-31"),
            (&unit, "&actions=list_children&actions=decide_case", "2027-10-31"),
            (&unit, fair, "2027-11-25"),
            (&unit, fair, "2026-11-23"),
            ("nowhere", fair, "2027-10-31"),
        ] {
            assert_eq!(asked(unit, actions, until).status, 422, "{unit} {actions} {until}");
        }
        assert_eq!(asked(&unit, fair, "2027-11-24").status, 303);
        assert_eq!(asked(&unit, fair, "2027-11-24").status, 303, "a double click");
        let page = text(&app.get("/keys", Some(&security)));
        assert_eq!(page.matches("等待批准").count(), 1, "{page}");
        let id =
            page.split("/keys/").nth(1).and_then(|rest| rest.split('/').next()).expect("an id").to_owned();
        // Neither by who asked, nor before it is approved, nor by somebody else.
        assert_eq!(form(&app, &format!("/keys/{id}/take"), &security, "").status, 409);
        assert_ne!(form(&app, &format!("/keys/{id}/approve"), &security, "").status, 303);
        assert_eq!(form(&app, &format!("/keys/{id}/approve"), &bureau, "").status, 303);
        assert_eq!(form(&app, &format!("/keys/{id}/take"), &bureau, "").status, 404);
        let shown = text(&form(&app, &format!("/keys/{id}/take"), &security, ""));
        let token = shown.split("bxk_").nth(1).and_then(|rest| rest.split('<').next()).expect("a key");
        let token = format!("bxk_{token}");
        assert_eq!(form(&app, &format!("/keys/{id}/take"), &security, "").status, 409, "once");
        assert!(!text(&app.get("/keys", Some(&security))).contains(&token));
        let get = |path: &str| call(&app, "GET", path, &[("authorization", &bearer(&token))], "").status;
        assert_eq!(
            (get("/api/v1/children"), get("/api/v1/findings"), get("/api/v1/imports")),
            (200, 200, 404)
        );
        assert_eq!(form(&app, &format!("/keys/{id}/end"), &security, "").status, 303);
        assert_eq!(get("/api/v1/children"), 401);
    });
}
