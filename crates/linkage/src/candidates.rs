//! Blocking: which pairs are worth comparing. Each key below survives certain mistakes, and
//! together they leave out only children whose row is wrong in three places at once. A key that
//! too many rows share is passed over: it says nothing, and another key will find the child.

use rayon::prelude::*;

use crate::hash::key;
use crate::join::{self, Keyed};
use crate::profile::Profile;
use crate::sound;

/// A pair to compare: positions in the two slices of profiles.
pub(crate) type Pair = (u32, u32);

/// A block larger than this is passed over: comparing all of it would cost more than it finds.
const LARGEST_BLOCK: usize = 4_096;

/// One way of blocking: what two rows must have in common, letter for letter.
type Key = fn(&Profile, &mut dyn FnMut(u64));

/// Every key, with the mistakes that it survives.
const KEYS: &[Key] = &[
    // Everything but the number.
    |row, emit| {
        for number in [row.number, row.other_number] {
            if !number.is_none() {
                emit(key(1, &[number.key()]));
            }
        }
    },
    // A wrong region.
    |row, emit| {
        if let Some(body) = row.number.body() {
            emit(key(2, &[body.birth, body.order]));
        }
    },
    // A wrong date inside the number: the year, or the day.
    |row, emit| {
        if let Some(body) = row.number.body() {
            emit(key(3, &[body.region, body.order, body.check, body.birth / 10_000]));
        }
    },
    |row, emit| {
        if let Some(body) = row.number.body() {
            emit(key(4, &[body.region, body.order, body.check, body.birth % 10_000]));
        }
    },
    // No number.
    |row, emit| {
        if has_name(row) && row.birth != 0 {
            emit(key(5, &[row.name.key(), u64::from(row.birth)]));
        }
    },
    // No number, a name written by ear, and a wrong day, month or year: three keys.
    |row, emit| by_ear(row, 6, row.birth / 100, emit),
    |row, emit| by_ear(row, 7, row.birth % 10_000, emit),
    |row, emit| by_ear(row, 8, row.birth / 10_000 * 100 + row.birth % 100, emit),
    // The same, with day and month swapped.
    |row, emit| {
        let (month, day) = (row.birth / 100 % 100, row.birth % 100);
        by_ear(row, 19, row.birth / 10_000 * 10_000 + month.min(day) * 100 + month.max(day), emit);
    },
    // No number, a wrong name.
    |row, emit| {
        for guardian in row.guardians.iter().filter(|name| !name.is_empty()) {
            if row.birth != 0 {
                emit(key(9, &[guardian.key(), u64::from(row.birth)]));
            }
        }
    },
    // No number, a wrong date.
    |row, emit| {
        for guardian in row.guardians.iter().filter(|name| !name.is_empty()) {
            if has_name(row) {
                emit(key(10, &[guardian.key(), row.name.key()]));
            }
        }
    },
    // No number, a wrong date, and a wrong name: the guardian with one character, or the village.
    |row, emit| {
        for guardian in row.guardians.iter().filter(|name| !name.is_empty()) {
            for (at, &code) in row.name.codes().iter().enumerate().skip(1) {
                emit(key(17, &[guardian.key(), at as u64, sound::class(code, false)]));
            }
        }
    },
    |row, emit| {
        for guardian in row.guardians.iter().filter(|name| !name.is_empty()) {
            if !row.place.is_multiple_of(1_000) {
                emit(key(18, &[guardian.key(), row.place]));
            }
        }
    },
    // No number, one character of the name wrong: which one, is not known, so three keys.
    |row, emit| two_characters(row, 11, Some(0), None, emit),
    |row, emit| two_characters(row, 11, Some(0), Some(1), emit),
    |row, emit| two_characters(row, 12, Some(1), None, emit),
    // No number, another given name or a wrong date, in a village where everybody is known.
    |row, emit| {
        if !row.place.is_multiple_of(1_000) && row.birth != 0 {
            emit(key(13, &[row.place, u64::from(row.birth), surname(row)]));
        }
    },
    |row, emit| {
        if !row.place.is_multiple_of(1_000) && has_name(row) {
            emit(key(14, &[row.place, row.name.key()]));
        }
    },
    |row, emit| {
        if !row.place.is_multiple_of(1_000) && has_name(row) {
            emit(key(20, &[row.place, row.ear]));
        }
    },
    |row, emit| {
        if !row.place.is_multiple_of(1_000) && row.birth != 0 {
            let last = row.name.codes().iter().skip(1).last().map_or(0, |&code| sound::class(code, false));
            emit(key(21, &[row.place, u64::from(row.birth / 10_000), last]));
        }
    },
    |row, emit| {
        if !row.place.is_multiple_of(1_000) && row.birth != 0 {
            emit(key(22, &[row.place, u64::from(row.birth / 10_000), surname(row)]));
        }
    },
    // Lists that name the school: the same name in one school, whatever else is wrong.
    |row, emit| {
        if row.school != 0 && has_name(row) {
            emit(key(15, &[u64::from(row.school), row.name.key()]));
        }
    },
    |row, emit| {
        if row.class != 0 && has_name(row) {
            emit(key(16, &[u64::from(row.class), row.ear]));
        }
    },
];

