//! What number and name settle together: most of any county. Two rows with the same number and the
//! same name are one child; nothing else is looked at.

use rayon::prelude::*;

use crate::hash::mix;
use crate::join::{self, Keyed};
use crate::people::People;

/// A number under which more names stand is a filler, not a number: it settles nothing.
const MOST_NAMES: usize = 8;

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
        if rows.len() > 1 {
            for rows in by_name(left, rows).chunk_by(|(a, _), (b, _)| a == b) {
                let mut rows = rows.iter().map(|&(_, row)| row);
                let Some(first) = rows.next() else { continue };
                let rows = rows.filter(|&row| is_same(left, first, left, row));
                found.repeated.extend(rows.map(|row| (row, first)));
            }
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
        let mut settle = |left_row: u32, rows: &mut dyn Iterator<Item = u32>| {
            let mut rows = rows.filter(|&row| is_same(left, left_row, right, row));
            found.pairs.extend(rows.next().map(|row| (left_row, row)));
            found.seconds.extend(rows.map(|row| (left_row, row)));
        };
        if let ([(_, left_row)], [(_, right_row)]) = (these, those) {
            settle(*left_row, &mut std::iter::once(*right_row));
            return;
        }
        let those = by_name(right, those);
        for (name, left_row) in by_name(left, these) {
            if repeated.get(left_row as usize) == Some(&false) {
                let from = those.partition_point(|&(other, _)| other < name);
                let same = those.iter().skip(from).take_while(|&&(other, _)| other == name);
                settle(left_row, &mut same.map(|&(_, row)| row));
            }
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

/// Rows that share a number, by name; none where the number is a filler.
fn by_name(people: &People, rows: &[Keyed]) -> Vec<Keyed> {
    let mut named: Vec<Keyed> = rows.iter().map(|&(_, row)| (people.name_key(row), row)).collect();
    named.sort_unstable();
    let names = named.chunk_by(|(a, _), (b, _)| a == b).count();
    if names > MOST_NAMES { Vec::new() } else { named }
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
