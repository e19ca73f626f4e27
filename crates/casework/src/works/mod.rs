//! 措施成效 (issue 5, item 8): what followed the acts of the cases and the answers of the units, counted from the class registers every
//! night, and told without names and without small numbers. Why it is so: docs/adr/0025-what-works.md.

mod read;
mod renew;

pub use read::{CauseLine, DeedLine, Works, works};
pub use renew::nightly;
