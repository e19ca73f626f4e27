//! The word of the unit before it is spoken of: it agrees, or says what is wrong. What it says stands in the bulletin to the letter.

use rules::access::{Action, Subject};
use rules::bulletin::{PointStand, WORDS, answered};

use super::head::{did, head, points, safe};
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;
use crate::today::tell;

/// Answers a point for one's unit, once.
///
/// # Errors
/// [`Refused::Denied`] for a point of another unit, [`Refused::Invalid`], [`Refused::Rule`], [`Refused::Changed`], [`Refused::Storage`].
pub fn reply(desk: &mut Desk<'_, '_>, id: &str, seq: i64, agrees: bool, words: &str) -> Result<(), Refused> {
    let action = Action::ReplyBulletin;
    let head = head(desk, id, action)?;
    let rows = points(desk, id)?;
    let missing = || Refused::denied(action, "bulletin", id);
    let row = rows.iter().find(|row| row.seq == seq).ok_or_else(missing)?;
    let path = [row.unit.clone()];
    let grant = desk.require(action, &Subject::Unit(&path), ("bulletin", id))?;
    if matches!(head.stand, rules::bulletin::Stand::Draft) && row.stand == PointStand::Waiting {
        // A draft that nobody was sent is not there for its unit.
        return Err(missing());
    }
    let to = answered(head.stand, row.stand, agrees)?;
    let words = if agrees {
        ""
    } else {
        safe(desk, ("words", "请写明哪里不对、实际是什么情况"), words, &WORDS, &path)?
    };
    let changed = desk.tx.execute(
        "update bulletin_point set state = $4, reply = $5, replied_by = $6, replied_at = $7
         where county = $1 and bulletin = $2 and seq = $3 and state = 'waiting'",
        &params![desk.county(), id, seq, to.code(), words, &desk.actor().account, desk.now.stamp()],
    )?;
    if changed == 0 {
        return Err(Refused::Changed { what: "这一条刚刚由别人答复了".to_owned() });
    }
    let left = rows.iter().any(|other| other.seq != seq && other.stand == PointStand::Waiting);
    if !left {
        tell(desk, &head.made_by, ("bulletin", id), "拟通报的单位都答复了", &format!("/bulletins/{id}"))?;
    }
    let unit = grant.post.map_or("", |post| post.unit.as_str());
    did(desk, id, to.code(), &format!("第{seq}条"), unit)?;
    desk.record(action, grant.post, ("bulletin", id), "", &format!("第{seq}条{}", to.label()))
}
