//! 指标: every night each child and matter is classified as of the day and the numbers are kept; pages read what is kept and never count
//! children. A snapshot that was frozen never shifts, and two of them differ child by child (issue 6, items 1 and 2). Why it is so:
//! docs/adr/0027-figures.md.

mod agenda;
mod changes;
mod cohort;
mod freeze;
mod matters;
mod members;
mod names;
mod read;
mod renew;
mod yearbook;

pub(crate) use agenda::for_agenda;
pub use changes::{Change, Changes, REPORTED, Since, Turn, changes, since};
pub use cohort::{CohortLine, Fate, FateForm, Gone, GonePage, cohorts, gone, gone_one, tell};
pub use freeze::{Verdict, freeze, renew_now, verify};
pub use names::{Name, NamesAsked, NamesPage, export, names};
pub use read::{
    Audience, Frozen, Line, Panel, Snapshot, UnitLine, audience, by_township, causes, county_tiles, leads,
    panel, returns, snapshot, snapshots, steps,
};
pub use renew::{RENEW, nightly, renew};
pub use yearbook::{Entry, EntryForm, enter, entries, holding};

/// `until_number` of what still counts so.
const OPEN: i64 = 9_000_000_000;
