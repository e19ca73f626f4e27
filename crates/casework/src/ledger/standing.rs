//! Changing where a child stands with school: the child's row, its ties' copies and the history, together.

use rules::standing::Standing;

use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// Sets where a child stands. `source` says what it follows from: `finding:<id>`, `move:<id>`. The right is the
/// caller's affair; a standing that does not change is no fact.
///
/// # Errors
/// [`Refused::Storage`].
pub fn set_standing(
    desk: &mut Desk<'_, '_>,
    child: &str,
    standing: Standing,
    source: &str,
) -> Result<(), Refused> {
    let county = desk.county();
    let was = desk.tx.one(
        "select standing from child where county = $1 and id = $2",
        &params![county, child],
        |row| row.get::<String>(0),
    )?;
    if was == standing.code() {
        return Ok(());
    }
    desk.tx.execute(
        "update child set standing = $3, version = version + 1, changed_at = $4 where county = $1 and id = $2",
        &params![county, child, standing.code(), desk.now.stamp()],
    )?;
    desk.tx.execute(
        "update child_tie set standing = $3 where county = $1 and child = $2",
        &params![county, child, standing.code()],
    )?;
    let id = desk.now.id();
    let sealed =
        |desk: &Desk<'_, '_>, column: &str, value: &str| desk.seal("child_change", column, &id, value);
    let (old, new) = (sealed(desk, "old", &was), sealed(desk, "new", standing.code()));
    desk.tx.execute(
        "insert into child_change (county, id, child, field, old_sealed, new_sealed, source, by_account, at)
         values ($1, $2, $3, 'standing', $4, $5, $6, $7, $8)",
        &params![county, &id, child, old, new, source, &desk.actor().account, desk.now.stamp()],
    )?;
    Ok(())
}
