//! Who is due for what in a school year, by the age rule of the season (五(八), 义务教育法第十一条; hazards G04, G05).

use jiff::ToSpan;
use jiff::civil::{Date, date};

use crate::age::{AgeGroup, Grade, SchoolAge};
use crate::standing::Standing;

/// The month in which a season begins: 每年4月排查.
const FIRST_MONTH: i8 = 4;

/// The school year, by its first calendar year, that the season of a day prepares or has begun: from April on the one that starts this
/// September.
#[must_use]
pub fn season_year(on: Date) -> i16 {
    if on.month() >= FIRST_MONTH { on.year() } else { on.year().saturating_sub(1) }
}

/// The first and the last birthday of those who come of school age in that school year.
#[must_use]
pub fn born(age: &SchoolAge, year: i16) -> (Date, Date) {
    (last(age, year.saturating_sub(1)).saturating_add(1.day()), last(age, year))
}

/// The last day of birth with which one comes of school age in that school year.
fn last(age: &SchoolAge, year: i16) -> Date {
    let (month, day) = age.turned_by;
    let first = date(year.saturating_sub(age.from_years), month.clamp(1, 12), 1);
    let mut at =
        first.saturating_add(i64::from(day).saturating_sub(1).max(0).days()).min(first.last_of_month());
    // 29 February is a birthday of 1 March in common years: at most a day or two.
    while age.entry_year(at) > year {
        at = at.saturating_sub(1.day());
    }
    while age.entry_year(at.saturating_add(1.day())) <= year && at < Date::MAX {
        at = at.saturating_add(1.day());
    }
    at
}

/// What a child is due for when the school year begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Due {
    /// The first grade.
    First,
    /// The seventh: a pupil of the sixth in the year before.
    Junior,
    /// Back to school: of school age, and out of it.
    Back,
    /// Finished with the ninth grade.
    Leaves,
}

/// What the ledger knows of a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Birthday.
    pub birth: Date,
    /// Where the child stands.
    pub standing: Standing,
    /// Its grade on the roll at the end of the school year before.
    pub before: Option<Grade>,
    /// Its grade on a roll of this school year.
    pub now: Option<Grade>,
    /// The last day of a deferral or suspension.
    pub paused_until: Option<Date>,
}

/// What a child is due for in the school year `year`; nothing for who is too young, past it, lawfully elsewhere, or simply goes up a grade.
///
/// A pause that ends before the school year begins is over: who was let off until then is due (义务教育法第十一条).
#[must_use]
pub fn due(age: &SchoolAge, year: i16, facts: &Facts) -> Option<Due> {
    let start = date(year, 9, 1);
    let grade = |grade: Option<Grade>| grade.map(Grade::number);
    if matches!(facts.standing, Standing::Dead | Standing::Abroad | Standing::MovedAway) {
        return None;
    }
    if grade(facts.before) == Some(9) {
        return (grade(facts.now) != Some(9)).then_some(Due::Leaves);
    }
    if age.group(facts.birth, start) != AgeGroup::SchoolAge {
        return None;
    }
    let first = age.entry_year(facts.birth) == year;
    match facts.standing {
        Standing::Dead
        | Standing::Abroad
        | Standing::MovedAway
        | Standing::Finished
        | Standing::Elsewhere => None,
        Standing::Deferred | Standing::Suspended if facts.paused_until.is_none_or(|until| until >= start) => {
            None
        }
        Standing::Absent | Standing::Suspended => Some(Due::Back),
        Standing::Never | Standing::Deferred | Standing::TooYoung => Some(Due::First),
        Standing::Unknown if facts.before.is_none() => Some(if first { Due::First } else { Due::Back }),
        Standing::Enrolled | Standing::Unknown => match (grade(facts.before), grade(facts.now)) {
            (Some(6), _) | (None, Some(7)) => Some(Due::Junior),
            (None, _) if first => Some(Due::First),
            _ => None,
        },
    }
}
