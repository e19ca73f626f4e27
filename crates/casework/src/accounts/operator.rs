//! Accounts by command, for whoever runs the machine (`baoxue user …`): whoever holds the key file and the database needs
//! no right, but everything goes on the record as the operator's.

use rules::access::{Action, Actor};

use super::invite::{self, Link, Person};
use super::tries::{self, Asked, Outcome};
use super::{keep, session};
use crate::audit::{self, Entry};
use crate::db::Tx;
use crate::desk::SignedIn;
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
        only: None,
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

/// Lifts the lock that wrong passwords or codes have put on an account; what was tried stays on the record.
///
/// # Errors
/// [`Refused::Rule`] when there is no such account.
pub fn unlock(tx: &mut Tx<'_>, keys: &Keys, now: &Now, actor: &Actor, username: &str) -> Result<(), Refused> {
    let (id, _) = account(tx, &actor.county, username)?;
    let index = keys.index(&actor.county, "username", username);
    let asked = Asked { county: &actor.county, username: &index, source: "", device: "" };
    tries::note(tx, now, &asked, Some(&id), Outcome::Forgiven)?;
    record(tx, now, actor, Action::ResetSignIn, &id, "命令行解除锁定")
}

/// Ends every session of an account, tokens of the API too. How many.
///
/// # Errors
/// [`Refused::Rule`] when there is no such account.
pub fn end_sessions(tx: &mut Tx<'_>, now: &Now, actor: &Actor, username: &str) -> Result<u64, Refused> {
    let (id, _) = account(tx, &actor.county, username)?;
    let ended = session::end_all(tx, now, &actor.county, &id, "", &actor.account)?;
    record(tx, now, actor, Action::EndSession, &id, &format!("命令行结束{ended}个登录"))?;
    Ok(ended)
}

/// Whom an account is made for by command.
#[derive(Debug, Clone, Copy)]
pub struct Invited<'a> {
    /// User name.
    pub username: &'a str,
    /// Name.
    pub name: &'a str,
    /// Name of the unit.
    pub unit: &'a str,
    /// Title of its vacant post.
    pub title: &'a str,
}

/// Makes an account for a vacant post and gives the link with which its owner sets it up.
///
/// # Errors
/// [`Refused::Invalid`] for a name or user name that cannot be taken; [`Refused::Rule`] where the unit has no such vacant
/// post, or the roles exclude each other.
pub fn invite(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    actor: &Actor,
    who: Invited<'_>,
) -> Result<Link, Refused> {
    let county = actor.county.as_str();
    for (field, problem) in
        [("name", invite::name_problem(who.name)), ("username", invite::username_problem(who.username))]
    {
        if let Some(text) = problem {
            return Err(Refused::field(field, text));
        }
    }
    let (unit, post) = vacant(tx, county, who)?;
    let person = Person { name: who.name, username: who.username, unit: &unit };
    let id = invite::create(tx, now, county, &person, "approved", &actor.account)?;
    invite::hold(tx, now, county, &id, &post, &actor.account)?;
    let invitation = now.id();
    tx.execute(
        "insert into invitation (county, id, account, post, kind, token, state, reason, asked_by, asked_at)
         values ($1, $2, $3, $4, 'invite', $5, 'approved', '命令行新建', $6, $7)",
        &params![county, &invitation, &id, &post, invite::unissued(&invitation), &actor.account, now.stamp()],
    )?;
    record(tx, now, actor, Action::InviteAccount, &id, "命令行新建")?;
    invite::issue(tx, keys, now, county, &invitation, who.username)
}

/// The unit and its vacant post of this title.
fn vacant(tx: &mut Tx<'_>, county: &str, who: Invited<'_>) -> Result<(String, String), Refused> {
    let posts = tx.query(
        "select u.id, p.id, p.title from post p join unit u on u.county = p.county and u.id = p.unit
         where p.county = $1 and u.name = $2 and p.closed_at is null and u.until_day is null
           and not exists (select 1 from tenure t where t.county = $1 and t.post = p.id and t.until_day is null)
         order by p.sort, p.id",
        &params![county, who.unit],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?)),
    )?;
    if let Some((unit, post, _)) = posts.iter().find(|(_, _, title)| title == who.title) {
        return Ok((unit.clone(), post.clone()));
    }
    let mut titles: Vec<&str> = posts.iter().map(|(_, _, title)| title.as_str()).collect();
    titles.dedup();
    let todo = if titles.is_empty() {
        "先请单位管理员在“单位”里设岗位或办交接".to_owned()
    } else {
        format!("空缺的岗位有：{}", titles.join("、"))
    };
    Err(Refused::rule(format!("{}没有空缺的“{}”", who.unit, who.title), "五(一)", todo))
}

/// Stands in for an account, with the posts that it holds now, for a list that is handed in or taken out by command. That
/// it was done by command is on the record, before anything else is.
///
/// # Errors
/// [`Refused::Rule`] when there is no such account or it is not in use.
pub fn stand_in(
    tx: &mut Tx<'_>,
    now: &Now,
    actor: &Actor,
    username: &str,
    (action, detail): (Action, &str),
) -> Result<SignedIn, Refused> {
    let county = actor.county.as_str();
    let (id, state) = account(tx, county, username)?;
    if state != "active" {
        return Err(Refused::rule("这个账号没有在用", "", "换一个在用的账号，用 user list 查看"));
    }
    let name =
        tx.one("select name from account where county = $1 and id = $2", &params![county, &id], |row| {
            row.get::<String>(0)
        })?;
    record(tx, now, actor, action, &id, detail)?;
    let posts = session::posts(tx, now, county, &id)?;
    let actor =
        Actor { county: county.to_owned(), account: id, session: String::new(), name, posts, only: None };
    // Whoever holds the key file needs no further proof.
    Ok(SignedIn { actor, confirmed: Some(now.timestamp()) })
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
