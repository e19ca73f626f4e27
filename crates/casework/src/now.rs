//! The moment and the chance that an act is done with: passed in, never taken. It reads no clock itself.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, tz};

/// Fills a slice with random bytes.
pub type Chance = Arc<Mutex<dyn FnMut(&mut [u8]) + Send>>;

/// When an act is done, in China's time (UTC+8, without summer time), and where its random bytes come from.
#[derive(Clone)]
pub struct Now {
    at: Timestamp,
    chance: Chance,
}

impl std::fmt::Debug for Now {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Now").field("at", &self.stamp()).finish_non_exhaustive()
    }
}

impl Now {
    /// The moment `at`, with random bytes from `chance`.
    #[must_use]
    pub fn new(at: Timestamp, chance: Chance) -> Self {
        Self { at, chance }
    }

    /// A moment whose chance counts up from `seed`: for tests and for the synthetic county, where the same input must
    /// give the same ids. Never for tokens of a real installation.
    #[must_use]
    pub fn predictable(at: Timestamp, seed: u64) -> Self {
        let mut state = seed;
        let fill = move |bytes: &mut [u8]| {
            for chunk in bytes.chunks_mut(8) {
                // splitmix64
                state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                let mut z = state;
                z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                for (byte, value) in chunk.iter_mut().zip((z ^ (z >> 31)).to_le_bytes()) {
                    *byte = value;
                }
            }
        };
        Self { at, chance: Arc::new(Mutex::new(fill)) }
    }

    /// The same chance at another moment.
    #[must_use]
    pub fn at_moment(&self, at: Timestamp) -> Self {
        Self { at, chance: Arc::clone(&self.chance) }
    }

    /// The moment.
    #[must_use]
    pub const fn timestamp(&self) -> Timestamp {
        self.at
    }

    /// The moment in China's time.
    #[must_use]
    pub fn clock(&self) -> DateTime {
        clock(self.at)
    }

    /// The day in China.
    #[must_use]
    pub fn day(&self) -> Date {
        self.clock().date()
    }

    /// The moment as it is stored: `2026-11-24T08:00:00.123+08:00`. Of one length, so that text order is time order.
    #[must_use]
    pub fn stamp(&self) -> String {
        stamp(self.at)
    }

    /// A new id: UUIDv7, so that later ids sort later.
    #[must_use]
    pub fn id(&self) -> String {
        let mut random = [0; 10];
        self.fill(&mut random);
        let millis = u64::try_from(self.at.as_millisecond()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid().hyphenated().to_string()
    }

    /// Random bytes.
    #[must_use]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A secret for a link or a session: 256 bits in URL-safe text.
    #[must_use]
    pub fn token(&self) -> String {
        use base64::Engine as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(self.random::<32>())
    }

    fn fill(&self, bytes: &mut [u8]) {
        let mut chance = self.chance.lock().unwrap_or_else(PoisonError::into_inner);
        (*chance)(bytes);
    }
}

/// What the clock shows in China (UTC+8 all year) at a moment.
#[must_use]
pub fn clock(at: Timestamp) -> DateTime {
    tz::offset(8).to_datetime(at)
}

/// A moment as it is stored: `2026-11-24T08:00:00.123+08:00`.
#[must_use]
pub fn stamp(at: Timestamp) -> String {
    clock(at).strftime("%Y-%m-%dT%H:%M:%S.%3f+08:00").to_string()
}

/// Reads what [`stamp`] wrote.
#[must_use]
pub fn moment(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}
