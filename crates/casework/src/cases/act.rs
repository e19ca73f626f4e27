//! The only way in which people move a case: what they tell is made an event, the right is asked, the rule decides, and row, event
//! and record are written together.

use jiff::civil::Date;
use rules::access::{Action, Role, Subject};
use rules::case::{By, Case, Event, Kind, Person, Stage};
use rules::plan::LegalStepKind;

use super::events::{Columns, Kept, columns, event, last, load, visit_code};
use super::open::is_out;
use super::write::{happen, overtaken};
use crate::desk::Desk;
use crate::ledger::{plain, ties_of};
use crate::pairs;
use crate::papers::case::current_ground;
use crate::params;
use crate::refused::Refused;

/// A move as somebody fills it in; which fields count follows from the kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What is to happen.
    pub kind: Kind,
    /// On which day it was: visit, help, step, return, placement.
    pub on: Option<Date>,
    /// Until when: the term of a step, the end of a pause.
    pub until: Option<Date>,
    /// To which township, or at which school.
    pub unit: String,
    /// Which help, step or placement; what is asked: `order`, `pause`, `close`.
    pub code: String,
    /// What exactly is asked: `statutory suspension`, `stayed`, `dead`….
    pub detail: String,
    /// Whether the family was met; whether the guardians applied.
    pub flag: bool,
    /// What happened, why, the proof.
    pub words: String,
}

impl Told {
    /// A move without any field.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            on: None,
            until: None,
            unit: String::new(),
            code: String::new(),
            detail: String::new(),
            flag: false,
            words: String::new(),
        }
    }
}

/// Makes a move in a case. `version` is that of the page on which it was filled in.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] with clause and what to do, [`Refused::Changed`] for a stale
/// form, [`Refused::Storage`].
pub fn act(desk: &mut Desk<'_, '_>, id: &str, told: &Told, version: i64) -> Result<(), Refused> {
    let action = told.kind.action().unwrap_or(Action::DecideCase);
    let missing = || Refused::denied(action, "case", id);
    let kept = load(desk, id)?.ok_or_else(missing)?;
    let ties = ties_of(desk, &kept.child)?;
    let grant = desk.require(action, &Subject::Child(&ties), ("case", id))?;
    let post = grant.post.ok_or_else(missing)?;
    let event = made(desk, &kept, told)?;
    if !is_due(desk, &kept, &event, version)? {
        return Ok(());
    }
    let person = Person { account: desk.actor().account.clone(), unit: post.unit.clone(), role: post.role };
    let confirmed = told.kind == Kind::Confirm;
    happen(desk, &kept, event, By::Person(person), None)?;
    if confirmed {
        is_out(desk, &kept.child, id)?;
    }
    desk.record(action, Some(post), ("child", &kept.child), "", &format!("个案：{}", told.kind.label()))
}

/// Writes help that a member unit gave into the case of the child, on that unit's post; nothing where the case has ended meanwhile.
///
/// # Errors
/// [`Refused::Rule`], [`Refused::Changed`], [`Refused::Storage`].
pub(crate) fn helped(
    desk: &mut Desk<'_, '_>,
    case: Option<&str>,
    code: &str,
    words: &str,
    (unit, role): (&str, Role),
) -> Result<(), Refused> {
    let Some(case) = case else { return Ok(()) };
    let Some(kept) = load(desk, case)? else { return Ok(()) };
    if matches!(kept.case, Case::Ended(_)) {
        return Ok(());
    }
    let event = Event::Help { code: code.to_owned(), on: desk.now.day(), words: words.to_owned() };
    let person = Person { account: desk.actor().account.clone(), unit: unit.to_owned(), role };
    happen(desk, &kept, event, By::Person(person), None).map(|_| ())
}

/// Whether the move is still to be made: nobody was quicker (H03, H04). The very same by the same person, word by word, sent twice, is made
/// already (H01); another visit from a page that is old is not taken for it.
fn is_due(desk: &mut Desk<'_, '_>, kept: &Kept, event: &Event, version: i64) -> Result<bool, Refused> {
    if kept.version == version {
        return Ok(true);
    }
    let mine = kept.version == version + 1
        && match last(desk, kept)? {
            Some((kind, by, did)) => {
                kind == event.kind().code() && by == desk.actor().account && did == columns(event)
            }
            None => false,
        };
    if mine { Ok(false) } else { Err(overtaken()) }
}

/// The event that was told, with its units known.
fn made(desk: &mut Desk<'_, '_>, kept: &Kept, told: &Told) -> Result<Event, Refused> {
    if !told.words.lines().all(plain) {
        return Err(Refused::field("words", "不能有看不见的符号"));
    }
    if matches!(told.kind, Kind::Visit | Kind::Help | Kind::Step | Kind::Return | Kind::Place)
        && told.on.is_none()
    {
        return Err(Refused::field("on", "请填日期"));
    }
    let mut unit = told.unit.clone();
    match told.kind {
        Kind::Return | Kind::Place => {
            if unit.is_empty()
                && let Case::Open(open) = &kept.case
                && let Stage::Returned { school, .. } = &open.stage
            {
                unit.clone_from(school);
            }
            known(desk, &unit, "school", ("unit", "请选择孩子回到的学校"))?;
        }
        Kind::Dispatch => known(desk, &unit, "township", ("unit", "请选择劝返主体"))?,
        Kind::Ask if told.code == "order" => known(desk, &unit, "township", ("unit", "请选择乡镇"))?,
        Kind::Ask if told.code == "pause" && told.until.is_none() => {
            return Err(Refused::field("until", "请填到期日"));
        }
        _ => {}
    }
    // Whether a visit is by who is paired is the pairing's to say, not the form's.
    let code = match told.kind {
        Kind::Visit => visit_code(pairs::is_with(desk, &kept.child)?).to_owned(),
        _ => told.code.clone(),
    };
    let columns = Columns {
        on: told.on,
        until: told.until,
        unit,
        code,
        detail: told.detail.clone(),
        flag: told.flag,
        words: told.words.trim().to_owned(),
    };
    let mut event = event(told.kind, columns).ok_or_else(|| Refused::field("code", "请从表中选择"))?;
    // What a penalty rests on is the county's affair, and not of whoever registers the step.
    if let Event::Step { taken, ground, .. } = &mut event
        && taken.step == LegalStepKind::Penalty
    {
        *ground = current_ground(desk)?;
    }
    Ok(event)
}

fn known(
    desk: &mut Desk<'_, '_>,
    unit: &str,
    kind: &str,
    (field, text): (&'static str, &str),
) -> Result<(), Refused> {
    let there = desk.tx.optional(
        "select id from unit where county = $1 and id = $2 and kind = $3 and until_day is null",
        &params![desk.county(), unit, kind],
        |row| row.get::<String>(0),
    )?;
    if there.is_some() { Ok(()) } else { Err(Refused::field(field, text)) }
}
