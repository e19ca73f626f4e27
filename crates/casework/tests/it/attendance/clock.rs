//! The clock as rows, 五(九), B06, B14: the third day, coming back, late facts, transfers, days off; kept rows are always
//! those that counting from nothing makes.

use casework::db::testing::on_each_engine;
use rules::attendance::Kind::{self, Present, Sick, Truant};
use rules::standing::Standing;

use super::school::{School, day, head, teacher};

/// Mondays to Fridays of one week.
const WEEK: [&str; 5] = ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27"];

/// 五(九): on the third day the child stands on the list by itself, in the same act; coming back takes it off and both stay.
#[test]
fn the_third_day_stands_on_the_list_by_itself() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["李小明", "李小花"]);
        let ming = ids[0].as_str();
        for on in &WEEK[..2] {
            school.at(on);
            assert!(school.call(&[(ming, Truant)]).suspected.is_empty());
        }
        assert_eq!(school.standing(ming), Standing::Enrolled);
        school.at(WEEK[2]);
        let third = school.call(&[(ming, Truant)]);
        assert_eq!(third.suspected, [(ids[0].clone(), "李小明".to_owned())]);
        assert!(
            third.said[0].2.starts_with("3 个上课日无正当理由未到校，2026年11月25日起为疑似辍学（五(九)")
        );
        assert_eq!(school.suspected(ming), [(day(WEEK[2]), String::new())]);
        assert_eq!(
            school.standing(ming),
            Standing::Absent,
            "the lists for the platforms have it the same day"
        );
        let ground = "select cast(count(*) as bigint) from suspected join sheet on sheet.county = suspected.county
                        and sheet.id = suspected.source_id and sheet.day = '2026-11-25' where suspected.county = $1";
        assert_eq!(school.count(ground), 1, "the sheet that made it so is named");
        school.at(WEEK[3]);
        school.call(&[]);
        assert_eq!(school.suspected(ming), [(day(WEEK[2]), "returned".to_owned())]);
        assert_eq!(school.standing(ming), Standing::Enrolled);
        school.clocks_are_true(&ids);
    });
}

/// A child that is there writes nothing; one that is away a row an evening, and one of nought when it is back.
#[test]
fn who_is_there_writes_no_row() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["李小明", "李小花"]);
        for (on, kind) in WEEK.iter().zip([Present, Truant, Sick, Present, Present]) {
            school.at(on);
            school.call(&[(&ids[0], kind)]);
        }
        let rows = school.clocks();
        assert_eq!(rows.len(), 3, "{rows:?}");
        assert!(rows[0].contains("2026-11-24 away 1 since 2026-11-24 last truant"), "{rows:?}");
        assert!(
            rows[1].contains("2026-11-25 away 1 since 2026-11-24 last truant suspected  excused 1 told 1"),
            "{rows:?}"
        );
        assert!(
            rows[2].ends_with("2026-11-26 away 0 since  last  suspected  excused 0 told 0 unknown 0 open 0"),
            "{rows:?}"
        );
        school.clocks_are_true(&ids);
    });
}

/// B06: a late correction counts anew, takes the child off the list as corrected, and keeps both facts; corrected back, it
/// stands there once more.
#[test]
fn a_correction_takes_off_the_list_and_keeps_both() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["李小明"]);
        let ming = ids[0].as_str();
        let mut sheets = Vec::new();
        for on in &WEEK[..3] {
            school.at(on);
            sheets.push(school.call(&[(ming, Truant)]).sheet);
        }
        assert_eq!(school.suspected(ming).len(), 1);
        let correct = |kind: Kind, corrects: &str| {
            let mut sheet = school.sheet(&[(ming, kind)]);
            sheet.day = day(WEEK[1]);
            sheet.child = Some(ming.to_owned());
            sheet.corrects = vec![corrects.to_owned()];
            sheet.why = "核对后更正".to_owned();
            school.submit(&head(), &sheet).expect("corrected").sheet
        };
        let there = correct(Present, &sheets[1]);
        assert_eq!(school.clock(ming).away, 1, "since it last was there");
        assert_eq!(school.suspected(ming), [(day(WEEK[2]), "corrected".to_owned())]);
        assert_eq!(school.standing(ming), Standing::Enrolled);
        correct(Truant, &there);
        assert_eq!(school.clock(ming).away, 3);
        let twice = [(day(WEEK[2]), "corrected".to_owned()), (day(WEEK[2]), String::new())];
        assert_eq!(school.suspected(ming), twice);
        school.clocks_are_true(&ids);
    });
}

