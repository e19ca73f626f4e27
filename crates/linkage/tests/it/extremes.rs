//! Lists that no county has, and that somebody will send all the same: E10, E11.

use linkage::link::{Linkage, link};

use crate::county::{County, Mistakes, Row, people};

fn county() -> County {
    County::new(400, 3, Mistakes::FEW)
}

/// Links and hands back how many household rows are linked, undecided, repetitions, alone.
fn check(household: &[Row], roll: &[Row], expected: [usize; 4]) -> Linkage {
    let linkage = link(&people(household), &people(roll));
    let mut linked: Vec<u32> = linkage.links.iter().map(|link| link.left).collect();
    linked.dedup();
    let known = linked.len() + linkage.reviews.len() + linkage.repeated.len();
    let found = [linked.len(), linkage.reviews.len(), linkage.repeated.len(), household.len() - known];
    assert_eq!(found, expected);
    linkage
}

#[test]
fn empty_lists_and_single_rows() {
    let county = county();
    let (one, other) = (county.household[0].clone(), county.household[1].clone());
    check(&[], &[], [0, 0, 0, 0]);
    check(std::slice::from_ref(&one), &[], [0, 0, 0, 1]);
    check(&[], std::slice::from_ref(&one), [0, 0, 0, 0]);
    check(std::slice::from_ref(&one), std::slice::from_ref(&one), [1, 0, 0, 0]);
    check(&[one], &[other], [0, 0, 0, 1]);
}

/// A household list against an empty roll: everybody is to be looked for.
#[test]
fn nobody_on_the_roll() {
    let county = county();
    check(&county.household, &[], [0, 0, 0, 400]);
}

/// Rows without anything in them are nobody's.
#[test]
fn rows_without_anything() {
    let nothing = vec![Row::default(); 300];
    let linkage = check(&nothing, &nothing, [0, 0, 0, 300]);
    assert_eq!(linkage.weighed, 0);
}

/// The same row filled down a whole sheet: one child with many rows.
#[test]
fn one_row_filled_down() {
    let rows = vec![county().household[0].clone(); 3_000];
    let linkage = check(&rows, &rows, [1, 0, 2_999, 0]);
    assert_eq!(linkage.links.len(), 3_000);
}

fn wrong(county: &County, linkage: &Linkage) -> usize {
    let right = |left: u32| county.truth[left as usize].and_then(|row| u32::try_from(row).ok());
    linkage.links.iter().filter(|link| right(link.left) != Some(link.right)).count()
}

/// No names at all: the number alone, with date and guardian, still finds most children, and says
/// nothing wrong.
#[test]
fn no_names() {
    let mut county = county();
    county.household.iter_mut().chain(&mut county.roll).for_each(|row| row.name.clear());
    let linkage = link(&people(&county.household), &people(&county.roll));
    assert_eq!(wrong(&county, &linkage), 0);
    assert!(linkage.links.len() > 360, "{} links", linkage.links.len());
}

/// E11: no numbers at all: name, date, guardian and village find the children.
#[test]
fn no_numbers() {
    let mut county = county();
    county.household.iter_mut().chain(&mut county.roll).for_each(|row| row.number.clear());
    let linkage = link(&people(&county.household), &people(&county.roll));
    assert_eq!(wrong(&county, &linkage), 0);
    assert!(linkage.links.len() > 360, "{} links", linkage.links.len());
}

/// Ten thousand children with one name, told apart by their numbers; a hundred have a slip in it.
#[test]
fn ten_thousand_of_one_name() {
    let mut county = County::new(10_000, 5, Mistakes { careful: 0, careless: 0 });
    county.household.iter_mut().chain(&mut county.roll).for_each(|row| "李明".clone_into(&mut row.name));
    for row in county.roll.iter_mut().step_by(100) {
        row.number = crate::county::slip(&row.number, 7);
    }
    let linkage = link(&people(&county.household), &people(&county.roll));
    assert_eq!(wrong(&county, &linkage), 0);
    assert!(linkage.links.len() >= 9_600, "{} links", linkage.links.len());
    assert!(linkage.weighed < 1_000_000, "{} pairs", linkage.weighed);
}

/// Ten thousand rows that differ in nothing and have no number: nothing can be said of them, and
/// saying so takes no more time than saying anything else.
#[test]
fn ten_thousand_without_a_difference() {
    let row = Row { number: String::new(), ..county().household[0].clone() };
    let rows = vec![row; 10_000];
    let linkage = link(&people(&rows), &people(&rows));
    assert!(linkage.links.is_empty());
    assert!(linkage.weighed < 1_000_000, "{} pairs", linkage.weighed);
}
