//! Pages for everybody over HTTP, 四(二十)(二十一): they need no account and no script, tell a stranger nothing, keep what was typed, and stand in
//! no archive (hazards F01, F02, F04, F07, F10, D03, A26).

use axum::http::Method;
use casework::db::testing::on_each_engine;
use jiff::SignedDuration;
use rules::access::{Role, Standing};

use crate::app::{Answer, Ask, HERE, TestApp};
use crate::markup::clean;

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

fn post(app: &TestApp, path: &str, form: &str, token: Option<&str>) -> Answer {
    app.ask(Ask { form: form.to_owned(), ..Ask::new(Method::POST, path, token) })
}

/// The value of a hidden field of a page.
fn hidden(page: &str, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    page.split(&start).nth(1).and_then(|rest| rest.split('"').next()).expect("a field").to_owned()
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Somebody who leads there.
fn leader(app: &TestApp, role: Role) -> String {
    let wanted = Some((role, Standing::Leads));
    let one = app.here.people.iter().find(|one| one.role == wanted).expect("somebody").account.clone();
    app.session(HERE, &one)
}

/// From the form to the receipt, to the desk and back to the receipt; hostile text does nothing on the way.
#[test]
fn from_the_form_to_the_answer() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        for path in ["/public", "/tip", "/help", "/receipt", "/f"] {
            let answer = app.get(path, None);
            let page = text(&answer);
            assert_eq!(answer.status, 200, "{path}");
            clean(path, &page);
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
            assert!(answer.header("x-robots-tag").contains("noindex") && page.contains("noindex"), "{path}");
            assert!(!page.contains("段小"), "{path}: no child");
        }
        let ticket = hidden(&text(&app.get("/tip", None)), "ticket");
        let evil = "<script>alert(1)</script>孩子没有上学，{{7*7}}";
        let form = format!(
            "ticket={ticket}&kind=not_in_school&about=family&township=h-P&text={}&name={}&phone=13900000000",
            percent(evil),
            percent("段热心")
        );
        let short = post(&app, "/tip", &form.replace("&about=family", ""), None);
        let page = text(&short);
        assert!(short.status == 422 && page.contains("反映的是谁") && page.contains("alert(1)"), "{page}");
        clean("the form once more", &page);
        let taken = post(&app, "/tip", &form, None);
        let page = text(&taken);
        assert_eq!(taken.status, 200, "{page}");
        let code =
            page.split("<b>").find(|part| part.len() > 30 && part.as_bytes()[5] == b'-').expect("a code");
        let code = code.split('<').next().expect("a code").to_owned();
        assert!(
            text(&post(&app, "/tip", &form, None)).contains(&code),
            "H01: a reload shows the same receipt"
        );

        let desk = leader(&app, Role::Bureau);
        let listed = text(&app.get("/tips", Some(&desk)));
        let href =
            listed.split("href=\"/tips/").nth(1).and_then(|rest| rest.split('"').next()).expect("a tip");
        let path = format!("/tips/{href}");
        let page = text(&app.get(&path, Some(&desk)));
        clean("the tip", &page);
        assert!(
            page.contains("alert(1)") && !page.contains("<script>alert") && !page.contains("段热心"),
            "{page}"
        );
        let other = leader(&app, Role::Township);
        assert_eq!(app.get(&path, Some(&other)).status, 404);
        assert_eq!(post(&app, &format!("{path}/sort"), "do=take", Some(&other)).status, 404);
        assert_eq!(post(&app, &format!("{path}/sort"), "do=take", Some(&desk)).status, 303);
        let named = post(
            &app,
            &format!("{path}/sort"),
            &format!("do=close&found=true&answer={}", percent("电话13800001234")),
            Some(&desk),
        );
        assert!(named.status == 422 && text(&named).contains("手机号"));
        let handed = post(&app, &format!("{path}/sort"), "do=hand&unit=h-P", Some(&desk));
        assert_eq!(handed.status, 303);
        assert!(text(&app.get(&path, Some(&other))).contains("报回核实情况"));
        assert_eq!(post(&app, &format!("{path}/reporter"), "reason=ask", Some(&other)).status, 404);
        let shown = post(&app, &format!("{path}/reporter"), "reason=ask", Some(&desk));
        assert!(text(&shown).contains("段热心"), "{}", text(&shown));
        let answered = percent("已经上门看过，正在帮助孩子返校。");
        let closed = post(
            &app,
            &format!("{path}/sort"),
            &format!("do=close&found=true&answer={answered}"),
            Some(&desk),
        );
        assert_eq!(closed.status, 303);
        let receipt = post(&app, "/receipt", &format!("code={code}"), None);
        assert!(text(&receipt).contains("正在帮助孩子返校") && !text(&receipt).contains(&code));
    });
}

