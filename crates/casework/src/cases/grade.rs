//! Which grade a child comes back to (五(十一)): the rule's advice for the form of placement, with how long the child was away and since when.
//! It is advice: whoever places may need otherwise.

use jiff::civil::Date;
use rules::case::grade::advise;

use super::events::Kept;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// What is advised, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GradeAdvice {
    /// 1 to 9.
    pub grade: u8,
    /// The grade in which it was.
    pub was: u8,
    /// Since when it was away.
    pub left: Date,
    /// Whole months away.
    pub months: u16,
    /// Words of the plan.
    pub text: String,
    /// Clause and source.
    pub basis: String,
}

/// The advice for a child that is back on a day. Away since it came onto the list of suspects, else since it left its last class, else
/// since the case was opened; `None` where no class of it is known.
pub(super) fn advice(
    desk: &mut Desk<'_, '_>,
    kept: &Kept,
    back: Date,
) -> Result<Option<GradeAdvice>, Refused> {
    let found = desk.tx.query(
        "select class.grade, child.birth,
                (select max(suspected.since_day) from suspected
                  where suspected.county = child.county and suspected.child = child.id and suspected.since_day <= $3
                    and (suspected.cleared_at is null or suspected.cleared_at >= own.opened_at)),
                case when member.until_day <= $3 then member.until_day end, substr(own.opened_at, 1, 10)
         from child
         join child_case own on own.county = child.county and own.id = $4
         join class_member member on member.county = child.county and member.child = child.id and member.from_day < $3
         join class on class.county = member.county and class.unit = member.class
         where child.county = $1 and child.id = $2
         order by member.from_day desc, member.id limit 1",
        &params![desk.county(), &kept.child, back, &kept.id],
        |row| {
            let days: [Option<Date>; 3] = [row.get(2)?, row.get(3)?, row.get(4)?];
            Ok((row.get::<u8>(0)?, row.get::<Date>(1)?, days))
        },
    )?;
    let Some((was, birth, days)) = found.into_iter().next() else { return Ok(None) };
    let plan = desk.plan;
    let Some(left) = days.into_iter().flatten().next() else { return Ok(None) };
    let found = advise(&plan.case().grades, plan.school_age(), birth, was, (left, back));
    Ok(found.map(|advice| GradeAdvice {
        grade: advice.grade,
        was,
        left,
        months: advice.months,
        text: advice.rule.basis.text.clone(),
        basis: advice.rule.basis.cited(),
    }))
}
