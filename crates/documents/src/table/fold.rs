//! Streams the rows of an opened table through the caller's function, on all cores, in bounded memory.

use super::contain::{Caller, contained};
use super::footer::is_footer;
use super::gather::Gather;
use super::limits::Deadline;
use super::open::{Body, file_name, no_rows, place};
use super::row::Batch;
use super::text::{Chunk, Chunks, Rows, Shape, decoded, sha256};
use super::{ReadError, Row, Table};
use rayon::prelude::*;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Footer lines that are named in a report; a list with more of them has a total per village, and ten say enough.
const FOOTERS_NAMED: usize = 20;

/// Rows that a reader gathers before they are worked on, and how many of them one thread takes at once.
pub(crate) const ROWS_IN_BATCH: usize = 16_384;
const ROWS_TOGETHER: usize = 2_048;

/// All that came of reading a file once.
#[derive(Debug)]
pub struct Folded<S> {
    /// What the caller gathered, part by part in file order.
    pub parts: Vec<S>,
    /// Rows of data in all: neither blank nor footers.
    pub rows: u64,
    /// Lines below or between the data that were skipped, such as 合计 and 填表人; at most twenty are named.
    pub footers: Vec<Footer>,
    /// How many lines were skipped as footers.
    pub footers_skipped: u64,
    /// Byte sequences that mean nothing in the file's encoding; each became U+FFFD in its value.
    pub garbled: u64,
    /// The SHA-256 of the file, computed from the very bytes that were read.
    pub sha256: [u8; 32],
}

/// A line that was skipped because it belongs to the form, not to the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Footer {
    /// Its line in the sheet, from 1.
    pub line: u64,
    /// How it begins, in up to ten characters.
    pub beginning: String,
}

/// What one part of the file gave.
struct Part<S> {
    number: usize,
    state: S,
    tally: Tally,
}

impl<S> Part<S> {
    fn new(number: usize, state: S) -> Self {
        Part { number, state, tally: Tally::default() }
    }

    /// Hands on one row, unless it is header, blank or footer.
    fn take(&mut self, table: &Table, row: &Row<'_>, each: &impl Fn(&mut S, &Row<'_>)) {
        if self.tally.is_data(table, row) {
            each(&mut self.state, row);
        }
    }
}

/// What was counted on the way.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) rows: u64,
    pub(crate) footers: Vec<Footer>,
    pub(crate) footers_skipped: u64,
    pub(crate) garbled: u64,
}

impl Tally {
    /// Counts a line; says whether it is a row of data: neither header nor blank nor footer.
    pub(crate) fn is_data(&mut self, table: &Table, row: &Row<'_>) -> bool {
        if row.line <= table.last_header_line || row.is_blank() {
            return false;
        }
        if is_footer(row, &table.needed) {
            self.footers_skipped += 1;
            if self.footers.len() < FOOTERS_NAMED {
                let first = row.cells().map(super::cell::trimmed).find(|cell| !cell.is_empty());
                let beginning = first.unwrap_or_default().chars().take(10).collect();
                self.footers.push(Footer { line: row.line, beginning });
            }
            return false;
        }
        self.rows += 1;
        true
    }
}

