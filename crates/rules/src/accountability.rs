//! 问责, 五(七), 六(四): on what a file may be opened, that the unit is heard before anything is decided, that others decide than who opened it, and that it
//! is followed until somebody else has seen it put right. The program opens nothing by itself, weighs nobody and decides nothing; a file is about a
//! unit, or the post that answers for it. From how many on, and on which articles, is the plan's (`crate::plan::AccountabilityRule`).

use crate::case::Refused;
use crate::codes::codes;
use crate::plan::{AccountabilityRule, Ground};

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

const CLAUSE: &str = "五(七)、六(四)";

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
    /// Whether it is enough for a file of this origin, by the numbers of the county's plan.
    #[must_use]
    pub fn reaches(self, origin: Origin, rule: &AccountabilityRule) -> bool {
        match origin {
            Origin::Bulletins => self.bulletins >= i64::from(rule.bulletins),
            Origin::Findings => self.findings >= i64::from(rule.findings),
            Origin::Escalated => self.escalated >= i64::from(rule.escalated),
        }
    }

    /// What is on record, in a sentence.
    #[must_use]
    pub fn facts(self, origin: Origin, rule: &AccountabilityRule) -> String {
        match origin {
            Origin::Bulletins => format!("{}被问题通报{}次", rule.within(), self.bulletins),
            Origin::Findings => format!("督导发现的问题有{}个过了期限没有整改到位", self.findings),
            Origin::Escalated => format!("有{}件事过了期限、上报到县里以后仍没有办", self.escalated),
        }
    }
}

/// A file is opened where something repeats or went to the top, as the county's plan counts it, and for nothing else.
///
/// # Errors
/// [`Refused`].
pub fn opens(origin: Origin, known: Known, rule: &AccountabilityRule) -> Result<(), Refused> {
    if known.reaches(origin, rule) {
        return Ok(());
    }
    Err(Refused::new(
        format!("系统里的记录不够立案：{}", known.facts(origin, rule)),
        CLAUSE,
        format!("{}的，才立案", rule.said()),
    ))
}

/// On what a file rests, as its papers say it. `written` is the article that the office has looked up, empty where it has not.
///
/// # Errors
/// [`Refused`] where the article is needed and not written, or not written as an article is.
pub fn cited(ground: &Ground, written: &str) -> Result<String, Refused> {
    let written = written.trim();
    let law = match ground.number.as_str() {
        "" => format!("《{}》", ground.law),
        number => format!("《{}》（{number}）", ground.law),
    };
    if let Some(article) = &ground.article {
        return Ok(format!("{law}{article}"));
    }
    if !written.is_empty() && !is_article(written) {
        return Err(Refused::new(format!("“{written}”不是条号"), CLAUSE, "请对照原文写，如“第八条”"));
    }
    match written {
        "" if ground.asks_article => Err(Refused::new("这一项要写条号", CLAUSE, "请对照原文写，如“第八条”")),
        // The situation is known and its article is not: the situation is named, no number is invented.
        "" => Ok(format!("{law}所列“{}”的情形", ground.about)),
        article if ground.asks_article => Ok(format!("{law}{article}")),
        article => Ok(format!("{law}{article}“{}”", ground.about)),
    }
}

/// Whether it is written as an article is: 第八条, 第十二条第二款, 第六条第（三）项.
#[must_use]
pub fn is_article(text: &str) -> bool {
    let numeral = |text: &str| {
        let text = text.trim_matches(['（', '）', '(', ')']);
        !text.is_empty()
            && text.chars().all(|one| one.is_ascii_digit() || "零一二三四五六七八九十百".contains(one))
    };
    let mut rest = text;
    for (nth, unit) in ["条", "款", "项"].into_iter().enumerate() {
        let Some((number, after)) = rest.strip_prefix('第').and_then(|rest| rest.split_once(unit)) else {
            if nth == 0 { return false } else { continue }
        };
        if !numeral(number) {
            return false;
        }
        rest = after;
    }
    rest.is_empty()
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
