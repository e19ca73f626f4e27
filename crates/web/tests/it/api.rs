//! The JSON API: tokens, what it answers and refuses, doing an act once, pages, and that its document tells the truth.
// long because: every test needs the same few lines that make a call, and they read as one contract.

use axum::body::Body;
use axum::http::Request;
use casework::db::testing::on_each_engine;
use casework::password::{Accepted, Bounded, Cost, Hasher};
use casework::refused::Refused;
use casework::{db::Value as Sql, now::Now};
use jiff::SignedDuration;
use rules::access::Role;
use serde_json::{Value, json};

use crate::app::{Answer, HERE, TestApp};
use crate::schema::misfits;

const PASSWORD: &str = "Mu-guo-cha-2026";

/// A call as a script makes it: no cookie, no Origin.
pub(crate) fn call(app: &TestApp, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut request = Request::builder().method(method).uri(path).header("host", "127.0.0.1:8080");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if !body.is_empty() && headers.iter().all(|(name, _)| *name != "content-type") {
        request = request.header("content-type", "application/json");
    }
    app.raw(request.body(Body::from(body.to_owned())).expect("a request"))
}

pub(crate) fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

pub(crate) fn said(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or(Value::Null)
}

fn get(app: &TestApp, token: &str, path: &str) -> Answer {
    call(app, "GET", path, &[("authorization", &bearer(token))], "")
}

fn someone(app: &TestApp, role: Role) -> (String, String) {
    let account = app.here.with(role).next().expect("somebody in each role").account.clone();
    let token = app.session(HERE, &account);
    (account, token)
}

/// Gives the account of a teacher a password; its user name.
fn with_password(app: &TestApp) -> String {
    let account = app.here.with(Role::Teacher).next().expect("a teacher").account.clone();
    let hasher = Hasher::new(Cost::OWASP, Bounded::new(1, 1)).expect("enough memory");
    let accepted = Accepted::by_command(PASSWORD).expect("a password");
    let hash = hasher.hash(&accepted, [7; 16]).expect("hashed");
    let at = app.app.now().stamp();
    let (done, of) = (account.clone(), account);
    app.app
        .db()
        .write(move |tx| {
            tx.execute(
                "update account set password = $3, password_at = $4, seen_at = $4 where county = $1 and id = $2",
                &[
                    Sql::from(HERE),
                    Sql::from(done.clone()),
                    Sql::from(hash.clone()),
                    Sql::from(at.clone()),
                ],
            )
            .map_err(Refused::from)
        })
        .expect("written");
    app.app
        .db()
        .read(|tx| {
            Ok::<_, Refused>(tx.one(
                "select username from account where county = $1 and id = $2",
                &[Sql::from(HERE), Sql::from(of.clone())],
                |row| row.get::<String>(0),
            )?)
        })
        .expect("a user name")
}

fn count(app: &TestApp, sql: &str) -> i64 {
    let row =
        app.app.db().read(|tx| Ok::<_, Refused>(tx.one(sql, &[Sql::from(HERE)], |row| row.get::<i64>(0))?));
    row.expect("counted")
}

