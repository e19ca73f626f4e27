//! How one matter counts: a child that was to be brought back, an absence of three days, a report that was due, a duty with a deadline
//! (五(七)(九)(十)(十一)).

use jiff::civil::DateTime;

use super::Mark;
use crate::case::{Exemption, State};
use crate::codes::codes;

codes! {
    /// Why a matter counts as it does.
    Why "domain §4" {
        Proven = "proven" "点名册已证实返校" [],
        Stayed = "stayed" "返校跟踪期满，已销号" [],
        Transferred = "transferred" "已转到外地就读，学籍已接" [],
        OverAge = "over_age" "满16周岁，没有返校" [],
        Paused = "paused" "延缓入学、休学" [],
        Placed = "placed" "已安置，点名册还没有证实" [],
        Said = "said" "报告已返校，还没有安置" [],
        StillOut = "still_out" "还在劝返" [],
        Left = "left" "返校后再次辍学" [],
        InTime = "in_time" "按期" [],
        Late = "late" "办了，超过期限" [],
        Open = "open" "过了期限还没有办" [],
    }
}

codes! {
    /// The steps on the way back, as a leader counts them.
    Step "五(九)(十)(十一)" {
        Suspected = "suspected" "疑似" [],
        Verified = "verified" "核实" [],
        Dispatched = "dispatched" "派发" [],
        Received = "received" "接收" [],
        Persuading = "persuading" "劝返" [],
        Back = "back" "返校" [],
        Steady = "steady" "稳定" [],
        Closed = "closed" "销号" [],
    }
}

/// How many steps there are.
pub const STEPS: i64 = 8;

impl Step {
    /// Its number on the way, from 1.
    #[must_use]
    pub const fn number(self) -> i64 {
        match self {
            Self::Suspected => 1,
            Self::Verified => 2,
            Self::Dispatched => 3,
            Self::Received => 4,
            Self::Persuading => 5,
            Self::Back => 6,
            Self::Steady => 7,
            Self::Closed => 8,
        }
    }
}

/// How far on the way back a child is by its case; `None` for who was not to be brought back after all. Who left again, is suspended, or turned
/// sixteen without being back got as far as being persuaded.
#[must_use]
pub const fn step(state: State, ending: Ending) -> Option<Step> {
    if returned(state, ending).is_none() {
        return None;
    }
    Some(match state {
        State::Suspected => Step::Suspected,
        State::Confirmed => Step::Verified,
        State::Dispatched => Step::Dispatched,
        State::Accepted => Step::Received,
        State::Persuading | State::Paused | State::Relapsed => Step::Persuading,
        State::Returned | State::Placed => Step::Back,
        State::Observing => Step::Steady,
        State::Closed | State::Cleared => match ending {
            Ending::Exempt(Exemption::OverAge) => Step::Persuading,
            _ => Step::Closed,
        },
    })
}

/// How a closed case ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It is open, or ended without a ground of its own.
    None,
    /// The child stayed in school through the window.
    Stayed,
    /// It is no longer to be persuaded.
    Exempt(Exemption),
}

/// 复学率: how a child counts by its last case of the school year; `None` for who was not to be brought back after all. Only what the
/// register has shown is a return.
#[must_use]
pub const fn returned(state: State, ending: Ending) -> Option<(Mark, Why)> {
    match (state, ending) {
        (State::Cleared, _) => None,
        (State::Closed, Ending::Stayed | Ending::None) => Some((Mark::In, Why::Stayed)),
        (State::Closed, Ending::Exempt(Exemption::Transferred)) => Some((Mark::In, Why::Transferred)),
        (State::Closed, Ending::Exempt(Exemption::OverAge)) => Some((Mark::Apart, Why::OverAge)),
        (State::Closed, Ending::Exempt(_)) => None,
        (State::Observing, _) => Some((Mark::In, Why::Proven)),
        (State::Paused, _) => Some((Mark::Apart, Why::Paused)),
        (State::Placed, _) => Some((Mark::Out, Why::Placed)),
        (State::Returned, _) => Some((Mark::Out, Why::Said)),
        (State::Relapsed, _) => Some((Mark::Out, Why::Left)),
        (
            State::Suspected | State::Confirmed | State::Dispatched | State::Accepted | State::Persuading,
            _,
        ) => Some((Mark::Out, Why::StillOut)),
    }
}

/// What became of something that was due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Met {
    /// Until when.
    pub due: DateTime,
    /// When it was done; `None` for not yet.
    pub done: Option<DateTime>,
}

/// Whether a deadline was kept; `None` while it has not run out and nothing is done. Done at the very moment is in time.
#[must_use]
pub fn met(one: Met, now: DateTime) -> Option<(Mark, Why)> {
    match one.done {
        Some(done) if done <= one.due => Some((Mark::In, Why::InTime)),
        Some(_) => Some((Mark::Out, Why::Late)),
        None if now > one.due => Some((Mark::Out, Why::Open)),
        None => None,
    }
}

/// 及时上报率: as [`met`], for a suspect that may have come back (`cleared`) before the report was due: then none was owed.
#[must_use]
pub fn reported(one: Met, cleared: Option<DateTime>, now: DateTime) -> Option<(Mark, Why)> {
    if one.done.is_none() && cleared.is_some_and(|cleared| cleared <= one.due) {
        return None;
    }
    met(one, now)
}
