//! Working through findings: decide, hand over for checking, report what was found, open again. Every step is a fact;
//! a step that somebody else has overtaken is refused (hazards H03, H04).

use jiff::ToSpan;
use rules::access::{Action, Subject, Tie};
use rules::decision::{Decision, Found};
use rules::plan::FindingKind;
use rules::standing::Standing;

use super::finding::ties;
use crate::desk::Desk;
use crate::ledger;
use crate::params;
use crate::refused::Refused;
use crate::today::tell_unit;

/// Who must check, and by when.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// Unit: a village or a school.
    pub unit: String,
    /// By which day.
    pub due: jiff::civil::Date,
}

/// What a step needs to know of the finding.
struct Before {
    kind: String,
    state: String,
    child: Option<String>,
    name: String,
    version: i64,
    ties: Vec<(String, Tie)>,
}

fn before(desk: &mut Desk<'_, '_>, action: Action, id: &str) -> Result<Before, Refused> {
    let ties = ties(desk, id)?;
    desk.require(action, &Subject::Child(&ties), ("finding", id))?;
    let found = desk.tx.optional(
        "select kind, state, child, name, version from finding where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| {
            Ok(Before {
                kind: row.get(0)?,
                state: row.get(1)?,
                child: row.get(2)?,
                name: row.get(3)?,
                version: row.get(4)?,
                ties: Vec::new(),
            })
        },
    )?;
    found.map(|before| Before { ties, ..before }).ok_or_else(|| Refused::denied(action, "finding", id))
}

/// Whether the step is still to be done: nobody was quicker (H03, H04). The very same step by the same person, sent
/// twice, is done already (H01).
fn is_due(
    desk: &mut Desk<'_, '_>,
    id: &str,
    before: &Before,
    version: i64,
    (kind, value): (&str, &str),
) -> Result<bool, Refused> {
    if before.version == version {
        return Ok(true);
    }
    let last = desk.tx.query(
        "select kind, value, by_account from finding_event where county = $1 and finding = $2
         order by at desc, id desc limit 1",
        &params![desk.county(), id],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?)),
    )?;
    let mine = last.iter().any(|(did, what, by)| {
        did == kind && what == value && *by == desk.actor().account && before.version == version + 1
    });
    if mine {
        return Ok(false);
    }
    Err(Refused::Changed { what: format!("“{}”的核查刚刚有了新的进展", before.name) })
}

/// Decides a finding; the ledger follows in the same act.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Changed`], [`Refused::Rule`], [`Refused::Storage`].
pub fn decide(
    desk: &mut Desk<'_, '_>,
    id: &str,
    decision: Decision,
    note: &str,
    version: i64,
) -> Result<(), Refused> {
    let before = before(desk, Action::DecideFinding, id)?;
    if !is_due(desk, id, &before, version, ("decided", decision.code()))? {
        return Ok(());
    }
    let allowed =
        FindingKind::from_code(&before.kind).is_some_and(|kind| Decision::of(kind).contains(&decision));
    if !allowed || matches!(before.state.as_str(), "decided" | "gone") {
        return Err(Refused::rule(
            "这条发现不能这样认定，或者已经认定",
            "五(四)",
            "请看最新情况；认定错了的，先点“重新核查”",
        ));
    }
    let (county, at) = (desk.county(), desk.now.stamp());
    desk.tx.execute(
        "update finding set state = 'decided', decision = $3, decided_by = $4, decided_at = $5, version = version + 1
         where county = $1 and id = $2",
        &params![county, id, decision.code(), &desk.actor().account, &at],
    )?;
    event(desk, id, None, ("decided", decision.code()), note)?;
    if let Some(child) = &before.child {
        follow(desk, child, id, decision)?;
    }
    let post = desk.require(Action::DecideFinding, &Subject::Child(&before.ties), ("finding", id))?.post;
    desk.record(Action::DecideFinding, post, ("finding", id), "", decision.label())
}

/// What a decision makes of the child in the ledger.
fn follow(desk: &mut Desk<'_, '_>, child: &str, finding: &str, decision: Decision) -> Result<(), Refused> {
    let county = desk.county();
    let was = desk.tx.one(
        "select standing from child where county = $1 and id = $2",
        &params![county, child],
        |row| row.get::<String>(0),
    )?;
    let was = Standing::from_code(&was).unwrap_or(Standing::Unknown);
    if let Some(standing) = decision.standing(was) {
        ledger::set_standing(desk, child, standing, &format!("finding:{finding}"))?;
    }
    if decision == Decision::Suspected {
        // A child that is suspected already stays so, once.
        desk.tx.execute(
            "insert into suspected (county, id, child, source, source_id, since_day, made_at, made_by)
             select $1, $2, $3, 'finding', $4, $5, $6, $7
             where not exists (select 1 from suspected where county = $1 and child = $3 and cleared_at is null)",
            &params![
                county,
                desk.now.id(),
                child,
                finding,
                desk.now.day(),
                desk.now.stamp(),
                &desk.actor().account
            ],
        )?;
    } else {
        // Decided otherwise after all: what this finding had made of the child no longer holds.
        desk.tx.execute(
            "update suspected set cleared_at = $4
             where county = $1 and child = $2 and source = 'finding' and source_id = $3 and cleared_at is null",
            &params![county, child, finding, desk.now.stamp()],
        )?;
    }
    Ok(())
}

