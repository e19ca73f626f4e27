//! 残疾人证号: the holder's 公民身份号码, one digit for the kind and one for the grade (GB/T 26341).

use std::fmt;

use super::citizen::CitizenId;
use super::compact::Compact;
use super::problem::NumberProblem;
use crate::codes::{DisabilityGrade, DisabilityKind};
use crate::mask;

/// A 残疾人证号 of 20 characters, or 22 with the mark of a reissued card such as `B1`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DisabilityCard {
    citizen_id: CitizenId,
    category: DisabilityKind,
    grade: DisabilityGrade,
    /// How often the card was reissued; 0 for the first.
    reissue: u8,
}

const NAME: &str = "残疾人证号";

impl DisabilityCard {
    /// Reads a 残疾人证号, cleaned like [`CitizenId::parse`].
    ///
    /// # Errors
    /// [`NumberProblem`] when empty, of another length or shape, or when the identity number inside is wrong.
    pub fn parse(text: &str) -> Result<Self, NumberProblem> {
        let wrong_shape = NumberProblem::WrongShape {
            name: NAME,
            built: "应为18位身份证号加1位残疾类别（1至7）和1位等级（1至4）",
        };
        let number = Compact::of(text).ok_or(wrong_shape)?;
        let text = number.as_str();
        let (body, reissue) = match text.len() {
            0 => return Err(NumberProblem::Empty),
            20 => (text, 0),
            22 => text
                .split_once('B')
                .and_then(|(body, times)| Some((body, times.parse::<u8>().ok()?)))
                .ok_or(wrong_shape)?,
            found => return Err(NumberProblem::WrongLength { name: NAME, found, right: "20位" }),
        };
        let (id, tail) = body.split_at_checked(18).ok_or(wrong_shape)?;
        let (category, grade) = tail.split_at_checked(1).ok_or(wrong_shape)?;
        Ok(Self {
            category: DisabilityKind::from_code(category)
                .filter(|kind| *kind != DisabilityKind::None)
                .ok_or(wrong_shape)?,
            grade: DisabilityGrade::from_code(grade).ok_or(wrong_shape)?,
            citizen_id: CitizenId::parse(id).map_err(NumberProblem::Id)?,
            reissue,
        })
    }

    /// The holder's identity number.
    #[must_use]
    pub const fn citizen_id(self) -> CitizenId {
        self.citizen_id
    }

    /// Kind of disability, by the 19th character.
    #[must_use]
    pub const fn category(self) -> DisabilityKind {
        self.category
    }

    /// Grade, 1 the heaviest, by the 20th character.
    #[must_use]
    pub const fn grade(self) -> DisabilityGrade {
        self.grade
    }

    /// The number with all but the region hidden, the disability too.
    #[must_use]
    pub fn masked(self) -> String {
        mask::id(&self.to_string())
    }
}

impl fmt::Display for DisabilityCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.citizen_id, self.category.code(), self.grade.code())?;
        if self.reissue == 0 { Ok(()) } else { write!(f, "B{}", self.reissue) }
    }
}

impl fmt::Debug for DisabilityCard {
    /// Masked: it contains an identity number and a disability.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DisabilityCard({})", self.masked())
    }
}
