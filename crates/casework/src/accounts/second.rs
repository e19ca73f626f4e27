//! The second factor (双因素): one-time codes of an authenticator app, each used once (hazard C09), and recovery codes
//! for a lost phone. The secret is sealed; of recovery codes only a keyed hash is stored.

use rules::access::{Action, Role, Subject};
use zeroize::Zeroizing;

use super::security::{self, SecondFactor, Settings};
use super::session::{self, Stage};
use super::sign_in::{self, Opened, Origin};
use super::tell::{self, News};
use crate::audit::{self, Entry};
use crate::db::Tx;
use crate::desk::Desk;
use crate::keys::{Keys, Place};
use crate::now::{Now, clock, moment};
use crate::params;
use crate::password::Typed;
use crate::refused::Refused;
use crate::totp::{self, RECOVERY_CODES, Secret};

/// Whether this account is asked for a code when it signs in: it has one, or a post that it holds asks for one.
pub(super) fn needed(
    tx: &mut Tx<'_>,
    now: &Now,
    county: &str,
    account: &str,
    settings: Settings,
) -> Result<bool, Refused> {
    if settings.second_factor == SecondFactor::Off {
        return Ok(false);
    }
    let enrolled = enrolled(tx, county, account)?;
    Ok(enrolled
        || session::posts(tx, now, county, account)?.iter().any(|post| post.role.needs_second_factor()))
}

/// Whether the account has a second factor.
pub(super) fn enrolled(tx: &mut Tx<'_>, county: &str, account: &str) -> Result<bool, Refused> {
    let sealed = tx.optional(
        "select case when totp_sealed is null then 0 else 1 end from account where county = $1 and id = $2",
        &params![county, account],
        |row| row.get::<i64>(0),
    )?;
    Ok(sealed == Some(1))
}

/// What comes after the right password.
pub(super) fn stage(
    tx: &mut Tx<'_>,
    now: &Now,
    county: &str,
    account: &str,
    settings: Settings,
) -> Result<Stage, Refused> {
    if needed(tx, now, county, account, settings)? {
        return Ok(if enrolled(tx, county, account)? { Stage::Code } else { Stage::Enrol });
    }
    stage_after(tx, now, county, account, settings)
}

/// What comes after the second factor: a password that is too old is changed before anything else.
pub(super) fn stage_after(
    tx: &mut Tx<'_>,
    now: &Now,
    county: &str,
    account: &str,
    settings: Settings,
) -> Result<Stage, Refused> {
    let set = tx.optional(
        "select password_at from account where county = $1 and id = $2",
        &params![county, account],
        |row| row.get::<Option<String>>(0),
    )?;
    let set = set.flatten().as_deref().and_then(moment).map(|at| clock(at).date());
    let old = set.is_some_and(|day| settings.profile.policy().must_change(day, now.day()));
    Ok(if old { Stage::Password } else { Stage::Full })
}

/// Whether the code is right, and strikes it out: the code of the app, or an unused recovery code.
pub(super) fn take(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    county: &str,
    account: &str,
    code: &Typed,
) -> Result<bool, Refused> {
    let stored = tx.optional(
        "select totp_sealed, totp_step from account where county = $1 and id = $2",
        &params![county, account],
        |row| Ok((row.get::<Option<Vec<u8>>>(0)?, row.get::<Option<u64>>(1)?)),
    )?;
    let Some((Some(sealed), used)) = stored else { return Ok(false) };
    let secret = keys.open(place(county, account), &sealed).map(Zeroizing::new)?;
    let secret =
        Secret::from_base32(&secret).map_err(|_| Refused::Fault("a sealed secret is none".to_owned()))?;
    if let Ok(step) = totp::check(&secret, code.as_str(), now.timestamp(), used) {
        // Of two that come at the same moment with the same code, one is let in.
        let taken = tx.execute(
            "update account set totp_step = $3
             where county = $1 and id = $2 and (totp_step is null or totp_step < $3)",
            &params![county, account, step],
        )?;
        return Ok(taken == 1);
    }
    let Some(digest) = totp::recovery_digest(keys, account, code.as_str()) else { return Ok(false) };
    let struck = tx.execute(
        "update recovery_code set used_at = $4 where county = $1 and account = $2 and code = $3 and used_at is null",
        &params![county, account, hex(&digest), now.stamp()],
    )?;
    if struck == 1 {
        let news = News {
            kind: "account",
            subject: account,
            text: "刚用了一个恢复码登录。如果手机丢了，请重新设置动态口令。",
            href: "/account",
        };
        tell::one(tx, now, county, account, &news)?;
    }
    Ok(struck == 1)
}

