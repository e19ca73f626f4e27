//! Hostile requests against every route of the table (hazards A05, A07, A17, C15, D01, D02, D10): what is sent is text, or
//! nothing. Everything is a rehearsal, so that nothing is left behind.

use axum::http::Method;
use casework::db::testing::{Rehearsal, on_each_engine};
use casework::db::{DbError, Value};
use rules::access::{Role, Standing};
use web::route::Policy;

use crate::again::{AGAIN, Again, give};
use crate::again_rooms::{ROOMS, give_rooms};
use crate::app::{Ask, HERE, TestApp};
use crate::furnish::furnish;
use crate::matrix::{Person, everybody};
use crate::matrix_rows::{ROWS, Target, every_row};

/// Own corpus (D01, D02): quotes, comments, stacked statements, unions, time, encodings, wildcards, operators of full-text
/// search, templates, and what no text should hold.
const CORPUS: &[&str] = &[
    "'",
    "''",
    "\"",
    "`",
    "\\",
    "') or 1=1 --",
    "' or '1'='1",
    "1; drop table child; --",
    "'; update account set state='disabled'; --",
    "1 union select password from account --",
    "' union all select null,null,null --",
    "1 and (select count(*) from child) > 0",
    "(select pg_sleep(10))",
    "1);select pg_sleep(10);--",
    "1 randomblob(1000000000)",
    "$1",
    "$99",
    ":a @b ?1 ?",
    "/*",
    "*/ --",
    "%",
    "%25",
    "_",
    "%_%",
    "*",
    "a* NOT b NEAR/3 c",
    "col:name",
    "\u{feff}",
    "\u{2028}\u{202e}",
    "\u{1f600}",
    "𠮷",
    "＇ or ＇1＇＝＇1",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "../../../../etc/passwd",
    "9223372036854775808",
    "-1",
    "1e9999",
    "NaN",
];

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn leader(people: &[Person], role: Role) -> &Person {
    let of = |person: &&Person| {
        person.actor.posts.iter().any(|post| post.role == role && post.standing == Standing::Leads)
    };
    people
        .iter()
        .find(of)
        .or_else(|| people.iter().find(|one| one.actor.posts.iter().any(|post| post.role == role)))
        .expect("somebody in the role")
}

/// Lets every write of the app be undone, after nothing was looked at.
fn undone(app: &TestApp) {
    app.app.db().rehearse(Some(Rehearsal::new(|_| Ok::<_, DbError>(()), |_| Ok(()))));
}

/// D01, D02: every parameter of every route, path, query and form, takes every text of the corpus for what it is: no fault,
/// no delay, and the county is as it was.
#[test]
fn texts_that_would_be_statements() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let people = everybody(&app);
        let things = furnish(&app);
        let tables = ["child", "account", "post", "finding", "child_tie", "import"];
        let count = || -> Vec<i64> {
            tables
                .iter()
                .map(|table| {
                    let sql = format!("select cast(count(*) as bigint) from {table} where county = $1");
                    let rows =
                        app.app.db().read(|tx| tx.one(&sql, &[Value::from(HERE)], |row| row.get::<i64>(0)));
                    let rows: Result<i64, DbError> = rows;
                    rows.expect("the table is there")
                })
                .collect()
        };
        let before = count();
        undone(&app);
        let (bureau, admin) = (leader(&people, Role::Bureau), leader(&people, Role::UnitAdmin));
        let guard = leader(&people, Role::Security);
        let routes = web::pages::routes();
        let mut asked = 0;
        for row in every_row() {
            let Some(route) =
                routes.iter().find(|route| route.method.as_str() == row.0 && route.path == row.1)
            else {
                continue;
            };
            // Hashing is slow by design, and takes its text past every query.
            if route.policy == Policy::Open && route.method == Method::POST {
                continue;
            }
            let id = things.of(row.2).first().map_or_else(|| "x".to_owned(), |thing| thing.id.clone());
            let path = |id: &str| {
                let part = |part: &str| if part.starts_with('{') { id.to_owned() } else { part.to_owned() };
                row.1.split('/').map(part).collect::<Vec<_>>().join("/")
            };
            let fields: Vec<&str> = row
                .4
                .split('&')
                .filter_map(|pair| pair.split('=').next())
                .filter(|name| !name.is_empty())
                .collect();
            for (nth, text) in CORPUS.iter().enumerate() {
                let hostile = encoded(text);
                let who = [bureau, admin, guard][nth % 3];
                let mut asks = Vec::new();
                if row.2 != Target::Nothing {
                    asks.push(Ask {
                        form: row.4.to_owned(),
                        ..Ask::new(route.method.clone(), path(&hostile), Some(&who.token))
                    });
                }
                if route.method == Method::GET {
                    let query: Vec<String> = [
                        "q", "township", "village", "school", "class", "grade", "standing", "group",
                        "missing", "after", "before", "kind", "state", "campaign", "person", "action",
                        "outcome", "day", "show", "next", "with", "under", "unit", "role",
                    ]
                    .iter()
                    .map(|name| format!("{name}={hostile}"))
                    .collect();
                    asks.push(Ask::new(
                        Method::GET,
                        format!("{}?{}", path(&id), query.join("&")),
                        Some(&who.token),
                    ));
                } else if row.1.starts_with("/api/") {
                    // Every text of the body in its turn is for the parser of JSON: here the whole body is hostile.
                    asks.push(Ask {
                        form: (*text).to_owned(),
                        ..Ask::new(route.method.clone(), path(&id), Some(&who.token))
                    });
                } else {
                    let form: Vec<String> = fields.iter().map(|name| format!("{name}={hostile}")).collect();
                    asks.push(Ask {
                        form: form.join("&"),
                        ..Ask::new(route.method.clone(), path(&id), Some(&who.token))
                    });
                }
                asked += asks.len();
                for answer in app.all(asks) {
                    assert!(answer.status < 500, "{} {} with {text:?}: {}", row.0, row.1, answer.status);
                    if let Ok(page) = String::from_utf8(answer.body) {
                        assert!(
                            !page.contains("syntax error") && !page.contains("SQLITE"),
                            "{} {}",
                            row.0,
                            row.1
                        );
                    }
                }
            }
        }
        app.app.db().rehearse(None);
        assert_eq!(count(), before);
        assert!(asked > 3000, "{asked}");
    });
}

