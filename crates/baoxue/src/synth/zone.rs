//! The county in zones: a township, or a part of one, with its families, schools and classes. Zones are made apart
//! from each other, so that any number of them fits in memory and on any number of threads.

use std::collections::HashMap;

use jiff::ToSpan;

use super::chance::Chance;
use super::families::{self, Births, Child, Family, Origin};
use super::names::Name;
use super::numbers::Numbers;
use super::places::County;
use super::schooling::{self, Calendar, Fate, Schooling};
use super::schools::{self, Catchment, Kind, School};

/// Children of a zone at most, more or less.
const ZONE: usize = 6000;

/// Children of a village part that make a school of its own worth while: some seventy in six grades.
const OWN_SCHOOL: usize = 150;

/// Pupils of a class at most.
pub(crate) const CLASS: usize = 48;

/// Which part of the county a zone is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Serial number in the county.
    pub(crate) index: usize,
    /// Index of the township.
    pub(crate) township: usize,
    /// Which part of its township, from 0.
    part: usize,
    /// Index of each village, and how many local children of it belong here.
    pub(crate) villages: Vec<(usize, usize)>,
    /// Whether it holds the school that forgot to send its list of those present.
    forgetful: bool,
}

/// A zone with everybody in it.
#[derive(Debug)]
pub(crate) struct Zone {
    pub(crate) index: usize,
    pub(crate) families: Vec<Family>,
    pub(crate) children: Vec<Child>,
    /// One for each child.
    pub(crate) schooling: Vec<Schooling>,
    pub(crate) schools: Vec<School>,
}

/// Divides `children` local children over the zones of the county, villages by their weight.
pub(crate) fn divide(county: &County, children: usize, seed: u64) -> Vec<Plan> {
    let total: usize = county.villages.iter().map(|village| village.weight).sum::<usize>().max(1);
    let (mut weight, mut given) = (0, 0);
    let mut quotas = Vec::new();
    for village in &county.villages {
        weight += village.weight;
        let upto = children * weight / total;
        quotas.push(upto - given);
        given = upto;
    }
    let mut plans = Vec::new();
    for township in 0..county.townships.len() {
        let own =
            || county.villages.iter().zip(&quotas).enumerate().filter(|(_, (at, _))| at.township == township);
        let parts = own().map(|(_, (_, quota))| quota).sum::<usize>().div_ceil(ZONE).max(1);
        for part in 0..parts {
            let villages = own()
                .map(|(index, (_, quota))| (index, quota * (part + 1) / parts - quota * part / parts))
                .filter(|(_, quota)| *quota > 0)
                .collect();
            plans.push(Plan { index: plans.len(), township, part, villages, forgetful: false });
        }
    }
    let forgetful = usize::try_from(seed % 8).unwrap_or(0).min(plans.len().saturating_sub(1));
    if let Some(plan) = plans.get_mut(forgetful) {
        plan.forgetful = true;
    }
    plans
}

/// Makes everybody of one zone; ID numbers, and classes in the schools of the county, are still to be given.
pub(crate) fn people(plan: &Plan, county: &County, calendar: &Calendar, seed: u64) -> Zone {
    let mut chance = Chance::new(seed, 1 + plan.index as u64);
    let chance = &mut chance;
    let own_school = |(_, quota): &&(usize, usize)| *quota >= OWN_SCHOOL;
    let catchment = Catchment {
        county,
        seed,
        zone: plan.index,
        township: plan.township,
        part: plan.part,
        villages: plan.villages.iter().filter(own_school).map(|(index, _)| *index).collect(),
        forgetful: plan.forgetful,
    };
    let schools = schools::of_zone(&catchment, chance);
    let mut zone = Zone {
        index: plan.index,
        families: Vec::new(),
        children: Vec::new(),
        schooling: Vec::new(),
        schools,
    };
    let births = Births::on(calendar.as_of);
    for (village, quota) in &plan.villages {
        let mut left = *quota;
        while left > 0 {
            let Some((family, children)) = families::local(county, *village, births, chance) else { break };
            let kept = children.len().min(left);
            left -= kept;
            zone.settle(family, children.into_iter().take(kept), calendar, chance);
        }
    }
    zone.add_those_without_register(plan, county, births, calendar, chance);
    zone.add_look_alikes(plan, county, births, calendar, chance);
    zone.seat_own_schools();
    zone
}

impl Zone {
    fn settle(
        &mut self,
        family: Family,
        children: impl Iterator<Item = families::Person>,
        calendar: &Calendar,
        chance: &mut Chance,
    ) {
        for person in children {
            let child =
                Child { person, family: self.families.len(), disability: families::disability(chance) };
            self.schooling.push(schooling::decide(&child, &family, &self.schools, calendar, chance));
            self.children.push(child);
        }
        self.families.push(family);
    }

