//! Finding things from one line over every page: children, schools and other units, people who hold posts, findings,
//! announcements, numbers of papers. Each kind by its own right, each query with its scope, none a scan.

mod found;
mod typed;
mod words;

pub use found::{Found, Hit, Kind, search};
pub(crate) use typed::Typed;
pub use words::bring_up_to_date;
pub(crate) use words::{of_child, of_notice, of_person, of_unit};
