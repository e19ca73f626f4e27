//! What the register of a school says of a child that is back, day by day (五(十一)): for the case, which nobody's word moves
//! into observation.

use jiff::civil::Date;
use rules::attendance::{Day, Member};
use rules::case::watch::{Seen, Watched};

use super::book::Book;
use super::days::unknown_year;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// The school days from a day on of a child that was placed at a school on a day. Where it has moved on from there to another class or
/// school, the register of that one goes on. A day on which it was in neither counts as not called; so does today until somebody
/// calls, and is left out.
pub(crate) fn watched(
    desk: &mut Desk<'_, '_>,
    child: &str,
    (school, placed): (&str, Date),
    from: Date,
) -> Result<Watched, Refused> {
    let today = desk.now.day();
    let own = [child.to_owned()];
    let book = Book::of(desk, &own, from, today)?;
    let (members, marks) = (book.members(child), book.marks(child));
    let facts = book.facts(child, &members, &marks);
    let joined = desk.tx.one(
        "select min(from_day) from class_member
         where county = $1 and child = $2 and school = $3 and (until_day is null or until_day > $4)",
        &params![desk.county(), child, school, placed],
        |row| row.get::<Option<Date>>(0),
    )?;
    let follows =
        |member: &Member<'_>| member.school == school || joined.is_some_and(|joined| member.from > joined);
    let mut days = Vec::new();
    let mut day = from;
    while day <= today {
        let here = facts.member(day).is_some_and(follows);
        let said = if here {
            facts.day(&book.days, day).map_err(unknown_year)?
        } else {
            Day::Unknown { conflict: false }
        };
        let lessons = here || book.days.lessons(school, day).map_err(unknown_year)?;
        let seen = match said {
            Day::NoLessons | Day::Came { due: false, .. } => None,
            Day::Came { .. } => Some(Seen::Came),
            Day::Official | Day::OnLeave | Day::Told => Some(Seen::Told),
            Day::Away(_) => Some(Seen::Away),
            Day::Unknown { .. } if day == today || !lessons => None,
            Day::Unknown { .. } => Some(Seen::NotCalled),
        };
        days.extend(seen.map(|seen| (day, seen)));
        match day.tomorrow() {
            Ok(next) => day = next,
            Err(_) => break,
        }
    }
    Ok(Watched { days })
}

/// Whether the clock makes the child 疑似辍学 now, whichever list it stands on.
pub(crate) fn left_again(desk: &mut Desk<'_, '_>, child: &str) -> Result<bool, Refused> {
    Ok(desk.tx.one(
        "select case when exists (select 1 from clock where county = $1 and child = $2 and open = 1
                                    and suspected_day is not null) then 1 else 0 end",
        &params![desk.county(), child],
        |row| row.get(0),
    )?)
}
