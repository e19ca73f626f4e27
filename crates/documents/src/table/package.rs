//! The ZIP archive around a workbook, read with suspicion: every size it claims is checked, and checked again while
//! inflating (E01). Knows no more of the format than office programs use: stored and deflated parts, ZIP64.
//!
//! Why not the `zip` crate: it holds the whole central directory in memory before anything can be refused, a guard
//! beside it would have to read the same bytes a second time and could understand them differently, and its readers
//! borrow the archive. See ADR 0003.

use super::limits::Deadline;
use super::{Kind, Limits, ReadError};
use crc32fast::Hasher;
use flate2::bufread::DeflateDecoder;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// Parts of an archive: a workbook with a hundred sheets and their pictures has a few hundred.
const PARTS: u64 = 4096;
/// Bytes of the central directory, which is held in memory.
const DIRECTORY: u64 = 1 << 20;
/// Inflated bytes of a part that are free of the ratio rule: an almost empty form is mostly repetition.
const FREE: u64 = 4 << 20;

#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) name: String,
    deflated: bool,
    crc: u32,
    stored: u64,
    size: u64,
    /// Where its local header begins.
    at: u64,
}

#[derive(Debug)]
pub(crate) struct Package {
    file: Arc<File>,
    parts: Vec<Part>,
    limits: Limits,
}

impl Package {
    /// Reads the directory of the archive and checks that it can be true.
    pub(crate) fn open(file: &File, bytes: u64, limits: &Limits) -> Result<Package, ReadError> {
        let file = Arc::new(file.try_clone().map_err(|error| ReadError::disk(&error))?);
        let directory = directory(&file, bytes)?;
        let mut parts = Vec::new();
        let mut rest = directory.bytes.as_slice();
        while let Some((part, after)) = entry(rest, directory.shift)? {
            parts.push(part);
            rest = after;
        }
        if parts.len() as u64 != directory.count {
            return Err(ReadError::damaged("压缩目录的条目数不对"));
        }
        credible(&mut parts, directory.at, limits)?;
        Ok(Package { file, parts, limits: *limits })
    }

    /// The part with this name; office programs do not distinguish case.
    pub(crate) fn part(&self, name: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.name.eq_ignore_ascii_case(name))
    }

    pub(crate) fn has_under(&self, folder: &str) -> bool {
        self.parts.iter().any(|part| part.name.starts_with(folder))
    }

    /// The bytes of a part.
    pub(crate) fn read(&self, part: &Part, deadline: Deadline) -> Result<Inflating, ReadError> {
        let header: [u8; 30] = take(&self.file, part.at)?;
        if !header.starts_with(b"PK\x03\x04") {
            return Err(ReadError::damaged("压缩包里找不到某个部分的开头"));
        }
        let from = part.at + 30 + u64::from(le16(&header, 26)?) + u64::from(le16(&header, 28)?);
        let slice = Slice { file: Arc::clone(&self.file), at: from, end: from + part.stored };
        Ok(Inflating {
            source: if part.deflated {
                Source::Deflated(DeflateDecoder::new(BufReader::with_capacity(32 << 10, slice)))
            } else {
                Source::Stored(slice)
            },
            part: part.clone(),
            given: 0,
            since_mark: 0,
            longest: self.limits.text.saturating_add(128 << 10),
            crc: Hasher::new(),
            deadline,
        })
    }
}

struct Directory {
    bytes: Vec<u8>,
    count: u64,
    at: u64,
    /// How far everything is displaced because something stands in front of the archive.
    shift: u64,
}

fn cut_short() -> ReadError {
    ReadError::damaged("压缩包不完整，可能没有下载或拷贝完")
}

