//! The workbook of rows to correct: each row as it came, with what is wrong and how to mend it in front, so that a
//! clerk can correct it there and hand the sheet in again.

use crate::save::SaveError;
use crate::workbook::{Book, Column, Date, Kind, SheetSpec, Value};
use std::path::Path;

/// Rows listed for one list; the rest is only counted. Somebody who must correct more than this needs a new export,
/// not a longer list.
pub const LISTED: usize = 5_000;

/// A row that could not be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Its line in the sheet, from 1.
    pub line: u64,
    /// What is wrong: 身份证号校验位不对.
    pub problem: String,
    /// How to mend it: 请对照户口簿核对第 18 位.
    pub remedy: String,
    /// Its cells as they stand.
    pub cells: Vec<String>,
}

/// The rows of one list that could not be taken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RejectedList {
    /// What people call the list: 户籍.
    pub list: String,
    /// The file it came from.
    pub file: String,
    /// Its headings from the left.
    pub headings: Vec<String>,
    /// The rows in file order.
    pub rows: Vec<Reject>,
    /// How many more there were that are not in `rows`.
    pub more: u64,
}

/// Writes one sheet for each list that has rows to correct.
///
/// # Errors
/// [`SaveError`] when the file cannot be written; nothing is left behind then.
pub fn save(path: &Path, created: Date, lists: &[RejectedList]) -> Result<(), SaveError> {
    let mut book = Book::new(created);
    for list in lists {
        sheet(&mut book, list)?;
    }
    book.save(path)
}

fn sheet(book: &mut Book, list: &RejectedList) -> Result<(), SaveError> {
    let listed = list.rows.len().min(LISTED);
    let unlisted = list.more.saturating_add((list.rows.len() - listed) as u64);
    let total = unlisted.saturating_add(listed as u64);
    let mut titles = vec![
        format!("{}：{total} 行要改正", list.list),
        format!(
            "来自文件 {}。前三列说明哪一行、什么问题、怎么改；在右边原来的列里改好后，可以直接用这张表重新导入。",
            list.file
        ),
    ];
    if unlisted > 0 {
        titles.push(format!(
            "这里列出前 {listed} 行，另有 {unlisted} 行没有列出：请先查明共同的原因，重新导出后再试。"
        ));
    }
    let width = list.rows.iter().take(listed).map(|row| row.cells.len()).max().unwrap_or_default();
    let mut columns = vec![
        Column::new("行号", 8.0, Kind::Number),
        Column::new("问题", 28.0, Kind::Wrapped),
        Column::new("怎么改", 36.0, Kind::Wrapped),
    ];
    let headings = list.headings.iter().map(String::as_str).chain(std::iter::repeat(""));
    columns.extend(headings.take(width.max(list.headings.len())).map(|heading| {
        let units: u32 = heading.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
        Column::new(heading, f64::from(units + 4).clamp(12.0, 24.0), Kind::Text)
    }));
    let spec = SheetSpec { name: list.list.clone(), titles, columns, frozen_columns: 3, spare_rows: 0 };
    let rows = list.rows.iter().take(listed).map(|row| {
        let line = u32::try_from(row.line).map_or(Value::Nothing, Value::from);
        let front = [line, Value::from(row.problem.as_str()), Value::from(row.remedy.as_str())];
        front.into_iter().chain(row.cells.iter().map(|cell| Value::from(cell.as_str())))
    });
    book.sheet(&spec, rows)
}