/// C01, C04, A20: a token comes with the right password, opens what the account may, and ends with the session, in
/// whichever way that ends. It stands in no other answer.
#[test]
fn a_token_opens_and_ends() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let username = with_password(&app);
        let sign_in = |password: &str| {
            let body = json!({"username": username, "password": password}).to_string();
            call(&app, "POST", "/api/v1/session", &[], &body)
        };
        let wrong = sign_in("wrong");
        assert_eq!(wrong.status, 422, "{:?}", said(&wrong));
        assert_eq!(said(&wrong)["type"], "urn:baoxue:problem:credentials");
        let opened = said(&sign_in(PASSWORD));
        let token = opened["token"].as_str().expect("a token").to_owned();
        assert!(opened["expires"].as_str().is_some_and(|at| at.ends_with("+08:00")), "{opened}");
        let me = get(&app, &token, "/api/v1/me");
        assert_eq!((me.status, &said(&me)["username"]), (200, &json!(username)));
        assert!(!String::from_utf8_lossy(&me.body).contains(&token));
        let kept = count(
            &app,
            "select cast(count(*) as bigint) from session where county = $1 and kind = 'api' and ended_at is null",
        );
        assert_eq!(kept, 1);
        // A second session goes on when the first is signed out; it ends when the account is disabled.
        let second = said(&sign_in(PASSWORD))["token"].as_str().expect("a token").to_owned();
        let left = call(&app, "DELETE", "/api/v1/session", &[("authorization", &bearer(&token))], "");
        assert_eq!(left.status, 204);
        assert_eq!(get(&app, &token, "/api/v1/me").status, 401);
        assert_eq!(get(&app, &second, "/api/v1/me").status, 200);
        app.app
            .db()
            .write(|tx| {
                tx.execute(
                    "update account set state = 'disabled' where county = $1 and password is not null",
                    &[Sql::from(HERE)],
                )
                .map_err(Refused::from)
            })
            .expect("disabled");
        let gone = get(&app, &second, "/api/v1/me");
        assert_eq!((gone.status, gone.header("www-authenticate")), (401, "Bearer"));
        assert_eq!(gone.header("content-type"), "application/problem+json");
        // A token in an address opens nothing.
        assert_eq!(call(&app, "GET", &format!("/api/v1/me?token={second}"), &[], "").status, 401);
    });
}

/// C05: the API and the sign-in page share one count of tries.
#[test]
fn tries_are_limited_as_on_the_page() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let username = with_password(&app);
        let body = json!({"username": username, "password": "wrong"}).to_string();
        let answers: Vec<Answer> =
            (0..6).map(|_| call(&app, "POST", "/api/v1/session", &[], &body)).collect();
        assert!(answers[..5].iter().all(|answer| answer.status == 422));
        assert_eq!(answers[5].status, 429);
        assert!(answers[5].header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
        let right = json!({"username": username, "password": PASSWORD}).to_string();
        assert_eq!(call(&app, "POST", "/api/v1/session", &[], &right).status, 429);
        let form = format!("username={username}&password={PASSWORD}");
        let page = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
        assert_eq!(call(&app, "POST", "/sign-in", &page, &form).status, 429);
    });
}

/// C02: another site's page can send a cookie along, but not to any effect; a script's token needs no Origin.
#[test]
fn other_sites_do_nothing() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let (_, token) = someone(&app, Role::Bureau);
        let cookie = format!("baoxue={token}");
        let path = "/api/v1/notices/read";
        for from in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
            let answer = call(&app, "POST", path, &[("cookie", &cookie), from], "");
            assert_eq!(answer.status, 403, "{from:?}");
            assert_eq!(said(&answer)["type"], "urn:baoxue:problem:cross-site");
        }
        assert_eq!(
            call(&app, "POST", path, &[("cookie", &cookie), ("sec-fetch-site", "same-origin")], "").status,
            204
        );
        assert_eq!(call(&app, "POST", path, &[("authorization", &bearer(&token))], "").status, 204);
    });
}

/// A finding that the bureau may decide, and its path.
fn finding(app: &TestApp) -> String {
    let id = &app.here.findings.iter().find(|(name, _)| *name == "own").expect("a finding").1;
    format!("/api/v1/findings/{id}")
}

