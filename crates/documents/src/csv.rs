//! Writes CSV as RFC 4180 has it, for people's spreadsheets and for other programs.
//!
//! Records are formatted into byte buffers, so that several threads can each format a part and one writes the parts in
//! order. Free text that a spreadsheet would run as a formula is made harmless (D06); [`crate::table`] undoes that when
//! the file comes back.

use crate::save::{SaveError, Saving};
use memchr::{memchr, memchr3};
use std::io::Write;
use std::path::Path;

/// Whether a file begins with the byte order mark by which Excel and WPS recognise UTF-8 (D07).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// For people: opens in Excel and WPS with its Chinese intact.
    ForSpreadsheets,
    /// For programs.
    None,
}

/// Does a spreadsheet take a cell that begins so for a formula, or for what it should hide (D06)?
pub(crate) fn starts_formula(first: char) -> bool {
    matches!(first, '=' | '+' | '-' | '@' | '\t' | '\r' | '＝' | '＋' | '－' | '＠')
}

/// Records as the bytes of a CSV file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Records {
    bytes: Vec<u8>,
    within: bool,
}

impl Records {
    /// No records yet.
    pub fn new() -> Records {
        Records::default()
    }

    /// No records yet, with room for so many bytes.
    pub fn with_capacity(bytes: usize) -> Records {
        Records { bytes: Vec::with_capacity(bytes), within: false }
    }

    /// Adds a value that somebody typed; one that a spreadsheet would run begins with an apostrophe (D06).
    pub fn text(&mut self, value: &str) -> &mut Self {
        self.separate();
        let guard = value.starts_with(starts_formula);
        self.quoted(if guard { "'" } else { "" }, value);
        self
    }

    /// Adds a value that the program made itself: a code, a date, a masked number. It is never changed.
    pub fn code(&mut self, value: &str) -> &mut Self {
        self.separate();
        self.quoted("", value);
        self
    }

    /// Adds a number.
    pub fn number(&mut self, value: impl std::fmt::Display) -> &mut Self {
        self.separate();
        // Writing into memory cannot fail.
        let _ = write!(self.bytes, "{value}");
        self
    }

    /// Adds an empty value.
    pub fn nothing(&mut self) -> &mut Self {
        self.separate();
        self
    }

    /// Ends the record.
    pub fn end(&mut self) {
        self.bytes.extend_from_slice(b"\r\n");
        self.within = false;
    }

    /// The bytes so far.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Forgets the records but keeps the room.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.within = false;
    }

    fn separate(&mut self) {
        if self.within {
            self.bytes.push(b',');
        }
        self.within = true;
    }

    fn quoted(&mut self, before: &str, value: &str) {
        let bytes = value.as_bytes();
        let edge = |b: Option<&u8>| matches!(b, Some(b' ' | b'\t'));
        let plain = memchr3(b',', b'"', b'\n', bytes).is_none()
            && memchr(b'\r', bytes).is_none()
            && !edge(bytes.first())
            && !edge(bytes.last());
        if plain {
            self.bytes.extend_from_slice(before.as_bytes());
            self.bytes.extend_from_slice(bytes);
            return;
        }
        self.bytes.push(b'"');
        self.bytes.extend_from_slice(before.as_bytes());
        for (index, piece) in value.split('"').enumerate() {
            if index > 0 {
                self.bytes.extend_from_slice(b"\"\"");
            }
            self.bytes.extend_from_slice(piece.as_bytes());
        }
        self.bytes.push(b'"');
    }
}

/// A CSV file that appears at its place only when [`Writer::finish`] has been called.
#[derive(Debug)]
pub struct Writer {
    saving: Saving,
}

impl Writer {
    /// Starts a file.
    ///
    /// # Errors
    /// [`SaveError`] when the folder does not exist or may not be written to.
    pub fn start(path: &Path, mark: Mark) -> Result<Writer, SaveError> {
        let mut writer = Writer { saving: Saving::start(path)? };
        if mark == Mark::ForSpreadsheets {
            writer.bytes("\u{feff}".as_bytes())?;
        }
        Ok(writer)
    }

    /// Adds records.
    ///
    /// # Errors
    /// [`SaveError`] when the disk is full or fails.
    pub fn write(&mut self, records: &Records) -> Result<(), SaveError> {
        self.bytes(records.as_bytes())
    }

    /// Puts the complete file at its place.
    ///
    /// # Errors
    /// [`SaveError`] when the disk is full or fails; nothing is left behind then.
    pub fn finish(self) -> Result<(), SaveError> {
        self.saving.finish()
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result<(), SaveError> {
        self.saving.writer().write_all(bytes).map_err(|error| self.saving.error(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// D06, D07
    #[test]
    fn values_are_quoted_and_guarded() {
        let check = |value: &str, text: &str, code: &str| {
            let (mut typed, mut made) = (Records::new(), Records::new());
            typed.text(value);
            made.code(value);
            assert_eq!(String::from_utf8_lossy(typed.as_bytes()), text);
            assert_eq!(String::from_utf8_lossy(made.as_bytes()), code);
        };
        check("李小明", "李小明", "李小明");
        check("", "", "");
        check("a,b", "\"a,b\"", "\"a,b\"");
        check("说\"好\"", "\"说\"\"好\"\"\"", "\"说\"\"好\"\"\"");
        check("一\r\n二", "\"一\r\n二\"", "\"一\r\n二\"");
        check(" 空", "\" 空\"", "\" 空\"");
        check("=1+1", "'=1+1", "=1+1");
        check("+86", "'+86", "+86");
        check("-1,5", "\"'-1,5\"", "\"-1,5\"");
        check("@SUM(A1)", "'@SUM(A1)", "@SUM(A1)");
        check("\tx", "\"'\tx\"", "\"\tx\"");
        check("\rx", "\"'\rx\"", "\"\rx\"");
        check("＝1", "'＝1", "＝1");
        check("＠x", "'＠x", "＠x");
    }

    #[test]
    fn records_end_with_cr_lf() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("结果.csv");
        let mut writer = Writer::start(&path, Mark::ForSpreadsheets).unwrap();
        for (name, score) in [("李小明", 0.5), ("王小红", 1.0)] {
            let mut records = Records::new();
            records.text(name).number(score).nothing().end();
            writer.write(&records).unwrap();
        }
        writer.finish().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "\u{feff}李小明,0.5,\r\n王小红,1,\r\n");
    }
}
