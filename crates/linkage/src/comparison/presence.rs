//! 学籍 − 在校: children on the roll whom no school saw. A child on two rolls counts as one child: she is in
//! school when either school saw her, and nothing is said of her while one of the two has not reported.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rayon::prelude::*;
use rules::plan::FindingKind;

use super::{Counts, Finding, Lists, Present, RollOf, Rule};
use crate::explain::{date, explain};
use crate::link::{Link, Linkage, Tier, link};

/// How sure it is that a child is away whose name stands nowhere in the list of who is present.
const UNLISTED: f32 = 0.95;

/// What one school last reported of a child.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Sighting {
    child: u32,
    school: u32,
    day: u32,
    here: bool,
    /// Earlier rows win among equals.
    row: Reverse<u32>,
}

/// Children on the roll who are not in school.
pub(super) fn not_in_school(
    lists: &Lists<'_>,
    rule: &Rule,
    present: &Present<'_>,
    on_roll: &RollOf,
    counts: &mut Counts,
) -> Vec<Finding> {
    let linkage = link(lists.roll, present.people);
    let child_of = children(lists, on_roll, &linkage);
    let child = |row: u32| child_of.get(row as usize).copied().unwrap_or(row);
    let sightings = sightings(present, &linkage, child);
    let mut further: Vec<(u32, u32)> =
        (0..lists.roll.count()).filter(|&row| child(row) != row).map(|row| (child(row), row)).collect();
    further.sort_unstable();
    let undecided: Vec<(u32, &Link)> = linkage
        .reviews
        .iter()
        .filter_map(|review| review.candidates.first().map(|best| (review.left, best)))
        .collect();
    let mut reporting: Vec<u32> =
        (0..present.people.count()).map(|row| present.people.get(row).school).collect();
    reporting.sort_unstable();
    reporting.dedup();
    let mut silent: BTreeMap<u32, usize> = BTreeMap::new();
    let mut findings = Vec::new();
    for row in (0..lists.roll.count()).filter(|&row| child(row) == row) {
        let reports = of_child(&sightings, row);
        let owner = on_roll.get(row).map(|(household, _)| household);
        let counted = match owner {
            Some(household) => rule.counts(lists.household, household),
            None => rule.counts(lists.roll, row),
        };
        if reports.iter().any(|report| report.here) || !counted {
            continue;
        }
        let from = further.partition_point(|&(other, _)| other < row);
        let same = further.iter().skip(from).take_while(|&&(other, _)| other == row).map(|&(_, row)| row);
        let rows: Vec<u32> = std::iter::once(row).chain(same).collect();
        let schools = rows.iter().map(|&row| lists.roll.get(row).school).filter(|&school| school != 0);
        let unreported: Vec<u32> =
            schools.filter(|school| reporting.binary_search(school).is_err()).collect();
        let finding = |kind, chance, present, reason| Finding {
            household: owner,
            roll: Some(row),
            present,
            ..Finding::new(kind, chance, reason)
        };
        let near = rows.iter().find_map(|row| {
            let at = undecided.binary_search_by_key(row, |&(roll, _)| roll).ok()?;
            undecided.get(at)
        });
        if let Some((_, near)) = near.filter(|_| reports.is_empty()) {
            let words = explain(near, lists.roll, present.people);
            let reason = format!("在校名单第{}行可能是：{words}", near.right + 1);
            let review = finding(FindingKind::NeedsReview, near.chance, Some(near.right), reason);
            findings.push(Finding { candidates: vec![**near], ..review });
        } else if !unreported.is_empty() {
            for school in unreported {
                *silent.entry(school).or_default() += 1;
            }
        } else if let Some(last) = reports.iter().max_by_key(|report| (report.day, report.row)) {
            let when = if last.day == 0 { String::new() } else { format!("{}，", date(last.day)) };
            let reason = format!("{when}学校报不在校");
            findings.push(finding(FindingKind::NotInSchool, 1.0, Some(last.row.0), reason));
        } else {
            findings.push(finding(FindingKind::NotInSchool, UNLISTED, None, "在校名单里没有".to_owned()));
        }
    }
    counts.silent_schools = silent.into_iter().collect();
    findings
}

/// For each roll row the roll row that stands for its child: the first of those that belong together,
/// whether the household list or the roll itself says so.
fn children(lists: &Lists<'_>, on_roll: &RollOf, linkage: &Linkage) -> Vec<u32> {
    let mut first = vec![None; lists.household.len()];
    for row in 0..lists.roll.count() {
        if let Some((household, tier)) = on_roll.get(row)
            && tier != Tier::Second
            && let Some(slot) = first.get_mut(household as usize)
        {
            *slot = Some(row);
        }
    }
    let of_household = |row: u32| {
        let (household, _) = on_roll.get(row)?;
        first.get(household as usize).copied().flatten()
    };
    let repeats = |row: u32| {
        let at = linkage.repeated.binary_search_by_key(&row, |&(repetition, _)| repetition).ok()?;
        linkage.repeated.get(at).map(|&(_, first)| first)
    };
    (0..lists.roll.count())
        .into_par_iter()
        .map(|row| {
            let of_roll = || repeats(row).map(|first| of_household(first).unwrap_or(first));
            of_household(row).or_else(of_roll).unwrap_or(row)
        })
        .collect()
}

/// The last report of each school about each child, by child.
fn sightings(present: &Present<'_>, linkage: &Linkage, child: impl Fn(u32) -> u32 + Sync) -> Vec<Sighting> {
    let mut all: Vec<Sighting> = linkage
        .links
        .par_iter()
        .map(|found| Sighting {
            child: child(found.left),
            school: present.people.get(found.right).school,
            day: present.days.get(found.right as usize).copied().unwrap_or_default(),
            here: present.here.get(found.right as usize).copied().flatten().unwrap_or(true),
            row: Reverse(found.right),
        })
        .collect();
    all.par_sort_unstable();
    all.chunk_by(|a, b| (a.child, a.school) == (b.child, b.school)).filter_map(<[_]>::last).copied().collect()
}

fn of_child(sightings: &[Sighting], child: u32) -> &[Sighting] {
    let from = sightings.partition_point(|sighting| sighting.child < child);
    let until = sightings.partition_point(|sighting| sighting.child <= child);
    sightings.get(from..until).unwrap_or_default()
}
