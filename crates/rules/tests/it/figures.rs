//! 指标 (二; issue 6, item 1): how one child counts, rates as fractions, Kaplan and Meier's curve, and that no small number escapes
//! (hazards B09, F06, G05).

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use proptest::prelude::*;
use rules::age::{SchoolAge, Stage};
use rules::case::{Exemption, State};
use rules::figures::{
    Basis, Better, Cell, Child, Cohort, Counts, Ending, FATES, Figure, Mark, Met, Missing, PLACES, Rate,
    STEPS, Step, Terms, Unsound, Why, curve, first_year, hundredths, listed, mark_of, marks, met, missing,
    reported, returned, step, told,
};
use rules::publish::FEW;
use rules::standing::Standing;

const RULE: SchoolAge = SchoolAge { from_years: 6, turned_by: (8, 31), until_years: 16 };
const ON: Date = date(2026, 11, 23);

fn child(birth: Date, standing: Standing) -> Child {
    Child {
        birth: Some(birth),
        standing,
        on_roll: standing == Standing::Enrolled,
        stage: None,
        disabled: false,
        cohort: false,
        junior: false,
    }
}

/// The marks are those of 小学入学率, 新生入学率, 在学率, 巩固率, 辍学率, 残疾儿童入学率, 初中三年巩固率, and 辍学率 of 小学 and of 初中.
#[track_caller]
fn check(child: &Child, expected: &str) {
    assert_eq!(marks(child, ON, &RULE), expected, "{child:?}");
}

/// Domain §4: where a child stands decides, and its birthday in which figures.
#[test]
fn how_a_child_counts() {
    let ten = date(2016, 5, 1);
    check(&child(ten, Standing::Enrolled), "i-i-o--o-");
    check(&child(ten, Standing::Elsewhere), "i-i------");
    check(&child(ten, Standing::Never), "o-o------");
    check(&child(ten, Standing::Absent), "o-o-i--i-");
    check(&child(ten, Standing::Unknown), "o-o------");
    check(&Child { disabled: true, ..child(ten, Standing::Enrolled) }, "i-i-oi-o-");
    check(&Child { disabled: true, ..child(ten, Standing::Never) }, "o-o--o---");
    let six = date(2020, 8, 31);
    check(&child(six, Standing::Enrolled), "iii-o--o-");
    check(&child(six, Standing::Never), "ooo------");
    let fourteen = date(2012, 3, 1);
    check(&child(fourteen, Standing::Absent), "--o-i---i");
    check(&Child { cohort: true, ..child(fourteen, Standing::Absent) }, "--ooi---i");
    check(&Child { cohort: true, ..child(fourteen, Standing::Finished) }, "--ii-----");
    check(&Child { junior: true, ..child(fourteen, Standing::Absent) }, "--o-i-o-i");
    check(&Child { junior: true, cohort: true, ..child(fourteen, Standing::Elsewhere) }, "--ii--i--");
    // Sixteen and still in the ninth grade: a pupil of whom a dropout could be made, and of the cohort.
    let sixteen = date(2010, 11, 1);
    check(&Child { cohort: true, ..child(sixteen, Standing::Enrolled) }, "---io---o");
    check(&Child { cohort: true, ..child(sixteen, Standing::Absent) }, "---o-----");
    check(&child(sixteen, Standing::Absent), "");
    check(&Child { birth: None, ..child(ten, Standing::Enrolled) }, "----o---o");
    // The grade decides of which stage, and the age where there is none.
    let primary = |birth, standing| Child { stage: Some(Stage::Primary), ..child(birth, standing) };
    check(&primary(fourteen, Standing::Absent), "--o-i--i-");
    check(&primary(fourteen, Standing::Enrolled), "--i-o--o-");
    check(&Child { stage: Some(Stage::Junior), ..child(ten, Standing::Absent) }, "o-o-i---i");
}

