//! 邀请与批准, 四(十四): a unit's administrator asks for an account, the unit's leader approves or refuses, and only
//! then is there a link with which its owner sets it up. Nobody approves what he asked for, and nobody gives himself
//! a post (hazard A16).
// long because: the steps of an invitation share their queries, and their order is the rule.

use jiff::SignedDuration;
use rules::access::{Action, Grant, Post, Role, Subject};

use super::tell::{self, News};
use super::{keep, reach};
use crate::db::DbError;
use crate::desk::Desk;
use crate::keys::Keys;
use crate::now::{Now, stamp};
use crate::params;
use crate::refused::{Problem, Refused};
use crate::search;
use crate::units;

/// How long a link can be used.
pub const LINK_LASTS: SignedDuration = SignedDuration::from_hours(7 * 24);

const BASIS: &str = "四(十四)";

/// What the unit's administrator fills in.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The person's name.
    pub name: String,
    /// User name.
    pub username: String,
    /// Unit that keeps the account.
    pub unit: String,
    /// The vacant post of that unit that the person is to hold.
    pub post: String,
    /// Why: a letter of appointment, a decision.
    pub reason: String,
}

/// A link that sets an account up: shown once, stored as a keyed hash only.
#[derive(Clone, PartialEq, Eq)]
pub struct Link {
    /// What stands behind `/set-up/`.
    pub token: String,
    /// Until when it can be used, as stored.
    pub expires: String,
    /// Whose account it sets up.
    pub username: String,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link").field("expires", &self.expires).finish_non_exhaustive()
    }
}

/// What the leader says to an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// 批准.
    Approve,
    /// 不批准.
    Refuse,
}

/// An invitation that waits, or that was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Id.
    pub id: String,
    /// `invite` or `reset`.
    pub kind: String,
    /// `asked`, `approved`, `refused` or `used`.
    pub state: String,
    /// Whose account.
    pub account: String,
    /// Name of the person.
    pub name: String,
    /// User name.
    pub username: String,
    /// Name of the unit.
    pub unit: String,
    /// Title of the post.
    pub post: String,
    /// Role of the post.
    pub role: Option<Role>,
    /// Why.
    pub reason: String,
    /// Who asked.
    pub asked_by: String,
    /// When.
    pub asked_at: String,
    /// Whether the actor asked for it, and so cannot answer it.
    pub mine: bool,
}

/// A vacant post for which somebody can be invited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vacant {
    /// Id of the post.
    pub id: String,
    /// Id of its unit.
    pub unit: String,
    /// Name of its unit.
    pub unit_name: String,
    /// Title.
    pub title: String,
    /// Role.
    pub role: Role,
}

/// Vacant posts of the units for which the actor may invite, at most `limit`, found by unit or title.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn vacancies(desk: &mut Desk<'_, '_>, search: &str, limit: u32) -> Result<Vec<Vacant>, Refused> {
    reach::allowed(desk.actor(), Action::InviteAccount, &Subject::Nothing, ("post", ""))?;
    let mut params = params![desk.county(), super::like(search), limit].to_vec();
    let scope = units::within(desk.actor(), Action::InviteAccount, "p.unit", &mut params);
    let sql = format!(
        "select p.id, p.unit, u.name, p.title, p.role
         from post p join unit u on u.county = p.county and u.id = p.unit
         where p.county = $1 and p.closed_at is null and u.until_day is null
           and (u.name like $2 escape '!' or p.title like $2 escape '!')
           and not exists (select 1 from tenure t
                           where t.county = $1 and t.post = p.id and t.until_day is null)
           and not exists (select 1 from invitation i
                           where i.county = $1 and i.post = p.id and i.state = 'asked')
           and {scope}
         order by u.sort, u.id, p.sort, p.id limit $3"
    );
    let posts = desk.tx.query(&sql, &params, |row| {
        let role = Role::from_code(&row.get::<String>(4)?);
        let (id, unit, unit_name, title) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        Ok(role.map(|role| Vacant { id, unit, unit_name, title, role }))
    })?;
    Ok(posts.into_iter().flatten().collect())
}

