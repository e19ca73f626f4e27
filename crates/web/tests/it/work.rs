//! How the work of a page grows: a list of forty asks the storage no more often than a list of ten. What stands on a page
//! is fetched together, never row by row: children and findings, who is away, suspected and reported.

use std::ops::Range;

use axum::http::Method;
use casework::db::testing::on_each_engine;
use casework::keys::Keys;
use casework::testing::more_children;
use rules::access::Role;

use crate::app::{Ask, HERE, TestApp};
use crate::furnish::furnish;
use crate::matrix_rows::{Target, every_row};

/// Who reads, from the whole county down to one class.
const READERS: [Role; 7] =
    [Role::Director, Role::Bureau, Role::Township, Role::Village, Role::Head, Role::Teacher, Role::Cadre];

/// Children by whom each list has some from the beginning.
const FEW: Range<i8> = 12..18;
/// Those who come.
const MORE: Range<i8> = 18..48;

/// What a page may ask more once there are more children: another part of a list, a chosen place.
const SLACK: u64 = 4;

/// Every page and call without a placeholder, as each reader, before and after; the file of one child and what follows its
/// absence, and the register of their class.
#[test]
fn a_page_asks_no_more_often_when_there_are_more_children() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        furnish(&app);
        let child = app.here.child("own").expect("a child").to_owned();
        let mut paths: Vec<String> = every_row()
            .filter(|row| row.0 == "GET" && row.2 == Target::Nothing && !row.1.contains('{'))
            .map(|row| row.1.to_owned())
            .collect();
        paths.extend(
            ["", "/looks", "/move", "/groups", "/absence"].map(|page| format!("/children/{child}{page}")),
        );
        paths.extend(["/register/h-SP-1", "/api/v1/classes/h-SP-1/register/2026-11-24"].map(str::to_owned));
        let (now, campaign) = (app.app.now(), app.here.campaign.clone());
        let come = |numbers: Range<i8>| {
            let (now, campaign) = (now.clone(), campaign.clone());
            app.app
                .db()
                .write(move |tx| {
                    more_children(tx, &Keys::for_tests(), &now, (HERE, "h-", &campaign), numbers.clone())
                })
                .expect("more children");
        };
        come(FEW);
        let sessions: Vec<String> = READERS
            .iter()
            .map(|role| app.session(HERE, &app.here.with(*role).next().expect("somebody").account))
            .collect();
        let asked = |path: &str, token: &str| {
            let before = app.app.db().done().statements;
            let answer = app.get(path, Some(token));
            (answer.status, app.app.db().done().statements - before)
        };
        let all = || -> Vec<(u16, u64)> {
            paths.iter().flat_map(|path| sessions.iter().map(|token| asked(path, token))).collect()
        };
        // Once to have everything that is kept; then to count.
        all();
        let few = all();
        come(MORE);
        let many = all();
        let shown = few.iter().filter(|(status, _)| *status == 200).count();
        assert!(shown > paths.len(), "{shown} of {} pages were shown", few.len());
        let listed = ["/absences", "/suspects", "/reports", "/leave", "/register/h-SP-1"];
        for path in listed {
            let head = READERS.iter().position(|role| *role == Role::Head).expect("a head");
            let page = app.get(path, Some(&sessions[head]));
            let names = String::from_utf8_lossy(&page.body).matches("段小").count();
            assert!(page.status == 200 && names >= 8, "{path}: {} with {names} names", page.status);
        }
        let mut wrongs = Vec::new();
        for (at, ((before, few), (after, many))) in few.iter().zip(&many).enumerate() {
            let (path, role) = (&paths[at / READERS.len()], READERS[at % READERS.len()]);
            assert_eq!(before, after, "{path} as {role:?}");
            if *many > few + SLACK {
                wrongs.push(format!(
                    "{path} as {role:?}: {few} statements, with {} more children {many}",
                    MORE.len()
                ));
            }
        }
        assert!(wrongs.is_empty(), "{}", wrongs.join("\n"));
    });
}

/// What a page may ask of the storage, whoever reads it: session and posts, the record of the look and the frame are in it. Issues 3
/// and 4 ask for pages of milliseconds, and each statement is a way to the storage and back.
const ASKED: [(&str, u64); 4] = [
    ("/children", 15),
    ("/children?standing=absent", 15),
    ("/children/{child}", 26),
    ("/register/h-SP-1", 13),
];

/// A list, a child's file and a register, with more children than fit on a page of the list.
#[test]
fn a_page_asks_the_storage_no_more_than_so_often() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        furnish(&app);
        let child = app.here.child("own").expect("a child").to_owned();
        let (now, campaign) = (app.app.now(), app.here.campaign.clone());
        app.app
            .db()
            .write(move |tx| {
                more_children(tx, &Keys::for_tests(), &now, (HERE, "h-", &campaign), FEW.start..MORE.end)
            })
            .expect("more children");
        let mut wrongs = Vec::new();
        for role in READERS {
            let account = app.here.with(role).next().expect("somebody").account.clone();
            let token = app.session(HERE, &account);
            for (path, most) in ASKED {
                let path = path.replace("{child}", &child);
                // Names of units are remembered from the first time.
                app.get(&path, Some(&token));
                let before = app.app.db().done().statements;
                let answer = app.get(&path, Some(&token));
                let asked = app.app.db().done().statements - before;
                if answer.status == 200 && asked > most {
                    wrongs.push(format!("{path} as {role:?}: {asked} statements, at most {most}"));
                }
            }
        }
        assert!(wrongs.is_empty(), "{}", wrongs.join("\n"));
    });
}

/// The same of the pages of cases (issue 5: thirty milliseconds at thirty-two connections): the list, the county desk on 今天, one case and its
/// papers.
const ASKED_OF_CASES: [(&str, u64); 6] = [
    ("/cases", 12),
    ("/cases?show=mine", 12),
    ("/cases?show=late", 12),
    ("/cases?show=ended", 12),
    ("/cases/{case}", 28),
    ("/cases/{case}/papers", 24),
];

#[test]
fn pages_of_cases_ask_no_more_than_so_often() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        furnish(&app);
        let token = |role| app.session(HERE, &app.here.with(role).next().expect("somebody").account);
        let child = app.here.children[0].1.clone();
        let opened = app.ask(Ask {
            form: "words=%E6%B2%A1%E6%9C%89%E4%B8%8A%E5%AD%A6%EF%BC%8C%E7%94%B5%E8%AF%9D%E6%A0%B8%E5%AE%9E%E8%BF%87".to_owned(),
            ..Ask::new(Method::POST, format!("/children/{child}/case"), Some(&token(Role::Bureau)))
        });
        assert_eq!(opened.status, 303);
        let case = opened.header("location").trim_start_matches("/cases/").to_owned();
        let (mut wrongs, mut shown) = (Vec::new(), 0);
        for role in READERS {
            let token = token(role);
            for (path, most) in ASKED_OF_CASES {
                let path = path.replace("{case}", &case);
                app.get(&path, Some(&token));
                let before = app.app.db().done().statements;
                let answer = app.get(&path, Some(&token));
                let asked = app.app.db().done().statements - before;
                shown += usize::from(answer.status == 200);
                if answer.status == 200 && asked > most {
                    wrongs.push(format!("{path} as {role:?}: {asked} statements, at most {most}"));
                }
            }
        }
        assert!(shown > ASKED_OF_CASES.len() && wrongs.is_empty(), "{shown} shown\n{}", wrongs.join("\n"));
    });
}
