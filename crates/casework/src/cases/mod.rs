//! 个案, 五(九)(十)(十一): a child that is out of school, until it stays. What happened is kept; where the case stands follows from
//! it by `rules::case` and is written beside it. One way to move a case: [`act()`]. Why it is so: docs/adr/0020-the-case.md.

mod act;
mod events;
mod follow;
mod grade;
mod leader;
mod list;
mod open;
mod order;
mod read;
mod visit;
mod write;

pub(crate) use act::helped;
pub use act::{Told, act};
pub(crate) use events::{Kept, history, load};
pub(crate) use follow::follow;
pub use follow::nightly;
pub use grade::GradeAdvice;
pub use leader::{Turn, Waiting, states, turns, waiting};
pub use list::{CaseLine, Shown, cases, mine};
pub(crate) use open::{Opening, open_from};
pub use open::{Source, open_case, opening};
pub(crate) use order::letters_of;
pub use order::{CheckedOrder, OrderLine, checked_order};
pub use read::{CaseFile, Earlier, Happening, Progress, Rung, case, case_of};
pub(crate) use visit::{open_of, record_visit};
pub(crate) use write::happen;