/// Asks for an account. It cannot be used before somebody else has approved it.
///
/// # Errors
/// [`Refused::Denied`] outside of one's units; [`Refused::Invalid`] for a name, a user name or a post that cannot be
/// taken.
pub fn ask(desk: &mut Desk<'_, '_>, wanted: &Wanted) -> Result<String, Refused> {
    let county = desk.county();
    let path = units::path(desk.tx, county, &wanted.unit)?;
    let post_of_asker: Grant<'_> =
        desk.require(Action::InviteAccount, &Subject::Unit(&path), ("unit", &wanted.unit))?;
    let (name, username) = (wanted.name.trim(), wanted.username.trim().to_lowercase());
    let mut problems = Vec::new();
    problems.extend(name_problem(name).map(|text| Problem { field: "name", text }));
    problems.extend(username_problem(&username).map(|text| Problem { field: "username", text }));
    problems.extend(reason_problem(wanted.reason.trim()));
    let post = vacant(desk, &wanted.post, &wanted.unit)?;
    if post.is_none() {
        problems
            .push(Problem { field: "post", text: "请选择本单位的一个空缺岗位。".to_owned() });
    }
    if !problems.is_empty() {
        return Err(Refused::Invalid(problems));
    }
    let person = Person { name, username: &username, unit: &wanted.unit };
    let entered = Entered { person, post: &wanted.post, reason: wanted.reason.trim() };
    let invitation = enter(desk, post_of_asker.post, &entered)?;
    let mut approvers = tell::leaders(desk.tx, desk.now, county, &path)?;
    approvers.retain(|approver| *approver != desk.actor().account);
    let news = News {
        kind: "invitation",
        subject: &invitation,
        text: "有一个新账号等待批准。",
        href: "/accounts/invitations",
    };
    tell::all(desk.tx, desk.now, county, &approvers, &news)?;
    Ok(invitation)
}

/// What an invitation consists of, looked over already.
pub(super) struct Entered<'a> {
    pub(super) person: Person<'a>,
    pub(super) post: &'a str,
    pub(super) reason: &'a str,
}

/// Enters an invitation and its account, which nobody can use before somebody else has approved it. Its id.
pub(super) fn enter(
    desk: &mut Desk<'_, '_>,
    post_of_asker: Option<&Post>,
    entered: &Entered<'_>,
) -> Result<String, Refused> {
    let county = desk.county();
    let account = create(desk.tx, desk.now, county, &entered.person, "invited", &desk.actor().account)?;
    let invitation = desk.now.id();
    desk.tx.execute(
        "insert into invitation (county, id, account, post, kind, token, state, reason, asked_by, asked_at)
         values ($1, $2, $3, $4, 'invite', $5, 'asked', $6, $7, $8)",
        &params![
            county,
            &invitation,
            &account,
            entered.post,
            unissued(&invitation),
            entered.reason,
            desk.actor().account.as_str(),
            desk.now.stamp(),
        ],
    )?;
    desk.record(Action::InviteAccount, post_of_asker, ("account", &account), entered.reason, "提出")?;
    Ok(invitation)
}

/// The role of a vacant post of this unit, unless somebody is invited to it already.
fn vacant(desk: &mut Desk<'_, '_>, post: &str, unit: &str) -> Result<Option<Role>, Refused> {
    let role = desk.tx.optional(
        "select role from post p
         where p.county = $1 and p.id = $2 and p.unit = $3 and p.closed_at is null
           and not exists (select 1 from tenure t
                           where t.county = $1 and t.post = p.id and t.until_day is null)
           and not exists (select 1 from invitation i
                           where i.county = $1 and i.post = p.id and i.state = 'asked')",
        &params![desk.county(), post, unit],
        |row| row.get::<String>(0),
    )?;
    Ok(role.as_deref().and_then(Role::from_code))
}

/// Whom an account is made for.
pub(super) struct Person<'a> {
    pub(super) name: &'a str,
    pub(super) username: &'a str,
    pub(super) unit: &'a str,
}

