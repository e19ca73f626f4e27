//! Handing in an export, having it taken over, and taking it back. It is staged first and shown; taking over goes class by class
//! in short transactions, each of which can be done again, so that a killed program loses nothing (E15, H01).

use std::collections::BTreeSet;

use jiff::civil::Date;
use rules::access::{Action, Post, Subject};
use rules::attendance::{Kind, Part, Reason};

use super::super::book::among;
use super::super::calling::Source;
use super::super::class::Class;
use super::super::count::count;
use super::super::sheets::{self, Stored as Sheet};
use super::super::submit::{By, Submission, Tapped, enter};
use super::compare::compare;
use super::look::{Day, Looked, Said};
use crate::db::Value;
use crate::desk::Desk;
use crate::files;
use crate::params;
use crate::refused::Refused;
use crate::units;

/// Classes that are taken over in one transaction.
const AT_ONCE: i64 = 10;

/// What became of handing in an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handed {
    /// Its id.
    pub id: String,
    /// The same file had been handed in before: by whom and when (E12).
    pub already: Option<(String, String)>,
}

/// Keeps what was looked at, to be shown before it is taken over. The same file twice is one.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn hand_in_province(
    desk: &mut Desk<'_, '_>,
    looked: &Looked,
    errors: Option<&files::Stored>,
) -> Result<Handed, Refused> {
    let grant = desk.require(Action::ImportAttendance, &Subject::Nothing, ("province", ""))?;
    let denied = || Refused::denied(Action::ImportAttendance, "province", "");
    let unit = &grant.post.ok_or_else(denied)?.unit;
    let (county, id, file) = (desk.county(), desk.now.id(), &looked.file);
    let rejected =
        u64::try_from(file.rejected.rows.len()).unwrap_or(u64::MAX).saturating_add(file.rejected.more);
    let made = desk.tx.execute(
        "insert into province_export (county, id, unit, title, hash, state, row_count, rejected, errors, by_account,
                                      made_at, kept)
         values ($1, $2, $3, $4, $5, 'ready', $6, $7, $8, $9, $10, 0)
         on conflict do nothing",
        &params![
            county,
            &id,
            unit,
            &file.title,
            &file.hash,
            file.count,
            i64::try_from(rejected).unwrap_or(i64::MAX),
            errors.map(|errors| errors.id.as_str()),
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    if made == 0 {
        if let Some(errors) = errors {
            files::discard(desk.tx, county, &errors.id)?;
        }
        let (id, by, at) = desk.tx.one(
            "select export.id, coalesce(account.name, ''), export.made_at from province_export export
             left join account on account.county = export.county and account.id = export.by_account
             where export.county = $1 and export.unit = $2 and export.hash = $3
               and export.state in ('ready', 'applying', 'applied')",
            &params![county, unit, &file.hash],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
        return Ok(Handed { id, already: Some((by, at)) });
    }
    if let Some(errors) = errors {
        files::keep(desk, errors)?;
    }
    for (number, day) in (1_i64..).zip(&looked.days) {
        keep_day(desk, &id, number, day)?;
    }
    let detail = format!("上传省系统考勤：{}行，{rejected}行要改正", file.count);
    desk.record(Action::ImportAttendance, grant.post, ("province", &id), "", &detail)?;
    Ok(Handed { id, already: None })
}

fn keep_day(desk: &mut Desk<'_, '_>, export: &str, number: i64, day: &Day) -> Result<(), Refused> {
    let county = desk.county();
    desk.tx.execute(
        "insert into province_day (county, export, number, class, school, day, roll_at, size, missing, source)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &params![
            county,
            export,
            number,
            &day.class,
            &day.school,
            day.day,
            desk.now.stamp(),
            day.size,
            day.missing,
            day.source.code()
        ],
    )?;
    for some in day.said.chunks(200) {
        let mut values = vec![Value::from(county), Value::from(export), Value::from(number)];
        let rows: Vec<String> = some
            .iter()
            .map(|one| {
                let (kind, reason) = (one.kind.map_or("", Kind::code), one.reason.map_or("", Reason::code));
                format!("($1, $2, $3, {})", among(&mut values, [one.child.as_str(), kind, reason]))
            })
            .collect();
        let sql = format!(
            "insert into province_mark (county, export, number, child, kind, reason) values {}",
            rows.join(", ")
        );
        desk.tx.execute(&sql, &values)?;
    }
    Ok(())
}

/// An export as the acts on it see it.
pub(super) struct Head {
    pub title: String,
    pub state: String,
    pub errors: Option<String>,
}

/// The export, if the actor may deal with it.
pub(super) fn head<'a>(desk: &mut Desk<'a, '_>, id: &str) -> Result<(Head, Option<&'a Post>), Refused> {
    let found = desk.tx.optional(
        "select unit, title, state, errors from province_export where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| {
            let head = Head { title: row.get(1)?, state: row.get(2)?, errors: row.get(3)? };
            Ok((row.get::<String>(0)?, head))
        },
    )?;
    let (unit, head) = found.ok_or_else(|| Refused::denied(Action::ImportAttendance, "province", id))?;
    let up = units::path(desk.tx, desk.county(), &unit)?;
    let grant = desk.require(Action::ImportAttendance, &Subject::Unit(&up), ("province", id))?;
    Ok((head, grant.post))
}

