//! Writing an event and what follows from it: the row of the case, the order, where the child stands with school, and the
//! people whose turn it is, in the act's own transaction.

use jiff::civil::DateTime;
use rules::case::pause::Leave;
use rules::case::watch::Watched;
use rules::case::{
    Act, Ask, By, Case, Duty, End, Event, Exemption, Facts, Ground, Happened, Open, Party, Person, Stage,
    apply, duty,
};
use rules::pairing::Ending;
use rules::standing::Standing;

use super::events::{Kept, columns};
use super::order;
use crate::accounts::tell;
use crate::db::DbError;
use crate::desk::Desk;
use crate::ledger::set_standing;
use crate::pairs;
use crate::params;
use crate::refused::Refused;

impl From<rules::case::Refused> for Refused {
    fn from(refused: rules::case::Refused) -> Self {
        Self::Rule { what: refused.what, basis: refused.basis, todo: refused.todo }
    }
}

/// A moment as it is stored.
pub(super) fn stored(moment: DateTime) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S.%3f+08:00").to_string()
}

/// The role and the unit by which a party is stored; the county's own offices have no unit there.
pub(super) fn party(who: &Party) -> (&'static str, &str) {
    let unit = match who {
        Party::Bureau | Party::Director => "",
        Party::Township(unit) | Party::School(unit) => unit,
    };
    (who.role().code(), unit)
}

/// Lets something happen in a case.
///
/// # Errors
/// [`Refused::Rule`] by the rules of the case, [`Refused::Changed`] when somebody was quicker, [`Refused::Storage`].
pub(crate) fn happen(
    desk: &mut Desk<'_, '_>,
    kept: &Kept,
    event: Event,
    by: By,
    watched: Option<&Watched>,
) -> Result<Case, Refused> {
    let persuader = order::persuader_of(desk, &kept.child)?;
    let happened = Happened { event, by, at: desk.now.clock() };
    let facts = Facts { plan: desk.plan, persuader: persuader.as_ref(), watched };
    let change = apply(&kept.case, &happened, &facts)?;
    let order = order::follow(desk, kept, &happened, persuader.as_ref())?;
    put(desk, kept, &happened)?;
    row(desk, kept, &change.case, change.duty.as_ref(), order.as_deref())?;
    standing(desk, kept, &happened.event)?;
    // Nobody keeps a way to a family that no longer needs it; a child that left again is gone to by the same person.
    if matches!(change.case, Case::Ended(_)) && !is_relapse(&change.case) {
        pairs::end_of(desk, &kept.child, Ending::CaseEnded)?;
    }
    if let Some(next) = &change.duty {
        let before = match &kept.case {
            Case::Open(open) => Some(duty(open, desk.plan).map_err(rules::case::Refused::from)?),
            Case::Ended(_) => None,
        };
        let same = before.is_some_and(|before| (before.who, before.act) == (next.who.clone(), next.act));
        if !same {
            tell(desk, &kept.id, next)?;
        }
    }
    Ok(change.case)
}

/// The row of what happened; the key refuses a second of the same number.
fn put(desk: &mut Desk<'_, '_>, kept: &Kept, happened: &Happened) -> Result<(), Refused> {
    let seq = kept.version + 1;
    let one = columns(&happened.event);
    let words = one.words.trim();
    let row = format!("{}/{seq}", kept.id);
    let sealed = (!words.is_empty()).then(|| desk.seal("case_event", "words", &row, words));
    let nobody = Person {
        account: desk.actor().account.clone(),
        unit: String::new(),
        role: rules::access::Role::Bureau,
    };
    let (by, role) = match &happened.by {
        By::Person(person) => (person, person.role.code()),
        By::Program => (&nobody, ""),
    };
    let written = desk.tx.execute(
        "insert into case_event (county, case_id, seq, kind, on_day, until_day, unit, code, detail, flag, words_sealed,
                                 by_account, by_unit, by_role, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         on conflict (county, case_id, seq) do nothing",
        &params![
            desk.county(),
            &kept.id,
            seq,
            happened.event.kind().code(),
            one.on,
            one.until,
            &one.unit,
            &one.code,
            &one.detail,
            i64::from(one.flag),
            sealed,
            &by.account,
            &by.unit,
            role,
            desk.now.stamp()
        ],
    )?;
    if written == 0 { Err(overtaken()) } else { Ok(()) }
}

