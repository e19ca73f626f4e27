//! 公民身份号码 (GB 11643-1999) and 港澳台居民居住证, which is numbered by the same rule.
//! It reads and checks; it never repairs a number.

use std::fmt;

use jiff::civil::Date;

use super::compact::{Compact, NotCompact};
use super::problem::IdProblem;
use crate::codes::Sex;
use crate::{fold, mask};

/// Weight of each of the first 17 digits, 2^(18−i) mod 11 (GB 11643, ISO 7064 MOD 11-2).
const WEIGHTS: [usize; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// The check character for each remainder of the weighted sum by 11.
const CHECKS: [u8; 11] = *b"10X98765432";

/// A valid 18-character number of a person: real region, real date, right check character.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CitizenId {
    /// The first 17 digits; the 18th follows from them.
    digits: u64,
    birth: Date,
}

impl CitizenId {
    /// Reads a number as it stands in lists: full-width or half-width, with blanks, zero-width marks or a
    /// leading apostrophe, with `x` or `X`.
    ///
    /// # Errors
    /// [`IdProblem`] says what is wrong. A 15-digit number is a problem too: see
    /// [`CitizenId::corresponding_to_fifteen`].
    ///
    /// ```
    /// use rules::identity::{CitizenId, IdProblem};
    ///
    /// let id = CitizenId::parse(" 53999920120315002x").unwrap();
    /// assert_eq!(id.birth().to_string(), "2012-03-15");
    /// assert_eq!(id.masked(), "539999********002X");
    /// assert_eq!(CitizenId::parse("5.39999E+17"), Err(IdProblem::LostDigits));
    /// ```
    pub fn parse(text: &str) -> Result<Self, IdProblem> {
        // Nearly every cell is already clean; only the others pay for being cleaned.
        if let Ok(bytes) = text.as_bytes().try_into()
            && let Ok(id) = Self::from_eighteen(bytes)
        {
            return Ok(id);
        }
        Self::parse_untidy(text)
    }

    #[cold]
    fn parse_untidy(text: &str) -> Result<Self, IdProblem> {
        let compact = Compact::read(text).map_err(|problem| match problem {
            NotCompact::TooLong(n) => IdProblem::WrongLength(n),
            NotCompact::Foreign(_) if is_float(text) => IdProblem::LostDigits,
            NotCompact::Foreign(_) if is_filler(text) => IdProblem::Placeholder,
            NotCompact::Foreign(_) => IdProblem::NotDigits,
        })?;
        let bytes = compact.as_bytes();
        let Some(first) = bytes.first() else { return Err(IdProblem::Empty) };
        let repeated = bytes.iter().all(|byte| byte == first) && (*first == b'0' || bytes.len() > 5);
        if repeated || bytes == b"NULL" || bytes == b"NONE" {
            return Err(IdProblem::Placeholder);
        }
        if let Ok(eighteen) = bytes.try_into() {
            return Self::from_eighteen(eighteen).map_err(|problem| match problem {
                // Excel keeps 15 significant digits, so the last three of a lost number are zeros.
                IdProblem::WrongCheckDigit { .. } if bytes.ends_with(b"000") => IdProblem::LostDigits,
                other => other,
            });
        }
        let digits = bytes.strip_suffix(b"X").unwrap_or(bytes);
        Err(match bytes.len() {
            _ if is_float(compact.as_str()) => IdProblem::LostDigits,
            _ if !digits.iter().all(u8::is_ascii_digit) => IdProblem::NotDigits,
            15 if digits.len() == 15 => IdProblem::FifteenDigits,
            n => IdProblem::WrongLength(n),
        })
    }

    /// The number that a 15-digit number of the first generation became: `19` before its year of birth and
    /// the check character behind it.
    ///
    /// It is apart from [`CitizenId::parse`] on purpose. Fifteen digits are also what a number looks like
    /// that lost three, and nobody of school age was ever given one; so a list must not be mended with this.
    /// A matcher may use it to see that a guardian's old number and new number are the same person.
    ///
    /// # Errors
    /// As [`CitizenId::parse`]; also [`IdProblem::WrongLength`] for anything but 15 digits, and
    /// [`IdProblem::ImpossibleDate`] for the sequence codes 996–999, which belong to people born before 1900.
    pub fn corresponding_to_fifteen(text: &str) -> Result<Self, IdProblem> {
        let compact = Compact::of(text).ok_or(IdProblem::NotDigits)?;
        let bytes = compact.as_bytes();
        let fifteen: &[u8; 15] = bytes.try_into().map_err(|_| IdProblem::WrongLength(bytes.len()))?;
        if matches!(fifteen, [.., b'9', b'9', b'6'..=b'9']) {
            return Err(IdProblem::ImpossibleDate);
        }
        let (region, rest) = fifteen.split_at(6);
        let mut seventeen = [0; 17];
        for (slot, byte) in seventeen.iter_mut().zip(region.iter().chain(b"19").chain(rest)) {
            *slot = *byte;
        }
        let (digits, _) = weigh(&seventeen).ok_or(IdProblem::NotDigits)?;
        Self::from_digits(digits)
    }