fn not_now(state: &str) -> Refused {
    Refused::Changed {
        what: format!("这份考勤现在是“{}”", super::show::ProvinceState::of(state).label())
    }
}

/// Takes over the next classes of an export; how many are left. Called until none is: what was done stays done.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Changed`] when it was dropped or taken back, [`Refused::Rule`] for a roll that has changed
/// since it was looked at, [`Refused::Storage`].
pub fn apply_province(desk: &mut Desk<'_, '_>, id: &str) -> Result<i64, Refused> {
    let (head, post) = head(desk, id)?;
    let county = desk.county();
    match head.state.as_str() {
        "applied" => return Ok(0),
        "ready" | "applying" => {}
        other => return Err(not_now(other)),
    }
    let next = desk.tx.query(
        "select number, class, day, source, roll_at from province_day
         where county = $1 and export = $2 and applied_at is null order by number limit $3",
        &params![county, id, AT_ONCE],
        |row| {
            Ok(Next {
                number: row.get(0)?,
                class: row.get(1)?,
                day: row.get(2)?,
                source: Source::from_code(&row.get::<String>(3)?).unwrap_or(Source::Here),
                roll_at: row.get(4)?,
            })
        },
    )?;
    desk.tx.execute(
        "update province_export set state = 'applying' where county = $1 and id = $2",
        &params![county, id],
    )?;
    for one in &next {
        let sheet = match one.source {
            Source::Here => None,
            Source::Province => write(desk, id, &head.title, one, post)?,
        };
        desk.tx.execute(
            "update province_day set applied_at = $4, sheet = $5 where county = $1 and export = $2 and number = $3",
            &params![county, id, one.number, desk.now.stamp(), sheet],
        )?;
        compare(desk, &one.class, one.day)?;
    }
    let left = desk.tx.one(
        "select cast(count(*) as bigint) from province_day where county = $1 and export = $2 and applied_at is null",
        &params![county, id],
        |row| row.get::<i64>(0),
    )?;
    if left == 0 {
        desk.tx.execute(
            "update province_export set state = 'applied', applied_at = $3 where county = $1 and id = $2",
            &params![county, id, desk.now.stamp()],
        )?;
        desk.record(Action::ImportAttendance, post, ("province", id), "", "导入省系统考勤完成")?;
    }
    Ok(left)
}

/// A class and day that waits.
struct Next {
    number: i64,
    class: String,
    day: Date,
    source: Source,
    roll_at: String,
}

/// Makes a sheet of a class and day, by the way of every register; its id. Who was corrected here by hand is left out:
/// what a person decided is not overwritten by the next export.
fn write(
    desk: &mut Desk<'_, '_>,
    export: &str,
    title: &str,
    one: &Next,
    post: Option<&Post>,
) -> Result<Option<String>, Refused> {
    let (class, _) = Class::find(desk, Action::ImportAttendance, &one.class)?;
    let before = sheets::of_day(desk, &one.class, one.day)?;
    let by_hand: BTreeSet<&str> =
        before.iter().filter(|sheet| !sheet.province).filter_map(|sheet| sheet.child.as_deref()).collect();
    let (said, roll) = said(desk, export, one)?;
    let named: Vec<&Said> =
        said.iter().filter(|one| one.kind.is_some() && !by_hand.contains(one.child.as_str())).collect();
    let mut marks: Vec<Tapped> = named.iter().filter_map(|one| tapped(one)).collect();
    let whole = by_hand.is_empty() && said.iter().all(|one| one.kind.is_some());
    if !whole {
        // Then only those are covered whom it names, who are simply there, too.
        let there = roll.iter().filter(|child| {
            !by_hand.contains(child.as_str()) && !said.iter().any(|one| one.child == **child)
        });
        marks.extend(there.map(|child| Tapped { child: child.clone(), kind: Kind::Present, reason: None }));
    }
    if !whole && marks.is_empty() {
        return Ok(None);
    }
    let sheet = format!("{export}-{}", one.number);
    let new = Submission {
        sheet: sheet.clone(),
        class: one.class.clone(),
        day: one.day,
        part: Part::Whole,
        child: None,
        marks,
        corrects: earlier(&before),
        roll_at: Some(one.roll_at.clone()),
        why: format!("省系统导出：{title}").chars().take(200).collect(),
    };
    let by = By { action: Action::ImportAttendance, post, head: true, province: true, named: !whole };
    enter(desk, &class, &by, &new)?;
    Ok(Some(sheet))
}

