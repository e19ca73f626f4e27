//! Names in Latin letters, as people type them to find somebody: `lixiaoming`, `lxm`. One name has one spelling,
//! the same on every machine (L08); it finds and sorts, and never decides who is meant.

use pinyin::ToPinyin;

use crate::name;
use crate::sound::SURNAMES;

/// A name in Latin letters, lower case, without tones; ü is `v`, as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spelling {
    /// Every syllable: `lixiaoming`.
    pub full: String,
    /// The first letter of every syllable: `lxm`.
    pub initials: String,
}

/// Spells a name. Characters with several readings (多音字) have the one that they have in names, and in front
/// the one that they have as a surname (单 shan, 解 xie, 曾 zeng, 尉迟 yuchi). Traditional and variant characters are
/// spelled as the plain ones; Latin words are kept; dots, blanks, figures, notes in brackets and characters that
/// nobody can read out (造字) are left out.
#[must_use]
pub fn spelling(text: &str) -> Spelling {
    let written = written(text);
    let plain: Vec<char> = written.iter().map(|part| part.plain).collect();
    // A transliterated name with dots has no surname in front.
    let dotted = written.iter().any(|part| part.after == After::Dot);
    let surname = if dotted { &[][..] } else { surname(&plain) };
    let mut spelling = Spelling::default();
    for (at, part) in written.iter().enumerate() {
        let reading = surname.get(at).copied().or_else(|| reading(part.plain, part.own));
        if let Some(reading) = reading {
            spelling.add(reading);
        } else if part.plain.is_ascii_alphabetic() {
            spelling.letter(part.plain.to_ascii_lowercase(), part.after != After::Letter);
        }
    }
    spelling
}

/// What all ways of writing a name or a title have in common, to look it up by: traditional, variant and compatibility
/// forms as the plain character, Latin in lower case, without blanks, dots, brackets and what nobody sees (L01, L02).
/// Unlike the spelling it keeps apart what only sounds alike.
#[must_use]
pub fn key(text: &str) -> String {
    text.chars()
        .filter_map(|own| match name::plain(own) {
            // A character beyond the tables has no plain form but itself.
            name::Plain::Character(plain) => Some(plain.to_ascii_lowercase()),
            name::Plain::Nothing | name::Plain::Note => None,
        })
        .collect()
}

impl Spelling {
    fn add(&mut self, reading: &str) {
        for (at, letter) in reading.chars().enumerate() {
            self.letter(if letter == 'ü' { 'v' } else { letter }, at == 0);
        }
    }

    fn letter(&mut self, letter: char, first: bool) {
        self.full.push(letter);
        if first {
            self.initials.push(letter);
        }
    }
}

/// What stands before a character.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    Letter,
    Character,
    Blank,
    Dot,
}

struct Part {
    own: char,
    plain: char,
    after: After,
}

/// The characters that are spelled, each also in its plain form.
fn written(text: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut after = After::Blank;
    for own in text.chars() {
        match name::plain(own) {
            name::Plain::Note if !parts.is_empty() => break,
            name::Plain::Note => {}
            name::Plain::Nothing if own.is_whitespace() => after = After::Blank,
            // What nobody sees stands between nothing.
            name::Plain::Nothing if DOTS.contains(&own) && !parts.is_empty() => after = After::Dot,
            name::Plain::Nothing => {}
            name::Plain::Character(plain) => {
                parts.push(Part { own, plain, after });
                after = if plain.is_ascii_alphabetic() { After::Letter } else { After::Character };
            }
        }
    }
    parts
}

/// The dots that offices put between the parts of a name (L02).
const DOTS: &[char] = &['·', '•', '.', '‧', '・', '．', '∙', '⋅', '･', '。'];

/// The readings of the surname that opens the name; empty where the everyday ones are right.
fn surname(plain: &[char]) -> &'static [&'static str] {
    let compound =
        COMPOUND.iter().find(|(characters, _)| plain.iter().copied().take(2).eq(characters.chars()));
    if let Some(&(_, readings)) = compound
        && plain.len() > 2
    {
        return readings;
    }
    let Some(first) = plain.first() else { return &[] };
    let own = FIRST.iter().find(|(character, _)| character == first).map(|(_, reading)| reading);
    let shared = || SURNAMES.iter().find(|(character, _)| character == first).map(|(_, reading)| reading);
    own.or_else(shared).map_or(&[], std::slice::from_ref)
}

fn reading(plain: char, own: char) -> Option<&'static str> {
    let in_names = IN_NAMES.iter().find(|(characters, _)| characters.contains(plain));
    let usual = || own.to_pinyin().or_else(|| plain.to_pinyin()).map(|reading| reading.plain());
    in_names.map(|(_, reading)| *reading).or_else(usual)
}

/// Surnames of two characters that are not read as the characters are.
const COMPOUND: &[(&str, &[&str])] = &[
    ("尉迟", &["yu", "chi"]),
    ("万俟", &["mo", "qi"]),
    ("单于", &["chan", "yu"]),
    ("长孙", &["zhang", "sun"]),
    ("澹台", &["tan", "tai"]),
    ("乐正", &["yue", "zheng"]),
];

