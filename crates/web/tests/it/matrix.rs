//! Access control proved from the router itself (hazards A01–A04, A13–A15, A18, A28, A29): every route, everybody, and
//! everything that it can name, on both engines. What rules::access allows is not 404; everything else is the very
//! bytes of what is not there, and stands on the record once.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::Method;
use casework::db::testing::on_each_engine;
use rules::access::{Action, Actor, Subject, may};
use web::route::Policy;

use crate::app::{Answer, Ask, HERE, TestApp};
use crate::matrix_rows::{By, ROWS, Row, Target};
use crate::matrix_rows_api::API;

/// An id that nothing has.
const MISSING: &str = "00000000-0000-7000-8000-000000000000";

struct Person {
    token: String,
    actor: Actor,
}

fn everybody(app: &TestApp) -> Vec<Person> {
    app.here
        .people
        .iter()
        .map(|one| {
            let token = app.session(HERE, &one.account);
            Person { actor: app.actor(&token), token }
        })
        .collect()
}

/// What the target is, for the decision.
enum Named {
    Child(Vec<(String, rules::access::Tie)>),
    Unit(Vec<String>),
    Foreign,
}

/// Everything that a path can name: the ids of this county with what they are, and those of the other.
fn targets(app: &TestApp, target: Target) -> Vec<(String, Named)> {
    let tied = |ids: &[(&'static str, String)], table: &str, column: &str| -> Vec<(String, Named)> {
        let mut ties = app.ties(table, column);
        ids.iter().map(|(_, id)| (id.clone(), Named::Child(ties.remove(id).unwrap_or_default()))).collect()
    };
    let unit = |unit: &str| Named::Unit(app.path(unit));
    let (here, there) = (&app.here, &app.there);
    let mut list: Vec<(String, Named)> = match target {
        Target::Nothing | Target::Other => Vec::new(),
        Target::Child => tied(&here.children, "child_tie", "child"),
        Target::Finding => tied(&here.findings, "finding_tie", "finding"),
        Target::Unit | Target::Group => here
            .units
            .iter()
            .filter(|id| target == Target::Unit || ["h-P11", "h-P21", "h-Q11"].contains(&id.as_str()))
            .map(|id| (id.clone(), unit(id)))
            .collect(),
        Target::Post => here.posts.iter().map(|(at, post, _)| (post.clone(), unit(at))).collect(),
        Target::Account => here.posts.iter().map(|(at, _, account)| (account.clone(), unit(at))).collect(),
    };
    let foreign: Vec<String> = match target {
        Target::Nothing => Vec::new(),
        Target::Child => there.children.iter().take(2).map(|(_, id)| id.clone()).collect(),
        Target::Finding => there.findings.iter().take(2).map(|(_, id)| id.clone()).collect(),
        Target::Unit => vec!["t-P".to_owned(), "t-SP".to_owned()],
        Target::Group => vec!["t-P11".to_owned()],
        Target::Post => there.posts.iter().take(2).map(|(_, id, _)| id.clone()).collect(),
        Target::Account => there.posts.iter().take(2).map(|(_, _, id)| id.clone()).collect(),
        Target::Other => vec![there.campaign.clone()],
    };
    list.extend(foreign.into_iter().map(|id| (id, Named::Foreign)));
    list
}

/// The path with the id in its first place; what further places name is not there.
fn filled(path: &str, id: &str) -> String {
    let mut ids = [id].into_iter().chain(std::iter::repeat(MISSING));
    let parts = path.split('/').map(|part| match part.strip_prefix('{') {
        Some("number}") => "1",
        Some(_) => ids.next().unwrap_or(MISSING),
        None => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

/// Whether rules::access allows it; `None` where the row expects nothing of it.
fn allowed(row: &Row, policy: Policy, actor: &Actor, named: Option<&Named>) -> Option<bool> {
    let action = match (row.3, policy) {
        (By::Policy | By::Part, Policy::Needs(action)) => action,
        (By::Itself, Policy::Needs(action)) if may(actor, action, &Subject::Nothing).is_err() => {
            return Some(false);
        }
        (By::Itself, _) if matches!(named, Some(Named::Foreign)) && policy != Policy::Open => {
            return Some(false);
        }
        (By::Itself, _) => return None,
        _ => return Some(true),
    };
    // The kernel asks whether the route's action is theirs at all, the use case about the very subject.
    if let Policy::Needs(own) = policy
        && may(actor, own, &Subject::Nothing).is_err()
    {
        return Some(false);
    }
    let subject = match named {
        None => Subject::Nothing,
        Some(Named::Child(ties)) => Subject::Child(ties),
        Some(Named::Unit(path)) => Subject::Unit(path),
        Some(Named::Foreign) => return Some(false),
    };
    match may(actor, action, &subject) {
        Ok(_) if row.3 == By::Part => None,
        decided => Some(decided.is_ok()),
    }
}

/// How the answer differs from that for what is not there.
fn difference(answer: &Answer, missing: &Answer) -> Option<String> {
    if answer.status != missing.status {
        return Some(format!("{} instead of {}", answer.status, missing.status));
    }
    if answer.headers != missing.headers {
        return Some(format!("{:?} instead of {:?}", answer.headers, missing.headers));
    }
    (answer.body != missing.body).then(|| "another body".to_owned())
}

fn same(what: &str, answer: &Answer, missing: &Answer) {
    assert_eq!(difference(answer, missing), None, "{what}");
}

/// A29: the matrix knows every route.
#[test]
fn every_route_has_a_row() {
    let routes: BTreeSet<(String, &str)> =
        web::pages::routes().iter().map(|route| (route.method.to_string(), route.path)).collect();
    let rows: BTreeSet<(String, &str)> =
        ROWS.iter().chain(API).map(|row| (row.0.to_owned(), row.1)).collect();
    let unknown: Vec<_> = routes.difference(&rows).collect();
    assert!(unknown.is_empty(), "routes without a row in matrix_rows.rs: {unknown:?}");
}

/// Every route × everybody × everything that it can name.
#[test]
fn every_cell() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let people = everybody(&app);
        let nothing = |path| app.get(path, Some(&people[0].token));
        let (page, json) = (nothing("/no-such-page"), nothing("/api/v1/no-such-thing"));
        assert_eq!((page.status, json.status), (404, 404));
        let (mut cells, mut denied, mut wrongs) = (0_u32, 0_u32, Vec::new());
        let routes = web::pages::routes();
        // In the order of the rows: what takes something away comes after what needs it.
        for row in ROWS.iter().chain(API) {
            let Some(route) =
                routes.iter().find(|route| route.method.as_str() == row.0 && route.path == row.1)
            else {
                continue;
            };
            let account = app.here.posts[0].2.as_str();
            let form = row.4.replace("{account}", account);
            let api = route.path.starts_with("/api/");
            let absent = if api { &json } else { &page };
            let ask = |id: &str, token: Option<&str>| Ask {
                form: form.clone(),
                headers: if api { vec![("if-match", "\"0\"")] } else { Vec::new() },
                ..Ask::new(route.method.clone(), filled(route.path, id), token)
            };
            // Nobody: to the door, whatever is asked for (401 for the API).
            let stranger = app.ask(ask(MISSING, None));
            let what = format!("{} {}", route.method, route.path);
            assert!(stranger.status < 500, "{what}");
            if route.policy != Policy::Open {
                if route.path.starts_with("/api/") {
                    assert_eq!(stranger.status, 401, "{what}");
                } else {
                    assert_eq!(stranger.status, 303, "{what}");
                    assert!(stranger.header("location").starts_with("/sign-in"), "{what}");
                }
            }
            if route.policy == Policy::Open {
                continue;
            }
            let before = app.refusals();
            let mut expected: BTreeMap<String, i64> = BTreeMap::new();
            let mut seen = |answer: &Answer, person: &Person| {
                if answer.status == 404 {
                    *expected.entry(person.actor.account.clone()).or_default() += 1;
                }
            };
            let named = targets(&app, row.2);
            if row.2 == Target::Nothing {
                let asks = people.iter().map(|one| ask("", Some(&one.token))).collect();
                for (person, answer) in people.iter().zip(app.all(asks)) {
                    cells += 1;
                    seen(&answer, person);
                    let allowed = allowed(row, route.policy, &person.actor, None);
                    denied += u32::from(allowed == Some(false));
                    let wrong = judge(allowed, &answer, absent);
                    wrongs.extend(wrong.map(|wrong| format!("{what} as {}: {wrong}", person.actor.account)));
                }
            } else {
                for (id, named) in
                    named.iter().map(|(id, named)| (id.as_str(), named)).chain([(MISSING, &Named::Foreign)])
                {
                    let asks = people.iter().map(|one| ask(id, Some(&one.token))).collect();
                    for (person, answer) in people.iter().zip(app.all(asks)) {
                        cells += 1;
                        seen(&answer, person);
                        let allowed = allowed(row, route.policy, &person.actor, Some(named));
                        denied += u32::from(allowed == Some(false));
                        let wrong = judge(allowed, &answer, absent);
                        wrongs.extend(
                            wrong.map(|wrong| format!("{what} on {id} as {}: {wrong}", person.actor.account)),
                        );
                    }
                }
            }
            let after = app.refusals();
            for person in &people {
                let account = &person.actor.account;
                let written = after.get(account).unwrap_or(&0) - before.get(account).unwrap_or(&0);
                let due = *expected.get(account).unwrap_or(&0);
                if written != due {
                    wrongs.push(format!(
                        "{what} as {account}: {written} refusals on the record instead of {due}"
                    ));
                }
            }
        }
        assert!(wrongs.is_empty(), "{} cells are wrong:\n{}", wrongs.len(), wrongs.join("\n"));
        assert!(denied > 1000 && cells > denied, "{cells} cells, {denied} of them denied");
    });
}

/// What is wrong with an answer, if anything is.
fn judge(allowed: Option<bool>, answer: &Answer, absent: &Answer) -> Option<String> {
    let to_the_door = answer.header("location").starts_with("/sign-in");
    match allowed {
        _ if answer.status >= 500 => Some(format!("{} ", answer.status)),
        Some(true) if answer.status == 404 => Some("allowed, and not found".to_owned()),
        Some(true) if to_the_door => Some("the session is gone".to_owned()),
        Some(false) => difference(answer, absent).map(|how| format!("denied, and {how}")),
        None if answer.status == 404 => difference(answer, absent),
        Some(true) | None => None,
    }
}

/// A18: other methods, overriding headers and other spellings of a path never open what the plain one does not.
#[test]
fn tricks_open_nothing() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let people = everybody(&app);
        let teacher = people
            .iter()
            .find(|one| one.actor.posts.iter().any(|post| post.role == rules::access::Role::Teacher))
            .expect("a teacher");
        let token = Some(teacher.token.as_str());
        let absent = app.get("/no-such-page", token);
        let shut = format!("/units/{}", "h-SQ");
        assert_eq!(app.get(&shut, token).status, 404);
        for method in ["HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "FOO"] {
            let method = Method::from_bytes(method.as_bytes()).expect("a method");
            for path in [shut.as_str(), "/accounts", "/security", "/posts/h-post-at-SQ/vacate"] {
                let answer = app.ask(Ask::new(method.clone(), path, token));
                assert_eq!(answer.status, 404, "{method} {path}");
            }
        }
        for (name, value) in [
            ("x-http-method-override", "GET"),
            ("x-http-method", "PUT"),
            ("x-method-override", "DELETE"),
            ("x-original-url", "/units"),
            ("x-rewrite-url", "/units"),
            ("x-forwarded-prefix", "/units"),
        ] {
            for method in [Method::GET, Method::POST] {
                let ask =
                    Ask { headers: vec![(name, value)], ..Ask::new(method.clone(), shut.as_str(), token) };
                same(&format!("{method} {name}"), &app.ask(ask), &absent);
            }
        }
        for path in [
            "/units/h-SQ/",
            "//units/h-SQ",
            "/units//h-SQ",
            "/units/./h-SQ",
            "/units/h-SP/../h-SQ",
            "/units/%2e%2e/units/h-SQ",
            "/Units/h-SQ",
            "/UNITS/h-SQ",
            "/units/h-SQ;a=1",
            "/units;/h-SQ",
            "/units/h-SQ.json",
            "/units/h-SQ%00",
            "/search?q=%00",
            "/units/h-SQ%2f",
            "/units/h-SQ%20",
            "/units/H-SQ",
            "/units/%68-SQ",
            "/security/",
            "//security",
            "/Security",
            "/security.json",
            "/security;x",
            "/%73ecurity",
        ] {
            same(path, &app.get(path, token), &absent);
        }
        // Nor do they open anything to somebody who is not signed in.
        for path in ["/units/", "//units", "/Units", "/units;x", "/units.json", "/units/%2e"] {
            let answer = app.get(path, None);
            assert!(matches!(answer.status, 303 | 404), "{path}: {}", answer.status);
        }
    });
}

