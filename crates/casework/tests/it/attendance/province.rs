//! 省系统考勤, 五(九): where a school does not call here its export becomes the register; where it does nothing is overwritten, and the
//! two are compared (hazards A02, B06, B14, E09, E12, E14, H01).

use casework::attendance::{
    Calling, DayForm, Evenings, Handed, How, Source, apply_province, decide_difference, drop_province,
    hand_in_province, look_province, province, province_differences, province_one_side, province_open,
    read_province, set_calling, set_school_day, undo_province,
};
use casework::db::testing::on_each_engine;
use casework::desk::SignedIn;
use casework::refused::Refused;
use rules::access::Role;
use rules::attendance::Kind::{Present, Truant};
use rules::attendance::Stood;

use super::school::{School, bureau, day, head, teacher, who, words};

const HEADINGS: &str = "日期,学校名称,年级,班级,姓名,考勤类别,原因";

fn registrar() -> SignedIn {
    who("registrar", Role::Registrar, "s1")
}

/// Rows of class `c1`: day, name, mark.
fn rows(all: &[(&str, &str, &str)]) -> String {
    all.iter().map(|(on, name, mark)| format!("{on},东镇小学,三年级,1班,{name},{mark},\n")).collect()
}

/// Hands a file in; with the rows that are turned away.
fn hand(school: &School, by: &SignedIn, text: &str) -> Result<(Handed, Vec<String>), Refused> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("导出.csv");
    std::fs::write(&path, format!("{HEADINGS}\n{text}")).expect("a file");
    let file = read_province(&path, &school.plan, "导出.csv")?;
    school.act(by, move |desk| {
        let looked = look_province(desk, file.clone())?;
        let wrong = looked.rejected().rows.iter().map(|row| row.problem.clone()).collect();
        Ok((hand_in_province(desk, &looked, None)?, wrong))
    })
}

fn apply(school: &School, by: &SignedIn, id: &str) {
    loop {
        let id = id.to_owned();
        if school.act(by, move |desk| apply_province(desk, &id)).expect("taken over") == 0 {
            return;
        }
    }
}

/// Hands in and takes over; everything must be usable.
fn bring(school: &School, by: &SignedIn, all: &[(&str, &str, &str)]) -> String {
    let (handed, wrong) = hand(school, by, &rows(all)).expect("handed in");
    assert_eq!(wrong, Vec::<String>::new());
    apply(school, by, &handed.id);
    handed.id
}

fn sends(school: &School) {
    let new = Calling { source: Source::Province, evenings: Evenings::None, halves: false };
    school.act(&head(), move |desk| set_calling(desk, "s1", new)).expect("set");
    school.at("2026-11-24T08:00:01+08:00");
}

/// Name, here, there of what waits (or is to be corrected there).
fn differing(school: &School, by: &SignedIn, open: bool) -> Vec<(String, Stood, &'static str)> {
    let page = school.act(by, move |desk| province_differences(desk, open, None)).expect("the differences");
    page.rows.into_iter().map(|one| (one.name, one.here, one.there)).collect()
}