/// Somebody was quicker.
pub(super) fn overtaken() -> Refused {
    Refused::Changed { what: "这件个案刚刚有了新的进展".to_owned() }
}

/// Where the case stands from now on.
fn row(
    desk: &mut Desk<'_, '_>,
    kept: &Kept,
    case: &Case,
    duty: Option<&Duty>,
    order: Option<&str>,
) -> Result<(), Refused> {
    let (role, unit) = duty.map_or((None, ""), |duty| {
        let (role, unit) = party(&duty.who);
        (Some(role), unit)
    });
    let now = desk.now.stamp();
    let (school, since, ended) = match case {
        Case::Open(open) => (open.stage.school(), stored(open.since), None),
        Case::Ended(_) => (None, now.clone(), Some(now)),
    };
    let written = desk.tx.execute(
        "update child_case set state = $4, must_role = $5, must_unit = $6, act = $7, due_at = $8, basis = $9,
                since_at = $10, order_id = $11, school = coalesce($12, school), version = version + 1, ended_at = $13
         where county = $1 and id = $2 and version = $3",
        &params![
            desk.county(),
            &kept.id,
            kept.version,
            case.state().code(),
            role,
            unit,
            duty.map_or("", |duty| duty.act.code()),
            duty.map(|duty| stored(duty.due)),
            duty.map_or("", |duty| duty.basis.as_str()),
            since,
            order,
            school,
            ended
        ],
    )?;
    if written == 0 { Err(overtaken()) } else { Ok(()) }
}

/// Where the child stands with school, as far as the case decides that. Coming back is the register's to say: what it has proven is 在校,
/// also for a child whose case did not begin with the list of suspects.
fn standing(desk: &mut Desk<'_, '_>, kept: &Kept, event: &Event) -> Result<(), Refused> {
    let Case::Open(open) = &kept.case else { return Ok(()) };
    let mistaken = Ask::Close(Ground::Exempt(Exemption::Mistaken));
    let undone =
        matches!(event, Event::Agree) && open.asked.as_ref().is_some_and(|asked| asked.ask == mistaken);
    let stayed = Ask::Close(Ground::Stayed);
    let back = matches!(event, Event::Prove { .. })
        || matches!(event, Event::Agree) && open.asked.as_ref().is_some_and(|asked| asked.ask == stayed);
    let to = if undone {
        as_before(desk, &kept.child)?
    } else if back {
        as_before(desk, &kept.child)?.filter(|to| *to == Standing::Enrolled)
    } else {
        stands(open, event)
    };
    let Some(to) = to else { return Ok(()) };
    set_standing(desk, &kept.child, to, &format!("case:{}", kept.id))
}

/// Where a child stands that is not away, or never was: on the roll where it is on one. What the list of suspects says meanwhile is its own.
fn as_before(desk: &mut Desk<'_, '_>, child: &str) -> Result<Option<Standing>, Refused> {
    let (enrolled, suspected) = desk.tx.one(
        "select case when class is null then 0 else 1 end,
                case when exists (select 1 from suspected where suspected.county = child.county
                                     and suspected.child = child.id and suspected.cleared_at is null) then 1 else 0 end
         from child where county = $1 and id = $2",
        &params![desk.county(), child],
        |row| Ok((row.get::<bool>(0)?, row.get::<bool>(1)?)),
    )?;
    Ok((!suspected).then_some(if enrolled { Standing::Enrolled } else { Standing::Unknown }))
}

