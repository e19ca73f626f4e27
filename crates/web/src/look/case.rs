//! The parts that tell a case: steps, what happened, who answers for it, two records side by side. It must not know
//! the order of a case; the page says which step is done.

use super::{Link, Tone};

/// One step of a way through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Two to five characters.
    pub label: String,
    /// A short remark, a date or `须法律依据`.
    pub note: String,
    /// Where the way is.
    pub state: StepState,
}

/// Whether a step is behind, here or ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// 已完成.
    Done,
    /// 正在办.
    Here,
    /// 未开始.
    Ahead,
    /// 不适用, left out in this case.
    Off,
}

impl StepState {
    /// The class of the style sheet.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Here => "here",
            Self::Ahead => "ahead",
            Self::Off => "off",
        }
    }

    /// The same for those who do not see the colour.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Done => "已完成",
            Self::Here => "正在办",
            Self::Ahead => "未开始",
            Self::Off => "不适用",
        }
    }
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Moment {
    /// ISO date or time, for machines.
    pub at: String,
    /// The same for people, `11-21 10:20`.
    pub when: String,
    /// What happened, in a few words.
    pub what: String,
    /// By whom, of which unit.
    pub who: String,
    /// More about it; may be empty.
    pub text: String,
    /// A tag beside it; empty for none.
    pub tag: String,
    /// The tag's tone.
    pub tone: Tone,
    /// Papers that belong to it.
    pub papers: Vec<Link>,
}

/// One of the eight who answer for a child in 双线四级 (government and education, four levels each).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// The level or unit, `村委会`.
    pub level: &'static str,
    /// The person and their duty; none while the post is vacant.
    pub who: Option<String>,
    /// A remark; for a vacant post who must fill it.
    pub note: String,
}

/// One line of two records side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompareRow {
    /// The field, `出生日期`.
    pub label: String,
    /// What the left record says; empty when it says nothing.
    pub left: String,
    /// What the right record says; empty when it says nothing.
    pub right: String,
    /// Whether they count as the same; the page decides, not the text.
    pub same: bool,
    /// Why, in words: `同音`, `一位之差`; may be empty.
    pub note: String,
}
