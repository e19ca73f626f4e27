//! 个案, 五(九)(十)(十一), through the storage of both engines: how a case begins, every move with its refusal, the register that moves it by
//! itself, what is kept and what is shown; hazards B01–B05, B08, B11–B13, H01, H03, K (words sealed).
// long because: every move is told by one school and one way to tell it, which two files would have twice.

use std::sync::Arc;

use casework::attendance::{Behind, Listed, Verified, suspects, verify_and_report};
use casework::cases::{
    self, CaseFile, CaseLine, Shown, Told, act, case, cases, checked_order, nightly, open_case,
};
use casework::db::DbError;
use casework::db::testing::on_each_engine;
use casework::desk::{Desk, SignedIn};
use casework::jobs::{Registry, Runner};
use casework::keys::Keys;
use casework::now::Now;
use casework::params;
use casework::refused::Refused;
use casework::today;
use rules::access::Role;
use rules::attendance::Kind::Truant;
use rules::case::{Kind, State};
use rules::plan::Plan;
use rules::standing::Standing;

use crate::attendance::school::{School, bureau, day, head, who, words};
use crate::county::COUNTY;
use crate::jobs::Machine;

const WEEK: [&str; 3] = ["2026-11-23", "2026-11-24", "2026-11-25"];

pub(crate) fn colleague() -> SignedIn {
    who("bureau-2", Role::Bureau, "ju")
}

pub(crate) fn township() -> SignedIn {
    who("x1", Role::Township, "t1")
}

pub(crate) fn director() -> SignedIn {
    who("director", Role::Director, "office")
}

/// The plan with a short observation, so that a story fits into a term.
fn short() -> Plan {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plans/nanjian");
    let read = |name: &&str| ((*name).to_owned(), std::fs::read_to_string(dir.join(name)).expect("a file"));
    let mut files: std::collections::BTreeMap<_, _> = rules::plan::FILES.iter().map(read).collect();
    let text = files.get_mut("plan.toml").expect("the plan");
    *text =
        text.replace("days = [30, 90, 180]", "days = [3, 6, 9]").replace("proof_days = 10", "proof_days = 3");
    Plan::load(&files).expect("a sound plan")
}

/// The school with its short plan, and a machine with the same for the nights.
pub(crate) fn school(db: casework::db::Db) -> (School, Arc<Machine>) {
    let mut school = School::new(db.clone());
    school.plan = short();
    let mut machine = Machine::with(db, Keys::for_tests());
    Arc::get_mut(&mut machine).expect("nobody else has it").plan = short();
    (school, machine)
}

fn night(machine: &Arc<Machine>, moment: &str) {
    let runner = Runner::new(machine.clone(), nightly(Registry::default())).expect("a runner");
    machine.runs(&runner, moment);
}

/// Three days without reason, reported on the third: the case that opens by itself.
fn reported(school: &School, child: &str) -> String {
    for on in WEEK {
        school.at(on);
        school.call(&[(child, Truant)]);
    }
    let (listed, _) =
        school.act(&head(), |desk| suspects(desk, Listed::Standing, &Behind::default())).expect("the list");
    let id = listed[0].id.clone();
    let verified = Verified {
        whereabouts: "home".to_owned(),
        cause: "learning".to_owned(),
        evidence: "班主任11月25日家访，在家，说跟不上".to_owned(),
    };
    school.act(&head(), move |desk| verify_and_report(desk, &id, &verified)).expect("reported");
    open_of(school, child)
}

fn list(school: &School, by: &SignedIn, shown: Shown) -> Vec<CaseLine> {
    school.act(by, move |desk| cases(desk, shown, None)).expect("the list").0
}

fn open_of(school: &School, child: &str) -> String {
    let line = list(school, &bureau(), Shown::Open).into_iter().find(|line| line.child == child);
    line.expect("an open case").id
}

pub(crate) fn file(school: &School, by: &SignedIn, id: &str) -> Result<CaseFile, Refused> {
    let id = id.to_owned();
    school.act(by, move |desk| case(desk, &id))
}

/// A move from the page as it stands.
pub(crate) fn told(school: &School, by: &SignedIn, id: &str, told: Told) -> Result<(), Refused> {
    let version = file(school, &bureau(), id).expect("the file").version;
    stale(school, by, id, told, version)
}

/// A move from a page of that version.
fn stale(school: &School, by: &SignedIn, id: &str, told: Told, version: i64) -> Result<(), Refused> {
    let id = id.to_owned();
    school.act(by, move |desk| act(desk, &id, &told, version))
}

pub(crate) fn with_words(kind: Kind) -> Told {
    Told { words: "家访核实，孩子在家，没有上学".to_owned(), ..Told::new(kind) }
}