/// Finds the end record, behind which a comment of up to 64 KiB may stand, and through it the directory.
fn directory(file: &File, bytes: u64) -> Result<Directory, ReadError> {
    let tail_at = bytes.saturating_sub(22 + 65_535);
    let mut tail = vec![0; usize::try_from(bytes - tail_at).unwrap_or_default()];
    file.read_exact_at(&mut tail, tail_at).map_err(|error| ReadError::disk(&error))?;
    let found = memchr::memmem::rfind(&tail, b"PK\x05\x06").ok_or_else(cut_short)?;
    let end = tail.get(found..).unwrap_or_default();
    if end.len() < 22 + usize::from(le16(end, 20)?) {
        return Err(cut_short());
    }
    let end_at = tail_at + found as u64;
    let (mut count, mut size, mut at) =
        (u64::from(le16(end, 10)?), u64::from(le32(end, 12)?), u64::from(le32(end, 16)?));
    let mut behind = end_at;
    if count == 0xffff || size == 0xffff_ffff || at == 0xffff_ffff {
        let locator: [u8; 20] = take(file, end_at.checked_sub(20).ok_or_else(cut_short)?)?;
        if locator.starts_with(b"PK\x06\x07") {
            behind = le64(&locator, 8)?;
            let record: [u8; 56] = take(file, behind)?;
            if !record.starts_with(b"PK\x06\x06") {
                return Err(cut_short());
            }
            (count, size, at) = (le64(&record, 32)?, le64(&record, 40)?, le64(&record, 48)?);
        }
    }
    if count > PARTS || size > DIRECTORY {
        return Err(ReadError::too_large(format!("压缩包里有 {count} 个部分，不是正常的工作簿")));
    }
    let shift = behind.checked_sub(size).and_then(|begin| begin.checked_sub(at)).ok_or_else(cut_short)?;
    let mut directory = vec![0; usize::try_from(size).unwrap_or_default()];
    file.read_exact_at(&mut directory, at + shift).map_err(|_| cut_short())?;
    Ok(Directory { bytes: directory, count, at: at + shift, shift })
}

/// The first entry of a directory, and what follows it; `None` at its end.
fn entry(bytes: &[u8], shift: u64) -> Result<Option<(Part, &[u8])>, ReadError> {
    if bytes.is_empty() {
        return Ok(None);
    }
    if !bytes.starts_with(b"PK\x01\x02") {
        return Err(ReadError::damaged("压缩目录读不懂"));
    }
    let (flags, method) = (le16(bytes, 8)?, le16(bytes, 10)?);
    let lengths =
        (usize::from(le16(bytes, 28)?), usize::from(le16(bytes, 30)?), usize::from(le16(bytes, 32)?));
    let name = bytes.get(46..46 + lengths.0).ok_or_else(cut_short)?;
    let extra = bytes.get(46 + lengths.0..46 + lengths.0 + lengths.1).ok_or_else(cut_short)?;
    let after = bytes.get(46 + lengths.0 + lengths.1 + lengths.2..).ok_or_else(cut_short)?;
    if flags & 1 != 0 {
        return Err(ReadError::new(Kind::Password, "压缩包设了密码", "请解除密码后再试"));
    }
    if method != 0 && method != 8 {
        return Err(ReadError::damaged("用了办公软件不用的压缩方法"));
    }
    let mut wide = zip64(extra);
    let mut field = |at| -> Result<u64, ReadError> {
        match le32(bytes, at)? {
            0xffff_ffff => wide.next().ok_or_else(cut_short),
            narrow => Ok(u64::from(narrow)),
        }
    };
    let (size, stored, at) = (field(24)?, field(20)?, field(42)?);
    let part = Part {
        // Some writers for Windows put backslashes.
        name: String::from_utf8_lossy(name).replace('\\', "/"),
        deflated: method == 8,
        crc: le32(bytes, 16)?,
        stored,
        size,
        at: at.checked_add(shift).ok_or_else(cut_short)?,
    };
    Ok(Some((part, after)))
}

/// The 64-bit values of an entry, in the order of those that did not fit 32 bits.
fn zip64(mut extra: &[u8]) -> impl Iterator<Item = u64> + '_ {
    let mut values: &[u8] = &[];
    while let (Ok(id), Ok(length)) = (le16(extra, 0), le16(extra, 2)) {
        let length = usize::from(length);
        if id == 1 {
            values = extra.get(4..4 + length).unwrap_or_default();
        }
        extra = extra.get(4 + length..).unwrap_or_default();
    }
    values.chunks_exact(8).filter_map(|bytes| bytes.try_into().ok().map(u64::from_le_bytes))
}

/// Could the claims be true: no two parts in the same bytes, none twice, none that swells beyond reason?
fn credible(parts: &mut [Part], directory_at: u64, limits: &Limits) -> Result<(), ReadError> {
    parts.sort_by_key(|part| part.at);
    let ends = parts.iter().skip(1).map(|part| part.at).chain([directory_at]);
    for (part, end) in parts.iter().zip(ends) {
        let needed = part
            .stored
            .checked_add(30 + part.name.len() as u64)
            .and_then(|length| part.at.checked_add(length));
        if needed.is_none_or(|needed| needed > end) {
            return Err(ReadError::too_large("压缩包里的各部分互相重叠，是伪造的"));
        }
        swollen(part.size, part.stored, limits)?;
    }
    let total = parts.iter().fold(0u64, |sum, part| sum.saturating_add(part.size));
    if total > limits.inflated {
        return Err(ReadError::too_large(format!(
            "展开后有 {} MB，超过允许的 {} MB",
            total >> 20,
            limits.inflated >> 20
        )));
    }
    let mut names: Vec<String> = parts.iter().map(|part| part.name.to_ascii_lowercase()).collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
        return Err(ReadError::damaged("压缩包里有同名的部分"));
    }
    Ok(())
}

