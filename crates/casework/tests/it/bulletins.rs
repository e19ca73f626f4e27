//! 通报, 五(七), 六(四), through the storage of both engines: on what is on record, the word of the unit to the letter, the second person, numbers without a
//! gap, corrections by another bulletin; hazards A02, B05, B11, B13, F06, H01.

use casework::bulletins::{
    self as all, NewBulletin, NewPoint, add_point, amend, approve, begin, bulletin, bulletins, drop_bulletin,
    everybody, give_back, issue, nameable, offered, reply, send, withdraw_point,
};
use casework::db::testing::on_each_engine;
use casework::desk::SignedIn;
use casework::refused::Refused;
use casework::today::today;
use rules::access::{Role, Standing};
use rules::bulletin::{Kind, PointStand, Source, Stand};

use crate::attendance::school::{School, bureau, head, who};
use crate::county::COUNTY;
use crate::pictured::pictured;

fn leads(account: &str, role: Role, unit: &str) -> SignedIn {
    let mut one = who(account, role, unit);
    one.actor.posts[0].standing = Standing::Leads;
    one
}

fn office() -> SignedIn {
    leads("li", Role::Inspector, "du")
}

fn director() -> SignedIn {
    leads("zhu", Role::Director, "zb")
}

fn township() -> SignedIn {
    who("x1", Role::Township, "t1")
}

fn county(db: casework::db::Db) -> School {
    let school = School::new(db);
    school.pupils("c1", &["李春燕", "李甲"]);
    for (id, kind) in [("du", "office"), ("zb", "office")] {
        school.run(format!(
            "insert into unit (county, id, kind, line, name, short, sort, from_day)
             values ($1, '{id}', '{kind}', 'government', '{id}', '{id}', 91, '2020-01-01')"
        ));
    }
    school.run(
        "insert into inspection_finding (county, id, inspection, unit, item, words, evidence, due_day, state, by_account, at)
         values ($1, 'f1', 'i', 't1', 'x', '没有走访记录', '台账', '2026-11-01', 'open', 'li', '2026-10-01T08:00:00.000+08:00')",
    );
    school.run(
        "insert into inspection_finding (county, id, inspection, unit, item, words, evidence, due_day, state, by_account, at)
         values ($1, 'f2', 'i', 's1', 'x', '当天没有联系', '记录', '2026-11-01', 'closed', 'li', '2026-10-01T08:00:00.000+08:00')",
    );
    school
}

fn begun(school: &School, by: &SignedIn, kind: Kind, title: &str) -> Result<String, Refused> {
    let new = NewBulletin {
        kind: Some(kind),
        title: title.to_owned(),
        opening: "本学期督导检查中发现以下情况，现予通报。".to_owned(),
        ask: "请一周内改好。".to_owned(),
    };
    school.act(by, move |desk| begin(desk, &new))
}

fn added(
    school: &School,
    by: &SignedIn,
    id: &str,
    unit: &str,
    words: &str,
    key: &str,
) -> Result<i64, Refused> {
    let keys = if key.is_empty() { Vec::new() } else { vec![key.to_owned()] };
    let (id, new) =
        (id.to_owned(), NewPoint { unit: unit.to_owned(), words: words.to_owned(), evidence: keys });
    school.act(by, move |desk| add_point(desk, &id, &new))
}

fn on(
    school: &School,
    by: &SignedIn,
    id: &str,
    mut act: impl FnMut(&mut casework::desk::Desk<'_, '_>, &str) -> Result<(), Refused> + Send + 'static,
) -> Result<(), Refused> {
    let id = id.to_owned();
    school.act(by, move |desk| act(desk, &id))
}

fn rule<T: std::fmt::Debug>(done: Result<T, Refused>) -> String {
    match done {
        Err(Refused::Rule { what, .. }) => what,
        other => panic!("{other:?}"),
    }
}

/// A bulletin about the township's finding, as far as it was sent.
fn sent(school: &School, title: &str) -> String {
    let id = begun(school, &office(), Kind::Problem, title).expect("begun");
    added(school, &office(), &id, "t1", "走访没有记录，查不到去过没有。", "finding:f1").expect("added");
    on(school, &office(), &id, send).expect("sent");
    id
}

