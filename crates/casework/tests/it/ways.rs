//! 上学路程, 学位床位, 校点撤并研究 (四(四)(六), 五(五); capabilities 101, 129), through the storage of both engines: tables that are pasted all or not at
//! all; whose way is hard, by right; what a closure would do to whom, who says what about it, and who decides; hazards A (发改局 sees no child),
//! F06, G07, K (words sealed).
// long because: one county, in which each step needs what the one before wrote down.

use casework::db::testing::on_each_engine;
use casework::desk::SignedIn;
use casework::ledger;
use casework::refused::Refused;
use casework::units::close_unit;
use casework::ways::{
    self, Draft, Measured, PlacesTable, Shown, Study, WayTable, Ways, comment, decide, draft, measure,
    places, put_to_hearing, reckon_again, set_places, step, studies, study, withdraw,
};
use rules::access::Role;
use rules::ways::{Access, After, Hindrance, Procedure, Stage};

use crate::attendance::school::{School, bureau, day, head, teacher, who, words};
use crate::cases::{colleague, director, township};

fn planning() -> SignedIn {
    who("fagai", Role::Planning, "fgj")
}

/// The two schools of the register and one more in 东镇, villages with their groups, and 县发改局.
fn county(db: casework::db::Db) -> School {
    let school = School::new(db);
    for (id, kind, line, name, parent, township, code) in [
        ("s3", "school", "education", "东镇中心完小", "'ju'", "'t1'", "'2100000003'"),
        ("v1", "village", "government", "上村村民委员会", "'t1'", "'t1'", "null"),
        ("v2", "village", "government", "下村村民委员会", "'t2'", "'t2'", "null"),
        ("g1", "group", "government", "一组", "'v1'", "'t1'", "null"),
        ("g2", "group", "government", "二组", "'v1'", "'t1'", "null"),
        ("g3", "group", "government", "一组", "'v2'", "'t2'", "null"),
        ("fgj", "department", "department", "县发改局", "null", "null", "null"),
    ] {
        school.run(format!(
            "insert into unit (county, id, kind, line, name, short, parent, township, code, sort, from_day)
             values ($1, '{id}', '{kind}', '{line}', '{name}', '{name}', {parent}, {township}, {code}, 50, '2020-01-01')"
        ));
    }
    school.run("update unit set code = '2100000001' where county = $1 and id = 's1'");
    school.run("update unit set code = '2100000002' where county = $1 and id = 's2'");
    for id in ["s1", "s2", "s3"] {
        school
            .run(format!("insert into school (county, unit, kind, boarding) values ($1, '{id}', '小学', 0)"));
    }
    school
}

/// Pupils of 三（1）班 of 东镇小学 at home in a group of 上村, in the order of their names.
fn at_home(school: &School, names: &[&str], group: &str) -> Vec<String> {
    let ids = school.pupils("c1", names);
    for id in &ids {
        school.run(format!(
            "update child set village = 'v1', village_group = '{group}' where county = $1 and id = '{id}'"
        ));
    }
    ids
}

fn pasted(school: &School, by: &SignedIn, day_: &str, lines: &str) -> Result<Measured, Refused> {
    let table =
        WayTable { day: day(day_), source: "村干部步行计时".to_owned(), lines: lines.to_owned() };
    school.act(by, move |desk| measure(desk, &table))
}

fn counted(school: &School, by: &SignedIn, year: i16, lines: &str) -> Result<Measured, Refused> {
    let table = PlacesTable { year, source: "总务处清点".to_owned(), lines: lines.to_owned() };
    school.act(by, move |desk| set_places(desk, &table))
}

fn list(school: &School, by: &SignedIn, shown: Shown) -> Result<Ways, Refused> {
    school.act(by, move |desk| ways::ways(desk, shown, ""))
}

fn names(found: &Ways) -> Vec<&str> {
    found.children.iter().map(|one| one.name.as_str()).collect()
}

