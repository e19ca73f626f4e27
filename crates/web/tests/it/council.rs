//! Conference, library, inspection and assessment over HTTP (issue 6 items 5 and 7): what a page shows to whom, what was typed stays, files are
//! bounded and never opened, and the public page that names nobody (hazards E05, E06, F06, F07, D01).

use axum::body::Body;
use axum::http::{Method, Request, header};
use casework::db::testing::on_each_engine;
use rules::access::Role;

use crate::app::{Answer, Ask, HERE, TestApp};

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

struct Scene {
    app: TestApp,
}

impl Scene {
    fn token(&self, role: Role) -> String {
        self.app.session(HERE, &self.app.here.with(role).next().expect("somebody").account)
    }

    fn get(&self, role: Role, path: &str) -> Answer {
        self.app.get(path, Some(&self.token(role)))
    }

    fn post(&self, role: Role, path: &str, form: &str) -> Answer {
        let token = self.token(role);
        self.app.ask(Ask { form: form.to_owned(), ..Ask::new(Method::POST, path, Some(&token)) })
    }

    fn done(&self, role: Role, path: &str, form: &str) -> String {
        let answer = self.post(role, path, form);
        assert_eq!(answer.status, 303, "{path}: {}", text(&answer));
        answer.header("location").to_owned()
    }

    fn upload(&self, role: Role, path: &str, content: &str) -> Answer {
        let body = format!(
            "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../../方案.pdf\"\r\n\r\n{content}\r\n\
             --x\r\nContent-Disposition: form-data; name=\"words\"\r\n\r\n盖章的扫描件\r\n\
             --x\r\nContent-Disposition: form-data; name=\"why\"\r\n\r\n换成盖章件\r\n--x--\r\n"
        );
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
            .header(header::HOST, "127.0.0.1:8080")
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, format!("baoxue={}", self.token(role)))
            .body(Body::from(body))
            .expect("a request");
        self.app.raw(request)
    }
}

impl Scene {
    /// A form with the file alone.
    fn upload_bare(&self, role: Role, path: &str, content: &str) -> Answer {
        let body = format!(
            "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../../方案.pdf\"\r\n\r\n{content}\r\n--x--\r\n"
        );
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
            .header(header::HOST, "127.0.0.1:8080")
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, format!("baoxue={}", self.token(role)))
            .body(Body::from(body))
            .expect("a request");
        self.app.raw(request)
    }
}

/// 四, 六(四): a proof of a duty may be a file; its unit adds it, whoever reads the duty gets it, another unit finds nothing.
#[test]
fn files_of_duties() {
    on_each_engine(|db| {
        let scene = Scene { app: TestApp::new(db) };
        let unit = scene.app.here.with(Role::Police).next().expect("the police").unit.clone();
        let list = text(&scene.get(Role::Police, "/duties"));
        let at =
            list.split("href=\"/duties/").nth(1).and_then(|rest| rest.split('"').next()).expect("a duty");
        let at = format!("/duties/{at}");
        scene.done(Role::Police, &at, &format!("unit={unit}&words=查清了三批去向，台账在治安大队"));
        let page = text(&scene.get(Role::Police, &at));
        let file = page
            .split("action=\"")
            .filter_map(|rest| rest.split('"').next())
            .find(|one| one.ends_with("/file"));
        let file = file.expect("a form for a file").to_owned();
        assert_eq!(scene.upload_bare(Role::Police, &file, "GIF89a").status, 422);
        assert_eq!(scene.upload_bare(Role::Civil, &file, "%PDF-1.7").status, 404);
        assert_eq!(scene.upload_bare(Role::Police, &file, "%PDF-1.7 done").status, 303);
        let page = text(&scene.get(Role::Bureau, &at));
        let id = page
            .split("href=\"/proof-files/")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .expect("a file");
        assert_eq!(scene.get(Role::Bureau, &format!("/proof-files/{id}")).status, 200);
        assert_eq!(scene.get(Role::Health, &format!("/proof-files/{id}")).status, 404);
        assert_eq!(scene.get(Role::Head, &format!("/proof-files/{id}")).status, 404);
    });
}

