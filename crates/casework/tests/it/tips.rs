//! 举报、求助 through the storage of both engines, 四(二十一): taken once, sorted, handed on, answered; never before the unit that it is about
//! (A26, B13); who wrote sealed (F05); codes that tell nothing (F01, F02); floods stand in `tips_flood`.
// long because: every act is told by one county and one way to send, which two files would have twice.

use casework::cases::case;
use casework::db::testing::on_each_engine;
use casework::db::{Db, DbError};
use casework::desk::SignedIn;
use casework::params;
use casework::public::tips::{
    self, Filter, Receipt, Sent, Shown, Taken, Tip, TipLine, Told, apart, close, hand, join, open_case,
    receipt, refuse, reopen, report, reporter, take, take_up, tip, tips,
};
use casework::public::{ticket, visitor};
use casework::refused::Refused;
use casework::today;
use rules::access::{Role, Standing};
use rules::tip_off::{Errand, State};

use crate::attendance::school::{School, bureau, head, who, words};
use crate::county::COUNTY;

pub(crate) const TEXT: &str = "村里有个孩子开学以后一直没有去上学，跟着叔叔在县城的餐馆洗碗。";
const NAME: &str = "热心人段三";
const PHONE: &str = "13912345678";

fn leads(account: &str, role: Role, unit: &str) -> SignedIn {
    let mut one = who(account, role, unit);
    one.actor.posts[0].standing = Standing::Leads;
    one
}

fn township() -> SignedIn {
    who("x1", Role::Township, "t1")
}

fn director() -> SignedIn {
    who("director", Role::Director, "office")
}

fn labour() -> SignedIn {
    who("labour", Role::Labour, "rs")
}

/// The school, with the units that receive.
pub(crate) fn county(db: Db) -> School {
    let school = School::new(db);
    school.run(
        "insert into unit (county, id, kind, line, name, short, sort, from_day)
         values ($1, 'office', 'office', 'government', '专班', '专班', 90, '2020-01-01'),
                ($1, 'rs', 'department', 'department', '人社局', '人社局', 91, '2020-01-01'),
                ($1, 'ga', 'department', 'department', '公安局', '公安局', 92, '2020-01-01'),
                ($1, 'mz', 'department', 'department', '民政局', '民政局', 93, '2020-01-01')",
    );
    for (unit, role, standing, account) in [
        ("ju", "bureau", "serves", "bureau"),
        ("ju", "bureau", "leads", "juzhang"),
        ("office", "director", "serves", "director"),
        ("t1", "township", "serves", "x1"),
        ("t2", "township", "serves", "x2"),
        ("s1", "head", "leads", "head"),
        ("s2", "head", "leads", "head2"),
        ("rs", "labour", "serves", "labour"),
        ("ga", "police", "leads", "police"),
        ("mz", "civil", "leads", "civil"),
    ] {
        school.run(format!(
            "insert into post (county, id, unit, role, standing, duty, title, sort)
             values ($1, 'p-{account}', '{unit}', '{role}', '{standing}', 'staff', '', 1)"
        ));
        school.run(format!(
            "insert into tenure (county, id, post, account, from_day, by_account, made_at)
             values ($1, 'n-{account}', 'p-{account}', '{account}', '2026-01-01', '', '')"
        ));
    }
    school
}

pub(crate) fn sent() -> Sent {
    Sent {
        kind: "not_in_school".to_owned(),
        about: "family".to_owned(),
        township: "t1".to_owned(),
        place: "上村二组".to_owned(),
        child: "李甲".to_owned(),
        text: TEXT.to_owned(),
        name: NAME.to_owned(),
        phone: PHONE.to_owned(),
        source: "10.0.0.1".to_owned(),
        ..Sent::default()
    }
}

fn errand(sent: &Sent) -> Errand {
    let help = ["money", "place", "disability", "bullied", "learning", "other_help"];
    if help.contains(&sent.kind.as_str()) { Errand::Help } else { Errand::Tip }
}

/// Somebody without an account sends it, on a new form.
fn send(school: &School, sent: &Sent) -> Result<Taken, Refused> {
    let (errand, mut sent) = (errand(sent), sent.clone());
    school.act(&visitor(COUNTY), move |desk| {
        sent.ticket = ticket(desk.keys, desk.now, errand.code());
        take(desk, errand, &sent)
    })
}

