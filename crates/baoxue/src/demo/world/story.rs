//! What the role accounts have in common, so that a demo can follow one child from the class register to the village:
//! the head, the teacher, the village, its group and its cadre all have to do with the same children.

use std::collections::{BTreeMap, HashSet};

use super::campaigns::Decision;
use super::model::{Child, Known};
use super::past::Years;
use super::schools::class_key;
use super::units::group_key;
use crate::synth::families::Origin;
use crate::synth::places::County;
use crate::synth::schooling::Fate;
use crate::synth::zone::Zone;

/// Units and posts of the role accounts `township`, `village`, `group`, `cadre`, `head` and `teacher`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Story {
    /// Code of the township: the county's seat, 南涧镇.
    pub(crate) township: String,
    /// Code of the village.
    pub(crate) village: String,
    /// Key of the group.
    pub(crate) group: String,
    /// Key of the cadre's post.
    pub(crate) cadre: String,
    /// Code of the school.
    pub(crate) school: String,
    /// Key of the class; some of its pupils live in the village.
    pub(crate) class: String,
}

/// Chooses in the first zone the school with most pupils of its own, the village with most of them (and with children
/// out of school), and the class and the group in which these are thickest.
pub(super) fn find(county: &County, townships: &[String], zone: &Zone, years: &Years, seed: u64) -> Story {
    let pasts = years.of_zone(zone, seed);
    let all = || zone.children.iter().zip(&zone.schooling).zip(&pasts);
    let local = |family: usize| {
        zone.families.get(family).filter(|family| family.origin == Origin::Local).map(|family| &family.home)
    };
    let seated = || {
        all().filter_map(|((child, schooling), _)| {
            let seat = schooling.seat.filter(|seat| seat.grade <= 9 && schooling.fate == Fate::InSchool)?;
            let own = zone.schools.get(seat.school).is_some_and(|school| !school.kind.is_of_the_county());
            Some((seat, local(child.family)?)).filter(|_| own)
        })
    };
    let school = most(seated().map(|(seat, _)| (seat.school, 1))).unwrap_or(0);
    let in_school = seated().filter(|(seat, _)| seat.school == school);
    let out = all().filter_map(|((child, schooling), past)| {
        let found = match schooling.fate {
            Fate::DroppedOut => past.dropped.is_some_and(|day| day < years.semesters.last),
            Fate::NeverEnrolled => past.gone.is_none() && past.deferred.is_none() && schooling.grade > 1,
            _ => false,
        };
        local(child.family)?.village.filter(|_| found).map(|village| (village, 30))
    });
    let pupils: Vec<(usize, usize)> = in_school.filter_map(|(_, home)| Some((home.village?, 1))).collect();
    let sends: HashSet<usize> = pupils.iter().map(|(village, _)| *village).collect();
    let out = out.filter(|(village, _)| sends.contains(village));
    let village = most(pupils.iter().copied().chain(out)).unwrap_or(0);
    let of_both =
        || seated().filter(move |(seat, home)| seat.school == school && home.village == Some(village));
    let year = rules::age::school_year(years.semesters.base);
    let code = zone.schools.get(school).map_or("", |school| school.code.as_str());
    let class = most(of_both().map(|(seat, _)| (class_key(code, seat, year), 1)));
    let of_all = || seated().filter(move |(seat, _)| seat.school == school);
    let class = class.or_else(|| most(of_all().map(|(seat, _)| (class_key(code, seat, year), 1))));
    let place = county.villages.get(village);
    let group = place.and_then(|place| {
        let in_village = all().filter_map(|((child, _), _)| local(child.family));
        let homes = in_village.filter(|home| home.village == Some(village));
        most(homes.map(|home| (group_key(place, home.hamlet), 1)))
    });
    let village = place.map_or("", |village| village.code.as_str());
    Story {
        township: townships.first().cloned().unwrap_or_default(),
        village: village.to_owned(),
        group: group.unwrap_or_else(|| format!("{village}-01")),
        cadre: format!("{village}:cadre2"),
        school: code.to_owned(),
        class: class.unwrap_or_default(),
    }
}

/// The heaviest, and of several the first in order.
fn most<K: Ord + Clone>(weighed: impl Iterator<Item = (K, usize)>) -> Option<K> {
    let mut sums: BTreeMap<K, usize> = BTreeMap::new();
    for (key, weight) in weighed {
        *sums.entry(key).or_default() += weight;
    }
    let heaviest = sums.iter().max_by(|one, two| one.1.cmp(two.1).then_with(|| two.0.cmp(one.0)));
    heaviest.map(|(key, _)| key.clone())
}

/// A child about whom nothing was decided cannot have been found out: the lists did not show it.
pub(super) fn forget_what_nobody_found(children: &mut [Child], decisions: &[Decision]) {
    let decided: HashSet<&str> = decisions.iter().map(|decision| decision.child.as_str()).collect();
    for child in children {
        if matches!(child.known, Known::FoundOut(_)) && !decided.contains(child.key.as_str()) {
            child.known = Known::NotYet;
        }
    }
}
