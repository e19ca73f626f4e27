//! Bulletins and accountability over HTTP (issue 6, item 6): who sees what before and after the issue, what was typed stays, the paper with its
//! code, the JSON, and the public page (hazards A02, D01, F06, F07).

use axum::http::Method;
use casework::db::DbError;
use casework::db::testing::on_each_engine;

use crate::again::give;
use crate::app::{Answer, Ask, HERE, TestApp};

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

struct Scene {
    app: TestApp,
}

impl Scene {
    fn get(&self, who: &str, path: &str) -> Answer {
        let token = self.app.session(HERE, &format!("h-account-{who}"));
        self.app.get(path, Some(&token))
    }

    fn post(&self, who: &str, path: &str, form: &str) -> Answer {
        let token = self.app.session(HERE, &format!("h-account-{who}"));
        self.app.ask(Ask { form: form.to_owned(), ..Ask::new(Method::POST, path, Some(&token)) })
    }
}

/// 五(七), A02: the unit sees what is to be said of it, and nobody else does; each finds the forms of what they may do and no others.
#[test]
fn before_it_is_issued() {
    on_each_engine(|db| {
        let scene = Scene { app: TestApp::new(db) };
        give(&scene.app);
        let draft = text(&scene.get("bureau", "/bulletins/b-draft?unit=h-P"));
        assert!(
            draft.contains("再写一条") && draft.contains("没有走访记录") && draft.contains("送被通报的单位"),
            "{draft}"
        );
        for who in ["township", "head", "police", "teacher"] {
            assert_eq!(scene.get(who, "/bulletins/b-draft").status, 404, "{who}");
        }
        let asked = text(&scene.get("township", "/bulletins/b-reply"));
        assert!(
            asked.contains("提出意见") && asked.contains("没有意见") && !asked.contains("审核通过"),
            "{asked}"
        );
        assert_eq!(scene.get("head", "/bulletins/b-reply").status, 404);
        let wrong = scene.post(
            "township",
            "/bulletins/b-reply/points/2/reply",
            "answer=object&words=电话13800000000联系",
        );
        assert_eq!(wrong.status, 422);
        assert!(
            text(&wrong).contains("手机号") && text(&wrong).contains("电话13800000000联系"),
            "it is kept"
        );
        let none = scene.post("bureau", "/bulletins/b-draft/points", "unit=h-P&words=<b>工作没有做</b>");
        assert_eq!(none.status, 409);
        assert!(
            text(&none).contains("没有依据") && text(&none).contains("&#60;b&#62;工作没有做"),
            "{}",
            text(&none)
        );
        assert!(text(&scene.get("director-leads", "/bulletins/b-approve")).contains("审核通过"));
        assert!(
            !text(&scene.get("bureau", "/bulletins/b-approve"))
                .contains("action=\"/bulletins/b-approve/approve\"")
        );
    });
}

/// B11, F07: the paper has a code that the check page knows; the JSON has what is issued; the public page what was approved for it, and no form.
#[test]
fn after_it_is_issued() {
    on_each_engine(|db| {
        let scene = Scene { app: TestApp::new(db) };
        give(&scene.app);
        let open = |path: &str| scene.app.get(path, None);
        assert!(text(&open("/public/bulletins")).contains("还没有向社会公布的通报"));
        assert_eq!(scene.post("director-leads", "/bulletins/b-approve/approve", "public=1").status, 303);
        assert_eq!(scene.get("bureau", "/bulletins/b-approve/paper.docx").status, 404, "not yet");
        assert_eq!(scene.post("bureau", "/bulletins/b-approve/issue", "").status, 303);
        let paper = scene.get("head", "/bulletins/b-approve/paper.docx");
        assert_eq!((paper.status, paper.body.starts_with(b"PK")), (200, true));
        let code: Result<String, DbError> =
            scene.app.app.db().read(|tx| tx.one("select code from oversight_paper", &[], |row| row.get(0)));
        let check = text(&open(&format!("/check/{}", code.expect("a code"))));
        assert!(check.contains("登记过的文书") && check.contains("教体控辍通报〔2026〕1号"), "{check}");
        let page = open("/public/bulletins");
        let page = text(&page);
        assert!(
            page.contains("第五次情况通报") && page.contains("期限内没有答复") && !page.contains("<form"),
            "{page}"
        );
        let list = text(&scene.get("head", "/api/v1/bulletins"));
        assert!(list.contains("教体控辍通报〔2026〕1号") && !list.contains("b-draft"), "{list}");
        assert_eq!(scene.get("teacher", "/api/v1/bulletins").status, 404);
    });
}

/// 六(四), A02: the office, the leader of the task force and whoever leads the unit; nobody else, and no form that is not theirs.
#[test]
fn a_file_and_its_readers() {
    on_each_engine(|db| {
        let scene = Scene { app: TestApp::new(db) };
        give(&scene.app);
        let own = text(&scene.get("township-leads", "/accountability/a-opened"));
        assert!(own.contains("单位的陈述") && !own.contains("登记有权机关的决定"), "{own}");
        for who in ["township", "bureau", "bureau-leads", "head", "police"] {
            assert_eq!(scene.get(who, "/accountability/a-opened").status, 404, "{who}");
        }
        let heard = text(&scene.get("director-leads", "/accountability/a-heard"));
        assert!(heard.contains("登记有权机关的决定") && !heard.contains("单位的陈述"));
        let list = text(&scene.get("inspector", "/accountability"));
        assert!(list.contains("立案") && list.contains("督导发现的问题有"), "{list}");
        let wrong = scene.post(
            "inspector",
            "/accountability",
            "about=findings/h-P&ground=measures&words=问题到期没有改",
        );
        assert_eq!(wrong.status, 422);
        assert!(text(&wrong).contains("对照原文") && text(&wrong).contains("问题到期没有改"));
        let done = "measure=talk&organ=县人民政府&words=约谈分管负责人&mend_day=2026-12-20";
        assert_eq!(scene.post("director-leads", "/accountability/a-heard/decide", done).status, 303);
        let notice = scene.get("inspector", "/accountability/a-heard/notice.docx");
        assert_eq!((notice.status, notice.body.starts_with(b"PK")), (200, true));
    });
}
