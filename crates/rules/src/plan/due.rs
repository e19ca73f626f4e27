//! 期限: until when somebody has time for one hop, counted from the moment at which it began.

use jiff::ToSpan;
use jiff::civil::{DateTime, time};

use super::model::{Deadline, TimeUnit};
use crate::calendar::{NoData, SchoolCalendar};

impl Deadline {
    /// The last moment at which it is still in time, in China's time. Hours run through nights and weekends; days end with
    /// their last second, and the day on which it began is not counted (as in 民法典第二百零一条、行政处罚法第八十五条).
    ///
    /// # Errors
    /// [`NoData`] when the calendar does not know one of the days.
    pub fn due(&self, from: DateTime, calendar: &SchoolCalendar) -> Result<DateTime, NoData> {
        if self.unit == TimeUnit::Hours {
            return Ok(from.saturating_add(i64::from(self.amount).hours()));
        }
        let (mut day, mut left) = (from.date(), self.amount);
        while left > 0 {
            let Ok(next) = day.tomorrow() else { break };
            day = next;
            let counts = match self.unit {
                TimeUnit::WorkingDays => calendar.is_working_day(day)?,
                TimeUnit::TeachingDays => calendar.day(day)?.is_teaching(),
                TimeUnit::Days | TimeUnit::Hours => true,
            };
            left -= u16::from(counts);
        }
        Ok(day.to_datetime(time(23, 59, 59, 0)))
    }
}