const fn place<'a>(county: &'a str, account: &'a str) -> Place<'a> {
    Place { county, table: "account", column: "totp_sealed", row: account }
}

/// A new secret that is not yet anybody's: shown as a picture and as text, and given back by the form, sealed for this
/// account.
pub struct Offer {
    /// The picture, an `<svg>` element.
    pub svg: Zeroizing<String>,
    /// The secret for typing in, in groups of four.
    pub text: Zeroizing<String>,
    /// What the form gives back.
    pub sealed: String,
}

/// Offers a new secret.
///
/// # Errors
/// [`Refused::Fault`] when the names do not fit a picture.
pub fn offer(keys: &Keys, now: &Now, county: &str, account: &str, username: &str) -> Result<Offer, Refused> {
    offer_of(keys, now, county, account, username, &Secret::new(now.random()))
}

/// Shows an offer again, after a wrong code: the same secret, so that nobody has to scan twice.
///
/// # Errors
/// [`Refused::Rule`] when it is none of ours.
pub fn offer_again(
    keys: &Keys,
    now: &Now,
    county: &str,
    account: &str,
    username: &str,
    sealed: &str,
) -> Result<Offer, Refused> {
    offer_of(keys, now, county, account, username, &offered(keys, county, account, sealed)?)
}

fn offer_of(
    keys: &Keys,
    now: &Now,
    county: &str,
    account: &str,
    username: &str,
    secret: &Secret,
) -> Result<Offer, Refused> {
    let svg = secret.svg("保学", username).map_err(|error| Refused::Fault(error.to_string()))?;
    let plain = secret.base32();
    let mut text = Zeroizing::new(String::new());
    for (at, letter) in plain.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            text.push(' ');
        }
        text.push(letter);
    }
    let sealed = hex(&keys.seal(offer_place(county, account), &plain, now.random()));
    Ok(Offer { svg, text, sealed })
}

const fn offer_place<'a>(county: &'a str, account: &'a str) -> Place<'a> {
    Place { county, table: "session", column: "offer", row: account }
}

fn offered(keys: &Keys, county: &str, account: &str, sealed: &str) -> Result<Secret, Refused> {
    let stale = || Refused::rule("这一页已经过期", "", "请刷新页面，重新扫码");
    let bytes = unhex(sealed).ok_or_else(stale)?;
    let plain = keys.open(offer_place(county, account), &bytes).map(Zeroizing::new).map_err(|_| stale())?;
    Secret::from_base32(&plain).map_err(|_| stale())
}

/// Ten recovery codes, shown once.
pub struct Codes(pub Vec<Zeroizing<String>>);

/// Puts the offered secret in force, if the code shows that the app has it; earlier recovery codes are void.
fn accept(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    county: &str,
    account: &str,
    sealed: &str,
    code: &Typed,
) -> Result<Codes, Refused> {
    let secret = offered(keys, county, account, sealed)?;
    let step = totp::check(&secret, code.as_str(), now.timestamp(), None)
        .map_err(|refusal| Refused::field("totp", refusal.to_string()))?;
    tx.execute(
        "update account set totp_sealed = $3, totp_step = $4 where county = $1 and id = $2",
        &params![county, account, keys.seal(place(county, account), &secret.base32(), now.random()), step],
    )?;
    let news = News {
        kind: "account",
        subject: account,
        text: "动态口令已设置。如果不是本人操作，请联系单位管理员。",
        href: "/account",
    };
    tell::one(tx, now, county, account, &news)?;
    codes(tx, keys, now, county, account)
}

/// New recovery codes in place of the earlier ones.
fn codes(tx: &mut Tx<'_>, keys: &Keys, now: &Now, county: &str, account: &str) -> Result<Codes, Refused> {
    let mut fill = |bytes: &mut [u8]| {
        for byte in bytes {
            [*byte] = now.random::<1>();
        }
    };
    let codes = totp::recovery_codes(&mut fill);
    debug_assert_eq!(codes.len(), RECOVERY_CODES);
    tx.execute("delete from recovery_code where county = $1 and account = $2", &params![county, account])?;
    for code in &codes {
        let Some(digest) = totp::recovery_digest(keys, account, code) else { continue };
        tx.execute(
            "insert into recovery_code (county, account, code) values ($1, $2, $3)",
            &params![county, account, hex(&digest)],
        )?;
    }
    Ok(Codes(codes))
}