    /// Reads exactly the 18 characters, `x` or `X` at the end.
    pub(super) fn from_eighteen(bytes: &[u8; 18]) -> Result<Self, IdProblem> {
        let [seventeen @ .., last] = bytes;
        let (digits, check) = weigh(seventeen).ok_or(IdProblem::NotDigits)?;
        let last = last.to_ascii_uppercase();
        if !last.is_ascii_digit() && last != b'X' {
            return Err(IdProblem::NotDigits);
        }
        let id = Self::from_digits(digits)?;
        if last == check { Ok(id) } else { Err(IdProblem::WrongCheckDigit { should_be: char::from(check) }) }
    }

    /// `digits` are the first 17.
    fn from_digits(digits: u64) -> Result<Self, IdProblem> {
        if !is_province(digits / 1_000_000_000_000_000) {
            return Err(IdProblem::UnknownRegion);
        }
        let ymd = digits / 1_000 % 100_000_000;
        let birth = crate::date::civil(ymd / 10_000, ymd / 100 % 100, ymd % 100)
            .map_err(|_| IdProblem::ImpossibleDate)?;
        Ok(Self { digits, birth })
    }

    /// Date of birth, between 1900 and 2100.
    #[must_use]
    pub const fn birth(self) -> Date {
        self.birth
    }

    /// Sex by the 17th digit: odd is male, even is female. Never [`Sex::Unknown`].
    #[must_use]
    pub const fn sex(self) -> Sex {
        if self.digits % 2 == 1 { Sex::Male } else { Sex::Female }
    }

    /// The six digits of the county-level place where the number was given (GB/T 2260), such as 532926.
    /// Only the province is checked: counties are renamed and merged, and numbers keep the old code.
    #[must_use]
    pub fn region(self) -> u32 {
        u32::try_from(self.digits / 100_000_000_000).unwrap_or_default()
    }

    /// Whether it is the number of a 港澳台居民居住证 (810000, 820000, 830000).
    #[must_use]
    pub fn is_residence_permit(self) -> bool {
        matches!(self.region(), 810_000 | 820_000 | 830_000)
    }

    /// The number with its middle hidden: `539999********0011`.
    #[must_use]
    pub fn masked(self) -> String {
        mask::id(&self.to_string())
    }
}

impl fmt::Display for CitizenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = [0; 18];
        let [seventeen @ .., last] = &mut bytes;
        let mut rest = self.digits;
        for slot in seventeen.iter_mut().rev() {
            *slot = b'0' + u8::try_from(rest % 10).unwrap_or_default();
            rest /= 10;
        }
        *last = check_digit(seventeen).unwrap_or_default();
        f.pad(std::str::from_utf8(&bytes).unwrap_or_default())
    }
}

impl fmt::Debug for CitizenId {
    /// Masked: a number that identifies a child must not reach a log by way of `{:?}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CitizenId({})", self.masked())
    }
}

/// The check character that belongs behind 17 digits given as ASCII (GB 11643); `None` when a character is
/// no digit. For matchers that ask which single digit would make a wrong number right.
#[must_use]
pub fn check_digit(seventeen: &[u8; 17]) -> Option<u8> {
    weigh(seventeen).map(|(_, check)| check)
}

/// The 17 digits as one number, and the check character that belongs behind them.
fn weigh(seventeen: &[u8; 17]) -> Option<(u64, u8)> {
    let mut digits = 0_u64;
    let mut sum = 0;
    let mut foreign = false;
    for (byte, weight) in seventeen.iter().zip(WEIGHTS) {
        let digit = byte.wrapping_sub(b'0');
        foreign |= digit > 9;
        digits = digits.wrapping_mul(10).wrapping_add(u64::from(digit));
        sum += usize::from(digit) * weight;
    }
    if foreign {
        return None;
    }
    CHECKS.get(sum % 11).map(|check| (digits, *check))
}

/// Province-level codes of GB/T 2260, and 81–83 which 港澳台居民居住证 use beside 71.
const fn is_province(code: u64) -> bool {
    matches!(code, 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83)
}

/// `4.53E+17`, `539999201509010011.0`: a number that went through a float.
fn is_float(text: &str) -> bool {
    let text = fold::key(fold::trim(text));
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    text.starts_with(|c: char| c.is_ascii_digit())
        && (text.contains('E') || text.contains('.') && digits >= 15)
        && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'E' | b'+'))
}

/// A word or dash that stands where a number is missing.
fn is_filler(text: &str) -> bool {
    let text = fold::key(fold::trim(text));
    text.starts_with(['无', '暂', '未', '不', '没'])
        || matches!(text.as_str(), "N/A" | "#N/A" | "#REF!" | "#VALUE!")
        || text.chars().all(|c| matches!(c, '-' | '—' | '–' | '/' | '\\' | '*' | '.' | '?' | '、' | '_'))
}
