//! 问责, 五(七), 六(四): on what a file may be opened, that the unit is heard before anything is decided, that others decide than who opened it, and that it
//! is followed until somebody else has seen it put right. The program opens nothing by itself, weighs nobody and decides nothing; a file is about a
//! unit, or the post that answers for it.

use crate::case::Refused;
use crate::codes::codes;

codes! {
    /// Why a file is opened.
    Origin "南政办发〔2024〕6号五(七)、六(四)" {
        Bulletins = "bulletins" "一年内多次被通报" [],
        Findings = "findings" "督导问题逾期没有整改" [],
        Escalated = "escalated" "期限逐级上报到县里仍没有办" [],
    }
}

codes! {
    /// What the competent body decides.
    Measure "教育督导问责办法；南政办发〔2024〕6号五(七)" {
        Talk = "talk" "约谈" [],
        Circular = "circular" "通报" [],
        Mend = "mend" "责令整改" [],
        Transfer = "transfer" "移送纪检监察机关" [],
        Nothing = "nothing" "不予问责" [],
    }
}

codes! {
    /// Where a file stands.
    Stand "南政办发〔2024〕6号五(七)" {
        Opened = "opened" "待听取陈述" [],
        Heard = "heard" "已听取陈述，待决定" [],
        Decided = "decided" "整改中" [],
        Reported = "reported" "已报整改，待复查" [],
        Closed = "closed" "已办结" [],
    }
}

codes! {
    /// What is done in a file.
    Act "南政办发〔2024〕6号五(七)" {
        Open = "open" "立案" [],
        State = "state" "单位陈述" [],
        Silent = "silent" "逾期没有陈述" [],
        Decide = "decide" "决定" [],
        Report = "report" "报告整改" [],
        GiveBack = "give_back" "退回再改" [],
        Accept = "accept" "复查办结" [],
    }
}

/// The least and the most of a statement, a reason, a report, in characters.
pub const WORDS: std::ops::RangeInclusive<usize> = 4..=2000;

/// Issued bulletins within a year from which on it is said that they repeat.
pub const BULLETINS: i64 = 2;
/// Findings past their day from which on it is said so.
pub const FINDINGS: i64 = 2;

const CLAUSE: &str = "五(七)、六(四)";

/// An article on which a file can rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ground {
    /// Code.
    pub code: &'static str,
    /// The law.
    pub law: &'static str,
    /// The article; empty where whoever opens the file writes it, from the text.
    pub article: &'static str,
    /// What it is about.
    pub about: &'static str,
    /// Whether the article was read in its text when this was written; where not, the office compares it first.
    pub is_read: bool,
}

/// What a file can rest on. 《教育督导问责办法》 is named by the plan; its text was not at hand, so that the office writes the article.
pub const GROUNDS: [Ground; 8] = [
    Ground {
        code: "measures",
        law: "教育督导问责办法",
        article: "",
        about: "被督导单位的问责情形（条号请对照原文填写）",
        is_read: false,
    },
    Ground {
        code: "law51",
        law: "义务教育法",
        article: "第五十一条",
        about: "没有履行义务教育经费保障职责",
        is_read: false,
    },
    Ground {
        code: "law52",
        law: "义务教育法",
        article: "第五十二条",
        about: "没有按规定设置学校、改造薄弱学校、定期督导",
        is_read: false,
    },
    Ground {
        code: "law53",
        law: "义务教育法",
        article: "第五十三条",
        about: "没有采取措施组织适龄儿童少年入学或者防止辍学",
        is_read: false,
    },
    Ground {
        code: "law54",
        law: "义务教育法",
        article: "第五十四条",
        about: "侵占、挪用义务教育经费，摊派费用",
        is_read: false,
    },
    Ground {
        code: "law55",
        law: "义务教育法",
        article: "第五十五条",
        about: "学校、教师违反教育法、教师法",
        is_read: false,
    },
    Ground {
        code: "law56",
        law: "义务教育法",
        article: "第五十六条",
        about: "学校违规收费、推销",
        is_read: false,
    },
    Ground {
        code: "law57",
        law: "义务教育法",
        article: "第五十七条",
        about: "拒绝接收能随班就读的残疾孩子，分重点班，违法开除学生",
        is_read: true,
    },
];

/// The ground of a code.
#[must_use]
pub fn ground(code: &str) -> Option<Ground> {
    GROUNDS.iter().find(|ground| ground.code == code).copied()
}

/// What is on record of a unit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Known {
    /// Issued bulletins of problems within a year that name it and were not withdrawn.
    pub bulletins: i64,
    /// Findings past their day that are not put right.
    pub findings: i64,
    /// Deadlines that went up to the county and were still not kept.
    pub escalated: i64,
}

