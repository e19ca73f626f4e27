//! Bombs are refused within two seconds and 64 MiB (E01, E02). A test program of its own, with one test, because the
//! memory of a process can only be measured while nothing else runs in it.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise, its helpers, too"
)]

use documents::table::{Field, Kind, Limits, Schema, open};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Duration;
use zip::write::SimpleFileOptions;

const MIB: u64 = 1 << 20;

fn schema() -> Schema {
    let field = |heading: &str| Field {
        key: heading.to_owned(),
        headings: vec![heading.to_owned()],
        required: true,
        any_of: None,
    };
    Schema { list: "学籍".to_owned(), fields: vec![field("姓名"), field("身份证件号")] }
}

/// The most memory that this process has held since [`forget_peak`], in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

fn forget_peak() {
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
}

/// The processor time that this process has used: unlike the time of day it does not grow while others work.
fn processor() -> Duration {
    let about = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = about.rsplit_once(") ").unwrap();
    let ticks = |field: usize| fields.split(' ').nth(field).unwrap().parse::<u64>().unwrap();
    // A tick is 10 ms on every Linux.
    Duration::from_millis((ticks(11) + ticks(12)) * 10)
}

fn check(path: &Path, kind: Option<Kind>) {
    forget_peak();
    let (before, start) = (peak(), processor());
    let read =
        open(path, &schema(), &Limits::default()).and_then(|table| table.fold(|| (), |(), _| {}, &|_| {}));
    let (took, grown) = (processor() - start, peak().saturating_sub(before));
    let name = path.file_name().unwrap().to_string_lossy();
    assert_eq!(read.err().map(|error| error.kind), kind, "{name}");
    // Debug builds are some ten times slower than what people run.
    let allowed = Duration::from_secs(if cfg!(debug_assertions) { 10 } else { 2 });
    assert!(took < allowed, "{name} took {took:?}");
    assert!(grown < 64 * MIB, "{name} took {} MiB", grown / MIB);
}

