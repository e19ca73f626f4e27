//! From what a clerk typed to what the matcher compares. Nothing is repaired: what cannot be read is
//! left out of the comparison and said in words.

use std::collections::HashMap;

use linkage::number::Number;
use rules::codes::{Ethnicity, Sex};
use rules::date::parse_date;
use rules::divisions::{Divisions, Place};
use rules::identity::{CitizenId, Compact, DisabilityCard, IdDocument, IdProblem, StudentNumber};

/// A number with what is wrong with it. A 残疾人证号 stands for the identity number inside it: offices put
/// one where the other is asked for.
pub(crate) fn number(text: &str) -> (Number, Option<IdProblem>) {
    let problem = match CitizenId::parse(text) {
        Ok(id) if text.len() == 18 => return (Number::new(text, true), None).or_digits(id),
        Ok(id) => return (Number::new(&id.to_string(), true), None),
        Err(problem) => problem,
    };
    match problem {
        IdProblem::Empty | IdProblem::Placeholder | IdProblem::LostDigits => (Number::NONE, Some(problem)),
        IdProblem::FifteenDigits => {
            let long = CitizenId::corresponding_to_fifteen(text);
            (long.map_or(Number::NONE, |id| Number::new(&id.to_string(), false)), Some(problem))
        }
        _ if let Ok(card) = DisabilityCard::parse(text) => {
            (Number::new(&card.citizen_id().to_string(), true), None)
        }
        _ => match (Compact::of(text), IdDocument::parse(text)) {
            (Some(compact), Ok(_)) => {
                let digits: String = compact.as_str().chars().filter(char::is_ascii_digit).collect();
                (Number::new(&digits, true), None)
            }
            (Some(compact), Err(_)) => (Number::new(compact.as_str(), false), Some(problem)),
            (None, _) => (Number::NONE, Some(problem)),
        },
    }
}

/// 入学学年 however it is written: `2018`, `2018级`, `2018-2019学年`.
pub(super) fn year(text: &str) -> Option<i16> {
    let year: i16 = text.trim().get(..4)?.parse().ok()?;
    let goes_on = text.trim().get(4..)?.starts_with(|sign: char| sign.is_ascii_digit());
    ((1980..2100).contains(&year) && !goes_on).then_some(year)
}

/// Full-width digits can make eighteen bytes that are not eighteen digits.
trait OrDigits {
    fn or_digits(self, id: CitizenId) -> Self;
}

impl OrDigits for (Number, Option<IdProblem>) {
    fn or_digits(self, id: CitizenId) -> Self {
        if self.0.is_none() { (Number::new(&id.to_string(), true), None) } else { self }
    }
}

/// The number inside a 学籍号, also a mistyped one; none for a 学籍号 that was made without a number (J).
pub(crate) fn number_in_student_number(text: &str) -> Number {
    let valid = StudentNumber::parse(text).ok().and_then(StudentNumber::citizen_id);
    match valid {
        Some(id) => Number::new(&id.to_string(), true),
        None => text
            .strip_prefix(['G', 'g', 'L', 'l'])
            .and_then(Compact::of)
            .map_or(Number::NONE, |compact| Number::new(compact.as_str(), false)),
    }
}

/// A date as `year * 10000 + month * 100 + day`; 0 for none. `Err` holds what is wrong with it.
pub(crate) fn date(text: &str) -> Result<u32, String> {
    if text.is_empty() {
        return Ok(0);
    }
    let date = parse_date(text).map_err(|problem| problem.to_string())?;
    let part = |value: i8| u32::try_from(value).unwrap_or_default();
    let year = u32::try_from(date.year()).unwrap_or_default();
    Ok(year * 10_000 + part(date.month()) * 100 + part(date.day()))
}

/// 1 boy, 2 girl, 0 unknown.
pub(crate) fn sex(text: &str) -> u8 {
    match text {
        "男" => return 1,
        "女" => return 2,
        _ => {}
    }
    match Sex::parse(text) {
        Some(Sex::Male) => 1,
        Some(Sex::Female) => 2,
        _ => 0,
    }
}

/// 民族 by its code; 0 unknown.
pub(crate) fn ethnicity(text: &str) -> u8 {
    Ethnicity::parse(text).and_then(|found| found.code().parse().ok()).unwrap_or_default()
}

/// Whether a pupil was in school; `None` where the list does not say.
pub(crate) fn here(text: &str) -> Option<bool> {
    match text {
        "" => None,
        "是" | "在校" | "在" | "到校" | "已到校" | "出勤" | "正常" | "1" | "√" | "✓" | "Y" | "y" | "有" => {
            Some(true)
        }
        _ if text.contains("假") => Some(true),
        "否" | "不在校" | "不在" | "未到校" | "未到" | "缺勤" | "旷课" | "0" | "×" | "✗" | "X" | "x"
        | "N" | "n" | "无" | "失联" | "辍学" => Some(false),
        _ => None,
    }
}

