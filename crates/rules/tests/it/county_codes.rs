//! Item 10, 代码表: the plan's words first, the county's versions by their day, nothing taken away (ADR 0013).

use jiff::civil::{Date, date};
use rules::county_codes::{CountyTable, Held, Version, held};

use crate::nanjian::PLAN;

fn version(code: &str, label: &str, from: Date, until: Option<Date>) -> Version {
    Version { code: code.to_owned(), label: label.to_owned(), basis: "县里自定".to_owned(), from, until }
}

fn one(versions: &[Version], code: &str, day: Date) -> Option<Held> {
    held(&CountyTable::Causes.begins_with(&PLAN), versions, day).into_iter().find(|held| held.code == code)
}

/// Without a version the plan's own words hold, with their clause.
#[test]
fn the_plan_comes_first() {
    let day = date(2026, 11, 24);
    for table in CountyTable::ALL {
        let codes = held(&table.begins_with(&PLAN), &[], day);
        assert!(codes.len() >= 6 && codes.iter().all(|one| one.in_use && one.versions == 0), "{table}");
    }
    let distance = one(&[], "distance", day).unwrap();
    assert_eq!((distance.label.as_str(), distance.basis.as_str()), ("上学路远", "四(四)"));
}

/// A version holds from its day; what was recorded before keeps its meaning; the last of a day counts.
#[test]
fn versions_by_their_day() {
    let (may, june, july) = (date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1));
    let versions = [
        version("distance", "路远", june, None),
        version("distance", "路远、交通不便", july, None),
        version("distance", "路远、没有车", june, None),
    ];
    let label = |day| one(&versions, "distance", day).unwrap().label;
    assert_eq!([label(may), label(june), label(july)], ["上学路远", "路远、没有车", "路远、交通不便"]);
    let before = one(&versions, "distance", may).unwrap();
    assert_eq!((before.since, before.coming.map(|one| one.from), before.versions), (None, Some(june), 3));
    let after = one(&versions, "distance", july).unwrap();
    assert_eq!((after.plan_label.as_deref(), after.since), (Some("上学路远"), Some(july)));
}

/// Ended by a day, and taken up again: it is there all the time.
#[test]
fn codes_end_and_never_vanish() {
    let (day, last) = (date(2026, 11, 24), date(2026, 11, 30));
    let mut versions = vec![version("market", "赶集帮工", day, None)];
    assert!(one(&versions, "market", day).unwrap().in_use);
    assert!(!one(&versions, "market", date(2026, 11, 23)).unwrap().in_use, "not before its day");
    versions.push(version("market", "赶集帮工", day, Some(last)));
    assert!(one(&versions, "market", last).unwrap().in_use, "its last day counts");
    let ended = one(&versions, "market", date(2026, 12, 1)).unwrap();
    assert_eq!((ended.in_use, ended.label.as_str()), (false, "赶集帮工"));
    versions.push(version("market", "赶集帮工", date(2026, 12, 2), None));
    assert!(one(&versions, "market", date(2026, 12, 2)).unwrap().in_use);
}
