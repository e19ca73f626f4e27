//! 省系统考勤 beside one's own register: what a day was for a pupil by the one and by the other, and when that is a difference. It
//! is compared by what counts: 迟到 or 出勤, 病假 or 事假, both come to the same.

use super::day::Day;
use crate::codes::codes;

codes! {
    /// What a day was, as far as the two systems must agree.
    Stood "南政办发〔2024〕6号五(九)" {
        Came = "came" "到校" [],
        Excused = "excused" "请假" [],
        Official = "official" "公假" [],
        Away = "away" "没有理由未到" [],
        NoLessons = "no_lessons" "不上课" [],
        Unknown = "unknown" "没有记录" [],
    }
}

impl From<Day> for Stood {
    fn from(day: Day) -> Self {
        match day {
            Day::NoLessons => Self::NoLessons,
            Day::Unknown { .. } => Self::Unknown,
            Day::Came { .. } => Self::Came,
            Day::Official => Self::Official,
            Day::OnLeave | Day::Told => Self::Excused,
            Day::Away(_) => Self::Away,
        }
    }
}

/// Whether somebody must say which of the two is right. Where one of them knows nothing of the pupil, only that the other
/// misses it matters: a day that one system lacks altogether is shown as a day.
#[must_use]
pub fn differ(here: Stood, there: Stood) -> bool {
    match (here, there) {
        (Stood::Unknown, other) | (other, Stood::Unknown) => other == Stood::Away,
        (here, there) => here != there,
    }
}
