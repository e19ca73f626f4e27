//! Who is on line, and 强制下线: ending somebody's session by right, or one's own.

use jiff::SignedDuration;
use rules::access::{Action, Subject};
use rules::purpose::ListPurpose;

use super::keep;
use super::reach;
use super::security;
use crate::desk::Desk;
use crate::exports::{self, Made, Shape};
use crate::now::stamp;
use crate::params;
use crate::refused::Refused;
use crate::units;

/// A session that somebody uses now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Online {
    /// Id.
    pub session: String,
    /// Id of the account.
    pub account: String,
    /// Name.
    pub name: String,
    /// User name.
    pub username: String,
    /// Name of the unit.
    pub unit: String,
    /// `Chrome 120 · Windows`.
    pub browser: String,
    /// Address.
    pub source: String,
    /// Since when.
    pub made_at: String,
    /// Last used.
    pub seen_at: String,
    /// How many sessions the account has open: more than one may be a shared account (hazard A21).
    pub at_once: u64,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// Sessions used within the idle time, newest use first, of the units that the actor may look after; at most 500. How
/// many there are stands beside them.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn list(desk: &mut Desk<'_, '_>, search: &str) -> Result<(Vec<Online>, u64), Refused> {
    rows(desk, search, 500)
}

/// Who is on line now, of what the search finds, as a workbook.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Storage`].
pub fn export(desk: &mut Desk<'_, '_>, search: &str, purpose: ListPurpose) -> Result<Made, Refused> {
    const SHAPE: Shape = Shape {
        name: "在线人员",
        kind: "session",
        action: Action::EndSession,
        columns: &[
            ("姓名", 12.0),
            ("账号", 16.0),
            ("单位", 28.0),
            ("设备", 24.0),
            ("来源", 18.0),
            ("登录时间", 20.0),
            ("最近使用", 20.0),
            ("同时登录数", 12.0),
        ],
    };
    let (online, _) = rows(desk, search, exports::MOST)?;
    let cells = |one: Online| {
        vec![
            one.name,
            one.username,
            one.unit,
            one.browser,
            one.source,
            exports::moment(&one.made_at),
            exports::moment(&one.seen_at),
            one.at_once.to_string(),
        ]
    };
    exports::of(desk, SHAPE, purpose, online.into_iter().map(cells).collect())
}

fn rows(desk: &mut Desk<'_, '_>, search: &str, limit: usize) -> Result<(Vec<Online>, u64), Refused> {
    reach::allowed(desk.actor(), Action::EndSession, &Subject::Nothing, ("session", ""))?;
    let county = desk.county();
    let idle = security::settings(desk.tx, county)?.profile.policy().idle_minutes;
    let used = desk.now.timestamp().saturating_sub(SignedDuration::from_mins(i64::from(idle)));
    let used = stamp(used.unwrap_or(desk.now.timestamp()));
    let mut params = params![county, &used, desk.now.stamp(), super::like(search.trim())].to_vec();
    let scope = units::within(desk.actor(), Action::EndSession, "a.unit", &mut params);
    let open = format!(
        "from session s
         join account a on a.county = s.county and a.id = s.account
         join unit u on u.county = a.county and u.id = a.unit
         where s.county = $1 and s.ended_at is null and s.seen_at > $2 and s.ends_at > $3 and s.stage = 'full'
           and (a.name like $4 escape '!' or a.username like $4 escape '!' or a.initials like $4 escape '!'
                or u.name like $4 escape '!')
           and {scope}"
    );
    let total = desk.tx.one(&format!("select cast(count(*) as bigint) {open}"), &params, |row| row.get(0))?;
    params.push(crate::db::Value::from(limit));
    let sql = format!(
        "select s.id, s.account, a.name, a.username, u.name, s.browser, s.source, s.made_at, s.seen_at,
                (select cast(count(*) as bigint) from session o
                 where o.county = $1 and o.account = s.account and o.ended_at is null and o.ends_at > $3
                   and o.stage = 'full')
         {open} order by s.seen_at desc, s.id limit ${}",
        params.len()
    );
    let current = desk.actor().session.as_str();
    let online = desk.tx.query(&sql, &params, |row| {
        let session: String = row.get(0)?;
        Ok(Online {
            current: session == current,
            session,
            account: row.get(1)?,
            name: row.get(2)?,
            username: row.get(3)?,
            unit: row.get(4)?,
            browser: row.get(5)?,
            source: row.get(6)?,
            made_at: row.get(7)?,
            seen_at: row.get(8)?,
            at_once: row.get(9)?,
        })
    })?;
    Ok((online, total))
}

/// Ends a session: one's own, or by right. Its next request is refused (hazard A20).
///
/// # Errors
/// [`Refused::Denied`], also for a session that is not there.
pub fn end(desk: &mut Desk<'_, '_>, session: &str) -> Result<(), Refused> {
    let (county, me) = (desk.county(), desk.actor().account.as_str());
    let found = desk.tx.optional(
        "select account, ended_at from session where county = $1 and id = $2",
        &params![county, session],
        |row| Ok((row.get::<String>(0)?, row.get::<Option<String>>(1)?)),
    )?;
    let Some((account, ended)) = found else {
        return Err(Refused::denied(Action::EndSession, "session", session));
    };
    let (action, post) = if account == me {
        (Action::ManageOwnAccount, None)
    } else {
        let target = keep::target(desk, Action::EndSession, &account)?;
        let grant = desk.require(Action::EndSession, &Subject::Unit(&target.path), ("session", session))?;
        (Action::EndSession, grant.post)
    };
    if ended.is_some() {
        return Ok(());
    }
    desk.tx.execute(
        "update session set ended_at = $3, ended_by = $4 where county = $1 and id = $2",
        &params![county, session, desk.now.stamp(), me],
    )?;
    desk.record(action, post, ("session", session), "", "结束登录")
}

/// Ends every session of an account.
///
/// # Errors
/// [`Refused::Denied`], also for an account that is not there.
pub fn end_all(desk: &mut Desk<'_, '_>, account: &str) -> Result<u64, Refused> {
    let (county, actor) = (desk.county(), desk.actor());
    let own = account == actor.account;
    let (action, post) = if own {
        (Action::ManageOwnAccount, None)
    } else {
        let target = keep::target(desk, Action::EndSession, account)?;
        let grant = desk.require(Action::EndSession, &Subject::Unit(&target.path), ("account", account))?;
        (Action::EndSession, grant.post)
    };
    // One's own present session stays.
    let except = if own { actor.session.as_str() } else { "" };
    let ended = super::session::end_all(desk.tx, desk.now, county, account, except, &actor.account)?;
    desk.record(action, post, ("account", account), "", &format!("结束{ended}个登录"))?;
    Ok(ended)
}

/// Ends a session of one's own; somebody else's is not there.
///
/// # Errors
/// [`Refused::Denied`].
pub fn end_own(desk: &mut Desk<'_, '_>, session: &str) -> Result<(), Refused> {
    let own = desk.tx.optional(
        "select 1 from session where county = $1 and id = $2 and account = $3",
        &params![desk.county(), session, desk.actor().account.as_str()],
        |row| row.get::<i64>(0),
    )?;
    if own.is_none() {
        return Err(Refused::denied(Action::ManageOwnAccount, "session", session));
    }
    end(desk, session)
}
