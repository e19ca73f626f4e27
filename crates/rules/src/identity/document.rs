//! The papers other than a 公民身份号码 with which a child may be enrolled. Only what can be checked is
//! checked: a passport number of a foreign state has a shape at best.

use std::fmt;

use super::citizen::{CitizenId, check_digit};
use super::compact::Compact;
use super::problem::{IdProblem, NumberProblem};
use crate::codes::IdKind;
use crate::mask;

/// An identity paper by its number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum IdDocument {
    /// 居民身份证, or 港澳台居民居住证, which is numbered alike.
    Citizen(CitizenId),
    /// 外国人永久居留身份证.
    ForeignResident(ResidentCard),
    /// 港澳居民来往内地通行证: H (Hong Kong) or M (Macau), 8 digits, on older cards 2 more for the issue.
    HongKongMacauPermit(Compact),
    /// 台湾居民来往大陆通行证: 8 digits.
    TaiwanPermit(Compact),
    /// A passport: 6 to 9 letters and digits, at least five of them digits.
    Passport(Compact),
}

/// The two forms of the 外国人永久居留身份证.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ResidentCard {
    /// Since December 2023: 18 characters, 9, place of application, nationality, birth date, sequence, check
    /// character by the rule of GB 11643.
    New(Compact),
    /// Before: three letters of the nationality and 12 digits.
    Old(Compact),
}

impl IdDocument {
    /// Reads any paper, telling the kind by the shape of its number.
    ///
    /// # Errors
    /// [`NumberProblem::Id`] when the text looks like an identity number and is a wrong one; otherwise the
    /// shape that was missed.
    pub fn parse(text: &str) -> Result<Self, NumberProblem> {
        let problem = match CitizenId::parse(text) {
            Ok(id) => return Ok(Self::Citizen(id)),
            Err(IdProblem::Empty) => return Err(NumberProblem::Empty),
            Err(problem) => problem,
        };
        let Some(number) = Compact::of(text) else { return Err(NumberProblem::Id(problem)) };
        if let Some(card) = ResidentCard::of(number) {
            return Ok(Self::ForeignResident(card));
        }
        match number.as_bytes() {
            [b'H' | b'M', digits @ ..] if matches!(digits.len(), 8 | 10) && all_digits(digits) => {
                Ok(Self::HongKongMacauPermit(number))
            }
            digits if digits.len() == 8 && all_digits(digits) => Ok(Self::TaiwanPermit(number)),
            other if is_passport(other) => Ok(Self::Passport(number)),
            _ => Err(NumberProblem::Id(problem)),
        }
    }

    /// Reads a number of the kind that the roll names (身份证件类型).
    ///
    /// # Errors
    /// [`NumberProblem`] when the number is not of that kind. Kinds whose numbers follow no public rule
    /// (户口簿, 其他, papers of the forces) are read as [`IdDocument::parse`] reads them.
    pub fn parse_as(kind: IdKind, text: &str) -> Result<Self, NumberProblem> {
        let wrong = |name, built| Err(NumberProblem::WrongShape { name, built });
        match (kind, Self::parse(text)) {
            (IdKind::ResidentCard, Ok(Self::Citizen(id))) => Ok(Self::Citizen(id)),
            (IdKind::ResidentCard, Ok(_)) => Err(match CitizenId::parse(text) {
                Err(problem) => NumberProblem::Id(problem),
                Ok(_) => NumberProblem::Empty,
            }),
            (IdKind::TaiwanPermit, Ok(other))
                if !matches!(other, Self::TaiwanPermit(_) | Self::Citizen(_)) =>
            {
                wrong("台湾居民来往大陆通行证号", "应为8位数字")
            }
            (IdKind::HongKongPaper | IdKind::MacauPaper, Ok(Self::TaiwanPermit(_))) => {
                wrong("港澳居民来往内地通行证号", "应为H或M加8位数字")
            }
            // Eight digits without a letter may as well be a passport, once the roll says that it is one.
            (IdKind::ForeignPassport, Ok(Self::TaiwanPermit(number) | Self::HongKongMacauPermit(number))) => {
                Ok(Self::Passport(number))
            }
            (_, read) => read,
        }
    }

    /// The identity number, when the paper has one.
    #[must_use]
    pub const fn citizen_id(self) -> Option<CitizenId> {
        match self {
            Self::Citizen(id) => Some(id),
            _ => None,
        }
    }

    /// What the paper is called.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Citizen(id) if id.is_residence_permit() => "港澳台居民居住证",
            Self::Citizen(_) => "居民身份证",
            Self::ForeignResident(_) => "外国人永久居留身份证",
            Self::HongKongMacauPermit(_) => "港澳居民来往内地通行证",
            Self::TaiwanPermit(_) => "台湾居民来往大陆通行证",
            Self::Passport(_) => "护照",
        }
    }

    /// The number with its middle hidden.
    #[must_use]
    pub fn masked(self) -> String {
        mask::id(&self.to_string())
    }
}

impl ResidentCard {
    fn of(number: Compact) -> Option<Self> {
        match number.as_bytes() {
            [b'9', ..] => {
                let [seventeen @ .., last] = <&[u8; 18]>::try_from(number.as_bytes()).ok()?;
                let digits = std::str::from_utf8(seventeen).ok()?;
                let birth = digits.get(6..14)?;
                crate::date::parse_date(birth).ok()?;
                (check_digit(seventeen)? == *last).then_some(Self::New(number))
            }
            [a, b, c, digits @ ..] if digits.len() == 12 && all_digits(digits) => {
                [a, b, c].iter().all(|byte| byte.is_ascii_uppercase()).then_some(Self::Old(number))
            }
            _ => None,
        }
    }
}

fn all_digits(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_digit)
}

fn is_passport(bytes: &[u8]) -> bool {
    (6..=9).contains(&bytes.len()) && bytes.iter().filter(|byte| byte.is_ascii_digit()).count() >= 5
}

impl fmt::Display for IdDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Citizen(id) => id.fmt(f),
            Self::ForeignResident(ResidentCard::New(number) | ResidentCard::Old(number))
            | Self::HongKongMacauPermit(number)
            | Self::TaiwanPermit(number)
            | Self::Passport(number) => number.fmt(f),
        }
    }
}

impl fmt::Debug for IdDocument {
    /// Masked: a number that identifies a child must not reach a log by way of `{:?}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.label(), self.masked())
    }
}

impl fmt::Debug for ResidentCard {
    /// Masked, as [`IdDocument`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::New(number) | Self::Old(number)) = self;
        write!(f, "ResidentCard({number:?})")
    }
}
