//! What number and name settle together: most of any county. Two rows with the same number and the
//! same name are one child; nothing else is looked at.

use rayon::prelude::*;

use crate::hash::mix;
use crate::join::{self, Keyed};
use crate::people::People;

/// A number that more rows of one list share is a filler, not a number: it settles nothing, and looking
/// at every pair of its rows would never end.
const LARGEST_BLOCK: usize = 64;

/// What is settled, and what is not.
#[derive(Default)]
pub(crate) struct Settled {
    /// (left, right), by left row.
    pub(crate) pairs: Vec<(u32, u32)>,
    /// Further right rows with the number and name of a settled child: (left, right).
    pub(crate) seconds: Vec<(u32, u32)>,
    /// Left rows that repeat another left row: (the repetition, the row it repeats).
    pub(crate) repeated: Vec<(u32, u32)>,
    /// For each left row, whether it is done with.
    pub(crate) left: Vec<bool>,
    /// For each right row, whether it is done with.
    pub(crate) right: Vec<bool>,
    /// All left numbers, sorted.
    pub(crate) left_numbers: Vec<Keyed>,
}

/// Rows by number; the key is spread, so that pieces of the key space are of one size.
pub(crate) fn by_number(people: &People) -> Vec<Keyed> {
    let numbered = (0..).zip(people.numbers()).filter(|(_, number)| !number.is_none());
    join::dealt(numbered.map(|(row, number)| (spread(number.key()), row)))
}

pub(crate) fn spread(key: u64) -> u64 {
    mix(0, key)
}

/// Pairs, further rows and repetitions found in one piece of the key space.
#[derive(Default)]
struct Found {
    pairs: Vec<(u32, u32)>,
    seconds: Vec<(u32, u32)>,
    repeated: Vec<(u32, u32)>,
}

/// Settles all rows that agree in number and name.
pub(crate) fn settle(left: &People, right: &People) -> Settled {
    let (left_numbers, right_numbers) = rayon::join(|| by_number(left), || by_number(right));
    // The left list against itself: repetitions, whether or not the right list has the child.
    let mut found = join::merge(&left_numbers, &left_numbers, |found: &mut Found, rows, _| {
        if rows.len() > LARGEST_BLOCK {
            return;
        }
        for (at, &(_, row)) in rows.iter().enumerate().skip(1) {
            let earlier = rows.iter().take(at).find(|&&(_, other)| is_same(left, other, left, row));
            found.repeated.extend(earlier.map(|&(_, first)| (row, first)));
        }
    });
    let mut done =
        Settled { left: vec![false; left.len()], right: vec![false; right.len()], ..Settled::default() };
    for piece in &mut found {
        done.repeated.append(&mut piece.repeated);
    }
    mark(&mut done.left, done.repeated.iter().map(|&(row, _)| row));
    let repeated = &done.left;
    let found = join::merge(&left_numbers, &right_numbers, |found: &mut Found, these, those| {
        if these.len().max(those.len()) > LARGEST_BLOCK {
            return;
        }
        let originals = these.iter().filter(|&&(_, row)| repeated.get(row as usize) == Some(&false));
        for &(_, l) in originals {
            let mut rows = those.iter().map(|&(_, r)| r).filter(|&r| is_same(left, l, right, r));
            found.pairs.extend(rows.next().map(|r| (l, r)));
            found.seconds.extend(rows.map(|r| (l, r)));
        }
    });
    for mut piece in found {
        done.pairs.append(&mut piece.pairs);
        done.seconds.append(&mut piece.seconds);
    }
    mark(&mut done.left, done.pairs.iter().map(|&(l, _)| l));
    mark(&mut done.right, done.pairs.iter().chain(&done.seconds).map(|&(_, r)| r));
    done.pairs.par_sort_unstable();
    done.seconds.sort_unstable();
    done.repeated.sort_unstable();
    done.left_numbers = left_numbers;
    done
}

fn is_same(a: &People, row: u32, b: &People, other: u32) -> bool {
    let name = a.name_key(row);
    name != 0 && name == b.name_key(other) && a.number(row) == b.number(other)
}

fn mark(flags: &mut [bool], rows: impl Iterator<Item = u32>) {
    for row in rows {
        if let Some(flag) = flags.get_mut(row as usize) {
            *flag = true;
        }
    }
}
