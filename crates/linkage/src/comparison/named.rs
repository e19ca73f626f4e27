//! Lists given by name: 外出就读 turns a child who is not on the roll into one who studies elsewhere, 死亡 and
//! 迁出 explain her, and every other list is noted beside what was found.

use rules::plan::{FindingKind, NamedListEffect};

use super::{Counts, Finding, Lists, Named};
use crate::explain::explain;
use crate::link::{Tier, link};

/// From this chance on, a row of a named list that may be the child is told to whoever goes to look.
const WORTH_A_LOOK: f32 = 0.3;

/// Applies every named list, in the order given.
pub(super) fn apply(lists: &Lists<'_>, findings: &mut Vec<Finding>, counts: &mut Counts) {
    for named in lists.named {
        let cleared = apply_one(lists, named, findings);
        if named.effect == NamedListEffect::Clears {
            counts.cleared.push((named.name.to_owned(), cleared.len()));
        }
        let mut position = 0;
        findings.retain(|_| {
            position += 1;
            cleared.binary_search(&(position - 1)).is_err()
        });
    }
}

/// Applies one list; positions of the findings that it explains, ascending.
fn apply_one(lists: &Lists<'_>, named: &Named<'_>, findings: &mut [Finding]) -> Vec<usize> {
    let positions: Vec<usize> = findings
        .iter()
        .enumerate()
        .filter(|(_, finding)| is_about_absence(finding.kind))
        .map(|(position, _)| position)
        .collect();
    let sought = lists.people_of(positions.iter().filter_map(|&position| findings.get(position)));
    let linkage = link(&sought, named.people);
    let mut cleared = Vec::new();
    let at = |left: u32| positions.get(left as usize).copied();
    for found in linkage.links.iter().filter(|found| found.tier != Tier::Second) {
        let Some(position) = at(found.left) else { continue };
        let Some(finding) = findings.get_mut(position) else { continue };
        let note = format!("“{}”名单第{}行有这个孩子", named.name, found.right + 1);
        match (named.effect, finding.kind) {
            (NamedListEffect::StudyingElsewhere, FindingKind::NotOnRoll) => {
                finding.kind = FindingKind::StudyingElsewhere;
                finding.chance = found.chance;
                finding.reason = note;
            }
            (NamedListEffect::StudyingElsewhere, FindingKind::NotInSchool) => {
                finding.add(&format!("{note}，学籍还在本县"));
            }
            (NamedListEffect::Clears, FindingKind::NotOnRoll | FindingKind::NotInSchool) => {
                cleared.push(position);
            }
            _ => finding.add(&note),
        }
    }
    for review in &linkage.reviews {
        let Some(finding) = at(review.left).and_then(|position| findings.get_mut(position)) else { continue };
        if let Some(near) = review.candidates.first().filter(|near| near.chance >= WORTH_A_LOOK) {
            let words = explain(near, &sought, named.people);
            finding.add(&format!("“{}”名单第{}行可能是这个孩子（{words}）", named.name, near.right + 1));
        }
    }
    cleared.sort_unstable();
    cleared
}

const fn is_about_absence(kind: FindingKind) -> bool {
    matches!(kind, FindingKind::NotOnRoll | FindingKind::NotInSchool | FindingKind::NeedsReview)
}
