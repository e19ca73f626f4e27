//! Issue 2, “Odd but readable files are read”: each way in which offices hand in one and the same small list.

use documents::workbook::{Book, Column, Date, Kind, SheetSpec, Value};

use crate::command::{Folder, compare, rows};

const ROLL: &str = "学校标识码,姓名,身份证件号,学籍号,年级,班级,出生日期\n\
    2153901000,王芳,539999201509010011,G539999201509010011,五年级,1班,20150901\n";

/// The household list in this shape is read: its one child is not on the roll.
fn check(name: &str, bytes: impl AsRef<[u8]>) {
    let folder = Folder::new();
    let household = folder.write(name, bytes);
    found(&folder, &household, name);
}

fn found(folder: &Folder, household: &str, shape: &str) {
    let (roll, out) = (folder.write("roll.csv", ROLL), folder.arg("out"));
    let said = compare(household, &roll, &out, &[]);
    assert_eq!(said.code, 0, "{shape}: {said:?}");
    let found: Vec<[String; 4]> = rows(&folder.path("out/findings.csv"))
        .iter()
        .map(|row| ["kind", "household_row", "name", "id_masked"].map(|column| row[column].clone()))
        .filter(|[kind, ..]| kind == "not_on_roll")
        .collect();
    assert_eq!(found, [["not_on_roll", "1", "李小明", "539999********0013"].map(str::to_owned)], "{shape}");
}

#[test]
fn every_encoding_and_every_separator() {
    let plain = "姓名,公民身份号码,出生日期\r\n李小明,539999201504030013,20150403\r\n";
    check("逗号.csv", plain);
    check("有标记.csv", format!("\u{feff}{plain}"));
    check("分号.csv", plain.replace(',', ";"));
    check("制表符.txt", plain.replace(',', "\t"));
    let units: Vec<u8> =
        "\u{feff}".encode_utf16().chain(plain.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    check("UTF-16.csv", units);
    check(
        "国标.csv",
        b"\xd0\xd5\xc3\xfb,\xb9\xab\xc3\xf1\xc9\xed\xb7\xdd\xba\xc5\xc2\xeb,\xb3\xf6\xc9\xfa\xc8\xd5\xc6\xda\r\n\
          \xc0\xee\xd0\xa1\xc3\xf7,539999201504030013,20150403\r\n",
    );
}

/// E04, E09
#[test]
fn headings_below_titles_and_names_that_lie() {
    check(
        "标题.csv",
        "南涧县户籍人口,,\n制表日期：2026年9月,,\n姓 名,公民身份号码,出生日期\n李小明,539999201504030013,2015年4月3日\n",
    );
    check(
        "网页.xls",
        "<html><head><meta charset=\"utf-8\"></head><body><table><tr><td>姓名</td><td>身份证号</td></tr>\
         <tr><td>李小明</td><td>539999201504030013</td></tr></table></body></html>",
    );
    check("其实是文本.xls", "姓名\t身份证号\n李小明\t539999201504030013\n");
    check("两层.csv", "姓名,身份信息,\n,公民身份号码,出生日期\n李小明,539999201504030013,20150403\n");
    let more: String = (1..=100).map(|number| format!(",附加{number}")).collect();
    check("一百列.csv", format!("姓名,公民身份号码{more}\n李小明,539999201504030013{}\n", ",".repeat(100)));
}

#[test]
fn the_list_on_the_second_sheet() {
    let folder = Folder::new();
    let mut book = Book::new(Date { year: 2026, month: 9, day: 10 });
    let sheet = |name: &str, headings: &[&str]| SheetSpec {
        name: name.to_owned(),
        columns: headings.iter().map(|heading| Column::new(*heading, 20.0, Kind::Text)).collect(),
        ..SheetSpec::default()
    };
    book.sheet(&sheet("填表说明", &["说明"]), [[Value::from("请如实填写")]]).unwrap();
    let row = ["李小明", "539999201504030013"].map(Value::from);
    book.sheet(&sheet("名单", &["姓名", "公民身份号码"]), [row]).unwrap();
    book.save(&folder.path("户籍.xlsx")).unwrap();
    found(&folder, &folder.arg("户籍.xlsx"), "second sheet");
}
