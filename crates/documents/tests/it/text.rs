//! Text with delimiters.

use crate::{check, read_named};
use documents::table::{Encoding, Format};
use encoding_rs::GB18030;

const CHILD: &str = "李小明|539999201504030011";

fn format(bytes: impl AsRef<[u8]>) -> Format {
    check(bytes, &[CHILD]).header.format
}

/// E09
#[test]
fn encodings_and_delimiters() {
    let text = "姓名,身份证件号\r\n李小明,539999201504030011\r\n";
    let found = |encoding, delimiter| Format::Text { encoding, delimiter };
    assert_eq!(format(text), found(Encoding::Utf8, ','));
    assert_eq!(format(format!("\u{feff}{text}")), found(Encoding::Utf8, ','));
    assert_eq!(format(GB18030.encode(text).0), found(Encoding::Gb18030, ','));
    assert_eq!(format(text.replace(',', "\t")), found(Encoding::Utf8, '\t'));
    assert_eq!(format(text.replace(',', ";")), found(Encoding::Utf8, ';'));
    let units: Vec<u16> = format!("\u{feff}{text}").encode_utf16().collect();
    let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    assert_eq!(format(little), found(Encoding::Utf16Le, ','));
    assert_eq!(format(big), found(Encoding::Utf16Be, ','));
}

/// D07
#[test]
fn line_ends() {
    check("姓名,身份证件号\n李小明,539999201504030011", &[CHILD]);
    check("姓名,身份证件号\r李小明,539999201504030011\r", &[CHILD]);
    check("姓名,身份证件号\r\n\r\n,\r\n李小明,539999201504030011\r\n\r\n", &[CHILD]);
}

/// D07
#[test]
fn quotation_marks() {
    check("姓名,身份证件号\n\"李,小\"\"明\",1\n", &["李,小\"明|1"]);
    check("姓名,身份证件号\n\"李\r\n小明\",1\r\n王小红,2", &["李\r\n小明|1", "王小红|2"]);
    check("\"姓名\",\"身份证件号\"\n\"李小明\",\"1\"", &["李小明|1"]);
    check("姓名,身份证件号\n李小明,\"1\"\r\n", &["李小明|1"]);
    // A stray mark stays a character and swallows nothing.
    check("姓名,身份证件号\n\"李小明,1\n王小红,2\n", &["\"李小明|1", "王小红|2"]);
    check("姓名,身份证件号\n李\"小明,1\n王小红,\"2\"\n", &["李\"小明|1", "王小红|2"]);
    check("姓名,身份证件号\n\"李\"小明,1\n", &["\"李\"小明|1"]);
    check("姓名,身份证件号\n\"李小明,1\n\"王小红\",2\n", &["\"李小明|1", "王小红|2"]);
    check("姓名,身份证件号\n李小明,\"", &["李小明|\""]);
}

/// E09
#[test]
fn titles_and_rows_that_are_no_children() {
    let read = check(
        "南涧县2026年春季学籍名单,,,\n填报单位：南涧县教育体育局,,,\n,,,\n序号,姓 名,＊身份证件号（18位）,备注\n\
         1,李小明,539999201504030011,\n2,合小华,,\n合计,2,,\n填表人：张三,,审核人：李四,\n",
        &[CHILD, "合小华"],
    );
    assert_eq!(read.header.line, 4);
    assert_eq!(read.lines, [5, 6]);
    assert_eq!(read.folded.footers_skipped, 2);
    assert_eq!(read.folded.footers[0].beginning, "合计");
    assert_eq!(read.folded.footers[1].line, 8);
    let unknown: Vec<&str> = read.header.unknown.iter().map(|column| column.heading.as_str()).collect();
    assert_eq!(unknown, ["序号", "备注"]);
}

/// E09
#[test]
fn headers_of_two_rows() {
    let read = check(
        "姓名,身份证件号,成员1,,,成员2,,\n,,姓名,关系,联系电话,姓名,关系,联系电话\n\
         李小明,1,李大山,父亲,13800000000,王翠,母亲,13900000000\n",
        &["李小明|1|||李大山|13800000000"],
    );
    assert_eq!(read.header.headings[4], "成员1联系电话");
    assert_eq!(read.lines, [3]);
    // The groups alone are what nobody asked for; the second row still is no child.
    check("姓名,身份证件号,父亲,\n,,姓名,电话\n李小明,1,李大山,138\n", &["李小明|1"]);
    // A group that says nothing of its own.
    check("基本信息,,家庭,\n姓名,身份证件号,成员1姓名,备注\n李小明,1,李大山,\n", &["李小明|1|||李大山"]);
}

/// E09
#[test]
fn columns_in_any_order_and_number() {
    let more: String = (0..100).map(|column| format!("说明{column},")).collect();
    let cells = "x,".repeat(100);
    check(format!("{more}全国学籍号,学生姓名\n{cells}G1,李小明\n"), &["李小明||G1"]);
    let read = check("姓名,身份证号,姓名\n李小明,1,别的\n", &["李小明|1"]);
    assert_eq!(read.header.duplicates[0].0, "name");
    assert_eq!(read.header.duplicates[0].1.len(), 2);
    let read = check("监护人姓名,学生姓名,姓名,公民身份号码\n李大山,曾用,李小明,1\n", &["李小明|1|||李大山"]);
    assert_eq!(read.header.fields[0].as_ref().unwrap().index, 2);
}

/// D06, E09
#[test]
fn what_keeps_a_spreadsheet_quiet_comes_off() {
    check(
        "姓名,身份证件号,出生日期\n　李小明\u{a0},\"=\"\"539999201504030011\"\"\",'20150403\n\u{200b}'=1+1,\t1\t,4.53E+17\n",
        &["李小明|539999201504030011||20150403", "=1+1|1||4.53E+17"],
    );
}

/// E04
#[test]
fn broken_characters_spoil_their_own_value_only() {
    let mut bytes = "姓名,身份证件号\n李小明,1\n".as_bytes().to_vec();
    bytes.extend(b"\xe7\x8e,2\n");
    let read = check(bytes, &["李小明|1", "\u{fffd}|2"]);
    assert_eq!(read.folded.garbled, 1);
}

/// E09
#[test]
fn parts_of_a_large_file_come_back_in_order() {
    for (name, end) in [("plain", "南涧镇"), ("quoted", "\"南涧\n镇\"")] {
        let mut text = "姓名,身份证件号,住址\n".to_owned();
        for row in 0..60_000 {
            text += &format!("李小明{row},{row},{end}\n");
        }
        for bytes in [text.clone().into_bytes(), GB18030.encode(&text).0.into_owned()] {
            let read = read_named(name, &bytes).unwrap();
            assert_eq!(read.folded.rows, 60_000);
            let lines = if name == "quoted" { 2 } else { 1 };
            for (row, (found, line)) in read.rows.iter().zip(&read.lines).enumerate() {
                assert_eq!(*found, format!("李小明{row}|{row}"));
                assert_eq!(*line, row as u64 * lines + 2);
            }
        }
    }
}

/// E12
#[test]
fn the_checksum_is_that_of_the_file() {
    use sha2::{Digest, Sha256};
    let big = format!("\u{feff}姓名,身份证件号\n{}", "李小明,539999201504030011\n".repeat(50_000));
    let units: Vec<u8> = big.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [big.as_bytes(), &units, &crate::build::Xlsx::of(&crate::build::plain_rows()).bytes()] {
        let expected: [u8; 32] = Sha256::digest(bytes).into();
        assert_eq!(read_named("名单", bytes).unwrap().folded.sha256, expected);
    }
}
