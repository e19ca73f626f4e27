//! 部门协助, 四(五)–(十八), through the storage of both engines: what is asked, who sees the child for how long, the one answer, what follows
//! from it, what is confidential; hazards A10, A11, A08, H01, H03.

use casework::cases::{Shown as Cases, case, cases, open_case};
use casework::db::DbError;
use casework::db::testing::on_each_engine;
use casework::desk::SignedIn;
use casework::jobs::{Registry, Runner};
use casework::keys::Keys;
use casework::ledger;
use casework::params;
use casework::refused::Refused;
use casework::requests::{
    self, RequestFile, RequestLine, Shown, UnitFigure, answer, ask, nightly, request, requests, send_back,
    withdraw,
};
use jiff::civil::date;
use rules::access::Role;
use rules::request::State;

use crate::attendance::school::{School, bureau, head, who};
use crate::county::COUNTY;
use crate::jobs::Machine;

const ASKED: &str = "家里没有人，电话停机，请查去了哪里";

fn police() -> SignedIn {
    who("police", Role::Police, "ga")
}

fn civil() -> SignedIn {
    who("civil", Role::Civil, "mz")
}

fn labour() -> SignedIn {
    who("labour", Role::Labour, "rs")
}

fn religion() -> SignedIn {
    who("religion", Role::Religion, "mzj")
}

fn justice() -> SignedIn {
    who("justice", Role::Justice, "sf")
}

fn township() -> SignedIn {
    who("x1", Role::Township, "t1")
}

fn director() -> SignedIn {
    who("director", Role::Director, "office")
}

/// The school with one child, and the units with their liaison people.
fn county(db: casework::db::Db) -> (School, String) {
    let school = School::new(db);
    for (unit, name, role, account) in [
        ("ga", "公安局", "police", "police"),
        ("mz", "民政局", "civil", "civil"),
        ("rs", "人社局", "labour", "labour"),
        ("mzj", "民宗局", "religion", "religion"),
        ("sf", "司法局", "justice", "justice"),
    ] {
        school.run(format!(
            "insert into unit (county, id, kind, line, name, short, sort, from_day)
             values ($1, '{unit}', 'department', 'department', '{name}', '{name}', 90, '2020-01-01')"
        ));
        school.run(format!(
            "insert into post (county, id, unit, role, standing, duty, title, sort)
             values ($1, 'p-{unit}', '{unit}', '{role}', 'serves', 'staff', '', 1)"
        ));
        school.run(format!(
            "insert into tenure (county, id, post, account, from_day, by_account, made_at)
             values ($1, 'n-{unit}', 'p-{unit}', '{account}', '2026-01-01', '', '')"
        ));
    }
    let child = school.pupils("c1", &["李甲"]).remove(0);
    (school, child)
}

fn asked(school: &School, by: &SignedIn, child: &str, kind: &'static str) -> Result<String, Refused> {
    let child = child.to_owned();
    school.act(by, move |desk| ask(desk, &child, kind, ASKED))
}

fn answered(
    school: &School,
    by: &SignedIn,
    id: &str,
    code: &'static str,
    said: &'static str,
) -> Result<(), Refused> {
    let id = id.to_owned();
    school.act(by, move |desk| answer(desk, &id, code, said))
}

fn list(school: &School, by: &SignedIn, which: Shown) -> Vec<RequestLine> {
    school.act(by, move |desk| requests(desk, which, None)).map_or_else(|_| Vec::new(), |(lines, _)| lines)
}

fn read(school: &School, by: &SignedIn, id: &str) -> Result<RequestFile, Refused> {
    let id = id.to_owned();
    school.act(by, move |desk| request(desk, &id))
}

fn of_child(school: &School, by: &SignedIn, child: &str) -> Vec<RequestLine> {
    let child = child.to_owned();
    school.act(by, move |desk| requests::of_child(desk, &child)).expect("the requests").lines
}

fn sees_child(school: &School, by: &SignedIn, child: &str) -> bool {
    let child = child.to_owned();
    school.act(by, move |desk| ledger::read(desk, &child)).is_ok()
}

fn told(school: &School, account: &'static str) -> i64 {
    let count: Result<i64, DbError> = school.db.read(move |tx| {
        tx.one(
            "select cast(count(*) as bigint) from notification where county = $1 and account = $2",
            &params![COUNTY, account],
            |row| row.get(0),
        )
    });
    count.expect("a count")
}