fn code(taken: Result<Taken, Refused>) -> String {
    match taken.expect("taken") {
        Taken::Receipt { code } => code,
        Taken::Wait { .. } => panic!("told to wait"),
    }
}

pub(crate) fn list(school: &School, by: &SignedIn, which: Shown) -> Vec<TipLine> {
    school.act(by, move |desk| tips(desk, which, &Filter::default())).expect("the list").0
}

fn read(school: &School, by: &SignedIn, id: &str) -> Result<Tip, Refused> {
    let id = id.to_owned();
    school.act(by, move |desk| tip(desk, &id, ""))
}

fn told(school: &School, code: &str) -> Told {
    let code = code.to_owned();
    school.act(&visitor(COUNTY), move |desk| receipt(desk, &code, "10.9.9.9")).expect("an answer")
}

fn known(school: &School, code: &str) -> Receipt {
    match told(school, code) {
        Told::Known(receipt) => receipt,
        other => panic!("{other:?}"),
    }
}

/// 四(二十一): sent, sorted, handed to a township that looks, made a case, answered; its writer reads the answer by the code.
#[test]
fn the_whole_way() {
    on_each_engine(|db| {
        let school = county(db);
        let child = school.pupils("c1", &["李甲"]).remove(0);
        let code = code(send(&school, &sent()));
        assert_eq!(known(&school, &code).state, State::Received.told());
        let lines = list(&school, &bureau(), Shown::Received);
        assert_eq!((lines.len(), lines[0].many, lines[0].place.as_str()), (1, 1, "东镇 上村二组"));
        let id = lines[0].id.clone();
        assert!(list(&school, &township(), Shown::Received).is_empty());
        assert!(matches!(read(&school, &township(), &id), Err(Refused::Denied { .. })));
        assert!(matches!(read(&school, &bureau(), "no-such"), Err(Refused::Denied { .. })));
        let today = school.act(&bureau(), today::today).expect("today");
        assert!(today.tasks.iter().any(|task| task.title == "1件群众举报、求助" && task.due == "2026-11-25"));

        let own = id.clone();
        school.act(&bureau(), move |desk| take_up(desk, &own)).expect("taken up");
        let own = id.clone();
        school.act(&bureau(), move |desk| hand(desk, &own, "t1", "请去看看")).expect("handed");
        let seen = read(&school, &township(), &id).expect("the tip");
        assert!(seen.text == TEXT && seen.may_report && !seen.may_sort && !seen.may_see_reporter);
        let today = school.act(&township(), today::today).expect("today");
        assert!(today.tasks.iter().any(|task| task.title == "1件交给本单位核实"));
        let own = id.clone();
        school
            .act(&township(), move |desk| report(desk, &own, "上门见到孩子，确实没有上学"))
            .expect("reported");
        let own = id.clone();
        let twice = school.act(&township(), move |desk| report(desk, &own, "再报一次，没有变化"));
        assert!(matches!(twice, Err(Refused::Denied { .. })));

        let seen = read(&school, &bureau(), &id).expect("the tip");
        assert_eq!((seen.candidates.len(), seen.candidates[0].id.clone()), (1, child.clone()));
        let (own, about) = (id.clone(), child.clone());
        let opened = school.act(&bureau(), move |desk| open_case(desk, &own, &about)).expect("a case");
        let file = school.act(&bureau(), move |desk| case(desk, &opened)).expect("the case");
        assert_eq!(file.line.child, child);
        assert_eq!(known(&school, &code).state, State::Working.told());

        for (answer, says) in [("李甲已经返校", "姓名"), ("请打13800001234", "手机号"), ("好", "6到1000个字")]
        {
            let own = id.clone();
            let refused = school.act(&bureau(), move |desk| close(desk, &own, "true", answer));
            assert!(words(refused).contains(says), "{answer}");
        }
        let own = id.clone();
        school
            .act(&bureau(), move |desk| close(desk, &own, "true", "已经找到孩子，正在帮助返校，谢谢您。"))
            .expect("closed");
        let receipt = known(&school, &code);
        assert_eq!(
            (receipt.state, receipt.why, receipt.answer.as_str(), receipt.due.as_str()),
            ("已经办结", "反映的情况属实，已经处理", "已经找到孩子，正在帮助返校，谢谢您。", "")
        );
        let seen = read(&school, &bureau(), &id).expect("the tip");
        let done: Vec<&str> = seen.events.iter().map(|event| event.what.as_str()).collect();
        assert_eq!(done.len(), 5, "{done:?}");
        assert!(seen.child.is_some() && list(&school, &bureau(), Shown::Ended).len() == 1);
        let own = id;
        school.act(&bureau(), move |desk| reopen(desk, &own)).expect("reopened");
        assert_eq!(known(&school, &code).answer, "");
    });
}

