//! Identity numbers as evidence. A number that fails its check digit is still evidence of who is
//! meant: most often one digit was mistyped. So numbers are kept as typed, with a note whether they
//! pass the check, and compared digit by digit; nothing is repaired silently.

use std::fmt;

/// A number as typed, up to 19 characters, in one word; or none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Number {
    /// All but the last character in base 10, the last in base 11 (X is 10).
    packed: u64,
    /// How many characters; 0 for no number. The top bit says that it passes its check.
    form: u8,
}

const CHECKED: u8 = 0x80;
const LONGEST: usize = 19;

impl Number {
    /// No number: missing, or nothing usable was typed.
    pub const NONE: Self = Self { packed: 0, form: 0 };

    /// A number from its digits (the last may be X). Anything else, and anything shorter than 8 or
    /// longer than 19 characters, is no number. `checked` says that the caller has seen it pass the
    /// check of its kind (GB 11643).
    #[must_use]
    pub fn new(text: &str, checked: bool) -> Self {
        let bytes = text.as_bytes();
        let Some((&last, rest)) = bytes.split_last() else { return Self::NONE };
        if !(8..=LONGEST).contains(&bytes.len()) {
            return Self::NONE;
        }
        let mut packed = 0_u64;
        for byte in rest {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return Self::NONE;
            }
            packed = packed * 10 + u64::from(digit);
        }
        let last = match last {
            b'0'..=b'9' => last - b'0',
            b'x' | b'X' => 10,
            _ => return Self::NONE,
        };
        let length = u8::try_from(bytes.len()).unwrap_or_default();
        Self { packed: packed * 11 + u64::from(last), form: length | if checked { CHECKED } else { 0 } }
    }

    /// Whether there is no number.
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.form == 0
    }

    /// Whether the number passes its check.
    #[must_use]
    pub const fn is_checked(self) -> bool {
        self.form & CHECKED != 0
    }

    /// The two words that make the number.
    pub(crate) const fn parts(self) -> (u64, u8) {
        (self.packed, self.form)
    }

    /// The number made of two words that [`Number::parts`] gave.
    pub(crate) const fn of(packed: u64, form: u8) -> Self {
        Self { packed, form }
    }

    const fn length(self) -> u8 {
        self.form & !CHECKED
    }

    /// The date of birth inside a number of eighteen digits, as `year * 10000 + month * 100 + day`;
    /// 0 where there is none.
    #[must_use]
    pub fn birth(self) -> u32 {
        self.body().and_then(|body| u32::try_from(body.birth).ok()).unwrap_or_default()
    }

    /// Equal for equal numbers, 0 for none.
    pub(crate) const fn key(self) -> u64 {
        self.packed
    }

    /// The seventeen digits before the check character, for a number of full length.
    pub(crate) fn body(self) -> Option<Body> {
        (self.length() == 18).then(|| {
            let digits = self.packed / 11;
            Body {
                region: digits / 100_000_000_000,
                birth: digits / 1_000 % 100_000_000,
                order: digits % 1_000,
                check: self.packed % 11,
            }
        })
    }

    fn digits(self) -> ([u8; LONGEST], usize) {
        let mut digits = [0; LONGEST];
        let length = usize::from(self.length());
        let mut rest = self.packed;
        let mut base = 11;
        for slot in digits.iter_mut().take(length).rev() {
            *slot = u8::try_from(rest % base).unwrap_or_default();
            rest /= base;
            base = 10;
        }
        (digits, length)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (digits, length) = self.digits();
        digits.iter().take(length).try_for_each(|&digit| match digit {
            10 => f.write_str("X"),
            digit => write!(f, "{digit}"),
        })
    }
}

/// The parts of a number of full length.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Body {
    pub(crate) region: u64,
    pub(crate) birth: u64,
    pub(crate) order: u64,
    pub(crate) check: u64,
}