/// 五(二): the one who calls, the office that keeps, the members that read; what was typed stays beside what is wrong with it.
#[test]
fn a_meeting_on_its_page() {
    on_each_engine(|db| {
        let scene = Scene { app: TestApp::new(db) };
        let page = text(&scene.get(Role::Director, "/conference"));
        assert!(page.contains("召集会议") && page.contains("五(二)"), "{page}");
        assert!(!text(&scene.get(Role::Police, "/conference")).contains("召集会议"));
        let wrong = scene.post(Role::Director, "/conference", "day=2026-11-01&hour=09:00&place=会议室");
        assert_eq!(wrong.status, 422);
        assert!(text(&wrong).contains("会议室") && text(&wrong).contains("开会的日子已经过了"));
        let at = scene.done(Role::Director, "/conference", "day=2026-11-24&hour=09:00&place=会议室");
        let page = text(&scene.get(Role::Bureau, &at));
        assert!(page.contains("确定议程") && page.contains("没有落实证明的措施"), "{page}");
        assert!(text(&scene.get(Role::Police, &at)).contains("议程还没有定"));
        assert_eq!(scene.get(Role::Head, &at).status, 404);
        assert_eq!(scene.get(Role::Police, &format!("{at}/agenda.docx")).status, 404, "not fixed yet");
        scene.done(Role::Bureau, &format!("{at}/fix"), "");
        let again = scene.post(Role::Bureau, &format!("{at}/fix"), "");
        assert_eq!(again.status, 409);
        assert!(text(&again).contains("议程已经定了"));
        let agenda = scene.get(Role::Police, &format!("{at}/agenda.docx"));
        assert_eq!((agenda.status, agenda.body.starts_with(b"PK")), (200, true));
        let hold = "day=2026-11-24&chair=副县长&attended=各单位&minutes=";
        let wrong =
            scene.post(Role::Bureau, &format!("{at}/hold"), &format!("{hold}还有2名学生没有返校，继续劝返"));
        assert_eq!(wrong.status, 422);
        assert!(text(&wrong).contains("2名") && text(&wrong).contains("副县长"));
        scene.done(
            Role::Bureau,
            &format!("{at}/hold"),
            &format!("{hold}<script>研究了超期个案的办理</script>"),
        );
        let page = text(&scene.get(Role::Bureau, &at));
        assert!(page.contains("&#60;script&#62;研究") && !page.contains("<script>研究"), "{page}");
        let unit = &scene.app.here.with(Role::Police).next().expect("the police").unit;
        let new = format!("unit={unit}&words=查清去向&proof=名单&due=2026-12-20");
        scene.done(Role::Bureau, &format!("{at}/decisions"), &new);
        assert_eq!(scene.post(Role::Bureau, &format!("{at}/close"), "").status, 409, "who wrote it");
        scene.done(Role::Director, &format!("{at}/close"), "");
        let mine = text(&scene.get(Role::Police, "/tasks"));
        assert!(mine.contains("查清去向"), "{mine}");
        assert!(!text(&scene.get(Role::Civil, "/tasks")).contains("查清去向"));
        let task =
            mine.split("href=\"/tasks/").nth(1).and_then(|rest| rest.split('"').next()).expect("a task");
        assert_eq!(scene.get(Role::Civil, &format!("/tasks/{task}")).status, 404);
        // E05, E06: a file as proof is known by its first bytes, bounded, and given to who may see the task.
        let file = format!("/tasks/{task}/file");
        let bare = |role, path: &str, content: &str| scene.upload_bare(role, path, content);
        let wrong = bare(Role::Police, &file, "MZ this is no paper");
        assert!(wrong.status == 422 && text(&wrong).contains("请选择PDF或者DOCX文件"));
        assert_eq!(
            scene.app.count("select cast(count(*) as bigint) from file_part"),
            0,
            "looked at before it is stored"
        );
        assert_eq!(bare(Role::Civil, &file, "%PDF-1.7").status, 404);
        for _ in 0..2 {
            assert_eq!(bare(Role::Police, &file, "%PDF-1.7 the list").status, 303);
        }
        let page = text(&scene.get(Role::Police, &format!("/tasks/{task}")));
        assert!(
            page.contains("方案.pdf") && !page.contains("../") && page.matches("/proof-files/").count() == 1,
            "{page}"
        );
        let at_file = page
            .split("href=\"/proof-files/")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .expect("a file");
        let got = scene.get(Role::Bureau, &format!("/proof-files/{at_file}"));
        assert_eq!((got.status, got.body.as_slice()), (200, &b"%PDF-1.7 the list"[..]));
        assert_eq!(scene.get(Role::Civil, &format!("/proof-files/{at_file}")).status, 404);
        scene.done(Role::Police, &format!("/tasks/{task}/report"), "words=全部查清，名单已交");
        assert_eq!(scene.post(Role::Police, &format!("/tasks/{task}/accept"), "").status, 404);
        scene.done(Role::Bureau, &format!("/tasks/{task}/accept"), "");
        assert!(text(&scene.get(Role::Police, &format!("/tasks/{task}"))).contains("已验收"));
    });
}

/// E05, E06: a plan's file is bounded before it is stored, known by its first bytes, kept under a label, and given to who may see the plan.
#[test]
fn files_of_plans() {
    on_each_engine(|db| {
        let scene = Scene { app: TestApp::new(db) };
        let unit = scene.app.here.with(Role::Head).next().expect("a head").unit.clone();
        let form = format!("unit={unit}&title=一校一方案&words=校长负责，班主任每天点名");
        let at = scene.done(Role::Head, "/library", &form);
        let file = format!("{at}/file");
        let wrong = scene.upload(Role::Head, &file, "MZ this is no paper");
        assert_eq!(wrong.status, 422);
        assert!(text(&wrong).contains("请选择PDF或者DOCX文件"));
        assert_eq!(scene.upload(Role::Head, &file, "%PDF-1.7 a plan").status, 303);
        let large = "%PDF-".to_owned() + &"x".repeat(11 * 1024 * 1024);
        assert_eq!(scene.upload(Role::Head, &file, &large).status, 413);
        assert_eq!(scene.upload(Role::Police, &file, "%PDF-1.7").status, 404);
        let page = text(&scene.get(Role::Township, &at));
        assert!(page.contains("第2版") && page.contains("方案.pdf") && !page.contains("../"), "{page}");
        let got = scene.get(Role::Township, &format!("{at}/versions/2/file"));
        assert_eq!((got.status, got.body.as_slice()), (200, &b"%PDF-1.7 a plan"[..]));
        for missing in ["1", "3", "x"] {
            assert_eq!(scene.get(Role::Township, &format!("{at}/versions/{missing}/file")).status, 404);
        }
        assert_eq!(scene.get(Role::Police, &format!("{at}/versions/2/file")).status, 404);
    });
}

