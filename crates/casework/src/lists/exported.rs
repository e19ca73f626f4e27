//! What a platform of province or state put out: a file of moderate length, opened by every heading that the plan knows.

use std::path::Path;

use documents::table::{self, Limits, Table};
use rules::plan::ListColumns;

use super::{Fields, schema};
use crate::refused::Refused;

/// Longest file, in bytes.
pub const LARGEST: usize = 20 * 1024 * 1024;

/// Opens it, bounded.
///
/// # Errors
/// [`Refused::Invalid`] when it cannot be read, is another list, or is too long (E01–E04).
pub(crate) fn open_export(path: &Path, columns: &ListColumns) -> Result<Table, Refused> {
    let limits = Limits {
        file: u64::try_from(LARGEST).unwrap_or(u64::MAX),
        inflated: 256 << 20,
        seconds: 30,
        ..Limits::default()
    };
    table::open(path, &schema(columns, Fields::All), &limits)
        .map_err(|error| Refused::field("file", format!("{error}")))
}
