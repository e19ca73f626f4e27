//! 保护线索, 未成年人保护法 11: who receives a sign and who learns nothing of it, in no list, file, record of looks, export or
//! notification; sealed; its clock; whoever lets it run out is rung up by the others (F05, A10).

use casework::db::DbError;
use casework::db::testing::on_each_engine;
use casework::desk::SignedIn;
use casework::jobs::{Registry, Runner};
use casework::params;
use casework::refused::Refused;
use casework::safeguarding::{Safeguarding, Signs, list, nightly, one, raise, receive};
use rules::access::{Role, Standing};
use rules::safeguard::Sign;

use super::school::{School, head, teacher, who, words};
use crate::county::COUNTY;
use crate::jobs::Machine;

/// Somebody who leads a unit.
fn chief(account: &str, role: Role, unit: &str) -> SignedIn {
    let mut who = who(account, role, unit);
    who.actor.posts[0].standing = Standing::Leads;
    who
}

/// Police and civil affairs, and who holds which post.
fn offices(school: &School) {
    school.run(
        "insert into unit (county, id, kind, line, name, short, sort, from_day)
         values ($1, 'ga', 'department', 'government', '公安局', '公安局', 90, '2020-01-01'),
                ($1, 'mz', 'department', 'government', '民政局', '民政局', 91, '2020-01-01')",
    );
    school.run(
        "insert into post (county, id, unit, role, standing, duty, title, sort)
         values ($1, 'p-s1', 's1', 'head', 'leads', 'head', '', 1),
                ($1, 'p-s2', 's2', 'head', 'leads', 'head', '', 1),
                ($1, 'p-ju', 'ju', 'bureau', 'leads', 'head', '', 1),
                ($1, 'p-ju2', 'ju', 'bureau', 'serves', 'staff', '', 2),
                ($1, 'p-ga', 'ga', 'police', 'leads', 'head', '', 1),
                ($1, 'p-ga2', 'ga', 'police', 'serves', 'staff', '', 2),
                ($1, 'p-mz', 'mz', 'civil', 'leads', 'head', '', 1)",
    );
    school.run(
        "insert into tenure (county, id, post, account, from_day, by_account, made_at)
         values ($1, 'n1', 'p-s1', 'head', '2026-01-01', '', ''), ($1, 'n2', 'p-s2', 'h2', '2026-01-01', '', ''),
                ($1, 'n3', 'p-ju', 'lb', '2026-01-01', '', ''), ($1, 'n4', 'p-ju2', 'bureau', '2026-01-01', '', ''),
                ($1, 'n5', 'p-ga', 'lpolice', '2026-01-01', '', ''), ($1, 'n6', 'p-ga2', 'police', '2026-01-01', '', ''),
                ($1, 'n7', 'p-mz', 'lcivil', '2026-01-01', '', '')",
    );
}

fn signs() -> Signs {
    Signs {
        signs: vec![Sign::Injury, Sign::Abandoned], note: "手臂有多处旧伤，说是继父打的".to_owned()
    }
}

fn raised(school: &School, child: &str) -> Result<String, Refused> {
    let child = child.to_owned();
    school.act(&teacher(), move |desk| raise(desk, &child, &signs()))
}

fn read(school: &School, by: &SignedIn, id: &str) -> Result<Safeguarding, Refused> {
    let id = id.to_owned();
    school.act(by, move |desk| one(desk, &id))
}

fn receivers() -> [SignedIn; 4] {
    [
        head(),
        chief("lb", Role::Bureau, "ju"),
        chief("lpolice", Role::Police, "ga"),
        chief("lcivil", Role::Civil, "mz"),
    ]
}

