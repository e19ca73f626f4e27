//! 学区划片 through the storage of both engines (义务教育法第十二条；五(八)): written by lines, the later holds, the smallest place counts; who has none
//! is listed; the plan of places and the notices go by it; one table of places for the season and the ways.

use casework::db::testing::on_each_engine;
use casework::refused::Refused;
use casework::season::{
    self, CatchmentTable, Catchments, PlaceForm, ask_notices, catchment_lines, catchments, make_portion,
    notice, notices_in, plan, plan_places, set_catchments,
};
use casework::ways::{self, Measured, PlacesTable};
use rules::season::Gap;

use crate::attendance::school::{School, bureau, head, words};
use crate::season::{SIX, child, county, other_township, township};

fn written(school: &School, year: i16, lines: &str) -> Result<Measured, Refused> {
    let table = CatchmentTable { year, source: "划片方案".to_owned(), lines: lines.to_owned() };
    school.act(&bureau(), move |desk| set_catchments(desk, &table))
}

fn read(school: &School, year: Option<i16>) -> Catchments {
    school.act(&bureau(), move |desk| catchments(desk, year)).expect("the table")
}

fn gaps(table: &Catchments) -> Vec<(String, &'static str, Gap)> {
    table.gaps.iter().map(|row| (row.place.clone(), row.stage, row.gap)).collect()
}

/// 义务教育法第十二条: villages without a school are listed, then those that differ from where their pupils go; a year keeps what it said; the same
/// table once more writes nothing (H01).
#[test]
fn a_table_by_lines_and_years() {
    on_each_engine(|db| {
        let school = county(db);
        let told = |place: &str, stage, gap| (place.to_owned(), stage, gap);
        assert_eq!(
            gaps(&read(&school, None)),
            [told("上村", "小学", Gap::Nobody), told("上村", "初中", Gap::Nobody)]
        );
        let wrong = written(
            &school,
            2026,
            "东镇 上村 三组 东镇小学 -\n东镇 没有村 全村 东镇小学 -\n东镇 上村 全村 小学",
        );
        let said = words(wrong);
        assert!(said.contains("第1行") && said.contains("第2行") && said.contains("第3行"), "{said}");
        assert_eq!(
            school.count("select cast(count(*) as bigint) from catchment where county = $1"),
            0,
            "all or none"
        );
        let done = written(&school, 2026, "东镇 全乡镇 - - 东镇小学\n东镇\t上村\t全村\t东镇小学\t-")
            .expect("written");
        assert_eq!((done.made, done.there), (2, 0));
        let again = written(&school, 2026, &read(&school, None).lines).expect("the whole table again");
        assert_eq!((again.made, again.there), (0, 2));
        let table = read(&school, None);
        assert!(table.gaps.is_empty(), "{:?}", table.gaps);
        let (town, rows) = &table.townships[0];
        assert_eq!(town, "东镇");
        let row = rows.iter().find(|row| row.name == "上村").expect("the village");
        assert_eq!(
            (row.own[0].as_ref().map(|one| one.school.as_str()), row.own[1].is_none(), row.by[1].as_deref()),
            (Some("东镇小学"), true, Some("东镇小学"))
        );
        // The next year takes the group out of its village's; this year's table stays as it was.
        school.run("insert into school (county, unit, kind, boarding) values ($1, 's2', '小学', 0)");
        written(&school, 2027, "东镇 上村 一组 西乡小学 -").expect("written");
        assert!(read(&school, None).townships[0].1.iter().all(|row| row.name != "上村一组"));
        assert!(read(&school, Some(2027)).townships[0].1.iter().any(|row| row.name == "上村一组"));
        school.at("2026-04-10T09:00:00+08:00");
        written(&school, 2027, "东镇 上村 一组 - -").expect("taken out again");
        assert!(read(&school, Some(2027)).townships[0].1.iter().all(|row| row.name != "上村一组"));
        assert!(words(written(&school, 2025, "东镇 上村 全村 - -")).contains("以前的不改"));
        // A school that was closed since is a gap.
        school.run("update unit set until_day = '2026-05-01' where county = $1 and id = 's1'");
        assert!(gaps(&read(&school, None)).contains(&told("上村", "小学", Gap::Closed)));
        // Others read their own township, and write nothing.
        let seen = school.act(&other_township(), |desk| catchments(desk, None)).expect("the own");
        assert!(seen.lines.is_empty() && seen.townships.iter().all(|(name, _)| name != "东镇"));
        let table = CatchmentTable { year: 2026, source: "方案".to_owned(), lines: "x".to_owned() };
        for by in [township(), head()] {
            let own = table.clone();
            let denied = school.act(&by, move |desk| set_catchments(desk, &own));
            assert!(matches!(denied, Err(Refused::Denied { .. })));
        }
    });
}

