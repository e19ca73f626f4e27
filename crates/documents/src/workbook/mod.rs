//! Writes XLSX workbooks that people work from: a page that explains, and lists with a frozen header, filters, widths
//! and print settings.
//!
//! Text stays text: nothing that comes in is ever written as a formula or a link (D06), and an ID number keeps its
//! digits. The same input gives the same bytes: the only date in the file is the one the caller gives.

mod options;
mod page;
mod sheet;
mod style;

pub use page::Block;
pub use sheet::{Column, Kind, SheetSpec, Value};

use crate::save::{SaveError, Saving};
use options::Options;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};
use std::collections::HashSet;
use std::path::Path;
use style::Styles;

/// A day of the civil calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// 1900–9999.
    pub year: u16,
    /// 1–12.
    pub month: u8,
    /// 1–31.
    pub day: u8,
}

/// A workbook being written. Sheets stand in the order in which they are added.
pub struct Book {
    book: Workbook,
    styles: Styles,
    names: HashSet<String>,
    options: Options,
}

impl Book {
    /// An empty workbook that says it was made on `created`; a day that does not exist is left out.
    pub fn new(created: Date) -> Book {
        let mut book = Workbook::new();
        // Level 3 takes half the time of the usual 6 for a file a fifth larger.
        book.set_zip_compression_level(3);
        let mut properties = DocProperties::new().set_author("保学");
        if let Ok(day) = ExcelDateTime::from_ymd(created.year, created.month, created.day) {
            properties = properties.set_creation_datetime(&day);
        }
        book.set_properties(&properties);
        Book { book, styles: Styles::new(), names: HashSet::new(), options: Options::default() }
    }

    /// Adds a page of text and small tables, for A4 upright.
    ///
    /// # Errors
    /// [`SaveError`] when the content does not fit a sheet.
    pub fn page(&mut self, name: &str, blocks: &[Block<'_>]) -> Result<(), SaveError> {
        let name = self.free_name(name);
        page::write(self.book.add_worksheet(), &self.styles, &name, blocks)
            .map_err(|error| unfit(&name, &error))
    }

    /// Adds a list. Rows are written as they come and are not held in memory.
    ///
    /// # Errors
    /// [`SaveError`] when there are more rows than a sheet holds (1,048,576 with its header), or the disk is full.
    pub fn sheet<'a, R>(
        &mut self,
        spec: &SheetSpec,
        rows: impl IntoIterator<Item = R>,
    ) -> Result<(), SaveError>
    where
        R: IntoIterator<Item = Value<'a>>,
    {
        let name = self.free_name(&spec.name);
        if self.options.is_empty() && spec.columns.iter().any(options::is_long) {
            self.options.name = self.free_name("选项");
        }
        let sheet = self.book.add_worksheet_with_constant_memory().map_err(|error| unfit(&name, &error))?;
        sheet::write(sheet, &self.styles, &name, spec, rows, &mut self.options)
            .map_err(|error| unfit(&name, &error))
    }

    /// Puts the complete workbook at `path`, over an older one.
    ///
    /// # Errors
    /// [`SaveError`] when it cannot be written; nothing is left behind then.
    pub fn save(mut self, path: &Path) -> Result<(), SaveError> {
        self.end()?;
        let mut saving = Saving::start(path)?;
        match self.book.save_to_writer(saving.writer()) {
            Ok(()) => saving.finish(),
            Err(XlsxError::IoError(error)) => Err(saving.error(&error)),
            Err(error) => Err(saving.error(&std::io::Error::other(error))),
        }
    }

    /// The complete workbook, to be handed over without a file.
    ///
    /// # Errors
    /// [`SaveError`] when the content does not fit a workbook.
    pub fn bytes(mut self) -> Result<Vec<u8>, SaveError> {
        self.end()?;
        self.book.save_to_buffer().map_err(|error| unfit("", &error))
    }

    /// Adds what the sheets refer to.
    fn end(&mut self) -> Result<(), SaveError> {
        if self.options.is_empty() {
            return Ok(());
        }
        let name = self.options.name.clone();
        self.options.write(self.book.add_worksheet(), &self.styles).map_err(|error| unfit(&name, &error))
    }

    /// A sheet name as Excel allows it, different from those before it: at most 31 characters, without `[]:*?/\`.
    fn free_name(&mut self, wanted: &str) -> String {
        let clean: String = wanted
            .chars()
            .map(|c| {
                if matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\') || c.is_control() {
                    '－'
                } else {
                    c
                }
            })
            .collect();
        let clean = clean.trim_matches('\'');
        let clean = if clean.is_empty() { "表" } else { clean };
        let numbered = |number: usize| {
            let tail = if number < 2 { String::new() } else { format!("（{number}）") };
            let room = 31usize.saturating_sub(tail.chars().count());
            // Excel counts UTF-16 units.
            let mut units = 0;
            let head: String = clean
                .chars()
                .take_while(|c| {
                    units += c.len_utf16();
                    units <= room
                })
                .collect();
            format!("{head}{tail}")
        };
        let name =
            (1..).map(numbered).find(|name| !self.names.contains(&name.to_lowercase())).unwrap_or_default();
        self.names.insert(name.to_lowercase());
        name
    }
}

fn unfit(sheet: &str, error: &XlsxError) -> SaveError {
    SaveError {
        what: format!("写不进工作表（{error}）"),
        where_: format!("工作表“{sheet}”"),
        todo: "请检查磁盘空间；若行数超过 1048576，请分成几份".to_owned(),
    }
}
