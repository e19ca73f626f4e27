//! How one child counts in each figure that is a sum over children, with the reason in words. 休学 and 延缓入学 stay in the denominator and
//! apart (hazard B09); who has died, gone abroad or moved away is not counted.

use jiff::civil::Date;

use super::{Basis, Figure, Mark};
use crate::age::{AgeGroup, SchoolAge, Stage};
use crate::standing::Standing;

/// Marks of a child: so many figures are sums over children.
pub const PLACES: usize = 9;

/// What the figures look at in a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Child {
    /// Birthday; `None` where the ledger's is unreadable.
    pub birth: Option<Date>,
    /// Where it stands with school.
    pub standing: Standing,
    /// Whether it is on the roll of a school of the county, in one of the nine grades.
    pub on_roll: bool,
    /// The stage of the grade in which it stands on a roll; `None` where there is no grade.
    pub stage: Option<Stage>,
    /// 残疾.
    pub disabled: bool,
    /// Whether it was in the first grade eight school years before this one: the cohort whose ninth year this is.
    pub cohort: bool,
    /// Whether it was in the seventh grade two school years before this one: the cohort whose ninth year this is, too.
    pub junior: bool,
}

/// How a child stands towards school, as all of these figures take it.
const fn stands(standing: Standing) -> Mark {
    match standing {
        Standing::Enrolled | Standing::Elsewhere | Standing::Finished => Mark::In,
        Standing::Suspended | Standing::Deferred => Mark::Apart,
        Standing::Never | Standing::Absent | Standing::Unknown | Standing::TooYoung => Mark::Out,
        Standing::Dead | Standing::Abroad | Standing::MovedAway => Mark::None,
    }
}

/// The marks of a child on a day, in the order of the figures; empty when it counts in none.
#[must_use]
pub fn marks(child: &Child, on: Date, rule: &SchoolAge) -> String {
    let base = stands(child.standing);
    let mut marks = String::with_capacity(PLACES);
    let mut counted = false;
    for figure in Figure::of(Basis::Child) {
        let mark = if base == Mark::None { Mark::None } else { one(figure, child, base, (on, rule)) };
        counted |= mark != Mark::None;
        marks.push_str(mark.code());
    }
    if counted { marks } else { String::new() }
}

fn one(figure: Figure, child: &Child, base: Mark, (on, rule): (Date, &SchoolAge)) -> Mark {
    let of_age = child.birth.is_some_and(|birth| rule.group(birth, on) == AgeGroup::SchoolAge);
    let grade = child.birth.and_then(|birth| rule.expected_grade(birth, on));
    let counts = match figure {
        Figure::Enrolment => grade.is_some_and(|grade| grade.stage() == Stage::Primary),
        Figure::Entry => grade.is_some_and(|grade| grade.number() == 1),
        Figure::InSchool => of_age,
        Figure::Disability => of_age && child.disabled,
        Figure::Retention => child.cohort,
        Figure::Junior => child.junior,
        Figure::Dropout => return dropout(child, of_age),
        Figure::DropoutPrimary | Figure::DropoutJunior => {
            let own = if figure == Figure::DropoutPrimary { Stage::Primary } else { Stage::Junior };
            // Who stands in no grade is of the stage of its age; past the ninth grade's age that is the last one.
            let stage = child.stage.or_else(|| grade.map(crate::age::Grade::stage)).unwrap_or(Stage::Junior);
            return if stage == own { dropout(child, of_age) } else { Mark::None };
        }
        Figure::Return
        | Figure::Found
        | Figure::Reported
        | Figure::Kept
        | Figure::Yearbook
        | Figure::JuniorYearbook
        | Figure::DropoutYearbook
        | Figure::DropoutPrimaryYearbook
        | Figure::DropoutJuniorYearbook => false,
    };
    if counts { base } else { Mark::None }
}

/// 辍学率: of those on a roll of the county and those who have dropped off it, who has dropped out and is not back.
const fn dropout(child: &Child, of_age: bool) -> Mark {
    match child.standing {
        Standing::Absent if of_age => Mark::In,
        Standing::Enrolled if child.on_roll => Mark::Out,
        Standing::Suspended if child.on_roll => Mark::Apart,
        _ => Mark::None,
    }
}
