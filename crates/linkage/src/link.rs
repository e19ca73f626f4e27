//! From two lists to links: settle what number and name settle together, weigh what is left, solve,
//! decide. Everything is deterministic; nothing is decided here that cannot be explained.

use rayon::prelude::*;

use crate::attach::attach;
use crate::candidates;
use crate::exact;
use crate::join::Keyed;
use crate::name::NameLevel;
use crate::number::NumberLevel;
use crate::pattern::{BirthLevel, Field, Pattern};
use crate::people::People;
use crate::profile::{self, Profile};
use crate::weigh::{self, Rest, Scale, Weighed};

/// How a link came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// Number and name are the same on both sides.
    Exact,
    /// Weighed; the chance is 99 in 100 or better.
    Strong,
    /// Weighed; the chance is lower, but no other reading is likely.
    Probable,
    /// A further row on the right for a child that has one already.
    Second,
}

/// A row on the left and a row on the right that belong to one child. Rows count from 0.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// Row on the left.
    pub left: u32,
    /// Row on the right.
    pub right: u32,
    /// Chance that the two are one child, 0 to 1.
    pub chance: f32,
    /// How it came about.
    pub tier: Tier,
    /// What the comparison showed.
    pub pattern: Pattern,
}

/// A child of whom the data cannot say whether a row on the right is hers.
#[derive(Clone, Debug)]
pub struct Review {
    /// Row on the left.
    pub left: u32,
    /// Possible rows on the right, best first: at most three.
    pub candidates: Vec<Link>,
}

/// What came of two lists.
#[derive(Clone, Debug, Default)]
pub struct Linkage {
    /// Accepted pairs, by left row, then right row. A right row occurs once.
    pub links: Vec<Link>,
    /// Undecided children, by left row; they are in no link of the first three tiers.
    pub reviews: Vec<Review>,
    /// Left rows that repeat an earlier left row: (the repetition, the row it repeats).
    pub repeated: Vec<(u32, u32)>,
    /// For left rows that stay alone although something came near: the nearest pair, by left row.
    pub near: Vec<Link>,
    /// How many pairs were weighed.
    pub weighed: usize,
}

impl Linkage {
    /// What came nearest to a left row that stays alone.
    #[must_use]
    pub fn nearest(&self, left: u32) -> Option<&Link> {
        let at = self.near.binary_search_by_key(&left, |link| link.left).ok()?;
        self.near.get(at)
    }
}

/// Links two lists of people.
#[must_use]
pub fn link(left: &People, right: &People) -> Linkage {
    let settled = exact::settle(left, right);
    let (left_rest, mut right_rest) =
        rayon::join(|| unsettled(left, &settled.left), || unsettled(right, &settled.right));
    note_taken_numbers(&mut right_rest, &settled.left_numbers);
    let examples = examples(left, right, &settled.pairs);
    let rest =
        Rest { left: &left_rest, right: &right_rest, settled: &examples, settled_count: settled.pairs.len() };
    let pairs = candidates::pairs(&left_rest, &right_rest);
    let weighed = weigh::weigh(left, &rest, &pairs);
    let mut linkage = decide(&rest, &weighed);
    linkage.weighed = pairs.len();
    linkage.repeated = settled.repeated;
    let certain = |&(left, right): &(u32, u32), tier| Link {
        left,
        right,
        chance: 1.0,
        tier,
        pattern: Pattern::default(),
    };
    linkage.links.extend(settled.pairs.iter().map(|pair| certain(pair, Tier::Exact)));
    linkage.links.extend(settled.seconds.iter().map(|pair| certain(pair, Tier::Second)));
    attach_leftovers(left, &rest, &weighed.scale, &mut linkage);
    linkage.links.par_sort_unstable_by_key(|link| (link.left, link.right));
    linkage.repeated.sort_unstable();
    linkage
}

/// Rows that found no partner and may repeat somebody who did.
fn attach_leftovers(left: &People, rest: &Rest<'_>, scale: &Scale, linkage: &mut Linkage) {
    let mut taken = vec![false; left.len()];
    let mut used: Vec<u32> = Vec::new();
    for link in &linkage.links {
        mark(&mut taken, link.left);
        used.push(link.right);
    }
    let mut undecided = vec![false; left.len()];
    for review in &linkage.reviews {
        mark(&mut undecided, review.left);
        used.extend(review.candidates.iter().map(|link| link.right));
    }
    used.par_sort_unstable();
    let is = |flags: &[bool], row: u32| flags.get(row as usize) == Some(&true);
    let free: Vec<Profile> =
        rest.right.iter().filter(|row| used.binary_search(&row.row).is_err()).copied().collect();
    let seconds = attach(left, &free, scale, false, |row, _| is(&taken, row));
    let alone: Vec<Profile> =
        rest.left.iter().filter(|row| !is(&taken, row.row) && !is(&undecided, row.row)).copied().collect();
    let repeated = attach(left, &alone, scale, true, |row, other| {
        row != other.row
            && (is(&taken, row) || row < other.row && !is(&undecided, row))
            && nothing_contradicts(&Profile::of(left, row), other)
    });
    linkage.links.extend(seconds);
    linkage.repeated.extend(repeated.iter().map(|link| (link.right, link.left)));
}

