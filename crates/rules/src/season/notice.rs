//! 入学、复学通知书: what becomes of one after it was made. What was done stays done: a notice that was delivered is not undelivered.

use crate::case::Refused;
use crate::codes::codes;

use super::Due;

codes! {
    /// What a notice asks of the family.
    Kind "义务教育法第十一条、第十三条；南政办发〔2024〕6号五(八)" {
        Enrol = "enrol" "入学" [],
        Junior = "junior" "升入初中" [],
        Return = "return" "复学" [],
    }
}

impl Kind {
    /// For what a child is due for; none for those who have finished.
    #[must_use]
    pub const fn of(due: Due) -> Option<Self> {
        match due {
            Due::First => Some(Self::Enrol),
            Due::Junior => Some(Self::Junior),
            Due::Back => Some(Self::Return),
            Due::Leaves => None,
        }
    }

    /// The title of the paper.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Enrol | Self::Junior => "义务教育入学通知书",
            Self::Return => "义务教育复学通知书",
        }
    }
}

codes! {
    /// How far a notice has come.
    State "南政办发〔2024〕6号五(八)" {
        Failed = "failed" "没有送到" [],
        Made = "made" "待送达" [],
        Delivered = "delivered" "已送达" [],
        Answered = "answered" "家长已答复" [],
    }
}

impl State {
    /// Whether it is in the family's hands.
    #[must_use]
    pub const fn is_delivered(self) -> bool {
        matches!(self, Self::Delivered | Self::Answered)
    }
}

codes! {
    /// Why it could not be delivered.
    Why "南政办发〔2024〕6号五(八)" {
        NobodyHome = "nobody_home" "家里没人" [],
        Moved = "moved" "搬走了" [],
        WrongPlace = "wrong_place" "地址不对" [],
        Unwilling = "unwilling" "拒绝签收" [],
        Other = "other" "其他" [],
    }
}

impl Why {
    /// What to do next.
    #[must_use]
    pub const fn todo(self) -> &'static str {
        match self {
            Self::NobodyHome => "换个时间再上门，或打电话约",
            Self::Moved => "问清去了哪里，登记外出就读或请公安协助",
            Self::WrongPlace => "核对住址，更正档案后再送",
            Self::Unwilling => "请村委会代表到场见证，留置送达",
            Self::Other => "写明情况，再送一次",
        }
    }
}

codes! {
    /// What the family says.
    Answer "义务教育法第五条、第十一条；南政办发〔2024〕6号四(二十)" {
        Attend = "attend" "会按时到校" [],
        Elsewhere = "elsewhere" "在外地就读" [],
        Defer = "defer" "申请延缓入学" [],
        Object = "object" "不送" [],
    }
}

impl Answer {
    /// What must be written with it; empty for nothing.
    #[must_use]
    pub const fn asks(self) -> &'static str {
        match self {
            Self::Attend => "",
            Self::Elsewhere => "在哪里、哪所学校就读，有什么证明",
            Self::Defer => "孩子的身体状况",
            Self::Object => "为什么不送",
        }
    }
}

/// What happened with a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It was delivered, as its article asks for.
    Deliver,
    /// It could not be.
    Fail(Why),
    /// The family answered.
    Answer(Answer),
}

/// Where a notice stands after a step.
///
/// # Errors
/// [`Refused`] for a second delivery, a failure after it, and an answer to what was not delivered.
pub fn after(state: State, step: Step) -> Result<State, Refused> {
    let basis = "五(八)";
    match (state, step) {
        (State::Made | State::Failed, Step::Deliver) => Ok(State::Delivered),
        (State::Made | State::Failed, Step::Fail(_)) => Ok(State::Failed),
        (State::Delivered | State::Answered, Step::Answer(_)) => Ok(State::Answered),
        (State::Delivered | State::Answered, Step::Deliver | Step::Fail(_)) => {
            Err(Refused::new("这份通知书已经送达", basis, "送达的事实不改；家长有答复的登记答复"))
        }
        (State::Made | State::Failed, Step::Answer(_)) => {
            Err(Refused::new("这份通知书还没有送达", basis, "请先登记送达，再登记家长的答复"))
        }
    }
}
