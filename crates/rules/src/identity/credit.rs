//! 统一社会信用代码 (GB 32100-2015): 18 characters that name a school, a bureau or an enterprise.

use std::fmt;

use super::compact::Compact;
use super::problem::NumberProblem;

/// The 31 characters of the code in the order of their values: no I, O, S, V, Z.
const CHARACTERS: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Weight of each of the first 17 characters, 3^(i−1) mod 31.
const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

const NAME: &str = "统一社会信用代码";

/// A valid 统一社会信用代码.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SocialCreditCode(Compact);

impl SocialCreditCode {
    /// Reads a code, with blanks and full-width or lower-case letters.
    ///
    /// # Errors
    /// [`NumberProblem`] when empty, of another length, with a letter the standard leaves out, or with a wrong
    /// check character.
    pub fn parse(text: &str) -> Result<Self, NumberProblem> {
        let wrong_shape = NumberProblem::WrongShape {
            name: NAME,
            built: "应为18位数字或大写字母，不用I、O、S、V、Z",
        };
        let code = Compact::of(text).ok_or(wrong_shape)?;
        let (body, last) = match code.as_bytes() {
            [] => return Err(NumberProblem::Empty),
            [body @ .., last] if body.len() == WEIGHTS.len() => (body, last),
            other => {
                return Err(NumberProblem::WrongLength { name: NAME, found: other.len(), right: "18位" });
            }
        };
        let value = |byte: &u8| CHARACTERS.iter().position(|c| c == byte).ok_or(wrong_shape);
        value(last)?;
        let mut sum = 0;
        for (byte, weight) in body.iter().zip(WEIGHTS) {
            sum += value(byte)? * weight;
        }
        let should_be = *CHARACTERS.get((31 - sum % 31) % 31).ok_or(wrong_shape)?;
        if *last == should_be {
            Ok(Self(code))
        } else {
            Err(NumberProblem::WrongCheckDigit { name: NAME, should_be: char::from(should_be) })
        }
    }

    /// All 18 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for SocialCreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
