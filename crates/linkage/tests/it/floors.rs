//! Floors under the quality, so that a later change that breaks the matcher is seen. The counties
//! here are not those of `make bench`; a figure that falls below its floor means that children are
//! missed or cadres sent up a mountain for nothing (四(七), 五(四)).

use linkage::link::link;

use crate::county::{County, Mistakes, Row, people};

/// What came of a county, counted against its truth.
#[derive(Debug)]
struct Score {
    /// Children on no roll who were reported, out of all of them.
    recall: f64,
    /// Reported children who are on no roll, out of all who were reported.
    precision: f64,
    /// Undecided children, out of all.
    reviews: f64,
    /// Links to another child's row.
    wrong: usize,
}

fn score(county: &County) -> Score {
    let linkage = link(&people(&county.household), &people(&county.roll));
    let mut known = vec![false; county.household.len()];
    let mut wrong = 0;
    for link in &linkage.links {
        known[link.left as usize] = true;
        wrong += usize::from(county.truth[link.left as usize] != Some(link.right as usize));
    }
    linkage.reviews.iter().for_each(|review| known[review.left as usize] = true);
    linkage.repeated.iter().for_each(|&(row, _)| known[row as usize] = true);
    let (mut lost, mut reported, mut rightly) = (0_u32, 0_u32, 0_u32);
    for (known, truth) in known.iter().zip(&county.truth) {
        lost += u32::from(truth.is_none());
        reported += u32::from(!known);
        rightly += u32::from(!known && truth.is_none());
    }
    let share = |part: u32, of: u32| f64::from(part) / f64::from(of);
    let count = |count: usize| u32::try_from(count).unwrap();
    Score {
        recall: share(rightly, lost),
        precision: share(rightly, reported),
        reviews: share(count(linkage.reviews.len()), count(county.household.len())),
        wrong,
    }
}

fn check(what: &str, county: &County, floor: &Score) {
    let score = score(county);
    let good = score.recall >= floor.recall
        && score.precision >= floor.precision
        && score.reviews <= floor.reviews
        && score.wrong <= floor.wrong;
    assert!(good, "{what}: {score:?} instead of {floor:?} or better");
}

/// 四(七): one class in eight makes a mistake in four rows of ten, the others in fifteen of a thousand.
#[test]
fn careless_classes() {
    for seed in 1..=3 {
        let county = County::new(4_000, seed, Mistakes::MANY);
        let floor = Score { recall: 0.99, precision: 0.95, reviews: 0.015, wrong: 0 };
        check(&format!("seed {seed}"), &county, &floor);
    }
}

/// A column that a list does not have costs certainty, not children: nobody is given another's row.
#[test]
fn lists_that_lack_a_column() {
    type Change = fn(&mut Row);
    let changes: [(&str, Change); 5] = [
        ("no guardian", |row| row.guardians = [String::new(), String::new()]),
        ("no village", |row| row.place = 0),
        ("no date of birth", |row| row.birth = 0),
        ("no school", |row| (row.school, row.class) = (0, 0)),
        ("no sex, no ethnicity", |row| (row.sex, row.ethnicity) = (0, 0)),
    ];
    for (what, change) in changes {
        let mut county = County::new(2_000, 9, Mistakes::FEW);
        county.roll.iter_mut().for_each(change);
        let floor = Score { recall: 0.96, precision: 0.95, reviews: 0.01, wrong: 0 };
        check(what, &county, &floor);
    }
}

/// 四(七), E11: what a row does not say is no evidence. Children of whom the household list has only a name
/// and a date, and who are on no roll, do not get the row of a namesake who was born a week later.
#[test]
fn what_is_missing_is_no_evidence() {
    let mut county = County::new(6_000, 21, Mistakes::FEW);
    let first = county.household.len();
    for _ in 0..12 {
        let mut child = county.child();
        child.birth = child.birth / 100 * 100 + 5;
        let other = county.look_alike(&child);
        county.roll.push(other);
        county.household.push(Row { name: child.name, birth: child.birth, ..Row::default() });
    }
    let linkage = link(&people(&county.household), &people(&county.roll));
    let linked = linkage.links.iter().filter(|link| link.left as usize >= first);
    assert_eq!(linked.map(|link| (link.left as usize - first, link.chance)).collect::<Vec<_>>(), []);
}
