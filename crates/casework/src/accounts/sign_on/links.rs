//! Which account is whose on the platform: the unit's administrator enters the code that its owner was shown there, the unit's leader
//! approves (as with an invitation, 四(十四)); either ends it. Nobody links his own account, and nobody links by a name alone.

use rules::access::{Action, Subject};

use crate::accounts::reach::allowed;
use crate::accounts::tell::{self, News};
use crate::accounts::{invite, keep};
use crate::desk::Desk;
use crate::now::stamp;
use crate::params;
use crate::refused::Refused;
use crate::units;

const BASIS: &str = "四(十四)";

/// For how long the code that somebody was shown can be entered.
const CODE_LASTS: jiff::SignedDuration = jiff::SignedDuration::from_hours(7 * 24);

/// How an account stands to the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    /// Whether a platform is open at all.
    pub offered: bool,
    /// The link that waits or stands.
    pub link: Option<Link>,
}

/// A link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Id.
    pub id: String,
    /// Whether it stands; else it waits for a leader.
    pub stands: bool,
    /// What the platform calls the person.
    pub name: String,
    /// Since when it stands, or waits.
    pub since: String,
}

/// A link that waits for a leader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Id.
    pub id: String,
    /// Id of the account.
    pub account: String,
    /// Name of its owner.
    pub name: String,
    /// User name.
    pub username: String,
    /// Name of the unit.
    pub unit: String,
    /// What the platform calls the person.
    pub platform_name: String,
    /// Who asked, and when.
    pub asked: (String, String),
    /// Whether the actor asked, or it is his own account: then another answers.
    pub mine: bool,
}

/// How an account stands to the platform, for its page; whoever may see the account may see this.
///
/// # Errors
/// [`Refused::Denied`] outside of one's units.
pub fn linked(desk: &mut Desk<'_, '_>, account: &str) -> Result<Linked, Refused> {
    let target = keep::target(desk, Action::ReadAccounts, account)?;
    desk.require(Action::ReadAccounts, &Subject::Unit(&target.path), ("account", account))?;
    let county = desk.county();
    let offered = super::enter::offered(desk.tx, county)?.is_some();
    let found = desk.tx.optional(
        "select id, state, name_sealed, coalesce(answered_at, asked_at) from sign_on_link
         where county = $1 and account = $2 and state in ('asked', 'on')",
        &params![county, account],
        |row| {
            Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<Vec<u8>>(2)?, row.get::<String>(3)?))
        },
    )?;
    let link = match found {
        Some((id, state, sealed, since)) => {
            let name = desk.open("sign_on_link", "name", &id, Some(&sealed))?;
            Some(Link { id, stands: state == "on", name, since })
        }
        None => None,
    };
    Ok(Linked { offered, link })
}

