//! Takes cells from the readers that go through a file in one piece (workbooks, web pages) and hands rows on in
//! batches, so that memory follows the cells that are there, not the size a sheet claims (E02).

use super::cell::is_blank;
use super::limits::Deadline;
use super::row::{Batch, Span};
use super::{Limits, ReadError};
use std::ops::ControlFlow;

/// Text, cells and rows after which a batch is handed on: some megabytes.
const TEXT: usize = 1 << 20;
const CELLS: usize = 1 << 17;

/// What is done with a batch; it may ask for no more.
pub(crate) type Handle<'h> = dyn FnMut(&mut Batch) -> Result<ControlFlow<()>, ReadError> + 'h;

pub(crate) struct Gather<'h> {
    batch: Batch,
    columns: usize,
    rows: usize,
    cells_left: u64,
    limits: Limits,
    deadline: Deadline,
    handle: &'h mut Handle<'h>,
}

impl<'h> Gather<'h> {
    /// Hands on batches of at most `rows` rows; cells from column `columns` on are not kept.
    pub(crate) fn new(limits: &Limits, columns: usize, rows: usize, handle: &'h mut Handle<'h>) -> Self {
        Gather {
            batch: Batch::default(),
            columns,
            rows,
            cells_left: limits.cells,
            limits: *limits,
            deadline: Deadline::after(limits),
            handle,
        }
    }

    pub(crate) fn deadline(&self) -> Deadline {
        self.deadline
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Begins the row at this line of the sheet, from 1.
    pub(crate) fn start(&mut self, line: u64) {
        self.batch.rows.push((line, self.batch.cells.len()));
    }

    /// Puts a cell into the row, in any order; of two in one place the later counts.
    pub(crate) fn cell(&mut self, column: usize, text: &str) -> Result<(), ReadError> {
        self.cells_left = self.cells_left.checked_sub(1).ok_or_else(|| self.too_many())?;
        if column >= self.columns || text.is_empty() {
            return Ok(());
        }
        if text.len() > self.limits.text {
            return Err(ReadError::too_large(format!("有一个单元格超过 {} KB", self.limits.text >> 10)));
        }
        let Some(&(_, first)) = self.batch.rows.last() else { return Ok(()) };
        let (start, at) = (self.batch.text.len(), first + column);
        self.batch.text.push_str(text);
        // A batch holds little more than one MiB of text.
        let narrow = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
        let span = Span { start: narrow(start), end: narrow(start + text.len()), scratch: false };
        if self.batch.cells.len() <= at {
            self.batch.cells.resize(at + 1, Span::default());
        }
        if let Some(cell) = self.batch.cells.get_mut(at) {
            *cell = span;
        }
        Ok(())
    }

    /// Ends the row; a blank one is dropped.
    pub(crate) fn end(&mut self) -> Result<ControlFlow<()>, ReadError> {
        let Some(&(_, first)) = self.batch.rows.last() else { return Ok(ControlFlow::Continue(())) };
        let blank = self.batch.cells.get(first..).unwrap_or_default().iter().all(|span| {
            let text = self.batch.text.get(span.start as usize..span.end as usize);
            text.unwrap_or_default().chars().all(is_blank)
        });
        if blank {
            self.batch.rows.pop();
            self.batch.cells.truncate(first);
        }
        let full = self.batch.rows.len() >= self.rows
            || self.batch.text.len() >= TEXT
            || self.batch.cells.len() >= CELLS;
        if full { self.hand_on() } else { Ok(ControlFlow::Continue(())) }
    }

    /// Hands on what is left.
    pub(crate) fn finish(mut self) -> Result<(), ReadError> {
        if !self.batch.rows.is_empty() {
            let _ = self.hand_on()?;
        }
        Ok(())
    }

    fn hand_on(&mut self) -> Result<ControlFlow<()>, ReadError> {
        self.deadline.check()?;
        let flow = (self.handle)(&mut self.batch)?;
        self.batch.clear();
        Ok(flow)
    }

    fn too_many(&self) -> ReadError {
        ReadError::too_large(format!("单元格超过 {} 个", self.limits.cells))
    }
}

/// Texts that many cells share, held in one piece.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    text: String,
    ends: Vec<u32>,
}

impl Texts {
    /// Adds the next text, within the limits of memory (E02).
    pub(crate) fn push(&mut self, text: &str, limits: &Limits) -> Result<(), ReadError> {
        self.text.push_str(text);
        let held = self.text.len() + self.ends.len() * size_of::<u32>();
        match u32::try_from(self.text.len()) {
            Ok(end) if held <= limits.shared => self.ends.push(end),
            _ => return Err(ReadError::too_large(format!("文字共有 {} MB 以上", limits.shared >> 20))),
        }
        Ok(())
    }

    pub(crate) fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start =
            index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        self.text.get(start as usize..end as usize)
    }
}
