//! 招生入学季, 五(八): who is due, how far a sweep has come, what becomes of a notice, who is missing, where they went.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use rules::age::{Grade, SchoolAge};
use rules::season::{
    Answer, Covered, Due, Empty, Facts, Kind, Missing, Places, Pupil, State, Step, Visit, Went, Why, after,
    born, covered, due, may_go, may_sweep, missing, next_act, said, season_year,
};
use rules::standing::Standing;

use crate::nanjian::PLAN;

const YEAR: i16 = 2026;

fn grade(number: i8) -> Option<Grade> {
    Grade::new(number)
}

fn child(birth: Date, standing: Standing) -> Facts {
    Facts { birth, standing, before: None, now: None, paused_until: None }
}

fn check(facts: Facts, expected: Option<Due>) {
    assert_eq!(due(PLAN.school_age(), YEAR, &facts), expected, "{facts:?}");
}

/// 五(八), 义务教育法 11; G04, G05: who is due in September 2026.
#[test]
fn who_is_due() {
    use Standing as S;
    let six = date(2020, 5, 4);
    for (facts, expected) in [
        // Six by 31 August: that day counts, the next does not.
        (child(date(2020, 8, 31), S::TooYoung), Some(Due::First)),
        (child(date(2020, 9, 1), S::TooYoung), None),
        (child(date(2019, 9, 1), S::TooYoung), Some(Due::First)),
        (child(date(2020, 2, 29), S::Unknown), Some(Due::First)),
        // One year late, nobody let it off: first grade still.
        (child(date(2019, 8, 31), S::Never), Some(Due::First)),
        (child(date(2015, 8, 31), S::Absent), Some(Due::Back)),
        (child(date(2015, 8, 31), S::Unknown), Some(Due::Back)),
        // Until sixteen.
        (child(date(2010, 9, 2), S::Absent), Some(Due::Back)),
        (child(date(2010, 9, 1), S::Absent), None),
        (child(six, S::Elsewhere), None),
        (child(six, S::Dead), None),
        (child(six, S::Abroad), None),
        (child(six, S::MovedAway), None),
        (child(six, S::Finished), None),
        // A pause that ends in the summer is over in September (义务教育法 11).
        (Facts { paused_until: Some(date(2026, 8, 31)), ..child(six, S::Deferred) }, Some(Due::First)),
        (Facts { paused_until: Some(date(2026, 9, 1)), ..child(six, S::Deferred) }, None),
        (
            Facts { paused_until: Some(date(2026, 7, 1)), ..child(date(2014, 1, 1), S::Suspended) },
            Some(Due::Back),
        ),
        (child(six, S::Deferred), None),
        // On a roll: from the sixth grade up to the seventh, from the ninth out; the others go up by themselves.
        (Facts { before: grade(6), ..child(date(2014, 1, 1), S::Enrolled) }, Some(Due::Junior)),
        (
            Facts { before: grade(6), now: grade(7), ..child(date(2014, 1, 1), S::Enrolled) },
            Some(Due::Junior),
        ),
        (Facts { now: grade(7), ..child(date(2014, 1, 1), S::Enrolled) }, Some(Due::Junior)),
        (Facts { before: grade(9), ..child(date(2010, 1, 1), S::Finished) }, Some(Due::Leaves)),
        (Facts { before: grade(9), now: grade(9), ..child(date(2011, 1, 1), S::Enrolled) }, None),
        (Facts { before: grade(5), ..child(date(2015, 1, 1), S::Enrolled) }, None),
        (Facts { now: grade(1), ..child(six, S::Enrolled) }, Some(Due::First)),
        (Facts { now: grade(2), ..child(date(2018, 1, 1), S::Enrolled) }, None),
        (Facts { before: grade(6), ..child(date(2014, 1, 1), S::Absent) }, Some(Due::Back)),
    ] {
        check(facts, expected);
    }
}

/// 五(八): from April on it is about the school year that starts in September.
#[test]
fn the_year_of_a_season() {
    for (on, year) in [
        (date(2026, 3, 31), 2025),
        (date(2026, 4, 1), 2026),
        (date(2026, 8, 31), 2026),
        (date(2026, 12, 31), 2026),
        (date(2027, 1, 1), 2026),
    ] {
        assert_eq!(season_year(on), year, "{on}");
    }
    assert_eq!(born(PLAN.school_age(), 2026), (date(2019, 9, 1), date(2020, 8, 31)));
    let late = SchoolAge { from_years: 7, turned_by: (2, 28), until_years: 16 };
    assert_eq!(born(&late, 2027), (date(2019, 3, 1), date(2020, 2, 28)));
    assert_eq!(born(&late, 2028), (date(2020, 2, 29), date(2021, 2, 28)));
}

