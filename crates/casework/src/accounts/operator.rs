//! Accounts by command, for whoever runs the machine (`baoxue user …`): whoever holds the key file and the database needs
//! no right, but everything goes on the record as the operator's.

use rules::access::{Action, Actor};

use super::invite::{self, Link};
use super::keep;
use crate::audit::{self, Entry};
use crate::db::Tx;
use crate::keys::Keys;
use crate::now::Now;
use crate::params;
use crate::refused::Refused;

/// What stands on the record for the operator of the machine.
#[must_use]
pub fn operator(county: &str) -> Actor {
    Actor {
        county: county.to_owned(),
        account: "operator".to_owned(),
        session: String::new(),
        name: "命令行".to_owned(),
        posts: Vec::new(),
    }
}

/// A line of `baoxue user list`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// User name.
    pub username: String,
    /// Name.
    pub name: String,
    /// Name of the unit.
    pub unit: String,
    /// State, in words.
    pub state: &'static str,
    /// When it was last used.
    pub seen_at: String,
}

/// Every account, by user name.
///
/// # Errors
/// [`Refused::Storage`].
pub fn list(tx: &mut Tx<'_>, county: &str) -> Result<Vec<Line>, Refused> {
    Ok(tx.query(
        "select a.username, a.name, coalesce(u.name, ''), a.state, coalesce(a.seen_at, '')
         from account a left join unit u on u.county = a.county and u.id = a.unit
         where a.county = $1 and a.username not like '%#%' order by a.username",
        &params![county],
        |row| {
            let state = keep::State::from_code(&row.get::<String>(3)?).map_or("未知", keep::State::label);
            Ok(Line {
                username: row.get(0)?,
                name: row.get(1)?,
                unit: row.get(2)?,
                state,
                seen_at: row.get(4)?,
            })
        },
    )?)
}

/// Resets an account and gives the link with which its owner sets it up again.
///
/// # Errors
/// [`Refused::Rule`] when there is no such account or it is disabled.
pub fn reset(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    actor: &Actor,
    username: &str,
) -> Result<Link, Refused> {
    let (id, state) = account(tx, &actor.county, username)?;
    if state != "active" && state != "approved" {
        return Err(Refused::rule("这个账号没有在用", "", "先用 user enable 恢复，或请单位管理员办理"));
    }
    let invitation = now.id();
    keep::close_sign_in(tx, now, &actor.county, &id, &actor.account)?;
    keep::insert_reset(tx, now, &actor.county, &invitation, &id, "approved", "命令行重置", &actor.account)?;
    keep::tell_reset(tx, now, &actor.county, &id)?;
    record(tx, now, actor, Action::ResetSignIn, &id, "命令行重置")?;
    invite::issue(tx, keys, now, &actor.county, &invitation, username)
}

/// Disables an account: its sessions end, its links open nothing.
///
/// # Errors
/// [`Refused::Rule`] when there is no such account.
pub fn disable(tx: &mut Tx<'_>, now: &Now, actor: &Actor, username: &str) -> Result<(), Refused> {
    let (id, _) = account(tx, &actor.county, username)?;
    keep::stop(tx, now, &actor.county, &id, &actor.account)?;
    record(tx, now, actor, Action::DisableAccount, &id, "命令行停用")
}

/// Enables an account that was disabled; it is set up by a link, which [`reset`] gives.
///
/// # Errors
/// [`Refused::Rule`] when there is no such account or it is not disabled.
pub fn enable(tx: &mut Tx<'_>, now: &Now, actor: &Actor, username: &str) -> Result<(), Refused> {
    let (id, state) = account(tx, &actor.county, username)?;
    if state != "disabled" {
        return Err(Refused::rule("这个账号没有停用", "", "不需要恢复"));
    }
    tx.execute(
        "update account set state = case when password is null then 'approved' else 'active' end, seen_at = $3
         where county = $1 and id = $2",
        &params![&actor.county, &id, now.stamp()],
    )?;
    record(tx, now, actor, Action::DisableAccount, &id, "命令行恢复")
}

fn account(tx: &mut Tx<'_>, county: &str, username: &str) -> Result<(String, String), Refused> {
    tx.optional(
        "select id, state from account where county = $1 and username = $2",
        &params![county, username],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?
    .ok_or_else(|| Refused::rule("没有这个账号", "", "用 user list 查看账号名"))
}

fn record(
    tx: &mut Tx<'_>,
    now: &Now,
    actor: &Actor,
    action: Action,
    account: &str,
    detail: &str,
) -> Result<(), Refused> {
    audit::record(
        tx,
        now,
        &Entry { actor, post: None, action, subject: ("account", account), purpose: "", detail },
    )
}