/// Hazard A10: a unit sees a child that it was asked about, for as long as it has not answered, and no other; nobody else's
/// request; what it did later without the child's name.
#[test]
fn a_unit_sees_what_it_is_asked_until_it_answers() {
    on_each_engine(|db| {
        let (school, child) = county(db);
        let other = school.pupils("c1", &["王乙"]).remove(0);
        assert!(!sees_child(&school, &police(), &child));
        let id = asked(&school, &bureau(), &child, "population").expect("asked");
        assert!(sees_child(&school, &police(), &child));
        assert!(!sees_child(&school, &police(), &other) && !sees_child(&school, &civil(), &child));
        assert_eq!(told(&school, "police"), 1);

        let mine = list(&school, &police(), Shown::Waiting);
        assert_eq!((mine.len(), mine[0].name.as_str(), mine[0].state), (1, "李甲", State::Asked));
        assert!(list(&school, &civil(), Shown::Waiting).is_empty());
        assert!(matches!(read(&school, &civil(), &id), Err(Refused::Denied { .. })));
        assert!(matches!(read(&school, &police(), "no-such"), Err(Refused::Denied { .. })));
        let file = read(&school, &police(), &id).expect("the request");
        assert_eq!((file.words.as_str(), file.answers.len(), file.case), (ASKED, 4, None));

        assert!(matches!(answered(&school, &police(), &id, "here", ""), Err(Refused::Rule { .. })));
        answered(&school, &police(), &id, "here", "随父母住在县城北街").expect("answered");
        assert!(!sees_child(&school, &police(), &child));
        let done = list(&school, &police(), Shown::Ended);
        assert_eq!((done.len(), done[0].name.as_str(), done[0].child.as_str()), (1, "", ""));
        assert_eq!(done[0].answer, "人在本县");
        assert_eq!(told(&school, "bureau"), 1);
        let file = read(&school, &bureau(), &id).expect("the request");
        assert_eq!((file.line.name.as_str(), file.answer_words.as_str()), ("李甲", "随父母住在县城北街"));
        assert_eq!(of_child(&school, &head(), &child).len(), 1);
    });
}

/// H01, H03: the same is asked once, ended once, by its own unit; of two questions to a unit the first answer leaves it the child
/// for the second.
#[test]
fn once_each() {
    on_each_engine(|db| {
        let (school, child) = county(db);
        let id = asked(&school, &bureau(), &child, "population").expect("asked");
        assert!(matches!(asked(&school, &township(), &child, "population"), Err(Refused::Changed { .. })));
        let search = asked(&school, &township(), &child, "search").expect("asked");
        assert_eq!(read(&school, &bureau(), &search).expect("the request").line.number, "〔2026〕2号");
        assert!(matches!(answered(&school, &civil(), &id, "none", ""), Err(Refused::Denied { .. })));
        answered(&school, &police(), &id, "none", "").expect("answered");
        assert!(matches!(answered(&school, &police(), &id, "none", ""), Err(Refused::Changed { .. })));
        assert!(sees_child(&school, &police(), &child));

        let own = search.clone();
        let by_other = school.act(&bureau(), move |desk| withdraw(desk, &own, "孩子已经返校"));
        assert!(matches!(by_other, Err(Refused::Denied { .. })));
        let own = search.clone();
        let silent = school.act(&township(), move |desk| withdraw(desk, &own, " "));
        assert!(matches!(silent, Err(Refused::Invalid(_))));
        let own = search;
        school.act(&township(), move |desk| withdraw(desk, &own, "孩子已经返校")).expect("withdrawn");
        assert!(!sees_child(&school, &police(), &child));

        let again = asked(&school, &head(), &child, "search").expect("asked anew");
        let own = again.clone();
        school.act(&police(), move |desk| send_back(desk, &own, "应先由村委会核实")).expect("sent back");
        let file = read(&school, &head(), &again).expect("the request");
        assert_eq!((file.line.state, file.answer_words.as_str()), (State::SentBack, "应先由村委会核实"));
    });
}

