//! 保护线索 (强制报告, 未成年人保护法第十一条): a sign that a child is harmed goes at once, and apart from everything else, to the
//! school's head and to the persons whom police, civil affairs and 教体局 have named (who leads there). Nothing of it stands in the
//! child's file, in lists, exports, search or 今天; its words and who reported are sealed; every look is on the record.

mod list;
mod raise;
mod receive;

pub use list::{Hop, Line, Look, Safeguarding, list, one};
pub use raise::{Signs, raise};
pub use receive::{nightly, receive};

use rules::access::{Action, Actor};

/// The plan's clock for a receiver.
const DEADLINE: &str = "safeguard";

/// Units for which the actor may see what was reported.
fn own_units(actor: &Actor, action: Action) -> Vec<&str> {
    let may = |post: &&rules::access::Post| action.policy(post.role, post.standing).is_some();
    let mut units: Vec<&str> = actor.posts.iter().filter(may).map(|post| post.unit.as_str()).collect();
    units.sort_unstable();
    units.dedup();
    units
}