/// 五(七): from the record to the number: evidence frozen, the unit's word to the letter, the second person; seen by nobody before their time.
#[test]
fn from_the_record_to_the_number() {
    on_each_engine(|db| {
        let school = county(db);
        for other in [head(), who("ga", Role::Police, "ga"), director()] {
            assert!(matches!(
                begun(&school, &other, Kind::Problem, "第一学期情况通报"),
                Err(Refused::Denied { .. })
            ));
        }
        let id = begun(&school, &office(), Kind::Problem, "第一学期情况通报").expect("begun");
        assert_eq!(
            begun(&school, &office(), Kind::Problem, "第一学期情况通报").expect("the same"),
            id,
            "H01"
        );
        let own = id.clone();
        let found = school.act(&office(), move |desk| offered(desk, &own, "t1")).expect("what is on record");
        let one = found.iter().find(|one| one.key == "finding:f1").expect("the finding");
        assert!(
            one.source == Source::Finding && one.facts.contains("没有走访记录") && one.good == Some(false)
        );
        assert!(rule(added(&school, &office(), &id, "t1", "工作不力", "")).contains("没有依据"));
        assert!(matches!(
            added(&school, &office(), &id, "t1", "工作不力", "finding:f2"),
            Err(Refused::Invalid(_))
        ));
        for words in ["李春燕没有人管", "还有3名学生没有返校", "全县排名靠后", "电话13800001234"]
        {
            assert!(
                matches!(added(&school, &office(), &id, "t1", words, "finding:f1"), Err(Refused::Invalid(_))),
                "{words}"
            );
        }
        let words = "走访没有记录，查不到去过没有。";
        assert_eq!(added(&school, &office(), &id, "t1", words, "finding:f1").expect("added"), 1);
        assert_eq!(added(&school, &office(), &id, "t1", words, "finding:f1").expect("the same"), 1, "H01");
        // The township does not know of it yet.
        assert!(school.act(&township(), bulletins).expect("the list").is_empty());
        assert!(matches!(
            on(&school, &township(), &id, |desk, id| reply(desk, id, 1, true, "")),
            Err(Refused::Denied { .. })
        ));
        on(&school, &office(), &id, send).expect("sent");
        let tasks = school.act(&township(), today).expect("today").tasks;
        assert!(
            tasks.iter().any(|task| task.href == format!("/bulletins/{id}") && task.due == "2026-12-01"),
            "{tasks:?}"
        );
        // What changes afterwards changes nothing of what was frozen.
        school.run(
            "update inspection_finding set state = 'closed', words = '别的' where county = $1 and id = 'f1'",
        );
        for other in [head(), bureau(), who("x2", Role::Township, "t2")] {
            assert!(matches!(
                on(&school, &other, &id, |desk, id| bulletin(desk, id).map(drop)),
                Err(Refused::Denied { .. })
            ));
        }
        assert!(
            rule(on(&school, &director(), &id, |desk, id| approve(desk, id, true)))
                .contains("还有单位没有答复")
        );
        assert!(matches!(
            on(&school, &township(), &id, |desk, id| reply(desk, id, 1, false, "李春燕家去过")),
            Err(Refused::Invalid(_))
        ));
        let said = "去过，记录在村里，没有录进系统。";
        on(&school, &township(), &id, move |desk, id| reply(desk, id, 1, false, said)).expect("answered");
        assert!(
            rule(on(&school, &township(), &id, |desk, id| reply(desk, id, 1, true, "")))
                .contains("已经答复过")
        );
        assert!(rule(on(&school, &office(), &id, |desk, id| approve(desk, id, true))).contains("您起草的"));
        assert!(
            rule(on(&school, &office(), &id, |desk, id| issue(desk, id).map(drop))).contains("还没有审核")
        );
        on(&school, &director(), &id, |desk, id| approve(desk, id, true)).expect("approved");
        on(&school, &office(), &id, |desk, id| issue(desk, id).map(drop)).expect("issued");
        assert!(rule(on(&school, &office(), &id, |desk, id| issue(desk, id).map(drop))).contains("已经印发"));
        let own = id.clone();
        let file = school.act(&head(), move |desk| bulletin(desk, &own)).expect("everybody of the county");
        assert_eq!(file.line.word, "南涧县教督办通报〔2026〕1号");
        assert!(file.points[0].facts[0].1.contains("没有走访记录") && file.points[0].reply == said);
        let own = id;
        let paper = school.act(&head(), move |desk| all::paper(desk, &own, "http://x")).expect("the paper");
        let text = format!("{:?}", paper.paper);
        assert!(text.contains(said) && text.contains("没有走访记录") && !paper.paper.squares.is_empty());
        let rows: Result<_, Refused> = school.db.read(|tx| everybody(tx, COUNTY));
        let rows = rows.expect("for everybody");
        assert_eq!(rows.len(), 1);
        assert!(rows[0].points[0].1.iter().any(|line| line.contains(said)));
    });
}

