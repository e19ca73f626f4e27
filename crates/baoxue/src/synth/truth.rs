//! `truth.csv`: for every child what is so, which rows of the lists are it, what a perfect comparison would find, and
//! which mistakes stand in the way. It is written from the truth alone and never read back.

use super::families::Origin;
use super::lists::{List, Rows};
use super::offices::{Desk, Trace};
use super::places::County;
use super::schooling::Fate;
use super::zone::Zone;

/// The findings that `compare` should come to, in its own words.
pub(crate) const FINDINGS: [&str; 6] =
    ["not_on_roll", "not_in_school", "poverty_dropout", "studying_elsewhere", "roll_only", "duplicate_roll"];

/// What a perfect comparison of these lists finds about one child of the zone: nothing that no list shows.
pub(crate) fn findings(zone: &Zone, desk: &Desk, index: usize) -> Vec<&'static str> {
    let (Some(child), Some(schooling), Some(trace)) =
        (zone.children.get(index), zone.schooling.get(index), desk.traces.get(index))
    else {
        return Vec::new();
    };
    let local = zone.families.get(child.family).is_some_and(|family| family.origin == Origin::Local);
    let has = |list: List| !rows_of(trace, list).is_empty();
    let on_roll = has(List::Roll);
    let sent = schooling
        .seat
        .and_then(|seat| zone.schools.get(seat.school))
        .is_some_and(|school| school.sent_present);
    let dropped_out = schooling.fate == Fate::DroppedOut && sent;
    let not_on_roll = local && !on_roll && schooling.fate != Fate::Elsewhere;
    let true_of_the_child = [
        not_on_roll,
        dropped_out,
        (not_on_roll || dropped_out) && has(List::Poverty),
        schooling.fate == Fate::Elsewhere,
        !local && on_roll,
        rows_of(trace, List::Roll).len() > 1,
    ];
    let all = FINDINGS.into_iter().zip(true_of_the_child);
    all.filter(|(_, found)| *found && schooling.of_age).map(|(kind, _)| kind).collect()
}

/// The rows of a list that are one child.
pub(crate) fn rows_of(trace: &Trace, list: List) -> &[usize] {
    trace.rows.get(list as usize).map_or(&[], Vec::as_slice)
}

/// The truth about a zone. `before` counts the rows that earlier zones put into each list, `people` the children.
pub(crate) fn rows(county: &County, zone: &Zone, desk: &Desk, before: &[usize; 7], people: usize) -> Rows {
    let mut rows = Rows::default();
    let number =
        |list: List, row: usize| before.get(list as usize).map_or(0, |before| before + row + 1).to_string();
    for (index, (child, schooling)) in zone.children.iter().zip(&zone.schooling).enumerate() {
        let (Some(family), Some(trace)) = (zone.families.get(child.family), desk.traces.get(index)) else {
            continue;
        };
        let listed = |list: List| {
            let numbers: Vec<String> = rows_of(trace, list).iter().map(|row| number(list, *row)).collect();
            numbers.join(" ")
        };
        let slips: Vec<String> = trace
            .slips
            .iter()
            .map(|(list, row, slip)| format!("{}:{}:{}", list.file(), number(*list, *row), slip.word()))
            .collect();
        let village = family.home.village.and_then(|index| county.villages.get(index));
        let school = schooling.seat.and_then(|seat| zone.schools.get(seat.school));
        rows.add([
            (people + index + 1).to_string().as_str(),
            family.origin.word(),
            schooling.fate.word(),
            if schooling.of_age { "1" } else { "0" },
            &findings(zone, desk, index).join(" "),
            &listed(List::Household),
            &listed(List::Roll),
            &listed(List::Present),
            &listed(List::Poverty),
            &listed(List::Disability),
            &listed(List::Elsewhere),
            &slips.join(" "),
            &child.person.name.text,
            &child.person.number,
            child.person.sex.label(),
            &child.person.birth.to_string(),
            village.map_or("", |village| &village.code),
            school.map_or("", |school| &school.code),
            school.map_or("", |school| if school.sent_present { "1" } else { "0" }),
        ]);
    }
    rows
}
