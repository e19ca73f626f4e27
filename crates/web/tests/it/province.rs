//! 省系统考勤 and 点名时段 over HTTP (issue 4 item 6, 五(九)): the file looked at before anything changes, rows to correct as a workbook,
//! differences decided by the head; the source set by the head (hazards A02, E04, E12, E14).

use axum::http::Method;
use casework::db::testing::on_each_engine;
use casework::db::{DbError, Value};
use rules::access::Role;

use crate::api::{bearer, call, said};
use crate::app::{Answer, Ask, HERE, TestApp};

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

fn token(app: &TestApp, role: Role) -> String {
    let account = app.here.with(role).next().expect("somebody").account.clone();
    app.session(HERE, &account)
}

fn post(app: &TestApp, path: &str, token: &str, form: &str) -> Answer {
    app.ask(Ask { form: form.to_owned(), ..Ask::new(Method::POST, path, Some(token)) })
}

/// A file as a browser uploads it.
fn upload(app: &TestApp, token: &str, text: &str) -> Answer {
    let form = format!(
        "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"export.csv\"\r\ncontent-type: text/csv\r\n\r\n\
         {text}\r\n--x--\r\n"
    );
    app.ask(Ask {
        form,
        headers: vec![("content-type", "multipart/form-data; boundary=x")],
        ..Ask::new(Method::POST, "/province", Some(token))
    })
}

/// The pupils of the teacher's class: id and name.
fn pupils(app: &TestApp) -> Vec<(String, String)> {
    let class = app.here.with(Role::Teacher).next().expect("a teacher").unit.clone();
    let found: Result<Vec<(String, String)>, DbError> = app.app.db().read(move |tx| {
        tx.query(
            "select child.id, child.name from class_member member
             join child on child.county = member.county and child.id = member.child
             where member.county = $1 and member.class = $2 and member.until_day is null order by child.id",
            &[Value::from(HERE), Value::from(class.as_str())],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    });
    found.expect("pupils")
}

/// ID number of the child that the small county made as the n-th.
fn number(sort: usize) -> String {
    let mut number = format!("53999920160{}{:02}001", sort % 9 + 1, sort % 28 + 1);
    let check = number.as_bytes().try_into().ok().and_then(rules::identity::check_digit).expect("digits");
    number.push(char::from(check));
    number
}

const HEADINGS: &str = "日期,学校名称,班级,姓名,身份证件号,考勤类别,原因";

#[test]
fn looked_at_taken_over_decided_and_taken_back() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let (registrar, head, teacher) =
            (token(&app, Role::Registrar), token(&app, Role::Head), token(&app, Role::Teacher));
        let class = app.here.with(Role::Teacher).next().expect("a teacher").unit.clone();
        let called = "sheet=phone-0001&day=2026-11-24&part=whole";
        assert_eq!(post(&app, &format!("/register/{class}"), &teacher, called).status, 303);
        let pupils = pupils(&app);
        let (own, name) = (app.here.child("own").expect("a child").to_owned(), "段小一");
        assert!(pupils.iter().any(|(id, called)| *id == own && called == name), "{pupils:?}");
        let page = text(&app.get("/province", Some(&registrar)));
        assert!(page.contains("还没有导入过") && page.contains("考勤类别"), "{page}");

        let wrong = upload(&app, &registrar, "姓名,电话\n段小一,1\n");
        assert!(wrong.status == 422 && text(&wrong).contains("class=\"err\""), "{}", text(&wrong));
        let file = format!(
            "{HEADINGS}\n2026-11-24,SP单位,,{name},{},旷课,外出务工\n2026-11-24,SP单位,,{name},{},也许在,\n\
             2026-11-24,SQ单位,,段小五,{},旷课,\n",
            number(0),
            number(0),
            number(4),
        );
        let taken = upload(&app, &registrar, &file);
        assert_eq!(taken.status, 303, "{}", text(&taken));
        let export = taken.header("location").to_owned();
        let page = text(&app.get(&export, Some(&registrar)));
        for said in ["待写入", "2 行要改正", "只和点名核对", name, "旷课"] {
            assert!(page.contains(said), "{said}: {page}");
        }
        assert!(!page.contains("段小五"), "another school's pupil is not named");
        let workbook = app.get(&format!("{export}/errors.xlsx"), Some(&registrar));
        assert!(workbook.status == 200 && workbook.body.starts_with(b"PK"));
        assert_eq!(upload(&app, &registrar, &file).header("location"), format!("{export}?again=1"));
        for role in [Role::Teacher, Role::Township, Role::Inspector] {
            let token = token(&app, role);
            for path in ["/province", export.as_str(), "/province/differences"] {
                assert_eq!(app.get(path, Some(&token)).status, 404, "{role:?} {path}");
            }
        }
        assert!(!text(&app.get("/province/differences", Some(&head))).contains("核实后定"), "nothing yet");
        assert_eq!(post(&app, &format!("{export}/apply"), &registrar, "").header("location"), export);

        assert!(text(&app.get("/", Some(&head))).contains("处考勤和省系统不同"), "the head's duty");
        let page = text(&app.get("/province/differences", Some(&head)));
        assert!(page.contains("核实后定") && page.contains("旷课"), "{page}");
        assert!(text(&app.get("/province/differences", Some(&registrar))).contains("等校长核实"));
        let decide = format!("/province/differences/{own}/2026-11-24");
        let empty = post(&app, &decide, &head, "how=ours&why=");
        assert!(empty.status == 422 && text(&empty).contains("请写怎么核实的"), "{}", text(&empty));
        assert_eq!(post(&app, &decide, &registrar, "how=ours&why=x").status, 404);
        assert_eq!(post(&app, &decide, &head, "how=ours&why=x").status, 303);
        let page = text(&app.get("/province/differences?state=ours", Some(&head)));
        assert!(page.contains("复制这一行") && page.contains("应为到校"), "{page}");
        assert_eq!(post(&app, &decide, &head, "how=theirs&why=x").status, 303, "thought better of it");
        let page = text(&app.get(&format!("/register/{class}"), Some(&teacher)));
        assert!(page.contains("缺课第 1 天"), "{page}");
        assert_eq!(post(&app, &decide, &head, "how=theirs&why=x").status, 404, "settled");
        assert_eq!(post(&app, &format!("{export}/undo"), &registrar, "").status, 303);
        assert!(text(&app.get(&export, Some(&registrar))).contains("已撤销"));
    });
}

