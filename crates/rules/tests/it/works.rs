//! 措施成效 (issue 5, item 8): what followed an act for one child, and what may be told of many; hazard A08, that nobody reads or computes
//! a number of fewer than five children.

use proptest::prelude::*;
use rules::access::{Action, Role, Standing};
use rules::works::SchoolDay::{Came, Missed, NoClass, NotCalled};
use rules::works::{Attended, DAYS, FEW, LOOKS, Line, Outcome, SchoolDay, Share, Tally, outcome, told};

fn days(pattern: &[(SchoolDay, usize)]) -> Vec<SchoolDay> {
    pattern.iter().flat_map(|(day, many)| std::iter::repeat_n(*day, *many)).collect()
}

fn check(before: &[(SchoolDay, usize)], after: &[(SchoolDay, usize)], expected: Outcome) {
    assert_eq!(outcome(&days(before), &days(after)), expected, "{before:?} {after:?}");
}

const fn attended(came: u32, called: u32) -> Attended {
    Attended { came, called }
}

/// 五(十一): ten school days on either side by the register; days that nobody called do not count; later looks wait for their day.
#[test]
fn what_followed() {
    let none = Outcome::default();
    check(&[], &[], none);
    check(&[(Missed, 9)], &[(Came, 9)], none);
    let back = [Some(true), None, None];
    let (before, after) = (attended(0, 10), attended(10, 10));
    check(&[(Came, 5), (Missed, 10)], &[(Came, 10)], Outcome { before, after, back, is_settled: false });
    let before = attended(0, 6);
    check(
        &[(NotCalled, 4), (Missed, 6)],
        &[(Missed, 4), (NotCalled, 2), (Came, 4)],
        Outcome { before, after: attended(4, 8), back, is_settled: false },
    );
    // In no class: no rate, and not in school.
    let back = [Some(false); 3];
    check(&[(NoClass, 10)], &[(NoClass, 90)], Outcome { back, is_settled: true, ..none });
    // Came back and left again; nobody called at the last look.
    let back = [Some(true), Some(false), None];
    check(
        &[],
        &[(Came, 12), (Missed, 70), (NotCalled, 8)],
        Outcome { before: attended(0, 0), after: attended(10, 10), back, is_settled: true },
    );
}

/// Half of the days is not most of them; the two of five that nobody called are not held against the child.
#[test]
fn most_of_five_days() {
    let look = |last: &[(SchoolDay, usize)]| {
        outcome(&[], &days(&[&[(Missed, DAYS - 5)], last].concat())).back.first().copied().flatten()
    };
    assert_eq!(look(&[(Came, 3), (Missed, 2)]), Some(true));
    assert_eq!(look(&[(Came, 2), (Missed, 2), (NotCalled, 1)]), Some(false));
    assert_eq!(look(&[(Came, 2), (Missed, 1), (NotCalled, 2)]), Some(true));
    assert_eq!(look(&[(NotCalled, 5)]), None);
    assert_eq!(LOOKS.first(), Some(&DAYS));
}

fn group(children: u32, yes: u32, no: u32) -> Tally {
    let back = [(yes, no), (0, 0), (0, 0)];
    let (before, after) = (attended(0, children * 10), attended(children * 5, children * 10));
    Tally { children, wait: children * 3, paired: children, before, after, back }
}

