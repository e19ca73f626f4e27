//! The records of a BIFF8 stream and the values in them ([MS-XLS] 2.3, 2.5). A value that does not fit its record is
//! absent or cut, never read from beyond.

use super::super::gather::Texts;
use super::super::{Limits, ReadError};
use std::io::{BufRead, BufReader, Read};

pub(super) const FORMULA: u16 = 0x0006;
pub(super) const EOF: u16 = 0x000a;
pub(super) const DATEMODE: u16 = 0x0022;
pub(super) const FILEPASS: u16 = 0x002f;
const CONTINUE: u16 = 0x003c;
pub(super) const BOUNDSHEET: u16 = 0x0085;
pub(super) const MULRK: u16 = 0x00bd;
pub(super) const RSTRING: u16 = 0x00d6;
pub(super) const XF: u16 = 0x00e0;
pub(super) const SST: u16 = 0x00fc;
pub(super) const LABELSST: u16 = 0x00fd;
pub(super) const NUMBER: u16 = 0x0203;
pub(super) const LABEL: u16 = 0x0204;
pub(super) const BOOLERR: u16 = 0x0205;
pub(super) const STRING: u16 = 0x0207;
pub(super) const RK: u16 = 0x027e;
pub(super) const FORMAT: u16 = 0x041e;
pub(super) const BOF: u16 = 0x0809;

/// Does this record hold the value of a cell, beginning with its row and column?
pub(super) fn is_cell(kind: u16) -> bool {
    matches!(kind, FORMULA | MULRK | RSTRING | LABELSST | NUMBER | LABEL | BOOLERR | RK)
}

/// Reads one record after the other.
pub(super) struct Records<R> {
    source: BufReader<R>,
    data: Vec<u8>,
    /// The header of the record to come, when it has been looked at.
    ahead: Option<(u16, u16)>,
    /// How much of the data has been taken by [`Records::shared`].
    taken: usize,
}

impl<R: Read> Records<R> {
    pub(super) fn new(source: R) -> Records<R> {
        Records {
            source: BufReader::with_capacity(64 << 10, source),
            data: Vec::new(),
            ahead: None,
            taken: 0,
        }
    }

    /// The data of the current record.
    pub(super) fn data(&self) -> &[u8] {
        &self.data
    }

    /// The kind of the next record, `None` at the end of the stream.
    pub(super) fn next(&mut self) -> Result<Option<u16>, ReadError> {
        let Some((kind, length)) = self.peek()? else { return Ok(None) };
        self.ahead = None;
        self.data.resize(usize::from(length), 0);
        self.source.read_exact(&mut self.data).map_err(|_| super::cut_short())?;
        self.taken = 0;
        Ok(Some(kind))
    }

