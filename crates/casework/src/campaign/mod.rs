//! 四查三比对 as a campaign of a semester (五(四)): lists are chosen, compared in the background, and each finding is worked
//! through: decided by the bureau, or first checked by a village or school. What was decided is remembered in the next
//! campaign.

mod board;
mod bulk;
mod decide;
mod door;
mod export;
mod finding;
mod finish;
mod ledger_list;
mod lists;
mod look;
mod open;
mod run;
mod slots;
mod store;
mod work;

pub use board::{Board, Coverage, UnitCoverage, board};
pub use bulk::{Matching, To, assign_all, matching, remind_all};
pub use decide::{Assignment, assign, decide, reopen, report};
pub use door::{
    DoorChild, DoorHouse, DoorLevel, DoorSheet, GroupRow, RESULTS, check_door, door_sheet, groups,
};
pub use export::export;
pub use finding::{Event, FindingPage, FindingRow, ListQuery, Listed, SideShown, list, read};
pub use ledger_list::{LEDGER, THE_LEDGER, ledger_list};
pub use lists::{Earlier, ListLine, Offered, Source, choose, drop_list, errors_file, offered};
pub use look::{Looked, look, look_again, look_at_ledger};
pub use open::{Campaign, Run, RunState, Semester, campaigns, close, open, runs, semester};
pub use run::{Asked, KindCount, RunPage, ask, cancel, result_file, run};
pub use slots::{Possible, Prepared, Slot, prepare, slot_of};
pub use store::{Stored, begin, store};
pub use work::Compare;

/// The handlers of this module, for the program's registry.
#[must_use]
pub fn register(registry: crate::jobs::Registry) -> crate::jobs::Registry {
    registry.handler(Compare)
}
