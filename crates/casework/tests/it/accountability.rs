//! 问责, 五(七), 六(四), through the storage of both engines: on what repeats, the unit heard, another who decides, followed until it is seen; sealed, and
//! read by nobody else. Hazards A02, B05, B11, B13, H01.

use casework::accountability::{
    Decision, NewFile, accept, candidates, decide, file, files, mend, notice, open, return_mending, silent,
    state,
};
use casework::db::testing::on_each_engine;
use casework::desk::SignedIn;
use casework::refused::Refused;
use casework::today::today;
use rules::access::{Role, Standing};
use rules::accountability::{Act, Stand};

use crate::attendance::school::{School, bureau, head, who};
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

fn mayor() -> SignedIn {
    leads("zhen", Role::Township, "t1")
}

fn county(db: casework::db::Db, findings: usize) -> School {
    let school = School::new(db);
    school.pupils("c1", &["李春燕"]);
    for nth in 0..findings {
        school.run(format!(
            "insert into inspection_finding (county, id, inspection, unit, item, words, evidence, due_day, state, by_account, at)
             values ($1, 'f{nth}', 'i', 't1', 'x', '没有走访记录', '台账', '2026-11-01', 'open', 'li', '2026-10-01T08:00:00.000+08:00')"
        ));
    }
    school
}

