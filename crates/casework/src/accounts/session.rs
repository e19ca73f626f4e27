//! Sessions: looked up on every request, with the posts held at that moment, so that what was ended, disabled or
//! revoked counts at the next request (hazards A19, A20). Only a keyed hash of the token is stored.

use jiff::{SignedDuration, Timestamp};
use rules::access::{Actor, Post, Role, Standing};

use super::{api_keys, security};
use crate::db::Tx;
use crate::desk::SignedIn;
use crate::keys::Keys;
use crate::now::{Now, moment, stamp};
use crate::params;
use crate::refused::Refused;

/// The longest that a session lasts, however busy (ASVS 5.0, 7.3.2).
pub(super) const LASTS: SignedDuration = SignedDuration::from_hours(12);
/// The longest between the password and the second step.
pub(super) const HALF_LASTS: SignedDuration = SignedDuration::from_mins(10);
/// How often at most a session's last use is written down.
const TOUCH: SignedDuration = SignedDuration::from_secs(60);

/// How far signing in has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Signed in.
    Full,
    /// The password was right; the one-time code is still missing.
    Code,
    /// A second factor must be set up first.
    Enrol,
    /// The password is too old and must be changed first.
    Password,
}

impl Stage {
    /// As it is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Code => "code",
            Self::Enrol => "enrol",
            Self::Password => "password",
        }
    }

    /// Reads what [`Stage::code`] wrote.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Full, Self::Code, Self::Enrol, Self::Password].into_iter().find(|stage| stage.code() == code)
    }
}

/// Who is signed in, and whether it is time to write down that the session was used.
#[derive(Debug, Clone)]
pub struct Found {
    /// Who.
    pub who: SignedIn,
    /// Then call [`touch`].
    pub touch_due: bool,
}

/// A sign-in that is not finished: it opens nothing but its own next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Half {
    /// Id of the session.
    pub session: String,
    /// Id of the account.
    pub account: String,
    /// User name.
    pub username: String,
    /// The person's name.
    pub name: String,
    /// What is missing.
    pub stage: Stage,
}

struct Line {
    session: String,
    account: String,
    username: String,
    name: String,
    stage: Stage,
    seen: Timestamp,
    confirmed: Option<Timestamp>,
}

/// What the token opens, with the posts that its account holds at this moment: one statement for both, since every request
/// asks it, and the rows of one session by an index. Nothing if the session has ended or run out, or the account is not active.
fn line(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    county: &str,
    token: &str,
) -> Result<Option<(Line, Vec<Post>)>, Refused> {
    // Ours have 43 characters; what is longer is not looked at.
    if token.is_empty() || token.len() > 64 {
        return Ok(None);
    }
    let hash = hash(keys, county, token);
    let mut held = Vec::new();
    let mut opened = None;
    // A tenure's last day does not count any more, as in `posts`.
    tx.each(
        "select s.id, s.account, a.username, a.name, s.stage, s.kind, s.seen_at, s.ends_at, s.confirmed_at,
                (select value from setting where county = $1 and name = 'password_profile'),
                p.id, p.role, p.unit, p.standing
         from session s join account a on a.county = s.county and a.id = s.account
         left join tenure t on t.county = s.county and t.account = s.account and t.from_day <= $3
              and (t.until_day is null or t.until_day > $3)
         left join post p on p.county = t.county and p.id = t.post and p.closed_at is null
         where s.token = $2 and s.county = $1 and s.ended_at is null and a.state = 'active'
         order by t.from_day nulls last, p.sort nulls last, p.id nulls last",
        &params![county, &hash, now.day()],
        |row| {
            if let (Some(id), Some(unit)) = (row.get::<Option<String>>(10)?, row.get::<Option<String>>(12)?) {
                held.extend(post(id, &row.get::<String>(11)?, unit, &row.get::<String>(13)?));
            }
            if opened.is_none() {
                opened = Some((
                    (
                        row.get::<String>(0)?,
                        row.get::<String>(1)?,
                        row.get::<String>(2)?,
                        row.get::<String>(3)?,
                    ),
                    (row.get::<String>(4)?, row.get::<String>(5)?),
                    (row.get::<String>(6)?, row.get::<String>(7)?, row.get::<Option<String>>(8)?),
                    row.get::<Option<String>>(9)?,
                ));
            }
            Ok(())
        },
    )?;
    let Some((person, (stage, kind), (seen, ends, confirmed), profile)) = opened else { return Ok(None) };
    let (Some(stage), Some(seen), Some(ends)) = (Stage::from_code(&stage), moment(&seen), moment(&ends))
    else {
        return Ok(None);
    };
    let idle = security::profile(profile.as_deref()).policy().idle_minutes;
    let at = now.timestamp();
    let idled = kind == "browser" && at.duration_since(seen) > SignedDuration::from_mins(i64::from(idle));
    if at >= ends || idled {
        return Ok(None);
    }
    let (session, account, username, name) = person;
    let confirmed = confirmed.as_deref().and_then(moment);
    Ok(Some((Line { session, account, username, name, stage, seen, confirmed }, held)))
}

