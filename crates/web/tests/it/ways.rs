//! 上学路程 and 校点撤并研究 over HTTP (四(四)(六), 五(五)): pasted, listed, studied; 发改局 reads counts and no child; what was refused stays on the
//! form with what to do; nobody else finds the pages.

use axum::http::Method;
use casework::db::testing::on_each_engine;
use rules::access::{Role, Standing};

use crate::app::{Answer, Ask, HERE, TestApp};

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

/// Somebody who serves on a post of this role.
fn someone(app: &TestApp, role: Role) -> String {
    let serves = |one: &&casework::testing::Someone| one.role == Some((role, Standing::Serves));
    let one = app.here.with(role).find(serves).or_else(|| app.here.with(role).next()).expect("somebody");
    app.session(HERE, &one.account)
}

fn sent(app: &TestApp, token: &str, path: &str, form: &str) -> Answer {
    app.ask(Ask { form: form.to_owned(), ..Ask::new(Method::POST, path, Some(token)) })
}

#[test]
fn from_a_pasted_table_to_a_study() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let (bureau, planning) = (someone(&app, Role::Bureau), someone(&app, Role::Planning));
        let page = |token: &str, path: &str| app.get(path, Some(token));
        let begin = text(&page(&bureau, "/ways/new"));
        assert!(
            begin.contains("P1单位\tP11单位\tSP单位"),
            "what nobody measured stands there already: {begin}"
        );
        let wrong = sent(
            &app,
            &bureau,
            "/ways/new",
            "day=2026-11-23&source=村干部计时&lines=P1单位 P11单位 北镇小学 50 3 步行",
        );
        assert_eq!(wrong.status, 422);
        assert!(
            text(&wrong).contains("第1行：没有叫“北镇小学”的学校")
                && text(&wrong).contains("北镇小学 50 3 步行")
        );
        let lines = "P1单位 P11单位 SP单位 50 3.2 步行%0AP1单位 P11单位 TP单位 55 4 步行 雨季难走";
        let done =
            sent(&app, &bureau, "/ways/new", &format!("day=2026-11-23&source=村干部计时&lines={lines}"));
        assert_eq!((done.status, done.header("location")), (303, "/ways/new?made=2&there=0"));
        let list = text(&page(&bureau, "/ways"));
        for told in
            ["步行 50 分钟，3.2 公里：低年级单程不超过 30 分钟", "/children/", "P单位", "还没有量过的路"]
        {
            assert!(list.contains(told), "{told}: {list}");
        }
        assert!(text(&page(&bureau, "/ways?show=unknown&township=h-P")).contains("路程没有登记的孩子"));
        // 发改局: counts, none of them small, and no child.
        let blind = text(&page(&planning, "/ways"));
        assert!(blind.contains("这里只看数字") && blind.contains("不足5或不列"), "{blind}");
        assert!(!blind.contains("段小") && !blind.contains("/children/"), "no child");
        assert_eq!(page(&planning, "/ways/new").status, 404);
        // Places and beds.
        let places = sent(&app, &bureau, "/ways/places", "year=2026&source=总务处清点&lines=TP单位 40 2");
        assert_eq!(places.status, 303);
        assert!(text(&page(&planning, "/ways/places")).contains("总务处清点"));
        assert_eq!(sent(&app, &bureau, "/ways/places", "year=2026&source=总务处&lines=TP单位").status, 422);
        // A study.
        let wrong =
            sent(&app, &bureau, "/ways/studies", "school=SP单位&grades=一至三&from=2027-09-01&why=生源减少");
        assert!(wrong.status == 422 && text(&wrong).contains("年级请一个一个写"));
        let made = sent(&app, &bureau, "/ways/studies", "school=SP单位&from=2027-09-01&why=生源减少，并到TP");
        let at = made.header("location").to_owned();
        assert!(made.status == 303 && at.starts_with("/ways/studies/"), "{at}");
        let again =
            sent(&app, &bureau, "/ways/studies", "school=SP单位&from=2027-09-01&why=生源减少，并到TP");
        assert!(again.status == 409 && text(&again).contains("已经有一份没有办完的研究"));
        let study = text(&page(&bureau, &at));
        for told in [
            "SP单位",
            "研究中",
            "每个孩子",
            "TP单位",
            "校验码",
            "保存的内容没有变",
            "决定撤并以前还缺：论证、公示、听证",
        ] {
            assert!(study.contains(told), "{told}: {study}");
        }
        assert!(!study.contains("<h2>决定</h2>"), "who drafted it does not decide");
        let print = text(&page(&bureau, &format!("{at}/print")));
        assert!(
            print.contains("这些数怎么来的")
                && print.contains("含未成年人个人信息")
                && !print.contains("<textarea"),
            "{print}"
        );
        let blind = text(&page(&planning, &format!("{at}/print")));
        assert!(
            blind.contains("这些数怎么来的") && !blind.contains("段小") && !blind.contains("每个孩子<"),
            "{blind}"
        );
        let blind = text(&page(&planning, &at));
        assert!(
            blind.contains("看不到孩子") && !blind.contains("段小") && !blind.contains("/children/"),
            "{blind}"
        );
        assert!(text(&page(&planning, "/ways/studies")).contains("SP单位"));
        // What is refused stays on the page, with what to do.
        let early = sent(&app, &bureau, &format!("{at}/hearing"), "");
        assert!(early.status == 409 && text(&early).contains("请先登记论证的日期和文号"));
        let wrong = sent(&app, &bureau, &format!("{at}/step"), "kind=argued&day=2026-11-23&number=x");
        assert!(wrong.status == 422 && text(&wrong).contains("请写文号"));
        for (act, form) in
            [("step", "kind=argued&day=2026-11-23&number=纪要8号"), ("hearing", ""), ("reckon", "")]
        {
            assert_eq!(sent(&app, &bureau, &format!("{at}/{act}"), form).status, 303, "{act}");
        }
        assert_eq!(sent(&app, &planning, &format!("{at}/comment"), "words=请先建后撤").status, 303);
        assert!(text(&page(&bureau, &at)).contains("请先建后撤"));
        let director = someone(&app, Role::Director);
        let early = sent(&app, &director, &format!("{at}/decide"), "stage=closed&words=会议纪要第8号");
        assert!(early.status == 409 && text(&early).contains("还没有公示、听证"));
        assert_eq!(
            sent(&app, &director, &format!("{at}/decide"), "stage=kept&words=家长多数反对").status,
            303
        );
        assert!(text(&page(&bureau, &at)).contains("决定保留"));
        // The rest finds none of it.
        for role in [Role::Teacher, Role::Head, Role::Village, Role::Police, Role::Auditor] {
            assert_eq!(page(&someone(&app, role), &at).status, 404, "{role:?}");
        }
        for role in [Role::Police, Role::Cadre, Role::Auditor, Role::Group] {
            assert_eq!(page(&someone(&app, role), "/ways").status, 404, "{role:?}");
        }
    });
}
