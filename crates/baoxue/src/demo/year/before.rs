//! School years before the one that the demo tells: classes that are over, a register of each on every school day, and absences
//! that ended. For measuring alone: today's pupils carry all of it, so each has more behind it than any pupil can have,
//! and nothing of it stands on the record.

use std::sync::Arc;

use casework::db::{Db, DbError};
use casework::seed::{self, SeedAbsence, SeedClass, SeedSheet, Seeding};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use rules::attendance::{Clock, Day, Half, Kind, Reason, Rule, sentence};
use rules::plan::Plan;

use super::registers::{Away, school_days};
use super::{Year, moment};

/// Classes of one year in one transaction.
const AT_ONCE: usize = 20;
/// A year in days: whole weeks, so that each day lies on its weekday.
const YEAR: i64 = 364;
/// Parts of a year, in each of which a pupil is away once at most.
const PARTS: usize = 3;
/// Longest absence, school days.
const LONGEST: usize = 4;

/// A class of a year that is over.
struct Past {
    /// Today's class.
    of: String,
    class: SeedClass,
    sheets: Vec<(Date, Timestamp, Away)>,
    absences: Vec<SeedAbsence>,
}

impl Year {
    /// Writes the years before `since`, so that there are `years` of them with that which follows it.
    pub(super) fn before(&mut self, db: &Db, plan: &Plan, since: Date, years: u16) -> Result<(), DbError> {
        if years < 2 {
            return Ok(());
        }
        let county = self.county.clone();
        let classes = db.read(|tx| seed::classes(tx, &county))?;
        let this = school_days(plan, since, self.today);
        let deputy = self.role("head");
        for back in 1..i64::from(years) {
            let (from, until) = (
                since.saturating_sub((YEAR * back).days()),
                since.saturating_sub((YEAR * (back - 1)).days()),
            );
            let days = days(plan, &this, back, (from, until));
            for some in classes.chunks(AT_ONCE) {
                let past: Vec<Past> =
                    some.iter().map(|class| self.past(class, back, &days, &Rule::of(plan))).collect();
                let shared = Arc::new((past, self.county.clone(), self.now.clone(), deputy.clone()));
                db.write(move |tx| {
                    let (past, county, now, deputy) = &*shared;
                    let with = Seeding { county, now };
                    tx.gather(|tx| {
                        for one in past {
                            let by = one.class.teacher.as_deref().unwrap_or(deputy);
                            seed::past_class(tx, &with, (&one.of, &one.class.class, back), (from, until))?;
                            for (day, at, away) in &one.sheets {
                                let sheet = SeedSheet { class: &one.class, by, day: *day, at: *at, away };
                                seed::sheet(tx, &with, &sheet)?;
                            }
                            for absence in &one.absences {
                                seed::absence(tx, &with, by, absence)?;
                            }
                        }
                        Ok::<_, DbError>(())
                    })
                })?;
            }
        }
        Ok(())
    }

    /// A class with its year: some two absences of a pupil, few of them without a reason.
    fn past(&mut self, of: &SeedClass, back: i64, days: &[Date], rule: &Rule) -> Past {
        let mut class = of.clone();
        class.class = format!("{}:{back}", of.class);
        let mut sheets: Vec<(Date, Timestamp, Away)> = days
            .iter()
            .map(|day| {
                let minute = i8::try_from(self.chance.below(60)).unwrap_or_default();
                (*day, moment(*day, 8, minute, 0), Away::new())
            })
            .collect();
        let mut absences = Vec::new();
        let part = days.len() / PARTS;
        for child in of.pupils.iter().chain(&of.gone) {
            for first in (0..PARTS).map(|at| at * part) {
                let (kind, reason, most) = if self.chance.happens(0.004) {
                    (Kind::Truant, Reason::Unwilling, LONGEST)
                } else if self.chance.happens(0.5) {
                    (Kind::Sick, Reason::Ill, 2)
                } else if self.chance.happens(0.5) {
                    (Kind::Personal, Reason::Family, 2)
                } else {
                    continue;
                };
                let (from, many) =
                    (first + self.chance.below(part.saturating_sub(LONGEST)), 1 + self.chance.below(most));
                for (.., away) in sheets.iter_mut().skip(from).take(many) {
                    away.push((child.clone(), kind, Some(reason)));
                }
                let spell: Vec<Date> = days.iter().skip(from).take(many + 1).copied().collect();
                absences.extend(absence(child, kind, &spell, rule));
            }
        }
        Past { of: of.class.clone(), class, sheets, absences }
    }
}

/// The school days of a year that is over: by the calendar where it knows all of them, those of this year moved otherwise.
fn days(plan: &Plan, this: &[Date], back: i64, (from, until): (Date, Date)) -> Vec<Date> {
    let known =
        from.series(1.day()).take_while(|day| *day < until).all(|day| plan.calendar().day(day).is_ok());
    if known {
        return school_days(plan, from, until);
    }
    this.iter().map(|day| day.saturating_sub((YEAR * back).days())).filter(|day| *day < until).collect()
}

/// What the clock made of days away, the last of which is that of coming back.
fn absence(child: &str, kind: Kind, spell: &[Date], rule: &Rule) -> Option<SeedAbsence> {
    let (back, away) = spell.split_last()?;
    let mut clock = Clock::default();
    let (mut evenings, mut said) = (Vec::new(), None);
    for day in away {
        let was = if matches!(kind.half(), Half::Told) { Day::Told } else { Day::Away(kind) };
        clock = clock.step(rule, *day, None, was);
        if said.is_none() && clock.suspected.is_some() {
            said = sentence(rule, &clock);
        }
        evenings.push((*day, clock));
    }
    evenings.push((*back, Clock::default()));
    Some(SeedAbsence { child: child.to_owned(), evenings, said, back: moment(*back, 8, 30, 0) })
}