/// F06, F07: the public page stands open, says what was published and nothing else; there is nothing to ask it by.
#[test]
fn everybody_reads_the_result() {
    on_each_engine(|db| {
        let scene = Scene { app: TestApp::new(db) };
        let open = |path: &str| scene.app.get(path, None);
        assert!(text(&open("/public/inspections")).contains("还没有公布过结果"));
        scene.app.run(&[
            format!(
                "insert into inspection_result (county, id, inspection, title, words, by_account, at, signed_by, signed_at,
                                                refused_why)
                 values ('{HERE}', 'result-one', 'i1', '第一学期结果', '检查学校12所。', 'a', '2026-11-20T08:00:00.000+08:00', 'b',
                         '2026-11-22T08:00:00.000+08:00', '')"
            ),
            format!(
                "insert into inspection_result (county, id, inspection, title, words, by_account, at, refused_why)
                 values ('{HERE}', 'result-two', 'i1', '没有公布的', '还在审核', 'a', '2026-11-23T08:00:00.000+08:00', '')"
            ),
        ]);
        let page = open("/public/inspections");
        let shown = text(&page);
        assert_eq!(page.status, 200);
        assert!(shown.contains("检查学校12所") && shown.contains("2026年11月22日"), "{shown}");
        assert!(
            !shown.contains("没有公布的") && !shown.contains("result-one") && !shown.contains("<form"),
            "{shown}"
        );
        assert_eq!(text(&open("/public/inspections?id=result-two")), shown);
        assert_eq!(open("/public/inspections/result-two").status, 404);
        assert!(open("/inspections").header("location").starts_with("/sign-in"));
    });
}

/// 五(十二): the checklist on its page keeps what was typed; a school reads its own and not another's; nothing sorts or sums.
#[test]
fn a_checklist_on_its_page() {
    on_each_engine(|db| {
        let scene = Scene { app: TestApp::new(db) };
        let unit = scene.app.here.with(Role::Inspector).next().expect("an inspector").unit.clone();
        let at = scene.done(Role::Inspector, "/inspections", &format!("kind=visit&school={unit}&wanted=1"));
        let place = format!("{at}/places/{unit}");
        let page = text(&scene.get(Role::Inspector, &place));
        assert!(page.contains("seen-called_daily") && page.contains("登记问题"), "{page}");
        let form =
            "seen-called_daily=lacking&words-called_daily=&seen-followed_up=good&words-followed_up=都有记录";
        let wrong = scene.post(Role::Inspector, &place, form);
        assert_eq!(wrong.status, 422);
        assert!(text(&wrong).contains("请写明看到了什么") && text(&wrong).contains("都有记录"));
        scene.done(
            Role::Inspector,
            &place,
            &form.replacen("words-called_daily=", "words-called_daily=周一没有点", 1),
        );
        let new = "item=called_daily&words=周一没有点名&evidence=点名册&due=2026-12-20";
        scene.done(Role::Inspector, &format!("{place}/findings"), new);
        let read = text(&scene.get(Role::Head, &place));
        assert!(
            read.contains("周一没有点") && !read.contains("<form method=\"post\" action=\"/inspections"),
            "{read}"
        );
        assert_eq!(scene.post(Role::Head, &place, form).status, 404);
        assert!(text(&scene.get(Role::Head, "/inspections/findings")).contains("周一没有点名"));
        assert!(!text(&scene.get(Role::Township, "/inspections/findings")).contains("周一没有点名"));
        let list = text(&scene.get(Role::Bureau, "/assessments"));
        assert!(!list.contains("aria-sort") && !list.contains("排名"), "{list}");
        let own = text(&scene.get(Role::Head, &format!("/assessments/{unit}")));
        assert!(own.contains("还没有意见") && !own.contains("写意见"), "{own}");
        let mark = format!("/assessments/{unit}/mark");
        assert_eq!(scene.post(Role::Head, &mark, "item=h_register&mark=met&words=都点了").status, 404);
        let short = scene.post(Role::Bureau, &mark, "item=h_register&mark=met&words=x");
        assert_eq!(short.status, 422);
        scene.done(Role::Bureau, &mark, "item=h_register&mark=met&words=都点了");
        scene.done(Role::Head, &format!("/assessments/{unit}/reply"), "item=h_register&reply=没有意见");
        assert!(text(&scene.get(Role::Bureau, &format!("/assessments/{unit}"))).contains("没有意见"));
    });
}
