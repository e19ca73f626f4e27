//! 四查三比对 as a campaign of a semester (五(四)): lists are chosen, compared, and each finding is worked through: decided
//! by the bureau, or first checked by a village or school. What was decided is remembered in the next campaign.

mod board;
mod decide;
mod door;
mod finding;
mod open;
mod store;

pub use board::{Board, Coverage, board};
pub use decide::{Assignment, assign, decide, reopen, report};
pub use door::{
    DoorChild, DoorHouse, DoorLevel, DoorSheet, GroupRow, RESULTS, check_door, door_sheet, groups,
};
pub use finding::{Event, FindingPage, FindingRow, ListQuery, Listed, SideShown, list, read};
pub use open::{Campaign, Run, campaigns, open};
pub use store::{Stored, begin, store};