impl Table {
    /// Calls `row` for every row of data. The file is read in parts; each part starts from `new`, takes its rows in
    /// order, and the parts come back in file order, so the n-th call over all parts is data row n. Blank rows and
    /// footers are not rows. `progress` is told how many bytes of the file have been read.
    ///
    /// The checksum comes with it because the bytes are in the cache anyway: it costs a quarter of the reading,
    /// and less than another pass would.
    ///
    /// # Errors
    /// [`ReadError`] when the file turns out damaged, too large or too slow half-way, or holds no row of data. What
    /// was gathered until then is dropped: a list is read whole or not at all.
    pub fn fold<S: Send>(
        &self,
        new: impl Fn() -> S + Sync,
        row: impl Fn(&mut S, &Row<'_>) + Sync,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Folded<S>, ReadError> {
        let folded = match &self.body {
            Body::Text(shape) => self.fold_text(*shape, &new, &row, progress),
            body => self.fold_gathered(body, &new, &row, progress),
        };
        let folded = folded.map_err(|error| error.at(&file_name(&self.path)))?;
        if folded.rows == 0 {
            return Err(no_rows().at(&file_name(&self.path)));
        }
        Ok(folded)
    }

    /// Each thread takes the next chunk under a lock, which is held for reading and hashing only, and works on it
    /// alone. So the memory in use is one chunk per thread.
    fn fold_text<S: Send>(
        &self,
        shape: Shape,
        new: &(impl Fn() -> S + Sync),
        each: &(impl Fn(&mut S, &Row<'_>) + Sync),
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Folded<S>, ReadError> {
        let deadline = Deadline::after(&self.limits);
        let cells = AtomicU64::new(0);
        let source = Mutex::new(Chunks::new(&self.file, shape)?);
        let lock = || source.lock().unwrap_or_else(PoisonError::into_inner);
        let read = || {
            let mut parts = Vec::new();
            let mut chunk = Chunk::default();
            while lock().next(&mut chunk)? {
                deadline.check()?;
                let (text, garbled) = decoded(&chunk.bytes, shape.encoding);
                let mut part = Part::new(chunk.number, new());
                part.tally.garbled = garbled;
                let mut rows = Rows::new(&text, chunk.line, shape, self.limits.columns);
                let mut seen = 0;
                while let Some(row) = rows.next(&self.columns) {
                    seen += row.cells.len() as u64;
                    part.take(self, &row, each);
                }
                if cells.fetch_add(seen, Ordering::Relaxed) + seen > self.limits.cells {
                    return Err(ReadError::too_large(format!("单元格超过 {} 个", self.limits.cells)));
                }
                parts.push(part);
                progress(chunk.read);
            }
            Ok(parts)
        };
        let work = |_| read().inspect_err(|_| lock().stop());
        let parts: Result<Vec<Vec<Part<S>>>, ReadError> =
            (0..rayon::current_num_threads()).into_par_iter().map(work).collect();
        let mut parts: Vec<Part<S>> = parts?.into_iter().flatten().collect();
        parts.sort_unstable_by_key(|part| part.number);
        let chunks = source.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(folded(parts, chunks.sha256()))
    }

    /// The reader goes through the sheet alone; whenever a batch of rows is full, all threads work on it.
    fn fold_gathered<S: Send>(
        &self,
        body: &Body,
        new: &(impl Fn() -> S + Sync),
        each: &(impl Fn(&mut S, &Row<'_>) + Sync),
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Folded<S>, ReadError> {
        let sha256 = sha256(&self.file)?;
        let caller = Caller::default();
        let mut parts: Vec<Part<S>> = Vec::new();
        let mut handle = |batch: &mut Batch| {
            let indices: Vec<usize> = (0..batch.rows.len()).collect();
            let work = |indices: &[usize]| {
                let mut part = Part::new(0, new());
                for row in indices.iter().filter_map(|&index| batch.row(index, &self.columns)) {
                    part.take(self, &row, each);
                }
                part
            };
            caller.run(|| parts.par_extend(indices.par_chunks(ROWS_TOGETHER).map(work)));
            Ok(ControlFlow::Continue(()))
        };
        let columns = self.header.headings.len();
        let mut gather = Gather::new(&self.limits, columns, ROWS_IN_BATCH, &mut handle);
        let read = contained(&caller, || body.rows(&mut gather).and_then(|()| gather.finish()));
        read.map_err(|error| error.at(&place(&self.header.sheet)))?;
        progress(self.bytes);
        Ok(folded(parts, sha256))
    }
}

fn folded<S>(parts: Vec<Part<S>>, sha256: [u8; 32]) -> Folded<S> {
    let mut all =
        Folded { parts: Vec::new(), rows: 0, footers: Vec::new(), footers_skipped: 0, garbled: 0, sha256 };
    for Part { state, tally, .. } in parts {
        all.rows += tally.rows;
        all.garbled += tally.garbled;
        all.footers_skipped += tally.footers_skipped;
        let room = FOOTERS_NAMED - all.footers.len();
        all.footers.extend(tally.footers.into_iter().take(room));
        all.parts.push(state);
    }
    all
}
