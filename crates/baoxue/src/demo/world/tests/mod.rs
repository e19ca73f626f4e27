//! The world as a whole: what every county must satisfy, whatever the seed and the day.

mod history;
mod people;
mod posts;

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;

use jiff::civil::{Date, date};
use rules::plan::Plan;
use sha2::{Digest, Sha256};

use super::*;
use crate::synth::schools;

/// Days in autumn, spring, the first week of school and the summer.
const DAYS: [Date; 4] = [date(2026, 11, 24), date(2026, 4, 20), date(2025, 9, 4), date(2026, 8, 3)];

fn plan() -> Plan {
    crate::county::plan(None).unwrap()
}

/// A whole world in memory.
struct Whole {
    county: CountyPart,
    zones: Vec<ZonePart>,
    today: Date,
}

impl Whole {
    fn of(children: usize, seed: u64, today: Date) -> Self {
        let plan = plan();
        let (mut county, mut zones) = (None, Vec::new());
        let settings = WorldSettings { children, seed, today, years: 1, plan: &plan };
        let done: Result<(), Infallible> = world(&settings, &mut |part| {
            match part {
                Part::County(part) => assert!(county.replace(*part).is_none() && zones.is_empty()),
                Part::Zone(part) => zones.push(*part),
            }
            Ok(())
        });
        done.unwrap();
        Self { county: county.unwrap(), zones, today }
    }

    fn units(&self) -> impl Iterator<Item = &Unit> {
        self.county.units.iter().chain(self.zones.iter().flat_map(|zone| &zone.units))
    }

    fn posts(&self) -> impl Iterator<Item = &Post> {
        self.county.posts.iter().chain(self.zones.iter().flat_map(|zone| &zone.posts))
    }

    fn staff(&self) -> impl Iterator<Item = &Staff> {
        self.county.staff.iter().chain(self.zones.iter().flat_map(|zone| &zone.staff))
    }

    fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.county.accounts.iter().chain(self.zones.iter().flat_map(|zone| &zone.accounts))
    }

    fn vacancies(&self) -> impl Iterator<Item = &Vacancy> {
        self.county.vacancies.iter().chain(self.zones.iter().flat_map(|zone| &zone.vacancies))
    }

    fn children(&self) -> impl Iterator<Item = &Child> {
        self.zones.iter().flat_map(|zone| &zone.children)
    }

    fn households(&self) -> HashMap<&str, &Household> {
        self.zones.iter().flat_map(|zone| &zone.households).map(|one| (one.key.as_str(), one)).collect()
    }

    fn decisions(&self) -> impl Iterator<Item = &Decision> {
        self.zones.iter().flat_map(|zone| &zone.decisions)
    }

    fn account(&self, username: &str) -> &Account {
        self.accounts().find(|account| account.username == username).unwrap_or_else(|| panic!("{username}"))
    }
}

/// Runs one check on worlds of every season.
fn check(children: usize, claim: impl Fn(&Whole)) {
    for (today, seed) in DAYS.into_iter().zip(1..) {
        claim(&Whole::of(children, seed, today));
    }
}

/// Whoever changes a rate, a word or the order of draws should know it, and write the new number here.
#[test]
fn the_same_settings_make_the_same_world() {
    let digest = |seed| {
        let world = Whole::of(2000, seed, DAYS[0]);
        Sha256::digest(format!("{:?}{:?}", world.county, world.zones)).to_vec()
    };
    assert_eq!(digest(1), digest(1));
    assert_ne!(digest(1), digest(2));
    assert_eq!(digest(1)[..4], [103, 54, 46, 246]);
}

/// However big the county is, no part of it is; and it takes no longer than that many people need.
#[test]
fn parts_stay_small() {
    let plan = plan();
    let settings = WorldSettings { children: 20_000, seed: 4, today: DAYS[0], years: 1, plan: &plan };
    let start = std::time::Instant::now();
    let (mut children, mut largest) = (0, 0);
    let done: Result<(), Infallible> = world(&settings, &mut |part| {
        if let Part::Zone(zone) = part {
            children += zone.children.len();
            largest = largest.max(zone.children.len());
        }
        Ok(())
    });
    done.unwrap();
    assert!(children > 20_000 && largest < 7500, "{children} {largest}");
    if !cfg!(debug_assertions) {
        eprintln!("{children} children in {:?}", start.elapsed());
        assert!(start.elapsed().as_millis() <= 1500, "{:?}", start.elapsed());
    }
}

/// A big county has more zones, and its county schools are met in several of them.
#[test]
fn zones_share_the_schools_of_the_county() {
    let world = Whole::of(20_000, 2, DAYS[0]);
    assert!(world.zones.len() >= 8 && world.zones.len() <= schools::SHARING * 2);
    let mut units = HashSet::new();
    world.units().for_each(|unit| assert!(units.insert(&unit.key), "{}", unit.key));
    let mut known = HashSet::new();
    known.extend(world.county.units.iter().map(|unit| unit.key.as_str()));
    for zone in &world.zones {
        known.extend(zone.units.iter().map(|unit| unit.key.as_str()));
        for child in &zone.children {
            // What a child refers to has been handed on before it.
            let refers = [&child.school, &child.class, &child.catchment];
            assert!(refers.into_iter().flatten().all(|key| known.contains(key.as_str())));
        }
    }
}
