//! One's own account: what is open, proving identity again before what cannot be taken back, a new password. Nobody
//! changes his own posts here (hazard A16).

use rules::access::{Action, Subject};

use super::directory::{self, Held};
use super::security;
use super::session;
use super::set_up::{self, Choice, Hashed};
use super::sign_in::{self, Checked};
use super::sign_ins::SignIn;
use super::tell::{self, News};
use super::tries::{self, Asked, Outcome};
use super::{second, sign_ins};
use crate::desk::{CONFIRMED_FOR, Desk};
use crate::now::{clock, moment};
use crate::params;
use crate::password::Typed;
use crate::refused::Refused;

/// What the page of one's own account shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// User name.
    pub username: String,
    /// Name.
    pub name: String,
    /// Name of the unit that keeps it.
    pub unit: String,
    /// Posts held now.
    pub posts: Vec<Held>,
    /// Whether a second factor is set up.
    pub second_factor: bool,
    /// Whether one is asked for.
    pub second_factor_on: bool,
    /// Recovery codes not used yet.
    pub codes_left: u64,
    /// When the password was set.
    pub password_at: Option<String>,
    /// In how many days it must be changed, where the profile asks for that.
    pub change_in_days: Option<i64>,
    /// What the profile asks of a password.
    pub says: String,
    /// What is open.
    pub sessions: Vec<OwnSession>,
    /// The last sign-ins and tries.
    pub sign_ins: Vec<SignIn>,
}

/// A session of one's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSession {
    /// Id.
    pub id: String,
    /// `Chrome 120 · Windows`.
    pub browser: String,
    /// Address.
    pub source: String,
    /// Since when.
    pub made_at: String,
    /// Last used.
    pub seen_at: String,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// Shows one's own account.
///
/// # Errors
/// [`Refused::Storage`].
pub fn page(desk: &mut Desk<'_, '_>) -> Result<Own, Refused> {
    let (county, now, me) = (desk.county(), desk.now, desk.actor().account.as_str());
    desk.require(Action::ManageOwnAccount, &Subject::Own(me), ("account", me))?;
    let settings = security::settings(desk.tx, county)?;
    let (username, name, unit, password_at): (String, _, _, _) = desk.tx.one(
        "select a.username, a.name, coalesce(u.name, ''), a.password_at
         from account a left join unit u on u.county = a.county and u.id = a.unit where a.county = $1 and a.id = $2",
        &params![county, me],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get::<Option<String>>(3)?)),
    )?;
    let codes_left = desk.tx.one(
        "select cast(count(*) as bigint) from recovery_code where county = $1 and account = $2 and used_at is null",
        &params![county, me],
        |row| row.get(0),
    )?;
    let current = desk.actor().session.as_str();
    let sessions = desk.tx.query(
        "select id, browser, source, made_at, seen_at from session
         where county = $1 and account = $2 and ended_at is null and ends_at > $3 and stage = 'full'
         order by seen_at desc, id desc limit 50",
        &params![county, me, now.stamp()],
        |row| {
            let id: String = row.get(0)?;
            Ok(OwnSession {
                current: id == current,
                id,
                browser: row.get(1)?,
                source: row.get(2)?,
                made_at: row.get(3)?,
                seen_at: row.get(4)?,
            })
        },
    )?;
    let set_on = password_at.as_deref().and_then(moment).map(|at| clock(at).date());
    let change_in_days = settings
        .profile
        .policy()
        .max_age_days
        .zip(set_on)
        .map(|(most, set)| i64::from(most) - now.day().duration_since(set).as_hours() / 24);
    let index = desk.index("username", &username);
    Ok(Own {
        username,
        name,
        unit,
        posts: directory::held(desk.tx, now, county, me)?,
        second_factor: second::enrolled(desk.tx, county, me)?,
        second_factor_on: settings.second_factor == security::SecondFactor::On,
        codes_left,
        password_at,
        change_in_days,
        says: Choice::of(desk.tx, now, county, me)?.says(),
        sessions,
        sign_ins: sign_ins::of_account(desk.tx, county, &index, 20)?,
    })
}

/// Asks that identity was proved shortly before.
///
/// # Errors
/// [`Refused::StepUp`].
pub(super) fn confirmed(desk: &Desk<'_, '_>) -> Result<(), Refused> {
    let at = desk.now.timestamp();
    let fresh = desk.who.confirmed.is_some_and(|confirmed| at.duration_since(confirmed) <= CONFIRMED_FOR);
    if fresh { Ok(()) } else { Err(Refused::StepUp { action: Action::ManageOwnAccount }) }
}

/// How proving identity again ended.
#[derive(Clone)]
pub enum Confirmed {
    /// Proved: the session goes on under this new token (hazard C01).
    Yes {
        /// For the cookie.
        token: String,
    },
    /// Wrong password or code.
    No,
    /// Too many failed.
    Wait {
        /// Seconds.
        seconds: u32,
    },
}

