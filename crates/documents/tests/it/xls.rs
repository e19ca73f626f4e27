//! BIFF8 workbooks.

use crate::build::{Biff, biff_stream, compound, record, wide};
use crate::{check, read_named};
use documents::table::{Format, Kind};

fn book(globals: &[u8], sheets: &[(&str, u8, Vec<Vec<Biff<'_>>>)]) -> Vec<u8> {
    compound("Workbook", &biff_stream(globals, sheets))
}

fn header<'a>() -> Vec<Biff<'a>> {
    vec![Biff::Label("姓名"), Biff::Label("身份证件号"), Biff::Label("学籍号"), Biff::Label("出生日期")]
}

/// E09
#[test]
fn every_kind_of_cell() {
    let formats = [
        record(0x041e, &[&164u16.to_le_bytes()[..], &wide("yyyy\"年\"m\"月\"d\"日\"")].concat()),
        record(0x00e0, &[0; 20]),
        record(0x00e0, &[&[0, 0, 164, 0][..], &[0; 16]].concat()),
        record(0x00e0, &[&[0, 0, 14, 0][..], &[0; 16]].concat()),
    ]
    .concat();
    let rows = vec![
        header(),
        vec![
            Biff::Label("李小明"),
            Biff::Number(5.399_992_015_040_3e17, 0),
            Biff::Truth(true),
            Biff::Number(42_097.0, 1),
        ],
        vec![
            Biff::FormulaText("王小红"),
            Biff::Rks(vec![(7 << 2) | 2, (8 << 2) | 2]),
            Biff::Nothing,
            Biff::Rk((42_097 << 2) | 2, 2),
        ],
        vec![Biff::Label("杨小梅"), Biff::FormulaNumber(12.0), Biff::Error, Biff::Nothing],
    ];
    let read = check(
        book(&formats, &[("名单", 0, rows)]),
        &["李小明|5.3999920150403E+17|是|2015-04-03", "王小红|7|8|2015-04-03", "杨小梅|12"],
    );
    assert_eq!(read.header.format, Format::Xls);
    assert_eq!(read.header.sheet, "名单");
    let mac = record(0x0022, &1u16.to_le_bytes());
    let rows = vec![
        header(),
        vec![Biff::Label("李小明"), Biff::Rk((1 << 2) | 2, 0), Biff::Nothing, Biff::Number(40_635.0, 1)],
    ];
    check(book(&[mac, formats].concat(), &[("名单", 0, rows)]), &["李小明|1||2015-04-03"]);
}

/// E09
#[test]
fn shared_texts_over_several_records() {
    let (narrow, rich) = ([2u16.to_le_bytes().to_vec(), vec![0], b"ID".to_vec()].concat(), {
        let mut text = wide("李小明");
        text[2] |= 8 | 4;
        text.splice(3..3, [1, 0, 3, 0, 0, 0]);
        text.extend([0, 0, 0, 0, 9, 9, 9]);
        text
    });
    // The last text is cut after its first character and goes on in the narrow form.
    let first = [
        5u32.to_le_bytes().to_vec(),
        5u32.to_le_bytes().to_vec(),
        wide("姓名"),
        wide("身份证件号"),
        narrow,
        rich,
        vec![4, 0, 1, 0x11, 0x62],
    ]
    .concat();
    let shared = [record(0x00fc, &first), record(0x003c, &[0, b'0', b'0', b'1'])].concat();
    let rows = vec![vec![Biff::Shared(0), Biff::Shared(1)], vec![Biff::Shared(3), Biff::Shared(4)]];
    check(book(&shared, &[("Sheet1", 0, rows)]), &["李小明|我001"]);
}

/// E09
#[test]
fn the_list_on_the_second_sheet() {
    let list = || vec![header(), vec![Biff::Label("李小明"), Biff::Label("1")]];
    let other = vec![vec![Biff::Label("填表说明")]];
    let read =
        check(book(&[], &[("说明", 0, other), ("数据", 0, list()), ("备份", 1, list())]), &["李小明|1"]);
    assert_eq!(read.header.sheet, "数据");
    assert_eq!(read.header.other_sheets, ["备份"]);
}

/// E04
#[test]
fn compound_files_that_are_not_read() {
    let check = |bytes: &[u8], kind: Kind, words: &str| {
        let error = read_named("名单.xls", bytes).map(|_| ()).unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert!(error.to_string().contains(words), "{error}");
    };
    check(&compound("EncryptedPackage", b"x"), Kind::Password, "密码");
    check(&compound("WordDocument", b"x"), Kind::WrongFormat, "Word");
    check(&compound("Book", b"x"), Kind::WrongFormat, "Excel 95");
    check(&compound("其他", b"x"), Kind::WrongFormat, ".et");
    let filepass = record(0x002f, &[1, 0, 1, 0, 1, 0]);
    check(&book(&filepass, &[("名单", 0, vec![header()])]), Kind::Password, "取消密码");
    let whole =
        biff_stream(&[], &[("名单", 0, vec![header(), vec![Biff::Label("李小明"), Biff::Label("1")]])]);
    check(&compound("Workbook", &whole[..whole.len() - 8]), Kind::Damaged, "损坏");
}

/// E02
#[test]
fn a_cell_far_away_reserves_nothing() {
    let far = |row: u16, column: u16, text: &str| {
        record(
            0x0204,
            &[row.to_le_bytes().to_vec(), column.to_le_bytes().to_vec(), vec![0, 0], wide(text)].concat(),
        )
    };
    let mut stream =
        biff_stream(&[], &[("名单", 0, vec![header(), vec![Biff::Label("李小明"), Biff::Label("1")]])]);
    let end = stream.len() - 4;
    stream.splice(end..end, [far(65_535, 0, "王小红"), far(65_535, 255, "x")].concat());
    let read = check(compound("Workbook", &stream), &["李小明|1", "王小红"]);
    assert_eq!(read.lines, [2, 65_536]);
}
