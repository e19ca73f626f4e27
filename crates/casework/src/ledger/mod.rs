//! 适龄儿童台账: every child of the county once, with household, guardians, groups, schooling and ties. Fields are
//! sealed and shown by right; what changes is a fact of its own.

pub mod enter;
mod list;
mod next;
mod read;
mod reveal;
mod sees;
mod standing;
mod ties;
mod timeline;

pub use list::{Child, Missing, Page, Query, Step, Total, list};
pub use next::Next;
pub use read::{
    Allowed, ElsewhereRow, File, FindingRow, GroupRow, GuardianRow, Line, PlatformRow, Sibling, read,
};
pub use reveal::{REVEALED, reveal};
pub use sees::{Sees, Shown};
pub use standing::set_standing;
pub use ties::{Tied, places_of, settle, write_ties};
pub use timeline::Event;
