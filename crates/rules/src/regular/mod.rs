//! 常态化报告 (四个一, 教基厅函〔2024〕15号): which four there are and for which period, who owes each and by when, how one moves from the draft to
//! the frozen version, what a zero report is worth, and of which lines it consists. Counts come in, words go out; nothing here knows a
//! child, a table or a page. Why it is so: docs/adr/0035-four-reports.md.

mod content;
mod lines;
mod outward;
mod period;

pub use content::{Content, FigureLine, Known, Line, Section, Table, content};
pub use lines::{Item, sections};
pub use outward::outward;
pub use period::{Period, due, ended, period, visits_in};

use crate::access::Role;
use crate::case::Refused;
use crate::codes::codes;

codes! {
    /// Which of the four.
    Kind "教基厅函〔2024〕15号" {
        SchoolMonth = "school_month" "学校月报告" [],
        CountyQuarter = "county_quarter" "县季度复核" [],
        PrefectureTerm = "prefecture_term" "州学期调研" [],
        ProvinceYear = "province_year" "省学年评估" [],
    }
}

codes! {
    /// Where a report stands.
    Stand "教基厅函〔2024〕15号" {
        Draft = "draft" "起草中" [],
        Submitted = "submitted" "已报送，待审核" [],
        Returned = "returned" "已退回，待修改" [],
        Frozen = "frozen" "已审核定稿" [],
    }
}

codes! {
    /// What is done with a report.
    Act "教基厅函〔2024〕15号" {
        Draft = "draft" "起草" [],
        Write = "write" "修改文字" [],
        Submit = "submit" "报送" [],
        Return = "return" "退回" [],
        Accept = "accept" "审核通过、编号定稿" [],
        Correct = "correct" "另出更正版" [],
    }
}

codes! {
    /// What the county's recheck says of a school's report.
    Recheck "教基厅函〔2024〕15号：县区一季度一复核" {
        Confirmed = "confirmed" "属实" [],
        Deviation = "deviation" "有出入" [],
    }
}

codes! {
    /// What of a field visit was seen.
    Found "教基厅函〔2024〕15号：春秋开学进校入户调研" {
        Fine = "fine" "没有发现问题" [],
        Problem = "problem" "发现问题" [],
        Away = "away" "没有见到人" [],
    }
}

codes! {
    /// Where a field visit goes.
    Place "教基厅函〔2024〕15号：进校入户" {
        School = "school" "学校" [],
        Home = "home" "家庭" [],
    }
}

codes! {
    /// Why a child stands in a school's internal list. Names are for whoever reaches the child, and leave in no report.
    Why "教基厅函〔2024〕15号" {
        Suspected = "suspected" "在疑似辍学台账上" [],
        Cleared = "cleared" "本月销号" [],
        Case = "case" "个案没有办结" [],
        Back = "back" "本月返校" [],
    }
}

codes! {
    /// Whether a school has handed in a month.
    Handed "教基厅函〔2024〕15号：学校一月一报告" {
        InTime = "in_time" "按时报送" [],
        Late = "late" "迟报" [],
        Returned = "returned" "退回，没有重报" [],
        Open = "open" "还没有报" [],
    }
}

/// The least and the most that is written of situation, problems, next steps, a reason, in characters.
pub const WORDS: std::ops::RangeInclusive<usize> = 2..=2000;

impl Kind {
    /// Whether a post of this role at the owing unit writes it. The other kinds are written by 教体局 for the county.
    #[must_use]
    pub const fn is_written_by(self, role: Role) -> bool {
        match self {
            Self::SchoolMonth => matches!(role, Role::Head | Role::Registrar),
            Self::CountyQuarter | Self::PrefectureTerm | Self::ProvinceYear => matches!(role, Role::Bureau),
        }
    }

    /// Whether the report leaves the county: then it carries numbers of the county alone, and no small ones.
    #[must_use]
    pub const fn is_outward(self) -> bool {
        matches!(self, Self::PrefectureTerm | Self::ProvinceYear)
    }

