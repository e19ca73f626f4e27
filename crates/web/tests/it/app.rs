//! The whole web side over a small invented county, asked without a socket: for every test that needs a page.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request};
use casework::audit::Vault;
use casework::db::{Db, Value};
use casework::keys::Keys;
use casework::now::Now;
use casework::password::{Bounded, Cost, Hasher};
use casework::refused::Refused;
use casework::testing::{SmallCounty, session, small_county};
use documents::paper::Press;
use http_body_util::BodyExt as _;
use jiff::{SignedDuration, Timestamp};
use rules::access::{Actor, Tie};
use rules::plan::{FILES, Plan};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;
use web::{App, Setup};

use crate::matrix_rows::Target;

/// The county of the built-in plan.
pub(crate) const HERE: &str = "532926";
/// Another county in the same database (hazard A28).
pub(crate) const THERE: &str = "532925";

/// An app over two small counties in one database, its clock standing still.
pub(crate) struct TestApp {
    pub(crate) app: App,
    /// The county that the app serves.
    pub(crate) here: SmallCounty,
    /// One that it does not.
    pub(crate) there: SmallCounty,
    router: Router,
    rt: Runtime,
    _seals: tempfile::TempDir,
    clock: Arc<Mutex<Now>>,
}

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) form: String,
    pub(crate) token: Option<String>,
    pub(crate) headers: Vec<(&'static str, &'static str)>,
}

impl Ask {
    pub(crate) fn new(method: Method, path: impl Into<String>, token: Option<&str>) -> Self {
        Self {
            method,
            path: path.into(),
            form: String::new(),
            token: token.map(str::to_owned),
            headers: Vec::new(),
        }
    }
}

/// What came back: everything that a client can tell answers apart by, but the date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value)
    }
}

pub(crate) fn plan() -> Plan {
    let texts = [
        include_str!("../../../../plans/nanjian/plan.toml"),
        include_str!("../../../../plans/nanjian/divisions.toml"),
        include_str!("../../../../plans/nanjian/calendar.toml"),
        include_str!("../../../../plans/nanjian/columns.toml"),
    ];
    let files: BTreeMap<String, String> =
        FILES.into_iter().zip(texts).map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
    let plan = Plan::load(&files).expect("the built-in plan is sound");
    // What a county may add for its families: a text and a sound in its own languages.
    let (text, sound) = ("ꆈꌠ".to_owned(), Some(b"ID3 sound".as_slice().into()));
    plan.with_voices(vec![rules::family::Voice { language: rules::family::Language::Yi, text, sound }])
}

impl TestApp {
    pub(crate) fn new(db: Db) -> Self {
        Self::reaching(db, courier::Courier::nowhere(), "")
    }

    /// One that reaches what the courier lets it reach, and knows where people open it.
    pub(crate) fn reaching(db: Db, courier: courier::Courier, link: &str) -> Self {
        let at: Timestamp = "2026-11-24T08:00:00+08:00".parse().expect("a moment");
        let now = Now::predictable(at, 7);
        let make = |code: &'static str, mark: &'static str| {
            let now = now.clone();
            db.write(move |tx| small_county(tx, &Keys::for_tests(), &now, code, mark)).expect("a county")
        };
        let (here, there) = (make(HERE, "h-"), make(THERE, "t-"));
        let clock = Arc::new(Mutex::new(now.clone()));
        let at = Arc::clone(&clock);
        let hasher = Hasher::new(Cost::OWASP, Bounded::new(2, 64)).expect("enough memory");
        let seals = tempfile::tempdir().expect("a folder");
        let app = App::new(Setup {
            db,
            keys: Keys::for_tests(),
            vault: Vault::at(seals.path()),
            hasher,
            plan: plan(),
            press: Press::default(),
            clock: Arc::new(move || at.lock().expect("a clock").clone()),
            demo: None,
            https: false,
            proxies: Vec::new(),
            courier,
            scanner: documents::scanned::Reader::Here,
            link: link.to_owned(),
        });
        let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        Self { router: web::router(&app), app, here, there, rt, _seals: seals, clock }
    }

