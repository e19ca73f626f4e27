//! 已关注: what somebody did about a warning and until when they look after the child. A fact that is only added; it holds
//! until its day, or until something new is said.

use jiff::ToSpan;
use jiff::civil::Date;
use rules::access::{Action, Subject};

use super::read::of_child;
use crate::desk::Desk;
use crate::ledger::{plain, ties_of};
use crate::params;
use crate::refused::Refused;

/// So many days ahead at most: whoever looks after a child looks again within two months.
const LONGEST: i64 = 60;

/// A note as somebody fills it in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteForm {
    /// What was done.
    pub did: String,
    /// Until when.
    pub until: Option<Date>,
}

/// Notes that a child is looked after; the id of the note.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Changed`] when nothing is said of the child any more,
/// [`Refused::Storage`].
pub fn note_warning(desk: &mut Desk<'_, '_>, child: &str, form: &NoteForm) -> Result<String, Refused> {
    let ties = ties_of(desk, child)?;
    let grant = desk.require(Action::NoteWarning, &Subject::Child(&ties), ("child", child))?;
    let did = form.did.trim();
    if did.is_empty() || did.chars().count() > 300 || !did.lines().all(plain) {
        return Err(Refused::field("did", "请写做了什么，300个字以内，不能有看不见的符号"));
    }
    let today = desk.now.day();
    let until = form
        .until
        .filter(|until| (today..=today.saturating_add(LONGEST.days())).contains(until))
        .ok_or_else(|| Refused::field("until", format!("请写关注到哪天，今天起{LONGEST}天以内")))?;
    if of_child(desk, child)?.said.is_empty() {
        return Err(Refused::Changed { what: "这个孩子现在没有要关注的事".to_owned() });
    }
    // A double click is one note (hazard H01).
    let last = desk.tx.optional(
        "select id, did_sealed from warning_note
         where county = $1 and child = $2 and by_account = $3 and until_day = $4 order by at desc, id desc limit 1",
        &params![desk.county(), child, &desk.actor().account, until],
        |row| Ok((row.get::<String>(0)?, row.get::<Vec<u8>>(1)?)),
    )?;
    if let Some((id, sealed)) = last
        && desk.open("warning_note", "did", &id, Some(&sealed))? == did
    {
        return Ok(id);
    }
    let id = desk.now.id();
    let sealed = desk.seal("warning_note", "did", &id, did);
    desk.tx.execute(
        "insert into warning_note (county, id, child, did_sealed, until_day, by_account, unit, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &params![
            desk.county(),
            &id,
            child,
            sealed,
            until,
            &desk.actor().account,
            grant.post.map_or("", |post| post.unit.as_str()),
            desk.now.stamp()
        ],
    )?;
    desk.record(Action::NoteWarning, grant.post, ("child", child), "", &format!("已关注，到{until}"))?;
    Ok(id)
}
