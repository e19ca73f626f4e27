//! Access control proved from the router itself (hazards A01–A04, A06, A13–A15, A17, A18, A28, A29): every route,
//! everybody, and everything that it can name, on both engines. What rules::access allows is done, with its effect and
//! on the record; everything else is the very bytes of what is not there, leaves nothing behind, and stands on the
//! record once. Each request is a rehearsal, so that every cell meets the same county.
// long because: one walk over every route, whose steps share the scene that they set.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::Method;
use casework::db::testing::{Rehearsal, on_each_engine};
use casework::db::{DbError, Tx, Value};

use rules::access::{Action, Actor, Field, Subject, may, sight};
use web::route::{Policy, Route};

use crate::app::{Answer, Ask, HERE, TestApp};
use crate::furnish::{Furnished, Named, Thing, furnish};
use crate::matrix_rows::{ACTS, Act, By, ROWS, Row, SHOWN_ELSEWHERE, Target, every_row};
use crate::matrix_rows_bulletin::SHOWN as BULLETINS;
use crate::matrix_rows_council::SHOWN;
use crate::matrix_rows_reports::REPORTS_SHOWN;
use crate::matrix_rows_rest::SHOWN_REST;

/// An id that nothing has.
const MISSING: &str = "00000000-0000-7000-8000-000000000000";

pub(crate) struct Person {
    pub(crate) token: String,
    pub(crate) actor: Actor,
}

pub(crate) fn everybody(app: &TestApp) -> Vec<Person> {
    app.here
        .people
        .iter()
        .map(|one| {
            let token = app.session(HERE, &one.account);
            Person { actor: app.actor(&token), token }
        })
        .collect()
}

/// What one write did: who stands on the record and how, and whether what the act leaves behind was there.
#[derive(Debug, Clone, Default)]
struct Did {
    record: Vec<(String, String)>,
    effect: bool,
}

type Seen = Arc<Mutex<Vec<Did>>>;

/// From now on every write is undone, after it was looked at: `given` is set before it, `seen` counted on both sides.
fn rehearse(app: &TestApp, id: &str, given: Vec<String>, seen: &str) -> Seen {
    let did = Seen::default();
    let (id, seen) = (id.to_owned(), seen.to_owned());
    thread_local! { static BEFORE: std::cell::Cell<i64> = const { std::cell::Cell::new(0) }; }
    let count = {
        let id = id.clone();
        move |tx: &mut Tx<'_>| {
            if seen.is_empty() {
                return Ok::<_, DbError>(0);
            }
            tx.one(&seen, &values(&seen, &id), |row| row.get::<i64>(0))
        }
    };
    let counted = count.clone();
    let before = move |tx: &mut Tx<'_>| {
        for sql in &given {
            tx.execute(sql, &values(sql, &id))?;
        }
        BEFORE.set(count(tx)?);
        Ok(())
    };
    let all = Arc::clone(&did);
    let after = move |tx: &mut Tx<'_>| {
        let record = tx.query(
            "select account, outcome from audit where county = $1 order by id",
            &[Value::from(HERE)],
            |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
        )?;
        let effect = counted(tx)? != BEFORE.get();
        all.lock().unwrap_or_else(PoisonError::into_inner).push(Did { record, effect });
        Ok(())
    };
    app.app.db().rehearse(Some(Rehearsal::new(before, after)));
    did
}

pub(crate) fn values<'a>(sql: &str, id: &str) -> Vec<Value<'a>> {
    let both = [Value::from(HERE), Value::from(id.to_owned())];
    both.into_iter().take(if sql.contains("$2") { 2 } else { usize::from(sql.contains("$1")) }).collect()
}

