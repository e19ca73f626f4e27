//! 给家长的查看码: given by those who serve papers on the family, for one child, one reason and a time; shown once, with its QR code, and
//! kept as an index alone. It can be revoked.

use jiff::civil::Date;
use qrcodegen::{QrCode, QrCodeEcc};
use rules::access::{Action, Subject, may};
use rules::family::Reason;
use rules::tip_off;

use super::answer::{AnswerLine, of_child};
use super::index;
use crate::attendance::due;
use crate::db::DbError;
use crate::desk::Desk;
use crate::ledger::{named, ties_of};
use crate::params;
use crate::public::form::{Ticket, bits_of};
use crate::refused::Refused;

/// Codes of a child that count at once; more are of no use to a family.
const MOST: i64 = 5;

/// Quiet modules around a QR code.
const QUIET: i32 = 4;

/// What a code is given with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Giving {
    /// The form's ticket: of two clicks comes one code.
    pub ticket: String,
    /// Code of [`Reason`].
    pub reason: String,
    /// By when the family is asked to answer; empty for no day.
    pub by_day: String,
}

/// A code in the list of a child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeLine {
    /// Id.
    pub id: String,
    /// Why it was given.
    pub reason: &'static str,
    /// Which unit gave it.
    pub unit: String,
    /// When.
    pub made_at: String,
    /// When it ends.
    pub ends_at: String,
    /// Whether it counts now.
    pub is_live: bool,
    /// Whether the reader may revoke it.
    pub may_revoke: bool,
}

/// A child's codes and what its family answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codes {
    /// Id of the child.
    pub child: String,
    /// Its name.
    pub name: String,
    /// How it is called on the family's page.
    pub called: String,
    /// The codes, the last first.
    pub codes: Vec<CodeLine>,
    /// The answers, the last first.
    pub answers: Vec<AnswerLine>,
}

/// Whether the reader may give this child's family a code.
///
/// # Errors
/// [`Refused::Storage`].
pub fn may_serve(desk: &mut Desk<'_, '_>, child: &str) -> Result<bool, Refused> {
    let ties = ties_of(desk, child)?;
    Ok(may(desk.actor(), Action::ServeFamily, &Subject::Child(&ties)).is_ok())
}

/// A child's codes and answers.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn codes(desk: &mut Desk<'_, '_>, child: &str) -> Result<Codes, Refused> {
    let ties = ties_of(desk, child)?;
    let grant = desk.require(Action::ServeFamily, &Subject::Child(&ties), ("child", child))?;
    let (name, _) = named(desk, child)?;
    let units = crate::public::own_units(desk.actor(), Action::ServeFamily);
    let now = desk.now.stamp();
    let codes = desk.tx.query(
        "select f.id, f.reason, coalesce(unit.name, ''), f.made_at, f.ends_at, f.revoked_at, f.unit
         from family_code f left join unit on unit.county = f.county and unit.id = f.unit
         where f.county = $1 and f.child = $2 order by f.made_at desc, f.id desc limit 20",
        &params![desk.county(), child],
        |row| {
            let (reason, ends_at, unit): (String, String, String) = (row.get(1)?, row.get(4)?, row.get(6)?);
            let is_live = row.get::<Option<String>>(5)?.is_none() && ends_at > now;
            Ok(CodeLine {
                id: row.get(0)?,
                reason: Reason::from_code(&reason).map_or("", Reason::label),
                unit: row.get(2)?,
                made_at: row.get(3)?,
                ends_at,
                is_live,
                may_revoke: is_live && units.contains(&unit.as_str()),
            })
        },
    )?;
    let answers = of_child(desk, child)?;
    let called = called(desk, child)?;
    desk.record(Action::ReadChild, grant.post, ("child", child), "", "给家长的查看码")?;
    Ok(Codes { child: child.to_owned(), name, called, codes, answers })
}

/// How the child is called where anybody may look: 李某某，2014年生.
pub(super) fn called(desk: &mut Desk<'_, '_>, child: &str) -> Result<String, Refused> {
    let (name, birth) = desk.tx.one(
        "select name, birth from child where county = $1 and id = $2",
        &params![desk.county(), child],
        |row| Ok((row.get::<String>(0)?, row.get::<Date>(1)?)),
    )?;
    Ok(rules::family::called(&name, birth.year()))
}

