//! How often somebody may try to sign in (hazards C05–C07, C09, G01).

use casework::limit::{Admit, Attempt, Limits, Line, MEMORY, Outcome, Tally, admit};
use casework::password::{Guard, Profile};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::cases;

use Outcome::{Open, Right, Wrong};

/// 2026-11-24 08:00 in China.
const START: i64 = 1_795_478_400;
const USUAL: Limits = Limits::USUAL;
const WINDOW: i64 = 900;
const NOBODY: Tally = Tally { tries: 0, oldest: None };

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(START + second).unwrap()
}

fn tries(seconds: &[(i64, Outcome)]) -> Vec<Attempt> {
    seconds.iter().map(|(second, outcome)| Attempt { at: at(*second), outcome: *outcome }).collect()
}

/// Seconds to wait at `now`; 0 to be let in.
fn wait(guard: Guard, line: Line<'_>, now: i64) -> i64 {
    match admit(guard, &USUAL, &line, at(now)) {
        Admit::Yes => 0,
        Admit::Wait(time) => {
            assert!(time.is_positive() && time.subsec_nanos() == 0);
            time.as_secs()
        }
    }
}

fn stranger(tries: &[Attempt]) -> Line<'_> {
    Line::Stranger { tries, source: NOBODY, everywhere: NOBODY }
}

/// C05, 等保三级习惯: five wrong ones in a row hold the line for a quarter of an hour; a right one forgives.
#[test]
fn a_lock_after_five() {
    let check = |before: &[(i64, Outcome)], now: i64, expected: i64| {
        let before = tries(before);
        let guard = Profile::Dengbao.policy().guard;
        assert_eq!(wait(guard, stranger(&before), now), expected, "{before:?} at {now}");
        assert_eq!(wait(guard, Line::KnownDevice { tries: &before }, now), expected, "{before:?} at {now}");
    };
    check(&[], 0, 0);
    check(&[(0, Wrong), (1, Wrong), (2, Wrong), (3, Wrong)], 4, 0);
    check(&[(0, Wrong), (1, Wrong), (2, Wrong), (3, Wrong), (4, Wrong)], 4, 900);
    check(&[(0, Wrong), (1, Wrong), (2, Wrong), (3, Wrong), (4, Wrong)], 903, 1);
    check(&[(0, Wrong), (1, Wrong), (2, Wrong), (3, Wrong), (4, Wrong)], 904, 0);
    check(&[(4, Wrong), (2, Wrong), (3, Wrong), (0, Wrong), (1, Wrong)], 5, 899);
    check(&[(0, Open), (0, Open), (0, Open), (0, Open), (0, Open)], 0, 900);
    check(&[(0, Wrong), (1, Wrong), (2, Wrong), (3, Right), (4, Wrong), (5, Wrong)], 6, 0);
    check(&[(0, Wrong), (1, Wrong), (2, Wrong), (3, Wrong), (4, Wrong), (5, Right)], 6, 0);
    // After the lock there are five again, not one.
    check(&[(0, Wrong), (0, Wrong), (0, Wrong), (0, Wrong), (0, Wrong), (1000, Wrong)], 1001, 0);
}

/// C05, ASVS 5.0, 6.3.1: three free, then 2, 4, 8 … seconds, never more than a quarter of an hour.
#[test]
fn growing_delays() {
    let check = |wrong: usize, expected: i64| {
        // Half an hour apart, so that only the delay counts; the last one now.
        let before: Vec<_> =
            (0..wrong).rev().map(|ago| (-1800 * i64::try_from(ago).unwrap(), Wrong)).collect();
        let guard = Profile::Asvs.policy().guard;
        assert_eq!(wait(guard, stranger(&tries(&before)), 0), expected, "{wrong}");
    };
    check(0, 0);
    check(2, 0);
    check(3, 2);
    check(4, 4);
    check(5, 8);
    check(8, 64);
    check(11, 512);
    check(12, 900);
    check(40, 900);
    let many = vec![(0, Wrong); 100_000];
    assert_eq!(wait(Profile::Asvs.policy().guard, stranger(&tries(&many)), 0), WINDOW, "nothing overflows");
}

/// C05: at most ten of an account in a quarter of an hour, whatever the guard says.
#[test]
fn ten_in_a_window() {
    let lax = Guard::Lock { failures: 1000, minutes: 1 };
    let ten: Vec<_> = (0..10).map(|n| (n * 10, Wrong)).collect();
    assert_eq!(wait(lax, stranger(&tries(&ten[..9])), 100), 0);
    assert_eq!(wait(lax, stranger(&tries(&ten)), 100), 800);
    assert_eq!(wait(lax, stranger(&tries(&ten)), 899), 1);
    assert_eq!(wait(lax, stranger(&tries(&ten)), 900), 0);
    let mixed: Vec<_> = ten.iter().flat_map(|(second, _)| [(*second, Wrong), (*second, Right)]).collect();
    assert_eq!(wait(lax, stranger(&tries(&mixed[..18])), 100), 0, "right ones are no guesses");
}