/// 四(四): what is measured says for whom the way is hard; what is not is work to do; a new measurement holds by being newer.
#[test]
fn whose_way_is_hard() {
    on_each_engine(|db| {
        let school = county(db);
        let near = at_home(&school, &["李小明"], "g1").remove(0);
        let far = at_home(&school, &["李小花"], "g2").remove(0);
        at_home(&school, &["住小满"], "g2");
        school.pupils("c2", &["王小二"]);
        let before = list(&school, &bureau(), Shown::Unknown).expect("the list");
        assert_eq!(names(&before), ["李小花", "李小明", "王小二"], "the boarder is not asked for");
        let missing: Vec<(&str, &str, u32)> = before
            .missing
            .iter()
            .map(|one| (one.group.as_str(), one.school.as_str(), one.children))
            .collect();
        assert_eq!(
            (missing.as_slice(), before.homeless),
            ([("一组", "东镇小学", 1), ("二组", "东镇小学", 1)].as_slice(), 1)
        );
        let lines = school.act(&township(), ways::missing_lines).expect("lines to begin with");
        assert_eq!(lines.lines().next(), Some("上村村民委员会\t一组\t东镇小学\t\t\t\t"));
        // The township of the homes measures; with the column of the rains or without it.
        let done = pasted(
            &school,
            &township(),
            "2026-11-20",
            "上村\t一组\t东镇小学\t25\t1.8\t步行\t\n上村\t二组\t东镇小学\t55 分钟\t3.2公里\t步行\t雨季难走\n",
        );
        assert_eq!(done.expect("written"), Measured { made: 2, there: 0 });
        let found = list(&school, &bureau(), Shown::Hard).expect("the list");
        assert_eq!(names(&found), ["李小花"]);
        let one = &found.children[0];
        assert!(
            one.why.contains("步行 55 分钟，3.2 公里，雨季难走：低年级单程不超过 30 分钟"),
            "{}",
            one.why
        );
        assert_eq!(
            (one.home.as_str(), one.guardians.as_str()),
            ("东镇 · 上村村民委员会 · 二组", "普阿奶（祖母）")
        );
        let town = &found.towns[0];
        assert_eq!((town.name.as_str(), town.whole), ("东镇", Some(4)));
        assert_eq!(town.counts, [Some(1), Some(1), Some(1), Some(1)], "fine, hard, boards, unknown");
        // The same again is there already; another of a later day holds, an earlier one does not.
        let again =
            pasted(&school, &township(), "2026-11-20", "上村 一组 东镇小学 25 1.8 步行").expect("the same");
        assert_eq!(again, Measured { made: 0, there: 1 });
        pasted(&school, &bureau(), "2026-11-01", "上村 二组 东镇小学 20 3.2 校车").expect("an earlier day");
        assert_eq!(names(&list(&school, &bureau(), Shown::Hard).expect("the list")), ["李小花"]);
        pasted(&school, &bureau(), "2026-11-22", "上村 二组 东镇小学 20 3.2 校车").expect("a later day");
        assert!(names(&list(&school, &bureau(), Shown::Hard).expect("the list")).is_empty());
        assert_eq!(
            school.count("select cast(count(*) as bigint) from way where county = $1"),
            4,
            "nothing is written over"
        );
        // The village's way for a group that has none of its own; the rains cut it.
        pasted(&school, &head(), "2026-11-22", "上村 全村 东镇小学 28 2 摩托 雨季不通")
            .expect("the head, of the own school");
        school.run(format!("update child set village_group = null where county = $1 and id = '{near}'"));
        let found = list(&school, &head(), Shown::Hard).expect("the list");
        assert_eq!(names(&found), ["李小明"]);
        assert!(found.children[0].why.contains("雨季不通：下雨的月份走不到学校"));
        // The file of the child says it in one line, for whoever may know home and school.
        let line = |by: &SignedIn, child: &str| {
            let child = child.to_owned();
            let file = school.act(by, move |desk| ledger::read(desk, &child)).expect("the file");
            file.schooling.into_iter().find(|one| one.label == "上学路程").map(|one| one.text)
        };
        assert_eq!(line(&bureau(), &far).as_deref(), Some("校车 20 分钟，3.2 公里"));
        assert_eq!(
            line(&head(), &near).as_deref(),
            Some("上学难：摩托 28 分钟，2.0 公里，雨季不通：下雨的月份走不到学校")
        );
    });
}