/// The path with the id in its first place; the second names what the act was given.
pub(crate) fn filled(path: &str, id: &str) -> String {
    let mut ids = [id].into_iter().chain(std::iter::repeat("a-fact"));
    let parts = path.split('/').map(|part| match part.strip_prefix('{') {
        Some("number}") => "1",
        Some("date}") => "2026-11-24",
        Some(rest) => {
            let id = ids.next().unwrap_or(MISSING);
            if rest.ends_with('}') { id } else { part }
        }
        None => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

/// Whether rules::access allows it; `None` where the row expects nothing of it.
pub(crate) fn allowed(row: &Row, policy: Policy, actor: &Actor, named: Option<&Named>) -> Option<bool> {
    if let Policy::Needs(own) = policy
        && may(actor, own, &Subject::Nothing).is_err()
    {
        // The kernel asks whether the route's action is theirs at all, the use case about the very subject.
        return Some(false);
    }
    if matches!(named, Some(Named::Foreign)) && policy != Policy::Open {
        return Some(false);
    }
    let right = |action| may_about(actor, action, named);
    let owner = || match named {
        Some(Named::Own(account, _)) => *account == actor.account,
        _ => false,
    };
    Some(match (row.3, policy) {
        (By::Itself, _) => return None,
        (By::Policy, Policy::Needs(action)) => right(action),
        (By::Part, Policy::Needs(action)) => {
            if right(action) {
                return None;
            }
            false
        }
        (By::Right(action), _) => right(action),
        (By::Either(one, other), _) => right(one) || right(other),
        (By::Owner, _) => owner(),
        (By::OwnerOr(action), _) => owner() || right(action),
        (By::Sees(field, least), Policy::Needs(action)) => {
            sees(actor, action, named, field).is_some_and(|it| it >= least)
        }
        _ => true,
    })
}

fn may_about(actor: &Actor, action: Action, named: Option<&Named>) -> bool {
    let may = |subject: &Subject<'_>| may(actor, action, subject).is_ok();
    match named {
        None | Some(Named::Any) => may(&Subject::Nothing),
        Some(Named::Child(ties)) => may(&Subject::Child(ties)),
        Some(Named::Children(all)) => all.iter().any(|ties| may(&Subject::Child(ties))),
        Some(Named::Unit(path) | Named::Own(_, path)) => {
            may(&Subject::Unit(path)) || (path.is_empty() && may(&Subject::Nothing))
        }
        Some(Named::Foreign) => false,
    }
}

fn sees(actor: &Actor, action: Action, named: Option<&Named>, field: Field) -> Option<rules::access::Sight> {
    let Some(Named::Child(ties)) = named else { return None };
    let grant = may(actor, action, &Subject::Child(ties)).ok()?;
    Some(sight(grant.post?.role, grant.tie?, field))
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

/// A29: the matrix knows every route, and of every act behind the door what it leaves behind.
#[test]
fn every_route_has_a_row() {
    let routes: BTreeSet<(String, &str)> =
        web::pages::routes().iter().map(|route| (route.method.to_string(), route.path)).collect();
    let rows: BTreeSet<(String, &str)> = every_row().map(|row| (row.0.to_owned(), row.1)).collect();
    let unknown: Vec<_> = routes.difference(&rows).collect();
    assert!(unknown.is_empty(), "routes without a row in matrix_rows.rs: {unknown:?}");
    let acts: BTreeSet<&str> = ACTS.iter().map(|act| act.path).collect();
    let elsewhere: BTreeSet<&str> = SHOWN_ELSEWHERE
        .iter()
        .chain(SHOWN)
        .chain(BULLETINS)
        .chain(REPORTS_SHOWN)
        .chain(SHOWN_REST)
        .map(|(path, _)| *path)
        .collect();
    let unknown: Vec<_> = web::pages::routes()
        .iter()
        .filter(|route| route.method == Method::POST && route.policy != Policy::Open)
        .map(|route| route.path)
        .filter(|path| !path.starts_with("/api/") && !acts.contains(path) && !elsewhere.contains(path))
        .collect();
    assert!(
        unknown.is_empty(),
        "acts without a row in matrix_rows.rs that says what they leave behind: {unknown:?}"
    );
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (path, file) in
        SHOWN_ELSEWHERE.iter().chain(SHOWN).chain(BULLETINS).chain(REPORTS_SHOWN).chain(SHOWN_REST)
    {
        assert!(root.join(file).is_file(), "{path} is said to be shown in {file}");
    }
}

/// A row on its way: the route, and what it leaves behind.
struct Cells<'a> {
    app: &'a TestApp,
    people: &'a [Person],
    absent: &'a Answer,
    row: &'a Row,
    route: &'a Route,
    act: Option<&'static Act>,
    count: u32,
    denied: u32,
    wrongs: Vec<String>,
}

impl Cells<'_> {
    fn form(&self, thing: Option<&Thing>) -> String {
        let id = thing.map_or("", |thing| thing.id.as_str());
        let mut form = self.row.4.to_owned();
        for (mark, value) in self.app.told(self.row.2, id) {
            form = form.replace(mark, &value);
        }
        form
    }

    /// Asks as everybody, of one thing.
    fn ask(&mut self, thing: Option<&Thing>) {
        let id = thing.map_or("", |thing| thing.id.as_str());
        let given = self.act.map_or(&[][..], |act| act.given).iter().map(|sql| (*sql).to_owned()).collect();
        let seen = rehearse(self.app, id, given, self.act.map_or("", |act| act.seen));
        let form = self.form(thing);
        let api = self.route.path.starts_with("/api/");
        let asks = self.people.iter().map(|one| Ask {
            form: form.clone(),
            headers: if api { vec![("if-match", "\"0\"")] } else { Vec::new() },
            ..Ask::new(self.route.method.clone(), filled(self.route.path, id), Some(&one.token))
        });
        let answers = self.app.all(asks.collect());
        self.app.app.db().rehearse(None);
        let did = seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let what = format!("{} {} on {id}", self.route.method, self.route.path);
        let mut done = 0;
        for (person, answer) in self.people.iter().zip(answers) {
            let account = &person.actor.account;
            let named = thing.map(|thing| &thing.named);
            let mut allowed = allowed(self.row, self.route.policy, &person.actor, named);
            if self.act.is_none() && self.route.method != Method::GET && allowed == Some(true) {
                // Shown elsewhere: here only that it is there.
                allowed = None;
            }
            let of = |outcome: &'static str| {
                did.iter()
                    .filter(move |did| did.record.iter().any(|(by, how)| by == account && how == outcome))
            };
            self.count += 1;
            self.denied += u32::from(allowed == Some(false));
            let mut wrong = |text: String| self.wrongs.push(format!("{what} as {account}: {text}"));
            if let Some(text) = judge(self.act, allowed, &answer, self.absent) {
                wrong(text);
            }
            let refused = of("refused").count();
            if refused != usize::from(answer.status == 404) {
                wrong(format!("{refused} refusals on the record for an answer {}", answer.status));
            }
            let carried_out = self.act.is_some_and(|act| {
                answer.status == act.status || (answer.status == 303 && act.path.ends_with("/reset"))
            });
            match (allowed, self.act) {
                (Some(true), Some(act)) if act.recorded && carried_out => {
                    let all: Vec<&Did> = of("done").collect();
                    if all.is_empty() {
                        wrong("done, and not on the record".to_owned());
                    }
                    if !act.seen.is_empty() && !all.iter().any(|did| did.effect) {
                        wrong("done, and nothing is there".to_owned());
                    }
                }
                (Some(true), Some(act)) if !act.seen.is_empty() && carried_out => done += 1,
                (Some(false), _) if of("done").next().is_some() => {
                    wrong("denied, and on the record as done".to_owned());
                }
                _ => {}
            }
        }
        // Acts that stand on no record are counted together.
        if let Some(act) = self.act
            && !act.recorded
            && did.iter().filter(|did| did.effect).count() != done
        {
            self.wrongs.push(format!("{what}: done for {done}, and there for another number"));
        }
    }
}

/// Every route × everybody × everything that it can name.
#[test]
fn every_cell() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let people = everybody(&app);
        let things = furnish(&app);
        app.run(&["delete from audit".to_owned()]);
        let nothing = |path| app.get(path, Some(&people[0].token));
        let (page, json) = (nothing("/no-such-page"), nothing("/api/v1/no-such-thing"));
        assert_eq!((page.status, json.status), (404, 404));
        let (mut count, mut denied, mut wrongs) = (0, 0, Vec::new());
        let routes = web::pages::routes();
        for row in every_row() {
            let Some(route) =
                routes.iter().find(|route| route.method.as_str() == row.0 && route.path == row.1)
            else {
                continue;
            };
            nobody(&app, row, route);
            if route.policy == Policy::Open {
                continue;
            }
            let act = ACTS.iter().find(|act| route.method == Method::POST && act.path == row.1);
            let mut cells = Cells {
                app: &app,
                people: &people,
                absent: if row.1.starts_with("/api/") { &json } else { &page },
                row,
                route,
                act,
                count: 0,
                denied: 0,
                wrongs: Vec::new(),
            };
            if row.2 == Target::Nothing {
                cells.ask(None);
            } else {
                for thing in named(&things, row.2) {
                    cells.ask(Some(&thing));
                }
            }
            count += cells.count;
            denied += cells.denied;
            wrongs.append(&mut cells.wrongs);
        }
        assert!(wrongs.is_empty(), "{} cells are wrong:\n{}", wrongs.len(), wrongs.join("\n"));
        assert!(denied > 1000 && count > denied, "{count} cells, {denied} of them denied");
    });
}

