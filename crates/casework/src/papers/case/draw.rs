//! One drawing for every paper: head, 当事人, first paragraph, what was filled in, rights, lines to sign. It knows no kind by name.

use std::collections::BTreeMap;

use documents::paper::{Block, Paper};
use jiff::civil::Date;
use rules::case::paper::{FieldKind, PaperRule, Right, To};
use rules::date::parse_date;
use rules::plan::Plan;

use super::super::{Facts, spelled};
use super::party::Guardian;

/// What a paper is drawn from.
pub(super) struct Drawing<'a> {
    pub(super) rule: &'static PaperRule,
    pub(super) plan: &'a Plan,
    pub(super) facts: &'a Facts,
    pub(super) guardian: &'a Guardian,
    /// Full name of the organ.
    pub(super) organ: &'a str,
    /// 发文字号.
    pub(super) word: &'a str,
    /// 案件编号.
    pub(super) case: &'a str,
    pub(super) day: Date,
    pub(super) values: &'a BTreeMap<String, String>,
    /// What stands behind the first paragraph.
    pub(super) more: Vec<Block>,
}

const NUMBERS: [&str; 20] = [
    "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四", "十五",
    "十六", "十七", "十八", "十九", "二十",
];

/// Puts values in the places of `{names}`; what comes in is not looked at again.
pub(super) fn filled(text: &str, value: impl Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        match after.split_once('}') {
            Some((name, behind)) => {
                out.push_str(&value(name));
                rest = behind;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// `义务教育法第五条` as a document cites it: 《中华人民共和国义务教育法》第五条; a regulation or a document keeps its name.
pub(crate) fn cited(articles: &[&str]) -> String {
    let one = |article: &&str| match article.split_once('第') {
        Some((name, number)) if name.ends_with('法') => format!("《中华人民共和国{name}》第{number}"),
        Some((name, number)) if name.ends_with("条例") || name.ends_with("办法") => {
            format!("《{name}》第{number}")
        }
        _ => (*article).to_owned(),
    };
    articles.iter().map(one).collect::<Vec<_>>().join("、")
}

/// A value as it stands in a paper: days spelled out.
fn shown(kind: FieldKind, value: &str) -> String {
    let day = parse_date(value).ok().filter(|_| kind.is_day());
    day.map_or_else(|| value.to_owned(), spelled)
}

impl Drawing<'_> {
    fn name(&self, name: &str) -> String {
        match name {
            "child" => self.facts.name.clone(),
            "guardian" => self.guardian.titled(),
            "school" => self.facts.school.clone(),
            "organ" => self.organ.to_owned(),
            "articles" => cited(self.rule.articles),
            "government" => format!("{}人民政府", self.plan.county().name),
            "court" => self.court(),
            key => {
                let kind = self.rule.field(key).map_or(FieldKind::Line, |field| field.kind);
                shown(kind, self.values.get(key).map_or("", String::as_str))
            }
        }
    }

    fn court(&self) -> String {
        format!("{}人民法院", self.plan.county().name)
    }

    /// The paper.
    pub(super) fn paper(&self) -> Paper {
        let rule = self.rule;
        let court = rule.to == To::Court;
        let to = match rule.to {
            To::Family => vec![self.guardian.titled()],
            To::Court => vec![self.court()],
            To::Office => vec![self.name("to_organ")],
            To::File => Vec::new(),
        };
        let (mut body, mut at) = (vec![Block::Pairs { rows: self.parties() }], 0);
        let mut heading = |body: &mut Vec<Block>, words: &str| {
            let number = NUMBERS.get(at).copied().unwrap_or("又");
            at += 1;
            body.push(Block::Heading { text: format!("{number}、{words}") });
        };
        body.push(text(filled(rule.opening, |name| self.name(name))));
        body.extend(self.more.iter().cloned());
        let mut rows = Vec::new();
        // The addressee of a letter stands over it.
        let above = |key: &str| rule.to == To::Office && key == "to_organ";
        for field in rule.fields.iter().filter(|field| !field.kind.is_text() && !above(field.key)) {
            let value = self.values.get(field.key).map_or("", String::as_str);
            if !value.is_empty() {
                rows.push((field.label.to_owned(), shown(field.kind, value)));
            }
        }
        if !rows.is_empty() {
            body.push(Block::Pairs { rows });
        }
        for field in rule.fields.iter().filter(|field| field.kind.is_text()) {
            let value = self.values.get(field.key).map_or("", String::as_str);
            if !value.is_empty() {
                heading(&mut body, field.label);
                body.extend(
                    value.lines().filter(|line| !line.trim().is_empty()).map(|line| text(line.to_owned())),
                );
            }
        }
        if !rule.rights.is_empty() {
            heading(&mut body, if rule.to == To::Family { "您的权利" } else { "告知的权利" });
            body.extend(rule.rights.iter().map(|right| text(self.right(right))));
        }
        if court {
            body.push(text("此致".to_owned()));
            body.push(text(self.court()));
        }
        if !rule.signers.is_empty() {
            let line = |who: &&str| ((*who).to_owned(), "　　　　　　　　　　　　年　　月　　日".to_owned());
            body.push(Block::Pairs { rows: rule.signers.iter().map(line).collect() });
        }
        let day = spelled(self.day);
        Paper {
            // A paper to a court has no red head: it is the party's, not the organ's order.
            organ: if court { String::new() } else { self.organ.to_owned() },
            mark: "含未成年人个人信息，不得外传".to_owned(),
            number: self.word.to_owned(),
            title: rule.kind.label().to_owned(),
            to,
            body,
            signed: self.organ.to_owned(),
            date: day.clone(),
            copies: self.plan.paper(rule.kind.code()).map(|paper| paper.copies.clone()).unwrap_or_default(),
            printed: if court { Default::default() } else { (self.organ.to_owned(), day) },
            ..Paper::default()
        }
    }

    fn right(&self, right: &Right) -> String {
        format!("{}：{}（{}）", right.name, filled(right.text, |name| self.name(name)), right.article)
    }

    /// 当事人 and child, as far as they are known. An authority elsewhere gets what it needs to find the family, and no number of a guardian
    /// (个人信息保护法第六条).
    fn parties(&self) -> Vec<(String, String)> {
        let (facts, guardian) = (self.facts, self.guardian);
        let office = self.rule.to == To::Office;
        let number = if office { "" } else { guardian.id_number.as_str() };
        let home = if facts.address.is_empty() { facts.home.as_str() } else { facts.address.as_str() };
        let school = [facts.school.as_str(), facts.class.as_str()].join(" ");
        let known = [
            ("案件编号", self.case),
            ("监护人", guardian.name.as_str()),
            ("与学生关系", guardian.relation.as_str()),
            ("监护人性别", guardian.sex.as_str()),
            ("监护人出生日期", guardian.birth.as_str()),
            ("监护人身份证件号", number),
            ("电话", guardian.phone.as_str()),
            ("住址", home),
            ("学生", facts.name.as_str()),
            ("学生性别", facts.sex.as_str()),
            ("学生出生日期", facts.birth.as_str()),
            ("学校、年级班级", school.trim()),
            ("学籍号", facts.student_number.as_str()),
        ];
        let rows = known.into_iter().filter(|(_, value)| !value.is_empty());
        rows.map(|(what, value)| (what.to_owned(), value.to_owned())).collect()
    }
}

pub(super) const fn text(text: String) -> Block {
    Block::Text { text }
}

#[cfg(test)]
mod tests {
    use documents::paper::{Form, Press};
    use jiff::civil::date;
    use rules::case::paper::{PaperKind, rule};

    use super::*;

    fn said(paper: &Paper) -> String {
        let mut all =
            vec![paper.title.clone(), paper.number.clone(), paper.to.concat(), paper.signed.clone()];
        for block in &paper.body {
            match block {
                Block::Heading { text } | Block::Text { text } => all.push(text.clone()),
                Block::Pairs { rows } => {
                    all.extend(rows.iter().map(|(what, value)| format!("{what} {value}")));
                }
                Block::Table { .. } => {}
            }
        }
        all.join("\n")
    }

    /// domain 3: every paper has each value, each right with its article, each signer and the parties in it, and can be made as
    /// PDF and DOCX. `BAOXUE_PAPERS=folder` keeps the files, to look at.
    #[test]
    fn every_paper_says_what_was_filled_in() {
        let (plan, press, keep) =
            (crate::lists::nanjian(), Press::default(), std::env::var_os("BAOXUE_PAPERS"));
        let facts = Facts {
            name: "李小明".to_owned(),
            sex: "男".to_owned(),
            birth: "2013年5月4日".to_owned(),
            student_number: "G539999201305040011".to_owned(),
            home: "东镇上村".to_owned(),
            address: "上村12号".to_owned(),
            school: "东镇中学".to_owned(),
            class: "七（2）班".to_owned(),
            ..Facts::default()
        };
        let guardian = Guardian {
            name: "李大山".to_owned(),
            relation: "父亲".to_owned(),
            sex: "男".to_owned(),
            birth: "1985年1月1日".to_owned(),
            id_number: "539999198501010011".to_owned(),
            phone: "13800001234".to_owned(),
            ..Guardian::default()
        };
        for kind in PaperKind::ALL.iter().copied() {
            let rule = rule(kind);
            let value = |field: &rules::case::paper::PaperField| match field.kind {
                _ if !field.preset.is_empty() => filled(field.preset, |_| "东镇人民政府".to_owned()),
                FieldKind::Line | FieldKind::Names(_) => format!("填写的{}甲、乙", field.label),
                FieldKind::Text => {
                    format!("如实填写的{}，内容详细，共有两行。\n第二行{}说明。", field.label, field.label)
                }
                FieldKind::Past | FieldKind::Future | FieldKind::After(_) => "2026-12-08".to_owned(),
            };
            let values: BTreeMap<String, String> =
                rule.fields.iter().map(|field| (field.key.to_owned(), value(field))).collect();
            let word = format!("东镇人民政府{}〔2026〕1号", rule.mark);
            let drawing = Drawing {
                rule,
                plan: &plan,
                facts: &facts,
                guardian: &guardian,
                organ: "东镇人民政府",
                word: &word,
                case: "南涧控辍个案〔2026〕1号",
                day: date(2026, 11, 24),
                values: &values,
                more: Vec::new(),
            };
            let mut paper = drawing.paper();
            super::super::check::marked(&mut paper, &"0123456789abcdef".repeat(2), "https://baoxue.example");
            let text = said(&paper);
            for field in rule.fields {
                for line in shown(field.kind, &values[field.key]).lines() {
                    assert!(text.contains(line), "{kind}: {} is not in {text}", field.label);
                }
            }
            for right in rule.rights {
                assert!(text.contains(right.name) && text.contains(right.article), "{kind}: {}", right.name);
            }
            for part in rule.signers.iter().chain(&["李小明", "李大山", "13800001234", "东镇中学", &word])
            {
                assert!(text.contains(part), "{kind}: {part} is not in {text}");
            }
            // Another county's office needs no number of a guardian (个人信息保护法 6).
            assert_eq!(text.contains("539999198501010011"), rule.to != To::Office, "{kind}");
            assert!(!text.contains('{') && !paper.squares.is_empty(), "{kind}: {text}");
            for form in [Form::Pdf, Form::Docx] {
                let made = press.make(&paper, form).unwrap_or_else(|why| panic!("{kind}: {why}"));
                if let Some(folder) = &keep {
                    let file = std::path::Path::new(folder).join(format!("{}.{}", kind.code(), form.code()));
                    std::fs::write(file, made.bytes).expect("kept");
                }
            }
        }
    }

    /// What comes in is not looked at again, and what is no name stays.
    #[test]
    fn values_are_not_filled_in() {
        let value = |name: &str| format!("{{{name}}}{{child}}");
        assert_eq!(filled("甲{child}乙{", value), "甲{child}{child}乙{");
        assert_eq!(
            cited(&["义务教育法第五条", "未成年人网络保护条例第三十四条", "某某办法"]),
            "《中华人民共和国义务教育法》第五条、《未成年人网络保护条例》第三十四条、某某办法"
        );
    }
}