/// A28: a session of another county opens nothing here, and nothing there is reached from here (its ids are in the
/// matrix).
#[test]
fn sessions_of_another_county() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        for one in &app.there.people {
            let token = app.session(crate::app::THERE, &one.account);
            for path in ["/", "/units", "/search?q=duanxiao", "/accounts"] {
                let answer = app.get(path, Some(&token));
                assert_eq!(answer.status, 303, "{} {path}", one.account);
                assert!(answer.header("location").starts_with("/sign-in"), "{} {path}", one.account);
            }
        }
    });
}

/// A07, A08, A25: what is found is what is listed by right; another's child does not show up in a search, nor a count.
#[test]
fn search_finds_own_children_only() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let ties = app.ties("child_tie", "child");
        for person in everybody(&app) {
            let answer = app.get("/search?q=duanxiao", Some(&person.token));
            let page = String::from_utf8(answer.body).expect("a page in UTF-8");
            for (_, id) in app.here.children.iter().chain(&app.there.children) {
                let none = Vec::new();
                let subject = Subject::Child(ties.get(id).unwrap_or(&none));
                let listed = may(&person.actor, Action::ListChildren, &subject).is_ok();
                assert_eq!(page.contains(id.as_str()), listed, "{} {id}", person.actor.account);
            }
        }
    });
}
