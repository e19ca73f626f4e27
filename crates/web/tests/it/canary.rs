//! Canaries (hazards D08, K05, K06): every route is driven with names, ID numbers, phones and passwords that stand nowhere
//! else; none of them may stand in what the program says for the log, at any level, in the headers of an answer, on a page
//! of an error, or, but for names, in any file that it writes.

use std::collections::BTreeSet;
use std::fmt::{Debug, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::body::Body;
use axum::http::{Method, Request};
use base64::Engine as _;
use casework::db::testing::{Place, Rehearsal, on_each_place_with};
use casework::db::{DbError, Engine, MIGRATIONS, Value};
use casework::jobs::{Registry, Runner};
use casework::ledger::enter::{self, Entering, NewChild, NewGuardian};
use rules::access::{Role, Subject, may};
use rules::standing::Standing;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use web::route::{Policy, Route};

use crate::app::{Answer, Ask, HERE, TestApp};
use crate::furnish::furnish;
use crate::matrix::{Person, everybody, filled};
use crate::matrix_rows::{ROWS, Row, Target};
use crate::matrix_rows_api::API;
use crate::matrix_rows_council::COUNCIL;
use crate::matrix_rows_figures::FIGURES;
use crate::matrix_rows_public::PUBLIC;
use crate::matrix_rows_rest::REST;
use crate::matrix_rows_season::SEASON;
use crate::matrix_rows_ways::WAYS;

/// Names that no other test has.
const NAMES: [&str; 2] = ["龘靐驫", "𪚥爨麤"];
const PHONE: &str = "13987650123";
const PASSWORD: &str = "Kanari-Mima-7391";

/// An invented ID number with a right check character.
fn number(place: u32) -> String {
    let head = format!("5399992015030{}{place:03}", 4);
    let digits: [u8; 17] = head.as_bytes().try_into().expect("17 digits");
    format!("{head}{}", char::from(rules::identity::check_digit(&digits).expect("digits")))
}

/// Everything that is nobody's business, as it is typed.
fn words() -> Vec<String> {
    let secret = [number(871), number(892), PHONE.to_owned(), PASSWORD.to_owned()];
    NAMES.into_iter().map(str::to_owned).chain(secret).collect()
}

/// A word as it may stand in a text.
fn spellings(word: &str) -> Vec<String> {
    let text = |write: &dyn Fn(&mut String)| {
        let mut text = String::new();
        write(&mut text);
        text
    };
    let mut all = vec![
        word.to_owned(),
        text(&|to| word.bytes().for_each(|byte| to.push_str(&format!("{byte:02x}")))),
        text(&|to| word.encode_utf16().for_each(|unit| to.push_str(&format!("\\u{unit:04x}")))),
        word.escape_unicode().to_string(),
        percent(word),
    ];
    // Wherever it begins within a group of three bytes.
    for before in 0..3 {
        let bytes = [&b"   "[..before], word.as_bytes()].concat();
        let coded = base64::engine::general_purpose::STANDARD_NO_PAD.encode(bytes);
        all.push(coded[(before * 8).div_ceil(6)..coded.len() - 1].to_owned());
    }
    all
}

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || byte == b'-' {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// Which of the words stand in `bytes`, by their number: what stands there is not repeated.
fn found(bytes: &[u8], words: &[String]) -> Vec<usize> {
    let text = String::from_utf8_lossy(bytes);
    let wide = |word: &str, bytes_of: fn(u16) -> [u8; 2]| {
        let needle: Vec<u8> = word.encode_utf16().flat_map(bytes_of).collect();
        bytes.windows(needle.len()).any(|window| window == needle)
    };
    let stands = |word: &str| {
        spellings(word).iter().any(|spelling| text.contains(spelling.as_str()))
            || std::str::from_utf8(bytes).is_err()
                && (wide(word, u16::to_le_bytes) || wide(word, u16::to_be_bytes))
    };
    (0..words.len()).filter(|at| stands(&words[*at])).collect()
}

/// Hears everything that the program says, at every level, on every thread.
#[derive(Default)]
struct Ear {
    listens: AtomicBool,
    heard: Mutex<String>,
}

struct Writing<'a>(&'a mut String);

impl Visit for Writing<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {}={value:?}", field.name());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let _ = write!(self.0, " {}={value}", field.name());
    }
}

