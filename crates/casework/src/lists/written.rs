//! Names and telephone numbers as clerks write them, without what nobody sees. What is odd is said, never repaired.

/// A name without what nobody sees, and what is odd about it (L01–L03).
pub(super) fn name(text: &str) -> (String, Option<&'static str>) {
    let mut name = String::with_capacity(text.len());
    let mut odd = None;
    let mut marks = 0;
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '\u{FFFD}' => odd = Some("姓名里有乱码。请从原始资料重新填写"),
            // Order on the screen, and what no text may contain.
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => odd = odd.or(Some(UNSEEN)),
            _ if sign.is_whitespace() => {
                let between_han =
                    name.chars().last().is_none_or(is_han) || signs.peek().is_none_or(|&next| is_han(next));
                if !between_han && !name.ends_with(' ') {
                    name.push(' ');
                }
            }
            _ if sign.is_control() => odd = odd.or(Some(UNSEEN)),
            '\u{00AD}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2065}' | '\u{FEFF}' => {}
            // A variation selector picks one shape of the character before it (IVS).
            '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' => name.push(sign),
            '\u{E000}'..='\u{F8FF}' => {
                odd = odd.or(Some("姓名里有造字，别的电脑显示不出来。请查字典换成通用字，或注明读音和写法"));
                name.push(sign);
            }
            _ => {
                marks = if is_name_sign(sign) { 0 } else { marks + 1 };
                if marks > 0 {
                    odd = odd.or(Some("姓名里有不是文字的符号。请对照户口簿核对"));
                }
                if marks < 4 {
                    name.push(sign);
                }
            }
        }
    }
    (name.trim_end().to_owned(), odd)
}

const UNSEEN: &str = "姓名里有看不见的控制符，已去掉。请核对姓名";

fn is_han(sign: char) -> bool {
    matches!(sign, '\u{2E80}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// Letters of any script, the dots and hyphens between parts of a name, and the notes that clerks put behind it.
fn is_name_sign(sign: char) -> bool {
    sign.is_alphanumeric()
        || is_han(sign)
        || matches!(
            sign,
            '·' | '•'
                | '.'
                | '‧'
                | '・'
                | '．'
                | '∙'
                | '⋅'
                | '･'
                | '-'
                | '\''
                | '’'
                | '('
                | ')'
                | '（'
                | '）'
                | '〇'
                | '々'
        )
}

/// A telephone number as digits; several with 、 between. `Err` for what is none.
pub(super) fn phone(text: &str) -> Result<String, ()> {
    let mut numbers: Vec<String> = Vec::new();
    for part in text.split(['、', '/', '，', ',', ';', '；', '或']) {
        let digits: String = part.chars().map(half_width).filter(|sign| !is_filler(*sign)).collect();
        let digits = digits.strip_prefix("+86").unwrap_or(&digits);
        match digits.len() {
            0 => {}
            7..=12 if digits.bytes().all(|byte| byte.is_ascii_digit()) => numbers.push(digits.to_owned()),
            _ => return Err(()),
        }
    }
    Ok(numbers.join("、"))
}

/// What people put between the digits of a telephone number.
fn is_filler(sign: char) -> bool {
    sign.is_whitespace()
        || sign.is_control()
        || matches!(sign, '-' | '—' | '(' | ')' | '\u{200B}' | '\u{202D}' | '\u{202C}')
}

/// L04: full-width forms as half-width.
fn half_width(sign: char) -> char {
    match sign {
        '\u{FF01}'..='\u{FF5E}' => {
            u32::from(sign).checked_sub(0xFEE0).and_then(char::from_u32).unwrap_or(sign)
        }
        _ => sign,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// L01–L03: names are kept as written, without what nobody sees.
    #[test]
    fn names_keep_what_can_be_seen() {
        let check = |written: &str, kept: &str, fine: bool| {
            let (found, odd) = name(written);
            assert_eq!((found.as_str(), odd.is_none()), (kept, fine), "{written:?} {odd:?}");
        };
        check("李 明", "李明", true);
        check("李\u{3000}\u{200B}明\u{FEFF}", "李明", true);
        check("阿依古丽·买买提", "阿依古丽·买买提", true);
        check("阿依古丽•买买提", "阿依古丽•买买提", true);
        check("Maria  da Silva", "Maria da Silva", true);
        check("王𠮷", "王𠮷", true);
        check("王䶮\u{E0100}", "王䶮\u{E0100}", true);
        check("⼥英", "⼥英", true);
        check("张伟(大)", "张伟(大)", true);
        check("李\u{E123}", "李\u{E123}", false);
        check("李\u{202E}明", "李明", false);
        check("李\u{0}明", "李明", false);
        check("李\u{FFFD}", "李", false);
        check("李😀", "李😀", false);
        let zalgo = format!("李{}明", "\u{0301}".repeat(500));
        check(&zalgo, "李\u{0301}\u{0301}\u{0301}明", false);
    }

    /// L04
    #[test]
    fn telephone_numbers_become_digits() {
        let check = |written: &str, expected: Result<&str, ()>| {
            assert_eq!(phone(written), expected.map(str::to_owned), "{written:?}");
        };
        check("10512345678", Ok("10512345678"));
        check("１０５ 1234-5678", Ok("10512345678"));
        check("+8610512345678", Ok("10512345678"));
        check("(0872)8521234", Ok("08728521234"));
        check("10512345678、10512345679", Ok("10512345678、10512345679"));
        check("", Ok(""));
        check("1.05E+10", Err(()));
        check("无", Err(()));
        check("105123", Err(()));
    }
}