/// Registers that arrive days later, from a phone that was off line, make the list as if they had come in time.
#[test]
fn late_sheets_make_the_list_too() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["李小明", "李小花"]);
        school.at(WEEK[4]);
        let late = |on: &str, marks: &[(&str, Kind)]| {
            let mut sheet = school.sheet(marks);
            sheet.day = day(on);
            school.submit(&teacher(), &sheet).expect("late")
        };
        for on in [WEEK[2], WEEK[0], WEEK[1]] {
            assert!(late(on, &[(&ids[0], Truant), (&ids[1], Truant)]).late);
        }
        assert_eq!(school.suspected(&ids[0]), [(day(WEEK[2]), String::new())]);
        // On Thursday one of them was back: it was suspected for a day, and both is kept.
        late(WEEK[3], &[(&ids[0], Truant)]);
        assert_eq!(school.suspected(&ids[1]), [(day(WEEK[2]), "returned".to_owned())]);
        assert_eq!(school.clock(&ids[0]).away, 4);
        school.clocks_are_true(&ids);
    });
}

/// B14: a day off that is declared afterwards counts anew and never makes a suspect; weekends count nothing.
#[test]
fn a_day_off_afterwards_takes_a_suspect_away() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["李小明"]);
        for on in ["2026-11-20", WEEK[0], WEEK[1]] {
            school.at(on);
            school.call(&[(&ids[0], Truant)]);
        }
        assert_eq!(school.suspected(&ids[0]), [(day(WEEK[1]), String::new())], "over the weekend");
        school.run(
            "insert into school_day (county, id, school, day, lessons, why, by_account, at)
             values ($1, 'd1', 's1', '2026-11-23', 0, '暴雨停课', '', '2026-11-24')",
        );
        let all = ids.clone();
        school
            .act(&head(), move |desk| casework::attendance::recount(desk, &all, day(WEEK[0])))
            .expect("anew");
        assert_eq!(school.clock(&ids[0]).away, 2);
        assert_eq!(school.suspected(&ids[0]), [(day(WEEK[1]), "corrected".to_owned())]);
        school.clocks_are_true(&ids);
    });
}

/// An absence goes with the child through a transfer; a register that was called before the transfer was known does not
/// make present whom nobody saw.
#[test]
fn a_transfer_neither_ends_nor_invents() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["李小明"]);
        school.pupils("c2", &["别班生"]);
        for on in &WEEK[..2] {
            school.at(on);
            school.call(&[(&ids[0], Truant)]);
        }
        // c2 is called on Wednesday; on Thursday it is entered that the child belongs to it since Wednesday.
        school.at(WEEK[2]);
        let mut other = school.sheet(&[]);
        other.class = "c2".to_owned();
        school.submit(&head(), &other).expect("called");
        school.at(WEEK[3]);
        school.run("update class_member set until_day = '2026-11-25' where county = $1 and class = 'c1'");
        school.run(
            "insert into class_member (county, id, child, school, class, from_day, ground, made_at)
             select $1, 'm2', id, 's1', 'c2', '2026-11-25', '', '2026-11-26T07:00:00.000+08:00'
             from child where county = $1 and name = '李小明'",
        );
        let mut today = school.sheet(&[(&ids[0], Truant)]);
        today.class = "c2".to_owned();
        let done = school.submit(&head(), &today).expect("in the new class");
        assert_eq!(done.suspected.len(), 1, "two days there, one unknown, one here");
        let clock = school.clock(&ids[0]);
        assert_eq!((clock.away, clock.unknown), (3, 1));
        school.clocks_are_true(&ids);
    });
}

/// 合并档案: what was marked of the double counts for the file that stays, and goes back when they are two again.
#[test]
fn a_double_brings_its_marks() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["李小明", "李小鸣"]);
        let (kept, gone) = (ids[0].clone(), ids[1].clone());
        // The one that stays was in no class; the double was called.
        school.run(
            "delete from class_member where county = $1
                    and child = (select id from child where county = $1 and name = '李小明')",
        );
        school.run(
            "update child set school = null, school_township = null, class = null, standing = 'unknown'
                    where county = $1 and name = '李小明'",
        );
        for on in &WEEK[..2] {
            school.at(on);
            school.call(&[(&gone, Truant)]);
        }
        let by = super::school::bureau();
        let merge = {
            let (kept, gone) = (kept.clone(), gone.clone());
            school.act(&by, move |desk| casework::ledger::merge(desk, &kept, &gone, "同一个孩子"))
        };
        let merge = merge.expect("one file");
        assert_eq!((school.clock(&kept).away, school.clock(&gone).away), (2, 0));
        school.clocks_are_true(&ids);
        school
            .act(&by, move |desk| casework::ledger::unmerge(desk, &kept, &merge, "不是同一个孩子"))
            .expect("two again");
        assert_eq!(school.clock(&gone).away, 2);
        school.clocks_are_true(&ids);
    });
}
