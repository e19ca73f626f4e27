//! The comparison over HTTP: from upload through the run to its files; a wrong list is refused at its slot (E09), a cut or
//! endless upload does no harm (E05), the same click twice is one run (H01), and who may not gets 404-same.

use std::sync::Arc;

use axum::http::Method;
use casework::db::testing::on_each_engine;
use casework::jobs::Runner;
use rules::access::Role;

use crate::app::{Answer, Ask, HERE, TestApp};

const HOUSEHOLD: &str = "姓名,公民身份号码,性别,出生日期,户号,户主姓名,与户主关系,村码,监护人姓名\n\
    段小一,539999201603040014,男,2016-03-04,1,段某,长子,532926101001,段某\n\
    段小二,53999920150506002X,女,2015-05-06,2,张某,长女,532926101001,张某\n";
const ROLL: &str = "学校标识码,姓名,性别,出生日期,身份证件号,学籍号,年级,班级,入学年月,就读方式\n\
    3532926001,段小二,女,2015-05-06,53999920150506002X,G53999920150506002X,五年级,1班,202109,走读\n";

fn text(answer: &Answer) -> String {
    String::from_utf8(answer.body.clone()).expect("text")
}

struct Clerk<'a> {
    app: &'a TestApp,
    token: String,
}

impl<'a> Clerk<'a> {
    fn new(app: &'a TestApp, role: Role) -> Self {
        let account = app.here.with(role).next().expect("somebody in the role").account.clone();
        Self { app, token: app.session(HERE, &account) }
    }

    fn get(&self, path: &str) -> Answer {
        self.app.get(path, Some(&self.token))
    }

    fn post(&self, path: &str, form: &str) -> Answer {
        let ask = Ask::new(Method::POST, path, Some(&self.token));
        self.app.ask(Ask { form: form.to_owned(), ..ask })
    }

    fn upload(&self, campaign: &str, slot: &str, content: &str) -> Answer {
        let form = format!(
            "--x\r\nContent-Disposition: form-data; name=\"slot\"\r\n\r\n{slot}\r\n\
             --x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../{slot}.csv\"\r\n\r\n{content}\r\n\
             --x\r\nContent-Disposition: form-data; name=\"as_of\"\r\n\r\n2026-11-23\r\n--x--\r\n"
        );
        self.multipart(campaign, &form)
    }

    fn multipart(&self, campaign: &str, form: &str) -> Answer {
        let ask = Ask::new(Method::POST, format!("/comparison/{campaign}/lists"), Some(&self.token));
        let headers = vec![("content-type", "multipart/form-data; boundary=x")];
        self.app.ask(Ask { form: form.to_owned(), headers, ..ask })
    }
}

fn work(app: &TestApp) {
    Runner::new(Arc::new(app.app.clone()), web::registry()).expect("a runner").run_due();
}

