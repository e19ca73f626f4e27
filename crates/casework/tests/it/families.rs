//! The family's page through the storage of both engines, 四(二十): a code for one child, one reason, one time; nothing of the file; answers
//! that reach the unit; hazards A27, F01, F02, H01.

use casework::db::testing::on_each_engine;
use casework::desk::SignedIn;
use casework::ledger;
use casework::public::family::{
    self, Answering, Codes, FamilyPage, Giving, answer, codes, done, give, page, revoke,
};
use casework::public::words::{NewWords, put_words, take_off};
use casework::public::{ticket, visitor};
use casework::refused::Refused;
use casework::today;
use casework::units::set_phone;
use rules::access::Role;
use rules::family::{Answer, Reason};

use crate::attendance::school::{School, bureau, head, who, words};
use crate::county::COUNTY;
use crate::tips::county;

fn township() -> SignedIn {
    who("x1", Role::Township, "t1")
}

fn form(school: &School, about: &str) -> String {
    let about = about.to_owned();
    school.act(&visitor(COUNTY), move |desk| Ok(ticket(desk.keys, desk.now, &about))).expect("a form")
}

fn given(school: &School, by: &SignedIn, child: &str) -> Result<String, Refused> {
    let ticket = form(school, &format!("family {child}"));
    let new = Giving { ticket, reason: "persuade".to_owned(), by_day: "2026-11-30".to_owned() };
    let child = child.to_owned();
    school.act(by, move |desk| give(desk, &child, &new))
}

fn look(school: &School, code: &str) -> Option<FamilyPage> {
    let code = code.to_owned();
    school.act(&visitor(COUNTY), move |desk| page(desk, &code)).expect("an answer")
}

fn says(school: &School, code: &str, kind: &str, day: &str, said: &str) -> Result<Option<()>, Refused> {
    let new = Answering {
        ticket: form(school, "family answer"),
        kind: kind.to_owned(),
        day: day.to_owned(),
        words: said.to_owned(),
    };
    let code = code.to_owned();
    school.act(&visitor(COUNTY), move |desk| answer(desk, &code, &new))
}

fn of(school: &School, by: &SignedIn, child: &str) -> Result<Codes, Refused> {
    let child = child.to_owned();
    school.act(by, move |desk| codes(desk, &child))
}

/// 四(二十): given, read, answered, seen to; the family reads what was done.
#[test]
fn given_read_and_answered() {
    on_each_engine(|db| {
        let school = county(db);
        let child = school.pupils("c1", &["李小甲"]).remove(0);
        let code = given(&school, &township(), &child).expect("a code");
        let shown = look(&school, &code).expect("the page");
        assert_eq!(
            (shown.called.as_str(), shown.reason, shown.unit.as_str()),
            ("李某某，2017年生", Reason::Persuade, "东镇")
        );
        assert_eq!((shown.by_day.as_str(), shown.helps.is_empty()), ("2026-11-30", false));
        assert!(look(&school, &code.to_lowercase()).is_some(), "as it was typed");
        let text = format!("{shown:?}");
        for secret in ["李小甲", "东镇小学", "上村", "13800001234"] {
            assert!(!text.contains(secret), "{secret}");
        }

        assert!(words(says(&school, &code, "", "", "")).contains("请选一项"));
        assert!(words(says(&school, &code, "bring", "", "")).contains("哪一天"));
        assert!(words(says(&school, &code, "bring", "2026-11-20", "")).contains("今天或者以后"));
        assert!(words(says(&school, &code, "object", "", "")).contains("为什么"));
        says(&school, &code, "bring", "2026-11-26", "").expect("answered");
        says(&school, &code, "help", "", "没有钱交车费").expect("answered");
        let today = school.act(&township(), today::today).expect("today");
        let mine: Vec<_> = today.tasks.iter().filter(|task| task.why.contains("家长回复")).collect();
        assert_eq!((mine.len(), mine[0].title.as_str()), (2, "李小甲"));
        let other = school.act(&who("x2", Role::Township, "t2"), today::today).expect("today");
        assert!(other.tasks.iter().all(|task| !task.why.contains("家长回复")));

        let codes = of(&school, &township(), &child).expect("the codes");
        assert_eq!((codes.codes.len(), codes.answers.len()), (1, 2));
        assert!(codes.answers.iter().any(|one| one.words == "没有钱交车费" && one.is_ours));
        let bring = codes.answers.iter().find(|one| one.kind == Answer::Bring.label()).expect("the answer");
        let id = bring.id.clone();
        for (by, said) in [(&bureau(), "已经联系"), (&head(), "已经联系")] {
            let own = id.clone();
            let refused = school.act(by, move |desk| done(desk, &own, said));
            assert!(matches!(refused, Err(Refused::Denied { .. })), "another unit's answer");
        }
        let own = id.clone();
        assert!(
            words(school.act(&township(), move |desk| done(desk, &own, "李小甲周四来"))).contains("姓名")
        );
        let own = id.clone();
        school.act(&township(), move |desk| done(desk, &own, "周四我们来接")).expect("done");
        let own = id;
        assert!(matches!(
            school.act(&township(), move |desk| done(desk, &own, "又来")),
            Err(Refused::Changed { .. })
        ));
        let shown = look(&school, &code).expect("the page");
        let bring = shown.given.iter().find(|one| one.kind == Answer::Bring).expect("the answer");
        assert_eq!(bring.done, "周四我们来接");
        assert!(
            !format!("{shown:?}").contains("车费"),
            "whoever finds the letter does not read what was answered"
        );
    });
}

