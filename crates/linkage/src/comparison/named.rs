//! Lists given by name: 外出就读 turns a child who is not on the roll into one who studies elsewhere, 死亡 and
//! 迁出 explain her, and every other list is noted beside what was found.

use rules::plan::{FindingKind, NamedListEffect};

use super::mentions::Mentions;
use super::{Counts, Finding, Lists, Named};

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
    let sought = findings.iter().filter(|finding| is_about_absence(finding.kind));
    let mentions = Mentions::of(lists, named.people, sought);
    let mut cleared = Vec::new();
    for (position, finding) in findings.iter_mut().enumerate() {
        if !is_about_absence(finding.kind) {
            continue;
        }
        if let Some(found) = mentions.certain(finding) {
            let note = format!("“{}”名单第{}行有这个孩子", named.name, found.right + 1);
            match (named.effect, finding.kind) {
                (NamedListEffect::StudyingElsewhere, FindingKind::NotOnRoll) => {
                    finding.kind = FindingKind::StudyingElsewhere;
                    finding.chance = found.chance;
                    finding.reason = note;
                    finding.notes.clear();
                }
                (NamedListEffect::StudyingElsewhere, FindingKind::NotInSchool) => {
                    finding.add(&format!("{note}，学籍还在本县"));
                }
                (NamedListEffect::Clears, FindingKind::NotOnRoll | FindingKind::NotInSchool) => {
                    cleared.push(position);
                }
                _ => finding.add(&note),
            }
        } else if let Some((near, words)) = mentions.possible(finding, lists, named.people) {
            let row = near.right + 1;
            finding.add(&format!("“{}”名单第{row}行可能是这个孩子（{words}）", named.name));
        }
    }
    cleared
}

const fn is_about_absence(kind: FindingKind) -> bool {
    matches!(kind, FindingKind::NotOnRoll | FindingKind::NotInSchool | FindingKind::NeedsReview)
}
