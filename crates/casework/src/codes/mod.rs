//! 代码表: the standards' tables as they are read by, the plan's settings, and the county's own tables, which are kept
//! here: each change is a version from a day on, and nothing is taken away (docs/adr/0013-county-codes.md).

mod keep;
mod shown;

pub use keep::{Change, Past, current, history, keep};
pub use shown::{Entry, Kept, Table, export, find, tables};