fn to(kind: Kind, unit: &str) -> Told {
    Told { unit: unit.to_owned(), ..with_words(kind) }
}

pub(crate) fn on(kind: Kind, on: &str) -> Told {
    Told { on: Some(day(on)), flag: true, ..with_words(kind) }
}

fn ask(code: &str, detail: &str) -> Told {
    Told { code: code.to_owned(), detail: detail.to_owned(), flag: true, ..with_words(Kind::Ask) }
}

pub(crate) fn state(school: &School, id: &str) -> State {
    file(school, &bureau(), id).expect("the file").line.state
}

/// Verified, ordered, received, visited, on 26 and 27 November.
pub(crate) fn persuading(school: &School, child: &str) -> String {
    let id = reported(school, child);
    persuaded(school, &id);
    id
}

fn persuaded(school: &School, id: &str) {
    school.at("2026-11-26");
    told(school, &bureau(), id, with_words(Kind::Confirm)).expect("confirmed");
    told(school, &bureau(), id, to(Kind::Dispatch, "t1")).expect("ordered");
    school.at("2026-11-27");
    told(school, &township(), id, Told::new(Kind::Receive)).expect("received");
    told(school, &township(), id, on(Kind::Visit, "2026-11-27")).expect("visited");
}

/// Back on 30 November, placed, and there every day until 2 December; the night has seen it.
fn observing(school: &School, machine: &Arc<Machine>, child: &str) -> String {
    let id = persuading(school, child);
    observed(school, machine, &id);
    id
}

fn observed(school: &School, machine: &Arc<Machine>, id: &str) {
    school.at("2026-11-30");
    told(school, &head(), id, Told { unit: "s1".to_owned(), ..on(Kind::Return, "2026-11-30") })
        .expect("back");
    let placed = Told { code: "regular_class".to_owned(), ..on(Kind::Place, "2026-11-30") };
    told(school, &bureau(), id, placed).expect("placed");
    for on in ["2026-11-30", "2026-12-01"] {
        school.at(on);
        school.call(&[]);
    }
    night(machine, "2026-12-01T17:30:00Z");
    assert_eq!(state(school, id), State::Placed, "two days prove nothing");
    school.at("2026-12-02");
    school.call(&[]);
    night(machine, "2026-12-02T17:30:00Z");
    assert_eq!(state(school, id), State::Observing, "the register has shown it");
}

/// 五(十一): whoever the register has shown to be back is in school, however the case began; nobody is counted as out who sits in the class.
#[test]
fn a_proven_return_is_in_school() {
    on_each_engine(|db| {
        let (school, machine) = school(db);
        let child = school.pupils("c1", &["李小明"]).remove(0);
        school.at("2026-11-25");
        let own = child.clone();
        let id = school
            .act(&township(), move |desk| open_case(desk, &own, "村民反映孩子跟舅舅去打工"))
            .expect("opened by hand");
        persuaded(&school, &id);
        assert_eq!(school.standing(&child), Standing::Absent);
        observed(&school, &machine, &id);
        assert_eq!(school.standing(&child), Standing::Enrolled);
        kept(&school);
    });
}

