//! Files that must be refused with one clear sentence that says what to do.

use crate::build::{Xlsx, inline, plain_rows, zip};
use crate::{check as read, read_named, read_path, schema};
use documents::table::{Kind, Limits, ReadError, recognise};
use std::path::Path;

#[track_caller]
fn check(bytes: impl AsRef<[u8]>, kind: Kind, words: &str) -> ReadError {
    let error = match read_named("学籍.xlsx", bytes.as_ref()) {
        Ok(read) => panic!("read {:?}", read.rows),
        Err(error) => error,
    };
    assert_eq!(error.kind, kind, "{error}");
    assert!(error.to_string().contains(words), "{error}");
    assert!(error.where_.starts_with("学籍.xlsx"), "{error}");
    assert!(!error.what.is_empty() && !error.todo.is_empty(), "{error}");
    error
}

/// E04
#[test]
fn other_files() {
    check(b"%PDF-1.7", Kind::WrongFormat, "PDF");
    check(b"\x89PNG\r\n\x1a\n", Kind::WrongFormat, "图片");
    check(b"Rar!\x1a\x07", Kind::WrongFormat, "RAR");
    check(b"\x7fELF\x02", Kind::WrongFormat, "程序");
    check(b"a\0b\0c", Kind::WrongFormat, "程序数据");
    check(zip(&[("word/document.xml", b"<w/>")]), Kind::WrongFormat, "Word");
    check(zip(&[("ppt/presentation.xml", b"<p/>")]), Kind::WrongFormat, "演示");
    check(zip(&[("content.xml", b"<o/>"), ("mimetype", b"x")]), Kind::WrongFormat, "OpenDocument");
    check(zip(&[("名单.xls", b"x")]), Kind::WrongFormat, "ZIP");
    check(
        "<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"/>",
        Kind::WrongFormat,
        "2003",
    );
}

/// E04
#[test]
fn nothing_to_open() {
    let folder = tempfile::tempdir().unwrap();
    let kind = |path: &Path| read_path(path, &Limits::default()).map(|_| ()).unwrap_err().kind;
    assert_eq!(kind(folder.path()), Kind::Folder);
    assert_eq!(kind(&folder.path().join("没有.csv")), Kind::NotFound);
    assert_eq!(kind(Path::new("/dev/null")), Kind::WrongFormat);
    let pipe = folder.path().join("管道");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert_eq!(kind(&pipe), Kind::WrongFormat);
}

/// E04
#[test]
fn empty_lists() {
    check(b"", Kind::Empty, "空");
    check("\u{feff}", Kind::Empty, "没有内容");
    check(b"\r\n \r\n", Kind::Empty, "没有内容");
    check("姓名,身份证件号\r\n,\r\n", Kind::Empty, "只有表头");
    check("姓名,身份证件号\r\n合计,0\r\n", Kind::Empty, "只有表头");
    check(Xlsx::of("").bytes(), Kind::Empty, "没有内容");
    check(Xlsx::of(&inline(&["姓名", "身份证件号"])).bytes(), Kind::Empty, "只有表头");
}

/// E04
#[test]
fn other_lists() {
    let error = check("户编号,人编号,姓名,证件号码\n1,2,李小明,3\n", Kind::WrongList, "身份证件号 或 学籍号");
    assert!(error.what.contains("户编号"), "{error}");
    assert!(error.where_.ends_with("第 1 行"), "{error}");
    check("学籍号,出生日期\nG1,20150403\n", Kind::WrongList, "缺少 姓名");
    // Nothing of the rows is repeated when there is no header at all.
    let error = check("李小明,539999201504030011,彝族,云南省大理白族自治州南涧县\n", Kind::WrongList, "表头");
    assert!(!error.to_string().contains("539999") && !error.to_string().contains("李小明"), "{error}");
}

/// E04
#[test]
fn the_list_it_may_be() {
    let mut poverty = schema();
    poverty.list = "脱贫户".to_owned();
    poverty.fields[1].headings = vec!["证件号码".to_owned()];
    poverty.fields[1].required = true;
    poverty.fields[2].any_of = None;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("名单.csv");
    std::fs::write(&path, "姓名,证件号码,出生日期\n李小明,1,2\n").unwrap();
    let found = recognise(&path, &[schema(), poverty], &Limits::default()).unwrap();
    let order: Vec<(usize, usize)> = found.iter().map(|like| (like.schema, like.matched)).collect();
    assert_eq!(order, [(1, 3), (0, 2)]);
    assert_eq!(found[1].missing, ["身份证件号 或 学籍号"]);
}