/// C06: sources and the whole are bounded for strangers; a known device is never asked about them (C07).
#[test]
fn sources_and_the_whole() {
    let guard = Profile::Asvs.policy().guard;
    let check = |source: u32, everywhere: u32, oldest: i64, expected: i64| {
        let tally = |tries| Tally { tries, oldest: Some(at(oldest)) };
        let line = Line::Stranger { tries: &[], source: tally(source), everywhere: tally(everywhere) };
        assert_eq!(wait(guard, line, 100), expected, "{source} {everywhere} {oldest}");
    };
    check(59, 599, 0, 0);
    check(60, 60, 0, 800);
    check(1, 600, 0, 800);
    check(100_000, 100_000, 40, 840);
    check(60, 60, -800, 0);
    // A tally without its oldest, or with one from the future, waits one window and no more.
    check(60, 60, 4000, 900);
    let blind = Line::Stranger { tries: &[], source: Tally { tries: 60, oldest: None }, everywhere: NOBODY };
    assert_eq!(wait(guard, blind, 100), 900);
    assert_eq!(wait(guard, Line::KnownDevice { tries: &[] }, 100), 0);
}

/// G01: a clock that was set back neither locks for years nor opens the line; what is a day old is forgotten.
#[test]
fn clocks_that_jump() {
    let day = MEMORY.as_secs();
    for profile in Profile::ALL {
        let guard = profile.policy().guard;
        let ahead = tries(&[(1_000_000, Wrong); 10]);
        assert_eq!(wait(guard, stranger(&ahead), 0), WINDOW, "{profile:?}");
        let old = tries(&[(0, Wrong); 50]);
        assert_eq!(wait(guard, stranger(&old), day), 0, "{profile:?}");
        let one_more: Vec<_> = old.iter().copied().chain(tries(&[(day, Wrong)])).collect();
        assert_eq!(wait(guard, stranger(&one_more), day), 0, "{profile:?}");
    }
    let end = Attempt { at: Timestamp::MAX, outcome: Wrong };
    let line = [end; 10];
    let guard = Profile::Dengbao.policy().guard;
    assert_eq!(
        admit(guard, &USUAL, &stranger(&line), Timestamp::MAX),
        Admit::Yes,
        "nothing lies behind the end"
    );
}

/// Fractions of a second are rounded up: who waits as told is let in.
#[test]
fn who_waits_as_told_is_let_in() {
    let guard = Profile::Asvs.policy().guard;
    let before = tries(&[(0, Wrong); 3]);
    let now = at(0) + SignedDuration::from_millis(1_400);
    let Admit::Wait(time) = admit(guard, &USUAL, &stranger(&before), now) else { panic!("let in") };
    assert_eq!(time, SignedDuration::from_secs(1));
    assert_eq!(admit(guard, &USUAL, &stranger(&before), now + time), Admit::Yes);
}

proptest! {
    #![proptest_config(cases(48))]

    /// C05, C07, C09: whoever hammers an account, at whatever rhythm, has at most ten checked in any quarter of an
    /// hour; and the person at a known device is let in at every moment.
    #[test]
    fn hammering_is_bounded(gaps in prop::collection::vec(0_i64..400, 50..400), which in 0_usize..2) {
        let guard = Profile::ALL[which].policy().guard;
        let mut checked: Vec<Attempt> = Vec::new();
        let mut now = 0;
        for gap in gaps {
            now += gap;
            if wait(guard, stranger(&checked), now) == 0 {
                checked.push(Attempt { at: at(now), outcome: Wrong });
            }
            prop_assert_eq!(wait(guard, Line::KnownDevice { tries: &[] }, now), 0);
        }
        for first in &checked {
            let within = checked.iter().filter(|other| {
                let after = other.at.duration_since(first.at).as_secs();
                (0..WINDOW).contains(&after)
            });
            prop_assert!(within.count() <= 10);
        }
        prop_assert!(checked.len() >= 3, "somebody who mistypes is not shut out at once");
    }

    /// C05: a wait is never longer than a quarter of an hour, and after it the line is open.
    #[test]
    fn waits_end(seconds in prop::collection::vec((0_i64..5000, prop::bool::weighted(0.9)), 0..60), which in 0_usize..2) {
        let guard = Profile::ALL[which].policy().guard;
        let before: Vec<_> =
            seconds.iter().map(|(second, wrong)| (*second, if *wrong { Wrong } else { Right })).collect();
        let before = tries(&before);
        let first = wait(guard, stranger(&before), 5000);
        prop_assert!(first <= WINDOW);
        prop_assert_eq!(wait(guard, stranger(&before), 5000 + first), 0);
    }
}

/// C08: the sentence is the same for every reason and names the way out.
#[test]
fn the_sentence_does_not_tell_why() {
    for (seconds, expected) in [
        (1, "请 1 秒后"),
        (59, "请 59 秒后"),
        (60, "请 1 分钟后"),
        (61, "请 2 分钟后"),
        (900, "请 15 分钟后"),
    ] {
        let said = Admit::Wait(SignedDuration::from_secs(seconds)).to_string();
        assert!(said.contains(expected) && said.contains("以前登录过"), "{said}");
    }
}