/// D01, D02: forms of the newer rooms on things that are there, each field in its turn hostile, sent by whoever may: no fault, and no page on
/// which the text is markup.
#[test]
fn texts_that_would_be_statements_on_what_is_there() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        give(&app);
        let reached = hostile_texts(&app, AGAIN);
        assert!(reached > 2000, "{reached} came as far as the act");
    });
    on_each_engine(|db| {
        let app = TestApp::new(db);
        give_rooms(&app);
        let reached = hostile_texts(&app, ROOMS);
        assert!(reached > 1000, "{reached} came as far as the act");
    });
}

/// Sends each form with each field in its turn hostile; how many came as far as the act.
fn hostile_texts(app: &TestApp, all: &[Again]) -> usize {
    // Signed in before writes are undone.
    let signed: Vec<_> = all.iter().map(|again| (again, again.token(app), again.at(app))).collect();
    undone(app);
    let mut reached = 0;
    for (again, token, at_path) in signed {
        let pairs: Vec<(&str, &str)> =
            again.form.split('&').filter_map(|pair| pair.split_once('=')).collect();
        let mut asks = Vec::new();
        for at in 0..pairs.len() {
            for text in CORPUS.iter().chain(&["<script>alert(1)</script>"]) {
                let form: Vec<String> = pairs
                    .iter()
                    .enumerate()
                    .map(|(own, (name, value))| {
                        let value = if own == at { encoded(text) } else { encoded(value) };
                        format!("{name}={value}")
                    })
                    .collect();
                asks.push(Ask {
                    form: form.join("&"),
                    ..Ask::new(Method::POST, path(&at_path), Some(&token))
                });
            }
        }
        for answer in app.all(asks) {
            assert!(answer.status < 500, "{}: {}", again.path, answer.status);
            reached += usize::from(matches!(answer.status, 303 | 409 | 422));
            let page = String::from_utf8(answer.body).unwrap_or_default();
            assert!(!page.contains("<script>alert(1)") && !page.contains("syntax error"), "{}", again.path);
        }
    }
    app.app.db().rehearse(None);
    reached
}

/// An address with signs that are not ASCII.
fn path(path: &str) -> String {
    path.split('/')
        .map(|part| if part.is_ascii() { part.to_owned() } else { encoded(part) })
        .collect::<Vec<_>>()
        .join("/")
}