/// E04
#[test]
fn broken_workbooks() {
    let book = Xlsx::of(&plain_rows()).bytes();
    read(&book, &["李小明|539999201504030011"]);
    for length in [book.len() - 1, book.len() / 2, 40] {
        check(&book[..length], Kind::Damaged, "另存");
    }
    // A byte of the sheet flipped: its checksum no longer fits.
    let at = book.windows(9).position(|window| window == b"sheet0.xm").unwrap() + 12;
    let mut flipped = book;
    flipped[at + 20] ^= 1;
    check(flipped, Kind::Damaged, "损坏");
    let without = |name: &str| {
        let parts = Xlsx::of(&plain_rows()).parts();
        let parts: Vec<(&str, &[u8])> = parts
            .iter()
            .filter(|(part, _)| part != name)
            .map(|(part, bytes)| (part.as_str(), bytes.as_slice()))
            .collect();
        zip(&parts)
    };
    check(without("[Content_Types].xml"), Kind::Damaged, "Content_Types");
    check(without("xl/workbook.xml"), Kind::Damaged, "目录");
    check(without("xl/worksheets/sheet0.xml"), Kind::Damaged, "Sheet1");
    read(without("xl/styles.xml"), &["李小明|539999201504030011"]);
}

/// E03
#[test]
fn document_types_and_entities() {
    let mut book = Xlsx::of("");
    let laughs = "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>\
        <worksheet><sheetData><row><c t=\"inlineStr\"><is><t>&b;</t></is></c></row></sheetData></worksheet>";
    book.more = vec![("xl/worksheets/sheet0.xml", laughs.as_bytes().to_vec())];
    check(book.bytes(), Kind::Hostile, "DOCTYPE");
    book.more =
        vec![("xl/sharedStrings.xml", b"<!DOCTYPE sst SYSTEM \"file:///etc/passwd\"><sst/>".to_vec())];
    check(book.bytes(), Kind::Hostile, "不要打开");
    let undefined = Xlsx::of("<row><c t=\"inlineStr\"><is><t>&xxe;</t></is></c></row>");
    check(undefined.bytes(), Kind::Hostile, "实体");
    // A sheet that is said to lie elsewhere is not fetched.
    let relations = "<Relationships><Relationship Id=\"rId0\" TargetMode=\"External\" Target=\"http://127.0.0.1/x\" \
        Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\"/></Relationships>";
    book.more = vec![("xl/_rels/workbook.xml.rels", relations.as_bytes().to_vec())];
    check(book.bytes(), Kind::Damaged, "没有工作表");
}

/// E01, E02, J06
#[test]
fn limits_that_a_caller_sets() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("学籍.csv");
    let check = |bytes: &[u8], limits: Limits, kind: Kind| {
        std::fs::write(&path, bytes).unwrap();
        let error = read_path(&path, &limits).map(|_| ()).unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
    };
    let rows = "姓名,身份证件号\n".to_owned() + &"李小明,1\n".repeat(100);
    check(rows.as_bytes(), Limits { file: 100, ..Limits::default() }, Kind::TooLarge);
    check(rows.as_bytes(), Limits { cells: 100, ..Limits::default() }, Kind::TooLarge);
    let book = Xlsx::of(&plain_rows().repeat(100)).bytes();
    check(&book, Limits { cells: 100, ..Limits::default() }, Kind::TooLarge);
    check(&book, Limits { inflated: 100, ..Limits::default() }, Kind::TooLarge);
    check(&book, Limits { text: 5, ..Limits::default() }, Kind::TooLarge);
    let mut shared = Xlsx::of(&plain_rows());
    shared.strings = "<si><t>安定村</t></si>".repeat(100);
    check(&shared.bytes(), Limits { shared: 100, ..Limits::default() }, Kind::TooLarge);
    let endless = format!("姓名,身份证件号\n{}", "x".repeat(3 << 20));
    check(endless.as_bytes(), Limits::default(), Kind::WrongFormat);
}