impl Ear {
    fn hear(&self, from: &str, write: impl FnOnce(&mut Writing<'_>)) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.push_str(from);
        write(&mut Writing(&mut heard));
        heard.push('\n');
    }
}

struct Listening(Arc<Ear>);

impl Subscriber for Listening {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> tracing::subscriber::Interest {
        tracing::subscriber::Interest::sometimes()
    }
    fn enabled(&self, said: &Metadata<'_>) -> bool {
        let silent = web::SILENT.iter().any(|name| said.target().starts_with(name));
        self.0.listens.load(Ordering::Relaxed) && !silent
    }
    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.0.hear(span.metadata().target(), |to| span.record(to));
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, values: &Record<'_>) {
        self.0.hear("a span", |to| values.record(to));
    }
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        self.0.hear(event.metadata().target(), |to| event.record(to));
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// The one ear of this process; other tests are heard, too, and say none of the words.
fn ear() -> Arc<Ear> {
    static EAR: OnceLock<Arc<Ear>> = OnceLock::new();
    Arc::clone(EAR.get_or_init(|| {
        let ear = Arc::new(Ear::default());
        tracing::subscriber::set_global_default(Listening(Arc::clone(&ear))).expect("nobody else listens");
        ear
    }))
}

/// Children of these names and numbers, in the ledger beside the child of the small county.
fn entered(app: &TestApp) -> Vec<String> {
    let beside = app.here.children[0].1.clone();
    let (keys, now) = (app.app.keys().clone(), app.app.now());
    let ids: Result<Vec<String>, DbError> = app.app.db().write(move |tx| {
        let places = casework::ledger::places_of(tx, HERE, &beside)?.expect("the child is there");
        let with = Entering { county: HERE, keys: &keys, now: &now, by: "demo", source: "demo" };
        let mut ids = Vec::new();
        for (name, place) in NAMES.into_iter().zip([871, 892]) {
            let guardian = NewGuardian {
                name: name.to_owned(),
                relation: "母亲".to_owned(),
                phone: Some(PHONE.to_owned()),
                id_number: Some(number(place)),
                away: false,
            };
            let child = NewChild {
                name: name.to_owned(),
                sex: "1".to_owned(),
                birth: jiff::civil::date(2015, 3, 4),
                ethnicity: "01".to_owned(),
                id_kind: "1".to_owned(),
                id_number: Some(number(place)),
                student_number: Some(format!("G{}", number(place))),
                registration: "local".to_owned(),
                household: None,
                address: format!("{name}家"),
                places: places.clone(),
                grade: None,
                boarding: "1".to_owned(),
                standing: Standing::Unknown,
                in_class_since: None,
                groups: Vec::new(),
                guardians: vec![guardian],
            };
            ids.push(enter::child(tx, &with, &child)?);
        }
        Ok(ids)
    });
    ids.expect("children are entered")
}

/// Real acts, whose traces stay: wrong sign-ins (people type passwords where names belong), a list that is handed in, read and
/// written.
fn lived(app: &TestApp, token: &str) {
    for (name, password) in [("anna", PASSWORD), (PASSWORD, "x"), (NAMES[0], PASSWORD), (PHONE, PASSWORD)] {
        let form = format!("username={}&password={}", percent(name), percent(password));
        app.ask(Ask { form, ..Ask::new(Method::POST, "/sign-in", None) });
        let form = format!("{{\"username\":\"{name}\",\"password\":\"{password}\"}}");
        app.ask(Ask { form, ..Ask::new(Method::POST, "/api/v1/session", None) });
    }
    let rows: String = (0..3)
        .map(|at| {
            let (name, number) = (NAMES[at % 2], number(871 + 21 * u32::try_from(at).expect("small")));
            format!("{name},{number},女,K{at},{name},532926101202,{name}家,{name},母亲\n")
        })
        .collect();
    let part = |name: &str, text: &str| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
    };
    let body = format!(
        "{}{}--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}.csv\"\r\n\r\n\
         姓名,公民身份号码,性别,户号,户主姓名,行政区划代码,住址,监护人,监护人关系\n{rows}\r\n--x--\r\n",
        part("kind", "household"),
        part("as_of", "2026-09-10"),
        NAMES[0],
    );
    let request = Request::post("/imports")
        .header("host", "127.0.0.1:8080")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "multipart/form-data; boundary=x")
        .header("cookie", format!("baoxue={token}"))
        .body(Body::from(body))
        .expect("a request");
    let answer = app.raw(request);
    assert_eq!(answer.status, 303, "{}", String::from_utf8_lossy(&answer.body));
    let import = answer.header("location").to_owned();
    let work = || {
        Runner::new(Arc::new(app.app.clone()), casework::imports::register(Registry::default()))
            .expect("a runner")
            .run_due()
    };
    assert!(work() > 0);
    app.ask(Ask::new(Method::POST, format!("{import}/apply"), Some(token)));
    assert!(work() > 0);
}

