//! Signing in. Three steps, because a password is hashed outside of any transaction: [`begin`] puts the try on the
//! record as not yet answered, so that a thousand at once count a thousand, and asks the limiter; [`Attempt::check`]
//! does the same work for everybody, known or not (hazard C08); [`finish`] writes down how it ended and opens one (C01).
// long because: the steps of one sign-in share their records, and their order is the rule.

use jiff::Timestamp;
use rules::access::Actor;

use super::session::{self, Half, Opening, Stage};
use super::tell::{self, News};
use super::tries::{self, Outcome};
use super::{keep, second, security};
use crate::db::Tx;
use crate::keys::Keys;
use crate::now::{Now, stamp};
use crate::params;
use crate::password::{Accepted, Hasher, Typed, Verdict};
use crate::refused::Refused;

/// How many sessions of browsers an account may have at once; one more ends the one unused longest.
pub const SESSIONS: u64 = 5;
/// Wrong codes after which a sign-in begins again with the password.
const CODES_PER_SIGN_IN: u64 = 5;

/// What the session is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// A browser's cookie; it ends when nobody clicks.
    #[default]
    Browser,
    /// A bearer token of the JSON API; it ends at its time.
    Api,
}

impl Kind {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Api => "api",
        }
    }
}

/// Where a try comes from.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// Address.
    pub source: String,
    /// Value of the device cookie, if the browser brought one.
    pub device: Option<String>,
    /// Browser and system in words: `Chrome 120 · Windows`.
    pub browser: String,
    /// What the session is for.
    pub kind: Kind,
}

impl Origin {
    pub(super) fn device_hash(&self, keys: &Keys, county: &str) -> String {
        match self.device.as_deref() {
            Some(cookie) if !cookie.is_empty() && cookie.len() <= 64 => keys.index(county, "device", cookie),
            _ => String::new(),
        }
    }
}

/// A browser that an account was signed in from: it knows itself by a cookie, the program by a keyed hash.
pub(super) struct Device {
    pub(super) cookie: String,
    pub(super) hash: String,
}

impl Device {
    pub(super) fn new(keys: &Keys, now: &Now, county: &str) -> Self {
        let cookie = now.token();
        let hash = keys.index(county, "device", &cookie);
        Self { cookie, hash }
    }
}

/// A try that may be checked.
#[derive(Clone)]
pub struct Attempt {
    row: String,
    username: String,
    account: Option<String>,
    stored: Option<String>,
    device: String,
    known_device: bool,
    origin: Origin,
    salt: [u8; 16],
}

impl std::fmt::Debug for Attempt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attempt").field("row", &self.row).finish_non_exhaustive()
    }
}

/// Whether a try may be checked.
#[derive(Debug, Clone)]
pub enum Begun {
    /// It may.
    Go(Box<Attempt>),
    /// Too many failed: not before so many seconds. The same for a user name that does not exist.
    Wait {
        /// Seconds.
        seconds: u32,
    },
}

/// A try that was checked.
#[derive(Debug, Clone)]
pub struct Checked {
    attempt: Attempt,
    verdict: Verdict,
    rehashed: Option<super::set_up::Hashed>,
}

/// How a try ended.
#[derive(Debug, Clone)]
pub enum Answer {
    /// A session is open, for all or for the next step.
    Opened(Opened),
    /// The user name, the password or the code is wrong; which, is not said.
    Wrong,
    /// The password was right, but the account is disabled or was not used for ninety days.
    Disabled,
    /// Too many failed.
    Wait {
        /// Seconds.
        seconds: u32,
    },
}

/// A session that was opened.
#[derive(Clone)]
pub struct Opened {
    /// Its id.
    pub session: String,
    /// Its token, for the cookie or the caller of the API: nowhere stored.
    pub token: String,
    /// How far it goes.
    pub stage: Stage,
    /// When it ends at the latest.
    pub ends: Timestamp,
    /// A new value for the device cookie, where the browser was not known.
    pub device: Option<String>,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened").field("stage", &self.stage).finish_non_exhaustive()
    }
}

