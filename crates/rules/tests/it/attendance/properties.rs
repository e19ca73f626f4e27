//! What holds for any autumn of any child: 五(九), B06, B14, H01.

use jiff::civil::Date;
use proptest::prelude::*;
use rules::attendance::{Clock, DayChange, Kind, Leave, Mark, Member, Part};

use super::{Child, day, leaked, rule, school_days};
use crate::cases;

const FROM: &str = "2026-09-01";
const TO: &str = "2026-12-18";

/// Signs of sixty school days; many absences, so that much is near three.
fn signs() -> impl Strategy<Value = String> {
    let sign = prop::sample::select(&['.', '.', 'A', 'A', 'A', 'B', 'S', 'P', 'O', 'X', 'E', '?'][..]);
    prop::collection::vec(sign, 60).prop_map(|signs| signs.into_iter().collect())
}

/// Half days and corrections besides.
fn child() -> impl Strategy<Value = Child> {
    let kind = prop::sample::select(&Kind::ALL[..]);
    let part = prop::sample::select(&[Part::Morning, Part::Afternoon, Part::Evening, Part::Whole][..]);
    let more = prop::collection::vec((0..75_i64, part, kind, prop::bool::ANY), 0..12);
    let leave = prop::collection::vec((0..75_i64, 0..10_i64), 0..3);
    (signs(), more, leave).prop_map(|(signs, more, leave)| {
        let mut child = Child::new();
        child.days(FROM, &signs);
        for (at, part, kind, corrects) in more {
            let on = later(at);
            let old = child.marks.iter().find(|mark| mark.day == on).copied();
            let id = leaked(format!("more {}", child.marks.len()));
            let corrects = old.filter(|_| corrects);
            child.mark(Mark {
                id,
                day: on,
                part: corrects.map_or(part, |old| old.part),
                kind,
                class: "c1",
                corrects: corrects.map(|old| old.id),
            });
        }
        child.leave =
            leave.into_iter().map(|(at, long)| Leave { from: later(at), until: later(at + long) }).collect();
        child
    })
}

fn later(days: i64) -> Date {
    day(FROM).checked_add(jiff::Span::new().days(days)).expect("a day")
}

/// Every evening's clock, first to last.
fn evenings(child: &Child) -> Vec<Clock> {
    let mut clock = Clock::default();
    let mut on = day(FROM);
    let mut all = Vec::new();
    while on <= day(TO) {
        clock = child.from(clock, &on.to_string(), &on.to_string());
        all.push(clock);
        on = on.tomorrow().expect("a day");
    }
    all
}

fn off(on: Date) -> DayChange {
    DayChange { day: on, school: None, lessons: false, why: "放假".to_owned() }
}

proptest! {
    #![proptest_config(cases(64))]

    /// B14: a day off, also one that is declared afterwards, never makes a suspect out of nobody and never an absence longer.
    #[test]
    fn a_holiday_makes_no_suspect(child in child(), holidays in prop::collection::vec(0..75_i64, 1..6)) {
        let before = evenings(&child);
        let mut with = child;
        with.changes = holidays.into_iter().map(|at| off(later(at))).collect();
        for (with, before) in evenings(&with).iter().zip(&before) {
            prop_assert!(with.away <= before.away, "{with:?} {before:?}");
            prop_assert!(with.suspected.is_none() || before.suspected.is_some(), "{with:?} {before:?}");
        }
    }

    /// H01: a sheet that is sent again changes nothing; nor does the order in which facts arrive.
    #[test]
    fn replays_and_order_change_nothing(child in child(), turn in 0..100_usize, again in 0..100_usize) {
        let expected = evenings(&child);
        let mut other = child;
        let turn = turn % other.marks.len().max(1);
        other.marks.rotate_left(turn);
        if let Some(mark) = other.marks.get(again % other.marks.len().max(1)).copied() {
            other.marks.push(mark);
        }
        other.marks.sort_by_key(|mark| mark.day);
        other.leave.reverse();
        other.members.reverse();
        prop_assert_eq!(evenings(&other), expected);
    }

    /// A good reason never lengthens an absence: leave on any days.
    #[test]
    fn leave_never_lengthens(child in child(), at in 0..75_i64, long in 0..10_i64) {
        let before = evenings(&child);
        let mut with = child;
        with.leave.push(Leave { from: later(at), until: later(at + long) });
        for (with, before) in evenings(&with).iter().zip(&before) {
            prop_assert!(with.away <= before.away, "{with:?} {before:?}");
        }
    }

    /// Nor does a reason that was told in the place of 旷课. (One mark a day: where marks contradict each other, a changed one
    /// may settle the day.)
    #[test]
    fn a_told_reason_never_lengthens(signs in signs(), which in 0..20_usize) {
        let mut child = Child::new();
        child.days(FROM, &signs);
        let before = evenings(&child);
        if let Some(mark) = child.marks.iter_mut().filter(|mark| mark.kind == Kind::Truant).nth(which) {
            mark.kind = Kind::Sick;
        }
        for (with, before) in evenings(&child).iter().zip(&before) {
            prop_assert!(with.away <= before.away, "{with:?} {before:?}");
        }
    }

    /// The clock that is carried on is the clock that is counted anew, from any evening on (B06).
    #[test]
    fn going_on_is_counting_anew(child in child(), at in 0..100_i64) {
        let evening = later(at);
        let whole = child.clock(TO);
        let half = child.clock(&evening.to_string());
        let next = evening.tomorrow().expect("a day").to_string();
        prop_assert_eq!(child.from(half, &next, TO), whole);
        prop_assert_eq!(whole.suspected.is_some(), whole.away >= rule().days);
    }

    /// 转学: moving to a class with the same days and the same marks changes nothing, on whichever day.
    #[test]
    fn a_transfer_neither_ends_nor_doubles(signs in signs(), at in 0..100_i64) {
        let mut stays = Child::new();
        stays.days(FROM, &signs);
        let moved = later(at);
        let mut moves = stays.clone();
        moves.members[0].until = Some(moved);
        moves.members.push(Member { school: "s2", class: "c2", from: moved, until: None });
        for mark in moves.marks.iter_mut().filter(|mark| mark.day >= moved) {
            mark.class = "c2";
        }
        // The old class goes on calling the name for some days.
        for on in school_days(moved).take(3) {
            moves.mark(Mark { id: leaked(format!("old {on}")), day: on, part: Part::Whole, kind: Kind::Truant, class: "c1", corrects: None });
        }
        prop_assert_eq!(evenings(&moves), evenings(&stays));
    }
}
