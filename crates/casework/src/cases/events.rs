//! An event as a row and back: what is kept of it is what the case follows from, and the words, sealed. It decides nothing.

use jiff::civil::{Date, DateTime};
use rules::access::Role;
use rules::case::ladder::Taken;
use rules::case::pause::{Leave, Pause, Rests};
use rules::case::{Ask, By, Case, Event, Exemption, Ground, Happened, Kind, Person, Visit, replay};
use rules::plan::LegalStepKind;

use crate::db::{DbError, Row};
use crate::desk::Desk;
use crate::now;
use crate::params;
use crate::refused::Refused;

/// What of an event has a column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) on: Option<Date>,
    pub(super) until: Option<Date>,
    pub(super) unit: String,
    pub(super) code: String,
    pub(super) detail: String,
    pub(super) flag: bool,
    pub(super) words: String,
}

/// Code of a closing that rests on the window.
const STAYED: &str = "stayed";

/// Code of a visit by who is paired with the child.
const PAIRED: &str = "paired";

/// Code of a visit, by whether it is by who is paired with the child.
pub(super) const fn visit_code(paired: bool) -> &'static str {
    if paired { PAIRED } else { "" }
}

/// The columns of an event.
pub(super) fn columns(event: &Event) -> Columns {
    let empty = Columns::default();
    let said = |words: &str| Columns { words: words.to_owned(), ..Columns::default() };
    match event {
        Event::Confirm { words }
        | Event::Clear { words }
        | Event::SendBack { words }
        | Event::Recall { words }
        | Event::NotBack { words }
        | Event::Refuse { words } => said(words),
        Event::Dispatch { unit } => Columns { unit: unit.clone(), ..empty },
        Event::Receive | Event::Resume | Event::Agree | Event::Relapse => empty,
        Event::Visit(visit) => Columns {
            on: Some(visit.on),
            until: visit.next,
            code: visit_code(visit.paired).to_owned(),
            flag: visit.met,
            ..said(&visit.words)
        },
        Event::Help { code, on, words } => Columns { on: Some(*on), code: code.clone(), ..said(words) },
        Event::Step { taken, words, .. } => Columns {
            on: Some(taken.on),
            until: taken.until,
            code: taken.step.code().to_owned(),
            ..said(words)
        },
        Event::Skip { step, words } => Columns { code: step.code().to_owned(), ..said(words) },
        Event::Return { school, on } => Columns { on: Some(*on), unit: school.clone(), ..empty },
        Event::Place { placement, school, on, words } => {
            Columns { on: Some(*on), unit: school.clone(), code: placement.clone(), ..said(words) }
        }
        Event::Prove { from } => Columns { on: Some(*from), ..empty },
        Event::Check { clean, on } => Columns { on: Some(*on), flag: *clean, ..empty },
        Event::Ask { ask, words } => Columns { words: words.clone(), ..asked(ask) },
    }
}

fn asked(ask: &Ask) -> Columns {
    let of = |code: &str| Columns { code: code.to_owned(), ..Columns::default() };
    match ask {
        Ask::Order { unit } => Columns { unit: unit.clone(), ..of("order") },
        Ask::Pause(pause) => Columns {
            until: Some(pause.until),
            detail: format!("{} {}", pause.rests.code(), pause.leave.code()),
            flag: pause.applied,
            ..of("pause")
        },
        Ask::Close(ground) => {
            let detail = match ground {
                Ground::Stayed => STAYED,
                Ground::Exempt(why) => why.code(),
            };
            Columns { detail: detail.to_owned(), ..of("close") }
        }
    }
}