/// H01, H02: the same act under the same key has one effect and one answer; another act under it is refused; what was
/// refused can be asked again; a key belongs to its account and is over after a day.
#[test]
fn an_act_is_done_once() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let (_, token) = someone(&app, Role::Bureau);
        let path = format!("{}/decide", finding(&app));
        let act = |app: &TestApp, token: &str, key: &str, body: Value| {
            let headers =
                [("authorization", &*bearer(token)), ("idempotency-key", key), ("if-match", "\"1\"")];
            call(app, "POST", &path, &headers, &body.to_string())
        };
        let decided =
            "select cast(count(*) as bigint) from finding_event where county = $1 and kind = 'decided'";
        let body = json!({"decision": "in_school", "note": "看过学籍"});
        assert_eq!(
            act(&app, &token, "one", json!({"decision": "same"})).status,
            409,
            "refused, and no key kept"
        );
        let first = act(&app, &token, "one", body.clone());
        assert_eq!((first.status, first.header("etag")), (204, "\"2\""), "{:?}", said(&first));
        for _ in 0..3 {
            assert_eq!(act(&app, &token, "one", body.clone()), first);
        }
        assert_eq!(count(&app, decided), 1);
        let other = act(&app, &token, "one", json!({"decision": "elsewhere"}));
        assert_eq!(other.status, 422);
        assert_eq!(said(&other)["errors"][0]["field"], "Idempotency-Key");
        // Under another key the same step is done already; another step is another act, and comes too late.
        assert_eq!(act(&app, &token, "two", body.clone()).status, 204);
        assert_eq!(count(&app, decided), 1);
        assert_eq!(act(&app, &token, "three", json!({"decision": "elsewhere"})).status, 412);
        let again = app.here.with(Role::Bureau).nth(1).expect("a second one").account.clone();
        let again = app.session(HERE, &again);
        assert_eq!(act(&app, &again, "one", body.clone()).status, 412, "a key is its account's own");
        for key in ["", "键", &"k".repeat(256)] {
            assert_eq!(act(&app, &token, key, body.clone()).status, 422, "{key}");
        }
        app.wait(SignedDuration::from_hours(25));
        let (_, token) = someone(&app, Role::Bureau);
        let late = act(&app, &token, "one", json!({"decision": "elsewhere"}));
        assert_eq!(late.status, 412, "after a day the key is free, and its other act comes too late");
        // Nothing of what was asked or answered stands there in clear (hazard K06).
        assert_eq!(
            count(&app, "select cast(count(*) as bigint) from once where county = $1 and key = 'one'"),
            0
        );
    });
}

/// H01: many at once under one key have one effect.
#[test]
fn at_once_is_once() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let (_, token) = someone(&app, Role::Bureau);
        let path = format!("{}/decide", finding(&app));
        let requests = (0..16).map(|_| {
            Request::builder()
                .method("POST")
                .uri(&path)
                .header("host", "127.0.0.1:8080")
                .header("authorization", bearer(&token))
                .header("content-type", "application/json")
                .header("idempotency-key", "k")
                .header("if-match", "\"1\"")
                .body(Body::from(r#"{"decision":"in_school"}"#))
                .expect("a request")
        });
        let answers = app.raw_all(requests.collect());
        assert!(answers.iter().all(|answer| *answer == answers[0] && answer.status == 204), "{answers:?}");
        assert_eq!(
            count(
                &app,
                "select cast(count(*) as bigint) from finding_event where county = $1 and kind = 'decided'"
            ),
            1
        );
    });
}

/// H03: who does not say which version is meant, or means an older one, changes nothing and is told what changed.
#[test]
fn a_change_says_what_it_changes() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let (_, token) = someone(&app, Role::Bureau);
        let path = finding(&app);
        let auth = bearer(&token);
        let one = get(&app, &token, &path);
        assert_eq!((one.status, one.header("etag")), (200, "\"1\""));
        let same = call(&app, "GET", &path, &[("authorization", &auth), ("if-none-match", "\"1\"")], "");
        assert_eq!((same.status, same.body.len()), (304, 0));
        let decide = |tag: Option<&str>| {
            let mut headers = vec![("authorization", auth.as_str())];
            headers.extend(tag.map(|tag| ("if-match", tag)));
            call(&app, "POST", &format!("{path}/decide"), &headers, r#"{"decision":"in_school"}"#)
        };
        assert_eq!(decide(None).status, 428);
        for tag in ["\"0\"", "\"x\"", "*"] {
            let late = decide(Some(tag));
            assert_eq!(late.status, 412, "{tag}");
            assert!(said(&late)["detail"].as_str().is_some_and(|text| text.contains("新的进展")));
        }
        assert_eq!(decide(Some("\"1\"")).status, 204);
    });
}

