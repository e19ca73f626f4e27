//! Sends what waits: takes a few messages in one transaction, has them carried outside of any, and records in another how that went. A
//! program that dies in between leaves them to whoever comes after [`LEASE`]: each is delivered at least once, under the same id each time
//! (hazards H01, I02).

use std::sync::Arc;

use jiff::SignedDuration;
use rules::reach::{Carrier, Counts, Form, SUBJECT, again, code_text, text, when};

use super::Settings;
use crate::db::{DbError, Row, Tx};
use crate::jobs::Means;
use crate::keys::Place;
use crate::now::{Now, stamp};
use crate::params;
use crate::refused::Refused;

/// Messages that are taken at once.
const AT_ONCE: i64 = 5;

/// Batches of one run, so that the program stops in order.
const BATCHES: usize = 20;

/// For how long a message is left to whoever has taken it: longer than [`AT_ONCE`] of the slowest take.
const LEASE: SignedDuration = SignedDuration::from_mins(10);

/// Days for which what is over is kept.
const KEPT: i64 = 90;

/// Where a message goes, with what it takes to send it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum To {
    /// A group, by its robot.
    Group(Carrier),
    /// A mailbox.
    Mail(String),
    /// A telephone.
    Phone(String),
    /// Another program: what happened, and to what.
    Program {
        /// The event.
        event: String,
        /// Id of what it happened to.
        subject: String,
    },
}

/// A message that is to be carried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its id, the same at every try.
    pub id: String,
    /// Which try this is, from 1.
    pub attempt: i64,
    /// Where to.
    pub to: To,
    /// How to get there.
    pub by: Settings,
    /// Subject, for a mail.
    pub subject: &'static str,
    /// The sentence.
    pub text: String,
    /// When the act was done that it tells of.
    pub made_at: String,
    /// Code of the county.
    pub county: String,
    channel: String,
}

/// How it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// It was taken.
    Well,
    /// It was not; it may be later.
    Later(String),
    /// It was not, and will not be until somebody changes something.
    Never(String),
}

/// Sends what is due, by whatever carries it; how it went, in a line. `link` is where people open the program; empty where nobody said.
///
/// # Errors
/// [`Refused::Storage`].
pub fn send_due(
    means: &Arc<dyn Means>,
    link: &str,
    carry: &dyn Fn(&Letter) -> Sent,
) -> Result<String, Refused> {
    let (mut well, mut not) = (0_usize, 0_usize);
    for _ in 0..BATCHES {
        let (own, now, link) = (Arc::clone(means), means.now(), link.to_owned());
        let due = means.db().read(|tx| is_due(tx, &own.plan().county().code, &now))?;
        if !due {
            break;
        }
        let (looked, letters) = means.db().write(move |tx| take(tx, own.as_ref(), &now, &link))?;
        if looked == 0 {
            break;
        }
        let ends: Vec<(Letter, Sent)> = letters
            .into_iter()
            .map(|letter| {
                let sent = carry(&letter);
                (letter, sent)
            })
            .collect();
        let failed = ends.iter().filter(|(_, sent)| *sent != Sent::Well).count();
        well += ends.len() - failed;
        not += failed;
        let now = means.now();
        let done: Result<(), DbError> = means.db().write(move |tx| {
            for (letter, sent) in &ends {
                record(tx, &now, letter, sent)?;
            }
            Ok(())
        });
        done?;
        // Whoever does not answer takes his time: the rest waits for the next run, so that the program can stop in between.
        if failed > 0 {
            break;
        }
    }
    Ok(match (well, not) {
        (0, 0) => "没有要发的".to_owned(),
        (well, 0) => format!("发出{well}条"),
        (well, not) => format!("发出{well}条，{not}条没有发成"),
    })
}

fn is_due(tx: &mut Tx<'_>, county: &str, now: &Now) -> Result<bool, DbError> {
    let found = tx.optional(
        "select id from outbox where county = $1 and state in ('waiting', 'sending') and next_at <= $2
         order by next_at, id limit 1",
        &params![county, now.stamp()],
        |row| row.get::<String>(0),
    )?;
    Ok(found.is_some())
}

struct Waiting {
    id: String,
    channel: Option<String>,
    carrier: Carrier,
    account: String,
    form: Form,
    event: String,
    subject: String,
    counts: Counts,
    code: Option<Vec<u8>>,
    attempts: i64,
    made_at: String,
}