/// 五(七): praise has evidence too; what is taken back says why; another person gives back; numbers have no gap; a wrong one is followed by another.
#[test]
fn praise_corrections_and_numbers() {
    on_each_engine(|db| {
        let school = county(db);
        let praise = begun(&school, &office(), Kind::Praise, "关于表扬整改及时的通报").expect("begun");
        assert!(matches!(
            added(&school, &office(), &praise, "t1", "做得很好", "finding:f1"),
            Err(Refused::Invalid(_))
        ));
        added(&school, &office(), &praise, "s1", "问题当周改好，记录齐全。", "finding:f2").expect("added");
        on(&school, &office(), &praise, send).expect("sent");
        on(&school, &head(), &praise, |desk, id| reply(desk, id, 1, true, "")).expect("agreed");
        on(&school, &director(), &praise, |desk, id| give_back(desk, id, "标题写短些")).expect("given back");
        on(&school, &office(), &praise, send).expect("sent again");
        on(&school, &director(), &praise, |desk, id| approve(desk, id, false)).expect("the answer stands");
        on(&school, &office(), &praise, |desk, id| issue(desk, id).map(drop)).expect("issued");

        let dropped = sent(&school, "第一学期情况通报");
        on(&school, &office(), &dropped, |desk, id| withdraw_point(desk, id, 1, "核对后不成立"))
            .expect("withdrawn");
        assert!(
            rule(on(&school, &township(), &dropped, |desk, id| reply(desk, id, 1, true, "")))
                .contains("不通报了")
        );
        assert!(
            rule(on(&school, &director(), &dropped, |desk, id| approve(desk, id, false)))
                .contains("一条也没有")
        );
        on(&school, &office(), &dropped, |desk, id| drop_bulletin(desk, id, "不成立")).expect("dropped");

        let second = sent(&school, "第二次情况通报");
        // The time to answer passes.
        *school.at.borrow_mut() = "2026-12-02T09:00:00+08:00".to_owned();
        assert!(
            school
                .act(&director(), today)
                .expect("today")
                .tasks
                .iter()
                .any(|one| one.href.ends_with(&second))
        );
        on(&school, &director(), &second, |desk, id| approve(desk, id, true))
            .expect("approved without an answer");
        on(&school, &office(), &second, |desk, id| issue(desk, id).map(drop)).expect("issued");
        let numbers = school.count("select cast(max(number) as bigint) from bulletin where county = $1");
        assert_eq!(numbers, 2, "what was dropped has no number");

        let own = second.clone();
        let why = "记录后来找到了，这一条不成立。";
        let amended = school
            .act(&office(), move |desk| amend(desk, &own, Some(Kind::Withdrawal), why))
            .expect("a withdrawal");
        let own = second.clone();
        let again = school.act(&office(), move |desk| amend(desk, &own, Some(Kind::Withdrawal), why));
        assert_eq!(again.expect("the same"), amended, "H01");
        assert!(rule(added(&school, &office(), &amended, "t1", "再加一条", "finding:f1")).contains("原通报"));
        on(&school, &office(), &amended, send).expect("sent");
        on(&school, &township(), &amended, |desk, id| reply(desk, id, 1, true, "")).expect("agreed");
        on(&school, &director(), &amended, |desk, id| approve(desk, id, true)).expect("approved");
        on(&school, &office(), &amended, |desk, id| issue(desk, id).map(drop)).expect("issued");
        let own = second;
        let old = school.act(&township(), move |desk| bulletin(desk, &own)).expect("the old one");
        assert_eq!((old.line.stand, old.amended.len()), (Stand::Issued, 1), "it stays, and says so");
        assert_eq!(old.points[0].stand, PointStand::Waiting);
        let rows: Result<_, Refused> = school.db.read(|tx| everybody(tx, COUNTY));
        let rows = rows.expect("for everybody");
        assert!(rows.iter().any(|one| one.amended.contains("已撤回")));
    });
}

