//! What several sheets about one class, day and part come to for one child: corrections name what they correct, two that
//! do not name each other both stand (B06, H06).

use rules::attendance::{Kind, Part, Settled, Sheet, holding, settle};

use super::day;

/// Sheets of one day as `id kind part class corrects…`, and which of them hold.
fn check(sheets: &[(&str, Kind, Part, &str, &str)], expected: &[&str], says: Settled) {
    let of = |(id, kind, part, class, corrects): &(&'static str, Kind, Part, &'static str, &'static str)| {
        (Sheet { id, class, day: day("2026-11-24"), part: *part, corrects }, *kind)
    };
    for turn in 0..sheets.len() {
        let mut said: Vec<_> = sheets
            .iter()
            .map(|(id, kind, part, class, corrects)| {
                let leak = |text: &str| super::leaked(text.to_owned());
                of(&(leak(id), *kind, *part, leak(class), leak(corrects)))
            })
            .collect();
        said.rotate_left(turn);
        let marks = holding(&said);
        let mut ids: Vec<&str> = marks.iter().map(|mark| mark.id).collect();
        ids.sort_unstable();
        assert_eq!(ids, expected, "{sheets:?} from {turn}");
        assert_eq!(settle(&marks, Part::Whole), says, "{sheets:?} from {turn}");
    }
}

#[test]
fn which_sheet_holds() {
    use Kind::{Late, Present, Sick, Truant};
    use Part::{Morning, Whole};
    use Settled::{Conflict, Nothing, Says};
    check(&[("a", Truant, Whole, "c1", "")], &["a"], Says(Truant));
    // A correction takes the place of what it names, and of nothing else.
    check(&[("a", Truant, Whole, "c1", ""), ("b", Sick, Whole, "c1", "a")], &["b"], Says(Sick));
    check(&[("a", Truant, Whole, "c1", ""), ("b", Sick, Whole, "c1", "x")], &["a", "b"], Conflict);
    // Two phones that agree are no conflict; a third decides by naming both.
    check(&[("a", Truant, Whole, "c1", ""), ("b", Truant, Whole, "c1", "")], &["a", "b"], Says(Truant));
    let both =
        [("a", Truant, Whole, "c1", ""), ("b", Sick, Whole, "c1", ""), ("c", Late, Whole, "c1", "a b")];
    check(&both, &["c"], Says(Late));
    // A correction of a correction.
    let chain =
        [("a", Truant, Whole, "c1", ""), ("b", Sick, Whole, "c1", "a"), ("c", Present, Whole, "c1", "b")];
    check(&chain, &["c"], Says(Present));
    // A phone that had seen the first alone stands beside the correction of it.
    let behind =
        [("a", Truant, Whole, "c1", ""), ("b", Sick, Whole, "c1", "a"), ("c", Late, Whole, "c1", "a")];
    check(&behind, &["b", "c"], Conflict);
    // Another part, another class: not corrected by naming it.
    check(&[("a", Truant, Whole, "c1", ""), ("b", Sick, Morning, "c1", "a")], &["a", "b"], Says(Truant));
    check(&[("a", Truant, Whole, "c1", ""), ("b", Sick, Whole, "c2", "a")], &["a", "b"], Conflict);
    // In a ring nobody can say which holds.
    check(&[("a", Truant, Whole, "c1", "b"), ("b", Sick, Whole, "c1", "a")], &["a", "b"], Conflict);
    check(&[("a", Sick, Morning, "c1", "")], &["a"], Nothing);
    // An id that is the beginning of another is not named by it.
    check(&[("a", Truant, Whole, "c1", ""), ("b", Sick, Whole, "c1", "ab")], &["a", "b"], Conflict);
}

#[test]
fn nothing_comes_to_nothing() {
    assert!(holding(&[]).is_empty());
}
