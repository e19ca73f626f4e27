//! 结对包保 over HTTP (五(六)): pairing by its form, a visit by its form and by the phone's call, the photograph, what a phone holds
//! (hazards E08, H01, H02, H07).

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use casework::db::testing::on_each_engine;
use rules::access::Role;
use serde_json::{Value as Json, json};

use crate::app::{Answer, Ask, HERE, TestApp};

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

fn json_of(answer: &Answer) -> Json {
    serde_json::from_slice(&answer.body).unwrap_or_else(|_| panic!("JSON: {}", text(answer)))
}

fn token(app: &TestApp, role: Role) -> String {
    let account = app.here.with(role).next().expect("somebody").account.clone();
    app.session(HERE, &account)
}

fn form(app: &TestApp, path: &str, token: &str, form: &str) -> Answer {
    app.ask(Ask { form: form.to_owned(), ..Ask::new(Method::POST, path, Some(token)) })
}

fn put(app: &TestApp, path: &str, token: &str, body: &Json) -> Answer {
    app.ask(Ask {
        form: body.to_string(),
        headers: vec![("content-type", "application/json")],
        ..Ask::new(Method::PUT, path, Some(token))
    })
}

/// A child whose case is open and with whom the cadre is paired; the case's address and both tokens, of cadre and township.
fn paired(app: &TestApp) -> (String, String, String, String) {
    let child = app.here.child("own").expect("a child").to_owned();
    let (township, cadre) = (token(app, Role::Township), token(app, Role::Cadre));
    let words = "words=%E6%9D%91%E6%B0%91%E5%8F%8D%E6%98%A0%E6%B2%A1%E6%9C%89%E4%B8%8A%E5%AD%A6";
    let opened = form(app, &format!("/children/{child}/case"), &township, words);
    let case = opened.header("location").to_owned();
    assert!(case.starts_with("/cases/"), "{}", text(&opened));
    let pair = format!("/children/{child}/pair");
    let page = text(&app.get(&pair, Some(&township)));
    let post = page
        .split("value=\"")
        .filter(|part| part.contains("包保干部"))
        .find_map(|part| part.split('"').next());
    let post = post.expect("the cadre can be chosen").to_owned();
    let none = form(app, &pair, &township, "was=&post=");
    assert!(none.status == 422 && text(&none).contains("请选择谁来包保"), "{}", text(&none));
    let done = form(app, &pair, &township, &format!("was=&post={post}"));
    assert_eq!((done.status, done.header("location")), (303, pair.as_str()), "{}", text(&done));
    let page = text(&app.get(&pair, Some(&township)));
    assert!(page.contains("为什么换人"), "{page}");
    assert!(text(&app.get(&case, Some(&township))).contains("结对包保"));
    (child, case, cadre, township)
}

/// A camera's picture of one grey pixel's worth of segments, with a place in it.
fn camera() -> Vec<u8> {
    let part = |marker: u8, body: &[u8]| {
        let size = u16::try_from(body.len() + 2).expect("a short part").to_be_bytes();
        [&[0xff, marker], size.as_slice(), body].concat()
    };
    [
        vec![0xff, 0xd8],
        part(0xe1, b"Exif\0\0GPSLatitude 25.04"),
        part(0xdb, &[0; 65]),
        part(0xc0, &[8, 0, 100, 0, 100, 1, 1, 0x11, 0]),
        part(0xc4, &[0; 17]),
        part(0xda, &[1, 1, 0, 0, 63, 0]),
        vec![1, 2, 3, 0xff, 0xd9],
    ]
    .concat()
}

/// 五(六): the form without scripts, what is missing said beside its field with what was typed; then the case has the visit.
#[test]
fn a_visit_by_its_form() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let (child, case, cadre, township) = paired(&app);
        let pocket = text(&app.get("/visits", Some(&cadre)));
        assert!(
            pocket.contains(&format!("/children/{child}/visit")) && pocket.contains("tel:13800000000"),
            "{pocket}"
        );
        assert!(!text(&app.get("/visits", Some(&township))).contains(&child));
        let visit = format!("/children/{child}/visit");
        let page = text(&app.get(&visit, Some(&cadre)));
        let failed = page.find("家里没人").expect("failure");
        assert!(failed < page.find("家长和孩子都见到了").expect("success"), "failure first");
        let id =
            page.split("name=\"id\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("an id");
        let typed = format!("id={id}&day=2026-11-24&outcome=nobody_home&note=%E9%82%BB%E5%B1%85");
        let wrong = form(&app, &visit, &cadre, &typed);
        assert!(wrong.status == 422 && text(&wrong).contains("请定下次哪天再去"), "{}", text(&wrong));
        assert!(text(&wrong).contains("邻居"), "what was typed stays");
        let sent = format!("{typed}&next=2026-11-25");
        for _ in 0..2 {
            let done = form(&app, &visit, &cadre, &sent);
            assert_eq!((done.status, done.header("location")), (303, case.as_str()), "{}", text(&done));
        }
        let seen = text(&app.get(&case, Some(&cadre)));
        assert_eq!(seen.matches("家里没人。邻居").count(), 1, "sent twice is done once: {seen}");
        let other = format!("{sent}1").replace("outcome=nobody_home", "outcome=not_found");
        assert_eq!(form(&app, &visit, &cadre, &other).status, 422, "the same id for another visit");
        let nobody = token(&app, Role::Teacher);
        let denied = app.get(&visit, Some(&token(&app, Role::Inspector)));
        assert_eq!(denied.status, 404);
        assert_eq!(app.get(&visit, Some(&nobody)).status, 200, "the class teacher works on the case, too");
        let board = text(&app.get("/pairs?show=people", Some(&township)));
        assert!(board.contains("按人看") && board.contains("段某某"), "{board}");
        for show in ["", "late", "paired", "people"] {
            assert_eq!(app.get(&format!("/pairs?show={show}"), Some(&township)).status, 200);
        }
    });
}