/// Hands a finding to a village or school to check.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Changed`], [`Refused::Storage`].
pub fn assign(
    desk: &mut Desk<'_, '_>,
    id: &str,
    assignment: &Assignment,
    note: &str,
    version: i64,
) -> Result<(), Refused> {
    let before = before(desk, Action::AssignFinding, id)?;
    if !is_due(desk, id, &before, version, ("assigned", &assignment.due.to_string()))? {
        return Ok(());
    }
    if matches!(before.state.as_str(), "decided" | "gone") {
        return Err(Refused::rule("已经认定的不用再交办", "五(四)", "认定错了的，先点“重新核查”"));
    }
    let county = desk.county();
    let today = desk.now.day();
    if assignment.due < today || assignment.due > today.saturating_add(90.days()) {
        return Err(Refused::field("due", "期限要在今天以后、90天以内"));
    }
    let tied = before.ties.iter().any(|(unit, tie)| {
        *unit == assignment.unit && matches!(tie, Tie::Village | Tie::School | Tie::HomeTownship)
    });
    if !tied {
        return Err(Refused::field("unit", "只能交给孩子所在的村、学校或乡镇"));
    }
    desk.tx.execute(
        "update finding set state = 'assigned', assigned_to = $3, due_day = $4, reported = null, version = version + 1
         where county = $1 and id = $2",
        &params![county, id, &assignment.unit, assignment.due],
    )?;
    event(desk, id, Some(&assignment.unit), ("assigned", &assignment.due.to_string()), note)?;
    tell_unit(desk, &assignment.unit, ("finding", id), "有孩子的就学情况要核查", "/findings?state=assigned")?;
    let post = desk.require(Action::AssignFinding, &Subject::Child(&before.ties), ("finding", id))?.post;
    desk.record(Action::AssignFinding, post, ("finding", id), "", "交办核查")
}

/// Reports what was found on the spot.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`], [`Refused::Changed`], [`Refused::Storage`].
pub fn report(
    desk: &mut Desk<'_, '_>,
    id: &str,
    found: Found,
    note: &str,
    version: i64,
) -> Result<(), Refused> {
    let before = before(desk, Action::ReportFinding, id)?;
    if !is_due(desk, id, &before, version, ("reported", found.code()))? {
        return Ok(());
    }
    if before.state != "assigned" {
        return Err(Refused::rule("这条发现没有交办核查", "五(四)", "请等县教体局交办"));
    }
    let note = note.trim();
    if found == Found::Unknown && note.is_empty() {
        return Err(Refused::field("note", "请写明问过谁、查过什么，再报“查不到”"));
    }
    // Nobody home is an honest contact, and not yet an answer: it stays with whoever must check.
    let state = if found == Found::NobodyHome { "assigned" } else { "reported" };
    desk.tx.execute(
        "update finding set state = $3, reported = $4, version = version + 1 where county = $1 and id = $2",
        &params![desk.county(), id, state, found.code()],
    )?;
    let post = desk.require(Action::ReportFinding, &Subject::Child(&before.ties), ("finding", id))?.post;
    event(desk, id, post.map(|post| post.unit.as_str()), ("reported", found.code()), note)?;
    desk.record(Action::ReportFinding, post, ("finding", id), "", found.label())
}

/// Opens a decided finding again; what the decision did to the ledger is decided anew with the next one.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`] when it is not decided, [`Refused::Invalid`], [`Refused::Changed`],
/// [`Refused::Storage`].
pub fn reopen(desk: &mut Desk<'_, '_>, id: &str, reason: &str, version: i64) -> Result<(), Refused> {
    let before = before(desk, Action::DecideFinding, id)?;
    if !is_due(desk, id, &before, version, ("reopened", ""))? {
        return Ok(());
    }
    if before.state != "decided" {
        return Err(Refused::rule("这条发现还没有认定", "五(四)", "请看最新情况，直接认定或者交办"));
    }
    if reason.trim().is_empty() {
        return Err(Refused::field("note", "请写明为什么重新核查"));
    }
    desk.tx.execute(
        "update finding set state = 'open', decision = null, decided_by = null, decided_at = null,
                            remembered_from = null, version = version + 1
         where county = $1 and id = $2",
        &params![desk.county(), id],
    )?;
    event(desk, id, None, ("reopened", ""), reason.trim())?;
    let post = desk.require(Action::DecideFinding, &Subject::Child(&before.ties), ("finding", id))?.post;
    desk.record(Action::DecideFinding, post, ("finding", id), "", "重新核查")
}

fn event(
    desk: &mut Desk<'_, '_>,
    finding: &str,
    unit: Option<&str>,
    (kind, value): (&str, &str),
    note: &str,
) -> Result<(), Refused> {
    let note = note.trim();
    if note.chars().count() > 500 {
        return Err(Refused::field("note", "说明请写在500个字以内"));
    }
    let id = desk.now.id();
    let sealed = (!note.is_empty()).then(|| desk.seal("finding_event", "note", &id, note));
    desk.tx.execute(
        "insert into finding_event (county, id, finding, at, by_account, unit, kind, value, note_sealed)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &params![
            desk.county(),
            &id,
            finding,
            desk.now.stamp(),
            &desk.actor().account,
            unit,
            kind,
            value,
            sealed
        ],
    )?;
    Ok(())
}
