//! Spam on public forms (hazard F03): how many may come freely, from when on a form must wait or bring a small proof of work, and what is
//! kept in a queue behind the queue. Nothing is ever dropped: a form is taken, held, or told when to be sent again with its text kept.

use jiff::SignedDuration;

/// The time in which submissions are counted.
pub const WINDOW: SignedDuration = SignedDuration::from_hours(1);

/// Taken freely from one address: a school stands behind one.
pub const FREE_HERE: u32 = 20;
/// Taken freely from everywhere: several times what a county's people write in an hour.
pub const FREE_ALL: u32 = 200;
/// From one address, what more comes is held.
pub const FULL_HERE: u32 = 60;
/// From everywhere, what more comes is held.
pub const FULL_ALL: u32 = 600;

/// The first proof that is asked for, in leading bits that are nought: a phone finds it in a moment.
const FIRST: u32 = 11;
/// The hardest proof that is asked for: an old phone finds it within the wait.
const HARDEST: u32 = 16;
/// The first wait without a proof, in seconds.
const SHORTEST: u32 = 60;
/// The longest wait without a proof, in seconds.
const LONGEST: u32 = 600;

/// How many were taken within [`WINDOW`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Load {
    /// From the address that sends now.
    pub here: u32,
    /// From everywhere.
    pub all: u32,
}

/// What a form brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brought {
    /// How long ago the form was given out.
    pub age: SignedDuration,
    /// Leading bits of its proof that are nought; nought without a proof.
    pub bits: u32,
}

/// What is done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admit {
    /// It goes to the people who sort.
    Take,
    /// It is kept, behind what they sort first.
    Hold,
    /// Send it again: with a proof of so many bits, or when the form is so old.
    Wait {
        /// Leading bits that are nought.
        bits: u32,
        /// Seconds from now, at least one.
        seconds: u32,
    },
}

/// How many times it doubled from `free` to `count`.
const fn doubled(count: u32, free: u32) -> u32 {
    match (count / free).checked_ilog2() {
        Some(times) => times,
        None => 0,
    }
}

/// Decides. An old phone and a blind reader never need a script: after the wait the same form is taken (hazard F10).
#[must_use]
pub fn admit(load: Load, brought: Brought) -> Admit {
    if load.here >= FREE_HERE || load.all >= FREE_ALL {
        let steps = doubled(load.here, FREE_HERE).max(doubled(load.all, FREE_ALL));
        let bits = (FIRST + steps).min(HARDEST);
        let wait = SHORTEST.saturating_mul(1 + steps).min(LONGEST);
        let passed = u32::try_from(brought.age.as_secs()).unwrap_or_default();
        if brought.bits < bits && passed < wait {
            return Admit::Wait { bits, seconds: (wait - passed).max(1) };
        }
    }
    if load.here >= FULL_HERE || load.all >= FULL_ALL { Admit::Hold } else { Admit::Take }
}

/// Leading bits of a digest that are nought.
#[must_use]
pub fn zero_bits(digest: &[u8]) -> u32 {
    let mut bits = 0;
    for byte in digest {
        bits += byte.leading_zeros();
        if *byte != 0 {
            break;
        }
    }
    bits
}