/// Who is signed in with this token: asked on every request. `None` when nobody is, for whatever reason.
///
/// # Errors
/// [`Refused::Storage`].
pub fn session(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    county: &str,
    token: &str,
) -> Result<Option<Found>, Refused> {
    if token.starts_with(api_keys::PREFIX) {
        let who = api_keys::holder(tx, keys, now, county, token)?;
        return Ok(who.map(|who| Found { who, touch_due: false }));
    }
    let Some((line, posts)) = line(tx, keys, now, county, token)? else { return Ok(None) };
    if line.stage != Stage::Full {
        return Ok(None);
    }
    let touch_due = now.timestamp().duration_since(line.seen) >= TOUCH;
    let actor = Actor {
        county: county.to_owned(),
        account: line.account,
        session: line.session,
        name: line.name,
        posts,
        only: None,
    };
    Ok(Some(Found { who: SignedIn { actor, confirmed: line.confirmed }, touch_due }))
}

/// The sign-in that is under way with this token, if it is not finished.
///
/// # Errors
/// [`Refused::Storage`].
pub fn half_session(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    county: &str,
    token: &str,
) -> Result<Option<Half>, Refused> {
    let half = line(tx, keys, now, county, token)?.filter(|(line, _)| line.stage != Stage::Full);
    Ok(half.map(|(line, _)| Half {
        session: line.session,
        account: line.account,
        username: line.username,
        name: line.name,
        stage: line.stage,
    }))
}

/// The posts that an account holds at this moment. A tenure's last day does not count any more: whoever is released at
/// ten o'clock is released at ten o'clock (hazard A19).
pub(crate) fn posts(tx: &mut Tx<'_>, now: &Now, county: &str, account: &str) -> Result<Vec<Post>, Refused> {
    let posts = tx.query(
        "select p.id, p.role, p.unit, p.standing
         from tenure t join post p on p.county = t.county and p.id = t.post
         where t.county = $1 and t.account = $2 and (t.until_day is null or t.until_day > $3) and t.from_day <= $3
           and p.closed_at is null
         order by t.from_day, p.sort, p.id",
        &params![county, account, now.day()],
        |row| Ok(post(row.get(0)?, &row.get::<String>(1)?, row.get(2)?, &row.get::<String>(3)?)),
    )?;
    Ok(posts.into_iter().flatten().collect())
}

/// A post; `None` where the role is none of this program's, which then allows nothing.
fn post(id: String, role: &str, unit: String, standing: &str) -> Option<Post> {
    let standing = if standing == "leads" { Standing::Leads } else { Standing::Serves };
    Role::from_code(role).map(|role| Post { id, role, unit, standing })
}

/// Writes down that a session is in use: at most once a minute, when [`Found::touch_due`] says so.
///
/// # Errors
/// [`Refused::Storage`].
pub fn touch(tx: &mut Tx<'_>, now: &Now, county: &str, session: &str) -> Result<(), Refused> {
    tx.execute(
        "update session set seen_at = $3 where county = $1 and id = $2 and ended_at is null and seen_at < $3",
        &params![county, session, now.stamp()],
    )?;
    Ok(())
}

/// Ends the session that this token opens, finished or not; nothing where there is none.
///
/// # Errors
/// [`Refused::Storage`].
pub fn sign_out(tx: &mut Tx<'_>, keys: &Keys, now: &Now, county: &str, token: &str) -> Result<(), Refused> {
    tx.execute(
        "update session set ended_at = $3, ended_by = account
         where token = $2 and county = $1 and ended_at is null",
        &params![county, hash(keys, county, token), now.stamp()],
    )?;
    Ok(())
}

/// What is stored of a token.
pub(super) fn hash(keys: &Keys, county: &str, token: &str) -> String {
    keys.index(county, "session", token)
}

/// By which door somebody came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// By our own user name and password, or by the link that sets an account up.
    Password,
    /// By the province's platform.
    Platform,
}

