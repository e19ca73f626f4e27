//! Names as they are compared: folded to one spelling, cut into codes, and set side by side.
//! What a clerk typed is kept elsewhere and never changed; nothing here is shown to anybody.

use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use crate::hash::mix;
use crate::sound::{self, Sound};

/// How many characters of a name are kept for comparing character by character. Longer names
/// (transliterations run to twenty and more) are still told apart by their key.
const KEPT: usize = 14;

/// A folded name: codes of its characters, and a key over all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Name {
    codes: [u16; KEPT],
    kept: u8,
    key: u64,
}

impl Name {
    /// Folds a name: compatibility forms (NFKC), traditional and variant characters onto one form;
    /// spaces, invisible characters and every kind of dot dropped; a note in brackets and a
    /// trailing number or letter (“张伟(大)”, “张伟2”) left out.
    #[must_use]
    pub fn fold(text: &str) -> Self {
        let fold = &*FOLD;
        let mut name = Self::default();
        let mut key = 0;
        let mut han = 0_usize;
        for character in text.chars() {
            let code = fold.code(character);
            match code {
                DROP => continue,
                BRACKET if name.kept > 0 => break,
                BRACKET => continue,
                _ => {}
            }
            let is_note = code < 0x80 && han >= 2;
            if is_note {
                continue;
            }
            han += usize::from(code >= 0x2E80);
            if let Some(slot) = name.codes.get_mut(usize::from(name.kept)) {
                *slot = code;
                name.kept += 1;
            }
            key = mix(key, u64::from(code));
        }
        name.key = if name.kept == 0 { 0 } else { key.max(1) };
        name
    }

    /// Equal for two spellings of one name; 0 for a name that is missing.
    #[must_use]
    pub const fn key(&self) -> u64 {
        self.key
    }

    /// Whether nothing is left to compare.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.kept == 0
    }

    pub(crate) fn codes(&self) -> &[u16] {
        self.codes.get(..usize::from(self.kept)).unwrap_or_default()
    }
}

/// How two names agree. The order is the order of the model's table, not a ranking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum NameLevel {
    /// The same, after folding.
    Same = 0,
    /// Other characters, the same sounds (晓/小).
    SameSound = 1,
    /// Sounds that the south-west does not tell apart (z/zh, n/l, -n/-ng, ü/i).
    NearSound = 2,
    /// The same characters in another order.
    Reordered = 3,
    /// One is the other with characters left out: cut off, or a character missing.
    Shortened = 4,
    /// One character of three or more is different.
    OneCharacter = 5,
    /// Another surname, the same given name of two characters or more.
    OtherSurname = 6,
    /// The same surname, another given name.
    SurnameOnly = 7,
    /// Nothing in common.
    Different = 8,
    /// One of the two is missing.
    Missing = 9,
}

/// Compares two folded names.
#[must_use]
pub fn compare(a: &Name, b: &Name) -> NameLevel {
    if a.is_empty() || b.is_empty() {
        return NameLevel::Missing;
    }
    if a.key == b.key {
        return NameLevel::Same;
    }
    let (a, b) = (a.codes(), b.codes());
    if a.len() == b.len() { same_length(a, b) } else { other_length(a, b) }
}

fn same_length(a: &[u16], b: &[u16]) -> NameLevel {
    let mut near = 0;
    let mut other = 0;
    let mut first_differs = false;
    for (position, (&x, &y)) in a.iter().zip(b).enumerate() {
        match sound::compare(x, y) {
            Sound::Equal | Sound::Same => {}
            Sound::Near => near += 1,
            Sound::Other => {
                other += 1;
                first_differs |= position == 0;
            }
        }
    }
    match (other, near) {
        (0, 0) => NameLevel::SameSound,
        (0, _) => NameLevel::NearSound,
        (1, _) if first_differs && a.len() >= 3 => NameLevel::OtherSurname,
        (1, _) if a.len() >= 3 => NameLevel::OneCharacter,
        (2, _) if a.len() >= 5 => NameLevel::OneCharacter,
        _ if same_characters(a, b) => NameLevel::Reordered,
        _ if first_differs => NameLevel::Different,
        _ => NameLevel::SurnameOnly,
    }
}

fn other_length(a: &[u16], b: &[u16]) -> NameLevel {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    if short.len() >= 2 && is_subsequence(short, long) {
        return NameLevel::Shortened;
    }
    if short.len() >= 5 && long.len() - short.len() <= 2 && common_prefix(short, long) + 2 >= short.len() {
        return NameLevel::OneCharacter;
    }
    match (short.first(), long.first()) {
        (Some(&x), Some(&y)) if sound::compare(x, y) < Sound::Near => NameLevel::SurnameOnly,
        _ => NameLevel::Different,
    }
}

fn same_characters(a: &[u16], b: &[u16]) -> bool {
    let sorted = |codes: &[u16]| {
        let mut all = [0_u16; KEPT];
        for (slot, &code) in all.iter_mut().zip(codes) {
            *slot = code;
        }
        all.sort_unstable();
        all
    };
    sorted(a) == sorted(b)
}

fn is_subsequence(short: &[u16], long: &[u16]) -> bool {
    let mut rest = long.iter();
    short.iter().all(|&wanted| rest.any(|&code| sound::compare(wanted, code) <= Sound::Same))
}

fn common_prefix(a: &[u16], b: &[u16]) -> usize {
    a.iter().zip(b).take_while(|&(&x, &y)| sound::compare(x, y) <= Sound::Same).count()
}

/// What a character of a name is beside the plain form that all its variants share.
pub(crate) enum Plain {
    /// It carries nothing: a blank, a dot, an invisible mark.
    Nothing,
    /// A bracket opens.
    Note,
    /// The plain form; a character beyond the basic plane that has none stays itself.
    Character(char),
}

