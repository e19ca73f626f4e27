//! The school calendar of Nanjian: national days, swaps, terms, and years that are not known.

use jiff::civil::{Date, date};
use rules::calendar::{Day, Missing, NoData};

use crate::nanjian::PLAN;

fn check(day: Date, expected: Day<'_>) {
    assert_eq!(PLAN.calendar().day(day), Ok(expected), "{day}");
}

/// B14: weekends, holidays and swapped workdays as the national notices have them.
#[test]
fn days() {
    check(date(2026, 9, 1), Day::Teaching);
    check(date(2026, 9, 5), Day::Weekend);
    check(date(2026, 9, 20), Day::SwappedWorkday);
    check(date(2026, 9, 25), Day::Holiday("中秋"));
    check(date(2026, 10, 1), Day::Holiday("国庆节"));
    check(date(2026, 10, 7), Day::Holiday("国庆节"));
    check(date(2026, 10, 8), Day::Teaching);
    check(date(2026, 10, 10), Day::SwappedWorkday);
    check(date(2026, 2, 17), Day::Holiday("春节"));
    check(date(2026, 2, 24), Day::Vacation);
    check(date(2026, 8, 5), Day::Vacation);
    check(date(2023, 10, 7), Day::SwappedWorkday);
    check(date(2025, 1, 26), Day::Weekend);
}

/// County days count once they are decided: 三月街 2024 is, 2025 is not yet known.
#[test]
fn county_days() {
    check(date(2024, 4, 23), Day::Holiday("三月街民族节"));
    check(date(2024, 4, 26), Day::Teaching);
    check(date(2025, 4, 14), Day::Teaching);
    check(date(2023, 5, 6), Day::Holiday("三月街民族节"));
}

/// 行政处罚法 85: swapped workdays count, vacations and county days play no part.
#[test]
fn working_days() {
    for (day, working) in [
        (date(2026, 9, 20), true),
        (date(2026, 9, 25), false),
        (date(2026, 8, 5), true),
        (date(2026, 8, 8), false),
        (date(2026, 2, 14), true),
        (date(2024, 4, 23), true),
    ] {
        assert_eq!(PLAN.calendar().is_working_day(day), Ok(working), "{day}");
    }
}

/// 五(九): teaching days are counted over weekends and holidays, both ends included.
#[test]
fn teaching_days() {
    for (from, to, days) in [
        (date(2026, 9, 1), date(2026, 9, 1), 1),
        (date(2026, 9, 4), date(2026, 9, 7), 2),
        (date(2026, 9, 18), date(2026, 9, 21), 3),
        (date(2026, 9, 30), date(2026, 10, 10), 4),
        (date(2026, 9, 7), date(2026, 9, 4), 0),
    ] {
        assert_eq!(PLAN.calendar().teaching_days_between(from, to), Ok(days), "{from} {to}");
    }
}

/// A year without data is an error that names the file and what to add, never plain weekends.
#[test]
fn years_without_data() {
    let holidays = |year| NoData { year, missing: Missing::Holidays };
    let terms = |year| NoData { year, missing: Missing::Terms };
    assert_eq!(PLAN.calendar().day(date(2028, 3, 1)), Err(holidays(2028)));
    assert_eq!(PLAN.calendar().is_working_day(date(2022, 12, 30)), Err(holidays(2022)));
    assert_eq!(PLAN.calendar().day(date(2028, 1, 4)), Err(holidays(2028)));
    assert_eq!(
        PLAN.calendar().teaching_days_between(date(2027, 12, 30), date(2028, 1, 4)),
        Err(holidays(2028))
    );
    for (problem, words) in [(holidays(2028), "2028年的放假安排"), (terms(2027), "2027-2028学年的学期")]
    {
        let message = problem.to_string();
        assert!(
            message.contains(words) && message.contains("calendar.toml") && message.contains("请"),
            "{message}"
        );
    }
}

/// A year whose notice is not out yet has the days that the law names, no exchange of days, and says so.
#[test]
fn a_year_before_its_notice_is_provisional() {
    let calendar = PLAN.calendar();
    assert!(
        calendar.is_provisional(2027) && !calendar.is_provisional(2026) && !calendar.is_provisional(2030)
    );
    check(date(2027, 1, 4), Day::Teaching);
    check(date(2027, 1, 1), Day::Holiday("元旦"));
    check(date(2027, 2, 5), Day::Holiday("春节"));
    check(date(2027, 4, 5), Day::Holiday("清明"));
    check(date(2027, 3, 1), Day::Teaching);
    // 劳动节 lies on a weekend; nobody has arranged another day for it yet.
    check(date(2027, 5, 3), Day::Teaching);
    let mut day = date(2027, 1, 1);
    while day.year() == 2027 {
        assert_ne!(calendar.day(day), Ok(Day::SwappedWorkday), "{day}");
        day = day.tomorrow().unwrap();
    }
}

/// Every day of the known years has an answer, and a day off is never a working day.
#[test]
fn every_known_day_has_an_answer() {
    let mut day = date(2023, 1, 1);
    while day < date(2027, 12, 31) {
        let kind = PLAN.calendar().day(day);
        let working = PLAN.calendar().is_working_day(day).unwrap();
        match kind {
            Ok(Day::Teaching | Day::SwappedWorkday) => assert!(working, "{day}"),
            Ok(Day::Weekend) => assert!(!working || !kind.unwrap().is_teaching(), "{day}"),
            Ok(_) => {}
            Err(problem) => panic!("{day} {problem}"),
        }
        day = day.tomorrow().unwrap();
    }
}
