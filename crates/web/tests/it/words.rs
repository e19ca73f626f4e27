//! Dates, counts and spaces in words, through the template that uses them.

use askama::Template;
use web::look::{Tone, filters};

#[derive(Template)]
#[template(
    ext = "txt",
    source = "{{ it|day }} {{ it|day_of_year }} {{ it|moment }} {{ it|days_left }} {{ it|count }} {{ it|spaced }}"
)]
struct All<'a> {
    it: &'a str,
}

/// Checks one filter by its place in the template; words have no blank of their own except where told.
fn check(cases: &[(&str, [&str; 6])]) {
    for (given, wanted) in cases {
        assert_eq!(All { it: given }.render().expect("it renders"), wanted.join(" "), "{given}");
    }
}

/// experience.md, "Look": dates as people write them, thin spaces, digits in groups; odd text stays as it is.
#[test]
fn text_is_put_into_words() {
    check(&[
        (
            "2026-11-24",
            ["11月24日（周二）", "2026年11月24日", "2026-11-24", "2026-11-24", "2026-11-24", "2026-11-24"],
        ),
        (
            "2027-01-03T08:05:00+08:00",
            [
                "1月3日（周日）",
                "2027年1月3日",
                "1月3日 08:05",
                "2027-01-03T08:05:00+08:00",
                "2027-01-03T08:05:00+08:00",
                "2027-01-03T08:05:00+08:00",
            ],
        ),
        ("4", ["4", "4", "4", "还剩 4 天", "4", "4"]),
        ("1", ["1", "1", "1", "明天到期", "1", "1"]),
        ("0", ["0", "0", "0", "今天到期", "0", "0"]),
        ("-2", ["-2", "-2", "-2", "超期 2 天", "-2", "-2"]),
        ("20143", ["20143", "20143", "20143", "还剩 20143 天", "20,143", "20143"]),
        ("1234567", ["1234567", "1234567", "1234567", "还剩 1234567 天", "1,234,567", "1234567"]),
        (
            "共81个村",
            ["共81个村", "共81个村", "共81个村", "共81个村", "共81个村", "共\u{2009}81\u{2009}个村"],
        ),
        ("2026-02-30", ["2026-02-30"; 6]),
        ("五（九）", ["五（九）"; 6]),
        ("", [""; 6]),
        ("二〇二六年的事情真多呀", ["二〇二六年的事情真多呀"; 6]),
    ]);
}

/// A deadline is late the day after, and amber from two days before.
#[test]
fn tones_follow_the_days_left() {
    for (days, tone) in [
        (i64::MIN, Tone::Late),
        (-1, Tone::Late),
        (0, Tone::Due),
        (2, Tone::Due),
        (3, Tone::Plain),
        (i64::MAX, Tone::Plain),
    ] {
        assert_eq!(Tone::of_days_left(days), tone, "{days}");
    }
}
