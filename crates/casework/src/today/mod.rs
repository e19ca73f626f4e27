//! 今天: what is mine, what is late, what is next, for each role; the name over the page; what the
//! program told somebody. Reads only, but for marking as read.

mod attendance;
mod council;
mod digest;
mod notices;
mod pairs;
mod proofs;
mod public;
mod regular;
mod tasks;

pub use digest::register;
pub(crate) use notices::told;
pub use notices::{Notification, mark_read, notifications, tell, tell_unit};
pub use proofs::{ExpiredProof, ExpiredProofs, expired_proofs};
pub use tasks::{Figure, Masthead, Task, Today, masthead, today};
