//! What can be decided about a finding of the comparison, and what somebody who looked can report. Closed lists: what is
//! decided is remembered next semester, so that nobody checks the same child twice (五(四)).

use crate::codes::codes;
use crate::plan::FindingKind;
use crate::standing::Standing;

codes! {
    /// 认定: what the county's education bureau decides.
    Decision "南政办发〔2024〕6号五(四)(八)(九)" {
        Suspected = "suspected" "确实没上学，列为疑似辍学" [],
        Elsewhere = "elsewhere" "在外地就读" [],
        InSchool = "in_school" "在本县在校，是资料有误" [],
        Same = "same" "是同一个孩子" [],
        NotSame = "not_same" "不是同一个孩子" [],
        Gone = "gone" "死亡、迁出或出境" [],
        Finished = "finished" "已完成义务教育" [],
        Excused = "excused" "休学、延缓入学或送教上门" [],
        Noted = "noted" "已核对，不用再办" [],
    }
}

codes! {
    /// 核查结果: what village or school found.
    Found "南政办发〔2024〕6号五(八)(九)" {
        NotInSchool = "not_in_school" "孩子在，没有上学" [],
        Elsewhere = "elsewhere" "在外地上学" [],
        InSchool = "in_school" "在本县上学" [],
        MovedAway = "moved_away" "搬走了、户口迁走了" [],
        Abroad = "abroad" "出境了" [],
        Dead = "dead" "已死亡" [],
        NobodyHome = "nobody_home" "家里没人，还没见到" [],
        Unknown = "unknown" "没有这个人，查不到" [],
    }
}

impl Decision {
    /// What may be decided about a finding of this kind, the usual first: their order is that of the keys 1, 2, 3….
    #[must_use]
    pub const fn of(kind: FindingKind) -> &'static [Self] {
        match kind {
            FindingKind::NotOnRoll | FindingKind::NotInSchool | FindingKind::PovertyDropout => {
                &[Self::Suspected, Self::Elsewhere, Self::InSchool, Self::Excused, Self::Gone, Self::Finished]
            }
            FindingKind::StudyingElsewhere => &[Self::Elsewhere, Self::Suspected, Self::InSchool, Self::Gone],
            FindingKind::NeedsReview => &[Self::Same, Self::NotSame],
            FindingKind::RollOnly | FindingKind::DuplicateRoll => &[Self::Noted, Self::InSchool],
        }
    }

    /// Whether it holds for the same finding of a later campaign, so that nobody checks twice. What may have changed
    /// since is asked again: a child that was in school then may have left, and a leave (休学、延缓入学) has an end.
    #[must_use]
    pub const fn is_remembered(self, kind: FindingKind) -> bool {
        match self {
            Self::Same | Self::NotSame | Self::Gone | Self::Finished | Self::Noted | Self::Suspected => true,
            // 外出就读: as long as its proof is valid, which the ledger knows.
            Self::Elsewhere => true,
            Self::InSchool => matches!(kind, FindingKind::RollOnly | FindingKind::DuplicateRoll),
            Self::Excused => false,
        }
    }

    /// What it makes of the child's standing; `None` leaves it as it is.
    #[must_use]
    pub const fn standing(self, was: Standing) -> Option<Standing> {
        match self {
            // On the roll and not there is 辍学, never enrolled is 失学.
            Self::Suspected => Some(match was {
                Standing::Enrolled | Standing::Suspended | Standing::Absent => Standing::Absent,
                _ => Standing::Never,
            }),
            Self::Elsewhere => Some(Standing::Elsewhere),
            Self::InSchool => Some(Standing::Enrolled),
            Self::Finished => Some(Standing::Finished),
            Self::Same | Self::NotSame | Self::Gone | Self::Excused | Self::Noted => None,
        }
    }
}
