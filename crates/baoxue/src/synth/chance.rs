//! Chance that falls the same way on every machine: a counter-based generator and whole-number draws.
//! It must not use a function whose last bit depends on the platform (`ln`, `powf`, `cos`).

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// One independent stream of draws.
pub(crate) struct Chance(ChaCha8Rng);

impl Chance {
    /// The stream `stream` of `seed`: streams of one seed do not overlap, so the parts of a county can be made
    /// in any order and on any number of threads.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        Self(generator)
    }

    /// A number in `0..bound`; 0 when `bound` is 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let wide = u128::from(self.0.next_u64()) * (bound as u128);
        usize::try_from(wide >> 64).unwrap_or(0)
    }

    /// A number in `low..=high`; `low` when the range is empty.
    pub(crate) fn between(&mut self, low: i32, high: i32) -> i32 {
        let span = usize::try_from(high.saturating_sub(low)).unwrap_or(0);
        low.saturating_add(i32::try_from(self.below(span + 1)).unwrap_or(0))
    }

    /// True in a share `p` of all draws.
    pub(crate) fn happens(&mut self, p: f64) -> bool {
        f64::from(self.0.next_u32()) < p * 4_294_967_296.0
    }

    /// One item, each as likely; the default value of an empty list.
    pub(crate) fn pick<T: Copy + Default>(&mut self, from: &[T]) -> T {
        from.get(self.below(from.len())).copied().unwrap_or_default()
    }

    /// One item of a list of `(weight, item)`; the default value of an empty list.
    pub(crate) fn weigh<T: Copy + Default>(&mut self, from: &[(u32, T)]) -> T {
        let total: usize = from.iter().map(|(weight, _)| *weight as usize).sum();
        let mut left = self.below(total);
        for (weight, item) in from {
            match left.checked_sub(*weight as usize) {
                Some(rest) => left = rest,
                None => return *item,
            }
        }
        T::default()
    }

    /// How careless an office is: most are careful, a few make most of the mistakes. The steps follow a gamma
    /// distribution of shape ½; their mean is 1.
    pub(crate) fn carelessness(&mut self) -> f64 {
        f64::from(self.weigh(&[(36, 1_u32), (24, 5), (18, 10), (13, 20), (6, 36), (3, 63)])) / 10.0
    }
}

/// A list to draw from by weight, prepared once for many draws.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Weighted<T> {
    items: Vec<T>,
    ends: Vec<u32>,
}

impl<T: Copy + Default> Weighted<T> {
    /// Adds `item` with its weight.
    pub(crate) fn add(&mut self, weight: u32, item: T) {
        let before = self.ends.last().copied().unwrap_or(0);
        self.ends.push(before.saturating_add(weight));
        self.items.push(item);
    }

    /// Draws one item; the default value of an empty list.
    pub(crate) fn draw(&self, chance: &mut Chance) -> T {
        let total = self.ends.last().copied().unwrap_or(0);
        let at = chance.below(total as usize);
        let place = self.ends.partition_point(|end| (*end as usize) <= at);
        self.items.get(place).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_draws_never_change() {
        let mut chance = Chance::new(1, 2);
        let drawn: Vec<usize> = (0..5).map(|_| chance.below(1000)).collect();
        assert_eq!(drawn, FIRST_DRAWS);
    }

    #[test]
    fn carelessness_has_mean_one() {
        let mut chance = Chance::new(3, 0);
        let mean = (0..40_000).map(|_| chance.carelessness()).sum::<f64>() / 40_000.0;
        assert!((mean - 1.0).abs() < 0.05, "{mean}");
    }

    #[test]
    fn an_empty_list_gives_the_default() {
        let mut chance = Chance::new(1, 0);
        assert_eq!(chance.pick::<u8>(&[]), 0);
        assert_eq!(chance.weigh::<u8>(&[]), 0);
        assert_eq!(Weighted::<u8>::default().draw(&mut chance), 0);
    }

    const FIRST_DRAWS: [usize; 5] = [876, 682, 336, 511, 961];
}