/// D01: headers and cookies, and an address of ten thousand parameters or a text of a hundred thousand characters.
#[test]
fn hostile_headers_and_lengths() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let people = everybody(&app);
        let token = &leader(&people, Role::Bureau).token;
        undone(&app);
        for value in
            ["' or 1=1 --", "%27", "\\", "1; drop table session", "baoxue=' or 1=1", "a=b; baoxue=x'"]
        {
            for name in [
                "user-agent",
                "cookie",
                "x-forwarded-for",
                "referer",
                "accept-language",
                "if-none-match",
                "range",
            ] {
                let ask =
                    Ask { headers: vec![(name, value)], ..Ask::new(Method::GET, "/children", Some(token)) };
                assert!(app.ask(ask).status < 500, "{name}: {value}");
            }
        }
        let many: Vec<String> = (0..10_000).map(|nth| format!("p{nth}=1")).collect();
        for (path, form) in [
            (format!("/children?{}", many[..5_000].join("&")), String::new()),
            ("/break-glass".to_owned(), many.join("&")),
            (format!("/search?q={}", "a".repeat(60_000)), String::new()),
            (format!("/search?q={}", encoded(&"段".repeat(3_000))), String::new()),
        ] {
            let method = if form.is_empty() { Method::GET } else { Method::POST };
            let answer = app.ask(Ask { form, ..Ask::new(method, path, Some(token)) });
            assert!(answer.status < 500, "{}", answer.status);
        }
        let long = Ask {
            form: format!("title=a&body={}", "b".repeat(300 * 1024)),
            ..Ask::new(Method::POST, "/announcements", Some(token))
        };
        assert_eq!(app.ask(long).status, 413, "a form has its bound");
    });
}

/// D10: where a form or an address says to go on to, it is a page of ours or the front page.
#[test]
fn no_way_out_of_the_site() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let people = everybody(&app);
        let token = &leader(&people, Role::Bureau).token;
        for next in [
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "/%0d%0aset-cookie:a=b",
            "/\r\nset-cookie: a=b",
            "///evil.example",
            " //evil.example",
            "evil.example",
        ] {
            for path in ["/sign-in", "/sign-in/code", "/account/confirm"] {
                let answer = app.get(&format!("{path}?next={}", encoded(next)), Some(token));
                let page = String::from_utf8_lossy(&answer.body).into_owned();
                assert!(!answer.header("location").contains("evil"), "{path} {next:?}");
                assert!(
                    !page.contains("evil.example") && !page.contains("javascript:alert"),
                    "{path} {next:?}"
                );
                assert!(!answer.header("set-cookie").contains("a=b"), "{path} {next:?}");
            }
        }
    });
}

/// A17: every column of the storage, sent with every form, changes nothing that the form does not ask for.
#[test]
fn columns_that_no_form_has() {
    const COLUMNS: &[&str] = &[
        "county",
        "id",
        "role",
        "standing",
        "unit_id",
        "org_id",
        "status",
        "approved_by",
        "answered_by",
        "created_at",
        "made_at",
        "made_by",
        "by_account",
        "deleted",
        "is_public",
        "admin",
        "merged_into",
        "group_bits",
        "totp_sealed",
        "confirmed_at",
        "asked_by",
        "decided_by",
        "until_at",
        "leads",
        "ends_at",
    ];
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let people = everybody(&app);
        let things = furnish(&app);
        let bureau = leader(&people, Role::Bureau);
        let child = things.of(Target::Child).first().expect("a child").id.clone();
        let rows = |sql: &str| -> Vec<String> {
            let found =
                app.app.db().read(|tx| tx.query(sql, &[Value::from(HERE)], |row| row.get::<String>(0)));
            let found: Result<Vec<String>, DbError> = found;
            found.expect("the rows are read")
        };
        let guarded = || {
            (
                rows(
                    "select id || state || unit || coalesce(made_by, '') from account where county = $1 order by id",
                ),
                rows("select id || role || standing from post where county = $1 order by id"),
                rows(
                    "select id || standing || coalesce(merged_into, '') || cast(group_bits as text) from child where county = $1 order by id",
                ),
            )
        };
        let before = guarded();
        let extra: String = COLUMNS.iter().map(|name| format!("&{name}=1")).collect();
        let mut done = 0;
        for row in ROWS
            .iter()
            .filter(|row| row.0 == "POST" && row.1.starts_with("/children/{id}/") && row.1.ends_with("/edit"))
        {
            let mut form = row.4.to_owned();
            for (mark, value) in app.told(Target::Child, &child) {
                form = form.replace(mark, &value);
            }
            let ask = Ask {
                form: format!("{form}{extra}"),
                ..Ask::new(Method::POST, row.1.replace("{id}", &child), Some(&bureau.token))
            };
            assert_eq!(app.ask(ask).status, 303);
            done += 1;
        }
        for (path, form) in [
            ("/account/sessions/end", String::new()),
            ("/notices/read", String::new()),
            ("/announcements", "title=通知&body=开会&from_day=&until_day=".to_owned()),
        ] {
            let ask =
                Ask { form: format!("{form}{extra}"), ..Ask::new(Method::POST, path, Some(&bureau.token)) };
            assert_eq!(app.ask(ask).status, 303, "{path}");
            done += 1;
        }
        assert_eq!(done, 4);
        assert_eq!(guarded(), before);
        let authors = rows("select by_account from notice where county = $1 and title = '通知'");
        assert_eq!(authors, vec![bureau.actor.account.clone()], "who writes it is who is signed in");
    });
}