/// All lines or none, each wrong one named; each line by whose it is.
#[test]
fn tables_are_taken_whole() {
    on_each_engine(|db| {
        let school = county(db);
        let refused = |by: &SignedIn, lines: &str| words(pasted(&school, by, "2026-11-20", lines));
        let said = refused(
            &bureau(),
            "上村 一组 东镇小学 25 1.8 步行\n上村 九组 东镇小学 25 1.8 步行\n\n上村 一组 北镇小学 25 1.8 步行\n上村 二组 东镇小学 0 1.8 步行\n上村 二组 东镇小学 25 一里 步行\n上村 二组 东镇小学 25 1.8 飞\n上村 二组 东镇小学\n上村,一组,东镇小学,30,2,步行",
        );
        for told in [
            "第2行：没有叫“九组”的小组",
            "第4行：没有叫“北镇小学”的学校",
            "第5行：单程分钟要写1到480",
            "第6行：单程公里",
            "第7行：怎么走要写步行、校车、客运、家长接送、摩托里的一种",
            "第8行：要有村、小组",
            "第9行：这一段路前面已经写过一行",
        ] {
            assert!(said.contains(told), "{told}: {said}");
        }
        assert_eq!(school.count("select cast(count(*) as bigint) from way where county = $1"), 0, "none");
        for (by, lines) in [
            (who("x2", Role::Township, "t2"), "上村 一组 东镇小学 25 1.8 步行"),
            (who("h2", Role::Head, "s2"), "上村 一组 东镇小学 25 1.8 步行"),
        ] {
            assert!(refused(&by, lines).contains("第1行：这个村和学校都不归您登记"));
        }
        // Whose village it is may say how far every school is from it.
        pasted(&school, &township(), "2026-11-20", "上村 一组 西乡小学 90 8.5 客运")
            .expect("of the own village");
        for by in [teacher(), planning(), director(), who("v", Role::Village, "v1")] {
            assert!(matches!(
                pasted(&school, &by, "2026-11-20", "上村 一组 东镇小学 25 1.8 步行"),
                Err(Refused::Denied { .. })
            ));
        }
        assert!(
            words(pasted(&school, &bureau(), "2026-11-25", "上村 一组 东镇小学 25 1.8 步行"))
                .contains("今天以前")
        );
        assert!(refused(&bureau(), " \n").contains("请一行写一个"));
        let table = WayTable {
            day: day("2026-11-20"),
            source: "x".to_owned(),
            lines: "上村 一组 东镇小学 25 1.8 步行".to_owned(),
        };
        assert!(words(school.act(&bureau(), move |desk| measure(desk, &table))).contains("谁、怎么得来的"));
    });
}

/// Who sees it: each its own children; 县发改局 no child, and no count below five (四(六); F06).
#[test]
fn who_sees_whom() {
    on_each_engine(|db| {
        let school = county(db);
        at_home(&school, &["李一", "李二", "李三", "李四", "李五", "李六"], "g1");
        at_home(&school, &["李七", "李八"], "g2");
        pasted(
            &school,
            &bureau(),
            "2026-11-20",
            "上村 一组 东镇小学 45 3 步行\n上村 二组 东镇小学 15 1 步行",
        )
        .expect("written");
        for by in [bureau(), director(), township(), head(), teacher()] {
            let found = list(&school, &by, Shown::Hard).expect("the list");
            assert_eq!((found.children.len(), found.counts_alone), (6, false), "{}", by.actor.name);
        }
        for by in
            [who("h2", Role::Head, "s2"), who("x2", Role::Township, "t2"), who("t2", Role::Teacher, "c2")]
        {
            let found = list(&school, &by, Shown::Hard).expect("none of it");
            assert_eq!((found.children.len(), found.towns.len()), (0, 0), "{}", by.actor.name);
        }
        let found = list(&school, &planning(), Shown::Hard).expect("counts");
        assert!(found.counts_alone && found.children.is_empty() && found.missing.is_empty());
        let town = &found.towns[0];
        assert_eq!(town.whole, Some(8));
        assert_eq!(
            town.counts,
            [None, None, None, None],
            "two would be what is left of eight when six are told"
        );
        at_home(&school, &["李九", "李十", "李十一"], "g2");
        let found = list(&school, &planning(), Shown::Hard).expect("counts");
        assert_eq!(found.towns[0].counts, [Some(5), Some(6), None, None]);
        for by in [who("c", Role::Cadre, "t1"), who("p", Role::Police, "fgj"), who("a", Role::Admin, "ju")] {
            assert!(
                matches!(list(&school, &by, Shown::Hard), Err(Refused::Denied { .. })),
                "{}",
                by.actor.name
            );
        }
    });
}