/// B09: 休学 and 延缓入学 stay in every denominator, apart, and are never in a numerator.
#[test]
fn suspension_hides_nobody() {
    let ten = date(2016, 5, 1);
    let all = |standing| Child {
        on_roll: true,
        disabled: true,
        cohort: true,
        junior: true,
        ..child(ten, standing)
    };
    check(&all(Standing::Suspended), "a-aaaaaa-");
    check(&all(Standing::Deferred), "a-aa-aa--");
    for standing in [Standing::Dead, Standing::Abroad, Standing::MovedAway] {
        check(&all(standing), "");
    }
}

/// G05: born on 30 and 31 August and 1 September; the day before the school year and its first day.
#[test]
fn six_by_the_last_day_of_august() {
    let counted = |birth, on| !marks(&child(birth, Standing::Never), on, &RULE).is_empty();
    for (birth, before, after) in [
        (date(2020, 8, 30), false, true),
        (date(2020, 8, 31), false, true),
        (date(2020, 9, 1), false, false),
        (date(2019, 8, 31), true, true),
    ] {
        assert_eq!(counted(birth, date(2026, 8, 31)), before, "{birth} on 31 August");
        assert_eq!(counted(birth, date(2026, 9, 1)), after, "{birth} on 1 September");
    }
}

/// Each figure says what it is; of each it is known whom the number opens.
#[test]
fn every_figure_is_defined() {
    for figure in Figure::ALL {
        let it = figure.definition();
        assert_eq!(figure.is_by_hand(), it.listed.is_empty(), "{figure:?}");
        for words in [it.numerator, it.denominator, it.source, it.differs, it.unit] {
            assert!(!words.is_empty(), "{figure:?}");
        }
        assert!(!figure.lists(Mark::None) && figure.lists(Mark::Apart));
        assert_eq!(figure.lists(Mark::In), it.better == Better::Less, "{figure:?}");
        assert_ne!(figure.lists(Mark::In), figure.lists(Mark::Out), "{figure:?}");
    }
    assert_eq!(Figure::of(Basis::Child).count(), PLACES);
    assert_eq!(Figure::Enrolment.definition().target, "enrolment_rate");
    assert_eq!(Figure::Retention.definition().target, "retention_rate");
    assert_eq!(mark_of(Figure::Dropout, "o-o-i-"), Some(Mark::In));
    assert_eq!(mark_of(Figure::Dropout, ""), None);
    assert!(listed(Basis::Child, "----i-") && !listed(Basis::Child, "iiiioi") && listed(Basis::Kept, "o"));
}

/// 二: 99.46 % is not 99.5 %, however it is written.
#[test]
fn a_rate_is_compared_as_a_fraction() {
    let check = |part, whole, text: &str, reaches| {
        let rate = Rate { part, whole };
        assert_eq!((rate.to_string().as_str(), rate.reaches(9950)), (text, reaches), "{part}/{whole}");
    };
    check(9946, 10_000, "99.46%", Some(false));
    check(99_499, 100_000, "99.49%", Some(false));
    check(995, 1000, "99.50%", Some(true));
    check(19_899, 20_000, "99.49%", Some(false));
    check(1, 1, "100.00%", Some(true));
    check(0, 3, "0.00%", Some(false));
    check(0, 0, "—", None);
    assert_eq!((hundredths(99.5), hundredths(98.5), hundredths(100.0)), (9950, 9850, 10_000));
    assert_eq!(
        (Rate { part: 990, whole: 1000 }.lacks(9950), Rate { part: 995, whole: 1000 }.lacks(9950)),
        (5, 0)
    );
    assert_eq!(Rate { part: 1, whole: 20_000 }.up(), Some(1), "a dropout does not become none");
}

