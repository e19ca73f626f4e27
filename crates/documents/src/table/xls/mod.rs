//! BIFF8 workbooks, the .xls of Excel 97–2003, record by record ([MS-XLS]). Only the records that carry values are
//! looked at; what a file claims about the size of a sheet or the number of its texts reserves nothing (E02).

mod records;

use super::gather::{Gather, Texts};
use super::number::{Epoch, Shown, shown, text};
use super::sniff::stranger;
use super::{Kind, Limits, ReadError};
use records::{Records, f64_at, u16_at, u32_at};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt;

/// A workbook whose sheets have not been read.
#[derive(Debug)]
pub(crate) struct Workbook {
    file: File,
    bytes: u64,
    pub(crate) sheets: Vec<Tab>,
    texts: Texts,
    shown: Vec<Shown>,
    epoch: Epoch,
}

/// A sheet of a workbook.
#[derive(Debug)]
pub(crate) struct Tab {
    pub(crate) name: String,
    pub(crate) hidden: bool,
    /// Where its records begin.
    at: u64,
}

/// What compound files that hold no workbook hold instead.
const STRANGERS: [(&str, &str); 4] = [
    ("/WordDocument", "Word 文档"),
    ("/PowerPoint Document", "演示文稿"),
    ("/__properties_version1.0", "邮件"),
    ("/Book", "Excel 95 或更早的文件"),
];

impl Workbook {
    /// Reads what holds for all sheets: their names, the shared texts, the number formats.
    pub(crate) fn open(file: &File, bytes: u64, limits: &Limits) -> Result<Workbook, ReadError> {
        let mut records = stream(file, bytes, 0)?;
        let mut formats: HashMap<u16, Shown> = HashMap::new();
        let (mut sheets, mut styles, mut epoch) = (Vec::new(), Vec::new(), Epoch::From1900);
        let mut texts = Texts::default();
        while let Some(kind) = records.next()? {
            let data = records.data();
            match kind {
                records::BOF if u16_at(data, 0) != Some(0x0600) => {
                    return Err(stranger("Excel 95 或更早的文件"));
                }
                records::FILEPASS => return Err(password()),
                records::DATEMODE if u16_at(data, 0) == Some(1) => epoch = Epoch::From1904,
                // Worksheets only, no charts or macro sheets.
                records::BOUNDSHEET if data.get(5) == Some(&0) => {
                    let at = u32_at(data, 0).ok_or_else(cut_short)?;
                    let name = records::short_text(data.get(6..).unwrap_or_default());
                    let hidden = data.get(4).is_some_and(|state| state & 3 != 0);
                    sheets.push(Tab { name, hidden, at: u64::from(at) });
                }
                records::FORMAT => {
                    if let Some(id) = u16_at(data, 0) {
                        let code = records::text(data.get(2..).unwrap_or_default());
                        formats.insert(id, shown(id, Some(&code)));
                    }
                }
                records::XF => {
                    let id = u16_at(data, 2).unwrap_or_default();
                    styles.push(formats.get(&id).copied().unwrap_or_else(|| shown(id, None)));
                }
                records::SST => records.shared(&mut texts, limits)?,
                records::EOF => break,
                _ => {}
            }
        }
        if sheets.is_empty() {
            return Err(ReadError::damaged("工作簿里没有工作表"));
        }
        let file = file.try_clone().map_err(|error| ReadError::disk(&error))?;
        Ok(Workbook { file, bytes, sheets, texts, shown: styles, epoch })
    }

    /// Hands the rows of a sheet to `gather`, until it asks for no more.
    pub(crate) fn rows(&self, sheet: usize, gather: &mut Gather<'_>) -> Result<(), ReadError> {
        let Some(tab) = self.sheets.get(sheet) else { return Ok(()) };
        let mut records = stream(&self.file, self.bytes, tab.at)?;
        if records.next()? != Some(records::BOF) {
            return Err(ReadError::damaged("工作表的位置不对"));
        }
        let mut row = None;
        // Charts that are embedded in the sheet have records of their own between BOF and EOF.
        let mut depth = 0u32;
        let mut awaits_text = None;
        while let Some(kind) = records.next()? {
            let data = records.data();
            match kind {
                records::BOF => depth += 1,
                records::EOF if depth == 0 => {
                    return if row.is_some() { gather.end().map(|_| ()) } else { Ok(()) };
                }
                records::EOF => depth -= 1,
                _ if depth > 0 => {}
                records::STRING => {
                    if let Some(column) = awaits_text.take() {
                        gather.cell(column, &records::text(data))?;
                    }
                }
                kind if records::is_cell(kind) => {
                    let (Some(at), Some(column)) = (u16_at(data, 0), u16_at(data, 2)) else {
                        return Err(cut_short());
                    };
                    if row != Some(at) {
                        if row.is_some_and(|row| row > at) {
                            return Err(ReadError::damaged("工作表里各行的次序不对"));
                        }
                        if row.is_some() && gather.end()? == ControlFlow::Break(()) {
                            return Ok(());
                        }
                        row = Some(at);
                        gather.start(u64::from(at) + 1);
                    }
                    let column = usize::from(column);
                    awaits_text = self.cell(kind, data, column, gather)?;
                }
                _ => {}
            }
        }
        Err(cut_short())
    }

