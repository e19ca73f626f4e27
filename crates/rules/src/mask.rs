//! Hiding what a reader does not need. Every function takes any text and never shows more when it does not
//! understand what it was given.

use crate::fold;
use crate::identity::Compact;

/// An identity number for people: `539999********0011`, with the letter kept for a 学籍号
/// (`G539999********0011`). The two last figures of a 残疾人证号 tell the disability and are hidden as well.
/// Anything else becomes asterisks only.
#[must_use]
pub fn id(text: &str) -> String {
    let Some(compact) = Compact::of(text) else { return "*".repeat(8) };
    let shown = compact.as_str();
    let (head, tail) = match shown.len() {
        0 => return String::new(),
        18 => (shown.get(..6), shown.get(14..)),
        19 if shown.starts_with(|c: char| c.is_ascii_uppercase()) => (shown.get(..7), shown.get(15..)),
        20.. => (shown.get(..6), None),
        _ => (None, None),
    };
    let mut masked = String::with_capacity(19);
    masked.push_str(head.unwrap_or_default());
    masked.push_str("********");
    masked.push_str(tail.unwrap_or_default());
    masked
}

/// A mobile number for people: `138****0000`, with or without the country code 86. Of anything else only the
/// last two digits are shown, and nothing of fewer than seven digits.
#[must_use]
pub fn phone(text: &str) -> String {
    let typed: String = text
        .chars()
        .map(fold::half_width)
        .filter(|c| !fold::is_blank(*c) && !matches!(c, '-' | '+'))
        .collect();
    if typed.is_empty() {
        return typed;
    }
    let number = match typed.strip_prefix("0086").or_else(|| typed.strip_prefix("86")) {
        Some(local) if local.len() == 11 => local,
        _ => &typed,
    };
    if !number.bytes().all(|byte| byte.is_ascii_digit()) || number.len() < 7 {
        return "*".repeat(8);
    }
    if number.len() == 11
        && number.starts_with('1')
        && let (Some(head), Some(tail)) = (number.get(..3), number.get(7..))
    {
        return format!("{head}****{tail}");
    }
    format!("******{}", number.get(number.len() - 2..).unwrap_or_default())
}

/// A child's name in public text: the first character and 某某, whatever the length, so that the length
/// does not tell (未成年人保护法 103).
#[must_use]
pub fn name(text: &str) -> String {
    match text.trim_matches(fold::is_blank).chars().next() {
        Some(first) => format!("{first}某某"),
        None => String::new(),
    }
}