/// A17, D12: what is no JSON, or says more than it may, is refused before anything is done.
#[test]
fn odd_bodies_are_refused() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let (_, token) = someone(&app, Role::Bureau);
        let path = format!("{}/decide", finding(&app));
        let auth = bearer(&token);
        let ask = |kind: &str, body: &str| {
            let headers = [("authorization", &*auth), ("if-match", "\"1\""), ("content-type", kind)];
            call(&app, "POST", &path, &headers, body)
        };
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let deeper = format!(r#"{{"decision":{deep}}}"#);
        let long = format!(r#"{{"decision":"in_school","note":"{}"}}"#, "长".repeat(3_500_000));
        for (status, body) in [
            (400, deep.as_str()),
            (422, deeper.as_str()),
            (400, r#"["in_school","x"]"#),
            (400, r#"{"decision":"in_school","note":"\ud800"}"#),
            (400, r#"{"decision":1e9999}"#),
            (400, r#"{"decision":"in_school""#),
            (400, ""),
            (413, long.as_str()),
            (422, r#"{"decision":"in_school","decision":"elsewhere"}"#),
            (422, r#"{"decision":"in_school","note":"\u0000"}"#),
            (422, r#"{"decision":["in_school"]}"#),
            (422, r#"{"note":"x"}"#),
            (422, r#"{"decision":"no_such"}"#),
            (422, r#"{"decision":"in_school","version":1}"#),
            (422, r#"{"decision":"in_school","decided_by":"x","state":"open","county":"000000"}"#),
        ] {
            let answer = ask("application/json", body);
            assert_eq!(answer.status, status, "{:?} {:?}", body.get(..60), said(&answer));
            assert_eq!(answer.header("content-type"), "application/problem+json");
        }
        for kind in ["text/plain", "application/x-www-form-urlencoded", ""] {
            assert_eq!(ask(kind, r#"{"decision":"in_school"}"#).status, 415, "{kind}");
        }
        for path in ["/api/v1/children?nobody=1", "/api/v1/children?grade=x", "/api/v1/audit?day=1&day=2"] {
            let (_, token) = if path.contains("audit") {
                someone(&app, Role::Auditor)
            } else {
                someone(&app, Role::Bureau)
            };
            assert_eq!(get(&app, &token, path).status, 422, "{path}");
        }
        assert_eq!(get(&app, &token, &finding(&app)).header("etag"), "\"1\"", "nothing was changed");
    });
}

/// Sixty findings like the first one more, so that there is a second page.
fn many(app: &TestApp) {
    let (now, first): (Now, String) = (app.app.now(), app.here.findings[0].1.clone());
    app.app
        .db()
        .write(move |tx| {
            for _ in 0..60 {
                let id = now.id();
                let values = [Sql::from(HERE), Sql::from(first.clone()), Sql::from(id)];
                tx.execute(
                    "insert into finding (county, id, campaign, comparison, kind, same_as, child, name, spelling, birth,
                                          sex, id_masked, township, village, village_group, school, class, score,
                                          reason, state, version)
                     select county, $3, campaign, comparison, kind, $3, child, name, spelling, birth, sex, id_masked,
                            township, village, village_group, school, class, score, reason, state, version
                     from finding where county = $1 and id = $2",
                    &values,
                )?;
                tx.execute(
                    "insert into finding_tie (county, unit, tie, finding)
                     select county, unit, tie, $3 from finding_tie where county = $1 and finding = $2",
                    &values,
                )?;
            }
            Ok::<_, Refused>(())
        })
        .expect("written");
}

/// A07: a list goes on where it stopped, each item once; a cursor is its account's, its list's and its filters' own,
/// cannot be made, and holds nothing that can be read. Foreign ids in filters find nothing and count nothing.
#[test]
fn pages_go_on_by_cursors_of_ones_own() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        many(&app);
        let (_, token) = someone(&app, Role::Bureau);
        let (_, other) = someone(&app, Role::Township);
        let (mut seen, mut at) = (Vec::new(), String::new());
        let mut cursors = Vec::new();
        for _ in 0..5 {
            let path = if at.is_empty() {
                "/api/v1/findings".to_owned()
            } else {
                format!("/api/v1/findings?cursor={at}")
            };
            let page = said(&get(&app, &token, &path));
            let items = page["items"].as_array().expect("items");
            seen.extend(items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()));
            match page["next"].as_str() {
                Some(next) => at = next.to_owned(),
                None => break,
            }
            cursors.push(at.clone());
        }
        let all = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!((seen.len(), all), (app.here.findings.len() + 60, app.here.findings.len() + 60));
        let cursor = &cursors[0];
        for path in [
            format!("/api/v1/findings?cursor={cursor}x"),
            format!("/api/v1/findings?cursor={}", &cursor[1..]),
            format!("/api/v1/findings?kind=not_in_school&cursor={cursor}"),
            format!("/api/v1/classes?cursor={cursor}"),
            format!("/api/v1/children?cursor={}", app.here.children[0].1),
            "/api/v1/children?cursor=%E6%AE%B5".to_owned(),
        ] {
            assert_eq!(get(&app, &token, &path).status, 422, "{path}");
        }
        assert_eq!(get(&app, &other, &format!("/api/v1/findings?cursor={cursor}")).status, 422);
        // Two cursors of the same place differ, and neither holds the name.
        assert_ne!(said(&get(&app, &token, "/api/v1/findings"))["next"], json!(cursor));
        assert!(!cursor.to_lowercase().contains("duan"));
        // The page's address goes on from an id, which says nothing of how anybody is spelt (K05), and one that is not
        // there, or another's, is no place to go on from.
        let listed = |path: &str| String::from_utf8(get(&app, &token, path).body).expect("a page in UTF-8");
        let page = listed("/findings");
        let next = page.split_once("rel=\"next\" href=\"/findings?after=").expect("a second page").1;
        let next = next.split_once('"').expect("its end").0;
        assert!(seen.iter().any(|id| id == next), "{next}");
        let rows = |page: &str| page.matches(" data-row>").count();
        assert_eq!(rows(&page) + rows(&listed(&format!("/findings?after={next}"))), all);
        assert_eq!(rows(&listed("/findings?after=duan~0")), rows(&page));
        for path in ["/api/v1/children?township=h-Q", "/api/v1/children?school=h-SQ&village=h-Q1"] {
            let answer = said(&get(&app, &other, path));
            let own: Vec<&str> =
                ["home elsewhere, school here", "home here, school elsewhere", "paired", "emergency"]
                    .iter()
                    .filter_map(|name| app.here.child(name))
                    .collect();
            let items = answer["items"].as_array().expect("items");
            assert!(items.iter().all(|one| own.contains(&one["id"].as_str().unwrap_or_default())), "{path}");
            assert!(answer["total"].is_null() || answer["total"] == json!(items.len()), "{path} {answer}");
        }
    });
}

/// What is not there and what is not for this account are the same bytes, and JSON; so is an address that is none.
#[test]
fn nothing_there_is_one_answer() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let (_, token) = someone(&app, Role::Teacher);
        let absent = get(&app, &token, "/api/v1/no-such-thing");
        assert_eq!((absent.status, absent.header("content-type")), (404, "application/problem+json"));
        let other = app.here.child("other township").expect("a child");
        for path in [
            format!("/api/v1/children/{other}"),
            "/api/v1/children/none".to_owned(),
            "/api/v1/audit".to_owned(),
            "/api/v1/units/h-SQ".to_owned(),
            "/api/v1/".to_owned(),
            "/api/v1/children/%00".to_owned(),
        ] {
            assert_eq!(get(&app, &token, &path), absent, "{path}");
        }
        let patched = call(&app, "PATCH", "/api/v1/me", &[("authorization", &bearer(&token))], "");
        assert_eq!(patched, absent);
    });
}

/// The classes of one's own, with how many children are in each (contracts.md).
#[test]
fn classes_of_ones_own() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let (_, teacher) = someone(&app, Role::Teacher);
        let mine = said(&get(&app, &teacher, "/api/v1/classes?mine=true"));
        assert_eq!(mine["items"].as_array().map(Vec::len), Some(1), "{mine}");
        assert_eq!((&mine["items"][0]["id"], &mine["items"][0]["size"]), (&json!("h-SP-1"), &json!(2)));
        let ids = |token: &str| {
            let page = said(&get(&app, token, "/api/v1/classes"));
            let items = page["items"].as_array().cloned().unwrap_or_default();
            items.iter().map(|one| one["id"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
        };
        let (_, head) = someone(&app, Role::Head);
        assert_eq!(ids(&head), ["h-SP-1", "h-SP-2"]);
        let (_, bureau) = someone(&app, Role::Bureau);
        assert!(
            ids(&bureau).contains(&"h-SQ-1".to_owned()) && ids(&bureau).iter().all(|id| id.starts_with("h-"))
        );
        let (_, village) = someone(&app, Role::Village);
        assert!(ids(&village).is_empty());
    });
}

fn document() -> Value {
    serde_json::from_str(&web::api::openapi().expect("a document")).expect("JSON")
}

/// The document holds every route of the API and no other, each with its policy's answers; its copy in docs/ is the
/// same.
#[test]
fn the_document_is_the_route_table() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    let mut described: Vec<(String, String)> = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in item.as_object().expect("methods").keys() {
            described.push((method.to_uppercase(), path.clone()));
        }
    }
    let mut routes: Vec<(String, String)> = web::pages::routes()
        .iter()
        .filter(|route| route.path.starts_with("/api/v1/"))
        .map(|route| (route.method.to_string(), route.path.to_owned()))
        .collect();
    described.sort();
    routes.sort();
    assert_eq!(described, routes);
    let kept = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json"))
        .expect("docs/openapi.json");
    let printed = web::api::openapi().expect("a document");
    assert!(kept == printed, "print it anew: baoxue openapi > docs/openapi.json");
}

/// Every example fits its schema, and every part of the document that is referred to is there.
#[test]
fn examples_fit_their_schemas() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    let mut examples = 0;
    for (name, schema) in schemas {
        if let Some(example) = schema.get("example") {
            examples += 1;
            assert_eq!(misfits(&document, schema, example, name), Vec::<String>::new());
        }
    }
    assert!(examples >= 7, "{examples}");
    let text = document.to_string();
    for part in text.split("\"#").skip(1) {
        let place = part.split('"').next().unwrap_or_default();
        assert!(document.pointer(place).is_some(), "{place} is referred to and not there");
    }
}

