//! Passwords that are tried first: a list, and the patterns that no list can hold. Pure.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

const LIST: &str = include_str!("../../data/common-passwords.txt");

/// How many digits and signs behind a common word leave it common: a date, or 123456 and two signs.
const TAIL: usize = 8;

struct Common {
    whole: FxHashSet<&'static str>,
    /// Folded, as characters.
    stems: Vec<Vec<char>>,
}

static COMMON: LazyLock<Common> = LazyLock::new(|| {
    let lines = || LIST.lines().filter(|line| !line.starts_with('#'));
    Common {
        whole: lines().filter(|line| !line.ends_with('*')).collect(),
        stems: lines()
            .filter_map(|line| line.strip_suffix('*'))
            .map(|stem| stem.chars().map(unsigned).collect())
            .collect(),
    }
});

/// Signs that are written for letters: p@ssw0rd.
const fn unsigned(character: char) -> char {
    match character {
        '@' | '4' => 'a',
        '0' => 'o',
        '$' | '5' => 's',
        '3' => 'e',
        '7' => 't',
        '1' | '!' | 'l' => 'i',
        other => other,
    }
}

/// Whether the lower-case text is on the list, or a word of the list with digits and signs behind it.
pub(super) fn common(folded: &str) -> bool {
    if COMMON.whole.contains(folded) {
        return true;
    }
    let chars: Vec<char> = folded.chars().collect();
    COMMON.stems.iter().any(|stem| {
        chars.len() >= stem.len()
            && chars.len() <= stem.len() + TAIL
            && chars.iter().zip(stem).all(|(a, b)| unsigned(*a) == *b)
            && chars.iter().skip(stem.len()).all(|tail| tail.is_ascii() && !tail.is_ascii_alphabetic())
    })
}

/// Whether the text repeats a part of itself, or runs up or down the digits or the alphabet (also 112233).
pub(super) fn regular(folded: &str) -> bool {
    let chars: Vec<char> = folded.chars().collect();
    if chars.len() < 2 {
        return !chars.is_empty();
    }
    let repeats =
        (1..=chars.len() / 2).any(|unit| chars.iter().zip(chars.iter().skip(unit)).all(|(a, b)| a == b));
    let steps = |up: bool| {
        chars.iter().zip(chars.iter().skip(1)).all(|(a, b)| {
            let (low, high) = if up { (*a, *b) } else { (*b, *a) };
            low == high
                || (low, high) == ('9', '0')
                || low.is_ascii_alphanumeric() && u32::from(low) + 1 == u32::from(high)
        })
    };
    repeats || steps(true) || steps(false)
}

/// Whether the text as a whole is a mobile number, an ID number or a date of birth's eight digits.
pub(super) fn personal_number(folded: &str) -> bool {
    let digits = folded.bytes().take_while(u8::is_ascii_digit).count();
    match folded.len() {
        8 => digits == 8 && (folded.starts_with("19") || folded.starts_with("20")),
        11 => digits == 11 && folded.starts_with('1'),
        15 => digits == 15,
        18 => digits == 18 || digits == 17 && folded.ends_with('x'),
        _ => false,
    }
}

/// How many of capital letters, small letters, digits and others there are.
pub(super) fn classes(text: &str) -> usize {
    let is = |kind: fn(&char) -> bool| usize::from(text.chars().any(|character| kind(&character)));
    is(char::is_ascii_uppercase)
        + is(char::is_ascii_lowercase)
        + is(char::is_ascii_digit)
        + is(|character| !character.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::LIST;

    /// The list is what its first lines say: lower case, nothing twice, some hundred entries.
    #[test]
    fn the_list_is_in_order() {
        let entries: Vec<&str> = LIST.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(entries.len() > 500, "{}", entries.len());
        for entry in &entries {
            assert_eq!(**entry, entry.to_lowercase());
            assert_eq!(entry.trim(), *entry);
            assert!(entry.trim_end_matches('*').len() >= 3, "{entry}");
            assert_eq!(entries.iter().filter(|other| *other == entry).count(), 1, "{entry}");
        }
    }
}