impl Way {
    /// As it is stored.
    pub(super) const fn code(self) -> Option<&'static str> {
        match self {
            Self::Password => None,
            Self::Platform => Some("platform"),
        }
    }
}

/// What a session is opened with.
pub(super) struct Opening<'a> {
    pub(super) account: &'a str,
    pub(super) kind: super::sign_in::Kind,
    pub(super) stage: Stage,
    /// Whether a second factor was given on the way in: only then does signing in count as a proof of identity for what
    /// asks for one again (ADR 0007).
    pub(super) proved: bool,
    pub(super) way: Way,
    pub(super) device: &'a str,
    pub(super) browser: &'a str,
    pub(super) source: &'a str,
}

/// Opens a session: its id and its token are new, whatever the browser brought (hazard C01).
pub(super) fn open(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    county: &str,
    opening: &Opening<'_>,
) -> Result<(String, String, Timestamp), Refused> {
    let (id, token) = (now.id(), now.token());
    let ends = ends(now, opening.stage);
    let confirmed = opening.proved.then(|| now.stamp());
    tx.execute(
        "insert into session (county, id, account, token, kind, stage, made_at, seen_at, ends_at, confirmed_at, device,
                              browser, source, way)
         values ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9, $10, $11, $12, $13)",
        &params![
            county,
            &id,
            opening.account,
            hash(keys, county, &token),
            opening.kind.code(),
            opening.stage.code(),
            now.stamp(),
            stamp(ends),
            confirmed,
            opening.device,
            opening.browser,
            opening.source,
            opening.way.code(),
        ],
    )?;
    Ok((id, token, ends))
}

/// A finished sign-in without the signing in; its token.
#[cfg(any(test, feature = "testing"))]
pub(crate) fn open_for_tests(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    county: &str,
    account: &str,
) -> Result<String, Refused> {
    let (kind, stage) = (super::sign_in::Kind::Browser, Stage::Full);
    let way = Way::Password;
    let opening = Opening { account, kind, stage, proved: true, way, device: "", browser: "", source: "" };
    open(tx, keys, now, county, &opening).map(|(_, token, _)| token)
}

/// Moves a session on to another stage under a new token; the old token opens nothing any more (hazard C01).
pub(super) fn advance(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    county: &str,
    half: &Half,
    stage: Stage,
) -> Result<(String, Timestamp), Refused> {
    let (session, token) = (&half.session, now.token());
    let ends = ends(now, stage);
    let proved = stage == Stage::Full && matches!(half.stage, Stage::Code | Stage::Enrol);
    let confirmed = proved.then(|| now.stamp());
    tx.execute(
        "update session set token = $3, stage = $4, seen_at = $5, ends_at = $6, confirmed_at = $7
         where county = $1 and id = $2 and ended_at is null",
        &params![
            county,
            session,
            hash(keys, county, &token),
            stage.code(),
            now.stamp(),
            stamp(ends),
            confirmed,
        ],
    )?;
    Ok((token, ends))
}

/// Whether a session came by the province's platform.
pub(super) fn by_platform(tx: &mut Tx<'_>, county: &str, session: &str) -> Result<bool, Refused> {
    let way = tx.optional(
        "select way from session where county = $1 and id = $2",
        &params![county, session],
        |row| row.get::<Option<String>>(0),
    )?;
    Ok(way.flatten().is_some())
}

fn ends(now: &Now, stage: Stage) -> Timestamp {
    let lasts = if stage == Stage::Full { LASTS } else { HALF_LASTS };
    now.timestamp().saturating_add(lasts).unwrap_or(Timestamp::MAX)
}

/// Notes that identity was proved again, under a new token (hazard C01); when the session ends stays as it was.
pub(super) fn confirm(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    county: &str,
    session: &str,
) -> Result<String, Refused> {
    let token = now.token();
    tx.execute(
        "update session set token = $3, confirmed_at = $4, seen_at = $4
         where county = $1 and id = $2 and ended_at is null",
        &params![county, session, hash(keys, county, &token), now.stamp()],
    )?;
    Ok(token)
}

/// Ends all sessions of an account, except one where that is given. How many.
pub(super) fn end_all(
    tx: &mut Tx<'_>,
    now: &Now,
    county: &str,
    account: &str,
    except: &str,
    by: &str,
) -> Result<u64, Refused> {
    Ok(tx.execute(
        "update session set ended_at = $3, ended_by = $5
         where county = $1 and account = $2 and ended_at is null and id <> $4",
        &params![county, account, now.stamp(), except, by],
    )?)
}
