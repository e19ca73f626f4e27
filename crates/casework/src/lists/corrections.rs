//! 要改正的行: the workbook that every list gives back, with each row that somebody must correct and the reason beside it.

use documents::rejects::{self, RejectedList};

use crate::compared::day;
use crate::files::{self, Stored};
use crate::jobs::Means;
use crate::refused::Refused;

/// The workbook, stored; `None` when there is nothing to correct. It waits for whoever keeps it in a transaction.
///
/// # Errors
/// [`Refused::Fault`] when there is no room, [`Refused::Storage`].
pub fn corrections(means: &dyn Means, rows: RejectedList) -> Result<Option<Stored>, Refused> {
    if rows.rows.is_empty() {
        return Ok(None);
    }
    let folder = tempfile::tempdir()
        .map_err(|error| Refused::Fault(format!("a temporary folder: {}", error.kind())))?;
    let path = folder.path().join("rows.xlsx");
    rejects::save(&path, day(means.now().day()), &[rows])
        .map_err(|error| Refused::Fault(error.to_string()))?;
    files::store(means, &path, "要改正的行.xlsx").map(Some)
}
