//! What a county plan says, as checked values. Making them from text is [`super::load`]'s work.

use crate::codes::codes;

codes! {
    /// What `compare` can find about a child; the code is what files call it.
    FindingKind "findings.csv" {
        NotOnRoll = "not_on_roll" "户籍减学籍" [],
        NotInSchool = "not_in_school" "学籍减在校" [],
        PovertyDropout = "poverty_dropout" "辍学且在脱贫户" [],
        StudyingElsewhere = "studying_elsewhere" "外出就读" [],
        RollOnly = "roll_only" "有学籍无本县户籍" [],
        DuplicateRoll = "duplicate_roll" "一人多籍" [],
        NeedsReview = "needs_review" "需人工核对" [],
    }
}

codes! {
    /// What being on a named list (`--list NAME=F`) does to a finding about the child.
    NamedListEffect "plan.toml" {
        StudyingElsewhere = "studying_elsewhere" "改记为外出就读" [],
        Clears = "clears" "不再列为问题" [],
        Note = "note" "只作备注" [],
    }
}

codes! {
    /// What a deadline counts.
    TimeUnit "plan.toml" {
        Hours = "hours" "小时" [],
        Days = "days" "天" [],
        TeachingDays = "teaching_days" "个上课日" [],
        WorkingDays = "working_days" "个工作日" [],
    }
}

codes! {
    /// One of the four steps of 四步法, 五(三).
    LegalStepKind "plan.toml" {
        Persuade = "persuade" "宣传教育" [],
        Order = "order" "责令改正" [],
        Penalty = "penalty" "行政处罚" [],
        Court = "court" "申请强制执行或提起诉讼" [],
    }
}

/// How the files mark a value that the county may set and nobody has published.
const COUNTY_DEFAULT: &str = "county default";

/// Where a rule comes from: a clause of the plan, or, where the plan is silent, another source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// Clause of the plan as it is cited, such as `五(九)`.
    pub clause: Option<String>,
    /// Law, standard, or `county default`, where there is no clause or beside it.
    pub source: Option<String>,
    /// The rule in plain Chinese.
    pub text: String,
}

impl Basis {
    /// What stands beside the rule on a screen or in a workbook: `五(九)`, `五(九)；24小时为县默认值`,
    /// `县默认值`.
    #[must_use]
    pub fn cited(&self) -> String {
        let parts: Vec<&str> = self.clause.iter().chain(&self.source).map(String::as_str).collect();
        parts.join("；").replace(COUNTY_DEFAULT, "县默认值")
    }
}

/// The published plan itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Title.
    pub title: String,
    /// 发文字号.
    pub number: String,
    /// Date of issue.
    pub issued: jiff::civil::Date,
    /// How many numbered items each section has, by its Chinese numeral.
    pub sections: Vec<(String, u8)>,
}

/// The county that the plan is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct County {
    /// Six digits (GB/T 2260).
    pub code: String,
    /// Full name.
    pub name: String,
    /// Short name, as addresses have it.
    pub short: String,
}

/// A unit with duties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its name as the plan writes it.
    pub name: String,
    /// For a unit that each township has: what stands behind the township's name, such as 人民政府.
    pub per_township: Option<String>,
    /// Clause and words of its duty, 四(一)–(二十一); a body that the plan only names elsewhere has that clause.
    pub duty: Basis,
}

/// When a pupil who stays away is 疑似辍学.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbsenceRule {
    /// From this many days without good reason on.
    pub days: u16,
    /// What is counted as a day.
    pub unit: TimeUnit,
    /// Clause and words.
    pub basis: Basis,
}

/// How long a reason that was only told (口头请假) is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldLeave {
    /// School days of one absence.
    pub days: u16,
    /// Clause and words.
    pub basis: Basis,
}

/// Who approves leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaveRule {
    /// So many school days in a row are good when the class teacher records them.
    pub teacher_days: u16,
    /// So many the head approves; longer is 休学.
    pub head_days: u16,
    /// Clause and words.
    pub basis: Basis,
}

/// When the register is called, and how long afterwards it can be entered or corrected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterRule {
    /// By this hour in China; afterwards whoever has not called is reminded.
    pub by: jiff::civil::Time,
    /// The class teacher enters and corrects days that lie at most so many days back.
    pub late_days: u16,
    /// The head of the school, so many.
    pub head_days: u16,
    /// Clause and words.
    pub basis: Basis,
}

/// Over what absence is added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stretch {
    /// A term.
    Term,
    /// A calendar month.
    Month,
}

