//! 统一登录, the whole way and on both engines, with a platform on this machine: two people open it, two people link an account, and nothing that
//! is not signed for this very sign-in opens anything (hazards A14, A20, C01, C05, D10, F08).

use axum::body::Body;
use axum::http::{Method, Request};
use casework::db::Value as Sql;
use casework::db::testing::on_each_engine;
use casework::refused::Refused;
use courier::{Courier, Fence};
use jiff::SignedDuration;
use rules::access::{Role, Standing};
use serde_json::json;

use crate::app::{Answer, Ask, HERE, TestApp};
use crate::sign_on_provider::{CLIENT, Provider, SECRET, Saying, value};

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

fn encoded(plain: &str) -> String {
    plain.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

struct Scene {
    app: TestApp,
    platform: Provider,
    admin: String,
    security: String,
    keeper: String,
    leader: String,
    account: String,
}

/// What a browser holds.
#[derive(Default, Clone)]
struct Browser(Vec<(String, String)>);

impl Browser {
    fn take(&mut self, answer: &Answer) {
        for (_, set) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
            let (name, rest) = set.split_once('=').expect("a cookie");
            let value = rest.split(';').next().unwrap_or_default();
            self.0.retain(|(own, _)| own != name);
            if !value.is_empty() {
                self.0.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    fn holds(&self, name: &str) -> Option<String> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone())
    }
}

impl Scene {
    fn new(db: casework::db::Db) -> Self {
        let fence = Fence::new(vec!["127.0.0.0/8".parse().expect("a network")], false);
        let courier = Courier::new(fence, None).expect("a courier");
        let app = TestApp::reaching(db, courier, "https://baoxue.example.gov.cn");
        let platform = Provider::new(app.app.now().timestamp().as_second());
        let of = |role, standing| {
            let one = app.here.with(role).find(|one| one.role == Some((role, standing))).expect("somebody");
            app.session(HERE, &one.account)
        };
        let admin = of(Role::Admin, Standing::Serves);
        let security = of(Role::Security, Standing::Serves);
        let keeper = of(Role::UnitAdmin, Standing::Serves);
        let leader = of(Role::Township, Standing::Leads);
        // In use: an account that nobody used for ninety days is closed (A21).
        app.run(&[
            "update account set seen_at = '2026-11-20T08:00:00.000+08:00' where county = $1".to_owned()
        ]);
        Self { platform, admin, security, keeper, leader, account: "h-account-at-P".to_owned(), app }
    }

    fn form(&self, path: &str, token: &str, form: &str) -> Answer {
        let mut ask = Ask::new(Method::POST, path, Some(token));
        ask.form = form.to_owned();
        self.app.ask(ask)
    }

    fn one(&self, sql: &'static str) -> String {
        let found = self.app.app.db().read(|tx| {
            let all = tx.query(sql, &[Sql::from(HERE)], |row| row.get::<Option<String>>(0))?;
            Ok::<_, Refused>(all.into_iter().flatten().collect::<Vec<_>>().join(","))
        });
        found.expect("read")
    }

    /// The platform, entered, tried and opened.
    fn opened(&self, factors: &str) -> String {
        let form = format!(
            "name={}&issuer={}&client={CLIENT}&secret={}&factors={}",
            encoded("云南统一登录"),
            encoded(&self.platform.issuer()),
            encoded(SECRET),
            encoded(factors)
        );
        assert_eq!(self.form("/sign-on", &self.admin, &form).status, 303);
        let id = self.one("select id from sign_on where county = $1 and state = 'asked'");
        assert_eq!(self.form(&format!("/sign-on/{id}/try"), &self.admin, "").status, 303);
        assert_eq!(self.form(&format!("/sign-on/{id}/enable"), &self.security, "").status, 303);
        id
    }

    fn visit(&self, browser: &mut Browser, path: &str) -> Answer {
        let cookies: Vec<String> = browser.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::builder()
            .method("GET")
            .uri(path)
            .header("host", "127.0.0.1:8080")
            .header("sec-fetch-site", "cross-site")
            .header("cookie", cookies.join("; "))
            .body(Body::empty())
            .expect("a request");
        let answer = self.app.raw(request);
        browser.take(&answer);
        answer
    }

    /// To the platform, and back with what it says.
    fn signs_in(&self, browser: &mut Browser, next: &str, saying: Saying) -> Answer {
        let go = self.visit(browser, &format!("/sign-in/platform?next={}", encoded(next)));
        assert_eq!(go.status, 303, "{}", text(&go));
        let back = self.platform.signs_in(go.header("location"), saying);
        self.visit(browser, &back)
    }

    /// Links the account to whom the platform calls so.
    fn linked(&self, sub: &'static str) {
        let answer = self.signs_in(&mut Browser::default(), "/", Saying::of(sub));
        assert_eq!(answer.status, 403);
        let page = text(&answer);
        let code =
            page.split("id=\"link-code\">").nth(1).and_then(|rest| rest.split('<').next()).expect("a code");
        let path = format!("/accounts/{}/sign-on", self.account);
        assert_eq!(self.form(&path, &self.keeper, &format!("code={}", code.to_lowercase())).status, 303);
        let id = self.one("select id from sign_on_link where county = $1 and state = 'asked'");
        assert_ne!(self.form(&format!("/accounts/sign-on/{id}"), &self.keeper, "answer=approve").status, 303);
        assert_eq!(self.form(&format!("/accounts/sign-on/{id}"), &self.leader, "answer=approve").status, 303);
    }

    fn sessions(&self) -> String {
        self.one(
            "select cast(count(*) as text) from session where county = $1 and way = 'platform' and ended_at is null",
        )
    }
}

fn mfa(sub: &'static str) -> Saying {
    Saying { over: json!({"amr": ["pwd", "mfa"]}), ..Saying::of(sub) }
}

/// Off by default; one enters it, it is tried in words, another opens it; closing it signs everybody out who came by it.
#[test]
fn two_people_open_it() {
    on_each_engine(|db| {
        let scene = Scene::new(db);
        assert!(!text(&scene.app.get("/sign-in", None)).contains("/sign-in/platform"), "off by default");
        assert_eq!(scene.visit(&mut Browser::default(), "/sign-in/platform").status, 422);
        let wrong =
            scene.form("/sign-on", &scene.admin, "name=x&issuer=ftp://x&client=&secret=tiny7&factors=mfa");
        assert_eq!(wrong.status, 422);
        for part in ["2到20个字", "以 https:// 开头", "client_id", "至少8位", "amr=mfa"] {
            assert!(text(&wrong).contains(part), "{part}");
        }
        assert!(!text(&wrong).contains("tiny7"), "a secret is not given back");
        let issuer = encoded(&scene.platform.issuer());
        let form = |secret: &str| {
            format!("name=PLATFORM&issuer={issuer}&client={CLIENT}&secret={}&factors=", encoded(secret))
        };
        assert_eq!(scene.form("/sign-on", &scene.admin, &form("not-their-secret")).status, 303);
        assert_eq!(
            scene.form("/sign-on", &scene.admin, &form("not-their-secret")).status,
            303,
            "twice is once"
        );
        assert_eq!(scene.one("select cast(count(*) as text) from sign_on where county = $1"), "1");
        let id = scene.one("select id from sign_on where county = $1");
        let enable = format!("/sign-on/{id}/enable");
        assert!(text(&scene.form(&enable, &scene.security, "")).contains("还没有试通"));
        assert_eq!(scene.form(&enable, &scene.admin, "").status, 404, "三权分立");
        scene.form(&format!("/sign-on/{id}/try"), &scene.admin, "");
        assert!(text(&scene.app.get("/sign-on", Some(&scene.admin))).contains("平台不认应用编号或密钥"));
        assert!(text(&scene.form(&enable, &scene.security, "")).contains("还没有试通"));
        assert_eq!(scene.form(&format!("/sign-on/{id}/stop"), &scene.admin, "").status, 303);

        let id = scene.opened("amr=mfa");
        assert!(text(&scene.app.get("/sign-in", None)).contains("用云南统一登录登录"));
        let page = text(&scene.app.get("/sign-on", Some(&scene.security)));
        assert!(
            page.contains("https://baoxue.example.gov.cn/sign-in/platform/back") && !page.contains(SECRET)
        );
        scene.linked("u-1");
        let mut browser = Browser::default();
        assert_eq!(scene.signs_in(&mut browser, "/", mfa("u-1")).status, 303);
        let token = browser.holds("baoxue").expect("a session");
        assert_eq!(scene.app.get("/", Some(&token)).status, 200);
        assert_eq!(scene.form(&format!("/sign-on/{id}/stop"), &scene.admin, "").status, 303);
        assert_eq!(scene.app.get("/", Some(&token)).status, 303, "signed out");
        assert_eq!(scene.visit(&mut Browser::default(), "/sign-in/platform").status, 422);
        let said = scene.one(
            "select detail from audit where county = $1 and action in ('keep_sign_on', 'enable_sign_on') order by id",
        );
        for part in
            ["登记统一登录平台", "试连统一登录平台：不通", "试连统一登录平台：通", "启用统一登录平台", "停用"]
        {
            assert!(said.contains(part), "{part}: {said}");
        }
    });
}

/// Nobody gets an account by it; a linked one needs its own second factor unless the list says that the platform's counts.
#[test]
fn an_account_is_linked_by_two() {
    on_each_engine(|db| {
        let scene = Scene::new(db);
        scene.opened("amr=mfa");
        let accounts = || scene.one("select cast(count(*) as text) from account where county = $1");
        let before = accounts();
        let ask = format!("/accounts/{}/sign-on", scene.account);
        assert_eq!(scene.form(&ask, &scene.keeper, "code=ABCD-2345").status, 422, "no such code");
        scene.linked("u-1");
        assert_eq!(accounts(), before, "no account was made");
        let page = text(&scene.app.get(&format!("/accounts/{}", scene.account), Some(&scene.keeper)));
        assert!(page.contains("已关联") && page.contains("平台上的姓名：段某某"), "the account's page");

        // Without the platform's second factor our own is asked for.
        let mut browser = Browser::default();
        let answer = scene.signs_in(&mut browser, "/children", Saying::of("u-1"));
        assert!(answer.header("location").starts_with("/sign-in/enrol"), "{}", answer.header("location"));
        let half = browser.holds("baoxue").expect("half a session");
        assert_eq!(scene.app.get("/", Some(&half)).status, 303, "it opens nothing");
        for said in [json!({"amr": ["pwd"]}), json!({"amr": "mfa"}), json!({"acr": "mfa"})] {
            let saying = Saying { over: said, ..Saying::of("u-1") };
            let answer = scene.signs_in(&mut Browser::default(), "/", saying);
            assert!(answer.header("location").starts_with("/sign-in/enrol"), "{}", answer.header("location"));
        }
        let mut browser = Browser::default();
        let answer = scene.signs_in(&mut browser, "/children?q=a", mfa("u-1"));
        assert_eq!((answer.status, answer.header("location")), (303, "/children?q=a"));
        assert_eq!(browser.holds("sign-on"), None, "what bound the try is taken away");
        let token = browser.holds("baoxue").expect("a session");
        assert_eq!(scene.app.get("/", Some(&token)).status, 200);

        // The record shows the way; an ended link ends what it opened.
        let record = text(&scene.app.get("/sign-ins", Some(&scene.security)));
        assert!(record.contains("统一登录") && record.contains("没有关联账号"));
        let stranger = scene.signs_in(&mut Browser::default(), "/", mfa("u-2"));
        assert!(stranger.status == 403 && text(&stranger).contains("告诉本单位管理员"));
        assert_eq!(scene.form(&format!("{ask}/end"), &scene.keeper, "").status, 303);
        assert_eq!(scene.app.get("/", Some(&token)).status, 303, "signed out");
        assert_eq!(scene.signs_in(&mut Browser::default(), "/", mfa("u-1")).status, 403);
        assert_eq!(scene.sessions(), "0");

        // Whoever signs out is told that the platform has not.
        scene.linked("u-1");
        let mut browser = Browser::default();
        scene.signs_in(&mut browser, "/", mfa("u-1"));
        let token = browser.holds("baoxue").expect("a session");
        let left = scene.form("/sign-out", &token, "");
        let out = format!("{}/out", scene.platform.issuer());
        assert!(left.status == 200 && text(&left).contains(&out), "{}", left.status);
        assert_eq!(scene.app.get("/", Some(&token)).status, 303);
        scene.app.run(&[format!(
            "update account set state = 'disabled' where county = $1 and id = '{}'",
            scene.account
        )]);
        let shut = scene.signs_in(&mut Browser::default(), "/", mfa("u-1"));
        assert!(shut.status == 403 && text(&shut).contains("已停用"));
        let detail = scene
            .one("select detail from audit where county = $1 and subject = 'h-account-at-P' order by id");
        for part in ["提出关联统一登录", "批准关联统一登录", "解除统一登录的关联"] {
            assert!(detail.contains(part), "{part}: {detail}");
        }
    });
}

/// A token that is not for this very sign-in, not in time, or not signed by the platform opens nothing, and is on the record.
#[test]
fn nothing_else_opens() {
    on_each_engine(|db| {
        let scene = Scene::new(db);
        scene.opened("amr=mfa");
        scene.linked("u-1");
        let now = scene.app.app.now().timestamp().as_second();
        let over = |said| Saying { over: said, ..Saying::of("u-1") };
        let head = |said, bare| Saying { head: said, bare, ..Saying::of("u-1") };
        for (saying, part) in [
            (over(json!({"nonce": "another"})), "nonce"),
            (over(json!({"aud": "another"})), "aud"),
            (over(json!({"iss": "https://another"})), "iss"),
            (over(json!({"exp": now - 3600})), "过了期"),
            (over(json!({"sub": null})), "sub"),
            (head(json!({"alg": "none"}), true), "签名算法"),
            (head(json!({"alg": "HS256"}), false), "签名算法"),
            (head(json!({"kid": "another"}), false), "签名不对"),
            (head(json!({}), true), "签名不对"),
        ] {
            let mut browser = Browser::default();
            let answer = scene.signs_in(&mut browser, "/", saying);
            assert!(answer.status == 422 && text(&answer).contains(part), "{part}: {}", text(&answer));
            assert_eq!(browser.holds("baoxue"), None, "{part}");
        }
        assert_eq!(scene.sessions(), "0");
        assert_eq!(
            scene.one("select cast(count(*) as text) from sign_in where county = $1 and outcome = 'platform' and way = 'platform'"),
            "9"
        );

        // Keys: one that the platform does not show opens nothing; a new one that it shows counts at once.
        scene.platform.turns_key(false);
        assert!(text(&scene.signs_in(&mut Browser::default(), "/", mfa("u-1"))).contains("签名不对"));
        scene.platform.turns_key(true);
        assert_eq!(scene.signs_in(&mut Browser::default(), "/", mfa("u-1")).status, 303);
    });
}

/// State: once, within ten minutes, by the browser that began; and never on to another site.
#[test]
fn a_try_is_for_one_browser_once() {
    on_each_engine(|db| {
        let scene = Scene::new(db);
        scene.opened("amr=mfa");
        scene.linked("u-1");
        let mut browser = Browser::default();
        let go = scene.visit(&mut browser, "/sign-in/platform?next=/");
        let back = scene.platform.signs_in(go.header("location"), mfa("u-1"));
        assert_eq!(
            value(go.header("location"), "redirect_uri"),
            "https://baoxue.example.gov.cn/sign-in/platform/back"
        );

        // Another browser, one without a cookie, another state: nothing, and nothing is used up by it.
        let mut other = Browser::default();
        scene.visit(&mut other, "/sign-in/platform?next=/");
        for browser in [&mut other, &mut Browser::default()] {
            let answer = scene.visit(browser, &back);
            assert!(answer.status == 422 && text(&answer).contains("超时"), "{}", answer.status);
        }
        let mut own = browser.clone();
        let forged = back.replace("state=", "state=x");
        assert_eq!(scene.visit(&mut own, &forged).status, 422);
        let mut late = browser.clone();
        assert_eq!(scene.visit(&mut browser, &back).status, 303);
        let answer = scene.visit(&mut late, &back);
        assert!(answer.status == 422 && text(&answer).contains("已经用过"), "a state counts once");
        assert_eq!(scene.sessions(), "1");

        let mut slow = Browser::default();
        let go = scene.visit(&mut slow, "/sign-in/platform?next=/");
        let back = scene.platform.signs_in(go.header("location"), mfa("u-1"));
        scene.app.wait(SignedDuration::from_mins(11));
        assert_eq!(scene.visit(&mut slow, &back).status, 422, "ten minutes");
        scene.app.wait(SignedDuration::from_mins(-11));

        for next in ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"] {
            let answer = scene.signs_in(&mut Browser::default(), next, mfa("u-1"));
            assert_eq!((answer.status, answer.header("location")), (303, "/"), "{next}");
        }
        // What the platform itself refuses is said in our own words.
        let mut browser = Browser::default();
        let go = scene.visit(&mut browser, "/sign-in/platform?next=/");
        let state = value(go.header("location"), "state");
        let back =
            format!("/sign-in/platform/back?error=%3Cscript%3E&error_description=%3Cb%3E&state={state}");
        let answer = scene.visit(&mut browser, &back);
        assert!(answer.status == 422 && !text(&answer).contains("<script>"), "{}", answer.status);
    });
}

/// F08: an address that the installation does not list is not asked, and the administrator reads why.
#[test]
fn what_is_not_listed_is_not_asked() {
    on_each_engine(|db| {
        let scene = Scene::new(db);
        let form = format!(
            "name=PLATFORM&issuer={}&client=x&secret=12345678&factors=",
            encoded("http://169.254.169.254")
        );
        assert_eq!(scene.form("/sign-on", &scene.admin, &form).status, 303);
        let id = scene.one("select id from sign_on where county = $1");
        assert_eq!(scene.form(&format!("/sign-on/{id}/try"), &scene.admin, "").status, 303);
        assert!(text(&scene.app.get("/sign-on", Some(&scene.admin))).contains("不在允许连接的范围内"));
    });
}