fn new() -> NewFile {
    NewFile {
        unit: "t1".to_owned(),
        origin: "findings".to_owned(),
        post: "分管副镇长".to_owned(),
        ground: "law53".to_owned(),
        article: String::new(),
        words: "两次督导发现的问题到期都没有改。".to_owned(),
    }
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

fn decision(measure: &str, day: &str) -> Decision {
    Decision {
        measure: measure.to_owned(),
        organ: "县人民政府教育督导委员会".to_owned(),
        words: "约谈分管负责人，逐件办完。".to_owned(),
        mend_day: day.to_owned(),
    }
}

/// 六(四): the record must bear it; then the unit is heard, another decides, the unit mends, the office looks.
#[test]
fn from_the_record_to_the_end() {
    on_each_engine(|db| {
        let school = county(db, 2);
        for other in [bureau(), head(), director(), mayor()] {
            assert!(matches!(
                school.act(&other, move |desk| open(desk, &new())),
                Err(Refused::Denied { .. })
            ));
        }
        let found = school.act(&office(), candidates).expect("what is on record");
        assert_eq!(found.iter().map(|one| one.unit.as_str()).collect::<Vec<_>>(), ["t1"]);
        let less = || NewFile { origin: "bulletins".to_owned(), ..new() };
        assert!(rule(school.act(&office(), move |desk| open(desk, &less()))).contains("不够立案"));
        let named = || NewFile { words: "李春燕一直没有人管".to_owned(), ..new() };
        assert!(matches!(school.act(&office(), move |desk| open(desk, &named())), Err(Refused::Invalid(_))));
        let without = || NewFile { ground: "measures".to_owned(), ..new() };
        assert!(matches!(
            school.act(&office(), move |desk| open(desk, &without())),
            Err(Refused::Invalid(_))
        ));
        let guessed =
            || NewFile { ground: "task".to_owned(), article: "好像是第八条".to_owned(), ..new() };
        assert!(matches!(
            school.act(&office(), move |desk| open(desk, &guessed())),
            Err(Refused::Invalid(_))
        ));
        let id = school.act(&office(), move |desk| open(desk, &new())).expect("opened");
        assert_eq!(school.act(&office(), move |desk| open(desk, &new())).expect("the same"), id, "H01");
        assert!(school.act(&office(), candidates).expect("nothing more").is_empty());

        // Whoever leads the unit reads it; nobody else of it, and no other unit.
        for other in [who("x1", Role::Township, "t1"), leads("t2", Role::Township, "t2"), head(), bureau()] {
            assert!(matches!(
                on(&school, &other, &id, |desk, id| file(desk, id).map(drop)),
                Err(Refused::Denied { .. })
            ));
        }
        assert!(school.act(&mayor(), today).expect("today").tasks.iter().any(|one| one.href.ends_with(&id)));
        assert!(
            rule(on(&school, &director(), &id, |desk, id| decide(desk, id, &decision("talk", "2026-12-20"))))
                .contains("还没有听取")
        );
        assert!(rule(on(&school, &office(), &id, silent)).contains("期限还没有到"));
        on(&school, &mayor(), &id, |desk, id| state(desk, id, "换了人，交接时漏了，月底补齐。"))
            .expect("heard");
        assert!(
            rule(on(&school, &office(), &id, |desk, id| decide(desk, id, &decision("talk", "2026-12-20"))))
                .contains("您立的")
        );
        for wrong in [decision("", "2026-12-20"), decision("talk", ""), decision("talk", "2026-11-24")] {
            assert!(matches!(
                on(&school, &director(), &id, move |desk, id| decide(desk, id, &wrong)),
                Err(Refused::Invalid(_))
            ));
        }
        on(&school, &director(), &id, |desk, id| decide(desk, id, &decision("talk", "2026-12-20")))
            .expect("decided");
        let own = id.clone();
        let paper = school.act(&mayor(), move |desk| notice(desk, &own, "http://x")).expect("the notice");
        assert_eq!(
            (paper.paper.title.as_str(), paper.word.as_str()),
            ("约谈通知书", "南涧县教督办问责〔2026〕1号")
        );
        assert!(
            rule(on(&school, &office(), &id, |desk, id| accept(desk, id, "看过了"))).contains("还没有报告")
        );
        on(&school, &mayor(), &id, |desk, id| mend(desk, id, "全部补齐，有记录。")).expect("reported");
        assert!(matches!(
            on(&school, &mayor(), &id, |desk, id| accept(desk, id, "看过了")),
            Err(Refused::Denied { .. })
        ));
        on(&school, &office(), &id, |desk, id| return_mending(desk, id, "还差两条")).expect("given back");
        on(&school, &mayor(), &id, |desk, id| mend(desk, id, "两条也补了。")).expect("reported");
        on(&school, &office(), &id, |desk, id| accept(desk, id, "逐条看过，都有。")).expect("closed");
        let own = id;
        let one = school.act(&mayor(), move |desk| file(desk, &own)).expect("the file");
        assert_eq!((one.line.stand, one.said.len(), one.may.len()), (Stand::Closed, 7, 0));
        assert!(one.said.iter().any(|said| said.act == Act::State && said.words.contains("换了人")));
        let open_words = school.count(
            "select cast(count(*) as bigint) from accountability_act where county = $1 and words_sealed is null",
        );
        assert_eq!(open_words, 0, "everything that was said is sealed");
        assert_eq!(school.act(&office(), files).expect("the list").len(), 1);
    });
}

/// 五(七): who does not speak in time is gone on without; and what is decided may be nothing.
#[test]
fn silence_and_nothing() {
    on_each_engine(|db| {
        let school = county(db, 2);
        let known = || NewFile { ground: "task".to_owned(), ..new() };
        let id = school.act(&office(), move |desk| open(desk, &known())).expect("opened");
        let own = id.clone();
        let one = school.act(&office(), move |desk| file(desk, &own)).expect("the file");
        assert_eq!(
            one.article, "《教育督导问责办法》（国教督〔2021〕2号）所列“教育攻坚任务完成严重滞后”的情形",
            "the situation is named, and no number is made up"
        );
        *school.at.borrow_mut() = "2026-12-02T09:00:00+08:00".to_owned();
        on(&school, &office(), &id, silent).expect("put down");
        assert!(matches!(
            on(&school, &mayor(), &id, |desk, id| state(desk, id, "现在来说明")),
            Err(Refused::Rule { .. })
        ));
        on(&school, &director(), &id, |desk, id| decide(desk, id, &decision("nothing", "")))
            .expect("decided");
        let own = id.clone();
        let one = school.act(&office(), move |desk| file(desk, &own)).expect("the file");
        assert_eq!(one.line.stand, Stand::Closed);
        let own = id;
        assert!(matches!(
            school.act(&office(), move |desk| notice(desk, &own, "")),
            Err(Refused::Denied { .. })
        ));
    });
}

/// 教育督导问责办法: the notice says what the matter is, what is on record, on what it rests, what was decided by whom, from when on and until when it is
/// put right; each kind of it as PDF and DOCX.
#[test]
fn every_paper_of_a_file_says_what_it_must() {
    for (measure, title, day) in [
        ("talk", "约谈通知书", "2026-12-20"),
        ("circular", "教育督导问责通知书", "2026-12-20"),
        ("mend", "整改通知书", "2026-12-20"),
        ("transfer", "问题线索移送函", ""),
    ] {
        on_each_engine(|db| {
            let school = county(db, 3);
            let opened = || NewFile { ground: "task".to_owned(), ..new() };
            let id = school.act(&office(), move |desk| open(desk, &opened())).expect("opened");
            on(&school, &mayor(), &id, |desk, id| state(desk, id, "换了人，交接时漏了，月底补齐。"))
                .expect("heard");
            let words = "约谈分管负责人。到期的任务逐件办完，职责逐条填落实证明。\n以后每月自查一次，自查情况在系统里写明，由督导委办公室按学期抽查；抽查不属实的，按原决定从重处理。";
            on(&school, &director(), &id, move |desk, id| {
                decide(desk, id, &Decision { words: words.to_owned(), ..decision(measure, day) })
            })
            .expect("decided");
            let own = id;
            let kept = school.act(&mayor(), move |desk| notice(desk, &own, "https://baoxue.example"));
            let paper = kept.expect("the notice").paper;
            let mut must = vec![
                title,
                "南涧县教督办问责〔2026〕1号",
                "责任单位 东镇",
                "责任岗位 分管副镇长",
                "记录的事实 东镇督导发现的问题有3个过了期限没有整改到位",
                "《教育督导问责办法》（国教督〔2021〕2号）所列“教育攻坚任务完成严重滞后”的情形",
                "五(七)、六(四)",
                "作出决定的机关 县人民政府教育督导委员会",
                "生效时间 2026年11月24日",
                "以后每月自查一次",
                "南涧彝族自治县人民政府教育督导委员会办公室",
                "2026年11月24日",
            ];
            if !day.is_empty() {
                must.extend(["整改期限 2026年12月20日以前", "书面提出"]);
            }
            assert!(!paper.squares.is_empty(), "{measure}: it can be checked");
            pictured(&format!("notice-{measure}"), &paper, &must, &["李春燕"]);
        });
    }
}