/// The rows are what the events make, and nobody waits for nobody (B08; issue 5 item 1).
fn kept(school: &School) {
    let open = "select cast(count(*) as bigint) from child_case where county = $1 and (ended_at is null) <> (must_role is not null)";
    assert_eq!(school.count(open), 0, "each open case waits for somebody, no other does");
    let events = "select cast(count(*) as bigint) from child_case c where c.county = $1
         and c.version <> (select count(*) from case_event e where e.county = c.county and e.case_id = c.id)";
    assert_eq!(school.count(events), 0, "as many events as the version says");
    let ids: Result<Vec<(String, String)>, DbError> = school.db.read(|tx| {
        tx.query("select id, state from child_case where county = $1 order by id", &params![COUNTY], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
    });
    for (id, stored) in ids.expect("the cases") {
        let line = file(school, &bureau(), &id).expect("it follows from its events").line;
        assert_eq!(line.state.code(), stored);
    }
}

/// 五(九)–(十一): from the report of the third day to 销号, through school, bureau and township; each sees whose turn it is, and its
/// page of today says so.
#[test]
fn the_whole_way() {
    on_each_engine(|db| {
        let (school, machine) = school(db);
        let child = school.pupils("c1", &["李小明"]).remove(0);
        let id = reported(&school, &child);
        let line = list(&school, &bureau(), Shown::Mine).remove(0);
        assert_eq!(
            (line.state, line.who.as_str(), line.act),
            (State::Suspected, "县教体局", "核实是不是真的没有上学")
        );
        assert!(line.due.starts_with("2026-11-26T23:59:59") && line.basis.contains("五(九)"));
        assert!(list(&school, &township(), Shown::Mine).is_empty());
        let tasks = |by: &SignedIn| school.act(by, today::today).expect("today").tasks;
        assert!(
            tasks(&bureau()).iter().any(|task| task.title == "李小明" && task.href == format!("/cases/{id}"))
        );
        school.at("2026-11-26");
        told(&school, &bureau(), &id, with_words(Kind::Confirm)).expect("confirmed");
        told(&school, &bureau(), &id, to(Kind::Dispatch, "t1")).expect("ordered");
        assert_eq!(list(&school, &township(), Shown::Mine)[0].act, "签收劝返指令，或者写明理由退回");
        assert!(tasks(&township()).iter().any(|task| task.act.starts_with("签收劝返指令")));
        let page = file(&school, &township(), &id).expect("the township reads it");
        assert_eq!((page.orders[0].number.as_str(), page.orders[0].is_genuine), ("〔2026〕1号", true));
        assert_eq!(page.persuader.as_ref().map(|rule| rule.reason), Some("户籍在本县，由户籍地乡镇劝返"));
        assert!(
            page.is_mine && page.allowed.contains(&Kind::Receive) && page.allowed.contains(&Kind::SendBack)
        );
        school.at("2026-11-27");
        told(&school, &township(), &id, Told::new(Kind::Receive)).expect("received");
        let failed = Told { flag: false, ..on(Kind::Visit, "2026-11-27") };
        told(&school, &township(), &id, failed).expect("a failure is kept");
        assert_eq!(state(&school, &id), State::Accepted);
        told(&school, &township(), &id, on(Kind::Visit, "2026-11-27")).expect("visited");
        assert_eq!(state(&school, &id), State::Persuading);
        assert_eq!(school.standing(&child), Standing::Absent);
        school.at("2026-11-30");
        let back = Told { unit: "s1".to_owned(), ..on(Kind::Return, "2026-11-30") };
        told(&school, &township(), &id, back).expect("back");
        let placed = Told { code: "regular_class".to_owned(), ..on(Kind::Place, "2026-11-30") };
        told(&school, &bureau(), &id, placed).expect("placed");
        for on in [
            "2026-11-30",
            "2026-12-01",
            "2026-12-02",
            "2026-12-03",
            "2026-12-04",
            "2026-12-07",
            "2026-12-08",
            "2026-12-09",
        ] {
            school.at(on);
            school.call(&[]);
            let moment = format!("{on}T17:30:00Z");
            night(&machine, &moment);
        }
        let page = file(&school, &head(), &id).expect("the school reads it");
        let progress = page.progress.clone().expect("it is watched");
        assert_eq!(progress.looks.iter().filter(|(_, passed)| *passed).count(), 3, "{progress:?}");
        assert_eq!((progress.look.away, progress.slide, page.line.act), (0, None, "申请销号"));
        school.at("2026-12-10");
        assert!(words(told(&school, &head(), &id, Told::new(Kind::Agree))).contains("没有权限"));
        told(&school, &head(), &id, ask("close", "stayed")).expect("asked");
        assert_eq!(
            file(&school, &bureau(), &id).expect("page").asked.as_deref(),
            Some("销号：跟踪期满，出勤正常")
        );
        told(&school, &bureau(), &id, Told::new(Kind::Agree)).expect("closed");
        let line = list(&school, &bureau(), Shown::Ended).remove(0);
        assert_eq!((line.state, line.who.as_str(), line.act), (State::Closed, "", ""));
        assert!(list(&school, &bureau(), Shown::Open).is_empty());
        kept(&school);
    });
}

/// B01–B03: an order by nobody but 教体局, to nobody but 户籍地乡镇, received once by that one; a forged row is not received. B11: numbers
/// without a gap, also after a refusal.
#[test]
fn orders() {
    on_each_engine(|db| {
        let (school, _) = school(db);
        let ids = school.pupils("c1", &["李小明", "李小花"]);
        let id = reported(&school, &ids[0]);
        school.at("2026-11-26");
        assert!(words(told(&school, &bureau(), &id, to(Kind::Dispatch, "t1"))).contains("待核实"));
        told(&school, &bureau(), &id, with_words(Kind::Confirm)).expect("confirmed");
        for forger in [township(), head(), who("p", Role::Police, "police")] {
            assert!(matches!(
                told(&school, &forger, &id, to(Kind::Dispatch, "t1")),
                Err(Refused::Denied { .. })
            ));
        }
        assert!(words(told(&school, &bureau(), &id, to(Kind::Dispatch, "t2"))).contains("户籍地"));
        assert!(words(told(&school, &bureau(), &id, to(Kind::Dispatch, "s1"))).contains("请选择劝返主体"));
        let other = Told { code: "order".to_owned(), ..to(Kind::Ask, "t2") };
        told(&school, &bureau(), &id, other).expect("asked");
        assert!(words(told(&school, &bureau(), &id, Told::new(Kind::Agree))).contains("自己提请的"));
        // A township that has nothing to do with the child would get an order about somebody whom it may not see.
        assert!(words(told(&school, &colleague(), &id, Told::new(Kind::Agree))).contains("没有关系"));
        told(&school, &colleague(), &id, with_words(Kind::Refuse)).expect("refused");
        told(&school, &bureau(), &id, to(Kind::Dispatch, "t1")).expect("ordered");
        let stranger = who("x2", Role::Township, "t2");
        assert!(matches!(
            told(&school, &stranger, &id, Told::new(Kind::Receive)),
            Err(Refused::Denied { .. })
        ));
        told(&school, &township(), &id, with_words(Kind::SendBack)).expect("sent back");
        told(&school, &bureau(), &id, to(Kind::Dispatch, "t1")).expect("ordered again");
        let page = file(&school, &bureau(), &id).expect("page");
        let numbers: Vec<&str> = page.orders.iter().map(|order| order.number.as_str()).collect();
        assert_eq!(numbers, ["〔2026〕2号", "〔2026〕1号"], "no gap after what was refused");
        assert_eq!(page.orders[1].ended_why, "sent_back");
        school.run("update case_order set number = 7 where county = $1 and number = 2");
        let page = file(&school, &township(), &id).expect("page");
        assert!(!page.orders[0].is_genuine);
        assert!(words(told(&school, &township(), &id, Told::new(Kind::Receive))).contains("校验不符"));
        school.run("update case_order set number = 2 where county = $1 and number = 7");
        told(&school, &township(), &id, Told::new(Kind::Receive)).expect("received");
        assert!(words(told(&school, &township(), &id, Told::new(Kind::Receive))).contains("不能"));
        told(&school, &bureau(), &id, with_words(Kind::Recall)).expect("recalled");
        assert_eq!(state(&school, &id), State::Confirmed);
        kept(&school);
    });
}

/// B01, B02, B10: an order is signed over a text without the child; whoever holds it can check it by its code, and the text by the public key
/// alone. Altered, moved to another child or unit, and sent back before: none is received.
#[test]
fn signed_orders() {
    on_each_engine(|db| {
        let (school, _) = school(db);
        let ids = school.pupils("c1", &["李小明", "李小花"]);
        let cases: Vec<String> = ids
            .iter()
            .map(|child| {
                let id = {
                    let child = child.clone();
                    school
                        .at("2026-11-26")
                        .act(&township(), move |desk| open_case(desk, &child, "村民反映没有上学"))
                        .expect("opened")
                };
                told(&school, &bureau(), &id, with_words(Kind::Confirm)).expect("confirmed");
                told(&school, &bureau(), &id, to(Kind::Dispatch, "t1")).expect("ordered");
                id
            })
            .collect();
        let order = |case: &str| file(&school, &township(), case).expect("page").orders.remove(0);
        let one = order(&cases[0]);
        assert!(one.is_genuine && one.signed_by.as_deref().is_some_and(|key| key.starts_with("Ed25519 ")));
        let check = |code: &str| {
            let code = code.to_owned();
            school
                .act(&bureau(), move |desk| checked_order(desk.tx, desk.keys, COUNTY, &code))
                .expect("looked up")
        };
        assert_eq!(check("00000000000000000000000000000000"), None);
        let found = check(&one.code).expect("known");
        assert_eq!(found.line, one);
        let key = found.key.expect("a key");
        let digits: Vec<u32> = found.signature.chars().map(|sign| sign.to_digit(16).expect("hex")).collect();
        let byte = |pair: &[u32]| u8::try_from(pair[0] * 16 + pair[1]).expect("a byte");
        let signature: Vec<u8> = digits.chunks(2).map(byte).collect();
        assert!(key.verifies(found.text.as_bytes(), &signature), "without this program");
        let text = &found.text;
        assert!(text.starts_with("baoxue order 1\n") && text.contains("number 2026-1\n"), "{text}");
        assert!(!ids.iter().chain(&cases).any(|id| text.contains(id.as_str())), "{text}");
        let refused = |change: &str, back: &str| {
            school.run(format!("update case_order set {change} where county = $1 and number = 1"));
            assert!(!order(&cases[0]).is_genuine, "{change}");
            let said = words(told(&school, &township(), &cases[0], Told::new(Kind::Receive)));
            assert!(said.contains("校验不符"), "{change}: {said}");
            assert!(check(&one.code).is_none_or(|found| !found.line.is_genuine), "{change}");
            school.run(format!("update case_order set {back} where county = $1 and number = 1"));
            assert!(order(&cases[0]).is_genuine, "{back}");
        };
        refused("reason = '改过的'", &format!("reason = '{}'", one.reason));
        refused("letters = '改过的'", &format!("letters = '{}'", one.letters));
        refused("unit = 't2'", "unit = 't1'");
        refused("issued_at = '2026-11-20T08:00:00.000+08:00'", &format!("issued_at = '{}'", one.issued_at));
        let (two, signed) = (order(&cases[1]), found.signature.as_str());
        let other = check(&two.code).expect("known").signature;
        refused(&format!("signature = '{other}'"), &format!("signature = '{signed}'"));
        refused("signature = null", &format!("signature = '{signed}'"));
        let whose = one.signed_by.as_deref().and_then(|key| key.split(' ').next_back()).expect("a name");
        refused("signed_by = '00000000'", &format!("signed_by = '{whose}'"));
        refused("signed_by = 'nobody'", &format!("signed_by = '{whose}'"));
        // Sent back, and put into the case again by whoever can write there: it has ended.
        told(&school, &township(), &cases[0], with_words(Kind::SendBack)).expect("sent back");
        told(&school, &bureau(), &cases[0], to(Kind::Dispatch, "t1")).expect("ordered again");
        assert_eq!(check(&one.code).expect("known").line.ended_why, "sent_back");
        school.run(format!(
            "update child_case set order_id = '{}' where county = $1 and id = '{}'",
            one.id, cases[0]
        ));
        assert!(words(told(&school, &township(), &cases[0], Told::new(Kind::Receive))).contains("校验不符"));
        // Another child's order does not do either.
        school.run(format!(
            "update child_case set order_id = '{}' where county = $1 and id = '{}'",
            two.id, cases[0]
        ));
        assert!(words(told(&school, &township(), &cases[0], Told::new(Kind::Receive))).contains("校验不符"));
    });
}

/// K07: a copy of the key file from before the first order is put back: what was signed is still checked by the public key beside the orders,
/// and by none that somebody else has put there; the next order has another key.
#[test]
fn an_older_key_file() {
    on_each_engine(|db| {
        let (mut school, _) = school(db);
        let folder = tempfile::tempdir().expect("a folder");
        let (path, copy) = (folder.path().join("keys"), folder.path().join("copy"));
        let mut next = 1_u8;
        let mut counted = |bytes: &mut [u8]| {
            for byte in bytes {
                next = next.wrapping_mul(29).wrapping_add(7);
                *byte = next;
            }
        };
        school.keys = Keys::create(&path, day("2026-11-01"), &mut counted).expect("a key file");
        std::fs::copy(&path, &copy).expect("copied");
        let ids = school.pupils("c1", &["李小明", "李小花"]);
        school.at("2026-11-26");
        let ordered = |school: &School, child: &str| {
            let child = child.to_owned();
            let id = school
                .act(&township(), move |desk| open_case(desk, &child, "村民反映没有上学"))
                .expect("opened");
            told(school, &bureau(), &id, with_words(Kind::Confirm)).expect("confirmed");
            told(school, &bureau(), &id, to(Kind::Dispatch, "t1")).expect("ordered");
            id
        };
        let order =
            |school: &School, case: &str| file(school, &township(), case).expect("page").orders.remove(0);
        let first = ordered(&school, &ids[0]);
        let signed = order(&school, &first);
        assert!(signed.is_genuine);
        school.keys = Keys::load(&copy).expect("the older file");
        assert_eq!(order(&school, &first), signed, "known from beside the orders");
        school.run("update sign_key set line = replace(line, '2026-11-26', '2026-11-27') where county = $1");
        assert!(!order(&school, &first).is_genuine, "not by a key that was changed");
        school.run("update sign_key set line = replace(line, '2026-11-27', '2026-11-26') where county = $1");
        let second = order(&school, &ordered(&school, &ids[1]));
        assert!(second.is_genuine && second.signed_by != signed.signed_by);
        told(&school, &township(), &first, Told::new(Kind::Receive)).expect("received");
    });
}

/// H01, H03, H04: a double click is one move; a stale form and a second officer are told so and change nothing.
#[test]
fn stale_forms_and_double_clicks() {
    on_each_engine(|db| {
        let (school, _) = school(db);
        let child = school.pupils("c1", &["李小明"]).remove(0);
        let id = reported(&school, &child);
        school.at("2026-11-26");
        for _ in 0..2 {
            stale(&school, &bureau(), &id, with_words(Kind::Confirm), 0).expect("once");
        }
        assert_eq!(file(&school, &bureau(), &id).expect("page").version, 1);
        let late = stale(&school, &colleague(), &id, with_words(Kind::Clear), 0);
        assert!(matches!(late, Err(Refused::Changed { .. })), "{late:?}");
        let late = stale(&school, &colleague(), &id, with_words(Kind::Confirm), 0);
        assert!(matches!(late, Err(Refused::Changed { .. })), "another's click is no double click");
        assert_eq!(state(&school, &id), State::Confirmed);
        // Two visits told from one page are two: the second is told that the page is old, and not swallowed.
        stale(&school, &bureau(), &id, on(Kind::Visit, "2026-11-26"), 1).expect("a visit");
        stale(&school, &bureau(), &id, on(Kind::Visit, "2026-11-26"), 1).expect("the same again");
        let other =
            Told { words: "又去了一次，见到父亲".to_owned(), ..on(Kind::Visit, "2026-11-26") };
        let late = stale(&school, &bureau(), &id, other, 1);
        assert!(matches!(late, Err(Refused::Changed { .. })), "{late:?}");
        assert_eq!(file(&school, &bureau(), &id).expect("page").version, 2);
        kept(&school);
    });
}

/// 立案 by hand: with what is known, for a child of school age, once; whoever has nothing to do with the child does not.
#[test]
fn by_hand() {
    on_each_engine(|db| {
        let (school, _) = school(db);
        let ids = school.pupils("c1", &["李小明", "李小花"]);
        let open = |by: &SignedIn, child: &str, why: &'static str| {
            let child = child.to_owned();
            school.act(by, move |desk| open_case(desk, &child, why))
        };
        assert!(words(open(&township(), &ids[0], "没上")).contains("怎么知道"));
        let stranger = who("x2", Role::Township, "t2");
        assert!(matches!(open(&stranger, &ids[0], "村民说没有上学"), Err(Refused::Denied { .. })));
        let id = open(&township(), &ids[0], "村民反映孩子跟舅舅去打工").expect("opened");
        assert_eq!(open(&township(), &ids[0], "村民反映孩子跟舅舅去打工").expect("a double click"), id);
        assert!(matches!(open(&head(), &ids[0], "已经三天没有来"), Err(Refused::Changed { .. })));
        let page = file(&school, &bureau(), &id).expect("page");
        assert_eq!((page.line.state, page.why.as_str()), (State::Suspected, "村民反映孩子跟舅舅去打工"));
        let plain = "select cast(count(*) as bigint) from audit where county = $1 and detail like '%舅舅%'";
        assert_eq!(school.count(plain), 0, "nothing of it on the record");
        let inspector = file(&school, &who("d", Role::Inspector, "s1"), &id).expect("an inspector reads it");
        assert!(inspector.why.is_empty() && inspector.allowed.is_empty(), "not what families say");
        let stranger = file(&school, &who("t", Role::Teacher, "c2"), &id);
        assert!(matches!(stranger, Err(Refused::Denied { .. })));
        school.run("update child set birth = '2010-01-01' where county = $1");
        assert!(words(open(&bureau(), &ids[1], "村民反映没有上学")).contains("16周岁"));
        school.run("update child set birth = '2022-01-01' where county = $1");
        assert!(words(open(&bureau(), &ids[1], "村民反映没有上学")).contains("入学年龄"));
        told(&school, &bureau(), &id, with_words(Kind::Clear)).expect("cleared");
        assert!(list(&school, &bureau(), Shown::Open).is_empty());
        kept(&school);
    });
}