/// Who is told of what, as account and text.
fn told(school: &School, kind: &'static str) -> Vec<(String, String)> {
    let rows: Result<Vec<(String, String)>, DbError> = school.db.read(move |tx| {
        tx.query(
            "select account, text from notification where county = $1 and kind = $2 order by account, id",
            &params![COUNTY, kind],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    });
    rows.expect("the notifications")
}

#[test]
fn it_goes_to_the_named_and_to_nobody_else() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["李小明"]);
        assert!(
            words(raised(&school, &ids[0])).contains("拨打110"),
            "nobody to pass it to is said, not hidden"
        );
        offices(&school);
        let id = raised(&school, &ids[0]).expect("passed on");
        for by in receivers() {
            let seen = read(&school, &by, &id).expect("a receiver");
            assert_eq!((seen.name.as_str(), seen.note.as_str()), ("李小明", "手臂有多处旧伤，说是继父打的"));
            assert_eq!(seen.signs.iter().map(|(label, _)| *label).collect::<Vec<_>>().len(), 2);
            assert!(seen.by.contains("teacher") && seen.home.contains("上村 12 号") && seen.may_receive);
            assert_eq!(seen.hops.len(), 4);
            assert!(
                seen.hops.iter().all(|hop| hop.due == "2026-11-24T09:00:00.000+08:00"),
                "{:?}",
                seen.hops
            );
            assert_eq!(school.act(&by, list).expect("the list").len(), 1);
        }
        // Forbidden and not there are the same, also for who reported, who sees the whole county, and the same office's others.
        for by in [
            teacher(),
            who("bureau", Role::Bureau, "ju"),
            who("police", Role::Police, "ga"),
            chief("director", Role::Director, "zb"),
            chief("x1", Role::Township, "t1"),
            who("v1", Role::Village, "v1"),
            who("registrar", Role::Registrar, "s1"),
            who("d", Role::Inspector, "s1"),
            chief("women", Role::Women, "fl"),
            who("admin", Role::Admin, "it"),
            who("auditor", Role::Auditor, "it"),
        ] {
            assert!(matches!(read(&school, &by, &id), Err(Refused::Denied { .. })), "{:?}", by.actor.posts);
            assert!(matches!(school.act(&by, list), Err(Refused::Denied { .. })), "{:?}", by.actor.posts);
            let of = id.clone();
            let done = school.act(&by, move |desk| receive(desk, &of, "已派民警上门"));
            assert!(matches!(done, Err(Refused::Denied { .. })), "{:?}", by.actor.posts);
        }
        let other = who("h2", Role::Head, "s2");
        assert!(matches!(read(&school, &other, &id), Err(Refused::Denied { .. })));
        assert!(school.act(&other, list).expect("an empty list").is_empty());
        let denied = format!("{:?}", read(&school, &other, "nothing").map(|_| ()));
        assert_eq!(format!("{:?}", read(&school, &other, &id).map(|_| ())).replace(&id, "nothing"), denied);
        // Told at once, without a word of it; nobody else is told anything.
        let news = told(&school, "safeguard");
        let accounts: Vec<&str> = news.iter().map(|(account, _)| account.as_str()).collect();
        assert_eq!(accounts, ["head", "lb", "lcivil", "lpolice"]);
        assert!(news.iter().all(|(_, text)| !text.contains("李") && !text.contains("伤")), "{news:?}");
        let rest = "select cast(count(*) as bigint) from notification where county = $1 and kind not like 'safeguard%'";
        assert_eq!(school.count(rest), 0);
    });
}