/// 复学率: only what the register has shown is a return; what was no dropout is not counted.
#[test]
fn who_is_back() {
    let check =
        |state, ending, expected| assert_eq!(returned(state, ending), expected, "{state:?} {ending:?}");
    let exempt = Ending::Exempt;
    check(State::Observing, Ending::None, Some((Mark::In, Why::Proven)));
    check(State::Closed, Ending::Stayed, Some((Mark::In, Why::Stayed)));
    check(State::Closed, exempt(Exemption::Transferred), Some((Mark::In, Why::Transferred)));
    check(State::Closed, exempt(Exemption::OverAge), Some((Mark::Apart, Why::OverAge)));
    check(State::Closed, exempt(Exemption::Mistaken), None);
    check(State::Closed, exempt(Exemption::Dead), None);
    check(State::Cleared, Ending::None, None);
    check(State::Paused, Ending::None, Some((Mark::Apart, Why::Paused)));
    check(State::Returned, Ending::None, Some((Mark::Out, Why::Said)));
    check(State::Placed, Ending::None, Some((Mark::Out, Why::Placed)));
    check(State::Relapsed, Ending::None, Some((Mark::Out, Why::Left)));
    check(State::Persuading, Ending::None, Some((Mark::Out, Why::StillOut)));
}

/// 五(九): the last moment is in time; what has not run out is not counted; who came back before it was due owed no report.
#[test]
fn deadlines() {
    let at = |hour| date(2026, 11, 23).at(hour, 0, 0, 0);
    let check = |done, now, expected| assert_eq!(met(Met { due: at(12), done }, now), expected);
    check(Some(at(12)), at(13), Some((Mark::In, Why::InTime)));
    check(Some(at(13)), at(13), Some((Mark::Out, Why::Late)));
    check(None, at(12), None);
    check(None, at(13), Some((Mark::Out, Why::Open)));
    let due = Met { due: at(12), done: None };
    assert_eq!(reported(due, Some(at(12)), at(20)), None);
    assert_eq!(reported(due, Some(at(13)), at(20)), Some((Mark::Out, Why::Open)));
}

/// B09: who is on an old list and in nobody's ledger counts as not retained, and only a proven reason takes it out of the denominator.
#[test]
fn who_is_on_an_old_list_alone() {
    let check = |cohort, standing, expected: &str| {
        let one = Missing { cohort, standing };
        assert_eq!(missing(one, ON, &RULE).trim_end_matches('-'), expected, "{one:?}");
    };
    check(Cohort::First, Standing::Unknown, "---o");
    check(Cohort::Seventh, Standing::Unknown, "------o");
    check(Cohort::First, Standing::Elsewhere, "---i");
    check(Cohort::First, Standing::Finished, "---i");
    for standing in [Standing::MovedAway, Standing::Abroad, Standing::Dead] {
        check(Cohort::First, standing, "");
        check(Cohort::Seventh, standing, "");
    }
    assert!(FATES.contains(&Standing::Unknown) && !FATES.contains(&Standing::Enrolled));
    assert_eq!((first_year(Cohort::First, 2026), first_year(Cohort::Seventh, 2026)), (2018, 2024));
    assert_eq!(
        Cohort::ALL.iter().map(|one| Cohort::of_grade(one.grade())).collect::<Vec<_>>(),
        [Some(Cohort::First), Some(Cohort::Seventh)]
    );
    assert_eq!((Cohort::of_grade(2), Cohort::of_grade(9)), (None, None));
}

/// A list whose school year was mistaken is seen by the birthdays: nobody begins the first grade at two or at fourteen.
#[test]
fn the_year_of_a_list_goes_with_its_birthdays() {
    let born = date(2012, 3, 1);
    let first: Vec<i16> = (2010..2030).filter(|year| Cohort::First.fits(born, *year)).collect();
    assert_eq!((first.first(), first.last()), (Some(&2016), Some(&2024)));
    let seventh: Vec<i16> = (2010..2035).filter(|year| Cohort::Seventh.fits(born, *year)).collect();
    assert_eq!((seventh.first(), seventh.last()), (Some(&2021), Some(&2030)));
}