/// A26, B13: the unit that it is about neither reads nor gets nor closes it, nor the case that came of it.
#[test]
fn never_before_the_unit_that_it_is_about() {
    on_each_engine(|db| {
        let school = county(db);
        let child = school.pupils("c1", &["李甲"]).remove(0);
        let about = Sent { about: "school".to_owned(), school: "s1".to_owned(), ..sent() };
        let without = Sent { school: String::new(), ..about.clone() };
        assert!(words(send(&school, &without)).contains("哪所学校"));
        code(send(&school, &about));
        let id = list(&school, &bureau(), Shown::Received)[0].id.clone();
        let seen = read(&school, &bureau(), &id).expect("the tip");
        assert!(seen.to.iter().all(|(unit, _)| unit != "s1") && seen.to.iter().any(|(unit, _)| unit == "s2"));
        let own = id.clone();
        let handed = school.act(&bureau(), move |desk| hand(desk, &own, "s1", ""));
        assert!(words(handed).contains("不能交给它核实"));
        // Even where it got there by a fault it is not read.
        school.run(format!(
            "insert into tip_off_unit (county, tip_off, unit, role, leads, at, due_at)
             values ($1, '{id}', 's1', 'head', 1, '', '')"
        ));
        assert!(list(&school, &head(), Shown::Received).is_empty());
        assert!(matches!(read(&school, &head(), &id), Err(Refused::Denied { .. })));
        let own = id.clone();
        let closed = school.act(&head(), move |desk| close(desk, &own, "not_true", "查过了，没有这件事"));
        assert!(matches!(closed, Err(Refused::Denied { .. })));
        let both = {
            let mut both = bureau();
            both.actor.posts.extend(head().actor.posts);
            both
        };
        assert!(matches!(read(&school, &both, &id), Err(Refused::Denied { .. })), "by any of one's posts");
        let (own, about) = (id, child);
        school.act(&bureau(), move |desk| open_case(desk, &own, &about)).expect("a case");
        let against: Result<Option<String>, DbError> = school.db.read(|tx| {
            tx.one("select against from child_case where county = $1", &params![COUNTY], |row| row.get(0))
        });
        assert_eq!(against.expect("the case").as_deref(), Some("s1"));

        // About 县教体局: the county's office sorts it.
        let about = Sent { about: "bureau".to_owned(), text: format!("{TEXT}教体局不管。"), ..sent() };
        code(send(&school, &about));
        assert_eq!(list(&school, &bureau(), Shown::Received).len(), 0);
        assert_eq!(list(&school, &director(), Shown::Received).len(), 1);
        // Child labour goes to 县人社局 as well, which reports.
        let about = Sent { kind: "labour".to_owned(), about: "employer".to_owned(), ..sent() };
        code(send(&school, &about));
        assert_eq!(list(&school, &bureau(), Shown::Received).len(), 1);
        let line = list(&school, &labour(), Shown::Received).remove(0);
        let seen = read(&school, &labour(), &line.id).expect("the tip");
        assert!(seen.may_report && !seen.may_sort);
    });
}

