//! Keeping accounts, 四(十四): resetting, disabling, enabling, and the lock of those that nobody uses (hazard A21). It never
//! shows or sets a password; who has an account is shown by [`super::directory`].

use jiff::SignedDuration;
use rules::access::{Action, Actor, Post, Role, Subject};

use super::invite::{self, Link};
use super::session;
use super::tell::{self, News};
use crate::audit::{self, Entry};
use crate::db::Tx;
use crate::desk::Desk;
use crate::now::{Now, stamp};
use crate::params;
use crate::refused::Refused;
use crate::units;

/// How long an account may lie unused before it is locked (hazard A21).
pub const UNUSED: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Where an account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// 待批准.
    Invited,
    /// 待设置: approved, its link not yet used.
    Approved,
    /// 在用.
    Active,
    /// 已停用.
    Disabled,
}

impl State {
    /// All.
    pub const ALL: [Self; 4] = [Self::Invited, Self::Approved, Self::Active, Self::Disabled];

    /// As it is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Approved => "approved",
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }

    /// As people read it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Invited => "待批准",
            Self::Approved => "待设置",
            Self::Active => "在用",
            Self::Disabled => "已停用",
        }
    }

    /// Reads what [`State::code`] wrote.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// An account to which something is to be done.
pub(super) struct Target {
    pub(super) username: String,
    pub(super) state: String,
    pub(super) has_password: bool,
    pub(super) path: Vec<String>,
}

pub(super) fn target(desk: &mut Desk<'_, '_>, action: Action, id: &str) -> Result<Target, Refused> {
    let county = desk.county();
    let found = desk.tx.optional(
        "select username, state, case when password is null then 0 else 1 end, unit
         from account where county = $1 and id = $2",
        &params![county, id],
        |row| Ok((row.get(0)?, row.get(1)?, row.get::<i64>(2)? == 1, row.get::<String>(3)?)),
    )?;
    let Some((username, state, has_password, unit)) = found else {
        return Err(Refused::denied(action, "account", id));
    };
    Ok(Target { username, state, has_password, path: units::path(desk.tx, county, &unit)? })
}

/// Whether an account holds one of the three separated powers, or leads a unit: then one person alone cannot get hold of
/// it (hazards A14–A16).
fn weighty(posts: &[Post]) -> bool {
    posts.iter().any(|post| post.role.is_separated_power() || post.standing == rules::access::Standing::Leads)
}

/// What a reset came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reset {
    /// The link, shown once.
    Link(Link),
    /// A leader has to approve it first, because the account holds a separated power or leads a unit.
    Waits,
}

/// Resets an account's sign-in: its sessions end, its password opens nothing any more, and a link sets both factors anew.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`]; [`Refused::Rule`] for one's own account, one that is disabled, or one that
/// waits for this already.
pub fn reset(desk: &mut Desk<'_, '_>, id: &str, reason: &str) -> Result<Reset, Refused> {
    let (county, now, me) = (desk.county(), desk.now, desk.actor().account.as_str());
    let target = target(desk, Action::ResetSignIn, id)?;
    let grant = desk.require(Action::ResetSignIn, &Subject::Unit(&target.path), ("account", id))?;
    if id == me {
        return Err(Refused::rule("不能重置自己的登录", "", "请在“我的账号”里修改密码"));
    }
    if target.state != "active" {
        return Err(Refused::rule(
            "这个账号没有在用",
            "",
            "待设置的账号请重新取得设置链接，已停用的请先恢复",
        ));
    }
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 200 {
        return Err(Refused::field("reason", "请写明原因，最多 200 个字。"));
    }
    let posts = session::posts(desk.tx, now, county, id)?;
    if weighty(&posts) {
        ask_reset(desk, id, &target, reason)?;
        desk.record(Action::ResetSignIn, grant.post, ("account", id), reason, "提出，待批准")?;
        return Ok(Reset::Waits);
    }
    let invitation = now.id();
    close_sign_in(desk.tx, now, county, id, me)?;
    insert_reset(desk.tx, now, county, &invitation, id, "approved", reason, me)?;
    let link = invite::issue(desk.tx, desk.keys, now, county, &invitation, &target.username)?;
    tell_reset(desk.tx, now, county, id)?;
    desk.record(Action::ResetSignIn, grant.post, ("account", id), reason, "重置")?;
    Ok(Reset::Link(link))
}

