//! 接口密钥 (capability 144): how another program reads what a unit may read. The security administrator asks for a key, for a named
//! program and purpose; another person approves it; it is shown once, kept as a keyed hash, ends within a year and can be ended at any time.
//! [`rules::access::may`] decides for it as for people, within the closed list that it was made for.

use jiff::ToSpan;
use jiff::civil::Date;
use rules::access::{Action, Actor, KEY_ACTIONS, Post, Standing, Subject, key_role};

use super::reach::allowed;
use super::session;
use super::tell::{self, News};
use crate::db::{Row, Tx};
use crate::desk::{Desk, SignedIn};
use crate::keys::Keys;
use crate::now::Now;
use crate::params;
use crate::refused::{Problem, Refused};

/// What a key begins with, so that one that was left in a file is found.
pub const PREFIX: &str = "bxk_";

/// The longest that a key is good, in days.
pub const LONGEST: i32 = 365;

/// Under which name a key stands where an account would.
const NAME: &str = "key.";

/// The id of a key in place of an account's; `None` for an account.
pub(crate) fn id_of(account: &str) -> Option<&str> {
    account.strip_prefix(NAME)
}

/// A key as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Id.
    pub id: String,
    /// The program that has it.
    pub name: String,
    /// What for.
    pub purpose: String,
    /// Name of the unit whose children it reaches.
    pub unit: String,
    /// What it may.
    pub actions: Vec<Action>,
    /// `asked`, `approved`, `on` or `off`; one whose time is over is `off`.
    pub state: String,
    /// Who asked for it, and when.
    pub asked: (String, String),
    /// Who approved it.
    pub approved_by: String,
    /// The last day.
    pub until: String,
    /// Whether the actor may approve it: somebody else asked.
    pub can_approve: bool,
    /// Whether the actor may have it shown: it is approved, and it was they who asked.
    pub can_take: bool,
}

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Those that are not over first.
    pub keys: Vec<Key>,
    /// Units that can have a key: id and name.
    pub units: Vec<(String, String)>,
    /// Whether the actor may ask.
    pub asks: bool,
}

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The program.
    pub name: String,
    /// What for.
    pub purpose: String,
    /// Id of the unit.
    pub unit: String,
    /// Codes of actions.
    pub actions: Vec<String>,
    /// The last day.
    pub until: String,
}

fn actions(codes: &str) -> Vec<Action> {
    let all = codes.split(',').filter_map(Action::from_code);
    all.filter(|action| KEY_ACTIONS.contains(action)).collect()
}

/// All keys.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn page(desk: &mut Desk<'_, '_>) -> Result<Page, Refused> {
    let asks = allowed(desk.actor(), Action::KeepKeys, &Subject::Nothing, ("api_key", "")).is_ok();
    let approves = allowed(desk.actor(), Action::ApproveKey, &Subject::Nothing, ("api_key", ""));
    let approves = if asks { approves.is_ok() } else { approves.map(|_| true)? };
    let (county, me, today) = (desk.county(), desk.actor().account.as_str(), desk.now.day().to_string());
    let keys = desk.tx.query(
        "select k.id, k.name, k.purpose, coalesce(u.name, ''), k.actions,
                case when k.until_day < $2 then 'off' else k.state end, coalesce(a.name, ''), k.asked_at, coalesce(b.name, ''),
                k.until_day, k.asked_by
         from api_key k left join unit u on u.county = k.county and u.id = k.unit
         left join account a on a.county = k.county and a.id = k.asked_by
         left join account b on b.county = k.county and b.id = k.approved_by
         where k.county = $1 order by case when k.state = 'off' or k.until_day < $2 then 1 else 0 end, k.asked_at desc, k.id limit 200",
        &params![county, &today],
        |row| key(row, me, (asks, approves)),
    )?;
    let units = desk.tx.query(
        "select id, name from unit
         where county = $1 and kind in ('bureau', 'township', 'school') and until_day is null order by sort, id limit 500",
        &params![county],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(Page { keys, units, asks })
}

fn key(row: &Row<'_>, me: &str, (asks, approves): (bool, bool)) -> Result<Key, crate::db::DbError> {
    let (state, by): (String, String) = (row.get(5)?, row.get(10)?);
    Ok(Key {
        id: row.get(0)?,
        name: row.get(1)?,
        purpose: row.get(2)?,
        unit: row.get(3)?,
        actions: actions(&row.get::<String>(4)?),
        asked: (row.get(6)?, row.get(7)?),
        approved_by: row.get(8)?,
        until: row.get(9)?,
        can_approve: approves && state == "asked" && by != me,
        can_take: asks && state == "approved" && by == me,
        state,
    })
}

