//! How often somebody may try, read from what was tried before (hazards C05–C07, C09). A browser that an account was
//! signed in from before has a count of its own, so that nobody is locked out by a stranger. It reads no password.

use jiff::{SignedDuration, Timestamp};

use crate::db::Tx;
use crate::limit::{self, Admit, Limits, Line, Tally};
use crate::now::{Now, moment, stamp};
use crate::params;
use crate::password::{Guard, Profile};
use crate::refused::Refused;

/// How long a device stays known without a sign-in.
const KNOWN: SignedDuration = SignedDuration::from_hours(180 * 24);
/// Failures at which the owner is told where the profile delays and does not lock.
const TOLD_AT: usize = 5;
/// One-time codes are limited by number alone, whatever the profile does with passwords.
const CODES: Guard = Guard::Delay { free: u16::MAX, first: 0, longest: 0 };

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
    /// The province's platform let nobody in, or what it gave was not right.
    Platform,
    /// The platform let somebody in who is linked to no account.
    Unlinked,
    /// No try: whoever runs the machine lifted the lock, and what was wrong before is forgiven.
    Forgiven,
}

impl Outcome {
    /// All.
    pub const ALL: [Self; 11] = [
        Self::Trying,
        Self::Done,
        Self::Half,
        Self::Proof,
        Self::Wrong,
        Self::Code,
        Self::KeptOut,
        Self::Disabled,
        Self::Platform,
        Self::Unlinked,
        Self::Forgiven,
    ];

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
            Self::Platform => "platform",
            Self::Unlinked => "unlinked",
            Self::Forgiven => "forgiven",
        }
    }

    /// As people read it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Trying => "没有完成",
            Self::Done => "成功",
            Self::Half => "第一步通过，待第二步",
            Self::Proof => "再次验证身份",
            Self::Wrong => "账号或密码不对",
            Self::Code => "动态口令不对",
            Self::KeptOut => "试得太多，未核对",
            Self::Disabled => "账号已停用",
            Self::Platform => "统一登录没有通过",
            Self::Unlinked => "统一登录通过，没有关联账号",
            Self::Forgiven => "命令行解除锁定",
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

/// Tries of this account, newest first: those of this device if it is known, else those of all strangers.
fn tries(
    tx: &mut Tx<'_>,
    now: &Now,
    asked: &Asked<'_>,
    known: bool,
    kinds: Kinds,
) -> Result<Vec<limit::Attempt>, Refused> {
    let counted = match kinds {
        Kinds::Passwords => "('trying', 'wrong', 'done', 'waits', 'proof', 'disabled', 'forgiven')",
        Kinds::Codes => "('code', 'done', 'forgiven')",
    };
    let sql = format!(
        "select at, outcome from sign_in
         where county = $1 and username_index = $2 and at > $3 and outcome in {counted}
           and ((known = 1 and device = $4 and cast($5 as bigint) = 1) or (known = 0 and cast($5 as bigint) = 0)
                or outcome = 'forgiven')
         order by at desc, id desc limit 200"
    );
    let rows = tx.query(
        &sql,
        &params![asked.county, asked.username, back(now, limit::MEMORY), asked.device, known],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let attempt = |(at, outcome): &(String, String)| {
        let outcome = match outcome.as_str() {
            "trying" => limit::Outcome::Open,
            "wrong" | "code" => limit::Outcome::Wrong,
            _ => limit::Outcome::Right,
        };
        moment(at).map(|at| limit::Attempt { at, outcome })
    };
    // What was before the lock was lifted counts no more.
    let counted = rows.iter().take_while(|(_, outcome)| outcome != Outcome::Forgiven.code());
    Ok(counted.filter_map(attempt).collect())
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
    let tries = tries(tx, now, asked, known, Kinds::Passwords)?;
    let guard = profile.policy().guard;
    if known {
        return Ok(wait(now, guard, &Line::KnownDevice { tries: &tries }));
    }
    let (source, everywhere) = (tally(tx, now, asked, Some(asked.source))?, tally(tx, now, asked, None)?);
    Ok(wait(now, guard, &Line::Stranger { tries: &tries, source, everywhere }))
}

/// How many seconds a one-time code must wait.
pub(super) fn wait_for_code(tx: &mut Tx<'_>, now: &Now, asked: &Asked<'_>) -> Result<Option<u32>, Refused> {
    let known = known_device(tx, now, asked)?;
    let tries = tries(tx, now, asked, known, Kinds::Codes)?;
    // Whoever is asked for a code had the password right; sources need no further count.
    Ok(wait(now, CODES, &Line::KnownDevice { tries: &tries }))
}

fn wait(now: &Now, guard: Guard, line: &Line<'_>) -> Option<u32> {
    match limit::admit(guard, &Limits::USUAL, line, now.timestamp()) {
        Admit::Yes => None,
        Admit::Wait(time) => Some(u32::try_from(time.as_secs()).unwrap_or(u32::MAX)),
    }
}

/// Failures of strangers within the window, over all accounts: from one address, or from everywhere.
fn tally(tx: &mut Tx<'_>, now: &Now, asked: &Asked<'_>, source: Option<&str>) -> Result<Tally, Refused> {
    // As many as matter, and no more: a flood is not counted to its end.
    let most = Limits::USUAL.everywhere.max(Limits::USUAL.per_source);
    let from = if source.is_some() { "source = $3" } else { "cast($3 as text) is null" };
    let sql = format!(
        "select cast(count(*) as bigint), min(at) from (
             select at from sign_in
             where county = $1 and at > $2 and {from} and known = 0 and outcome in ('trying', 'wrong', 'code')
             order by at desc limit $4) latest"
    );
    let window = back(now, Limits::USUAL.window);
    let (tries, oldest) = tx.one(&sql, &params![asked.county, window, source, most], |row| {
        Ok((row.get::<u32>(0)?, row.get::<Option<String>>(1)?))
    })?;
    Ok(Tally { tries, oldest: oldest.as_deref().and_then(moment) })
}

/// Whether the failure that was just written down is the one that closes the door: then, and only then, it is told.
pub(super) fn closes_the_door(
    tx: &mut Tx<'_>,
    now: &Now,
    asked: &Asked<'_>,
    known: bool,
    profile: Profile,
) -> Result<bool, Refused> {
    let tries = tries(tx, now, asked, known, Kinds::Passwords)?;
    let guard = profile.policy().guard;
    if let Guard::Lock { .. } = guard {
        return Ok(wait(now, guard, &Line::KnownDevice { tries: &tries }).is_some());
    }
    let failed = tries.iter().take_while(|attempt| attempt.outcome != limit::Outcome::Right).count();
    // And again where it goes on and on.
    Ok(failed > 0 && failed % TOLD_AT == 0)
}

/// Wrong codes of this sign-in.
pub(super) fn wrong_codes(tx: &mut Tx<'_>, asked: &Asked<'_>, session: &str) -> Result<u64, Refused> {
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

/// Marks a row of the record: it came by the province's platform, not by a password.
pub(super) fn by_platform(tx: &mut Tx<'_>, county: &str, row: &str) -> Result<(), Refused> {
    tx.execute("update sign_in set way = 'platform' where county = $1 and id = $2", &params![county, row])?;
    Ok(())
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
