//! Signing in by the platform: a try is begun for one browser, taken once, and ends in a session of a linked account or in a code to tell
//! the administrator (hazards C01, C05, D10). Between taking and ending the platform is asked, outside of any transaction.

use jiff::SignedDuration;
use rules::sign_on::Factors;

use super::subject;
use crate::accounts::session::{self, Opening, Stage, Way};
use crate::accounts::sign_in::{self, Device, Opened, Origin};
use crate::accounts::tries::{self, Outcome};
use crate::accounts::{keep, second, security};
use crate::db::Tx;
use crate::keys::{Keys, Place};
use crate::now::{Now, stamp};
use crate::params;
use crate::refused::Refused;

/// How long a try is good.
const LASTS: SignedDuration = SignedDuration::from_mins(10);
/// Tries from one address, and from all, within that time.
const FROM_ONE: i64 = 60;
const FROM_ALL: i64 = 2_000;

/// The signs of a code: none that is taken for another.
const SIGNS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// A try that may go on to the platform.
#[derive(Clone)]
pub struct Begun {
    /// Where the platform answers what, as JSON.
    pub ends: String,
    /// 应用编号.
    pub client: String,
    /// What the platform gives back with the browser.
    pub state: String,
    /// What it puts into the ID token.
    pub nonce: String,
    /// What the code is redeemed with.
    pub verifier: String,
    /// What the browser keeps meanwhile.
    pub cookie: String,
}

/// A try that came back, by the browser that began it, for the first time.
#[derive(Clone)]
pub struct Taken {
    /// Id of the platform.
    pub platform: String,
    /// Its address.
    pub issuer: String,
    /// Where it answers what, as JSON.
    pub ends: String,
    /// 应用编号.
    pub client: String,
    /// 应用密钥.
    pub secret: String,
    /// What must stand in the ID token.
    pub nonce: String,
    /// What the code is redeemed with.
    pub verifier: String,
    /// Where to go afterwards.
    pub next: String,
    /// What counts as a second factor.
    pub factors: Factors,
}

/// How a sign-in by the platform ended.
#[derive(Debug, Clone)]
pub enum Ended {
    /// A session is open, for all or for our own one-time code.
    Opened(Opened),
    /// Nobody has linked the person: with this code the administrator can. `None` where that is asked already and waits for a leader.
    Unlinked(Option<String>),
    /// The account is disabled or was not used for ninety days.
    Disabled,
}

/// The platform that is open: its name, for the button; `None` while there is none.
///
/// # Errors
/// [`Refused::Storage`].
pub fn offered(tx: &mut Tx<'_>, county: &str) -> Result<Option<String>, Refused> {
    Ok(tx.optional(
        "select name from sign_on where county = $1 and state = 'on'",
        &params![county],
        |row| row.get::<String>(0),
    )?)
}

/// Where one signs out of the platform, as JSON of its ends, when the session of this token came by it.
///
/// # Errors
/// [`Refused::Storage`].
pub fn leave(
    tx: &mut Tx<'_>,
    keys: &Keys,
    county: &str,
    token: &str,
) -> Result<Option<(String, String)>, Refused> {
    Ok(tx.optional(
        "select o.name, o.ends from session s join sign_on o on o.county = s.county and o.state = 'on'
         where s.token = $2 and s.county = $1 and s.way = 'platform'",
        &params![county, session::hash(keys, county, token)],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?)
}

/// Begins a try: state, nonce and verifier are new, and bound to this browser.
///
/// # Errors
/// [`Refused::Rule`] while no platform is open; [`Refused::Busy`] when too many are under way.
pub fn begin(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    county: &str,
    next: &str,
    origin: &Origin,
) -> Result<Begun, Refused> {
    let found = tx.optional(
        "select id, ends, client from sign_on where county = $1 and state = 'on'",
        &params![county],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?)),
    )?;
    let Some((platform, ends, client)) = found else {
        return Err(Refused::rule("本县没有启用统一登录", "", "请用账号和密码登录"));
    };
    let since = stamp(now.timestamp().saturating_sub(LASTS).unwrap_or(now.timestamp()));
    // What is over is of no use to anybody.
    tx.execute("delete from sign_on_try where county = $1 and made_at < $2", &params![county, &since])?;
    let (all, own) = tx.one(
        "select cast(count(*) as bigint), cast(coalesce(sum(case when source = $2 then 1 else 0 end), 0) as bigint)
         from sign_on_try where county = $1",
        &params![county, &origin.source],
        |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?)),
    )?;
    if own >= FROM_ONE || all >= FROM_ALL {
        return Err(Refused::Busy { after: 60 });
    }
    let (state, nonce, verifier, cookie) = (now.token(), now.token(), now.token(), now.token());
    let id = now.id();
    let secret = keys.seal(place(county, "sign_on_try", &id), &format!("{nonce} {verifier}"), now.random());
    tx.execute(
        "insert into sign_on_try (county, id, sign_on, state, browser, secret_sealed, next, source, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &params![
            county,
            &id,
            &platform,
            keys.index(county, "sign_on_state", &state),
            keys.index(county, "sign_on_browser", &cookie),
            secret,
            next,
            &origin.source,
            now.stamp()
        ],
    )?;
    Ok(Begun { ends, client, state, nonce, verifier, cookie })
}