fn visit(households: u32, asked: u32, empty: u32, why: Option<Empty>, next: Option<Date>) -> Visit {
    Visit { day: date(2026, 4, 10), households, asked, empty, why, next }
}

/// 五(八): 不漏户、不漏人. Households before children; who lives there no longer is not asked again; the last visit holds.
#[test]
fn how_far_a_group_is_covered() {
    let today = date(2026, 4, 20);
    let again = |day| visit(20, 18, 2, Some(Empty::Away), Some(date(2026, 4, day)));
    for (visits, unseen, expected) in [
        (vec![], 0, Covered::NotYet),
        (vec![visit(20, 15, 2, Some(Empty::Away), None)], 0, Covered::Households(3)),
        (vec![again(25)], 4, Covered::Again(2, Some(date(2026, 4, 25)), false)),
        (vec![again(20)], 0, Covered::Again(2, Some(date(2026, 4, 20)), false)),
        (vec![again(19)], 0, Covered::Again(2, Some(date(2026, 4, 19)), true)),
        (vec![visit(20, 18, 2, Some(Empty::Nobody), None)], 0, Covered::Whole),
        (vec![again(19), visit(20, 20, 0, None, None)], 1, Covered::Children(1)),
        (vec![again(19), visit(20, 20, 0, None, None)], 0, Covered::Whole),
    ] {
        assert_eq!(covered(&visits, unseen, today), expected, "{visits:?} {unseen}");
    }
    assert!(may_sweep(2026, date(2026, 4, 1)).is_ok() && may_sweep(2026, date(2026, 8, 31)).is_ok());
    assert!(may_sweep(2026, date(2026, 9, 1)).is_err() && may_sweep(2025, date(2026, 3, 1)).is_err());
}

/// A visit says what it lacks, field by field.
#[test]
fn what_a_visit_must_state() {
    let today = date(2026, 4, 20);
    let fields = |visit: &Visit| -> Vec<&str> {
        rules::season::check(visit, today).into_iter().map(|(field, _)| field).collect()
    };
    let next = Some(date(2026, 4, 25));
    for (visit, wrong) in [
        (visit(20, 20, 0, None, None), vec![]),
        (visit(0, 0, 0, None, None), vec!["households"]),
        (visit(20, 19, 2, Some(Empty::Away), next), vec!["asked"]),
        (visit(20, 18, 2, None, next), vec!["why"]),
        (visit(20, 18, 2, Some(Empty::Farming), None), vec!["next"]),
        (visit(20, 18, 2, Some(Empty::Nobody), None), vec![]),
        (visit(20, 18, 2, Some(Empty::Moved), None), vec![]),
        (Visit { day: date(2026, 4, 21), ..visit(20, 20, 0, None, None) }, vec!["day"]),
        (visit(20, 18, 2, Some(Empty::Away), Some(date(2026, 4, 10))), vec!["next"]),
        (visit(u32::MAX, u32::MAX, u32::MAX, Some(Empty::Nobody), None), vec!["asked"]),
    ] {
        assert_eq!(fields(&visit), wrong, "{visit:?}");
    }
}

/// 五(八); B12: a delivery is a fact; failures come before it, answers behind it.
#[test]
fn what_becomes_of_a_notice() {
    use State as S;
    let answer = Step::Answer(Answer::Attend);
    for (from, step, to) in [
        (S::Made, Step::Deliver, Some(S::Delivered)),
        (S::Made, Step::Fail(Why::NobodyHome), Some(S::Failed)),
        (S::Failed, Step::Fail(Why::Moved), Some(S::Failed)),
        (S::Failed, Step::Deliver, Some(S::Delivered)),
        (S::Made, answer, None),
        (S::Failed, answer, None),
        (S::Delivered, answer, Some(S::Answered)),
        (S::Answered, Step::Answer(Answer::Object), Some(S::Answered)),
        (S::Delivered, Step::Deliver, None),
        (S::Delivered, Step::Fail(Why::Other), None),
        (S::Answered, Step::Deliver, None),
    ] {
        assert_eq!(after(from, step).ok(), to, "{from:?} {step:?}");
    }
    for (due, kind) in [
        (Due::First, Some(Kind::Enrol)),
        (Due::Junior, Some(Kind::Junior)),
        (Due::Back, Some(Kind::Return)),
        (Due::Leaves, None),
    ] {
        assert_eq!(Kind::of(due), kind);
    }
}

/// 五(八): shortage in words.
#[test]
fn places_in_words() {
    for (planned, expected, words, lacking) in [
        (None, 0, "没有要安排的孩子", 0),
        (None, 7, "7名孩子，还没有计划", 7),
        (Some(40), 45, "计划40个学位，孩子45名，还差5个", 5),
        (Some(45), 45, "计划45个，刚好够", 0),
        (Some(50), 45, "计划50个学位，孩子45名，多5个", 0),
    ] {
        let places = Places { planned, expected };
        assert_eq!((said(places).as_str(), places.lacking()), (words, lacking));
    }
}

