//! Keeping accounts, 四(十四): who has one, resetting, disabling, enabling, and the lock of those that nobody uses
//! (hazard A21). It never shows or sets a password.
// long because: what can be done to an account stands beside how it is read, so that both ask the same.

use jiff::SignedDuration;
use rules::access::{Action, Actor, Post, Role, Subject};
use rules::purpose::ListPurpose;

use super::invite::{self, Link};
use super::tell::{self, News};
use super::{reach, session};
use crate::audit::{self, Entry};
use crate::db::{Row, Tx};
use crate::desk::Desk;
use crate::exports::{self, Made, PIECE, Shape};
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

/// What is looked for in the list of accounts.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Name, initials in pinyin or user name; a part is enough.
    pub search: String,
    /// State.
    pub state: Option<State>,
    /// Role of a post that is held.
    pub role: Option<Role>,
    /// Name of the unit; a part is enough.
    pub unit: String,
    /// The last user name of the page before.
    pub after: String,
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Id.
    pub id: String,
    /// User name.
    pub username: String,
    /// Name.
    pub name: String,
    /// Name of the unit.
    pub unit: String,
    /// Titles of the posts held now, `校长、包保干部`.
    pub posts: String,
    /// State.
    pub state: State,
    /// Whether a second factor is set up.
    pub second_factor: bool,
    /// When it was last used.
    pub seen_at: Option<String>,
}

/// A page of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// The accounts, by user name.
    pub accounts: Vec<Account>,
    /// How many the filter matches.
    pub total: u64,
    /// What goes into [`Filter::after`] for the next page.
    pub next: Option<String>,
}

/// Accounts of the units that the actor may look after, a page of `limit`.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn list(desk: &mut Desk<'_, '_>, filter: &Filter, limit: usize) -> Result<List, Refused> {
    desk.require(Action::ReadAccounts, &Subject::Nothing, ("account", ""))?;
    let (mut accounts, total) = rows(desk, Action::ReadAccounts, filter, limit + 1)?;
    let more = accounts.len() > limit;
    accounts.truncate(limit);
    let next = if more { accounts.last().map(|last| last.username.clone()) } else { None };
    Ok(List { accounts, total, next })
}

/// All accounts that the filter matches, as a workbook.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Storage`].
pub fn export(desk: &mut Desk<'_, '_>, filter: &Filter, purpose: ListPurpose) -> Result<Made, Refused> {
    const SHAPE: Shape = Shape {
        name: "账号",
        kind: "account",
        action: Action::ExportAccounts,
        columns: &[
            ("账号", 16.0),
            ("姓名", 12.0),
            ("单位", 28.0),
            ("岗位", 28.0),
            ("状态", 10.0),
            ("动态口令", 10.0),
            ("最近使用", 20.0),
        ],
    };
    let mut filter = Filter { after: String::new(), ..filter.clone() };
    exports::make(desk, SHAPE, purpose, |desk| {
        let (accounts, _) = rows(desk, Action::ExportAccounts, &filter, PIECE)?;
        if let Some(last) = accounts.last() {
            filter.after.clone_from(&last.username);
        }
        let cells = |one: Account| {
            vec![
                one.username,
                one.name,
                one.unit,
                one.posts,
                one.state.label().to_owned(),
                if one.second_factor { "已设置" } else { "" }.to_owned(),
                one.seen_at.as_deref().map(exports::moment).unwrap_or_default(),
            ]
        };
        Ok(accounts.into_iter().map(cells).collect())
    })
}

fn rows(
    desk: &mut Desk<'_, '_>,
    action: Action,
    filter: &Filter,
    limit: usize,
) -> Result<(Vec<Account>, u64), Refused> {
    let (search, unit) = (super::like(filter.search.trim()), super::like(filter.unit.trim()));
    let state = filter.state.map(State::code);
    let role = filter.role.map(Role::code);
    let mut params = params![desk.county(), &search, &unit, state, role, desk.now.day()].to_vec();
    let scope = reach::predicate(desk.actor(), action, "a.unit", &mut params);
    // Refused invitations never were accounts.
    let matches = format!(
        "from account a join unit u on u.county = a.county and u.id = a.unit
         where a.county = $1
           and (a.username like $2 escape '!' or a.name like $2 escape '!' or a.initials like $2 escape '!')
           and u.name like $3 escape '!'
           and (cast($4 as text) is null or a.state = $4)
           and (cast($5 as text) is null or exists (
                 select 1 from tenure t join post p on p.county = t.county and p.id = t.post
                 where t.county = $1 and t.account = a.id and p.role = $5
                   and t.from_day <= $6 and (t.until_day is null or t.until_day > $6)))
           and a.username not like '%#%' and {scope}"
    );
    let total =
        desk.tx.one(&format!("select cast(count(*) as bigint) {matches}"), &params, |row| row.get(0))?;
    params.push(crate::db::Value::from(filter.after.as_str()));
    let after = params.len();
    params.push(crate::db::Value::from(limit));
    let most = params.len();
    let sql = format!(
        "select a.id, a.username, a.name, u.name, a.state, case when a.totp_sealed is null then 0 else 1 end, a.seen_at
         {matches} and a.username > ${after} order by a.username limit ${most}"
    );
    let mut accounts = desk.tx.query(&sql, &params, account)?;
    for account in &mut accounts {
        account.posts = titles(desk.tx, desk.now, desk.who.actor.county.as_str(), &account.id)?;
    }
    Ok((accounts, total))
}