/// Makes an account that nobody can sign in to yet. Its id.
pub(super) fn create(
    tx: &mut crate::db::Tx<'_>,
    now: &Now,
    county: &str,
    person: &Person<'_>,
    state: &str,
    by: &str,
) -> Result<String, Refused> {
    let id = now.id();
    let made = tx.nested(|tx| {
        tx.execute(
            "insert into account (county, id, username, name, initials, unit, state, made_at, made_by)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            &params![
                county,
                &id,
                person.username,
                person.name,
                linkage::spelling::spelling(person.name).initials,
                person.unit,
                state,
                now.stamp(),
                by,
            ],
        )
    });
    match made {
        Ok(_) => {
            search::of_person(tx, county, &id, person.name)?;
            Ok(id)
        }
        Err(DbError::Unique(_)) => Err(Refused::field("username", "这个账号名已经有人用了，请换一个。")),
        Err(error) => Err(error.into()),
    }
}

/// What is wrong with the reason of an invitation.
pub(super) fn reason_problem(reason: &str) -> Option<Problem> {
    let text = if reason.is_empty() {
        "请写明依据，例如任职文件。"
    } else if reason.chars().count() > 200 {
        "依据太长：最多 200 个字。"
    } else {
        return None;
    };
    Some(Problem { field: "reason", text: text.to_owned() })
}

pub(super) fn name_problem(name: &str) -> Option<String> {
    let chars = name.chars().count();
    let fine = (2..=40).contains(&chars) && !name.chars().any(char::is_control);
    (!fine).then(|| "请填写姓名，2 到 40 个字。".to_owned())
}

pub(super) fn username_problem(username: &str) -> Option<String> {
    let mut chars = username.chars();
    let fine = chars.next().is_some_and(|first| first.is_ascii_lowercase())
        && (2..=32).contains(&username.len())
        && chars.all(|sign| {
            sign.is_ascii_lowercase() || sign.is_ascii_digit() || matches!(sign, '.' | '_' | '-')
        });
    (!fine).then(|| "账号名以小写字母开头，2 到 32 位，只用小写字母、数字、点、横线、下划线。".to_owned())
}

/// What stands in the column of a link's hash while there is no link: no token has this hash.
pub(super) fn unissued(invitation: &str) -> String {
    format!("none:{invitation}")
}

struct Waiting {
    account: String,
    unit: String,
    post: Option<String>,
    kind: String,
    state: String,
    asked_by: String,
}

fn waiting(desk: &mut Desk<'_, '_>, invitation: &str) -> Result<Option<Waiting>, Refused> {
    Ok(desk.tx.optional(
        "select i.account, a.unit, i.post, i.kind, i.state, i.asked_by
         from invitation i join account a on a.county = i.county and a.id = i.account
         where i.county = $1 and i.id = $2 and i.kind <> 'first'",
        &params![desk.county(), invitation],
        |row| {
            Ok(Waiting {
                account: row.get(0)?,
                unit: row.get(1)?,
                post: row.get(2)?,
                kind: row.get(3)?,
                state: row.get(4)?,
                asked_by: row.get(5)?,
            })
        },
    )?)
}

/// Approves or refuses what somebody else asked for. With the approval of an invitation the post is held from today.
///
/// # Errors
/// [`Refused::Denied`] for who does not lead the unit or one above it; [`Refused::Rule`] for one's own request, or when
/// the post has been filled; [`Refused::Changed`] when it was answered already.
pub fn answer(desk: &mut Desk<'_, '_>, invitation: &str, answer: Answer) -> Result<(), Refused> {
    let (asked_by, account) = settle(desk, invitation, answer)?;
    let text = if answer == Answer::Approve {
        "账号申请已批准，请取得设置链接交给本人。"
    } else {
        "账号申请没有批准。"
    };
    let href = format!("/accounts/{account}");
    let news = News { kind: "invitation", subject: invitation, text, href: &href };
    tell::one(desk.tx, desk.now, desk.county(), &asked_by, &news)
}

