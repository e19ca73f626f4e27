//! 哪天上课: the national and county calendar with what one school does differently: closed for weather, lessons made up
//! on a Saturday, a day off of the county that came after the plan was written; and the evenings on which boarders come back.

use jiff::civil::Date;

use crate::calendar::{Market, NoData, SchoolCalendar};

/// A day that is otherwise than the calendar says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayChange {
    /// The day.
    pub day: Date,
    /// The school; `None` for every school of the county.
    pub school: Option<String>,
    /// Whether there are lessons on it.
    pub lessons: bool,
    /// Why: 暴雨停课, 补10月8日的课….
    pub why: String,
}

/// The days of a county's schools.
#[derive(Debug, Clone)]
pub struct SchoolDays<'a> {
    calendar: &'a SchoolCalendar,
    changes: Vec<DayChange>,
    /// Schools with the markets of their townships.
    markets: Vec<(String, Market)>,
}

impl<'a> SchoolDays<'a> {
    /// The calendar with these changes; of two about one day and school the later in the list holds, and a school's own
    /// goes before the county's.
    #[must_use]
    pub fn new(calendar: &'a SchoolCalendar, mut changes: Vec<DayChange>) -> Self {
        changes.sort_by_key(|change| change.day);
        Self { calendar, changes, markets: Vec::new() }
    }

    /// The same with the markets of the townships in which schools lie.
    #[must_use]
    pub fn with_markets(mut self, markets: Vec<(String, Market)>) -> Self {
        self.markets = markets;
        self
    }

    /// Whether there are lessons at a school on a day.
    ///
    /// # Errors
    /// [`NoData`] when the calendar does not know that year and no change settles it.
    pub fn lessons(&self, school: &str, day: Date) -> Result<bool, NoData> {
        match self.change(school, day) {
            Some(change) => Ok(change.lessons),
            None => Ok(self.calendar.day(day)?.is_teaching()),
        }
    }

    /// Whether boarders come back to a school on the evening of a day: there are lessons on the next, and on this there were
    /// none, or a market was held to which they went home (五(五) 返校点名: Sunday evening, after market days).
    ///
    /// # Errors
    /// [`NoData`] when the calendar does not know the year of one of the days and no change settles it.
    pub fn come_back(&self, school: &str, day: Date) -> Result<bool, NoData> {
        let Ok(next) = day.tomorrow() else { return Ok(false) };
        Ok(self.lessons(school, next)? && (!self.lessons(school, day)? || self.is_market(school, day)))
    }

    /// Whether a market is held in the township of a school on a day.
    #[must_use]
    pub fn is_market(&self, school: &str, day: Date) -> bool {
        self.markets.iter().any(|(own, market)| own == school && market.is_on(day))
    }

    /// What makes a day otherwise than the calendar says at a school.
    #[must_use]
    pub fn change(&self, school: &str, day: Date) -> Option<&DayChange> {
        let first = self.changes.partition_point(|change| change.day < day);
        let of_day = || self.changes.iter().skip(first).take_while(|change| change.day == day);
        let own = of_day().filter(|change| change.school.as_deref() == Some(school)).last();
        own.or_else(|| of_day().filter(|change| change.school.is_none()).last())
    }

    /// Which term a day lies in, by its place among the terms; `None` in the vacations and before the first.
    #[must_use]
    pub fn term(&self, day: Date) -> Option<usize> {
        self.calendar.terms().iter().position(|term| (term.first..=term.last).contains(&day))
    }
}