    /// Some three incomers to a hundred children from here, and one in a thousand who was never registered at all.
    fn add_those_without_register(
        &mut self,
        plan: &Plan,
        county: &County,
        births: Births,
        calendar: &Calendar,
        chance: &mut Chance,
    ) {
        let quota = |share: f64, chance: &mut Chance| {
            (0..self.children.len()).filter(|_| chance.happens(share)).count()
        };
        let (incomers, unregistered) = (quota(0.024, chance), quota(0.001, chance));
        for left in (0..incomers + unregistered).rev() {
            let (village, _) = chance.pick(&plan.villages);
            let found = if left < unregistered {
                families::local(county, village, births, chance)
            } else {
                families::incomer(county, village, births, chance)
            };
            let Some((mut family, children)) = found else { continue };
            if left < unregistered {
                family.origin = Origin::Unregistered;
                family.poverty = None;
            }
            // Those too young or too old for the roll leave no trace in any list.
            let pupils = children.into_iter().filter(|person| {
                let age = rules::age::age_on(person.birth, calendar.as_of);
                (7..16).contains(&age)
            });
            self.settle(family, pupils.take(1 + usize::from(left >= unregistered)), calendar, chance);
        }
    }

    /// Incomers who bear the name of a local child that is on no roll, and were born within days of it: the false
    /// friends that a comparison by name and birthday falls for.
    fn add_look_alikes(
        &mut self,
        plan: &Plan,
        county: &County,
        births: Births,
        calendar: &Calendar,
        chance: &mut Chance,
    ) {
        let lost = |(_, schooling): &(&Child, &Schooling)| {
            matches!(schooling.fate, Fate::NeverEnrolled | Fate::ElsewhereUnlisted) && schooling.of_age
        };
        let lost: Vec<_> = self
            .children
            .iter()
            .zip(&self.schooling)
            .filter(lost)
            .map(|(child, _)| child.person.clone())
            .collect();
        for original in lost {
            if !chance.happens(0.15) {
                continue;
            }
            let (village, _) = chance.pick(&plan.villages);
            let Some((mut family, children)) = families::incomer(county, village, births, chance) else {
                continue;
            };
            let Some(mut person) = children.into_iter().next() else { continue };
            family.size = 1;
            if let Some(father) = family.father.as_mut() {
                father.name = with_surname_of(&original.name, &father.name);
            }
            person.birth = original.birth.saturating_add(chance.between(-20, 20).days());
            person.sex = original.sex;
            person.name = original.name;
            self.settle(family, std::iter::once(person), calendar, chance);
        }
    }

    /// Gives classes and places in the zone's own schools, where every pupil is known.
    fn seat_own_schools(&mut self) {
        let mut sizes: HashMap<(usize, i16), usize> = HashMap::new();
        let schools = &self.schools;
        let own = |school: usize| schools.get(school).is_some_and(|school| !school.kind.is_of_the_county());
        for seat in seats(&mut self.schooling).filter(|seat| own(seat.school)) {
            let size = sizes.entry((seat.school, seat.grade)).or_default();
            seat.order = *size;
            *size += 1;
        }
        for seat in seats(&mut self.schooling).filter(|seat| own(seat.school)) {
            let classes = sizes.get(&(seat.school, seat.grade)).map_or(1, |size| size.div_ceil(CLASS));
            seat.class = seat.order % classes + 1;
            seat.order = seat.order / classes + 1;
        }
    }
}

/// What must be given out in order over the whole county: ID numbers, and classes in the schools of the county.
#[derive(Debug, Default)]
pub(crate) struct Registers {
    numbers: Numbers,
    pupils: HashMap<(String, i16), usize>,
}

impl Registers {
    /// Numbers everybody of the next zone, families together, and seats its pupils of the county's schools.
    pub(crate) fn enter(&mut self, zone: &mut Zone, county: &County) {
        for family in &mut zone.families {
            let registry = family.registry(county);
            for adult in family.adults_mut() {
                adult.number = self.numbers.next(registry, adult.birth, adult.sex);
            }
        }
        for child in &mut zone.children {
            let Some(family) = zone.families.get(child.family) else { continue };
            if family.origin != Origin::Unregistered {
                child.person.number =
                    self.numbers.next(family.registry(county), child.person.birth, child.person.sex);
            }
        }
        for seat in seats(&mut zone.schooling).filter(|seat| seat.class == 0) {
            let Some(school) = zone.schools.get(seat.school) else { continue };
            let pupils = self.pupils.entry((school.code.clone(), seat.grade)).or_default();
            seat.class = *pupils / CLASS + 1;
            seat.order = *pupils % CLASS + 1;
            *pupils += 1;
        }
    }
}

impl Kind {
    /// Whether pupils come from more than one zone.
    pub(crate) fn is_of_the_county(self) -> bool {
        !matches!(self, Self::Village | Self::Centre | Self::Junior | Self::NineYears)
    }
}

fn seats(schooling: &mut [Schooling]) -> impl Iterator<Item = &mut schooling::Seat> {
    schooling.iter_mut().flat_map(|schooling| schooling.seat.iter_mut().chain(schooling.second.iter_mut()))
}

/// A father's own name behind the surname of the child that is to be his.
fn with_surname_of(child: &Name, father: &Name) -> Name {
    let surname = child.text.chars().take(child.surname);
    Name { text: surname.chain(father.text.chars().skip(father.surname)).collect(), surname: child.surname }
}
