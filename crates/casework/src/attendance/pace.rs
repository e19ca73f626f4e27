//! Hazard B07: a script that marks everybody there for thirty days. A bound on how many past registers one person enters in an hour,
//! and word to whoever checks when several came in one go with nobody missing. A phone that was off line for a week is within it.

use jiff::SignedDuration;
use rules::access::{Post, Role};

use super::class::Class;
use crate::accounts::tell;
use crate::desk::Desk;
use crate::now;
use crate::params;
use crate::refused::Refused;

/// Past registers of whole classes that one person enters in an hour at most: two a day of one class for two weeks.
const MOST: i64 = 30;

/// So many past registers with nobody missing within [`IN_ONE_GO`] are looked at by somebody else.
const ODD: i64 = 5;

/// What is one go.
const IN_ONE_GO: SignedDuration = SignedDuration::from_mins(10);

/// How many past registers of the school this person has entered since then: all, and those with nobody missing.
fn entered(desk: &mut Desk<'_, '_>, school: &str, since: SignedDuration) -> Result<(i64, i64), Refused> {
    let from = desk.now.timestamp().saturating_sub(since).map(now::stamp).unwrap_or_default();
    Ok(desk.tx.one(
        "select cast(count(*) as bigint), cast(coalesce(sum(case when missing = 0 then 1 else 0 end), 0) as bigint)
         from sheet
         where county = $1 and school = $2 and by_account = $3 and at >= $4 and late = 1 and child is null
           and source is null",
        &params![desk.county(), school, &desk.actor().account, from],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?)
}

/// Whether one more past register can be entered now.
///
/// # Errors
/// [`Refused::Rule`] beyond [`MOST`] in an hour, [`Refused::Storage`].
pub(super) fn bound(desk: &mut Desk<'_, '_>, class: &Class) -> Result<(), Refused> {
    let (many, _) = entered(desk, &class.school, SignedDuration::from_hours(1))?;
    if many < MOST {
        return Ok(());
    }
    Err(Refused::rule(
        format!("一小时里已经补录了{many}份点名，不能再补"),
        "五(九)每天及时完成考勤",
        "请过一小时再补，补的时候逐人核对；手机里存着的不会丢",
    ))
}

/// Tells whoever checks, once, when the [`ODD`]th past register with nobody missing came in one go: the head of a teacher's,
/// 教体局 of a head's.
pub(super) fn flag(desk: &mut Desk<'_, '_>, class: &Class, post: Option<&Post>) -> Result<bool, Refused> {
    let (_, nobody) = entered(desk, &class.school, IN_ONE_GO)?;
    if nobody != ODD {
        return Ok(false);
    }
    let (role, unit) = if post.is_some_and(|post| post.role == Role::Head) {
        (Role::Bureau, None)
    } else {
        (Role::Head, Some(class.school.as_str()))
    };
    let text = format!("{}一次补录了{ODD}份全到的点名，请核对、抽查", class.name);
    let href = format!("/register/{}", class.id);
    let news = tell::News { kind: "register", subject: &class.id, text: &text, href: &href };
    for account in tell::holders(desk.tx, desk.now, desk.county(), role, unit)? {
        tell::one(desk.tx, desk.now, desk.county(), &account, &news)?;
    }
    Ok(true)
}
