//! Workbooks that are written: read back by this program, by another reader, and part by part.

use crate::read_path;
use calamine::{Data, Reader, Xlsx, open_workbook};
use documents::csv::{Mark, Records, Writer};
use documents::rejects::{self, LISTED, Reject, RejectedList};
use documents::table::Limits;
use documents::workbook::{Block, Book, Column, Date, Kind, SheetSpec, Value};
use std::io::Read;
use std::path::Path;

const TODAY: Date = Date { year: 2026, month: 9, day: 1 };

/// What would be a formula, a link or a number if it were not kept text (D06), and characters that XML has trouble with.
const TEXTS: [&str; 16] = [
    "539999201504030011",
    "=1+1",
    "+86",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1",
    "＋1",
    "－1",
    "＠1",
    "'=1",
    "http://x.cn",
    "{=1}",
    "𠮷\u{1}<&>\"",
    "=cmd|' /C calc'!A0",
];

fn spec(columns: Vec<Column>) -> SheetSpec {
    SheetSpec {
        name: "结果".to_owned(),
        titles: vec!["比对结果".to_owned()],
        columns,
        frozen_columns: 1,
        spare_rows: 0,
    }
}

fn part(path: &Path, name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// D06
#[test]
fn text_stays_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("结果.xlsx");
    let mut book = Book::new(TODAY);
    let columns = vec![Column::new("姓名", 12.0, Kind::Text), Column::new("身份证件号", 20.0, Kind::Text)];
    book.sheet(&spec(columns), TEXTS.map(|text| [Value::from("李小明"), Value::from(text)])).unwrap();
    book.save(&path).unwrap();
    let mut other: Xlsx<_> = open_workbook(&path).unwrap();
    let range = other.worksheet_range("结果").unwrap();
    let found: Vec<&Data> = range.rows().skip(2).map(|row| &row[1]).collect();
    assert_eq!(found.len(), TEXTS.len());
    assert!(found.iter().all(|cell| matches!(cell, Data::String(_))), "{found:?}");
    let sheet = part(&path, "xl/worksheets/sheet1.xml");
    assert!(!sheet.contains("<f>") && !sheet.contains("<hyperlink"), "{sheet}");
    let read = read_path(&path, &Limits::default()).unwrap();
    assert_eq!(read.rows[0], "李小明|539999201504030011");
    assert_eq!(read.rows[1], "李小明|=1+1");
    assert_eq!(read.rows[14], "李小明|𠮷\u{1}<&>\"");
}

/// D06, D07
#[test]
fn csv_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("结果.csv");
    let mut writer = Writer::start(&path, Mark::ForSpreadsheets).unwrap();
    let mut records = Records::new();
    records.code("姓名").code("身份证件号").end();
    for text in TEXTS {
        records.text(text).text("1").end();
    }
    writer.write(&records).unwrap();
    writer.finish().unwrap();
    let read = read_path(&path, &Limits::default()).unwrap();
    for (row, text) in read.rows.iter().zip(TEXTS) {
        // Blanks at the edges go, as everywhere; an apostrophe before a formula is taken for the guard it nearly always is.
        let kept = text.trim().trim_start_matches('\'');
        assert_eq!(*row, format!("{kept}|1"));
    }
}

#[test]
fn a_list_for_people() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("结果.xlsx");
    let save = |path: &Path| {
        let mut book = Book::new(TODAY);
        let paragraph = "本表列出户籍中有、学籍中没有的孩子。".repeat(8);
        let table = Block::Table {
            headings: vec!["比对", "人数"],
            rows: vec![
                vec!["户籍减学籍".to_owned(), "12".to_owned()],
                vec!["学籍减在校".to_owned(), "3".to_owned()],
            ],
        };
        let blocks = [
            Block::Title("说明"),
            Block::Heading("一、结果"),
            Block::Paragraph(&paragraph),
            table,
            Block::Note("注"),
        ];
        book.page("说明", &blocks).unwrap();
        let mut gender = Column::new("性别", 8.0, Kind::Text);
        gender.choices = vec!["男".to_owned(), "女".to_owned()];
        let mut hidden = Column::new("内部编号", 8.0, Kind::Number);
        hidden.hidden = true;
        let columns = vec![
            Column::new("姓名", 12.0, Kind::Text),
            Column::new("学籍号", 22.0, Kind::Text),
            Column::new("出生日期", 12.0, Kind::Date),
            gender,
            hidden,
            Column::new("把握", 8.0, Kind::Percent),
            Column::new("原因", 30.0, Kind::Wrapped),
        ];
        let row = [
            Value::from("李小明"),
            Value::from("G1"),
            Value::from(Date { year: 2015, month: 4, day: 3 }),
            Value::from("男"),
            Value::from(7u32),
            Value::from(0.987),
            Value::Nothing,
        ];
        let spec = SheetSpec { spare_rows: 100, ..spec(columns) };
        book.sheet(&spec, [row.clone(), row]).unwrap();
        book.sheet(&spec, std::iter::empty::<Vec<Value<'_>>>()).unwrap();
        book.save(path).unwrap();
        std::fs::read(path).unwrap()
    };
    assert_eq!(save(&path), save(&folder.path().join("再来.xlsx")), "the same input gives the same bytes");
    let read = read_path(&path, &Limits::default()).unwrap();
    assert_eq!(read.rows, ["李小明||G1|2015-04-03"; 2]);
    assert_eq!(read.header.sheet, "结果");
    let sheet = part(&path, "xl/worksheets/sheet2.xml");
    for piece in [
        "state=\"frozen\"",
        "<autoFilter ref=\"A2:G4\"/>",
        "orientation=\"landscape\"",
        "paperSize=\"9\"",
        "fitToHeight=\"0\"",
        "hidden=\"1\"",
        "sqref=\"D3:D104\"",
        "\"男,女\"",
        "numberStoredAsText=\"1\"",
    ] {
        assert!(sheet.contains(piece), "{piece} in {sheet}");
    }
    let workbook = part(&path, "xl/workbook.xml");
    assert!(workbook.contains("_xlnm.Print_Titles") && workbook.contains("结果（2）"), "{workbook}");
    assert!(part(&path, "xl/worksheets/sheet1.xml").contains("orientation=\"portrait\""));
    assert!(part(&path, "docProps/core.xml").contains("2026-09-01T00:00:00Z"));
}

