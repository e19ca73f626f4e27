//! Texts that others read: whether one names a child, by name, by number, by what is left of a name beside a small place, by a count so small that
//! it is one; and whether it ranks schools. It knows no list of its own: the names come in. A text that passes can still be unkind; a second
//! person reads it.

use super::{FEW, Problem};
use crate::fold;

/// Words that rank schools or make much of examinations, 五(十二).
pub const RANKING: [&str; 25] = [
    "排名",
    "名次",
    "排位",
    "排行",
    "位列",
    "升学率",
    "升学指标",
    "状元",
    "平均分",
    "优秀率",
    "及格率",
    "一本率",
    "重点率",
    "倒数第",
    "考试成绩",
    "学科成绩",
    "中考成绩",
    "高考成绩",
    "期末成绩",
    "考分",
    "龙虎榜",
    "垫底",
    "居首",
    "第一名",
    "最后一名",
];

/// The surnames that stand before 某 when a child is meant; 某 behind another sign is 某校, 某村.
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严覃武戴莫孔向汤茶字自普鲁施";

/// Words behind a count by which it counts grown-ups.
const GROWN: [&str; 15] = [
    "责任督学",
    "督学",
    "校长",
    "教师",
    "老师",
    "干部",
    "人员",
    "专干",
    "成员",
    "联络员",
    "领导",
    "班主任",
    "专家",
    "志愿者",
    "人大代表",
];

/// Words behind which a count is one of children or of their families.
const COUNTED: [&str; 9] = ["名", "人", "位", "个孩子", "个学生", "个儿童", "户", "个家庭", "例"];

/// Everything in a text by which somebody learns of a child, for readers who work here. `known` are the names of children that it might name,
/// `places` the names of villages.
#[must_use]
pub fn names(text: &str, known: &[String], places: &[String]) -> Vec<Problem> {
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let mut found = traces(text, &known, places);
    found.extend(few(text).map(Problem::Few));
    found
}

/// What may not stand in a text that everybody reads: what [`names`] finds, and words of ranking.
#[must_use]
pub fn published(text: &str, known: &[String], places: &[String]) -> Vec<Problem> {
    let mut found = names(text, known, places);
    found.extend(ranking(text).map(Problem::Ranking));
    found
}

/// The first word of a text that ranks schools or makes much of examinations.
#[must_use]
pub fn ranking(text: &str) -> Option<&'static str> {
    let close: String = text.chars().filter(|sign| !fold::is_blank(*sign)).collect();
    RANKING.iter().find(|word| close.contains(**word)).copied()
}

/// Refuses an answer to one person that could reveal one of `names` or anybody else; that it speaks of one child is in its nature.
///
/// # Errors
/// The first [`Problem`].
pub fn check(text: &str, names: &[&str]) -> Result<(), Problem> {
    traces(text, names, &[]).into_iter().next().map_or(Ok(()), Err)
}

/// Whether a text holds the number of a person, whole or masked: of an ID card, a student, a telephone.
#[must_use]
pub fn has_number(text: &str) -> bool {
    !numbers(text).is_empty()
}

/// Name, number, telephone, what is left of a name: whoever reads, this is said to nobody.
fn traces(text: &str, known: &[&str], places: &[String]) -> Vec<Problem> {
    let mut found = numbers(text);
    let folded = |text: &str| -> String {
        // What stands between the signs of a name hides nothing.
        fold::key(text).chars().filter(|sign| sign.is_alphanumeric()).collect()
    };
    let letters = folded(text);
    let named = known.iter().position(|name| {
        let name = folded(name);
        name.chars().count() > 1 && letters.contains(&name)
    });
    found.extend(named.map(Problem::Name));
    if text.split(['。', '；', ';', '\n']).any(|part| has_initials(part, places)) {
        found.push(Problem::Initials);
    }
    found
}

fn numbers(text: &str) -> Vec<Problem> {
    let signs: Vec<char> = text.chars().collect();
    let runs = runs(&signs);
    let mut found = Vec::new();
    if runs.iter().any(|(.., run)| run.len() >= 15) || is_masked(text) {
        found.push(Problem::Number);
    }
    if runs.iter().any(|(.., run)| is_mobile(run)) {
        found.push(Problem::Phone);
    }
    found
}

/// 539999********0011: stars between figures hide too little of a number.
fn is_masked(text: &str) -> bool {
    let own = |sign: char| sign.is_ascii_digit() || sign == '*';
    let half: String = text.chars().map(fold::half_width).collect();
    half.split(|sign| !own(sign))
        .any(|run| run.contains("**") && run.chars().filter(char::is_ascii_digit).count() > 2)
}

/// Signs that people put between the figures of a number.
const fn between(sign: char) -> bool {
    matches!(sign, ' ' | '-' | '_' | '.' | '·' | '\u{2014}' | '\u{3000}')
}

/// Signs between two figures of one number at most.
const GAP: usize = 3;

/// The figures of a text in runs: half-width, with what stands between them left out; where each begins and ends, in characters.
fn runs(signs: &[char]) -> Vec<(usize, usize, String)> {
    let mut found: Vec<(usize, usize, String)> = Vec::new();
    let mut at = 0;
    while let Some(sign) = signs.get(at) {
        if !fold::half_width(*sign).is_ascii_digit() {
            at += 1;
            continue;
        }
        let (start, mut end, mut run) = (at, at, String::new());
        let mut gap = 0;
        while let Some(sign) = signs.get(at) {
            let half = fold::half_width(*sign);
            let last = run.len() == 17 && matches!(half, 'x' | 'X');
            if half.is_ascii_digit() || last {
                run.push(half.to_ascii_uppercase());
                end = at + 1;
                gap = 0;
            } else if (between(half) || fold::is_blank(*sign)) && *sign != '\n' && gap < GAP {
                gap += 1;
            } else {
                break;
            }
            at += 1;
        }
        found.push((start, end, run));
        at = at.max(end);
    }
    found
}

