//! How common a name is. That two rows share 张伟 says little; that they share a name that occurs
//! once in the county says nearly everything.

use rayon::prelude::*;

/// Shares of keys in a list.
#[derive(Default)]
pub(crate) struct Frequency {
    /// Each key with its count, by key.
    counts: Vec<(u64, u32)>,
    total: f32,
}

impl Frequency {
    /// Counts keys; 0 (“none”) is left out.
    pub(crate) fn of(keys: impl Iterator<Item = u64>) -> Self {
        let mut keys: Vec<u64> = keys.filter(|&key| key != 0).collect();
        keys.par_sort_unstable();
        let total = keys.len() as f32;
        let mut counts: Vec<(u64, u32)> = Vec::new();
        for key in keys {
            match counts.last_mut() {
                Some((last, count)) if *last == key => *count += 1,
                _ => counts.push((key, 1)),
            }
        }
        Self { counts, total: total.max(1.0) }
    }

    /// How often a key was counted.
    pub(crate) fn count(&self, key: u64) -> f32 {
        let found = self.counts.binary_search_by_key(&key, |&(key, _)| key).ok();
        found.and_then(|at| self.counts.get(at)).map_or(0.0, |&(_, count)| count as f32)
    }

    /// The share of rows with this key, between 0 and 1, never less than half a row, so that a
    /// key that was not seen is rare and not impossible.
    pub(crate) fn share(&self, key: u64) -> f32 {
        self.count(key).max(0.5) / self.total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_names_have_larger_shares() {
        let names = Frequency::of([5, 5, 5, 9, 0].into_iter());
        assert!((names.share(5) - 0.75).abs() < 1e-6);
        assert!((names.share(9) - 0.25).abs() < 1e-6);
        assert!((names.share(7) - 0.125).abs() < 1e-6);
    }
}