/// F01, F02: every code that does not count gets the very same bytes.
#[test]
fn codes_that_tell_nothing() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let unknown = post(&app, "/receipt", "code=AAAAA-AAAAA", None);
        for code in ["", "x", "%27+or+1%3D1", "539999201601010015", &"A".repeat(10_000)] {
            let answer = post(&app, "/receipt", &format!("code={code}"), None);
            assert_eq!((answer.status, &answer.body), (200, &unknown.body), "{code}");
        }
        let unknown = app.get("/f/AAAAAAAAAA", None);
        assert_eq!(unknown.status, 404);
        for code in ["x", "%27", "539999201601010015", &"A".repeat(300), "%F0%9F%98%80"] {
            let answer = app.get(&format!("/f/{code}"), None);
            assert_eq!((answer.status, &answer.body), (404, &unknown.body), "{code}");
            let answer = post(&app, &format!("/f/{code}"), "kind=call&words=x", None);
            assert_eq!((answer.status, &answer.body), (404, &unknown.body), "{code}");
        }
    });
}

/// F03, F10: when too many come the same form with its text comes back, with what a script may do and how long it is to wait without one; then
/// it is taken. F04: what is far too long is not read.
#[test]
fn too_many_and_too_long() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let send = |ticket: &str, number: usize| {
            let said = percent(&format!("孩子没有上学，第{number}次写"));
            post(&app, "/tip", &format!("ticket={ticket}&kind=not_in_school&about=family&text={said}"), None)
        };
        let ticket = || hidden(&text(&app.get("/tip", None)), "ticket");
        for number in 0..20 {
            assert_eq!(send(&ticket(), number).status, 200, "{number}");
        }
        let last = ticket();
        let answer = send(&last, 99);
        let page = text(&answer);
        clean("the form that waits", &page);
        assert_eq!((answer.status, answer.header("retry-after")), (429, "60"));
        assert!(
            page.contains("第99次写")
                && page.contains("data-proof=\"11\"")
                && hidden(&page, "ticket") == last
        );
        app.wait(SignedDuration::from_secs(61));
        assert_eq!(send(&last, 99).status, 200, "without a script, after the wait");
        let long = format!("ticket={last}&text={}", "a".repeat(5 << 20));
        assert_eq!(post(&app, "/tip", &long, None).status, 413);
    });
}