/// F05: who wrote lies sealed in a table of its own, in no other text of the database; it is opened by who leads at the unit that sorts, for a
/// reason, after proving identity, and that is on the record.
#[test]
fn who_wrote_is_sealed() {
    on_each_engine(|db| {
        let school = county(db);
        code(send(&school, &sent()));
        let id = list(&school, &bureau(), Shown::Received)[0].id.clone();
        let own = id.clone();
        school.act(&bureau(), move |desk| hand(desk, &own, "t1", "")).expect("handed");
        let open = |by: &SignedIn, why: &'static str| {
            let id = id.clone();
            school.act(by, move |desk| reporter(desk, &id, why))
        };
        for by in [bureau(), township(), leads("x1", Role::Township, "t1"), head(), director(), labour()] {
            assert!(matches!(open(&by, "ask"), Err(Refused::Denied { .. })), "{}", by.actor.account);
        }
        let chief = leads("juzhang", Role::Bureau, "ju");
        assert!(words(open(&chief, "")).contains("为什么要看"));
        let unproved = SignedIn { confirmed: None, ..chief.clone() };
        assert!(matches!(open(&unproved, "ask"), Err(Refused::StepUp { .. })));
        let one = open(&chief, "ask").expect("who wrote");
        assert_eq!((one.name.as_str(), one.phone.as_str()), (NAME, PHONE));
        let seen = read(&school, &chief, &id).expect("the tip");
        assert!(seen.may_see_reporter && seen.events.iter().any(|event| event.what.contains("看了举报人")));
        assert_eq!(
            school.count(
                "select cast(count(*) as bigint) from audit where county = $1 and action = 'see_reporter' and purpose = 'ask'"
            ),
            1
        );
        // No text of the database holds it; nor are words and name sealed together.
        let stored: Result<String, DbError> = school.db.read(|tx| {
            let audit = "select coalesce(string_agg(detail || purpose || subject, '|' order by id), '') from audit where county = $1";
            let news = "select coalesce(string_agg(text || href || subject, '|' order by id), '') from notification where county = $1";
            let tips = "select coalesce(string_agg(code_index || form_index || digest || same || kind || why, '|' order by id), '')
                        from tip_off where county = $1";
            let mut all = String::new();
            for sql in [audit, news, tips] {
                all.push_str(&tx.one(sql, &params![COUNTY], |row| row.get::<String>(0))?);
            }
            let (name, what) = tx.one(
                "select r.name_sealed, t.what_sealed from tip_off_reporter r
                 join tip_off t on t.county = r.county and t.id = r.tip_off where r.county = $1",
                &params![COUNTY],
                |row| Ok((row.get::<Vec<u8>>(0)?, row.get::<Vec<u8>>(1)?)),
            )?;
            for sealed in [name, what] {
                assert!(!sealed.windows(NAME.len()).any(|part| part == NAME.as_bytes()));
                assert!(!sealed.windows(TEXT.len()).any(|part| part == TEXT.as_bytes()));
            }
            Ok(all)
        });
        let stored = stored.expect("the texts");
        for secret in [NAME, PHONE, "李甲", TEXT] {
            assert!(!stored.contains(secret), "{secret}");
        }
    });
}

/// F01, F02: every code that is not known gets one answer, whatever it looks like; after thirty it is told to wait, and a code that is known
/// is answered all the same.
#[test]
fn codes_that_are_not_known() {
    on_each_engine(|db| {
        let school = county(db);
        let code = code(send(&school, &sent()));
        assert_eq!(code.len(), 26);
        let (first, rest) = code.split_at(1);
        let turned = format!("{rest}{first}");
        for wrong in [turned.as_str(), "", "1", "' or 1=1 --", "李甲", &"A".repeat(5000)] {
            assert_eq!(told(&school, wrong), Told::Unknown, "{wrong}");
        }
        for _ in 6..30 {
            assert_eq!(told(&school, "AAAA"), Told::Unknown);
        }
        assert_eq!(told(&school, "AAAA"), Told::Wait);
        let typed = code.to_lowercase().replace('0', "o");
        assert_eq!(known(&school, &format!(" {typed} ")).state, State::Received.told());
        school.at("2026-11-24T08:16:00+08:00");
        assert_eq!(told(&school, "AAAA"), Told::Unknown);
    });
}

