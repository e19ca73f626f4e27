//! Accounts and sessions, 四(十四): who may sign in, how, and for how long. It decides nothing about children; what a
//! signed-in person may do is the affair of [`rules::access`].
//!
//! A sign-in is three steps, because a password is hashed outside of any transaction: [`sign_in::begin`] puts the try on
//! the record and asks the limiter, [`sign_in::Attempt::check`] hashes, [`sign_in::finish`] opens the session. Why it is
//! so: docs/adr/0007-accounts.md.

pub mod api_keys;
pub mod break_glass;
mod daily;
pub mod directory;
pub mod first_run;
pub mod invite;
pub mod invite_many;
pub mod keep;
pub mod online;
pub mod operator;
pub mod own;
mod reach;
pub mod second;
pub mod security;
mod session;
pub mod set_up;
pub mod sign_in;
pub mod sign_ins;
pub mod sign_on;
pub(crate) mod tell;
mod tries;

pub use daily::nightly;
#[cfg(any(test, feature = "testing"))]
pub(crate) use session::open_for_tests;
pub(crate) use session::posts;
pub use session::{Found, Half, Stage, half_session, session, sign_out, touch};

/// The pattern of a search for a part of a text, for `like … escape '!'`: what was typed stands for itself (D02).
pub(crate) fn like(search: &str) -> String {
    let mut pattern = String::from("%");
    for sign in search.chars().take(64) {
        if matches!(sign, '%' | '_' | '!') {
            pattern.push('!');
        }
        if sign != '\0' {
            pattern.push(sign);
        }
    }
    pattern.push('%');
    pattern
}