/// 五(八)(九): who did not come on the first days, and what to do.
#[test]
fn who_is_missing_on_the_first_days() {
    let here = Pupil { on_roll: true, came: Some(true), elsewhere: false, paused: false };
    for (pupil, expected) in [
        (here, None),
        (Pupil { came: None, ..here }, None),
        (Pupil { came: Some(false), ..here }, Some(Missing::NeverCame)),
        (Pupil { on_roll: false, came: None, ..here }, Some(Missing::NoRoll)),
        (Pupil { on_roll: false, elsewhere: true, ..here }, None),
        (Pupil { on_roll: false, paused: true, ..here }, None),
    ] {
        assert_eq!(missing(&pupil), expected, "{pupil:?}");
    }
    for (notice, answer, words) in [
        (None, None, "补发"),
        (Some(State::Made), None, "再送"),
        (Some(State::Failed), None, "再送"),
        (Some(State::Delivered), None, "没有正当理由的立案"),
        (Some(State::Answered), Some(Answer::Attend), "没有正当理由的立案"),
        (Some(State::Answered), Some(Answer::Object), "四步法"),
        (Some(State::Answered), Some(Answer::Elsewhere), "就读证明"),
        (Some(State::Answered), Some(Answer::Defer), "审批"),
    ] {
        let said = next_act(notice, answer);
        assert!(said.contains(words), "{notice:?} {answer:?}: {said}");
    }
}

/// 四(十一), 禁止使用童工规定 2: work of somebody under sixteen is no answer.
#[test]
fn where_they_went() {
    let today = date(2026, 9, 10);
    for (went, birth, fits) in [
        (Went::Work, date(2010, 9, 10), true),
        (Went::Work, date(2010, 9, 11), false),
        (Went::Vocational, date(2012, 1, 1), true),
        (Went::Home, date(2012, 1, 1), true),
    ] {
        assert_eq!(may_go(went, birth, today).is_ok(), fits, "{went:?} {birth}");
    }
    assert!(Went::Home.needs_guiding() && Went::Lost.needs_guiding() && !Went::High.needs_guiding());
}

proptest! {
    #![proptest_config(crate::cases(2_000))]

    /// G04, G05: the birthdays of a year are exactly those whose year of entry it is, by any rule that a county may set, and the windows of
    /// two years touch without a gap.
    #[test]
    fn birthdays_of_a_year(
        days in 0_i64..12_000,
        year in 2000_i16..2040,
        from_years in 6_i16..=7,
        month in 1_i8..=12,
        day in 1_i8..=31,
    ) {
        let birth = date(1994, 1, 1).saturating_add(days.days());
        let age = SchoolAge { from_years, turned_by: (month, day.min(date(2024, month, 1).last_of_month().day())), until_years: 16 };
        let (first, last) = born(&age, year);
        prop_assert_eq!((first..=last).contains(&birth), age.entry_year(birth) == year);
        prop_assert_eq!(born(&age, year + 1).0, last.saturating_add(1.day()));
    }

    /// Whatever happens, a notice that was delivered stays delivered, and one that was answered was delivered before.
    #[test]
    fn a_delivery_is_not_undone(steps in proptest::collection::vec(0_usize..4, 0..12)) {
        let all = [Step::Deliver, Step::Fail(Why::Other), Step::Answer(Answer::Attend), Step::Answer(Answer::Object)];
        let (mut state, mut delivered) = (State::Made, false);
        for step in steps.into_iter().filter_map(|at| all.get(at)) {
            if let Ok(next) = after(state, *step) {
                delivered |= next == State::Delivered;
                state = next;
            }
            prop_assert_eq!(state.is_delivered(), delivered);
        }
    }

    /// No child is lost: whoever is of school age, alive and here is due, on a roll, elsewhere, or let off for a time.
    #[test]
    fn nobody_is_left_out(days in 0_i64..6_000, standing in 0..Standing::ALL.len(), before in 0_i8..=9) {
        let facts = Facts {
            birth: date(2010, 9, 2).saturating_add(days.days()),
            standing: Standing::ALL[standing],
            before: Grade::new(before),
            now: None,
            paused_until: None,
        };
        let excused = matches!(
            facts.standing,
            Standing::Enrolled | Standing::Elsewhere | Standing::Deferred | Standing::Suspended | Standing::Finished
                | Standing::Dead | Standing::Abroad | Standing::MovedAway
        );
        let on_roll = facts.standing == Standing::Unknown && facts.before.is_some();
        let of_age = PLAN.school_age().entry_year(facts.birth) <= YEAR;
        if of_age && !excused && !on_roll {
            prop_assert!(due(PLAN.school_age(), YEAR, &facts).is_some(), "{:?}", facts);
        }
    }
}