const fn place<'a>(county: &'a str, table: &'a str, row: &'a str) -> Place<'a> {
    Place { county, table, column: "secret", row }
}

/// Takes a try that came back. Once: who comes with the same state again, or from another browser, finds nothing.
///
/// # Errors
/// [`Refused::Rule`] when there is none.
pub fn take(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    county: &str,
    state: &str,
    cookie: &str,
) -> Result<Taken, Refused> {
    let over = || Refused::rule("这次登录已经超时，或者已经用过", "", "请回到登录页再来一次");
    if state.is_empty() || state.len() > 64 || cookie.is_empty() || cookie.len() > 64 {
        return Err(over());
    }
    let since = stamp(now.timestamp().saturating_sub(LASTS).unwrap_or(now.timestamp()));
    let found = tx.optional(
        "select t.id, t.secret_sealed, t.next, s.id, s.issuer, s.ends, s.client, s.secret_sealed, s.factors
         from sign_on_try t join sign_on s on s.county = t.county and s.id = t.sign_on and s.state = 'on'
         where t.state = $2 and t.county = $1 and t.browser = $3 and t.used_at is null and t.made_at >= $4",
        &params![
            county,
            keys.index(county, "sign_on_state", state),
            keys.index(county, "sign_on_browser", cookie),
            since
        ],
        |row| {
            Ok((
                (row.get::<String>(0)?, row.get::<Vec<u8>>(1)?, row.get::<String>(2)?),
                (row.get::<String>(3)?, row.get::<String>(4)?, row.get::<String>(5)?),
                (row.get::<String>(6)?, row.get::<Vec<u8>>(7)?, row.get::<String>(8)?),
            ))
        },
    )?;
    let Some(((id, sealed, next), (platform, issuer, ends), (client, secret, factors))) = found else {
        return Err(over());
    };
    tx.execute(
        "update sign_on_try set used_at = $3 where county = $1 and id = $2",
        &params![county, &id, now.stamp()],
    )?;
    let both = keys.open(place(county, "sign_on_try", &id), &sealed)?;
    let (nonce, verifier) = both.split_once(' ').ok_or_else(over)?;
    Ok(Taken {
        secret: keys.open(place(county, "sign_on", &platform), &secret)?,
        platform,
        issuer,
        ends,
        client,
        nonce: nonce.to_owned(),
        verifier: verifier.to_owned(),
        next,
        factors: Factors::parse(&factors).unwrap_or_default(),
    })
}

/// A try by the platform on the record; `account` where it is known whose.
fn note(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    county: &str,
    who: Option<(&str, &str)>,
    (source, device): (&str, &str),
    outcome: Outcome,
) -> Result<(), Refused> {
    let index = keys.index(county, "username", who.map_or("", |(username, _)| username));
    let asked = tries::Asked { county, username: &index, source, device };
    let id = tries::note(tx, now, &asked, who.map(|(_, account)| account), outcome)?;
    tries::by_platform(tx, county, &id)
}

/// Puts on the record that the platform let nobody in, or that what it gave was not right.
///
/// # Errors
/// [`Refused::Storage`].
pub fn failed(tx: &mut Tx<'_>, keys: &Keys, now: &Now, county: &str, origin: &Origin) -> Result<(), Refused> {
    note(tx, keys, now, county, None, (&origin.source, ""), Outcome::Platform)
}

