//! How characters sound, for names that were typed by ear. Readings come from the pinyin crate,
//! without tones; the readings that a character has as a surname (单 Shàn, 曾 Zēng) stand here.

use std::collections::HashMap;
use std::sync::LazyLock;

use pinyin::ToPinyinMulti;

/// How two characters sound beside each other; later means further apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sound {
    /// The same character.
    Equal,
    /// Another character with a reading in common.
    Same,
    /// Readings that south-western Mandarin does not keep apart.
    Near,
    /// Nothing in common.
    Other,
}

/// Compares two folded characters.
pub(crate) fn compare(a: u16, b: u16) -> Sound {
    if a == b {
        return Sound::Equal;
    }
    let table = &*READINGS;
    let (x, y) = (table.of(a), table.of(b));
    if share(x, y, |reading| reading) {
        Sound::Same
    } else if share(x, y, |reading| table.near(reading)) {
        Sound::Near
    } else {
        Sound::Other
    }
}

fn share(x: [u16; MANY], y: [u16; MANY], class: impl Fn(u16) -> u16) -> bool {
    x.iter().filter(|&&a| a != 0).any(|&a| y.iter().filter(|&&b| b != 0).any(|&b| class(a) == class(b)))
}

/// The class of near sounds of a character's first reading, for blocking; a character without a
/// reading stands for itself. `surname` says that it opens the name.
pub(crate) fn class(code: u16, surname: bool) -> u64 {
    let table = &*READINGS;
    let special = if surname { table.surnames.get(&code).copied() } else { None };
    let first = special.unwrap_or_else(|| table.of(code).first().copied().unwrap_or_default());
    if first == 0 { 0x10000 | u64::from(code) } else { u64::from(table.near(first)) }
}

/// Readings kept of one character.
const MANY: usize = 4;
const FROM: u16 = 0x3400;
const UNTIL: u16 = 0x9FFF;

struct Readings {
    /// Syllable numbers of each character from `FROM` to `UNTIL`; 0 is “none”.
    by_character: Box<[[u16; MANY]]>,
    /// From a syllable to the number of its class of near sounds.
    near: Vec<u16>,
    surnames: HashMap<u16, u16>,
}

impl Readings {
    fn of(&self, code: u16) -> [u16; MANY] {
        let index = usize::from(code.wrapping_sub(FROM));
        self.by_character.get(index).copied().unwrap_or_default()
    }

    fn near(&self, syllable: u16) -> u16 {
        self.near.get(usize::from(syllable)).copied().unwrap_or_default()
    }
}

/// Surnames whose reading is not the everyday one of the character.
pub(crate) const SURNAMES: &[(char, &str)] = &[
    ('单', "shan"),
    ('仇', "qiu"),
    ('解', "xie"),
    ('区', "ou"),
    ('盖', "ge"),
    ('查', "zha"),
    ('曾', "zeng"),
    ('尉', "yu"),
    ('任', "ren"),
    ('朴', "piao"),
    ('翟', "zhai"),
    ('缪', "miao"),
    ('员', "yun"),
    ('冼', "xian"),
    ('乐', "yue"),
    ('华', "hua"),
    ('覃', "qin"),
    ('折', "she"),
    ('黑', "he"),
    ('秘', "bi"),
    ('召', "shao"),
    ('宓', "fu"),
    ('洗', "xian"),
    ('种', "chong"),
    ('繁', "po"),
    ('句', "gou"),
    ('能', "nai"),
    ('祭', "zhai"),
    ('晟', "cheng"),
    ('燕', "yan"),
    ('应', "ying"),
    ('宁', "ning"),
    ('令', "ling"),
    ('谌', "chen"),
    ('邸', "di"),
    ('车', "che"),
    ('石', "shi"),
    ('沈', "shen"),
    ('贾', "jia"),
    ('夏', "xia"),
    ('柏', "bai"),
    ('葛', "ge"),
    ('纪', "ji"),
    ('那', "na"),
    ('鲜', "xian"),
    ('万', "wan"),
    ('都', "du"),
    ('相', "xiang"),
    ('幺', "yao"),
];

