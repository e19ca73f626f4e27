//! What holds for every pair of lists.

use std::collections::HashSet;

use linkage::link::{Linkage, Tier, link};
use proptest::prelude::*;

use crate::cases;
use crate::county::{County, Dice, Mistakes, Row, people};

fn linked(household: &[Row], roll: &[Row]) -> Linkage {
    link(&people(household), &people(roll))
}

/// Everything about a result, chances as bits.
fn bytes(linkage: &Linkage) -> String {
    let links = linkage.links.iter().chain(&linkage.near);
    let links = links.chain(linkage.reviews.iter().flat_map(|review| &review.candidates));
    let links: Vec<_> = links.map(|l| (l.left, l.right, l.tier, l.pattern, l.chance.to_bits())).collect();
    format!("{links:?} {:?} {}", linkage.repeated, linkage.weighed)
}

fn exact(linkage: &Linkage) -> Vec<(u32, u32)> {
    let exact = linkage.links.iter().filter(|link| link.tier == Tier::Exact);
    exact.map(|link| (link.left, link.right)).collect()
}

/// Counties from one child to some hundred, with careless schools or very careless ones; some rows
/// stand twice in either list.
fn counties() -> impl Strategy<Value = County> {
    (any::<u64>(), 1_usize..240, any::<bool>()).prop_map(|(seed, children, hard)| {
        let mut county = County::new(
            children,
            seed,
            if hard { Mistakes { careful: 300, careless: 900 } } else { Mistakes::MANY },
        );
        let mut dice = Dice::new(seed ^ 1);
        for list in [&mut county.household, &mut county.roll] {
            for _ in 0..children / 40 {
                let again = dice.roll(u32::try_from(list.len()).unwrap());
                list.push(list[again as usize].clone());
            }
        }
        county
    })
}

/// Counties without a row that stands twice: which of two equal rows is “the first” hangs on order.
fn plain_counties() -> impl Strategy<Value = County> {
    (any::<u64>(), 1_usize..240).prop_map(|(seed, children)| County::new(children, seed, Mistakes::FEW))
}