/// 五(三), B04: the four steps with help before them; the penalty's gate says why there is none, and the step can be left out.
#[test]
fn the_four_steps() {
    on_each_engine(|db| {
        let (school, _) = school(db);
        let child = school.pupils("c1", &["李小明"]).remove(0);
        let id = persuading(&school, &child);
        let step = |code: &str, until: Option<&str>| Told {
            code: code.to_owned(),
            until: until.map(day),
            ..on(Kind::Step, "2026-11-27")
        };
        let skip = |code: &str| Told { code: code.to_owned(), ..with_words(Kind::Skip) };
        assert!(words(told(&school, &township(), &id, step("court", None))).contains("还没有宣传教育"));
        told(&school, &township(), &id, step("persuade", None)).expect("persuaded");
        assert!(
            words(told(&school, &township(), &id, step("order", Some("2026-12-07"))))
                .contains("还没有给过帮扶")
        );
        let help = Told { code: "money".to_owned(), ..on(Kind::Help, "2026-11-27") };
        told(&school, &township(), &id, help).expect("helped");
        told(&school, &township(), &id, step("order", Some("2026-11-30"))).expect("ordered");
        assert_eq!(
            file(&school, &bureau(), &id).expect("page").line.act,
            "责令期限到了，看孩子到校没有，定下一步"
        );
        let refused = words(told(&school, &township(), &id, step("penalty", None)));
        assert!(
            refused.contains("没有登记处罚依据") && refused.contains("行政处罚法第三十八条"),
            "{refused}"
        );
        assert!(words(told(&school, &township(), &id, step("gold", None))).contains("请从表中选择"));
        told(&school, &township(), &id, skip("penalty")).expect("left out");
        told(&school, &township(), &id, step("court", None)).expect("sued");
        let page = file(&school, &bureau(), &id).expect("page");
        let steps: Vec<_> =
            page.steps.iter().map(|rung| (rung.step.code(), rung.taken.is_some(), rung.left_out)).collect();
        let expected = [
            ("persuade", true, false),
            ("order", true, false),
            ("penalty", false, true),
            ("court", true, false),
        ];
        assert_eq!((steps.as_slice(), page.helped, page.next_step), (expected.as_slice(), 1, None));
        assert!(page.happened[0].what.contains("起诉") && page.happened[0].words.contains("家访核实"));
        kept(&school);
    });
}

