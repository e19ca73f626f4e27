//! The text of one cell as it is handed on: without the blanks and marks that offices put around it.

/// Is this a character that nobody sees at the edge of a cell: any space (also U+00A0 and U+3000), a zero-width or
/// direction mark, the byte order mark, a control character?
pub(crate) fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// The value inside the blanks (E09). A value written `="0123"` or `'0123` to keep Excel from turning it into a
/// number, or `'=1+1` by a formula guard (D06), comes back without that dress.
pub(crate) fn trimmed(text: &str) -> &str {
    if is_bare(text.as_bytes()) {
        return text;
    }
    let text = text.trim_matches(is_blank);
    if let Some(inner) = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'))
        && !inner.contains('"')
    {
        return inner.trim_matches(is_blank);
    }
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit() || crate::csv::starts_formula(c)) => {
            rest.trim_matches(is_blank)
        }
        _ => text,
    }
}

/// Nearly every value begins and ends with a letter, a figure or a common Chinese character, and needs no closer look.
fn is_bare(bytes: &[u8]) -> bool {
    // U+4000–U+EFFF begin with these bytes in UTF-8, and nothing among them is blank.
    let chinese = |byte: &u8| (0xe4..=0xee).contains(byte);
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return true };
    let before_last = bytes.len().checked_sub(3).and_then(|at| bytes.get(at));
    (first.is_ascii_alphanumeric() || chinese(first))
        && (last.is_ascii_alphanumeric() || !last.is_ascii() && before_last.is_some_and(chinese))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// E09, D06
    #[test]
    fn the_dress_of_a_cell_comes_off() {
        let check = |written: &str, read: &str| assert_eq!(trimmed(written), read, "{written:?}");
        check("", "");
        check("539999201504030011", "539999201504030011");
        check("　\u{a0}李小明\u{200b} \t", "李小明");
        check("\u{feff}姓名", "姓名");
        check("=\"539999201504030011\"", "539999201504030011");
        check("'539999201504030011", "539999201504030011");
        check("'=1+1", "=1+1");
        check("'＋86", "＋86");
        check("'阿依", "'阿依");
        check("=\"a\"&\"b\"", "=\"a\"&\"b\"");
        check("阿 依", "阿 依");
    }
}