/// To call a child a repetition is to stop looking for her. Two names, two dates, or two numbers that
/// both pass their check are two children, whatever else agrees (E10).
fn nothing_contradicts(row: &Profile, other: &Profile) -> bool {
    let pattern = profile::compare(row, other);
    let birth = pattern.get(Field::Birth);
    pattern.get(Field::Name) <= NameLevel::Shortened as u8
        && pattern.get(Field::Number) != NumberLevel::Different as u8
        && (birth <= BirthLevel::Near as u8 || birth == BirthLevel::Missing as u8)
}

fn mark(flags: &mut [bool], row: u32) {
    if let Some(flag) = flags.get_mut(row as usize) {
        *flag = true;
    }
}

fn unsettled(people: &People, done: &[bool]) -> Vec<Profile> {
    done.par_iter()
        .enumerate()
        .filter(|&(_, &done)| !done)
        .map(|(row, _)| Profile::of(people, u32::try_from(row).unwrap_or(u32::MAX)))
        .collect()
}

/// A number that stands on the left with somebody is no evidence that the row on the right is
/// nobody on the left: it was copied from the wrong line.
fn note_taken_numbers(right: &mut [Profile], left_numbers: &[Keyed]) {
    right.par_iter_mut().filter(|row| !row.number.is_none()).for_each(|row| {
        let key = exact::spread(row.number.key());
        row.number_is_taken = left_numbers.binary_search_by_key(&key, |&(key, _)| key).is_ok();
    });
}

/// A sample of settled pairs, compared, to learn from.
fn examples(left: &People, right: &People, pairs: &[(u32, u32)]) -> Vec<weigh::Settled> {
    let every = (pairs.len() / 50_000).max(1);
    pairs
        .par_iter()
        .step_by(every)
        .map(|&(l, r)| {
            let (a, b) = (Profile::of(left, l), Profile::of(right, r));
            weigh::Settled { pattern: profile::compare(&a, &b), place: a.place, school: b.school }
        })
        .collect()
}

/// From this chance on a pair is accepted.
const ACCEPT: f32 = 0.98;
/// Up to this chance of being on the right list at all, a child is taken to be missing from it.
const ABSENT: f32 = 0.02;

/// From this chance on a pair that was not accepted is worth telling.
const NEAR: f32 = 0.001;

/// Whether both rows have a number that passes its check, and not the same: a number that was changed,
/// or another child. Which of the two, the lists cannot say (E10).
fn has_another_number(link: &Link) -> bool {
    link.pattern.get(Field::Number) == NumberLevel::Different as u8
}

fn decide(rest: &Rest<'_>, weighed: &Weighed) -> Linkage {
    let mut linkage = Linkage::default();
    for position in 0..rest.left.len() {
        let mut links: Vec<Link> = weighed
            .graph
            .at_left(position)
            .iter()
            .filter_map(|&edge| {
                let candidate = weighed.candidates.get(edge as usize)?;
                let chance = weighed.chances.get(edge as usize).copied()?;
                let left = rest.left.get(candidate.left as usize)?.row;
                let right = rest.right.get(candidate.right as usize)?.row;
                let tier = if chance >= 0.99 { Tier::Strong } else { Tier::Probable };
                Some(Link { left, right, chance, tier, pattern: candidate.pattern })
            })
            .collect();
        links.sort_by(|a, b| b.chance.total_cmp(&a.chance).then(a.right.cmp(&b.right)));
        let present: f32 = links.iter().map(|link| link.chance).sum();
        match links.first() {
            Some(best) if best.chance >= ACCEPT && !has_another_number(best) => linkage.links.push(*best),
            Some(best) if present > ABSENT => {
                let left = best.left;
                links.truncate(3);
                linkage.reviews.push(Review { left, candidates: links });
            }
            Some(best) if best.chance > NEAR => linkage.near.push(*best),
            _ => {}
        }
    }
    linkage
}