/// A27, F01, F02: a code opens its own child and nothing else; one that is wrong, over or revoked is as one that never was.
#[test]
fn codes_that_do_not_count() {
    on_each_engine(|db| {
        let school = county(db);
        let child = school.pupils("c1", &["李小甲"]).remove(0);
        assert!(matches!(
            given(&school, &who("x2", Role::Township, "t2"), &child),
            Err(Refused::Denied { .. })
        ));
        assert!(matches!(
            given(&school, &who("v", Role::Village, "t1"), &child),
            Err(Refused::Denied { .. })
        ));
        let code = given(&school, &head(), &child).expect("a code");
        for wrong in ["", "1", "' or 1=1", code.get(1..).expect("digits"), &"A".repeat(3000)] {
            assert!(
                look(&school, wrong).is_none()
                    && matches!(says(&school, wrong, "call", "", "张三"), Ok(None))
            );
        }
        let listed = of(&school, &head(), &child).expect("the codes");
        assert!(listed.codes[0].is_live && listed.codes[0].may_revoke);
        let id = listed.codes[0].id.clone();
        let own = id.clone();
        assert!(matches!(
            school.act(&township(), move |desk| revoke(desk, &own)),
            Err(Refused::Denied { .. })
        ));
        school.act(&head(), move |desk| revoke(desk, &id)).expect("revoked");
        assert!(look(&school, &code).is_none());
        let code = given(&school, &head(), &child).expect("another");
        school.at("2026-12-25");
        assert!(look(&school, &code).is_none(), "over");
        // Only its index lies in the database.
        assert_eq!(school.count("select cast(count(*) as bigint) from family_code where county = $1 and length(code_index) = 32"), 2);
    });
}

/// H01: two clicks are one code and one answer; a letter box has a bottom; a merge takes everything along.
#[test]
fn once_each() {
    on_each_engine(|db| {
        let school = county(db);
        let ids = school.pupils("c1", &["李小甲", "李小甲"]);
        let (kept, gone) = (ids[0].clone(), ids[1].clone());
        let new = Giving {
            ticket: form(&school, &format!("family {gone}")),
            reason: "absent".to_owned(),
            by_day: String::new(),
        };
        let twice: Vec<String> = (0..2)
            .map(|_| {
                let (new, child) = (new.clone(), gone.clone());
                school.act(&head(), move |desk| give(desk, &child, &new)).expect("a code")
            })
            .collect();
        assert_eq!(twice[0], twice[1]);
        assert_eq!(school.count("select cast(count(*) as bigint) from family_code where county = $1"), 1);
        let (new, child) = (new, kept.clone());
        let other = school.act(&head(), move |desk| give(desk, &child, &new));
        assert!(words(other).contains("打开得太久"), "a form is for one child");
        let new = Answering {
            ticket: form(&school, "family answer"),
            kind: "call".to_owned(),
            day: String::new(),
            words: "晚上打".to_owned(),
        };
        for _ in 0..2 {
            let (new, code) = (new.clone(), twice[0].clone());
            assert!(
                school
                    .act(&visitor(COUNTY), move |desk| answer(desk, &code, &new))
                    .expect("answered")
                    .is_some()
            );
        }
        assert_eq!(school.count("select cast(count(*) as bigint) from family_answer where county = $1"), 1);
        for _ in 1..20 {
            says(&school, &twice[0], "call", "", "晚上打").expect("answered");
        }
        assert!(words(says(&school, &twice[0], "call", "", "晚上打")).contains("很多次"));
        let (a, b) = (kept.clone(), gone);
        school
            .act(&bureau(), move |desk| ledger::merge(desk, &a, &b, "同一个孩子登记了两次"))
            .expect("merged");
        assert_eq!(of(&school, &head(), &kept).expect("the codes").answers.len(), 20);
        let _: Vec<_> = school.act(&head(), family::waiting).expect("what waits");
    });
}

