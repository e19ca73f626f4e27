//! Rows that are left over and may be a further row of somebody who is settled: a child on two
//! rolls, a child listed twice in the household register. Weighed on the scale that was learned,
//! against everybody, with few and strict keys: most of these rows belong to nobody here.

use rayon::prelude::*;

use crate::hash::mix;
use crate::join::{self, Keyed};
use crate::link::{Link, Tier};
use crate::number::Number;
use crate::people::People;
use crate::profile::{self, Profile};
use crate::weigh::Scale;

/// From this chance on a row is attached.
const ACCEPT: f32 = 0.9;

/// A key that more of the rows share says nothing; without a bound, ten thousand equal rows would
/// make a hundred million pairs.
const LARGEST_BLOCK: usize = 64;

/// For each of `rows` the row of `people` that is the same child, where there is one. Only rows of
/// `people` that `may` take another row are looked at. With `whichever` it is enough that the row
/// is certainly one of them: a third copy of a row is a repetition, whichever of the two it repeats.
pub(crate) fn attach(
    people: &People,
    rows: &[Profile],
    scale: &Scale,
    whichever: bool,
    may: impl Fn(u32, &Profile) -> bool + Sync,
) -> Vec<Link> {
    let pairs = pairs(people, rows);
    let weighed: Vec<(u32, Link, f32)> = pairs
        .par_iter()
        .filter_map(|&(position, left)| {
            let row = rows.get(position as usize).filter(|row| may(left, row))?;
            let other = Profile::of(people, left);
            let pattern = profile::compare(&other, row);
            let link = Link { left, right: row.row, chance: 0.0, tier: Tier::Second, pattern };
            Some((position, link, scale.bits(&other, row, pattern)))
        })
        .collect();
    // How many of the rows belong to somebody is not known beforehand; two rounds settle it.
    let mut belonging = 0.1_f32;
    let mut links = Vec::new();
    for _ in 0..2 {
        let prior = (belonging / (1.0 - belonging) / (people.len() as f32).max(1.0)).log2();
        links = best(&weighed, prior, whichever);
        let sum: f32 = links.iter().map(|link| link.chance).sum();
        belonging = (sum / (rows.len() as f32).max(1.0)).clamp(0.002, 0.5);
    }
    links.retain(|link| link.chance >= ACCEPT);
    links
}

/// The best link of each row, with its chance among all of the row's links and none; with
/// `whichever` the chance of all of them against none.
fn best(weighed: &[(u32, Link, f32)], prior: f32, whichever: bool) -> Vec<Link> {
    weighed
        .chunk_by(|(a, ..), (b, ..)| a == b)
        .filter_map(|links| {
            let odds = |bits: f32| (prior + bits).clamp(-60.0, 60.0).exp2();
            let all: f32 = links.iter().map(|&(_, _, bits)| odds(bits)).sum();
            let &(_, link, bits) =
                links.iter().max_by(|a, b| a.2.total_cmp(&b.2).then(b.1.left.cmp(&a.1.left)))?;
            let own = if whichever { all } else { odds(bits) };
            Some(Link { chance: own / (1.0 + all), ..link })
        })
        .collect()
}

/// Pairs of a position in `rows` and a row of `people` that share a key.
fn pairs(people: &People, rows: &[Profile]) -> Vec<(u32, u32)> {
    let mut keyed: Vec<Keyed> = Vec::new();
    for (position, row) in rows.iter().enumerate() {
        let position = u32::try_from(position).unwrap_or(u32::MAX);
        let sought = keys(row.number, row.name.key(), row.birth, row.place);
        let other = keys(row.other_number, 0, 0, 0);
        keyed.extend(sought.into_iter().chain(other).filter(|&key| key != 0).map(|key| (key, position)));
    }
    join::sort(&mut keyed);
    let keyed: Vec<Keyed> = keyed
        .chunk_by(|(a, _), (b, _)| a == b)
        .filter(|block| block.len() <= LARGEST_BLOCK)
        .flatten()
        .copied()
        .collect();
    let sieve = Sieve::of(&keyed);
    let mut pairs: Vec<(u32, u32)> = (0..people.count())
        .into_par_iter()
        .fold(Vec::new, |mut pairs, row| {
            for key in keys(people.number(row), people.name_key(row), people.birth(row), people.place(row)) {
                if key != 0 && sieve.may_hold(key) {
                    let from = keyed.partition_point(|&(other, _)| other < key);
                    let same = keyed.iter().skip(from).take_while(|&&(other, _)| other == key);
                    pairs.extend(same.map(|&(_, position)| (position, row)));
                }
            }
            pairs
        })
        .reduce(Vec::new, |mut all, more| {
            all.extend_from_slice(&more);
            all
        });
    pairs.par_sort_unstable();
    pairs.dedup();
    pairs
}

/// Keys of a row; 0 where the row lacks a part. Computed for every row of a list, so each is one
/// multiplication or two.
fn keys(number: Number, name: u64, birth: u32, place: u64) -> [u64; 4] {
    let when = |condition: bool, kind: u64, a: u64, b: u64| {
        if condition { mix(a ^ kind << 58, b).max(1) } else { 0 }
    };
    let tail = number.body().map_or(0, |body| body.birth * 1_000 + body.order);
    [
        when(!number.is_none(), 1, number.key(), 0),
        when(tail != 0, 2, tail, 0),
        when(name != 0 && birth != 0, 3, name, u64::from(birth)),
        when(name != 0 && !place.is_multiple_of(1_000), 4, name, place),
    ]
}

/// A bit for each key that is sought: nearly every other key is turned away without a search.
struct Sieve(Vec<u64>);

impl Sieve {
    const BITS: u64 = 1 << 23;

    fn of(keyed: &[Keyed]) -> Self {
        let mut words = vec![0; usize::try_from(Self::BITS / 64).unwrap_or_default()];
        for &(key, _) in keyed {
            let (word, bit) = Self::place(key);
            if let Some(word) = words.get_mut(word) {
                *word |= bit;
            }
        }
        Self(words)
    }

    fn place(key: u64) -> (usize, u64) {
        let slot = key % Self::BITS;
        (usize::try_from(slot / 64).unwrap_or_default(), 1 << (slot % 64))
    }

    fn may_hold(&self, key: u64) -> bool {
        let (word, bit) = Self::place(key);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }
}