/// 四(十一): where the child works outside, the letter follows by itself, for whoever asked first, and once.
#[test]
fn an_answer_leads_on() {
    on_each_engine(|db| {
        let (school, child) = county(db);
        let id = asked(&school, &township(), &child, "labour").expect("asked");
        answered(&school, &labour(), &id, "outside", "邻省某市，厂名待查").expect("answered");
        let next = list(&school, &labour(), Shown::Waiting);
        assert_eq!(
            (next.len(), next[0].label.as_str(), next[0].from.as_str()),
            (1, "通报务工地查处", "东镇")
        );
        assert!(sees_child(&school, &labour(), &child));
        let file = read(&school, &township(), &next[0].id).expect("the letter");
        assert_eq!(file.chain, [(id, "县人社局：查处使用童工".to_owned())]);
        assert!(file.words.contains("邻省某市"));
        let crime = asked(&school, &bureau(), &child, "labour").expect("asked");
        answered(&school, &labour(), &crime, "crime", "强迫劳动").expect("answered");
        assert_eq!(list(&school, &police(), Shown::Waiting).len(), 1);
    });
}

/// 五(三): help that a unit gave stands in the case, by its answer; one that gave none does not.
#[test]
fn help_given_stands_in_the_case() {
    on_each_engine(|db| {
        let (school, child) = county(db);
        let own = child.clone();
        school.act(&bureau(), move |desk| open_case(desk, &own, "村民反映没有上学")).expect("a case");
        let helped = |school: &School| {
            let id = school.act(&bureau(), |desk| cases(desk, Cases::Open, None)).expect("the list").0[0]
                .id
                .clone();
            let file = school.act(&bureau(), move |desk| case(desk, &id)).expect("the case");
            (file.helped, file.requests.lines.len())
        };
        let id = asked(&school, &bureau(), &child, "relief").expect("asked");
        answered(&school, &civil(), &id, "not_fit", "不是低收入家庭").expect("answered");
        assert_eq!(helped(&school), (0, 1));
        let id = asked(&school, &bureau(), &child, "relief").expect("asked");
        answered(&school, &civil(), &id, "granted", "临时救助1200元").expect("answered");
        assert_eq!(helped(&school), (1, 2));
    });
}

/// Hazard A11, 四(五): what 民宗 is asked is read by the two units alone; no list, file or count of anybody else shows it.
#[test]
fn what_is_confidential_is_between_two() {
    on_each_engine(|db| {
        let (school, child) = county(db);
        let id = asked(&school, &bureau(), &child, "religion").expect("asked");
        for by in [township(), head(), director(), police()] {
            assert!(list(&school, &by, Shown::Waiting).is_empty(), "{}", by.actor.account);
            assert!(of_child(&school, &by, &child).is_empty(), "{}", by.actor.account);
            assert!(matches!(read(&school, &by, &id), Err(Refused::Denied { .. })), "{}", by.actor.account);
        }
        let answer = "在场所内，已劝说，周一返校";
        answered(&school, &religion(), &id, "there", answer).expect("answered");
        assert!(!sees_child(&school, &religion(), &child));
        assert_eq!(read(&school, &bureau(), &id).expect("the request").answer_words, answer);
        let figures: Vec<UnitFigure> =
            school.act(&director(), |desk| requests::figures(desk, date(2026, 9, 1))).expect("the figures");
        assert_eq!((figures[0].unit.as_str(), figures[0].asked), ("民宗局", None));
        // Nothing of it hangs on the child in the record: not that it was asked, not that it was read.
        let about: Result<i64, DbError> = school.db.read(move |tx| {
            tx.one(
                "select cast(count(*) as bigint) from audit
                 where county = $1 and subject = $2 and action in ('ask_request', 'read_requests', 'answer_request')",
                &params![COUNTY, &child],
                |row| row.get(0),
            )
        });
        assert_eq!(about.expect("a count"), 0);
    });
}

