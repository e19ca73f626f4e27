//! 送教上门 (残疾人教育条例第十七条；五(十一)): hours of a week, and entries that were taught on paper alone.

use jiff::civil::{Date, date};
use rules::lesson::{Doubt, Lesson, Week, doubts, weeks};

fn lesson<'a>(id: &'a str, child: &'a str, day: i8, from: u16) -> Lesson<'a> {
    let day = date(2026, 11, day);
    Lesson { id, child, teacher: "t", day, from, minutes: 90, entered: day, confirmed: true }
}

fn check(one: Lesson<'_>, others: &[Lesson<'_>], expected: &[Doubt]) {
    let all = [&[one], others].concat();
    assert_eq!(doubts(&one, &all), expected, "{one:?} {others:?}");
}

#[test]
fn on_paper_alone() {
    let good = lesson("1", "a", 17, 9 * 60);
    check(good, &[], &[]);
    check(Lesson { confirmed: false, ..good }, &[], &[Doubt::Unconfirmed]);
    // In two houses at once; one after the other, another day and another teacher are none.
    let other = |from| lesson("2", "b", 17, from);
    check(good, &[other(10 * 60)], &[Doubt::Overlap]);
    check(good, &[other(8 * 60)], &[Doubt::Overlap]);
    check(good, &[other(10 * 60 + 30)], &[]);
    check(good, &[Lesson { day: date(2026, 11, 18), ..other(9 * 60) }], &[]);
    check(good, &[Lesson { teacher: "u", ..other(9 * 60) }], &[]);
    // Three days on one evening; two are what a busy week brings, and one of the day itself is not late.
    let late = |id, day| Lesson { entered: date(2026, 11, 20), ..lesson(id, "a", day, 540) };
    check(late("1", 16), &[late("2", 17)], &[]);
    check(late("1", 16), &[late("2", 17), late("3", 18)], &[Doubt::AtOnce]);
    check(late("1", 20), &[late("2", 17), late("3", 18), late("4", 19)], &[]);
    check(late("1", 16), &[late("2", 17), Lesson { child: "b", ..late("3", 18) }], &[]);
}

#[test]
fn what_a_week_comes_to() {
    let own = [lesson("1", "a", 16, 540), lesson("2", "a", 22, 540), lesson("3", "a", 23, 540)];
    let all = weeks(&own, (date(2026, 11, 25), 3), 120, |day: Date| day >= date(2026, 11, 16));
    let week = |day, minutes, is_short| Week { monday: date(2026, 11, day), minutes, is_short };
    assert_eq!(all, [week(23, 90, false), week(16, 180, false), week(9, 0, false)]);
    let short = weeks(&own[1..], (date(2026, 11, 29), 2), 120, |_| true);
    assert_eq!(short, [week(23, 90, false), week(16, 90, true)]);
}
