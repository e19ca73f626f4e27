//! 强制报告 (未成年人保护法第十一条): the closed list of signs that somebody who has close contact with children must report at
//! once to police, civil affairs and education. A sign is no finding: nobody has to prove anything before reporting.

use crate::codes::codes;

codes! {
    /// A sign that a child is harmed or in danger.
    Sign "未成年人保护法第十一条" {
        Injury = "injury" "身上有伤，疑似被打、被虐待" [],
        Sexual = "sexual" "疑似受到性侵害" [],
        Abandoned = "abandoned" "被遗弃，长期没有人照料" [],
        Labour = "labour" "被迫做工、乞讨" [],
        Marriage = "marriage" "早婚、订婚" [],
        SelfHarm = "self_harm" "自伤，或说过不想活" [],
        Missing = "missing" "失踪、来历不明，疑似被拐" [],
        Other = "other" "其他受到严重侵害或者有危险的情形" [],
    }
}

impl Sign {
    /// Where it comes from. What rests on the 2020 opinion of nine departments alone is marked: its list was not checked
    /// against the published text.
    #[must_use]
    pub const fn basis(self) -> &'static str {
        match self {
            Self::Abandoned => "未成年人保护法第十一条；民法典第三十四条",
            Self::Labour => "未成年人保护法第十一条、第十七条第八项、第六十一条",
            Self::Marriage => "未成年人保护法第十一条、第十七条第九项",
            Self::Other => "未成年人保护法第十一条",
            Self::Injury | Self::Sexual | Self::SelfHarm | Self::Missing => {
                "未成年人保护法第十一条；列举见九部门2020年强制报告意见（条文待核）"
            }
        }
    }
}

/// What is said to whoever reports, whatever was ticked: the system is no emergency line.
pub const IN_DANGER: &str = "孩子正处在危险中的，请马上拨打110；需要救助、咨询的，可拨打12345。";

#[cfg(test)]
mod tests {
    use super::Sign;

    /// Each sign rests on article 11, and what was not checked says so.
    #[test]
    fn each_sign_names_its_source() {
        for sign in Sign::ALL {
            assert!(sign.basis().contains("第十一条"), "{sign:?}");
            assert_eq!(sign.basis().contains("九部门"), sign.basis().contains("待核"), "{sign:?}");
            assert_eq!(Sign::from_code(sign.code()), Some(*sign));
        }
    }
}