/// Field by field (hazards A09, A11): a school learns that legal aid was asked and answered, and not what it says of the child.
#[test]
fn an_answer_is_told_to_those_who_see_the_field() {
    on_each_engine(|db| {
        let (school, child) = county(db);
        let id = asked(&school, &township(), &child, "legal_aid").expect("asked");
        answered(&school, &justice(), &id, "granted", "承办人某律师").expect("answered");
        let of = |by: &SignedIn| {
            let file = read(&school, by, &id).expect("the request");
            (file.line.answer, file.answer_words)
        };
        assert_eq!(of(&township()), ("已提供援助".to_owned(), "承办人某律师".to_owned()));
        assert_eq!(of(&head()), (String::new(), String::new()));
        assert_eq!(list(&school, &head(), Shown::Ended)[0].answer, "");
        // A list says it where the reader sees that field of every child: a township does not of those who only learn there.
        assert_eq!(list(&school, &township(), Shown::Ended)[0].answer, "");
        assert_eq!(list(&school, &bureau(), Shown::Ended)[0].answer, "已提供援助");
    });
}

/// Words are sealed; a unit without anybody is no dead letter box; what is not in the plan is not asked; no number is lost by it.
#[test]
fn refused_and_sealed() {
    on_each_engine(|db| {
        let (school, child) = county(db);
        assert!(matches!(asked(&school, &bureau(), &child, "mentor"), Err(Refused::Rule { .. })));
        assert!(matches!(asked(&school, &bureau(), &child, "prayer"), Err(Refused::Invalid(_))));
        assert!(matches!(asked(&school, &police(), &child, "search"), Err(Refused::Denied { .. })));
        let other = who("x2", Role::Township, "t2");
        assert!(matches!(asked(&school, &other, &child, "search"), Err(Refused::Denied { .. })));
        let id = asked(&school, &bureau(), &child, "search").expect("asked");
        answered(&school, &police(), &id, "found", "在邻县随父母做工").expect("answered");
        let stored: Result<(i64, Vec<u8>, Vec<u8>), DbError> = school.db.read(move |tx| {
            tx.one(
                "select number, words_sealed, answer_sealed from request where county = $1 and id = $2",
                &params![COUNTY, &id],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
        });
        let (number, asked_words, said) = stored.expect("the row");
        assert_eq!(number, 1);
        for (sealed, plain) in [(asked_words, ASKED), (said, "在邻县随父母做工")] {
            assert!(!sealed.windows(plain.len()).any(|part| part == plain.as_bytes()));
        }
    });
}

/// When the time has run out both are told, once; it can still be answered, and counts as late.
#[test]
fn late_ones_are_told_once() {
    on_each_engine(|db| {
        let (school, child) = county(db.clone());
        let id = asked(&school, &bureau(), &child, "search").expect("asked");
        let machine = Machine::with(db, Keys::for_tests());
        let night = |moment: &str| {
            let runner = Runner::new(machine.clone(), nightly(Registry::default())).expect("a runner");
            machine.runs(&runner, moment);
        };
        night("2026-11-25T09:00:00+08:00");
        assert_eq!((told(&school, "police"), told(&school, "bureau")), (1, 0));
        night("2026-11-27T09:00:00+08:00");
        night("2026-11-27T11:00:00+08:00");
        assert_eq!((told(&school, "police"), told(&school, "bureau")), (2, 1));
        school.at("2026-11-27");
        let late = school.act(&bureau(), requests::waiting).expect("what waits");
        assert_eq!((late.0, late.2), (0, 1));
        assert_eq!(list(&school, &bureau(), Shown::Late).len(), 1);
        answered(&school, &police(), &id, "found", "在邻县随父母做工").expect("answered");
        let figures =
            school.act(&bureau(), |desk| requests::figures(desk, date(2026, 9, 1))).expect("the figures");
        assert_eq!((figures[0].asked, figures[0].in_time, figures[0].too_late), (Some(1), Some(0), Some(1)));
    });
}

/// A merge takes the requests along; the unit that was asked sees the file that stays.
#[test]
fn a_merge_takes_them_along() {
    on_each_engine(|db| {
        let (school, child) = county(db);
        let double = school.pupils("c1", &["李甲"]).remove(0);
        asked(&school, &bureau(), &double, "population").expect("asked");
        let (kept, gone) = (child.clone(), double);
        let merged =
            school.act(&bureau(), move |desk| ledger::merge(desk, &kept, &gone, "同一个孩子登记了两次"));
        merged.expect("merged");
        assert_eq!(of_child(&school, &bureau(), &child).len(), 1);
        assert!(sees_child(&school, &police(), &child));
    });
}