/// The answer without the news of it. Who asked, and for which account.
pub(super) fn settle(
    desk: &mut Desk<'_, '_>,
    invitation: &str,
    answer: Answer,
) -> Result<(String, String), Refused> {
    let county = desk.county();
    let me = desk.actor().account.as_str();
    let Some(asked) = waiting(desk, invitation)? else {
        return Err(Refused::denied(Action::ApproveAccount, "invitation", invitation));
    };
    let path = units::path(desk.tx, county, &asked.unit)?;
    let grant = desk.require(Action::ApproveAccount, &Subject::Unit(&path), ("invitation", invitation))?;
    if asked.asked_by == me || asked.account == me {
        return Err(Refused::rule("不能批准自己提出的申请", BASIS, "请由本单位或上级单位的另一位负责人批准"));
    }
    if asked.state != "asked" {
        return Err(Refused::Changed { what: "这个申请已经有人答复了".to_owned() });
    }
    let state = if answer == Answer::Approve { "approved" } else { "refused" };
    desk.tx.execute(
        "update invitation set state = $3, answered_by = $4, answered_at = $5 where county = $1 and id = $2",
        &params![county, invitation, state, me, desk.now.stamp()],
    )?;
    if asked.kind == "invite" {
        if answer == Answer::Approve {
            if let Some(post) = &asked.post {
                hold(desk.tx, desk.now, county, &asked.account, post, me)?;
            }
            desk.tx.execute(
                "update account set state = 'approved' where county = $1 and id = $2 and state = 'invited'",
                &params![county, &asked.account],
            )?;
        } else {
            // Nobody ever used it, so its name is free again.
            desk.tx.execute(
                "update account set state = 'disabled', username = username || '#' || id
                 where county = $1 and id = $2 and state = 'invited'",
                &params![county, &asked.account],
            )?;
        }
    }
    if asked.kind == "reset" && answer == Answer::Approve {
        keep::close_sign_in(desk.tx, desk.now, county, &asked.account, me)?;
        keep::tell_reset(desk.tx, desk.now, county, &asked.account)?;
    }
    let detail = if answer == Answer::Approve { "批准" } else { "不批准" };
    desk.record(Action::ApproveAccount, grant.post, ("account", &asked.account), "", detail)?;
    Ok((asked.asked_by, asked.account))
}

/// The unit of an account and those above it.
pub(super) fn unit_of(desk: &mut Desk<'_, '_>, account: &str) -> Result<Vec<String>, Refused> {
    let county = desk.county();
    let unit = desk.tx.optional(
        "select unit from account where county = $1 and id = $2",
        &params![county, account],
        |row| row.get::<String>(0),
    )?;
    let Some(unit) = unit else {
        return Err(Refused::denied(Action::InviteAccount, "account", account));
    };
    units::path(desk.tx, county, &unit)
}

/// Gives an account a post from today. The three separated powers exclude each other and every other role (hazards
/// A14, A15); a post is held by one person.
pub(super) fn hold(
    tx: &mut crate::db::Tx<'_>,
    now: &Now,
    county: &str,
    account: &str,
    post: &str,
    by: &str,
) -> Result<(), Refused> {
    let role = tx.optional(
        "select role from post where county = $1 and id = $2 and closed_at is null",
        &params![county, post],
        |row| row.get::<String>(0),
    )?;
    let Some(role) = role.as_deref().and_then(Role::from_code) else {
        return Err(Refused::rule("这个岗位已经撤销", "", "请另选一个岗位"));
    };
    units::may_hold(tx, now, county, account, role)?;
    let held = tx.nested(|tx| {
        tx.execute(
            "insert into tenure (county, id, post, account, from_day, by_account, made_at)
             values ($1, $2, $3, $4, $5, $6, $7)",
            &params![county, now.id(), post, account, now.day(), by, now.stamp()],
        )
    });
    match held {
        Ok(_) => Ok(()),
        Err(DbError::Unique(_)) => {
            Err(Refused::rule("这个岗位已经有人", "五(一)", "请先办理工作交接，或另选一个岗位"))
        }
        Err(error) => Err(error.into()),
    }
}

