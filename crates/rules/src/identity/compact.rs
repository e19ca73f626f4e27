//! The bare characters of a number as somebody typed it, in a buffer that needs no allocation.

use std::fmt;

use crate::fold;

/// No number handled here is longer: 20 characters of a 残疾人证号 and its reissue mark.
const CAPACITY: usize = 24;

/// Digits and upper-case Latin letters of a typed number, freed of blanks, full-width forms and a leading
/// apostrophe. It says nothing about validity, so a matcher can compare numbers that are wrong.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Compact {
    bytes: [u8; CAPACITY],
    len: u8,
}

/// Why a text has no compact form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotCompact {
    /// A character that no number contains.
    Foreign(char),
    /// More than [`CAPACITY`] characters; how many.
    TooLong(usize),
}

impl Compact {
    /// The compact form of `text`, or `None` when it holds anything but ASCII letters and digits, or more
    /// than 24 of them. Blank text gives the empty form.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        Self::read(text).ok()
    }

    pub(crate) fn read(text: &str) -> Result<Self, NotCompact> {
        let mut bytes = [0; CAPACITY];
        // Nearly every number is already bare; only the others pay for being cleaned.
        if text.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && let Some(place) = bytes.get_mut(..text.len())
        {
            place.copy_from_slice(text.as_bytes());
            place.make_ascii_uppercase();
            return Ok(Self { bytes, len: u8::try_from(text.len()).unwrap_or_default() });
        }
        let mut len = 0_usize;
        for c in fold::trim(text).chars() {
            let c = fold::half_width(c);
            if c.is_ascii_alphanumeric() {
                if let (Some(slot), Ok(byte)) = (bytes.get_mut(len), u8::try_from(c)) {
                    *slot = byte.to_ascii_uppercase();
                }
                len += 1;
            } else if !fold::is_blank(c) {
                return Err(NotCompact::Foreign(c));
            }
        }
        match u8::try_from(len) {
            Ok(short) if len <= CAPACITY => Ok(Self { bytes, len: short }),
            _ => Err(NotCompact::TooLong(len)),
        }
    }

    /// The characters as bytes, all of them `0-9` or `A-Z`.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// The characters as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
}

impl fmt::Display for Compact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Compact {
    /// Masked: a number that identifies a child must not reach a log by way of `{:?}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Compact({})", crate::mask::id(self.as_str()))
    }
}
