//! 往年的班: a class of a school year that is over, once the last pupil has left its roll, is closed with its posts, so that a
//! teacher's posts, the board and the offline register hold this year's classes alone, however many years lie behind them.

use rules::access::Action;
use rules::age::school_year;

use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// That nobody is on the roll of `class` any more.
const EMPTY: &str = "not exists (select 1 from class_member member where member.county = class.county
                                   and member.class = class.unit and member.until_day is null)
                 and not exists (select 1 from child_tie tie where tie.county = class.county and tie.unit = class.unit)";

/// Open classes of school years before this one with nobody on their roll.
pub(super) fn over(desk: &mut Desk<'_, '_>) -> Result<Vec<String>, Refused> {
    let year = i64::from(school_year(desk.now.day()));
    Ok(desk.tx.query(
        &format!(
            "select class.unit from unit join class on class.county = unit.county and class.unit = unit.id
             where unit.county = $1 and unit.kind = 'class' and unit.until_day is null and class.school_year < $2 and {EMPTY}
             order by class.unit"
        ),
        &params![desk.county(), year],
        |row| row.get(0),
    )?)
}

/// Closes one, if it is still empty: nobody holds a post of it from today on.
pub(crate) fn close(desk: &mut Desk<'_, '_>, class: &str) -> Result<bool, Refused> {
    let (county, today) = (desk.county(), desk.now.day());
    let closed = desk.tx.execute(
        &format!(
            "update unit set until_day = $3 where county = $1 and id = $2 and until_day is null
               and exists (select 1 from class where class.county = $1 and class.unit = $2 and {EMPTY})"
        ),
        &params![county, class, today],
    )?;
    if closed == 0 {
        return Ok(false);
    }
    desk.tx.execute(
        "update tenure set until_day = $3 where county = $1 and until_day is null
           and post in (select id from post where post.county = $1 and post.unit = $2 and post.closed_at is null)",
        &params![county, class, today],
    )?;
    desk.tx.execute(
        "update post set closed_at = $3 where county = $1 and unit = $2 and closed_at is null",
        &params![county, class, desk.now.stamp()],
    )?;
    desk.record(Action::WriteUnits, None, ("unit", class), "", "学年已过，班里没有学生，撤销班级和岗位")?;
    Ok(true)
}
