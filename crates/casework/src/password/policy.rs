//! The two password profiles as data, and the one decision whether a password may be set. It hashes nothing.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::{Accepted, MAX_BYTES, weak};

/// The longest password in characters.
pub(super) const MAX_CHARS: usize = 128;
/// Shorter words of the person's own data say nothing: many passwords hold "li" or "t1".
const SHORTEST_WORD: usize = 3;

/// Which rules a county sets for passwords.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// 等保三级习惯: what assessors of GB/T 22239-2019 level 3 (8.1.4.1) usually ask to see. The standard asks for
    /// complexity, regular change and an end to failed tries; the figures are practice, not its text.
    #[default]
    Dengbao,
    /// OWASP ASVS 5.0, 6.2 and 6.3: length instead of composition, no periodic change, no password that is tried
    /// first, delays instead of a lock.
    Asvs,
}

impl FromStr for Profile {
    type Err = String;

    /// # Errors
    /// What may be written, in Chinese.
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "dengbao" => Ok(Self::Dengbao),
            "asvs" => Ok(Self::Asvs),
            _ => Err("密码规则只能是 dengbao（等保三级习惯）或 asvs（OWASP ASVS 5.0）".to_owned()),
        }
    }
}

/// What happens after wrong passwords.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// No try for `minutes` after `failures` wrong ones in a row.
    Lock {
        /// Wrong passwords in a row.
        failures: u16,
        /// How long, in minutes.
        minutes: u16,
    },
    /// After `free` wrong ones each further try waits, `first` seconds and then twice as long each time, `longest`
    /// seconds at most.
    Delay {
        /// Wrong passwords in a row without a wait.
        free: u16,
        /// The first wait in seconds.
        first: u16,
        /// The longest wait in seconds.
        longest: u16,
    },
}

/// The figures of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// What it is called on screens.
    pub name: &'static str,
    /// Least length in characters for who signs in by password alone.
    pub min_chars: usize,
    /// Least length for who has a second factor.
    pub min_chars_with_second_factor: usize,
    /// Greatest length in characters.
    pub max_chars: usize,
    /// How many of 大写字母, 小写字母, 数字, 其他符号 there must be; 0 for any composition.
    pub classes: usize,
    /// Days until it must be changed; `None` for never.
    pub max_age_days: Option<u16>,
    /// How many earlier passwords may not come back.
    pub remembered: usize,
    /// What happens after wrong passwords.
    pub guard: Guard,
    /// Minutes without a click until identity must be proved again.
    pub idle_minutes: u16,
}

const DENGBAO: Policy = Policy {
    name: "等保三级习惯",
    min_chars: 8,
    min_chars_with_second_factor: 8,
    max_chars: MAX_CHARS,
    classes: 3,
    max_age_days: Some(90),
    remembered: 5,
    guard: Guard::Lock { failures: 5, minutes: 15 },
    idle_minutes: 30,
};

const ASVS: Policy = Policy {
    name: "OWASP ASVS 5.0",
    min_chars: 12,
    min_chars_with_second_factor: 8,
    max_chars: MAX_CHARS,
    classes: 0,
    max_age_days: None,
    remembered: 0,
    guard: Guard::Delay { free: 3, first: 2, longest: 900 },
    idle_minutes: 30,
};

impl Profile {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Dengbao, Self::Asvs];

    /// Its figures.
    #[must_use]
    pub const fn policy(self) -> &'static Policy {
        match self {
            Self::Dengbao => &DENGBAO,
            Self::Asvs => &ASVS,
        }
    }
}

impl Policy {
    /// Whether a password set on that day must be changed before anything else is done today.
    #[must_use]
    pub fn must_change(&self, set_on: Date, today: Date) -> bool {
        self.max_age_days.is_some_and(|days| {
            let age = today.duration_since(set_on).as_hours() / 24;
            age >= i64::from(days)
        })
    }

    /// What the form says above the field, before anybody has typed.
    #[must_use]
    pub fn says(&self, factors: Factors) -> String {
        let mut text = format!("至少 {} 个字符，最多 {} 个，可以粘贴", self.least(factors), self.max_chars);
        if self.classes > 0 {
            text.push_str(&format!("；大写字母、小写字母、数字、其他符号中至少有 {} 种", self.classes));
        } else {
            text.push_str("；几个不相干的词连起来就很好，不要求符号和大小写");
        }
        if let Some(days) = self.max_age_days {
            text.push_str(&format!("；每 {days} 天更换一次，最近 {} 次用过的不能再用", self.remembered));
        }
        text.push('。');
        text
    }

    const fn least(&self, factors: Factors) -> usize {
        match factors {
            Factors::Password => self.min_chars,
            Factors::PasswordAndCode => self.min_chars_with_second_factor,
        }
    }
}

