//! How text from outside becomes part of a page: the signs of HTML as references, and characters that hide or turn
//! text made visible. It must not change any other character: a name is shown as it was given.

use std::fmt;

/// The escaping of every `.html` template, set in `askama.toml`.
///
/// Beside `< > & " '` it shows as `⟦202E⟧` whatever a reader cannot see but which would reorder, join or hide the
/// text around it: controls, bidirectional marks, zero-width characters, tags and noncharacters (hazard L03). The
/// template language's own signs need nothing: data is never read as a template (hazard D05).
#[derive(Debug, Clone, Copy, Default)]
pub struct Html;

impl askama::filters::Escaper for Html {
    fn write_escaped_str<W: fmt::Write>(&self, mut to: W, text: &str) -> fmt::Result {
        if !text.bytes().any(doubtful) {
            return to.write_str(text);
        }
        let mut rest = text;
        while let Some((at, sign)) = rest.char_indices().find(|(_, sign)| special(*sign)) {
            let (before, after) = rest.split_at(at);
            to.write_str(before)?;
            match sign {
                '<' => to.write_str("&#60;")?,
                '>' => to.write_str("&#62;")?,
                '&' => to.write_str("&#38;")?,
                '"' => to.write_str("&#34;")?,
                '\'' => to.write_str("&#39;")?,
                hidden => write!(to, "⟦{:04X}⟧", u32::from(hidden))?,
            }
            rest = after.strip_prefix(sign).unwrap_or_default();
        }
        to.write_str(rest)
    }
}

/// First bytes of signs that may be [`special`]; most texts have none, and are then not looked at sign by sign.
const fn doubtful(byte: u8) -> bool {
    matches!(byte, 0..=0x1f | b'<' | b'>' | b'&' | b'"' | b'\'' | 0x7f | 0xc2 | 0xd8 | 0xe1 | 0xe2 | 0xef..=0xff)
}

/// What may not enter a page as it is.
const fn special(sign: char) -> bool {
    matches!(sign, '<' | '>' | '&' | '"' | '\'') || hidden(sign)
}

/// Characters that show nothing themselves and change how others are shown.
#[must_use]
pub const fn hidden(sign: char) -> bool {
    matches!(sign,
        '\0'..='\u{8}' | '\u{b}'..='\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{ad}' | '\u{61c}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fdd0}'..='\u{fdef}'
        | '\u{e0000}'..='\u{e007f}')
        || (sign as u32) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::{doubtful, special};

    /// Hazard L03: no sign that has to be shown as a reference slips through the quick look at bytes.
    #[test]
    fn no_special_sign_is_passed_over() {
        let missed: Vec<char> = ('\0'..=char::MAX)
            .filter(|sign| special(*sign) && !sign.encode_utf8(&mut [0; 4]).bytes().take(1).any(doubtful))
            .collect();
        assert!(missed.is_empty(), "{missed:?}");
    }
}
