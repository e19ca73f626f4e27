//! Issue 2, “Bad input”: one clear Chinese message that says what to do, exit 2, nothing left behind. Hazards E01 to
//! E09 as far as they reach a command line.

use std::fs;

use crate::command::{Folder, compare, rows};
use crate::hostile::{Part, encrypted, workbook};

const ROLL: &str = "学校标识码,姓名,身份证件号,学籍号,年级,班级,出生日期\n\
    2153901000,李小明,539999201504030013,G539999201504030013,五年级,1班,20150403\n";
const HOUSEHOLD: &str = "姓名,公民身份号码,出生日期,监护人姓名\n李小明,539999201504030013,20150403,李国\n";

/// A household list of these bytes is refused with these words, and nothing is left behind.
fn check(name: &str, bytes: &[u8], expected: &str) {
    let folder = Folder::new();
    let (household, roll) = (folder.write(name, bytes), folder.write("roll.csv", ROLL));
    refused(&folder, &household, &roll, name, expected);
}

fn refused(folder: &Folder, household: &str, roll: &str, place: &str, expected: &str) {
    let out = folder.arg("out");
    let said = compare(household, roll, &out, &[]);
    assert_eq!(said.code, 2, "{place}: {said:?}");
    assert!(said.error().contains(expected), "{place}: {said:?}");
    assert!(said.error().contains(place), "{place}: {said:?}");
    assert_eq!(said.error().matches(" · ").count(), 2, "{said:?}");
    assert!(said.out.is_empty());
    assert!(!folder.path("out").exists(), "{place}: {:?}", folder.files("out"));
}

/// E01, E02: refused by what is really inflated, not by what the file claims.
#[test]
fn a_zip_bomb_is_refused() {
    check("户籍.xlsx", &workbook(Part::Swelling(512 << 20)), "压缩炸弹");
}

/// E03
#[test]
fn an_entity_bomb_is_refused() {
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>\
        <worksheet><sheetData><row><c t=\"inlineStr\"><is><t>&b;</t></is></c></row></sheetData></worksheet>";
    check("户籍.xlsx", &workbook(Part::Plain(bomb.as_bytes())), "DOCTYPE");
}

/// E04
#[test]
fn files_that_are_no_table_are_refused() {
    let sheet = "<worksheet><sheetData><row><c t=\"inlineStr\"><is><t>姓名</t></is></c></row></sheetData></worksheet>";
    let whole = workbook(Part::Plain(sheet.as_bytes()));
    check("户籍.xlsx", whole.get(..whole.len() / 2).unwrap(), "损坏");
    check("户籍.xlsx", &encrypted(), "密码");
    check("户籍.csv", b"", "空");
    check("户籍.pdf", b"%PDF-1.7\n1 0 obj\n", "PDF");
    check("户籍.csv", "姓名,公民身份号码\n".as_bytes(), "没有");
    check("户籍.xlsx", &workbook(Part::Plain(b"<worksheet><sheetData/></worksheet>")), "没有内容");
}

#[test]
fn a_list_in_the_wrong_place_is_refused() {
    // A list of schools, where the household list belongs.
    check("户籍.csv", "学校标识码,学校名称,办学类型\n2153901000,南涧镇中心完小,小学\n".as_bytes(), "户籍");
    // The column without which nobody can be found.
    check("户籍.csv", "姓名,性别,出生日期\n李小明,男,20150403\n".as_bytes(), "公民身份号码");
    check("户籍.csv", "公民身份号码,性别\n539999201504030013,男\n".as_bytes(), "姓名");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let folder = Folder::new();
    let roll = folder.write("roll.csv", ROLL);
    refused(&folder, &folder.arg("没有.csv"), &roll, "没有.csv", "找不到文件");
    refused(&folder, &folder.arg(""), &roll, "", "文件夹");
}

/// A mistake in a later list takes nothing away of what an earlier run left, and puts nothing beside it.
#[test]
fn a_failure_leaves_the_folder_as_it_was() {
    let folder = Folder::new();
    let (household, roll) = (folder.write("h.csv", HOUSEHOLD), folder.write("r.csv", ROLL));
    let (out, missing) = (folder.arg("out"), folder.arg("没有.csv"));
    fs::create_dir(&out).unwrap();
    folder.write("out/findings.csv", "earlier");
    let said = compare(&household, &roll, &out, &["--poverty", &missing]);
    assert_eq!(said.code, 2);
    assert_eq!(folder.files("out"), ["findings.csv"]);
    // What is in the way of the folder is the machine's failure, not the list's.
    let blocked = folder.write("blocked", "a file");
    let said = compare(&household, &roll, &blocked, &[]);
    assert_eq!(said.code, 1, "{said:?}");
    assert_eq!(fs::read_to_string(&blocked).unwrap(), "a file");
}

/// E09, E10: bad rows never stop the rest; each comes back with its reason.
#[test]
fn bad_rows_do_not_stop_the_rest() {
    let folder = Folder::new();
    let household = folder.write(
        "h.csv",
        format!(
            "{HOUSEHOLD}王芳,4.53999E+17,20150403,王强\n张伟,539999201504030014,20150403,张军\n\
             赵敏,539999201509010011,20151340,赵刚\n李小明,539999201504030013,20150403,李国\n"
        ),
    );
    let (roll, out) = (folder.write("r.csv", ROLL), folder.arg("out"));
    let said = compare(&household, &roll, &out, &[]);
    assert_eq!(said.code, 0, "{said:?}");
    let names: Vec<String> =
        rows(&folder.path("out/findings.csv")).iter().map(|row| row["name"].clone()).collect();
    assert_eq!(names, ["王芳", "张伟", "赵敏"]);
    let summary: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path("out/summary.json")).unwrap()).unwrap();
    assert_eq!(summary["counts"]["school_age"], 4);
    assert_eq!(summary["counts"]["repeated_household_rows"], 1);
    assert_eq!(summary["inputs"][0]["rows_to_correct"], 3);
    assert!(folder.path("out/problems.xlsx").exists());
}

/// D06: a name that is a formula stays text.
#[test]
fn formulas_stay_text() {
    let folder = Folder::new();
    let household =
        folder.write("h.csv", "姓名,公民身份号码,出生日期\n=HYPERLINK(1),539999201504030013,20150403\n");
    let roll =
        folder.write("r.csv", ROLL.replace("李小明,539999201504030013,G539999201504030013", "王芳,,J1"));
    let out = folder.arg("out");
    let said = compare(&household, &roll, &out, &[]);
    assert_eq!(said.code, 0, "{said:?}");
    let text = fs::read_to_string(folder.path("out/findings.csv")).unwrap();
    assert!(!text.contains(",=") && !text.contains("\"="), "{text}");
}
