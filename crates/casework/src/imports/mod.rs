//! 导入名单: a list is uploaded, recognised and compared with the ledger; people see what will change before it does;
//! then it is written in the background, and can be taken back while untouched. It never overwrites or merges what is
//! not beyond doubt (hazards E10–E14).
//!
//! Decided: rows are written in chunks from `WRITTEN`, each a transaction that does not wait for the disk; chunks become visible one by one, so that the
//! storage's one writer is never held for long (E15). After a kill the job goes on behind the last chunk (I03): every
//! row is written once or, with `undo`, not at all.

mod cohort;
mod decide;
mod given_up;
mod known;
mod places;
mod preview;
mod settle;
mod show;
mod start;
mod undo;
mod wanted;
mod write;
mod writing;

pub use decide::Outcome;
pub(crate) use places::number as first_number;
pub use preview::Preview;
pub use settle::{Choice, settle};
pub use show::{Field, ImportLine, ImportPage, ImportState, Pair, RowLine, errors_file, import, imports};
pub use start::{Needs, Started, Upload, apply, bring, drop_import, examine, kinds, start, write_now};
pub use undo::{Undo, undo};
pub use writing::Apply;

/// Rows that are compared together, and whose outcomes are written in one transaction.
const CHUNK: usize = 128;

/// Rows that are written into the ledger in one transaction, from so many: some milliseconds, so that nobody waits long
/// (E15); more where the machine is quick, since pages that many rows touch are then written once.
const WRITTEN: usize = 32;

/// Rows in one transaction at most.
const WRITTEN_AT_MOST: usize = 256;

/// The handlers of this module, for the program's registry.
#[must_use]
pub fn register(registry: crate::jobs::Registry) -> crate::jobs::Registry {
    registry.handler(Preview).handler(Apply).handler(Undo).schedule(crate::files::sweep())
}
