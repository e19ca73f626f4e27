//! Reads the tables that offices exchange: .xlsx, .xls, HTML or text under the name of .xls, .csv in any of the usual
//! encodings. What the content is decides, never the file name.
//!
//! Every value is text, trimmed of what nobody sees: dates as `2015-04-03`, whole numbers as plain digits, numbers of
//! 10¹⁵ and more in scientific notation (a float has lost their last digits, and nobody may guess them back),
//! truth values as 是 or 否, errors as nothing, formulas by their stored result. Nothing here judges a value.
//!
//! [`open()`] finds the header; [`Table::fold`] then streams the rows, in parallel, in bounded memory, and
//! [`Table::walk`] one after another.

mod cell;
mod contain;
mod error;
mod fold;
mod footer;
mod gather;
mod header;
mod heading;
mod html;
mod limits;
mod number;
mod open;
mod package;
mod row;
mod sniff;
mod text;
mod walk;
mod xls;
mod xlsx;
mod xml;

pub use error::{Kind, ReadError};
pub use fold::{Folded, Footer};
pub use limits::Limits;
pub use open::{Likeness, open, recognise};
pub use row::Row;
pub use walk::Walked;

use std::fs::File;
use std::path::PathBuf;

/// A list that an office may send: 户籍, 学籍, 脱贫户…, and how its columns are headed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// What people call the list: 户籍.
    pub list: String,
    /// Its fields; [`Row::get`] takes an index into this list.
    pub fields: Vec<Field>,
}

/// One field of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The name that code uses: `id_number`.
    pub key: String,
    /// The headings it may stand under, the best first. Spaces, brackets, stars and full-width forms need no entry of
    /// their own.
    pub headings: Vec<String>,
    /// The list is useless without this column.
    pub required: bool,
    /// Of the fields that carry the same number here, at least one must have a column (学籍号 or 身份证件号).
    pub any_of: Option<u8>,
}

impl Field {
    /// What people call the field: its first heading.
    pub fn name(&self) -> &str {
        self.headings.first().map_or(&self.key, String::as_str)
    }
}

/// What kind of file it was found to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Office Open XML, `.xlsx`.
    Xlsx,
    /// BIFF8, the `.xls` of Excel 97–2003.
    Xls,
    /// A web page with a table, as many systems export under the name of `.xls`.
    Html,
    /// Text with delimiters.
    Text {
        /// How its characters are stored.
        encoding: Encoding,
        /// What stands between two values: `,`, tab or `;`.
        delimiter: char,
    },
}

/// How the characters of a text file are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without byte order mark.
    Utf8,
    /// GB18030 and its forerunners GBK and GB2312.
    Gb18030,
    /// UTF-16 with the lower byte first.
    Utf16Le,
    /// UTF-16 with the higher byte first.
    Utf16Be,
}

/// A column of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its place from the left, from 0.
    pub index: usize,
    /// Its heading as written, on one line; a two-row header joined (成员1姓名).
    pub heading: String,
}

/// What was found above the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The sheet that was chosen; empty where the format has none.
    pub sheet: String,
    /// The format found.
    pub format: Format,
    /// The line of the header in the sheet, from 1.
    pub line: u64,
    /// For each field of the schema its column, if it has one.
    pub fields: Vec<Option<Column>>,
    /// Columns that no field claimed: kept aside, to be named in the report.
    pub unknown: Vec<Column>,
    /// Fields that several columns claim equally, by key; the leftmost of the best was taken.
    pub duplicates: Vec<(String, Vec<Column>)>,
    /// Other sheets that hold the same list and were **not** read: children on them would be missed, so say so.
    pub other_sheets: Vec<String>,
    /// Every heading from the left, empty where a column has none.
    pub headings: Vec<String>,
}

/// A file that was found to hold a list, its rows not yet read.
#[derive(Debug)]
pub struct Table {
    path: PathBuf,
    file: File,
    bytes: u64,
    limits: Limits,
    header: Header,
    /// For each field its column.
    columns: Vec<Option<usize>>,
    /// The fields that every row of data should fill: a line that lacks one may be a footer.
    needed: Vec<usize>,
    /// Lines up to this one are header.
    last_header_line: u64,
    body: open::Body,
}

impl Table {
    /// What was found above the data.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The size of the file in bytes: what `progress` counts up to.
    pub fn size_hint_bytes(&self) -> u64 {
        self.bytes
    }
}
