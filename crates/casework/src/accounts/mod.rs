//! Accounts and sessions, 四(十四): who may sign in, how, and for how long. It decides nothing about children; what a
//! signed-in person may do is the affair of [`rules::access`].

mod session;

pub use session::{Found, Half, Stage, half_session, session, sign_out, touch};