/// E06
#[test]
fn sheet_names_are_made_to_fit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("结果.xlsx");
    let mut book = Book::new(TODAY);
    let long = "南涧彝族自治县".repeat(6);
    for name in ["a/b:c*?[d]\\", "", "'引'", &long, &long, "A－B－C－－－D－－"] {
        book.page(name, &[Block::Title("x")]).unwrap();
    }
    book.save(&path).unwrap();
    let other: Xlsx<_> = open_workbook(&path).unwrap();
    let names = other.sheet_names();
    assert_eq!(names[..3], ["a－b－c－－－d－－", "表", "引"]);
    assert_eq!(names[3].chars().count(), 31);
    assert!(names[4].ends_with("（2）") && names[5].ends_with("（2）"), "{names:?}");
}

/// E09: the rows come back with their reasons, and the corrected sheet can be read in again.
#[test]
fn rows_to_correct() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("要改正的行.xlsx");
    let row = |line: u64| Reject {
        line,
        problem: "身份证件号成了科学记数".to_owned(),
        remedy: "请在原表里把这一列设为文本，重新填写".to_owned(),
        cells: vec!["李小明".to_owned(), "5.39E+17".to_owned(), "=1+1".to_owned()],
    };
    let list = RejectedList {
        list: "学籍".to_owned(),
        file: "学籍.xlsx".to_owned(),
        headings: vec!["姓名".to_owned(), "身份证件号".to_owned()],
        rows: (0..LISTED as u64 + 3).map(|line| row(line + 2)).collect(),
        more: 4,
    };
    rejects::save(&path, TODAY, &[list]).unwrap();
    let read = read_path(&path, &Limits::default()).unwrap();
    assert_eq!(read.folded.rows, LISTED as u64);
    assert_eq!(read.rows[0], "李小明|5.39E+17");
    assert_eq!(read.header.headings[..3], ["行号", "问题", "怎么改"]);
    let mut other: Xlsx<_> = open_workbook(&path).unwrap();
    let range = other.worksheet_range("学籍").unwrap();
    let titles: Vec<String> = range.rows().take(3).map(|row| row[0].to_string()).collect();
    assert_eq!(titles[0], "学籍：5007 行要改正");
    assert!(titles[2].contains("前 5000 行，另有 7 行"), "{titles:?}");
    assert_eq!(range.rows().nth(4).unwrap()[5], Data::String("=1+1".to_owned()));
}

/// I08
#[test]
fn nothing_is_left_behind_where_nothing_can_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("没有/结果.xlsx");
    let error = Book::new(TODAY).save(&path).unwrap_err();
    assert_eq!(error.what, "文件夹不存在");
    assert!(error.where_.ends_with("结果.xlsx"), "{error}");
    let taken = folder.path().join("占用.xlsx");
    std::fs::create_dir(&taken).unwrap();
    assert!(Book::new(TODAY).save(&taken).is_err());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// Excel takes 255 characters of choices with a cell; the 民族 are more, and stand on a sheet of their own, once.
#[test]
fn many_choices_stand_on_a_sheet_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("模板.xlsx");
    let mut people = Column::new("民族", 12.0, Kind::Text);
    people.choices = (1..=60).map(|number| format!("第{number}个民族")).collect();
    let mut comma = Column::new("户籍地址", 12.0, Kind::Text);
    comma.choices = vec!["东街,1号".to_owned()];
    let again = Column { heading: "监护人民族".to_owned(), ..people.clone() };
    let columns = vec![Column::new("姓名", 12.0, Kind::Text), people, comma, again];
    let spec = SheetSpec { spare_rows: 10, ..spec(columns) };
    let book = || {
        let mut book = Book::new(TODAY);
        book.sheet(&spec, std::iter::empty::<Vec<Value<'_>>>()).unwrap();
        book
    };
    std::fs::write(&path, book().bytes().unwrap()).unwrap();
    let sheet = part(&path, "xl/worksheets/sheet1.xml");
    for (cells, range) in [("B3:B12", "$A$2:$A$61"), ("C3:C12", "$B$2:$B$2"), ("D3:D12", "$A$2:$A$61")] {
        let piece = format!("sqref=\"{cells}\"><formula1>'选项'!{range}</formula1>");
        assert!(sheet.contains(&piece), "{piece} in {sheet}");
    }
    assert!(part(&path, "xl/sharedStrings.xml").contains("第60个民族"));
    let saved = folder.path().join("同样.xlsx");
    book().save(&saved).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), std::fs::read(saved).unwrap());
}