fn swollen(size: u64, stored: u64, limits: &Limits) -> Result<(), ReadError> {
    if size.saturating_sub(FREE) > stored.saturating_mul(limits.ratio) {
        return Err(ReadError::too_large(format!("有一部分压缩了 {} 倍以上，像是压缩炸弹", limits.ratio)));
    }
    Ok(())
}

/// A stretch of the file.
#[derive(Debug)]
struct Slice {
    file: Arc<File>,
    at: u64,
    end: u64,
}

impl Read for Slice {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.at).unwrap_or(usize::MAX);
        let room = bytes.len().min(left);
        let read = self.file.read_at(bytes.get_mut(..room).unwrap_or_default(), self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

#[derive(Debug)]
enum Source {
    Stored(Slice),
    Deflated(DeflateDecoder<BufReader<Slice>>),
}

/// A part being inflated. Its errors carry a [`ReadError`].
#[derive(Debug)]
pub(crate) struct Inflating {
    source: Source,
    part: Part,
    given: u64,
    /// Bytes given since the consumer last said that it is done with what it had.
    since_mark: usize,
    longest: usize,
    crc: Hasher,
    deadline: Deadline,
}

impl Inflating {
    /// The consumer holds nothing any more of what it was given: what a parser must keep in one piece (an element, a
    /// comment) is thereby bounded, whatever it contains.
    pub(crate) fn mark(&mut self) {
        self.since_mark = 0;
    }

    /// Reads on to the end, so that the checksum is compared.
    pub(crate) fn verify(&mut self) -> io::Result<()> {
        let mut sink = [0; 16 << 10];
        while self.read(&mut sink)? > 0 {
            self.mark();
        }
        Ok(())
    }

    fn refused(error: ReadError) -> io::Error {
        io::Error::other(error)
    }
}

impl Read for Inflating {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if bytes.is_empty() {
            return Ok(0);
        }
        let read = match &mut self.source {
            Source::Stored(slice) => slice.read(bytes),
            Source::Deflated(decoder) => decoder.read(bytes),
        };
        let read = read.map_err(|_| Self::refused(ReadError::damaged("压缩数据解不开")))?;
        self.given += read as u64;
        self.since_mark += read;
        self.crc.update(bytes.get(..read).unwrap_or_default());
        let wrong = if read == 0 && self.given < self.part.size {
            Some(ReadError::damaged("压缩数据不完整"))
        } else if self.given > self.part.size {
            Some(ReadError::too_large("压缩包谎报了大小"))
        } else if read == 0 && self.crc.clone().finalize() != self.part.crc {
            Some(ReadError::damaged("校验码不对"))
        } else if self.since_mark > self.longest {
            Some(ReadError::too_large(format!("有一个单元格或标记超过 {} KB", self.longest >> 10)))
        } else {
            self.deadline.check().err()
        };
        wrong.map_or(Ok(read), |error| Err(Self::refused(error)))
    }
}

fn take<const N: usize>(file: &File, at: u64) -> Result<[u8; N], ReadError> {
    let mut bytes = [0; N];
    file.read_exact_at(&mut bytes, at).map_err(|_| cut_short())?;
    Ok(bytes)
}

fn le16(bytes: &[u8], at: usize) -> Result<u16, ReadError> {
    let found = bytes.get(at..at + 2).and_then(|two| two.try_into().ok());
    found.map(u16::from_le_bytes).ok_or_else(cut_short)
}

fn le32(bytes: &[u8], at: usize) -> Result<u32, ReadError> {
    let found = bytes.get(at..at + 4).and_then(|four| four.try_into().ok());
    found.map(u32::from_le_bytes).ok_or_else(cut_short)
}

fn le64(bytes: &[u8], at: usize) -> Result<u64, ReadError> {
    let found = bytes.get(at..at + 8).and_then(|eight| eight.try_into().ok());
    found.map(u64::from_le_bytes).ok_or_else(cut_short)
}