#[test]
fn what_the_province_says_becomes_the_register() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["旷三天", "都在", "病一天"]);
        sends(&school);
        school.at("2026-11-26");
        let text = rows(&[
            ("2026-11-24", "旷三天", "旷课"),
            ("2026-11-24", "都在", "出勤"),
            ("2026-11-24", "病一天", "病假"),
            ("2026-11-25", "旷三天", "缺课"),
            ("2026-11-25", "都在", "迟到"),
            ("2026-11-25", "病一天", "正常"),
            ("2026-11-26", "旷三天", "旷课"),
            ("2026-11-26", "都在", "出勤"),
            ("2026-11-26", "病一天", "出勤"),
        ]);
        let (handed, wrong) = hand(&school, &registrar(), &text).expect("handed in");
        assert!(wrong.is_empty() && handed.already.is_none(), "{wrong:?}");
        assert_eq!(
            school.count("select cast(count(*) as bigint) from sheet where county = $1"),
            0,
            "shown first"
        );
        let id = handed.id.clone();
        let page = school.act(&registrar(), move |desk| province(desk, &id, 0)).expect("the export");
        assert_eq!((page.counts, page.schools, page.line.rows), ((3, 0), 1, 9));
        assert_eq!(page.days[0].missing, [("病一天".to_owned(), "病假"), ("旷三天".to_owned(), "旷课")]);
        apply(&school, &registrar(), &handed.id);
        // Asked twice, and the same file again, are once (E12, H01).
        apply(&school, &registrar(), &handed.id);
        let (again, _) = hand(&school, &registrar(), &text).expect("the same file");
        assert!(again.id == handed.id && again.already.is_some());
        let sheets = "select cast(count(*) as bigint) from sheet where county = $1 and source = 'province'";
        assert_eq!(school.count(sheets), 3);
        // A class of which everybody is named has rows for the exceptions alone.
        assert_eq!(school.count("select cast(count(*) as bigint) from mark where county = $1"), 5);
        assert_eq!(school.suspected(&ids[0]), [(day("2026-11-26"), String::new())], "五(九): the third day");
        school.clocks_are_true(&ids);
        assert_eq!(differing(&school, &head(), true), [], "it is the register");
        let line = school.register(&head(), "2026-11-24").expect("the register");
        assert!(line.parts[0].sheets[0].province, "the source stands on the sheet");
        // The teacher calls nothing there, and the head corrects.
        let mut call = school.sheet(&[]);
        assert!(words(school.submit(&teacher(), &call)).contains("从省系统导入"));
        call.corrects = line.parts[0].heads.clone();
        call.day = day("2026-11-24");
        call.child = Some(ids[0].clone());
        call.marks = school.sheet(&[(&ids[0], Present)]).marks;
        call.why = "家长送来晚了".to_owned();
        school.submit(&head(), &call).expect("corrected");
        assert_eq!(school.suspected(&ids[0])[0].1, "corrected");
        // Taken back: what was corrected stays, the rest counts no longer (E14).
        let id = handed.id;
        assert_eq!(school.act(&registrar(), move |desk| undo_province(desk, &id)).expect("taken back"), 1);
        assert_eq!(school.clock(&ids[0]).away, 0);
        school.clocks_are_true(&ids);
        let gone =
            "select cast(count(*) as bigint) from sheet where county = $1 and taken_back_at is not null";
        assert_eq!((school.count(sheets), school.count(gone)), (3, 2), "nothing is deleted");
        assert!(hand(&school, &registrar(), &text).expect("once more").0.already.is_none());
    });
}

#[test]
fn nothing_that_was_called_here_is_overwritten() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["此缺彼到", "此到彼旷", "都一样", "迟到算到"]);
        school.call(&[(&ids[0], Truant)]);
        let marks = [
            ("2026-11-24", "此缺彼到", "出勤"),
            ("2026-11-24", "此到彼旷", "旷课"),
            ("2026-11-24", "都一样", "出勤"),
            ("2026-11-24", "迟到算到", "迟到"),
        ];
        bring(&school, &registrar(), &marks);
        assert_eq!(school.clock(&ids[0]).away, 1);
        assert_eq!(school.clock(&ids[1]).away, 0, "nothing was changed");
        let mut open = differing(&school, &head(), true);
        open.sort_by(|a, b| a.0.cmp(&b.0));
        let expected =
            [("此到彼旷".to_owned(), Stood::Came, "旷课"), ("此缺彼到".to_owned(), Stood::Away, "出勤")];
        assert_eq!(open, expected, "迟到 counts as 出勤");
        assert_eq!(school.act(&head(), province_open).expect("the head's duty"), 2);
        assert_eq!(school.act(&registrar(), province_open).expect("not the registrar's"), 0);
        let decide = |by: &SignedIn, child: &str, how: How, why: &'static str| {
            let child = child.to_owned();
            school.act(by, move |desk| decide_difference(desk, &child, day("2026-11-24"), how, why))
        };
        for stranger in [registrar(), teacher(), bureau(), who("other", Role::Head, "s2")] {
            assert!(matches!(decide(&stranger, &ids[0], How::Ours, "x"), Err(Refused::Denied { .. })));
        }
        assert!(words(decide(&head(), &ids[0], How::Ours, " ")).contains("请写怎么核实的"));
        decide(&head(), &ids[0], How::Ours, "家访核实没有来").expect("the register is right");
        decide(&head(), &ids[1], How::Theirs, "班主任漏点").expect("the province is right");
        assert!(
            matches!(decide(&head(), &ids[1], How::Theirs, "再来"), Err(Refused::Denied { .. })),
            "settled"
        );
        assert_eq!(school.clock(&ids[1]).away, 1, "corrected by the way of every correction");
        assert_eq!(
            school.count("select cast(count(*) as bigint) from sheet where county = $1"),
            2,
            "both stay (B06)"
        );
        assert_eq!(differing(&school, &head(), true), []);
        assert_eq!(differing(&school, &head(), false), [("此缺彼到".to_owned(), Stood::Away, "出勤")]);
        school.clocks_are_true(&ids);
        // The same once more changes nothing; corrected there, it is gone by itself.
        school.at("2026-11-24T15:00:00+08:00");
        let (handed, _) = hand(&school, &registrar(), &(rows(&marks) + "\n")).expect("another file");
        apply(&school, &registrar(), &handed.id);
        assert_eq!(differing(&school, &head(), false).len(), 1, "it stays decided");
        school.at("2026-11-24T16:00:00+08:00");
        bring(
            &school,
            &registrar(),
            &[("2026-11-24", "此缺彼到", "旷课"), ("2026-11-24", "此到彼旷", "旷课")],
        );
        assert_eq!((differing(&school, &head(), true), differing(&school, &head(), false)), (vec![], vec![]));
        // A correction made on the class's page is followed, too.
        let line = school.register(&head(), "2026-11-24").expect("the register");
        let mut call = school.sheet(&[(&ids[1], Present)]);
        call.corrects = line.parts[0].heads.clone();
        call.child = Some(ids[1].clone());
        school.submit(&teacher(), &call).expect("corrected");
        assert_eq!(differing(&school, &head(), true), [("此到彼旷".to_owned(), Stood::Came, "旷课")]);
    });
}

