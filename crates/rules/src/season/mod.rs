//! 招生入学季, 五(八): who is due in a school year by the county's age rule, how far a sweep has come, what becomes of a notice, who is missing
//! on the first days, and where those who finished went. It reads no calendar of its own, makes no list and ranks nobody.

mod catchment;
mod due;
mod first_days;
mod leaving;
mod notice;
mod places;
mod sweep;

pub use catchment::{Gap, Table, gap, nearest, takes};
pub use due::{Due, Facts, born, due, season_year};
pub use first_days::{Missing, Pupil, missing, next_act};
pub use leaving::{Went, may_go};
pub use notice::{Answer, Kind, State, Step, Why, after};
pub use places::{Places, said};
pub use sweep::{Covered, Empty, Visit, check, covered, may_sweep};
