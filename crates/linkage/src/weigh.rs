//! Weighing candidate pairs: the model's bits, corrected for how common the name is, how careful
//! the school and the village are, and where a village's children usually go to school; learned by
//! expectation and maximisation on these very lists.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::candidates::Pair;
use crate::frequency::Frequency;
use crate::hash::{key, mix};
use crate::model::{Counts, Model, RANDOM_PAIRS, Table, bits_of};
use crate::name::NameLevel;
use crate::pattern::{BirthLevel, Field, GuardianLevel, Pattern, PlaceLevel};
use crate::people::People;
use crate::profile::{self, Profile};
use crate::solve::{Graph, ROUNDS};

/// A pair that was compared.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    /// Positions in the slices of profiles.
    pub(crate) left: u32,
    pub(crate) right: u32,
    pub(crate) pattern: Pattern,
    /// Bits on top of the pattern's: rare names, usual schools.
    extra: f32,
}

/// What is left to settle, with what is known from the settled part.
pub(crate) struct Rest<'a> {
    pub(crate) left: &'a [Profile],
    pub(crate) right: &'a [Profile],
    /// Some settled pairs, compared.
    pub(crate) settled: &'a [Settled],
    /// How many settled pairs there are.
    pub(crate) settled_count: usize,
}

/// A settled pair, as an example of what one child's rows look like.
#[derive(Clone, Copy)]
pub(crate) struct Settled {
    pub(crate) pattern: Pattern,
    pub(crate) place: u64,
    pub(crate) school: u32,
}

/// The outcome: candidates with the chance of each.
pub(crate) struct Weighed {
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) chances: Vec<f32>,
    pub(crate) graph: Graph,
    /// Kept for weighing further rows on the same scale.
    pub(crate) scale: Scale,
}

/// What turns a pattern into bits.
pub(crate) struct Scale {
    model: Model,
    /// The model's bits, computed once for each state of it.
    bits: Table,
    names: Frequency,
    ears: Frequency,
    guardians: Frequency,
    usual: Usual,
    care: [FxHashMap<u64, Care>; 2],
}

/// A share below which a name is not called rarer still: two children with a name of their own
/// do meet, because in-migrants are often named after the same star.
const RAREST: f32 = 1e-5;

impl Scale {
    /// Learns frequencies from the left list and usual schools from the settled pairs.
    fn new(people: &People, rest: &Rest<'_>) -> Self {
        let every = (people.len() / 100_000).max(1);
        let sample: Vec<Profile> =
            (0..people.count()).into_par_iter().step_by(every).map(|row| Profile::of(people, row)).collect();
        let model = Model::start(&random_patterns(people, rest));
        Self {
            bits: model.bits(),
            model,
            names: Frequency::of(people.name_keys().iter().copied()),
            ears: Frequency::of(sample.iter().map(|row| row.ear)),
            guardians: Frequency::of(sample.iter().flat_map(|row| row.guardians.map(|name| name.key()))),
            usual: Usual::of(rest.settled),
            care: [FxHashMap::default(), FxHashMap::default()],
        }
    }

    /// Bits that do not depend on what is learned later.
    fn extra(&self, left: &Profile, right: &Profile, pattern: Pattern) -> f32 {
        let rare = |field: Field, share: f32| {
            let average = Model::chance(&self.model.u, field, pattern.get(field));
            (average / share.max(RAREST)).log2()
        };
        let name = match pattern.get(Field::Name) {
            level if level == NameLevel::Same as u8 => rare(Field::Name, self.names.share(left.name.key())),
            level if level <= NameLevel::NearSound as u8 => rare(Field::Name, self.ears.share(left.ear)),
            _ => 0.0,
        };
        let guardian = if pattern.get(Field::Guardian) == GuardianLevel::Same as u8 {
            let common = left
                .guardians
                .iter()
                .filter(|a| right.guardians.iter().any(|b| a.key() == b.key() && !a.is_empty()));
            let share = common.map(|name| self.guardians.share(name.key())).fold(1.0, f32::min);
            rare(Field::Guardian, share)
        } else {
            0.0
        };
        let known = pattern.get(Field::Place) <= PlaceLevel::Township as u8;
        let usual = if known { 0.0 } else { self.usual.bits(left.place, right.school) };
        name + guardian + usual
    }

