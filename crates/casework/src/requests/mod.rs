//! 部门协助, 四(五)–(十八): a unit is asked to do something for a child, sees of it what its paragraph needs while it is asked, and
//! answers. What can be asked and answered is the plan's. It never opens a child to a unit that nobody asked, and never tells
//! others of what is confidential (hazards A10, A11). Why it is so: docs/adr/0024-departments.md.

mod answer;
mod ask;
mod figures;
mod files;
mod list;
mod remind;

pub use answer::{answer, send_back, withdraw};
pub use ask::{Asking, ask, asking};
pub use figures::{UnitFigure, figures};
pub use files::{AnswerFile, MOST_BYTES, attach, file_of};
pub use list::{ForChild, RequestFile, RequestLine, Shown, of_child, request, requests, waiting};
pub use remind::nightly;

use rules::access::{Action, Actor};

/// Units at which the actor may do it.
fn own_units(actor: &Actor, action: Action) -> Vec<&str> {
    let may = |post: &&rules::access::Post| action.policy(post.role, post.standing).is_some();
    let mut units: Vec<&str> = actor.posts.iter().filter(may).map(|post| post.unit.as_str()).collect();
    units.sort_unstable();
    units.dedup();
    units
}