/// 五(八): where pupils of the village go elsewhere than the table says is listed; the plan counts children by the table; the notice names its school.
#[test]
fn the_plan_and_the_notice_go_by_it() {
    on_each_engine(|db| {
        let school = county(db);
        school.run("insert into school (county, unit, kind, boarding) values ($1, 's3', '小学', 0)");
        school.run(
            "insert into unit (county, id, kind, line, name, short, parent, township, sort, from_day)
             values ($1, 's3', 'school', 'education', '箐口完小', '箐口完小', 'ju', 't1', 21, '2020-01-01')",
        );
        child(&school, "李甲", SIX, "g1", None);
        child(&school, "李乙", SIX, "g2", None);
        child(&school, "李丙", jiff::civil::date(2016, 1, 1), "g2", Some(("c1", 3)));
        let before = school.act(&bureau(), plan).expect("the plan");
        assert_eq!(before.homeless, (2, 0));
        written(&school, 2026, "东镇 上村 全村 箐口完小 东镇小学\n东镇 上村 二组 东镇小学 -")
            .expect("written");
        assert_eq!(
            gaps(&read(&school, None)),
            [("上村".to_owned(), "小学", Gap::Rolls)],
            "the pupil of the village is on the roll of another"
        );
        let form = PlaceForm { first: 1, junior: 0 };
        school.act(&bureau(), move |desk| plan_places(desk, "s3", form)).expect("planned");
        let after = school.act(&bureau(), plan).expect("the plan");
        assert_eq!(after.homeless, (0, 0));
        let of = |id: &str| {
            let all = after.townships.iter().flat_map(|town| &town.schools);
            all.filter(|one| one.id == id).map(|one| (one.first().expected, one.first().lacking())).next()
        };
        assert_eq!((of("s3"), of("s1")), (Some((1, 0)), Some((1, 1))));
        school.at("2026-06-15");
        let asked = school
            .act(&township(), |desk| ask_notices(desk, jiff::civil::date(2026, 8, 31), "户口簿"))
            .expect("asked");
        let batch = asked.batch;
        school.act(&township(), move |desk| make_portion(desk, &batch)).expect("made");
        for (group, expected) in [("g1", "箐口完小"), ("g2", "东镇小学")] {
            let line =
                school.act(&township(), move |desk| notices_in(desk, group)).expect("them").lines.remove(0);
            let file = school.act(&township(), move |desk| notice(desk, &line.id)).expect("the notice");
            assert_eq!(file.report.1, expected);
        }
    });
}

/// 五(五)(八): one table says what a school holds; what the season plans is no capacity, and what the school wrote down the plan shows.
#[test]
fn one_truth_about_places() {
    on_each_engine(|db| {
        let school = county(db);
        school.at("2026-09-10");
        let form = PlaceForm { first: 40, junior: 0 };
        school.act(&bureau(), move |desk| plan_places(desk, "s1", form)).expect("planned");
        let holds = |school: &School| {
            let all = school.act(&bureau(), ways::places).expect("the places");
            all.into_iter().find(|one| one.school == "s1").and_then(|one| one.on_record)
        };
        assert_eq!(holds(&school), None, "a plan for newcomers is no capacity");
        let table =
            PlacesTable {
                year: 2026, source: "总务处".to_owned(), lines: "东镇小学 300 40".to_owned()
            };
        school.act(&bureau(), move |desk| ways::set_places(desk, &table)).expect("written");
        let read = school.act(&bureau(), plan).expect("the plan");
        let line = read.townships[0].schools.iter().find(|one| one.id == "s1").expect("the school");
        assert_eq!((line.planned, line.holds), (Some((40, 0)), Some((300, 40))));
        let more = PlaceForm { first: 45, junior: 0 };
        school.act(&bureau(), move |desk| plan_places(desk, "s1", more)).expect("planned");
        assert_eq!(holds(&school).map(|(_, places, beds, _)| (places, beds)), Some((300, 40)));
    });
}

/// E01, E05: a workbook or text file becomes lines to look at; another list is refused with words; nothing is stored.
#[test]
fn a_file_becomes_lines() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x");
    std::fs::write(
        &path,
        "乡镇,村委会,小组,小学,初中\n东镇,上村,,东镇小学,\n东镇,上村,一组,箐口完小,东镇中学\n",
    )
    .expect("written");
    assert_eq!(
        catchment_lines(&path).expect("lines"),
        "东镇\t上村\t-\t东镇小学\t-\n东镇\t上村\t一组\t箐口完小\t东镇中学"
    );
    std::fs::write(&path, "姓名,身份证号\n李甲,1\n").expect("written");
    assert!(matches!(catchment_lines(&path), Err(Refused::Invalid(_))), "another list");
    std::fs::write(&path, "x".repeat(season::LARGEST + 1)).expect("written");
    assert!(matches!(catchment_lines(&path), Err(Refused::Invalid(_))));
}
