//! 上学路程, 学位和床位, 校点撤并研究 (四(四)(六), 五(五)): how long each child's way is and for whom it is hard; the places and beds of the schools;
//! and what closing a school point would do to whom, before it is decided. It sends no child anywhere and closes no school. Why it is so:
//! docs/adr/0033-ways.md.

pub(crate) mod capacity;
mod decide;
mod draft;
pub(crate) mod known;
mod line;
mod list;
pub(crate) mod measure;
mod reckon;
mod studies;
mod study;

pub use capacity::{Capacity, PlacesTable, places, set_places};
pub use decide::{comment, decide, put_to_hearing, step, withdraw};
pub use draft::{Draft, draft, reckon_again};
pub(crate) use line::line;
pub use list::{HardLine, MissingWay, Shown, TownLine, Ways, ways};
pub use measure::{Measured, WayTable, measure, missing_lines};
pub use studies::{StudyLine, studies};
pub use study::{After, NoteLine, PupilLine, Run, SchoolLine, StepLine, Study, study};
