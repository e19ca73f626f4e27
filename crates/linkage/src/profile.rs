//! One row made ready for comparing with many others: folded once, small, and in one piece, so
//! that a comparison touches two cache lines a side. Made only for the rows that the number
//! alone does not settle.

use crate::hash::mix;
use crate::name::{self, Name, NameLevel};
use crate::number::{self, Number, NumberLevel};
use crate::pattern::{BirthLevel, Field, GuardianLevel, Pattern, PlaceLevel, SchoolLevel};
use crate::people::People;
use crate::sound;

/// A row ready to be compared.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Profile {
    pub(crate) row: u32,
    pub(crate) birth: u32,
    pub(crate) school: u32,
    pub(crate) class: u32,
    pub(crate) number: Number,
    pub(crate) other_number: Number,
    pub(crate) place: u64,
    pub(crate) name: Name,
    /// The whole name as it sounds; 0 for no name.
    pub(crate) ear: u64,
    pub(crate) guardians: [Name; 2],
    pub(crate) sex: u8,
    pub(crate) ethnicity: u8,
    /// The number belongs to another person on the other list, who is settled with it.
    pub(crate) number_is_taken: bool,
}

impl Profile {
    pub(crate) fn of(people: &People, row: u32) -> Self {
        let person = people.get(row);
        let name = Name::fold(person.name);
        Self {
            row,
            birth: person.birth,
            school: person.school,
            class: person.class,
            number: person.number,
            other_number: person.other_number,
            place: person.place,
            name,
            ear: ear(&name),
            guardians: person.guardians.map(Name::fold),
            sex: person.sex,
            ethnicity: person.ethnicity,
            number_is_taken: false,
        }
    }
}

/// A key of the whole name as it sounds; 0 for no name.
fn ear(name: &Name) -> u64 {
    if name.is_empty() {
        return 0;
    }
    let sounds = name.codes().iter().enumerate().map(|(at, &code)| sound::class(code, at == 0));
    sounds.fold(17, mix).max(1)
}

/// Sets two rows side by side.
pub(crate) fn compare(left: &Profile, right: &Profile) -> Pattern {
    let number = numbers(left, right);
    let mut pattern = Pattern::default();
    pattern.set(Field::Number, number as u8);
    pattern.set(Field::Name, name::compare(&left.name, &right.name) as u8);
    pattern.set(Field::Birth, births(left, right, number) as u8);
    pattern.set(Field::Guardian, guardians(left, right) as u8);
    pattern.set(Field::Sex, same(left.sex, right.sex));
    pattern.set(Field::Ethnicity, same(left.ethnicity, right.ethnicity));
    pattern.set(Field::Place, places(left.place, right.place) as u8);
    pattern.set(Field::School, schools(left, right) as u8);
    pattern
}

fn numbers(left: &Profile, right: &Profile) -> NumberLevel {
    let mut level = number::compare(left.number, right.number);
    for (a, b) in [
        (left.number, right.other_number),
        (left.other_number, right.number),
        (left.other_number, right.other_number),
    ] {
        let other = number::compare(a, b);
        if other != NumberLevel::Missing && (level == NumberLevel::Missing || other < level) {
            level = other;
        }
    }
    let taken = left.number_is_taken || right.number_is_taken;
    if taken && level > NumberLevel::Missing { NumberLevel::Copied } else { level }
}

/// 0 the same, 1 different, 2 missing.
const fn same(a: u8, b: u8) -> u8 {
    match (a, b) {
        (0, _) | (_, 0) => 2,
        _ if a == b => 0,
        _ => 1,
    }
}

fn births(left: &Profile, right: &Profile, number: NumberLevel) -> BirthLevel {
    let (a, b) = (left.birth, right.birth);
    if a == 0 || b == 0 {
        return BirthLevel::Missing;
    }
    // A date that was read off the number says nothing beyond the number: agreement is counted
    // once, and a slip in the number is not held against the child twice.
    let from_number =
        |profile: &Profile| profile.number.body().is_some_and(|body| body.birth == u64::from(profile.birth));
    let dependent = matches!(number, NumberLevel::Same | NumberLevel::OneSlip | NumberLevel::TwoSlips);
    if a == b {
        return if dependent { BirthLevel::Implied } else { BirthLevel::Same };
    }
    let slipped = dependent && number != NumberLevel::Same;
    if (slipped || number == NumberLevel::Copied) && from_number(left) && from_number(right) {
        return BirthLevel::Implied;
    }
    let ((y, m, d), (p, q, r)) = (split(a), split(b));
    let digits = digits_apart(a, b);
    if digits == 1 || (y == p && m == r && d == q) || swapped(a, b) {
        return BirthLevel::Slip;
    }
    let days = (i64::from(y) - i64::from(p)) * 365 + (i64::from(m) - i64::from(q)) * 30 + i64::from(d)
        - i64::from(r);
    match () {
        () if days.abs() <= 62 => BirthLevel::Near,
        () if m == q && d == r => BirthLevel::OtherYear,
        () if y == p => BirthLevel::SameYear,
        () => BirthLevel::Different,
    }
}

const fn split(date: u32) -> (u32, u32, u32) {
    (date / 10_000, date / 100 % 100, date % 100)
}

