//! What may be read by those who may not know the child (hazard F06; 五(十二)): whether a text names one, by name, by number, by what is left
//! of a name beside a village, or by a count so small that it is one; and whether it ranks schools. It knows no list of its own: the
//! names come in. A text that passes can still be unkind; a second person reads it.

/// Fewer children than so many are not told apart.
pub const FEW: u32 = 5;

/// Why a text may not be read by everybody. No reason repeats what it found, but for a count or a word of ranking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Names {
    /// The name of a child that is known here.
    Child,
    /// An ID number, or the number of a telephone.
    Number,
    /// A surname with 某, or initials, beside a village.
    Initials,
    /// So few children, in the words of the text.
    Few(String),
    /// A word of ranking and examinations, 五(十二).
    Ranking(&'static str),
}

impl Names {
    /// What is wrong and what to do.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Child => "写了孩子的姓名，请改成“有的孩子”或者只写数字".to_owned(),
            Self::Number => "写了身份证号、学籍号或者电话号码，请删去".to_owned(),
            Self::Initials => {
                "村名旁边有“李某”“某生”一类的说法，看得出是谁家的孩子，请删去村名或者改写".to_owned()
            }
            Self::Few(what) => format!("“{what}”少于{FEW}，看得出是谁，请改写成“不足{FEW}名”或者删去"),
            Self::Ranking(word) => {
                format!("写了“{word}”：不对学校排名，不公布、不炒作升学率和状元（五(十二)），请删去")
            }
        }
    }
}

/// Words that rank schools or make much of examinations, 五(十二).
const RANKING: [&str; 12] = [
    "排名",
    "名次",
    "排位",
    "位列",
    "升学率",
    "升学指标",
    "状元",
    "平均分",
    "优秀率",
    "一本率",
    "重点率",
    "倒数第",
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

/// Everything in a text by which somebody learns of a child. `known` are the names of children that it might name, `places` the names of
/// villages.
#[must_use]
pub fn names(text: &str, known: &[String], places: &[String]) -> Vec<Names> {
    let mut found = Vec::new();
    if has_child(text, known) {
        found.push(Names::Child);
    }
    if has_number(text) {
        found.push(Names::Number);
    }
    let parts = text.split(['。', '；', ';', '\n']);
    if parts
        .into_iter()
        .any(|part| has_initials(part) && places.iter().any(|place| part.contains(place.as_str())))
    {
        found.push(Names::Initials);
    }
    found.extend(few(text).map(Names::Few));
    found
}

/// What may not stand in a result that everybody reads: what [`names`] finds, and words of ranking.
#[must_use]
pub fn published(text: &str, known: &[String], places: &[String]) -> Vec<Names> {
    let mut found = names(text, known, places);
    found.extend(RANKING.iter().find(|word| text.contains(**word)).map(|word| Names::Ranking(word)));
    found
}

/// Whether a text holds the name of one of these children; a name of one sign is none.
#[must_use]
pub fn has_child(text: &str, known: &[String]) -> bool {
    // Blanks between the signs of a name hide nothing.
    let close: String = text.chars().filter(|sign| !sign.is_whitespace()).collect();
    known.iter().any(|name| name.chars().count() > 1 && close.contains(name.as_str()))
}

/// Whether a text holds the number of a person, whole or masked: of an ID card, a student, a telephone.
#[must_use]
pub fn has_number(text: &str) -> bool {
    let ended = |run: &str| {
        let digits = run.chars().filter(char::is_ascii_digit).count();
        run.contains("**") && digits > 2
            || digits == 15
            || digits >= 17
            || (digits == 11 && run.starts_with('1'))
    };
    let mut run = String::new();
    for sign in text.chars().map(half) {
        if sign.is_ascii_digit() || sign == '*' {
            run.push(sign);
        } else if !matches!(sign, '-' | ' ') {
            // Blanks and dashes between digits hide nothing; everything else ends the number.
            if ended(&run) {
                return true;
            }
            run.clear();
        }
    }
    ended(&run)
}

const fn half(sign: char) -> char {
    match sign {
        '０' => '0',
        '１' => '1',
        '２' => '2',
        '３' => '3',
        '４' => '4',
        '５' => '5',
        '６' => '6',
        '７' => '7',
        '８' => '8',
        '９' => '9',
        '＊' => '*',
        other => other,
    }
}

/// A person cut short: 李某, 王××, L.X.M同学, 该生.
fn has_initials(part: &str) -> bool {
    if ["该生", "某生", "某同学", "某某"].iter().any(|word| part.contains(word)) {
        return true;
    }
    let signs: Vec<char> = part.chars().collect();
    let cut = |sign: &char| matches!(sign, '某' | '×' | '＊' | '*' | '○' | '〇');
    let surname = signs.windows(2).any(|pair| match pair {
        [name, sign] => SURNAMES.contains(*name) && cut(sign),
        _ => false,
    });
    // L.X.M, LXM同学
    let latin = signs.windows(2).any(|pair| match pair {
        [name, sign] => name.is_ascii_uppercase() && matches!(sign, '.' | '同' | '学' | '孩' | '生'),
        _ => false,
    });
    surname || latin
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
    if half(sign).is_ascii_digit() {
        let run = signs
            .iter()
            .skip(at)
            .take_while(|sign| half(**sign).is_ascii_digit() || matches!(sign, '.' | ',' | '，'));
        let text: String = run.map(|sign| half(*sign)).collect();
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
