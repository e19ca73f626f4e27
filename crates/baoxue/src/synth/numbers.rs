//! ID numbers that no real person can bear: regions that GB/T 2260 never assigned, real dates, right check digits,
//! and sequence codes given out in the order of registration, a range to each police station, as in life.

use std::collections::HashMap;

use jiff::civil::Date;
use rules::codes::Sex;
use rules::identity::check_digit;

/// Region codes of people from here: 539999, and below it 539998 and so on once a day's sequence codes are used up.
const LOCAL: u32 = 539_999;

/// Unassigned region codes of people from elsewhere, and the real county that their 户口 is said to be in.
pub(crate) const OUTSIDE: [(u32, &str); 7] = [
    (539_899, "532925"),
    (539_799, "532923"),
    (539_699, "530922"),
    (519_999, "513431"),
    (529_999, "520281"),
    (549_999, "540323"),
    (659_999, "653125"),
];

/// Sequence codes of one day that one police station may give out.
const RANGE: u32 = 124;

/// Who registered somebody at birth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Registry {
    /// The police station of a township of this county.
    Station(usize),
    /// One of [`OUTSIDE`].
    Outside(usize),
}

/// The sequence codes given out so far.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    given: HashMap<(Registry, Date, bool), u32>,
}

impl Numbers {
    /// The next number of that registry for that day and sex. Twins, registered together, get neighbours.
    pub(crate) fn next(&mut self, registry: Registry, birth: Date, sex: Sex) -> String {
        let male = sex == Sex::Male;
        let count = self.given.entry((registry, birth, male)).or_default();
        let (region, first, pairs) = match registry {
            Registry::Station(station) => {
                let range = u32::try_from(station % 8).unwrap_or(0);
                (LOCAL.saturating_sub(*count / (RANGE / 2)), 2 + range * RANGE, RANGE / 2)
            }
            Registry::Outside(place) => (OUTSIDE.get(place).map_or(529_999, |(region, _)| *region), 2, 498),
        };
        let sequence = first + *count % pairs * 2 + u32::from(male);
        *count += 1;
        let (year, month, day) = (birth.year(), birth.month(), birth.day());
        let mut number = format!("{region:06}{year:04}{month:02}{day:02}{sequence:03}");
        let check = number.as_bytes().try_into().ok().and_then(check_digit);
        number.push(check.map_or('0', char::from));
        number
    }
}

/// Whether a number begins with a region that the synthetic county uses and the real country does not.
#[cfg(test)]
pub(crate) fn is_invented(number: &str) -> bool {
    number.get(..6).and_then(|region| region.parse::<u32>().ok()).is_some_and(|region| {
        (LOCAL - 40..=LOCAL).contains(&region) || OUTSIDE.iter().any(|(outside, _)| *outside == region)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use jiff::civil::date;
    use rules::identity::CitizenId;

    use super::*;

    #[test]
    fn numbers_are_valid_invented_and_never_repeated() {
        let mut numbers = Numbers::default();
        let mut seen = HashSet::new();
        for round in 0..400 {
            for registry in
                [Registry::Station(0), Registry::Station(7), Registry::Outside(round % OUTSIDE.len())]
            {
                for sex in [Sex::Male, Sex::Female] {
                    let number = numbers.next(registry, date(2015, 4, 3), sex);
                    let id = CitizenId::parse(&number).unwrap();
                    assert_eq!((id.birth(), id.sex()), (date(2015, 4, 3), sex));
                    assert!(is_invented(&number) && seen.insert(number));
                }
            }
        }
    }

    #[test]
    fn twins_are_neighbours_of_the_first_station() {
        let mut numbers = Numbers::default();
        let twin = |numbers: &mut Numbers| numbers.next(Registry::Station(0), date(2015, 9, 1), Sex::Male);
        assert!(twin(&mut numbers).starts_with("53999920150901003"));
        assert!(twin(&mut numbers).starts_with("53999920150901005"));
    }
}