/// Whether the actor proves identity by a code, or else by the password.
///
/// # Errors
/// [`Refused::Storage`].
pub fn proves_by_code(desk: &mut Desk<'_, '_>) -> Result<bool, Refused> {
    let (county, me) = (desk.county(), desk.actor().account.as_str());
    second::enrolled(desk.tx, county, me)
}

/// The user name of the actor, with which a password is tried: [`sign_in::begin`].
///
/// # Errors
/// [`Refused::Storage`].
pub fn username(desk: &mut Desk<'_, '_>) -> Result<String, Refused> {
    let (county, me) = (desk.county(), desk.actor().account.as_str());
    Ok(desk.tx.one(
        "select username from account where county = $1 and id = $2",
        &params![county, me],
        |row| row.get(0),
    )?)
}

/// Proves identity again by the password (step-up), which was tried like any other: counted and limited.
///
/// # Errors
/// [`Refused::Storage`].
pub fn confirm_by_password(desk: &mut Desk<'_, '_>, checked: &Checked) -> Result<Confirmed, Refused> {
    let (county, keys, now, actor) = (desk.county(), desk.keys, desk.now, desk.actor());
    if !checked.is_for(&actor.account) || !sign_in::settle(desk.tx, keys, now, county, checked)? {
        return Ok(Confirmed::No);
    }
    sign_in::settle_proof(desk.tx, county, checked)?;
    let token = session::confirm(desk.tx, keys, now, county, &actor.session)?;
    desk.record(Action::ManageOwnAccount, None, ("account", &actor.account), "", "再次验证身份（密码）")?;
    Ok(Confirmed::Yes { token })
}

/// Proves identity again by a one-time code.
///
/// # Errors
/// [`Refused::Storage`], [`Refused::Fault`].
pub fn confirm_by_code(desk: &mut Desk<'_, '_>, code: &Typed) -> Result<Confirmed, Refused> {
    let (county, keys, now, actor) = (desk.county(), desk.keys, desk.now, desk.actor());
    let name = username(desk)?;
    let index = keys.index(county, "username", &name);
    let (device, source) = desk.tx.one(
        "select device, source from session where county = $1 and id = $2",
        &params![county, &actor.session],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let asked = Asked { county, username: &index, source: &source, device: &device };
    if let Some(seconds) = tries::wait_for_code(desk.tx, now, &asked)? {
        return Ok(Confirmed::Wait { seconds });
    }
    if !second::take(desk.tx, keys, now, county, &actor.account, code)? {
        tries::note(desk.tx, now, &asked, Some(&actor.account), Outcome::Code)?;
        return Ok(Confirmed::No);
    }
    let token = session::confirm(desk.tx, keys, now, county, &actor.session)?;
    desk.record(Action::ManageOwnAccount, None, ("account", &actor.account), "", "再次验证身份（动态口令）")?;
    Ok(Confirmed::Yes { token })
}

/// Proves identity by the password, which was tried, and by a one-time code: each wrong one counts as such.
///
/// # Errors
/// [`Refused::Storage`], [`Refused::Fault`].
pub fn confirm_by_both(
    desk: &mut Desk<'_, '_>,
    checked: &Checked,
    code: &Typed,
) -> Result<Confirmed, Refused> {
    let (county, keys, now, actor) = (desk.county(), desk.keys, desk.now, desk.actor());
    if !checked.is_for(&actor.account) || !sign_in::settle(desk.tx, keys, now, county, checked)? {
        return Ok(Confirmed::No);
    }
    sign_in::settle_proof(desk.tx, county, checked)?;
    confirm_by_code(desk, code)
}

/// What the actor may choose as a new password.
///
/// # Errors
/// [`Refused::Storage`].
pub fn choice(desk: &mut Desk<'_, '_>) -> Result<Choice, Refused> {
    let (county, me) = (desk.county(), desk.actor().account.as_str());
    Choice::of(desk.tx, desk.now, county, me)
}

/// Changes one's own password, with the present one just tried: every other session ends.
///
/// # Errors
/// [`Refused::Storage`].
pub fn change_password(
    desk: &mut Desk<'_, '_>,
    present: &Checked,
    new: &Hashed,
) -> Result<Confirmed, Refused> {
    let outcome = confirm_by_password(desk, present)?;
    if matches!(outcome, Confirmed::Yes { .. }) {
        let (county, now, actor) = (desk.county(), desk.now, desk.actor());
        set_up::store_password(desk.tx, now, county, &actor.account, new)?;
        session::end_all(desk.tx, now, county, &actor.account, &actor.session, &actor.account)?;
        desk.record(Action::ManageOwnAccount, None, ("account", &actor.account), "", "修改密码")?;
        let text = "密码已修改，其他设备上的登录已结束。如果不是本人操作，请联系单位管理员。";
        let news = News { kind: "account", subject: &actor.account, text, href: "/account" };
        tell::one(desk.tx, now, county, &actor.account, &news)?;
    }
    Ok(outcome)
}