fn account(row: &Row<'_>) -> Result<Account, crate::db::DbError> {
    let state = row.get::<String>(4)?;
    Ok(Account {
        id: row.get(0)?,
        username: row.get(1)?,
        name: row.get(2)?,
        unit: row.get(3)?,
        posts: String::new(),
        // What this program does not know opens nothing.
        state: State::from_code(&state).unwrap_or(State::Disabled),
        second_factor: row.get::<i64>(5)? == 1,
        seen_at: row.get(6)?,
    })
}

/// Titles of the posts that an account holds now.
fn titles(tx: &mut Tx<'_>, now: &Now, county: &str, account: &str) -> Result<String, Refused> {
    let titles = tx.query(
        "select p.title from tenure t join post p on p.county = t.county and p.id = t.post
         where t.county = $1 and t.account = $2 and t.from_day <= $3 and (t.until_day is null or t.until_day > $3)
           and p.closed_at is null
         order by p.sort, p.id limit 5",
        &params![county, account, now.day()],
        |row| row.get::<String>(0),
    )?;
    Ok(titles.join("、"))
}

/// One account: what its page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// As in the list.
    pub account: Account,
    /// The posts held now.
    pub posts: Vec<Held>,
    /// Open sessions.
    pub sessions: u64,
    /// A link is to be had: approved, not yet used.
    pub link_due: bool,
    /// A reset waits for approval.
    pub reset_waits: bool,
    /// When it was made.
    pub made_at: String,
    /// Whether it is the actor's own.
    pub own: bool,
    /// What the actor may do with it.
    pub may: Vec<Action>,
}

/// A post that is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Title.
    pub title: String,
    /// Name of the unit.
    pub unit: String,
    /// Role.
    pub role: Option<Role>,
    /// Since when.
    pub from_day: String,
}

/// Shows one account.
///
/// # Errors
/// [`Refused::Denied`] outside of one's units.
pub fn detail(desk: &mut Desk<'_, '_>, id: &str) -> Result<Detail, Refused> {
    let (county, now) = (desk.county(), desk.now);
    let target = target(desk, Action::ReadAccounts, id)?;
    let path = Subject::Unit(&target.path);
    desk.require(Action::ReadAccounts, &path, ("account", id))?;
    let (mut account, made_at) = desk.tx.one(
        "select a.id, a.username, a.name, u.name, a.state, case when a.totp_sealed is null then 0 else 1 end, a.seen_at,
                a.made_at
         from account a join unit u on u.county = a.county and u.id = a.unit where a.county = $1 and a.id = $2",
        &params![county, id],
        |row| Ok((account(row)?, row.get::<String>(7)?)),
    )?;
    account.posts = titles(desk.tx, now, county, id)?;
    let posts = held(desk.tx, now, county, id)?;
    let sessions = desk.tx.one(
        "select cast(count(*) as bigint) from session
         where county = $1 and account = $2 and ended_at is null and ends_at > $3",
        &params![county, id, now.stamp()],
        |row| row.get(0),
    )?;
    let invitations = desk.tx.query(
        "select state, kind from invitation where county = $1 and account = $2 and state in ('asked', 'approved')",
        &params![county, id],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let own = id == desk.actor().account;
    let may = [Action::InviteAccount, Action::ResetSignIn, Action::DisableAccount, Action::EndSession]
        .into_iter()
        .filter(|action| !own && reach::allowed(desk.actor(), *action, &path, ("account", id)).is_ok())
        .collect();
    Ok(Detail {
        account,
        posts,
        sessions,
        link_due: invitations.iter().any(|(state, _)| state == "approved"),
        reset_waits: invitations.iter().any(|(state, kind)| state == "asked" && kind == "reset"),
        made_at,
        own,
        may,
    })
}

/// The posts that an account holds now, with the names of their units.
pub(super) fn held(tx: &mut Tx<'_>, now: &Now, county: &str, account: &str) -> Result<Vec<Held>, Refused> {
    Ok(tx.query(
        "select p.title, u.name, p.role, t.from_day
         from tenure t
         join post p on p.county = t.county and p.id = t.post
         join unit u on u.county = p.county and u.id = p.unit
         where t.county = $1 and t.account = $2 and t.from_day <= $3 and (t.until_day is null or t.until_day > $3)
           and p.closed_at is null
         order by p.sort, p.id",
        &params![county, account, now.day()],
        |row| {
            Ok(Held {
                title: row.get(0)?,
                unit: row.get(1)?,
                role: Role::from_code(&row.get::<String>(2)?),
                from_day: row.get(3)?,
            })
        },
    )?)
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
