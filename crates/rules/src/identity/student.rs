//! 学籍号: a letter and the 18 characters of an identity number (national roll system).

use std::fmt;

use super::citizen::CitizenId;
use super::compact::Compact;
use super::problem::NumberProblem;
use crate::mask;

/// What the first letter of a 学籍号 says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StudentNumberKind {
    /// G 正式学籍号.
    Formal,
    /// L 临时学籍号.
    Temporary,
    /// J: the child had no usable identity number, so the 18 characters are not one.
    WithoutId,
}

/// A 学籍号 of 19 characters: G, L or J, 17 digits, and a digit or X.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StudentNumber {
    kind: StudentNumberKind,
    number: Compact,
}

const NAME: &str = "学籍号";

impl StudentNumber {
    /// Reads a 学籍号, cleaned like [`CitizenId::parse`].
    ///
    /// # Errors
    /// [`NumberProblem`] when empty, of another length, or of another shape. A wrong identity number inside is
    /// no error here: a roll may be genuine although the number that it was made from was mistyped.
    pub fn parse(text: &str) -> Result<Self, NumberProblem> {
        const BUILT: &str = "应为字母G、L或J加18位身份证件号";
        let number = Compact::of(text).ok_or(NumberProblem::WrongShape { name: NAME, built: BUILT })?;
        let wrong_shape = NumberProblem::WrongShape { name: NAME, built: BUILT };
        let (letter, digits, last) = match number.as_bytes() {
            [] => return Err(NumberProblem::Empty),
            [letter, digits @ .., last] if digits.len() == 17 => (letter, digits, last),
            other => {
                return Err(NumberProblem::WrongLength { name: NAME, found: other.len(), right: "19位" });
            }
        };
        if !digits.iter().all(u8::is_ascii_digit) || !(last.is_ascii_digit() || *last == b'X') {
            return Err(wrong_shape);
        }
        let kind = match letter {
            b'G' => StudentNumberKind::Formal,
            b'L' => StudentNumberKind::Temporary,
            b'J' => StudentNumberKind::WithoutId,
            _ => return Err(wrong_shape),
        };
        Ok(Self { kind, number })
    }

    /// What the first letter says.
    #[must_use]
    pub const fn kind(self) -> StudentNumberKind {
        self.kind
    }

    /// The identity number inside a G or L number, when it is valid; never for J.
    #[must_use]
    pub fn citizen_id(self) -> Option<CitizenId> {
        match (self.kind, self.number.as_bytes()) {
            (StudentNumberKind::WithoutId, _) => None,
            (_, [_, id @ ..]) => CitizenId::from_eighteen(id.try_into().ok()?).ok(),
            (_, []) => None,
        }
    }

    /// All 19 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.number.as_str()
    }

    /// The number with its middle hidden: `G539999********0011`.
    #[must_use]
    pub fn masked(self) -> String {
        mask::id(self.as_str())
    }
}

impl fmt::Display for StudentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for StudentNumber {
    /// Masked: it contains an identity number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StudentNumber({})", self.masked())
    }
}