    /// Puts the value of one cell record; the column, when its text comes in a record of its own.
    fn cell(
        &self,
        kind: u16,
        data: &[u8],
        column: usize,
        gather: &mut Gather<'_>,
    ) -> Result<Option<usize>, ReadError> {
        let shown = |at| {
            let style = u16_at(data, at).map(usize::from).unwrap_or_default();
            self.shown.get(style).copied().unwrap_or_default()
        };
        let number = |number: f64, shown| text(number, shown, self.epoch);
        match kind {
            records::LABELSST => {
                let index = u32_at(data, 6).and_then(|index| usize::try_from(index).ok());
                let text = index.and_then(|index| self.texts.get(index));
                gather.cell(column, text.ok_or_else(|| ReadError::damaged("单元格指向不存在的文字"))?)?;
            }
            records::LABEL | records::RSTRING => {
                gather.cell(column, &records::text(data.get(6..).unwrap_or_default()))?;
            }
            records::NUMBER => {
                let value = f64_at(data, 6).ok_or_else(cut_short)?;
                gather.cell(column, &number(value, shown(4)))?;
            }
            records::RK => {
                let value = u32_at(data, 6).ok_or_else(cut_short)?;
                gather.cell(column, &number(records::rk(value), shown(4)))?;
            }
            records::MULRK => {
                // A format and a number for each column, and the last column at the end.
                let count = data.len().saturating_sub(6) / 6;
                for index in 0..count {
                    let value = u32_at(data, 6 + index * 6).ok_or_else(cut_short)?;
                    gather.cell(column + index, &number(records::rk(value), shown(4 + index * 6)))?;
                }
            }
            records::BOOLERR => {
                if let (Some(value), Some(0)) = (data.get(6), data.get(7)) {
                    gather.cell(column, if *value == 0 { "否" } else { "是" })?;
                }
            }
            records::FORMULA => match data.get(6..14) {
                Some([0, .., 0xff, 0xff]) => return Ok(Some(column)),
                Some([1, _, value, .., 0xff, 0xff]) => {
                    gather.cell(column, if *value == 0 { "否" } else { "是" })?;
                }
                Some([.., 0xff, 0xff]) => {}
                _ => {
                    let value = f64_at(data, 6).ok_or_else(cut_short)?;
                    gather.cell(column, &number(value, shown(4)))?;
                }
            },
            _ => {}
        }
        Ok(None)
    }
}

/// The stream of records of a workbook, from `at` on.
fn stream(file: &File, bytes: u64, at: u64) -> Result<Records<Stream<'_>>, ReadError> {
    let window = Window { file, bytes, at: 0 };
    let mut compound = cfb::CompoundFile::open(window)
        .map_err(|_| ReadError::damaged("文件的目录读不懂，可能没有下载完"))?;
    if compound.exists("/EncryptedPackage") || compound.exists("/EncryptionInfo") {
        return Err(password());
    }
    if !compound.exists("/Workbook") {
        let known = STRANGERS.iter().find(|(stream, _)| compound.exists(stream));
        return Err(stranger(known.map_or("其他办公软件的文件（如 .et、.doc）", |(_, name)| name)));
    }
    let mut stream = compound.open_stream("/Workbook").map_err(|_| ReadError::damaged("找不到工作簿"))?;
    if stream.len() > bytes {
        return Err(ReadError::damaged("工作簿比文件还长"));
    }
    stream.seek(SeekFrom::Start(at)).map_err(|_| ReadError::damaged("工作表的位置不对"))?;
    Ok(Records::new(Stream { stream, _compound: compound }))
}

fn password() -> ReadError {
    ReadError::new(
        Kind::Password,
        "文件设了密码",
        "请在 Excel 或 WPS 里打开，取消密码（文件—信息—保护工作簿），另存后再试",
    )
}

fn cut_short() -> ReadError {
    ReadError::damaged("工作簿没有写完")
}

/// The stream of a compound file, which must outlive it.
struct Stream<'f> {
    stream: cfb::Stream<Window<'f>>,
    _compound: cfb::CompoundFile<Window<'f>>,
}

impl Read for Stream<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.stream.read(bytes)
    }
}

/// The file, read by position, so that several readers may share it.
struct Window<'f> {
    file: &'f File,
    bytes: u64,
    at: u64,
}

impl Read for Window<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(bytes, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Window<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let (from, by) = match to {
            SeekFrom::Start(at) => (at, 0),
            SeekFrom::End(by) => (self.bytes, by),
            SeekFrom::Current(by) => (self.at, by),
        };
        self.at = from.checked_add_signed(by).ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