impl Stretch {
    /// As a plan writes it.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Some(match code {
            "term" => Self::Term,
            "month" => Self::Month,
            _ => return None,
        })
    }

    /// What a sentence calls the one that runs.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Term => "本学期",
            Self::Month => "本月",
        }
    }
}

/// Which absences are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Counted {
    /// All, leave and illness too.
    All,
    /// Those without a good reason.
    WithoutReason,
}

impl Counted {
    /// As a plan writes it.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Some(match code {
            "all" => Self::All,
            "without_reason" => Self::WithoutReason,
            _ => return None,
        })
    }

    /// What a sentence calls them.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::All => "缺课",
            Self::WithoutReason => "无正当理由缺课",
        }
    }
}

/// How much absence in a term or a month is said aloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbsenceTier {
    /// Over what.
    pub over: Stretch,
    /// Which absences.
    pub counted: Counted,
    /// From this share of the days on which somebody called, in percent.
    pub percent: Option<u8>,
    /// From so many days.
    pub days: Option<u16>,
    /// Not before somebody called on so many days: three of the first five would be 60 %.
    pub from_days: u16,
    /// Clause and words.
    pub basis: Basis,
}

/// How often 联席会议 is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conference {
    /// Once in so many months.
    pub every_months: u8,
    /// Who calls it.
    pub who: String,
    /// Clause and words.
    pub basis: Basis,
}

/// A figure that the plan wants reached, in percent.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Stable name: `enrolment_rate`, `retention_rate`.
    pub key: String,
    /// What it is called.
    pub title: String,
    /// At least this many percent.
    pub percent: f64,
    /// Clause and words.
    pub basis: Basis,
}

/// A task of the year's round: April census, May plan, June–August notices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Season {
    /// Stable name.
    pub key: String,
    /// What is done.
    pub title: String,
    /// Months 1–12 in which it is done.
    pub months: Vec<i8>,
    /// Who does it.
    pub who: String,
    /// Clause and words.
    pub basis: Basis,
}

/// How long somebody has for one hop of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// Stable name.
    pub key: String,
    /// What must be done.
    pub title: String,
    /// Who must do it.
    pub who: String,
    /// How many of `unit`; 0 is at once.
    pub amount: u16,
    /// What is counted.
    pub unit: TimeUnit,
    /// Clause and words.
    pub basis: Basis,
}

impl Deadline {
    /// The time allowed for people: `立即`, `24小时内`, `3个工作日内`.
    #[must_use]
    pub fn within(&self) -> String {
        match self.amount {
            0 => "立即".to_owned(),
            amount => format!("{amount}{}内", self.unit.label()),
        }
    }
}

/// One of the twelve measures of section 五.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// What it is called.
    pub title: String,
    /// 牵头单位; 五(六) has none.
    pub lead: Vec<String>,
    /// 责任单位.
    pub responsible: Vec<String>,
    /// Clause and words.
    pub basis: Basis,
}

/// An entry of one of the county's own code tables: cause, whereabouts, placement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// Stable code.
    pub code: String,
    /// Label for people.
    pub label: String,
    /// Where it comes from.
    pub basis: Basis,
}

/// One of the four steps with its papers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegalStep {
    /// Which step.
    pub kind: LegalStepKind,
    /// Clause and words.
    pub basis: Basis,
    /// Its papers, in order of use.
    pub papers: Vec<Paper>,
}

/// A paper of a legal step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// Stable name, for a paper that the program makes; empty for one that it does not make yet.
    pub key: String,
    /// What it is called.
    pub title: String,
    /// Articles that it rests on.
    pub articles: Vec<String>,
    /// What must be known before it can be made beyond what every paper has.
    pub needs: String,
    /// 抄送机关.
    pub copies: Vec<String>,
}

/// What `compare` tells people about one kind of finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingRule {
    /// Which kind.
    pub kind: FindingKind,
    /// Title of its sheet.
    pub title: String,
    /// One plain sentence: what it means that a child stands here.
    pub sentence: String,
    /// The unit that must look.
    pub who: String,
    /// By when, from the day of the comparison.
    pub deadline: Deadline,
    /// Clause and words.
    pub basis: Basis,
}

/// What a list given as `--list NAME=F` means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedList {
    /// Its name, as the clerk types it.
    pub name: String,
    /// Other names for the same list.
    pub synonyms: Vec<String>,
    /// What it does to a finding.
    pub effect: NamedListEffect,
    /// Clause and words.
    pub basis: Basis,
}
