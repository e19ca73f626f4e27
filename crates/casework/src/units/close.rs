//! 撤销单位: only when nobody is left in it and nothing waits for it, so that no child and no act loses whose it is.

use rules::access::{Action, Subject};

use super::tree::path;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// Closes a unit that has nobody left: no open unit below, no child tied to it, nobody in a post of it, nothing that waits for it.
/// Its vacant posts are closed with it.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`], [`Refused::Storage`].
pub fn close_unit(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let county = desk.county();
    let up = path(desk.tx, county, id)?;
    let grant = desk.require(Action::WriteUnits, &Subject::Unit(&up), ("unit", id))?;
    let below = desk.tx.one(
        "select cast(count(*) as bigint) from unit where county = $1 and parent = $2 and until_day is null",
        &params![county, id],
        |row| row.get::<i64>(0),
    )?;
    let child = desk.tx.optional(
        "select child from child_tie where county = $1 and unit = $2 limit 1",
        &params![county, id],
        |row| row.get::<String>(0),
    )?;
    if below > 0 || child.is_some() {
        return Err(Refused::rule(
            "这个单位下面还有单位或孩子，不能撤销",
            "五(一)",
            "请先把下级单位和孩子转到别的单位",
        ));
    }
    // A post whose holder goes is handed over first: what it has open goes to somebody by name.
    let holder = desk.tx.optional(
        "select account.name from post
         join tenure on tenure.county = post.county and tenure.post = post.id and tenure.until_day is null
         join account on account.county = tenure.county and account.id = tenure.account
         where post.county = $1 and post.unit = $2 and post.closed_at is null
         order by post.id, tenure.id limit 1",
        &params![county, id],
        |row| row.get::<String>(0),
    )?;
    if let Some(name) = holder {
        return Err(Refused::rule(
            format!("{name}还在这个单位任职，不能撤销"),
            "五(一)",
            "请先在“责任链”里办好交接",
        ));
    }
    let waits = desk.tx.one(
        "select (select cast(count(*) as bigint) from child_case
                  where county = $1 and must_unit = $2 and ended_at is null)
              + (select cast(count(*) as bigint) from request where county = $1 and unit = $2 and state = 'asked')
              + (select cast(count(*) as bigint) from finding
                  where county = $1 and assigned_to = $2 and state = 'assigned')",
        &params![county, id],
        |row| row.get::<i64>(0),
    )?;
    if waits > 0 {
        return Err(Refused::rule(
            format!("还有{waits}件事轮到这个单位办，不能撤销"),
            "五(一)",
            "请先办完，或者由交办的单位收回、改派",
        ));
    }
    desk.tx.execute(
        "update unit set until_day = $3 where county = $1 and id = $2 and until_day is null",
        &params![county, id, desk.now.day()],
    )?;
    desk.tx.execute(
        "update post set closed_at = $3 where county = $1 and unit = $2 and closed_at is null",
        &params![county, id, desk.now.stamp()],
    )?;
    desk.record(Action::WriteUnits, grant.post, ("unit", id), "", "撤销单位")
}