/// A workbook whose sheet is `before`, then `piece` again and again to so many bytes, then `after`.
fn book(path: &Path, before: &str, piece: &str, bytes: u64, after: &str) {
    let mut writer = zip::ZipWriter::new(BufWriter::new(File::create(path).unwrap()));
    let options = SimpleFileOptions::default().compression_level(Some(1));
    let relation = |kind: &str, target: &str| {
        format!(
            "<Relationships><Relationship Id=\"r\" Type=\"x/{kind}\" Target=\"{target}\"/></Relationships>"
        )
    };
    let parts = [
        ("[Content_Types].xml", "<Types/>".to_owned()),
        ("_rels/.rels", relation("officeDocument", "xl/workbook.xml")),
        ("xl/_rels/workbook.xml.rels", relation("worksheet", "sheet.xml")),
        (
            "xl/workbook.xml",
            "<workbook><sheets><sheet name=\"表\" r:id=\"r\"/></sheets></workbook>".to_owned(),
        ),
    ];
    for (name, text) in parts {
        writer.start_file(name, options).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.start_file("xl/sheet.xml", options).unwrap();
    writer.write_all(before.as_bytes()).unwrap();
    let many = piece.repeat((1 << 16) / piece.len() + 1);
    let mut written = 0;
    while written < bytes {
        writer.write_all(many.as_bytes()).unwrap();
        written += many.len() as u64;
    }
    writer.write_all(after.as_bytes()).unwrap();
    writer.finish().unwrap();
}

/// Changes four bytes in the directory entry of the sheet, `at` bytes from its start.
fn forge(path: &Path, at: usize, value: u32) {
    let mut bytes = std::fs::read(path).unwrap();
    let name = bytes.windows(12).rposition(|window| window == b"xl/sheet.xml").unwrap();
    let place = name - 46 + at;
    bytes[place..place + 4].copy_from_slice(&value.to_le_bytes());
    std::fs::write(path, bytes).unwrap();
}

/// E01, E02
#[test]
fn bombs_are_refused_quickly_and_in_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    const OPEN: &str = "<worksheet><sheetData>";
    const CLOSE: &str = "</sheetData></worksheet>";
    const HEADER: &str = "<row><c t=\"inlineStr\"><is><t>姓名</t></is></c><c t=\"inlineStr\"><is><t>身份证件号</t></is></c></row>";
    let list = format!("{OPEN}{HEADER}");

    let zeros = path("zeros.xlsx");
    book(&zeros, OPEN, " ", 512 * MIB, CLOSE);
    check(&zeros, Some(Kind::TooLarge));

    let lying = path("lying.xlsx");
    book(&lying, OPEN, " ", 64 * MIB, CLOSE);
    forge(&lying, 24, 1000);
    check(&lying, Some(Kind::TooLarge));

    let overlapping = path("overlapping.xlsx");
    book(&overlapping, &list, "<row/>", 1000, CLOSE);
    forge(&overlapping, 42, 0);
    check(&overlapping, Some(Kind::TooLarge));

    let cells = path("cells.xlsx");
    book(&cells, &format!("{list}<row>"), "<c><v>1</v></c>", 200 * MIB, &format!("</row>{CLOSE}"));
    check(&cells, Some(Kind::TooLarge));

    let value = path("value.xlsx");
    book(
        &value,
        &format!("{list}<row><c t=\"str\"><v>"),
        "&#65;",
        8 * MIB,
        &format!("</v></c></row>{CLOSE}"),
    );
    check(&value, Some(Kind::TooLarge));

    let comment = path("comment.xlsx");
    book(&comment, &format!("{list}<!-- "), "<row>", 3 * MIB, &format!("-->{CLOSE}"));
    check(&comment, Some(Kind::TooLarge));

    let nested = path("nested.xlsx");
    book(&nested, &list, "<a>", 3 * MIB, CLOSE);
    check(&nested, Some(Kind::Empty));

    let sparse = path("sparse.xlsx");
    let far =
        "<row><c r=\"A1048576\" t=\"inlineStr\"><is><t>李</t></is></c><c r=\"XFD1048576\"><v>1</v></c></row>";
    book(
        &sparse,
        &format!("<worksheet><dimension ref=\"A1:XFD1048576\"/><sheetData>{HEADER}"),
        far,
        3 * MIB,
        CLOSE,
    );
    check(&sparse, None);

    let many = path("many.zip");
    let mut file = BufWriter::new(File::create(&many).unwrap());
    file.write_all(b"PK\x03\x04").unwrap();
    let entry = [&b"PK\x01\x02"[..], &[0; 24], &[1, 0], &[0; 16], b"x"].concat();
    for _ in 0..1_000_000 {
        file.write_all(&entry).unwrap();
    }
    let size = u32::try_from(entry.len() * 1_000_000).unwrap();
    file.write_all(
        &[&b"PK\x05\x06\0\0\0\0\xff\xff\xff\xff"[..], &size.to_le_bytes(), &[4, 0, 0, 0, 0, 0]].concat(),
    )
    .unwrap();
    file.flush().unwrap();
    check(&many, Some(Kind::TooLarge));

    let line = path("line.csv");
    std::fs::write(&line, "姓名,身份证件号\n".to_owned() + &"x".repeat(100 << 20)).unwrap();
    check(&line, Some(Kind::WrongFormat));

    let quotes = path("quotes.csv");
    std::fs::write(&quotes, "姓名,身份证件号\n".to_owned() + &"\"李\n".repeat(8 << 20)).unwrap();
    check(&quotes, None);

    let page = path("page.xls");
    std::fs::write(&page, "<table><tr><td>姓名<td>身份证件号<tr><td>".to_owned() + &"x".repeat(100 << 20))
        .unwrap();
    check(&page, Some(Kind::TooLarge));

    let unclosed = path("unclosed.xls");
    std::fs::write(
        &unclosed,
        "<table><tr><td>姓名<td>身份证件号<tr><td>1<!--".to_owned() + &"x".repeat(100 << 20),
    )
    .unwrap();
    check(&unclosed, Some(Kind::TooLarge));
}
