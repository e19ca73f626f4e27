//! 考勤的钟, 五(九): tables of a child's autumn, one sign a school day, and what must hold for any marks at all.

mod markets;
mod marks;
mod properties;
mod province;
mod sheets;
mod table;
mod year;

use jiff::ToSpan;
use jiff::civil::Date;
use rules::attendance::{Clock, DayChange, Facts, Kind, Leave, Mark, Member, Part, Rule, SchoolDays};

use crate::nanjian::PLAN;

/// A child's facts as a test writes them.
#[derive(Debug, Clone, Default)]
struct Child {
    members: Vec<Member<'static>>,
    leave: Vec<Leave>,
    marks: Vec<Mark<'static>>,
    changes: Vec<DayChange>,
}

impl Child {
    /// In class `c1` of school `s1` since September 2026.
    fn new() -> Self {
        let member = Member { school: "s1", class: "c1", from: day("2026-09-01"), until: None };
        Self { members: vec![member], ..Self::default() }
    }

    fn mark(&mut self, mark: Mark<'static>) {
        self.marks.push(mark);
        // Stable: marks of one day stay in the order in which they came.
        self.marks.sort_by_key(|mark| mark.day);
    }

    fn whole(&mut self, on: &str, kind: Kind) {
        self.part(on, Part::Whole, kind);
    }

    fn part(&mut self, on: &str, part: Part, kind: Kind) {
        self.of("c1", on, part, kind);
    }

    fn of(&mut self, class: &'static str, on: &str, part: Part, kind: Kind) {
        let id = leaked(format!("{on} {part:?} {class} {}", self.marks.len()));
        self.mark(Mark { id, day: day(on), part, kind, class, corrects: None });
    }

    /// One sign for each school day from a day on: `.` there, `A` 旷课, `B` 未返校, `S` 病假, `P` 事假, `O` 公假, `X` 停课, `E` 在外就读,
    /// `?` nobody called.
    fn days(&mut self, from: &str, signs: &str) -> &mut Self {
        let mut on = day(from);
        for sign in signs.chars() {
            while !PLAN.calendar().day(on).expect("a known year").is_teaching() {
                on = on.tomorrow().expect("a day");
            }
            let kind = match sign {
                '.' => Some(Kind::Present),
                'A' => Some(Kind::Truant),
                'B' => Some(Kind::NotReturned),
                'S' => Some(Kind::Sick),
                'P' => Some(Kind::Personal),
                'O' => Some(Kind::Official),
                'X' => Some(Kind::Stopped),
                'E' => Some(Kind::Elsewhere),
                _ => None,
            };
            if let Some(kind) = kind {
                self.whole(&on.to_string(), kind);
            }
            on = on.tomorrow().expect("a day");
        }
        self
    }

    fn clock(&self, to: &str) -> Clock {
        self.from(Clock::default(), "2026-09-01", to)
    }

    fn from(&self, clock: Clock, from: &str, to: &str) -> Clock {
        let days = SchoolDays::new(PLAN.calendar(), self.changes.clone());
        let facts = Facts { members: &self.members, leave: &self.leave, marks: &self.marks };
        facts.run(&rule(), &days, clock, day(from), day(to)).expect("a known year")
    }
}

fn rule() -> Rule {
    Rule::of(&PLAN)
}

fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

fn leave(from: &str, until: &str) -> Leave {
    Leave { from: day(from), until: day(until) }
}

fn leaked(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// The school days from a day on.
fn school_days(from: Date) -> impl Iterator<Item = Date> {
    let every = std::iter::successors(Some(from), |on| on.checked_add(1.day()).ok());
    every.filter(|on| PLAN.calendar().day(*on).expect("a known year").is_teaching())
}
