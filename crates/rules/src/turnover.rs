//! 新学年: what becomes of a class when the school year turns (义务教育法第二条：九年), and when a school may say so. Pure; who is held back by a
//! case or a suspicion is asked of the ledger by the caller.

use jiff::civil::{Date, date};

use crate::age::{Grade, school_year, school_year_label};

/// What becomes of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Onward {
    /// Up with its pupils.
    Up(Grade),
    /// Its pupils finish this school: grade nine, or grade six where there are no junior grades.
    Finishes,
    /// Its pupils need another school before they finish primary school: a 教学点's highest grade.
    Waits,
}

impl Onward {
    /// The grade into which it goes up.
    #[must_use]
    pub const fn up(self) -> Option<Grade> {
        match self {
            Self::Up(next) => Some(next),
            Self::Finishes | Self::Waits => None,
        }
    }
}

/// Whether a school of this kind has junior grades.
#[must_use]
pub fn has_junior(kind: &str) -> bool {
    let senior = ["高级中学", "高中", "职业"].iter().any(|part| kind.contains(part));
    !senior && ["九年", "十二年", "初", "中学", "特"].iter().any(|part| kind.contains(part))
}

/// Whether a school of this kind has primary grades.
#[must_use]
pub fn has_primary(kind: &str) -> bool {
    !["初", "中学", "高中", "职业"].iter().any(|part| kind.contains(part))
        || kind.contains("九年")
        || kind.contains("十二年")
}

/// What becomes of a class of `grade` at a school of `kind` that taught up to `highest` last year.
#[must_use]
pub fn onward(grade: Grade, kind: &str, highest: Grade) -> Onward {
    match (grade.number(), Grade::new(grade.number().saturating_add(1))) {
        (9, _) | (_, None) => Onward::Finishes,
        (6, Some(next)) => {
            if has_junior(kind) {
                Onward::Up(next)
            } else {
                Onward::Finishes
            }
        }
        (_, Some(_)) if kind.contains("教学点") && grade >= highest => Onward::Waits,
        (_, Some(next)) => Onward::Up(next),
    }
}

/// The school year into which a school turns on a day: from July on the one that begins in September.
#[must_use]
pub fn year_to_turn(today: Date) -> i16 {
    if today.month() >= 7 { today.year() } else { school_year(today) }
}

/// The day from which the new year holds.
#[must_use]
pub const fn holds_from(year: i16) -> Date {
    date(year, 9, 1)
}

/// Most new classes of one grade.
pub const MOST_CLASSES: u8 = 40;

/// Why a turnover is refused: what, source, what to do.
pub type Refusal = (String, &'static str, &'static str);

/// Whether a school may turn into `year` on `today`.
///
/// # Errors
/// Before July there is nothing to turn into but the year that runs.
pub fn may_turn(today: Date, year: i16) -> Result<(), Refusal> {
    if year == year_to_turn(today) {
        return Ok(());
    }
    let what = format!("现在办不了{}学年的编班", school_year_label(year));
    Err((what, "学年9月1日开始", "7月起可以先安排，9月1日生效；9月1日以后马上生效"))
}

/// Why a pupil of a class that finishes stays in last year's class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Held {
    /// There is an open case about it.
    Case,
    /// It is on the list of suspects.
    Suspect,
    /// The ledger does not say that it is in school.
    Away,
    /// A change of the roll is under way.
    Move,
    /// The school that takes it has not.
    Elsewhere,
}

impl Held {
    /// Why, and what to do.
    #[must_use]
    pub const fn text(self) -> (&'static str, &'static str) {
        match self {
            Self::Case => ("个案没有办结，不能按毕业离校", "先按个案劝返或者销号"),
            Self::Suspect => ("在疑似辍学台账上，不能按毕业离校", "先核证上报"),
            Self::Away => ("就学情况不是“在校”，不能按毕业离校", "先核清楚孩子在哪里，更正就学情况"),
            Self::Move => ("有一件学籍变动没有办完", "先办完或撤回那一件"),
            Self::Elsewhere => ("教学点没有更高的年级", "办县内转学，由接收的学校编班"),
        }
    }
}

/// What is open about a pupil.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "four facts that have nothing to do with each other")]
pub struct Open {
    /// A case.
    pub case: bool,
    /// It is on the list of suspects.
    pub suspect: bool,
    /// It stands as anything but 在校.
    pub away: bool,
    /// A change of the roll waits.
    pub moving: bool,
}

/// Why this pupil may not leave last year's class; `None` where it may.
#[must_use]
pub const fn held(onward: Onward, of: Open) -> Option<Held> {
    match onward {
        Onward::Waits => Some(Held::Elsewhere),
        Onward::Up(_) => None,
        Onward::Finishes if of.case => Some(Held::Case),
        Onward::Finishes if of.suspect => Some(Held::Suspect),
        Onward::Finishes if of.away => Some(Held::Away),
        Onward::Finishes if of.moving => Some(Held::Move),
        Onward::Finishes => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn grade(number: i8) -> Grade {
        Grade::new(number).expect("a grade")
    }

    /// 义务教育法第二条: nine years, whatever the school.
    #[test]
    fn what_becomes_of_a_class() {
        let check = |number: i8, kind: &str, highest: i8, expected: Onward| {
            assert_eq!(onward(grade(number), kind, grade(highest)), expected, "{kind} {number}");
        };
        check(1, "小学", 6, Onward::Up(grade(2)));
        check(4, "小学", 4, Onward::Up(grade(5)));
        check(6, "小学", 6, Onward::Finishes);
        check(6, "九年一贯制学校", 9, Onward::Up(grade(7)));
        check(9, "九年一贯制学校", 9, Onward::Finishes);
        check(7, "初级中学", 9, Onward::Up(grade(8)));
        check(9, "初级中学", 9, Onward::Finishes);
        check(2, "教学点", 3, Onward::Up(grade(3)));
        check(3, "教学点", 3, Onward::Waits);
        check(6, "教学点", 6, Onward::Finishes);
        check(6, "特殊教育学校", 9, Onward::Up(grade(7)));
        assert!(
            has_primary("小学")
                && has_primary("教学点")
                && has_primary("九年一贯")
                && !has_primary("初级中学")
        );
    }

    #[test]
    fn from_july_on_it_can_be_planned() {
        let on = |month, day| date(2026, month, day);
        for (day, year) in
            [(on(3, 1), 2025), (on(6, 30), 2025), (on(7, 1), 2026), (on(8, 31), 2026), (on(9, 1), 2026)]
        {
            assert_eq!(year_to_turn(day), year, "{day}");
            assert!(may_turn(day, year).is_ok());
        }
        assert!(may_turn(on(6, 30), 2026).is_err());
        assert_eq!(holds_from(2026), on(9, 1));
    }

    proptest! {
        /// A miss loses a child: who is looked for never finishes by the turn of a year, and nobody skips a grade.
        #[test]
        fn nobody_who_is_looked_for_finishes(number in 1_i8..=9, highest in 1_i8..=9, case: bool, suspect: bool,
                                             away: bool, moving: bool,
                                             kind in prop::sample::select(vec!["小学", "教学点", "初级中学", "九年一贯制学校", "特殊教育学校"])) {
            let next = onward(grade(number), kind, grade(highest));
            if let Onward::Up(up) = next {
                prop_assert_eq!(up.number(), number + 1);
            }
            if next == Onward::Finishes {
                prop_assert!(number == 9 || number == 6);
                let why = held(next, Open { case, suspect, away, moving });
                prop_assert_eq!(why.is_some(), case || suspect || away || moving);
            }
        }
    }
}
