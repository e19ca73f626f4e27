//! 谁查看过: who opened a child's file or had a field shown whole, when and why. Read from the record; asking is an act
//! of its own and recorded too.

use rules::access::{Action, Subject};

use super::ties::ties_of;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// Somebody who looked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// When.
    pub at: String,
    /// Who.
    pub name: String,
    /// Of which unit.
    pub unit: String,
    /// What was done: 看孩子档案.
    pub act: String,
    /// Why, where that was asked.
    pub purpose: String,
    /// Which field, or by which tie.
    pub detail: String,
    /// Whether it was refused.
    pub refused: bool,
}

/// The latest 300 looks at a child.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn looks(desk: &mut Desk<'_, '_>, child: &str) -> Result<Vec<Look>, Refused> {
    let ties = ties_of(desk, child)?;
    let grant = desk.require(Action::SeeWhoLooked, &Subject::Child(&ties), ("child", child))?;
    let rows = desk.tx.query(
        "select audit.at, coalesce(account.name, ''), coalesce(unit.name, ''), audit.action, audit.purpose,
                audit.detail, audit.outcome
         from audit
         left join account on account.county = audit.county and account.id = audit.account
         left join post on post.county = audit.county and post.id = audit.post
         left join unit on unit.county = post.county and unit.id = post.unit
         where audit.county = $1 and audit.subject = $2 and audit.action in ('read_child', 'reveal_field')
         order by audit.at desc, audit.id limit 300",
        &params![desk.county(), child],
        |row| {
            let action: String = row.get(3)?;
            Ok(Look {
                at: row.get(0)?,
                name: row.get(1)?,
                unit: row.get(2)?,
                act: Action::from_code(&action).map_or(action, |action| action.label().to_owned()),
                purpose: row.get(4)?,
                detail: row.get(5)?,
                refused: row.get::<String>(6)? == "refused",
            })
        },
    )?;
    desk.record(Action::SeeWhoLooked, grant.post, ("child", child), "", "")?;
    Ok(rows)
}