static READINGS: LazyLock<Readings> = LazyLock::new(|| {
    let mut syllables = Syllables::default();
    let by_character = (FROM..=UNTIL)
        .map(|code| {
            let mut readings = [0; MANY];
            let all = char::from_u32(u32::from(code)).and_then(|character| character.to_pinyin_multi());
            let mut filled = 0;
            for reading in all.into_iter().flatten() {
                let syllable = syllables.number(reading.plain());
                if !readings.contains(&syllable)
                    && let Some(slot) = readings.get_mut(filled)
                {
                    *slot = syllable;
                    filled += 1;
                }
            }
            readings
        })
        .collect();
    let surnames = SURNAMES.iter().filter_map(|&(character, reading)| {
        let code = u16::try_from(u32::from(character)).ok()?;
        Some((code, syllables.number(reading)))
    });
    let surnames = surnames.collect();
    let mut classes = Syllables::default();
    let near =
        std::iter::once(0).chain(syllables.names.iter().map(|name| classes.number(&blur(name)))).collect();
    Readings { by_character, near, surnames }
});

/// Numbers syllables from 1 in the order in which they come.
#[derive(Default)]
struct Syllables {
    numbers: HashMap<String, u16>,
    names: Vec<String>,
}

impl Syllables {
    fn number(&mut self, plain: &str) -> u16 {
        if let Some(&number) = self.numbers.get(plain) {
            return number;
        }
        self.names.push(plain.to_owned());
        let number = u16::try_from(self.names.len()).unwrap_or(u16::MAX);
        self.numbers.insert(plain.to_owned(), number);
        number
    }
}

/// What is left of a syllable when the distinctions are dropped that many speakers in Yunnan do
/// not make: zh/z, ch/c, sh/s, n/l at the beginning, -ng/-n at the end, ü/i.
fn blur(plain: &str) -> String {
    let (initial, rest) = match plain {
        _ if plain.starts_with("zh") => ("z", plain.strip_prefix("zh")),
        _ if plain.starts_with("ch") => ("c", plain.strip_prefix("ch")),
        _ if plain.starts_with("sh") => ("s", plain.strip_prefix("sh")),
        _ if plain.starts_with('n') => ("l", plain.strip_prefix('n')),
        _ if plain.starts_with("yu") => ("y", plain.strip_prefix('y')),
        _ if plain.starts_with('j') => ("j", plain.strip_prefix('j')),
        _ if plain.starts_with('q') => ("q", plain.strip_prefix('q')),
        _ if plain.starts_with('x') => ("x", plain.strip_prefix('x')),
        _ if plain.starts_with('l') => ("l", plain.strip_prefix('l')),
        _ => ("", Some(plain)),
    };
    let rest = rest.unwrap_or_default();
    let front = |rest: &str| match rest {
        "u" | "v" | "ü" => "i".to_owned(),
        "uan" if initial == "y" => "an".to_owned(),
        "uan" => "ian".to_owned(),
        "ue" if initial == "y" => "e".to_owned(),
        "ue" | "ve" | "üe" => "ie".to_owned(),
        "un" => "in".to_owned(),
        other => other.to_owned(),
    };
    let rest = match initial {
        "y" | "j" | "q" | "x" => front(rest),
        "l" if rest.starts_with(['v', 'ü']) => front(rest),
        _ => rest.to_owned(),
    };
    let rest = rest.strip_suffix('g').unwrap_or(&rest);
    format!("{initial}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(a: char, b: char, expected: Sound) {
        assert_eq!(compare(a as u16, b as u16), expected, "{a}/{b}");
    }

    #[test]
    fn hears_as_the_south_west_hears() {
        for (a, b, expected) in [
            ('明', '明', Sound::Equal),
            ('晓', '小', Sound::Same),
            ('乐', '月', Sound::Same),
            ('乐', '勒', Sound::Same),
            ('英', '因', Sound::Near),
            ('张', '臧', Sound::Near),
            ('宁', '林', Sound::Near),
            ('云', '银', Sound::Near),
            ('月', '叶', Sound::Near),
            ('明', '刚', Sound::Other),
        ] {
            check(a, b, expected);
        }
    }

    #[test]
    fn reads_surnames_as_surnames() {
        assert_eq!(class('单' as u16, true), class('山' as u16, false));
        assert_eq!(class('仇' as u16, true), class('邱' as u16, true));
        assert_ne!(class('单' as u16, false), class('单' as u16, true));
    }
}