/// How the person signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Factors {
    /// By password alone.
    #[default]
    Password,
    /// By password and one-time code (双因素).
    PasswordAndCode,
}

/// Whose password it is to be: what others can know of the person may not be in it (ASVS 5.0, 6.2.11).
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'a> {
    /// User name (账号).
    pub username: &'a str,
    /// Name (姓名).
    pub name: &'a str,
    /// Unit (单位).
    pub unit: &'a str,
    /// More words: the name in pinyin, the county, the phone number.
    pub words: &'a [&'a str],
    /// How the person signs in.
    pub factors: Factors,
}

/// Why a password may not be set. Never repeats it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Complaint {
    /// Too few characters.
    TooShort {
        /// How many there must be.
        min: usize,
    },
    /// Too many characters.
    TooLong {
        /// How many there may be.
        max: usize,
    },
    /// Too few kinds of characters.
    Classes {
        /// How many kinds there must be.
        needed: usize,
    },
    /// The user name is in it, forwards or backwards.
    HoldsUsername,
    /// The name, the unit or another word about the person is in it.
    HoldsOwnWord,
    /// One of those that are tried first.
    Common,
    /// Repeats itself, or goes along the digits or the alphabet.
    Regular,
    /// A mobile number, an ID number or a date.
    PersonalNumber,
    /// Used lately.
    Reused {
        /// How many earlier ones may not come back.
        remembered: usize,
    },
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort { min } => write!(f, "太短：至少要 {min} 个字符，可以把几个不相干的词连起来。"),
            Self::TooLong { max } => write!(f, "太长：最多 {max} 个字符。"),
            Self::Classes { needed } => {
                write!(f, "种类太少：大写字母、小写字母、数字、其他符号中至少要有 {needed} 种。")
            }
            Self::HoldsUsername => f.write_str("含有账号：请去掉账号，倒着写也不行。"),
            Self::HoldsOwnWord => f.write_str("含有姓名、单位等别人知道的信息：请换成与本人无关的词。"),
            Self::Common => f.write_str("太常见：这是最先被猜的密码之一，请换一个。"),
            Self::Regular => f.write_str("太有规律：请不要用重复或连续的字符。"),
            Self::PersonalNumber => f.write_str("像是手机号、证件号或日期：别人查得到，请换一个。"),
            Self::Reused { remembered } => write!(f, "最近 {remembered} 次用过：请换一个新的。"),
        }
    }
}

impl std::error::Error for Complaint {}

/// Whether the password may be set under the profile. Earlier passwords are compared by
/// [`super::Hasher::reused`], because only their hashes are kept.
///
/// # Errors
/// Every [`Complaint`], so that one try shows them all.
pub fn acceptable(
    profile: Profile,
    candidate: &str,
    context: &Context<'_>,
) -> Result<Accepted, Vec<Complaint>> {
    let policy = profile.policy();
    // First and alone: nothing else may be done with a megabyte.
    if candidate.len() > MAX_BYTES {
        return Err(vec![Complaint::TooLong { max: policy.max_chars }]);
    }
    let mut complaints = Vec::new();
    let chars = candidate.chars().count();
    let min = policy.least(context.factors);
    if chars < min {
        complaints.push(Complaint::TooShort { min });
    }
    if chars > policy.max_chars {
        complaints.push(Complaint::TooLong { max: policy.max_chars });
    }
    if weak::classes(candidate) < policy.classes {
        complaints.push(Complaint::Classes { needed: policy.classes });
    }
    let folded = Zeroizing::new(candidate.to_lowercase());
    let backwards = Zeroizing::new(folded.chars().rev().collect::<String>());
    if holds(&folded, context.username) || holds(&backwards, context.username) {
        complaints.push(Complaint::HoldsUsername);
    }
    if [context.name, context.unit].iter().chain(context.words).any(|word| holds(&folded, word)) {
        complaints.push(Complaint::HoldsOwnWord);
    }
    if weak::common(&folded) {
        complaints.push(Complaint::Common);
    }
    if weak::regular(&folded) {
        complaints.push(Complaint::Regular);
    }
    if weak::personal_number(&folded) {
        complaints.push(Complaint::PersonalNumber);
    }
    if complaints.is_empty() { Ok(Accepted(Zeroizing::new(candidate.to_owned()))) } else { Err(complaints) }
}

/// Whether the lower-case text holds the word. A Chinese word counts from two characters on, another from three.
fn holds(folded: &str, word: &str) -> bool {
    let word = word.trim().to_lowercase();
    let long_enough =
        word.len() >= SHORTEST_WORD && (word.chars().count() >= SHORTEST_WORD || word.len() >= 6);
    long_enough && folded.contains(&word)
}
