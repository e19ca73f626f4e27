//! One row of data, borrowed from the text it was read from, and the batches in which readers hand rows over.

use super::cell::{is_blank, trimmed};

/// Where the text of one cell stands.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// In the scratch text (a quoted value whose doubled quotes were undone) rather than in the main text.
    pub(crate) scratch: bool,
}

/// One row of data.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    pub(crate) text: &'a str,
    pub(crate) scratch: &'a str,
    pub(crate) cells: &'a [Span],
    pub(crate) columns: &'a [Option<usize>],
    pub(crate) line: u64,
}

impl<'a> Row<'a> {
    /// The value of a field (an index into [`super::Schema::fields`]), trimmed of spaces of every kind, zero-width
    /// marks and the apostrophe or `="…"` that only keeps Excel quiet; empty when the cell or the column is absent.
    pub fn get(&self, field: usize) -> &'a str {
        let column = self.columns.get(field).copied().flatten();
        column.and_then(|column| self.cells.get(column)).map_or("", |&span| trimmed(self.written(span)))
    }

    /// Every cell from the left as it stands, for the workbook of rows to correct. Cells right of the last filled one
    /// are left out.
    pub fn cells(&self) -> impl Iterator<Item = &'a str> {
        let row = *self;
        self.cells.iter().map(move |&span| row.written(span))
    }

    /// The line in the sheet or file, from 1: what Excel shows at the left edge. In a text file a quoted value may
    /// span several lines; the first counts.
    pub fn line(&self) -> u64 {
        self.line
    }

    pub(crate) fn is_blank(&self) -> bool {
        self.cells.iter().all(|&span| self.written(span).chars().all(is_blank))
    }

    fn written(&self, span: Span) -> &'a str {
        let text = if span.scratch { self.scratch } else { self.text };
        text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }
}

/// Rows gathered by a reader that cannot be split (a workbook, a web page), to be worked on together.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) text: String,
    pub(crate) cells: Vec<Span>,
    /// For each row its line and its first cell.
    pub(crate) rows: Vec<(u64, usize)>,
}

impl Batch {
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.cells.clear();
        self.rows.clear();
    }

    /// The rows with their cells.
    pub(crate) fn row<'a>(&'a self, index: usize, columns: &'a [Option<usize>]) -> Option<Row<'a>> {
        let &(line, first) = self.rows.get(index)?;
        let end = self.rows.get(index + 1).map_or(self.cells.len(), |next| next.1);
        let cells = self.cells.get(first..end)?;
        Some(Row { text: &self.text, scratch: "", cells, columns, line })
    }
}