/// The form as it is, with every value a word, and with a byte and then a word behind every value.
fn forms(form: &str, json: bool, words: &[String]) -> Vec<String> {
    let mut next = words.iter().cycle();
    let mut word = || next.next().map(String::as_str).unwrap_or_default();
    if json {
        let Ok(serde_json::Value::Object(own)) =
            serde_json::from_str(if form.is_empty() { "{}" } else { form })
        else {
            return vec![form.to_owned()];
        };
        let mut given = serde_json::Map::new();
        for key in own.keys().map(String::as_str).chain(["note"]) {
            given.insert(key.to_owned(), word().into());
        }
        return vec![form.to_owned(), serde_json::Value::Object(given).to_string(), format!("[{}", word())];
    }
    let form =
        if form.is_empty() { "q=x&name=x&note=x&reason=x&phone=x&id_number=x&password=x" } else { form };
    let keys = || form.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let words: Vec<String> = keys().map(|(key, _)| format!("{key}={}", percent(word()))).collect();
    let spoilt: Vec<String> =
        keys().map(|(key, value)| format!("{key}={value}%00{}%FF", percent(NAMES[0]))).collect();
    vec![form.to_owned(), words.join("&"), spoilt.join("&")]
}

/// Who asks: nobody, somebody who may by the policy of the route, and a teacher, who mostly may not.
fn askers<'a>(people: &'a [Person], route: &Route) -> Vec<Option<&'a Person>> {
    let with = |role| people.iter().find(move |one| one.actor.posts.iter().any(|post| post.role == role));
    let allowed = people.iter().find(|one| match route.policy {
        Policy::Needs(action) => may(&one.actor, action, &Subject::Nothing).is_ok(),
        _ => false,
    });
    let mut asked: Vec<Option<&Person>> = vec![None];
    for one in [allowed.or(with(Role::Bureau)), with(Role::Teacher)].into_iter().flatten() {
        if !asked.iter().flatten().any(|other| other.token == one.token) {
            asked.push(Some(one));
        }
    }
    asked
}

struct Tour<'a> {
    app: &'a TestApp,
    words: Vec<String>,
    asked: u32,
    refused: u32,
    wrongs: Vec<String>,
}

impl Tour<'_> {
    fn asks(&self, row: &Row, route: &Route, id: &str, who: Option<&Person>) -> Vec<Ask> {
        let mut form = row.4.to_owned();
        for (mark, value) in self.app.told(row.2, id) {
            form = form.replace(mark, &value);
        }
        let json = row.1.starts_with("/api/");
        let path = filled(route.path, id);
        let ask = |path: String, form: String| Ask {
            form,
            headers: if json { vec![("if-match", "\"0\"")] } else { Vec::new() },
            ..Ask::new(route.method.clone(), path, who.map(|one| one.token.as_str()))
        };
        if route.method == Method::GET {
            let query = "q=x&after=x&name=x&township=x&village=x&state=x&day=x&number=x&person=x&next=x";
            let queries = forms(query, false, &self.words).into_iter().skip(1);
            let plain = std::iter::once(ask(path.clone(), String::new()));
            return plain.chain(queries.map(|query| ask(format!("{path}?{query}"), String::new()))).collect();
        }
        forms(&form, json, &self.words).into_iter().map(|form| ask(path.clone(), form)).collect()
    }

    /// What no answer may carry: a word in a header, where the address did not bring it; any on the page of a fault.
    fn look(&mut self, what: &str, asked_with: &str, answer: &Answer) {
        self.asked += 1;
        self.refused += u32::from(answer.status >= 400);
        let headers: String =
            answer.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
        let brought = asked_with.contains('?') || !found(asked_with.as_bytes(), &self.words).is_empty();
        if !brought && !found(headers.as_bytes(), &self.words).is_empty() {
            self.wrongs.push(format!("{what}: a header of the answer {}", answer.status));
        }
        if matches!(answer.status, 404 | 500..) && !found(&answer.body, &self.words).is_empty() {
            self.wrongs.push(format!("{what}: the page of the answer {}", answer.status));
        }
    }

    fn route(&mut self, row: &Row, route: &Route, ids: &[String], people: &[Person]) {
        for id in ids {
            for who in askers(people, route) {
                let asks = self.asks(row, route, id, who);
                let paths: Vec<String> = asks.iter().map(|ask| ask.path.clone()).collect();
                for (path, answer) in paths.iter().zip(self.app.all(asks)) {
                    self.look(&format!("{} {}", route.method, route.path), path, &answer);
                }
            }
        }
    }
}

