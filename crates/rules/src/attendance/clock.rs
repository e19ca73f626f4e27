//! The clock itself: a small value that is carried from evening to evening. It counts school days away without a good
//! reason since the child was last in school, and half days of the term and the month.

use jiff::civil::Date;

use super::day::Day;
use super::mark::Kind;
use crate::plan::{AbsenceTier, Basis, Counted, Plan, Stretch};

/// What the plan sets about absence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// From this many school days without good reason on a pupil is 疑似辍学; at least 1.
    pub days: u16,
    /// Clause and words of that.
    pub basis: Basis,
    /// For so many school days of one absence a reason that was only told is good; further ones need leave.
    pub told: u16,
    /// Clause and words of that.
    pub told_basis: Basis,
    /// What is said of a term or a month.
    pub tiers: Vec<Tier>,
}

/// A share or a number of days from which on something is said.
pub type Tier = AbsenceTier;

impl Rule {
    /// The rule of a plan, 五(九).
    #[must_use]
    pub fn of(plan: &Plan) -> Self {
        Self {
            days: plan.absence().days,
            basis: plan.absence().basis.clone(),
            told: plan.told_leave().days,
            told_basis: plan.told_leave().basis.clone(),
            tiers: plan.absence_tiers().to_vec(),
        }
    }
}

/// Half days of a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Tally {
    /// Half days on which lessons were due and somebody called.
    pub due: u16,
    /// Missed with leave or a reason.
    pub told: u16,
    /// Missed without one.
    pub away: u16,
    /// Days with lessons on which nobody called, or whose marks contradict each other; whole days, in none of the others.
    pub unknown: u16,
}

impl Tally {
    /// Half days that a tier counts.
    #[must_use]
    pub const fn missed(self, counted: Counted) -> u16 {
        match counted {
            Counted::All => self.told.saturating_add(self.away),
            Counted::WithoutReason => self.away,
        }
    }

    /// Whether a tier is reached.
    #[must_use]
    pub fn reaches(self, tier: &Tier) -> bool {
        let missed = u32::from(self.missed(tier.counted));
        let long_enough = u32::from(self.due) >= u32::from(tier.from_days) * 2;
        let share =
            tier.percent.is_none_or(|percent| missed * 100 >= u32::from(percent) * u32::from(self.due));
        let days = tier.days.is_none_or(|days| missed >= u32::from(days) * 2);
        missed > 0 && long_enough && share && days
    }
}

/// How a child stands at the evening of a day. Starts as [`Clock::default`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Clock {
    /// School days without good reason since the child was last in school.
    pub away: u16,
    /// The first of them.
    pub since: Option<Date>,
    /// What the last of them was marked as.
    pub last: Option<Kind>,
    /// Since when the child is 疑似辍学: the day on which the count was full.
    pub suspected: Option<Date>,
    /// School days with leave, a reason that counted or away for the school, since the child was last in school.
    pub excused: u16,
    /// School days since then on which a reason was only told, counted or not.
    pub told: u16,
    /// School days since the absence began of which nothing is known.
    pub unknown: u16,
    /// The term so far.
    pub term: Tally,
    /// The month so far.
    pub month: Tally,
    /// Which term and month these are.
    at: (Option<usize>, i16, i8),
}

impl Clock {
    /// One day further. `term` is [`super::SchoolDays::term`] of the date.
    #[must_use]
    pub fn step(mut self, rule: &Rule, date: Date, term: Option<usize>, day: Day) -> Self {
        self.turn(date, term);
        match day {
            Day::NoLessons => {}
            Day::Unknown { .. } => {
                // Before an absence began nobody is missing, and a register that was not called is the class's affair.
                if self.away > 0 || self.excused > 0 {
                    self.unknown = self.unknown.saturating_add(1);
                }
                self.tally(|tally| tally.unknown = tally.unknown.saturating_add(1));
            }
            Day::Came { due, told, away } => {
                self = Self { term: self.term, month: self.month, at: self.at, ..Self::default() };
                if due {
                    self.halves(told.into(), away.into());
                }
            }
            Day::Official => {
                self.excused = self.excused.saturating_add(1);
                self.halves(0, 0);
            }
            Day::OnLeave => {
                self.excused = self.excused.saturating_add(1);
                self.halves(2, 0);
            }
            Day::Told => {
                self.told = self.told.saturating_add(1);
                if self.told > rule.told {
                    self.count(rule, date, None);
                    self.halves(0, 2);
                } else {
                    self.excused = self.excused.saturating_add(1);
                    self.halves(2, 0);
                }
            }
            Day::Away(kind) => {
                self.count(rule, date, Some(kind));
                self.halves(0, 2);
            }
        }
        self
    }

    /// School days that are still missing before the child is 疑似辍学; 0 when it is.
    #[must_use]
    pub fn left(&self, rule: &Rule) -> u16 {
        rule.days.saturating_sub(self.away)
    }

    fn count(&mut self, rule: &Rule, date: Date, kind: Option<Kind>) {
        self.away = self.away.saturating_add(1);
        self.since = self.since.or(Some(date));
        self.last = kind;
        if self.away >= rule.days {
            self.suspected = self.suspected.or(Some(date));
        }
    }

    fn halves(&mut self, told: u16, away: u16) {
        self.tally(|tally| {
            tally.due = tally.due.saturating_add(2);
            tally.told = tally.told.saturating_add(told);
            tally.away = tally.away.saturating_add(away);
        });
    }

    fn tally(&mut self, add: impl Fn(&mut Tally)) {
        add(&mut self.term);
        add(&mut self.month);
    }

    /// A new month or term begins with nothing. The vacations belong to the term before them.
    fn turn(&mut self, date: Date, term: Option<usize>) {
        let (before, year, month) = self.at;
        if (year, month) != (date.year(), date.month()) {
            self.month = Tally::default();
        }
        if term.is_some() && term != before {
            self.term = Tally::default();
        }
        self.at = (term.or(before), date.year(), date.month());
    }

    /// The tally that a tier is about.
    #[must_use]
    pub const fn over(&self, stretch: Stretch) -> Tally {
        match stretch {
            Stretch::Term => self.term,
            Stretch::Month => self.month,
        }
    }
}
