//! How often somebody may try, read from what was tried before (hazards C05–C07, C09). A browser that an account was
//! signed in from before has a count of its own, so that nobody is locked out by a stranger. It reads no password.

use jiff::{SignedDuration, Timestamp};

use crate::db::Tx;
use crate::now::{Now, moment, stamp};
use crate::params;
use crate::password::{Guard, Profile};
use crate::refused::Refused;

/// The window of the counts below.
const WINDOW: SignedDuration = SignedDuration::from_mins(15);
/// Passwords and codes, each, that are checked for one account within the window, from strangers or from one device.
const MOST: usize = 10;
/// Failures of one address within the window, over all accounts: a school behind one address has many forgetful people.
const MOST_OF_SOURCE: usize = 50;
/// Failures within a minute, over all accounts and addresses: then strangers wait.
const MOST_OF_ALL: usize = 300;
/// How far back failures count towards a growing delay.
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// How long a device stays known without a sign-in.
const KNOWN: SignedDuration = SignedDuration::from_hours(180 * 24);
/// Failures at which the owner is told where the profile delays and does not lock.
const TOLD_AT: usize = 5;

/// How a try ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Not yet answered: counts as a failure until it is, so that many at once count as many.
    Trying,
    /// Signed in.
    Done,
    /// The password was right, the next step is still to come.
    Half,
    /// The password was right, to prove identity within an open session.
    Proof,
    /// Wrong user name or password.
    Wrong,
    /// Wrong one-time code.
    Code,
    /// Not checked: too many before it.
    KeptOut,
    /// The account is disabled, or was not used for too long.
    Disabled,
}

impl Outcome {
    /// All.
    pub const ALL: [Self; 8] =
        [Self::Trying, Self::Done, Self::Half, Self::Proof, Self::Wrong, Self::Code, Self::KeptOut, Self::Disabled];

    /// As it is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Trying => "trying",
            Self::Done => "done",
            Self::Half => "waits",
            Self::Proof => "proof",
            Self::Wrong => "wrong",
            Self::Code => "code",
            Self::KeptOut => "locked",
            Self::Disabled => "disabled",
        }
    }

    /// As people read it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Trying => "没有完成",
            Self::Done => "成功",
            Self::Half => "密码正确，待第二步",
            Self::Proof => "再次验证身份",
            Self::Wrong => "账号或密码不对",
            Self::Code => "动态口令不对",
            Self::KeptOut => "试得太多，未核对",
            Self::Disabled => "账号已停用",
        }
    }

    /// Reads what [`Outcome::code`] wrote.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }
}

/// Who tries, and where from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) county: &'a str,
    /// Blind index of the user name, whether it exists or not.
    pub(super) username: &'a str,
    pub(super) source: &'a str,
    /// Keyed hash of the device cookie; empty without one.
    pub(super) device: &'a str,
}

/// Whether this account was signed in from this device before.
pub(super) fn known_device(tx: &mut Tx<'_>, now: &Now, asked: &Asked<'_>) -> Result<bool, Refused> {
    if asked.device.is_empty() {
        return Ok(false);
    }
    let found = tx.optional(
        "select 1 from sign_in
         where county = $1 and username_index = $2 and device = $3 and outcome = 'done' and at > $4 limit 1",
        &params![asked.county, asked.username, asked.device, back(now, KNOWN)],
        |row| row.get::<i64>(0),
    )?;
    Ok(found.is_some())
}

