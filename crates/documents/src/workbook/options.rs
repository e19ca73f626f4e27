//! Values to choose from that are too many for a cell's own list: they stand on a sheet of their own, to which the
//! drop-down lists point.

use super::sheet::Column;
use super::style::Styles;
use rust_xlsxwriter::{DataValidation, Formula, Worksheet, XlsxError, utility::column_number_to_name};

/// The most characters that Excel takes in a list that stands with the cell, its commas counted.
const LONGEST: usize = 255;

/// Whether the values of a column need a sheet of their own.
pub(super) fn is_long(column: &Column) -> bool {
    let characters: usize = column.choices.iter().map(|choice| choice.encode_utf16().count() + 1).sum();
    characters > LONGEST + 1 || column.choices.iter().any(|choice| choice.contains(','))
}

/// The lists of a workbook that need it, each once.
#[derive(Debug, Default)]
pub(super) struct Options {
    /// The name of their sheet.
    pub(super) name: String,
    lists: Vec<(String, Vec<String>)>,
}

impl Options {
    pub(super) fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }

    /// What lets a cell of this column choose.
    pub(super) fn validation(&mut self, column: &Column) -> Result<DataValidation, XlsxError> {
        if !is_long(column) {
            return DataValidation::new().allow_list_strings(&column.choices);
        }
        let at = self.lists.iter().position(|(_, choices)| *choices == column.choices).unwrap_or_else(|| {
            self.lists.push((column.heading.clone(), column.choices.clone()));
            self.lists.len() - 1
        });
        let letter = column_number_to_name(u16::try_from(at).unwrap_or(u16::MAX));
        let last = column.choices.len() + 1;
        let range = format!("='{}'!${letter}$2:${letter}${last}", self.name);
        Ok(DataValidation::new().allow_list_formula(Formula::new(range)))
    }

    /// Writes the sheet.
    pub(super) fn write(&self, sheet: &mut Worksheet, styles: &Styles) -> Result<(), XlsxError> {
        sheet.set_name(&self.name)?;
        for (column, (heading, choices)) in (0_u16..).zip(&self.lists) {
            sheet.set_column_width(column, 28.0)?;
            sheet.write_string_with_format(0, column, heading, &styles.heading)?;
            for (row, choice) in (1_u32..).zip(choices) {
                sheet.write_string_with_format(row, column, choice, &styles.text)?;
            }
        }
        Ok(())
    }
}
