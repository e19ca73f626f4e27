//! 开学没有到的: who was due and is in no register, and what to do next (五(八)(九)). A child that is known to be elsewhere with a proof, or let off
//! for its body's condition, is not missing.

use super::notice::{Answer, State};

/// A child that was due, some days after school began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pupil {
    /// On the roll of a class of this school year.
    pub on_roll: bool,
    /// In school on any called day since it began; nothing where nobody called.
    pub came: Option<bool>,
    /// Studies elsewhere with a proof that holds.
    pub elsewhere: bool,
    /// A deferral or suspension that holds.
    pub paused: bool,
}

/// How it is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// On no roll.
    NoRoll,
    /// On a roll, and on no day in school.
    NeverCame,
}

impl Missing {
    /// In words.
    #[must_use]
    pub const fn said(self) -> &'static str {
        match self {
            Self::NoRoll => "哪个班都没有报到",
            Self::NeverCame => "在册，一天也没有来",
        }
    }
}

/// Whether a child that was due is missing.
#[must_use]
pub const fn missing(pupil: &Pupil) -> Option<Missing> {
    match (pupil.on_roll, pupil.came) {
        _ if pupil.elsewhere || pupil.paused => None,
        (false, _) => Some(Missing::NoRoll),
        (true, Some(false)) => Some(Missing::NeverCame),
        (true, _) => None,
    }
}

/// What to do next for one that is missing, from how far its notice has come and what the family said last.
#[must_use]
pub const fn next_act(notice: Option<State>, answer: Option<Answer>) -> &'static str {
    match (notice, answer) {
        (_, Some(Answer::Object)) => "家长说不送：立案，走四步法",
        (_, Some(Answer::Elsewhere)) => "家长说在外地就读：要就读证明，登记外出就读；拿不出的立案",
        (_, Some(Answer::Defer)) => "家长申请延缓：审批；不符合条件的劝其到校",
        (None, _) => "没有发过通知书：补发，上门送到",
        (Some(State::Made | State::Failed), _) => "通知书没有送到：上门再送，问清去向",
        (Some(_), _) => "答应来没有来：当天打电话、上门，没有正当理由的立案",
    }
}
