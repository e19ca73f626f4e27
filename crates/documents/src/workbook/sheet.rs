//! A list as a sheet: titles, one header row, rows that can be filtered, sorted, printed and corrected.

use super::Date;
use super::options::Options;
use super::style::Styles;
use rust_xlsxwriter::{ExcelDateTime, Format, IgnoreError, Worksheet, XlsxError};
use std::borrow::Cow;

/// The most characters that Excel takes in a cell.
const LONGEST: usize = 32_767;

/// How a column is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text on one line; whatever is typed into the column later stays text, too.
    Text,
    /// Text that may take several lines.
    Wrapped,
    /// A number.
    Number,
    /// A day, shown as 2015-04-03.
    Date,
    /// A share from 0 to 1, shown as 12.5%.
    Percent,
}

/// A column of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its heading.
    pub heading: String,
    /// Its width in half-width characters; a Chinese character takes two.
    pub width: f64,
    /// How it is shown.
    pub kind: Kind,
    /// Present, but folded away.
    pub hidden: bool,
    /// Values to choose from in a drop-down list; none means that anything may be typed. Long lists stand on a sheet
    /// of their own behind the others.
    pub choices: Vec<String>,
}

impl Column {
    /// A visible column without a drop-down list.
    pub fn new(heading: impl Into<String>, width: f64, kind: Kind) -> Column {
        Column { heading: heading.into(), width, kind, hidden: false, choices: Vec::new() }
    }
}

/// How a list is laid out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SheetSpec {
    /// The name on its tab.
    pub name: String,
    /// Lines above the header; the first is the title. None for a plain list that programs read, too.
    pub titles: Vec<String>,
    /// Its columns from the left.
    pub columns: Vec<Column>,
    /// How many columns from the left stay in sight when scrolling sideways.
    pub frozen_columns: u16,
    /// Empty rows below the last one that get the drop-down lists, for a template to be filled in.
    pub spare_rows: u32,
}

/// What stands in one cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// Text, never a formula or a link.
    Text(Cow<'a, str>),
    /// A number; one that is not finite is left empty.
    Number(f64),
    /// A day; one that does not exist is left empty.
    Date(Date),
    /// Nothing.
    Nothing,
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Value::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Value::Text(Cow::Owned(text))
    }
}

impl From<f64> for Value<'_> {
    fn from(number: f64) -> Self {
        Value::Number(number)
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Value::Number(f64::from(number))
    }
}

impl From<Date> for Value<'_> {
    fn from(day: Date) -> Self {
        Value::Date(day)
    }
}

pub(super) fn write<'a, R>(
    sheet: &mut Worksheet,
    styles: &Styles,
    name: &str,
    spec: &SheetSpec,
    rows: impl IntoIterator<Item = R>,
    options: &mut Options,
) -> Result<(), XlsxError>
where
    R: IntoIterator<Item = Value<'a>>,
{
    sheet.set_name(name)?;
    let header = u32::try_from(spec.titles.len()).unwrap_or(u32::MAX);
    let mut formats = Vec::with_capacity(spec.columns.len());
    for (index, column) in (0u16..).zip(&spec.columns) {
        sheet.set_column_width(index, column.width)?;
        if matches!(column.kind, Kind::Text | Kind::Wrapped) {
            sheet.set_column_format(index, &styles.typed)?;
        }
        if column.hidden {
            sheet.set_column_hidden(index)?;
        }
        formats.push(format(styles, column.kind));
    }
    for (row, title) in (0u32..).zip(&spec.titles) {
        let (height, format) = if row == 0 { (28, &styles.title) } else { (18, &styles.subtitle) };
        sheet.set_row_height(row, height)?;
        sheet.write_string_with_format(row, 0, within(title), format)?;
    }
    sheet.set_row_height(header, header_height(spec))?;
    for (index, column) in (0u16..).zip(&spec.columns) {
        sheet.write_string_with_format(header, index, within(&column.heading), &styles.heading)?;
    }
    let mut last = header;
    let mut values: Vec<Value<'_>> = Vec::with_capacity(spec.columns.len());
    for row in rows {
        last = last.saturating_add(1);
        values.clear();
        values.extend(row);
        // LibreOffice and WPS show one line of a broken text unless they are told how high the row is.
        let lines = spec.columns.iter().zip(&values).map(|(column, value)| lines(column, value)).max();
        if let Some(lines @ 2..) = lines {
            sheet.set_row_height(last, 15.0 * f64::from(lines.min(12)))?;
        }
        for ((index, format), value) in (0u16..).zip(&formats).zip(values.drain(..)) {
            put(sheet, last, index, value, format, &styles.date)?;
        }
    }
    finish(sheet, spec, header, last, options)
}

