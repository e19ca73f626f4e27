//! 督导, 五(十二): terms, how a finding is closed, the draft of a result, and what the plan asks; as tables.

use jiff::civil::date;
use rules::inspection::{Act, Assessed, Hand, Kind, Place, Stand, Tally, draft, moved, term, term_label};
use rules::plan::Plan;
use rules::publish::published;

use crate::nanjian::PLAN;

/// 五(十二): every day belongs to the last term that began, holidays after it too.
#[test]
fn a_day_has_its_term() {
    let check = |day, code: &str| assert_eq!(term(day, PLAN.calendar()).code, code, "{day}");
    check(date(2026, 11, 23), "2026-1");
    check(date(2026, 9, 30), "2026-1");
    check(date(2027, 3, 20), "2026-2");
    check(date(2027, 8, 1), "2026-2");
    assert_eq!(term_label("2026-1"), "2026—2027学年第一学期");
    assert_eq!(term_label("x"), "x");
}

/// Hazards B05, B13: the unit reports, somebody else looks; whoever is of the unit, or reported, closes nothing.
#[test]
fn nobody_closes_what_was_found_at_their_own_unit() {
    let unit = Hand { is_of_unit: true, has_reported: false };
    let inspector = Hand { is_of_unit: false, has_reported: false };
    let reporter = Hand { is_of_unit: false, has_reported: true };
    let check = |stand, act, hand, expected: Option<Stand>| {
        assert_eq!(moved(stand, act, hand).ok(), expected, "{stand} {act} {hand:?}");
    };
    check(Stand::Open, Act::Report, unit, Some(Stand::Reported));
    check(Stand::Open, Act::Report, inspector, None);
    check(Stand::Open, Act::Close, inspector, None);
    check(Stand::Reported, Act::Close, inspector, Some(Stand::Closed));
    check(Stand::Reported, Act::GiveBack, inspector, Some(Stand::Open));
    for act in [Act::Close, Act::GiveBack] {
        check(Stand::Reported, act, unit, None);
        check(Stand::Reported, act, reporter, None);
    }
    for act in Act::ALL {
        check(Stand::Closed, *act, inspector, None);
    }
}

/// F06: the program's own draft passes its own guard, whatever the numbers are.
#[test]
fn the_draft_names_nobody() {
    for (schools, findings, closed) in [(1, 0, 0), (3, 4, 1), (12, 30, 30)] {
        let tally = Tally {
            kind: Some(Kind::Special),
            term: "2026—2027学年第一学期".to_owned(),
            schools,
            pool: 52,
            townships: 3,
            good: 40,
            partly: 3,
            lacking: 1,
            findings,
            closed,
            about: PLAN.checks().iter().take(2).map(|check| check.label.clone()).collect(),
        };
        let text = draft(&tally);
        let places: Vec<String> =
            PLAN.divisions().villages().map(|(_, village)| village.name.clone()).collect();
        assert!(published(&text, &[], &places).is_empty(), "{text}");
        assert!(text.contains("52所") && text.contains(&format!("抽取{schools}所")), "{text}");
    }
}

/// 四(四), 五(十二), 六(四): there are lines for each kind of place, items for townships and heads, each with a clause, none with a ranking.
#[test]
fn the_plan_says_what_is_looked_at() {
    let count = |kind, place| {
        let checks = PLAN.checks().iter();
        checks.filter(|check| check.kinds.contains(&kind) && check.places.contains(&place)).count()
    };
    assert!(count(Kind::Special, Place::Township) >= 5 && count(Kind::Special, Place::School) >= 5);
    assert!(count(Kind::Visit, Place::School) >= 5 && count(Kind::Visit, Place::Township) == 0);
    for of in [Assessed::Township, Assessed::Head] {
        assert!(PLAN.assessments().iter().any(|rule| rule.of == of), "{of}");
    }
    assert!(PLAN.checks().iter().all(|check| check.basis.clause.is_some()));
    assert!(PLAN.assessments().iter().all(|rule| rule.basis.clause.is_some()));
}

/// 五(十二): a plan that assesses by 升学率, or inspects without lines for a place, is refused with its line.
#[test]
fn a_plan_that_ranks_is_refused() {
    let check = |from: &str, to: &str, what: &str| {
        let mut files = crate::nanjian::files();
        let text = files.get("plan.toml").expect("the plan").replacen(from, to, 1);
        files.insert("plan.toml".to_owned(), text);
        let problems = Plan::load(&files).expect_err("refused");
        assert!(problems.iter().any(|one| one.what.contains(what) && one.line > 0), "{what}: {problems:?}");
    };
    check("label = \"个案没有超期停着不动的\"", "label = \"升学率达标\"", "升学率");
    check("code = \"h_plan\"", "code = \"t_plan\"", "t_plan 写了两次");
    check(
        "of = \"head\"\nknown = \"register\"",
        "of = \"teacher\"\nknown = \"register\"",
        "不认识的取值 teacher",
    );
    check("kinds = [\"special\"]", "kinds = []", "kinds 或 places 是空的");
}
