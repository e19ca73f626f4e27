//! Numbers of a spreadsheet as the text a person would see, dates included.

/// What the number format of a cell makes of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Shown {
    /// A number.
    #[default]
    Number,
    /// A day.
    Day,
    /// A day with a time.
    DayAndTime,
    /// A time of day or a duration.
    Time,
}

/// The day that a workbook counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Epoch {
    /// Day 1 is 1 January 1900, and 1900 is taken for a leap year, as Excel took over from Lotus.
    #[default]
    From1900,
    /// Day 0 is 1 January 1904, as in Excel for Macintosh.
    From1904,
}

/// How a number format shows a number: by its number where that is built in (ECMA-376 part 1, 18.8.30; 27–36 and
/// 50–58 are Chinese dates), otherwise by its code.
pub(crate) fn shown(id: u16, code: Option<&str>) -> Shown {
    match (code, id) {
        (Some(code), _) => shown_by_code(code),
        (None, 14..=17 | 27..=31 | 36 | 50..=54 | 57 | 58) => Shown::Day,
        (None, 22) => Shown::DayAndTime,
        (None, 18..=21 | 32..=35 | 45..=47 | 55 | 56) => Shown::Time,
        (None, _) => Shown::Number,
    }
}

fn shown_by_code(code: &str) -> Shown {
    let (mut day, mut time, mut month_or_minute) = (false, false, false);
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => drop(chars.by_ref().find(|&c| c == '"')),
            '\\' | '_' | '*' => drop(chars.next()),
            '[' => {
                let inside: String = chars.by_ref().take_while(|&c| c != ']').collect();
                time |= inside.chars().next().is_some_and(|c| matches!(c, 'h' | 'H' | 's' | 'S'));
                month_or_minute |= matches!(inside.as_str(), "m" | "mm");
            }
            ';' => break,
            'y' | 'Y' | 'd' | 'D' | '年' | '日' => day = true,
            'h' | 'H' | 's' | 'S' | '时' => time = true,
            'm' | 'M' | '月' => month_or_minute = true,
            _ => {}
        }
    }
    match (day, time, month_or_minute) {
        _ if code.eq_ignore_ascii_case("general") || code.contains("General") => Shown::Number,
        (true, true, _) => Shown::DayAndTime,
        (true, false, _) | (false, false, true) => Shown::Day,
        (false, true, _) => Shown::Time,
        (false, false, false) => Shown::Number,
    }
}

/// A number as text. From 10¹⁵ on it is in scientific notation: a float holds no more than 15 digits for sure, so
/// whoever meets the text knows that the rest is lost (E09).
pub(crate) fn text(number: f64, shown: Shown, epoch: Epoch) -> String {
    dated(number, shown, epoch).unwrap_or_else(|| plain(number))
}

fn plain(number: f64) -> String {
    if number.abs() >= 1e15 {
        return format!("{number:E}").replace('E', "E+");
    }
    // Adding zero turns −0 into 0.
    format!("{}", number + 0.0)
}

const SECONDS: i64 = 86_400;
/// 31 December 9999, the last day that Excel knows.
const LAST_DAY: f64 = 2_958_466.0;

fn dated(number: f64, shown: Shown, epoch: Epoch) -> Option<String> {
    if shown == Shown::Number || !(0.0..LAST_DAY).contains(&number) {
        return None;
    }
    let (day, second) = day_and_second(number);
    let time = match (second / 3600, second / 60 % 60, second % 60) {
        (hour, minute, 0) => format!("{hour:02}:{minute:02}"),
        (hour, minute, second) => format!("{hour:02}:{minute:02}:{second:02}"),
    };
    if shown == Shown::Time && day == 0 {
        return Some(time);
    }
    let date = date(day, epoch)?;
    if shown == Shown::Day || second == 0 { Some(date) } else { Some(format!("{date} {time}")) }
}

/// Whole days, and seconds within the day, of a serial number between 0 and [`LAST_DAY`].
#[expect(clippy::cast_possible_truncation, reason = "the caller has bounded the number")]
fn day_and_second(number: f64) -> (i64, i64) {
    let seconds = (number * 86_400.0).round() as i64;
    (seconds / SECONDS, seconds % SECONDS)
}