/// 五(九)(十)(十一): how far on the way a child is by its case.
#[test]
fn steps_of_a_case() {
    let check = |state, ending, expected| assert_eq!(step(state, ending), expected, "{state:?} {ending:?}");
    let exempt = Ending::Exempt;
    check(State::Suspected, Ending::None, Some(Step::Suspected));
    check(State::Confirmed, Ending::None, Some(Step::Verified));
    check(State::Dispatched, Ending::None, Some(Step::Dispatched));
    check(State::Accepted, Ending::None, Some(Step::Received));
    check(State::Persuading, Ending::None, Some(Step::Persuading));
    check(State::Paused, Ending::None, Some(Step::Persuading));
    check(State::Relapsed, Ending::None, Some(Step::Persuading));
    check(State::Returned, Ending::None, Some(Step::Back));
    check(State::Placed, Ending::None, Some(Step::Back));
    check(State::Observing, Ending::None, Some(Step::Steady));
    check(State::Closed, Ending::Stayed, Some(Step::Closed));
    check(State::Closed, exempt(Exemption::Transferred), Some(Step::Closed));
    check(State::Closed, exempt(Exemption::OverAge), Some(Step::Persuading));
    check(State::Closed, exempt(Exemption::Mistaken), None);
    check(State::Cleared, Ending::None, None);
    let numbers: Vec<i64> = Step::ALL.iter().map(|step| step.number()).collect();
    assert_eq!(numbers, (1..=STEPS).collect::<Vec<_>>());
}

/// Domain §4, 年报推算: by hand; a sum that cannot be is refused and is no nought.
#[test]
fn the_dropout_rate_of_the_yearbook() {
    let check = |numbers, expected| assert_eq!(Terms::of(numbers).rate(), expected, "{numbers:?}");
    check([1000, 120, 2, 10, 110, 3, 12, 1, 1001], Ok(Rate { part: 5, whole: 1000 }));
    check([1000, 0, 0, 0, 0, 0, 0, 0, 1000], Ok(Rate { part: 0, whole: 1000 }));
    check([0, 10, 0, 0, 0, 0, 0, 0, 10], Err(Unsound::Nobody));
    check([1000, 0, 0, 0, 0, 0, 0, 0, 1003], Err(Unsound::TooMany(3)));
    assert_eq!(Terms::read("1 2 3"), None);
    // Who finishes 小学 and enters 初中 is in both sums and left over in neither.
    let primary = Terms::of([600, 100, 0, 0, 98, 0, 0, 0, 600]);
    let junior = Terms::of([300, 98, 0, 0, 100, 0, 0, 0, 297]);
    assert_eq!(primary.rate(), Ok(Rate { part: 2, whole: 600 }));
    assert_eq!(junior.rate(), Ok(Rate { part: 1, whole: 300 }));
    assert_eq!(primary.with(junior).rate(), Ok(Rate { part: 3, whole: 900 }));
    assert_eq!(Terms::read("1 2 3 4 5 6 7 8 x"), None);
}

/// The curve by hand: ten children, two back after 5 days, one followed for 7 alone, three back after 10, four still out after 20.
#[test]
fn the_curve_by_hand() {
    let days = BTreeMap::from([(5, (2, 0)), (7, (0, 1)), (10, (3, 0)), (20, (0, 4))]);
    let found = curve(&days);
    assert_eq!((found.children, found.back, found.longest), (10, 5, 20));
    let close = |days, expected: f64| {
        let value = found.still_out(days).expect("followed so long");
        assert!((value - expected).abs() < 1e-12, "{days}: {value}");
    };
    close(0, 1.0);
    close(4, 1.0);
    close(5, 0.8);
    close(9, 0.8);
    close(10, 0.8 * (4.0 / 7.0));
    close(20, 0.8 * (4.0 / 7.0));
    assert_eq!(found.still_out(21), None);
    assert_eq!(found.median(), Some(10));
    assert_eq!(curve(&BTreeMap::new()).still_out(0), None);
}

fn standings() -> impl Strategy<Value = Standing> {
    prop::sample::select(Standing::ALL)
}

