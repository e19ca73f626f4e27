//! Taking a list of the house out of it as a workbook: one small way for all of them. Rows go from the storage into the
//! file piece by piece and are never held together; the file says who took it, when and what for (K10); text is never a
//! formula (D06). A file is handed over only after it is on the record ([`record`]).

use documents::workbook::{Book, Column, Kind, SheetSpec};
use rules::access::{Action, Subject};
use rules::purpose::ListPurpose;

use crate::compared::{cell, day};
use crate::desk::Desk;
use crate::refused::Refused;

/// Rows of a file at most.
pub const MOST: usize = 100_000;

/// Rows that are read at once.
pub(crate) const PIECE: usize = 1000;

/// What a list is as a workbook.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// What it is called.
    pub name: &'static str,
    /// Kind of thing, for the record.
    pub kind: &'static str,
    /// The right to take it out; a fresh proof of identity is asked for with it.
    pub action: Action,
    /// Headings, and widths in half-width characters.
    pub columns: &'static [(&'static str, f64)],
}

/// A workbook that was made, and is not yet on the record.
#[derive(Debug, Clone)]
pub struct Made {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Rows in it.
    pub rows: usize,
    shape: Shape,
    purpose: ListPurpose,
}

/// Makes the workbook. `next` gives the next piece of rows, at most so many as it likes, and an empty one at the end;
/// the columns are those of the shape. It reads only.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], whatever `next` refuses, [`Refused::Fault`] when there is no room.
pub fn make(
    desk: &mut Desk<'_, '_>,
    shape: Shape,
    purpose: ListPurpose,
    mut next: impl FnMut(&mut Desk<'_, '_>) -> Result<Vec<Vec<String>>, Refused>,
) -> Result<Made, Refused> {
    desk.require(shape.action, &Subject::Nothing, (shape.kind, ""))?;
    desk.proved(shape.action)?;
    let spec = SheetSpec {
        name: shape.name.to_owned(),
        titles: vec![
            shape.name.to_owned(),
            format!(
                "{} 于 {} 导出 · 用途：{} · 仅供内部使用，不得外传",
                desk.actor().name,
                desk.now.clock().strftime("%Y-%m-%d %H:%M"),
                purpose.label()
            ),
        ],
        columns: shape
            .columns
            .iter()
            .map(|(heading, width)| Column::new(*heading, *width, Kind::Text))
            .collect(),
        frozen_columns: 1,
        ..SheetSpec::default()
    };
    let fault = |error: documents::SaveError| Refused::Fault(format!("export: {error}"));
    let mut book = Book::new(day(desk.now.day()));
    let (mut rows, mut refused, mut cut) = (0, None, false);
    let mut piece = Vec::new().into_iter();
    let lines = std::iter::from_fn(|| {
        if cut || refused.is_some() {
            return None;
        }
        loop {
            if let Some(row) = piece.next() {
                if rows == MOST {
                    cut = true;
                    return Some(vec![format!("只有前{MOST}条，请加上条件分开导出")]);
                }
                rows += 1;
                return Some(row);
            }
            match next(desk) {
                Ok(more) if more.is_empty() => return None,
                Ok(more) => piece = more.into_iter(),
                Err(error) => {
                    refused = Some(error);
                    return None;
                }
            }
        }
    });
    let written = book.sheet(&spec, lines.map(|row| row.into_iter().map(cell)));
    if let Some(error) = refused {
        return Err(error);
    }
    written.map_err(fault)?;
    Ok(Made { bytes: book.bytes().map_err(fault)?, rows, shape, purpose })
}

/// As [`make`], of rows that are at hand.
///
/// # Errors
/// As [`make`].
pub fn of(
    desk: &mut Desk<'_, '_>,
    shape: Shape,
    purpose: ListPurpose,
    rows: Vec<Vec<String>>,
) -> Result<Made, Refused> {
    let mut rows = Some(rows);
    make(desk, shape, purpose, |_| Ok(rows.take().unwrap_or_default()))
}

/// Puts on the record that the workbook was taken; only then it may leave.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Storage`].
pub fn record(desk: &mut Desk<'_, '_>, made: &Made) -> Result<(), Refused> {
    let shape = made.shape;
    let grant = desk.require(shape.action, &Subject::Nothing, (shape.kind, ""))?;
    desk.proved(shape.action)?;
    let said = format!("{}，{}条", shape.name, made.rows);
    desk.record(shape.action, grant.post, (shape.kind, ""), made.purpose.label(), &said)
}

/// `2026-11-24T08:00:00.123+08:00` as people read it, without what is behind the seconds.
pub(crate) fn moment(stamp: &str) -> String {
    stamp.get(..19).unwrap_or(stamp).replace('T', " ")
}
