//! The Fellegi–Sunter model: how much each agreement and each difference counts, in bits, learned
//! from the very lists that are compared. `m` is how often a level occurs between two rows of one
//! child, `u` how often between rows of two children. The tables below are only where learning
//! starts, and what stands in where a county is too small to learn from.

use crate::number::NumberLevel;
use crate::pattern::{Field, Pattern};

/// As many levels as any field has.
pub(crate) const LEVELS: usize = 10;

/// A table with a number per field and level.
pub(crate) type Table = [[f32; LEVELS]; 8];

/// What is known of how levels occur.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    /// Chance of each level between two rows of one child.
    pub(crate) m: Table,
    /// Chance of each level between rows of two different children.
    pub(crate) u: Table,
}

/// Where learning starts: chances for one child, in per mille.
const START_M: [[u16; LEVELS]; 8] = [
    // same, sound, near, reordered, shortened, one, surname, given, different, missing
    [940, 16, 6, 2, 10, 12, 5, 5, 3, 1],
    // same, slip, two slips, missing, copied, doubtful, different
    [900, 45, 6, 35, 6, 6, 2, 0, 0, 0],
    // same, implied, slip, near, other year, same year, different, missing
    [955, 0, 25, 4, 3, 4, 6, 3, 0, 0],
    // same, alike, surname, different, missing
    [780, 40, 60, 100, 20, 0, 0, 0, 0, 0],
    [985, 10, 5, 0, 0, 0, 0, 0, 0, 0],
    [975, 20, 5, 0, 0, 0, 0, 0, 0, 0],
    // village, township, county, county known, elsewhere, missing
    [900, 30, 30, 20, 10, 10, 0, 0, 0, 0],
    // class, school, different, missing
    [930, 30, 30, 10, 0, 0, 0, 0, 0, 0],
];

/// How many matched pairs the starting table is worth.
const WORTH: f32 = 200.0;

/// Counts of levels, weighted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts(pub(crate) Table);

impl Counts {
    pub(crate) fn add(&mut self, pattern: Pattern, weight: f32) {
        for ((_, level), row) in pattern.levels().zip(&mut self.0) {
            if let Some(cell) = row.get_mut(usize::from(level)) {
                *cell += weight;
            }
        }
    }

    pub(crate) fn merge(mut self, other: &Self) -> Self {
        for (row, more) in self.0.iter_mut().zip(&other.0) {
            for (cell, more) in row.iter_mut().zip(more) {
                *cell += more;
            }
        }
        self
    }

    pub(crate) fn scale(mut self, factor: f32) -> Self {
        self.0.iter_mut().flatten().for_each(|cell| *cell *= factor);
        self
    }
}

impl Model {
    /// The model before anything is learned, with `u` counted on random pairs.
    pub(crate) fn start(random: &Counts) -> Self {
        let m = START_M.map(|row| row.map(|value| f32::from(value) / 1000.0));
        let mut u = [[0.0; LEVELS]; 8];
        for (field, (row, counts)) in Field::ALL.into_iter().zip(u.iter_mut().zip(&random.0)) {
            let total: f32 = counts.iter().sum();
            let levels = field.levels();
            for (cell, &count) in row.iter_mut().zip(counts).take(levels) {
                *cell = (count + 0.3) / (total + 0.3 * levels as f32);
            }
        }
        let mut model = Self { m, u };
        model.mend();
        model
    }

    /// Learns `m` anew from weighted counts of matched pairs.
    pub(crate) fn learn_m(&mut self, matched: &Counts) {
        for (field, ((row, counts), start)) in
            Field::ALL.into_iter().zip(self.m.iter_mut().zip(&matched.0).zip(&START_M))
        {
            let total: f32 = counts.iter().sum();
            for ((cell, &count), &start) in row.iter_mut().zip(counts).zip(start).take(field.levels()) {
                *cell = (count + WORTH * f32::from(start) / 1000.0) / (total + WORTH);
            }
        }
        self.mend();
    }

    /// Learns the rare levels of `u` that random pairs hardly ever show, from the candidates that
    /// turned out to be two children, out of `all` pairs.
    pub(crate) fn learn_rare_u(&mut self, unmatched: &Counts, all: f32) {
        let cells = [
            (Field::Number, 0),
            (Field::Number, 1),
            (Field::Number, 2),
            (Field::Number, 4),
            (Field::Name, 1),
            (Field::Name, 3),
        ];
        for (field, level) in cells {
            let count =
                unmatched.0.get(field as usize).and_then(|row| row.get(level)).copied().unwrap_or_default();
            if let Some(cell) = self.u.get_mut(field as usize).and_then(|row| row.get_mut(level)) {
                let random = if *cell * RANDOM_PAIRS as f32 > 20.0 { *cell } else { 0.0 };
                *cell = random.max((count + 1.0) / all);
            }
        }
        self.mend();
    }

    /// “Implied” never counts: it only says that another field has counted already.
    fn mend(&mut self) {
        let implied = 1;
        for table in [&mut self.m, &mut self.u] {
            if let Some(cell) = table.get_mut(Field::Birth as usize).and_then(|row| row.get_mut(implied)) {
                *cell = 1.0;
            }
        }
    }

    /// Bits that each level counts: `log2(m / u)`. What is missing never speaks for a pair: where no random
    /// pair showed it, its `u` is a guess, and a small one.
    pub(crate) fn bits(&self) -> Table {
        let mut bits = [[0.0; LEVELS]; 8];
        for (field, ((row, m), u)) in Field::ALL.into_iter().zip(bits.iter_mut().zip(&self.m).zip(&self.u)) {
            for ((cell, &m), &u) in row.iter_mut().zip(m).zip(u) {
                *cell = if u > 0.0 && m > 0.0 { (m / u).log2().clamp(-14.0, 30.0) } else { 0.0 };
            }
            let missing =
                if field == Field::Number { NumberLevel::Missing as usize } else { field.levels() - 1 };
            if let Some(cell) = row.get_mut(missing) {
                *cell = cell.min(0.0);
            }
        }
        bits
    }

    /// One entry of a table.
    #[must_use]
    pub(crate) fn chance(table: &Table, field: Field, level: u8) -> f32 {
        table.get(field as usize).and_then(|row| row.get(usize::from(level))).copied().unwrap_or_default()
    }
}

/// How many random pairs `u` is counted on.
pub(crate) const RANDOM_PAIRS: u32 = 200_000;

/// Sum of the bits of a pattern.
pub(crate) fn bits_of(bits: &Table, pattern: Pattern) -> f32 {
    pattern.levels().map(|(field, level)| Model::chance(bits, field, level)).sum()
}
