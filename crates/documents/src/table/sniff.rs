//! Says from its first bytes what a file is. The name of a file decides nothing: exports named .xls are web pages or
//! text as often as not (E04).

use super::{Encoding, Kind, ReadError};
use encoding_rs::GB18030;
use memchr::memmem;

/// What a reader exists for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nature {
    /// A ZIP archive, which may hold a workbook.
    Zip,
    /// An OLE compound file, which may hold a workbook.
    Ole,
    /// A web page in this encoding, behind a mark of so many bytes.
    Html(Encoding, u8),
    /// Text in this encoding, behind a mark of so many bytes.
    Text(Encoding, u8),
}

/// Beginnings of what people send by mistake, and what it is called.
const STRANGERS: [(&[u8], &str); 19] = [
    (b"%PDF", "PDF 文件"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"BM", "图片"),
    (b"II*\0", "图片"),
    (b"MM\0*", "图片"),
    (b"RIFF", "图片或音像文件"),
    (b"Rar!", "RAR 压缩包"),
    (b"7z\xbc\xaf", "7z 压缩包"),
    (b"\x1f\x8b", "GZ 压缩包"),
    (b"BZh", "BZ2 压缩包"),
    (b"MZ", "程序"),
    (b"\x7fELF", "程序"),
    (b"{\\rtf", "RTF 文档"),
    (b"SQLite format 3", "数据库文件"),
    (b"\0\x01\0\0Standard Jet", "Access 数据库"),
    (b"\0\x01\0\0Standard ACE", "Access 数据库"),
    (b"\x09\x08\x10\0\0\x06", "不完整的 Excel 97 文件"),
];

/// The nature of the file whose first bytes are `start`; the whole file when it is shorter than 1 MiB.
pub(crate) fn nature(start: &[u8]) -> Result<Nature, ReadError> {
    if start.is_empty() {
        return Err(ReadError::new(Kind::Empty, "文件是空的", "请重新导出后再试"));
    }
    if start.starts_with(b"PK\x03\x04")
        || start.starts_with(b"PK\x05\x06")
        || start.starts_with(b"PK\x07\x08")
    {
        return Ok(Nature::Zip);
    }
    if start.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return Ok(Nature::Ole);
    }
    if let Some((_, name)) = STRANGERS.iter().find(|(beginning, _)| start.starts_with(beginning)) {
        return Err(stranger(name));
    }
    // BIFF2 to BIFF4 stand bare in a file, without a compound file around them.
    if let [0x09, 0x00 | 0x02 | 0x04, 0x04 | 0x06, 0x00, ..] = start {
        return Err(stranger("Excel 4 及更早的文件"));
    }
    let (encoding, mark) = match start {
        [0xef, 0xbb, 0xbf, ..] => (Encoding::Utf8, 3),
        [0xff, 0xfe, ..] => (Encoding::Utf16Le, 2),
        [0xfe, 0xff, ..] => (Encoding::Utf16Be, 2),
        _ if start.contains(&0) => return Err(stranger("程序数据")),
        _ => (unmarked(start), 0),
    };
    Ok(if is_web_page(start)? { Nature::Html(encoding, mark) } else { Nature::Text(encoding, mark) })
}

/// A file of a kind that is not read.
pub(crate) fn stranger(name: &str) -> ReadError {
    ReadError::new(
        Kind::WrongFormat,
        format!("这是{name}，不是名单表格"),
        "请提供 .xlsx、.xls 或 .csv 格式的名单；若内容是表格，请在 Excel 或 WPS 里另存为 .xlsx",
    )
}

/// UTF-8 unless the text says otherwise: a file mostly in UTF-8 with a few broken characters stays UTF-8, because read
/// as GB18030 every name in it would turn into another.
fn unmarked(start: &[u8]) -> Encoding {
    let (mut good, mut bad) = (0usize, 0usize);
    for piece in start.utf8_chunks() {
        good += piece.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!piece.invalid().is_empty());
    }
    if bad <= 1 && good > 0 || bad * 20 < good || bad == 0 {
        return Encoding::Utf8;
    }
    let (text, _) = GB18030.decode_without_bom_handling(start);
    let broken = text.matches('\u{fffd}').count();
    if broken <= bad { Encoding::Gb18030 } else { Encoding::Utf8 }
}

/// Is this a web page with a table in it? XML that office programs write as "XML 表格 2003" is told apart.
fn is_web_page(start: &[u8]) -> Result<bool, ReadError> {
    // UTF-16 is looked at without its zero bytes; all that is compared is ASCII.
    let lower: Vec<u8> =
        start.iter().take(64 << 10).filter(|&&b| b != 0).map(u8::to_ascii_lowercase).collect();
    let has = |needle: &str| memmem::find(&lower, needle.as_bytes()).is_some();
    let opening = lower.iter().position(|b| !b.is_ascii_whitespace() && b.is_ascii());
    if opening.and_then(|at| lower.get(at)) != Some(&b'<') {
        return Ok(false);
    }
    if has("urn:schemas-microsoft-com:office:spreadsheet") && has("<workbook") {
        return Err(stranger("“XML 表格 2003”文件"));
    }
    Ok(["<html", "<table", "<!doctype html", "<head", "<body", "<meta", "<style", "<div"]
        .iter()
        .any(|tag| has(tag)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// E04
    #[test]
    fn content_decides() {
        let check = |start: &[u8], expected: Result<Nature, Kind>| {
            assert_eq!(
                nature(start).map_err(|error| error.kind),
                expected,
                "{:?}",
                String::from_utf8_lossy(start)
            );
        };
        check(b"", Err(Kind::Empty));
        check(b"PK\x03\x04", Ok(Nature::Zip));
        check(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Ok(Nature::Ole));
        check(b"%PDF-1.7", Err(Kind::WrongFormat));
        check(b"\x89PNG\r\n", Err(Kind::WrongFormat));
        check(b"\x09\x00\x04\x00\x02\x00\x10\x00", Err(Kind::WrongFormat));
        check(b"abc\0def", Err(Kind::WrongFormat));
        check("姓名,性别".as_bytes(), Ok(Nature::Text(Encoding::Utf8, 0)));
        check("\u{feff}姓名".as_bytes(), Ok(Nature::Text(Encoding::Utf8, 3)));
        check(&GB18030.encode("姓名,性别\n李小明,男").0, Ok(Nature::Text(Encoding::Gb18030, 0)));
        check(b"\xff\xfe\x00\x4e", Ok(Nature::Text(Encoding::Utf16Le, 2)));
        check(b"  <html><table>", Ok(Nature::Html(Encoding::Utf8, 0)));
        check("\u{feff}<TABLE border=1>".as_bytes(), Ok(Nature::Html(Encoding::Utf8, 3)));
        check(
            b"<?xml version='1.0'?><Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'>",
            Err(Kind::WrongFormat),
        );
        let mut mostly: Vec<u8> = "姓名,性别\n".repeat(20).into_bytes();
        mostly.extend(b"\xe6\x9d,\xff\n");
        check(&mostly, Ok(Nature::Text(Encoding::Utf8, 0)));
    }
}