/// B05, B09: two people; the child stands as suspended, the case stays open, and the night after the last day it comes back.
#[test]
fn a_suspension_comes_back_by_itself() {
    on_each_engine(|db| {
        let (school, machine) = school(db);
        let child = school.pupils("c1", &["李小明"]).remove(0);
        let id = persuading(&school, &child);
        let pause =
            |until: Option<&str>| Told { until: until.map(day), ..ask("pause", "statutory suspension") };
        assert!(words(told(&school, &township(), &id, pause(None))).contains("到期日"));
        let policy = Told { detail: "policy suspension".to_owned(), ..pause(Some("2026-12-04")) };
        assert!(words(told(&school, &township(), &id, policy)).contains("四步还没有走完"));
        told(&school, &township(), &id, pause(Some("2026-12-04"))).expect("asked");
        assert!(words(told(&school, &township(), &id, with_words(Kind::Recall))).contains("没有权限"));
        told(&school, &bureau(), &id, Told::new(Kind::Agree)).expect("granted");
        assert_eq!((state(&school, &id), school.standing(&child)), (State::Paused, Standing::Suspended));
        assert_eq!(list(&school, &township(), Shown::Mine)[0].act, "复核能不能返校");
        night(&machine, "2026-12-03T17:30:00Z");
        assert_eq!(state(&school, &id), State::Paused, "its last day");
        night(&machine, "2026-12-04T17:30:00Z");
        assert_eq!((state(&school, &id), school.standing(&child)), (State::Persuading, Standing::Absent));
        kept(&school);
    });
}

