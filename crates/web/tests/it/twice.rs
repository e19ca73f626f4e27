//! Forms sent twice, and forms sent too late (hazards H01, H03): a double click, a reload and the back button have one
//! effect; whoever was overtaken sees what happened and keeps what was typed.

use axum::http::Method;
use casework::db::testing::on_each_engine;
use casework::db::{DbError, Value};
use web::route::Policy;

use crate::again::{AGAIN, Again, give};
use crate::again_rooms::{ROOMS, give_rooms};
use crate::app::{Ask, HERE, TestApp};
use crate::furnish::{Thing, furnish};
use crate::matrix::{allowed, everybody, filled, values};
use crate::matrix_rows::{ACTS, Act, Target, every_row};
use crate::matrix_rows_bulletin::BULLETIN;
use crate::matrix_rows_council::COUNCIL;

/// Acts whose second answer is a page of its own: each link or reveal is another, and the effect is one all the same.
const ANEW: &[&str] = &["/accounts/{id}/reset"];

/// Acts on what an earlier one of the list has used up: each is shown in a county of its own.
const APART: &[&str] = &[
    "/account/sessions/end",
    "/online/{id}/end",
    "/break-glass/{id}/refuse",
    "/posts/{id}/appoint",
    "/posts/{id}/vacate",
    "/findings/{id}/reopen",
    "/findings/{id}/assign",
    "/findings/{id}/report",
    "/imports/{id}/drop",
    "/imports/{id}/rows/{number}",
    "/moves/{id}/agree",
    "/moves/{id}/back",
    "/moves/{id}/withdraw",
];

/// Acts that leave two facts when they are done twice on purpose, a minute apart, but not by a double click.
fn counted(app: &TestApp, act: &Act, id: &str) -> i64 {
    if act.seen.is_empty() {
        return 0;
    }
    let params = values(act.seen, id);
    let found = app.app.db().read(|tx| tx.one(act.seen, &params, |row| row.get::<i64>(0)));
    let found: Result<i64, DbError> = found;
    found.expect("the rows are counted")
}

/// H01: every act of the pages, sent twice with the same form by the same person, has one effect, and the second answer
/// is no fault.
#[test]
fn sent_twice_is_done_once() {
    let done = std::cell::Cell::new(0);
    on_each_engine(|db| done.set(done.get() + sent_twice(&TestApp::new(db), |path| !APART.contains(&path))));
    for &apart in APART {
        on_each_engine(|db| done.set(done.get() + sent_twice(&TestApp::new(db), |path| path == apart)));
    }
    assert!(done.get() > 90, "{}", done.get());
}

fn sent_twice(app: &TestApp, which: impl Fn(&str) -> bool) -> u32 {
    let people = everybody(app);
    let things = furnish(app);
    let routes = web::pages::routes();
    let (mut done, mut wrongs) = (0, Vec::new());
    for row in every_row().filter(|row| row.0 == "POST" && !ANEW.contains(&row.1) && which(row.1)) {
        let Some(act) = ACTS.iter().find(|act| act.path == row.1) else { continue };
        let Some(route) = routes.iter().find(|route| route.method == Method::POST && route.path == row.1)
        else {
            continue;
        };
        if route.policy == Policy::Open || act.status == 409 {
            continue;
        }
        let all: Vec<Option<Thing>> = match row.2 {
            Target::Nothing => vec![None],
            target => things.of(target).into_iter().map(Some).collect(),
        };
        // The first person who may, with the first thing with which they may.
        let found = all.iter().find_map(|thing| {
            let may = |person: &&crate::matrix::Person| {
                allowed(row, route.policy, &person.actor, thing.as_ref().map(|thing| &thing.named))
                    == Some(true)
            };
            people.iter().find(may).map(|person| (thing, person))
        });
        let Some((thing, person)) = found else { continue };
        let id = thing.as_ref().map_or("", |thing| thing.id.as_str());
        let given: Vec<String> = act.given.iter().map(|sql| sql.replace("$2", &format!("'{id}'"))).collect();
        app.run(&given);
        let mut form = row.4.to_owned();
        for (mark, value) in app.told(row.2, id) {
            form = form.replace(mark, &value);
        }
        let send = || {
            app.ask(Ask {
                form: form.clone(),
                ..Ask::new(Method::POST, filled(row.1, id), Some(&person.token))
            })
        };
        let before = counted(app, act, id);
        let first = send();
        let once = counted(app, act, id);
        let second = send();
        let twice = counted(app, act, id);
        if first.status != act.status {
            wrongs.push(format!("{}: the first is answered {}", row.1, first.status));
        }
        if !act.seen.is_empty() && once == before {
            wrongs.push(format!("{}: nothing is done", row.1));
        }
        if twice != once {
            wrongs.push(format!("{}: done twice ({before}, {once}, {twice})", row.1));
        }
        if second.status >= 500 {
            wrongs.push(format!("{}: the second is answered {}", row.1, second.status));
        }
        done += 1;
    }
    assert!(wrongs.is_empty(), "{} of {done}:\n{}", wrongs.len(), wrongs.join("\n"));
    done
}

