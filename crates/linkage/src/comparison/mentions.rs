//! Where the children of some findings stand in another office's list. The whole household list is linked with it,
//! not only the children sought: a row then goes to the child it fits best, who may be a sister in school, and the
//! weights are learned from thousands of pairs instead of a few.

use std::borrow::Cow;

use super::{Finding, Lists};
use crate::explain::explain;
use crate::link::{Link, Linkage, Tier, link};
use crate::people::{People, Person};

/// From this chance on, a row that may be the child is told to whoever goes to look.
const WORTH_A_LOOK: f32 = 0.3;

/// Children in another office's list.
pub(super) struct Mentions {
    /// 户籍 against that list.
    of_household: Linkage,
    /// Children whom only the roll knows, against that list; `rows` are their roll rows, ascending.
    of_roll: Linkage,
    rows: Vec<u32>,
}

impl Mentions {
    /// Looks for the children of `findings` in `people`.
    pub(super) fn of<'f>(
        lists: &Lists<'_>,
        people: &People,
        findings: impl Iterator<Item = &'f Finding>,
    ) -> Self {
        let mut rows: Vec<u32> = findings
            .filter(|finding| finding.household.is_none())
            .filter_map(|finding| finding.roll)
            .collect();
        rows.sort_unstable();
        rows.dedup();
        let mut pupils = People::default();
        for &row in &rows {
            // Other offices do not know school and class.
            pupils.push(&Person { school: 0, class: 0, ..lists.roll.get(row) });
        }
        Self { of_household: link(lists.household, people), of_roll: link(&pupils, people), rows }
    }

    /// The linkage in which the child of a finding stands, and her row in it.
    fn place(&self, finding: &Finding) -> Option<(&Linkage, u32)> {
        match (finding.household, finding.roll) {
            (Some(row), _) => Some((&self.of_household, row)),
            (None, Some(row)) => {
                let at = self.rows.binary_search(&row).ok()?;
                Some((&self.of_roll, u32::try_from(at).ok()?))
            }
            (None, None) => None,
        }
    }

    /// Her row in the other list, when it is hers beyond doubt.
    pub(super) fn certain(&self, finding: &Finding) -> Option<&Link> {
        let (linkage, row) = self.place(finding)?;
        let from = linkage.links.partition_point(|link| link.left < row);
        let own = linkage.links.iter().skip(from).take_while(|link| link.left == row);
        own.min_by_key(|link| link.tier == Tier::Second)
    }

    /// A row that may be hers, and why.
    pub(super) fn possible<'p>(
        &self,
        finding: &Finding,
        lists: &'p Lists<'_>,
        people: &'p People,
    ) -> Option<(&Link, Cow<'p, str>)> {
        let (linkage, row) = self.place(finding)?;
        let at = linkage.reviews.binary_search_by_key(&row, |review| review.left).ok()?;
        let near = linkage.reviews.get(at)?.candidates.first().filter(|near| near.chance >= WORTH_A_LOOK)?;
        let words = match finding.household {
            Some(_) => explain(near, lists.household, people),
            None => explain(&Link { left: finding.roll?, ..*near }, lists.roll, people),
        };
        Some((near, words))
    }
}