/// 五(五): places and beds as the school wrote them down, beside today's pupils; the later entry holds, and a small school is not counted out
/// for whoever sees no child.
#[test]
fn places_and_beds() {
    on_each_engine(|db| {
        let school = county(db);
        school.pupils("c1", &["李一", "李二", "住三"]);
        counted(&school, &head(), 2026, "东镇小学 40 2").expect("the own school");
        assert!(
            words(counted(&school, &head(), 2026, "西乡小学 40 2"))
                .contains("第1行：这所学校的学位、床位由学校或教体局登记")
        );
        assert!(words(counted(&school, &township(), 2026, "东镇小学 40 2")).contains("由学校或教体局登记"));
        assert!(
            words(counted(&school, &bureau(), 2026, "东镇小学 四十 2\n西乡小学 40 -1"))
                .contains("第2行：床位")
        );
        assert!(words(counted(&school, &bureau(), 2030, "东镇小学 40 2")).contains("学年"));
        assert_eq!(
            counted(&school, &bureau(), 2026, "东镇小学\t40\t2\n西乡小学\t30\t0").expect("written"),
            Measured { made: 1, there: 1 }
        );
        let seen = |by: &SignedIn| school.act(by, places).expect("the list");
        let all = seen(&bureau());
        let one = |at: usize| (all[at].name.as_str(), all[at].free(), all[at].free_beds());
        assert_eq!(
            [one(0), one(1), one(2)],
            [("东镇小学", Some(37), Some(1)), ("东镇中心完小", None, None), ("西乡小学", Some(30), Some(0))]
        );
        school.at("2026-11-25");
        counted(&school, &bureau(), 2026, "东镇小学 2 0").expect("written");
        let found = seen(&head());
        assert_eq!(
            (found.len(), found[0].free(), found[0].free_beds()),
            (1, Some(-1), Some(-1)),
            "too many pupils"
        );
        assert_eq!(school.count("select cast(count(*) as bigint) from school_place where county = $1"), 3);
        let blind = seen(&planning());
        assert_eq!(
            (blind.len(), blind[0].pupils, blind[0].free()),
            (3, None, None),
            "three pupils are not counted out"
        );
        assert_eq!(seen(&township()).len(), 2, "those of the township");
        assert!(matches!(counted(&school, &planning(), 2026, "东镇小学 2 0"), Err(Refused::Denied { .. })));
    });
}

fn drafted(school: &School, by: &SignedIn, of: &str) -> Result<String, Refused> {
    let one = Draft {
        school: of.to_owned(),
        grades: vec![],
        from: day("2027-09-01"),
        why: "生源减少，想并到中心完小".to_owned(),
        receivers: String::new(),
    };
    school.act(by, move |desk| draft(desk, &one))
}

fn read(school: &School, by: &SignedIn, id: &str) -> Result<Study, Refused> {
    let id = id.to_owned();
    school.act(by, move |desk| study(desk, &id))
}

fn decided(school: &School, by: &SignedIn, id: &str, to: Stage) -> Result<(), Refused> {
    let id = id.to_owned();
    school.act(by, move |desk| decide(desk, &id, Some(to), "县政府会议纪要第8号"))
}

fn stepped(school: &School, id: &str, kind: Procedure) {
    let id = id.to_owned();
    school
        .act(&bureau(), move |desk| step(desk, &id, Some(kind), day("2026-11-23"), "南教体纪〔2026〕8号"))
        .expect("a step");
}

/// Six from near, one from far, a young one and a boarder: of 东镇小学, which would be closed.
fn pupils_of_the_point(school: &School) -> Vec<String> {
    let mut ids = at_home(school, &["李一", "李二", "李三", "李四", "李五", "李六"], "g1");
    ids.extend(at_home(school, &["普七", "普八"], "g2"));
    for id in &ids {
        school.run(format!("update child set grade = 5 where county = $1 and id = '{id}'"));
    }
    pasted(
        school,
        &bureau(),
        "2026-11-20",
        "上村 一组 东镇小学 10 0.8 步行\n上村 一组 东镇中心完小 35 2.5 步行\n上村 二组 东镇小学 15 1 步行\n上村 二组 东镇中心完小 80 6 步行",
    )
    .expect("written");
    ids
}

