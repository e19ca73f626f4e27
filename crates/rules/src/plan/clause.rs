//! Clauses of the published plan, such as `五(九)`: whether the plan has them.

use crate::fold;

/// Numerals of the items of a section; the longest section of a plan has fewer than thirty.
const NUMERALS: [&str; 30] = [
    "一",
    "二",
    "三",
    "四",
    "五",
    "六",
    "七",
    "八",
    "九",
    "十",
    "十一",
    "十二",
    "十三",
    "十四",
    "十五",
    "十六",
    "十七",
    "十八",
    "十九",
    "二十",
    "二十一",
    "二十二",
    "二十三",
    "二十四",
    "二十五",
    "二十六",
    "二十七",
    "二十八",
    "二十九",
    "三十",
];

/// Whether a document with these sections (numeral and number of items) has the clause, written as a section
/// alone (`二`) or with its item in half-width or full-width brackets (`五(九)`).
pub(super) fn exists(sections: &[(String, u8)], clause: &str) -> bool {
    let clause = fold::key(clause);
    let (section, item) = match clause.split_once('(') {
        Some((section, rest)) => (section, Some(rest.strip_suffix(')').unwrap_or_default())),
        None => (clause.as_str(), None),
    };
    let Some((_, items)) = sections.iter().find(|(numeral, _)| numeral == section) else { return false };
    item.is_none_or(|item| NUMERALS.iter().take(usize::from(*items)).any(|numeral| *numeral == item))
}
