//! Families of the county: who belongs together, when each was born, what each is called. It knows nothing of
//! schools, offices or mistakes, and nobody in it exists.

use jiff::ToSpan;
use jiff::civil::Date;
use rules::codes::{DisabilityGrade, DisabilityKind, Ethnicity, FamilyRelation, LeftBehind, Sex};

use super::chance::Chance;
use super::names::{Lineage, Name, Naming};
use super::numbers::{OUTSIDE, Registry};
use super::places::{County, Home};

/// A person of any age.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) name: Name,
    pub(crate) sex: Sex,
    pub(crate) birth: Date,
    pub(crate) ethnicity: Ethnicity,
    /// 公民身份号码; empty until it is given out, and for the unregistered for good.
    pub(crate) number: String,
}

/// Why somebody is in the county.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// 本县户籍.
    Local,
    /// 外来随迁: the household register is elsewhere; index into [`OUTSIDE`].
    Incomer(usize),
    /// 无户籍: was never registered.
    Unregistered,
}

impl Origin {
    /// The word in `truth.csv`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Incomer(_) => "incomer",
            Self::Unregistered => "unregistered",
        }
    }
}

/// 脱贫户、监测户.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Poverty {
    /// 脱贫户, no longer watched.
    LiftedOut,
    /// 监测对象 of the kind named.
    Watched(&'static str),
}

/// A household with children.
#[derive(Debug, Clone)]
pub(crate) struct Family {
    pub(crate) origin: Origin,
    pub(crate) home: Home,
    pub(crate) father: Option<Person>,
    pub(crate) mother: Option<Person>,
    /// A grandparent in the household, and what the children call them.
    pub(crate) elder: Option<(Person, FamilyRelation)>,
    /// 户主.
    pub(crate) head: FamilyRelation,
    /// 监护人 by the household list.
    pub(crate) guardian: FamilyRelation,
    pub(crate) phone: String,
    pub(crate) poverty: Option<Poverty>,
    pub(crate) left_behind: LeftBehind,
    /// How many children there are in all, listed or not.
    pub(crate) size: usize,
}

/// A child of the ages that the lists hold.
#[derive(Debug, Clone)]
pub(crate) struct Child {
    pub(crate) person: Person,
    /// Index of the family within its zone.
    pub(crate) family: usize,
    pub(crate) disability: Option<(DisabilityKind, DisabilityGrade)>,
}

impl Family {
    /// The member whom the children call that, if there is one.
    pub(crate) fn member(&self, relation: FamilyRelation) -> Option<&Person> {
        match relation {
            FamilyRelation::Father => self.father.as_ref(),
            FamilyRelation::Mother => self.mother.as_ref(),
            _ => self.elder.as_ref().filter(|(_, called)| *called == relation).map(|(person, _)| person),
        }
    }

    /// Everybody grown up, with what the children call them.
    pub(crate) fn adults(&self) -> impl Iterator<Item = (&Person, FamilyRelation)> {
        let parents =
            [(self.father.as_ref(), FamilyRelation::Father), (self.mother.as_ref(), FamilyRelation::Mother)];
        let parents = parents.into_iter().filter_map(|(person, relation)| Some((person?, relation)));
        parents.chain(self.elder.as_ref().map(|(person, relation)| (person, *relation)))
    }

    /// Everybody grown up, to be given numbers.
    pub(crate) fn adults_mut(&mut self) -> impl Iterator<Item = &mut Person> {
        let elder = self.elder.as_mut().map(|(person, _)| person);
        self.father.iter_mut().chain(self.mother.iter_mut()).chain(elder)
    }

    /// Where the members' births were registered.
    pub(crate) fn registry(&self, county: &County) -> Registry {
        match self.origin {
            Origin::Incomer(place) => Registry::Outside(place),
            _ => Registry::Station(
                self.home
                    .village
                    .and_then(|index| county.villages.get(index))
                    .map_or(0, |village| village.township),
            ),
        }
    }
}

/// The days on which a listed child may have been born: from the eighteenth birthday to the fifth.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Births {
    first: Date,
    days: i32,
    as_of: Date,
}

impl Births {
    /// The window for lists drawn up on `as_of`.
    pub(crate) fn on(as_of: Date) -> Self {
        let first = as_of.saturating_sub(18.years()).saturating_add(1.day());
        let last = as_of.saturating_sub(5.years());
        Self { first, days: last.since(first).map_or(0, |span| span.get_days()), as_of }
    }

    /// A day in the window: few of those not yet six, and half of those past sixteen, are on the lists.
    fn draw(self, chance: &mut Chance) -> Date {
        loop {
            let birth = self.first.saturating_add(chance.between(0, self.days).days());
            let age = rules::age::age_on(birth, self.as_of);
            if (6..16).contains(&age) || chance.happens(0.5) {
                return birth;
            }
        }
    }