    /// Moves the clock on.
    pub(crate) fn wait(&self, time: SignedDuration) {
        let mut clock = self.clock.lock().expect("a clock");
        let at = clock.timestamp().checked_add(time).expect("a moment");
        *clock = clock.at_moment(at);
    }

    /// The same app behind a proxy at this address.
    pub(crate) fn behind(&self, proxy: &str) -> App {
        let now = self.app.now();
        App::new(Setup {
            db: self.app.db().clone(),
            keys: Keys::for_tests(),
            hasher: Hasher::new(Cost::OWASP, Bounded::new(1, 1)).expect("enough memory"),
            plan: plan(),
            press: Press::default(),
            clock: Arc::new(move || now.clone()),
            demo: None,
            https: false,
            vault: self.app.vault().clone(),
            proxies: vec![proxy.parse().expect("an address")],
            courier: courier::Courier::nowhere(),
            scanner: documents::scanned::Reader::Here,
            link: String::new(),
        })
    }

    /// Opens a session of the account, as if it had just proved its identity; its token.
    pub(crate) fn session(&self, county: &'static str, account: &str) -> String {
        let (now, keys, account) = (self.app.now(), self.app.keys().clone(), account.to_owned());
        self.app
            .db()
            .write(move |tx| session(tx, &keys, &now, county, &account))
            .expect("a session of an account that is there")
    }

    /// Who is signed in with the token.
    pub(crate) fn actor(&self, token: &str) -> Actor {
        let now = self.app.now();
        let found = self
            .app
            .db()
            .read(|tx| casework::accounts::session(tx, self.app.keys(), &now, HERE, token))
            .expect("the storage answers");
        found.expect("a session that is open").who.actor
    }

    /// Sends requests side by side; the answers in their order.
    pub(crate) fn all(&self, asks: Vec<Ask>) -> Vec<Answer> {
        self.rt.block_on(futures_util::future::join_all(
            asks.into_iter().map(|ask| send(self.router.clone(), ask)),
        ))
    }

    pub(crate) fn ask(&self, ask: Ask) -> Answer {
        self.rt.block_on(send(self.router.clone(), ask))
    }

    /// Sends a request as it is.
    pub(crate) fn raw(&self, request: Request<Body>) -> Answer {
        self.rt.block_on(sent(self.router.clone(), request))
    }

    /// Sends requests as they are, side by side.
    pub(crate) fn raw_all(&self, requests: Vec<Request<Body>>) -> Vec<Answer> {
        self.rt.block_on(futures_util::future::join_all(
            requests.into_iter().map(|request| sent(self.router.clone(), request)),
        ))
    }

    pub(crate) fn get(&self, path: &str, token: Option<&str>) -> Answer {
        self.ask(Ask::new(Method::GET, path, token))
    }

    /// Runs statements on the county, `$1`; what tests need that no act of the program makes.
    /// A number that a statement gives.
    pub(crate) fn count(&self, sql: &str) -> i64 {
        self.app.db().read(|tx| tx.one(sql, &[], |row| row.get::<i64>(0))).expect("a number")
    }

    pub(crate) fn run(&self, statements: &[String]) {
        let statements = statements.to_vec();
        let done = self.app.db().write(move |tx| {
            for sql in &statements {
                let params = [Value::from(HERE)];
                tx.execute(sql, if sql.contains("$1") { &params } else { &[] })?;
            }
            Ok::<_, Refused>(())
        });
        done.expect("the statements run");
    }