impl Known {
    /// Whether it is enough for a file of this origin.
    #[must_use]
    pub const fn reaches(self, origin: Origin) -> bool {
        match origin {
            Origin::Bulletins => self.bulletins >= BULLETINS,
            Origin::Findings => self.findings >= FINDINGS,
            Origin::Escalated => self.escalated > 0,
        }
    }

    /// What is on record, in a sentence.
    #[must_use]
    pub fn facts(self, origin: Origin) -> String {
        match origin {
            Origin::Bulletins => format!("一年内被问题通报{}次", self.bulletins),
            Origin::Findings => format!("督导发现的问题有{}个过了期限没有整改到位", self.findings),
            Origin::Escalated => format!("有{}件事过了期限、上报到县里以后仍没有办", self.escalated),
        }
    }
}

/// A file is opened where something repeats or went to the top, and for nothing else.
///
/// # Errors
/// [`Refused`].
pub fn opens(origin: Origin, known: Known) -> Result<(), Refused> {
    if known.reaches(origin) {
        return Ok(());
    }
    Err(Refused::new(
        format!("系统里的记录不够立案：{}", known.facts(origin)),
        CLAUSE,
        format!("一年内被通报{BULLETINS}次、督导问题逾期{FINDINGS}个或者期限上报到县里仍没有办的，才立案"),
    ))
}

/// Who stands before a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hand {
    /// Whether they hold a post of the unit.
    pub is_of_unit: bool,
    /// Whether they opened the file.
    pub is_opener: bool,
    /// Whether the time for a statement has passed.
    pub is_over: bool,
}

/// Where a file stands after an act.
///
/// # Errors
/// [`Refused`] for an act that does not fit now, or of somebody who may not do it.
pub fn moved(stand: Stand, act: Act, measure: Option<Measure>, hand: Hand) -> Result<Stand, Refused> {
    let by_unit = matches!(act, Act::State | Act::Report);
    if by_unit != hand.is_of_unit {
        return Err(if by_unit {
            Refused::new("陈述和整改由单位自己报", CLAUSE, "请这个单位的负责人报")
        } else {
            Refused::new("本单位的人不能办本单位的问责", "两人办理", "请督导委办公室另一位同志办")
        });
    }
    match (stand, act) {
        (Stand::Closed, _) => Err(Refused::new("已经办结", CLAUSE, "又有新情况的，另立一件")),
        (Stand::Opened, Act::State) => Ok(Stand::Heard),
        (Stand::Opened, Act::Silent) if hand.is_over => Ok(Stand::Heard),
        (Stand::Opened, Act::Silent) => Err(Refused::new("陈述的期限还没有到", CLAUSE, "请等期限过了再记")),
        (Stand::Opened, Act::Decide) => {
            Err(Refused::new("还没有听取单位的陈述", CLAUSE, "请等单位陈述，或者期限过了记下没有陈述"))
        }
        (Stand::Heard, Act::Decide) if hand.is_opener => Err(Refused::new(
            "这件是您立的，不能由您登记决定",
            "两人办理",
            "请另一位同志按有权机关的决定登记",
        )),
        (Stand::Heard, Act::Decide) => match measure {
            Some(Measure::Nothing) => Ok(Stand::Closed),
            Some(_) => Ok(Stand::Decided),
            None => Err(Refused::new("没有选决定", CLAUSE, "请按有权机关的决定选")),
        },
        (Stand::Decided, Act::Report) => Ok(Stand::Reported),
        (Stand::Reported, Act::Accept) => Ok(Stand::Closed),
        (Stand::Reported, Act::GiveBack) => Ok(Stand::Decided),
        (Stand::Decided, Act::Accept) if measure == Some(Measure::Transfer) => Ok(Stand::Closed),
        (Stand::Heard, Act::State) => {
            Err(Refused::new("已经陈述过", CLAUSE, "要补充的，请交督导委办公室附卷"))
        }
        (Stand::Decided, Act::Accept | Act::GiveBack) => {
            Err(Refused::new("单位还没有报告整改", CLAUSE, "请等单位报告，再去复查"))
        }
        (Stand::Reported, Act::Report) => {
            Err(Refused::new("已经报了整改，等复查", CLAUSE, "要补充的，等退回后再报"))
        }
        _ => Err(Refused::new(
            format!("现在是“{}”，不能{}", stand.label(), act.label()),
            CLAUSE,
            "请看过最新情况再办",
        )),
    }
}
