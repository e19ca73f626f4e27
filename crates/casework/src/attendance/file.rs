//! 跟进: everything that attendance knows of one child, for the page on which its absence is followed up: what the clock says,
//! whom one reached, leave, the report. Each part for whoever may see it.

use rules::access::{Action, Subject, may};

use super::follow::{ContactLine, contacts};
use super::leave::{LeaveLine, leave_of};
use super::queue::{OfChild, of_child};
use crate::desk::Desk;
use crate::ledger::{named, ties_of};
use crate::params;
use crate::refused::Refused;

/// What is known of a child's absence, and what the reader may do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Follow {
    /// Id of the child.
    pub child: String,
    /// Its name.
    pub name: String,
    /// School and class.
    pub place: String,
    /// What the clock says.
    pub of: OfChild,
    /// Contacts with the family; `None` where the reader does not see them.
    pub contacts: Option<Vec<ContactLine>>,
    /// Leave; `None` where the reader does not see it.
    pub leave: Option<Vec<LeaveLine>>,
    /// The row of the list of suspects that is to be verified and reported: it stands, and nobody has.
    pub to_report: Option<String>,
    /// Reports about the child, the latest first.
    pub reports: Vec<String>,
    /// Whether one may write down a call or message.
    pub may_contact: bool,
    /// Whether one may write down a visit.
    pub may_visit: bool,
    /// Whether one may record leave.
    pub may_leave: bool,
}

/// Reads it. That it was read is on the record, where contacts are shown.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn follow(desk: &mut Desk<'_, '_>, child: &str) -> Result<Follow, Refused> {
    let of = of_child(desk, child)?;
    let ties = ties_of(desk, child)?;
    let who = desk.who;
    let allowed = |action| may(&who.actor, action, &Subject::Child(&ties)).is_ok();
    let (name, place) = named(desk, child)?;
    let contacts = if allowed(Action::ReadSuspects) { Some(contacts(desk, child)?) } else { None };
    let leave = if allowed(Action::ReadAbsences) { Some(leave_of(desk, child)?) } else { None };
    let listed = desk.tx.query(
        "select suspected.id, report.id from suspected
         left join report on report.county = suspected.county and report.suspected = suspected.id
         where suspected.county = $1 and suspected.child = $2 and suspected.cleared_at is null
         order by suspected.since_day, suspected.id",
        &params![desk.county(), child],
        |row| Ok((row.get::<String>(0)?, row.get::<Option<String>>(1)?)),
    )?;
    let reports = if allowed(Action::ReadSuspects) {
        desk.tx.query(
            "select id from report where county = $1 and child = $2 order by at desc, id limit 20",
            &params![desk.county(), child],
            |row| row.get::<String>(0),
        )?
    } else {
        Vec::new()
    };
    let to_report = listed.into_iter().find(|(_, report)| report.is_none()).map(|(id, _)| id);
    Ok(Follow {
        child: child.to_owned(),
        name,
        place,
        of,
        contacts,
        leave,
        to_report: to_report.filter(|_| allowed(Action::VerifyReport)),
        reports,
        may_contact: allowed(Action::LogContact),
        may_visit: allowed(Action::RecordVisit),
        may_leave: allowed(Action::RecordLeave),
    })
}
