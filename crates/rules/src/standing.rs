//! 就学情况: where a child stands with school today. A child of school age that is neither in school nor lawfully
//! elsewhere is the one that the county looks for.

use crate::codes::codes;

codes! {
    /// Where a child stands with school.
    Standing "南政办发〔2024〕6号五(四)(八)(十)；义务教育法第十一条" {
        Enrolled = "enrolled" "在校" [],
        Never = "never" "未入学" ["失学"],
        Absent = "absent" "辍学" [],
        Elsewhere = "elsewhere" "外出就读" [],
        Deferred = "deferred" "延缓入学" [],
        Suspended = "suspended" "休学" [],
        TooYoung = "too_young" "未到入学年龄" [],
        Finished = "finished" "完成义务教育" [],
        Dead = "dead" "死亡" [],
        Abroad = "abroad" "出境" [],
        MovedAway = "moved_away" "户籍迁出" [],
        Unknown = "unknown" "不明" [],
    }
}

impl Standing {
    /// Should be in school and is not (应在校未在校).
    #[must_use]
    pub const fn is_out(self) -> bool {
        matches!(self, Self::Never | Self::Absent)
    }
}
