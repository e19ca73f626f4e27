//! Which grade a child comes back to, by how long it was away (五(十一); the months are the county's). Advice for whoever places: a
//! child may need otherwise.

use jiff::civil::Date;
use jiff::{SpanRound, Unit};

use crate::age::SchoolAge;
use crate::plan::{GradeBack, GradeRule};

/// The grade, and by which rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Advice<'a> {
    /// 1 to 9.
    pub grade: u8,
    /// Whole months away.
    pub months: u16,
    /// The rule.
    pub rule: &'a GradeRule,
}

/// The grade for a child born on `birth` that was in grade `was` when it left and is back on a day. `None` for a grade that
/// there is not, for days in the wrong order, and without a rule.
#[must_use]
pub fn advise<'a>(
    rules: &'a [GradeRule],
    age: &SchoolAge,
    birth: Date,
    was: u8,
    (left, back): (Date, Date),
) -> Option<Advice<'a>> {
    if !(1..=9).contains(&was) || back < left {
        return None;
    }
    let span = left.until((Unit::Month, back)).ok()?;
    let span = span.round(SpanRound::new().largest(Unit::Month).smallest(Unit::Day).relative(left)).ok()?;
    let months = u16::try_from(span.get_months()).ok()?;
    let rule = rules.iter().find(|rule| rule.under_months.is_none_or(|under| months < u16::from(under)))?;
    let grade = match rule.grade {
        GradeBack::Same => was,
        GradeBack::Down => was.saturating_sub(1).max(1),
        // Never below the one it left: it has learned that.
        GradeBack::ByAge => {
            let entry = age.entry_year(birth);
            let years = crate::age::school_year(back).saturating_sub(entry);
            u8::try_from(years.saturating_add(1)).unwrap_or(1).clamp(was, 9)
        }
    };
    Some(Advice { grade, months, rule })
}