/// 四(四): what it would do to each, by right; kept with its sum; nothing is decided without argument, publication, hearing and a second person, nor
/// while a child would be worse off; and nothing is closed by it.
#[test]
fn from_draft_to_decision() {
    on_each_engine(|db| {
        let school = county(db);
        let ids = pupils_of_the_point(&school);
        school.run(format!(
            "insert into child_group (county, id, child, code, from_day, source, by_account, made_at)
             values ($1, 'group', '{}', 'disability', '2026-09-01', '', '', '')",
            ids[0]
        ));
        counted(&school, &bureau(), 2026, "东镇中心完小 20 1").expect("written");
        for by in [township(), head(), planning(), director()] {
            assert!(
                matches!(drafted(&school, &by, "东镇小学"), Err(Refused::Denied { .. })),
                "{}",
                by.actor.name
            );
        }
        assert!(words(drafted(&school, &bureau(), "北镇小学")).contains("没有叫“北镇小学”的学校"));
        let id = drafted(&school, &bureau(), "东镇小学").expect("drafted");
        assert!(words(drafted(&school, &bureau(), "东镇小学")).contains("已经有一份没有办完的研究"));
        let found = read(&school, &bureau(), &id).expect("the study");
        let run = found.run.expect("reckoned at once");
        assert_eq!((run.whole, run.intact, run.times, run.day), (Some(8), true, 1, day("2026-11-24")));
        assert_eq!(
            run.counts,
            [Some(6), Some(1), Some(1), Some(0), Some(0)],
            "day, bed, hard, unknown, without"
        );
        assert_eq!(run.marks, [Some(2), Some(1), Some(0), Some(1)], "beds, worse, parted, to look at");
        let line = |at: usize| {
            let one = &run.pupils[at];
            assert!(one.name.starts_with('普'), "who comes from far");
            (one.was, one.minutes_was, one.becomes, one.minutes, one.needs_bed, one.worse)
        };
        assert_eq!(line(0), (Access::Fine, Some(15), After::Hard, Some(80), true, true));
        assert_eq!(line(1), (Access::Fine, Some(15), After::Bed, Some(80), true, false));
        assert!(run.pupils.iter().any(|one| one.name == "李一" && one.look == ["残疾"]));
        assert_eq!(
            (run.schools.len(), run.schools[0].places, run.schools[0].places_after),
            (1, 20, Some(12))
        );
        assert_eq!(found.hinders, [(Hindrance::Worse, Some(1))]);
        // 县发改局 reads counts; the township of the school its children; another township nothing.
        let blind = read(&school, &planning(), &id).expect("counts");
        let shown = blind.run.expect("reckoned");
        assert!(blind.counts_alone && shown.pupils.is_empty());
        assert_eq!(
            (shown.whole, shown.counts),
            (Some(8), vec![None; 5]),
            "two are not what is left of eight"
        );
        assert_eq!((shown.marks, shown.schools[0].beds_after), ([None; 4], None), "nor is one bed told");
        assert_eq!(blind.hinders, [(Hindrance::Worse, None)]);
        let near = read(&school, &township(), &id).expect("of the township");
        let near = near.run.expect("reckoned");
        assert_eq!((near.pupils.len(), near.counts), (8, vec![None; 5]));
        for by in [who("x2", Role::Township, "t2"), head(), teacher(), who("v", Role::Village, "v1")] {
            assert!(matches!(read(&school, &by, &id), Err(Refused::Denied { .. })), "{}", by.actor.name);
        }
        // Said by those whom it concerns.
        let say = |by: &SignedIn, text: &'static str| {
            let id = id.clone();
            school.act(by, move |desk| comment(desk, &id, text))
        };
        say(&planning(), "床位不够，建议先建后撤").expect("said");
        say(&township(), "二组的路雨季难走").expect("said");
        for by in [who("x2", Role::Township, "t2"), head(), director()] {
            assert!(matches!(say(&by, "不知道的事"), Err(Refused::Denied { .. })), "{}", by.actor.name);
        }
        let plain = "select cast(count(*) as bigint) from audit where county = $1 and (detail like '%先建后撤%' or detail like '%李%')";
        assert_eq!(school.count(plain), 0, "nothing of it on the record");
        // Not before it was argued; not by who drafted it; not without publication and hearing.
        let hear = |by: &SignedIn| {
            let id = id.clone();
            school.act(by, move |desk| put_to_hearing(desk, &id))
        };
        assert!(words(decided(&school, &colleague(), &id, Stage::Closed)).contains("还没有征求意见"));
        assert!(words(hear(&bureau())).contains("还没有论证"));
        stepped(&school, &id, Procedure::Argued);
        hear(&bureau()).expect("heard");
        assert!(words(hear(&bureau())).contains("不能改成征求意见"));
        assert!(words(decided(&school, &bureau(), &id, Stage::Closed)).contains("不能自己决定"));
        assert!(!read(&school, &bureau(), &id).expect("the study").may_decide);
        assert!(read(&school, &colleague(), &id).expect("the study").may_decide);
        assert!(words(decided(&school, &colleague(), &id, Stage::Closed)).contains("还没有公示、听证"));
        stepped(&school, &id, Procedure::Published);
        stepped(&school, &id, Procedure::Heard);
        assert!(
            words(decided(&school, &director(), &id, Stage::Closed))
                .contains("1名孩子变成上学难，没有床位可住")
        );
        assert_eq!(read(&school, &bureau(), &id).expect("the study").stage, Stage::Hearing);
        for by in [township(), planning(), head()] {
            assert!(
                matches!(decided(&school, &by, &id, Stage::Kept), Err(Refused::Denied { .. })),
                "{}",
                by.actor.name
            );
        }
        // With a bed more it can be; the reckoning of the day is kept, and the school is still there.
        school.at("2026-11-25");
        counted(&school, &bureau(), 2026, "东镇中心完小 20 2").expect("a bed more");
        decided(&school, &director(), &id, Stage::Closed).expect("decided");
        let after = read(&school, &bureau(), &id).expect("the study");
        assert_eq!((after.stage, after.is_closed, after.hinders.len()), (Stage::Closed, false, 0));
        assert_eq!(after.run.as_ref().map(|run| (run.times, run.intact)), Some((2, true)));
        let said = |kind: &str| after.notes.iter().filter(|note| note.kind == kind).count();
        assert_eq!([said("意见"), said("决定")], [2, 1]);
        assert_eq!(school.count("select cast(count(*) as bigint) from unit where county = $1 and id = 's1' and until_day is null"), 1);
        assert_eq!(
            school.count("select cast(count(*) as bigint) from child where county = $1 and school = 's1'"),
            8
        );
        let again = id.clone();
        assert!(
            words(school.act(&bureau(), move |desk| reckon_again(desk, &again)))
                .contains("决定撤并，不能再改")
        );
        assert!(
            words(school.act(&bureau(), |desk| close_unit(desk, "s1"))).contains("下面还有单位或孩子"),
            "the act for it"
        );
        // What is kept cannot be changed unseen.
        school.run("update closure_run set came = came || 'x' where county = $1");
        assert_eq!(read(&school, &bureau(), &id).expect("the study").run.map(|run| run.intact), Some(false));
    });
}

