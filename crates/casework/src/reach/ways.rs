//! 怎么通知我: one's own number and mailbox. Each is confirmed by a code that is sent to it, is sealed, and can be turned off by its owner at
//! any time; nobody else sees or sets it.

use jiff::SignedDuration;
use rules::access::{Action, Subject};
use rules::reach::{Carrier, Counts, Form, is_mobile};
use subtle::ConstantTimeEq as _;

use super::queue::{Message, put};
use crate::desk::Desk;
use crate::now::{moment, stamp};
use crate::params;
use crate::refused::Refused;

/// For how long a code is good.
const LASTS: SignedDuration = SignedDuration::from_mins(10);

/// How often a code can be tried.
const TRIES: i64 = 5;

/// How many codes somebody can have in a day (hazard F09).
const CODES: i64 = 5;

/// One way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// 短信 or mail.
    pub carrier: Carrier,
    /// Whether the county has a channel of that kind.
    pub there: bool,
    /// The address, masked; empty where none was entered.
    pub address: String,
    /// Whether it waits for its code.
    pub asked: bool,
    /// Whether messages go to it.
    pub on: bool,
}

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ways {
    /// 短信, then mail.
    pub ways: Vec<Way>,
    /// Quiet hours, in words.
    pub quiet: String,
    /// Messages in a day at most.
    pub per_day: u16,
}

/// The kinds that lead to one person.
const KINDS: [Carrier; 2] = [Carrier::Sms, Carrier::Email];

/// One's own ways.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn ways(desk: &mut Desk<'_, '_>) -> Result<Ways, Refused> {
    desk.require(Action::ManageOwnAccount, &Subject::Nothing, ("reach_way", ""))?;
    let mut all = Vec::new();
    for carrier in KINDS {
        let kept = desk.tx.optional(
            "select address_sealed, state from reach_way where county = $1 and account = $2 and kind = $3 and state <> 'off'",
            &params![desk.county(), &desk.actor().account, carrier.code()],
            |row| Ok((row.get::<Vec<u8>>(0)?, row.get::<String>(1)?)),
        )?;
        let there = is_there(desk, carrier)?;
        let (address, state) = match kept {
            None => (String::new(), String::new()),
            Some((sealed, state)) => {
                let row = row(desk, carrier);
                (masked(carrier, &desk.open("reach_way", "address", &row, Some(&sealed))?), state)
            }
        };
        all.push(Way { carrier, there, address, asked: state == "asked", on: state == "on" });
    }
    let rule = desk.plan.reach();
    let hour = |time: jiff::civil::Time| time.strftime("%H:%M").to_string();
    let quiet = format!("{}至次日{}", hour(rule.quiet_from), hour(rule.quiet_until));
    Ok(Ways { ways: all, quiet, per_day: rule.per_day })
}

fn row(desk: &Desk<'_, '_>, carrier: Carrier) -> String {
    format!("{}/{}", desk.actor().account, carrier.code())
}

fn masked(carrier: Carrier, address: &str) -> String {
    if carrier == Carrier::Sms {
        return rules::mask::phone(address);
    }
    match address.split_once('@') {
        Some((name, host)) => format!("{}***@{host}", name.chars().take(1).collect::<String>()),
        None => "***".to_owned(),
    }
}

fn is_there(desk: &mut Desk<'_, '_>, carrier: Carrier) -> Result<bool, Refused> {
    let there = desk.tx.query(
        "select id from channel where county = $1 and kind = $2 and state = 'on' order by id limit 1",
        &params![desk.county(), carrier.code()],
        |row| row.get::<String>(0),
    )?;
    Ok(!there.is_empty())
}

fn personal(kind: &str) -> Result<Carrier, Refused> {
    Carrier::from_code(kind)
        .filter(|carrier| carrier.is_personal())
        .ok_or_else(|| Refused::field("kind", "请选短信或者电子邮件。"))
}