/// 五(七): closing by two units; an exemption needs its proof, and the child stands as it says.
#[test]
fn closing_takes_two() {
    on_each_engine(|db| {
        let (school, _) = school(db);
        let child = school.pupils("c1", &["李小明"]).remove(0);
        let id = persuading(&school, &child);
        assert!(words(told(&school, &township(), &id, ask("close", "stayed"))).contains("没有经过返校跟踪"));
        let empty = Told { words: String::new(), ..ask("close", "moved_away") };
        assert!(words(told(&school, &township(), &id, empty)).contains("证明"));
        told(&school, &bureau(), &id, ask("close", "moved_away")).expect("asked");
        assert!(words(told(&school, &bureau(), &id, Told::new(Kind::Agree))).contains("自己提请的"));
        assert!(words(told(&school, &colleague(), &id, Told::new(Kind::Agree))).contains("另一个单位"));
        assert_eq!(list(&school, &director(), Shown::Mine).len(), 1);
        told(&school, &director(), &id, Told::new(Kind::Agree)).expect("closed");
        assert_eq!((state(&school, &id), school.standing(&child)), (State::Closed, Standing::MovedAway));
        assert!(words(told(&school, &bureau(), &id, with_words(Kind::Confirm))).contains("已经结束"));
        kept(&school);
    });
}

