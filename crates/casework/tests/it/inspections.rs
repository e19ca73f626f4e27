//! 督导 and 考核, 五(十二), 四(四), 六(四), through the storage of both engines: the draw that can be proved, the checklist, findings until another has seen,
//! the result that names nobody, the assessment with its reply; hazards B05, B13, F06.

use casework::conference::TaskShown;
use casework::db::testing::on_each_engine;
use casework::desk::SignedIn;
use casework::inspections::{
    self, NewFinding, NewInspection, Ticked, assessed, assessed_units, begin, close, find, finding, findings,
    give_back, inspection, inspections as all, mark, not_visited, place, propose, publish, published, refuse,
    reply, report, tick,
};
use casework::refused::Refused;
use casework::today::today;
use rules::access::{Role, Standing};
use rules::inspection::{Kind, Mark, Seen, Stand};

use crate::attendance::school::{School, bureau, head, who};
use crate::county::COUNTY;
use crate::pictured::pictured;

/// Who leads the office of inspection.
fn office() -> SignedIn {
    let mut office = who("li", Role::Inspector, "du");
    office.actor.posts[0].standing = Standing::Leads;
    office
}

fn second() -> SignedIn {
    let mut second = who("li2", Role::Inspector, "du");
    second.actor.posts[0].standing = Standing::Leads;
    second
}

/// The 责任督学 of the first school.
fn inspector() -> SignedIn {
    who("i1", Role::Inspector, "s1")
}

fn township() -> SignedIn {
    who("x1", Role::Township, "t1")
}

fn county(db: casework::db::Db) -> School {
    let school = School::new(db);
    school.pupils("c1", &["李春燕", "李甲"]);
    school.pupils("c2", &["王乙"]);
    school.pupils("c3", &["张丙"]);
    school.run(
        "insert into unit (county, id, kind, line, name, short, sort, from_day)
         values ($1, 'du', 'office', 'government', '督导办', '督导办', 91, '2020-01-01')",
    );
    school
}

fn begun(
    school: &School,
    by: &SignedIn,
    kind: Kind,
    of: &'static str,
    wanted: usize,
) -> Result<String, Refused> {
    school.act(by, move |desk| begin(desk, &NewInspection { kind, school: of.to_owned(), wanted }))
}

fn ticked(
    school: &School,
    by: &SignedIn,
    id: &str,
    item: &'static str,
    seen: Seen,
    words: &'static str,
) -> Result<usize, Refused> {
    let id = id.to_owned();
    school.act(by, move |desk| {
        tick(desk, &id, "s1", &[Ticked { item: item.to_owned(), seen, words: words.to_owned() }])
    })
}

fn found(
    school: &School,
    by: &SignedIn,
    id: &str,
    unit: &'static str,
    words: &'static str,
) -> Result<String, Refused> {
    let id = id.to_owned();
    school.act(by, move |desk| {
        let new = NewFinding {
            item: "called_daily".to_owned(),
            words: words.to_owned(),
            evidence: "11月20日的点名册".to_owned(),
            due: "2026-12-10".to_owned(),
        };
        find(desk, &id, unit, &new)
    })
}

fn rule<T: std::fmt::Debug>(done: Result<T, Refused>) -> String {
    match done {
        Err(Refused::Rule { what, .. }) => what,
        other => panic!("{other:?}"),
    }
}

/// 五(十二): the program draws; the seed proves it, and what was changed afterwards shows; once a term; each sees the own place.
#[test]
fn the_draw_can_be_proved() {
    on_each_engine(|db| {
        let school = county(db);
        for other in [bureau(), head(), township(), inspector()] {
            assert!(matches!(begun(&school, &other, Kind::Special, "", 1), Err(Refused::Denied { .. })));
        }
        assert!(matches!(begun(&school, &office(), Kind::Special, "", 0), Err(Refused::Invalid(_))));
        let id = begun(&school, &office(), Kind::Special, "", 2).expect("drawn");
        assert!(rule(begun(&school, &office(), Kind::Special, "", 2)).contains("已经抽过"));
        let read = |by: &SignedIn, id: &str| {
            let id = id.to_owned();
            school.act(by, move |desk| inspection(desk, &id))
        };
        let file = read(&office(), &id).expect("the inspection");
        assert_eq!((file.pool, file.drawn.len(), file.places.len(), file.proved), (2, 2, 4, true));
        assert_eq!(read(&head(), &id).expect("the school's").places.len(), 1);
        assert_eq!(read(&township(), &id).expect("the township's").places.len(), 1);
        assert!(matches!(read(&who("ga", Role::Police, "ga"), &id), Err(Refused::Denied { .. })));
        school.run("update inspection_ticket set rank = 3 - rank where county = $1");
        assert!(!read(&office(), &id).expect("the inspection").proved);

        // A visit draws classes of the one school that the inspector has.
        assert!(matches!(begun(&school, &inspector(), Kind::Visit, "s2", 1), Err(Refused::Denied { .. })));
        let left = |by: &SignedIn| school.act(by, not_visited).expect("who was not visited").0;
        assert_eq!(left(&office()), ["东镇小学", "西乡小学"]);
        assert!(left(&inspector()).is_empty(), "the list is the office's");
        let visit = begun(&school, &inspector(), Kind::Visit, "s1", 1).expect("begun");
        let file = read(&inspector(), &visit).expect("the visit");
        assert_eq!((file.pool, file.drawn.len(), file.proved), (2, 1, true));
        assert_eq!(left(&bureau()), ["西乡小学"]);
        let other = who("h2", Role::Head, "s2");
        assert!(matches!(read(&other, &visit), Err(Refused::Denied { .. })), "of another school");
        assert_eq!(school.act(&head(), all).expect("the list").len(), 2);
    });
}

