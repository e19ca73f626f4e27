//! Puts messages into the outbox, in the transaction of the act that they tell of: what was not done is told to nobody, and what was done
//! is told even when the program dies behind it (hazard I02).

use jiff::civil::Date;
use rules::reach::{Carrier, Counts, Form, event, key, urgent};

use crate::db::{DbError, Tx};
use crate::now::Now;
use crate::params;

/// A message that is to be sent.
pub(super) struct Message<'a> {
    pub channel: Option<&'a str>,
    pub carrier: Carrier,
    pub account: &'a str,
    pub form: Form,
    pub event: &'a str,
    pub subject: &'a str,
    pub counts: Counts,
    pub code: Option<(String, Vec<u8>)>,
    pub key: String,
}

/// Puts one message in; nothing where one with the same key is there already.
pub(super) fn put(tx: &mut Tx<'_>, (county, now): (&str, &Now), message: Message<'_>) -> Result<(), DbError> {
    let (id, code) = message.code.map_or_else(|| (now.id(), None), |(id, sealed)| (id, Some(sealed)));
    let Counts { all, late, near } = message.counts;
    tx.execute(
        "insert into outbox (county, id, channel, kind, account, form, event, subject, n_all, n_late, n_near, code_sealed,
                             key, state, attempts, made_at, next_at, said)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'waiting', 0, $14, $14, '')
         on conflict (county, key) do nothing",
        &params![
            county,
            &id,
            message.channel,
            message.carrier.code(),
            message.account,
            message.form.code(),
            message.event,
            message.subject,
            i64::from(all),
            i64::from(late),
            i64::from(near),
            code,
            &message.key,
            now.stamp(),
        ],
    )?;
    Ok(())
}

/// What somebody was told in the program, of that kind and about that: who is reached outside, the groups of that person's units, and other
/// programs. Nothing for most kinds: they wait for the digest.
pub(crate) fn news(
    tx: &mut Tx<'_>,
    (county, now): (&str, &Now),
    account: &str,
    (kind, subject): (&str, &str),
) -> Result<(), DbError> {
    let one = Counts { all: 1, ..Counts::default() };
    if let Some(form) = urgent(kind) {
        for carrier in on(tx, county, account)? {
            let key = key(account, carrier, kind, subject, now.day());
            let message = Message {
                channel: None,
                carrier,
                account,
                form,
                event: "",
                subject,
                counts: one,
                code: None,
                key,
            };
            put(tx, (county, now), message)?;
        }
        if form.is_for_groups() {
            let groups = tx.query(
                "select distinct c.id, c.kind from channel c join post p on p.county = c.county and p.unit = c.unit
                 join tenure t on t.county = p.county and t.post = p.id and t.account = $2 and t.until_day is null
                 where c.county = $1 and c.state = 'on' and c.kind in ('wecom', 'dingtalk') and p.closed_at is null
                 order by c.id",
                &params![county, account],
                |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
            )?;
            for (channel, carrier) in groups {
                let Some(carrier) = Carrier::from_code(&carrier) else { continue };
                let key = key(&channel, carrier, kind, subject, now.day());
                let channel = Some(channel.as_str());
                let message = Message {
                    channel,
                    carrier,
                    account: "",
                    form,
                    event: "",
                    subject,
                    counts: one,
                    code: None,
                    key,
                };
                put(tx, (county, now), message)?;
            }
        }
    }
    let Some(event) = event(kind) else { return Ok(()) };
    let programs = tx.query(
        "select id from channel where county = $1 and state = 'on' and kind = 'webhook' order by id",
        &params![county],
        |row| row.get::<String>(0),
    )?;
    for channel in programs {
        // Several are told of one act, at one moment: it is one event.
        let key = format!("{channel}/{event}/{subject}/{}", now.stamp());
        let (channel, carrier, form) = (Some(channel.as_str()), Carrier::Webhook, Form::Event);
        let message =
            Message { channel, carrier, account: "", form, event, subject, counts: one, code: None, key };
        put(tx, (county, now), message)?;
    }
    Ok(())
}

/// By which ways somebody is reached.
fn on(tx: &mut Tx<'_>, county: &str, account: &str) -> Result<Vec<Carrier>, DbError> {
    let kinds = tx.query(
        "select kind from reach_way where county = $1 and account = $2 and state = 'on' order by kind",
        &params![county, account],
        |row| row.get::<String>(0),
    )?;
    Ok(kinds.iter().filter_map(|kind| Carrier::from_code(kind)).collect())
}

/// The day's digest of one person.
pub(crate) fn digest(
    tx: &mut Tx<'_>,
    (county, now): (&str, &Now),
    account: &str,
    counts: Counts,
) -> Result<(), DbError> {
    for carrier in on(tx, county, account)? {
        let key = key(account, carrier, "digest", "", now.day());
        let form = Form::Digest;
        let message = Message {
            channel: None,
            carrier,
            account,
            form,
            event: "",
            subject: "",
            counts,
            code: None,
            key,
        };
        put(tx, (county, now), message)?;
    }
    Ok(())
}

/// The groups that have their unit's digest: channel, kind, unit.
pub(crate) fn groups(tx: &mut Tx<'_>, county: &str) -> Result<Vec<(String, Carrier, String)>, DbError> {
    let found = tx.query(
        "select id, kind, unit from channel
         where county = $1 and state = 'on' and kind in ('wecom', 'dingtalk') and digest = 1 and unit is not null order by id",
        &params![county],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?)),
    )?;
    let groups = found.into_iter();
    Ok(groups.filter_map(|(id, kind, unit)| Some((id, Carrier::from_code(&kind)?, unit))).collect())
}

/// The day's digest of a unit's group.
pub(crate) fn group_digest(
    tx: &mut Tx<'_>,
    (county, now): (&str, &Now),
    (channel, carrier): (&str, Carrier),
    counts: Counts,
    day: Date,
) -> Result<(), DbError> {
    let (key, form) = (key(channel, carrier, "digest", "", day), Form::Group);
    let channel = Some(channel);
    let message =
        Message { channel, carrier, account: "", form, event: "", subject: "", counts, code: None, key };
    put(tx, (county, now), message)
}
