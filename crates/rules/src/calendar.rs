//! The school calendar: which day is a teaching day, which a working day, and why not.
//!
//! All of it is data (`calendar.toml` of a plan). A year without data is an error that says what to add;
//! it is never taken for a year of plain weekends (hazard B14).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::civil::{Date, Weekday};

use crate::age::{school_year, school_year_label};

/// What a day is for a school.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day<'a> {
    /// An ordinary teaching day.
    Teaching,
    /// A Saturday or Sunday in term on which people work and learn in exchange for a holiday (调休).
    SwappedWorkday,
    /// A Saturday or Sunday.
    Weekend,
    /// A day off by national notice or by a day the county has decided; its name.
    Holiday(&'a str),
    /// A day between two terms that is none of the above.
    Vacation,
}

impl Day<'_> {
    /// Whether pupils are expected at school: the days that an absence is counted on.
    #[must_use]
    pub const fn is_teaching(self) -> bool {
        matches!(self, Self::Teaching | Self::SwappedWorkday)
    }
}

/// What the calendar does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Missing {
    /// The national holidays and swapped workdays of that calendar year.
    Holidays,
    /// The terms of the school year that starts in that year.
    Terms,
}

/// A day was asked for that lies in a year without data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NoData {
    /// The calendar year, or for [`Missing::Terms`] the year in which the school year starts.
    pub year: i16,
    /// Which part is missing.
    pub missing: Missing,
}

impl fmt::Display for NoData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let year = self.year;
        match self.missing {
            Missing::Holidays => write!(
                f,
                "校历 calendar.toml 里没有{year}年的放假安排。请按国务院办公厅{year}年节假日通知补一段 [[year]]（放假日和调休上班日）"
            ),
            Missing::Terms => write!(
                f,
                "校历 calendar.toml 里没有{}学年的学期起止。请按县教体局校历补两段 [[term]]",
                school_year_label(year)
            ),
        }
    }
}

impl std::error::Error for NoData {}

/// The national arrangement of one calendar year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolidayYear {
    /// The calendar year.
    pub year: i16,
    /// Days off with the name of the holiday.
    pub off: BTreeMap<Date, String>,
    /// Saturdays and Sundays that are worked.
    pub worked: BTreeSet<Date>,
    /// The notice that arranged them.
    pub source: String,
    /// The notice is not out yet: only the days that 《全国年节及纪念日放假办法》 itself names stand here, and no 调休.
    pub provisional: bool,
}

/// What is said wherever a day of a year without its notice is counted with.
pub const PROVISIONAL: &str = "未公布，按法定节日暂列";

/// One term, both days included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The year in which its school year starts.
    pub school_year: i16,
    /// 1 in autumn, 2 in spring.
    pub number: u8,
    /// First teaching day.
    pub first: Date,
    /// Last teaching day.
    pub last: Date,
    /// Where the dates come from.
    pub source: String,
}

/// A festival on which the county may give its schools a day off, such as 火把节.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountyHoliday {
    /// What it is called.
    pub name: String,
    /// First day off.
    pub first: Date,
    /// Last day off.
    pub last: Date,
    /// Whether the county has decided it. Until then the days stay teaching days.
    pub decided: bool,
    /// How sure the dates are and where they come from.
    pub source: String,
}

/// 街天: a market that a township holds every so many days, to which boarders go home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Market {
    /// Code of the township.
    pub township: String,
    /// What it is called: 南涧街.
    pub name: String,
    /// A day on which it was held; the others follow from it, before and after.
    pub first: Date,
    /// Days from one to the next: 5 or 6 by the old count, 7 for a weekday; 1 to 30.
    pub every: u8,
    /// How sure it is and where it comes from.
    pub source: String,
}

impl Market {
    /// Longest rhythm, in days.
    pub const MOST: u8 = 30;

    /// Whether it is held on a day.
    #[must_use]
    pub fn is_on(&self, day: Date) -> bool {
        let since = i64::from((day - self.first).get_days());
        self.every > 0 && since.rem_euclid(i64::from(self.every)) == 0
    }

    /// The first day from `day` on on which it is held; `None` for one that is held no more.
    #[must_use]
    pub fn next(&self, day: Date) -> Option<Date> {
        day.series(jiff::ToSpan::days(1)).take(usize::from(self.every)).find(|day| self.is_on(*day))
    }
}

