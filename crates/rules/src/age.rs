//! Ages, the school-age test, school years and grades.
//!
//! A birthday on 29 February falls on 1 March in common years: a year of age is complete when the day before
//! the birthday has passed, and in a common year that day is 28 February (民法典 200、202; hazard G04).

use std::fmt;

use jiff::civil::Date;

use crate::fold;

/// The month in which a school year starts; it starts on the first day (domain: 学年 9月1日至次年8月31日).
const FIRST_MONTH: i8 = 9;

/// Whether somebody must be in school on a given day, by age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AgeGroup {
    /// Not yet of school age, or not yet born.
    TooYoung,
    /// 适龄儿童少年.
    SchoolAge,
    /// Past compulsory schooling.
    Over,
}

/// The school-age rule of a county plan: `from_years` old by `turned_by` of the school year, until the
/// `until_years`th birthday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SchoolAge {
    /// Age at which schooling starts, in years (义务教育法 11: six, or seven where conditions lack).
    pub from_years: i16,
    /// Month and day by which that age must be reached, counted in the calendar year in which the school year
    /// starts. 31 August is the last day before the school year, so it belongs to the year that is ending.
    pub turned_by: (i8, i8),
    /// Birthday that ends it: on that day the person is [`AgeGroup::Over`].
    pub until_years: i16,
}

impl SchoolAge {
    /// The age group on a day.
    ///
    /// The school year is the one that `on` lies in. On 2026-04-01 that is 2025–2026 and the cut is
    /// 2025-08-31; on 2026-09-01 it is 2026-08-31. On 31 August itself the old school year still runs, so a
    /// child who turns six on 2026-08-31 is too young on that day and of school age on the next.
    #[must_use]
    pub fn group(&self, birth: Date, on: Date) -> AgeGroup {
        if age_on(birth, on) >= self.until_years {
            AgeGroup::Over
        } else if school_year(on) >= self.entry_year(birth) {
            AgeGroup::SchoolAge
        } else {
            AgeGroup::TooYoung
        }
    }

    /// The school year, by its first calendar year, in which somebody born on that day comes of school age.
    #[must_use]
    pub fn entry_year(&self, birth: Date) -> i16 {
        let birthday = birthday(birth, birth.year().saturating_add(self.from_years));
        if (birthday.1, birthday.2) <= self.turned_by { birthday.0 } else { birthday.0.saturating_add(1) }
    }

    /// The grade in which somebody born on that day would be on `on`, having entered on time and never
    /// repeated; `None` before the first grade and after the ninth.
    #[must_use]
    pub fn expected_grade(&self, birth: Date, on: Date) -> Option<Grade> {
        let number = school_year(on).checked_sub(self.entry_year(birth))?.checked_add(1)?;
        Grade::new(i8::try_from(number).ok()?)
    }
}

/// Whole years of age on a day; negative before birth.
#[must_use]
pub fn age_on(birth: Date, on: Date) -> i16 {
    let years = on.year().saturating_sub(birth.year());
    let (_, month, day) = birthday(birth, on.year());
    if (on.month(), on.day()) >= (month, day) { years } else { years.saturating_sub(1) }
}

/// Year, month and day of the birthday in a year: 1 March for 29 February in a common year.
fn birthday(birth: Date, year: i16) -> (i16, i8, i8) {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match (birth.month(), birth.day()) {
        (2, 29) if !leap => (year, 3, 1),
        (month, day) => (year, month, day),
    }
}

/// The calendar year in which the school year of that day starts: 2025 from 2025-09-01 to 2026-08-31.
#[must_use]
pub fn school_year(on: Date) -> i16 {
    if on.month() >= FIRST_MONTH { on.year() } else { on.year().saturating_sub(1) }
}

/// A school year as people write it: `2025-2026`.
#[must_use]
pub fn school_year_label(start: i16) -> String {
    format!("{start}-{}", start.saturating_add(1))
}

/// 学段 of compulsory schooling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// 小学, grades one to six.
    Primary,
    /// 初中, grades seven to nine.
    Junior,
}

impl Stage {
    /// 小学 or 初中.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Primary => "小学",
            Self::Junior => "初中",
        }
    }

    /// The number of its first grade.
    const fn first_grade(self) -> i16 {
        match self {
            Self::Primary => 1,
            Self::Junior => 7,
        }
    }
}

/// A grade of compulsory schooling, one to nine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Grade(i8);

impl Grade {
    /// The grade with that number; `None` outside 1–9.
    #[must_use]
    pub const fn new(number: i8) -> Option<Self> {
        if matches!(number, 1..=9) { Some(Self(number)) } else { None }
    }

    /// The grade in a school year of those who entered a stage in `cohort_year`: school year − entry year + 1,
    /// from seven on in 初中. `None` before they entered and after they have left the stage.
    #[must_use]
    pub fn from_cohort(stage: Stage, cohort_year: i16, school_year: i16) -> Option<Self> {
        let number = school_year.checked_sub(cohort_year)?.checked_add(stage.first_grade())?;
        Self::new(i8::try_from(number).ok()?).filter(|grade| grade.stage() == stage)
    }

    /// The year in which those who are in this grade in a school year entered their stage.
    #[must_use]
    pub fn cohort_year(self, school_year: i16) -> i16 {
        school_year.saturating_sub(i16::from(self.0)).saturating_add(self.stage().first_grade())
    }

    /// Reads `四年级`, `小学四年级`, `四`, `4`, `4年级`, `初一`, `初中一年级`, `七年级`, `7`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let key = fold::key(text);
        let (first, rest) = match key.strip_prefix("初中").or_else(|| key.strip_prefix('初')) {
            Some(rest) => (6, rest),
            None => (0, key.strip_prefix("小学").unwrap_or(&key)),
        };
        let rest = rest.strip_suffix("年级").unwrap_or(rest);
        let number = match rest {
            "一" | "1" => 1,
            "二" | "2" => 2,
            "三" | "3" => 3,
            "四" | "4" => 4,
            "五" | "5" => 5,
            "六" | "6" => 6,
            "七" | "7" => 7,
            "八" | "8" => 8,
            "九" | "9" => 9,
            _ => return None,
        };
        Self::new(if number > 6 { number } else { number + first })
    }

    /// One to nine.
    #[must_use]
    pub const fn number(self) -> i8 {
        self.0
    }

    /// 小学 or 初中.
    #[must_use]
    pub const fn stage(self) -> Stage {
        if self.0 <= 6 { Stage::Primary } else { Stage::Junior }
    }

    /// 一年级 to 九年级.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self.0 {
            1 => "一年级",
            2 => "二年级",
            3 => "三年级",
            4 => "四年级",
            5 => "五年级",
            6 => "六年级",
            7 => "七年级",
            8 => "八年级",
            _ => "九年级",
        }
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.label())
    }
}