/// The event that these columns keep; `None` for columns that no event has.
pub(super) fn event(kind: Kind, kept: Columns) -> Option<Event> {
    let Columns { on, until, unit, code, detail, flag, words } = kept;
    Some(match kind {
        Kind::Confirm => Event::Confirm { words },
        Kind::Clear => Event::Clear { words },
        Kind::Dispatch => Event::Dispatch { unit },
        Kind::Receive => Event::Receive,
        Kind::SendBack => Event::SendBack { words },
        Kind::Recall => Event::Recall { words },
        Kind::Visit => Event::Visit(Visit { on: on?, met: flag, paired: code == PAIRED, next: until, words }),
        Kind::Help => Event::Help { code, on: on?, words },
        Kind::Step => Event::Step {
            taken: Taken { step: LegalStepKind::from_code(&code)?, on: on?, until },
            ground: None,
            words,
        },
        Kind::Skip => Event::Skip { step: LegalStepKind::from_code(&code)?, words },
        Kind::Return => Event::Return { school: unit, on: on? },
        Kind::NotBack => Event::NotBack { words },
        Kind::Place => Event::Place { placement: code, school: unit, on: on?, words },
        Kind::Prove => Event::Prove { from: on? },
        Kind::Check => Event::Check { clean: flag, on: on? },
        Kind::Resume => Event::Resume,
        Kind::Ask => Event::Ask { ask: ask(&code, &detail, unit, until, flag)?, words },
        Kind::Agree => Event::Agree,
        Kind::Refuse => Event::Refuse { words },
        Kind::Relapse => Event::Relapse,
    })
}

fn ask(code: &str, detail: &str, unit: String, until: Option<Date>, applied: bool) -> Option<Ask> {
    Some(match code {
        "order" => Ask::Order { unit },
        "pause" => {
            let (rests, leave) = detail.split_once(' ')?;
            let (rests, leave) = (Rests::from_code(rests)?, Leave::from_code(leave)?);
            Ask::Pause(Pause { rests, leave, until: until?, applied })
        }
        "close" if detail == STAYED => Ask::Close(Ground::Stayed),
        "close" => Ask::Close(Ground::Exempt(Exemption::from_code(detail)?)),
        _ => return None,
    })
}

/// A case as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) id: String,
    pub(crate) child: String,
    pub(crate) version: i64,
    pub(crate) order: Option<String>,
    pub(crate) case: Case,
}

/// Reads a case from its events; `None` where there is none. Words stay sealed: the case does not follow from them.
pub(crate) fn load(desk: &mut Desk<'_, '_>, id: &str) -> Result<Option<Kept>, Refused> {
    let Some(row) = row(desk, id)? else { return Ok(None) };
    let events = events(desk, id)?;
    let case = replay(&begun(&row, id)?, &events).map_err(|_| broken(id))?;
    Ok(Some(Kept { id: id.to_owned(), child: row.child, version: row.version, order: row.order, case }))
}

/// The case's own row.
#[derive(Debug, Clone)]
struct Begun {
    child: String,
    version: i64,
    order: Option<String>,
    opened: String,
    against: Option<String>,
}

/// Asked once by all parts of a page.
fn row(desk: &mut Desk<'_, '_>, id: &str) -> Result<Option<Begun>, Refused> {
    let found = desk.tx.once(
        "select child, version, order_id, opened_at, against from child_case where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| {
            Ok(Begun {
                child: row.get(0)?,
                version: row.get(1)?,
                order: row.get(2)?,
                opened: row.get(3)?,
                against: row.get(4)?,
            })
        },
    )?;
    Ok(found.into_iter().next())
}

fn begun(row: &Begun, id: &str) -> Result<Case, Refused> {
    Ok(Case::open(clock(&row.opened).ok_or_else(|| broken(id))?, row.against.clone()))
}

fn broken(id: &str) -> Refused {
    Refused::Fault(format!("case {id} does not follow from its events"))
}

/// A case as it was opened, and what happened to it.
pub(crate) fn history(desk: &mut Desk<'_, '_>, id: &str) -> Result<Option<(Case, Vec<Happened>)>, Refused> {
    let Some(row) = row(desk, id)? else { return Ok(None) };
    Ok(Some((begun(&row, id)?, events(desk, id)?)))
}