#[test]
fn rows_that_cannot_be_used_are_said() {
    on_each_engine(|db| {
        let school = School::new(db);
        school.pupils("c1", &["李小明", "王小花"]);
        school.pupils("c3", &["别校的"]);
        let (handed, wrong) = hand(
            &school,
            &head(),
            &(rows(&[
                ("2026-11-24", "李小明", "缺勤了吧"),
                ("2026-11-24", "李小明", ""),
                ("2026-11-24", "别校的", "旷课"),
                ("2026-11-22", "李小明", "旷课"),
                ("2026-11-25", "李小明", "旷课"),
                ("2026-09-01", "李小明", "旷课"),
                ("11月", "李小明", "旷课"),
                ("2026-11-24", "王小花", "旷课"),
                ("2026-11-24", "王小花", "出勤"),
            ]) + "2026-11-24,西乡小学,三年级,1班,别校的,旷课,\n"),
        )
        .expect("handed in");
        let starts = [
            "不认识这个考勤类别",
            "没有考勤类别",
            "这一天本校没有这个学生",
            "这一天不上课（周末）",
            "这一天还没到",
            "太早了，只能导入30天以内的",
            "日期看不懂",
            "同一个学生同一天有几行，说法不同",
            "同一个学生同一天有几行，说法不同",
            "不是本单位的学校",
        ];
        assert_eq!(wrong.len(), starts.len(), "{wrong:?}");
        for (wrong, start) in wrong.iter().zip(starts) {
            assert!(wrong.starts_with(start), "{wrong}: {start}");
        }
        let id = handed.id.clone();
        let page = school.act(&head(), move |desk| province(desk, &id, 0)).expect("the export");
        assert_eq!((page.counts, page.line.rejected), ((0, 0), 10));
        let id = handed.id.clone();
        let other = who("other", Role::Head, "s2");
        assert!(matches!(
            school.act(&other, move |desk| province(desk, &id, 0)),
            Err(Refused::Denied { .. })
        ));
        let id = handed.id.clone();
        school.act(&head(), move |desk| drop_province(desk, &id)).expect("dropped");
        let id = handed.id;
        assert!(matches!(
            school.act(&head(), move |desk| apply_province(desk, &id)),
            Err(Refused::Changed { .. })
        ));
        // The bureau brings every school's.
        let both =
            rows(&[("2026-11-24", "李小明", "出勤")]) + "2026-11-24,西乡小学,三年级,1班,别校的,旷课,\n";
        assert_eq!(hand(&school, &bureau(), &both).expect("handed in").1, Vec::<String>::new());
    });
}

