//! 核对, 五(九): which pairs of one's own register and the provincial system somebody must look at.

use rules::attendance::{Day, Kind, Stood, differ};

#[test]
fn what_counts_the_same_is_no_difference() {
    let check = |here: Day, there: Day, expected: bool| {
        assert_eq!(differ(Stood::from(here), Stood::from(there)), expected, "{here:?} {there:?}");
    };
    let came = Day::Came { due: true, told: 0, away: 0 };
    let half = Day::Came { due: true, told: 1, away: 0 };
    let unknown = Day::Unknown { conflict: false };
    check(came, half, false);
    check(Day::OnLeave, Day::Told, false);
    check(Day::Away(Kind::Truant), Day::Away(Kind::NotReturned), false);
    check(came, Day::Away(Kind::Truant), true);
    check(Day::Told, Day::Away(Kind::Truant), true);
    check(Day::Official, came, true);
    check(Day::NoLessons, came, true);
    // One that knows nothing of the pupil: only that somebody is missed matters.
    check(unknown, came, false);
    check(unknown, Day::Away(Kind::Truant), true);
    check(Day::Away(Kind::Truant), unknown, true);
    check(Day::Told, unknown, false);
    check(Day::Unknown { conflict: true }, came, false);
    for stood in Stood::ALL {
        assert_eq!(Stood::from_code(stood.code()), Some(*stood));
        assert!(!differ(*stood, *stood), "{stood}");
    }
}

/// The plan says what a word of the province means; one that it does not know means nothing (E09).
#[test]
fn words_are_the_plans() {
    let plan = &*crate::nanjian::PLAN;
    for (word, kind) in [
        ("出勤", Some(Kind::Present)),
        (" 旷 课 ", Some(Kind::Truant)),
        ("居家学习", Some(Kind::Stopped)),
        ("缺勤", None),
        ("", None),
    ] {
        assert_eq!(plan.attendance_mark(word), kind, "{word}");
    }
    for kind in Kind::ALL {
        assert_eq!(plan.attendance_mark(kind.label()), Some(kind), "every word of one's own is known");
    }
}
