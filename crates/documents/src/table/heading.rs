//! Recognises a heading however an office wrote it: `姓 名`, `＊姓名（必填）`, `出生日期(YYYYMMDD)`.
//!
//! Only whole headings are compared, never parts of one: 监护人身份证号 is not 身份证号.

use super::Schema;
use super::cell::is_blank;
use std::collections::HashMap;

/// The characters of a heading that carry its meaning, with and without what stands in brackets.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Heading {
    /// Everything, the brackets themselves left out: `出生日期yyyymmdd`.
    pub(crate) full: String,
    /// Without what stands in brackets: `出生日期`.
    pub(crate) bare: String,
}

impl Heading {
    pub(crate) fn of(text: &str) -> Heading {
        let (mut full, mut bare, mut depth) = (String::new(), String::new(), 0u32);
        for c in without_ordinal(text.trim_matches(is_blank)).chars().map(half_width) {
            match c {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                '*' | ':' | '★' | '※' | '_' | '"' => {}
                c if is_blank(c) => {}
                c => {
                    full.extend(c.to_lowercase());
                    if depth == 0 {
                        bare.extend(c.to_lowercase());
                    }
                }
            }
        }
        Heading { full, bare }
    }
}

/// `1.姓名`, `12、姓名` → `姓名`; a heading that only begins with a figure stays.
fn without_ordinal(text: &str) -> &str {
    let rest = text.trim_start_matches(char::is_numeric);
    match rest.strip_prefix(['.', '、', '．']) {
        Some(name) if rest.len() < text.len() => name,
        _ => text,
    }
}

/// Full-width letters, figures and brackets as their half-width forms.
fn half_width(c: char) -> char {
    match c {
        '【' | '〔' | '［' | '[' | '〈' | '《' => '(',
        '】' | '〕' | '］' | ']' | '〉' | '》' => ')',
        '\u{ff01}'..='\u{ff5e}' => u32::from(c).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(c),
        c => c,
    }
}

/// The headings of a schema, ready to be looked up.
pub(crate) struct Synonyms {
    /// Heading → field, and the place of that spelling in the field's own list.
    fields: HashMap<String, (usize, usize)>,
}

impl Synonyms {
    pub(crate) fn of(schema: &Schema) -> Synonyms {
        let mut fields = HashMap::new();
        for (index, field) in schema.fields.iter().enumerate() {
            for (order, spelling) in field.headings.iter().enumerate() {
                fields.entry(Heading::of(spelling).full).or_insert((index, order));
            }
        }
        Synonyms { fields }
    }

    /// The field with this heading, and how early in its list the spelling stands.
    pub(crate) fn field(&self, heading: &str) -> Option<(usize, usize)> {
        self.fields.get(heading).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// E09, L04
    #[test]
    fn headings_lose_what_does_not_name_them() {
        let check = |written: &str, full: &str, bare: &str| {
            let found = Heading::of(written);
            assert_eq!((found.full.as_str(), found.bare.as_str()), (full, bare), "{written:?}");
        };
        check("姓 名", "姓名", "姓名");
        check("姓\r\n名", "姓名", "姓名");
        check("*姓名", "姓名", "姓名");
        check("＊姓　名：", "姓名", "姓名");
        check("出生日期(YYYYMMDD)", "出生日期yyyymmdd", "出生日期");
        check("户口所在地（行政区划）", "户口所在地行政区划", "户口所在地");
        check("【必填】姓名", "必填姓名", "姓名");
        check("上下学距离（公里）", "上下学距离公里", "上下学距离");
        check("１．姓名", "姓名", "姓名");
        check("3、姓名", "姓名", "姓名");
        check("成员1姓名", "成员1姓名", "成员1姓名");
        check("ＩＤ", "id", "id");
    }
}