/// The child's own file, its timeline, who looked at it, its contacts and lists say nothing; at rest no word lies open.
#[test]
fn it_stands_apart_from_the_child() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["李小明"]);
        offices(&school);
        let all = |by: &SignedIn| {
            let child = ids[0].clone();
            school
                .act(by, move |desk| {
                    let file = format!("{:?}", casework::ledger::read(desk, &child)?);
                    let follow = format!("{:?}", casework::attendance::contacts(desk, &child)?);
                    Ok(format!("{file}{follow}"))
                })
                .expect("the file")
        };
        let looked = |by: &SignedIn| {
            let child = ids[0].clone();
            school.act(by, move |desk| casework::ledger::looks(desk, &child)).expect("who looked").len()
        };
        let before = [teacher(), head()].map(|by| all(&by));
        let looks = looked(&head());
        let id = raised(&school, &ids[0]).expect("passed on");
        read(&school, &head(), &id).expect("read");
        let after = [teacher(), head()].map(|by| all(&by));
        for (before, after) in before.iter().zip(&after) {
            assert!(!after.contains("伤") && !after.contains("保护"), "{after}");
            assert_eq!(before.len(), after.len(), "not one sign more");
        }
        // The reads of this test are looks at the child; reading the report is none.
        assert_eq!(looked(&head()) - looks, 2, "only the two files that were read");
        for open in [
            "select cast(count(*) as bigint) from audit where county = $1 and detail like '%继父%'",
            "select cast(count(*) as bigint) from audit where county = $1
             and action in ('raise_sign', 'read_safeguarding') and subject in (select id from child where county = $1)",
            "select cast(count(*) as bigint) from child_tie where county = $1 and unit in ('ga', 'mz')",
        ] {
            assert_eq!(school.count(open), 0, "{open}");
        }
        let sealed: Result<(Vec<u8>, Vec<u8>), DbError> = school.db.read(|tx| {
            tx.one(
                "select what_sealed, by_sealed from safeguard where county = $1",
                &params![COUNTY],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
        });
        let (what, by) = sealed.expect("the row");
        for (blob, word) in [(&what, "injury"), (&what, "继父"), (&by, "teacher")] {
            assert!(!blob.windows(word.len()).any(|part| part == word.as_bytes()), "{word} lies open");
        }
        // Every look of a receiver is on the record, and the receivers see it.
        let seen = read(&school, &chief("lpolice", Role::Police, "ga"), &id).expect("a receiver");
        assert_eq!(seen.looks.len(), 1, "the head looked");
    });
}

/// Acknowledged once for each unit; within the plan's hour, or the others are told to ring up, once.
#[test]
fn its_clock_runs_at_once() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["李小明"]);
        offices(&school);
        let id = raised(&school, &ids[0]).expect("passed on");
        let answer = |by: &SignedIn, done: &'static str| {
            let id = id.clone();
            school.act(by, move |desk| receive(desk, &id, done))
        };
        assert!(words(answer(&head(), " ")).contains("怎么办"));
        answer(&head(), "校长和女老师马上去").expect("received");
        assert!(words(answer(&head(), "校长和女老师马上去")).contains("已经签收"));
        answer(&chief("lpolice", Role::Police, "ga"), "已派民警上门").expect("received");
        let seen = read(&school, &chief("lcivil", Role::Civil, "mz"), &id).expect("a receiver");
        assert!(seen.hops.iter().any(|hop| hop.done == "已派民警上门"), "{:?}", seen.hops);
        let machine = Machine::new(school.db.clone());
        let runner = Runner::new(machine.clone(), nightly(Registry::default())).expect("a runner");
        machine.runs(&runner, "2026-11-24T00:50:00Z");
        assert!(told(&school, "safeguard_late").is_empty(), "within the hour nobody is told");
        for at in ["2026-11-24T01:10:00Z", "2026-11-24T01:30:00Z"] {
            machine.runs(&runner, at);
            let late = "select cast(count(*) as bigint) from safeguard_hop where county = $1 and escalated_at is not null";
            assert_eq!(school.count(late), 2, "教体局 and 民政局, once");
            assert_eq!(told(&school, "safeguard_late").len(), 8, "each of the four, of both");
        }
    });
}

/// A sign needs words, somebody who sees the child, and no proof.
#[test]
fn what_is_asked_of_who_reports() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["李小明"]);
        offices(&school);
        let child = ids[0].clone();
        let with = |by: &SignedIn, signs: Signs| {
            let child = child.clone();
            school.act(by, move |desk| raise(desk, &child, &signs))
        };
        assert!(words(with(&teacher(), Signs { signs: vec![], ..signs() })).contains("哪种情况"));
        assert!(
            words(with(&teacher(), Signs { note: " ".to_owned(), ..signs() })).contains("看到、听到了什么")
        );
        let other = with(&who("t", Role::Teacher, "c2"), signs());
        assert!(
            matches!(other, Err(Refused::Denied { .. })),
            "another class's teacher does not see the child"
        );
        with(&who("x1", Role::Township, "t1"), signs()).expect("who visits reports, too");
        assert_eq!(school.count("select cast(count(*) as bigint) from safeguard where county = $1"), 1);
    });
}