/// Whether eleven figures in a row begin as a mobile number does.
fn is_mobile(run: &str) -> bool {
    let local = run.strip_prefix("0086").or_else(|| run.strip_prefix("86")).unwrap_or(run);
    let of = |text: &str| text.len() == 11 && text.starts_with('1');
    of(local) || of(run)
}

/// Signs that stand for what was left out of a name.
const fn is_cut(sign: char) -> bool {
    matches!(sign, '某' | '×' | '✕' | 'Ｘ' | '＊' | '*' | '○' | '〇')
}

/// A person cut short (李某, 王××, L.X.M同学, 该生) in a sentence that says of which village, school or class.
fn has_initials(part: &str, places: &[String]) -> bool {
    let small = ['村', '组', '校', '学', '班', '寨'];
    if !part.contains(small) && !places.iter().any(|place| part.contains(place.as_str())) {
        return false;
    }
    // 该生已返校 says nothing yet; 沙乐村的该生 does.
    let near =
        part.contains(['村', '组', '班', '寨']) || places.iter().any(|place| part.contains(place.as_str()));
    if near && ["该生", "某生", "某同学", "某某"].iter().any(|word| part.contains(word)) {
        return true;
    }
    let signs: Vec<char> = part.chars().collect();
    (1..signs.len()).any(|at| {
        let sign = |at: usize| signs.get(at).copied().unwrap_or(' ');
        let (before, own, behind) = (sign(at - 1), sign(at), sign(at + 1));
        // 对某校, 在某村: a unit that is not named is nobody's name.
        let unit = own == '某'
            && matches!(
                behind,
                '校' | '村'
                    | '镇'
                    | '乡'
                    | '县'
                    | '社'
                    | '班'
                    | '组'
                    | '单'
                    | '企'
                    | '个'
                    | '些'
                    | '一'
                    | '种'
            );
        let person =
            is_cut(own) && !is_cut(before) && before.is_alphabetic() && (SURNAMES.contains(before) || !unit);
        // L.X.M, LXM同学
        let latin = before.is_ascii_uppercase() && matches!(own, '.' | '同' | '学' | '孩' | '生');
        person || latin
    })
}

/// The text with every longer number and every name of the list hidden: for a line in an officer's list (hazard F04).
#[must_use]
pub fn hide(text: &str, names: &[&str]) -> String {
    let mut signs: Vec<char> = text.chars().collect();
    for (start, end, run) in runs(&signs) {
        if run.len() >= 7 {
            for sign in signs.iter_mut().take(end).skip(start) {
                *sign = '*';
            }
        }
    }
    let mut text: String = signs.into_iter().collect();
    for name in names.iter().map(|name| name.trim()).filter(|name| name.chars().count() >= 2) {
        text = text.replace(name, &crate::mask::name(name));
    }
    text
}

/// The first count below [`FEW`] that counts children or families, in the words of the text.
fn few(text: &str) -> Option<String> {
    let signs: Vec<char> = text.chars().collect();
    let mut at = 0;
    while let Some(sign) = signs.get(at).copied() {
        let (value, length) = number(&signs, at, sign);
        let Some(value) = value else {
            at += 1;
            continue;
        };
        let rest: String = signs.iter().skip(at + length).take(12).collect();
        let rest = rest.trim_start();
        let counted = COUNTED.iter().find(|word| rest.starts_with(**word));
        if let Some(word) = counted.filter(|_| value > 0 && value < FEW) {
            let behind = rest.strip_prefix(word).unwrap_or_default();
            // 1名督学, 三位校长; 一人一案, 一个孩子都不能少, 每一名.
            let grown = GROWN.iter().any(|grown| behind.starts_with(grown));
            let general = behind.starts_with(['一', '都', '也', '不']);
            let each = at.checked_sub(1).and_then(|before| signs.get(before));
            if !grown && !general && !each.is_some_and(|sign| matches!(sign, '每' | '第' | '任')) {
                let said: String = signs.iter().skip(at).take(length).collect();
                return Some(format!("{said}{word}"));
            }
        }
        at += length.max(1);
    }
    None
}

/// A number that begins at a sign: its value where it is a small whole one, and of how many signs it is made.
fn number(signs: &[char], at: usize, sign: char) -> (Option<u32>, usize) {
    if fold::half_width(sign).is_ascii_digit() {
        let run = signs
            .iter()
            .skip(at)
            .take_while(|sign| fold::half_width(**sign).is_ascii_digit() || matches!(sign, '.' | ',' | '，'));
        let text: String = run.map(|sign| fold::half_width(*sign)).collect();
        let length = text.chars().count();
        // 1,203 and 98.5 are no small counts; a comma at the end belongs to the sentence.
        let plain = text.trim_end_matches([',', '，', '.']);
        let value =
            if plain.contains([',', '，', '.']) { u32::MAX } else { plain.parse().unwrap_or(u32::MAX) };
        return (Some(value), length);
    }
    let of = |sign: char| match sign {
        '一' => Some(1),
        '二' | '两' => Some(2),
        '三' => Some(3),
        '四' => Some(4),
        '五' | '六' | '七' | '八' | '九' | '十' | '百' | '千' | '万' => Some(9),
        _ => None,
    };
    let run = signs.iter().skip(at).take_while(|sign| of(**sign).is_some()).count();
    match (run, of(sign)) {
        (0, _) | (_, None) => (None, 1),
        (1, value) => (value, 1),
        // 十二, 三十: no small count.
        (run, _) => (Some(u32::MAX), run),
    }
}