/// Failures in a row of this account, newest first: those of this device if it is known, else those of all strangers.
/// A try that has no answer yet is one.
fn failures(
    tx: &mut Tx<'_>,
    now: &Now,
    asked: &Asked<'_>,
    known: bool,
    kinds: Kinds,
) -> Result<Vec<Timestamp>, Refused> {
    let (counted, ends) = match kinds {
        Kinds::Passwords => ("('trying', 'wrong', 'done', 'waits', 'proof', 'disabled')", &["done", "waits", "proof", "disabled"][..]),
        Kinds::Codes => ("('code', 'done')", &["done"][..]),
    };
    let sql = format!(
        "select at, outcome from sign_in
         where county = $1 and username_index = $2 and at > $3 and outcome in {counted}
           and ((known = 1 and device = $4 and cast($5 as bigint) = 1) or (known = 0 and cast($5 as bigint) = 0))
         order by at desc, id desc limit 100"
    );
    let rows = tx.query(
        &sql,
        &params![asked.county, asked.username, back(now, DAY), asked.device, known],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let failed = rows.iter().take_while(|(_, outcome)| !ends.contains(&outcome.as_str()));
    Ok(failed.filter_map(|(at, _)| moment(at)).collect())
}

#[derive(Clone, Copy)]
enum Kinds {
    Passwords,
    Codes,
}

/// How many seconds this try must wait; `None`: it may be checked.
pub(super) fn wait_for_password(
    tx: &mut Tx<'_>,
    now: &Now,
    asked: &Asked<'_>,
    known: bool,
    profile: Profile,
) -> Result<Option<u32>, Refused> {
    let at = now.timestamp();
    let failed = failures(tx, now, asked, known, Kinds::Passwords)?;
    let mut until = at_most(&failed).into_iter().chain(guarded(&failed, profile.policy().guard)).max();
    if !known {
        until = until.max(crowd(tx, now, asked)?);
    }
    Ok(until.and_then(|until| seconds(at, until)))
}

/// How many seconds a one-time code must wait.
pub(super) fn wait_for_code(tx: &mut Tx<'_>, now: &Now, asked: &Asked<'_>) -> Result<Option<u32>, Refused> {
    let known = known_device(tx, now, asked)?;
    let failed = failures(tx, now, asked, known, Kinds::Codes)?;
    Ok(at_most(&failed).and_then(|until| seconds(now.timestamp(), until)))
}

/// When the tenth failure before this one leaves the window.
fn at_most(failed: &[Timestamp]) -> Option<Timestamp> {
    later(*failed.get(MOST - 1)?, WINDOW)
}

/// What the profile does after failures in a row.
fn guarded(failed: &[Timestamp], guard: Guard) -> Option<Timestamp> {
    let last = *failed.first()?;
    match guard {
        Guard::Lock { failures, minutes } => {
            let lock = SignedDuration::from_mins(i64::from(minutes));
            // As many as that, each within the lock's time of the last one: older ones are forgiven.
            let recent = failed.iter().take_while(|at| last.duration_since(**at) < lock).count();
            if recent >= usize::from(failures) { later(last, lock) } else { None }
        }
        Guard::Delay { free, first, longest } => {
            let over = failed.len().checked_sub(usize::from(free))?;
            let doubled = 1_i64.checked_shl(u32::try_from(over).unwrap_or(u32::MAX)).filter(|factor| *factor > 0);
            let wait = doubled.map_or(i64::from(longest), |factor| i64::from(first).saturating_mul(factor));
            later(last, SignedDuration::from_secs(wait.min(i64::from(longest))))
        }
    }
}

/// Limits over all accounts: of one address, and of everybody.
fn crowd(tx: &mut Tx<'_>, now: &Now, asked: &Asked<'_>) -> Result<Option<Timestamp>, Refused> {
    let of_source = tx.optional(
        "select at from sign_in
         where county = $1 and source = $2 and at > $3 and known = 0 and outcome in ('trying', 'wrong', 'code')
         order by at desc limit 1 offset $4",
        &params![asked.county, asked.source, back(now, WINDOW), MOST_OF_SOURCE - 1],
        |row| row.get::<String>(0),
    )?;
    let minute = SignedDuration::from_secs(60);
    let of_all = tx.optional(
        "select at from sign_in
         where county = $1 and at > $2 and known = 0 and outcome in ('trying', 'wrong', 'code')
         order by at desc limit 1 offset $3",
        &params![asked.county, back(now, minute), MOST_OF_ALL - 1],
        |row| row.get::<String>(0),
    )?;
    let source = of_source.as_deref().and_then(moment).and_then(|at| later(at, WINDOW));
    let all = of_all.as_deref().and_then(moment).and_then(|at| later(at, minute));
    Ok(source.max(all))
}

/// Whether the failure that was just written down is the one that closes the door: then, and only then, it is told.
pub(super) fn closes_the_door(
    tx: &mut Tx<'_>,
    now: &Now,
    asked: &Asked<'_>,
    known: bool,
    profile: Profile,
) -> Result<bool, Refused> {
    let told_at = match profile.policy().guard {
        Guard::Lock { failures, .. } => usize::from(failures),
        Guard::Delay { .. } => TOLD_AT,
    };
    Ok(failures(tx, now, asked, known, Kinds::Passwords)?.len() == told_at)
}

/// Wrong codes of this sign-in.
pub(super) fn wrong_codes(
    tx: &mut Tx<'_>,
    asked: &Asked<'_>,
    session: &str,
) -> Result<u64, Refused> {
    Ok(tx.one(
        "select cast(count(*) as bigint) from sign_in t join session s on s.county = t.county and s.id = $3
         where t.county = $1 and t.username_index = $2 and t.outcome = 'code' and t.device = s.device
           and t.at >= s.made_at",
        &params![asked.county, asked.username, session],
        |row| row.get(0),
    )?)
}

/// Puts a try on the record. Its id.
pub(super) fn note(
    tx: &mut Tx<'_>,
    now: &Now,
    asked: &Asked<'_>,
    account: Option<&str>,
    outcome: Outcome,
) -> Result<String, Refused> {
    let id = now.id();
    let known = known_device(tx, now, asked)?;
    tx.execute(
        "insert into sign_in (county, id, at, account, username_index, source, device, known, outcome)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &params![
            asked.county,
            &id,
            now.stamp(),
            account,
            asked.username,
            asked.source,
            asked.device,
            known,
            outcome.code()
        ],
    )?;
    Ok(id)
}

