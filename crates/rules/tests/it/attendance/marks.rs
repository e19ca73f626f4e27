//! Which mark holds: corrections as new facts, replays, contradictions (B06, H01, H03).

use rules::attendance::{Kind, Mark, Part, Settled, settle};

use super::{Child, day};

fn mark(id: &'static str, kind: Kind, corrects: Option<&'static str>) -> Mark<'static> {
    Mark { id, day: day("2026-11-02"), part: Part::Whole, kind, class: "c1", corrects }
}

fn check(name: &str, marks: &[Mark<'static>], expected: Settled) {
    // In whatever order they came.
    let mut turned = marks.to_vec();
    for _ in 0..marks.len() {
        turned.rotate_left(1);
        assert_eq!(settle(&turned, Part::Whole), expected, "{name}");
        let back: Vec<Mark<'_>> = turned.iter().rev().copied().collect();
        assert_eq!(settle(&back, Part::Whole), expected, "{name}, backwards");
    }
}

#[test]
fn the_mark_that_no_other_corrects_holds() {
    use Kind::{Present, Sick, Truant};
    use Settled::{Conflict, Says};
    let first = mark("1", Truant, None);
    check("one", &[first], Says(Truant));
    check("sent again", &[first, first], Says(Truant));
    check("corrected", &[first, mark("2", Sick, Some("1"))], Says(Sick));
    check(
        "corrected twice over",
        &[first, mark("2", Sick, Some("1")), mark("3", Present, Some("2"))],
        Says(Present),
    );
    check("corrected back", &[first, mark("2", Sick, Some("1")), mark("3", Truant, Some("2"))], Says(Truant));
    check(
        "corrected by two who agree",
        &[first, mark("2", Sick, Some("1")), mark("3", Sick, Some("1"))],
        Says(Sick),
    );
    check(
        "corrected by two who do not",
        &[first, mark("2", Sick, Some("1")), mark("3", Present, Some("1"))],
        Conflict,
    );
    check("two phones that agree", &[first, mark("2", Truant, None)], Says(Truant));
    check("two phones that do not", &[first, mark("2", Present, None)], Conflict);
    check("the correction came, the mark not yet", &[mark("2", Sick, Some("1"))], Says(Sick));
    check("each corrects the other", &[mark("1", Sick, Some("2")), mark("2", Present, Some("1"))], Conflict);
    check("corrects itself", &[mark("1", Sick, Some("1"))], Says(Sick));
    assert_eq!(settle(&[], Part::Whole), Settled::Nothing);
}

/// B06: a correction counts anew from its day on, and what stood there before stays where it is.
#[test]
fn a_correction_recomputes_and_both_values_stay() {
    let mut child = Child::new();
    child.days("2026-11-02", "AAA");
    let before = child.clock("2026-11-04");
    assert_eq!(before.suspected, Some(day("2026-11-04")));
    let old = child.marks[1];
    child.mark(Mark { id: "late", kind: Kind::Present, corrects: Some(old.id), ..old });
    let after = child.clock("2026-11-04");
    assert_eq!((after.away, after.suspected), (1, None));
    assert!(child.marks.contains(&old) && child.marks.len() == 4, "nothing was written over");
    // Going on from the evening before the corrected day gives the same.
    let evening = child.clock("2026-11-02");
    assert_eq!(child.from(evening, "2026-11-03", "2026-11-04"), after);
}

/// A contradiction is nobody's absence until somebody decides; then the day counts as decided.
#[test]
fn a_contradiction_is_unknown_until_it_is_decided() {
    let mut child = Child::new();
    child.days("2026-11-02", "AAA").whole("2026-11-04", Kind::Present);
    let open = child.clock("2026-11-04");
    assert_eq!((open.away, open.unknown, open.suspected), (2, 1, None));
    let present = child.marks[3];
    child.mark(Mark { id: "decided", kind: Kind::Truant, corrects: Some(present.id), ..present });
    assert_eq!(child.clock("2026-11-04").suspected, Some(day("2026-11-04")));
}