/// H01, H02: the same form is taken once and gives the same receipt; the same form with another text is refused; a form that is too old or made
/// up keeps its text and is asked again.
#[test]
fn a_form_is_taken_once() {
    on_each_engine(|db| {
        let school = county(db);
        let form =
            school.act(&visitor(COUNTY), |desk| Ok(ticket(desk.keys, desk.now, "tip"))).expect("a form");
        let once = Sent { ticket: form.clone(), ..sent() };
        let send = |sent: &Sent| {
            let sent = sent.clone();
            school.act(&visitor(COUNTY), move |desk| take(desk, Errand::Tip, &sent))
        };
        let first = code(send(&once));
        assert_eq!(code(send(&once)), first);
        let other = Sent { text: format!("{TEXT}还有一个。"), ..once };
        assert!(words(send(&other)).contains("已经交过"));
        assert_eq!(school.count("select cast(count(*) as bigint) from tip_off where county = $1"), 1);
        assert_eq!(
            school.count("select cast(count(*) as bigint) from tip_off_reporter where county = $1"),
            1
        );
        for ticket in [String::new(), format!("{form}x"), form.replacen('.', "x.", 1), "a.b.c".to_owned()] {
            let made_up = Sent { ticket, ..other.clone() };
            assert!(words(send(&made_up)).contains("打开得太久"), "{made_up:?}");
        }
        // Of the other page.
        let sent = Sent { kind: "money".to_owned(), ..other.clone() };
        let crossed = school.act(&visitor(COUNTY), move |desk| take(desk, Errand::Help, &sent));
        assert!(words(crossed).contains("打开得太久"));
        school.at("2026-11-25T09:00:00+08:00");
        assert!(words(send(&other)).contains("打开得太久"));
    });
}

/// F04: caps on everything, and what is refused names its field.
#[test]
fn caps() {
    on_each_engine(|db| {
        let school = county(db);
        let check = |sent: Sent, says: &str| assert!(words(send(&school, &sent)).contains(says), "{says}");
        check(Sent { text: "太短".to_owned(), ..sent() }, "6到2000个字");
        check(Sent { text: "长".repeat(2001), ..sent() }, "6到2000个字");
        check(Sent { text: format!("{TEXT}\u{202e}"), ..sent() }, "看不见的符号");
        check(Sent { child: "长".repeat(21), ..sent() }, "20个字以内");
        check(Sent { phone: "1".repeat(31), ..sent() }, "30个字以内");
        check(
            Sent { kind: "money".to_owned(), about: String::new(), child: "\u{7}".to_owned(), ..sent() },
            "20个字以内",
        );
        check(Sent { about: String::new(), ..sent() }, "反映的是谁");
        check(Sent { kind: "nothing".to_owned(), ..sent() }, "请选一项");
        assert_eq!(school.count("select cast(count(*) as bigint) from tip_off where county = $1"), 0);
        // A place that is not there is left out, and the list hides numbers and the child's name.
        let text = format!("李甲没有上学，{TEXT}电话13800001234");
        code(send(&school, &Sent { township: "t9".to_owned(), text, ..sent() }));
        let line = list(&school, &bureau(), Shown::Received).remove(0);
        assert!(line.glance.starts_with("李某某没有上学") && !line.glance.contains("138"), "{}", line.glance);
    });
}

