//! Working through findings: decide, hand over for checking, report what was found, open again. Every step is a fact;
//! a step that somebody else has overtaken is refused (hazards H03, H04).

use jiff::ToSpan;
use rules::access::{Action, Places, Subject, Tie};
use rules::case::Person;
use rules::decision::{Decision, Found};
use rules::plan::FindingKind;
use rules::standing::Standing;

use super::finding::ties;
use crate::cases::{Opening, Source, open_from};
use crate::desk::Desk;
use crate::ledger;
use crate::ledger::enter::{self, Entering, NewChild, NewGuardian};
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
        "select kind, state, child, name, version from finding where county = $1 and id = $2 and state <> 'staged'",
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
    let child = match before.child {
        None if decision == Decision::Suspected => Some(enter_child(desk, id)?),
        known => known,
    };
    if let Some(child) = &child {
        follow(desk, child, id, decision)?;
    }
    let post = desk.require(Action::DecideFinding, &Subject::Child(&before.ties), ("finding", id))?.post;
    if let (Decision::Suspected, Some(child), Some(post)) = (decision, &child, post) {
        // 教体局 has verified it by this act: what comes next is the order (五(十)).
        let by = Person { account: desk.actor().account.clone(), unit: post.unit.clone(), role: post.role };
        let verified = Some((by, "比对认定：确实没有上学"));
        open_from(desk, &Opening { child, source: Source::Finding, source_id: id, verified, against: None })?;
    }
    desk.record(Action::DecideFinding, post, ("finding", id), "", decision.label())
}

/// Enters a child that the ledger does not know yet, from what its own list says: whoever is suspected stands in the
/// ledger (疑似辍学学生台账, 五(九)).
fn enter_child(desk: &mut Desk<'_, '_>, finding: &str) -> Result<String, Refused> {
    let county = desk.county();
    let (name, sex, birth, mut places) = desk.tx.one(
        "select name, sex, birth, township, village, village_group, school, class from finding
         where county = $1 and id = $2",
        &params![county, finding],
        |row| {
            let places = Places {
                county: county.to_owned(),
                township: row.get(3)?,
                village: row.get(4)?,
                group: row.get(5)?,
                school: row.get(6)?,
                class: row.get(7)?,
                school_township: None,
            };
            Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?, places))
        },
    )?;
    let own = desk.tx.optional(
        "select side, id_sealed, guardians from finding_side
         where county = $1 and finding = $2 and side in ('household', 'roll') order by side limit 1",
        &params![county, finding],
        |row| Ok((row.get::<String>(0)?, row.get::<Option<Vec<u8>>>(1)?, row.get::<String>(2)?)),
    )?;
    let (side, sealed, guardians) = own.unwrap_or_default();
    let number = desk.open("finding_side", "id_number", &format!("{finding}/{side}"), sealed.as_deref())?;
    let number = Some(number).filter(|number| number.len() == 18);
    if let Some(number) = &number {
        // Somebody may have entered it since the lists were compared.
        let known = desk.tx.optional(
            "select id from child where county = $1 and id_index = $2 and merged_into is null",
            &params![county, desk.index("id_number", number)],
            |row| row.get::<String>(0),
        )?;
        if let Some(known) = known {
            return ours(desk, finding, known);
        }
    }
    let Ok(birth) = birth.parse() else {
        return Err(Refused::rule(
            "台账里没有这个孩子，名单上又没有出生日期",
            "五(四)",
            "请先在“孩子”里登记，再比对、认定",
        ));
    };
    if let Some(school) = &places.school {
        places.school_township = desk
            .tx
            .optional(
                "select township from unit where county = $1 and id = $2",
                &params![county, school],
                |row| row.get::<Option<String>>(0),
            )?
            .flatten();
    }
    let new = NewChild {
        name,
        sex,
        birth,
        ethnicity: String::new(),
        id_kind: if number.is_some() { "1".to_owned() } else { String::new() },
        id_number: number,
        student_number: None,
        registration: if side == "household" { "local" } else { "unknown" }.to_owned(),
        household: None,
        address: String::new(),
        grade: None,
        boarding: String::new(),
        standing: if places.school.is_some() { Standing::Enrolled } else { Standing::Unknown },
        places,
        in_class_since: None,
        groups: Vec::new(),
        guardians: guardians
            .split('、')
            .filter(|name| !name.is_empty())
            .map(|name| NewGuardian { name: name.to_owned(), ..NewGuardian::default() })
            .collect(),
    };
    let source = format!("finding:{finding}");
    let entering =
        Entering { county, keys: desk.keys, now: desk.now, by: &desk.who.actor.account, source: &source };
    let child = enter::child(desk.tx, &entering, &new)?;
    ours(desk, finding, child)
}

/// Says which child of the ledger a finding is about.
fn ours(desk: &mut Desk<'_, '_>, finding: &str, child: String) -> Result<String, Refused> {
    desk.tx.execute(
        "update finding set child = $3 where county = $1 and id = $2",
        &params![desk.county(), finding, &child],
    )?;
    Ok(child)
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

/// A deadline for checking lies ahead, and not so far that nobody looks.
pub(super) fn within(today: jiff::civil::Date, due: jiff::civil::Date) -> Result<(), Refused> {
    if due < today || due > today.saturating_add(90.days()) {
        return Err(Refused::field("due", "期限要在今天以后、90天以内"));
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
    within(desk.now.day(), assignment.due)?;
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

/// Writes down a step and what was said with it.
pub(super) fn event(
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
