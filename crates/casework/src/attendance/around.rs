//! School days before and after a day, for many children at once (措施成效): what the register of the class says in which each child was
//! on each day. It counts nothing.

use jiff::ToSpan;
use jiff::civil::Date;
use rules::attendance::{Day, Facts};
use rules::calendar::NoData;
use rules::works::SchoolDay;

use super::book::Book;
use crate::desk::Desk;
use crate::refused::Refused;

/// No more days than so many are gone back and on: a vacation lies within them.
const BACK: i64 = 90;
const ON: i64 = 270;

/// School days in the order of time: before, after.
pub(crate) type Around = (Vec<SchoolDay>, Vec<SchoolDay>);

/// For each child and day so many school days before it and after it, as many as there are until today; the day itself is in neither.
/// Beyond the years that the calendar knows there are none.
pub(crate) fn around(
    desk: &mut Desk<'_, '_>,
    acts: &[(&str, Date)],
    (before, after): (usize, usize),
) -> Result<Vec<Around>, Refused> {
    let today = desk.now.day();
    let days = || acts.iter().map(|(_, day)| *day);
    let (Some(first), Some(last)) = (days().min(), days().max()) else { return Ok(Vec::new()) };
    let (from, to) = (first.saturating_sub(BACK.days()), last.saturating_add(ON.days()).min(today));
    let mut children: Vec<String> = acts.iter().map(|(child, _)| (*child).to_owned()).collect();
    children.sort_unstable();
    children.dedup();
    let book = Book::of(desk, &children, from, to)?;
    let mut all = Vec::with_capacity(acts.len());
    for (child, on) in acts {
        let (members, marks) = (book.members(child), book.marks(child));
        let facts = book.facts(child, &members, &marks);
        let mut earlier = Vec::with_capacity(before);
        let mut at = on.yesterday().ok();
        while let Some(day) = at.filter(|day| *day >= from && earlier.len() < before) {
            let Ok(seen) = seen(&book, &facts, day, today) else { break };
            earlier.extend(seen);
            at = day.yesterday().ok();
        }
        earlier.reverse();
        let mut later = Vec::with_capacity(after);
        let mut at = on.tomorrow().ok();
        while let Some(day) = at.filter(|day| *day <= to && later.len() < after) {
            let Ok(seen) = seen(&book, &facts, day, today) else { break };
            later.extend(seen);
            at = day.tomorrow().ok();
        }
        all.push((earlier, later));
    }
    Ok(all)
}

/// What a day was; `None` for one without lessons, and for today until somebody calls.
fn seen(book: &Book<'_>, facts: &Facts<'_>, day: Date, today: Date) -> Result<Option<SchoolDay>, NoData> {
    if facts.member(day).is_none() {
        return Ok((day < today && book.days.lessons("", day)?).then_some(SchoolDay::NoClass));
    }
    Ok(match facts.day(&book.days, day)? {
        Day::NoLessons | Day::Came { due: false, .. } => None,
        Day::Came { .. } | Day::Official => Some(SchoolDay::Came),
        Day::OnLeave | Day::Told | Day::Away(_) => Some(SchoolDay::Missed),
        Day::Unknown { .. } => (day < today).then_some(SchoolDay::NotCalled),
    })
}