/// 五(十二): what is seen is added, the latest counts; what was not done is said in words; nobody of the unit fills it in.
#[test]
fn the_checklist_is_kept() {
    on_each_engine(|db| {
        let school = county(db);
        let id = begun(&school, &inspector(), Kind::Visit, "s1", 1).expect("begun");
        for other in [head(), bureau(), who("i2", Role::Inspector, "s2")] {
            let done = ticked(&school, &other, &id, "called_daily", Seen::Good, "");
            assert!(matches!(done, Err(Refused::Denied { .. })));
        }
        let lacking = ticked(&school, &inspector(), &id, "called_daily", Seen::Lacking, "");
        assert!(matches!(lacking, Err(Refused::Invalid(_))), "what was seen is missing");
        assert!(matches!(
            ticked(&school, &inspector(), &id, "lead_group", Seen::Good, ""),
            Err(Refused::Invalid(_))
        ));
        assert_eq!(ticked(&school, &inspector(), &id, "called_daily", Seen::Good, "").expect("kept"), 1);
        assert_eq!(ticked(&school, &inspector(), &id, "called_daily", Seen::Good, "").expect("the same"), 0);
        let changed = ticked(&school, &inspector(), &id, "called_daily", Seen::Partly, "星期一没有点名");
        assert_eq!(changed.expect("kept"), 1);
        let own = id;
        let seen = school.act(&head(), move |desk| place(desk, &own, "s1")).expect("the school reads it");
        let line = seen.checks.iter().find(|one| one.code == "called_daily").expect("the line");
        assert_eq!(
            (line.seen, line.words.as_str(), seen.may_fill),
            (Some(Seen::Partly), "星期一没有点名", false)
        );
        let kept = school.count("select cast(count(*) as bigint) from inspection_answer where county = $1");
        assert_eq!(kept, 2, "nothing is written over");
    });
}

/// B05, B13: the unit reports, the inspector looks and closes; the head closes nothing, also not by a second post.
#[test]
fn findings_are_open_until_another_has_seen() {
    on_each_engine(|db| {
        let school = county(db);
        let id = begun(&school, &inspector(), Kind::Visit, "s1", 1).expect("begun");
        assert!(matches!(found(&school, &inspector(), &id, "s2", "没有点名"), Err(Refused::Denied { .. })));
        // A case makes a child one of whom nothing is written (F06).
        school.run(
            "insert into suspected (county, id, child, source, source_id, since_day, made_at, made_by)
             select $1, 'su', id, 'attendance', '', '2026-11-20', '', '' from child where county = $1 and name = '李春燕'",
        );
        assert!(matches!(
            found(&school, &inspector(), &id, "s1", "李春燕没有联系"),
            Err(Refused::Invalid(_))
        ));
        let one = found(&school, &inspector(), &id, "s1", "星期一没有点名").expect("found");
        let shown = school.act(&head(), today).expect("today");
        assert!(shown.tasks.iter().any(|task| task.title == "星期一没有点名" && task.due == "2026-12-10"));
        let act = |by: &SignedIn, act: &'static str, words: &'static str| {
            let id = one.clone();
            school.act(by, move |desk| match act {
                "report" => report(desk, &id, words),
                "close" => close(desk, &id, words),
                _ => give_back(desk, &id, words),
            })
        };
        assert_eq!(rule(act(&inspector(), "close", "看过了")), "单位还没有报告整改");
        assert!(matches!(act(&who("h2", Role::Head, "s2"), "report", "改了"), Err(Refused::Denied { .. })));
        act(&head(), "report", "已补点名，定了值班").expect("reported");
        assert!(matches!(act(&head(), "close", "看过了"), Err(Refused::Denied { .. })));
        let mut both = inspector();
        both.actor.posts.extend(head().actor.posts);
        assert_eq!(rule(act(&both, "close", "看过了")), "被检查单位的人不能复查自己的整改");
        act(&inspector(), "back", "星期二又没有点").expect("given back");
        act(&head(), "report", "连着两周都点了").expect("reported");
        act(&inspector(), "close", "翻了两周的点名册").expect("closed");
        assert_eq!(rule(act(&inspector(), "back", "再看")), "这个问题已经销号");
        let own = one.clone();
        let file = school.act(&head(), move |desk| finding(desk, &own)).expect("the finding");
        assert_eq!((file.line.stand, file.said.len(), file.may_report), (Stand::Closed, 4, false));
        assert!(school.act(&office(), findings).expect("the list").is_empty());
    });
}

