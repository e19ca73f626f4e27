//! 名册: who was in the first or the seventh grade of a school year, by an old list; and what has become of those whom the ledger does not have
//! (hazard B09: nobody leaves the denominator by being unknown). It knows no storage.

use jiff::civil::Date;

use super::{Child, marks};
use crate::age::{SchoolAge, age_on};
use crate::codes::codes;
use crate::standing::Standing;

codes! {
    /// The grade that a cohort begins with.
    Cohort "domain §4" {
        First = "first" "一年级" [],
        Seventh = "seventh" "七年级" [],
    }
}

impl Cohort {
    /// The cohort of a grade; `None` for a grade that none begins with.
    #[must_use]
    pub const fn of_grade(grade: i64) -> Option<Self> {
        match grade {
            1 => Some(Self::First),
            7 => Some(Self::Seventh),
            _ => None,
        }
    }

    /// Its grade.
    #[must_use]
    pub const fn grade(self) -> i64 {
        match self {
            Self::First => 1,
            Self::Seventh => 7,
        }
    }

    /// School years from its first until its ninth grade.
    #[must_use]
    pub const fn years(self) -> i16 {
        match self {
            Self::First => 8,
            Self::Seventh => 2,
        }
    }

    /// Whether somebody of this birthday may have begun with it in that school year: a list whose year was mistaken has hardly anybody who may.
    /// Wide, for the years when seven was the age and for those who repeated.
    #[must_use]
    pub fn fits(self, birth: Date, year: i16) -> bool {
        let age = age_on(birth, jiff::civil::date(year, 9, 1));
        match self {
            Self::First => (4..=12).contains(&age),
            Self::Seventh => (9..=18).contains(&age),
        }
    }
}

/// The school year in which the cohort began whose ninth year is `year`.
#[must_use]
pub const fn first_year(cohort: Cohort, year: i16) -> i16 {
    year.saturating_sub(cohort.years())
}

/// What may have become of somebody who is on the old list and not in the ledger. Nobody is unknown by default of looking: unknown counts, and is
/// listed.
pub const FATES: [Standing; 6] = [
    Standing::Unknown,
    Standing::MovedAway,
    Standing::Elsewhere,
    Standing::Abroad,
    Standing::Dead,
    Standing::Finished,
];

/// Somebody of an old list whom the ledger does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    /// Which list.
    pub cohort: Cohort,
    /// What is known of it: one of [`FATES`].
    pub standing: Standing,
}

/// How such a one counts: unknown in the denominator alone, moved away, abroad or dead not at all, in school elsewhere or finished as retained.
#[must_use]
pub fn missing(one: Missing, on: Date, rule: &SchoolAge) -> String {
    let child = Child {
        birth: None,
        standing: one.standing,
        on_roll: false,
        stage: None,
        disabled: false,
        cohort: one.cohort == Cohort::First,
        junior: one.cohort == Cohort::Seventh,
    };
    marks(&child, on, rule)
}
