//! 外发记录: what waits, what left, what was given up; sending again. It shows whom by unit and name of the account, and neither an address
//! nor a code.

use jiff::SignedDuration;
use rules::access::{Action, Subject, may};
use rules::reach::{Carrier, Form};

use crate::db::{DbError, Row};
use crate::desk::Desk;
use crate::now::stamp;
use crate::params;
use crate::refused::Refused;

/// Lines that are shown.
const SHOWN: i64 = 200;

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Box_ {
    /// 等待.
    Waiting,
    /// 已发出.
    Sent,
    /// 不用发了.
    Dropped,
    /// 没有发成.
    Dead,
}

impl Box_ {
    /// Every one, in the order of the page.
    pub const ALL: [Self; 4] = [Self::Dead, Self::Waiting, Self::Sent, Self::Dropped];

    /// As it is written.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Dropped => "dropped",
            Self::Dead => "dead",
        }
    }

    /// The words for people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Waiting => "等待",
            Self::Sent => "已发出",
            Self::Dropped => "不用发了",
            Self::Dead => "没有发成",
        }
    }

    /// From the code; what was given up where it is none.
    #[must_use]
    pub fn from_code(code: &str) -> Self {
        Self::ALL.into_iter().find(|one| one.code() == code).unwrap_or(Self::Dead)
    }
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Id.
    pub id: String,
    /// When the act was done that it tells of.
    pub at: String,
    /// By what.
    pub carrier: Carrier,
    /// To whom: a channel's name or a person's.
    pub to: String,
    /// What it says.
    pub form: Form,
    /// How often it was tried.
    pub attempts: u64,
    /// When it is tried next, while it waits.
    pub next_at: Option<String>,
    /// Why it was not delivered.
    pub said: String,
}

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outbox {
    /// The newest first.
    pub lines: Vec<Line>,
    /// Messages that wait.
    pub waiting: u64,
    /// Messages that were given up in the last seven days.
    pub dead: u64,
    /// Whether the actor may send again.
    pub can_resend: bool,
}

/// Whether the actor may look at what an act is about, before the act itself asks to prove identity again.
pub(super) fn looks(
    desk: &Desk<'_, '_>,
    action: Action,
    (kind, id): (&'static str, &str),
) -> Result<(), Refused> {
    may(desk.actor(), action, &Subject::Nothing).map(drop).map_err(|_| Refused::denied(action, kind, id))
}

/// Messages that wait, and those that were given up in the last seven days.
pub(super) fn counts(desk: &mut Desk<'_, '_>) -> Result<(u64, u64), DbError> {
    let week = desk.now.timestamp().saturating_sub(SignedDuration::from_hours(7 * 24));
    let week = stamp(week.unwrap_or(desk.now.timestamp()));
    desk.tx.one(
        "select cast(count(*) filter (where state in ('waiting', 'sending')) as bigint),
                cast(count(*) filter (where state = 'dead' and made_at >= $2) as bigint)
         from outbox where county = $1 and state in ('waiting', 'sending', 'dead')",
        &params![desk.county(), week],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Messages that stand there, the newest first.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn outbox(desk: &mut Desk<'_, '_>, of: Box_) -> Result<Outbox, Refused> {
    looks(desk, Action::ReadOutbox, ("outbox", ""))?;
    let sending = if of == Box_::Waiting { "sending" } else { of.code() };
    let lines = desk.tx.query(
        "select o.id, o.made_at, o.kind, coalesce(c.name, a.name, ''), o.form, o.attempts, o.next_at, o.said
         from outbox o left join channel c on c.county = o.county and c.id = o.channel
         left join account a on a.county = o.county and a.id = o.account
         where o.county = $1 and o.state in ($2, $3) order by o.made_at desc, o.id desc limit $4",
        &params![desk.county(), of.code(), sending, SHOWN],
        |row| line(row, of),
    )?;
    let (waiting, dead) = counts(desk)?;
    let can_resend = may(desk.actor(), Action::KeepChannels, &Subject::Nothing).is_ok();
    Ok(Outbox { lines: lines.into_iter().flatten().collect(), waiting, dead, can_resend })
}

fn line(row: &Row<'_>, of: Box_) -> Result<Option<Line>, DbError> {
    let (carrier, form) = (row.get::<String>(2)?, row.get::<String>(4)?);
    let (Some(carrier), Some(form)) = (Carrier::from_code(&carrier), Form::from_code(&form)) else {
        return Ok(None);
    };
    let next: String = row.get(6)?;
    Ok(Some(Line {
        id: row.get(0)?,
        at: row.get(1)?,
        carrier,
        to: row.get(3)?,
        form,
        attempts: row.get(5)?,
        next_at: (of == Box_::Waiting).then_some(next),
        said: row.get(7)?,
    }))
}

/// Sends again what was given up, from the first try. A code is not sent again: whoever wants one asks anew.
///
/// # Errors
/// [`Refused::Denied`], also where there is none; [`Refused::StepUp`]; [`Refused::Rule`].
pub fn resend(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let grant = desk.require(Action::KeepChannels, &Subject::Nothing, ("outbox", id))?;
    let county = desk.county();
    let found = desk.tx.optional(
        "select state, form from outbox where county = $1 and id = $2",
        &params![county, id],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let Some((state, form)) = found else { return Err(Refused::denied(Action::KeepChannels, "outbox", id)) };
    if state == "waiting" || state == "sending" {
        return Ok(());
    }
    if state != "dead" || form == Form::Code.code() {
        return Err(Refused::rule("这条消息不能重发", "", "没有发成的消息才能重发；验证码请本人重新获取"));
    }
    desk.tx.execute(
        "update outbox set state = 'waiting', attempts = 0, next_at = $3, ended_at = null where county = $1 and id = $2",
        &params![county, id, desk.now.stamp()],
    )?;
    desk.record(Action::KeepChannels, grant.post, ("outbox", id), "", "重发一条消息")
}
