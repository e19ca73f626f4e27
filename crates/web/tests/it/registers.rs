//! 点名 over HTTP (issue 4 items 1, 3): the form, the API of the phone, conflicts side by side, the third day (五(九); hazards
//! A02, B06, H01, H02, H07).

use axum::http::Method;
use casework::db::testing::on_each_engine;
use casework::db::{DbError, Value};
use jiff::SignedDuration;
use rules::access::Role;
use serde_json::{Value as Json, json};

use crate::app::{Answer, Ask, HERE, TestApp};

fn token(app: &TestApp, role: Role) -> String {
    let account = app.here.with(role).next().expect("somebody").account.clone();
    app.session(HERE, &account)
}

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

fn json_of(answer: &Answer) -> Json {
    serde_json::from_slice(&answer.body).unwrap_or_else(|_| panic!("JSON: {}", text(answer)))
}

fn send(app: &TestApp, (method, path): (Method, &str), token: &str, body: &Json) -> Answer {
    app.ask(Ask {
        form: body.to_string(),
        headers: vec![("content-type", "application/json")],
        ..Ask::new(method, path, Some(token))
    })
}

/// A register as a phone sends it.
fn call(app: &TestApp, class: &str, date: &str, token: &str, body: &Json) -> Answer {
    send(app, (Method::PUT, &format!("/api/v1/classes/{class}/register/{date}")), token, body)
}

/// The class that the teacher leads, and a pupil of it.
fn class(app: &TestApp) -> (String, String) {
    let class = app.here.with(Role::Teacher).next().expect("a teacher").unit.clone();
    let of = class.clone();
    let found: Result<String, DbError> = app.app.db().read(move |tx| {
        tx.one(
            "select child from class_member where county = $1 and class = $2 and until_day is null order by child limit 1",
            &[Value::from(HERE), Value::from(of.as_str())],
            |row| row.get(0),
        )
    });
    (class, found.expect("a pupil"))
}

#[test]
fn a_class_is_called_by_its_teacher_and_by_nobody_else() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let (class, pupil) = class(&app);
        let teacher = token(&app, Role::Teacher);
        let board = app.get("/register", Some(&teacher));
        assert!(board.status == 200 || board.header("location").ends_with(&class), "{}", text(&board));
        let path = format!("/register/{class}");
        let page = text(&app.get(&path, Some(&teacher)));
        assert!(page.contains(&pupil) && page.contains("提交点名"), "{page}");
        assert!(
            page.contains("tel:13800000000"),
            "the guardian's telephone, not masked, for whoever must ring up"
        );

        let form = format!("sheet=phone-0001&day=2026-11-24&part=whole&k-{pupil}=truant&r-{pupil}=unwilling");
        let done = app.ask(Ask { form: form.clone(), ..Ask::new(Method::POST, &path, Some(&teacher)) });
        assert_eq!(done.status, 303, "{}", text(&done));
        let after = text(&app.get(done.header("location"), Some(&teacher)));
        assert!(after.contains("没来 1 人") && after.contains("缺课第 1 天"), "{after}");
        // The same sheet again, as a browser sends it that lost the answer (H01).
        let again = app.ask(Ask { form, ..Ask::new(Method::POST, &path, Some(&teacher)) });
        assert_eq!(again.header("location"), done.header("location"));
        // The same id for something else (H02).
        let other = "sheet=phone-0001&day=2026-11-24&part=whole";
        let refused =
            app.ask(Ask { form: other.to_owned(), ..Ask::new(Method::POST, &path, Some(&teacher)) });
        assert_eq!(refused.status, 422, "{}", text(&refused));
        let tomorrow = "sheet=phone-0002&day=2026-11-25&part=whole";
        let refused =
            app.ask(Ask { form: tomorrow.to_owned(), ..Ask::new(Method::POST, &path, Some(&teacher)) });
        assert!(refused.status == 409 || refused.status == 422, "{}", text(&refused));

        let list = text(&app.get("/absences", Some(&teacher)));
        assert!(list.contains(&pupil) && list.contains("第 1 天"), "{list}");
        let absent = app.get("/no-such-page", Some(&token(&app, Role::Township))).body;
        for role in [Role::Township, Role::Village, Role::Police, Role::Auditor] {
            let token = token(&app, role);
            let answer = app.get(&path, Some(&token));
            assert_eq!((answer.status, answer.body), (404, absent.clone()), "{role:?}");
        }
    });
}