/// H01: the acts of conference, duties, library, inspection, bulletins and accountability, on things that are there: the first is done, the second
/// does nothing more and is no fault. None of their routes is left out.
#[test]
fn newer_rooms_do_it_once() {
    /// Shown by name elsewhere: a decision is taken out of minutes that are open, a version is followed by a version, a file is no form.
    const ELSEWHERE: &[&str] = &[
        "/conference/{id}/decisions/{task}/drop",
        "/library/{id}",
        "/library/{id}/file",
        "/assessments/{unit}/reply",
        // Files: council::files_of_duties, council::a_meeting_on_its_page.
        "/tasks/{id}/file",
        "/duties/{clause}/proofs/{proof}/file",
    ];
    on_each_engine(|db| {
        let app = TestApp::new(db);
        give(&app);
        each_is_done_once(&app, AGAIN);
    });
    let covered: Vec<&str> = AGAIN.iter().map(Again::row).collect();
    let left: Vec<&str> = COUNCIL
        .iter()
        .chain(BULLETIN)
        .filter(|row| row.0 == "POST" && !covered.contains(&row.1) && !ELSEWHERE.contains(&row.1))
        .map(|row| row.1)
        .collect();
    assert!(left.is_empty(), "forms that nobody sends twice: {left:?}");
}

/// H01: season, ways, tips, figures and reach on things that are there: each act succeeds, and once.
#[test]
fn older_rooms_do_it_once() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        give_rooms(&app);
        each_is_done_once(&app, ROOMS);
    });
}

/// Sends each twice: the first is done, the second does nothing more and is no fault.
fn each_is_done_once(app: &TestApp, all: &[Again]) {
    let mut wrongs = Vec::new();
    for again in all {
        let token = again.token(app);
        let part = |part: &str| match part.is_ascii() {
            true => part.to_owned(),
            false => part.bytes().map(|byte| format!("%{byte:02X}")).collect(),
        };
        let path = again.at(app).split('/').map(part).collect::<Vec<_>>().join("/");
        let send =
            || app.ask(Ask { form: again.form.to_owned(), ..Ask::new(Method::POST, &path, Some(&token)) });
        let before = again.counted(app);
        let first = send();
        let once = again.counted(app);
        let second = send();
        let twice = again.counted(app);
        // What is counted anew leaves no row.
        let leaves = !again.path.ends_with("/reckon");
        if first.status != 303 || leaves && once == before {
            let page = String::from_utf8_lossy(&first.body);
            let said = page.split("class=\"notice").nth(1).unwrap_or_default();
            let said: String = said.chars().take(300).collect();
            wrongs.push(format!(
                "{}: the first is answered {} ({before}, {once}) {said}",
                again.path, first.status
            ));
        }
        if twice != once {
            wrongs.push(format!("{}: done twice ({before}, {once}, {twice})", again.path));
        }
        if second.status >= 500 {
            wrongs.push(format!("{}: the second is answered {}", again.path, second.status));
        }
    }
    assert!(wrongs.is_empty(), "{} of {}:\n{}", wrongs.len(), all.len(), wrongs.join("\n"));
}

/// H03: two work on the same finding; the later one is told so on the finding itself, as it stands now, and the note is
/// still in its field.
#[test]
fn who_was_overtaken_loses_nothing() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let people = everybody(&app);
        let by = |account: &str| {
            people.iter().find(|one| one.actor.account == account).expect("somebody").token.clone()
        };
        let (first, second) = (by("h-account-bureau"), by("h-account-bureau-leads"));
        let finding = app.here.findings[0].1.clone();
        let send = |token: &str, what: &str, note: &str| {
            let form = format!("decision={what}&version=1&note={note}");
            app.ask(Ask {
                form,
                ..Ask::new(Method::POST, format!("/findings/{finding}/decide"), Some(token))
            })
        };
        assert_eq!(send(&first, "suspected", "").status, 303);
        let late = send(&second, "in_school", "在某小学见到本人");
        assert_eq!(late.status, 409);
        let page = String::from_utf8(late.body).expect("a page in UTF-8");
        assert!(page.contains("刚刚有了新的进展") && page.contains("在某小学见到本人"));
        assert!(page.contains("列为疑似辍学"), "what the other one decided stands there");
        let state = app.app.db().read(|tx| {
            tx.one(
                "select decision from finding where county = $1 and id = $2",
                &[Value::from(HERE), Value::from(finding.clone())],
                |row| row.get::<String>(0),
            )
        });
        let state: Result<String, DbError> = state;
        assert_eq!(state.expect("the finding is read"), "suspected");
    });
}

/// C13: a long text that is sent after the session has ended comes back on the page, to be sent again after signing in; to
/// somebody without any session nothing is said but where the door is, and a password is not kept in a page.
#[test]
fn a_long_text_outlives_its_session() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let account = "h-account-bureau";
        let token = app.session(HERE, account);
        app.run(&[format!("update session set ended_at = '2026-11-24T07:59:00.000+08:00' where county = $1 and account = '{account}'")]);
        let note = "上门三次，孩子在县城姑妈家，见到本人和监护人<b>".repeat(10);
        let finding = app.here.findings[0].1.clone();
        let path = format!("/findings/{finding}/decide");
        let form = format!("decision=suspected&version=1&note={note}");
        let send = |token: Option<&str>, path: &str| {
            app.ask(Ask { form: form.clone(), ..Ask::new(Method::POST, path, token) })
        };
        let answer = send(Some(&token), &path);
        assert_eq!(answer.status, 401);
        let page = String::from_utf8(answer.body).expect("a page in UTF-8");
        assert!(page.contains(&format!("action=\"{path}\"")));
        assert!(
            page.matches("见到本人和监护人").count() == 10 && !page.contains("监护人<b>"),
            "whole, and escaped"
        );
        assert_eq!(send(None, &path).status, 303);
        assert_eq!(send(Some(&token), "/account/password").status, 303);
        let again = app.session(HERE, account);
        assert_eq!(send(Some(&again), &path).status, 303, "and then it is done");
    });
}