fn digits_apart(mut a: u32, mut b: u32) -> u32 {
    let mut apart = 0;
    while a != 0 || b != 0 {
        apart += u32::from(a % 10 != b % 10);
        a /= 10;
        b /= 10;
    }
    apart
}

/// Whether two neighbouring digits changed places.
fn swapped(a: u32, b: u32) -> bool {
    let mut unit = 1;
    while unit < 10_000_000 {
        let (tail, low, high) = (a % unit, a / unit % 10, a / unit / 10 % 10);
        let rest = a / unit / 100;
        if low != high && ((rest * 10 + low) * 10 + high) * unit + tail == b {
            return true;
        }
        unit *= 10;
    }
    false
}

fn guardians(left: &Profile, right: &Profile) -> GuardianLevel {
    let mut best = GuardianLevel::Missing;
    for a in left.guardians.iter().filter(|name| !name.is_empty()) {
        for b in right.guardians.iter().filter(|name| !name.is_empty()) {
            let level = match name::compare(a, b) {
                NameLevel::Same => return GuardianLevel::Same,
                NameLevel::SameSound
                | NameLevel::NearSound
                | NameLevel::OneCharacter
                | NameLevel::Shortened
                | NameLevel::OtherSurname
                | NameLevel::Reordered => GuardianLevel::Alike,
                NameLevel::SurnameOnly => GuardianLevel::SurnameOnly,
                NameLevel::Different | NameLevel::Missing => GuardianLevel::Different,
            };
            best = best.min(level);
        }
    }
    best
}

/// Codes of twelve digits; zeros at the end mean “not known more exactly”.
fn places(a: u64, b: u64) -> PlaceLevel {
    const TOWNSHIP: u64 = 1_000;
    const COUNTY: u64 = 1_000_000;
    if a == 0 || b == 0 {
        return PlaceLevel::Missing;
    }
    if a / COUNTY != b / COUNTY {
        return PlaceLevel::Elsewhere;
    }
    let vague = |code: u64| code.is_multiple_of(COUNTY);
    match () {
        () if vague(a) || vague(b) => PlaceLevel::CountyKnown,
        () if a == b => PlaceLevel::Village,
        () if a / TOWNSHIP == b / TOWNSHIP => PlaceLevel::Township,
        () => PlaceLevel::County,
    }
}

const fn schools(left: &Profile, right: &Profile) -> SchoolLevel {
    match (left.school, right.school) {
        (0, _) | (_, 0) => SchoolLevel::Missing,
        (a, b) if a != b => SchoolLevel::Different,
        _ if left.class != 0 && left.class == right.class => SchoolLevel::Class,
        _ => SchoolLevel::School,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::Person;

    fn profile(person: &Person<'_>) -> Profile {
        let mut people = People::default();
        people.push(person);
        Profile::of(&people, 0)
    }

    fn check_births(a: u32, b: u32, expected: BirthLevel) {
        let of = |birth| profile(&Person { birth, ..Person::default() });
        assert_eq!(births(&of(a), &of(b), NumberLevel::Missing), expected, "{a} / {b}");
        assert_eq!(births(&of(b), &of(a), NumberLevel::Missing), expected, "{b} / {a}");
    }

    #[test]
    fn tells_how_dates_differ() {
        use BirthLevel as L;
        for (a, b, expected) in [
            (20150403, 20150403, L::Same),
            (20150403, 20150413, L::Slip),
            (20150403, 20150304, L::Slip),
            (20150412, 20150421, L::Slip),
            (20150403, 20150530, L::Near),
            (20151228, 20160105, L::Near),
            (20130403, 20150403, L::Slip),
            (20090403, 20150403, L::OtherYear),
            (20150403, 20151128, L::SameYear),
            (20150403, 20121128, L::Different),
            (0, 20121128, L::Missing),
        ] {
            check_births(a, b, expected);
        }
    }

    /// A date inside the number is not counted a second time.
    #[test]
    fn a_date_from_the_number_counts_once() {
        let right = |number: &str, birth| {
            profile(&Person { number: Number::new(number, false), birth, ..Person::default() })
        };
        let left = right("539999201509010011", 20150901);
        let level = |other: &Profile| compare(&left, other).get(Field::Birth);
        assert_eq!(level(&right("539999201509010011", 20150901)), BirthLevel::Implied as u8);
        assert_eq!(level(&right("539999201509070011", 20150907)), BirthLevel::Implied as u8);
        assert_eq!(level(&right("539999201509070011", 20150901)), BirthLevel::Implied as u8);
        assert_eq!(level(&right("539999201509010011", 20120822)), BirthLevel::Different as u8);
        assert_eq!(level(&right("", 20150901)), BirthLevel::Same as u8);
    }

    #[test]
    fn compares_places_as_far_as_both_are_known() {
        for (a, b, expected) in [
            (532_926_101_202, 532_926_101_202, PlaceLevel::Village),
            (532_926_101_202, 532_926_101_204, PlaceLevel::Township),
            (532_926_101_202, 532_926_102_204, PlaceLevel::County),
            (532_926_101_202, 532_926_000_000, PlaceLevel::CountyKnown),
            (532_926_101_202, 532_925_000_000, PlaceLevel::Elsewhere),
            (532_926_101_202, 0, PlaceLevel::Missing),
        ] {
            assert_eq!(places(a, b), expected, "{a} / {b}");
            assert_eq!(places(b, a), expected, "{b} / {a}");
        }
    }
}