    /// Ties in `table` (`child_tie`, `finding_tie`) by child or finding, those that are over left out.
    pub(crate) fn ties(&self, table: &str, column: &str) -> BTreeMap<String, Vec<(String, Tie)>> {
        let now = self.app.now();
        let sql = format!(
            "select {column}, unit, tie from {table} where county = $1 and (until_at is null or until_at > $2)"
        );
        let rows = self.app.db().read(|tx| {
            Ok::<_, Refused>(tx.query(&sql, &[Value::from(HERE), Value::from(now.stamp())], |row| {
                Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?))
            })?)
        });
        let mut ties: BTreeMap<String, Vec<(String, Tie)>> = BTreeMap::new();
        for (of, unit, tie) in rows.expect("the ties are read") {
            ties.entry(of).or_default().push((unit, Tie::from_code(&tie).expect("a tie of the list")));
        }
        ties
    }

    /// Household and village group of each child that has one.
    pub(crate) fn homes(&self) -> BTreeMap<String, (String, String)> {
        let rows = self.app.db().read(|tx| {
            Ok::<_, Refused>(tx.query(
                "select id, household, village_group from child
                 where county = $1 and household is not null and village_group is not null",
                &[Value::from(HERE)],
                |row| Ok((row.get::<String>(0)?, (row.get::<String>(1)?, row.get::<String>(2)?))),
            )?)
        });
        rows.expect("the children are read").into_iter().collect()
    }

    /// Opens a session of somebody; its id.
    pub(crate) fn session_id(&self, account: &str) -> String {
        let token = self.session(HERE, account);
        self.actor(&token).session
    }

    /// What the marks of a form stand for, where the path names this.
    pub(crate) fn told(&self, target: Target, id: &str) -> Vec<(&'static str, String)> {
        let text = |sql: &str| {
            let params = [Value::from(HERE), Value::from(id.to_owned())];
            let found = self.app.db().read(|tx| {
                Ok::<_, Refused>(tx.optional(sql, &params, |row| row.get::<Option<String>>(0))?.flatten())
            });
            found.expect("the storage answers").unwrap_or_default()
        };
        match target {
            Target::Unit => {
                let kind = text("select kind from unit where county = $1 and id = $2");
                let role = casework::units::roles_of(&kind).first().map_or("", |role| role.code());
                vec![("{role}", role.to_owned())]
            }
            Target::Post => {
                let unit = text("select unit from post where county = $1 and id = $2");
                let holder =
                    text("select account from tenure where county = $1 and post = $2 and until_day is null");
                vec![("{holder}", holder), ("{spare}", format!("spare-{unit}"))]
            }
            Target::Finding => {
                let checker = text(
                    "select coalesce(village, school, township) from finding where county = $1 and id = $2",
                );
                vec![("{checker}", checker)]
            }
            Target::Child => {
                let other = self.here.children.iter().map(|(_, other)| other).find(|other| *other != id);
                vec![
                    ("{birth}", text("select birth from child where county = $1 and id = $2")),
                    (
                        "{home}",
                        text(
                            "select coalesce(village_group, village, township) from child where county = $1 and id = $2",
                        ),
                    ),
                    (
                        "{version}",
                        text(
                            "select cast(coalesce(max(version), 0) as text) from child where county = $1 and id = $2",
                        ),
                    ),
                    ("{other}", other.cloned().unwrap_or_default()),
                ]
            }
            _ => Vec::new(),
        }
    }

    /// The unit and those above it.
    pub(crate) fn path(&self, unit: &str) -> Vec<String> {
        self.app.db().read(|tx| casework::units::path(tx, HERE, unit)).expect("the tree is read")
    }
}

async fn send(router: Router, ask: Ask) -> Answer {
    let form = "application/x-www-form-urlencoded";
    let kind = if ask.path.starts_with("/api/") { "application/json" } else { form };
    let mut request = Request::builder()
        .method(ask.method)
        .uri(&ask.path)
        .header("host", "127.0.0.1:8080")
        .header("sec-fetch-site", "same-origin");
    if ask.headers.iter().all(|(name, _)| *name != "content-type") {
        request = request.header("content-type", kind);
    }
    if let Some(token) = &ask.token {
        request = request.header("cookie", format!("baoxue={token}"));
    }
    for (name, value) in &ask.headers {
        request = request.header(*name, *value);
    }
    sent(router, request.body(Body::from(ask.form)).expect("a request that can be written")).await
}

async fn sent(router: Router, request: Request<Body>) -> Answer {
    let response = router.oneshot(request).await.expect("the router always answers");
    let status = response.status().as_u16();
    let mut headers: Vec<(String, String)> = response
        .headers()
        .iter()
        .filter(|(name, _)| *name != "date")
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
        .collect();
    headers.sort();
    let body = response.into_body().collect().await.expect("a whole body").to_bytes().to_vec();
    Answer { status, headers, body }
}