#[test]
fn the_head_sets_what_is_called_and_where_marks_come_from() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let (head, teacher) = (token(&app, Role::Head), token(&app, Role::Teacher));
        let class = app.here.with(Role::Teacher).next().expect("a teacher").unit.clone();
        let to = app.get("/calling", Some(&head)).header("location").to_owned();
        assert_eq!(to, "/calling/h-SP");
        let page = text(&app.get(&to, Some(&head)));
        assert!(page.contains("在本系统点名") && page.contains("返校的晚上点"), "{page}");
        let wrong = post(&app, &to, &head, "source=province&parts=halves&evenings=none");
        assert!(wrong.status == 422 && text(&wrong).contains("省系统每天一个结果"), "{}", text(&wrong));
        assert_eq!(post(&app, &to, &head, "source=here&parts=often&evenings=none").status, 422);
        let done = post(&app, &to, &head, "source=province&parts=whole&evenings=returns");
        assert_eq!(done.status, 303, "{}", text(&done));
        assert!(text(&app.get(done.header("location"), Some(&head))).contains("已保存"));
        let refused =
            post(&app, &format!("/register/{class}"), &teacher, "sheet=phone-0001&day=2026-11-24&part=whole");
        assert!(refused.status == 409 && text(&refused).contains("从省系统导入"), "{}", text(&refused));
        assert!(text(&app.get(&format!("/register/{class}"), Some(&teacher))).contains("从省系统导入"));
        // The export becomes the register, and says where it is from.
        let registrar = token(&app, Role::Registrar);
        let file = format!("{HEADINGS}\n2026-11-24,SP单位,,段小一,{},旷课,\n", number(0));
        let export = upload(&app, &registrar, &file).header("location").to_owned();
        assert!(text(&app.get(&export, Some(&registrar))).contains("作为点名记下"));
        assert_eq!(post(&app, &format!("{export}/apply"), &registrar, "").status, 303);
        let page = text(&app.get(&format!("/register/{class}"), Some(&teacher)));
        assert!(page.contains("缺课第 1 天") && page.contains("省系统导出"), "{page}");
        assert_eq!(app.get("/calling/h-SQ", Some(&head)).status, 404);
        assert_eq!(app.get("/calling", Some(&teacher)).status, 404);
        assert!(text(&app.get("/calling", Some(&token(&app, Role::Bureau)))).contains("SQ单位"));
    });
}