/// The link for an account that is approved: made anew each time, so that an earlier one opens nothing any more.
///
/// # Errors
/// [`Refused::Denied`] outside of one's units; [`Refused::Rule`] while nobody has approved the account.
pub fn link(desk: &mut Desk<'_, '_>, account: &str) -> Result<Link, Refused> {
    let county = desk.county();
    let found = desk.tx.optional(
        "select i.id, i.kind, a.unit, a.username
         from invitation i join account a on a.county = i.county and a.id = i.account
         where i.county = $1 and i.account = $2 and i.state = 'approved' and i.kind <> 'first'
         order by i.asked_at desc, i.id desc limit 1",
        &params![county, account],
        |row| {
            Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?, row.get::<String>(3)?))
        },
    )?;
    let (invitation, kind, unit, username) = match found {
        Some(found) => found,
        None => return Err(Refused::denied(Action::InviteAccount, "account", account)),
    };
    let path = units::path(desk.tx, county, &unit)?;
    let action = if kind == "reset" { Action::ResetSignIn } else { Action::InviteAccount };
    let grant = desk.require(action, &Subject::Unit(&path), ("account", account))?;
    let link = issue(desk.tx, desk.keys, desk.now, county, &invitation, &username)?;
    desk.record(action, grant.post, ("account", account), "", "取得设置链接")?;
    Ok(link)
}

/// Gives an approved invitation its token.
pub(super) fn issue(
    tx: &mut crate::db::Tx<'_>,
    keys: &Keys,
    now: &Now,
    county: &str,
    invitation: &str,
    username: &str,
) -> Result<Link, Refused> {
    let token = now.token();
    let expires = stamp(now.timestamp().saturating_add(LINK_LASTS).unwrap_or(now.timestamp()));
    tx.execute(
        "update invitation set token = $3, expires_at = $4 where county = $1 and id = $2 and state = 'approved'",
        &params![county, invitation, hash(keys, county, &token), &expires],
    )?;
    Ok(Link { token, expires, username: username.to_owned() })
}

/// What is stored of a link's token.
pub(super) fn hash(keys: &Keys, county: &str, token: &str) -> String {
    keys.index(county, "invitation", token)
}

/// Requests that wait for an answer, in the units that the actor may answer for or ask for.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn open(desk: &mut Desk<'_, '_>) -> Result<Vec<Invitation>, Refused> {
    let asks = reach::allowed(desk.actor(), Action::InviteAccount, &Subject::Nothing, ("invitation", ""));
    let action =
        match reach::allowed(desk.actor(), Action::ApproveAccount, &Subject::Nothing, ("invitation", "")) {
            Ok(_) => Action::ApproveAccount,
            Err(denied) => {
                asks.map_err(|_| denied)?;
                Action::InviteAccount
            }
        };
    let mut params = params![desk.county()].to_vec();
    let scope = units::within(desk.actor(), action, "a.unit", &mut params);
    let sql = format!(
        "select i.id, i.kind, i.state, i.account, a.name, a.username, u.name, coalesce(p.title, ''), p.role, i.reason,
                coalesce(b.name, ''), i.asked_at, i.asked_by
         from invitation i
         join account a on a.county = i.county and a.id = i.account
         join unit u on u.county = a.county and u.id = a.unit
         left join post p on p.county = i.county and p.id = i.post
         left join account b on b.county = i.county and b.id = i.asked_by
         where i.county = $1 and i.state = 'asked' and {scope}
         order by i.asked_at, i.id limit 200"
    );
    let me = desk.actor().account.as_str();
    Ok(desk.tx.query(&sql, &params, |row| {
        Ok(Invitation {
            id: row.get(0)?,
            kind: row.get(1)?,
            state: row.get(2)?,
            account: row.get(3)?,
            name: row.get(4)?,
            username: row.get(5)?,
            unit: row.get(6)?,
            post: row.get(7)?,
            role: row.get::<Option<String>>(8)?.as_deref().and_then(Role::from_code),
            reason: row.get(9)?,
            asked_by: row.get(10)?,
            asked_at: row.get(11)?,
            mine: row.get::<String>(12)? == me,
        })
    })?)
}