/// 四(二十): a code from the child's page, the family's page by it, an answer, and who reads it.
#[test]
fn a_family_answers() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let (town, desk) = (leader(&app, Role::Township), leader(&app, Role::Bureau));
        let child = app.here.child("own").expect("a child").to_owned();
        let path = format!("/children/{child}/family");
        let page = text(&app.get(&path, Some(&town)));
        clean("the codes", &page);
        assert!(text(&app.get(&format!("/children/{child}"), Some(&town))).contains(&path));
        let ticket = hidden(&page, "ticket");
        let given =
            post(&app, &path, &format!("ticket={ticket}&reason=persuade&by_day=2026-11-30"), Some(&town));
        let page = text(&given);
        assert!(page.contains("data:image/svg+xml;base64,"), "{page}");
        let at = page
            .split("http://127.0.0.1:8080")
            .nth(1)
            .and_then(|rest| rest.split('<').next())
            .expect("an address");
        let shown = app.get(at, None);
        let page = text(&shown);
        assert_eq!((shown.status, shown.header("cache-control")), (200, "no-store"));
        clean("the family's page", &page);
        assert!(
            page.contains("段某某，2016年生")
                && page.contains("12348")
                && page.contains("义务教育法第五十八条")
        );
        assert!(
            !page.contains("段小") && !page.contains(&child) && !page.contains("SP单位"),
            "nothing of the file"
        );
        // 六(三): what the county supplies in a language stands there; what it does not is absent.
        assert!(page.contains("ꆈꌠ") && page.contains("/f-sound/ii") && !page.contains("/f-sound/bca"));
        let sound = app.get("/f-sound/ii", None);
        assert_eq!(
            (sound.status, sound.header("content-type"), sound.body.as_slice()),
            (200, "audio/mpeg", &b"ID3 sound"[..])
        );
        assert_eq!(app.get("/f-sound/bca", None).status, 404);
        let ticket = hidden(&page, "ticket");
        let lacking = post(&app, at, &format!("ticket={ticket}&kind=object"), None);
        assert!(lacking.status == 422 && text(&lacking).contains("不同意什么"));
        let said = percent("没有钱交车费");
        let answered = post(&app, at, &format!("ticket={ticket}&kind=help&words={said}"), None);
        assert_eq!((answered.status, answered.header("location")), (303, format!("{at}?sent=1").as_str()));
        assert!(text(&app.get(&format!("{at}?sent=1"), None)).contains("已经收到您的回复"));
        let page = text(&app.get(&path, Some(&town)));
        assert!(page.contains("没有钱交车费"));
        let done = page
            .split("action=\"/family/")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .expect("an answer");
        let words = format!("words={}", percent("周四上门办补助"));
        assert_eq!(post(&app, &format!("/family/{done}"), &words, Some(&desk)).status, 404, "another unit's");
        assert_eq!(post(&app, &format!("/family/{done}"), &words, Some(&town)).status, 303);
        assert!(text(&app.get(at, None)).contains("周四上门办补助"));
        let revoke =
            page.split("/revoke").next().and_then(|rest| rest.rsplit('/').next()).expect("a code").to_owned();
        assert_eq!(post(&app, &format!("/family/{revoke}/revoke"), "", Some(&town)).status, 303);
        assert_eq!(app.get(at, None).status, 404);
    });
}

/// E08, F04: photographs ride in the form's own fields; what is no picture is refused with everything that was typed, and what is far too long is not
/// read. Whoever may read the tip sees them; nobody else finds them.
#[test]
fn photographs_of_a_tip() {
    use base64::Engine as _;
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let page = text(&app.get("/tip", None));
        assert!(page.contains("data-photos hidden") && page.contains("name=\"photo3\""), "{page}");
        let part = |marker: u8, body: &[u8]| {
            let size = u16::try_from(body.len() + 2).expect("short").to_be_bytes();
            [&[0xff, marker], size.as_slice(), body].concat()
        };
        let picture = [
            vec![0xff, 0xd8],
            part(0xe1, b"Exif\0\0GPSLatitude"),
            part(0xdb, &[0; 65]),
            part(0xc4, &[0; 17]),
            part(0xc0, &[8, 0, 9, 0, 9, 3, 1, 0x11, 0]),
            part(0xda, &[1, 1, 0, 0, 63, 0]),
            vec![1, 2, 3, 0xff, 0xd9],
        ]
        .concat();
        let photo = percent(&base64::engine::general_purpose::STANDARD.encode(picture));
        let form = |photo: &str| {
            let ticket = hidden(&text(&app.get("/tip", None)), "ticket");
            let said = percent("孩子没有上学，在工地上干活");
            format!("ticket={ticket}&kind=not_in_school&about=family&text={said}&photo1={photo}")
        };
        let wrong = post(&app, "/tip", &form("aGVsbG8%3D"), None);
        let page = text(&wrong);
        clean("the form with a wrong photograph", &page);
        assert!(
            wrong.status == 422 && page.contains("有一张照片收不下") && page.contains("在工地上干活"),
            "{page}"
        );
        assert!(page.contains("value=\"aGVsbG8=\""), "what was chosen stays");
        let hostile = text(&post(&app, "/tip", &form("%22%3E%3Cscript%3E"), None));
        assert!(!hostile.contains("\"><script>"), "{hostile}");
        assert_eq!(post(&app, "/tip", &form(&"A".repeat(2 << 20)), None).status, 413);
        assert_eq!(post(&app, "/tip", &form(&photo), None).status, 200);
        let desk = leader(&app, Role::Bureau);
        let listed = text(&app.get("/tips", Some(&desk)));
        let id = listed.split("href=\"/tips/").nth(1).and_then(|rest| rest.split('"').next()).expect("a tip");
        let at = format!("/tips/{id}/photos/1");
        let page = text(&app.get(&format!("/tips/{id}"), Some(&desk)));
        // A small picture of bounded width, from the same house, and the large one behind it.
        assert!(page.contains(&format!("<img src=\"{at}\" width=\"150\"")), "{page}");
        assert!(page.contains(&format!("<a href=\"{at}\">")), "{page}");
        let shown = app.get(&at, Some(&desk));
        assert_eq!((shown.status, shown.header("content-type")), (200, "image/jpeg"));
        assert!(!shown.body.windows(3).any(|part| part == b"GPS"));
        for (path, token) in [
            (at.clone(), Some(leader(&app, Role::Township))),
            (format!("/tips/{id}/photos/2"), Some(desk.clone())),
            (format!("/tips/{id}/photos/x"), Some(desk)),
        ] {
            assert_eq!(app.get(&path, token.as_deref()).status, 404, "{path}");
        }
        assert_ne!(app.get(&at, None).status, 200);
    });
}

