//! 适龄儿童台账: every child of the county once, with household, guardians, groups, schooling and ties. Fields are
//! sealed and shown by right; what changes is a fact of its own.

pub mod enter;
mod standing;
mod ties;

pub use standing::set_standing;
pub use ties::{Tied, write_ties};
