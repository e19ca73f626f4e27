//! 部门协助 over HTTP on both engines (contracts.md, 四(五)–(十八)): a program reads and answers what its unit is asked, once; and a file goes with
//! an answer, bounded, known by its first bytes, seen by whoever reads the answer (hazards A10, E01, E05, H03).

use axum::body::Body;
use axum::http::{Method, Request};
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

    fn answer(&self, id: &str, tag: Option<&'static str>, body: &str) -> Answer {
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(tag.map(|tag| ("if-match", tag)));
        let ask = Ask::new(Method::POST, format!("/api/v1/requests/{id}/answer"), Some(&self.token));
        self.app.ask(Ask { form: body.to_owned(), headers, ..ask })
    }

    fn hands_in(&self, id: &str, name: &str, bytes: &[u8]) -> Answer {
        self.sends(&format!("/requests/{id}/files"), name, bytes)
    }

    fn sends(&self, to: &str, name: &str, bytes: &[u8]) -> Answer {
        let head = format!(
            "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: application/octet-stream\r\n\r\n"
        );
        let body = [head.as_bytes(), bytes, b"\r\n--b--\r\n"].concat();
        let request = Request::builder()
            .method("POST")
            .uri(to)
            .header("host", "127.0.0.1:8080")
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "multipart/form-data; boundary=b")
            .header("cookie", format!("baoxue={}", self.token))
            .body(Body::from(body))
            .expect("a request");
        self.app.raw(request)
    }

    /// Asks the police where a child is; the id.
    fn asks(&self) -> String {
        let child = self.app.here.children[0].1.clone();
        let asked = self.app.ask(Ask {
            form: "kind=search&words=%E5%AE%B6%E9%87%8C%E6%B2%A1%E6%9C%89%E4%BA%BA".to_owned(),
            ..Ask::new(Method::POST, format!("/children/{child}/request"), Some(&self.token))
        });
        assert_eq!(asked.status, 303, "{}", text(&asked));
        asked.header("location").trim_start_matches("/requests/").to_owned()
    }
}

fn json(answer: &Answer) -> Json {
    serde_json::from_slice(&answer.body).expect("JSON")
}

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

#[test]
fn a_request_by_the_api() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let (bureau, police) = (Client::new(&app, Role::Bureau), Client::new(&app, Role::Police));
        let (civil, teacher) = (Client::new(&app, Role::Civil), Client::new(&app, Role::Teacher));
        let id = bureau.asks();
        let listed = json(&police.get("/api/v1/requests"));
        let line = &listed["items"][0];
        assert_eq!((&line["id"], &line["state"]["code"]), (&Json::from(id.as_str()), &Json::from("asked")));
        assert!(line["child"].is_string() && line["due"].is_string(), "{line}");
        assert_eq!(json(&civil.get("/api/v1/requests"))["items"].as_array().map(Vec::len), Some(0), "A10");
        assert_eq!(police.get("/api/v1/requests?show=late&x=1").status, 422, "an unknown parameter");

        let path = format!("/api/v1/requests/{id}");
        let read = police.get(&path);
        assert_eq!((read.status, read.header("etag")), (200, "\"1\""));
        let whole = json(&read);
        assert!(
            whole["allowed"].as_array().is_some_and(|all| all.iter().any(|one| one["code"] == "found")),
            "{whole}"
        );
        assert_eq!(whole["words"], "家里没有人");
        assert_eq!(
            json(&bureau.get(&path))["allowed"],
            Json::from(Vec::<Json>::new()),
            "who asks does not answer"
        );
        assert_eq!((civil.get(&path).status, teacher.get(&path).status), (404, 404));

        let body = "{\"answer\":\"found\",\"words\":\"随父母在邻县做工\"}";
        assert_eq!(police.answer(&id, None, body).status, 428, "which version is meant must be said");
        assert_eq!(police.answer(&id, Some("\"2\""), body).status, 412);
        assert_eq!(json(&police.get(&path))["state"]["code"], "asked", "nothing was done");
        assert_eq!(civil.answer(&id, Some("\"1\""), body).status, 404);
        assert_eq!(police.answer(&id, Some("\"1\""), "{\"answer\":\"nobody\"}").status, 409);
        let done = police.answer(&id, Some("\"1\""), body);
        assert_eq!((done.status, done.header("etag")), (204, "\"2\""));
        assert_eq!(police.answer(&id, Some("\"1\""), body).status, 412, "once");
        let after = json(&bureau.get(&path));
        assert_eq!(after["answer_words"], "随父母在邻县做工");
        let after = json(&police.get("/api/v1/requests?show=ended"));
        assert!(after["items"][0]["child"].is_null(), "the unit sees the child no longer (A10): {after}");
    });
}