/// G07: when the pupils have gone and the school is closed, the study keeps the old school, and the ways are those to the new one.
#[test]
fn history_keeps_the_old_school() {
    on_each_engine(|db| {
        let school = county(db);
        pupils_of_the_point(&school);
        counted(&school, &bureau(), 2026, "东镇中心完小 20 2").expect("written");
        let id = drafted(&school, &bureau(), "s1").expect("by its id, too");
        assert_eq!(list(&school, &bureau(), Shown::Hard).expect("the list").children.len(), 0);
        school.run("update child set school = 's3', class = null where county = $1 and school = 's1'");
        school.run("update child_tie set unit = 's3' where county = $1 and unit = 's1'");
        school.run("delete from child_tie where county = $1 and unit = 'c1'");
        school.run("update unit set until_day = '2026-11-24' where county = $1 and id in ('c1', 'c2', 's1')");
        let found = list(&school, &bureau(), Shown::Hard).expect("the list");
        assert_eq!(names(&found), ["普八", "普七"], "eighty minutes to the new school");
        assert!(found.missing.is_empty());
        let kept = read(&school, &bureau(), &id).expect("the study");
        assert_eq!((kept.school.as_str(), kept.is_closed), ("东镇小学", true));
        assert_eq!(kept.run.map(|run| (run.whole, run.pupils.len(), run.intact)), Some((Some(8), 8, true)));
        let none = list(&school, &head(), Shown::Hard).expect("the head of the old school");
        assert!(none.children.is_empty() && none.towns.is_empty(), "access follows the current school");
        assert!(
            words(drafted(&school, &bureau(), "东镇小学")).contains("没有叫“东镇小学”的学校"),
            "nothing to study"
        );
        let other = who("x2", Role::Township, "t2");
        assert_eq!(school.act(&other, studies).expect("the list").len(), 0);
        assert_eq!(school.act(&planning(), studies).expect("the list").len(), 1);
    });
}