/// Puts a try on the record and asks whether it may be checked. Nobody knows yet whether the user name exists.
///
/// # Errors
/// [`Refused::Storage`].
pub fn begin(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    county: &str,
    username: &str,
    origin: &Origin,
) -> Result<Begun, Refused> {
    let username = known_form(username);
    let index = keys.index(county, "username", &username);
    let device = origin.device_hash(keys, county);
    let account = tx.optional(
        "select id, password from account where county = $1 and username = $2",
        &params![county, &username],
        |row| Ok((row.get::<String>(0)?, row.get::<Option<String>>(1)?)),
    )?;
    let settings = security::settings(tx, county)?;
    let asked = tries::Asked { county, username: &index, source: &origin.source, device: &device };
    let known_device = tries::known_device(tx, now, &asked)?;
    let (account, stored) = account.map_or((None, None), |(account, stored)| (Some(account), stored));
    if let Some(seconds) = tries::wait_for_password(tx, now, &asked, known_device, settings.profile)? {
        tries::note_kept_out(tx, now, &asked, account.as_deref())?;
        return Ok(Begun::Wait { seconds });
    }
    let row = tries::note(tx, now, &asked, account.as_deref(), Outcome::Trying)?;
    Ok(Begun::Go(Box::new(Attempt {
        row,
        username,
        account,
        stored,
        device,
        known_device,
        origin: origin.clone(),
        salt: now.random(),
    })))
}

/// A user name as it is looked up; nothing longer than one can be.
fn known_form(username: &str) -> String {
    username.trim().chars().take(64).collect::<String>().to_lowercase()
}

impl Attempt {
    /// Checks the password: outside of a transaction, through the hasher's gate, with the same work for everybody.
    ///
    /// # Errors
    /// [`Refused::Busy`] when too many wait.
    pub fn check(self, hasher: &Hasher, password: &Typed) -> Result<Checked, Refused> {
        let busy = |_| Refused::Busy { after: 5 };
        let verdict = hasher.verify(self.stored.as_deref(), password.as_str()).map_err(busy)?;
        // The cost has risen since it was set: the one moment at which it can be hashed anew.
        let rehashed = match (verdict, Accepted::by_command(password.as_str())) {
            (Verdict::MatchRehash, Ok(accepted)) => {
                Some(super::set_up::Hashed::from_hash(hasher.hash(&accepted, self.salt).map_err(busy)?))
            }
            _ => None,
        };
        Ok(Checked { attempt: self, verdict, rehashed })
    }
}

impl Checked {
    /// Whether it was tried for this account.
    pub(super) fn is_for(&self, account: &str) -> bool {
        self.attempt.account.as_deref() == Some(account)
    }
}

/// The password proved identity within a session that is open already.
pub(super) fn settle_proof(tx: &mut Tx<'_>, county: &str, checked: &Checked) -> Result<(), Refused> {
    tries::settle(tx, county, &checked.attempt.row, Outcome::Proof)
}

