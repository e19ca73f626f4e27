//! 调班: a child goes into another class of its school when both classes have acted. Asked for, answered and carried out as
//! the changes of the roll are (`moves`); membership is by date, so register, clock and chain follow on the day.

use rules::access::{Action, Subject};
use rules::roll::{Asked, Change};
use rules::standing::Standing;

use super::form::plain;
use super::history::{keep, touched};
use super::moves::{Row, close, day, finish, none_waits, refused};
use super::ties::ties_of;
use super::write::places;
use crate::attendance;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// A change of class as somebody fills it in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClassForm {
    /// The class that receives.
    pub to_class: String,
    /// From which day.
    pub effective: String,
    /// Why.
    pub reason: String,
}

/// A child that can change its class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InClass {
    /// Its name.
    pub name: String,
    /// Its class.
    pub class: String,
    /// The other classes of its grade at its school: (id, name).
    pub others: Vec<(String, String)>,
}

/// The classes into which a child can change, for the form.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn other_classes(desk: &mut Desk<'_, '_>, child: &str) -> Result<InClass, Refused> {
    let ties = ties_of(desk, child)?;
    desk.require(Action::ChangeClass, &Subject::Child(&ties), ("child", child))?;
    let (name, class) = desk.tx.one(
        "select child.name, coalesce(unit.name, '') from child
         left join unit on unit.county = child.county and unit.id = child.class
         where child.county = $1 and child.id = $2",
        &params![desk.county(), child],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let others = desk.tx.query(
        "select class.unit, unit.name from child
         join class own on own.county = child.county and own.unit = child.class
         join class on class.county = child.county and class.school = child.school and class.grade = own.grade
              and class.unit <> child.class
         join unit on unit.county = class.county and unit.id = class.unit and unit.until_day is null
         where child.county = $1 and child.id = $2 order by class.number, class.unit limit 100",
        &params![desk.county(), child],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(InClass { name, class, others })
}

/// Asks for a change of class; the class that gives has acted by asking.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`], [`Refused::Storage`].
pub fn change_class(desk: &mut Desk<'_, '_>, child: &str, form: &ClassForm) -> Result<String, Refused> {
    let ties = ties_of(desk, child)?;
    let grant = desk.require(Action::ChangeClass, &Subject::Child(&ties), ("child", child))?;
    let effective = day("effective", &form.effective)?;
    if form.reason.chars().count() > 200 || !plain(&form.reason) {
        return Err(Refused::field("reason", "200个字以内，不能有看不见的符号"));
    }
    let here = places(desk, Action::ChangeClass, child)?;
    let known = other_classes(desk, child)?.others.iter().any(|(id, _)| *id == form.to_class);
    let asked = Asked {
        standing: Standing::Enrolled,
        grade: None,
        on_roll: here.school.is_some() && here.class.is_some(),
        to_named: known,
        to_same: false,
        other_place: "",
        paper: "",
        reason: &form.reason,
        effective,
        until: None,
        today: desk.now.day(),
    };
    Change::ClassChange.check(&asked).map_err(|refusal| refused(&refusal))?;
    none_waits(desk, child)?;
    let (id, stamp) = (desk.now.id(), desk.now.stamp());
    let account = &desk.who.actor.account;
    desk.tx.execute(
        "insert into roll_move (county, id, child, kind, state, from_school, to_school, from_class, to_class,
                                other_place, effective_day, reason, paper, asked_by, asked_at, from_by, from_at, answer)
         values ($1, $2, $3, $4, 'waiting', $5, $5, $6, $7, '', $8, $9, '', $10, $11, $10, $11, '')",
        &params![
            desk.county(),
            &id,
            child,
            Change::ClassChange.code(),
            here.school.as_deref(),
            here.class.as_deref(),
            form.to_class.as_str(),
            effective,
            form.reason.trim(),
            account,
            &stamp
        ],
    )?;
    desk.record(Action::ChangeClass, grant.post, ("child", child), "", Change::ClassChange.label())?;
    finish(desk, &id)?;
    Ok(id)
}

/// Carries it out: both have acted and the day has come. A child that has left the class meanwhile stays where it is.
pub(super) fn into_class(desk: &mut Desk<'_, '_>, id: &str, row: &Row) -> Result<(), Refused> {
    let (county, child) = (desk.county(), row.child.as_str());
    let here = places(desk, Action::AnswerRollMove, child)?;
    let (Some(school), Some(class)) = (&here.school, &row.to_class) else {
        return close(desk, id, "refused", "孩子已经不在原来的班");
    };
    if here.class != row.from_class {
        return close(desk, id, "refused", "孩子已经不在原来的班");
    }
    let from = row.holds_from();
    desk.tx.execute(
        "update class_member set until_day = $3 where county = $1 and child = $2 and until_day is null",
        &params![county, child, from],
    )?;
    let member = desk.now.id();
    desk.tx.execute(
        "insert into class_member (county, id, child, school, class, from_day, ground, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &params![county, member, child, school, class, from, id, desk.now.stamp()],
    )?;
    desk.tx.execute(
        "update child set class = $3 where county = $1 and id = $2",
        &params![county, child, class.as_str()],
    )?;
    let was = here.class.as_deref().unwrap_or_default();
    keep(desk, child, "class", was, class, &format!("move:{id}"))?;
    close(desk, id, "done", "")?;
    attendance::recount(desk, &[child.to_owned()], from)?;
    touched(desk, child)
}