/// Gives the family a code: the code itself, which is told this once.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] when there are too many, [`Refused::Storage`].
pub fn give(desk: &mut Desk<'_, '_>, child: &str, new: &Giving) -> Result<String, Refused> {
    let ties = ties_of(desk, child)?;
    let grant = desk.require(Action::ServeFamily, &Subject::Child(&ties), ("child", child))?;
    let post = grant.post.ok_or_else(|| Refused::denied(Action::ServeFamily, "child", child))?;
    let reason =
        Reason::from_code(&new.reason).ok_or_else(|| Refused::field("reason", "请选为什么给查看码"))?;
    let today = desk.now.day();
    let by_day = match new.by_day.trim() {
        "" => None,
        text => match text.parse::<Date>() {
            Ok(day) if day >= today && day <= today.saturating_add(jiff::Span::new().days(90)) => Some(day),
            _ => return Err(Refused::field("by_day", "请写今天以后、90天以内的日期，不用回复的可以不写")),
        },
    };
    let about = format!("family {child}");
    let Some(ticket) = Ticket::read(desk.keys, desk.now, &about, &new.ticket) else {
        return Err(Refused::field("reason", "这一页打开得太久了，请再按一次"));
    };
    let code = tip_off::code(bits_of(desk.keys, desk.county(), "family_code", &ticket.text));
    let form = desk.index("family_code_form", &ticket.text);
    let county = desk.county();
    let live = desk.tx.one(
        "select cast(count(*) as bigint) from family_code
         where county = $1 and child = $2 and revoked_at is null and ends_at > $3 and form_index <> $4",
        &params![county, child, desk.now.stamp(), &form],
        |row| row.get::<i64>(0),
    )?;
    let before = desk.tx.optional(
        "select child from family_code where county = $1 and form_index = $2",
        &params![county, &form],
        |row| row.get::<String>(0),
    )?;
    if before.is_some() {
        // The second click of the same form.
        return Ok(code);
    }
    if live >= MOST {
        return Err(Refused::rule("这个孩子在用的查看码已经有5个", "", "请先停用不用的"));
    }
    let id = desk.now.id();
    let ends = due(desk, "family_code")?;
    let written = desk.tx.execute(
        "insert into family_code (county, id, code_index, form_index, child, reason, by_day, unit, made_by, made_at, ends_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        &params![
            county,
            &id,
            index(desk.keys, county, &code),
            &form,
            child,
            reason.code(),
            by_day,
            &post.unit,
            &desk.actor().account,
            desk.now.stamp(),
            &ends
        ],
    );
    match written {
        Ok(_) => desk.record(Action::ServeFamily, Some(post), ("child", child), "", "给家长查看码")?,
        Err(DbError::Unique(_)) => {
            return Err(Refused::Changed { what: "这个查看码刚刚给过".to_owned() });
        }
        Err(error) => return Err(error.into()),
    }
    Ok(code)
}

/// Revokes a code of one's own unit: from now on it is as one that never was.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn revoke(desk: &mut Desk<'_, '_>, id: &str) -> Result<String, Refused> {
    let missing = || Refused::denied(Action::ServeFamily, "family_code", id);
    let found = desk.tx.optional(
        "select child, unit from family_code where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let (child, unit) = found.ok_or_else(missing)?;
    let ties = ties_of(desk, &child)?;
    let grant = may(desk.actor(), Action::ServeFamily, &Subject::Child(&ties)).map_err(|_| missing())?;
    if !crate::public::own_units(desk.actor(), Action::ServeFamily).contains(&unit.as_str()) {
        return Err(missing());
    }
    desk.tx.execute(
        "update family_code set revoked_at = $3, revoked_by = $4 where county = $1 and id = $2 and revoked_at is null",
        &params![desk.county(), id, desk.now.stamp(), &desk.actor().account],
    )?;
    desk.record(Action::ServeFamily, grant.post, ("child", &child), "", "停用家长查看码")?;
    Ok(child)
}

/// The QR code of an address: an `<svg>`, black on white. Empty for an address that no code holds.
#[must_use]
pub fn picture(address: &str) -> String {
    let Ok(code) = QrCode::encode_text(address, QrCodeEcc::Medium) else { return String::new() };
    let side = code.size() + 2 * QUIET;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path fill=\"#000\" d=\""
    );
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            svg.push_str(&format!("M{},{}h1v1h-1z", x + QUIET, y + QUIET));
        }
    }
    svg.push_str("\"/></svg>");
    svg
}