/// Writes down how the try ended, and opens a session where it was right. `code`: the one-time code, where it came with
/// the password; where it is still to come, the session goes no further than to ask for it.
///
/// # Errors
/// [`Refused::Storage`], [`Refused::Fault`]. A wrong password is no error but an answer, because it is to be recorded.
pub fn finish(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    county: &str,
    checked: &Checked,
    code: Option<&Typed>,
) -> Result<Answer, Refused> {
    let Attempt { row, account, origin, device, known_device, username, .. } = &checked.attempt;
    let right = settle(tx, keys, now, county, checked)?;
    let (Some(account), true) = (account, right) else { return Ok(Answer::Wrong) };
    let (state, used) = tx.one(
        "select state, coalesce(seen_at, made_at) from account where county = $1 and id = $2",
        &params![county, account],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let limit = stamp(now.timestamp().saturating_sub(keep::UNUSED).unwrap_or(now.timestamp()));
    if state != "active" || used < limit {
        if state == "active" {
            keep::stop(tx, now, county, account, account)?;
        }
        tries::settle(tx, county, row, Outcome::Disabled)?;
        return Ok(Answer::Disabled);
    }
    if let Some(hash) = &checked.rehashed {
        tx.execute(
            "update account set password = $3 where county = $1 and id = $2",
            &params![county, account, hash.as_str()],
        )?;
    }
    let settings = security::settings(tx, county)?;
    let mut stage = second::stage(tx, now, county, account, settings)?;
    let mut by_code = false;
    if let (Stage::Code, Some(code)) = (stage, code.filter(|code| !code.as_str().trim().is_empty())) {
        let index = keys.index(county, "username", username);
        let asked = tries::Asked { county, username: &index, source: &origin.source, device };
        if let Some(seconds) = tries::wait_for_code(tx, now, &asked)? {
            tries::settle(tx, county, row, Outcome::KeptOut)?;
            return Ok(Answer::Wait { seconds });
        }
        if !second::take(tx, keys, now, county, account, code)? {
            tries::settle(tx, county, row, Outcome::Code)?;
            return Ok(Answer::Wrong);
        }
        stage = second::stage_after(tx, now, county, account, settings)?;
        by_code = true;
    }
    let full = stage == Stage::Full;
    // A device becomes known by a sign-in that was completed on it.
    let new = if *known_device { None } else { Some(Device::new(keys, now, county)) };
    let device = new.as_ref().map_or(device.as_str(), |new| new.hash.as_str());
    let opening = Opening {
        account,
        kind: origin.kind,
        stage,
        // A token of the API is kept by a program, not by a browser that others use.
        proved: full && (by_code || origin.kind == Kind::Api),
        way: session::Way::Password,
        device,
        browser: &origin.browser,
        source: &origin.source,
    };
    let (session, token, ends) = session::open(tx, keys, now, county, &opening)?;
    tries::settle_on(tx, county, row, if full { Outcome::Done } else { Outcome::Half }, device)?;
    if full {
        entered(tx, now, county, account, &session, origin, *known_device)?;
    }
    Ok(Answer::Opened(Opened { session, token, stage, ends, device: new.map(|new| new.cookie) }))
}

/// Whether the password was right; a wrong one is recorded, and its owner told when that closes the door.
pub(super) fn settle(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    county: &str,
    checked: &Checked,
) -> Result<bool, Refused> {
    let Attempt { row, account, stored, origin, device, known_device, username, .. } = &checked.attempt;
    // Whoever changed the password meanwhile meant the old one to open nothing.
    let current = match account {
        Some(account) => tx.optional(
            "select password from account where county = $1 and id = $2",
            &params![county, account],
            |row| row.get::<Option<String>>(0),
        )?,
        None => None,
    };
    let right = checked.verdict != Verdict::NoMatch && stored.is_some() && current.flatten() == *stored;
    if right {
        return Ok(true);
    }
    tries::settle(tx, county, row, Outcome::Wrong)?;
    let index = keys.index(county, "username", username);
    let asked = tries::Asked { county, username: &index, source: &origin.source, device };
    let profile = security::settings(tx, county)?.profile;
    // Asked for everybody, so that the time does not tell which accounts there are (C08).
    let closes = tries::closes_the_door(tx, now, &asked, *known_device, profile)?;
    if let Some(account) = account.as_ref().filter(|_| closes) {
        let news = News {
            kind: "sign_in",
            subject: account,
            text: "有人连续输错您的密码，账号已暂时锁定；在常用设备上仍可登录。如果不是本人，请修改密码。",
            href: "/account",
        };
        tell::one(tx, now, county, account, &news)?;
        let keepers = tell::holders(tx, now, county, rules::access::Role::Security, None)?;
        let href = format!("/accounts/{account}");
        let news =
            News {
                kind: "sign_in", subject: account, text: "有账号因连续输错密码被暂时锁定。", href: &href
            };
        tell::all(tx, now, county, &keepers, &news)?;
    }
    Ok(false)
}

/// The second step: the one-time code, or a recovery code. Five wrong ones end the sign-in, ten within the window close
/// the door to codes (hazard C09).
///
/// # Errors
/// [`Refused::Rule`] when the sign-in has run out.
pub fn enter_code(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    county: &str,
    half_token: &str,
    code: &Typed,
    origin: &Origin,
) -> Result<Answer, Refused> {
    let half =
        session::half_session(tx, keys, now, county, half_token)?.filter(|half| half.stage == Stage::Code);
    let Some(half) = half else { return Err(run_out()) };
    let index = keys.index(county, "username", &half.username);
    let device = session_device(tx, county, &half.session)?;
    let asked = tries::Asked { county, username: &index, source: &origin.source, device: &device };
    if let Some(seconds) = tries::wait_for_code(tx, now, &asked)? {
        tries::note_kept_out(tx, now, &asked, Some(&half.account))?;
        return Ok(Answer::Wait { seconds });
    }
    if !second::take(tx, keys, now, county, &half.account, code)? {
        tries::note(tx, now, &asked, Some(&half.account), Outcome::Code)?;
        if tries::wrong_codes(tx, &asked, &half.session)? >= CODES_PER_SIGN_IN {
            tx.execute(
                "update session set ended_at = $3, ended_by = account where county = $1 and id = $2",
                &params![county, &half.session, now.stamp()],
            )?;
        }
        return Ok(Answer::Wrong);
    }
    let settings = security::settings(tx, county)?;
    let next = second::stage_after(tx, now, county, &half.account, settings)?;
    Ok(Answer::Opened(advance(tx, keys, now, county, &half, next, origin)?))
}

/// What a step answers whose sign-in has run out.
pub(super) fn run_out() -> Refused {
    Refused::rule("登录已超时，或者已经结束", "", "请重新登录")
}

fn session_device(tx: &mut Tx<'_>, county: &str, session: &str) -> Result<String, Refused> {
    Ok(tx.one(
        "select device from session where county = $1 and id = $2",
        &params![county, session],
        |row| row.get::<String>(0),
    )?)
}

/// Moves a sign-in on to its next stage under a new token; with the last one it is recorded as done.
pub(super) fn advance(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    county: &str,
    half: &Half,
    next: Stage,
    origin: &Origin,
) -> Result<Opened, Refused> {
    let (token, ends) = session::advance(tx, keys, now, county, half, next)?;
    if next == Stage::Full {
        let device = session_device(tx, county, &half.session)?;
        let index = keys.index(county, "username", &half.username);
        let asked = tries::Asked { county, username: &index, source: &origin.source, device: &device };
        let known = tries::known_device(tx, now, &asked)?;
        let row = tries::note(tx, now, &asked, Some(&half.account), Outcome::Done)?;
        if session::by_platform(tx, county, &half.session)? {
            tries::by_platform(tx, county, &row)?;
        }
        entered(tx, now, county, &half.account, &half.session, origin, known)?;
    }
    Ok(Opened { session: half.session.clone(), token, stage: next, ends, device: None })
}

/// The sign-in through a set-up link is recorded like any other.
#[allow(clippy::too_many_arguments, reason = "one row, column by column")]
pub(super) fn note_entry(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    county: &str,
    who: (&str, &str),
    origin: &Origin,
    device: &str,
    stage: Stage,
) -> Result<(), Refused> {
    let index = keys.index(county, "username", who.0);
    let asked = tries::Asked { county, username: &index, source: &origin.source, device };
    let outcome = if stage == Stage::Full { Outcome::Done } else { Outcome::Half };
    tries::note(tx, now, &asked, Some(who.1), outcome)?;
    Ok(())
}

/// Somebody is in: the account was used, too many sessions end, and a second place at once is told (hazard A21).
pub(super) fn entered(
    tx: &mut Tx<'_>,
    now: &Now,
    county: &str,
    account: &str,
    session: &str,
    origin: &Origin,
    known_device: bool,
) -> Result<(), Refused> {
    tx.execute(
        "update account set seen_at = $3 where county = $1 and id = $2",
        &params![county, account, now.stamp()],
    )?;
    if origin.kind != Kind::Browser {
        return Ok(());
    }
    let others = tx.query(
        "select id from session
         where county = $1 and account = $2 and ended_at is null and kind = 'browser' and stage = 'full' and id <> $3
           and ends_at > $4
         order by seen_at desc, id desc",
        &params![county, account, session, now.stamp()],
        |row| row.get::<String>(0),
    )?;
    let room = usize::try_from(SESSIONS).unwrap_or(usize::MAX).saturating_sub(1);
    for ended in others.iter().skip(room) {
        tx.execute(
            "update session set ended_at = $3, ended_by = 'limit' where county = $1 and id = $2",
            &params![county, ended, now.stamp()],
        )?;
    }
    if !others.is_empty() && !known_device {
        let news = News {
            kind: "sign_in",
            subject: account,
            text: "您的账号刚在另一台设备上登录，原来的登录还在。如果不是本人，请到“我的账号”结束它并修改密码。",
            href: "/account",
        };
        tell::one(tx, now, county, account, &news)?;
    }
    Ok(())
}

/// Who a sign-in under way belongs to, for the record.
pub(super) fn actor_of(tx: &mut Tx<'_>, now: &Now, county: &str, half: &Half) -> Result<Actor, Refused> {
    Ok(Actor {
        county: county.to_owned(),
        account: half.account.clone(),
        session: half.session.clone(),
        name: half.name.clone(),
        posts: session::posts(tx, now, county, &half.account)?,
        only: None,
    })
}