/// Sets up the second factor on the way in ([`Stage::Enrol`]): then one is signed in, or changes an old password.
///
/// # Errors
/// [`Refused::Invalid`] for a wrong code, [`Refused::Rule`] when the sign-in has run out.
pub fn enrol_on_the_way(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    county: &str,
    half_token: &str,
    offer: (&str, &Typed),
    origin: &Origin,
) -> Result<(Opened, Codes), Refused> {
    let half =
        session::half_session(tx, keys, now, county, half_token)?.filter(|half| half.stage == Stage::Enrol);
    let Some(half) = half else { return Err(sign_in::run_out()) };
    let codes = accept(tx, keys, now, county, &half.account, offer.0, offer.1)?;
    let actor = sign_in::actor_of(tx, now, county, &half)?;
    let entry = Entry {
        actor: &actor,
        post: None,
        action: Action::ManageOwnAccount,
        subject: ("account", &half.account),
        purpose: "",
        detail: "设置动态口令",
    };
    audit::record(tx, now, &entry)?;
    let settings = security::settings(tx, county)?;
    let next = stage_after(tx, now, county, &half.account, settings)?;
    Ok((sign_in::advance(tx, keys, now, county, &half, next, origin)?, codes))
}

/// Sets up the second factor, or a new one, for one's own account; identity must have been proved shortly before.
///
/// # Errors
/// [`Refused::StepUp`], [`Refused::Invalid`] for a wrong code.
pub fn enrol(desk: &mut Desk<'_, '_>, sealed: &str, code: &Typed) -> Result<Codes, Refused> {
    super::own::confirmed(desk)?;
    let (county, me) = (desk.county(), desk.actor().account.as_str());
    let codes = accept(desk.tx, desk.keys, desk.now, county, me, sealed, code)?;
    desk.record(Action::ManageOwnAccount, None, ("account", me), "", "设置动态口令")?;
    Ok(codes)
}

/// New recovery codes for one's own account; identity must have been proved shortly before.
///
/// # Errors
/// [`Refused::StepUp`]; [`Refused::Rule`] without a second factor.
pub fn new_codes(desk: &mut Desk<'_, '_>) -> Result<Codes, Refused> {
    super::own::confirmed(desk)?;
    let (county, me) = (desk.county(), desk.actor().account.as_str());
    if !enrolled(desk.tx, county, me)? {
        return Err(Refused::rule("还没有设置动态口令", "", "请先设置动态口令"));
    }
    let codes = codes(desk.tx, desk.keys, desk.now, county, me)?;
    desk.record(Action::ManageOwnAccount, None, ("account", me), "", "更换恢复码")?;
    Ok(codes)
}

/// Takes the second factor of one's own account away, where no post asks for one.
///
/// # Errors
/// [`Refused::StepUp`]; [`Refused::Rule`] where a post asks for it.
pub fn drop_own(desk: &mut Desk<'_, '_>) -> Result<(), Refused> {
    super::own::confirmed(desk)?;
    let (county, me) = (desk.county(), desk.actor().account.as_str());
    desk.require(Action::ManageOwnAccount, &Subject::Own(me), ("account", me))?;
    let needs = |role: Role| role.needs_second_factor();
    let settings = security::settings(desk.tx, county)?;
    if settings.second_factor == SecondFactor::On && desk.actor().posts.iter().any(|post| needs(post.role)) {
        return Err(Refused::rule("您的岗位必须使用动态口令", "四(十四)", "换手机时请重新设置，不要停用"));
    }
    desk.tx.execute(
        "update account set totp_sealed = null, totp_step = null where county = $1 and id = $2",
        &params![county, me],
    )?;
    desk.tx.execute("delete from recovery_code where county = $1 and account = $2", &params![county, me])?;
    desk.record(Action::ManageOwnAccount, None, ("account", me), "", "停用动态口令")
}

pub(super) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
    }
    text
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || text.len() > 1024 {
        return None;
    }
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    digits?
        .chunks_exact(2)
        .map(|pair| {
            pair.iter()
                .try_fold(0_u32, |sum, digit| Some(sum * 16 + digit))
                .and_then(|byte| u8::try_from(byte).ok())
        })
        .collect()
}