#[test]
fn a_file_goes_with_the_answer() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let (bureau, police) = (Client::new(&app, Role::Bureau), Client::new(&app, Role::Police));
        let civil = Client::new(&app, Role::Civil);
        let id = bureau.asks();
        let page = format!("/requests/{id}");
        for (name, bytes, part) in [
            ("a.pdf", b"MZ not a page".as_slice(), "PDF、JPG或者PNG"),
            ("a.docx", b"PK\x03\x04", "PDF、JPG或者PNG"),
            ("a.pdf", b"", "请选择文件"),
        ] {
            let said = police.hands_in(&id, name, bytes);
            assert!(said.status == 422 && text(&said).contains(part), "{name}: {}", said.status);
        }
        let large = [b"%PDF-1.7\n".as_slice(), &vec![b'a'; 5 * 1024 * 1024]].concat();
        assert_ne!(police.hands_in(&id, "a.pdf", &large).status, 303);
        assert_eq!(civil.hands_in(&id, "a.pdf", b"%PDF-1.7").status, 404, "A01");
        assert_ne!(bureau.hands_in(&id, "a.pdf", b"%PDF-1.7").status, 303, "who asks does not answer");
        assert_eq!(police.hands_in(&id, "某某的证明.pdf", b"%PDF-1.7 proof").status, 303);
        assert_eq!(police.hands_in(&id, "again.pdf", b"%PDF-1.7 proof").status, 303, "the same is one");
        for more in 2..=5 {
            assert_eq!(police.hands_in(&id, "b.png", format!("\u{89}PNG{more}").as_bytes()).status, 422);
            let png = [b"\x89PNG\r\n\x1a\n".as_slice(), format!("{more}").as_bytes()].concat();
            assert_eq!(police.hands_in(&id, "b.png", &png).status, 303);
        }
        let many = police.hands_in(&id, "c.pdf", b"%PDF-1.7 sixth");
        assert!(many.status == 409 && text(&many).contains("最多附5个文件"), "{}", many.status);

        let shown = text(&bureau.get(&page));
        assert!(shown.contains("附件1.pdf") && shown.contains("附件5.png") && !shown.contains("某某的证明"));
        let files = json(&bureau.get(&format!("/api/v1{page}")))["files"].clone();
        let file = files[0]["id"].as_str().expect("an id").to_owned();
        let out = bureau.get(&format!("{page}/files/{file}"));
        assert_eq!((out.status, out.body.as_slice()), (200, b"%PDF-1.7 proof".as_slice()));
        assert!(out.header("content-disposition").starts_with("attachment"));
        assert_eq!(civil.get(&format!("{page}/files/{file}")).status, 404);
        assert_eq!(bureau.get(&format!("{page}/files/{id}")).status, 404);
        let done = police.app.ask(Ask {
            form: "answer=found&words=x%E9%82%BB%E5%8E%BF".to_owned(),
            ..Ask::new(Method::POST, format!("{page}/answer"), Some(&police.token))
        });
        assert_eq!(done.status, 303);
        assert_ne!(police.hands_in(&id, "d.pdf", b"%PDF-1.7 late").status, 303, "it has ended");
        assert_eq!(bureau.get(&format!("{page}/files/{file}")).status, 200);
        assert_eq!(police.get(&format!("{page}/files/{file}")).status, 200);
    });
}

/// The same by the API, by scope and bounded: what the unit hands in, whoever reads the answer fetches (A01, A10, E01, E05, H01).
#[test]
fn a_file_by_the_api() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let (bureau, police) = (Client::new(&app, Role::Bureau), Client::new(&app, Role::Police));
        let civil = Client::new(&app, Role::Civil);
        let id = bureau.asks();
        let path = format!("/api/v1/requests/{id}");
        let to = format!("{path}/files");
        for (bytes, status) in [(b"MZ not a page".as_slice(), 422), (b"", 422)] {
            let said = police.sends(&to, "a.pdf", bytes);
            assert_eq!(said.status, status, "{}", text(&said));
            assert!(said.header("content-type").contains("json"), "a problem, not a page");
        }
        let large = [b"%PDF-1.7\n".as_slice(), &vec![b'a'; 6 * 1024 * 1024]].concat();
        assert_eq!(police.sends(&to, "a.pdf", &large).status, 413);
        assert_eq!(civil.sends(&to, "a.pdf", b"%PDF-1.7").status, 404, "A01");
        assert_eq!(bureau.sends(&to, "a.pdf", b"%PDF-1.7").status, 404, "who asks does not answer");
        let kept = police.sends(&to, "某某的证明.pdf", b"%PDF-1.7 proof");
        assert_eq!(kept.status, 201, "{}", text(&kept));
        let file = json(&kept)["id"].as_str().expect("an id").to_owned();
        assert_eq!(json(&police.sends(&to, "again.pdf", b"%PDF-1.7 proof"))["id"], file.as_str(), "H01");
        let files = json(&bureau.get(&path))["files"].clone();
        assert_eq!(files.as_array().map(Vec::len), Some(1));
        assert_eq!(
            (&files[0]["id"], &files[0]["name"]),
            (&Json::from(file.as_str()), &Json::from("附件1.pdf"))
        );
        for reader in [&bureau, &police] {
            let out = reader.get(&format!("{to}/{file}"));
            assert_eq!((out.status, out.body.as_slice()), (200, b"%PDF-1.7 proof".as_slice()));
        }
        assert_eq!(civil.get(&format!("{to}/{file}")).status, 404, "A10");
        assert_eq!(bureau.get(&format!("{to}/{id}")).status, 404);
    });
}