fn stands(open: &Open, event: &Event) -> Option<Standing> {
    match event {
        Event::Resume => match &open.stage {
            Stage::Paused(pause, _) => Some(match pause.leave {
                Leave::Deferral => Standing::Never,
                Leave::Suspension => Standing::Absent,
            }),
            _ => None,
        },
        Event::Agree => match &open.asked.as_ref()?.ask {
            Ask::Order { .. } | Ask::Close(Ground::Stayed) => None,
            Ask::Pause(pause) => Some(match pause.leave {
                Leave::Deferral => Standing::Deferred,
                Leave::Suspension => Standing::Suspended,
            }),
            Ask::Close(Ground::Exempt(why)) => match why {
                Exemption::Transferred => Some(Standing::Elsewhere),
                Exemption::Finished => Some(Standing::Finished),
                Exemption::Dead => Some(Standing::Dead),
                Exemption::Abroad => Some(Standing::Abroad),
                Exemption::MovedAway => Some(Standing::MovedAway),
                // Not in school, and no longer of the age: the figures count it apart.
                Exemption::OverAge => None,
                // Asked for apart: it depends on the roll.
                Exemption::Mistaken => None,
            },
        },
        _ => None,
    }
}

/// Tells those whose turn it is. What 教体局 has to verify and to dispatch it reads from its desk: findings are decided by the hundred.
fn tell(desk: &mut Desk<'_, '_>, case: &str, duty: &Duty) -> Result<(), Refused> {
    if matches!(duty.act, Act::Verify | Act::Dispatch) {
        return Ok(());
    }
    let (_, unit) = party(&duty.who);
    let unit = Some(unit).filter(|unit| !unit.is_empty());
    let told = tell::holders(desk.tx, desk.now, desk.county(), duty.who.role(), unit)?;
    let text = format!("有一件个案轮到您办：{}", duty.act.label());
    let kind = if duty.act == Act::Receive { "order" } else { "case" };
    let news = tell::News { kind, subject: case, text: &text, href: &format!("/cases/{case}") };
    tell::all(desk.tx, desk.now, desk.county(), &told, &news)
}

/// Writes a new case. A second open case of a child is refused by the storage.
pub(super) fn begin(desk: &mut Desk<'_, '_>, new: &super::open::Beginning<'_>) -> Result<Kept, Refused> {
    let case = Case::open(desk.now.clock(), new.against.map(str::to_owned));
    let Case::Open(open) = &case else { return Err(Refused::Fault("a new case has ended".to_owned())) };
    let first = duty(open, desk.plan).map_err(rules::case::Refused::from)?;
    let id = desk.now.id();
    let (role, unit) = party(&first.who);
    let why = Some(new.why.trim()).filter(|why| !why.is_empty());
    let why = why.map(|why| desk.seal("child_case", "why", &id, why));
    let written = desk.tx.execute(
        "insert into child_case (county, id, child, source, source_id, why_sealed, before_case, against, state,
                                 must_role, must_unit, act, due_at, basis, since_at, order_id, school, version,
                                 opened_at, opened_by, ended_at)
         values ($1, $2, $3, $4, $5, $6, $7, $16, $8, $9, $10, $11, $12, $13, $14, null, null, 0, $14, $15, null)",
        &params![
            desk.county(),
            &id,
            new.child,
            new.source.code(),
            new.source_id,
            why,
            new.before,
            case.state().code(),
            role,
            unit,
            first.act.code(),
            stored(first.due),
            &first.basis,
            desk.now.stamp(),
            &desk.actor().account,
            new.against
        ],
    );
    match written {
        Ok(_) => {}
        Err(DbError::Unique(_)) => {
            return Err(Refused::Changed { what: "这个孩子已经有一件在办的个案".to_owned() });
        }
        Err(error) => return Err(error.into()),
    }
    Ok(Kept { id, child: new.child.to_owned(), version: 0, order: None, case })
}

/// Whether it ended because the child left again.
pub(super) const fn is_relapse(case: &Case) -> bool {
    matches!(case, Case::Ended(End::Relapsed))
}
