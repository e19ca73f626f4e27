//! The rows of one sheet, from its mark-up. Only `sheetData` is looked at: what a sheet claims about its size, its
//! merged ranges and its formulas costs nothing.

use super::super::ReadError;
use super::super::gather::Gather;
use super::super::number::{Shown, text};
use super::super::xml::{Xml, attribute, resolve};
use super::{RichText, Workbook, bounded};
use quick_xml::events::{BytesStart, Event};
use std::ops::ControlFlow;

/// What a sheet can hold at most (ECMA-376 part 1, 18.3.1.73 and Excel's own bounds).
const ROWS: u64 = 1 << 20;
const COLUMNS: usize = 1 << 14;

/// What a cell says it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Number,
    Shared,
    Inline,
    Text,
    Truth,
    Error,
    IsoDate,
}

struct Cell {
    column: usize,
    style: usize,
    holds: Holds,
    value: String,
    in_value: bool,
    rich: RichText,
}

pub(super) fn read(workbook: &Workbook, mut xml: Xml, gather: &mut Gather<'_>) -> Result<(), ReadError> {
    let longest = gather.limits().text;
    let mut cell = Cell {
        column: 0,
        style: 0,
        holds: Holds::Number,
        value: String::new(),
        in_value: false,
        rich: RichText::new(gather.limits()),
    };
    let (mut line, mut next_column, mut in_row, mut in_cell) = (0u64, 0, false, false);
    loop {
        let event = xml.next()?;
        match &event {
            Event::Eof => return Err(ReadError::damaged("工作表没有写完")),
            Event::Text(text) if cell.in_value => {
                cell.value.push_str(text);
                bounded(&cell.value, longest)?;
            }
            Event::Start(element) | Event::Empty(element) => {
                let empty = matches!(event, Event::Empty(_));
                match element.local_name().as_ref() {
                    "c" if in_row => {
                        cell.begin(element, next_column)?;
                        if cell.column >= COLUMNS {
                            return Err(ReadError::too_large(format!("第 {line} 行超过 {COLUMNS} 列")));
                        }
                        next_column = cell.column + 1;
                        in_cell = !empty;
                    }
                    "v" if in_cell => cell.in_value = !empty && cell.holds != Holds::Inline,
                    "row" => {
                        let written = attribute(element, "r").and_then(|line| line.parse::<u64>().ok());
                        line = written.unwrap_or_else(|| line.saturating_add(1));
                        if line > ROWS {
                            return Err(ReadError::too_large(format!("超过 {ROWS} 行")));
                        }
                        next_column = 0;
                        in_row = !empty;
                        gather.start(line);
                    }
                    "sheetData" if empty => return xml.verify(),
                    _ if in_cell => cell.rich.take(&event)?,
                    _ => {}
                }
            }
            Event::End(element) => match element.local_name().as_ref() {
                "c" if in_cell => {
                    in_cell = false;
                    cell.put(workbook, gather)?;
                }
                "v" => cell.in_value = false,
                "row" if in_row => {
                    in_row = false;
                    if gather.end()? == ControlFlow::Break(()) {
                        return Ok(());
                    }
                }
                "sheetData" => return xml.verify(),
                _ if in_cell => cell.rich.take(&event)?,
                _ => {}
            },
            Event::GeneralRef(reference) if cell.in_value => {
                resolve(reference, &mut cell.value)?;
                bounded(&cell.value, longest)?;
            }
            _ if in_cell => cell.rich.take(&event)?,
            _ => {}
        }
    }
}

impl Cell {
    fn begin(&mut self, element: &BytesStart<'_>, next_column: usize) -> Result<(), ReadError> {
        self.column = next_column;
        self.style = 0;
        self.holds = Holds::Number;
        self.in_value = false;
        self.value.clear();
        self.rich.clear();
        for found in element.attributes().with_checks(false).flatten() {
            match found.key.as_ref() {
                "r" => self.column = column(&found.value)?,
                "s" => self.style = found.value.parse().unwrap_or_default(),
                "t" => {
                    self.holds = match found.value.as_ref() {
                        "s" => Holds::Shared,
                        "inlineStr" => Holds::Inline,
                        "str" => Holds::Text,
                        "b" => Holds::Truth,
                        "e" => Holds::Error,
                        "d" => Holds::IsoDate,
                        _ => Holds::Number,
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn put(&mut self, workbook: &Workbook, gather: &mut Gather<'_>) -> Result<(), ReadError> {
        let value = self.value.as_str();
        match self.holds {
            Holds::Inline => gather.cell(self.column, self.rich.get()),
            Holds::Text => {
                self.rich.text.clear();
                self.rich.text.push_str(value);
                gather.cell(self.column, self.rich.get())
            }
            Holds::Shared if value.is_empty() => Ok(()),
            Holds::Shared => {
                let index = value.trim().parse::<usize>().ok();
                let text = index.and_then(|index| workbook.texts.get(index));
                gather.cell(self.column, text.ok_or_else(|| ReadError::damaged("单元格指向不存在的文字"))?)
            }
            Holds::Truth => match value.trim() {
                "1" | "true" => gather.cell(self.column, "是"),
                "0" | "false" => gather.cell(self.column, "否"),
                _ => Ok(()),
            },
            Holds::Error => Ok(()),
            Holds::IsoDate => gather.cell(self.column, value.trim_end_matches("T00:00:00")),
            Holds::Number => {
                let shown = workbook.shown.get(self.style).copied().unwrap_or_default();
                // Most numbers are short and whole, and stand there as they are to be shown.
                if shown == Shown::Number && value.len() <= 15 && value.bytes().all(|b| b.is_ascii_digit()) {
                    let kept = value.trim_start_matches('0');
                    return gather
                        .cell(self.column, if kept.is_empty() && !value.is_empty() { "0" } else { kept });
                }
                match value.trim().parse::<f64>() {
                    Ok(number) if number.is_finite() => {
                        gather.cell(self.column, &text(number, shown, workbook.epoch))
                    }
                    _ => gather.cell(self.column, value),
                }
            }
        }
    }
}

/// The column of a reference such as `AB12`, from 0.
fn column(reference: &str) -> Result<usize, ReadError> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic).take(4);
    let number =
        letters.fold(0, |sum, letter| sum * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1);
    number.checked_sub(1).ok_or_else(|| ReadError::damaged("单元格的位置写得不对"))
}