    /// Bits of a pair of rows.
    pub(crate) fn bits(&self, left: &Profile, right: &Profile, pattern: Pattern) -> f32 {
        bits_of(&self.bits, pattern) + self.extra(left, right, pattern) + self.care(left, right, pattern)
    }

    fn care(&self, left: &Profile, right: &Profile, pattern: Pattern) -> f32 {
        let [villages, schools] = &self.care;
        let of = |care: Option<&Care>| care.map_or(0.0, |care| care.bits(pattern));
        of(villages.get(&left.place)) + of(schools.get(&u64::from(right.school)))
    }
}

/// Where the children of a village go to school, as the settled pairs show it.
struct Usual {
    pairs: Frequency,
    places: Frequency,
    schools: Frequency,
}

impl Usual {
    fn of(settled: &[Settled]) -> Self {
        let known = || settled.iter().filter(|pair| pair.place != 0 && pair.school != 0);
        Self {
            pairs: Frequency::of(known().map(|pair| key(1, &[pair.place, u64::from(pair.school)]))),
            places: Frequency::of(known().map(|pair| pair.place)),
            schools: Frequency::of(known().map(|pair| u64::from(pair.school))),
        }
    }

    /// How much likelier the school is for a child of this village than for any child.
    fn bits(&self, place: u64, school: u32) -> f32 {
        if place == 0 || school == 0 || self.places.count(place) == 0.0 {
            return 0.0;
        }
        let any = self.schools.share(u64::from(school));
        let both = self.pairs.count(key(1, &[place, u64::from(school)]));
        let here = (both + 3.0 * any) / (self.places.count(place) + 3.0);
        (here / any).log2().clamp(-4.0, 6.0)
    }
}

/// How careful a school or a village is, in bits against the average, for name, number and date.
#[derive(Clone, Copy, Default)]
struct Care([[f32; 2]; 3]);

impl Care {
    fn bits(&self, pattern: Pattern) -> f32 {
        faults(pattern)
            .into_iter()
            .zip(&self.0)
            .map(|(fault, bits)| match fault {
                None => 0.0,
                Some(wrong) => bits.get(usize::from(wrong)).copied().unwrap_or_default(),
            })
            .sum()
    }
}

/// Whether name, number and date are wrong; nothing is said of what is missing on purpose.
fn faults(pattern: Pattern) -> [Option<bool>; 3] {
    let name = pattern.get(Field::Name);
    let number = pattern.get(Field::Number);
    let birth = pattern.get(Field::Birth);
    [
        (name != NameLevel::Missing as u8).then_some(name != NameLevel::Same as u8),
        Some(number != 0),
        (birth != BirthLevel::Missing as u8 && birth != BirthLevel::Implied as u8)
            .then_some(birth != BirthLevel::Same as u8),
    ]
}

/// Right and wrong, counted for name, number and date.
#[derive(Clone, Copy, Default)]
struct Tally([[f32; 2]; 3]);

impl Tally {
    fn add(&mut self, pattern: Pattern, weight: f32) {
        for (fault, row) in faults(pattern).into_iter().zip(&mut self.0) {
            let cell = fault.and_then(|wrong| row.get_mut(usize::from(wrong)));
            if let Some(cell) = cell {
                *cell += weight;
            }
        }
    }

    /// Compared with the average, and drawn towards it where little was seen.
    fn care(&self, average: &Self) -> Care {
        const DRAW: f32 = 20.0;
        let mut care = Care::default();
        for (bits, (own, all)) in care.0.iter_mut().zip(self.0.iter().zip(&average.0)) {
            let [right, wrong] = *own;
            let [all_right, all_wrong] = *all;
            let usual = ((all_wrong + 1.0) / (all_right + all_wrong + 2.0)).clamp(1e-4, 0.9);
            let rate = ((wrong + DRAW * usual) / (right + wrong + DRAW)).clamp(1e-4, 0.95);
            *bits = [((1.0 - rate) / (1.0 - usual)).log2(), (rate / usual).log2()];
        }
        care
    }
}

