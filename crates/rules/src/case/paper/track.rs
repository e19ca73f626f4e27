//! What happens in hearing, review, court and enforcement, as dated entries of the file, with the clocks that they start (domain 2.4–2.7, 7.3).

use super::{Clock, From};
use crate::case::period::Period as P;
use crate::codes::codes;

codes! {
    /// An entry of the file that is no paper of ours.
    Track "domain 2.4–2.7、7.3" {
        Statement = "statement" "陈述、申辩" [],
        HearingAsked = "hearing_asked" "当事人要求听证" [],
        Hearing = "hearing" "举行听证" [],
        Review = "review" "行政复议" [],
        ReviewDecided = "review_decided" "复议决定送达" [],
        Suit = "suit" "行政诉讼" [],
        EnforcementTaken = "enforcement_taken" "法院受理强制执行申请" [],
        Granted = "granted" "法院裁定准予强制执行" [],
        Denied = "denied" "法院裁定不准予强制执行" [],
        Filed = "filed" "法院民事立案" [],
        Mediation = "mediation" "调解" [],
        Trial = "trial" "开庭" [],
        Judgment = "judgment" "判决送达" [],
        Ruling = "ruling" "民事裁定送达" [],
        Enforced = "enforced" "强制执行" [],
        Fulfilled = "fulfilled" "履行完毕" [],
        Withdrawn = "withdrawn" "撤诉、撤回申请" [],
        Replied = "replied" "收到协查、移交的复函" [],
    }
}

const fn within(what: &'static str, periods: &'static [P]) -> Clock {
    Clock { what, from: From::Served, wait: &[], within: periods }
}

impl Track {
    /// The clocks that it starts on its day.
    #[must_use]
    pub const fn clocks(self) -> &'static [Clock] {
        match self {
            Self::ReviewDecided => {
                const { &[within("对复议决定不服，提起行政诉讼", &[P::SueAfterReview])] }
            }
            Self::EnforcementTaken => const { &[within("法院裁定是否准予执行", &[P::CourtRules])] },
            // 行政强制法第五十八条: the organ may ask the court above; the guardians have no remedy against what is granted.
            Self::Denied => const { &[within("向上一级人民法院申请复议", &[P::ReviewDenial])] },
            Self::Filed => const { &[within("简易程序审结", &[P::SimpleTrial])] },
            Self::Judgment => const { &[within("对判决上诉", &[P::AppealJudgment])] },
            Self::Ruling => const { &[within("对裁定上诉", &[P::AppealRuling])] },
            _ => &[],
        }
    }
}