fn events(desk: &mut Desk<'_, '_>, id: &str) -> Result<Vec<Happened>, Refused> {
    let rows = desk.tx.once(
        "select kind, on_day, until_day, unit, code, detail, flag, by_account, by_unit, by_role, at
         from case_event where county = $1 and case_id = $2 order by seq",
        &params![desk.county(), id],
        |row| {
            let kept = read(row)?;
            let by = (row.get::<String>(7)?, row.get::<String>(8)?, row.get::<String>(9)?);
            Ok((row.get::<String>(0)?, kept, by, row.get::<String>(10)?))
        },
    )?;
    let broken = || broken(id);
    let mut events = Vec::with_capacity(rows.len());
    for (kind, kept, (account, unit, role), at) in rows {
        let by = match role.as_str() {
            "" => By::Program,
            code => By::Person(Person { account, unit, role: Role::from_code(code).ok_or_else(broken)? }),
        };
        let event = Kind::from_code(&kind).and_then(|kind| event(kind, kept)).ok_or_else(broken)?;
        events.push(Happened { event, by, at: clock(&at).ok_or_else(broken)? });
    }
    Ok(events)
}

/// What of an event lies open, from the second column on.
fn read(row: &Row<'_>) -> Result<Columns, DbError> {
    Ok(Columns {
        on: row.get(1)?,
        until: row.get(2)?,
        unit: row.get(3)?,
        code: row.get(4)?,
        detail: row.get(5)?,
        flag: row.get(6)?,
        words: String::new(),
    })
}

/// The last event of a case: its kind, whose it is, and what is kept of it, the words too.
pub(super) fn last(
    desk: &mut Desk<'_, '_>,
    kept: &Kept,
) -> Result<Option<(String, String, Columns)>, Refused> {
    let found = desk.tx.optional(
        "select kind, on_day, until_day, unit, code, detail, flag, by_account, words_sealed
         from case_event where county = $1 and case_id = $2 and seq = $3",
        &params![desk.county(), &kept.id, kept.version],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(7)?, read(row)?, row.get::<Option<Vec<u8>>>(8)?)),
    )?;
    let Some((kind, by, mut columns, sealed)) = found else { return Ok(None) };
    let row = format!("{}/{}", kept.id, kept.version);
    columns.words = desk.open("case_event", "words", &row, sealed.as_deref())?;
    Ok(Some((kind, by, columns)))
}

/// A stored moment as China's clock had it.
pub(super) fn clock(at: &str) -> Option<DateTime> {
    now::moment(at).map(now::clock)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// What is kept of each kind of event makes the same event again.
    #[test]
    fn there_and_back() {
        let (on, words) = (date(2026, 11, 24), || "家访核实".to_owned());
        let pause = Pause { rests: Rests::Policy, leave: Leave::Deferral, until: on, applied: true };
        let taken = Taken { step: LegalStepKind::Order, on, until: Some(on) };
        let ask = |ask| Event::Ask { ask, words: words() };
        let all = [
            Event::Confirm { words: words() },
            Event::Clear { words: words() },
            Event::Dispatch { unit: "t1".to_owned() },
            Event::Receive,
            Event::SendBack { words: words() },
            Event::Recall { words: words() },
            Event::Visit(Visit { on, met: true, paired: true, next: Some(on), words: words() }),
            Event::Help { code: "money".to_owned(), on, words: words() },
            Event::Step { taken, ground: None, words: words() },
            Event::Skip { step: LegalStepKind::Penalty, words: words() },
            Event::Return { school: "s1".to_owned(), on },
            Event::NotBack { words: words() },
            Event::Place { placement: "grouped".to_owned(), school: "s1".to_owned(), on, words: words() },
            Event::Prove { from: on },
            Event::Check { clean: true, on },
            Event::Resume,
            ask(Ask::Order { unit: "t2".to_owned() }),
            ask(Ask::Pause(pause)),
            ask(Ask::Close(Ground::Stayed)),
            ask(Ask::Close(Ground::Exempt(Exemption::Dead))),
            Event::Agree,
            Event::Refuse { words: words() },
            Event::Relapse,
        ];
        for one in all {
            assert_eq!(event(one.kind(), columns(&one)).as_ref(), Some(&one));
        }
        assert_eq!(event(Kind::Ask, Columns { code: "party".to_owned(), ..Columns::default() }), None);
        assert_eq!(event(Kind::Visit, Columns::default()), None);
    }
}