/// What is answered fits what the document says, for everybody; what one may not see is absent and never null (A09).
#[test]
fn answers_fit_the_document() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let document = document();
        let child = app.here.child("own").expect("a child").to_owned();
        let mut checked = 0;
        let mut fields = std::collections::BTreeSet::new();
        for person in &app.here.people {
            let token = app.session(HERE, &person.account);
            for (path, item) in document["paths"].as_object().expect("paths") {
                let Some(schema) = item.pointer("/get/responses/200/content/application~1json/schema") else {
                    continue;
                };
                let asked = match path.as_str() {
                    "/api/v1/children/{id}" => format!("/api/v1/children/{child}"),
                    "/api/v1/findings/{id}" => finding(&app),
                    "/api/v1/units/{id}" => "/api/v1/units/h-SP".to_owned(),
                    path if path.contains('{') => continue,
                    path => path.to_owned(),
                };
                let answer = get(&app, &token, &asked);
                let what = format!("{asked} as {}", person.account);
                if answer.status == 404 {
                    let schema = &document["components"]["schemas"]["Problem"];
                    assert_eq!(misfits(&document, schema, &said(&answer), &what), Vec::<String>::new());
                    continue;
                }
                assert_eq!(answer.status, 200, "{what}");
                let text = String::from_utf8(answer.body.clone()).expect("UTF-8");
                assert!(!text.contains(":null") && !text.contains("539999201"), "{what}: {text}");
                assert_eq!(misfits(&document, schema, &said(&answer), &what), Vec::<String>::new());
                checked += 1;
                if asked.contains(&child) {
                    let keys = said(&answer).as_object().map(|file| file.keys().cloned().collect::<Vec<_>>());
                    fields.insert(keys.unwrap_or_default());
                }
            }
        }
        assert!(checked > 150, "{checked}");
        assert!(fields.len() > 1, "a file has the same parts for everybody: {fields:?}");
    });
}
