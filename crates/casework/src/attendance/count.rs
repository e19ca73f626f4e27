//! The clock as rows: how a child stood at each evening on which that changed. It is derived: whatever came late is counted
//! by going on from the evening before it, and all of it can be made anew.

use jiff::civil::Date;
use rules::attendance::{Clock, Day, Kind, Rule};

use super::book::Book;
use super::days::unknown_year;
use super::suspects::{self, Spell};
use crate::db::{DbError, Row};
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// What was counted of a child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Counted {
    /// Id of the child.
    pub(super) child: String,
    /// How it stands now.
    pub(super) clock: Clock,
    /// Whether it has come onto the list of suspects by this counting.
    pub(super) suspected: bool,
}

/// The columns of a clock, in the order in which [`clock`] reads them.
pub(super) const COLUMNS: &str = "away, since_day, last, suspected_day, excused, told, unknown";

/// Reads a clock from the columns that begin at `at`.
pub(super) fn clock(row: &Row<'_>, at: usize) -> Result<Clock, DbError> {
    let mut clock = Clock::default();
    clock.away = row.get(at)?;
    clock.since = row.get(at + 1)?;
    clock.last = Kind::from_code(&row.get::<String>(at + 2)?);
    clock.suspected = row.get(at + 3)?;
    clock.excused = row.get(at + 4)?;
    clock.told = row.get(at + 5)?;
    clock.unknown = row.get(at + 6)?;
    Ok(clock)
}

/// Without the shares of term and month, which are not kept.
fn absence(clock: &Clock) -> (u16, Option<Date>, Option<Kind>, Option<Date>, u16, u16, u16) {
    (clock.away, clock.since, clock.last, clock.suspected, clock.excused, clock.told, clock.unknown)
}

fn is_nought(clock: &Clock) -> bool {
    absence(clock) == absence(&Clock::default())
}

/// The last row before a day: its day, the clock, and whether it is marked as the child's open one.
type Evening = (Date, Clock, bool);

fn evening_before(desk: &mut Desk<'_, '_>, child: &str, day: Date) -> Result<Option<Evening>, Refused> {
    Ok(desk.tx.optional(
        &format!(
            "select day, open, {COLUMNS} from clock where county = $1 and child = $2 and day < $3
             order by day desc limit 1"
        ),
        &params![desk.county(), child, day],
        |row| Ok((row.get(0)?, clock(row, 2)?, row.get(1)?)),
    )?)
}

/// How children stand, as it was last counted.
pub(super) fn standing(desk: &mut Desk<'_, '_>, children: &[String]) -> Result<Vec<Counted>, Refused> {
    let tomorrow = desk.now.day().tomorrow().unwrap_or(Date::MAX);
    let mut all = Vec::with_capacity(children.len());
    for child in children {
        let clock = evening_before(desk, child, tomorrow)?.map(|(_, clock, _)| clock).unwrap_or_default();
        all.push(Counted { child: child.clone(), clock, suspected: false });
    }
    Ok(all)
}

/// Counts children anew from the evening before `from` until today, and brings the list of suspects in step. Today
/// counts once somebody has called it. `ground` is the sheet that it follows from, empty for none.
pub(super) fn count(
    desk: &mut Desk<'_, '_>,
    children: &[String],
    from: Date,
    ground: &str,
) -> Result<Vec<Counted>, Refused> {
    if children.is_empty() {
        return Ok(Vec::new());
    }
    let mut starts = Vec::with_capacity(children.len());
    for child in children {
        let before = evening_before(desk, child, from)?;
        // Who was away at that evening may have days behind it that nobody has counted yet.
        let start = match &before {
            Some((day, clock, _)) if !is_nought(clock) => day.tomorrow().unwrap_or(from).min(from),
            _ => from,
        };
        starts.push((child, before, start));
    }
    let (today, first) = (desk.now.day(), starts.iter().map(|(_, _, start)| *start).min().unwrap_or(from));
    let (book, rule) = (Book::of(desk, children, first, today)?, Rule::of(desk.plan));
    let mut counted = Vec::with_capacity(children.len());
    for (child, before, start) in starts {
        counted.push(one(desk, &book, &rule, child, before.as_ref(), start, ground)?);
    }
    Ok(counted)
}

