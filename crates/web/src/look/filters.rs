//! Filters for templates: dates and counts in words, the space between scripts. A module with a template says
//! `use crate::look::filters;`. They must not hide or reveal anything: numbers arrive masked.

#![allow(missing_docs, reason = "the filter attribute makes types and methods that cannot carry a comment")]
#![allow(clippy::missing_errors_doc, reason = "no filter fails; the attribute asks for the Result")]

use std::fmt::Display;

use jiff::civil::{Date, DateTime, Weekday};

/// The weekday as it stands in brackets, `周二`.
#[must_use]
pub const fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "周一",
        Weekday::Tuesday => "周二",
        Weekday::Wednesday => "周三",
        Weekday::Thursday => "周四",
        Weekday::Friday => "周五",
        Weekday::Saturday => "周六",
        Weekday::Sunday => "周日",
    }
}

/// The date that a text begins with, ISO with or without a time.
fn date(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

/// `2026-11-24` → `11月24日（周二）`. What is not a date stays as it is.
#[askama::filter_fn]
pub fn day(value: impl Display, _: &dyn askama::Values) -> askama::Result<String> {
    let text = value.to_string();
    Ok(date(&text)
        .map_or(text, |date| format!("{}月{}日（{}）", date.month(), date.day(), weekday(date.weekday()))))
}

/// `2026-11-24T08:05:00+08:00` → `2026年11月24日`. What does not begin with a date stays as it is.
#[must_use]
pub fn spoken(text: &str) -> String {
    date(text).map_or_else(
        || text.to_owned(),
        |date| format!("{}年{}月{}日", date.year(), date.month(), date.day()),
    )
}

/// `2026-11-24` → `2026年11月24日`, for papers and for days of another year. What is not a date stays as it is.
#[askama::filter_fn]
pub fn day_of_year(value: impl Display, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(spoken(&value.to_string()))
}

/// `2026-11-24T08:05:00+08:00` → `11月24日 08:05`. What is not a time stays as it is.
#[askama::filter_fn]
pub fn moment(value: impl Display, _: &dyn askama::Values) -> askama::Result<String> {
    let text = value.to_string();
    let parsed = text.get(..16).and_then(|start| start.replace(' ', "T").parse::<DateTime>().ok());
    Ok(parsed.map_or(text, |time| {
        format!("{}月{}日 {:02}:{:02}", time.month(), time.day(), time.hour(), time.minute())
    }))
}

/// Days left to a deadline in words: `还剩 4 天`, `明天到期`, `今天到期`, `超期 2 天`. Days as the rule counts them.
#[askama::filter_fn]
pub fn days_left(value: impl Display, _: &dyn askama::Values) -> askama::Result<String> {
    let text = value.to_string();
    Ok(match text.parse::<i64>() {
        Ok(0) => "今天到期".to_owned(),
        Ok(1) => "明天到期".to_owned(),
        Ok(days @ 2..) => format!("还剩 {days} 天"),
        Ok(days) => format!("超期 {} 天", days.unsigned_abs()),
        Err(_) => text,
    })
}

/// `20143` → `20,143`. What is not a whole number stays as it is.
#[askama::filter_fn]
pub fn count(value: impl Display, _: &dyn askama::Values) -> askama::Result<String> {
    let text = value.to_string();
    if text.len() <= 4 || !text.bytes().all(|digit| digit.is_ascii_digit()) {
        return Ok(text);
    }
    let mut grouped = String::with_capacity(text.len() + 4);
    for (at, digit) in text.chars().enumerate() {
        if at > 0 && (text.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    Ok(grouped)
}

/// A thin space (U+2009) between Chinese and Latin letters or digits, where the font gives none. For headings and
/// sentences only: never for what is copied (numbers, names, addresses).
#[askama::filter_fn]
pub fn spaced(value: impl Display, _: &dyn askama::Values) -> askama::Result<String> {
    let text = value.to_string();
    let mut spaced = String::with_capacity(text.len() + 8);
    let mut before: Option<char> = None;
    for sign in text.chars() {
        if before.is_some_and(|before| (han(before) && latin(sign)) || (latin(before) && han(sign))) {
            spaced.push('\u{2009}');
        }
        spaced.push(sign);
        before = Some(sign);
    }
    Ok(spaced)
}

/// A Chinese character, not punctuation.
const fn han(sign: char) -> bool {
    matches!(sign, '\u{3007}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// What is set apart from Chinese.
const fn latin(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || matches!(sign, '%' | '+' | '#' | '°')
}