/// Files below a folder in which a word stands; names may stand in the database alone.
fn written(folder: &Path, words: &[String]) -> Vec<String> {
    let mut wrongs = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            wrongs.extend(written(&path, words));
            continue;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let base = ["county.db", "county.db-wal", "county.db-shm", "whole.backup"].contains(&name.as_str());
        let told = found(&std::fs::read(&path).expect("a file"), words);
        wrongs.extend(
            told.into_iter().filter(|at| !base || *at >= NAMES.len()).map(|at| format!("{name}: word {at}")),
        );
    }
    wrongs
}

/// K05, K06, D08.
#[test]
fn no_canary_leaves_its_cage() {
    let ear = ear();
    let words = words();
    assert_eq!(found("x".repeat(50).as_bytes(), &words), [] as [usize; 0]);
    let seen = format!(
        "{} 5399992015030 {}",
        words[1],
        base64::engine::general_purpose::STANDARD.encode(format!("xy{}z", words[2]))
    );
    assert_eq!(found(seen.as_bytes(), &words), [1, 2], "the scan has teeth");
    ear.listens.store(true, Ordering::Relaxed);
    on_each_place_with(MIGRATIONS, |place: &Place| {
        let app = TestApp::new(place.open());
        let people = everybody(&app);
        let things = furnish(&app);
        let canaries = entered(&app);
        let bureau = people.iter().find(|one| one.actor.posts.iter().any(|post| post.role == Role::Bureau));
        lived(&app, &bureau.expect("the bureau").token);
        // What the tour writes is undone, so that every route meets the same county.
        let nothing = |_: &mut casework::db::Tx<'_>| Ok::<_, DbError>(());
        app.app.db().rehearse(Some(Rehearsal::new(nothing, nothing)));
        let mut tour = Tour { app: &app, words: words.clone(), asked: 0, refused: 0, wrongs: Vec::new() };
        let routes = web::pages::routes();
        for row in ROWS
            .iter()
            .chain(API)
            .chain(REST)
            .chain(WAYS)
            .chain(FIGURES)
            .chain(SEASON)
            .chain(COUNCIL)
            .chain(PUBLIC)
        {
            let Some(route) =
                routes.iter().find(|route| route.method.as_str() == row.0 && route.path == row.1)
            else {
                continue;
            };
            let mut ids: Vec<String> = match row.2 {
                Target::Nothing => vec![String::new()],
                Target::Child => canaries.iter().take(1).cloned().collect(),
                _ => things.of(row.2).into_iter().take(1).map(|thing| thing.id).collect(),
            };
            if row.2 != Target::Nothing {
                ids.push(percent(NAMES[1]));
            }
            tour.route(row, route, &ids, &people);
        }
        app.app.db().rehearse(None);
        assert!(tour.asked > 1_000 && tour.refused > 200, "{} {}", tour.asked, tour.refused);
        assert_eq!(tour.wrongs, [] as [&str; 0]);

        app.app.db().backup(&place.folder().join("whole.backup")).expect("a backup");
        let mut wrongs = written(place.folder(), &words);
        wrongs.extend(written(app.app.vault().folder(), &words));
        assert_eq!(wrongs, [] as [&str; 0], "on {:?}", app.app.db().engine());
        println!("K05, K06: {:?}: {} requests, {} refused", app.app.db().engine(), tour.asked, tour.refused);
        if app.app.db().engine() == Engine::Postgres {
            let sealed =
                "select cast(count(*) as bigint) from child where county = $1 and id_sealed is not null";
            let sealed: Result<i64, DbError> =
                app.app.db().read(|tx| tx.one(sealed, &[Value::from(HERE)], |row| row.get(0)));
            assert!(sealed.expect("the children are there") >= 2, "the canaries were there");
        }
    });
    ear.listens.store(false, Ordering::Relaxed);
    let heard = ear.heard.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(heard.lines().count() > 10, "something was said");
    // Who said it; what was said is not repeated.
    let wrong: BTreeSet<&str> = heard
        .lines()
        .filter(|line| !found(line.as_bytes(), &words).is_empty())
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(wrong, BTreeSet::new(), "of {} lines", heard.lines().count());
}
