//! Files in and out: the tables that offices exchange, the workbooks that people work from, and official documents.
//!
//! Plain structs go in and plain text comes out; this room knows no database, no web and no clock but the one that
//! bounds its own reading. What a value *means* (is this a valid ID number, is this child of school age) is decided
//! in `rules`, never here.

pub mod csv;
pub mod paper;
pub mod picture;
pub mod rejects;
mod save;
pub mod scanned;
pub mod table;
pub mod workbook;

pub use save::SaveError;
