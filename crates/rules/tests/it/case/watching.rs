//! What the register proves (五(十一)): ten attended school days, windows, slides; and in the case that nobody but the register
//! begins a window or passes a look.

use jiff::civil::Date;
use proptest::prelude::*;
use rules::case::watch::{Seen, Watched, next_look};
use rules::case::{Act, By, Event, Party, State};

use super::{Story, back, bureau, day, head, place, register, township};
use crate::cases;
use crate::nanjian::PLAN;

/// Days from 9 March 2026 on, one sign each: `.` came, `t` with a reason, `x` without, `-` not called.
fn days(signs: &str) -> Watched {
    let lessons = register(&PLAN, "2026-03-09", "2026-07-17", Seen::Came).days;
    let seen = |sign| match sign {
        '.' => Seen::Came,
        't' => Seen::Told,
        'x' => Seen::Away,
        _ => Seen::NotCalled,
    };
    Watched { days: lessons.iter().zip(signs.chars()).map(|((on, _), sign)| (*on, seen(sign))).collect() }
}

/// Ten attended days prove a return; a day without a reason begins anew; a day that nobody called proves nothing.
#[test]
fn proof() {
    let rule = &PLAN.case().observation;
    let check = |signs: &str, expected: Option<&str>| {
        assert_eq!(days(signs).proven(rule), expected.map(day), "{signs}");
    };
    check(".........", None);
    check("..........", Some("2026-03-09"));
    check("----------", None);
    check("tttttttttt", None);
    check(".t.-........", Some("2026-03-09"));
    check(".........x.........", None);
    check(".........x..........", Some("2026-03-23"));
    check("xx..........", Some("2026-03-11"));
}

/// How far a proof has come: the attended days behind the last one that was missed without reason.
#[test]
fn how_far_a_proof_has_come() {
    for (signs, run) in [("", 0), ("...", 3), ("..x.t-.", 2), ("....x", 0)] {
        assert_eq!(days(signs).run(), run, "{signs}");
    }
}

/// 90 % called, 5 % missed without reason: a window with fewer or more is not clean.
#[test]
fn windows() {
    let rule = &PLAN.case().observation;
    let check = |signs: &str, clean| {
        let look = days(signs).look(rule, day("2026-03-09"), day("2026-07-17"));
        assert_eq!(look.clean, clean, "{signs} {look:?}");
        assert_eq!(look.due as usize, signs.len());
    };
    check("", false);
    check("....................", true);
    check("...................x", true);
    check("..................xx", false);
    check("..................--", true);
    check(".................---", false);
    check("..........tttttttttt", true);
}

/// Two days of the last ten are a slide, said before three in a row end the case.
#[test]
fn slides() {
    let rule = &PLAN.case().observation;
    let check = |signs: &str, expected| assert_eq!(days(signs).slide(rule), expected, "{signs}");
    check("..........", None);
    check(".........x", None);
    check("..x......x", Some(2));
    check("x.x.........", None);
    check("........xx", Some(2));
}

/// The next look follows from the first day of the window.
#[test]
fn looks() {
    let rule = &PLAN.case().observation;
    let from = day("2026-03-09");
    let all: Vec<Option<Date>> = (0..4).map(|passed| next_look(rule, from, passed)).collect();
    let expected = ["2026-04-08", "2026-06-07", "2026-09-05"].map(|on| Some(day(on)));
    assert_eq!(all, [expected.as_slice(), &[None]].concat());
}

/// The reporter proves nothing: no person begins the window, and the program only from the register.
#[test]
fn the_register_proves() {
    let prove = |on: &str| Event::Prove { from: day(on) };
    let placed = Story::persuading()
        .then("2026-03-09", township(), back("2026-03-09"), State::Returned)
        .then("2026-03-10", bureau(), place("2026-03-09"), State::Placed);
    placed
        .clone()
        .not("2026-03-20", head(), prove("2026-03-09"), "不能办", "五(十)")
        .not("2026-03-20", By::Program, prove("2026-03-09"), "还不能证明", "五(十一)")
        .seen(days("........."))
        .not("2026-03-20", By::Program, prove("2026-03-09"), "还不能证明", "五(十一)");
    placed
        .seen(days(".........."))
        .not("2026-03-20", By::Program, prove("2026-03-10"), "还不能证明", "五(十一)")
        .then("2026-03-20", By::Program, prove("2026-03-09"), State::Observing)
        .kept();
}

/// A look that is not clean begins the window anew; it is not passed early, and not said to be clean when it is not.
#[test]
fn a_look_that_is_not_clean() {
    let check = |clean, on: &str| Event::Check { clean, on: day(on) };
    let signs = format!("..........{}", "xx.......".repeat(12));
    Story::observing()
        .not("2026-04-07", By::Program, check(true, "2026-04-07"), "还不能证明", "五(十一)")
        .not("2026-04-08", head(), check(true, "2026-04-08"), "不能办", "五(十)")
        .seen(days(&signs))
        .not("2026-04-08", By::Program, check(true, "2026-04-08"), "还不能证明", "五(十一)")
        .then("2026-04-08", By::Program, check(false, "2026-04-08"), State::Observing)
        .turn(Party::School("s1".to_owned()), Act::Watch, "2026-05-08T23:59:59")
        .kept();
}

proptest! {
    #![proptest_config(cases(128))]

    /// A day in school in the place of any other never takes a proof away, nor makes a clean window unclean.
    #[test]
    fn coming_never_harms(signs in "[.tx-]{1,60}", at in 0..60_usize) {
        let rule = &PLAN.case().observation;
        let before = days(&signs);
        let mut after = before.clone();
        if let Some(one) = after.days.get_mut(at) {
            one.1 = Seen::Came;
        }
        prop_assert!(before.proven(rule).is_none() || after.proven(rule).is_some());
        let (from, to) = (day("2026-03-09"), day("2026-07-17"));
        prop_assert!(!before.look(rule, from, to).clean || after.look(rule, from, to).clean);
        prop_assert!(after.slide(rule) <= before.slide(rule));
    }
}
