//! History of a child's fields: what was, what is, by whom and from where, sealed. A correction is a fact of its own;
//! nothing here is ever changed.

use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// Keeps the change of one field; the same value twice is no fact. `source`: `hand`, `move:<id>`, `merge:<id>`.
pub(super) fn keep(
    desk: &mut Desk<'_, '_>,
    child: &str,
    field: &str,
    old: &str,
    new: &str,
    source: &str,
) -> Result<(), Refused> {
    if old == new {
        return Ok(());
    }
    let id = desk.now.id();
    let (was, is) = (desk.seal("child_change", "old", &id, old), desk.seal("child_change", "new", &id, new));
    desk.tx.execute(
        "insert into child_change (county, id, child, field, old_sealed, new_sealed, source, by_account, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &params![desk.county(), &id, child, field, was, is, source, &desk.actor().account, desk.now.stamp()],
    )?;
    Ok(())
}

/// Counts one more change of the child, after anything of it was written, and brings its ties in step.
pub(super) fn touched(desk: &mut Desk<'_, '_>, child: &str) -> Result<(), Refused> {
    desk.tx.execute(
        "update child set version = version + 1, changed_at = $3 where county = $1 and id = $2",
        &params![desk.county(), child, desk.now.stamp()],
    )?;
    super::ties::settle(desk.tx, desk.county(), child)?;
    Ok(())
}