/// A08: fewer than five are not told, nor the only one that is left out of a whole.
#[test]
fn small_numbers() {
    let counts = |groups: &[Tally]| -> (Option<u32>, Vec<Option<u32>>) {
        let (whole, lines) = told(groups);
        (whole.children, lines.iter().map(|line| line.children).collect())
    };
    assert_eq!(counts(&[group(4, 2, 2)]), (None, vec![None]));
    assert_eq!(counts(&[group(5, 0, 5), group(6, 0, 6)]), (Some(11), vec![Some(5), Some(6)]));
    // 4 would be 15 - 11: the smallest of the others is left out with it.
    assert_eq!(
        counts(&[group(4, 0, 4), group(5, 0, 5), group(6, 0, 6)]),
        (Some(15), vec![None, None, Some(6)])
    );
    // Two small ones are no small one together.
    assert_eq!(
        counts(&[group(4, 0, 4), group(3, 0, 3), group(6, 0, 6)]),
        (Some(13), vec![None, None, Some(6)])
    );
    assert_eq!(counts(&[]), (None, vec![]));
    let (whole, lines) = told(&[group(10, 5, 5)]);
    assert_eq!(
        whole,
        Line {
            children: Some(10),
            wait: Some(3),
            rates: Some((0, 50)),
            back: [Share::Percent(50), Share::Hidden, Share::Hidden]
        }
    );
    assert_eq!(lines, [whole]);
    let share = |yes, no| told(&[group(yes + no, yes, no)]).0.back[0];
    assert_eq!(share(20, 4), Share::AllBut);
    assert_eq!(share(4, 20), Share::Few);
    assert_eq!(share(0, 20), Share::Few);
    assert_eq!(share(4, 4), Share::Hidden);
    assert_eq!(share(5, 15), Share::Percent(25));
}

/// Nobody but those who lead; a township by who leads it.
#[test]
fn who_may() {
    for role in Role::ALL.iter().copied() {
        let leads = Action::CountWorks.policy(role, Standing::Leads).is_some();
        assert_eq!(leads, matches!(role, Role::Director | Role::Bureau | Role::Township), "{role:?}");
        let serves = Action::CountWorks.policy(role, Standing::Serves).is_some();
        assert_eq!(serves, matches!(role, Role::Director | Role::Bureau), "{role:?}");
    }
}

proptest! {
    #![proptest_config(crate::cases(512))]

    /// A08: whoever knows everything that is told, and of each share the children behind it, finds no number from 1 to 4: not as one that
    /// stands there, and not as what is left when all that stands there is taken from the whole.
    #[test]
    fn no_small_number_escapes(
        parts in prop::collection::vec(prop::array::uniform6(0_u32..14), 0..9),
        paired in prop::collection::vec(0_u32..14, 9),
    ) {
        let groups: Vec<Tally> = parts
            .iter()
            .zip(&paired)
            .map(|([a, b, c, d, e, f], paired)| {
                let children = (a + b).max(c + d).max(e + f);
                let called = attended(*paired, paired * 2);
                Tally {
                    children, wait: children, paired: (*paired).min(children), before: called, after: called,
                    back: [(*a, *b), (*c, *d), (*e, *f)],
                }
            })
            .collect();
        let (whole, lines) = told(&groups);
        let safe = |all: Vec<(u32, bool)>, is_whole: bool| {
            for (number, is_told) in &all {
                prop_assert!(!is_told || *number >= FEW, "{number} of {all:?}");
            }
            let left: u32 = all.iter().filter(|(_, is_told)| !is_told).map(|(number, _)| number).sum();
            prop_assert!(!is_whole || left == 0 || left >= FEW, "{left} of {all:?}");
            Ok(())
        };
        let pick = |number: &dyn Fn(&Tally) -> u32, is_told: &dyn Fn(&Line) -> bool| -> Vec<(u32, bool)> {
            groups.iter().zip(&lines).map(|(group, line)| (number(group), is_told(line))).collect()
        };
        safe(pick(&|one| one.children, &|line| line.children.is_some()), whole.children.is_some())?;
        safe(pick(&|one| one.paired, &|line| line.rates.is_some()), whole.rates.is_some())?;
        for at in 0..3 {
            let exact = |line: &Line| matches!(line.back[at], Share::Percent(_));
            safe(pick(&|one| one.back[at].0, &exact), exact(&whole))?;
            safe(pick(&|one| one.back[at].1, &exact), exact(&whole))?;
        }
        prop_assert_eq!(lines.len(), groups.len());
    }
}
