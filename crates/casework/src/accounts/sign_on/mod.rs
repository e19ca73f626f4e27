//! 统一登录 (OpenID Connect): people may sign in by the province's platform, where the county has opened it. It makes no account and gives
//! no right: an account that was invited and approved here is linked to the platform's name for the person, by two people. Tokens and
//! addresses are the courier's affair; this room is handed what they came to. Why it is so: docs/adr/0037-oidc.md.

mod enter;
mod links;
mod platform;

pub use enter::{Begun, Ended, Taken, begin, failed, finish, leave, offered, take};
pub use links::{Link, Linked, Waiting, answer, ask, linked, unlink, waiting};
pub use platform::{Page, Platform, PlatformForm, enable, enter, entering, page, stop, tried, trying};

/// What is stored of a person of a platform: a keyed hash of who says so and whom.
fn subject(keys: &crate::keys::Keys, county: &str, issuer: &str, sub: &str) -> String {
    keys.index(county, "sign_on", &format!("{issuer}\n{sub}"))
}