#[test]
fn the_third_day_stands_on_the_list_by_itself() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let (class, pupil) = class(&app);
        let account = app.here.with(Role::Teacher).next().expect("a teacher").account.clone();
        for (day, date) in ["2026-11-24", "2026-11-25", "2026-11-26"].into_iter().enumerate() {
            let teacher = app.session(HERE, &account);
            let sheet =
                json!({"sheet": format!("sheet-00{day}"), "marks": [{"child": pupil, "kind": "truant"}]});
            let taken = call(&app, &class, date, &teacher, &sheet);
            assert_eq!(taken.status, 200, "{}", text(&taken));
            // The same sheet again is the same answer (H01).
            let again = call(&app, &class, date, &teacher, &sheet);
            assert_eq!((again.status, text(&again)), (200, text(&taken)));
            let register =
                json_of(&app.get(&format!("/api/v1/classes/{class}/register/{date}"), Some(&teacher)));
            let mine = register["pupils"]
                .as_array()
                .expect("pupils")
                .iter()
                .find(|one| one["child"] == json!(pupil));
            let mine = mine.expect("the pupil");
            assert_eq!(mine["settled"][0]["kind"], "truant", "{register}");
            assert_eq!(mine["away"], json!(day + 1), "{register}");
            let taken = json_of(&taken);
            assert_eq!(taken["missing"], 1);
            assert_eq!(taken["suspected"].as_array().map(Vec::len), Some(usize::from(day == 2)), "{taken}");
            let list = json_of(&app.get("/api/v1/suspects", Some(&teacher)));
            let listed =
                list["items"].as_array().expect("a list").iter().any(|one| one["child"] == json!(pupil));
            assert_eq!(listed, day == 2, "五(九): on the third day and not before: {list}");
            app.wait(SignedDuration::from_hours(24));
        }
        let teacher = app.session(HERE, &account);
        let page = text(&app.get("/suspects", Some(&teacher)));
        assert!(page.contains(&pupil) && page.contains("五(九)"), "{page}");
    });
}

#[test]
fn two_that_differ_stand_side_by_side_until_one_is_chosen() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let (class, pupil) = class(&app);
        let (teacher, head) = (token(&app, Role::Teacher), token(&app, Role::Head));
        let first = json!({"sheet": "sheet-head"});
        assert_eq!(call(&app, &class, "2026-11-24", &head, &first).status, 200);
        // From a phone that had no network when the head called the class.
        let second =
            json!({"sheet": "sheet-phone", "part": "whole", "marks": [{"child": pupil, "kind": "truant"}]});
        let taken = json_of(&call(&app, &class, "2026-11-24", &teacher, &second));
        assert_eq!(taken["conflicts"][0]["child"], json!(pupil), "{taken}");
        assert_eq!(taken["said"], json!([]), "nothing is counted while it is not known");
        let page = text(&app.get(&format!("/register/{class}"), Some(&teacher)));
        assert!(page.contains("两份点名说法不同"), "{page}");
        // One of the two is chosen by its button.
        let form = page.split("<form").find(|form| form.contains("value=\"truant\"")).expect("a choice");
        let fields: Vec<String> = form
            .split("<input type=\"hidden\" name=\"")
            .skip(1)
            .filter_map(|field| {
                let (name, rest) = field.split_once("\" value=\"")?;
                let (value, _) = rest.split_once('"')?;
                Some(format!("{name}={}", value.replace('+', "%2B").replace(' ', "+")))
            })
            .collect();
        let done = app.ask(Ask {
            form: fields.join("&"),
            ..Ask::new(Method::POST, format!("/register/{class}"), Some(&teacher))
        });
        assert_eq!(done.status, 303, "{}", text(&done));
        let page = text(&app.get(&format!("/register/{class}"), Some(&teacher)));
        assert!(!page.contains("两份点名说法不同") && page.contains("缺课第 1 天"), "{page}");
    });
}

