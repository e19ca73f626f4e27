//! Dates as offices write them, without guessing: no two-digit years, no day-first order, no serial numbers.

use std::fmt;

use jiff::civil::Date;

use crate::fold;

/// The first and last year that a date in these lists can have.
const YEARS: std::ops::RangeInclusive<u64> = 1900..=2100;

/// Why a text is not a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DateProblem {
    /// Nothing was typed.
    Empty,
    /// None of the forms that are read.
    UnknownForm,
    /// The form is right but no calendar has such a day, such as 30 February.
    Impossible,
    /// The year lies outside 1900–2100.
    OutOfRange {
        /// The year that was read.
        year: u64,
    },
}

impl fmt::Display for DateProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("日期为空。请补填"),
            Self::UnknownForm => f.write_str("看不懂的日期写法。请写成20150403或2015-04-03，年份写四位"),
            Self::Impossible => f.write_str("没有这一天。请核对月和日"),
            Self::OutOfRange { year } => write!(f, "年份{year}不在1900至2100之间。请核对年份"),
        }
    }
}

impl std::error::Error for DateProblem {}

/// Reads `20150403`, `2015-04-03`, `2015/4/3`, `2015.4.3` or `2015年4月3日`, in half-width or full-width, with
/// or without a time behind it (`2015-04-03 00:00:00`), which is ignored.
///
/// # Errors
/// [`DateProblem`] says what is wrong.
///
/// ```
/// use rules::date::{DateProblem, parse_date};
///
/// assert_eq!(parse_date("2015年4月3日"), parse_date("20150403"));
/// assert_eq!(parse_date("15-04-03"), Err(DateProblem::UnknownForm));
/// ```
pub fn parse_date(text: &str) -> Result<Date, DateProblem> {
    // Nearly every cell has one of two plain forms; only the others pay for being scanned.
    if let Some((year, month, day)) = plain(text.as_bytes()) {
        return civil(year, month, day);
    }
    let mut scan = Scan::new(text)?;
    let (first, digits) = scan.number();
    let date = match digits {
        8 => civil(first / 10_000, first / 100 % 100, first % 100),
        4 => {
            let separator = scan.separator().ok_or(DateProblem::UnknownForm)?;
            let month = scan.short_number()?;
            scan.expect(if separator == '年' { '月' } else { separator })?;
            let day = scan.short_number()?;
            if separator == '年' {
                scan.skip_day_word();
            }
            civil(first, month, day)
        }
        _ => Err(DateProblem::UnknownForm),
    }?;
    if scan.only_time_left() { Ok(date) } else { Err(DateProblem::UnknownForm) }
}

/// Reads a year and month as 入学年月 is written: `201509`, `2015-09`, `2015/9`, `2015.9`, `2015年9月`, or a
/// full date. The answer is the first day of that month.
///
/// # Errors
/// [`DateProblem`] says what is wrong.
pub fn parse_month(text: &str) -> Result<Date, DateProblem> {
    if let Ok(date) = parse_date(text) {
        return Ok(date.first_of_month());
    }
    let mut scan = Scan::new(text)?;
    let (first, digits) = scan.number();
    let date = match digits {
        6 => civil(first / 100, first % 100, 1),
        4 => {
            let separator = scan.separator().ok_or(DateProblem::UnknownForm)?;
            let month = scan.short_number()?;
            if separator == '年' {
                scan.skip(|c| c == '月');
            }
            civil(first, month, 1)
        }
        _ => Err(DateProblem::UnknownForm),
    }?;
    if scan.rest.is_empty() { Ok(date) } else { Err(DateProblem::UnknownForm) }
}

/// The numbers in `20150403`, or in `2015-04-03` with one of the three separators.
fn plain(text: &[u8]) -> Option<(u64, u64, u64)> {
    let (year, month, day) = match *text {
        [a, b, c, d, e, f, g, h] => ([a, b, c, d], [e, f], [g, h]),
        [a, b, c, d, s @ (b'-' | b'/' | b'.'), e, f, t, g, h] if s == t => ([a, b, c, d], [e, f], [g, h]),
        _ => return None,
    };
    let number = |digits: &[u8]| {
        digits
            .iter()
            .try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u64::from(byte - b'0')))
    };
    Some((number(&year)?, number(&month)?, number(&day)?))
}

/// The date of three numbers, when the calendar has it and it lies within 1900–2100.
pub(crate) fn civil(year: u64, month: u64, day: u64) -> Result<Date, DateProblem> {
    if !YEARS.contains(&year) {
        return Err(DateProblem::OutOfRange { year });
    }
    match (i16::try_from(year), i8::try_from(month), i8::try_from(day)) {
        (Ok(year), Ok(month), Ok(day)) => Date::new(year, month, day).map_err(|_| DateProblem::Impossible),
        _ => Err(DateProblem::Impossible),
    }
}

/// A place in the text; every read folds full-width forms and moves on.
struct Scan<'a> {
    rest: &'a str,
}

impl<'a> Scan<'a> {
    fn new(text: &'a str) -> Result<Self, DateProblem> {
        let rest = fold::trim(text);
        if rest.is_empty() { Err(DateProblem::Empty) } else { Ok(Self { rest }) }
    }

    fn skip(&mut self, wanted: impl Fn(char) -> bool) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = fold::half_width(chars.next()?);
        if wanted(c) {
            self.rest = chars.as_str();
            return Some(c);
        }
        None
    }

    /// The digits that come next: their value and how many they are, at most nine.
    fn number(&mut self) -> (u64, u32) {
        let (mut value, mut digits) = (0, 0);
        while digits < 9
            && let Some(c) = self.skip(|c| c.is_ascii_digit())
        {
            value = value * 10 + u64::from(c.to_digit(10).unwrap_or_default());
            digits += 1;
        }
        (value, digits)
    }

    /// A month or day: one or two digits, blanks around them allowed.
    fn short_number(&mut self) -> Result<u64, DateProblem> {
        while self.skip(fold::is_blank).is_some() {}
        match self.number() {
            (value, 1 | 2) => Ok(value),
            _ => Err(DateProblem::UnknownForm),
        }
    }

    fn separator(&mut self) -> Option<char> {
        while self.skip(fold::is_blank).is_some() {}
        self.skip(|c| matches!(c, '-' | '/' | '.' | '年'))
    }

    fn expect(&mut self, wanted: char) -> Result<(), DateProblem> {
        while self.skip(fold::is_blank).is_some() {}
        self.skip(|c| c == wanted).map(|_| ()).ok_or(DateProblem::UnknownForm)
    }

    /// 日 or 号 behind a day, which some leave out.
    fn skip_day_word(&mut self) {
        let behind = self.rest.trim_start_matches(fold::is_blank);
        self.rest = behind.strip_prefix(['日', '号']).unwrap_or(self.rest);
    }

    /// Whether nothing is left, or only a time of day set off by a blank or `T`.
    fn only_time_left(&mut self) -> bool {
        self.rest.is_empty()
            || (self.skip(|c| fold::is_blank(c) || c == 'T').is_some()
                && self.rest.chars().map(fold::half_width).all(|c| {
                    c.is_ascii_digit() || matches!(c, ':' | '.' | '+' | '-' | 'Z') || fold::is_blank(c)
                }))
    }
}