/// Everything that a path can name, what is not there too.
fn named(things: &Furnished, target: Target) -> Vec<Thing> {
    let mut all = things.of(target);
    all.push(Thing { id: MISSING.to_owned(), named: Named::Foreign });
    all
}

/// Nobody: to the door, whatever is asked for (401 for the API).
fn nobody(app: &TestApp, row: &Row, route: &Route) {
    let what = format!("{} {}", route.method, route.path);
    let form = row.4.to_owned();
    let ask = Ask { form, ..Ask::new(route.method.clone(), filled(route.path, MISSING), None) };
    let stranger = app.ask(ask);
    assert!(stranger.status < 500, "{what}");
    if route.policy == Policy::Open {
        return;
    }
    if route.path.starts_with("/api/") {
        assert_eq!(stranger.status, 401, "{what}");
    } else {
        assert_eq!(stranger.status, 303, "{what}");
        assert!(stranger.header("location").starts_with("/sign-in"), "{what}");
    }
}

/// A06: in a path with two ids the second belongs to the first: the fact of one child under the address of another is not
/// there, also for who may write both.
#[test]
fn nested_ids_must_fit() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let people = everybody(&app);
        let bureau = people.iter().find(|one| one.actor.account == "h-account-bureau").expect("the bureau");
        let (one, other) = (app.here.children[0].1.clone(), app.here.children[1].1.clone());
        let absent = app.get("/no-such-page", Some(&bureau.token));
        let mut tried = 0;
        for row in ROWS.iter().filter(|row| row.1.starts_with("/children/{id}/") && row.0 == "POST") {
            let Some(act) = ACTS.iter().find(|act| act.path == row.1) else { continue };
            if !(act.given.iter().any(|sql| sql.contains("'a-fact'"))) {
                continue;
            }
            for (of, fits) in [(&one, true), (&other, false)] {
                let given = act.given.iter().map(|sql| sql.replace("$2", &format!("'{of}'"))).collect();
                let seen = act.seen.replace("$2", &format!("'{of}'"));
                drop(rehearse(&app, &one, given, &seen));
                let ask = Ask {
                    form: row.4.to_owned(),
                    ..Ask::new(Method::POST, filled(row.1, &one), Some(&bureau.token))
                };
                let answer = app.ask(ask);
                app.app.db().rehearse(None);
                if fits {
                    assert_eq!(answer.status, act.status, "{}", row.1);
                } else {
                    same(row.1, &answer, &absent);
                }
                tried += 1;
            }
        }
        assert!(tried >= 8, "{tried}");
    });
}