/// H07: what a phone keeps is one's own classes, by a key that another account does not get.
#[test]
fn a_phone_is_opened_by_its_owner_alone() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let (class, pupil) = class(&app);
        let (teacher, head) = (token(&app, Role::Teacher), token(&app, Role::Head));
        let key = json_of(&app.get("/api/v1/phone", Some(&teacher)));
        assert_eq!(key["key"].as_str().map(str::len), Some(44));
        assert_ne!(key["key"], json_of(&app.get("/api/v1/phone", Some(&head)))["key"]);
        let answer = app.get("/api/v1/phone/book", Some(&teacher));
        assert_eq!(answer.header("cache-control"), "no-store");
        let book = json_of(&answer);
        let classes = book["book"]["classes"].as_array().expect("classes");
        assert_eq!(classes.len(), 1, "{book}");
        assert_eq!(classes[0]["id"], json!(class));
        assert!(text(&answer).contains(&pupil));
        assert!(classes[0]["days"].as_array().expect("days").len() <= 7);
        assert_eq!(json_of(&app.get("/api/v1/phone/book", Some(&head)))["book"]["classes"], json!([]));
        let wrong =
            send(&app, (Method::POST, "/api/v1/phone"), &teacher, &json!({"password": "not-the-password-1"}));
        assert!(wrong.status == 422 && text(&wrong).contains("password"), "{}", text(&wrong));
        assert_eq!(app.get("/api/v1/phone", Some(&token(&app, Role::Bureau))).status, 404);
        // The page and its worker say nothing of anybody.
        let page = app.get("/register/phone", None);
        assert!(page.status == 200 && !text(&page).contains(&pupil));
        let worker = app.get("/sw.js", None);
        assert_eq!((worker.status, worker.header("cache-control")), (200, "no-cache"));
        assert!(text(&worker).contains("/assets/register."), "the worker keeps the files of this version");
    });
}

/// The report as PDF and DOCX: twice the same bytes for whom it was reported to, listed with its digest; no file for a teacher.
fn paper(app: &TestApp, report: &str, [township, teacher]: [&str; 2]) {
    for (form, start) in [("pdf", b"%PDF-".as_slice()), ("docx", b"PK".as_slice())] {
        let path = format!("{report}/report.{form}");
        let take = |who: &str| app.get(&path, Some(&app.session(HERE, who)));
        let file = take(township);
        assert!(file.status == 200 && file.body.starts_with(start), "{form}: {}", text(&file));
        assert!(file.header("content-disposition").starts_with("attachment"), "{form}");
        assert_eq!(take(township).body, file.body, "{form}: the same again");
        assert_eq!(take(teacher).status, 404, "{form}");
    }
    let page = text(&app.get(report, Some(&app.session(HERE, township))));
    assert!(page.contains("已制作的文书") && page.contains("report.pdf"), "{page}");
    let page = text(&app.get(report, Some(&app.session(HERE, teacher))));
    assert!(!page.contains("已制作的文书") && !page.contains("report.pdf"), "{page}");
}

/// 未成年人保护法 11: ticked beside a call, it is passed on; whoever reported learns no more, and the head receives it.
fn safeguard(app: &TestApp, contacts: &str, follow: &str, [teacher, head]: [&str; 2]) {
    let form = |path: &str, who: &str, form: &str| {
        let token = app.session(HERE, who);
        app.ask(Ask { form: form.to_owned(), ..Ask::new(Method::POST, path, Some(&token)) })
    };
    let page_of = |path: &str, who: &str| app.get(path, Some(&app.session(HERE, who)));
    let call = "way=phone&outcome=no_answer&next=2026-11-28&sign-injury=1";
    let empty = form(contacts, teacher, call);
    assert!(empty.status == 422 && text(&empty).contains("看到、听到了什么"), "{}", text(&empty));
    let done = form(contacts, teacher, &format!("{call}&sign_note=%E6%97%A7%E4%BC%A4"));
    assert!(done.status == 303 && done.header("location") == "/safeguarding/passed", "{}", text(&done));
    assert!(text(&page_of("/safeguarding/passed", teacher)).contains("已转交"));
    assert!(!text(&page_of(follow, teacher)).contains("旧伤"), "not among the contacts");
    assert_eq!(page_of("/safeguarding", teacher).status, 404);
    let list = text(&page_of("/safeguarding", head));
    let id = list.split("/safeguarding/").nth(1).and_then(|rest| rest.split('"').next()).expect("a line");
    let one = format!("/safeguarding/{id}");
    assert_eq!(page_of(&one, teacher).body, page_of("/safeguarding/none", teacher).body);
    assert!(text(&page_of(&one, head)).contains("旧伤"));
    assert_eq!(form(&format!("{one}/receive"), head, "done=").status, 422);
    assert_eq!(form(&format!("{one}/receive"), head, "done=%E9%A9%AC%E4%B8%8A%E5%8E%BB").status, 303);
    assert!(text(&page_of(&one, head)).contains("马上去"));
}

