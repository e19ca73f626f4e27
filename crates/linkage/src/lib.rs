//! The matcher behind 比对: lists of people in, explained pairs and findings out.
//!
//! Number and name settle most children at once ([`link`]). The rest is weighed by a Fellegi–Sunter
//! model that is learned from the very lists, with rare names, careless schools and careless villages
//! taken into account, and solved so that one child has one best row and one row one child. What the
//! data cannot decide is handed to people with both candidates.
//!
//! Pure: no files, no clock, no randomness; the same lists give the same bytes on every machine.

mod attach;
mod candidates;
pub mod comparison;
mod exact;
pub mod explain;
mod frequency;
mod hash;
mod join;
pub mod link;
mod model;
pub mod name;
pub mod number;
pub mod pattern;
pub mod people;
mod profile;
mod solve;
mod sound;
pub mod spelling;
mod weigh;
