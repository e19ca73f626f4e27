//! Text with delimiters: cuts a file into chunks of whole records, and a chunk into rows.
//!
//! UTF-8 and GB18030 are cut before they are decoded, because neither ever uses the byte of a line end, a comma or a
//! quotation mark inside another character; UTF-16 is decoded first.
//!
//! A quotation mark opens a quoted value only at the start of a value, and closes it only before a delimiter or line
//! end. One that does neither is an ordinary character: a stray mark in one record can then not swallow the next.

use super::row::{Row, Span};
use super::{Encoding, Kind, ReadError};
use encoding_rs::{CoderResult, Decoder, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use memchr::{memchr, memchr_iter, memchr2, memrchr};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fs::File;
use std::os::unix::fs::FileExt;

/// Bytes read at a time: large enough that the lock between two readers is rarely contended, small enough that a
/// chunk and its cells stay in the second-level cache.
pub(crate) const CHUNK: usize = 1 << 20;

/// How the records of a file are written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) encoding: Encoding,
    /// Bytes of the byte order mark.
    pub(crate) mark: u64,
    pub(crate) newline: u8,
    pub(crate) delimiter: u8,
    /// Bytes that one quoted value may take.
    pub(crate) longest: usize,
}

/// The whole records of one part of the file.
#[derive(Debug, Default)]
pub(crate) struct Chunk {
    /// Raw bytes in the file's own encoding, but UTF-8 where the file is UTF-16.
    pub(crate) bytes: Vec<u8>,
    /// Its place in the file, from 0.
    pub(crate) number: usize,
    /// The line of its first record, from 1.
    pub(crate) line: u64,
    /// Bytes of the file read so far.
    pub(crate) read: u64,
}

/// Reads a file once from the start, chunk by chunk.
pub(crate) struct Chunks<'f> {
    file: &'f File,
    shape: Shape,
    offset: u64,
    number: usize,
    line: u64,
    /// The beginning of a record whose end was not in the last chunk.
    carry: Vec<u8>,
    decoder: Option<Decoder>,
    raw: Vec<u8>,
    hash: Sha256,
    ended: bool,
}

