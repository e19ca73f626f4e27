//! 适龄儿童台账: every child of the county once, with household, guardians, groups, schooling and ties. Fields are
//! sealed and shown by right; what changes is a fact of its own.

mod care;
mod class_change;
mod daily;
pub mod enter;
mod export;
mod form;
mod history;
mod list;
mod listed;
mod looked;
mod merge;
mod moves;
mod named;
mod next;
mod over;
mod places;
mod read;
mod reveal;
mod sees;
mod standing;
mod ties;
mod timeline;
mod turned;
mod waiting;
mod write;

pub use care::{
    ElsewhereForm, Expiring, GuardianForm, PROOFS, add_guardian, end_elsewhere, end_guardian, expiring,
    join_household, keeps_household, record_elsewhere, tag, taggable, untag,
};
pub use class_change::{ClassForm, InClass, change_class, other_classes};
pub use daily::nightly;
pub use export::{Exported, MOST, export};
pub use form::Form;
pub(crate) use form::plain;
pub(crate) use list::first;
pub use list::{Child, Missing, Page, Query, Step, Total, list};
pub use looked::{Look, looks};
pub use merge::{Pair, SideBySide, doubles, merge, side_by_side, unmerge};
pub use moves::{MoveForm, agree, schools, send_back, start_move, withdraw};
pub(crate) use named::named;
pub use next::Next;
pub(crate) use over::close as close_past_class;
pub use places::{Places, narrow};
pub use read::{
    Allowed, ElsewhereRow, File, FindingRow, GroupRow, GuardianRow, Line, PlatformRow, Sibling, read,
};
pub use reveal::{REVEALED, reveal};
pub use sees::{Sees, Shown};
pub use standing::set_standing;
pub use ties::{Tied, places_of, settle, write_ties};
pub(crate) use ties::{ties_of, where_now};
pub use timeline::Event;
pub(crate) use timeline::move_label;
pub(crate) use turned::{Place, arrived, finished, up};
pub use waiting::{Waiting, waiting};
pub use write::{Alike, Difference, Editing, Saved, add, correct, editing, homes};