fn date(day: i64, epoch: Epoch) -> Option<String> {
    // Days since 1 March of the year 0, from where leap days fall at the end of the year.
    let since = match (epoch, day) {
        (Epoch::From1900, ..=0) => return None,
        (Epoch::From1900, 60) => return Some("1900-02-29".to_owned()),
        (Epoch::From1900, day) if day < 60 => day + 693_900,
        (Epoch::From1900, day) => day + 693_899,
        (Epoch::From1904, day) => day + 695_361,
    };
    let (era, in_era) = (since.div_euclid(146_097), since.rem_euclid(146_097));
    let year_of_era = (in_era - in_era / 1460 + in_era / 36_524 - in_era / 146_096) / 365;
    let in_year = in_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * in_year + 2) / 153;
    let day = in_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// E09
    #[test]
    fn numbers_read_as_people_see_them() {
        let check = |number: f64, kind: Shown, epoch: Epoch, expected: &str| {
            assert_eq!(text(number, kind, epoch), expected, "{number} {kind:?} {epoch:?}");
        };
        let (n, d, dt, t) = (Shown::Number, Shown::Day, Shown::DayAndTime, Shown::Time);
        let (e1900, e1904) = (Epoch::From1900, Epoch::From1904);
        check(0.0, n, e1900, "0");
        check(-0.0, n, e1900, "0");
        check(20_150_403.0, n, e1900, "20150403");
        check(1.5, n, e1900, "1.5");
        check(999_999_999_999_999.0, n, e1900, "999999999999999");
        check(1e15, n, e1900, "1E+15");
        check(539_999_201_504_030_011.0, n, e1900, "5.3999920150403E+17");
        check(-1e300, n, e1900, "-1E+300");
        check(1.0, d, e1900, "1900-01-01");
        check(59.0, d, e1900, "1900-02-28");
        check(60.0, d, e1900, "1900-02-29");
        check(61.0, d, e1900, "1900-03-01");
        check(42_097.0, d, e1900, "2015-04-03");
        check(43_890.0, d, e1900, "2020-02-29");
        check(2_958_465.0, d, e1900, "9999-12-31");
        check(2_958_466.0, d, e1900, "2958466");
        check(-1.0, d, e1900, "-1");
        check(0.0, d, e1904, "1904-01-01");
        check(40_635.0, d, e1904, "2015-04-03");
        check(42_097.354_166_666_664, dt, e1900, "2015-04-03 08:30");
        check(42_097.0, dt, e1900, "2015-04-03");
        check(42_097.354_166_666_664, d, e1900, "2015-04-03");
        check(0.354_166_666_666_666_7, t, e1900, "08:30");
        check(0.999_988_425_925_925_9, t, e1900, "23:59:59");
    }

    /// E09
    #[test]
    fn formats_of_dates_are_told_from_others() {
        let check = |id: u16, code: Option<&str>, expected: Shown| {
            assert_eq!(shown(id, code), expected, "{id} {code:?}");
        };
        check(0, None, Shown::Number);
        check(14, None, Shown::Day);
        check(31, None, Shown::Day);
        check(22, None, Shown::DayAndTime);
        check(49, None, Shown::Number);
        check(176, Some("yyyy\"年\"m\"月\"d\"日\""), Shown::Day);
        check(177, Some("yyyy/m/d;@"), Shown::Day);
        check(178, Some("[$-804]yyyy-mm-dd hh:mm"), Shown::DayAndTime);
        check(179, Some("h:mm AM/PM"), Shown::Time);
        check(180, Some("[h]:mm:ss"), Shown::Time);
        check(181, Some("General"), Shown::Number);
        check(182, Some("0.00_);[Red]\\(0.00\\)"), Shown::Number);
        check(183, Some("0\"day\""), Shown::Number);
        check(184, Some("0.00E+00"), Shown::Number);
        check(185, Some("@"), Shown::Number);
        check(186, Some("mmm-yy"), Shown::Day);
    }
}