fn ask_reset(desk: &mut Desk<'_, '_>, id: &str, target: &Target, reason: &str) -> Result<(), Refused> {
    let (county, now, me) = (desk.county(), desk.now, desk.actor().account.as_str());
    let asked = desk.tx.optional(
        "select id from invitation where county = $1 and account = $2 and kind = 'reset' and state = 'asked' limit 1",
        &params![county, id],
        |row| row.get::<String>(0),
    )?;
    if asked.is_some() {
        return Err(Refused::rule("这个账号的重置已经在等待批准", "", "请联系负责人"));
    }
    let invitation = now.id();
    insert_reset(desk.tx, now, county, &invitation, id, "asked", reason, me)?;
    let mut approvers = tell::leaders(desk.tx, now, county, &target.path)?;
    approvers.retain(|approver| approver != me && approver != id);
    let news = News {
        kind: "invitation",
        subject: &invitation,
        text: "有一个账号的重置等待批准。",
        href: "/accounts/invitations",
    };
    tell::all(desk.tx, now, county, &approvers, &news)
}

#[allow(clippy::too_many_arguments, reason = "one row, column by column")]
pub(super) fn insert_reset(
    tx: &mut Tx<'_>,
    now: &Now,
    county: &str,
    invitation: &str,
    account: &str,
    state: &str,
    reason: &str,
    by: &str,
) -> Result<(), Refused> {
    // An older link opens nothing any more.
    tx.execute(
        "update invitation set state = 'refused' where county = $1 and account = $2 and state = 'approved'",
        &params![county, account],
    )?;
    tx.execute(
        "insert into invitation (county, id, account, kind, token, state, reason, asked_by, asked_at)
         values ($1, $2, $3, 'reset', $4, $5, $6, $7, $8)",
        &params![county, invitation, account, invite::unissued(invitation), state, reason, by, now.stamp()],
    )?;
    Ok(())
}

/// Ends what an account has open and takes its password out of use, among the earlier ones.
pub(super) fn close_sign_in(
    tx: &mut Tx<'_>,
    now: &Now,
    county: &str,
    account: &str,
    by: &str,
) -> Result<(), Refused> {
    tx.execute(
        "insert into password_past (county, account, at, password)
         select county, id, $3, password from account where county = $1 and id = $2 and password is not null
         on conflict (county, account, at) do nothing",
        &params![county, account, now.stamp()],
    )?;
    tx.execute(
        "update account set password = null where county = $1 and id = $2",
        &params![county, account],
    )?;
    session::end_all(tx, now, county, account, "", by)?;
    Ok(())
}

/// Tells the owner that the sign-in was reset: seen after the next one.
pub(super) fn tell_reset(tx: &mut Tx<'_>, now: &Now, county: &str, id: &str) -> Result<(), Refused> {
    let text = "您的登录被重置过。如果不是本人要求，请联系单位负责人。";
    tell::one(tx, now, county, id, &News { kind: "account", subject: id, text, href: "/account" })
}

