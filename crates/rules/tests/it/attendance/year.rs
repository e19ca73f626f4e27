//! A whole school year of two hundred children with holidays, leave, transfers, half days, late entries and corrections,
//! against a second counting that is written as plainly as can be and knows the truth, not the marks.

use jiff::ToSpan;
use jiff::civil::Date;
use rules::attendance::{Clock, Kind, Leave, Mark, Member, Part};

use super::{Child, day, leaked, school_days};
use crate::nanjian::PLAN;

const FROM: &str = "2025-09-01";
const TO: &str = "2026-07-17";

/// A stream of numbers that is the same every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % bound
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }
}

/// What a school day truly was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Truth {
    There,
    Away,
    Leave,
    NotCalled,
}

/// 五(九) as one would count on paper: since when somebody was suspected, for every time.
fn on_paper(days: &[(Date, Truth)]) -> Vec<Date> {
    let (mut away, mut suspects) = (0, Vec::new());
    for (date, truth) in days {
        match truth {
            Truth::There => away = 0,
            Truth::Away => {
                away += 1;
                if away == 3 {
                    suspects.push(*date);
                }
            }
            Truth::Leave | Truth::NotCalled => {}
        }
    }
    suspects
}

/// A child's year: what was true, and what the registers say of it in the end.
fn year(chance: &mut Chance) -> (Vec<(Date, Truth)>, Child) {
    let mut child = Child::default();
    let mut truths = Vec::new();
    let days: Vec<Date> = school_days(day(FROM)).take_while(|on| *on <= day(TO)).collect();
    let moved = chance.one_in(3).then(|| days[chance.below(150) + 20]);
    child.members.push(Member { school: "s1", class: "c1", from: day(FROM), until: moved });
    if let Some(from) = moved {
        child.members.push(Member { school: "s2", class: "c2", from, until: None });
    }
    let (mut spell, mut what) = (0, Truth::There);
    for on in days {
        if spell == 0 {
            (what, spell) = match chance.below(20) {
                0 => (Truth::Away, chance.below(5) + 1),
                1 => (Truth::Leave, chance.below(8) + 1),
                2 => (Truth::NotCalled, 1),
                _ => (Truth::There, chance.below(6) + 1),
            };
        }
        spell -= 1;
        truths.push((on, what));
        let class = if moved.is_some_and(|from| on >= from) { "c2" } else { "c1" };
        if what == Truth::Leave {
            child.leave.push(Leave { from: on, until: on });
        }
        let kind = match what {
            Truth::There if chance.one_in(10) => Kind::Late,
            Truth::There => Kind::Present,
            Truth::Away => Kind::Truant,
            Truth::Leave => Kind::Sick,
            Truth::NotCalled => continue,
        };
        enter(&mut child, chance, on, class, kind);
    }
    child.marks.sort_by_key(|mark| mark.day);
    (truths, child)
}

/// Enters a day as offices do: at once, by halves, wrongly and corrected, twice, or in the old class as well.
fn enter(child: &mut Child, chance: &mut Chance, on: Date, class: &'static str, kind: Kind) {
    let id = |what: &str| leaked(format!("{on} {what}"));
    let mark = |id, part, kind, corrects| Mark { id, day: on, part, kind, class, corrects };
    match chance.below(12) {
        0 => {
            let wrong = if kind == Kind::Present { Kind::Truant } else { Kind::Present };
            // The correction first: it came from another machine.
            child.marks.push(mark(id("right"), Part::Whole, kind, Some(id("wrong"))));
            child.marks.push(mark(id("wrong"), Part::Whole, wrong, None));
        }
        1 => {
            child.marks.push(mark(id("am"), Part::Morning, kind, None));
            child.marks.push(mark(id("pm"), Part::Afternoon, kind, None));
        }
        2 => child.marks.extend([mark(id("one"), Part::Whole, kind, None); 2]),
        3 => {
            child.marks.push(mark(id("one"), Part::Whole, kind, None));
            child.marks.push(Mark { class: "c9", ..mark(id("strange"), Part::Whole, Kind::Truant, None) });
        }
        _ => child.marks.push(mark(id("one"), Part::Whole, kind, None)),
    }
}

/// Every day on which the clock says that it is full.
fn by_the_clock(child: &Child) -> Vec<Date> {
    let (mut clock, mut suspects) = (Clock::default(), Vec::new());
    let mut on = day(FROM);
    while on <= day(TO) {
        let next = child.from(clock, &on.to_string(), &on.to_string());
        if clock.suspected.is_none() {
            suspects.extend(next.suspected);
        }
        clock = next;
        on = on.checked_add(1.day()).expect("a day");
    }
    suspects
}

#[test]
fn a_year_gives_exactly_the_expected_suspects() {
    let mut chance = Chance(532_926);
    let (mut suspects, mut without) = (0, 0);
    for child in 0..200 {
        let (truths, facts) = year(&mut chance);
        let expected = on_paper(&truths);
        assert_eq!(by_the_clock(&facts), expected, "child {child}");
        suspects += expected.len();
        without += usize::from(expected.is_empty());
    }
    // The year is worth its name: many suspects, and children without.
    assert!(suspects > 100 && without > 10, "{suspects} {without}");
    assert!(PLAN.calendar().day(day("2026-02-17")).is_ok_and(|day| !day.is_teaching()), "holidays lie in it");
}
