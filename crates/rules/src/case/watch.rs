//! What the register says of a return (五(十一)): so many attended school days prove it, a window of school days is clean or not,
//! and a slide is said before it is a relapse. Who says that a child is back plays no part.

use jiff::Span;
use jiff::civil::Date;

use crate::plan::ObservationRule;

/// A school day of the receiving class, as its register has it for the child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// In school, or taught elsewhere by the school (送教上门).
    Came,
    /// Away with a reason.
    Told,
    /// Away without.
    Away,
    /// Nobody called: neither here nor there.
    NotCalled,
}

/// The school days since the child is said to be back, in order, up to today.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Watched {
    /// Day by day.
    pub days: Vec<(Date, Seen)>,
}

/// How a window looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// School days.
    pub due: u32,
    /// Of these called.
    pub called: u32,
    /// Of these missed without reason.
    pub away: u32,
    /// Whether it is clean.
    pub clean: bool,
}

impl Watched {
    /// The first day of a run of attended days that is long enough to prove a return. A day with a reason or one that was not
    /// called neither proves nor breaks; one without a reason begins anew.
    #[must_use]
    pub fn proven(&self, rule: &ObservationRule) -> Option<Date> {
        let (mut first, mut run) = (None, 0_u16);
        for (day, seen) in &self.days {
            match seen {
                Seen::Came => {
                    first = first.or(Some(*day));
                    run += 1;
                }
                Seen::Away => (first, run) = (None, 0),
                Seen::Told | Seen::NotCalled => {}
            }
            if run >= rule.proof_days {
                return first;
            }
        }
        None
    }

    /// Attended days of the run that lasts until now: how far a proof has come.
    #[must_use]
    pub fn run(&self) -> usize {
        let since = self.days.iter().rposition(|(_, seen)| *seen == Seen::Away).map_or(0, |at| at + 1);
        self.days.iter().skip(since).filter(|(_, seen)| *seen == Seen::Came).count()
    }

    /// How the days between two days look, both included.
    #[must_use]
    pub fn look(&self, rule: &ObservationRule, from: Date, to: Date) -> Look {
        let days = self.days.iter().filter(|(day, _)| (from..=to).contains(day));
        let (mut due, mut called, mut away) = (0_u32, 0_u32, 0_u32);
        for (_, seen) in days {
            due += 1;
            called += u32::from(*seen != Seen::NotCalled);
            away += u32::from(*seen == Seen::Away);
        }
        let enough = called > 0 && called * 100 >= due * u32::from(rule.called_percent);
        let clean = enough && away * 100 <= called * u32::from(rule.away_percent);
        Look { due, called, away, clean }
    }

    /// Days missed without reason among the last school days, when they are enough to be a slide; said early, before three in
    /// a row end the case.
    #[must_use]
    pub fn slide(&self, rule: &ObservationRule) -> Option<u16> {
        let last = self.days.iter().rev().take(usize::from(rule.slide_within));
        let away = last.filter(|(_, seen)| *seen == Seen::Away).count();
        u16::try_from(away).ok().filter(|away| *away >= rule.slide_days)
    }
}

/// The day of the next look: so many days after the window began; `None` when all were passed.
#[must_use]
pub fn next_look(rule: &ObservationRule, from: Date, passed: usize) -> Option<Date> {
    let days = rule.days.get(passed)?;
    Some(from.saturating_add(Span::new().days(i64::from(*days))))
}