/// A07: another's child in a filter, a cursor or a sort key finds nothing and moves nothing.
#[test]
fn foreign_ids_in_filters_and_cursors() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let people = everybody(&app);
        let teacher = leader(&people, Role::Teacher);
        let page = |path: &str| {
            let answer = app.get(path, Some(&teacher.token));
            assert_eq!(answer.status, 200, "{path}");
            String::from_utf8(answer.body).expect("a page in UTF-8")
        };
        let rows = |page: &str| page.matches("data-row").count();
        let whole = rows(&page("/children"));
        assert!(whole > 0);
        let foreign: Vec<&String> = app
            .here
            .children
            .iter()
            .map(|(_, id)| id)
            .filter(|id| !page("/children").contains(*id))
            .chain([&app.there.children[0].1])
            .collect();
        assert!(foreign.len() > 5);
        for id in foreign {
            for key in ["after", "before"] {
                assert_eq!(rows(&page(&format!("/children?{key}={id}"))), whole, "a foreign {key} is none");
            }
        }
        // A place out of reach is answered as one that is not there: the list as if it had not been asked for.
        let bare =
            |filter: &str, value: &str| page(&format!("/children?{filter}={value}")).replace(value, "");
        for (filter, value) in
            [("school", "h-SQ"), ("class", "h-SQ-1"), ("school", "t-SP"), ("class", "h-SP-2")]
        {
            let found = bare(filter, value);
            assert_eq!(found, bare(filter, "no-such-place"), "{filter}={value}");
            assert!(rows(&found) == whole, "{filter}={value}");
        }
    });
}

/// C15: what a header says of the address counts only where the peer is a listed proxy, and then the last that it added.
#[test]
fn forwarded_only_from_a_listed_proxy() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let behind = app.behind("127.0.0.2");
        let at = |of: &web::App, peer: &str, forwarded: &[&str]| -> String {
            let mut extensions = axum::http::Extensions::new();
            let peer: std::net::IpAddr = peer.parse().expect("an address");
            extensions.insert(axum::extract::ConnectInfo(std::net::SocketAddr::new(peer, 4000)));
            let mut headers = axum::http::HeaderMap::new();
            for value in forwarded {
                headers.append("x-forwarded-for", value.parse().expect("a header"));
            }
            for name in ["forwarded", "x-real-ip", "x-client-ip", "cf-connecting-ip", "true-client-ip"] {
                headers.insert(name, "10.9.9.9".parse().expect("a header"));
            }
            web::session::source(of, &extensions, &headers).expect("a peer").to_string()
        };
        // Nobody is listed: nothing is believed.
        assert_eq!(at(&app.app, "127.0.0.9", &["10.0.0.1"]), "127.0.0.9");
        // The peer is another than the listed one.
        assert_eq!(at(&behind, "127.0.0.9", &["10.0.0.1"]), "127.0.0.9");
        assert_eq!(at(&behind, "127.0.0.2", &["10.0.0.1"]), "10.0.0.1");
        assert_eq!(
            at(&behind, "127.0.0.2", &["1.1.1.1, 10.0.0.1"]),
            "10.0.0.1",
            "the last was added by the proxy"
        );
        assert_eq!(at(&behind, "127.0.0.2", &["1.1.1.1", "10.0.0.1"]), "10.0.0.1");
        for wrong in ["", "unknown", "10.0.0.1:80", "'; --"] {
            assert_eq!(at(&behind, "127.0.0.2", &[wrong]), "127.0.0.2", "{wrong}");
        }
        assert_eq!(at(&behind, "127.0.0.2", &[]), "127.0.0.2");
    });
}