proptest! {
    /// A child is in no numerator without being in the denominator, in 新生 only when in 小学, and where it counts follows from birthday and
    /// standing alone.
    #[test]
    fn marks_are_consistent(
        days in 0_i64..8000, standing in standings(), on_roll: bool, disabled: bool, cohort: bool, junior: bool,
        stage in prop::option::of(prop::sample::select(&[Stage::Primary, Stage::Junior][..])),
    ) {
        let birth = date(2006, 1, 1).saturating_add(jiff::ToSpan::days(days));
        let one = Child { birth: Some(birth), standing, on_roll, stage, disabled, cohort, junior };
        let marks = marks(&one, ON, &RULE);
        prop_assert!(marks.is_empty() || marks.len() == PLACES);
        let of = |figure| mark_of(figure, &marks).unwrap_or(Mark::None);
        if of(Figure::Entry) != Mark::None {
            prop_assert_eq!(of(Figure::Entry), of(Figure::Enrolment));
        }
        if of(Figure::Enrolment) != Mark::None {
            prop_assert_eq!(of(Figure::Enrolment), of(Figure::InSchool));
        }
        if matches!(standing, Standing::Suspended | Standing::Deferred) {
            prop_assert!(!marks.contains(Mark::In.code()));
        }
        // Both stages are the whole: a child counts in exactly one, and as it does there.
        let stages = [of(Figure::DropoutPrimary), of(Figure::DropoutJunior)];
        prop_assert!(stages.contains(&Mark::None));
        prop_assert!(stages.contains(&of(Figure::Dropout)));
        if standing == Standing::Absent {
            prop_assert!(of(Figure::InSchool) != Mark::In);
        }
    }

    /// Cut off is never more than the fraction, and less than a hundredth of a percent below it; a target is reached exactly when as many as it
    /// asks for are there.
    #[test]
    fn rates(part in 0_u64..2_000_000, more in 0_u64..2_000_000, target in 1_u64..=10_000) {
        let rate = Rate { part, whole: part + more };
        prop_assume!(rate.whole > 0);
        let cut = rate.cut().expect("a denominator");
        prop_assert!(u128::from(cut) * u128::from(rate.whole) <= u128::from(part) * 10_000);
        prop_assert!(u128::from(cut + 1) * u128::from(rate.whole) > u128::from(part) * 10_000);
        let reached = rate.reaches(target).expect("a denominator");
        prop_assert_eq!(reached, cut >= target);
        prop_assert_eq!(reached, rate.lacks(target) == 0);
        prop_assert!(rate.up().expect("a denominator") - cut <= 1);
    }

    /// 年报推算: what is left over and what is accounted for make the whole; it is stored and read without loss.
    #[test]
    fn terms_add_up(numbers in prop::array::uniform9(0_u64..200_000)) {
        let terms = Terms::of(numbers);
        prop_assert_eq!(Terms::read(&terms.written()), Some(terms));
        let there: u64 = numbers[..4].iter().sum();
        let gone: u64 = numbers[4..].iter().sum();
        match terms.rate() {
            Ok(rate) => {
                prop_assert_eq!(rate.whole, numbers[0]);
                prop_assert_eq!(rate.part + gone, there);
            }
            Err(Unsound::Nobody) => prop_assert_eq!(numbers[0], 0),
            Err(Unsound::TooMany(many)) => prop_assert_eq!(there + many, gone),
        }
    }

    /// Whoever is on an old list alone counts in that list's figure and in none other, and is never retained by being unknown.
    #[test]
    fn an_old_list_touches_one_figure(standing in prop::sample::select(&FATES[..]), first: bool) {
        let cohort = if first { Cohort::First } else { Cohort::Seventh };
        let marks = missing(Missing { cohort, standing }, ON, &RULE);
        let own = if first { Figure::Retention } else { Figure::Junior };
        for figure in Figure::of(Basis::Child).filter(|figure| *figure != own) {
            prop_assert!(matches!(mark_of(figure, &marks), None | Some(Mark::None)));
        }
        if standing == Standing::Unknown {
            prop_assert_eq!(mark_of(own, &marks), Some(Mark::Out));
        }
    }

    /// A child is at a step exactly when it counts in 复学率, and back by it when the register or its transfer says so.
    #[test]
    fn steps_go_with_returns(state in prop::sample::select(State::ALL), exempt in prop::option::of(prop::sample::select(Exemption::ALL))) {
        let ending = exempt.map_or(Ending::None, Ending::Exempt);
        let (counts, at) = (returned(state, ending), step(state, ending));
        prop_assert_eq!(counts.is_some(), at.is_some());
        if let Some((Mark::In, _)) = counts {
            prop_assert!(at.is_some_and(|step| step.number() >= Step::Steady.number()));
        }
    }

    /// The curve never rises, stays between 0 and 1, loses nobody, and without anybody left out is the plain share of those still out.
    #[test]
    fn curves(days in prop::collection::btree_map(0_u32..400, (0_u64..20, 0_u64..20), 0..40)) {
        let found = curve(&days);
        let mut last = 1.0;
        for point in &found.points {
            prop_assert!(point.still_out <= last && point.still_out >= 0.0);
            prop_assert!(point.back <= point.at_risk);
            last = point.still_out;
        }
        prop_assert_eq!(found.children, days.values().map(|(back, left)| back + left).sum::<u64>());
        prop_assert_eq!(found.back, days.values().map(|(back, _)| back).sum::<u64>());
        let plain: BTreeMap<u32, (u64, u64)> = days.iter().map(|(day, (back, _))| (*day, (*back, 0))).collect();
        let found = curve(&plain);
        let mut back = 0;
        for point in &found.points {
            back += point.back;
            #[allow(clippy::cast_precision_loss, reason = "small counts")]
            let share = 1.0 - back as f64 / found.children as f64;
            prop_assert!((point.still_out - share).abs() < 1e-9);
        }
    }

    /// F06: no number below five is told, and what is left of the whole is nothing or does not say a number below five of a single part.
    #[test]
    fn no_small_number_escapes(cells in prop::collection::vec((0_u64..40, 0_u64..400), 0..12)) {
        let cells: Vec<Cell> = cells.into_iter().map(|(listed, rest)| Cell { listed, rest }).collect();
        let (whole, shown) = told(&cells);
        prop_assert_eq!(shown.len(), cells.len());
        for (cell, shown) in cells.iter().zip(&shown) {
            prop_assert!(!shown || (cell.listed >= u64::from(FEW) && cell.rest >= u64::from(FEW)));
        }
        let hidden: Vec<&Cell> = cells.iter().zip(&shown).filter(|(_, shown)| !**shown).map(|(cell, _)| cell).collect();
        if whole {
            prop_assert!(hidden.len() != 1, "one hidden part is the difference");
            if !hidden.is_empty() && shown.iter().any(|shown| *shown) {
                prop_assert!(hidden.iter().map(|cell| cell.listed).sum::<u64>() >= u64::from(FEW));
                prop_assert!(hidden.iter().map(|cell| cell.rest).sum::<u64>() >= u64::from(FEW));
            }
        } else {
            prop_assert!(shown.iter().all(|shown| !shown));
        }
    }

    /// Counts are sums: joined in any order they are the same, and what is listed and what is not make the denominator.
    #[test]
    fn counts_are_sums(signs in prop::collection::vec(prop::sample::select(Mark::ALL), 0..60), at in 0_usize..60) {
        let of = |marks: &[Mark]| {
            let mut counts = Counts::default();
            marks.iter().for_each(|mark| counts.add(*mark));
            counts
        };
        let at = at.min(signs.len());
        let mut joined = of(&signs[at..]);
        joined.join(of(&signs[..at]));
        prop_assert_eq!(joined, of(&signs));
        let better = joined.listed(Figure::Enrolment) + joined.ins;
        prop_assert_eq!(better, joined.whole());
        prop_assert_eq!(joined.listed(Figure::Dropout) + joined.outs, joined.whole());
    }
}
