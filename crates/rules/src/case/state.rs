//! Where a case stands, as types: an order is there exactly where somebody must act on one, and what has ended has no duty.

use jiff::civil::{Date, DateTime};

use super::event::{Ask, By, Ground, Person};
use super::ladder::Ladder;
use super::pause::Pause;
use crate::codes::codes;

codes! {
    /// Where a case stands, as it is listed and stored.
    State "南政办发〔2024〕6号五(九)(十)(十一)" {
        Suspected = "suspected" "待核实" [],
        Confirmed = "confirmed" "待下发指令" [],
        Dispatched = "dispatched" "待签收" [],
        Accepted = "accepted" "待入户" [],
        Persuading = "persuading" "劝返中" [],
        Paused = "paused" "延缓入学、休学" [],
        Returned = "returned" "已返校，待安置" [],
        Placed = "placed" "已安置，待证实" [],
        Observing = "observing" "返校跟踪" [],
        Cleared = "cleared" "已排除" [],
        Closed = "closed" "已销号" [],
        Relapsed = "relapsed" "再次辍学，已转新案" [],
    }
}

codes! {
    /// Why a child is no longer to be persuaded, other than that it stays in school. Each needs a proof.
    Exemption "domain 5.3 终结类型；义务教育法第二条、第五条、第十一条" {
        Transferred = "transferred" "转到外地就读，学籍已接" [],
        Finished = "finished" "已完成义务教育" [],
        OverAge = "over_age" "满16周岁，未完成（另行支持）" [],
        Dead = "dead" "死亡" [],
        Abroad = "abroad" "出国（境）定居" [],
        MovedAway = "moved_away" "户籍迁出本县" [],
        Mistaken = "mistaken" "误认：核实错了，孩子一直在校" [],
    }
}

impl Exemption {
    /// Whether it counts as solved. A child that grew too old did not come back, one that was never away had nothing to be
    /// solved; both are counted apart (五(七)).
    #[must_use]
    pub const fn is_solved(self) -> bool {
        !matches!(self, Self::OverAge | Self::Mistaken)
    }
}

/// A 劝返指令 that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The unit that must persuade.
    pub unit: String,
    /// When it was sent.
    pub at: DateTime,
}

/// A step of an open case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// Somebody has reported; nobody has verified.
    Suspected,
    /// It is out of school; nobody has the order. Also after 退回 and 收回.
    Confirmed,
    /// The order is sent.
    Dispatched(Order),
    /// The order is received; nobody has met the family.
    Accepted(Order),
    /// The family is visited.
    Persuading(Order),
    /// 延缓入学 or 休学: stays open.
    Paused(Pause, Option<Order>),
    /// Said to be back at that school since that day.
    Returned {
        /// The order that goes on if the child was not back.
        order: Option<Order>,
        /// Id of the school.
        school: String,
        /// Since when.
        on: Date,
    },
    /// Placed there; its register has not shown it yet.
    Placed {
        /// The order that goes on if the child was not back.
        order: Option<Order>,
        /// Id of the receiving school.
        school: String,
        /// Since when.
        on: Date,
    },
    /// Shown by the register, and watched.
    Observing {
        /// Id of the school.
        school: String,
        /// First day of the window.
        from: Date,
        /// How many looks of the rule were clean.
        passed: usize,
    },
}

impl Stage {
    /// Its entry in the list of states.
    #[must_use]
    pub const fn state(&self) -> State {
        match self {
            Self::Suspected => State::Suspected,
            Self::Confirmed => State::Confirmed,
            Self::Dispatched(_) => State::Dispatched,
            Self::Accepted(_) => State::Accepted,
            Self::Persuading(_) => State::Persuading,
            Self::Paused(..) => State::Paused,
            Self::Returned { .. } => State::Returned,
            Self::Placed { .. } => State::Placed,
            Self::Observing { .. } => State::Observing,
        }
    }

    /// The order that holds, if there is one.
    #[must_use]
    pub const fn order(&self) -> Option<&Order> {
        match self {
            Self::Dispatched(order) | Self::Accepted(order) | Self::Persuading(order) => Some(order),
            Self::Paused(_, order) | Self::Returned { order, .. } | Self::Placed { order, .. } => {
                order.as_ref()
            }
            Self::Suspected | Self::Confirmed | Self::Observing { .. } => None,
        }
    }

    /// The school that has taken the child back, if one has.
    #[must_use]
    pub fn school(&self) -> Option<&str> {
        match self {
            Self::Returned { school, .. } | Self::Placed { school, .. } | Self::Observing { school, .. } => {
                Some(school)
            }
            _ => None,
        }
    }
}

/// What waits for a second person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// What was asked.
    pub ask: Ask,
    /// By whom.
    pub by: Person,
    /// When.
    pub at: DateTime,
}

/// A case in which somebody must act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// When it was opened.
    pub opened: DateTime,
    /// The unit that a tip-off is about, which neither clears nor closes it (B13).
    pub against: Option<String>,
    /// Its step.
    pub stage: Stage,
    /// From when the clock of the step runs.
    pub since: DateTime,
    /// When something was recorded last: nothing is recorded before it (B12).
    pub last: DateTime,
    /// What waits for a second person.
    pub asked: Option<Asked>,
    /// Help and the four steps.
    pub ladder: Ladder,
    /// The day that the last visit agreed on for the next one.
    pub next: Option<Date>,
}

/// How a case ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// It was no dropout.
    Cleared,
    /// Two people closed it.
    Closed {
        /// Why.
        ground: Ground,
        /// Who asked.
        asked: Person,
        /// Who agreed.
        agreed: Person,
    },
    /// The child left again: a linked new case goes on. Never counted as solved.
    Relapsed,
}

/// A case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Case {
    /// Somebody must act.
    Open(Open),
    /// Nobody must.
    Ended(End),
}

impl Case {
    /// A new case, to be verified. `against` is the unit that a tip-off is about.
    #[must_use]
    pub fn open(at: DateTime, against: Option<String>) -> Self {
        let ladder = Ladder::default();
        let stage = Stage::Suspected;
        Self::Open(Open { opened: at, against, stage, since: at, last: at, asked: None, ladder, next: None })
    }

    /// Its entry in the list of states.
    #[must_use]
    pub const fn state(&self) -> State {
        match self {
            Self::Open(open) => open.stage.state(),
            Self::Ended(End::Cleared) => State::Cleared,
            Self::Ended(End::Closed { .. }) => State::Closed,
            Self::Ended(End::Relapsed) => State::Relapsed,
        }
    }

    /// Whether it ended with a child who stays or need not be in school here.
    #[must_use]
    pub const fn is_solved(&self) -> bool {
        match self {
            Self::Ended(End::Closed { ground: Ground::Exempt(why), .. }) => why.is_solved(),
            Self::Ended(End::Closed { ground: Ground::Stayed, .. }) => true,
            Self::Open(_) | Self::Ended(End::Cleared | End::Relapsed) => false,
        }
    }
}

impl By {
    /// The person, where it was one.
    #[must_use]
    pub const fn person(&self) -> Option<&Person> {
        match self {
            Self::Person(person) => Some(person),
            Self::Program => None,
        }
    }
}
