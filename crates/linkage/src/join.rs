//! Rows of two lists that share a key. Keys are sorted and merged: no table to size, the same
//! order on every run, and memory known before it starts.

use rayon::prelude::*;

/// A key and the row that has it.
pub(crate) type Keyed = (u64, u32);

/// Sorts keyed rows by key, then row.
pub(crate) fn sort(rows: &mut Vec<Keyed>) {
    const SHORT: usize = 1 << 15;
    if rows.len() < SHORT {
        rows.sort_unstable();
    } else {
        *rows = dealt(rows.iter().copied());
    }
}

/// Keyed rows in order. They are first dealt into parts by the top bits of the key, which are spread
/// evenly: a part then fits the cache, and parts are sorted side by side.
pub(crate) fn dealt(rows: impl Iterator<Item = Keyed> + Clone) -> Vec<Keyed> {
    const PARTS: usize = 256;
    let part = |key: u64| usize::try_from(key >> 56).unwrap_or_default();
    let mut ends = [0_usize; PARTS];
    for (key, _) in rows.clone() {
        if let Some(count) = ends.get_mut(part(key)) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for end in &mut ends {
        sum += *end;
        *end = sum;
    }
    let mut next = [0_usize; PARTS];
    for (start, &end) in next.iter_mut().skip(1).zip(&ends) {
        *start = end;
    }
    let mut dealt: Vec<Keyed> = vec![(0, 0); sum];
    for row in rows {
        if let Some(at) = next.get_mut(part(row.0)) {
            if let Some(slot) = dealt.get_mut(*at) {
                *slot = row;
            }
            *at += 1;
        }
    }
    let mut parts: Vec<&mut [Keyed]> = Vec::with_capacity(PARTS);
    let mut rest = dealt.as_mut_slice();
    let mut start = 0;
    for end in ends {
        let (part, behind) = rest.split_at_mut(end - start);
        parts.push(part);
        rest = behind;
        start = end;
    }
    parts.into_par_iter().for_each(<[Keyed]>::sort_unstable);
    dealt
}

/// Calls `block` for every key that stands in both sorted lists, with the rows of each side.
/// Pieces of the key space run side by side; what each collects comes back in the order of keys.
pub(crate) fn merge<T: Send + Default>(
    left: &[Keyed],
    right: &[Keyed],
    block: impl Fn(&mut T, &[Keyed], &[Keyed]) + Sync,
) -> Vec<T> {
    const PIECES: u64 = 64;
    let bound = |piece: u64| piece.checked_mul(u64::MAX / PIECES + 1);
    let cut = |rows: &[Keyed], piece: u64| match bound(piece) {
        Some(bound) if piece < PIECES => rows.partition_point(|&(key, _)| key < bound),
        _ => rows.len(),
    };
    (0..PIECES)
        .into_par_iter()
        .map(|piece| {
            let part = |rows: &'_ [Keyed]| (cut(rows, piece), cut(rows, piece + 1));
            let (from, until) = part(left);
            let mut left = left.get(from..until).unwrap_or_default();
            let (from, until) = part(right);
            let mut right = right.get(from..until).unwrap_or_default();
            let mut collected = T::default();
            while let (Some(&(a, _)), Some(&(b, _))) = (left.first(), right.first()) {
                if a < b {
                    left = skip(left, a);
                } else if b < a {
                    right = skip(right, b);
                } else {
                    let (these, rest) = run(left, a);
                    let (those, others) = run(right, b);
                    block(&mut collected, these, those);
                    left = rest;
                    right = others;
                }
            }
            collected
        })
        .collect()
}

fn run(rows: &[Keyed], key: u64) -> (&[Keyed], &[Keyed]) {
    let length = rows.iter().take_while(|&&(other, _)| other == key).count();
    rows.split_at(length)
}

fn skip(rows: &[Keyed], key: u64) -> &[Keyed] {
    run(rows, key).1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn long_lists_are_sorted_like_short_ones() {
        let mut rows: Vec<Keyed> =
            (0..100_000_u32).map(|row| (crate::hash::mix(3, u64::from(row % 70_000)), row)).collect();
        let mut plain = rows.clone();
        plain.sort_unstable();
        sort(&mut rows);
        assert_eq!(rows, plain);
    }

    proptest! {
        /// The same pairs as the plain double loop.
        #[test]
        fn finds_every_common_key(
            left in proptest::collection::vec((0_u64..40, 0_u32..1000), 0..60),
            right in proptest::collection::vec((0_u64..40, 0_u32..1000), 0..60),
            spread in prop_oneof![Just(1_u64), Just(u64::MAX / 40)],
        ) {
            let scale = |rows: Vec<Keyed>| {
                let mut rows: Vec<Keyed> = rows.into_iter().map(|(key, row)| (key * spread, row)).collect();
                sort(&mut rows);
                rows
            };
            let (left, right) = (scale(left), scale(right));
            let mut merged: Vec<(u32, u32)> = merge(&left, &right, |pairs: &mut Vec<_>, these, those| {
                pairs.extend(these.iter().flat_map(|&(_, a)| those.iter().map(move |&(_, b)| (a, b))));
            }).concat();
            let mut plain: Vec<(u32, u32)> = left.iter()
                .flat_map(|&(a, x)| right.iter().filter(move |&&(b, _)| a == b).map(move |&(_, y)| (x, y)))
                .collect();
            merged.sort_unstable();
            plain.sort_unstable();
            prop_assert_eq!(merged, plain);
        }
    }
}