/// 五(七), A02: a township names what lies in it, and nobody reads what is not for them.
#[test]
fn a_township_speaks_of_its_own() {
    on_each_engine(|db| {
        let school = county(db);
        let id = begun(&school, &township(), Kind::Praise, "镇内整改情况通报").expect("begun");
        let own = id.clone();
        let units = school.act(&township(), move |desk| nameable(desk, &own)).expect("units");
        assert!(units.iter().any(|one| one.0 == "s1") && !units.iter().any(|one| one.0 == "s2"), "{units:?}");
        assert!(
            rule(added(&school, &township(), &id, "s2", "问题当周改好。", "finding:f2")).contains("本乡镇")
        );
        assert!(
            rule(added(&school, &township(), &id, "t1", "问题当周改好。", "finding:f2"))
                .contains("自己的单位")
        );
        added(&school, &township(), &id, "s1", "问题当周改好。", "finding:f2").expect("added");
        on(&school, &township(), &id, send).expect("sent");
        on(&school, &head(), &id, |desk, id| reply(desk, id, 1, true, "")).expect("agreed");
        let lead = leads("x9", Role::Township, "t1");
        on(&school, &lead, &id, |desk, id| approve(desk, id, false)).expect("by who leads there");
        on(&school, &township(), &id, |desk, id| issue(desk, id).map(drop)).expect("issued");
        let other = who("h2", Role::Head, "s2");
        assert!(matches!(
            on(&school, &other, &id, |desk, id| bulletin(desk, id).map(drop)),
            Err(Refused::Denied { .. })
        ));
        assert!(on(&school, &bureau(), &id, |desk, id| bulletin(desk, id).map(drop)).is_ok());
    });
}

/// 五(七), 六(四): a bulletin says its number, whom it is about, each point with what it rests on and the unit's word, and what is asked; praise too; as
/// PDF and DOCX.
#[test]
fn every_paper_of_a_bulletin_says_what_it_must() {
    on_each_engine(|db| {
        let school = county(db);
        let problem = sent(&school, "关于第一学期走访记录的通报");
        let answer = "去过，记录在村里，没有录进系统；月底以前补录，以后当天录。";
        on(&school, &township(), &problem, move |desk, id| reply(desk, id, 1, false, answer))
            .expect("answered");
        let praise = begun(&school, &office(), Kind::Praise, "关于当天整改的通报").expect("begun");
        added(&school, &office(), &praise, "s1", "发现问题当天整改，联系有记录。", "finding:f2")
            .expect("added");
        on(&school, &office(), &praise, send).expect("sent");
        let first = [
            "南涧县教督办通报〔2026〕1号",
            "关于第一学期走访记录的通报",
            "一、东镇",
            "走访没有记录，查不到去过没有。",
            "没有走访记录",
            "单位意见：去过，记录在村里，没有录进系统；月底以前补录，以后当天录。",
            "二、要求",
            "请一周内改好。",
            "不给学校排名，不写孩子的姓名",
        ];
        let second =
            ["南涧县教督办通报〔2026〕2号", "发现问题当天整改，联系有记录。", "单位意见：没有意见。", "要求"];
        on(&school, &head(), &praise, |desk, id| reply(desk, id, 1, true, "")).expect("agreed");
        for (id, name, must) in
            [(problem, "bulletin-problem", &first[..]), (praise, "bulletin-praise", &second[..])]
        {
            on(&school, &director(), &id, |desk, id| approve(desk, id, true)).expect("approved");
            on(&school, &office(), &id, |desk, id| issue(desk, id).map(drop)).expect("issued");
            let paper = school.act(&head(), move |desk| all::paper(desk, &id, "https://baoxue.example"));
            let paper = paper.expect("the paper").paper;
            assert!(!paper.squares.is_empty(), "{name}: it can be checked");
            pictured(name, &paper, must, &["李春燕", "李甲"]);
        }
    });
}