/// How two numbers agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum NumberLevel {
    /// The same, digit for digit.
    Same = 0,
    /// One slip of the hand apart: a digit wrong, lost or doubled, or two neighbours swapped; at
    /// least one of the two fails its check, as a slip nearly always does.
    OneSlip = 1,
    /// Two digits wrong, at least one number fails its check.
    TwoSlips = 2,
    /// One of the two is missing or unusable: says nothing.
    Missing = 3,
    /// Different, and the number on the right belongs to somebody else on the left: it was copied
    /// from the wrong line, and says little about who this is.
    Copied = 4,
    /// Different, at least one fails its check.
    DifferentDoubtful = 5,
    /// Different, and both pass their check: hardly one person.
    Different = 6,
}

/// Compares two numbers; `Copied` is not known here.
#[must_use]
pub fn compare(a: Number, b: Number) -> NumberLevel {
    if a.is_none() || b.is_none() {
        return NumberLevel::Missing;
    }
    if a.packed == b.packed && a.length() == b.length() {
        return NumberLevel::Same;
    }
    if a.is_checked() && b.is_checked() {
        return NumberLevel::Different;
    }
    match slips(a, b) {
        1 => NumberLevel::OneSlip,
        2 => NumberLevel::TwoSlips,
        _ => NumberLevel::DifferentDoubtful,
    }
}

/// How many slips lie between two numbers: 1, 2, or 3 for “more”.
fn slips(a: Number, b: Number) -> u8 {
    let ((x, n), (y, m)) = (a.digits(), b.digits());
    let (Some(x), Some(y)) = (x.get(..n), y.get(..m)) else { return 3 };
    if n == m {
        let mut wrong = x.iter().zip(y).enumerate().filter(|(_, (a, b))| a != b);
        let (first, second, third) = (wrong.next(), wrong.next(), wrong.next());
        return match (first, second, third) {
            (Some((i, (a, b))), Some((j, (c, d))), None) if j == i + 1 && a == d && b == c => 1,
            (_, None, None) => 1,
            (_, _, None) => 2,
            _ => 3,
        };
    }
    let (short, long) = if n < m { (x, y) } else { (y, x) };
    if long.len() != short.len() + 1 {
        return 3;
    }
    let head = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    let tail = short.iter().rev().zip(long.iter().rev()).take_while(|(a, b)| a == b).count();
    if head + tail >= short.len() { 1 } else { 3 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(a: (&str, bool), b: (&str, bool), expected: NumberLevel) {
        let (a, b) = (Number::new(a.0, a.1), Number::new(b.0, b.1));
        assert_eq!(compare(a, b), expected, "{a} / {b}");
        assert_eq!(compare(b, a), expected, "{b} / {a}");
    }

    #[test]
    fn tells_slips_from_other_people() {
        use NumberLevel as L;
        let good = ("539999201509010011", true);
        for (other, expected) in [
            (("539999201509010011", true), L::Same),
            (("539999201509010071", false), L::OneSlip),
            (("539999201590010011", false), L::OneSlip),
            (("53999920150901001", false), L::OneSlip),
            (("5399992015090100111", false), L::OneSlip),
            (("539998201508010011", false), L::TwoSlips),
            (("529998201508010011", false), L::DifferentDoubtful),
            (("53999920160807001X", true), L::Different),
            (("", false), L::Missing),
            (("4.53E+17", false), L::Missing),
        ] {
            check(good, other, expected);
        }
    }

    proptest! {
        #[test]
        fn prints_what_was_typed(text in "[0-9]{7,18}[0-9X]") {
            prop_assert_eq!(Number::new(&text, false).to_string(), text);
        }

        #[test]
        fn one_substitution_is_one_slip(text in "[0-9]{17}[0-9X]", at in 0_usize..17, by in 1_u8..10) {
            let mut other = text.clone().into_bytes();
            other[at] = (other[at] - b'0' + by) % 10 + b'0';
            let other = String::from_utf8(other).unwrap();
            prop_assert_eq!(compare(Number::new(&text, true), Number::new(&other, false)), NumberLevel::OneSlip);
        }
    }
}
