//! 送教上门 (残疾人教育条例第十七条；五(十一)): what a week of lessons at home comes to, and which entries look as if they had been taught on
//! paper alone. A doubt is a question to the head, and no verdict on anybody.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use crate::codes::codes;

codes! {
    /// Why an entry should be looked into.
    Doubt "残疾人教育条例第十七条" {
        Unconfirmed = "unconfirmed" "没有家里人确认" [],
        Overlap = "overlap" "同一时间在另一家" [],
        AtOnce = "at_once" "几天的同一天补录" [],
    }
}

/// So many days written down on one later day are written at once.
pub const AT_ONCE: usize = 3;

/// Minutes of one lesson at least and at most, between which an entry is believed to be meant.
pub const MINUTES: std::ops::RangeInclusive<u16> = 20..=300;

/// A lesson at home as it was written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lesson<'a> {
    /// Id.
    pub id: &'a str,
    /// The child.
    pub child: &'a str,
    /// Who taught.
    pub teacher: &'a str,
    /// On which day.
    pub day: Date,
    /// From which minute of the day.
    pub from: u16,
    /// For how many minutes.
    pub minutes: u16,
    /// On which day it was written down.
    pub entered: Date,
    /// Whether somebody of the family confirmed it by name.
    pub confirmed: bool,
}

impl Lesson<'_> {
    fn meets(&self, other: &Lesson<'_>) -> bool {
        let end = |one: &Lesson<'_>| one.from.saturating_add(one.minutes);
        self.day == other.day && self.from < end(other) && other.from < end(self)
    }
}

/// What speaks against an entry, among everything that is known of the child and of the teacher.
#[must_use]
pub fn doubts(one: &Lesson<'_>, all: &[Lesson<'_>]) -> Vec<Doubt> {
    let own = |other: &&Lesson<'_>| other.teacher == one.teacher;
    let elsewhere = |other: &Lesson<'_>| other.child != one.child && other.meets(one);
    let late = |other: &&Lesson<'_>| {
        other.child == one.child && other.entered == one.entered && other.day < other.entered
    };
    let mut days: Vec<Date> = all.iter().filter(own).filter(late).map(|other| other.day).collect();
    days.sort_unstable();
    days.dedup();
    let found = [
        (Doubt::Unconfirmed, !one.confirmed),
        (Doubt::Overlap, all.iter().filter(own).any(elsewhere)),
        (Doubt::AtOnce, one.day < one.entered && days.len() >= AT_ONCE),
    ];
    found.into_iter().filter_map(|(doubt, is)| is.then_some(doubt)).collect()
}

/// A week from Monday to Sunday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Week {
    /// Its Monday.
    pub monday: Date,
    /// Minutes taught.
    pub minutes: u32,
    /// Whether it is over, had lessons at school, and comes short of what is due.
    pub is_short: bool,
}

/// The weeks of one child, this one first; `due` minutes are to be taught in each week that has a day of which `is_taught` holds.
#[must_use]
pub fn weeks(
    own: &[Lesson<'_>],
    (today, many): (Date, i64),
    due: u16,
    is_taught: impl Fn(Date) -> bool,
) -> Vec<Week> {
    let this = monday(today);
    (0..many)
        .map(|back| {
            let monday = this.saturating_sub((back * 7).days());
            let sunday = monday.saturating_add(6.days());
            let within = own.iter().filter(|one| (monday..=sunday).contains(&one.day));
            let minutes: u32 = within.map(|one| u32::from(one.minutes)).sum();
            let taught = (0..5).any(|day: i64| is_taught(monday.saturating_add(day.days())));
            Week { monday, minutes, is_short: back > 0 && taught && minutes < u32::from(due) }
        })
        .collect()
}

fn monday(day: Date) -> Date {
    let since = i64::from(day.weekday().since(Weekday::Monday));
    day.saturating_sub(since.days())
}
