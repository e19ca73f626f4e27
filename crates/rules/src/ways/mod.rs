//! 上学路程 and 校点撤并 (四(四)(六), 五(五)): what a way to school is, for whom it is hard, and in `closure` what closing a school point would
//! do to whom. What nobody measured is said to be unknown, never guessed; no school is ranked.

mod closure;

pub use crate::publish::{FEW, parts::told};
pub use closure::{After, Hindrance, Need, Outcome, Placed, Pupil, Receiver, hindrances, place, record};

use crate::codes::codes;
use crate::plan::SchoolAccess;

codes! {
    /// By what a child goes to school.
    Means "南政办发〔2024〕6号四(四)" {
        Walk = "walk" "步行" ["走路"],
        SchoolBus = "school_bus" "校车" [],
        Coach = "coach" "客运" ["客车", "班车", "农村客运"],
        Family = "family" "家长接送" ["接送"],
        Motorcycle = "motorcycle" "摩托" ["摩托车"],
    }
}

codes! {
    /// Whether it can be gone all the year round.
    Season "南政办发〔2024〕6号四(四)" {
        All = "all" "全年能走" ["能走", "通"],
        SlowInRain = "slow_in_rain" "雨季难走" [],
        ShutInRain = "shut_in_rain" "雨季不通" ["雨季中断"],
    }
}

codes! {
    /// How a child comes to its school.
    Access "南政办发〔2024〕6号四(四)" {
        Fine = "fine" "路程合适" [],
        Hard = "hard" "上学难" [],
        Boards = "boards" "住校" [],
        Unknown = "unknown" "路程没有登记" [],
    }
}

codes! {
    /// What goes before closing a school point: 制定、论证、公示、报批 and the hearing of those whom it concerns (国办发〔2012〕48号；四(四)).
    Procedure "国办发〔2012〕48号" {
        Argued = "argued" "论证" [],
        Published = "published" "公示" [],
        Heard = "heard" "听证" [],
        Approved = "approved" "报批" [],
    }
}

codes! {
    /// How far a study of a closure has come.
    Stage "南政办发〔2024〕6号四(四)" {
        Drafted = "drafted" "研究中" [],
        Hearing = "hearing" "征求意见" [],
        Closed = "closed" "决定撤并" [],
        Kept = "kept" "决定保留" [],
        Withdrawn = "withdrawn" "已撤回" [],
    }
}

impl Stage {
    /// Whether nothing more is done about it.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Closed | Self::Kept | Self::Withdrawn)
    }

    /// Whether it may come from here to `next`: drafted, heard, decided; withdrawn while it is not decided.
    #[must_use]
    pub const fn leads_to(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Drafted, Self::Hearing | Self::Withdrawn)
                | (Self::Hearing, Self::Closed | Self::Kept | Self::Withdrawn)
        )
    }
}

/// Minutes of a way at most: whoever goes for longer does not go every day.
pub const MINUTES: std::ops::RangeInclusive<u16> = 1..=480;

/// Metres of a way.
pub const METRES: std::ops::RangeInclusive<u32> = 1..=200_000;

/// A measured way from home to a school, one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    /// Minutes.
    pub minutes: u16,
    /// Metres.
    pub metres: u32,
    /// By what.
    pub means: Means,
    /// In which season.
    pub season: Season,
}

impl Way {
    /// In words: `步行 55 分钟，3.2 公里，雨季不通`.
    #[must_use]
    pub fn words(&self) -> String {
        let Self { minutes, metres, means, season } = self;
        let (whole, part) = (metres / 1000, metres % 1000 / 100);
        let how = format!("{} {minutes} 分钟，{whole}.{part} 公里", means.label());
        if *season == Season::All { how } else { format!("{how}，{}", season.label()) }
    }
}

/// How a child comes to school, and why that is said, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// How.
    pub access: Access,
    /// Why.
    pub why: String,
}

/// Minutes that the way of a child of this grade may take; of a grade that is not known, or beyond the ninth, nothing is said.
#[must_use]
pub fn limit(rule: &SchoolAccess, grade: Option<u8>) -> Option<u16> {
    match grade? {
        0 => None,
        grade if grade <= 6 && grade < rule.boards_from => Some(rule.young_minutes),
        1..=6 => Some(rule.primary_minutes),
        7..=9 => Some(rule.junior_minutes),
        _ => None,
    }
}

/// The words for the grades that a limit holds for.
const fn of_whom(rule: &SchoolAccess, grade: u8) -> &'static str {
    match grade {
        7.. => "初中",
        grade if grade < rule.boards_from => "低年级",
        _ => "小学",
    }
}

/// Whether the way of a child is hard. A day pupil's is when it takes longer than the plan lets it, or cannot be gone in the rains; a
/// boarder's is not asked for.
#[must_use]
pub fn judge(rule: &SchoolAccess, grade: Option<u8>, boards: bool, way: Option<&Way>) -> Judged {
    let (access, why) = match (boards, way) {
        (true, Some(way)) => (Access::Boards, format!("住校，周末回家{}", way.words())),
        (true, None) => (Access::Boards, "住校，回家的路程没有登记".to_owned()),
        (false, None) => (Access::Unknown, "从家到学校的路程没有登记".to_owned()),
        (false, Some(way)) => by_way(rule, grade, way),
    };
    Judged { access, why }
}

fn by_way(rule: &SchoolAccess, grade: Option<u8>, way: &Way) -> (Access, String) {
    let words = way.words();
    if way.season == Season::ShutInRain {
        return (Access::Hard, format!("{words}：下雨的月份走不到学校"));
    }
    match (limit(rule, grade), grade) {
        (Some(limit), Some(grade)) if way.minutes > limit => {
            (Access::Hard, format!("{words}：{}单程不超过 {limit} 分钟", of_whom(rule, grade)))
        }
        (Some(_), _) => (Access::Fine, words),
        // The shortest limit holds for everybody, and beyond the longest nobody's way is short.
        (None, _) if way.minutes <= rule.young_minutes => (Access::Fine, words),
        (None, _) if way.minutes > rule.junior_minutes => {
            (Access::Hard, format!("{words}：单程不超过 {} 分钟", rule.junior_minutes))
        }
        (None, _) => (Access::Unknown, format!("{words}；年级没有登记，算不出远近")),
    }
}

/// The grades that a school of this 办学类型 teaches, as far as schooling is compulsory; `None` for one that teaches none of them.
#[must_use]
pub fn taught(kind: &str) -> Option<(u8, u8)> {
    let says = |words: &[&str]| words.iter().any(|word| kind.contains(word));
    if says(&["九年", "一贯", "特殊", "十二年"]) {
        Some((1, 9))
    } else if says(&["小学", "完小", "教学点"]) {
        Some((1, 6))
    } else if says(&["初级", "初中"]) || kind == "中学" {
        Some((7, 9))
    } else {
        None
    }
}