/// E08, H01, H02: the phone's call with a photograph, answered again when it is sent again, refused with another content; the picture
/// comes back without its place, to nobody who does not see the family.
#[test]
fn a_photograph_is_taken_without_its_place() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let (child, case, cadre, township) = paired(&app);
        let path = format!("/api/v1/children/{child}/visits/visit-0001");
        let body = json!({"day": "2026-11-24", "hour": "16:30", "outcome": "both", "met": "mother", "seen": 0,
            "child_said": "想上学", "family_said": "明天送来", "photo": STANDARD.encode(camera())});
        let done = put(&app, &path, &cadre, &body);
        assert_eq!(done.status, 200, "{}", text(&done));
        let taken = json_of(&done);
        assert_eq!(
            (format!("/cases/{}", taken["case"].as_str().expect("a case")), &taken["news"]),
            (case.clone(), &json!(0))
        );
        assert_eq!(json_of(&put(&app, &path, &cadre, &body)), taken, "answered again");
        let mut other = body.clone();
        other["family_said"] = json!("不来了");
        assert_eq!(put(&app, &path, &cadre, &other).status, 422);
        for (field, value) in [
            ("outcome", "happy"),
            ("photo", "aGVsbG8="),
            ("photo", "%%%"),
            ("day", "2027-11-24"),
            ("signs", ""),
        ] {
            let mut wrong = body.clone();
            wrong[field] = if field == "signs" { json!(["rumour"]) } else { json!(value) };
            let status = put(&app, &path.replace("0001", "0002"), &cadre, &wrong).status;
            assert!(matches!(status, 409 | 422), "{field} {value}: {status}");
        }
        assert_eq!(put(&app, &path, &token(&app, Role::Inspector), &body).status, 404);
        let huge = json!({"day": "2026-11-24", "outcome": "not_found", "photo": "A".repeat(1_000_000)});
        assert_eq!(put(&app, &path.replace("0001", "0003"), &cadre, &huge).status, 413);

        let seen = text(&app.get(&case, Some(&township)));
        assert!(seen.contains("/visits/visit-0001/photo") && seen.contains("孩子说：想上学"), "{seen}");
        let picture = app.get("/visits/visit-0001/photo", Some(&township));
        assert_eq!(
            (picture.header("content-type"), picture.header("cache-control")),
            ("image/jpeg", "no-store")
        );
        assert!(
            picture.body.starts_with(&[0xff, 0xd8]) && !picture.body.windows(3).any(|part| part == b"GPS")
        );
        for role in [Role::Inspector, Role::Police, Role::Registrar] {
            let refused = app.get("/visits/visit-0001/photo", Some(&token(&app, role)));
            let none = app.get("/visits/none/photo", Some(&token(&app, role)));
            assert!(role == Role::Registrar || refused.status == 404, "{role:?}");
            assert!(role == Role::Registrar || refused.body == none.body, "{role:?}: as what is not there");
        }
    });
}

/// H07: a phone holds the children of one's own pairings, and their telephones, and no other's.
#[test]
fn a_phone_holds_ones_own_children_alone() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let (child, case, cadre, township) = paired(&app);
        let book = json_of(&app.get("/api/v1/phone/book", Some(&cadre)));
        assert_eq!(book["book"]["classes"], json!([]));
        let stops = book["book"]["stops"].as_array().expect("stops");
        assert_eq!(stops.len(), 1, "{book}");
        assert_eq!(
            (&stops[0]["child"], &stops[0]["phones"][0]["number"]),
            (&json!(child), &json!("13800000000"))
        );
        assert_eq!(case, format!("/cases/{}", stops[0]["case"].as_str().expect("a case")));
        assert_eq!(json_of(&app.get("/api/v1/phone/book", Some(&township)))["book"]["stops"], json!([]));
        assert_eq!(app.get("/api/v1/phone/book", Some(&token(&app, Role::Bureau))).status, 404);
    });
}