/// Some grades of it: brothers and sisters who stay are said; receivers that the study names; and withdrawn, with why.
#[test]
fn some_grades_and_named_receivers() {
    on_each_engine(|db| {
        let school = county(db);
        let ids = pupils_of_the_point(&school);
        school.run(format!(
            "update child set household = 'h', grade = 4 where county = $1 and id = '{}'",
            ids[0]
        ));
        school.run(format!("update child set household = 'h' where county = $1 and id = '{}'", ids[1]));
        counted(&school, &bureau(), 2026, "西乡小学 3 9").expect("written");
        pasted(&school, &bureau(), "2026-11-20", "上村 一组 西乡小学 39 3 校车").expect("written");
        let one = |grades: Vec<u8>, receivers: &'static str| Draft {
            school: "东镇小学".to_owned(),
            grades,
            from: day("2027-09-01"),
            why: "四年级只有一个孩子".to_owned(),
            receivers: receivers.to_owned(),
        };
        for (wrong, field) in [
            (one(vec![7], ""), "grades"),
            (one(vec![], "东镇小学"), "receivers"),
            (one(vec![4], "北镇小学"), "receivers"),
            (Draft { from: day("2026-11-24"), ..one(vec![4], "") }, "from"),
            (Draft { why: "并".to_owned(), ..one(vec![4], "") }, "why"),
        ] {
            match school.act(&bureau(), move |desk| draft(desk, &wrong)) {
                Err(Refused::Invalid(problems)) => {
                    assert!(problems.iter().any(|one| one.field == field), "{problems:?}");
                }
                other => panic!("{field}: {other:?}"),
            }
        }
        let fourth = one(vec![4], "西乡小学\n");
        let id = school.act(&bureau(), move |desk| draft(desk, &fourth)).expect("drafted");
        let found = read(&school, &bureau(), &id).expect("the study");
        let run = found.run.expect("reckoned");
        assert_eq!((found.grades.as_str(), found.is_whole), ("四年级", false));
        assert_eq!((run.whole, run.counts), (Some(1), vec![Some(1), Some(0), Some(0), Some(0), Some(0)]));
        assert_eq!((run.pupils[0].to.as_str(), run.pupils[0].split), ("西乡小学", true), "the sister stays");
        // The township that would receive reads it, and sees none of the children.
        let other = read(&school, &who("x2", Role::Township, "t2"), &id).expect("it would receive");
        assert_eq!(other.run.map(|run| (run.whole, run.pupils.len())), Some((None, 0)));
        let (short, long) = (id.clone(), id.clone());
        assert!(
            words(school.act(&bureau(), move |desk| withdraw(desk, &short, "不"))).contains("4到1000个字")
        );
        school
            .act(&bureau(), move |desk| withdraw(desk, &long, "家长多数反对，保留四年级"))
            .expect("withdrawn");
        let after = read(&school, &bureau(), &id).expect("the study");
        assert_eq!((after.stage, after.may_study, after.may_comment), (Stage::Withdrawn, false, false));
        drafted(&school, &bureau(), "东镇小学").expect("another, now that it is over");
    });
}

/// A merged child: what a study says of the file that goes is found under the one that stays, and goes back with it.
#[test]
fn a_merged_child_keeps_its_line() {
    on_each_engine(|db| {
        let school = county(db);
        let ids = pupils_of_the_point(&school);
        counted(&school, &bureau(), 2026, "东镇中心完小 20 2").expect("written");
        let id = drafted(&school, &bureau(), "东镇小学").expect("drafted");
        let (kept, gone, stays) = (ids[0].clone(), ids[1].clone(), ids[0].clone());
        let merge = school
            .act(&bureau(), move |desk| ledger::merge(desk, &kept, &gone, "同一个孩子，两次登记"))
            .expect("merged");
        let lines = |child: &str| {
            let found = read(&school, &bureau(), &id).expect("the study").run.expect("reckoned");
            found.pupils.iter().filter(|one| one.child == child).count()
        };
        assert_eq!([lines(&ids[0]), lines(&ids[1])], [2, 0]);
        school
            .act(&bureau(), move |desk| ledger::unmerge(desk, &stays, &merge, "不是同一个孩子"))
            .expect("taken apart");
        assert_eq!([lines(&ids[0]), lines(&ids[1])], [1, 1]);
    });
}
