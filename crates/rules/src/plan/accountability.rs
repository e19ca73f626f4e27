//! 问责 in the plan: from how many records on a file may be opened, and on what it can rest, each with its clause or source (五(七), 六(四)). The rules that
//! use them are in `crate::accountability`. An article whose number nobody has read in its text is not written here: the situation stands alone.

use serde::Deserialize;
use toml::Spanned;

use super::load::Loader;
use super::model::Basis;
use crate::accountability::is_article;

/// From how many records on a file may be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountabilityRule {
    /// Issued bulletins of problems from which on it is said that they repeat.
    pub bulletins: u8,
    /// Within how many months bulletins and deadlines are counted.
    pub within_months: u8,
    /// Findings of inspections past their day.
    pub findings: u8,
    /// Deadlines that went up to the county and were still not kept.
    pub escalated: u8,
    /// Clause and words.
    pub basis: Basis,
    /// On what a file can rest, in the order of the plan.
    pub grounds: Vec<Ground>,
}

impl AccountabilityRule {
    /// The stretch in which bulletins are counted, in words: 一年内, 6个月内.
    #[must_use]
    pub fn within(&self) -> String {
        match self.within_months {
            12 => "一年内".to_owned(),
            months => format!("{months}个月内"),
        }
    }

    /// The thresholds in a sentence without its end.
    #[must_use]
    pub fn said(&self) -> String {
        format!(
            "{}被通报{}次、督导问题逾期{}个，或者有{}件事期限上报到县里仍没有办",
            self.within(),
            self.bulletins,
            self.findings,
            self.escalated
        )
    }

    /// The ground of a code.
    #[must_use]
    pub fn ground(&self, code: &str) -> Option<&Ground> {
        self.grounds.iter().find(|ground| ground.code == code)
    }
}

/// An article or a situation on which a file can rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    /// Stable code.
    pub code: String,
    /// The law or measure, without its brackets.
    pub law: String,
    /// Its number, such as 国教督〔2021〕2号; empty where it has none.
    pub number: String,
    /// The article; `None` where its number is not known.
    pub article: Option<String>,
    /// Whether the office has to write the article: nothing else is known of it.
    pub asks_article: bool,
    /// What it is about.
    pub about: String,
    /// Whether the article was compared with its text; where not, the office compares it first.
    pub is_compared: bool,
    /// Clause, source and words.
    pub basis: Basis,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    bulletins: Spanned<u8>,
    within_months: Spanned<u8>,
    findings: Spanned<u8>,
    escalated: Spanned<u8>,
    clause: Option<Spanned<String>>,
    source: Option<String>,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGround {
    code: Spanned<String>,
    law: Spanned<String>,
    #[serde(default)]
    number: String,
    article: Option<Spanned<String>>,
    #[serde(default)]
    asks_article: bool,
    about: Spanned<String>,
    #[serde(default)]
    compared: bool,
    clause: Option<Spanned<String>>,
    source: Option<String>,
    text: String,
}

/// `None` only when a problem has been noted.
pub(super) fn accountability(loader: &mut Loader<'_>) -> Option<AccountabilityRule> {
    let grounds = grounds(loader);
    let raw = loader.file.one::<Raw>("accountability")?;
    let (at, raw) = (raw.span(), raw.into_inner());
    let basis = loader.basis(at, raw.clause, raw.source, raw.text);
    for (field, number, most) in [
        ("bulletins", &raw.bulletins, 12),
        ("within_months", &raw.within_months, 36),
        ("findings", &raw.findings, 50),
        ("escalated", &raw.escalated, 50),
    ] {
        if !(1..=most).contains(number.get_ref()) {
            loader.file.problem(number.span(), format!("{field} 应为1至{most}"), "请改成这个范围里的数");
        }
    }
    Some(AccountabilityRule {
        bulletins: raw.bulletins.into_inner(),
        within_months: raw.within_months.into_inner(),
        findings: raw.findings.into_inner(),
        escalated: raw.escalated.into_inner(),
        basis,
        grounds,
    })
}

fn grounds(loader: &mut Loader<'_>) -> Vec<Ground> {
    let mut found: Vec<Ground> = Vec::new();
    for raw in loader.file.many::<RawGround>("accountability_ground") {
        let (at, raw) = (raw.span(), raw.into_inner());
        let basis = loader.basis(at, raw.clause, raw.source, raw.text);
        if found.iter().any(|one| one.code == *raw.code.get_ref()) {
            loader.file.problem(raw.code.span(), format!("{} 写了两次", raw.code.get_ref()), "请只留一段");
        }
        for (field, value) in [("law", &raw.law), ("about", &raw.about)] {
            if value.get_ref().trim().is_empty() {
                loader.file.problem(value.span(), format!("{field} 是空的"), "请写明依据哪部规定、什么情形");
            }
        }
        if let Some(article) = raw.article.as_ref().filter(|article| !is_article(article.get_ref())) {
            let what = format!("“{}”不是条号", article.get_ref());
            loader.file.problem(
                article.span(),
                what,
                "请写成“第五十三条”；不知道条号的，删去 article 这一行",
            );
        }
        if let Some(article) = raw.article.as_ref().filter(|_| raw.asks_article) {
            loader.file.problem(
                article.span(),
                "article 和 asks_article 只能有一个",
                "条号已经写了的，删去 asks_article",
            );
        }
        // 五(十二): nobody answers for marks.
        if let Some(word) = crate::publish::ranking(raw.about.get_ref()) {
            loader.file.problem(
                raw.about.span(),
                format!("问责依据里写了“{word}”"),
                "五(十二)不许按升学率和成绩问责，请删去",
            );
        }
        found.push(Ground {
            code: raw.code.into_inner(),
            law: raw.law.into_inner(),
            number: raw.number,
            article: raw.article.map(Spanned::into_inner),
            asks_article: raw.asks_article,
            about: raw.about.into_inner(),
            is_compared: raw.compared,
            basis,
        });
    }
    found
}