/// F06, 五(十二): nothing that names a child, tells a small count or ranks a school goes out; two persons; the last one published is on the page.
#[test]
fn a_result_names_nobody() {
    on_each_engine(|db| {
        let school = county(db);
        let id = begun(&school, &office(), Kind::Special, "", 2).expect("drawn");
        ticked(&school, &office(), &id, "called_daily", Seen::Good, "").expect("kept");
        let own = id.clone();
        let (title, words) =
            school.act(&office(), move |desk| inspections::draft_of(desk, &own)).expect("a draft");
        assert!(words.contains("2所学校") && title.contains("专项督导"), "{words}");
        let proposed = |by: &SignedIn, words: &str| {
            let (id, title, words) = (id.clone(), title.clone(), words.to_owned());
            school.act(by, move |desk| propose(desk, &id, &title, &words))
        };
        for bad in [
            "李春燕所在的班没有按时点名，学校正在整改当中。",
            "东镇小学排名第一，西乡小学排在后面，其余按时整改。",
            "共检查学校两所，还有3名学生没有返校，学校正在整改。",
            "有学生的身份证号539999201601010011没有登记，正在整改。",
        ] {
            assert!(matches!(proposed(&office(), bad), Err(Refused::Invalid(_))), "{bad}");
        }
        for other in [inspector(), bureau(), head()] {
            assert!(matches!(proposed(&other, &words), Err(Refused::Denied { .. })));
        }
        let first = proposed(&office(), &words).expect("proposed");
        let signed = |by: &SignedIn, result: &str| {
            let (id, result) = (id.clone(), result.to_owned());
            school.act(by, move |desk| publish(desk, &id, &result))
        };
        let page = || {
            let page: Result<_, Refused> = school.db.read(|tx| published(tx, COUNTY));
            page.expect("the page")
        };
        assert_eq!(rule(signed(&office(), &first)), "结果是您起草的，不能由您审核");
        assert!(page().is_empty());
        let (own, one) = (id.clone(), first.clone());
        school.act(&second(), move |desk| refuse(desk, &own, &one, "再写清楚一些")).expect("refused");
        assert!(matches!(signed(&second(), &first), Err(Refused::Changed { .. })));
        let again = proposed(&office(), &words).expect("proposed");
        // A child that came meanwhile has the right, too: the text is looked at once more.
        school.run("update inspection_result set words = '王乙的班没有按时点名，学校正在整改。' where county = $1 and refused_at is null");
        assert!(matches!(signed(&second(), &again), Err(Refused::Invalid(_))));
        let last = proposed(&office(), &words).expect("proposed");
        signed(&second(), &last).expect("published");
        assert_eq!(page().iter().map(|one| one.words.as_str()).collect::<Vec<_>>(), [words.as_str()]);

        let visit = begun(&school, &inspector(), Kind::Visit, "s1", 1).expect("begun");
        let done = school.act(&office(), move |desk| {
            propose(desk, &visit, "检查结果一份", "共查了五项，都做到了，没有发现问题。")
        });
        assert_eq!(rule(done), "责任督学的检查不向社会公布");
    });
}

