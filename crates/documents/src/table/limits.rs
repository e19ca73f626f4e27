//! How much a file may ask for before it is refused. Each number has its reason beside it.

use super::ReadError;
use std::time::{Duration, Instant};

/// Bounds on one file. They are checked against what is really read or inflated, never against what a file claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file itself. 4 GiB: ten times the largest list foreseen (five million children, 450 MB).
    pub file: u64,
    /// Bytes inflated from one workbook. 2 GiB: a sheet filled to Excel's last row with 45 columns takes 1.9 GB.
    pub inflated: u64,
    /// Inflated bytes for each stored byte of a part, counted beyond its first 4 MiB. 100: office programs reach 30
    /// on blank forms; a bomb needs several hundred to be worth sending (Apache POI draws the same line).
    pub ratio: u64,
    /// Cells read from one file. 100 million: Excel's last row × 95 columns.
    pub cells: u64,
    /// Columns of a header. 1,024: the national roll template has 83; forms with notes stay below 300. What
    /// stands further right is not read.
    pub columns: usize,
    /// Bytes of text in one cell, and of one mark-up element. 256 KiB: Excel allows 32,767 characters, each up to 8
    /// bytes when written as an entity.
    pub text: usize,
    /// Bytes of all the texts shared between the cells of one workbook, which must be held in memory. 64 MiB: 350,000
    /// pupils with addresses and two parents; beyond that, .csv needs no such table.
    pub shared: usize,
    /// Seconds for one pass over the file. 300: a hundred times what five million rows take.
    pub seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            file: 4 << 30,
            inflated: 2 << 30,
            ratio: 100,
            cells: 100_000_000,
            columns: 1024,
            text: 256 << 10,
            shared: 64 << 20,
            seconds: 300,
        }
    }
}

/// The moment by which a pass over a file must be done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    start: Instant,
    seconds: u64,
}

impl Deadline {
    pub(crate) fn after(limits: &Limits) -> Deadline {
        Deadline { start: Instant::now(), seconds: limits.seconds }
    }

    pub(crate) fn check(&self) -> Result<(), ReadError> {
        if self.start.elapsed() > Duration::from_secs(self.seconds) {
            return Err(ReadError::too_slow(self.seconds));
        }
        Ok(())
    }
}