/// What is wrong with an answer, if anything is.
fn judge(act: Option<&Act>, allowed: Option<bool>, answer: &Answer, absent: &Answer) -> Option<String> {
    let to_the_door = answer.header("location").starts_with("/sign-in");
    match allowed {
        _ if answer.status >= 500 => Some(format!("{} ", answer.status)),
        Some(true) if answer.status == 404 => Some("allowed, and not found".to_owned()),
        Some(true) if to_the_door => Some("the session is gone".to_owned()),
        Some(true) => {
            let due: &[u16] = match act {
                // A child that is nowhere at school cannot leave one, nor be looked for by the village of another;
                // an account that leads waits for approval.
                Some(act) if act.path == "/children/{id}/move" => &[303, 409, 200],
                Some(act) if act.path == "/findings/{id}/assign" => &[303, 409, 422],
                Some(act) if act.path == "/accounts/{id}/reset" => &[200, 303],
                Some(act) => std::slice::from_ref(&act.status),
                None => &[200],
            };
            (!due.contains(&answer.status)).then(|| {
                let page = String::from_utf8_lossy(&answer.body);
                let said = page.split("<main").nth(1).unwrap_or_default();
                let said: String = said
                    .split('<')
                    .filter_map(|part| part.split_once('>'))
                    .map(|(_, text)| text.trim())
                    .filter(|text| !text.is_empty())
                    .take(8)
                    .collect();
                format!("{} instead of {due:?}: {said}", answer.status)
            })
        }
        Some(false) => difference(answer, absent).map(|how| format!("denied, and {how}")),
        None if answer.status == 404 => difference(answer, absent),
        None => None,
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
