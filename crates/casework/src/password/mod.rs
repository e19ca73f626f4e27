//! Passwords: which are acceptable, and how they are hashed without exhausting the machine (hazards C08, C12, K15).
//!
//! Argon2id through the `argon2` crate. Salts and dates are passed in; nothing here stores, logs or repeats a
//! password. Who is let try at all, and how often, is decided elsewhere.

mod bounded;
mod hash;
mod policy;
mod weak;

use std::fmt;

use serde::Deserialize;
use zeroize::{ZeroizeOnDrop, Zeroizing};

pub use bounded::{Bounded, Busy, Turn};
pub use hash::{Cost, CostRefused, Hasher, Verdict};
pub use policy::{Complaint, Context, Factors, Guard, Policy, Profile, acceptable};

/// The longest password in bytes of UTF-8 that is looked at: 128 characters of four bytes. Anything longer is
/// refused before any work is done on it (hazard C12).
pub const MAX_BYTES: usize = 512;

/// What somebody typed into a password field. Wiped when dropped; `Debug` does not show it.
#[derive(Clone, Default, Deserialize)]
#[serde(from = "String")]
pub struct Typed(Zeroizing<String>);

impl From<String> for Typed {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl Typed {
    /// The text, exactly as it was typed: neither trimmed nor cut (ASVS 5.0, 6.2.8).
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(…)")
    }
}

impl ZeroizeOnDrop for Typed {}

/// A password that may be set. Wiped when dropped; `Debug` does not show it.
pub struct Accepted(Zeroizing<String>);

impl Accepted {
    /// A password that the person who runs the machine sets by command, such as a demo's. Only its length is checked.
    ///
    /// # Errors
    /// [`Complaint::TooLong`].
    pub fn by_command(text: &str) -> Result<Self, Complaint> {
        if text.len() > MAX_BYTES {
            return Err(Complaint::TooLong { max: policy::MAX_CHARS });
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Accepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Accepted(…)")
    }
}

impl ZeroizeOnDrop for Accepted {}
