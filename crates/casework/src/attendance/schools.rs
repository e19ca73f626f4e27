//! The schools for which somebody may do something: all of them, or those where one holds a post.

use rules::access::{Action, Subject};

use super::book::among;
use crate::db::Value;
use crate::desk::Desk;
use crate::refused::Refused;

/// Id and name of each; and whether it is the whole county.
///
/// # Errors
/// [`Refused::Denied`] for whoever may do it nowhere, [`Refused::Storage`].
pub(super) fn schools(
    desk: &mut Desk<'_, '_>,
    action: Action,
) -> Result<(Vec<(String, String)>, bool), Refused> {
    desk.require(action, &Subject::Nothing, ("unit", ""))?;
    let whole = desk.require(action, &Subject::Unit(&[]), ("unit", "")).is_ok();
    let mut values = vec![Value::from(desk.county())];
    let own = desk.who.actor.posts.iter().map(|post| post.unit.as_str());
    let within = if whole { "1 = 1".to_owned() } else { format!("id in ({})", among(&mut values, own)) };
    let found = desk.tx.query(
        &format!(
            "select id, name from unit where county = $1 and kind = 'school' and until_day is null and {within}
             order by sort, id"
        ),
        &values,
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok((found, whole))
}