/// The plain form of a character.
pub(crate) fn plain(character: char) -> Plain {
    match FOLD.code(character) {
        DROP => Plain::Nothing,
        BRACKET => Plain::Note,
        code => Plain::Character(char::from_u32(u32::from(code)).unwrap_or(character)),
    }
}

/// This character carries nothing: spaces, dots, invisible marks.
const DROP: u16 = 0;
/// A bracket opens: what follows is a note.
const BRACKET: u16 = 1;

/// From a character to its code: a table for the basic plane, a map for the few folded characters
/// beyond it, and a code in the surrogate range (which no text can contain) for the rest.
struct Fold {
    basic: Box<[u16]>,
    beyond: HashMap<char, u16>,
}

impl Fold {
    fn code(&self, character: char) -> u16 {
        match self.basic.get(character as usize) {
            Some(&code) => code,
            None => self.beyond.get(&character).copied().unwrap_or_else(|| surrogate(character)),
        }
    }
}

fn surrogate(character: char) -> u16 {
    let slot = mix(7, u64::from(u32::from(character))) % 0x800;
    0xD800 + u16::try_from(slot).unwrap_or_default()
}

static FOLD: LazyLock<Fold> = LazyLock::new(|| {
    let mut variants = HashMap::new();
    for line in include_str!("../data/variants.tsv").lines().filter(|line| !line.starts_with('#')) {
        if let Some((plain, others)) = line.split_once('\t')
            && let Some(plain) = plain.chars().next()
        {
            variants.extend(others.chars().map(|other| (other, plain)));
        }
    }
    let plain = |character: char| variants.get(&character).copied().unwrap_or(character);
    let code = |character: char| match u16::try_from(u32::from(character)) {
        Ok(code) => code,
        Err(_) => surrogate(character),
    };
    let basic = (0..=0xFFFF_u32)
        .map(|value| match char::from_u32(value) {
            None => DROP,
            Some(character) if ('\u{4E00}'..='\u{9FFF}').contains(&character) => code(plain(character)),
            Some(character) => {
                let first = std::iter::once(character).nfkc().next().unwrap_or(character);
                match first {
                    '(' | '[' | '【' | '〔' | '〈' | '{' => BRACKET,
                    _ if first.is_ascii_alphanumeric() => code(first.to_ascii_uppercase()),
                    _ if first.is_alphabetic() => code(plain(first)),
                    // Private-use characters come from old household systems: kept, so that two
                    // rows that both carry one still agree.
                    '\u{E000}'..='\u{F8FF}' => code(first),
                    _ => DROP,
                }
            }
        })
        .collect();
    let beyond = variants.keys().filter(|key| u32::from(**key) > 0xFFFF).map(|&key| (key, code(plain(key))));
    Fold { basic, beyond: beyond.collect() }
});

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(a: &str, b: &str, expected: NameLevel) {
        let (x, y) = (Name::fold(a), Name::fold(b));
        assert_eq!(compare(&x, &y), expected, "{a} / {b}");
        assert_eq!(compare(&y, &x), expected, "{b} / {a}: the order of the two must not matter");
    }

    /// L01, L02, L04: spellings of one name.
    #[test]
    fn folds_spellings_of_one_name() {
        for (a, b) in [
            ("李 明", "李明"),
            ("李\u{3000}明", "李\u{200B}明\u{00A0}"),
            ("陳靜怡", "陈静怡"),
            ("张喆", "张哲"),
            ("阿依·古丽", "阿依古丽"),
            ("阿依•古丽", "阿依．古丽"),
            ("阿依‧古丽", "阿依・古丽"),
            ("⼥英", "女英"),
            ("Ｌi Ming", "LI MING"),
            ("张伟(大)", "张伟"),
            ("张伟（二年级）", "张伟2"),
        ] {
            check(a, b, NameLevel::Same);
        }
    }

    #[test]
    fn tells_how_names_differ() {
        use NameLevel as L;
        for (a, b, expected) in [
            ("李晓明", "李小明", L::SameSound),
            ("曾强", "增强", L::SameSound),
            ("单晓", "陕晓", L::SameSound),
            ("张新", "章心", L::SameSound),
            ("李英", "李因", L::NearSound),
            ("刘林", "牛宁", L::NearSound),
            ("李明华", "李华明", L::Reordered),
            ("李华", "李明华", L::Shortened),
            ("阿依古丽", "阿依古丽买买提", L::Shortened),
            ("李晓明", "李晓强", L::OneCharacter),
            ("李晓明", "王晓明", L::OtherSurname),
            ("李明", "李刚", L::SurnameOnly),
            ("李明", "王刚", L::Different),
            ("", "王刚", L::Missing),
            ("·", "王刚", L::Missing),
        ] {
            check(a, b, expected);
        }
    }

    /// L01: characters beyond the basic plane are names like any other.
    #[test]
    fn keeps_rare_characters_apart() {
        assert_ne!(Name::fold("王𠮷").key(), Name::fold("王𡈽").key());
        assert_eq!(Name::fold("王䶮").key(), Name::fold("王 䶮").key());
    }

    proptest! {
        #[test]
        fn folding_never_fails_and_is_stable(text in ".{0,40}") {
            prop_assert_eq!(Name::fold(&text), Name::fold(&text));
        }

        #[test]
        fn comparing_is_symmetric(a in "[李王张明华晓小·\u{3400}-\u{9FFF}]{0,8}", b in "[李王张明华晓小·]{0,8}") {
            let (a, b) = (Name::fold(&a), Name::fold(&b));
            prop_assert_eq!(compare(&a, &b), compare(&b, &a));
        }
    }
}