/// Asks for a key; its id. Nothing comes of it until somebody else has approved.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Invalid`].
pub fn ask(desk: &mut Desk<'_, '_>, wanted: &Wanted) -> Result<String, Refused> {
    let grant = desk.require(Action::KeepKeys, &Subject::Nothing, ("api_key", ""))?;
    let (county, today) = (desk.county(), desk.now.day());
    let mut problems = Vec::new();
    let mut say = |field, text: &str| problems.push(Problem { field, text: text.to_owned() });
    let (name, purpose) = (wanted.name.trim(), wanted.purpose.trim());
    if !(2..=40).contains(&name.chars().count()) {
        say("name", "请填是哪个系统用，2到40个字。");
    }
    if !(6..=200).contains(&purpose.chars().count()) {
        say("purpose", "请写明用途和依据，6到200个字。");
    }
    let chosen: Vec<Action> = wanted
        .actions
        .iter()
        .filter_map(|code| Action::from_code(code))
        .filter(|action| KEY_ACTIONS.contains(action))
        .collect();
    if chosen.is_empty() || chosen.len() != wanted.actions.len() {
        say("actions", "请至少选一项，只能选列出的。");
    }
    let latest = today.saturating_add(LONGEST.days());
    let until = wanted.until.parse::<Date>().ok().filter(|day| today <= *day && *day <= latest);
    if until.is_none() {
        say("until", "有效期从今天起，最长一年。");
    }
    let kind = desk.tx.optional(
        "select kind from unit where county = $1 and id = $2 and until_day is null",
        &params![county, &wanted.unit],
        |row| row.get::<String>(0),
    )?;
    if kind.as_deref().and_then(key_role).is_none() {
        say("unit", "请选教体局、一个乡镇或者一所学校。");
    }
    let Some(until) = until.filter(|_| problems.is_empty()) else { return Err(Refused::Invalid(problems)) };
    let codes: Vec<&str> = chosen.iter().map(|action| action.code()).collect();
    let codes = codes.join(",");
    let twin = desk.tx.query(
        "select id from api_key where county = $1 and name = $2 and unit = $3 and asked_by = $4 and state = 'asked' order by id limit 1",
        &params![county, name, &wanted.unit, &desk.actor().account],
        |row| row.get::<String>(0),
    )?;
    if let Some(id) = twin.into_iter().next() {
        return Ok(id);
    }
    let id = desk.now.id();
    desk.tx.execute(
        "insert into api_key (county, id, name, purpose, unit, actions, state, asked_by, asked_at, until_day)
         values ($1, $2, $3, $4, $5, $6, 'asked', $7, $8, $9)",
        &params![
            county,
            &id,
            name,
            purpose,
            &wanted.unit,
            &codes,
            &desk.actor().account,
            desk.now.stamp(),
            until.to_string(),
        ],
    )?;
    let mut others = tell::holders(desk.tx, desk.now, county, rules::access::Role::Security, None)?;
    others.extend(tell::leaders(desk.tx, desk.now, county, std::slice::from_ref(&wanted.unit))?);
    others.retain(|account| *account != desk.actor().account);
    let news =
        News { kind: "api_key", subject: &id, text: "有一个接口密钥等待批准。", href: "/keys" };
    tell::all(desk.tx, desk.now, county, &others, &news)?;
    desk.record(
        Action::KeepKeys,
        grant.post,
        ("api_key", &id),
        purpose,
        &format!("申请接口密钥：{codes}，到{until}"),
    )?;
    Ok(id)
}

struct Kept {
    state: String,
    asked_by: String,
    until: String,
}

fn kept(desk: &mut Desk<'_, '_>, action: Action, id: &str) -> Result<Kept, Refused> {
    let found = desk.tx.optional(
        "select state, asked_by, until_day from api_key where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| Ok(Kept { state: row.get(0)?, asked_by: row.get(1)?, until: row.get(2)? }),
    )?;
    found.ok_or_else(|| Refused::denied(action, "api_key", id))
}

