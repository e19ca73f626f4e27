//! Rows into files: CSV as they come, or workbooks at the end. It must not know what a row means.

use std::path::{Path, PathBuf};

use documents::SaveError;
use documents::csv::{Mark, Records, Writer};
use documents::workbook::{self, Book, Column, Kind, SheetSpec, Value};
use jiff::civil::Date;
use rayon::prelude::*;
use rules::date::parse_date;

use super::Format;
use super::lists::{List, Rows};

/// The files of one county on their way, one for each of [`List::ALL`].
pub(super) struct Files(Vec<File>);

enum File {
    /// Written as rows come.
    Csv(Writer),
    /// Kept until the end, for a workbook is written in one go.
    Xlsx(Box<Book>, SheetSpec, PathBuf, Vec<Rows>),
}

impl Files {
    /// Starts every file in `folder`; the truth is always CSV. Workbooks say that they were made on `day`.
    pub(super) fn start(format: Format, day: Date, folder: &Path) -> Result<Self, SaveError> {
        let start = |list: List| {
            if format == Format::Xlsx && list != List::Truth {
                let path = folder.join(format!("{}.xlsx", list.file()));
                return Ok(File::Xlsx(Box::new(Book::new(excel_date(day))), layout(list), path, Vec::new()));
            }
            let mut writer =
                Writer::start(&folder.join(format!("{}.csv", list.file())), Mark::ForSpreadsheets)?;
            let mut headings = Rows::default();
            headings.add(list.headings().iter().copied());
            writer.write(&records(&headings))?;
            Ok(File::Csv(writer))
        };
        Ok(Self(List::ALL.into_iter().map(start).collect::<Result<_, SaveError>>()?))
    }

    /// Adds the next rows of every list.
    pub(super) fn add(&mut self, lists: Vec<Rows>) -> Result<(), SaveError> {
        self.0.par_iter_mut().zip(lists).try_for_each(|(file, rows)| match file {
            File::Csv(writer) => writer.write(&records(&rows)),
            File::Xlsx(.., kept) => {
                kept.push(rows);
                Ok(())
            }
        })
    }

    /// Puts every file at its place.
    pub(super) fn finish(self) -> Result<(), SaveError> {
        self.0.into_par_iter().try_for_each(|file| match file {
            File::Csv(writer) => writer.finish(),
            File::Xlsx(mut book, spec, path, kept) => {
                book.sheet(&spec, kept.iter().flat_map(Rows::iter).map(|row| row.map(value)))?;
                book.save(&path)
            }
        })
    }
}

fn records(rows: &Rows) -> Records {
    let mut records = Records::new();
    for row in rows.iter() {
        row.for_each(|cell| {
            records.code(cell);
        });
        records.end();
    }
    records
}

fn layout(list: List) -> SheetSpec {
    let columns = list.headings().iter().map(|heading| Column::new(*heading, width(heading), Kind::Text));
    SheetSpec { name: list.title().to_owned(), columns: columns.collect(), ..SheetSpec::default() }
}

/// What Excel makes of a typed cell: text, but for a number that it squeezed into a float (E09) and for a date typed
/// with slashes.
fn value(cell: &str) -> Value<'_> {
    if cell.is_empty() {
        return Value::Nothing;
    }
    let number = cell.strip_suffix("E+17").and_then(|_| cell.parse::<f64>().ok()).map(Value::Number);
    let date = || {
        let slashed = cell.len() <= 10 && cell.starts_with(['1', '2']) && cell.contains('/');
        slashed.then(|| parse_date(cell).ok()).flatten().map(|date| Value::Date(excel_date(date)))
    };
    number.or_else(date).unwrap_or_else(|| Value::from(cell))
}

fn excel_date(date: Date) -> workbook::Date {
    workbook::Date {
        year: u16::try_from(date.year()).unwrap_or_default(),
        month: u8::try_from(date.month()).unwrap_or_default(),
        day: u8::try_from(date.day()).unwrap_or_default(),
    }
}

/// Room for what usually stands below a heading, in half-width characters.
fn width(heading: &str) -> f64 {
    match heading {
        "村码" => 15.0,
        _ if heading.ends_with("编号") => 18.0,
        _ if heading.ends_with("址") => 62.0,
        _ if heading.ends_with("号码") || heading.ends_with("证件号") || heading.ends_with("证号") => {
            21.0
        }
        "学籍号" => 21.0,
        "学校名称" | "就读学校" => 30.0,
        _ => (f64::from(u16::try_from(heading.chars().count()).unwrap_or(8)) * 2.0 + 3.0).clamp(10.0, 16.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// E09
    #[test]
    fn excel_squeezes_numbers_and_reads_slashes() {
        let check = |cell: &str, expected: Value<'_>| assert_eq!(value(cell), expected, "{cell}");
        check("5.39999E+17", Value::Number(5.39999e17));
        check("2015/4/3", Value::Date(workbook::Date { year: 2015, month: 4, day: 3 }));
        check("2015-04-03", Value::from("2015-04-03"));
        check("539999201504030011", Value::from("539999201504030011"));
        check("", Value::Nothing);
    }
}
