//! `/api/v1/cases` over HTTP on both engines (contracts.md, 五(九)(十)): a case is listed, read and moved by its events alone; a stale, an
//! illegal and a foreign move are refused as on the pages (B04, H03, A01).

use axum::http::Method;
use casework::db::testing::on_each_engine;
use rules::access::Role;
use serde_json::Value as Json;

use crate::app::{Answer, Ask, HERE, TestApp};

struct Client<'a> {
    app: &'a TestApp,
    token: String,
}

impl<'a> Client<'a> {
    fn new(app: &'a TestApp, role: Role) -> Self {
        let account = app.here.with(role).next().expect("somebody in the role").account.clone();
        Self { app, token: app.session(HERE, &account) }
    }

    fn get(&self, path: &str) -> Answer {
        self.app.get(path, Some(&self.token))
    }

    fn event(&self, case: &str, tag: Option<&'static str>, body: &str) -> Answer {
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(tag.map(|tag| ("if-match", tag)));
        let ask = Ask::new(Method::POST, format!("/api/v1/cases/{case}/events"), Some(&self.token));
        self.app.ask(Ask { form: body.to_owned(), headers, ..ask })
    }
}

fn json(answer: &Answer) -> Json {
    serde_json::from_slice(&answer.body).expect("JSON")
}

fn codes(all: &Json) -> Vec<&str> {
    all.as_array().expect("a list").iter().map(|one| one["code"].as_str().expect("a code")).collect()
}

#[test]
fn a_case_by_the_api() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let bureau = Client::new(&app, Role::Bureau);
        let child = app.here.children[0].1.clone();
        let opened = app.ask(Ask {
            form: "words=%E6%9D%91%E9%87%8C%E5%8F%8D%E6%98%A0%E6%B2%A1%E6%9C%89%E4%B8%8A%E5%AD%A6".to_owned(),
            ..Ask::new(Method::POST, format!("/children/{child}/case"), Some(&bureau.token))
        });
        assert_eq!(opened.status, 303, "{opened:?}");
        let id = opened.header("location").trim_start_matches("/cases/").to_owned();

        let listed = json(&bureau.get("/api/v1/cases"));
        let line =
            listed["items"].as_array().expect("items").iter().find(|one| one["id"] == *id).expect("ours");
        assert_eq!(
            (&line["child"], &line["state"]["code"]),
            (&Json::from(child.as_str()), &Json::from("suspected"))
        );
        for must in ["who", "act", "due", "basis"] {
            assert!(line[must].as_str().is_some_and(|text| !text.is_empty()), "{must}: {line}");
        }

        let read = bureau.get(&format!("/api/v1/cases/{id}"));
        assert_eq!((read.status, read.header("etag")), (200, "\"0\""));
        let case = json(&read);
        assert!(codes(&case["allowed"]).contains(&"confirm") && case["mine"] == true, "{case}");

        // Without its version, with none of ours, with what is no event, and with one that is not the turn's.
        let confirm = r#"{"event":"confirm","words":"入户核实，确实没有上学"}"#;
        assert_eq!(bureau.event(&id, None, confirm).status, 428);
        assert_eq!(bureau.event(&id, Some("\"9\""), confirm).status, 412);
        assert_eq!(bureau.event(&id, Some("\"0\""), r#"{"event":"fly"}"#).status, 422);
        assert_eq!(bureau.event(&id, Some("\"0\""), r#"{"event":"confirm","state":"closed"}"#).status, 422);
        let early =
            bureau.event(&id, Some("\"0\""), r#"{"event":"place","on":"2026-11-24","code":"mainstream"}"#);
        assert!(matches!(early.status, 409 | 422), "{early:?}");

        let done = bureau.event(&id, Some("\"0\""), confirm);
        assert_eq!((done.status, done.header("etag")), (204, "\"1\""), "{done:?}");
        // Sent again word by word it is done once.
        assert_eq!(bureau.event(&id, Some("\"0\""), confirm).status, 204);
        let case = json(&bureau.get(&format!("/api/v1/cases/{id}")));
        assert_eq!(case["state"]["code"], "confirmed");
        assert_eq!(case["events"][0]["event"]["code"], "confirm");
        assert_eq!(codes(&case["allowed"]).iter().filter(|code| **code == "confirm").count(), 0);

        // Who has nothing to do with the child meets what is not there, reading and writing alike (A01).
        let absent = bureau.get("/api/v1/cases/00000000-0000-7000-8000-000000000000");
        for role in [Role::Police, Role::Admin, Role::Auditor] {
            let other = Client::new(&app, role);
            assert_eq!(other.get(&format!("/api/v1/cases/{id}")).status, 404, "{role:?}");
            assert_eq!(other.event(&id, Some("\"1\""), r#"{"event":"receive"}"#).status, 404, "{role:?}");
        }
        assert_eq!(absent.status, 404);
        // A cursor of another list, or none of ours, is refused (A07).
        assert_eq!(bureau.get("/api/v1/cases?cursor=x").status, 422);
        assert_eq!(bureau.get("/api/v1/cases?shown=mine").status, 422);
    });
}