/// 五(九): the head verifies and reports with one button; both lines receive it and acknowledge. Leave, contacts and days of the
/// school by their forms.
#[test]
fn from_the_third_day_to_both_lines() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let (class, pupil) = class(&app);
        let account = |role| app.here.with(role).next().expect("somebody").account.clone();
        let (teacher, head) = (account(Role::Teacher), account(Role::Head));
        let form = |path: &str, who: &str, form: &str| {
            let token = app.session(HERE, who);
            app.ask(Ask { form: form.to_owned(), ..Ask::new(Method::POST, path, Some(&token)) })
        };
        let page_of = |path: &str, who: &str| text(&app.get(path, Some(&app.session(HERE, who))));
        for (number, date) in ["2026-11-24", "2026-11-25", "2026-11-26"].into_iter().enumerate() {
            let sent = format!("sheet=sheet-00{number}&day={date}&part=whole&k-{pupil}=truant");
            assert_eq!(form(&format!("/register/{class}"), &teacher, &sent).status, 303);
            if number < 2 {
                app.wait(SignedDuration::from_hours(24));
            }
        }
        let follow = format!("/children/{pupil}/absence");
        let contacts = format!("/children/{pupil}/contacts");
        let called = "way=phone&outcome=no_answer&next=2026-11-27";
        assert_eq!(form(&contacts, &teacher, called).status, 303);
        let wrong = form(&contacts, &teacher, "way=phone&outcome=reached");
        assert!(wrong.status == 422 && text(&wrong).contains("是谁接的"), "{}", text(&wrong));
        let seen = page_of(&follow, &teacher);
        assert!(seen.contains("没人接") && !seen.contains("核证并上报"), "{seen}");

        let seen = page_of(&follow, &head);
        let row = seen.split("/suspects/").nth(1).and_then(|rest| rest.split('/').next()).expect("a row");
        let report = format!("/suspects/{row}/report");
        let typed =
            format!("child={pupil}&whereabouts=&cause=&evidence=%E6%AF%8D%E4%BA%B2%E8%AF%81%E5%AE%9E");
        let empty = form(&report, &head, &typed);
        assert!(
            empty.status == 422 && text(&empty).contains("母亲证实"),
            "what was typed stays: {}",
            text(&empty)
        );
        let plan = app.app.plan();
        let (where_, why) = (&plan.whereabouts()[0].code, &plan.causes()[0].code);
        let filled = format!(
            "child={pupil}&whereabouts={where_}&cause={why}&evidence=%E5%AE%B6%E8%AE%BF%E6%97%B6%E6%AF%8D%E4%BA%B2%E8%AF%81%E5%AE%9E"
        );
        let done = form(&report, &head, &filled);
        assert_eq!(done.status, 303, "{}", text(&done));
        let number = done.header("location").to_owned();
        assert!(number.starts_with("/reports/"), "{number}");
        assert_eq!(form(&report, &head, &filled).status, 409, "reported once");
        for role in [Role::Bureau, Role::Township] {
            let who = account(role);
            let seen = page_of(&number, &who);
            assert!(seen.contains("等签收") && seen.contains("签收</button>"), "{role:?}: {seen}");
            assert_eq!(form(&format!("{number}/receive"), &who, "").status, 303);
        }
        assert!(!page_of(&number, &head).contains("等签收"));
        assert!(page_of("/reports", &head).contains("已签收"));
        paper(&app, &number, [&account(Role::Township), &teacher]);
        safeguard(&app, &contacts, &follow, [&teacher, &head]);

        let leave = format!("/children/{pupil}/leave");
        let asked = "kind=sick&from=2026-11-27&until=2026-12-11&why=%E4%BD%8F%E9%99%A2";
        assert_eq!(form(&leave, &teacher, asked).status, 303);
        let waiting = page_of("/leave", &head);
        let id = waiting
            .split("/leave/")
            .nth(1)
            .and_then(|rest| rest.split('/').next())
            .expect("leave that waits");
        assert_eq!(form(&format!("/leave/{id}/answer"), &head, "good=1").status, 303);
        assert!(page_of("/leave", &head).contains("没有等您批的请假"));
        assert!(page_of(&follow, &teacher).contains("已批"));

        let off = "day=2026-11-26&lessons=0&why=%E6%9A%B4%E9%9B%A8%E5%81%9C%E8%AF%BE";
        assert_eq!(form("/school-days", &head, off).status, 303);
        assert!(page_of("/school-days", &head).contains("暴雨停课"));
        assert!(page_of("/suspects?cleared=1", &head).contains("更正"), "a day off makes nobody a suspect");
    });
}