/// A child that leaves again while it is watched: the case ends unsolved, a linked new one opens in the same night. One that leaves
/// after 销号 is linked too.
#[test]
fn relapse() {
    on_each_engine(|db| {
        let (school, machine) = school(db);
        let child = school.pupils("c1", &["李小明"]).remove(0);
        let first = observing(&school, &machine, &child);
        for on in ["2026-12-03", "2026-12-04"] {
            school.at(on);
            school.call(&[(&child, Truant)]);
        }
        night(&machine, "2026-12-04T17:30:00Z");
        let progress = file(&school, &head(), &first).expect("page").progress.expect("watched");
        assert_eq!(progress.slide, Some(2), "a slide is shown before it is a relapse");
        assert_eq!(state(&school, &first), State::Observing);
        school.at("2026-12-07");
        school.call(&[(&child, Truant)]);
        night(&machine, "2026-12-07T17:30:00Z");
        assert_eq!(state(&school, &first), State::Relapsed);
        let second = open_of(&school, &child);
        let page = file(&school, &bureau(), &second).expect("page");
        assert_eq!(
            (page.line.state, page.source, page.source_id.as_str()),
            (State::Suspected, cases::Source::Relapse, first.as_str())
        );
        assert_eq!(page.others.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), [first.as_str()]);
        night(&machine, "2026-12-08T17:30:00Z");
        assert_eq!(list(&school, &bureau(), Shown::Open).len(), 1, "once");
        kept(&school);
    });
}

