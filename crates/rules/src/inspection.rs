//! 督导, 五(十二): which term it is, how a finding is put right and by whom it is closed, what the draft of a published result says, and how the
//! yearly assessment is answered. It sorts nobody and sums nothing into a mark.

use jiff::civil::{Date, date};

use crate::age::school_year;
use crate::calendar::SchoolCalendar;
use crate::case::Refused;
use crate::codes::codes;

codes! {
    /// Which inspection.
    Kind "南政办发〔2024〕6号五(十二)" {
        Special = "special" "专项督导" [],
        Visit = "visit" "责任督学检查" [],
    }
}

codes! {
    /// What is inspected.
    Place "南政办发〔2024〕6号五(十二)" {
        Township = "township" "乡镇" [],
        School = "school" "学校" [],
    }
}

codes! {
    /// What was seen of a line of the checklist.
    Seen "南政办发〔2024〕6号五(十二)" {
        Good = "good" "做到了" [],
        Partly = "partly" "部分做到" [],
        Lacking = "lacking" "没有做到" [],
        Unseen = "unseen" "这次没有查" [],
    }
}

codes! {
    /// Where a finding stands.
    Stand "南政办发〔2024〕6号五(十二)" {
        Open = "open" "整改中" [],
        Reported = "reported" "已报整改，待复查" [],
        Closed = "closed" "已销号" [],
    }
}

codes! {
    /// What is done with a finding.
    Act "南政办发〔2024〕6号五(十二)" {
        Report = "report" "报告整改" [],
        Close = "close" "复查销号" [],
        GiveBack = "give_back" "退回再改" [],
    }
}

codes! {
    /// Who is assessed.
    Assessed "南政办发〔2024〕6号四(四)、五(十二)、六(四)" {
        Township = "township" "乡镇人民政府" [],
        Head = "head" "校长" [],
    }
}

codes! {
    /// What the assessor says of an item; there is no number.
    Mark "南政办发〔2024〕6号五(十二)" {
        Met = "met" "做到" [],
        NotMet = "not_met" "没有做到" [],
        NotYet = "not_yet" "还不能判断" [],
    }
}

/// The least and the most that is written of a finding, a report, a reason, in characters.
pub const WORDS: std::ops::RangeInclusive<usize> = 2..=1000;

/// The most that a published result says, in characters.
pub const RESULT: std::ops::RangeInclusive<usize> = 20..=4000;

/// Schools, or classes, of one draw at most.
pub const MOST_DRAWN: usize = 30;

/// A term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// `2026-1`: school year and number.
    pub code: String,
    /// In words.
    pub label: String,
    /// Its first day.
    pub first: Date,
}

/// The term of a day: the last that had begun, holidays after it too. Where the calendar knows none, by the usual months.
#[must_use]
pub fn term(day: Date, calendar: &SchoolCalendar) -> Term {
    let year = school_year(day);
    let begun = calendar.terms().iter().filter(|term| term.first <= day).max_by_key(|term| term.first);
    let spring = (2..=8).contains(&day.month());
    // In spring the autumn term is the last that began only where the calendar knows when the spring term does.
    let known = begun.filter(|term| {
        let later = calendar.terms().iter().any(|other| other.school_year == year && other.number == 2);
        term.school_year > year || term.school_year == year && (!spring || term.number == 2 || later)
    });
    let (year, number, first) = match known {
        Some(term) => (term.school_year, term.number, term.first),
        None => {
            let first = if spring { date(year.saturating_add(1), 2, 20) } else { date(year, 9, 1) };
            (year, if spring { 2 } else { 1 }, first)
        }
    };
    let which = if number == 1 { "第一学期" } else { "第二学期" };
    Term {
        code: format!("{year}-{number}"),
        label: format!("{year}—{}学年{which}", year.saturating_add(1)),
        first,
    }
}

/// What a stored term is called.
#[must_use]
pub fn term_label(code: &str) -> String {
    let Some((year, number)) = code.split_once('-') else { return code.to_owned() };
    let Ok(year) = year.parse::<i16>() else { return code.to_owned() };
    let which = if number == "1" { "第一学期" } else { "第二学期" };
    format!("{year}—{}学年{which}", year.saturating_add(1))
}

