//! Streams the rows of an opened table one after another, in the order of the file and in bounded memory, for a caller
//! who stores them. Who can work on rows in any order reads faster with [`Table::fold`].

use super::contain::{Caller, contained};
use super::fold::{ROWS_IN_BATCH, Tally};
use super::gather::Gather;
use super::limits::Deadline;
use super::open::{Body, file_name, no_rows, place};
use super::row::Batch;
use super::text::{Chunk, Chunks, Rows, Shape, decoded, sha256};
use super::{Footer, ReadError, Row, Table};
use std::ops::ControlFlow;

/// All that came of going through a file once.
#[derive(Debug)]
pub struct Walked {
    /// Rows of data that were handed on: neither blank nor footers.
    pub rows: u64,
    /// Lines that were skipped, such as 合计 and 填表人; at most twenty are named.
    pub footers: Vec<Footer>,
    /// How many lines were skipped as footers.
    pub footers_skipped: u64,
    /// Byte sequences that mean nothing in the file's encoding; each became U+FFFD in its value.
    pub garbled: u64,
    /// The SHA-256 of the file; `None` when the caller asked for no more before its end.
    pub sha256: Option<[u8; 32]>,
}

/// What is done with a row; it may ask for no more.
type Each<'e> = dyn FnMut(&Row<'_>) -> ControlFlow<()> + 'e;

impl Table {
    /// Calls `row` for every row of data, the n-th call with data row n, until it asks for no more. Blank rows and
    /// footers are not rows. `progress` is told how many bytes of the file have been read.
    ///
    /// # Errors
    /// [`ReadError`] when the file turns out damaged, too large or too slow half-way, or holds no row of data; the
    /// caller must then drop what was done with the rows before.
    pub fn walk(&self, row: &mut Each<'_>, progress: &(dyn Fn(u64) + Sync)) -> Result<Walked, ReadError> {
        let mut tally = Tally::default();
        let walked = match &self.body {
            Body::Text(shape) => self.walk_text(*shape, &mut tally, row, progress),
            body => self.walk_gathered(body, &mut tally, row, progress),
        };
        let sha256 = walked.map_err(|error| error.at(&file_name(&self.path)))?;
        if tally.rows == 0 {
            return Err(no_rows().at(&file_name(&self.path)));
        }
        let Tally { rows, footers, footers_skipped, garbled } = tally;
        Ok(Walked { rows, footers, footers_skipped, garbled, sha256 })
    }

    fn walk_text(
        &self,
        shape: Shape,
        tally: &mut Tally,
        each: &mut Each<'_>,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Option<[u8; 32]>, ReadError> {
        let deadline = Deadline::after(&self.limits);
        let mut cells = 0_u64;
        let mut chunks = Chunks::new(&self.file, shape)?;
        let mut chunk = Chunk::default();
        while chunks.next(&mut chunk)? {
            deadline.check()?;
            let (text, garbled) = decoded(&chunk.bytes, shape.encoding);
            tally.garbled += garbled;
            let mut rows = Rows::new(&text, chunk.line, shape, self.limits.columns);
            while let Some(row) = rows.next(&self.columns) {
                cells += row.cells.len() as u64;
                if tally.is_data(self, &row) && each(&row).is_break() {
                    return Ok(None);
                }
            }
            if cells > self.limits.cells {
                return Err(ReadError::too_large(format!("单元格超过 {} 个", self.limits.cells)));
            }
            progress(chunk.read);
        }
        Ok(Some(chunks.sha256()))
    }

    fn walk_gathered(
        &self,
        body: &Body,
        tally: &mut Tally,
        each: &mut Each<'_>,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Option<[u8; 32]>, ReadError> {
        let caller = Caller::default();
        let mut stopped = false;
        let mut handle = |batch: &mut Batch| {
            for row in (0..batch.rows.len()).filter_map(|index| batch.row(index, &self.columns)) {
                if tally.is_data(self, &row) && caller.run(|| each(&row)).is_break() {
                    stopped = true;
                    return Ok(ControlFlow::Break(()));
                }
            }
            Ok(ControlFlow::Continue(()))
        };
        let columns = self.header.headings.len();
        let mut gather = Gather::new(&self.limits, columns, ROWS_IN_BATCH, &mut handle);
        let read = contained(&caller, || body.rows(&mut gather).and_then(|()| gather.finish()));
        read.map_err(|error| error.at(&place(&self.header.sheet)))?;
        if stopped {
            return Ok(None);
        }
        progress(self.bytes);
        sha256(&self.file).map(Some)
    }
}