/// Approves a key that somebody else asked for.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`]; [`Refused::Rule`] for one's own; [`Refused::Changed`].
pub fn approve(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let grant = desk.require(Action::ApproveKey, &Subject::Nothing, ("api_key", id))?;
    let kept = kept(desk, Action::ApproveKey, id)?;
    let me = desk.actor().account.as_str();
    if kept.asked_by == me {
        return Err(Refused::rule(
            "不能批准自己申请的密钥",
            "三权分立",
            "请由专班、教体局负责人或另一位安全管理员批准",
        ));
    }
    if kept.state != "asked" || kept.until < desk.now.day().to_string() {
        return Err(Refused::Changed { what: "这个密钥已经有人办过，或者过了期".to_owned() });
    }
    desk.tx.execute(
        "update api_key set state = 'approved', approved_by = $3, approved_at = $4 where county = $1 and id = $2",
        &params![desk.county(), id, me, desk.now.stamp()],
    )?;
    let news =
        News { kind: "api_key", subject: id, text: "接口密钥已批准，可以领取。", href: "/keys" };
    tell::one(desk.tx, desk.now, desk.county(), &kept.asked_by, &news)?;
    desk.record(Action::ApproveKey, grant.post, ("api_key", id), "", "批准接口密钥")
}

/// Has an approved key shown to whoever asked for it: once, since no more than its hash is kept.
///
/// # Errors
/// [`Refused::Denied`], also for somebody else's; [`Refused::StepUp`]; [`Refused::Changed`] the second time.
pub fn take(desk: &mut Desk<'_, '_>, id: &str) -> Result<String, Refused> {
    let grant = desk.require(Action::KeepKeys, &Subject::Nothing, ("api_key", id))?;
    let kept = kept(desk, Action::KeepKeys, id)?;
    if kept.asked_by != desk.actor().account {
        return Err(Refused::denied(Action::KeepKeys, "api_key", id));
    }
    if kept.state != "approved" || kept.until < desk.now.day().to_string() {
        return Err(Refused::Changed { what: "密钥还没有批准，或者已经领取过".to_owned() });
    }
    let token = format!("{PREFIX}{}", desk.now.token());
    desk.tx.execute(
        "update api_key set state = 'on', token = $3, on_at = $4 where county = $1 and id = $2",
        &params![desk.county(), id, session::hash(desk.keys, desk.county(), &token), desk.now.stamp()],
    )?;
    desk.record(Action::KeepKeys, grant.post, ("api_key", id), "", "领取接口密钥")?;
    Ok(token)
}

/// Ends a key: it opens nothing from the next request on.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Storage`].
pub fn end(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let grant = desk.require(Action::KeepKeys, &Subject::Nothing, ("api_key", id))?;
    if kept(desk, Action::KeepKeys, id)?.state == "off" {
        return Ok(());
    }
    desk.tx.execute(
        "update api_key set state = 'off', token = null, off_by = $3, off_at = $4 where county = $1 and id = $2",
        &params![desk.county(), id, &desk.actor().account, desk.now.stamp()],
    )?;
    desk.record(Action::KeepKeys, grant.post, ("api_key", id), "", "停用接口密钥")
}

/// Who comes with this key: asked on every request.
pub(super) fn holder(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    county: &str,
    token: &str,
) -> Result<Option<SignedIn>, Refused> {
    if token.len() > 64 {
        return Ok(None);
    }
    let id = tx.optional(
        "select id from api_key where token = $2 and county = $1",
        &params![county, session::hash(keys, county, token)],
        |row| row.get::<String>(0),
    )?;
    let Some(id) = id else { return Ok(None) };
    let actor = as_they_stand(tx, now, county, &id)?;
    Ok(actor.map(|actor| SignedIn { actor, confirmed: None }))
}

/// A key as it stands now; `None` when it is not on, its time is over, or its unit is closed.
pub(crate) fn as_they_stand(
    tx: &mut Tx<'_>,
    now: &Now,
    county: &str,
    id: &str,
) -> Result<Option<Actor>, Refused> {
    let found = tx.optional(
        "select k.name, k.unit, k.actions, u.kind from api_key k join unit u on u.county = k.county and u.id = k.unit
         where k.county = $1 and k.id = $2 and k.state = 'on' and k.until_day >= $3 and u.until_day is null",
        &params![county, id, now.day()],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?, row.get::<String>(3)?)),
    )?;
    let Some((name, unit, codes, kind)) = found else { return Ok(None) };
    let Some(role) = key_role(&kind) else { return Ok(None) };
    Ok(Some(Actor {
        county: county.to_owned(),
        account: format!("{NAME}{id}"),
        session: id.to_owned(),
        name,
        posts: vec![Post { id: String::new(), role, unit, standing: Standing::Serves }],
        only: Some(actions(&codes)),
    }))
}
