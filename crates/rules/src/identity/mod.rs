//! Numbers that say who somebody is: 公民身份号码, other papers, 学籍号, 残疾人证号, 统一社会信用代码.
//!
//! A value of these types is valid by construction. What cannot be read is a problem with words for the
//! person who must mend it; nothing is ever repaired by guessing (hazard E09).

mod citizen;
mod compact;
mod credit;
mod disability;
mod document;
mod problem;
mod student;

pub use citizen::{CitizenId, check_digit};
pub use compact::Compact;
pub use credit::SocialCreditCode;
pub use disability::DisabilityCard;
pub use document::{IdDocument, ResidentCard};
pub use problem::{IdProblem, NumberProblem};
pub use student::{StudentNumber, StudentNumberKind};