/// Asks that an account be linked to whoever was shown this code on the platform; its id. It counts when a leader has approved.
///
/// # Errors
/// [`Refused::Denied`] outside of one's units; [`Refused::Rule`] for one's own account, or one that is linked;
/// [`Refused::Invalid`] for a code that is none.
pub fn ask(desk: &mut Desk<'_, '_>, account: &str, code: &str) -> Result<String, Refused> {
    let target = keep::target(desk, Action::InviteAccount, account)?;
    let grant = desk.require(Action::InviteAccount, &Subject::Unit(&target.path), ("account", account))?;
    let (county, me) = (desk.county(), desk.actor().account.as_str());
    if account == me {
        return Err(Refused::rule("不能关联自己的账号", BASIS, "请由上级单位的管理员办理"));
    }
    if target.state != "active" {
        return Err(Refused::rule("这个账号没有在用", BASIS, "请先让本人用设置链接设好账号，再来关联"));
    }
    let code: String =
        code.chars().filter(|sign| sign.is_ascii_alphanumeric()).collect::<String>().to_uppercase();
    let oldest = stamp(desk.now.timestamp().saturating_sub(CODE_LASTS).unwrap_or(desk.now.timestamp()));
    let found = desk.tx.optional(
        "select id, subject, name_sealed from sign_on_stranger
         where code = $2 and county = $1 and used_at is null and made_at > $3",
        &params![county, desk.index("sign_on_code", &code), oldest],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<Vec<u8>>(2)?)),
    )?;
    let Some((stranger, subject, sealed)) = found.filter(|_| !code.is_empty()) else {
        return Err(Refused::field(
            "code",
            "没有这个关联码，或者超过7天、已经用过。请让本人在登录页再点一次平台登录，取新的关联码。",
        ));
    };
    let taken = desk.tx.optional(
        "select account from sign_on_link
         where county = $1 and state in ('asked', 'on') and (account = $2 or subject = $3) limit 1",
        &params![county, account, &subject],
        |row| row.get::<String>(0),
    )?;
    if let Some(taken) = taken {
        let what = if taken == account {
            "这个账号已经关联"
        } else {
            "这个平台账号已经关联了别的账号"
        };
        return Err(Refused::rule(what, "一人一号", "请先解除原来的关联"));
    }
    let name = desk.open("sign_on_stranger", "name", &stranger, Some(&sealed))?;
    let id = desk.now.id();
    let sealed = desk.seal("sign_on_link", "name", &id, &name);
    desk.tx.execute(
        "insert into sign_on_link (county, id, account, subject, name_sealed, state, asked_by, asked_at)
         values ($1, $2, $3, $4, $5, 'asked', $6, $7)",
        &params![county, &id, account, &subject, sealed, me, desk.now.stamp()],
    )?;
    desk.tx.execute(
        "update sign_on_stranger set used_at = $3 where county = $1 and id = $2",
        &params![county, &stranger, desk.now.stamp()],
    )?;
    let mut leaders = tell::leaders(desk.tx, desk.now, county, &target.path)?;
    leaders.retain(|leader| leader != me && leader != account);
    let news = News {
        kind: "sign_on",
        subject: &id,
        text: "有一个账号等待批准关联统一登录。",
        href: "/accounts/sign-on",
    };
    tell::all(desk.tx, desk.now, county, &leaders, &news)?;
    desk.record(Action::InviteAccount, grant.post, ("account", account), "", "提出关联统一登录")?;
    Ok(id)
}

/// Links that wait, in the units that the actor may answer for or ask for.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn waiting(desk: &mut Desk<'_, '_>) -> Result<Vec<Waiting>, Refused> {
    let asks = allowed(desk.actor(), Action::InviteAccount, &Subject::Nothing, ("sign_on", ""));
    let action = match allowed(desk.actor(), Action::ApproveAccount, &Subject::Nothing, ("sign_on", "")) {
        Ok(_) => Action::ApproveAccount,
        Err(denied) => {
            asks.map_err(|_| denied)?;
            Action::InviteAccount
        }
    };
    let mut params = params![desk.county()].to_vec();
    let scope = units::within(desk.actor(), action, "a.unit", &mut params);
    let sql = format!(
        "select l.id, l.account, a.name, a.username, u.name, l.name_sealed, coalesce(b.name, ''), l.asked_at, l.asked_by
         from sign_on_link l
         join account a on a.county = l.county and a.id = l.account
         join unit u on u.county = a.county and u.id = a.unit
         left join account b on b.county = l.county and b.id = l.asked_by
         where l.county = $1 and l.state = 'asked' and {scope}
         order by l.asked_at, l.id limit 200"
    );
    let found = desk.tx.query(&sql, &params, |row| {
        Ok((
            (row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?, row.get::<String>(3)?),
            (row.get::<String>(4)?, row.get::<Vec<u8>>(5)?),
            (row.get::<String>(6)?, row.get::<String>(7)?, row.get::<String>(8)?),
        ))
    })?;
    let mut all = Vec::new();
    for ((id, account, name, username), (unit, sealed), (who, at, by)) in found {
        let me = desk.actor().account.as_str();
        let mine = by == me || account == me;
        let platform_name = desk.open("sign_on_link", "name", &id, Some(&sealed))?;
        all.push(Waiting { id, account, name, username, unit, platform_name, asked: (who, at), mine });
    }
    Ok(all)
}

