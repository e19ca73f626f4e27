//! What was submitted about a class on a day, as it stands in the storage.

use jiff::civil::Date;
use rules::attendance::{Kind, Part, Reason};

use super::calling::Source;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// A submission with what it marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) id: String,
    pub(super) class: String,
    pub(super) day: Date,
    pub(super) part: Part,
    pub(super) child: Option<String>,
    pub(super) corrects: String,
    pub(super) roll_at: String,
    pub(super) late: bool,
    /// Whether the provincial system put it out.
    pub(super) province: bool,
    pub(super) size: i64,
    pub(super) missing: i64,
    pub(super) by_account: String,
    pub(super) by: String,
    pub(super) at: String,
    pub(super) marks: Vec<Marked>,
}

/// A pupil's mark.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Marked {
    pub(super) child: String,
    pub(super) kind: Kind,
    pub(super) reason: Option<Reason>,
}

const SHEET: &str = "select sheet.id, sheet.class, sheet.day, sheet.part, sheet.child, sheet.corrects, sheet.late,
                            sheet.size, sheet.missing, sheet.by_account, coalesce(account.name, ''), sheet.at,
                            sheet.roll_at, coalesce(sheet.source, '')
                     from sheet left join account on account.county = sheet.county and account.id = sheet.by_account";

fn read(
    desk: &mut Desk<'_, '_>,
    rest: &str,
    params: &[crate::db::Value<'_>],
) -> Result<Vec<Stored>, Refused> {
    let rows = desk.tx.query(&format!("{SHEET} {rest}"), params, |row| {
        let part: String = row.get(3)?;
        let Some(part) = Part::from_code(&part) else { return Ok(None) };
        Ok(Some(Stored {
            id: row.get(0)?,
            class: row.get(1)?,
            day: row.get(2)?,
            part,
            child: row.get(4)?,
            corrects: row.get(5)?,
            late: row.get(6)?,
            size: row.get(7)?,
            missing: row.get(8)?,
            by_account: row.get(9)?,
            by: row.get(10)?,
            at: row.get(11)?,
            roll_at: row.get(12)?,
            province: row.get::<String>(13)? == Source::Province.code(),
            marks: Vec::new(),
        }))
    })?;
    Ok(rows.into_iter().flatten().collect())
}

fn marked(row: &crate::db::Row<'_>, at: usize) -> Result<Option<Marked>, crate::db::DbError> {
    let (kind, reason): (String, String) = (row.get(at + 1)?, row.get(at + 2)?);
    let child = row.get(at)?;
    Ok(Kind::from_code(&kind).map(|kind| Marked { child, kind, reason: Reason::from_code(&reason) }))
}

/// The submission with this id, wherever it is about.
pub(super) fn by_id(desk: &mut Desk<'_, '_>, id: &str) -> Result<Option<Stored>, Refused> {
    let found = read(desk, "where sheet.county = $1 and sheet.id = $2", &params![desk.county(), id])?;
    let Some(mut stored) = found.into_iter().next() else { return Ok(None) };
    let marks = desk.tx.query(
        "select child, kind, reason from mark where county = $1 and sheet = $2 order by child",
        &params![desk.county(), id],
        |row| marked(row, 0),
    )?;
    stored.marks = marks.into_iter().flatten().collect();
    Ok(Some(stored))
}

/// Everything that was submitted about a class on a day, in the order in which it came.
pub(super) fn of_day(desk: &mut Desk<'_, '_>, class: &str, day: Date) -> Result<Vec<Stored>, Refused> {
    let mut sheets = read(
        desk,
        "where sheet.county = $1 and sheet.class = $2 and sheet.day = $3 and sheet.taken_back_at is null
         order by sheet.at, sheet.id",
        &params![desk.county(), class, day],
    )?;
    if sheets.is_empty() {
        return Ok(sheets);
    }
    let marks = desk.tx.query(
        "select mark.sheet, mark.child, mark.kind, mark.reason
         from sheet join mark on mark.county = sheet.county and mark.sheet = sheet.id
         where sheet.county = $1 and sheet.class = $2 and sheet.day = $3 order by mark.sheet, mark.child",
        &params![desk.county(), class, day],
        |row| Ok((row.get::<String>(0)?, marked(row, 1)?)),
    )?;
    for (sheet, mark) in marks {
        if let (Some(sheet), Some(mark)) = (sheets.iter_mut().find(|one| one.id == sheet), mark) {
            sheet.marks.push(mark);
        }
    }
    Ok(sheets)
}

/// The sheets of a part that no other one corrects for the whole class, and those about one child that none corrects.
pub(super) fn heads(sheets: &[Stored], part: Part) -> Vec<String> {
    let of_part = || sheets.iter().filter(move |sheet| sheet.part == part);
    of_part()
        .filter(|sheet| {
            !of_part().any(|other| {
                other.id != sheet.id
                    && (other.child.is_none() || other.child == sheet.child)
                    && other.corrects.split(' ').any(|named| named == sheet.id)
            })
        })
        .map(|sheet| sheet.id.clone())
        .collect()
}