/// Disables an account: its next request is refused, and its links open nothing (hazard A20).
///
/// # Errors
/// [`Refused::Denied`]; [`Refused::Rule`] for one's own, or for a separated power that only the security administrator
/// may disable.
pub fn disable(desk: &mut Desk<'_, '_>, id: &str, reason: &str) -> Result<(), Refused> {
    let (county, now, me) = (desk.county(), desk.now, desk.actor().account.as_str());
    let target = target(desk, Action::DisableAccount, id)?;
    let grant = desk.require(Action::DisableAccount, &Subject::Unit(&target.path), ("account", id))?;
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 200 {
        return Err(Refused::field("reason", "请写明原因，最多 200 个字。"));
    }
    if id == me {
        return Err(Refused::rule("不能停用自己的账号", "", "请由单位管理员或安全管理员办理"));
    }
    let posts = session::posts(desk.tx, now, county, id)?;
    let by_security = grant.post.is_some_and(|post| post.role == Role::Security);
    if !by_security && posts.iter().any(|post| post.role.is_separated_power()) {
        return Err(Refused::rule(
            "系统、安全、审计管理员的账号由安全管理员停用",
            "三权分立",
            "请联系安全管理员",
        ));
    }
    stop(desk.tx, now, county, id, me)?;
    desk.record(Action::DisableAccount, grant.post, ("account", id), reason, "停用")
}

/// Disables, without asking who may.
pub(super) fn stop(tx: &mut Tx<'_>, now: &Now, county: &str, id: &str, by: &str) -> Result<(), Refused> {
    tx.execute("update account set state = 'disabled' where county = $1 and id = $2", &params![county, id])?;
    tx.execute(
        "update invitation set state = 'refused' where county = $1 and account = $2 and state in ('asked', 'approved')",
        &params![county, id],
    )?;
    session::end_all(tx, now, county, id, "", by)?;
    Ok(())
}

/// Enables an account that was disabled; without a password it needs a link first.
///
/// # Errors
/// [`Refused::Denied`]; [`Refused::Rule`] where it is not disabled.
pub fn enable(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let (county, now, me) = (desk.county(), desk.now, desk.actor().account.as_str());
    let target = target(desk, Action::DisableAccount, id)?;
    let grant = desk.require(Action::DisableAccount, &Subject::Unit(&target.path), ("account", id))?;
    if target.state != "disabled" || target.username.contains('#') {
        return Err(Refused::rule("这个账号没有停用", "", "不需要恢复"));
    }
    let posts = session::posts(desk.tx, now, county, id)?;
    let by_security = grant.post.is_some_and(|post| post.role == Role::Security);
    if id == me || !by_security && posts.iter().any(|post| post.role.is_separated_power()) {
        return Err(Refused::rule(
            "系统、安全、审计管理员的账号由安全管理员恢复",
            "三权分立",
            "请联系安全管理员",
        ));
    }
    let state = if target.has_password { "active" } else { "approved" };
    // Counted as used now, or the lock of unused accounts would close it again at once.
    desk.tx.execute(
        "update account set state = $3, seen_at = $4 where county = $1 and id = $2",
        &params![county, id, state, now.stamp()],
    )?;
    if !target.has_password {
        let invitation = now.id();
        insert_reset(desk.tx, now, county, &invitation, id, "approved", "恢复停用的账号", me)?;
    }
    desk.record(Action::DisableAccount, grant.post, ("account", id), "", "恢复")
}

/// Locks every account that was not used for ninety days (hazard A21): a job, in its own name. How many.
///
/// # Errors
/// [`Refused::Storage`].
pub fn lock_unused(tx: &mut Tx<'_>, now: &Now, actor: &Actor) -> Result<u64, Refused> {
    let county = actor.county.as_str();
    let limit = stamp(now.timestamp().saturating_sub(UNUSED).unwrap_or(now.timestamp()));
    let unused = tx.query(
        "select id from account where county = $1 and state = 'active' and coalesce(seen_at, made_at) < $2
         order by id limit 1000",
        &params![county, &limit],
        |row| row.get::<String>(0),
    )?;
    let mut locked = 0;
    for id in unused {
        stop(tx, now, county, &id, &actor.account)?;
        let entry = Entry {
            actor,
            post: None,
            action: Action::DisableAccount,
            subject: ("account", &id),
            purpose: "",
            detail: "90天未登录，自动停用",
        };
        audit::record(tx, now, &entry)?;
        locked += 1;
    }
    Ok(locked)
}