/// Patterns of pairs drawn at random: what two children look like beside each other.
fn random_patterns(people: &People, rest: &Rest<'_>) -> Counts {
    const DRAWN: u64 = 4_096;
    let draw = |seed: u64, of: usize| {
        (0..DRAWN).map(move |at| usize::try_from(mix(seed, at) % (of as u64).max(1)).unwrap_or_default())
    };
    let left: Vec<Profile> = draw(1, people.len())
        .map(|row| Profile::of(people, u32::try_from(row).unwrap_or_default()))
        .collect();
    let right: Vec<&Profile> = draw(2, rest.right.len()).filter_map(|at| rest.right.get(at)).collect();
    const PIECE: usize = 10_000;
    let pieces: Vec<Counts> = (0..RANDOM_PAIRS)
        .collect::<Vec<u32>>()
        .par_chunks(PIECE)
        .map(|piece| {
            let mut counts = Counts::default();
            for &at in piece {
                let pick = |seed: u64| usize::try_from(mix(seed, u64::from(at)) % DRAWN).unwrap_or_default();
                if let (Some(left), Some(right)) = (left.get(pick(3)), right.get(pick(4))) {
                    counts.add(profile::compare(left, right), 1.0);
                }
            }
            counts
        })
        .collect();
    pieces.iter().fold(Counts::default(), Counts::merge)
}

/// Rounds of learning. The model moves little after the third.
const LEARNING: usize = 5;

/// Compares the candidate pairs, learns, and gives each its chance.
pub(crate) fn weigh(people: &People, rest: &Rest<'_>, pairs: &[Pair]) -> Weighed {
    let mut scale = Scale::new(people, rest);
    let look = |candidate: &Candidate| {
        (rest.left.get(candidate.left as usize), rest.right.get(candidate.right as usize))
    };
    let mut candidates: Vec<Candidate> = pairs
        .par_iter()
        .filter_map(|&(left, right)| {
            let (a, b) = (rest.left.get(left as usize)?, rest.right.get(right as usize)?);
            let pattern = profile::compare(a, b);
            Some(Candidate { left, right, pattern, extra: scale.extra(a, b, pattern) })
        })
        .collect();
    let settled = rest
        .settled
        .iter()
        .fold(Counts::default(), |mut counts, pair| {
            counts.add(pair.pattern, 1.0);
            counts
        })
        .scale(rest.settled_count as f32 / (rest.settled.len() as f32).max(1.0));
    let all_pairs = (rest.left.len() as f32 * rest.right.len() as f32).max(1.0);
    let mut expected = rest.left.len().min(rest.right.len()) as f32 * 0.8;
    let mut hopeless = Counts::default();
    let mut graph = graph(rest, &candidates);
    let mut chances = Vec::new();
    for round in 0..=LEARNING {
        let prior = prior(expected, rest);
        let bits = scale.bits;
        let odds: Vec<f32> = candidates
            .par_iter()
            .map(|candidate| {
                let (Some(left), Some(right)) = look(candidate) else { return 0.0 };
                let sum = bits_of(&bits, candidate.pattern)
                    + candidate.extra
                    + scale.care(left, right, candidate.pattern);
                (prior + sum).clamp(-60.0, 60.0).exp2()
            })
            .collect();
        if round == LEARNING {
            chances = graph.chances(&odds, ROUNDS);
            break;
        }
        let soft = graph.chances(&odds, 2);
        expected = soft.iter().sum::<f32>().max(1.0);
        let (matched, unmatched) = count(&candidates, &soft);
        scale.model.learn_m(&matched.merge(&settled));
        scale.model.learn_rare_u(&unmatched.merge(&hopeless), all_pairs);
        scale.bits = scale.model.bits();
        scale.care = care(rest, &candidates, &soft);
        if round == 1 {
            hopeless = drop_hopeless(&mut candidates, &odds, hopeless);
            graph = self::graph(rest, &candidates);
        }
    }
    Weighed { candidates, chances, graph, scale }
}