/// Places as twelve-digit codes: the plan's where it knows them; a place of its own for each other
/// village, so that lists from elsewhere can be compared too.
#[derive(Default)]
pub(crate) struct Places {
    /// Names of places that the plan does not know.
    pub(crate) names: HashMap<u64, String>,
}

/// Codes of places outside the plan begin here, above every real code.
const UNKNOWN: u64 = 1_000_000_000_000;

impl Places {
    /// From a code, or an address where the code says too little.
    pub(crate) fn find(&mut self, divisions: &Divisions, code: &str, address: &str) -> u64 {
        let coded = scaled(code);
        if !coded.is_multiple_of(1_000) {
            return coded;
        }
        let named = [code, address].into_iter().find_map(|text| {
            let place = if text.is_empty() { None } else { divisions.locate(text) };
            place.map(|place| of_plan(divisions, place))
        });
        let same_county = |place: u64| coded == 0 || coded / 1_000_000 == place / 1_000_000;
        match named {
            Some(place) if same_county(place) => place,
            _ if coded != 0 => coded,
            _ => self.unknown(address),
        }
    }

    /// A place that no plan knows: the words before 镇 or 乡 and before 村 stand for it.
    fn unknown(&mut self, address: &str) -> u64 {
        let county = split_before(address, &['县', '市', '区']).map_or(address, |(_, rest)| rest);
        let county = county.strip_prefix(['县', '市', '区']).unwrap_or(county);
        let Some((township, rest)) = split_before(county, &['镇', '乡']) else { return 0 };
        let rest = rest.strip_prefix(['镇', '乡']).unwrap_or(rest);
        let village = split_before(rest, &['村', '社', '居']).map_or("", |(village, _)| village);
        let hash =
            |text: &str| text.bytes().fold(5_381_u64, |hash, byte| hash.wrapping_mul(33) ^ u64::from(byte));
        let code = UNKNOWN
            + hash(township) % 1_000_000 * 1_000_000
            + 1_000
            + if village.is_empty() { 0 } else { hash(village) % 999 + 1 };
        self.names.entry(code).or_insert_with(|| match village {
            "" => format!("{township}镇"),
            village => format!("{township}镇{village}村"),
        });
        code
    }
}

/// The text before the first of the marks, and the rest from it on.
fn split_before<'t>(text: &'t str, marks: &[char]) -> Option<(&'t str, &'t str)> {
    text.find(marks).map(|at| text.split_at(at))
}

fn of_plan(divisions: &Divisions, place: Place) -> u64 {
    scaled(divisions.code(place))
}

/// A code of six, nine or twelve digits, or longer with the group behind it, as twelve digits.
fn scaled(code: &str) -> u64 {
    let length = code.len();
    if !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return 0;
    }
    let digits = code.get(..length.min(12)).and_then(|digits| digits.parse::<u64>().ok()).unwrap_or_default();
    match length {
        6 => digits * 1_000_000,
        9 => digits * 1_000,
        12.. => digits,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// E09, E11: what cannot be read is said, and never guessed.
    #[test]
    fn reads_numbers_as_evidence() {
        let check = |text: &str, digits: &str, checked: bool, fine: bool| {
            let (number, problem) = number(text);
            assert_eq!((number.to_string().as_str(), number.is_checked()), (digits, checked), "{text}");
            assert_eq!(problem.is_none(), fine, "{text}");
        };
        check("539999201509010011", "539999201509010011", true, true);
        check("53999920120315002x", "53999920120315002X", true, true);
        check(" ５３９９９９２０１５０９０１００１１ ", "539999201509010011", true, true);
        check("539999201509010010", "539999201509010010", false, false);
        check("4.53999E+17", "", false, false);
        check("", "", false, false);
        check("无", "", false, false);
        check("H12345678", "12345678", true, true);
        check("53999920150901001142", "539999201509010011", true, true);
    }

    #[test]
    fn codes_are_brought_to_one_length() {
        for (text, expected) in [
            ("532926", 532_926_000_000),
            ("532926101", 532_926_101_000),
            ("532926101202", 532_926_101_202),
            ("532926101202003", 532_926_101_202),
            ("南涧镇", 0),
            ("", 0),
        ] {
            assert_eq!(scaled(text), expected, "{text}");
        }
    }

    #[test]
    fn places_outside_the_plan_are_told_apart() {
        let divisions = crate::lists::nanjian().divisions().clone();
        let mut places = Places::default();
        let mut find = |address: &str| places.find(&divisions, "", address);
        assert_eq!(find("清河镇老街村委会15组"), find("某省某县清河镇老街村16组"));
        assert_ne!(find("清河镇老街村委会15组"), find("清河镇新街村委会15组"));
        assert_eq!(find("南涧镇西山村委会三组"), 532_926_101_202);
        assert_eq!(find("查无此地"), 0);
    }
}