impl<'f> Chunks<'f> {
    pub(crate) fn new(file: &'f File, shape: Shape) -> Result<Chunks<'f>, ReadError> {
        let mut chunks = Chunks {
            file,
            shape,
            offset: 0,
            number: 0,
            line: 1,
            carry: Vec::new(),
            decoder: match shape.encoding {
                Encoding::Utf8 | Encoding::Gb18030 => None,
                Encoding::Utf16Le => Some(UTF_16LE.new_decoder_without_bom_handling()),
                Encoding::Utf16Be => Some(UTF_16BE.new_decoder_without_bom_handling()),
            },
            raw: Vec::new(),
            hash: Sha256::new(),
            ended: false,
        };
        let mut mark = vec![0; usize::try_from(shape.mark).unwrap_or_default()];
        chunks.file.read_exact_at(&mut mark, 0).map_err(|error| ReadError::disk(&error))?;
        chunks.hash.update(&mark);
        chunks.offset = shape.mark;
        Ok(chunks)
    }

    /// The next chunk into `chunk`, whose room is used again; false at the end.
    pub(crate) fn next(&mut self, chunk: &mut Chunk) -> Result<bool, ReadError> {
        if self.ended {
            return Ok(false);
        }
        chunk.bytes.clear();
        chunk.bytes.append(&mut self.carry);
        self.fill(&mut chunk.bytes)?;
        if !self.ended {
            let end = whole_records(&chunk.bytes, &self.shape);
            if end == 0 {
                return Err(ReadError::new(
                    Kind::WrongFormat,
                    format!("这一行超过 {} 字节，不像名单", CHUNK),
                    "请在 Excel 或 WPS 里打开，确认内容是表格后另存为 .xlsx",
                )
                .at(&format!("第 {} 行", self.line)));
            }
            self.carry.extend_from_slice(chunk.bytes.get(end..).unwrap_or_default());
            chunk.bytes.truncate(end);
        }
        chunk.number = self.number;
        chunk.line = self.line;
        chunk.read = self.offset;
        self.number += 1;
        self.line += memchr_iter(self.shape.newline, &chunk.bytes).count() as u64;
        Ok(!chunk.bytes.is_empty())
    }

    /// Has the whole file been read?
    pub(crate) fn ended(&self) -> bool {
        self.ended
    }

    /// Reads no further: somebody has found that the file cannot be used.
    pub(crate) fn stop(&mut self) {
        self.ended = true;
    }

    /// The SHA-256 of all that was read: of the file, once [`Chunks::next`] has said that it ended.
    pub(crate) fn sha256(self) -> [u8; 32] {
        self.hash.finalize().into()
    }

    /// Adds one reading to `bytes`.
    fn fill(&mut self, bytes: &mut Vec<u8>) -> Result<(), ReadError> {
        let Some(decoder) = &mut self.decoder else {
            let from = bytes.len();
            self.ended = read_on(self.file, bytes, from, &mut self.offset)?;
            self.hash.update(bytes.get(from..).unwrap_or_default());
            return Ok(());
        };
        self.ended = read_on(self.file, &mut self.raw, 0, &mut self.offset)?;
        self.hash.update(&self.raw);
        let mut text =
            String::with_capacity(decoder.max_utf8_buffer_length(self.raw.len()).unwrap_or(CHUNK * 3));
        // The buffer has room for the longest possible result, so one call takes everything.
        let (result, _, _) = decoder.decode_to_string(&self.raw, &mut text, self.ended);
        debug_assert_eq!(result, CoderResult::InputEmpty);
        bytes.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// The SHA-256 of a file.
pub(crate) fn sha256(file: &File) -> Result<[u8; 32], ReadError> {
    let (mut hash, mut bytes, mut offset) = (Sha256::new(), Vec::new(), 0);
    loop {
        let ended = read_on(file, &mut bytes, 0, &mut offset)?;
        hash.update(&bytes);
        if ended {
            return Ok(hash.finalize().into());
        }
    }
}

/// Reads up to one chunk from `offset` behind `from`; true when the file ended.
fn read_on(file: &File, bytes: &mut Vec<u8>, from: usize, offset: &mut u64) -> Result<bool, ReadError> {
    let mut at = from;
    bytes.resize(from + CHUNK, 0);
    loop {
        let room = bytes.get_mut(at..).unwrap_or_default();
        let read = match file.read_at(room, *offset) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            read => read.map_err(|error| ReadError::disk(&error))?,
        };
        at += read;
        *offset += read as u64;
        if read == 0 || at == bytes.len() {
            bytes.truncate(at);
            return Ok(read == 0);
        }
    }
}

/// The end of the last record that surely ends within `bytes`, 0 if none does.
fn whole_records(bytes: &[u8], shape: &Shape) -> usize {
    let (mut whole, mut from) = (0, 0);
    loop {
        let rest = bytes.get(from..).unwrap_or_default();
        let quote = memchr(b'"', rest);
        let before = rest.get(..quote.unwrap_or(rest.len())).unwrap_or_default();
        if let Some(line_end) = memrchr(shape.newline, before) {
            whole = from + line_end + 1;
        }
        let Some(quote) = quote.map(|quote| from + quote) else { return whole };
        let starts_value = quote == 0
            || bytes
                .get(quote - 1)
                .is_some_and(|&b| b == shape.delimiter || b == shape.newline || b == b'\r');
        from = match (starts_value, quoted(bytes, quote, shape)) {
            (true, Quoted::Open | Quoted::AtEnd) => return whole,
            (true, Quoted::Until(end)) => end,
            _ => quote + 1,
        };
    }
}

/// What the quotation mark at the start of a value turns out to be.
enum Quoted {
    /// The value ends just before this place, which holds a delimiter or line end or is the end of the text.
    Until(usize),
    /// The closing mark is the last byte there is: whether it closes depends on what follows, if anything does.
    AtEnd,
    /// The text ends before the value does.
    Open,
    /// An ordinary character.
    Stray,
}

fn quoted(bytes: &[u8], start: usize, shape: &Shape) -> Quoted {
    let mut at = start + 1;
    loop {
        if at - start > shape.longest {
            return Quoted::Stray;
        }
        let Some(quote) = memchr(b'"', bytes.get(at..).unwrap_or_default()).map(|quote| at + quote) else {
            return if bytes.len() - start > shape.longest { Quoted::Stray } else { Quoted::Open };
        };
        match bytes.get(quote + 1) {
            None => return Quoted::AtEnd,
            Some(b'"') => at = quote + 2,
            Some(&b) if b == shape.delimiter || b == shape.newline || b == b'\r' => {
                return Quoted::Until(quote + 1);
            }
            Some(_) => return Quoted::Stray,
        }
    }
}

/// A chunk as text, and how many byte sequences in it meant nothing in the file's encoding (each became U+FFFD).
pub(crate) fn decoded(bytes: &[u8], encoding: Encoding) -> (Cow<'_, str>, u64) {
    let encoding = if encoding == Encoding::Gb18030 { GB18030 } else { UTF_8 };
    let (text, garbled) = encoding.decode_without_bom_handling(bytes);
    let count = if garbled { text.matches('\u{fffd}').count() as u64 } else { 0 };
    (text, count)
}

/// Takes the rows of a chunk one after the other.
pub(crate) struct Rows<'t> {
    text: &'t str,
    shape: Shape,
    columns: usize,
    at: usize,
    line: u64,
    cells: Vec<Span>,
    scratch: String,
}

impl<'t> Rows<'t> {
    /// Rows of `text` whose first line is `line`; cells beyond `columns` are not kept.
    pub(crate) fn new(text: &'t str, line: u64, shape: Shape, columns: usize) -> Rows<'t> {
        Rows { text, shape, columns, at: 0, line, cells: Vec::new(), scratch: String::new() }
    }

    /// The next row, borrowed until the one after it is taken.
    pub(crate) fn next<'r>(&'r mut self, columns: &'r [Option<usize>]) -> Option<Row<'r>> {
        let bytes = self.text.as_bytes();
        if self.at >= bytes.len() {
            return None;
        }
        self.cells.clear();
        self.scratch.clear();
        let line = self.line;
        loop {
            let start = self.at;
            let (span, end) = match bytes.get(start) {
                Some(b'"') => self.quoted_value(start),
                _ => self.plain_value(start),
            };
            if self.cells.len() < self.columns {
                self.cells.push(span);
            }
            self.at = end + 1;
            if bytes.get(end).is_none_or(|&b| b == self.shape.newline) {
                self.line += 1;
                return Some(Row {
                    text: self.text,
                    scratch: &self.scratch,
                    cells: &self.cells,
                    columns,
                    line,
                });
            }
        }
    }

    /// A value up to the next delimiter or line end, and the place of that.
    fn plain_value(&self, start: usize) -> (Span, usize) {
        let bytes = self.text.as_bytes();
        let rest = bytes.get(start..).unwrap_or_default();
        let end = memchr2(self.shape.delimiter, self.shape.newline, rest)
            .map_or(bytes.len(), |length| start + length);
        let ends_line = bytes.get(end).is_none_or(|&b| b == self.shape.newline);
        let returned = ends_line && end > start && bytes.get(end - 1) == Some(&b'\r');
        (span(start, if returned { end - 1 } else { end }, false), end)
    }

    fn quoted_value(&mut self, start: usize) -> (Span, usize) {
        let bytes = self.text.as_bytes();
        let shape = self.shape;
        let after = match quoted(bytes, start, &shape) {
            Quoted::Until(after) => after,
            Quoted::AtEnd => bytes.len(),
            _ => return self.plain_value(start),
        };
        let inner = self.text.get(start + 1..after - 1).unwrap_or_default();
        self.line += memchr_iter(shape.newline, inner.as_bytes()).count() as u64;
        let end = if bytes.get(after) == Some(&b'\r') && shape.newline == b'\n' {
            memchr2(shape.delimiter, shape.newline, bytes.get(after..).unwrap_or_default())
                .map_or(bytes.len(), |length| after + length)
        } else {
            after
        };
        if memchr(b'"', inner.as_bytes()).is_none() {
            return (span(start + 1, after - 1, false), end);
        }
        let from = self.scratch.len();
        for (index, piece) in inner.split("\"\"").enumerate() {
            if index > 0 {
                self.scratch.push('"');
            }
            self.scratch.push_str(piece);
        }
        (span(from, self.scratch.len(), true), end)
    }
}

/// Chunks hold a little over 1 MiB, three in UTF-8 for one in UTF-16: far within 32 bits.
fn span(start: usize, end: usize, scratch: bool) -> Span {
    let narrow = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
    Span { start: narrow(start), end: narrow(end), scratch }
}