/// The calendar of a county's schools.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SchoolCalendar {
    years: BTreeMap<i16, HolidayYear>,
    terms: Vec<Term>,
    county: Vec<CountyHoliday>,
    markets: Vec<Market>,
}

impl SchoolCalendar {
    /// A calendar of these parts; [`crate::plan::Plan::load`] checks them.
    #[must_use]
    pub fn new(years: Vec<HolidayYear>, mut terms: Vec<Term>, county: Vec<CountyHoliday>) -> Self {
        terms.sort_by_key(|term| term.first);
        let years = years.into_iter().map(|year| (year.year, year)).collect();
        Self { years, terms, county, markets: Vec::new() }
    }

    /// The same with these markets.
    #[must_use]
    pub fn with_markets(mut self, markets: Vec<Market>) -> Self {
        self.markets = markets;
        self
    }

    /// What a day is.
    ///
    /// # Errors
    /// [`NoData`] when the holidays of its calendar year or the terms of its school year are not known.
    pub fn day(&self, date: Date) -> Result<Day<'_>, NoData> {
        let national = self.holidays(date)?;
        let in_term = self.in_term(date)?;
        if let Some(name) = national.off.get(&date) {
            return Ok(Day::Holiday(name));
        }
        let county = self.county.iter().find(|day| day.decided && (day.first..=day.last).contains(&date));
        if let Some(day) = county {
            return Ok(Day::Holiday(&day.name));
        }
        Ok(match (in_term, is_weekend(date), national.worked.contains(&date)) {
            (true, true, true) => Day::SwappedWorkday,
            (_, true, _) => Day::Weekend,
            (true, false, _) => Day::Teaching,
            (false, false, _) => Day::Vacation,
        })
    }

    /// How many teaching days lie between two days, both included; 0 when `to` comes before `from`.
    ///
    /// # Errors
    /// [`NoData`] as soon as one of the days lies in a year without data.
    pub fn teaching_days_between(&self, from: Date, to: Date) -> Result<u32, NoData> {
        let mut days = 0;
        let mut date = from;
        while date <= to {
            days += u32::from(self.day(date)?.is_teaching());
            match date.tomorrow() {
                Ok(next) => date = next,
                Err(_) => break,
            }
        }
        Ok(days)
    }

    /// Whether a day is a 工作日 in the sense of 行政处罚法 85: no weekend and no statutory holiday, but a
    /// swapped workday counts. County days are not statutory holidays, and school vacations play no part.
    ///
    /// # Errors
    /// [`NoData`] when the holidays of that year are not known.
    pub fn is_working_day(&self, date: Date) -> Result<bool, NoData> {
        let national = self.holidays(date)?;
        Ok(!national.off.contains_key(&date) && (!is_weekend(date) || national.worked.contains(&date)))
    }

    /// The terms, in order.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The county's own days, decided or not.
    #[must_use]
    pub fn county_holidays(&self) -> &[CountyHoliday] {
        &self.county
    }

    /// The markets that the plan knows; an office may have entered others.
    #[must_use]
    pub fn markets(&self) -> &[Market] {
        &self.markets
    }

    /// Whether a calendar year's notice is not out yet, so that days may still move ([`PROVISIONAL`]).
    #[must_use]
    pub fn is_provisional(&self, year: i16) -> bool {
        self.years.get(&year).is_some_and(|one| one.provisional)
    }

    /// The calendar years whose holidays are known, in order.
    pub fn years(&self) -> impl Iterator<Item = i16> {
        self.years.keys().copied()
    }

    fn holidays(&self, date: Date) -> Result<&HolidayYear, NoData> {
        self.years.get(&date.year()).ok_or(NoData { year: date.year(), missing: Missing::Holidays })
    }

    /// A school year is known when both its terms are; its summer vacation ends where the next one starts.
    fn in_term(&self, date: Date) -> Result<bool, NoData> {
        if self.terms.iter().any(|term| (term.first..=term.last).contains(&date)) {
            return Ok(true);
        }
        let year = school_year(date);
        match self.terms.iter().filter(|term| term.school_year == year).count() {
            2 => Ok(false),
            _ => Err(NoData { year, missing: Missing::Terms }),
        }
    }
}

fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}