/// Ends a sign-in: `sub` and `name` are what the platform calls the person, `second` whether its second factor counts. An account is never
/// made here; one that needs a second factor which the platform did not prove is asked for its own one-time code.
///
/// # Errors
/// [`Refused::Rule`] when the platform was closed meanwhile; [`Refused::Storage`].
pub fn finish(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    county: &str,
    taken: &Taken,
    (sub, name, second): (&str, &str, bool),
    origin: &Origin,
) -> Result<Ended, Refused> {
    let open = tx.optional(
        "select 1 from sign_on where county = $1 and id = $2 and state = 'on'",
        &params![county, &taken.platform],
        |row| row.get::<i64>(0),
    )?;
    if open.is_none() {
        return Err(Refused::rule("统一登录刚刚停用", "", "请用账号和密码登录"));
    }
    let subject = subject(keys, county, &taken.issuer, sub);
    let found = tx.optional(
        "select l.state, a.id, a.username, a.state, coalesce(a.seen_at, a.made_at)
         from sign_on_link l join account a on a.county = l.county and a.id = l.account
         where l.county = $1 and l.subject = $2 and l.state in ('asked', 'on')",
        &params![county, &subject],
        |row| {
            Ok((
                row.get::<String>(0)?,
                (row.get::<String>(1)?, row.get::<String>(2)?),
                (row.get::<String>(3)?, row.get::<String>(4)?),
            ))
        },
    )?;
    let from = origin.source.as_str();
    let Some((link, (account, username), (state, used))) = found else {
        note(tx, keys, now, county, None, (from, ""), Outcome::Unlinked)?;
        return Ok(Ended::Unlinked(Some(stranger(tx, keys, now, county, &subject, name)?)));
    };
    let who = Some((username.as_str(), account.as_str()));
    if link != "on" {
        note(tx, keys, now, county, who, (from, ""), Outcome::Unlinked)?;
        return Ok(Ended::Unlinked(None));
    }
    let limit = stamp(now.timestamp().saturating_sub(keep::UNUSED).unwrap_or(now.timestamp()));
    if state != "active" || used < limit {
        if state == "active" {
            keep::stop(tx, now, county, &account, &account)?;
        }
        note(tx, keys, now, county, who, (from, ""), Outcome::Disabled)?;
        return Ok(Ended::Disabled);
    }
    let settings = security::settings(tx, county)?;
    let stage = match second::needed(tx, now, county, &account, settings)? {
        true if !second && second::enrolled(tx, county, &account)? => Stage::Code,
        true if !second => Stage::Enrol,
        _ => Stage::Full,
    };
    let own = origin.device_hash(keys, county);
    let index = keys.index(county, "username", &username);
    let known =
        tries::known_device(tx, now, &tries::Asked { county, username: &index, source: from, device: &own })?;
    let new = if known { None } else { Some(Device::new(keys, now, county)) };
    let device = new.as_ref().map_or(own.as_str(), |new| new.hash.as_str());
    let full = stage == Stage::Full;
    let opening = Opening {
        account: &account,
        kind: origin.kind,
        stage,
        proved: full && second,
        way: Way::Platform,
        device,
        browser: &origin.browser,
        source: from,
    };
    let (session, token, ends) = session::open(tx, keys, now, county, &opening)?;
    let outcome = if full { Outcome::Done } else { Outcome::Half };
    note(tx, keys, now, county, who, (from, device), outcome)?;
    if full {
        sign_in::entered(tx, now, county, &account, &session, origin, known)?;
    }
    Ok(Ended::Opened(Opened { session, token, stage, ends, device: new.map(|new| new.cookie) }))
}

/// A code for somebody whom nobody has linked; an earlier one of the same person opens nothing any more.
fn stranger(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    county: &str,
    subject: &str,
    name: &str,
) -> Result<String, Refused> {
    let code: String = now
        .random::<8>()
        .iter()
        .filter_map(|byte| SIGNS.get(usize::from(byte % 32)))
        .map(|sign| char::from(*sign))
        .collect();
    let hash = keys.index(county, "sign_on_code", &code);
    tx.execute(
        "delete from sign_on_stranger where county = $1 and subject = $2 and used_at is null",
        &params![county, subject],
    )?;
    let id = now.id();
    let sealed =
        keys.seal(Place { county, table: "sign_on_stranger", column: "name", row: &id }, name, now.random());
    tx.execute(
        "insert into sign_on_stranger (county, id, subject, code, name_sealed, made_at) values ($1, $2, $3, $4, $5, $6)",
        &params![county, &id, subject, hash, sealed, now.stamp()],
    )?;
    let (first, last) = code.split_at(4);
    Ok(format!("{first}-{last}"))
}
