//! What a term has come to for some children, read from their sheets when somebody asks: the shares of term and month, and
//! the returns to the boarding school that were missed. It keeps nothing (ADR 0014).

use jiff::civil::Date;
use rules::attendance::{Clock, Kind, Reading, Rule, Settled};

use super::book::Book;
use super::days::unknown_year;
use crate::desk::Desk;
use crate::refused::Refused;

/// What a term has come to for a child.
pub(crate) struct Share {
    /// Id of the child.
    pub(crate) child: String,
    /// The clock, counted from the first day.
    pub(crate) clock: Clock,
    /// First days on which it had not come back to school, one for each time.
    pub(crate) not_returned: Vec<Date>,
}

/// Counts children from a day on until today.
pub(crate) fn shares(
    desk: &mut Desk<'_, '_>,
    children: &[String],
    from: Date,
) -> Result<Vec<Share>, Refused> {
    let (today, rule) = (desk.now.day(), Rule::of(desk.plan));
    let book = Book::of(desk, children, from, today)?;
    let mut all = Vec::with_capacity(children.len());
    for child in children {
        let (members, marks) = (book.members(child), book.marks(child));
        let facts = book.facts(child, &members, &marks);
        let clock = facts.run(&rule, &book.days, Clock::default(), from, today).map_err(unknown_year)?;
        let (mut not_returned, mut last) = (Vec::new(), None);
        let mut days: Vec<Date> = marks.iter().map(|mark| mark.day).collect();
        days.dedup();
        for day in days {
            let reading = Reading::of(facts.marks_of(day));
            let parts = [reading.morning, reading.afternoon, reading.evening];
            if !parts.contains(&Settled::Says(Kind::NotReturned)) {
                continue;
            }
            // Away on Sunday night and still on Monday is one return that was missed.
            if last.is_none_or(|last: Date| last.tomorrow().ok() != Some(day)) {
                not_returned.push(day);
            }
            last = Some(day);
        }
        all.push(Share { child: child.clone(), clock, not_returned });
    }
    Ok(all)
}
