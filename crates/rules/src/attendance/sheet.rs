//! 点名册: what several submissions about one class, day and part come to for one child. A sheet names those that it
//! corrects; two of which neither names the other stand side by side.

use super::mark::{Kind, Mark, Part};
use crate::codes::codes;
use jiff::civil::Date;

codes! {
    /// Why a pupil is not there, in one tap. What is told, not what is proved.
    Reason "南政办发〔2024〕6号五(九) 查明原因" {
        Ill = "ill" "生病" [],
        Doctor = "doctor" "看病、住院" [],
        Family = "family" "家中有事" [],
        Feast = "feast" "红白喜事" [],
        Market = "market" "赶集未回" [],
        Chores = "chores" "在家帮忙" [],
        Road = "road" "路不通、天气" [],
        Away = "away" "随家人外出" [],
        Work = "work" "外出务工" [],
        Unwilling = "unwilling" "不愿上学" [],
        NotReached = "not_reached" "联系不上" [],
        Event = "event" "参加比赛、活动" [],
        Other = "other" "其他" [],
    }
}

/// One submission, as far as it matters to what holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sheet<'a> {
    /// Id.
    pub id: &'a str,
    /// The class.
    pub class: &'a str,
    /// The day.
    pub day: Date,
    /// The part of it.
    pub part: Part,
    /// Ids of the sheets that it corrects, with blanks between.
    pub corrects: &'a str,
}

impl Sheet<'_> {
    /// Whether it corrects the sheet with this id.
    #[must_use]
    pub fn names(&self, id: &str) -> bool {
        self.corrects.split(' ').any(|named| named == id)
    }

    fn beside(&self, other: &Sheet<'_>) -> bool {
        (self.day, self.part, self.class) == (other.day, other.part, other.class)
    }
}

/// The marks of one child that hold, from everything that sheets say of it: those that no other sheet about the same class,
/// day and part corrects. `said` must be sorted by day, and so is what comes back; where sheets correct each other in a
/// ring all stand, since nobody can say which holds.
#[must_use]
pub fn holding<'a>(said: &[(Sheet<'a>, Kind)]) -> Vec<Mark<'a>> {
    let mut marks = Vec::with_capacity(said.len());
    for group in said.chunk_by(|(one, _), (other, _)| one.day == other.day) {
        let corrected = |sheet: &Sheet<'_>| {
            group
                .iter()
                .any(|(other, _)| other.id != sheet.id && other.beside(sheet) && other.names(sheet.id))
        };
        for (sheet, kind) in group {
            let stands = !corrected(sheet)
                || group.iter().filter(|(other, _)| other.beside(sheet)).all(|(other, _)| corrected(other));
            if stands {
                let Sheet { id, class, day, part, .. } = *sheet;
                marks.push(Mark { id, day, part, kind: *kind, class, corrects: None });
            }
        }
    }
    marks
}