/// 五(四): upload, what can be compared, run, what came out, download by right with every act on the record.
#[test]
fn from_upload_to_download() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let clerk = Clerk::new(&app, Role::Bureau);
        let campaign = app.here.campaign.clone();
        let lists = format!("/comparison/{campaign}/lists");
        let page = text(&clerk.get(&lists));
        assert!(page.contains("还没有选户籍名单") && !page.contains("开始比对"), "{page}");

        let wrong = clerk.upload(&campaign, "household", ROLL);
        assert_eq!(wrong.status, 422);
        let page = text(&wrong);
        assert!(
            page.contains("像是学籍名单，不是户籍名单") && page.contains("id=\"slot-household-err\""),
            "{page}"
        );
        assert!(!page.contains("../household"), "a file's name is a label and never a path (E06)");
        let cut = clerk.multipart(&campaign, "--x\r\nContent-Disposition: form-data; name=\"file\"");
        assert_eq!(cut.status, 422);
        let long = [("content-type", "multipart/form-data; boundary=x"), ("content-length", "300000000")];
        let ask = Ask::new(Method::POST, lists.clone(), Some(&clerk.token));
        assert_eq!(app.ask(Ask { headers: long.to_vec(), ..ask }).status, 413);

        for (slot, content) in [("household", HOUSEHOLD), ("roll", ROLL)] {
            let answer = clerk.upload(&campaign, slot, content);
            assert_eq!(answer.status, 303, "{}", text(&answer));
            assert_eq!(answer.header("location"), format!("{lists}#slot-{slot}"));
        }
        let page = text(&clerk.get(&lists));
        assert!(page.contains("没有在校名单，看不出谁没到校") && page.contains("开始比对"), "{page}");
        assert!(page.contains("household.csv") && page.contains("1 天前"), "{page}");

        let run = |form| clerk.post(&format!("/comparison/{campaign}/runs"), form);
        assert_eq!(run("as_of=2027-01-01").status, 422);
        let first = run("as_of=2026-11-24").header("location").to_owned();
        assert!(first.starts_with("/comparison/runs/"), "{first}");
        assert_eq!(run("as_of=2026-11-24").header("location"), format!("{first}?again=1"));
        let waiting = clerk.get(&first);
        assert_eq!(waiting.header("refresh"), "3");
        assert!(text(&waiting).contains("取消比对"));
        work(&app);
        let page = text(&clerk.get(&first));
        assert!(
            page.contains("比对完了") && page.contains("findings.xlsx") && page.contains("change=fresh"),
            "{page}"
        );
        // What the small county's campaign had found before is gone now, and its names stand behind the number.
        let gone = format!(
            "/findings?campaign={campaign}&run={}&change=gone",
            first.rsplit('/').next().unwrap_or("")
        );
        assert!(text(&clerk.get(&gone)).contains("不再出现"));

        let file = clerk.get(&format!("{first}/files/findings.csv"));
        assert_eq!(file.status, 200);
        assert!(text(&file).contains("not_on_roll") && !text(&file).contains("539999201603040014"));
        assert!(file.header("content-disposition").starts_with("attachment"));
        assert_eq!(clerk.get(&format!("{first}/files/passwd")).status, 404);
    });
}

/// 五(四): the ledger is taken like a file that lies there: the small county's children, compared with a roll.
#[test]
fn the_ledger_as_a_list() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let clerk = Clerk::new(&app, Role::Bureau);
        let campaign = app.here.campaign.clone();
        let lists = format!("/comparison/{campaign}/lists");
        assert!(text(&clerk.get(&lists)).contains("value=\"ledger\""));
        let take = |slot: &str| {
            clerk.post(&format!("/comparison/{campaign}/take"), &format!("slot={slot}&earlier=ledger"))
        };
        let wrong = take("roll");
        assert!(wrong.status == 422 && text(&wrong).contains("不是学籍名单"), "{}", text(&wrong));
        let taken = take("household");
        assert_eq!(taken.header("location"), format!("{lists}#slot-household"), "{}", text(&taken));
        let page = text(&clerk.get(&lists));
        assert!(page.contains("本县适龄儿童台账") && !page.contains("errors.xlsx"), "{page}");
        assert_eq!(clerk.upload(&campaign, "roll", ROLL).status, 303);
        let run = clerk.post(&format!("/comparison/{campaign}/runs"), "as_of=2026-11-24");
        work(&app);
        let page = text(&clerk.get(run.header("location")));
        assert!(page.contains("比对完了") && page.contains("本县适龄儿童台账"), "{page}");
        let director = Clerk::new(&app, Role::Director);
        let form = "slot=household&earlier=ledger";
        assert_eq!(director.post(&format!("/comparison/{campaign}/take"), form).status, 404);
    });
}