struct Asked {
    account: String,
    state: String,
    by: String,
}

fn asked(desk: &mut Desk<'_, '_>, action: Action, id: &str) -> Result<Asked, Refused> {
    let found = desk.tx.optional(
        "select account, state, asked_by from sign_on_link where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| Ok(Asked { account: row.get(0)?, state: row.get(1)?, by: row.get(2)? }),
    )?;
    found.ok_or_else(|| Refused::denied(action, "sign_on_link", id))
}

/// Approves or refuses a link that somebody else asked for.
///
/// # Errors
/// [`Refused::Denied`]; [`Refused::Rule`] for one's own; [`Refused::Changed`].
pub fn answer(desk: &mut Desk<'_, '_>, id: &str, answer: invite::Answer) -> Result<(), Refused> {
    let one = asked(desk, Action::ApproveAccount, id)?;
    let path = invite::unit_of(desk, &one.account)?;
    let grant = desk.require(Action::ApproveAccount, &Subject::Unit(&path), ("sign_on_link", id))?;
    let (county, me) = (desk.county(), desk.actor().account.as_str());
    if one.by == me || one.account == me {
        return Err(Refused::rule("不能批准自己提出的关联", BASIS, "请由本单位或上级单位的另一位负责人批准"));
    }
    if one.state != "asked" {
        return Err(Refused::Changed { what: "这个关联已经有人办过".to_owned() });
    }
    let approved = answer == invite::Answer::Approve;
    let (state, text, detail) = if approved {
        ("on", "关联统一登录已批准，本人可以用平台登录了。", "批准关联统一登录")
    } else {
        ("refused", "关联统一登录没有批准。", "不批准关联统一登录")
    };
    desk.tx.execute(
        "update sign_on_link set state = $3, answered_by = $4, answered_at = $5 where county = $1 and id = $2",
        &params![county, id, state, me, desk.now.stamp()],
    )?;
    let href = format!("/accounts/{}", one.account);
    let news = News { kind: "sign_on", subject: id, text, href: &href };
    tell::one(desk.tx, desk.now, county, &one.by, &news)?;
    if approved {
        let text = "您的账号已关联统一登录。如果不是您本人要求的，请马上告诉本单位管理员。";
        let news = News { kind: "sign_on", subject: id, text, href: "/account" };
        tell::one(desk.tx, desk.now, county, &one.account, &news)?;
    }
    desk.record(Action::ApproveAccount, grant.post, ("account", &one.account), "", detail)
}

/// Ends a link, or takes back what waits: the platform opens this account no more, and what it opened is signed out.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn unlink(desk: &mut Desk<'_, '_>, account: &str) -> Result<(), Refused> {
    let target = keep::target(desk, Action::InviteAccount, account)?;
    let grant = desk.require(Action::InviteAccount, &Subject::Unit(&target.path), ("account", account))?;
    let (county, me) = (desk.county(), desk.actor().account.as_str());
    let ended = desk.tx.execute(
        "update sign_on_link set state = 'off', off_by = $3, off_at = $4
         where county = $1 and account = $2 and state in ('asked', 'on')",
        &params![county, account, me, desk.now.stamp()],
    )?;
    if ended == 0 {
        return Ok(());
    }
    desk.tx.execute(
        "update session set ended_at = $3, ended_by = $4
         where county = $1 and account = $2 and way = 'platform' and ended_at is null",
        &params![county, account, desk.now.stamp(), me],
    )?;
    desk.record(Action::InviteAccount, grant.post, ("account", account), "", "解除统一登录的关联")
}
