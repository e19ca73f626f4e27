//! A page of words and small tables as the first sheet of a workbook, to be read on the screen and printed on A4.

use super::style::Styles;
use rust_xlsxwriter::{Format, Worksheet, XlsxError};

/// A piece of a page, from the top down.
#[derive(Debug, Clone, PartialEq)]
pub enum Block<'a> {
    /// The title of the page.
    Title(&'a str),
    /// The heading of a part.
    Heading(&'a str),
    /// A paragraph.
    Paragraph(&'a str),
    /// A remark in grey.
    Note(&'a str),
    /// A small table: its headings (or none), and rows of cells. The last cell of a row takes the room that is left.
    Table {
        /// The headings; an empty list leaves the header row out.
        headings: Vec<&'a str>,
        /// The rows.
        rows: Vec<Vec<String>>,
    },
}

/// Widths of the grid under a page, in half-width characters: together what A4 upright shows at 10 points.
const WIDTHS: [f64; 4] = [30.0, 16.0, 16.0, 30.0];
const EXTRA: f64 = 14.0;
/// Points for one line of 10-point text.
const LINE: f64 = 16.0;

pub(super) fn write(
    sheet: &mut Worksheet,
    styles: &Styles,
    name: &str,
    blocks: &[Block<'_>],
) -> Result<(), XlsxError> {
    sheet.set_name(name)?;
    let mut widths = WIDTHS.to_vec();
    let widest = blocks.iter().map(table_width).max().unwrap_or_default().min(12);
    widths.resize(widths.len().max(widest), EXTRA);
    for (column, width) in (0u16..).zip(&widths) {
        sheet.set_column_width(column, *width)?;
    }
    let mut row = 0;
    for block in blocks {
        match block {
            Block::Title(text) => line(sheet, &mut row, &widths, text, &styles.title, 34.0)?,
            Block::Heading(text) => line(sheet, &mut row, &widths, text, &styles.chapter, 30.0)?,
            Block::Paragraph(text) => line(sheet, &mut row, &widths, text, &styles.paragraph, LINE)?,
            Block::Note(text) => line(sheet, &mut row, &widths, text, &styles.note, LINE)?,
            Block::Table { headings, rows } => {
                if !headings.is_empty() {
                    cells(sheet, &mut row, &widths, headings, [&styles.heading; 2])?;
                }
                for cells_of_row in rows {
                    cells(sheet, &mut row, &widths, cells_of_row, [&styles.wrapped, &styles.figure])?;
                }
                row += 1;
            }
        }
    }
    sheet.set_portrait();
    sheet.set_paper_size(9);
    sheet.set_print_fit_to_pages(1, 0);
    sheet.set_screen_gridlines(false);
    sheet.set_footer("&R第 &P 页，共 &N 页");
    Ok(())
}

fn table_width(block: &Block<'_>) -> usize {
    match block {
        Block::Table { headings, rows } => {
            rows.iter().map(Vec::len).max().unwrap_or_default().max(headings.len())
        }
        _ => 0,
    }
}

/// One text over the whole width, in a row high enough for all its lines: Excel does not do that for merged cells.
fn line(
    sheet: &mut Worksheet,
    row: &mut u32,
    widths: &[f64],
    text: &str,
    format: &Format,
    height: f64,
) -> Result<(), XlsxError> {
    let right = u16::try_from(widths.len().saturating_sub(1)).unwrap_or_default();
    sheet.merge_range(*row, 0, *row, right, text, format)?;
    let lines = lines(text, widths.iter().sum());
    sheet.set_row_height(*row, height + LINE * f64::from(lines.saturating_sub(1)) + 2.0)?;
    *row += 1;
    Ok(())
}

/// One row of a table. Cells that hold a figure stand to the right.
fn cells<T: AsRef<str>>(
    sheet: &mut Worksheet,
    row: &mut u32,
    widths: &[f64],
    texts: &[T],
    formats: [&Format; 2],
) -> Result<(), XlsxError> {
    let right = u16::try_from(widths.len().saturating_sub(1)).unwrap_or_default();
    let mut highest = 1;
    for (at, (column, text)) in (0u16..).zip(texts.iter().take(widths.len())).enumerate() {
        let text = text.as_ref();
        let [plain, figure] = formats;
        let format = if at > 0 && is_figure(text) { figure } else { plain };
        let last = at + 1 == texts.len();
        let room: f64 = widths.iter().skip(at).take(if last { widths.len() } else { 1 }).sum();
        highest = highest.max(lines(text, room - 2.0));
        if last && column < right {
            sheet.merge_range(*row, column, *row, right, text, format)?;
        } else {
            sheet.write_string_with_format(*row, column, text, format)?;
        }
    }
    sheet.set_row_height(*row, 4.0 + LINE * f64::from(highest))?;
    *row += 1;
    Ok(())
}

fn is_figure(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '%' | ' '))
}

/// Lines that `text` takes in so many half-width characters; what is not ASCII counts two.
pub(super) fn lines(text: &str, room: f64) -> u32 {
    let room = room.max(2.0);
    text.split('\n')
        .map(|line| {
            let units: f64 = line.chars().map(|c| if c.is_ascii() { 1.0 } else { 2.0 }).sum();
            (1u32..).find(|&lines| f64::from(lines) * room >= units).unwrap_or(1)
        })
        .sum()
}
