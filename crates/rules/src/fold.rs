//! Folding away what office software does to plain digits and letters: full-width forms, no-break and
//! zero-width spaces, the apostrophe that keeps a cell as text (hazard L04). It never changes a meaning.

/// The ASCII form of a full-width character; every other character as it is.
pub(crate) fn half_width(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => match char::from_u32(c as u32 - 0xFEE0) {
            Some(ascii) => ascii,
            None => c,
        },
        _ => c,
    }
}

/// White space of any kind, and the marks that take no room on the screen.
pub(crate) fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{00AD}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// The marks with which Excel and people force a number to stay text.
pub(crate) const fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2018}' | '\u{2019}' | '`' | '\u{FF07}')
}

/// The text without surrounding blanks and without leading apostrophes.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(is_blank).trim_start_matches(|c| is_blank(c) || is_apostrophe(c))
}

/// Half-width, without any blank, Latin letters in upper case: what two spellings of a code have in common.
pub(crate) fn key(text: &str) -> String {
    text.chars().filter(|c| !is_blank(*c)).map(|c| half_width(c).to_ascii_uppercase()).collect()
}
