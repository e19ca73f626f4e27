//! 联席会议, 五(二), and who does what, 四: an agenda drafted from what waits at each unit, minutes, decisions that are tasks until somebody else
//! has seen that they are done, the duty list with its proofs, and the library of plans. What is told to member units names no child
//! and no small number (hazards A08, F06); a unit never accepts its own work (hazard B05). Why it is so: docs/adr/0029-conference.md.

mod draft;
mod duties;
mod files;
mod library;
mod meeting;
mod paper;
mod read;
mod tasks;

pub use duties::{Counted, DutyFile, DutyLine, Proof, duties, duty, prove};
pub use files::{Attached, FileLine, MOST_BYTES, attach_to_duty, attach_to_task, proof_file, take_in};
pub use library::{
    DocumentFile, DocumentLine, Lacking, NewVersion, Version, document, documents, file_of, lacking, levels,
    put_version,
};
pub use meeting::{Held, NewMeeting, add_item, call, close, decide, drop_decision, fix, hold};
pub use paper::{Drawn, Kind as PaperKind, made, paper};
pub use read::{ItemLine, MeetingFile, MeetingLine, Next, PaperLine, meeting, meetings};
pub use tasks::{
    TaskActLine, TaskFile, TaskLine, TaskShown, accept, give_back, nightly, report, task, tasks, waiting,
};

use rules::access::{Action, Actor, Post};

/// Units at which the actor may do it.
fn own_units(actor: &Actor, action: Action) -> Vec<&str> {
    let may = |post: &&Post| action.policy(post.role, post.standing).is_some();
    let mut units: Vec<&str> = actor.posts.iter().filter(may).map(|post| post.unit.as_str()).collect();
    units.sort_unstable();
    units.dedup();
    units
}
