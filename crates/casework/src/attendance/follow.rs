//! 联系家长、家访, 五(九): who was called, who answered, why the pupil is away and where, when to look again; what failed
//! is written down too. Facts are added; what was said stays sealed.

use jiff::civil::Date;
use rules::access::{Action, Field, Subject};
use rules::attendance::{Answered, Outcome, Reason, Way};

use crate::desk::Desk;
use crate::ledger::{Sees, plain, ties_of};
use crate::params;
use crate::refused::Refused;

/// A contact as somebody fills it in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactForm {
    /// By telephone, message, at the door.
    pub way: Way,
    /// Whether somebody was reached, and if not, why.
    pub outcome: Outcome,
    /// Who answered; asked for when somebody was reached.
    pub answered: Option<Answered>,
    /// Why the pupil is away.
    pub reason: Option<Reason>,
    /// Where the pupil is: a code of the plan's whereabouts; empty while that is not known.
    pub whereabouts: String,
    /// When to look again.
    pub next: Option<Date>,
    /// 家访: the day for which coming back was promised.
    pub promised: Option<Date>,
    /// 家访: who was there, what was found, what help is needed.
    pub note: String,
}

/// A contact that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactLine {
    /// Id.
    pub id: String,
    /// When.
    pub at: String,
    /// Who.
    pub by: String,
    /// How.
    pub way: Option<Way>,
    /// Whether somebody was reached.
    pub outcome: Option<Outcome>,
    /// Who answered.
    pub answered: Option<Answered>,
    /// Why.
    pub reason: Option<Reason>,
    /// What the plan calls the whereabouts; empty while not known.
    pub whereabouts: String,
    /// When to look again.
    pub next: Option<Date>,
    /// The day for which coming back was promised.
    pub promised: Option<Date>,
    /// What was noted; empty where the reader does not see it.
    pub note: String,
}

/// Writes down a contact with the family; its id.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Storage`].
pub fn log_contact(desk: &mut Desk<'_, '_>, child: &str, form: &ContactForm) -> Result<String, Refused> {
    let action = if form.way == Way::Visit { Action::RecordVisit } else { Action::LogContact };
    let ties = ties_of(desk, child)?;
    let grant = desk.require(action, &Subject::Child(&ties), ("child", child))?;
    check(desk, form)?;
    let (id, note) = (desk.now.id(), form.note.trim());
    let sealed = (!note.is_empty()).then(|| desk.seal("contact", "note", &id, note));
    desk.tx.execute(
        "insert into contact (county, id, child, day, way, outcome, answered, reason, whereabouts, next_day,
                              promised_day, note_sealed, by_account, unit, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        &params![
            desk.county(),
            &id,
            child,
            desk.now.day(),
            form.way.code(),
            form.outcome.code(),
            form.answered.map_or("", Answered::code),
            form.reason.map_or("", Reason::code),
            form.whereabouts.as_str(),
            form.next,
            form.promised,
            sealed,
            &desk.actor().account,
            grant.post.map_or("", |post| post.unit.as_str()),
            desk.now.stamp()
        ],
    )?;
    let detail = format!("{}：{}", form.way.label(), form.outcome.label());
    desk.record(action, grant.post, ("child", child), "", &detail)?;
    Ok(id)
}

fn check(desk: &Desk<'_, '_>, form: &ContactForm) -> Result<(), Refused> {
    let today = desk.now.day();
    if form.outcome == Outcome::Reached && form.answered.is_none() {
        return Err(Refused::field("answered", "请选择是谁接的、见到了谁"));
    }
    if form.outcome != Outcome::Reached && form.next.is_none() {
        return Err(Refused::field("next", "没有联系上的，请定下一次联系的日子"));
    }
    let known = |code: &str| desk.plan.whereabouts().iter().any(|one| one.code == code);
    if !form.whereabouts.is_empty() && !known(&form.whereabouts) {
        return Err(Refused::field("whereabouts", "请从表中选择去向"));
    }
    for (field, day) in [("next", form.next), ("promised", form.promised)] {
        if day.is_some_and(|day| day < today || day > today.saturating_add(jiff::ToSpan::days(90))) {
            return Err(Refused::field(field, "日子要在今天以后、90天以内"));
        }
    }
    let lines = form.note.lines().all(plain);
    if form.note.chars().count() > 1000 || !lines {
        return Err(Refused::field("note", "1000个字以内，不能有看不见的符号"));
    }
    if form.way == Way::Visit && form.outcome == Outcome::Reached && form.note.trim().is_empty() {
        return Err(Refused::field("note", "家访请写见到了谁、家里的情况和需要什么帮助"));
    }
    Ok(())
}

/// The contacts about a child, the latest first; at most 200. Notes are seen by who sees the guardians.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn contacts(desk: &mut Desk<'_, '_>, child: &str) -> Result<Vec<ContactLine>, Refused> {
    let ties = ties_of(desk, child)?;
    let grant = desk.require(Action::ReadSuspects, &Subject::Child(&ties), ("child", child))?;
    let notes = Sees::granted(&grant).is_some_and(|sees| sees.shows(Field::Guardians));
    let rows = desk.tx.query(
        "select contact.id, contact.at, coalesce(account.name, ''), contact.way, contact.outcome, contact.answered,
                contact.reason, contact.whereabouts, contact.next_day, contact.promised_day, contact.note_sealed
         from contact
         left join account on account.county = contact.county and account.id = contact.by_account
         where contact.county = $1 and contact.child = $2 order by contact.at desc, contact.id limit 200",
        &params![desk.county(), child],
        |row| {
            let text = |at| row.get::<String>(at);
            let line = ContactLine {
                id: text(0)?,
                at: text(1)?,
                by: text(2)?,
                way: Way::from_code(&text(3)?),
                outcome: Outcome::from_code(&text(4)?),
                answered: Answered::from_code(&text(5)?),
                reason: Reason::from_code(&text(6)?),
                whereabouts: text(7)?,
                next: row.get(8)?,
                promised: row.get(9)?,
                note: String::new(),
            };
            Ok((line, row.get::<Option<Vec<u8>>>(10)?))
        },
    )?;
    let mut lines = Vec::with_capacity(rows.len());
    for (mut line, sealed) in rows {
        if notes {
            line.note = desk.open("contact", "note", &line.id, sealed.as_deref())?;
        }
        let label = desk.plan.whereabouts().iter().find(|one| one.code == line.whereabouts);
        line.whereabouts = label.map(|one| one.label.clone()).unwrap_or_default();
        lines.push(line);
    }
    desk.record(Action::ReadSuspects, grant.post, ("child", child), "", "联系和家访记录")?;
    Ok(lines)
}