    /// The sign of its numbers: 学校月报〔2026〕3号.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::SchoolMonth => "控保月报",
            Self::CountyQuarter => "控保季核",
            Self::PrefectureTerm => "控保期研",
            Self::ProvinceYear => "控保年评",
        }
    }

    /// The words of 15号 that order it.
    #[must_use]
    pub const fn order(self) -> &'static str {
        match self {
            Self::SchoolMonth => "学校一月一报告",
            Self::CountyQuarter => "县区一季度一复核",
            Self::PrefectureTerm => "地市一学期一调研",
            Self::ProvinceYear => "省级一学年一评估",
        }
    }
}

/// Who stands before a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hand {
    /// Whether they drafted, wrote or submitted it.
    pub is_author: bool,
    /// Whether they hold a post at the unit that owes it.
    pub is_of_unit: bool,
}

const SOURCE: &str = "教基厅函〔2024〕15号";

/// Where a report stands after an act. A second person reviews, never the author; a school does not accept its own.
///
/// # Errors
/// [`Refused`] for an act out of order, or by whoever wrote it.
pub fn moved(kind: Kind, stand: Stand, act: Act, hand: Hand) -> Result<Stand, Refused> {
    match (stand, act) {
        (Stand::Frozen, Act::Correct) => Ok(Stand::Draft),
        (Stand::Frozen, _) => Err(Refused::new(
            "这份报告已经编号定稿，不能再改",
            SOURCE,
            "要改的，请另出一份更正版，原来的留着",
        )),
        (_, Act::Correct) => {
            Err(Refused::new("这份报告还没有定稿", SOURCE, "没有定稿的直接改，不用另出更正版"))
        }
        (Stand::Draft | Stand::Returned, Act::Draft | Act::Write) => Ok(stand),
        (Stand::Draft | Stand::Returned, Act::Submit) => Ok(Stand::Submitted),
        (Stand::Draft | Stand::Returned, Act::Return | Act::Accept) => {
            Err(Refused::new("这份报告还没有报送", SOURCE, "请等起草的单位报送以后再审"))
        }
        (Stand::Submitted, Act::Draft | Act::Write | Act::Submit) => {
            Err(Refused::new("这份报告已经报送，正在审核", SOURCE, "要改的，请审核的人先退回"))
        }
        (Stand::Submitted, Act::Return | Act::Accept) if hand.is_author => {
            Err(Refused::new("这份报告是您写的，不能由您审核", "两人办理", "请另一位同志审核"))
        }
        (Stand::Submitted, Act::Return | Act::Accept) if kind == Kind::SchoolMonth && hand.is_of_unit => {
            Err(Refused::new("本单位的报告不能由本单位审核", "两人办理", "请教体局的同志审核"))
        }
        (Stand::Submitted, Act::Return) => Ok(Stand::Returned),
        (Stand::Submitted, Act::Accept) => Ok(Stand::Frozen),
    }
}

/// 零报告: nought must be said and signed for, and cannot be said while the list of the month has a child.
///
/// # Errors
/// [`Refused`] where what is declared and what the list says do not agree.
pub fn zero(is_declared: bool, suspects: u64) -> Result<(), Refused> {
    match (is_declared, suspects) {
        (true, 0) | (false, 1..) => Ok(()),
        (true, many) => Err(Refused::new(
            format!("本月疑似辍学台账上有{many}名学生，不能零报告"),
            SOURCE,
            "请看下面的名单：确实不是疑似辍学的，先到“疑似辍学”里核实销号，再报",
        )),
        (false, 0) => Err(Refused::new(
            "本月台账上没有疑似辍学学生，要明确作零报告",
            SOURCE,
            "请勾选“本月无疑似辍学学生，情况属实”；有没登记的，先去登记",
        )),
    }
}