/// A look whose register is not in order begins the window anew: three days were not called.
#[test]
fn a_window_that_is_not_clean() {
    on_each_engine(|db| {
        let (school, machine) = school(db);
        let child = school.pupils("c1", &["李小明"]).remove(0);
        let id = observing(&school, &machine, &child);
        let looks =
            |school: &School| file(school, &head(), &id).expect("page").progress.expect("watched").looks;
        assert_eq!(looks(&school)[0], (day("2026-12-03"), false), "on the third day");
        night(&machine, "2026-12-03T17:30:00Z");
        school.at("2026-12-04");
        assert_eq!(looks(&school)[0], (day("2026-12-07"), false), "it begins anew on the day of the look");
        kept(&school);
    });
}

/// 归并: a case follows its child; two open ones are not made one.
#[test]
fn merged_files() {
    on_each_engine(|db| {
        let (school, _) = school(db);
        let ids = school.pupils("c1", &["李小明", "李小明"]);
        let id = reported(&school, &ids[0]);
        let merge = |keep: &str, gone: &str| {
            let (keep, gone) = (keep.to_owned(), gone.to_owned());
            school
                .act(&bureau(), move |desk| casework::ledger::merge(desk, &keep, &gone, "户口簿核对，同一人"))
        };
        let (child, other) = (ids[0].clone(), ids[1].clone());
        let second =
            school.act(&bureau(), move |desk| open_case(desk, &other, "村民反映没有上学")).expect("opened");
        assert!(words(merge(&ids[1], &child)).contains("两份档案都有在办的个案"));
        told(&school, &bureau(), &second, with_words(Kind::Clear)).expect("cleared");
        let merged = merge(&ids[1], &child).expect("merged");
        assert_eq!(open_of(&school, &ids[1]), id, "the case has followed");
        let kept_file = ids[1].clone();
        school
            .act(&bureau(), move |desk| casework::ledger::unmerge(desk, &kept_file, &merged, "并错了"))
            .expect("undone");
        assert_eq!(open_of(&school, &ids[0]), id);
        kept(&school);
    });
}

/// B11: eight officers at once: each order has a number of its own, and none is left out.
#[test]
fn numbers_without_a_gap() {
    on_each_engine(|db| {
        let (school, _) = school(db);
        let ids = school.pupils("c1", &["一一", "二二", "三三", "四四", "五五", "六六", "七七", "八八"]);
        let mut opened = Vec::new();
        for child in ids {
            let id = school
                .act(&bureau(), move |desk| open_case(desk, &child, "村民反映没有上学"))
                .expect("opened");
            told(&school, &bureau(), &id, with_words(Kind::Confirm)).expect("confirmed");
            opened.push(id);
        }
        let (db, keys, plan) = (&school.db, &school.keys, &school.plan);
        std::thread::scope(|scope| {
            for (seed, id) in (100_u64..).zip(&opened) {
                scope.spawn(move || {
                    let at = "2026-11-24T09:00:00+08:00".parse().expect("a moment");
                    let (now, who) = (Now::predictable(at, seed), bureau());
                    let (keys, plan, id) = (keys.clone(), plan.clone(), id.clone());
                    let done: Result<(), Refused> = db.write(move |tx| {
                        let mut desk = Desk { tx, who: &who, now: &now, keys: &keys, plan: &plan };
                        act(&mut desk, &id, &to(Kind::Dispatch, "t1"), 1)
                    });
                    done.expect("ordered");
                });
            }
        });
        let numbers: Result<Vec<i64>, DbError> = school.db.read(|tx| {
            let sql = "select number from case_order where county = $1 order by number";
            tx.query(sql, &params![COUNTY], |row| row.get(0))
        });
        assert_eq!(numbers.expect("numbers"), [1, 2, 3, 4, 5, 6, 7, 8]);
        kept(&school);
    });
}