fn waiting(row: &Row<'_>) -> Result<Option<Waiting>, DbError> {
    let (carrier, form) = (row.get::<String>(2)?, row.get::<String>(4)?);
    let (Some(carrier), Some(form)) = (Carrier::from_code(&carrier), Form::from_code(&form)) else {
        return Ok(None);
    };
    let count = |at| Ok::<u32, DbError>(u32::try_from(row.get::<i64>(at)?).unwrap_or_default());
    Ok(Some(Waiting {
        id: row.get(0)?,
        channel: row.get(1)?,
        carrier,
        account: row.get(3)?,
        form,
        event: row.get(5)?,
        subject: row.get(6)?,
        counts: Counts { all: count(7)?, late: count(8)?, near: count(9)? },
        code: row.get(10)?,
        attempts: row.get(11)?,
        made_at: row.get(12)?,
    }))
}

/// Takes the next few: how many were looked at, and what is to be carried of them.
fn take(tx: &mut Tx<'_>, means: &dyn Means, now: &Now, link: &str) -> Result<(usize, Vec<Letter>), Refused> {
    let county = &means.plan().county().code;
    let found = tx.query(
        "select id, channel, kind, account, form, event, subject, n_all, n_late, n_near, code_sealed, attempts, made_at
         from outbox where county = $1 and state in ('waiting', 'sending') and next_at <= $2 order by next_at, id limit $3",
        &params![county, now.stamp(), AT_ONCE],
        waiting,
    )?;
    let looked = found.len();
    let mut letters = Vec::new();
    for one in found.into_iter().flatten() {
        match fate(tx, means, now, &one, link)? {
            Fate::Carry(letter) => {
                let until = stamp(now.timestamp().saturating_add(LEASE).unwrap_or(now.timestamp()));
                tx.execute(
                    "update outbox set state = 'sending', attempts = attempts + 1, next_at = $3 where county = $1 and id = $2",
                    &params![county, &one.id, until],
                )?;
                letters.push(*letter);
            }
            Fate::Wait(until) => {
                tx.execute(
                    "update outbox set state = 'waiting', next_at = $3 where county = $1 and id = $2",
                    &params![county, &one.id, until],
                )?;
            }
            Fate::Drop(why) => {
                tx.execute(
                    "update outbox set state = 'dropped', said = $3, ended_at = $4, code_sealed = null
                     where county = $1 and id = $2",
                    &params![county, &one.id, why, now.stamp()],
                )?;
            }
        }
    }
    Ok((looked, letters))
}

enum Fate {
    Carry(Box<Letter>),
    Wait(String),
    Drop(String),
}

fn fate(tx: &mut Tx<'_>, means: &dyn Means, now: &Now, one: &Waiting, link: &str) -> Result<Fate, Refused> {
    let (plan, county) = (means.plan(), means.plan().county().code.as_str());
    let drop = |why: &str| Ok(Fate::Drop(why.to_owned()));
    let today = now.day().to_string();
    // The program died at each of its tries.
    if again(u32::try_from(one.attempts).unwrap_or(u32::MAX)).is_none() {
        return drop("试了多次都没有发成");
    }
    // Yesterday's numbers are wrong today.
    if matches!(one.form, Form::Digest | Form::Group) && !one.made_at.starts_with(&today) {
        return drop("过了当天，没有再发");
    }
    let clock = now.clock();
    let go = when(plan.reach(), one.form, clock);
    if go > clock {
        return Ok(Fate::Wait(format!("{}.000+08:00", go.strftime("%Y-%m-%dT%H:%M:%S"))));
    }
    let Some((channel, by)) = channel(tx, means, county, one)? else { return drop("没有启用的渠道") };
    let to = if one.carrier.is_personal() {
        // To an address that is not confirmed yet goes its code and nothing else.
        let state = if one.form == Form::Code { "asked" } else { "on" };
        let address = tx.optional(
            "select w.address_sealed from reach_way w join account a on a.county = w.county and a.id = w.account
             where w.county = $1 and w.account = $2 and w.kind = $3 and w.state = $4 and a.state = 'active'",
            &params![county, &one.account, one.carrier.code(), state],
            |row| row.get::<Vec<u8>>(0),
        )?;
        let Some(address) = address else {
            return drop("本人已停用这种方式，或者账号已停用");
        };
        let row = format!("{}/{}", one.account, one.carrier.code());
        let address = means
            .keys()
            .open(Place { county, table: "reach_way", column: "address", row: &row }, &address)?;
        if one.form.is_capped()
            && sent_today(tx, county, &one.account, one.carrier, &today)? >= i64::from(plan.reach().per_day)
        {
            return drop("已到每人每天的条数，并入次日摘要");
        }
        if one.carrier == Carrier::Email { To::Mail(address) } else { To::Phone(address) }
    } else if one.carrier == Carrier::Webhook {
        To::Program { event: one.event.clone(), subject: one.subject.clone() }
    } else {
        To::Group(one.carrier)
    };
    let said = match &one.code {
        None => text(one.form, one.counts, link),
        Some(code) => {
            let place = Place { county, table: "outbox", column: "code", row: &one.id };
            code_text(&means.keys().open(place, code)?)
        }
    };
    Ok(Fate::Carry(Box::new(Letter {
        id: one.id.clone(),
        attempt: one.attempts + 1,
        to,
        by,
        subject: SUBJECT,
        text: said,
        made_at: one.made_at.clone(),
        county: county.to_owned(),
        channel,
    })))
}