/// Enters one's own address; a code goes to it, and nothing else until it was typed in.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`]; [`Refused::Rule`] where the county has no such channel, or for too many codes.
pub fn register(desk: &mut Desk<'_, '_>, kind: &str, address: &str) -> Result<(), Refused> {
    desk.require(Action::ManageOwnAccount, &Subject::Nothing, ("reach_way", ""))?;
    let (carrier, address) = (personal(kind)?, address.trim());
    let sound = if carrier == Carrier::Sms { is_mobile(address) } else { is_mailbox(address) };
    if !sound {
        let what = if carrier == Carrier::Sms {
            "请填11位手机号。"
        } else {
            "请填完整的邮箱地址。"
        };
        return Err(Refused::field("address", what));
    }
    if !is_there(desk, carrier)? {
        return Err(Refused::rule(
            format!("县里还没有启用{}渠道", carrier.label()),
            "",
            "请联系系统管理员；在这以前只在系统里通知",
        ));
    }
    let (county, account) = (desk.county(), desk.actor().account.as_str());
    let day = desk.now.day().to_string();
    let kept = desk.tx.optional(
        "select asked, asked_at from reach_way where county = $1 and account = $2 and kind = $3",
        &params![county, account, carrier.code()],
        |row| Ok((row.get::<i64>(0)?, row.get::<String>(1)?)),
    )?;
    let asked = kept.filter(|(_, at)| at.starts_with(&day)).map_or(0, |(asked, _)| asked);
    if asked >= CODES {
        return Err(Refused::rule(format!("今天已经发过{CODES}个验证码"), "", "请明天再试"));
    }
    let number = u32::from_le_bytes(desk.now.random::<4>()) % 1_000_000;
    let code = format!("{number:06}");
    let row = row(desk, carrier);
    let until = desk.now.timestamp().saturating_add(LASTS).unwrap_or(desk.now.timestamp());
    desk.tx.execute(
        "insert into reach_way (county, account, kind, address_sealed, state, code, code_until, tries, asked, asked_at)
         values ($1, $2, $3, $4, 'asked', $5, $6, 0, $7, $8)
         on conflict (county, account, kind) do update set address_sealed = excluded.address_sealed, state = 'asked',
             code = excluded.code, code_until = excluded.code_until, tries = 0, asked = excluded.asked,
             asked_at = excluded.asked_at, on_at = null, off_at = null",
        &params![
            county,
            account,
            carrier.code(),
            desk.seal("reach_way", "address", &row, address),
            hash(desk, carrier, &code),
            stamp(until),
            asked + 1,
            desk.now.stamp(),
        ],
    )?;
    // A code asked for before goes nowhere any more.
    desk.tx.execute(
        "update outbox set state = 'dropped', said = '换了新的验证码', code_sealed = null, ended_at = $4
         where county = $1 and account = $2 and kind = $3 and form = 'code' and state = 'waiting'",
        &params![county, account, carrier.code(), desk.now.stamp()],
    )?;
    let id = desk.now.id();
    let sealed = desk.seal("outbox", "code", &id, &code);
    let key = format!("{account}/{}/code/{id}", carrier.code());
    let message = Message {
        channel: None,
        carrier,
        account,
        form: Form::Code,
        event: "",
        subject: "",
        counts: Counts::default(),
        code: Some((id, sealed)),
        key,
    };
    put(desk.tx, (county, desk.now), message)?;
    let detail = format!("登记接收通知的{}", carrier.label());
    desk.record(Action::ManageOwnAccount, None, ("account", account), "", &detail)
}

fn hash(desk: &Desk<'_, '_>, carrier: Carrier, code: &str) -> String {
    desk.index("reach_code", &format!("{}/{code}", row(desk, carrier)))
}

/// Whether text can be a mailbox; the sender checks it letter by letter.
fn is_mailbox(text: &str) -> bool {
    let fair = |sign: char| sign.is_ascii_alphanumeric() || "._%+-".contains(sign);
    text.len() <= 254
        && text.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty()
                && name.chars().all(fair)
                && host.contains('.')
                && !host.starts_with('.')
                && !host.ends_with('.')
                && host.chars().all(|sign| sign.is_ascii_alphanumeric() || ".-".contains(sign))
        })
}

/// Confirms the address by the code that was sent to it; `false` when it is not the right one, and after five tries none is.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`]; [`Refused::Rule`] when no code is good any more.
pub fn confirm(desk: &mut Desk<'_, '_>, kind: &str, code: &str) -> Result<bool, Refused> {
    desk.require(Action::ManageOwnAccount, &Subject::Nothing, ("reach_way", ""))?;
    let carrier = personal(kind)?;
    let (county, account) = (desk.county(), desk.actor().account.as_str());
    let kept = desk.tx.optional(
        "select code, code_until, tries from reach_way
         where county = $1 and account = $2 and kind = $3 and state = 'asked' and code is not null",
        &params![county, account, carrier.code()],
        |row| Ok((row.get::<String>(0)?, row.get::<Option<String>>(1)?, row.get::<i64>(2)?)),
    )?;
    let until = kept.as_ref().and_then(|(_, until, _)| moment(until.as_deref()?));
    let good = until.is_some_and(|until| desk.now.timestamp() < until);
    let Some((wanted, _, tries)) = kept.filter(|(_, _, tries)| good && *tries < TRIES) else {
        return Err(Refused::rule("验证码已经失效", "", "请重新获取"));
    };
    let typed = hash(desk, carrier, code.trim());
    if !bool::from(typed.as_bytes().ct_eq(wanted.as_bytes())) {
        desk.tx.execute(
            "update reach_way set tries = $4 where county = $1 and account = $2 and kind = $3",
            &params![county, account, carrier.code(), tries + 1],
        )?;
        return Ok(false);
    }
    desk.tx.execute(
        "update reach_way set state = 'on', on_at = $4, code = null, code_until = null
         where county = $1 and account = $2 and kind = $3",
        &params![county, account, carrier.code(), desk.now.stamp()],
    )?;
    let detail = format!("确认接收通知的{}", carrier.label());
    desk.record(Action::ManageOwnAccount, None, ("account", account), "", &detail)?;
    Ok(true)
}

/// Turns a way off; what was entered is forgotten.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Storage`].
pub fn forget(desk: &mut Desk<'_, '_>, kind: &str) -> Result<(), Refused> {
    desk.require(Action::ManageOwnAccount, &Subject::Nothing, ("reach_way", ""))?;
    let carrier = personal(kind)?;
    let (county, account, row) = (desk.county(), desk.actor().account.as_str(), row(desk, carrier));
    let off = desk.tx.execute(
        "update reach_way set state = 'off', off_at = $4, code = null, code_until = null, address_sealed = $5
         where county = $1 and account = $2 and kind = $3 and state <> 'off'",
        &params![
            county,
            account,
            carrier.code(),
            desk.now.stamp(),
            desk.seal("reach_way", "address", &row, "")
        ],
    )?;
    if off == 0 {
        return Ok(());
    }
    let detail = format!("停用接收通知的{}", carrier.label());
    desk.record(Action::ManageOwnAccount, None, ("account", account), "", &detail)
}