/// A file that was cut in half: whom it does not name was not there and was not away; the last line is said.
#[test]
fn half_a_file_makes_nobody_present() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["甲甲", "乙乙", "丙丙"]);
        sends(&school);
        bring(
            &school,
            &registrar(),
            &[("2026-11-24", "甲甲", "出勤"), ("2026-11-24", "乙乙", "旷课"), ("2026-11-24", "丙丙", "旷课")],
        );
        school.at("2026-11-25");
        let text = rows(&[("2026-11-25", "甲甲", "出勤"), ("2026-11-25", "乙乙", "旷课")])
            + "2026-11-25,东镇小学,三年级,1班,丙";
        let (handed, wrong) = hand(&school, &registrar(), &text).expect("handed in");
        assert_eq!(wrong, ["没有考勤类别"]);
        let id = handed.id.clone();
        let page = school.act(&registrar(), move |desk| province(desk, &id, 0)).expect("the export");
        assert_eq!(page.days[0].unnamed, ["丙丙"]);
        apply(&school, &registrar(), &handed.id);
        assert_eq!(school.clock(&ids[1]).away, 2);
        assert_eq!(school.clock(&ids[2]).away, 1, "neither there nor away");
        school.clocks_are_true(&ids);
        // The rest of the file, later: it takes the place of the half.
        school.at("2026-11-25T15:00:00+08:00");
        bring(
            &school,
            &registrar(),
            &[("2026-11-25", "甲甲", "出勤"), ("2026-11-25", "乙乙", "旷课"), ("2026-11-25", "丙丙", "出勤")],
        );
        assert_eq!((school.clock(&ids[1]).away, school.clock(&ids[2]).away), (2, 0));
        // What a person corrected is not overwritten by the next export.
        let line = school.register(&head(), "2026-11-25").expect("the register");
        let mut call = school.sheet(&[(&ids[1], Present)]);
        call.corrects = line.parts[0].heads.clone();
        call.child = Some(ids[1].clone());
        school.submit(&head(), &call).expect("corrected");
        school.at("2026-11-25T16:00:00+08:00");
        bring(
            &school,
            &registrar(),
            &[("2026-11-25", "丙丙", "出勤"), ("2026-11-25", "乙乙", "旷课"), ("2026-11-25", "甲甲", "早退")],
        );
        assert_eq!(school.clock(&ids[1]).away, 0);
        assert_eq!(
            differing(&school, &head(), true),
            [("乙乙".to_owned(), Stood::Came, "旷课")],
            "but it is said"
        );
        school.clocks_are_true(&ids);
    });
}

#[test]
fn days_that_one_side_alone_has() {
    on_each_engine(|db| {
        let school = School::new(db);
        school.pupils("c1", &["李小明"]);
        school.at("2026-11-23");
        school.call(&[]);
        school.at("2026-11-26");
        let all = [
            ("2026-11-23", "李小明", "出勤"),
            ("2026-11-24", "李小明", "出勤"),
            ("2026-11-26", "李小明", "旷课"),
        ];
        school.at("2026-11-25");
        school.call(&[]);
        school.at("2026-11-26");
        bring(&school, &registrar(), &all);
        let sides = school.act(&head(), province_one_side).expect("the days");
        let sides: Vec<(String, bool)> =
            sides.into_iter().map(|one| (one.day.to_string(), one.here)).collect();
        let expected = [("2026-11-26", false), ("2026-11-25", true), ("2026-11-24", false)];
        assert_eq!(sides, expected.map(|(day, here)| (day.to_owned(), here)));
        // Nobody called here, and the province has the pupil away: that is for the head, too.
        assert_eq!(differing(&school, &head(), true), [("李小明".to_owned(), Stood::Unknown, "旷课")]);
        let other = who("other", Role::Head, "s2");
        assert_eq!(differing(&school, &other, true), []);
        assert_eq!(school.act(&other, province_one_side).expect("none"), []);
        // Declared off afterwards, there is nothing to decide (B14).
        let off = DayForm {
            school: Some("s1".to_owned()),
            day: day("2026-11-26"),
            lessons: false,
            why: "暴雨停课".to_owned(),
        };
        school.act(&head(), move |desk| set_school_day(desk, &off)).expect("a day off");
        assert_eq!(differing(&school, &head(), true), []);
    });
}