/// The channel of a message: its own, also where it is only tried out, or the county's of that kind.
fn channel(
    tx: &mut Tx<'_>,
    means: &dyn Means,
    county: &str,
    one: &Waiting,
) -> Result<Option<(String, Settings)>, Refused> {
    let found = tx.query(
        "select id, set_sealed from channel
         where county = $1 and kind = $2 and (cast($3 as text) is null or id = $3)
           and (state = 'on' or (state = 'asked' and cast($4 as bigint) = 1)) order by id limit 1",
        &params![county, one.carrier.code(), one.channel.as_deref(), one.form == Form::Test],
        |row| Ok((row.get::<String>(0)?, row.get::<Vec<u8>>(1)?)),
    )?;
    let Some((id, sealed)) = found.into_iter().next() else { return Ok(None) };
    let place = Place { county, table: "channel", column: "set", row: &id };
    let set = means.keys().open(place, &sealed)?;
    let set = serde_json::from_str(&set).map_err(|error| Refused::Fault(format!("channel: {error}")))?;
    Ok(Some((id, set)))
}

/// How many somebody was sent by this way today, those under way too (hazard F09).
fn sent_today(
    tx: &mut Tx<'_>,
    county: &str,
    account: &str,
    carrier: Carrier,
    today: &str,
) -> Result<i64, DbError> {
    tx.one(
        "select cast(count(*) as bigint) from outbox
         where county = $1 and account = $2 and kind = $3 and form not in ('code', 'safeguard')
           and ((state = 'sent' and ended_at >= $4) or (state = 'sending' and made_at >= $4))",
        &params![county, account, carrier.code(), today],
        |row| row.get(0),
    )
}

/// Writes down how it went, unless somebody else has taken the message meanwhile.
fn record(tx: &mut Tx<'_>, now: &Now, letter: &Letter, sent: &Sent) -> Result<(), DbError> {
    let failed = u32::try_from(letter.attempt).unwrap_or(u32::MAX);
    let wait = again(failed);
    let (state, said, wait) = match (sent, wait) {
        (Sent::Well, _) => ("sent", "", None),
        (Sent::Later(said), Some(wait)) => ("waiting", said.as_str(), Some(wait)),
        (Sent::Later(said) | Sent::Never(said), _) => ("dead", said.as_str(), None),
    };
    let next = now.timestamp().saturating_add(wait.unwrap_or_default()).unwrap_or(now.timestamp());
    let ended = wait.is_none().then(|| now.stamp());
    tx.execute(
        "update outbox set state = $4, said = $5, next_at = $6, ended_at = $7,
                code_sealed = case when cast($4 as text) = 'waiting' then code_sealed else null end
         where county = $1 and id = $2 and state = 'sending' and attempts = $3",
        &params![&letter.county, &letter.id, letter.attempt, state, said, stamp(next), ended],
    )?;
    tx.execute(
        "update channel set last_at = $3, last_ok = $4, last_said = $5 where county = $1 and id = $2",
        &params![&letter.county, &letter.channel, now.stamp(), *sent == Sent::Well, said],
    )?;
    Ok(())
}

/// Takes away what has been over for long.
///
/// # Errors
/// [`Refused::Storage`].
pub fn sweep(means: &Arc<dyn Means>) -> Result<String, Refused> {
    let (now, county) = (means.now(), means.plan().county().code.clone());
    let before = stamp(
        now.timestamp().saturating_sub(SignedDuration::from_hours(24 * KEPT)).unwrap_or(now.timestamp()),
    );
    let gone: u64 = means
        .db()
        .write(move |tx| {
            tx.execute(
            "delete from outbox where county = $1 and state in ('sent', 'dropped', 'dead') and made_at < $2",
            &params![&county, &before],
        )
        })
        .map_err(|error: DbError| Refused::from(error))?;
    Ok(if gone == 0 { "没有要清理的".to_owned() } else { format!("清理了{gone}条") })
}
