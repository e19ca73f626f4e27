//! 四步法文书 (五(三)(十)(十一); domain 3): one table says of each paper of a case what it rests on, what must be filled in, who signs,
//! which rights of the family are printed, what must have been before it and which clocks it starts. It lays nothing out.

mod check;
mod may;
mod rights;
mod table;
mod track;

pub use check::problems;
pub use may::{Before, Situation, Term, may_make, not_before, term};
pub use rights::Right;
pub use table::rule;
pub use track::Track;

use super::period::Period;
use super::state::State;
use crate::access::Action;
use crate::codes::codes;
use crate::plan::LegalStepKind;

codes! {
    /// The papers of a case, in the order in which they are usually needed.
    PaperKind "五(三)(十)(十一)；条文见各文书" {
        EnrolNotice = "enrol_notice" "入学、复学通知书" [],
        PrivacyNotice = "privacy_notice" "个人信息处理告知书" [],
        PersuasionRecord = "persuasion_record" "宣传教育（劝返）记录" [],
        LegalAid = "legal_aid" "法律援助告知书" [],
        AssistLetter = "assist_letter" "协查函" [],
        TransferLetter = "transfer_letter" "移交函" [],
        OrderToCorrect = "order_to_correct" "责令送被监护人接受义务教育通知书" [],
        Filing = "filing" "立案审批表" [],
        Interview = "interview" "询问（调查）笔录" [],
        LegalReview = "legal_review" "法制审核意见书" [],
        PriorNotice = "prior_notice" "行政处罚事先告知书" [],
        HearingNotice = "hearing_notice" "听证通知书" [],
        HearingRecord = "hearing_record" "听证笔录" [],
        Discussion = "discussion" "集体讨论记录" [],
        PenaltyDecision = "penalty_decision" "行政处罚决定书" [],
        Demand = "demand" "履行行政决定催告书" [],
        Enforcement = "enforcement" "强制执行申请书" [],
        Complaint = "complaint" "民事起诉状" [],
        Leave = "leave" "延缓入学、休学申请审批表" [],
        Placement = "placement" "安置方案（一人一方案）" [],
        ReturnProof = "return_proof" "复学证明" [],
        FollowUp = "follow_up" "跟踪回访记录" [],
        ServiceReceipt = "service_receipt" "送达回证" [],
    }
}

/// For whom a paper is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    /// It is served on the guardians.
    Family,
    /// It goes to the court.
    Court,
    /// It goes to an authority of another county or province, whose name is the field `to_organ`.
    Office,
    /// It stays in the file.
    File,
}

/// What a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// A line.
    Line,
    /// Sentences.
    Text,
    /// Names of people: at least so many, with 、 between them.
    Names(usize),
    /// A day that has come.
    Past,
    /// A day after that of the paper.
    Future,
    /// A day after the end of a period that begins with the day of the paper.
    After(Period),
}

impl FieldKind {
    /// Whether it takes sentences.
    #[must_use]
    pub const fn is_text(self) -> bool {
        matches!(self, Self::Text)
    }

    /// Whether it takes a day.
    #[must_use]
    pub const fn is_day(self) -> bool {
        matches!(self, Self::Past | Self::Future | Self::After(_))
    }
}

/// What has to be filled in beyond what is known of the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaperField {
    /// Its name in forms.
    pub key: &'static str,
    /// What it is called, on the form and in the paper.
    pub label: &'static str,
    /// What belongs there.
    pub hint: &'static str,
    /// What it takes.
    pub kind: FieldKind,
    /// Whether the paper is not made without it.
    pub required: bool,
    /// What usually stands there; people may change it.
    pub preset: &'static str,
}

/// From which moment a clock runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// The day of the paper.
    Made,
    /// The day on which it was served.
    Served,
}

/// What may or must follow on a paper, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// What.
    pub what: &'static str,
    /// From when.
    pub from: From,
    /// Periods that must have passed, one after the other; none where it may be at once.
    pub wait: &'static [Period],
    /// Periods, one after the other, at whose end it is too late; none where nothing says so.
    pub within: &'static [Period],
}

/// A paper that must be there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After {
    /// One of these.
    pub any: &'static [PaperKind],
    /// Made, or served as well.
    pub how: From,
    /// Periods that must have passed since.
    pub wait: &'static [Period],
    /// Periods that must not have passed yet; none where nothing says so.
    pub within: &'static [Period],
}

/// When a paper takes its step of 四步法.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Never: it only belongs to the step.
    Never,
    /// When it is made.
    Made,
    /// When it is served.
    Served,
}

/// What holds of one kind of paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaperRule {
    /// Which.
    pub kind: PaperKind,
    /// 机关代字的文种部分, in its number: 责改.
    pub mark: &'static str,
    /// The step that it belongs to.
    pub step: Option<LegalStepKind>,
    /// When it takes that step.
    pub takes: Takes,
    /// Where a case must stand.
    pub states: &'static [State],
    /// Articles that it rests on, as they are cited.
    pub articles: &'static [&'static str],
    /// For whom.
    pub to: To,
    /// The right by which it is made and sealed.
    pub by: Action,
    /// Whether it is only for a child that is registered, lives or learns outside the county.
    pub outside: bool,
    /// Its first paragraph; `{child}`, `{guardian}`, `{school}`, `{organ}`, `{articles}` and each field's key stand for their values.
    pub opening: &'static str,
    /// What has to be filled in.
    pub fields: &'static [PaperField],
    /// The rights of the family that are printed.
    pub rights: &'static [Right],
    /// Who signs, in the order of the lines.
    pub signers: &'static [&'static str],
    /// What must be there before.
    pub after: &'static [After],
    /// The clocks that it starts.
    pub clocks: &'static [Clock],
    /// Whether it needs the registered basis, delegation and legal review of a penalty.
    pub gated: bool,
    /// Whether it counts only under the organ's seal.
    pub stamped: bool,
}

impl PaperRule {
    /// Whether it names a guardian as 当事人.
    #[must_use]
    pub const fn names_guardian(&self) -> bool {
        matches!(self.to, To::Family | To::Court)
    }

    /// The field with this key.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<&'static PaperField> {
        self.fields.iter().find(|field| field.key == key)
    }
}