    fn contains(self, birth: Date) -> bool {
        birth >= self.first && birth <= self.as_of.saturating_sub(5.years())
    }
}

/// A family of this county in village `index`, with its children of the window, the eldest first.
pub(crate) fn local(
    county: &County,
    index: usize,
    births: Births,
    chance: &mut Chance,
) -> Option<(Family, Vec<Person>)> {
    let village = county.villages.get(index)?;
    let ethnicity = village.ethnicity(chance);
    let lineage = Lineage::new(ethnicity, village.clan(chance), chance);
    let home = village.home(index, chance);
    Some(family(Origin::Local, home, ethnicity, lineage, births, chance))
}

/// A family that came from elsewhere and rents a house in village `index`.
pub(crate) fn incomer(
    county: &County,
    index: usize,
    births: Births,
    chance: &mut Chance,
) -> Option<(Family, Vec<Person>)> {
    let village = county.villages.get(index)?;
    let place = chance.weigh(&[(30, 0), (25, 1), (20, 2), (10, 3), (9, 4), (2, 5), (4, 6)]);
    let ethnicity = match OUTSIDE.get(place).map(|(region, _)| region / 10_000) {
        Some(51) => Ethnicity::Yi,
        Some(54) => Ethnicity::Zang,
        Some(65) => Ethnicity::Uygur,
        Some(52) => Ethnicity::Miao,
        _ if chance.happens(0.05) => Ethnicity::Dai,
        _ => village.ethnicity(chance),
    };
    let lineage = Lineage::new(ethnicity, None, chance);
    let home = village.home(index, chance);
    Some(family(Origin::Incomer(place), home, ethnicity, lineage, births, chance))
}

fn family(
    origin: Origin,
    home: Home,
    ethnicity: Ethnicity,
    mut fathers: Lineage,
    births: Births,
    chance: &mut Chance,
) -> (Family, Vec<Person>) {
    let days = birthdays(births, chance);
    let eldest = days.first().copied().unwrap_or(births.first);
    let size = days.len();
    let father = adult(&fathers, Sex::Male, eldest, (20, 35), ethnicity, chance);
    fathers.father = father.name.text.split('·').next().unwrap_or_default().to_owned();
    let mut lineage = fathers.clone();
    let mother_people = if chance.happens(0.8) { ethnicity } else { Ethnicity::Han };
    let mother_lineage = Lineage::new(mother_people, None, chance);
    let mother = adult(&mother_lineage, Sex::Female, eldest, (18, 31), mother_people, chance);
    let both_have_surnames =
        [&fathers, &mother_lineage].iter().all(|lineage| lineage.naming == Naming::Surname);
    if both_have_surnames && chance.happens(0.03) {
        lineage.surname = mother_lineage.surname;
    }
    let listed = days.into_iter().filter(|birth| births.contains(*birth));
    let children = siblings(&lineage, listed, ethnicity, chance);
    let left_behind = chance.weigh(&[(66, 0), (20, 1), (14, 2)]);
    let (orphan, single) = (chance.happens(0.004), chance.happens(0.07));
    let elder = (orphan || left_behind == 2 || chance.happens(0.3)).then(|| elder(&fathers, &father, chance));
    let without_mother = single && chance.happens(0.6);
    let mut family = Family {
        origin,
        home,
        father: Some(father).filter(|_| !orphan && (!single || without_mother)),
        mother: Some(mother).filter(|_| !orphan && !without_mother),
        elder,
        head: FamilyRelation::Father,
        guardian: FamilyRelation::Father,
        phone: phone(chance),
        poverty: (origin == Origin::Local).then(|| poverty(orphan, chance)).flatten(),
        left_behind: match left_behind {
            0 => LeftBehind::No,
            1 => LeftBehind::OneParent,
            _ => LeftBehind::BothParents,
        },
        size,
    };
    let elder_called = family.elder.as_ref().map(|(_, relation)| *relation);
    family.head = head(&family, elder_called.filter(|_| chance.happens(0.75)));
    family.guardian = match elder_called {
        Some(relation) if orphan || left_behind == 2 && chance.happens(0.5) => relation,
        _ if family.father.is_none() || family.mother.is_some() && chance.happens(0.3) => {
            FamilyRelation::Mother
        }
        _ => FamilyRelation::Father,
    };
    (family, children)
}