proptest! {
    #![proptest_config(cases(24))]

    /// contracts: “one roll row never belongs to two”; E10: no silent merge. Each household row has
    /// one fate at most, and every chance is one.
    #[test]
    fn one_row_one_child(county in counties()) {
        let linkage = linked(&county.household, &county.roll);
        let mut right = HashSet::new();
        let mut first = HashSet::new();
        for link in &linkage.links {
            prop_assert!(right.insert(link.right), "roll row {} is linked twice", link.right);
            prop_assert!((link.tier == Tier::Second) || first.insert(link.left), "{} twice", link.left);
            prop_assert!((0.9..=1.0).contains(&link.chance));
        }
        for link in linkage.links.iter().filter(|link| link.tier == Tier::Second) {
            prop_assert!(first.contains(&link.left), "{} has a second row and no first", link.left);
        }
        for review in &linkage.reviews {
            prop_assert!(first.insert(review.left), "{} is linked and undecided", review.left);
            prop_assert!((1..=3).contains(&review.candidates.len()));
            prop_assert!(review.candidates.iter().all(|link| link.left == review.left));
            prop_assert!(review.candidates.is_sorted_by(|a, b| a.chance >= b.chance));
        }
        for &(again, original) in &linkage.repeated {
            prop_assert!(first.insert(again), "{again} repeats a row and is linked or undecided");
            prop_assert!(again != original);
        }
        for near in &linkage.near {
            prop_assert!((0.0..=0.05).contains(&near.chance));
        }
        prop_assert!(linkage.links.is_sorted_by_key(|link| (link.left, link.right)));
    }

    /// Nothing is said of rows that do not exist.
    #[test]
    fn rows_exist(county in counties()) {
        let linkage = linked(&county.household, &county.roll);
        let all = linkage.links.iter().chain(&linkage.near);
        for link in all.chain(linkage.reviews.iter().flat_map(|review| &review.candidates)) {
            prop_assert!((link.left as usize) < county.household.len());
            prop_assert!((link.right as usize) < county.roll.len());
        }
    }

    /// Rows in another order, the same children. Chances may move a little, because the pairs that
    /// show what strangers have in common are drawn by row number; so a link may become a question
    /// or the other way round, but never another link, and what is certain stays certain.
    #[test]
    fn order_does_not_matter(county in plain_counties(), seed in any::<u64>()) {
        let mut dice = Dice::new(seed);
        let (l, r) = (dice.shuffled(county.household.len()), dice.shuffled(county.roll.len()));
        let household: Vec<Row> = l.iter().map(|&at| county.household[at].clone()).collect();
        let roll: Vec<Row> = r.iter().map(|&at| county.roll[at].clone()).collect();
        let before = linked(&county.household, &county.roll);
        let after = linked(&household, &roll);
        let back = |(left, right): (u32, u32)| -> (u32, u32) {
            (u32::try_from(l[left as usize]).unwrap(), u32::try_from(r[right as usize]).unwrap())
        };
        let mut exact_after: Vec<_> = exact(&after).into_iter().map(back).collect();
        exact_after.sort_unstable();
        prop_assert_eq!(exact(&before), exact_after);
        let pairs = |linkage: &Linkage| -> Vec<(u32, u32)> {
            linkage.links.iter().map(|link| (link.left, link.right)).collect()
        };
        let after_pairs: HashSet<_> = pairs(&after).into_iter().map(back).collect();
        let open: HashSet<u32> = after.reviews.iter().map(|review| back((review.left, 0)).0).collect();
        for pair in pairs(&before) {
            prop_assert!(after_pairs.contains(&pair) || open.contains(&pair.0), "{pair:?} is gone");
        }
    }

    /// A stranger on the roll takes nobody's place.
    #[test]
    fn a_stranger_changes_no_exact_link(mut county in counties()) {
        let before = linked(&county.household, &county.roll);
        let stranger = county.stranger();
        county.roll.push(stranger);
        let after = linked(&county.household, &county.roll);
        prop_assert_eq!(exact(&before), exact(&after));
    }

    /// L01, L02, L04: another spelling of each name gives the same answer, bit for bit.
    #[test]
    fn spellings_do_not_matter(county in counties(), seed in any::<u64>()) {
        let mut dice = Dice::new(seed);
        let mut respell = |rows: &[Row]| -> Vec<Row> {
            rows.iter()
                .map(|row| {
                    let guardians = row.guardians.clone().map(|name| spell(&name, &mut dice));
                    Row { name: spell(&row.name, &mut dice), guardians, ..row.clone() }
                })
                .collect()
        };
        let (household, roll) = (respell(&county.household), respell(&county.roll));
        let (plain, spelt) = (linked(&county.household, &county.roll), linked(&household, &roll));
        prop_assert_eq!(bytes(&plain), bytes(&spelt));
    }
}

/// One of the ways in which offices write one name.
fn spell(name: &str, dice: &mut Dice) -> String {
    let kind = dice.roll(6);
    let mut spelt = String::new();
    for character in name.chars() {
        match (kind, character) {
            (0, '·') => {}
            (1, '·') => spelt.push('•'),
            (2, '·') => spelt.push('．'),
            (3, '张') => spelt.push('張'),
            (3, '杨') => spelt.push('楊'),
            (3, '罗') => spelt.push('羅'),
            (3, '单') => spelt.push('單'),
            (3, '华') => spelt.push('華'),
            (3, '峰') => spelt.push('峯'),
            (4, other) => spelt.extend([other, '\u{3000}']),
            (5, other) => spelt.extend(['\u{200B}', other]),
            (_, other) => spelt.push(other),
        }
    }
    spelt
}

/// contracts: “the same inputs give the same bytes”, on every machine.
#[test]
fn threads_do_not_matter() {
    for seed in 1..=4 {
        let county = County::new(1_500, seed, Mistakes { careful: 500, careless: 900 });
        let (household, roll) = (people(&county.household), people(&county.roll));
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            bytes(&pool.install(|| link(&household, &roll)))
        };
        let alone = on(1);
        for threads in [2, 4, 7] {
            assert!(on(threads) == alone, "seed {seed}: {threads} threads give another result than one");
        }
    }
}
