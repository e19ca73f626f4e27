//! 点名: what was marked of a child, and which of several marks holds. Marks are only ever added: a correction is a new
//! one that points at the old, and both stay.

use jiff::civil::Date;

/// What a teacher taps. (省在校生动态管理系统的考勤类别.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// 出勤.
    Present,
    /// 迟到: came.
    Late,
    /// 早退: came.
    LeftEarly,
    /// 病假.
    Sick,
    /// 事假.
    Personal,
    /// 公假: away for the school.
    Official,
    /// 旷课: away, and nobody gave a reason.
    Truant,
    /// 未返: a boarder who did not come back.
    NotReturned,
    /// 停课: no lessons for the child that day (weather, illness in the class).
    Stopped,
    /// 在外就读: in another school with proof, 送教 or 借读.
    Elsewhere,
}

/// What a mark says of half a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Half {
    /// In school, or taught elsewhere.
    Came,
    /// Away for the school.
    Official,
    /// Away with a reason that was told.
    Told,
    /// Away without a reason.
    Away(Kind),
    /// There were no lessons.
    NoLessons,
}

impl Kind {
    /// Every kind, in the order of the register.
    pub const ALL: [Self; 10] = [
        Self::Present,
        Self::Truant,
        Self::Sick,
        Self::Personal,
        Self::Official,
        Self::Late,
        Self::LeftEarly,
        Self::NotReturned,
        Self::Stopped,
        Self::Elsewhere,
    ];

    /// As it is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Late => "late",
            Self::LeftEarly => "left_early",
            Self::Sick => "sick",
            Self::Personal => "personal",
            Self::Official => "official",
            Self::Truant => "truant",
            Self::NotReturned => "not_returned",
            Self::Stopped => "stopped",
            Self::Elsewhere => "elsewhere",
        }
    }

    /// The kind with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// What people call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Present => "出勤",
            Self::Late => "迟到",
            Self::LeftEarly => "早退",
            Self::Sick => "病假",
            Self::Personal => "事假",
            Self::Official => "公假",
            Self::Truant => "旷课",
            Self::NotReturned => "未返校",
            Self::Stopped => "停课",
            Self::Elsewhere => "在外就读",
        }
    }

    /// What it says of half a day.
    #[must_use]
    pub const fn half(self) -> Half {
        match self {
            Self::Present | Self::Late | Self::LeftEarly | Self::Elsewhere => Half::Came,
            Self::Official => Half::Official,
            Self::Sick | Self::Personal => Half::Told,
            Self::Truant | Self::NotReturned => Half::Away(self),
            Self::Stopped => Half::NoLessons,
        }
    }
}

/// Which part of a day a mark is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// 全天: a school that calls once.
    Whole,
    /// 上午.
    Morning,
    /// 下午.
    Afternoon,
    /// 晚点名, also the return of boarders on the evening before.
    Evening,
}

impl Part {
    /// Every part, in the order of the day.
    pub const ALL: [Self; 4] = [Self::Whole, Self::Morning, Self::Afternoon, Self::Evening];

    /// As it is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Morning => "morning",
            Self::Afternoon => "afternoon",
            Self::Evening => "evening",
        }
    }

    /// The part with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.code() == code)
    }

    /// What people call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Whole => "全天",
            Self::Morning => "上午",
            Self::Afternoon => "下午",
            Self::Evening => "晚点名",
        }
    }
}

/// One mark of one child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark<'a> {
    /// Id. Two marks with one id are one: a sheet that is sent again changes nothing (H01).
    pub id: &'a str,
    /// The day.
    pub day: Date,
    /// Which part of it.
    pub part: Part,
    /// What was tapped.
    pub kind: Kind,
    /// The class whose register it stands in.
    pub class: &'a str,
    /// The mark that it corrects.
    pub corrects: Option<&'a str>,
}

/// What the marks of one part come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// Nobody called: neither there nor away.
    Nothing,
    /// What holds.
    Says(Kind),
    /// Two marks say different things and neither corrects the other: unknown until somebody decides.
    Conflict,
}

/// Which mark holds for a part of a day, whatever the order in which they arrived: one that no other corrects. Marks of
/// the whole day speak for morning and afternoon, and give way to what was called for the half itself.
#[must_use]
pub fn settle(marks: &[Mark<'_>], part: Part) -> Settled {
    let own = heads(marks, part);
    if own == Settled::Nothing && matches!(part, Part::Morning | Part::Afternoon) {
        heads(marks, Part::Whole)
    } else {
        own
    }
}

fn heads(marks: &[Mark<'_>], part: Part) -> Settled {
    let mut settled = Settled::Nothing;
    let mut any = false;
    for mark in marks.iter().filter(|mark| mark.part == part) {
        any = true;
        if marks.iter().any(|other| other.corrects == Some(mark.id) && other.id != mark.id) {
            continue;
        }
        settled = match settled {
            Settled::Nothing => Settled::Says(mark.kind),
            Settled::Says(kind) if kind == mark.kind => settled,
            _ => Settled::Conflict,
        };
    }
    // Marks that correct each other in a ring: nobody can say which holds.
    if any && settled == Settled::Nothing { Settled::Conflict } else { settled }
}

/// A day's marks as they hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// 上午.
    pub morning: Settled,
    /// 下午.
    pub afternoon: Settled,
    /// 晚.
    pub evening: Settled,
}

impl Reading {
    /// What these marks, all of one day, come to.
    #[must_use]
    pub fn of(marks: &[Mark<'_>]) -> Self {
        let [morning, afternoon, evening] =
            [Part::Morning, Part::Afternoon, Part::Evening].map(|part| settle(marks, part));
        Self { morning, afternoon, evening }
    }
}
