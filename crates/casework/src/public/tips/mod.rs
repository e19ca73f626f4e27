//! 举报、求助 (四(二十一)): taken without an account, sorted by people, handed on, answered; never read or closed by the unit that they are
//! about (A26, B13), and none of them lost (F03). Who wrote is in a table of its own and opened by a right of its own (F05).

mod act;
mod list;
mod one;
mod photo;
mod receipt;
mod reporter;
mod store;
mod take;

pub use act::{apart, close, hand, join, open_case, refuse, refuse_same, reopen, report, take_up};
pub use list::{Filter, Shown, TipLine, Waiting, tips, waiting};
pub use one::{Candidate, Event, Handed, Tip, tip};
pub use photo::{PHOTO_BYTES, PHOTOS, photo};
pub use receipt::{Receipt, Told, receipt};
pub use reporter::{Reporter, reporter};
pub(super) use store::remind;
pub use take::{Sent, Taken, take};

use rules::access::{Actor, Role};
use serde::{Deserialize, Serialize};

use crate::db::DbError;
use crate::desk::Desk;
use crate::params;

/// What was written, as it is sealed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct What {
    pub(super) text: String,
    pub(super) place: String,
    pub(super) child: String,
}

/// Whether the actor is one of those who read what is kept apart: as with every sign of harm.
fn reads_apart(actor: &Actor) -> bool {
    use rules::access::Action::ReadSafeguarding;
    let may = |post: &rules::access::Post| {
        post.role != Role::Head && ReadSafeguarding.policy(post.role, post.standing).is_some()
    };
    actor.posts.iter().any(may)
}

/// The units where somebody holds this role.
fn units_of(desk: &mut Desk<'_, '_>, role: Role) -> Result<Vec<String>, DbError> {
    desk.tx.query(
        "select distinct unit from post where county = $1 and role = $2 and closed_at is null order by unit limit 5",
        &params![desk.county(), role.code()],
        |row| row.get(0),
    )
}
