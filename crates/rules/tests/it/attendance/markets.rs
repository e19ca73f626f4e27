//! 街天 and 返校点名, 五(五): on which evenings boarders come back.

use rules::attendance::{DayChange, SchoolDays};
use rules::calendar::Market;

use super::day;
use crate::nanjian::PLAN;

fn market(first: &str, every: u8) -> Market {
    let (township, name, source) = ("532926101".to_owned(), "东街".to_owned(), String::new());
    Market { township, name, first: day(first), every, source }
}

/// Every so many days from a day on which it was held, before and after it.
#[test]
fn a_market_has_its_rhythm() {
    for (first, every, on, held, next) in [
        ("2026-11-20", 5, "2026-11-20", true, Some("2026-11-20")),
        ("2026-11-20", 5, "2026-11-25", true, Some("2026-11-25")),
        ("2026-11-20", 5, "2026-11-26", false, Some("2026-11-30")),
        ("2026-11-20", 6, "2026-11-14", true, Some("2026-11-14")),
        ("2026-11-20", 6, "2026-11-15", false, Some("2026-11-20")),
        // Over a leap day and the end of a year.
        ("2023-12-31", 7, "2024-03-03", true, Some("2024-03-03")),
        ("2026-11-20", 1, "2026-11-21", true, Some("2026-11-21")),
        ("2026-11-20", 0, "2026-11-20", false, None),
    ] {
        let market = market(first, every);
        assert_eq!(market.is_on(day(on)), held, "{first} every {every}: {on}");
        assert_eq!(market.next(day(on)), next.map(day), "{first} every {every}: after {on}");
    }
}

/// Sunday evening, the last evening of a holiday, the evening of a market before a school day; not before days off, and not
/// at a school of another township. A day that the school changed counts as it changed it.
#[test]
fn boarders_come_back_before_lessons() {
    let change = DayChange {
        day: day("2026-11-26"),
        school: Some("s1".to_owned()),
        lessons: false,
        why: "停电".to_owned(),
    };
    let days = SchoolDays::new(PLAN.calendar(), vec![change])
        .with_markets(vec![("s1".to_owned(), market("2026-11-20", 5))]);
    for (school, on, comes_back, why) in [
        ("s1", "2026-11-22", true, "Sunday"),
        ("s1", "2026-11-23", false, "an ordinary Monday"),
        ("s1", "2026-11-25", false, "a market, and the next day is off at this school"),
        ("s1", "2026-11-26", true, "the day off is over"),
        ("s1", "2026-11-30", true, "a market on a Monday"),
        ("s2", "2026-11-30", false, "another township"),
        ("s1", "2026-11-20", false, "a market on a Friday"),
        ("s1", "2026-12-05", false, "a market on a Saturday"),
        ("s1", "2026-10-07", true, "the last day of the holiday"),
        ("s2", "2026-09-19", true, "lessons are made up on Sunday"),
        ("s2", "2026-09-20", false, "and Sunday was a school day"),
    ] {
        assert_eq!(days.come_back(school, day(on)), Ok(comes_back), "{school} {on}: {why}");
    }
}
