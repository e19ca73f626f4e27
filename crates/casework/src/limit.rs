//! How often somebody may try to sign in (hazards C05–C07, C09): pure; the caller reads the tries and writes them.
//!
//! An account has one line of tries for all strangers together and one for each known device (认识的设备). They do
//! not touch each other: whoever guesses from elsewhere never locks out the person at the usual phone. Strangers are
//! counted by source address and all together, too, so that spraying many accounts is bounded.
//!
//! The caller asks and writes the try down as [`Outcome::Open`] in one transaction, and only then checks the
//! password; so a thousand tries at once are counted before the first answer. A user name that does not exist has a
//! line like any other, or waiting would tell (hazard C08). One-time codes have lines of their own.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use crate::password::Guard;

/// Tries older than this are forgotten; the caller passes in those of this time.
pub const MEMORY: SignedDuration = SignedDuration::from_hours(24);

/// How a try went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Let in to be checked; the answer is not known yet. Counts as wrong.
    Open,
    /// Wrong.
    Wrong,
    /// Right: what was wrong before is forgiven.
    Right,
}

/// One try that was let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// When.
    pub at: Timestamp,
    /// How it went.
    pub outcome: Outcome,
}

/// How many wrong and open tries of strangers there were within [`Limits::window`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Their number.
    pub tries: u32,
    /// The oldest of them.
    pub oldest: Option<Timestamp>,
}

/// Who tries, and what the tries before were.
#[derive(Debug, Clone, Copy)]
pub enum Line<'a> {
    /// From a device on which this account signed in before (shown by its signed cookie).
    KnownDevice {
        /// Tries for this account from this device, in any order.
        tries: &'a [Attempt],
    },
    /// From any other.
    Stranger {
        /// Tries for this account from all strangers, in any order.
        tries: &'a [Attempt],
        /// Tries of strangers from this source address, for any account.
        source: Tally,
        /// Tries of strangers from anywhere, for any account.
        everywhere: Tally,
    },
}

/// The figures that hold beside a profile's [`Guard`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The time in which tries are counted.
    pub window: SignedDuration,
    /// Wrong tries in one line of an account.
    pub per_account: usize,
    /// Wrong tries from one source: a whole school may stand behind one address.
    pub per_source: u32,
    /// Wrong tries from everywhere: several times what a county's honest typing errors come to.
    pub everywhere: u32,
}

impl Limits {
    /// Ten for an account, sixty for a source, six hundred in all, within a quarter of an hour.
    pub const USUAL: Self =
        Self { window: SignedDuration::from_mins(15), per_account: 10, per_source: 60, everywhere: 600 };
}

/// Whether a try is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admit {
    /// It may be checked.
    Yes,
    /// Not before so long; whole seconds, at least one.
    Wait(SignedDuration),
}

impl fmt::Display for Admit {
    /// The same for every reason, so that it does not tell which accounts there are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Yes => f.write_str("可以登录。"),
            Self::Wait(time) if time.as_secs() < 60 => {
                write!(f, "尝试次数太多，请 {} 秒后再试，或换用以前登录过的手机、电脑。", time.as_secs())
            }
            Self::Wait(time) => {
                let minutes = (time.as_secs() + 59) / 60;
                write!(f, "尝试次数太多，请 {minutes} 分钟后再试，或换用以前登录过的手机、电脑。")
            }
        }
    }
}

/// Decides whether a try may be checked now. Of several reasons to wait, the longest counts.
#[must_use]
pub fn admit(guard: Guard, limits: &Limits, line: &Line<'_>, now: Timestamp) -> Admit {
    let mut until = now;
    let (Line::KnownDevice { tries } | Line::Stranger { tries, .. }) = *line;
    let tries = recalled(tries, now);
    until = until.max(held(guard, &tries, now)).max(full(limits, &tries, now));
    if let Line::Stranger { source, everywhere, .. } = line {
        for (tally, most) in [(source, limits.per_source), (everywhere, limits.everywhere)] {
            if tally.tries >= most {
                until = until.max(later(tally.oldest.unwrap_or(now).min(now), limits.window));
            }
        }
    }
    let wait = until.duration_since(now);
    if wait.is_positive() {
        let part = i64::from(wait.subsec_nanos() > 0);
        Admit::Wait(SignedDuration::from_secs(wait.as_secs() + part))
    } else {
        Admit::Yes
    }
}

/// The tries that count, oldest first. One from the future (a clock was set back, hazard G01) counts as of now.
fn recalled(tries: &[Attempt], now: Timestamp) -> Vec<Attempt> {
    let mut tries: Vec<Attempt> = tries
        .iter()
        .filter(|attempt| now.duration_since(attempt.at) < MEMORY)
        .map(|attempt| Attempt { at: attempt.at.min(now), ..*attempt })
        .collect();
    tries.sort_by_key(|attempt| attempt.at);
    tries
}

/// Until when the profile's guard holds the line.
fn held(guard: Guard, tries: &[Attempt], now: Timestamp) -> Timestamp {
    let mut wrong: u16 = 0;
    let mut until = now;
    for attempt in tries {
        if attempt.outcome == Outcome::Right {
            (wrong, until) = (0, now);
            continue;
        }
        wrong = wrong.saturating_add(1);
        match guard {
            Guard::Lock { failures, minutes } => {
                if wrong >= failures {
                    // After the lock the count begins anew.
                    until = later(attempt.at, SignedDuration::from_mins(i64::from(minutes)));
                    wrong = 0;
                }
            }
            Guard::Delay { free, first, longest } => {
                if wrong >= free {
                    let doubled = 1_i64.checked_shl(u32::from(wrong - free)).filter(|times| *times > 0);
                    let seconds = doubled
                        .and_then(|times| times.checked_mul(i64::from(first)))
                        .unwrap_or(i64::MAX)
                        .min(i64::from(longest));
                    until = later(attempt.at, SignedDuration::from_secs(seconds));
                }
            }
        }
    }
    until
}

/// Until when the window of the line is full: until the tenth try from the end has left it.
fn full(limits: &Limits, tries: &[Attempt], now: Timestamp) -> Timestamp {
    tries
        .iter()
        .filter(|attempt| attempt.outcome != Outcome::Right)
        .nth_back(limits.per_account.saturating_sub(1))
        .map_or(now, |attempt| later(attempt.at, limits.window))
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}
