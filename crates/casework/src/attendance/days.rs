//! 哪天上课, as the storage holds it: the plan's calendar with what the county or a school has changed.

use jiff::civil::Date;
use rules::attendance::{DayChange, SchoolDays};
use rules::calendar::{Day, NoData};

use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// The school days between two days, both included.
pub(super) fn school_days<'a>(
    desk: &mut Desk<'a, '_>,
    from: Date,
    to: Date,
) -> Result<SchoolDays<'a>, Refused> {
    let changes = desk.tx.query(
        "select day, school, lessons, why from school_day
         where county = $1 and day >= $2 and day <= $3 order by day, at, id",
        &params![desk.county(), from, to],
        |row| Ok(DayChange { day: row.get(0)?, school: row.get(1)?, lessons: row.get(2)?, why: row.get(3)? }),
    )?;
    Ok(SchoolDays::new(desk.plan.calendar(), changes))
}

/// A year that nobody has entered is never taken for one of plain weekends (B14).
pub(super) fn unknown_year(missing: NoData) -> Refused {
    Refused::rule(missing.to_string(), "五(九)", "补好校历以前不能点名、不计缺课")
}

/// Why there are no lessons at a school on a day, in words; `None` when there are.
pub(super) fn why_none(
    desk: &Desk<'_, '_>,
    days: &SchoolDays<'_>,
    school: &str,
    day: Date,
) -> Result<Option<String>, Refused> {
    if days.lessons(school, day).map_err(unknown_year)? {
        return Ok(None);
    }
    if let Some(change) = days.change(school, day) {
        return Ok(Some(change.why.clone()));
    }
    Ok(Some(match desk.plan.calendar().day(day).map_err(unknown_year)? {
        Day::Holiday(name) => format!("{name}放假"),
        Day::Weekend => "周末".to_owned(),
        Day::Vacation => "寒暑假".to_owned(),
        Day::Teaching | Day::SwappedWorkday => "不上课".to_owned(),
    }))
}
