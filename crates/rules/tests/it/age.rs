//! Ages, the school-age test, grades.

use jiff::civil::{Date, date};
use proptest::prelude::*;
use rules::age::{AgeGroup, Grade, SchoolAge, Stage, age_on, school_year, school_year_label};

use crate::nanjian::PLAN;

/// G04: a birthday on 29 February falls on 1 March in common years.
#[test]
fn leap_day_birthdays() {
    for (birth, on, years) in [
        (date(2016, 2, 29), date(2022, 2, 28), 5),
        (date(2016, 2, 29), date(2022, 3, 1), 6),
        (date(2016, 2, 29), date(2024, 2, 28), 7),
        (date(2016, 2, 29), date(2024, 2, 29), 8),
        (date(2020, 2, 29), date(2036, 2, 28), 15),
        (date(2020, 2, 29), date(2036, 2, 29), 16),
        (date(2015, 9, 1), date(2015, 8, 31), -1),
        (date(2015, 9, 1), date(2015, 9, 1), 0),
        (date(2015, 9, 1), date(2026, 8, 31), 10),
    ] {
        assert_eq!(age_on(birth, on), years, "{birth} {on}");
    }
}

fn check(birth: Date, on: Date, expected: AgeGroup) {
    assert_eq!(PLAN.school_age().group(birth, on), expected, "{birth} {on}");
}

/// G05, 五(八): six by 31 August of the school year that the day lies in.
#[test]
fn six_by_the_end_of_august() {
    use AgeGroup::{SchoolAge, TooYoung};
    for (birth, on, expected) in [
        (date(2019, 8, 30), date(2026, 4, 1), SchoolAge),
        (date(2019, 8, 31), date(2026, 4, 1), SchoolAge),
        (date(2019, 9, 1), date(2026, 4, 1), TooYoung),
        (date(2020, 8, 31), date(2026, 4, 1), TooYoung),
        // 31 August is the last day of the old school year, 1 September the first of the new.
        (date(2020, 8, 31), date(2026, 8, 31), TooYoung),
        (date(2020, 8, 31), date(2026, 9, 1), SchoolAge),
        (date(2020, 9, 1), date(2026, 9, 1), TooYoung),
        (date(2020, 2, 29), date(2026, 9, 1), SchoolAge),
        (date(2027, 1, 1), date(2026, 9, 1), TooYoung),
    ] {
        check(birth, on, expected);
    }
}

/// G06: until the sixteenth birthday, that day no longer included.
#[test]
fn until_sixteen() {
    for (birth, on, expected) in [
        (date(2010, 4, 2), date(2026, 4, 1), AgeGroup::SchoolAge),
        (date(2010, 4, 1), date(2026, 4, 1), AgeGroup::Over),
        (date(2012, 2, 29), date(2028, 2, 28), AgeGroup::SchoolAge),
        (date(2012, 2, 29), date(2028, 2, 29), AgeGroup::Over),
        (date(1990, 1, 1), date(2026, 4, 1), AgeGroup::Over),
    ] {
        check(birth, on, expected);
    }
}

/// 义务教育法 11: a county where conditions lack may set seven; another cut moves with it.
#[test]
fn the_rule_is_the_countys() {
    let rule = SchoolAge { from_years: 7, turned_by: (2, 28), until_years: 16 };
    assert_eq!(rule.entry_year(date(2019, 2, 28)), 2026);
    assert_eq!(rule.entry_year(date(2019, 3, 1)), 2027);
    assert_eq!(rule.entry_year(date(2020, 2, 29)), 2028);
}

/// Domain 6.1: school year 1 September to 31 August.
#[test]
fn school_years() {
    assert_eq!([date(2026, 8, 31), date(2026, 9, 1)].map(school_year), [2025, 2026]);
    assert_eq!(school_year_label(2025), "2025-2026");
}

/// Domain 6.1: grade = school year − entry year + 1, from seven on in 初中.
#[test]
fn grades() {
    let grade = |number| Grade::new(number);
    for (stage, cohort, year, expected) in [
        (Stage::Primary, 2021, 2024, grade(4)),
        (Stage::Primary, 2021, 2021, grade(1)),
        (Stage::Primary, 2021, 2026, grade(6)),
        (Stage::Primary, 2021, 2027, None),
        (Stage::Primary, 2021, 2020, None),
        (Stage::Junior, 2024, 2024, grade(7)),
        (Stage::Junior, 2024, 2026, grade(9)),
        (Stage::Junior, 2024, 2027, None),
        (Stage::Junior, 2024, 2023, None),
    ] {
        assert_eq!(Grade::from_cohort(stage, cohort, year), expected, "{stage:?} {cohort} {year}");
        if let Some(grade) = expected {
            assert_eq!((grade.cohort_year(year), grade.stage()), (cohort, stage));
        }
    }
    assert_eq!((Grade::new(0), Grade::new(10)), (None, None));
    for (birth, expected) in [
        (date(2019, 8, 31), grade(1)),
        (date(2019, 9, 1), None),
        (date(2013, 8, 31), grade(7)),
        (date(2011, 8, 31), grade(9)),
        (date(2010, 8, 31), None),
    ] {
        assert_eq!(PLAN.school_age().expected_grade(birth, date(2026, 4, 1)), expected, "{birth}");
    }
}

#[test]
fn grades_as_lists_write_them() {
    for (text, number) in [
        ("四年级", 4),
        ("小学四年级", 4),
        ("4", 4),
        ("4年级", 4),
        ("七年级", 7),
        ("初一", 7),
        ("初中一年级", 7),
        ("初三", 9),
        ("初中九年级", 9),
    ] {
        assert_eq!(Grade::parse(text).map(Grade::number), Some(number), "{text}");
    }
    for text in ["", "高一", "十年级", "初四", "小学", "2021级", "0"] {
        assert_eq!(Grade::parse(text), None, "{text}");
    }
    for number in 1..=9 {
        let grade = Grade::new(number).unwrap();
        assert_eq!(Grade::parse(grade.label()), Some(grade));
    }
}

prop_compose! {
    fn any_day()(year in 1950_i16..=2090, month in 1_i8..=12, day in 1_i8..=31) -> Option<Date> {
        Date::new(year, month, day).ok()
    }
}

proptest! {
    #![proptest_config(crate::cases(512))]

    /// Age never runs backwards and grows by one from year to year.
    #[test]
    fn age_grows(birth in any_day(), on in any_day()) {
        let (Some(birth), Some(on)) = (birth, on) else { return Ok(()) };
        let next = on.tomorrow().unwrap();
        prop_assert!((0..=1).contains(&(age_on(birth, next) - age_on(birth, on))));
    }

    /// As days go by a child moves from too young over school age to over, never back.
    #[test]
    fn groups_only_move_forward(birth in any_day(), on in any_day()) {
        let (Some(birth), Some(on)) = (birth, on) else { return Ok(()) };
        let rule = PLAN.school_age();
        prop_assert!(rule.group(birth, on) <= rule.group(birth, on.tomorrow().unwrap()));
    }
}