/// 六(三), E05: the county enters a language with a sound, known by its first bytes; it stands on every family's page and goes out as what it is.
#[test]
fn languages_by_the_county() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let bureau = leader(&app, Role::Bureau);
        let upload = |token: &str, sound: &str, reviewer: &str| {
            let field = |name: &str, value: &str| {
                format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
            };
            let body = [
                field("language", "bca"),
                field("long", "（由县里请人译的白语）"),
                field("translator", "段某某"),
                field("day", "2026-11-01"),
                field("reviewer", reviewer),
                format!(
                    "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp3\"\r\n\r\n{sound}\r\n--x--\r\n"
                ),
            ]
            .concat();
            let request = axum::http::Request::post("/languages")
                .header("content-type", "multipart/form-data; boundary=x")
                .header("host", "127.0.0.1:8080")
                .header("sec-fetch-site", "same-origin")
                .header("cookie", format!("baoxue={token}"))
                .body(axum::body::Body::from(body))
                .expect("a request");
            app.raw(request)
        };
        let wrong = upload(&bureau, "MZ not a sound", "杨某某");
        let page = text(&wrong);
        clean("the languages with what is wrong", &page);
        assert!(
            wrong.status == 422 && page.contains("请选录音文件") && page.contains("由县里请人译的白语"),
            "{page}"
        );
        assert_eq!(upload(&bureau, "OggS sound", "段某某").status, 422, "two people");
        assert_eq!(upload(&leader(&app, Role::Township), "OggS sound", "杨某某").status, 404);
        assert_eq!(app.get("/f-sound/bca", None).status, 404);
        assert_eq!(upload(&bureau, "OggS sound", "杨某某").status, 303);
        let page = text(&app.get("/languages", Some(&bureau)));
        clean("the languages", &page);
        assert!(page.contains("段某某译") && page.contains("/f-sound/bca"), "{page}");
        let sound = app.get("/f-sound/bca", None);
        assert_eq!(
            (sound.status, sound.header("content-type"), sound.body.as_slice()),
            (200, "audio/ogg", &b"OggS sound"[..])
        );
        app.wait(jiff::SignedDuration::from_secs(1));
        assert_eq!(post(&app, "/languages/bca/off", "", Some(&bureau)).status, 303);
        assert_eq!(app.get("/f-sound/bca", None).status, 404);
    });
}

/// 四(二十): the code can be given from the case and from the notice; `/public` leads to what the inspections found (五(十二)).
#[test]
fn one_page_leads_to_the_other() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        assert!(text(&app.get("/public", None)).contains("/public/inspections"));
        let admin =
            app.session(HERE, &app.here.with(Role::UnitAdmin).next().expect("an administrator").account);
        let unit = app.here.with(Role::UnitAdmin).next().expect("an administrator").unit.clone();
        let at = format!("/units/{unit}");
        assert!(text(&app.get(&at, Some(&admin))).contains("办公电话"));
        let wrong = post(&app, &format!("{at}/phone"), "phone=13800001234", Some(&admin));
        assert!(text(&wrong).contains("请写办公电话"));
        assert_eq!(post(&app, &format!("{at}/phone"), "phone=0872-8521234", Some(&admin)).status, 303);
        assert!(text(&app.get(&at, Some(&admin))).contains("0872-8521234"));
    });
}