/// 四(四), 五(十二), 六(四): 督导办 assesses townships and 教体局 heads; facts stand beside the word; the assessed answers; nothing is added up.
#[test]
fn an_assessment_has_a_reply() {
    on_each_engine(|db| {
        let school = county(db);
        let said = |by: &SignedIn,
                    unit: &'static str,
                    item: &'static str,
                    how: Option<Mark>,
                    words: &'static str| {
            school.act(by, move |desk| mark(desk, unit, item, (how, words)))
        };
        assert!(matches!(
            said(&bureau(), "t1", "t_cases", Some(Mark::Met), "都按时"),
            Err(Refused::Denied { .. })
        ));
        assert!(matches!(
            said(&office(), "s1", "h_report", Some(Mark::Met), "都按时"),
            Err(Refused::Denied { .. })
        ));
        assert!(matches!(
            said(&office(), "t1", "h_report", Some(Mark::Met), "都按时"),
            Err(Refused::Denied { .. })
        ));
        assert!(matches!(said(&office(), "t1", "t_cases", None, "都按时"), Err(Refused::Invalid(_))));
        assert!(matches!(said(&office(), "t1", "t_cases", Some(Mark::Met), "x"), Err(Refused::Invalid(_))));
        let own = school.act(&township(), |desk| reply(desk, "t1", "t_cases", "我们有不同意见"));
        assert_eq!(rule(own), "这一项还没有考核意见");
        said(&office(), "t1", "t_cases", Some(Mark::NotMet), "两件超期").expect("said");
        school.act(&township(), |desk| reply(desk, "t1", "t_cases", "系统故障，已补办")).expect("answered");
        let other = who("x2", Role::Township, "t2");
        assert!(matches!(school.act(&other, |desk| assessed(desk, "t1")), Err(Refused::Denied { .. })));
        let file = school.act(&township(), |desk| assessed(desk, "t1")).expect("the township reads it");
        let line = file.lines.iter().find(|one| one.code == "t_cases").expect("the item");
        assert_eq!((line.mark, line.reply.as_str()), (Some(Mark::NotMet), "系统故障，已补办"));
        assert!(line.facts.contains("个案0件") && line.facts_then.contains("个案0件"), "{}", line.facts);
        for item in &file.lines {
            assert!(item.code == "h_family" || !item.facts.is_empty(), "{}", item.code);
        }
        said(&bureau(), "s1", "h_register", Some(Mark::Met), "每天都点").expect("said");
        let file = school.act(&head(), |desk| assessed(desk, "s1")).expect("the school reads it");
        assert!(file.lines.iter().all(|one| one.code.starts_with("h_")) && file.may_reply && !file.may_mark);
        let units = school.act(&bureau(), assessed_units).expect("the list");
        assert_eq!(units.iter().map(|unit| unit.id.as_str()).collect::<Vec<_>>(), ["t1", "t2", "s1", "s2"]);
        assert_eq!(school.act(&head(), assessed_units).expect("the own").len(), 1);
        assert!(
            school
                .act(&head(), |desk| casework::conference::tasks(desk, TaskShown::Open))
                .expect("none")
                .is_empty()
        );
    });
}

/// 教育督导条例第二十三条: what was published is to be had as PDF and DOCX with its words to the letter, before that it is not there.
#[test]
fn every_paper_of_a_result_says_what_it_must() {
    on_each_engine(|db| {
        let school = county(db);
        let id = begun(&school, &office(), Kind::Special, "", 2).expect("drawn");
        ticked(&school, &office(), &id, "called_daily", Seen::Good, "").expect("kept");
        found(&school, &office(), &id, "s1", "有两天没有按时点名").expect("found");
        let own = id.clone();
        let (title, words) =
            school.act(&office(), move |desk| inspections::draft_of(desk, &own)).expect("a draft");
        let (own, named, text) = (id.clone(), title.clone(), words.clone());
        let result = school.act(&office(), move |desk| propose(desk, &own, &named, &text)).expect("proposed");
        let paper = |by: &SignedIn| {
            let (id, result) = (id.clone(), result.clone());
            school.act(by, move |desk| inspections::result_paper(desk, &id, &result))
        };
        assert!(matches!(paper(&office()), Err(Refused::Denied { .. })), "it is not published");
        let (own, one) = (id.clone(), result.clone());
        school.act(&second(), move |desk| publish(desk, &own, &one)).expect("published");
        for other in [inspector(), bureau(), head()] {
            assert!(matches!(paper(&other), Err(Refused::Denied { .. })));
        }
        let mut must: Vec<&str> = words.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        must.extend([
            title.as_str(),
            "第二十三条",
            "南涧彝族自治县人民政府教育督导委员会办公室",
            "2026年11月24日",
        ]);
        pictured(
            "inspection-result",
            &paper(&office()).expect("a paper"),
            &must,
            &["李春燕", "李甲", "王乙", "张丙"],
        );
    });
}