/// contracts.md: a run is asked for by the API, shows how far it is, and the same asked for again is the same run (H01).
#[test]
fn a_run_by_the_api() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let clerk = Clerk::new(&app, Role::Bureau);
        let campaign = app.here.campaign.clone();
        let ask = |body: &str| {
            let headers = vec![("content-type", "application/json")];
            let ask = Ask::new(Method::POST, "/api/v1/comparisons", Some(&clerk.token));
            app.ask(Ask { form: body.to_owned(), headers, ..ask })
        };
        let json =
            |answer: &Answer| -> serde_json::Value { serde_json::from_slice(&answer.body).expect("JSON") };
        let early = ask("{}");
        assert!(
            early.status == 409 && text(&early).contains("选好名单"),
            "{} {}",
            early.status,
            text(&early)
        );
        for (slot, content) in [("household", HOUSEHOLD), ("roll", ROLL)] {
            clerk.upload(&campaign, slot, content);
        }
        assert_eq!(ask(r#"{"as_of":"2030-01-01"}"#).status, 422);
        let taken = ask("{}");
        assert_eq!(taken.status, 202, "{}", text(&taken));
        assert_eq!(json(&taken)["campaign"], campaign);
        let state = || {
            let all = json(&clerk.get("/api/v1/comparisons"));
            let one = all["items"]
                .as_array()
                .expect("items")
                .iter()
                .find(|one| one["id"] == campaign)
                .expect("ours");
            (one["run"]["id"].clone(), one["run"]["state"].clone())
        };
        assert_eq!(state(), (json(&taken)["id"].clone(), "queued".into()));
        work(&app);
        assert_eq!(state(), (json(&taken)["id"].clone(), "done".into()));
        let again = ask(&format!(r#"{{"campaign":"{campaign}"}}"#));
        assert_eq!((again.status, &json(&again)["id"]), (200, &json(&taken)["id"]));
    });
}

/// A01, A02: whoever does not organise comparisons meets what is not there; the director sees and takes along, and runs
/// nothing.
#[test]
fn who_may_not_meets_nothing() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let clerk = Clerk::new(&app, Role::Bureau);
        let campaign = app.here.campaign.clone();
        for (slot, content) in [("household", HOUSEHOLD), ("roll", ROLL)] {
            clerk.upload(&campaign, slot, content);
        }
        let run = clerk
            .post(&format!("/comparison/{campaign}/runs"), "as_of=2026-11-24")
            .header("location")
            .to_owned();
        work(&app);
        let absent = clerk.get("/no-such-page");
        for role in [Role::Township, Role::Village, Role::Head, Role::Teacher, Role::Admin, Role::Police] {
            let other = Clerk::new(&app, role);
            for answer in [
                other.get(&format!("/comparison/{campaign}/lists")),
                other.upload(&campaign, "household", HOUSEHOLD),
                other.post(&format!("/comparison/{campaign}/runs"), "as_of=2026-11-24"),
                other.get(&run),
                other.post(&format!("{run}/cancel"), ""),
                other.get(&format!("{run}/files/findings.xlsx")),
            ] {
                assert_eq!((answer.status, &answer.body), (404, &absent.body), "{role:?}");
            }
        }
        let director = Clerk::new(&app, Role::Director);
        let page = text(&director.get(&run));
        assert!(page.contains("比对完了") && !page.contains("再比对"), "{page}");
        assert_eq!(director.get(&format!("{run}/files/findings.xlsx")).status, 200);
        assert_eq!(director.post(&format!("/comparison/{campaign}/runs"), "as_of=2026-11-24").status, 404);
    });
}

/// Capability 53: the page says how many, and another number by then is refused.
#[test]
fn all_at_once_says_how_many() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let clerk = Clerk::new(&app, Role::Bureau);
        let page = text(&clerk.get("/findings/bulk?state=open"));
        assert!(page.contains("全部交办") && page.contains("village~"), "{page}");
        let count = page.split("village~").nth(1).and_then(|rest| rest.split('"').next()).expect("a number");
        let form = |count: &str| format!("to=village~{count}&due=2026-11-27&note=");
        assert_eq!(clerk.post("/findings/bulk/assign?state=open", &form("1")).status, 409);
        assert_eq!(clerk.post("/findings/bulk/assign?state=open", "to=moon~1&due=2026-11-27").status, 422);
        let done = clerk.post("/findings/bulk/assign?state=open", &form(count));
        assert_eq!(done.header("location"), format!("/findings/bulk?state=open&assigned={count}"));
        let page = text(&clerk.get(done.header("location")));
        assert!(page.contains("已经交办"), "{page}");
        let remind = clerk.post("/findings/bulk/remind", &format!("expected={count}"));
        assert_eq!(remind.header("location"), format!("/findings/bulk?reminded={count}"));
        let board = text(&clerk.get("/comparison"));
        assert!(board.contains("P1单位") && board.contains("还差"), "{board}");
    });
}
