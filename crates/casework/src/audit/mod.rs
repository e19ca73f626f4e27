//! 操作记录: one row for each act, in the act's own transaction; a sealer chains the rows by hash within a second, so
//! that writers never queue for one lock. Rows are never changed, and hold no personal field.

mod chain;
mod list;
mod mark;
mod month;
mod monthly;
mod sealer;
mod vault;

use rules::access::{Action, Actor, Post};

use crate::db::{Tx, Value};
use crate::now::Now;
use crate::refused::Refused;

pub use chain::{Broken, HeadSeal, Verdict, Wrong, head, seal_due, unsealed, verify};
pub use list::{Filter, Line, Month, Page, export, page};
pub use mark::{Accepted, MarkVerdict, accept_mark, mark, verify_mark};
pub use month::{FileVerdict, month_file, seal_month, verify_file};
pub use monthly::{fetch_month, monthly, seal_months};
pub use sealer::{Sealer, seal_up};
pub use vault::Vault;

/// What goes on the record.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// Who.
    pub actor: &'a Actor,
    /// On which post.
    pub post: Option<&'a Post>,
    /// What.
    pub action: Action,
    /// With what: kind and id.
    pub subject: (&'a str, &'a str),
    /// Why, where the act asks for a reason.
    pub purpose: &'a str,
    /// What happened, without personal fields.
    pub detail: &'a str,
}

/// Writes the row of an act that is done in this transaction.
///
/// # Errors
/// [`Refused::Storage`]: then the act is not done either.
pub fn record(tx: &mut Tx<'_>, now: &Now, entry: &Entry<'_>) -> Result<(), Refused> {
    insert(tx, now, entry, "done")
}

/// Writes the row of an act that was refused. The act's transaction is gone, so this needs one of its own.
///
/// # Errors
/// [`Refused::Storage`].
pub fn record_refusal(tx: &mut Tx<'_>, now: &Now, entry: &Entry<'_>) -> Result<(), Refused> {
    insert(tx, now, entry, "refused")
}

fn insert(tx: &mut Tx<'_>, now: &Now, entry: &Entry<'_>, outcome: &str) -> Result<(), Refused> {
    let actor = entry.actor;
    // Work on one's own account is done on no post; it is recorded under the first, so that the role stands there.
    let post = entry.post.or_else(|| actor.posts.first());
    tx.follow(
        "insert into audit (county, id, at, account, session, post, role, action, outcome, subject_kind, subject,
                            purpose, detail)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        &[
            Value::from(actor.county.as_str()),
            Value::from(now.id()),
            Value::from(now.stamp()),
            Value::from(actor.account.as_str()),
            Value::from(actor.session.as_str()),
            Value::from(post.map_or("", |post| post.id.as_str())),
            Value::from(post.map_or("", |post| post.role.code())),
            Value::from(entry.action.code()),
            Value::from(outcome),
            Value::from(entry.subject.0),
            Value::from(entry.subject.1),
            Value::from(entry.purpose),
            Value::from(entry.detail),
        ],
    )?;
    Ok(())
}

/// Lower-case hex digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
        text
    })
}

/// The bytes of hex digits; `None` for anything else.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits?;
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    Some(digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| (byte << 4) | digit)).collect())
}

/// Texts one after the other, each with its length before it, so that nothing can move from one to the next.
fn framed<'a>(parts: impl IntoIterator<Item = &'a String>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes
}
