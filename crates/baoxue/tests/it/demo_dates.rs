//! `demo --today` on any day of a year: the first of every month, vacations, weekends, holidays, and a year whose holidays are not announced yet
//! (hazard B14). The smallest county that has all of it.

use std::thread;

use crate::command::{Folder, baoxue};

/// One day after the other; the folder goes before the next is made.
fn made(days: &[&str]) {
    for day in days {
        let folder = Folder::new();
        let data = folder.arg("data");
        let done = baoxue(&["demo", "--no-serve", "--children", "120", "--today", day, "--data", &data]);
        assert_eq!(done.code, 0, "{day}: {done:?}");
    }
}

#[test]
fn a_demo_of_any_day() {
    let halves = [
        // 2026: the second term, both vacations, 国庆节 with its worked Saturday.
        [
            "2026-02-20",
            "2026-04-01",
            "2026-05-01",
            "2026-06-15",
            "2026-07-01",
            "2026-08-01",
            "2026-09-01",
            "2026-10-10",
        ],
        // The first term and on into a year before its notice: a Sunday, 元旦, 春节, the new term.
        [
            "2026-11-01",
            "2026-12-01",
            "2027-01-01",
            "2027-01-15",
            "2027-02-06",
            "2027-03-01",
            "2027-03-15",
            "2027-07-20",
        ],
    ];
    thread::scope(|scope| {
        for days in &halves {
            scope.spawn(|| made(days));
        }
    });
}