    fn peek(&mut self) -> Result<Option<(u16, u16)>, ReadError> {
        if self.ahead.is_none() {
            if self.source.fill_buf().map_err(|_| super::cut_short())?.is_empty() {
                return Ok(None);
            }
            let mut header = [0; 4];
            self.source.read_exact(&mut header).map_err(|_| super::cut_short())?;
            let [a, b, c, d] = header;
            self.ahead = Some((u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d])));
        }
        Ok(self.ahead)
    }

    /// Goes on into the CONTINUE record behind the current one; false when there is none.
    fn go_on(&mut self) -> Result<bool, ReadError> {
        match self.peek()? {
            Some((CONTINUE, _)) => self.next().map(|_| true),
            _ => Ok(false),
        }
    }

    fn byte(&mut self) -> Result<u8, ReadError> {
        while self.taken >= self.data.len() {
            if !self.go_on()? {
                return Err(super::cut_short());
            }
        }
        let byte = self.data.get(self.taken).copied().unwrap_or_default();
        self.taken += 1;
        Ok(byte)
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], ReadError> {
        let mut bytes = [0; N];
        for byte in &mut bytes {
            *byte = self.byte()?;
        }
        Ok(bytes)
    }

    fn skip(&mut self, mut count: usize) -> Result<(), ReadError> {
        while count > 0 {
            let here = count.min(self.data.len().saturating_sub(self.taken));
            self.taken += here;
            count -= here;
            if count > 0 && !self.go_on()? {
                return Err(super::cut_short());
            }
        }
        Ok(())
    }

    /// The shared texts, which begin in the current record and run on over CONTINUE records.
    pub(super) fn shared(&mut self, texts: &mut Texts, limits: &Limits) -> Result<(), ReadError> {
        let _total: [u8; 4] = self.bytes()?;
        let count = u32::from_le_bytes(self.bytes()?);
        let mut text = String::new();
        for _ in 0..count {
            text.clear();
            self.rich_text(&mut text)?;
            texts.push(&text, limits)?;
        }
        Ok(())
    }

    /// One text with its formatting runs and reading aids, which are left out ([MS-XLS] 2.5.293).
    fn rich_text(&mut self, text: &mut String) -> Result<(), ReadError> {
        let mut left = usize::from(u16::from_le_bytes(self.bytes()?));
        let flags = self.byte()?;
        let runs = if flags & 8 != 0 { usize::from(u16::from_le_bytes(self.bytes()?)) } else { 0 };
        let aids = if flags & 4 != 0 {
            usize::try_from(u32::from_le_bytes(self.bytes()?)).unwrap_or(usize::MAX)
        } else {
            0
        };
        let mut wide = flags & 1 != 0;
        let mut units = Vec::with_capacity(left);
        while left > 0 {
            if self.taken >= self.data.len() {
                if !self.go_on()? {
                    return Err(super::cut_short());
                }
                // The text may go on in the other width.
                wide = self.byte()? & 1 != 0;
            }
            let rest = self.data.get(self.taken..).unwrap_or_default();
            let width = if wide { 2 } else { 1 };
            let here = left.min(rest.len() / width);
            if here == 0 {
                return Err(super::cut_short());
            }
            units.extend(units_of(rest.get(..here * width).unwrap_or_default(), wide));
            self.taken += here * width;
            left -= here;
        }
        text.extend(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
        self.skip(runs.saturating_mul(4).saturating_add(aids))
    }
}

/// UTF-16 units stored in two bytes each, or in one where the upper byte is zero.
fn units_of(bytes: &[u8], wide: bool) -> Vec<u16> {
    if wide {
        bytes.chunks_exact(2).filter_map(|pair| pair.try_into().ok()).map(u16::from_le_bytes).collect()
    } else {
        bytes.iter().copied().map(u16::from).collect()
    }
}

/// A text with a length of two bytes ([MS-XLS] 2.5.294).
pub(super) fn text(data: &[u8]) -> String {
    let length = u16_at(data, 0).map(usize::from).unwrap_or_default();
    characters(data.get(2..).unwrap_or_default(), length)
}

/// A text with a length of one byte ([MS-XLS] 2.5.240).
pub(super) fn short_text(data: &[u8]) -> String {
    let length = data.first().copied().map(usize::from).unwrap_or_default();
    characters(data.get(1..).unwrap_or_default(), length)
}

fn characters(data: &[u8], length: usize) -> String {
    let Some((flags, data)) = data.split_first() else { return String::new() };
    let wide = flags & 1 != 0;
    let bytes = if wide { length * 2 } else { length };
    String::from_utf16_lossy(&units_of(data.get(..bytes).unwrap_or(data), wide))
}

/// A number in the short form ([MS-XLS] 2.5.217): the upper 30 bits of a float or of an integer, perhaps in hundredths.
pub(super) fn rk(value: u32) -> f64 {
    let number = if value & 2 != 0 {
        f64::from(value.cast_signed() >> 2)
    } else {
        f64::from_bits(u64::from(value & !3) << 32)
    };
    if value & 1 != 0 { number / 100.0 } else { number }
}

pub(super) fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    data.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
}

pub(super) fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    data.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

/// A finite number; anything else has no meaning in a cell.
pub(super) fn f64_at(data: &[u8], at: usize) -> Option<f64> {
    data.get(at..at + 8)?.try_into().ok().map(f64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_numbers() {
        let check = |value: u32, expected: f64| assert!((rk(value) - expected).abs() < 1e-9, "{value:x}");
        check((5 << 2) | 2, 5.0);
        check((-5i32 << 2).cast_unsigned() | 2, -5.0);
        check((1234 << 2) | 3, 12.34);
        check(0x3ff0_0000, 1.0);
        check(0x4059_0001, 1.0);
    }
}