/// What came of earlier exports gives way.
fn earlier(before: &[Sheet]) -> Vec<String> {
    let heads = sheets::heads(before, Part::Whole);
    let province = |id: &String| before.iter().any(|sheet| sheet.id == *id && sheet.province);
    heads.into_iter().filter(province).collect()
}

fn tapped(one: &Said) -> Option<Tapped> {
    Some(Tapped { child: one.child.clone(), kind: one.kind?, reason: one.reason })
}

/// What an export says of a class and day, and who was on the roll when it was looked at.
fn said(desk: &mut Desk<'_, '_>, export: &str, one: &Next) -> Result<(Vec<Said>, Vec<String>), Refused> {
    let said = desk.tx.query(
        "select child, kind, reason from province_mark where county = $1 and export = $2 and number = $3 order by child",
        &params![desk.county(), export, one.number],
        |row| {
            let (kind, reason): (String, String) = (row.get(1)?, row.get(2)?);
            Ok(Said {
                child: row.get(0)?,
                kind: Kind::from_code(&kind),
                reason: Reason::from_code(&reason),
            })
        },
    )?;
    let roll = desk.tx.query(
        "select member.child from class_member member
         join child on child.county = member.county and child.id = member.child and child.merged_into is null
         where member.county = $1 and member.class = $2 and member.from_day <= $3
           and (member.until_day is null or member.until_day > $3) and member.made_at <= $4
         order by member.child",
        &params![desk.county(), &one.class, one.day, &one.roll_at],
        |row| row.get(0),
    )?;
    Ok((said, roll))
}

/// Drops an export that was looked at and not taken over.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Changed`], [`Refused::Storage`].
pub fn drop_province(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let (head, post) = head(desk, id)?;
    if head.state != "ready" {
        return Err(not_now(&head.state));
    }
    let county = desk.county();
    for table in ["province_mark", "province_day"] {
        desk.tx.execute(
            &format!("delete from {table} where county = $1 and export = $2"),
            &params![county, id],
        )?;
    }
    desk.tx.execute(
        "update province_export set state = 'dropped', errors = null where county = $1 and id = $2",
        &params![county, id],
    )?;
    if let Some(errors) = &head.errors {
        files::discard(desk.tx, county, errors)?;
    }
    desk.record(Action::ImportAttendance, post, ("province", id), "", "放弃省系统考勤")
}

/// Takes an export back: its sheets count no longer, but those that somebody has corrected since. How many those are.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Changed`], [`Refused::Storage`].
pub fn undo_province(desk: &mut Desk<'_, '_>, id: &str) -> Result<i64, Refused> {
    let (head, post) = head(desk, id)?;
    match head.state.as_str() {
        "applied" | "applying" => {}
        other => return Err(not_now(other)),
    }
    let county = desk.county();
    let days = desk.tx.query(
        "select class, day, coalesce(sheet, '') from province_day
         where county = $1 and export = $2 and applied_at is not null order by number",
        &params![county, id],
        |row| Ok((row.get::<String>(0)?, row.get::<Date>(1)?, row.get::<String>(2)?)),
    )?;
    desk.tx.execute(
        "update province_export set state = 'undone', undone_at = $3 where county = $1 and id = $2",
        &params![county, id, desk.now.stamp()],
    )?;
    let mut kept = 0;
    for (class, day, sheet) in &days {
        if !sheet.is_empty() {
            let of_day = sheets::of_day(desk, class, *day)?;
            let named = |other: &Sheet| other.corrects.split(' ').any(|named| named == sheet);
            if of_day.iter().any(named) {
                kept += 1;
            } else {
                take_back(desk, class, *day, sheet)?;
            }
        }
        compare(desk, class, *day)?;
    }
    desk.tx.execute(
        "update province_export set kept = $3 where county = $1 and id = $2",
        &params![county, id, kept],
    )?;
    let detail = format!("撤销省系统考勤，{kept}份因后来更正过没有撤");
    desk.record(Action::ImportAttendance, post, ("province", id), "", &detail)?;
    Ok(kept)
}

/// A sheet counts no longer; whoever it concerned is counted anew.
fn take_back(desk: &mut Desk<'_, '_>, class: &str, day: Date, sheet: &str) -> Result<(), Refused> {
    let county = desk.county();
    desk.tx.execute(
        "update sheet set taken_back_at = $3 where county = $1 and id = $2",
        &params![county, sheet, desk.now.stamp()],
    )?;
    // Who was there by it may have come back by it.
    let children = desk.tx.query(
        "select distinct member.child from class_member member
         where member.county = $1 and member.class = $2 and member.from_day <= $3
           and (member.until_day is null or member.until_day > $3)
           and exists (select 1 from clock where clock.county = member.county and clock.child = member.child
                         and (clock.open = 1 or clock.day >= $3))
         order by member.child",
        &params![county, class, day],
        |row| row.get::<String>(0),
    )?;
    count(desk, &children, day, "")?;
    Ok(())
}
