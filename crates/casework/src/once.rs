//! An act that was asked for twice is done once (hazards H01, H02): the key that came with it is kept in the act's own
//! transaction, with a digest of what was asked and the answer. It knows no HTTP but the number of a status.

use std::sync::Arc;

use jiff::SignedDuration;

use crate::desk::Desk;
use crate::jobs::{Means, Schedule};
use crate::keys::Keys;
use crate::now::stamp;
use crate::params;
use crate::refused::Refused;

/// How long a key is kept: whoever asks again does so within a day.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// Longest key, in characters.
const LONGEST: usize = 255;

/// The key of an act, with a digest of what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    key: String,
    digest: String,
}

impl Key {
    /// The key `text` for what `asked` describes: method, path and body.
    ///
    /// # Errors
    /// [`Refused::Invalid`] unless it has 1 to 255 visible ASCII characters.
    pub fn new(keys: &Keys, county: &str, text: &str, asked: &str) -> Result<Self, Refused> {
        if text.is_empty() || text.len() > LONGEST || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Refused::field(
                "Idempotency-Key",
                "Idempotency-Key 要用1到255个可见的英文字符，如一个新的UUID",
            ));
        }
        Ok(Self { key: keys.index(county, "once", text), digest: keys.index(county, "once_digest", asked) })
    }
}

/// What an act answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Status of HTTP.
    pub status: u16,
    /// The body, as JSON; empty for none.
    pub body: String,
    /// Version of what was changed, for the next `If-Match`; empty for none.
    pub version: String,
}

/// Does `act`, or gives the answer that it gave when the same was asked before. Without a key it is simply done. What
/// is refused leaves no key behind: nothing was done, and it can be asked again.
///
/// # Errors
/// Whatever `act` refuses; [`Refused::Invalid`] when the key was used for something else.
pub fn once(
    desk: &mut Desk<'_, '_>,
    key: Option<&Key>,
    act: &mut dyn FnMut(&mut Desk<'_, '_>) -> Result<Answer, Refused>,
) -> Result<Answer, Refused> {
    let Some(key) = key else { return act(desk) };
    if !claim(desk, key)? {
        return before(desk, key);
    }
    let answer = act(desk)?;
    let row = format!("{}/{}", desk.actor().account, key.key);
    let text = format!("{}\n{}", answer.version, answer.body);
    let sealed = desk.seal("once", "answer", &row, &text);
    desk.tx.execute(
        "update once set status = $4, answer_sealed = $5 where county = $1 and account = $2 and key = $3",
        &params![desk.county(), &desk.actor().account, &key.key, i64::from(answer.status), sealed],
    )?;
    Ok(answer)
}

/// Takes the key for this act; `false` where it is taken. Of two at once the second waits for the first.
fn claim(desk: &mut Desk<'_, '_>, key: &Key) -> Result<bool, Refused> {
    let (county, account, now) = (desk.county(), &desk.actor().account, desk.now);
    let until = now.timestamp().saturating_add(KEPT).unwrap_or(jiff::Timestamp::MAX);
    desk.tx.execute(
        "delete from once where county = $1 and account = $2 and key = $3 and expires_at <= $4",
        &params![county, account, &key.key, now.stamp()],
    )?;
    let made = desk.tx.execute(
        "insert into once (county, account, key, digest, status, made_at, expires_at)
         values ($1, $2, $3, $4, 0, $5, $6) on conflict (county, account, key) do nothing",
        &params![county, account, &key.key, &key.digest, now.stamp(), stamp(until)],
    )?;
    Ok(made == 1)
}

/// The answer that was given before.
fn before(desk: &mut Desk<'_, '_>, key: &Key) -> Result<Answer, Refused> {
    let account = &desk.actor().account;
    let (digest, status, sealed) = desk.tx.one(
        "select digest, status, answer_sealed from once where county = $1 and account = $2 and key = $3",
        &params![desk.county(), account, &key.key],
        |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?, row.get::<Option<Vec<u8>>>(2)?)),
    )?;
    if digest != key.digest {
        return Err(Refused::field(
            "Idempotency-Key",
            "这个 Idempotency-Key 已经用于另一个请求，没有办理；请为新的请求换一个",
        ));
    }
    let row = format!("{account}/{}", key.key);
    let text = desk.open("once", "answer", &row, sealed.as_deref())?;
    let (version, body) = text.split_once('\n').unwrap_or_default();
    let status = u16::try_from(status).map_err(|_| Refused::Fault("once: a status".to_owned()))?;
    Ok(Answer { status, body: body.to_owned(), version: version.to_owned() })
}

/// Sweeps away the keys that are over, once a day.
#[must_use]
pub fn sweep() -> Schedule {
    Schedule::new("sweep_once", "清理过期的防重复提交记录", KEPT, |means: &Arc<dyn Means>| {
        let (county, now) = (means.plan().county().code.clone(), means.now().stamp());
        let swept = means.db().write(move |tx| {
            tx.execute("delete from once where county = $1 and expires_at <= $2", &params![&county, &now])
        })?;
        Ok::<_, Refused>(if swept == 0 {
            "没有要清理的".to_owned()
        } else {
            format!("清理了{swept}条")
        })
    })
}
