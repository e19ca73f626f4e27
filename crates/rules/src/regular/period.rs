//! The periods of the four reports and their days: months and quarters by the civil calendar, terms and school years by the county's own
//! (hazard B14: a year without data is never taken for a year without school).

use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::Kind;
use crate::age::school_year;
use crate::calendar::SchoolCalendar;
use crate::inspection::{term, term_label};
use crate::plan::RegularRule;

/// A period that is reported on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// `2026-10`, `2026-q4`, `2026-1`, `2026`: sorts by time within its kind.
    pub code: String,
    /// In words.
    pub label: String,
    /// Its first day.
    pub first: Date,
    /// Its last day.
    pub last: Date,
}

/// The period of a kind in which a day lies; `None` for a month of a school's holidays, and beyond the calendar's years.
#[must_use]
pub fn period(kind: Kind, day: Date, calendar: &SchoolCalendar) -> Option<Period> {
    match kind {
        Kind::SchoolMonth => month(day, calendar),
        Kind::CountyQuarter => quarter(day),
        Kind::PrefectureTerm => Some(of_term(day, calendar)),
        Kind::ProvinceYear => {
            let year = school_year(day);
            let next = year.checked_add(1)?;
            Some(Period {
                code: year.to_string(),
                label: format!("{year}—{next}学年"),
                first: Date::new(year, 9, 1).ok()?,
                last: Date::new(next, 8, 31).ok()?,
            })
        }
    }
}

/// A month is owed where a day of a term lies in it; where the calendar does not know the year's terms, it is owed.
fn month(day: Date, calendar: &SchoolCalendar) -> Option<Period> {
    let (first, last) = (day.first_of_month(), day.last_of_month());
    let year = school_year(first);
    let known = calendar.terms().iter().filter(|term| term.school_year == year).count() == 2;
    let lies = calendar.terms().iter().any(|term| term.first <= last && term.last >= first);
    (lies || !known).then(|| Period {
        code: first.strftime("%Y-%m").to_string(),
        label: format!("{}年{}月", first.year(), first.month()),
        first,
        last,
    })
}

fn quarter(day: Date) -> Option<Period> {
    let number = (day.month() - 1) / 3 + 1;
    let first = Date::new(day.year(), number * 3 - 2, 1).ok()?;
    let last = first.checked_add(2.months()).ok()?.last_of_month();
    let names = ["一", "二", "三", "四"];
    let name = usize::try_from(number - 1).ok().and_then(|at| names.get(at)).copied().unwrap_or_default();
    Some(Period {
        code: format!("{}-q{number}", day.year()),
        label: format!("{}年第{name}季度", day.year()),
        first,
        last,
    })
}

/// A term ends with its last teaching day; where the calendar does not know it, with January or July.
fn of_term(day: Date, calendar: &SchoolCalendar) -> Period {
    let term = term(day, calendar);
    let known = calendar.terms().iter().find(|one| one.first == term.first);
    let is_first = term.code.ends_with("-1");
    let last = known.map_or_else(
        || {
            let year = term.first.year();
            if is_first { date(year.saturating_add(1), 1, 31) } else { date(year, 7, 31) }
        },
        |one| one.last,
    );
    Period { label: term_label(&term.code), code: term.code, first: term.first, last }
}

/// The periods that ended before `today`, at most so many, the latest first. A term's holidays belong to it.
#[must_use]
pub fn ended(kind: Kind, today: Date, most: usize, calendar: &SchoolCalendar) -> Vec<Period> {
    let mut found: Vec<Period> = Vec::new();
    let mut day = today;
    // As many months back as the longest run of holidays may need: two for each period, and a year before the first.
    for _ in 0..most.saturating_mul(12).saturating_add(14) {
        if let Some(one) = period(kind, day, calendar) {
            let is_new = found.last().is_none_or(|last| last.code != one.code);
            if one.last < today && is_new {
                found.push(one);
            }
        }
        if found.len() >= most {
            break;
        }
        let Ok(before) = day.first_of_month().yesterday() else { break };
        day = before;
    }
    found
}

/// By which day a report must be handed in: so many days behind the period, as the plan says. 15号 sets no day.
#[must_use]
pub fn due(kind: Kind, period: &Period, rule: &RegularRule) -> Date {
    let days = match kind {
        Kind::SchoolMonth => rule.month_days,
        Kind::CountyQuarter => rule.quarter_days,
        Kind::PrefectureTerm => rule.term_days,
        Kind::ProvinceYear => rule.year_days,
    };
    period.last.saturating_add(i64::from(days).days())
}

/// Whether schools and homes are visited in a quarter: that in which a term begins (春秋开学).
#[must_use]
pub fn visits_in(quarter: &Period, calendar: &SchoolCalendar) -> bool {
    let known = calendar.terms().iter().any(|term| (quarter.first..=quarter.last).contains(&term.first));
    known || matches!(quarter.first.month(), 1 | 7)
}
