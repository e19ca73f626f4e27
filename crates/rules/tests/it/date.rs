//! Dates as offices write them.

use jiff::civil::{Date, date};
use proptest::prelude::*;
use rules::date::{DateProblem, parse_date, parse_month};

fn check(text: &str, expected: Result<Date, DateProblem>) {
    assert_eq!(parse_date(text), expected, "{text:?}");
}

/// contracts.md: the forms that are read; L04: full-width and blanks.
#[test]
fn forms() {
    for text in [
        "20150403",
        "2015-04-03",
        "2015-4-3",
        "2015/4/3",
        "2015/04/03",
        "2015.4.3",
        "2015年4月3日",
        "2015年04月03日",
        "2015年4月3号",
        "2015年4月3",
        "2015 年 4 月 3 日",
        " '20150403\t",
        "２０１５－０４－０３",
        "２０１５０４０３",
        "２０１５／４／３",
        "2015-04-03 00:00:00",
        "2015-04-03T00:00:00.000+08:00",
        "2015/4/3 0:00",
        "20150403 00:00:00",
        "2015年4月3日 12:30",
    ] {
        check(text, Ok(date(2015, 4, 3)));
    }
    check("20160229", Ok(date(2016, 2, 29)));
}

/// E09: what is not a date is told why; nothing is guessed.
#[test]
fn what_is_not_a_date() {
    use DateProblem::{Empty, Impossible, OutOfRange, UnknownForm};
    for (text, problem) in [
        ("", Empty),
        ("  ", Empty),
        ("15-04-03", UnknownForm),
        ("3/4/2015", UnknownForm),
        ("2015", UnknownForm),
        ("201504", UnknownForm),
        ("2015-4", UnknownForm),
        ("2015-04/03", UnknownForm),
        ("2015年4-3", UnknownForm),
        ("2015-04-03abc", UnknownForm),
        ("2015-04-035", UnknownForm),
        ("201504031", UnknownForm),
        ("42097", UnknownForm),
        ("不详", UnknownForm),
        ("20150230", Impossible),
        ("2015-13-01", Impossible),
        ("2015-00-10", Impossible),
        ("20150229", Impossible),
        ("18991231", OutOfRange { year: 1899 }),
        ("2101-01-01", OutOfRange { year: 2101 }),
    ] {
        check(text, Err(problem));
        assert!(problem.to_string().contains('请'));
    }
}

/// 入学年月.
#[test]
fn months() {
    for text in [
        "201509",
        "2015-09",
        "2015/9",
        "2015.9",
        "2015年9月",
        "2015年9",
        "20150915",
        "2015-09-01",
        "２０１５０９",
    ] {
        assert_eq!(parse_month(text), Ok(date(2015, 9, 1)), "{text}");
    }
    assert_eq!(parse_month("201513"), Err(DateProblem::Impossible));
    assert_eq!(parse_month("2015"), Err(DateProblem::UnknownForm));
    assert_eq!(parse_month(""), Err(DateProblem::Empty));
}

proptest! {
    #![proptest_config(crate::cases(512))]

    #[test]
    fn any_text_is_answered(text in ".{0,30}") {
        let _ = (parse_date(&text), parse_month(&text));
    }

    /// Every form of a date means that date.
    #[test]
    fn every_form_comes_back(year in 1900_i16..=2100, month in 1_i8..=12, day in 1_i8..=28) {
        let expected = Ok(date(year, month, day));
        for text in [
            format!("{year:04}{month:02}{day:02}"),
            format!("{year:04}-{month:02}-{day:02}"),
            format!("{year}/{month}/{day}"),
            format!("{year}年{month}月{day}日"),
        ] {
            prop_assert_eq!(parse_date(&text), expected, "{}", text);
        }
    }
}