/// Surnames beside those that the matcher knows: no list that is compared turns on them.
const FIRST: &[(char, &str)] = &[
    ('薄', "bo"),
    ('佴', "nai"),
    ('乜', "nie"),
    ('隗', "wei"),
    ('郇', "xun"),
    ('盛', "sheng"),
    // 傣族 bear it; the other reading is the older form of 邵.
    ('召', "zhao"),
];

/// What characters with several readings are called within names.
const IN_NAMES: &[(&str, &str)] = &[
    ("长", "chang"),
    ("曾", "zeng"),
    ("茜", "xi"),
    ("晟", "sheng"),
    ("仔", "zi"),
    ("都", "du"),
    ("区", "qu"),
    ("隽", "jun"),
    ("偲", "si"),
    ("泊薄", "bo"),
    ("率", "shuai"),
    ("莞", "wan"),
    ("焘", "tao"),
    ("勒", "le"),
    ("佛", "fo"),
    ("还", "huan"),
    ("什", "shi"),
    ("伽", "jia"),
    // Beyond the tables of readings, and yet in use.
    ("𠮷", "ji"),
    ("𬱖", "di"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, full: &str, initials: &str) {
        let found = spelling(name);
        assert_eq!((found.full.as_str(), found.initials.as_str()), (full, initials), "{name}");
    }

    /// L08: one spelling for each name, whatever readings its characters have.
    #[test]
    fn a_name_has_one_spelling() {
        for (name, full, initials) in [
            ("李晓明", "lixiaoming", "lxm"),
            ("赵志强", "zhaozhiqiang", "zzq"),
            ("单晓", "shanxiao", "sx"),
            ("解放", "xiefang", "xf"),
            ("曾增", "zengzeng", "zz"),
            ("李曾", "lizeng", "lz"),
            ("任任", "renren", "rr"),
            ("仇九", "qiujiu", "qj"),
            ("查查", "zhacha", "zc"),
            ("李查", "licha", "lc"),
            ("乐乐", "yuele", "yl"),
            ("区小区", "ouxiaoqu", "oxq"),
            ("朴朴", "piaopu", "pp"),
            ("尉迟恭", "yuchigong", "ycg"),
            ("尉迟", "yuchi", "yc"),
            ("万俟卨", "moqixie", "mqx"),
            ("万里", "wanli", "wl"),
            ("长孙无忌", "zhangsunwuji", "zswj"),
            ("李长顺", "lichangshun", "lcs"),
            ("单于夫罗", "chanyufuluo", "cyfl"),
            ("欧阳娜娜", "ouyangnana", "oynn"),
            ("吕绿", "lvlv", "ll"),
            ("召存信", "zhaocunxin", "zcx"),
            ("字学明", "zixueming", "zxm"),
            ("鲁阿呷", "luaga", "lag"),
        ] {
            check(name, full, initials);
        }
    }

    /// L01, L02, L04: what is written otherwise has one key, and what only sounds alike has another.
    #[test]
    fn what_is_written_otherwise_has_one_key() {
        for (name, expected) in [
            ("陳曉明", "陈晓明"),
            ("阿依古丽•买买提", "阿依古丽买买提"),
            ("阿依古丽‧买买提", "阿依古丽买买提"),
            ("⼥英", "女英"),
            ("Ｌi  Ming", "liming"),
            ("三年级（２）班", "三年级2班"),
            ("王𠮷", "王𠮷"),
            ("·（）", ""),
        ] {
            assert_eq!(key(name), expected, "{name}");
        }
        assert_ne!(key("李晓明"), key("李小明"));
    }

    /// L01, L02, L04: what is written otherwise is spelled alike.
    #[test]
    fn other_ways_of_writing_are_spelled_alike() {
        for (name, full, initials) in [
            ("陳曉明", "chenxiaoming", "cxm"),
            ("單曉", "shanxiao", "sx"),
            ("李 晓\u{3000}明", "lixiaoming", "lxm"),
            ("李\u{200B}晓明", "lixiaoming", "lxm"),
            ("王𠮷", "wangji", "wj"),
            ("王䶮㛃", "wangyanjie", "wyj"),
            ("陈頔", "chendi", "cd"),
            ("陈𬱖", "chendi", "cd"),
            ("⼥英", "nvying", "ny"),
            ("阿依古丽·买买提", "ayigulimaimaiti", "ayglmmt"),
            ("单增•卓玛", "danzengzhuoma", "dzzm"),
            ("张伟(大)", "zhangwei", "zw"),
            ("张伟2", "zhangwei", "zw"),
            ("Ｌi  Ming", "liming", "lm"),
            ("MARY", "mary", "m"),
            ("李\u{E123}明", "liming", "lm"),
            ("😀", "", ""),
            ("", "", ""),
        ] {
            check(name, full, initials);
        }
    }
}