fn one(
    desk: &mut Desk<'_, '_>,
    book: &Book<'_>,
    rule: &Rule,
    child: &str,
    before: Option<&Evening>,
    start: Date,
    ground: &str,
) -> Result<Counted, Refused> {
    let today = desk.now.day();
    let (members, marks) = (book.members(child), book.marks(child));
    let facts = book.facts(child, &members, &marks);
    let carried = before.map(|(_, clock, _)| *clock).unwrap_or_default();
    let mut clock = carried;
    let mut evenings: Vec<(Date, Clock)> = Vec::new();
    let begun = carried.suspected.map(|since| Spell::new(since, rule, &carried));
    let mut spells: Vec<Spell> = begun.into_iter().collect();
    let mut day = start;
    while day <= today {
        let was = facts.day(&book.days, day).map_err(unknown_year)?;
        if day == today && was == (Day::Unknown { conflict: false }) {
            break;
        }
        let next = clock.step(rule, day, book.days.term(day), was);
        if absence(&next) != absence(&clock) {
            evenings.push((day, next));
        }
        if next.suspected != clock.suspected {
            if let Some(spell) = spells.last_mut().filter(|spell| spell.back.is_none()) {
                spell.back = Some(day);
            }
            spells.extend(next.suspected.map(|since| Spell::new(since, rule, &next)));
        }
        clock = next;
        let Ok(tomorrow) = day.tomorrow() else { break };
        day = tomorrow;
    }
    keep(desk, child, start, before, &evenings)?;
    let suspected = suspects::follow(desk, child, start, &spells, ground)?;
    Ok(Counted { child: child.to_owned(), clock, suspected })
}

/// Puts these evenings in the place of those from `start` on.
fn keep(
    desk: &mut Desk<'_, '_>,
    child: &str,
    start: Date,
    before: Option<&Evening>,
    evenings: &[(Date, Clock)],
) -> Result<(), Refused> {
    let county = desk.county();
    desk.tx.execute(
        "delete from clock where county = $1 and child = $2 and day >= $3",
        &params![county, child, start],
    )?;
    if let Some((day, clock, marked)) = before {
        let open = evenings.is_empty() && !is_nought(clock);
        if open != *marked {
            desk.tx.execute(
                "update clock set open = $4 where county = $1 and child = $2 and day = $3",
                &params![county, child, *day, open],
            )?;
        }
    }
    for (at, (day, clock)) in evenings.iter().enumerate() {
        let open = at + 1 == evenings.len() && !is_nought(clock);
        desk.tx.execute(
            "insert into clock (county, child, day, away, since_day, last, suspected_day, excused, told, unknown, open)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            &params![
                county,
                child,
                *day,
                clock.away,
                clock.since,
                clock.last.map_or("", Kind::code),
                clock.suspected,
                clock.excused,
                clock.told,
                clock.unknown,
                open
            ],
        )?;
    }
    Ok(())
}

/// Counts two files anew that have become one, or two again: from the first day on which either was away.
pub(crate) fn files_changed(desk: &mut Desk<'_, '_>, kept: &str, gone: &str) -> Result<(), Refused> {
    let first = desk.tx.one(
        "select min(day) from mark where county = $1 and child in ($2, $3)",
        &params![desk.county(), kept, gone],
        |row| row.get::<Option<Date>>(0),
    )?;
    match first {
        Some(from) => recount(desk, &[kept.to_owned(), gone.to_owned()], from),
        None => Ok(()),
    }
}

/// Counts these children anew from a day on: after the roll, leave, the school's days or the plan's number has changed. With
/// the first day of all facts the rows are made from nothing.
///
/// # Errors
/// [`Refused::Rule`] when the calendar does not know one of the days, [`Refused::Storage`].
pub fn recount(desk: &mut Desk<'_, '_>, children: &[String], from: Date) -> Result<(), Refused> {
    count(desk, children, from, "").map(drop)
}