/// Pleas go to the township or the school of the place; where a child may be harmed it is read by those alone who are named for it, at once
/// (未成年人保护法 11).
#[test]
fn pleas_and_harm() {
    on_each_engine(|db| {
        let school = county(db);
        let plea = Sent { kind: "money".to_owned(), about: String::new(), ..sent() };
        let code = code(send(&school, &plea));
        assert_eq!(known(&school, &code).errand, "求助");
        assert!(list(&school, &bureau(), Shown::Received).is_empty());
        let line = list(&school, &township(), Shown::Received).remove(0);
        let id = line.id;
        let (own, answer) = (id, "已经联系学校，从下个月起补助生活费。");
        school.act(&township(), move |desk| close(desk, &own, "helped", answer)).expect("answered at once");
        assert_eq!(known(&school, &code).why, "已经提供帮助");
        let plea = Sent { kind: "learning".to_owned(), school: "s1".to_owned(), ..plea };
        self::code(send(&school, &plea));
        let id = list(&school, &head(), Shown::Received).remove(0).id;

        // The head sees that more is the matter: from then on the head reads it no longer.
        let own = id.clone();
        school.act(&head(), move |desk| apart(desk, &own)).expect("kept apart");
        assert!(matches!(read(&school, &head(), &id), Err(Refused::Denied { .. })));
        let harmed =
            Sent { danger: true, kind: "bullied".to_owned(), text: format!("{TEXT}天天被打。"), ..plea };
        self::code(send(&school, &harmed));
        for by in [bureau(), head(), township(), director()] {
            assert!(
                list(&school, &by, Shown::Received).iter().all(|line| !line.apart),
                "{}",
                by.actor.account
            );
        }
        for by in [
            leads("juzhang", Role::Bureau, "ju"),
            leads("police", Role::Police, "ga"),
            leads("civil", Role::Civil, "mz"),
        ] {
            let lines = list(&school, &by, Shown::Received);
            assert_eq!(lines.iter().filter(|line| line.apart).count(), 2, "{}", by.actor.account);
        }
        let news = "select cast(count(*) as bigint) from notification
                    where county = $1 and kind = 'tip_off_apart' and account = 'police'";
        assert_eq!(school.count(news), 1, "unread news of the same kind is one line");
        let chief = leads("juzhang", Role::Bureau, "ju");
        let own = id;
        let handed = school.act(&chief, move |desk| hand(desk, &own, "t1", ""));
        assert!(words(handed).contains("只有指定的人能看"));
    });
}

/// What is refused says why, what is joined follows the other one, nothing is deleted; of two at once the second is told.
#[test]
fn refused_and_joined() {
    on_each_engine(|db| {
        let school = county(db);
        let one = code(send(&school, &sent()));
        school.at("2026-11-24T08:01:00+08:00");
        let other = code(send(&school, &Sent { text: format!("{TEXT}已经快两个月了。"), ..sent() }));
        school.at("2026-11-24T08:02:00+08:00");
        let third = code(send(&school, &Sent { text: "卖茶叶，物美价廉，欢迎光临。".to_owned(), ..sent() }));
        let lines = list(&school, &bureau(), Shown::Received);
        assert_eq!(lines.len(), 3);
        let [first, second, spam] = [0, 1, 2].map(|at| lines[at].id.clone());
        let seen = read(&school, &bureau(), &second).expect("the tip");
        assert_eq!(
            seen.alike.iter().map(|one| one.0.clone()).collect::<Vec<_>>(),
            std::slice::from_ref(&first)
        );
        let (own, main) = (second, first.clone());
        school.act(&bureau(), move |desk| join(desk, &own, &main)).expect("joined");
        assert_eq!(known(&school, &other).state, State::Same.told());
        let own = first;
        school
            .act(&bureau(), move |desk| close(desk, &own, "not_true", "核实过，孩子在外县上学。"))
            .expect("closed");
        assert_eq!(known(&school, &other).answer, known(&school, &one).answer);
        let own = spam.clone();
        assert!(words(school.act(&bureau(), move |desk| refuse(desk, &own, "", ""))).contains("为什么"));
        let own = spam.clone();
        school.act(&bureau(), move |desk| refuse(desk, &own, "flood", "")).expect("refused");
        let own = spam;
        let again = school.act(&bureau(), move |desk| take_up(desk, &own));
        assert!(words(again).contains("未受理"));
        assert_eq!((known(&school, &third).state, known(&school, &third).why), ("没有受理", "广告、刷屏"));
        assert_eq!(school.count("select cast(count(*) as bigint) from tip_off where county = $1"), 3);
    });
}

/// What nobody sorts in time is told once.
#[test]
fn late_ones_are_told_once() {
    on_each_engine(|db| {
        let school = county(db.clone());
        code(send(&school, &sent()));
        let machine = crate::jobs::Machine::with(db, casework::keys::Keys::for_tests());
        let night = |moment: &str| {
            let registry = casework::public::nightly(casework::jobs::Registry::default());
            let runner = casework::jobs::Runner::new(machine.clone(), registry).expect("a runner");
            machine.runs(&runner, moment);
        };
        let told =
            "select cast(count(*) as bigint) from notification where county = $1 and account = 'bureau'";
        assert_eq!(school.count(told), 1);
        school.run("update notification set read_at = '2026-11-24T09:00:00.000+08:00' where county = $1");
        night("2026-11-25T09:00:00+08:00");
        assert_eq!(school.count(told), 1);
        night("2026-11-27T09:00:00+08:00");
        night("2026-11-27T11:00:00+08:00");
        assert_eq!(school.count(told), 2);
        let forms = "select cast(count(*) as bigint) from public_form where county = $1";
        assert_eq!(school.count(forms), 0, "where it came from is kept for a day");
        let waiting = school.act(&bureau(), tips::waiting).expect("what waits");
        assert_eq!((waiting.sort, waiting.held, waiting.handed), (1, 0, 0));
    });
}

