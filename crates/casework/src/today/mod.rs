//! 今天: what is mine, what is late, what is next, for each role; the name over the page; finding a child by name,
//! pinyin or the last four of the ID; what the program told somebody. Reads only, but for marking as read.

mod notices;
mod proofs;
mod search;
mod tasks;

pub use notices::{Notification, mark_read, notifications, tell, tell_unit};
pub use proofs::{ExpiredProof, ExpiredProofs, expired_proofs};
pub(crate) use search::condition;
pub use search::{Hit, search};
pub use tasks::{Figure, Masthead, Task, Today, masthead, today};