/// Who stands before a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hand {
    /// Whether they hold a post of the unit that is found wanting, other than as its inspector.
    pub is_of_unit: bool,
    /// Whether they reported it put right.
    pub has_reported: bool,
}

/// Where a finding stands after an act. The unit reports; an inspector who is not of the unit looks and closes (hazards B05, B13).
///
/// # Errors
/// [`Refused`] for an act that does not fit, or of one's own unit.
pub fn moved(stand: Stand, act: Act, hand: Hand) -> Result<Stand, Refused> {
    let clause = "五(十二)";
    match (stand, act) {
        (Stand::Closed, _) => {
            Err(Refused::new("这个问题已经销号", clause, "又发现的，请在下次检查时另记一个问题"))
        }
        (Stand::Open, Act::Report) if hand.is_of_unit => Ok(Stand::Reported),
        (Stand::Open, Act::Report) => {
            Err(Refused::new("整改由被检查的单位自己报告", clause, "请被检查的单位报告"))
        }
        (Stand::Reported, Act::Report) => {
            Err(Refused::new("已经报了整改，等督学复查", clause, "要补充的，请等退回后再报"))
        }
        (Stand::Open, _) => Err(Refused::new("单位还没有报告整改", clause, "请等单位报告，再去复查")),
        (Stand::Reported, _) if hand.is_of_unit || hand.has_reported => {
            Err(Refused::new("被检查单位的人不能复查自己的整改", "两人办理", "请不是这个单位的督学复查"))
        }
        (Stand::Reported, Act::Close) => Ok(Stand::Closed),
        (Stand::Reported, Act::GiveBack) => Ok(Stand::Open),
    }
}

/// What an inspection came to, as numbers of lines and findings, never of children.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Which.
    pub kind: Option<Kind>,
    /// The term, in words.
    pub term: String,
    /// Schools that were looked at.
    pub schools: usize,
    /// Out of so many, where they were drawn; 0 where nothing was drawn.
    pub pool: usize,
    /// Townships that were looked at.
    pub townships: usize,
    /// Lines of the checklist by what was seen.
    pub good: usize,
    /// Partly.
    pub partly: usize,
    /// Not.
    pub lacking: usize,
    /// Findings.
    pub findings: usize,
    /// Of them closed.
    pub closed: usize,
    /// The lines of which something was found, in the order of the checklist.
    pub about: Vec<String>,
}

/// The draft of a result: numbers of lines and findings, no school beside another, nobody by name (五(十二)).
#[must_use]
pub fn draft(tally: &Tally) -> String {
    let mut text =
        format!("{}，县人民政府教育督导委员会办公室对义务教育学生入学和控辍保学工作进行了", tally.term);
    text.push_str(tally.kind.map_or("检查", Kind::label));
    text.push('，');
    if tally.pool > 0 {
        text.push_str(&format!("从全县{}所学校中由程序随机抽取{}所", tally.pool, tally.schools));
    } else {
        text.push_str(&format!("检查学校{}所", tally.schools));
    }
    if tally.townships > 0 {
        text.push_str(&format!("，并检查了学校所在的{}个乡镇", tally.townships));
    }
    let all = tally.good + tally.partly + tally.lacking;
    text.push_str(&format!(
        "。\n共查{all}项，做到的{}项，部分做到的{}项，没有做到的{}项。",
        tally.good, tally.partly, tally.lacking
    ));
    if tally.findings == 0 {
        text.push_str("没有发现要整改的问题。");
    } else {
        text.push_str(&format!(
            "发现要整改的问题{}个，已经整改并复查销号{}个，其余正在整改。",
            tally.findings, tally.closed
        ));
    }
    if !tally.about.is_empty() {
        text.push_str(&format!("\n问题主要在：{}。", tally.about.join("、")));
    }
    text.push_str("\n整改情况由督学逐个复查，没有改好的不销号。");
    text
}
