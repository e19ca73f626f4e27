//! 四步法文书 over HTTP: a form that names what is missing and keeps what was typed, hostile text, files for those who take the steps, and
//! the check page that tells a stranger nothing of anybody (hazards A02, B10, C11, K05).

use axum::http::Method;
use casework::db::testing::on_each_engine;
use casework::db::{DbError, Value};
use rules::access::Role;

use crate::app::{Answer, Ask, HERE, TestApp};

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

/// A pupil with guardians, and its name.
fn pupil(app: &TestApp, township: &str) -> (String, String) {
    let township = township.to_owned();
    let found: Result<(String, String), DbError> = app.app.db().read(move |tx| {
        tx.one(
            "select child.id, child.name from child
             join guardian on guardian.county = child.county and guardian.child = child.id and guardian.until_at is null
             where child.county = $1 and child.township = $2 and child.registration = 'local'
               and not exists (select 1 from child_case where child_case.county = $1 and child_case.child = child.id)
             order by child.id limit 1",
            &[Value::from(HERE), Value::from(township.as_str())],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    });
    found.expect("a child of the township")
}

#[test]
fn from_form_to_check() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let someone = |role| app.here.with(role).next().expect("somebody").clone();
        let (town, desk, teacher) = (someone(Role::Township), someone(Role::Bureau), someone(Role::Teacher));
        let (child, name) = pupil(&app, &town.unit);
        let post = |who: &str, path: &str, form: &str| {
            let token = app.session(HERE, who);
            app.ask(Ask { form: form.to_owned(), ..Ask::new(Method::POST, path, Some(&token)) })
        };
        let get = |who: &str, path: &str| app.get(path, Some(&app.session(HERE, who)));
        let done = |answer: Answer| {
            assert_eq!(answer.status, 303, "{}", text(&answer));
            answer.header("location").to_owned()
        };
        let case =
            done(post(&town.account, &format!("/children/{child}/case"), "words=村民反映半个月没有上学"));
        done(post(&desk.account, &format!("{case}/decide"), "kind=confirm&version=0&words=电话核实在家"));
        let unit = format!("kind=dispatch&version=1&unit={}", town.unit);
        done(post(&desk.account, &format!("{case}/decide"), &unit));
        done(post(&town.account, &format!("{case}/order"), "kind=receive&version=2"));
        let visit = "kind=visit&version=3&on=2026-11-24&flag=1&words=见到祖母和孩子";
        done(post(&town.account, &format!("{case}/work"), visit));

        let form = format!("{case}/papers/persuasion_record");
        let page = text(&get(&town.account, &form));
        assert!(page.contains("法律援助") && page.contains("未成年人保护法第十九条"), "{page}");
        let guardian = page
            .split("<option value=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .expect("a guardian");
        let typed = format!(
            "guardian={guardian}&on=2026-11-24&place=<script>alert(1)</script>&persuaders=普某某、李某某&present=祖母&parents=愿意送回学校\
             &child_said=想回学校上课&cause=跟不上不想学"
        );
        let lacking = post(&town.account, &form, &typed);
        let page = text(&lacking);
        assert!(lacking.status == 422 && page.contains("没有写“商定的办法”"), "{page}");
        assert!(
            page.contains("想回学校上课") && !page.contains("<script>alert"),
            "what was typed stays, as text"
        );
        let paper = done(post(&town.account, &form, &format!("{typed}&agreed=周末补课")));
        let page = text(&get(&town.account, &paper));
        assert!(
            page.contains("劝返〔2026〕1号") && page.contains("alert(1)") && !page.contains("<script>alert"),
            "{page}"
        );
        assert_eq!(get(&teacher.account, &form).status, 404);
        for (form, start) in [("pdf", b"%PDF-".as_slice()), ("docx", b"PK".as_slice())] {
            let path = format!("{paper}/paper.{form}");
            let file = get(&town.account, &path);
            assert!(file.status == 200 && file.body.starts_with(start), "{form}: {}", text(&file));
            assert_eq!(get(&town.account, &path).body, file.body, "{form}: the same again");
            assert_eq!(get(&teacher.account, &path).status, 404, "{form}");
        }
        let bundle = get(&town.account, &format!("{case}/file.pdf"));
        assert!(bundle.status == 200 && bundle.body.starts_with(b"%PDF-"), "{}", text(&bundle));
        let listed = text(&get(&town.account, &format!("{case}/papers")));
        assert!(listed.contains("控辍个案〔2026〕1号") && listed.contains("导出过的卷宗"), "{listed}");

        let code =
            page.split("/check/").nth(1).and_then(|rest| rest.split('"').next()).expect("a code").to_owned();
        let known = app.get(&format!("/check/{code}"), None);
        let said = text(&known);
        assert!(known.status == 200 && said.contains("劝返〔2026〕1号"), "{said}");
        assert!(
            !said.contains(&name) && !said.contains(&child) && !said.contains(&case),
            "nothing of anybody"
        );
        let turned: String = code.chars().rev().collect();
        let unknown = app.get(&format!("/check/{turned}"), None);
        assert_eq!(unknown.status, 404);
        for other in ["0", "x", "%27", &code[1..], &format!("{code}0")] {
            let answer = app.get(&format!("/check/{other}"), None);
            assert_eq!((answer.status, &answer.body), (404, &unknown.body), "{other}");
        }
        let digest = app.get(&format!("/check/{code}?digest={}", "0".repeat(64)), None);
        assert!(text(&digest).contains("文件校验值没有登记过"));
    });
}

/// domain 0.1: the county's register of what a penalty rests on; two people, and the page says what is missing.
#[test]
fn a_ground_by_two() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let someone = |role| app.here.with(role).next().expect("somebody").account.clone();
        let (desk, director, town) =
            (someone(Role::Bureau), someone(Role::Director), someone(Role::Township));
        let post = |who: &str, path: &str, form: &str| {
            let token = app.session(HERE, who);
            app.ask(Ask { form: form.to_owned(), ..Ask::new(Method::POST, path, Some(&token)) })
        };
        let get = |who: &str| text(&app.get("/penalty", Some(&app.session(HERE, who))));
        assert!(get(&desk).contains("没有登记处罚依据") && !get(&town).contains("id=\"do-ground\""));
        let plan = "norm=document&article=某县工作方案第五条&organ=county&delegation=";
        let refused = post(&desk, "/penalty", plan);
        assert!(refused.status == 409 && text(&refused).contains("第十六条"), "{}", text(&refused));
        assert_eq!(post(&desk, "/penalty", "norm=&article=&organ=").status, 422);
        let law = "norm=local_regulation&article=某省义务教育条例第四十条&organ=county&delegation=";
        assert_eq!(post(&town, "/penalty", law).status, 404);
        assert_eq!(post(&desk, "/penalty", law).status, 303);
        let page = get(&director);
        let id = page
            .split("/penalty/")
            .nth(1)
            .and_then(|rest| rest.split('/').next())
            .expect("a line")
            .to_owned();
        let review = format!("/penalty/{id}/review");
        assert_eq!(post(&desk, &review, "review=依据合法").status, 409, "not by who registered it");
        assert_eq!(post(&director, &review, "review=依据合法有效").status, 303);
        assert!(get(&desk).contains("依据、授权和法制审核都有"));
        assert_eq!(post(&desk, &format!("/penalty/{id}/end"), "").status, 303);
        assert!(get(&desk).contains("没有登记处罚依据"));
    });
}
