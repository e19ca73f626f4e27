//! One child-day: from the marks of the day, the leave that covers it and the class that the child belonged to, to what
//! the day was. Nothing here looks at another day.

use jiff::civil::Date;

use super::clock::{Clock, Rule};
use super::days::SchoolDays;
use super::mark::{Half, Kind, Mark, Reading, Settled};
use crate::calendar::NoData;

/// That a child belonged to a class, by date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member<'a> {
    /// The school.
    pub school: &'a str,
    /// The class.
    pub class: &'a str,
    /// First day.
    pub from: Date,
    /// The first day on which it no longer did.
    pub until: Option<Date>,
}

/// Leave that was approved: a good reason from one day to another, both included, and not a day longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leave {
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
}

/// What a day was for a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day {
    /// No lessons, or in no class: it is not counted.
    NoLessons,
    /// Lessons, and nobody called or two marks contradict each other: neither there nor away.
    Unknown {
        /// Whether it is unknown because marks contradict each other.
        conflict: bool,
    },
    /// In school for part of the day at least. The halves missed are 0 or 1; on a day without lessons they are 0 and
    /// nothing was due.
    Came {
        /// Whether lessons were due.
        due: bool,
        /// Half days missed with a reason.
        told: u8,
        /// Half days missed without one.
        away: u8,
    },
    /// Away for the school: as good as there for the figures, but it ends no absence.
    Official,
    /// Away all day, with leave.
    OnLeave,
    /// Away all day with a reason that was told and no leave.
    Told,
    /// Away all day without a good reason.
    Away(Kind),
}

impl Day {
    /// What it is called beside a name.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::NoLessons => "不上课",
            Self::Unknown { conflict: true } => "两份点名说法不同",
            Self::Unknown { conflict: false } => "没有点到",
            Self::Came { .. } => "到校",
            Self::Official => "公假",
            Self::OnLeave => "请假已批",
            Self::Told => "口头请假",
            Self::Away(kind) => kind.label(),
        }
    }
}

/// What is known of one child: slices in any order of arrival; only `marks` must be sorted by day.
#[derive(Debug, Clone, Copy, Default)]
pub struct Facts<'a> {
    /// Classes by date.
    pub members: &'a [Member<'a>],
    /// Approved leave.
    pub leave: &'a [Leave],
    /// Marks, sorted by day.
    pub marks: &'a [Mark<'a>],
}

impl<'a> Facts<'a> {
    /// The class that the child belonged to on a day; of two that overlap the one it joined last.
    #[must_use]
    pub fn member(&self, day: Date) -> Option<&Member<'a>> {
        let here = |member: &&Member<'_>| member.from <= day && member.until.is_none_or(|until| day < until);
        self.members.iter().filter(here).max_by_key(|member| (member.from, member.class))
    }

    /// The marks of a day.
    #[must_use]
    pub fn marks_of(&self, day: Date) -> &'a [Mark<'a>] {
        let first = self.marks.partition_point(|mark| mark.day < day);
        let rest = self.marks.get(first..).unwrap_or_default();
        let many = rest.partition_point(|mark| mark.day == day);
        rest.get(..many).unwrap_or_default()
    }

    /// What a day was.
    ///
    /// # Errors
    /// [`NoData`] when the calendar does not know the year.
    pub fn day(&self, days: &SchoolDays<'_>, day: Date) -> Result<Day, NoData> {
        let Some(member) = self.member(day) else { return Ok(Day::NoLessons) };
        let due = days.lessons(member.school, day)?;
        let marks = self.marks_of(day);
        // A register of a class that the child had left, or not yet joined, does not count beside the right one.
        let strange = marks.iter().any(|mark| mark.class != member.class);
        let reading = if strange { Self::own(marks, member.class) } else { Reading::of(marks) };
        let leave = self.leave.iter().any(|leave| (leave.from..=leave.until).contains(&day));
        Ok(sort(reading, due, leave))
    }

    /// The reading of one class's marks alone; only on the day of a transfer are there others.
    fn own(marks: &[Mark<'_>], class: &str) -> Reading {
        let own: Vec<Mark<'_>> = marks.iter().filter(|mark| mark.class == class).copied().collect();
        Reading::of(&own)
    }

    /// Goes on counting from `clock`, which stands at the evening before `from`, until the evening of `to`.
    ///
    /// # Errors
    /// [`NoData`] when the calendar does not know one of the days.
    pub fn run(
        &self,
        rule: &Rule,
        days: &SchoolDays<'_>,
        clock: Clock,
        from: Date,
        to: Date,
    ) -> Result<Clock, NoData> {
        let mut clock = clock;
        let mut day = from;
        while day <= to {
            clock = clock.step(rule, day, days.term(day), self.day(days, day)?);
            match day.tomorrow() {
                Ok(next) => day = next,
                Err(_) => break,
            }
        }
        Ok(clock)
    }
}

/// Both halves and the evening together. Who came for a part has come; away is only who was away for all that was called;
/// a reason for one half is a reason for the day.
fn sort(reading: Reading, due: bool, leave: bool) -> Day {
    let halves = [half(reading.morning), half(reading.afternoon)];
    let evening = half(reading.evening);
    let came = halves.contains(&Some(Half::Came)) || evening == Some(Half::Came);
    if came {
        let missed = |told: bool| {
            let many = halves.iter().filter(|half| match half {
                Some(Half::Told) => told,
                Some(Half::Away(_)) => told == leave,
                _ => false,
            });
            u8::try_from(many.count()).unwrap_or_default()
        };
        return if due {
            Day::Came { due, told: missed(true), away: missed(false) }
        } else {
            Day::Came { due, told: 0, away: 0 }
        };
    }
    if !due {
        return Day::NoLessons;
    }
    if [reading.morning, reading.afternoon].contains(&Settled::Conflict) {
        return Day::Unknown { conflict: true };
    }
    let has = |wanted: fn(Half) -> bool| halves.iter().flatten().any(|half| wanted(*half));
    if has(|half| half == Half::Official) {
        return Day::Official;
    }
    let called = has(|half| matches!(half, Half::Told | Half::Away(_)));
    match (called, leave) {
        (true, true) => Day::OnLeave,
        (true, false) if has(|half| half == Half::Told) => Day::Told,
        (true, false) => {
            let kind = halves.iter().flatten().find_map(|half| match half {
                Half::Away(kind) => Some(*kind),
                _ => None,
            });
            kind.map_or(Day::Unknown { conflict: false }, Day::Away)
        }
        (false, _) if has(|half| half == Half::NoLessons) => Day::NoLessons,
        // Nobody called in a class on leave: still unknown, as the child may have come.
        (false, _) => Day::Unknown { conflict: false },
    }
}

fn half(settled: Settled) -> Option<Half> {
    match settled {
        Settled::Says(kind) => Some(kind.half()),
        Settled::Nothing | Settled::Conflict => None,
    }
}
