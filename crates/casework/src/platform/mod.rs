//! 上级平台 (四(十四)、五(九)): what must stand in the platforms of province and state too. Nobody may assume an interface of
//! theirs: a sheet to copy from, a place for their number and state, and every week a list of what differs. It sends
//! nothing anywhere; each step is a fact (`platform_event`), and `platform_entry` is what they come to.

mod check;
mod difference;
mod export;
mod file;
mod keep;
mod list;
mod sheet;
mod stands;

pub use check::{Found, LastCheck, compare, last_check, store};
pub use difference::{Difference, Differences, differences, send, settle};
pub use export::{MOST, MOST_WHOLE, export};
pub use file::{Export, LARGEST, MOST_ROWS, read_export};
pub use keep::{Keep, keep};
pub use list::{Counts, Query, Row, Rows, list};
pub use sheet::{Entry, Event, Line, Sheet, reveal, sheet};
pub use stands::{StandsIn, stands};

use rules::access::Action;
use rules::plan::Platform;

use crate::desk::Desk;
use crate::refused::Refused;

/// The platform with that key; an empty key is the first of the plan.
///
/// # Errors
/// [`Refused::Denied`] when the plan has none of that name.
pub fn platform<'a>(desk: &Desk<'a, '_>, key: &str) -> Result<&'a Platform, Refused> {
    let plan = desk.plan;
    let found = if key.is_empty() { plan.platforms().first() } else { plan.platform(key) };
    found.ok_or_else(|| Refused::denied(Action::KeepPlatformNumber, "platform", ""))
}