/// The same by JSON, for an office that hands its exports in by a script: looked at, once under a key, taken over, decided.
#[test]
fn a_program_hands_in_and_reconciles() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let (registrar, head) = (token(&app, Role::Registrar), token(&app, Role::Head));
        let own = app.here.child("own").expect("a child").to_owned();
        // As a script sends it: no cookie, no page of ours.
        let ask = |method: &str, path: &str, token: &str, body: &str| {
            let kind =
                if body.starts_with("--") { "multipart/form-data; boundary=x" } else { "application/json" };
            let bearer = bearer(token);
            let headers = [("authorization", bearer.as_str()), ("content-type", kind)];
            call(&app, method, &format!("/api/v1/province{path}"), &headers, body)
        };
        let file = format!("{HEADINGS}\n2026-11-24,SP单位,,段小一,{},旷课,\n", number(0));
        let form = format!(
            "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"e.csv\"\r\n\r\n{file}\r\n--x--\r\n"
        );
        let taken = ask("POST", "", &registrar, &form);
        assert_eq!(taken.status, 201, "{}", text(&taken));
        let export = format!("/{}", said(&taken)["id"].as_str().expect("an id"));
        let again = ask("POST", "", &registrar, &form);
        assert_eq!(
            (again.status, &said(&again)["id"]),
            (200, &said(&taken)["id"]),
            "the same file is one export"
        );
        let shown = said(&ask("GET", &export, &registrar, ""));
        assert_eq!(
            (shown["state"].as_str(), shown["items"][0]["missing"][0]["mark"].as_str()),
            (Some("待写入"), Some("旷课"))
        );
        assert_eq!(ask("GET", &export, &token(&app, Role::Teacher), "").status, 404);
        assert_eq!(said(&ask("GET", "/differences", &head, ""))["items"], serde_json::json!([]));
        for _ in 0..2 {
            assert_eq!(ask("POST", &format!("{export}/apply"), &registrar, "").status, 204);
        }
        let differ = said(&ask("GET", "/differences", &head, ""));
        let (one, total) = (&differ["items"][0], &differ["total"]);
        assert_eq!(
            (one["child"].as_str(), one["there"].as_str(), total.as_i64()),
            (Some(own.as_str()), Some("旷课"), Some(1))
        );
        let decide = format!("/differences/{own}/2026-11-24");
        assert_eq!(ask("POST", &decide, &head, r#"{"how":"both","why":"x"}"#).status, 422);
        assert_eq!(ask("POST", &decide, &registrar, r#"{"how":"ours","why":"x"}"#).status, 404);
        assert_eq!(ask("POST", &decide, &head, r#"{"how":"ours","why":"打过电话"}"#).status, 204);
        assert_eq!(ask("GET", "/differences?state=theirs", &head, "").status, 422);
        let ours = said(&ask("GET", "/differences?state=ours", &head, ""));
        assert_eq!(ours["items"][0]["why"].as_str(), Some("打过电话"));
        assert_eq!(ask("POST", &format!("{export}/undo"), &registrar, "").status, 204);
        assert_eq!(said(&ask("GET", "", &registrar, ""))["items"][0]["state"].as_str(), Some("已撤销"));
    });
}
