//! What became of each child: in which school and class, elsewhere, or nowhere. This is the truth that the lists
//! are later made to blur; nothing here is a mistake except a second roll for the same child.

use jiff::civil::Date;
use rules::age::{AgeGroup, SchoolAge, age_on, school_year};
use rules::codes::DisabilityGrade;

use super::chance::Chance;
use super::families::{Child, Family, Origin, Poverty};
use super::schools::{Kind, School};

/// What became of a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Fate {
    /// On a roll of this county and in class.
    InSchool,
    /// On a roll, but no longer coming: 辍学.
    DroppedOut,
    /// At school elsewhere, and on the list of those: 外出就读.
    Elsewhere,
    /// At school elsewhere, and on no list.
    ElsewhereUnlisted,
    /// Never entered: 失学.
    NeverEnrolled,
    /// Sits in class, but was never put on the roll: 未建籍.
    WithoutRoll,
    /// Not yet in school, and need not be.
    TooYoung,
    /// Left school at sixteen or later.
    Left,
}

impl Fate {
    /// The word in `truth.csv`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::InSchool => "in_school",
            Self::DroppedOut => "dropped_out",
            Self::Elsewhere => "elsewhere",
            Self::ElsewhereUnlisted => "elsewhere_unlisted",
            Self::NeverEnrolled => "never_enrolled",
            Self::WithoutRoll => "without_roll",
            Self::TooYoung => "too_young",
            Self::Left => "left",
        }
    }

    /// Whether a roll of this county holds the child.
    pub(crate) fn is_on_roll(self) -> bool {
        matches!(self, Self::InSchool | Self::DroppedOut)
    }
}

/// A place in a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seat {
    /// Index into the schools of the zone.
    pub(crate) school: usize,
    /// 1–9, and 10–12 for the three years after them.
    pub(crate) grade: i16,
    /// 班, from 1; 0 until it is given.
    pub(crate) class: usize,
    /// 班内学号, from 1; 0 until it is given.
    pub(crate) order: usize,
}

/// A child's schooling.
#[derive(Debug, Clone)]
pub(crate) struct Schooling {
    pub(crate) fate: Fate,
    /// Whether the child is of school age on the day of the lists.
    pub(crate) of_age: bool,
    /// 1–12; for a child elsewhere the grade there; 0 before school.
    pub(crate) grade: i16,
    /// Where the child sits; for a dropout, where it should.
    pub(crate) seat: Option<Seat>,
    /// A second roll that nobody struck the child from.
    pub(crate) second: Option<Seat>,
    /// 住校.
    pub(crate) boards: bool,
}

/// The rules and the day by which schooling is decided.
pub(crate) struct Calendar {
    pub(crate) as_of: Date,
    pub(crate) school_age: SchoolAge,
    /// Multiplies the rate of second rolls.
    pub(crate) hardness: f64,
}

/// Decides the schooling of one child of `family`.
pub(crate) fn decide(
    child: &Child,
    family: &Family,
    schools: &[School],
    calendar: &Calendar,
    chance: &mut Chance,
) -> Schooling {
    let Calendar { as_of, school_age, hardness } = calendar;
    let age = age_on(child.person.birth, *as_of);
    let of_age = school_age.group(child.person.birth, *as_of) == AgeGroup::SchoolAge;
    let reached = school_year(*as_of) - school_age.entry_year(child.person.birth) + 1;
    // Some entered a year late, long ago; a few of those who need not come yet are let in early.
    let late = reached > 1 && chance.happens(0.05);
    let early = reached == 0 && chance.happens(0.03);
    let grade = (reached - i16::from(late) + i16::from(early)).clamp(0, 12);
    let fate = fate(child, family, grade, age, chance);
    let attends = fate.is_on_roll() || fate == Fate::WithoutRoll;
    let seat = |chance: &mut Chance| Seat {
        school: school(child, family, schools, grade, chance),
        grade,
        class: 0,
        order: 0,
    };
    let first = attends.then(|| seat(chance));
    let second =
        first.filter(|_| fate == Fate::InSchool && chance.happens(0.003 * hardness)).and_then(|first| {
            // The school that the child has left: another one that has this grade.
            (0..8).map(|_| seat(chance)).find(|second| second.school != first.school)
        });
    let boards = if grade >= 7 { chance.happens(0.85) } else { grade >= 3 && chance.happens(0.45) };
    Schooling { fate, of_age, grade, seat: first, second, boards }
}

fn fate(child: &Child, family: &Family, grade: i16, age: i16, chance: &mut Chance) -> Fate {
    if grade == 0 {
        return Fate::TooYoung;
    }
    let draw = chance.below(10_000);
    if family.origin != Origin::Local {
        return if draw < 40 { Fate::DroppedOut } else { Fate::InSchool };
    }
    if grade > 9 {
        // Nine years are done: 高中, 职高, or a school in the prefecture; after sixteen also work.
        return match draw {
            ..2500 => Fate::Elsewhere,
            2500..7000 if age >= 16 => Fate::Left,
            _ => Fate::InSchool,
        };
    }
    let poor = family.poverty.is_some();
    let severe = child.disability.is_some_and(|(_, grade)| grade <= DisabilityGrade::Second);
    let never = if severe {
        1500
    } else if poor {
        120
    } else {
        70
    };
    let unlisted = never + 60;
    let without_roll = unlisted + 10;
    let elsewhere = without_roll + 380;
    let dropped_out = elsewhere + if grade >= 7 { 110 } else { 15 } * if poor { 2 } else { 1 };
    match draw {
        _ if draw < never => Fate::NeverEnrolled,
        _ if draw < unlisted => Fate::ElsewhereUnlisted,
        _ if draw < without_roll => Fate::WithoutRoll,
        _ if draw < elsewhere => Fate::Elsewhere,
        _ if draw < dropped_out => Fate::DroppedOut,
        _ => Fate::InSchool,
    }
}

/// The school that a child of this grade goes to: the village's, the township's, or one of the county.
pub(crate) fn school(
    child: &Child,
    family: &Family,
    schools: &[School],
    grade: i16,
    chance: &mut Chance,
) -> usize {
    let severe = child.disability.is_some_and(|(_, grade)| grade <= DisabilityGrade::Second);
    let watched = matches!(family.poverty, Some(Poverty::Watched(_)));
    let of_kind = |kind: Kind| schools.iter().position(|school| school.kind == kind);
    let of_village = || {
        schools.iter().position(|school| school.village.is_some() && school.village == family.home.village)
    };
    let nine_years = of_kind(Kind::NineYears);
    let found = match grade {
        ..=9 if severe && chance.happens(0.3) => of_kind(Kind::Special),
        ..=6 if !watched && chance.happens(0.03) => of_kind(Kind::CountyPrimary),
        ..=6 if chance.happens(0.08) => of_kind(Kind::Centre).or(nine_years),
        ..=6 => of_village().or_else(|| of_kind(Kind::Centre)).or(nine_years),
        7..=9 if chance.happens(0.06) => of_kind(Kind::CountyJunior),
        7..=9 => of_kind(Kind::Junior).or(nine_years),
        _ if chance.happens(0.6) => of_kind(Kind::Senior),
        _ => of_kind(Kind::Vocational),
    };
    found.unwrap_or(0)
}