/// A small picture as a camera writes it: with a place in it, which must not be kept.
fn camera() -> String {
    use base64::Engine as _;
    let part = |marker: u8, body: &[u8]| {
        let size = u16::try_from(body.len() + 2).expect("short").to_be_bytes();
        [&[0xff, marker], size.as_slice(), body].concat()
    };
    let picture = [
        vec![0xff, 0xd8],
        part(0xe1, b"Exif\0\0GPSLatitude 25.04"),
        part(0xdb, &[0; 65]),
        part(0xc4, &[0; 17]),
        part(0xc0, &[8, 0, 9, 0, 9, 3, 1, 0x11, 0]),
        part(0xda, &[1, 1, 0, 0, 63, 0]),
        vec![1, 2, 3, 0xff, 0xd9],
    ]
    .concat();
    base64::engine::general_purpose::STANDARD.encode(picture)
}

/// E08, F05: photographs of a tip are pictures alone, sealed, three at most, once for a form, and shown to whoever may read the tip and nobody else.
#[test]
fn photographs_come_along() {
    on_each_engine(|db| {
        let school = county(db);
        let with = |photos: &[String]| Sent { photos: photos.to_vec(), ..sent() };
        for (photos, said) in [
            (vec!["!".to_owned()], "收不下"),
            (vec!["aGVsbG8=".to_owned()], "收不下"),
            (vec!["A".repeat(tips::PHOTO_BYTES * 2)], "收不下"),
            (vec![camera(); 4], "最多3张"),
        ] {
            assert!(words(send(&school, &with(&photos))).contains(said));
        }
        assert_eq!(
            school.count("select cast(count(*) as bigint) from tip_off where county = $1"),
            0,
            "nothing half done"
        );
        let code = code(send(&school, &with(&[camera(), String::new(), camera()])));
        assert_eq!(school.count("select cast(count(*) as bigint) from tip_off_photo where county = $1"), 2);
        let id = list(&school, &bureau(), Shown::Received)[0].id.clone();
        assert_eq!(read(&school, &bureau(), &id).expect("the tip").photos, [1, 2]);
        let photo = |by: &SignedIn, nth: i64| {
            let id = id.clone();
            school.act(by, move |desk| tips::photo(desk, &id, nth))
        };
        let image = photo(&bureau(), 1).expect("the picture");
        assert!(image.starts_with(&[0xff, 0xd8]) && !image.windows(3).any(|part| part == b"GPS"));
        let sealed = school.act(&bureau(), |desk| {
            Ok(desk.tx.one(
                "select image_sealed from tip_off_photo where county = $1 and nth = 1",
                &params![COUNTY],
                |row| row.get::<Vec<u8>>(0),
            )?)
        });
        assert!(!sealed.expect("a row").windows(4).any(|part| part == [0xff, 0xd8, 0xff, 0xdb]), "sealed");
        for (by, nth) in [(township(), 1), (head(), 1), (bureau(), 3)] {
            assert!(matches!(photo(&by, nth), Err(Refused::Denied { .. })));
        }
        // 四(二十): the receipt says which office has it and its telephone.
        let receipt = known(&school, &code);
        assert_eq!((receipt.unit.is_empty(), receipt.phone.as_str()), (false, ""));
        school.run(
            "insert into unit_phone (county, id, unit, phone, by_account, at)
             values ($1, 'p1', 'ju', '0872-8521234', 'ub', '2026-11-01T08:00:00.000+08:00')",
        );
        assert_eq!(known(&school, &code).phone, "0872-8521234");
    });
}