fn format(styles: &Styles, kind: Kind) -> &Format {
    match kind {
        Kind::Text => &styles.text,
        Kind::Wrapped => &styles.wrapped,
        Kind::Number => &styles.number,
        Kind::Date => &styles.date,
        Kind::Percent => &styles.percent,
    }
}

fn put(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    value: Value<'_>,
    format: &Format,
    date: &Format,
) -> Result<(), XlsxError> {
    match value {
        Value::Text(text) => sheet.write_string_with_format(row, column, within(&text), format)?,
        Value::Number(number) if number.is_finite() => {
            sheet.write_number_with_format(row, column, number, format)?
        }
        Value::Date(day) => match ExcelDateTime::from_ymd(day.year, day.month, day.day) {
            Ok(day) => sheet.write_datetime_with_format(row, column, &day, date)?,
            Err(_) => sheet.write_blank(row, column, format)?,
        },
        Value::Number(_) | Value::Nothing => sheet.write_blank(row, column, format)?,
    };
    Ok(())
}

/// How many lines a value takes in its column.
fn lines(column: &Column, value: &Value<'_>) -> u32 {
    match value {
        Value::Text(text) if column.kind == Kind::Wrapped => super::page::lines(text, column.width - 1.0),
        _ => 1,
    }
}

/// As much of a text as fits a cell.
fn within(text: &str) -> &str {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) if text.len() > LONGEST => text.get(..end).unwrap_or(text),
        _ => text,
    }
}

/// Room for the longest heading when it is broken over the width of its column, in points.
fn header_height(spec: &SheetSpec) -> f64 {
    let lines = spec.columns.iter().map(|column| super::page::lines(&column.heading, column.width - 2.0));
    12.0 + 14.0 * f64::from(lines.max().unwrap_or(1).min(4))
}

/// Everything that belongs to the sheet as a whole.
fn finish(
    sheet: &mut Worksheet,
    spec: &SheetSpec,
    header: u32,
    last: u32,
    options: &mut Options,
) -> Result<(), XlsxError> {
    let width = u16::try_from(spec.columns.len()).unwrap_or(u16::MAX);
    let Some(right) = width.checked_sub(1) else { return Ok(()) };
    sheet.set_freeze_panes(header.saturating_add(1), spec.frozen_columns)?;
    sheet.autofilter(header, 0, last.max(header), right)?;
    sheet.set_repeat_rows(header, header)?;
    sheet.set_landscape();
    sheet.set_paper_size(9);
    sheet.set_print_fit_to_pages(1, 0);
    sheet.set_margins(0.4, 0.4, 0.6, 0.6, 0.3, 0.3);
    sheet.set_footer("&L&A&R第 &P 页，共 &N 页");
    // ID numbers are meant to be text; the green corner that Excel puts on them only worries people.
    if last > header {
        sheet.ignore_error_range(header, 0, last, right, IgnoreError::NumberStoredAsText)?;
    }
    let end = last.saturating_add(spec.spare_rows);
    for (index, column) in (0u16..).zip(&spec.columns).filter(|(_, column)| !column.choices.is_empty()) {
        if end > header {
            let validation = options.validation(column)?;
            sheet.add_data_validation(header.saturating_add(1), index, end, index, &validation)?;
        }
    }
    Ok(())
}
