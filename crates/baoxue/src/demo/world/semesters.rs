//! The two campaigns of 四查三比对 that lie behind a day (五(四)): this semester's and the last one's.

use jiff::civil::{Date, date};
use rules::age::school_year;
use rules::plan::Plan;

/// On which day of its month a campaign's lists are drawn up.
const DAY: i8 = 10;

/// The days that the world hangs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Semesters {
    /// The day on which everybody is as `synth` makes them: 10 September of the school year of today.
    pub(crate) base: Date,
    /// Lists of the latest campaign.
    pub(crate) this: Date,
    /// First day of its semester, as the calendar has it.
    pub(crate) term: Date,
    /// Lists of the campaign before.
    pub(crate) last: Date,
}

impl Semesters {
    /// The campaigns before `today`, in the months that the plan sets.
    pub(super) fn before(plan: &Plan, today: Date) -> Self {
        let season = plan.seasons().iter().find(|season| season.key == "campaign");
        let months = season.map_or_else(|| vec![3, 9], |season| season.months.clone());
        let year = today.year();
        let mut days: Vec<Date> = (year - 2..=year)
            .flat_map(|year| months.iter().map(move |month| (year, *month)))
            .filter_map(|(year, month)| Date::new(year, month, DAY).ok())
            .filter(|day| *day <= today)
            .collect();
        days.sort_unstable();
        let base = date(school_year(today), 9, DAY);
        let this = days.pop().unwrap_or(base);
        let last = days.pop().unwrap_or(this);
        let terms = plan.calendar().terms();
        let term = terms.iter().map(|term| term.first).filter(|first| *first <= this).max();
        Self { base, this, term: term.filter(|first| *first > last).unwrap_or(this), last }
    }
}
