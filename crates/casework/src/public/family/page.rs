//! What the family reads by its code: why, what help there is, by when, how to answer, how to object, which office to call. It shows
//! nothing of the file: whoever finds the letter learns no name, place or school.

use rules::family::{Answer, Reason};

use super::answer::mine;
use super::code::called;
use super::live_at;
use crate::desk::Desk;
use crate::params;
use crate::public::words::Spoken;
use crate::refused::Refused;

/// An answer that was given by this code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// What.
    pub kind: Answer,
    /// When.
    pub at: String,
    /// When the unit had seen to it.
    pub done_at: Option<String>,
    /// What the unit says to it.
    pub done: String,
}

/// The page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FamilyPage {
    /// The child: 李某某，2014年生.
    pub called: String,
    /// Why the family was given the code.
    pub reason: Reason,
    /// By when it is asked to answer.
    pub by_day: String,
    /// The office that gave it.
    pub unit: String,
    /// Its telephone; empty where none is known.
    pub phone: String,
    /// What the county says in other languages.
    pub spoken: Vec<Spoken>,
    /// Until when the code counts.
    pub ends_at: String,
    /// Help of the plan: what, and its basis.
    pub helps: Vec<(String, String)>,
    /// What was answered by this code.
    pub given: Vec<Given>,
}

/// The page of a code; `None` alike for one that is wrong, over or revoked.
///
/// # Errors
/// [`Refused::Storage`].
pub fn page(desk: &mut Desk<'_, '_>, code: &str) -> Result<Option<FamilyPage>, Refused> {
    let Some(live) = live_at(desk, code)? else { return Ok(None) };
    let unit = desk.tx.optional(
        "select name from unit where county = $1 and id = $2",
        &params![desk.county(), &live.unit],
        |row| row.get::<String>(0),
    )?;
    let helps = desk.plan.case().helps.iter();
    let helps = helps.map(|help| (help.label.clone(), help.basis.text.clone())).collect();
    Ok(Some(FamilyPage {
        called: called(desk, &live.child)?,
        reason: Reason::from_code(&live.reason).unwrap_or(Reason::Help),
        by_day: live.by_day.clone().unwrap_or_default(),
        unit: unit.unwrap_or_default(),
        phone: crate::units::phone_of(desk.tx, desk.county(), &live.unit)?,
        spoken: crate::public::words::spoken(desk)?,
        ends_at: live.ends_at.clone(),
        helps,
        given: mine(desk, &live.id)?,
    }))
}