fn put(school: &School, by: &SignedIn, new: &NewWords) -> Result<(), Refused> {
    let new = new.clone();
    school.act(by, move |desk| put_words(desk, &new, None))
}

/// 六(三), F06: what the county enters in a language stands on the family's page with who stands for it; two people, nobody named, a later entry
/// holds, and taken off is gone; the office's telephone stands beside (四(二十)).
#[test]
fn other_languages_and_the_telephone() {
    on_each_engine(|db| {
        let school = county(db);
        let child = school.pupils("c1", &["李甲"]).remove(0);
        let code = given(&school, &township(), &child).expect("a code");
        let new = NewWords {
            language: "bca".to_owned(),
            words: "请家长带孩子去学校（此处由县里请人译）".to_owned(),
            translator: "段某某".to_owned(),
            day: "2026-11-01".to_owned(),
            reviewer: "杨某某".to_owned(),
            keep_sound: true,
        };
        let alone = NewWords { reviewer: "段某某".to_owned(), ..new.clone() };
        assert!(words(put(&school, &bureau(), &alone)).contains("另一个人"));
        let blank = NewWords { words: String::new(), ..new.clone() };
        assert!(words(put(&school, &bureau(), &blank)).contains("至少要有一样"));
        let later = NewWords { day: "2027-01-01".to_owned(), ..new.clone() };
        assert!(matches!(put(&school, &bureau(), &later), Err(Refused::Invalid(_))));
        for by in [township(), head()] {
            assert!(matches!(put(&school, &by, &new), Err(Refused::Denied { .. })));
        }
        assert!(look(&school, &code).expect("the page").spoken.is_empty());
        put(&school, &bureau(), &new).expect("entered");
        let page = look(&school, &code).expect("the page");
        assert_eq!((page.spoken.len(), page.spoken[0].has_sound), (1, false));
        assert!(page.spoken[0].by.contains("段某某译") && page.spoken[0].by.contains("杨某某审读"));
        school.act(&bureau(), |desk| take_off(desk, "bca")).expect("taken off");
        assert!(look(&school, &code).expect("the page").spoken.is_empty());
        assert_eq!(
            school.count("select cast(count(*) as bigint) from family_word where county = $1"),
            2,
            "nothing is lost"
        );

        let phone =
            |by: &SignedIn, number: &'static str| school.act(by, move |desk| set_phone(desk, "t1", number));
        assert!(words(phone(&bureau(), "13800001234")).contains("办公电话"));
        assert!(matches!(phone(&township(), "0872-8521234"), Err(Refused::Denied { .. })));
        let own = who("ub", Role::UnitAdmin, "t1");
        for _ in 0..2 {
            phone(&own, "0872-8521234").expect("entered");
        }
        assert_eq!(school.count("select cast(count(*) as bigint) from unit_phone where county = $1"), 1);
        assert!(matches!(
            phone(&who("ub2", Role::UnitAdmin, "t2"), "0872-1234567"),
            Err(Refused::Denied { .. })
        ));
        assert_eq!(look(&school, &code).expect("the page").phone, "0872-8521234");
    });
}