/// Brothers and sisters born on `days`, no two of the same name.
fn siblings(
    lineage: &Lineage,
    days: impl Iterator<Item = Date>,
    ethnicity: Ethnicity,
    chance: &mut Chance,
) -> Vec<Person> {
    let mut children: Vec<Person> = Vec::new();
    for birth in days {
        let sex = if chance.happens(0.52) { Sex::Male } else { Sex::Female };
        let mut name = lineage.name(sex, birth.year(), true, chance);
        while children.iter().any(|sibling| sibling.name == name) {
            name = lineage.name(sex, birth.year(), false, chance);
        }
        children.push(Person { name, sex, birth, ethnicity, number: String::new() });
    }
    children
}

fn head(family: &Family, elder: Option<FamilyRelation>) -> FamilyRelation {
    elder.unwrap_or(match (&family.father, &family.mother, &family.elder) {
        (Some(_), _, _) => FamilyRelation::Father,
        (None, Some(_), _) => FamilyRelation::Mother,
        (None, None, Some((_, relation))) => *relation,
        (None, None, None) => FamilyRelation::Father,
    })
}

/// Birthdays of the children of one family, the eldest first; at least one is in the window. Twins come twice.
fn birthdays(births: Births, chance: &mut Chance) -> Vec<Date> {
    let mut days = vec![births.draw(chance)];
    for _ in 1..chance.weigh(&[(34, 1_usize), (47, 2), (14, 3), (5, 4)]) {
        let gap = chance.between(400, 1900);
        let (youngest, eldest) = (days.last().copied(), days.first().copied());
        if chance.happens(0.5) {
            days.extend(youngest.map(|day| day.saturating_add(gap.days())));
        } else {
            days.splice(0..0, eldest.map(|day| day.saturating_sub(gap.days())));
        }
    }
    days.retain(|day| *day <= births.as_of);
    if chance.happens(0.012) {
        let twin = days.get(chance.below(days.len())).copied();
        days.extend(twin);
        days.sort_unstable();
    }
    days
}

fn adult(
    lineage: &Lineage,
    sex: Sex,
    eldest: Date,
    (youngest_age, oldest_age): (i32, i32),
    ethnicity: Ethnicity,
    chance: &mut Chance,
) -> Person {
    let age = chance.between(youngest_age * 365, oldest_age * 365);
    let birth = eldest.saturating_sub(age.days());
    Person {
        name: lineage.name(sex, birth.year(), false, chance),
        sex,
        birth,
        ethnicity,
        number: String::new(),
    }
}

/// A grandparent, mostly of the father's side.
fn elder(fathers: &Lineage, father: &Person, chance: &mut Chance) -> (Person, FamilyRelation) {
    let sex = if chance.happens(0.6) { Sex::Male } else { Sex::Female };
    let paternal = chance.happens(0.88);
    let own = Lineage::new(father.ethnicity, None, chance);
    let lineage = if paternal && sex == Sex::Male { fathers } else { &own };
    let person = adult(lineage, sex, father.birth, (20, 30), father.ethnicity, chance);
    let relation = match (paternal, sex) {
        (true, Sex::Male) => FamilyRelation::Grandfather,
        (true, _) => FamilyRelation::Grandmother,
        (false, Sex::Male) => FamilyRelation::MaternalGrandfather,
        (false, _) => FamilyRelation::MaternalGrandmother,
    };
    (person, relation)
}

/// Eleven digits that no network gives out: mobile numbers never begin with 10.
pub(crate) fn phone(chance: &mut Chance) -> String {
    format!("105{:08}", chance.below(100_000_000))
}

fn poverty(orphan: bool, chance: &mut Chance) -> Option<Poverty> {
    match chance.below(1000) {
        0..150 => Some(Poverty::LiftedOut),
        150..170 => Some(Poverty::Watched("脱贫不稳定户")),
        170..190 => Some(Poverty::Watched("边缘易致贫户")),
        190..200 => Some(Poverty::Watched("突发严重困难户")),
        _ if orphan => Some(Poverty::Watched("突发严重困难户")),
        _ => None,
    }
}

/// A disability, for about one child in a hundred.
pub(crate) fn disability(chance: &mut Chance) -> Option<(DisabilityKind, DisabilityGrade)> {
    use DisabilityGrade::{First, Fourth, Second, Third};
    use DisabilityKind::{Hearing, Intellect, Limb, Mental, Multiple, Sight, Speech};
    let kinds = [
        Sight, Hearing, Hearing, Speech, Limb, Limb, Limb, Intellect, Intellect, Intellect, Mental, Multiple,
    ];
    let grades = [First, Second, Second, Third, Third, Third, Fourth, Fourth];
    let kind = kinds.get(chance.below(kinds.len()))?;
    let grade = grades.get(chance.below(grades.len()))?;
    chance.happens(0.011).then_some((*kind, *grade))
}