/// Puts a try that was not checked on the record: once a minute for each address and user name, so that a flood of them
/// does not fill the disk.
pub(super) fn note_kept_out(
    tx: &mut Tx<'_>,
    now: &Now,
    asked: &Asked<'_>,
    account: Option<&str>,
) -> Result<(), Refused> {
    let noted = tx.optional(
        "select 1 from sign_in
         where county = $1 and username_index = $2 and source = $3 and outcome = 'locked' and at > $4 limit 1",
        &params![asked.county, asked.username, asked.source, back(now, SignedDuration::from_secs(60))],
        |row| row.get::<i64>(0),
    )?;
    if noted.is_none() {
        note(tx, now, asked, account, Outcome::KeptOut)?;
    }
    Ok(())
}

/// Completes the record of a try that had no answer yet.
pub(super) fn settle(tx: &mut Tx<'_>, county: &str, row: &str, outcome: Outcome) -> Result<(), Refused> {
    tx.execute(
        "update sign_in set outcome = $3 where county = $1 and id = $2 and outcome = 'trying'",
        &params![county, row, outcome.code()],
    )?;
    Ok(())
}

/// As [`settle`], on a device that is known from now on.
pub(super) fn settle_on(
    tx: &mut Tx<'_>,
    county: &str,
    row: &str,
    outcome: Outcome,
    device: &str,
) -> Result<(), Refused> {
    tx.execute(
        "update sign_in set outcome = $3, device = $4 where county = $1 and id = $2 and outcome = 'trying'",
        &params![county, row, outcome.code(), device],
    )?;
    Ok(())
}

fn back(now: &Now, by: SignedDuration) -> String {
    stamp(now.timestamp().saturating_sub(by).unwrap_or(Timestamp::MIN))
}

fn later(at: Timestamp, by: SignedDuration) -> Option<Timestamp> {
    at.checked_add(by).ok()
}

/// Whole seconds from now until then, rounded up; `None` when it is past.
fn seconds(at: Timestamp, until: Timestamp) -> Option<u32> {
    let left = until.duration_since(at);
    if left <= SignedDuration::ZERO {
        return None;
    }
    let whole = left.as_secs() + i64::from(left.subsec_nanos() > 0);
    Some(u32::try_from(whole).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(failed_ago: &[i64], guard: Guard, expected: Option<u32>) {
        let now: Timestamp = "2026-11-24T00:00:00Z".parse().unwrap();
        let failed: Vec<Timestamp> =
            failed_ago.iter().map(|ago| now - SignedDuration::from_secs(*ago)).collect();
        let until = at_most(&failed).into_iter().chain(guarded(&failed, guard)).max();
        assert_eq!(until.and_then(|until| seconds(now, until)), expected, "{failed_ago:?} {guard:?}");
    }

    /// C05: what a stranger must wait, by the seconds since each failure, newest first.
    #[test]
    fn failures_in_a_row_make_wait() {
        let lock = Guard::Lock { failures: 5, minutes: 15 };
        check(&[], lock, None);
        check(&[1, 2, 3, 4], lock, None);
        check(&[0, 1, 2, 3, 4], lock, Some(900));
        check(&[899, 900, 901, 902, 903], lock, Some(1));
        check(&[900, 901, 902, 903, 904], lock, None);
        // Forgetful, not hostile: spread over hours.
        check(&[0, 1000, 2000, 3000, 4000], lock, None);

        let delay = Guard::Delay { free: 3, first: 2, longest: 900 };
        check(&[0, 0], delay, None);
        check(&[0, 1, 2], delay, Some(2));
        check(&[1, 1, 2], delay, Some(1));
        check(&[2, 3, 4], delay, None);
        check(&[0, 3, 5, 6], delay, Some(4));
        check(&[0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000], delay, Some(128));
        // Never longer than the longest, however many.
        check(&(0..100).map(|n| n * 1000).collect::<Vec<_>>(), delay, Some(900));
        // Never more than ten within a quarter of an hour.
        check(&[256, 384, 448, 480, 496, 504, 508, 510, 511, 512], delay, Some(388));
    }
}
