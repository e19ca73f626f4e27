//! Periods of the law as tables: working days with 调休, months, days off at the end, windows (hazards G, B12, B14).

use proptest::prelude::*;
use rules::case::period::{Length, Period, enforcement, hearing_from};

use super::day;
use crate::cases;
use crate::nanjian::PLAN;

fn check(period: Period, from: &str, expected: &str) {
    let got = period.ends(day(from), PLAN.calendar()).expect("a known year");
    assert_eq!(got, day(expected), "{} from {from}", period.label());
}

/// 行政处罚法 85, 行政强制法 69: working days, a swapped Saturday among them; 国庆节 is none.
#[test]
fn working_days() {
    check(Period::AskHearing, "2026-03-02", "2026-03-09");
    // 2026-09-20 is a Sunday that is worked; 25 to 27 is 中秋.
    check(Period::AskHearing, "2026-09-17", "2026-09-23");
    check(Period::AskHearing, "2026-09-24", "2026-10-09");
    check(Period::ServePenalty, "2026-09-28", "2026-10-13");
    check(Period::Demand, "2026-09-28", "2026-10-16");
    check(Period::CourtTakes, "2026-04-30", "2026-05-11");
    check(Period::CourtRules, "2026-03-02", "2026-03-11");
}

/// 民法典 201、203: other days run through, the first is not counted, a last day off gives way to the next working day.
#[test]
fn calendar_days() {
    check(Period::PayFine, "2026-03-02", "2026-03-17");
    check(Period::PayFine, "2026-09-18", "2026-10-08");
    check(Period::Review, "2026-03-02", "2026-05-06");
    check(Period::DecidePenalty, "2026-03-02", "2026-06-01");
    // A last day that is a worked Saturday stays.
    check(Period::FileSuit, "2026-10-03", "2026-10-10");
    check(Period::AppealJudgment, "2026-06-05", "2026-06-22");
    check(Period::AppealRuling, "2026-06-05", "2026-06-15");
    check(Period::SueAfterReview, "2026-06-05", "2026-06-22");
    check(Period::PublicNotice, "2026-03-02", "2026-04-01");
}

/// 民法典 202: months to the same day or the last of the month.
#[test]
fn months() {
    check(Period::Sue, "2026-03-02", "2026-09-02");
    check(Period::Sue, "2025-08-31", "2026-02-28");
    check(Period::SimpleTrial, "2026-03-02", "2026-06-02");
    check(Period::Enforce, "2025-11-30", "2026-02-28");
    // 2026-04-04 to 06 is 清明.
    check(Period::Enforce, "2026-01-04", "2026-04-07");
}

/// 行政强制法 53、54: behind six months and ten working days, within three months.
#[test]
fn the_window_of_enforcement() {
    let window = enforcement(day("2025-09-01"), day("2026-02-02"), PLAN.calendar()).expect("known");
    assert_eq!((window.earliest, window.latest), (day("2026-03-03"), day("2026-06-02")));
    assert!(!window.holds(day("2026-03-02")) && window.holds(day("2026-03-03")));
    assert!(window.holds(day("2026-06-02")) && !window.holds(day("2026-06-03")));
    // A late demand shortens it, and a too late one leaves no day.
    let late = enforcement(day("2025-09-01"), day("2026-05-20"), PLAN.calendar()).expect("known");
    assert_eq!((late.earliest, late.latest), (day("2026-06-04"), day("2026-06-02")));
    assert!(!late.holds(day("2026-06-02")) && !late.holds(day("2026-06-04")));
    assert_eq!(hearing_from(day("2026-03-02"), PLAN.calendar()), Ok(day("2026-03-12")));
}

/// B14: a year without data is an error, not a guess.
#[test]
fn unknown_years() {
    assert!(Period::Review.ends(day("2027-12-20"), PLAN.calendar()).is_err());
    assert!(Period::AskHearing.ends(day("2027-12-30"), PLAN.calendar()).is_err());
    assert!(enforcement(day("2027-06-01"), day("2027-06-01"), PLAN.calendar()).is_err());
    assert!(Period::ALL.iter().all(|period| period.article().contains('第') && !period.label().is_empty()));
}

proptest! {
    #![proptest_config(cases(128))]

    /// A period ends behind its first day, on a working day, and never before a shorter one or one that began earlier.
    #[test]
    fn periods_are_in_order(from in 0..800_i64, later in 0..20_i64, days in 1..40_u16) {
        let calendar = PLAN.calendar();
        let first = day("2023-06-01").saturating_add(jiff::Span::new().days(from));
        let second = first.saturating_add(jiff::Span::new().days(later));
        for length in [Length::Working(days), Length::Days(days)] {
            let end = length.ends(first, calendar).expect("known");
            prop_assert!(end > first && calendar.is_working_day(end).expect("known"));
            prop_assert!(end <= length.ends(second, calendar).expect("known"));
        }
        let ends = |length: Length| length.ends(first, calendar).expect("known");
        prop_assert!(ends(Length::Working(days)) >= ends(Length::Days(days)));
        prop_assert!(ends(Length::Working(days)) < ends(Length::Working(days + 1)));
    }
}