fn graph(rest: &Rest<'_>, candidates: &[Candidate]) -> Graph {
    let ends = candidates.iter().map(|candidate| (candidate.left, candidate.right));
    Graph::new(rest.left.len(), rest.right.len(), ends)
}

/// Bits of the odds that two unsettled rows are one child, against both staying alone, before they
/// are compared. The share settled by number and name is taken into account: such agreement can
/// no longer occur here.
fn prior(expected: f32, rest: &Rest<'_>) -> f32 {
    let (left, right) = (rest.left.len() as f32, rest.right.len() as f32);
    let alone = |count: f32| (1.0 - expected / count.max(1.0)).clamp(0.005, 1.0);
    let settled = rest.settled_count as f32;
    let here = (expected / (expected + settled)).clamp(0.01, 1.0);
    let odds = expected / (left * right).max(1.0) / (alone(left) * alone(right)) / here;
    odds.log2()
}

fn count(candidates: &[Candidate], chances: &[f32]) -> (Counts, Counts) {
    const PIECE: usize = 16_384;
    let pieces: Vec<(Counts, Counts)> = candidates
        .par_chunks(PIECE)
        .zip(chances.par_chunks(PIECE))
        .map(|(candidates, chances)| {
            let mut counts = (Counts::default(), Counts::default());
            for (candidate, &chance) in candidates.iter().zip(chances) {
                counts.0.add(candidate.pattern, chance);
                counts.1.add(candidate.pattern, 1.0 - chance);
            }
            counts
        })
        .collect();
    // Added up in order: sums of floats depend on it, and the bytes of the results on them.
    pieces.into_iter().fold(Default::default(), |(a, b), (c, d)| (a.merge(&c), b.merge(&d)))
}

fn care(rest: &Rest<'_>, candidates: &[Candidate], chances: &[f32]) -> [FxHashMap<u64, Care>; 2] {
    let mut villages: FxHashMap<u64, Tally> = FxHashMap::default();
    let mut schools: FxHashMap<u64, Tally> = FxHashMap::default();
    let mut all = Tally::default();
    let each = rest.settled_count as f32 / (rest.settled.len() as f32).max(1.0);
    let settled = rest.settled.iter().map(|pair| (pair.place, pair.school, pair.pattern, each));
    let weighed = candidates.iter().zip(chances).filter(|&(_, &chance)| chance > 0.01);
    let weighed = weighed.filter_map(|(candidate, &chance)| {
        let (left, right) =
            (rest.left.get(candidate.left as usize)?, rest.right.get(candidate.right as usize)?);
        Some((left.place, right.school, candidate.pattern, chance))
    });
    for (place, school, pattern, weight) in settled.chain(weighed) {
        villages.entry(place).or_default().add(pattern, weight);
        schools.entry(u64::from(school)).or_default().add(pattern, weight);
        all.add(pattern, weight);
    }
    let care = |tallies: FxHashMap<u64, Tally>| {
        tallies.into_iter().filter(|&(id, _)| id != 0).map(|(id, tally)| (id, tally.care(&all))).collect()
    };
    [care(villages), care(schools)]
}

/// Takes out pairs that cannot win any more; their patterns still count as those of two children.
fn drop_hopeless(candidates: &mut Vec<Candidate>, odds: &[f32], mut counts: Counts) -> Counts {
    const HOPELESS: f32 = 1e-6;
    let mut odds = odds.iter();
    candidates.retain(|candidate| {
        let keep = odds.next().is_some_and(|&odds| odds > HOPELESS);
        if !keep {
            counts.add(candidate.pattern, 1.0);
        }
        keep
    });
    counts
}