fn has_name(row: &Profile) -> bool {
    !row.name.is_empty()
}

fn first(row: &Profile) -> u16 {
    row.name.codes().first().copied().unwrap_or_default()
}

fn surname(row: &Profile) -> u64 {
    sound::class(first(row), true)
}

fn by_ear(row: &Profile, kind: u64, date: u32, emit: &mut dyn FnMut(u64)) {
    if has_name(row) && row.birth != 0 {
        emit(key(kind, &[row.ear, u64::from(date)]));
    }
}

/// The date of birth with two characters of the name: those at the places given, the last for none.
fn two_characters(row: &Profile, kind: u64, a: Option<usize>, b: Option<usize>, emit: &mut dyn FnMut(u64)) {
    let codes = row.name.codes();
    let character = |at: Option<usize>| {
        let at = at.unwrap_or_else(|| codes.len().saturating_sub(1));
        codes.get(at).map_or(0, |&code| sound::class(code, at == 0))
    };
    if codes.len() >= 2 && row.birth != 0 {
        emit(key(kind, &[u64::from(row.birth), character(a), character(b)]));
    }
}

/// All pairs of rows that share a key, each once, in order.
pub(crate) fn pairs(left: &[Profile], right: &[Profile]) -> Vec<Pair> {
    let mut pairs: Vec<u64> = Vec::new();
    for make in KEYS {
        let (left, right) = rayon::join(|| keyed(left, *make), || keyed(right, *make));
        let found = join::merge(&left, &right, |found: &mut Vec<u64>, these, those| {
            if these.len() * those.len() <= LARGEST_BLOCK {
                let all = these.iter().flat_map(|&(_, l)| those.iter().map(move |&(_, r)| pack(l, r)));
                found.extend(all);
            }
        });
        for more in found {
            pairs.extend_from_slice(&more);
        }
    }
    pairs.par_sort_unstable();
    pairs.dedup();
    pairs.into_iter().map(unpack).collect()
}

fn keyed(rows: &[Profile], make: Key) -> Vec<Keyed> {
    let mut keyed: Vec<Keyed> = rows
        .par_iter()
        .enumerate()
        .fold(Vec::new, |mut all: Vec<Keyed>, (position, row)| {
            let position = u32::try_from(position).unwrap_or(u32::MAX);
            make(row, &mut |key| all.push((key, position)));
            all
        })
        .reduce(Vec::new, |mut all, more| {
            all.extend_from_slice(&more);
            all
        });
    join::sort(&mut keyed);
    keyed
}

fn pack(left: u32, right: u32) -> u64 {
    u64::from(left) << 32 | u64::from(right)
}

fn unpack(pair: u64) -> Pair {
    let half = |value: u64| u32::try_from(value & 0xFFFF_FFFF).unwrap_or_default();
    (half(pair >> 32), half(pair))
}
