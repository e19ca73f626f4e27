//! 考勤的钟: from marks, leave, membership and the school's calendar to what 五(九) asks for: which school day without
//! good reason this is, since when a pupil is 疑似辍学, and how much of the term and the month was missed. Facts come in,
//! values and plain sentences go out; it never predicts and ranks nobody. Why it is so: docs/adr/0009-attendance-clock.md.
//!
//! [`Facts::day`] says what one day was for one child, [`Clock::step`] counts it. A clock is a small value that is kept
//! from one evening to the next, so a child-day costs the facts of that day and not the child's history; a late entry or
//! a correction is counted by going on from the clock before it ([`Facts::run`]).

mod clock;
mod contact;
mod day;
mod days;
mod mark;
mod province;
mod sheet;
mod words;

pub use clock::{Clock, Rule, Tally, Tier};
pub use contact::{Answered, Outcome, Way};
pub use day::{Day, Facts, Leave, Member};
pub use days::{DayChange, SchoolDays};
pub use mark::{Half, Kind, Mark, Part, Reading, Settled, settle};
pub use province::{Stood, differ};
pub use sheet::{Reason, Sheet, holding};
pub use words::{asked, reached, reached_over, sentence};
pub(crate) use words::{halves, spelled};
