//! What contracts.md promises to whoever reads the files: headings, marks, line ends, row numbers, the same bytes
//! for the same inputs, masked numbers, exit codes.

use std::collections::{BTreeMap, HashSet};
use std::fs;

use crate::command::{Folder, baoxue, compare, compare_county, county, rows};

const FILES: [&str; 5] = ["findings.csv", "findings.xlsx", "links.csv", "problems.xlsx", "summary.json"];

fn compared(threads: u8) -> (Folder, BTreeMap<&'static str, Vec<u8>>) {
    let folder = Folder::new();
    county(&folder, 2000, 9, "csv");
    let said = compare_county(&folder, "csv", "out", threads);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(folder.files("out"), FILES);
    let bytes = FILES.map(|name| (name, fs::read(folder.path("out").join(name)).unwrap()));
    (folder, bytes.into_iter().collect())
}

#[test]
fn the_same_inputs_give_the_same_bytes_on_any_number_of_threads() {
    let ((_, one), (_, four)) = (compared(1), compared(4));
    for name in FILES {
        if name == "summary.json" {
            let without_time = |bytes: &[u8]| {
                let mut summary: serde_json::Value = serde_json::from_slice(bytes).unwrap();
                summary.as_object_mut().unwrap().remove("seconds").unwrap();
                summary
            };
            assert_eq!(without_time(&one[name]), without_time(&four[name]));
        } else {
            assert_eq!(one[name], four[name], "{name}");
        }
    }
}

#[test]
fn files_are_as_promised() {
    let (folder, files) = compared(2);
    let findings = String::from_utf8(files["findings.csv"].clone()).unwrap();
    assert!(findings.starts_with(
        "\u{feff}kind,household_row,roll_row,present_row,poverty_row,name,id_masked,birth,village,school,score,reason\r\n"
    ));
    let links = String::from_utf8(files["links.csv"].clone()).unwrap();
    assert!(links.starts_with("household_row,roll_row,score,tier,reason\r\n"));
    for text in [&findings, &links] {
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        assert!(text.ends_with("\r\n"));
    }

    let [household, roll] = ["household.csv", "roll.csv"].map(|name| rows(&folder.path(name)));
    let mut taken = HashSet::new();
    for link in rows(&folder.path("out/links.csv")) {
        let [left, right] =
            ["household_row", "roll_row"].map(|column| link[column].parse::<usize>().unwrap());
        assert!((1..=household.len()).contains(&left) && (1..=roll.len()).contains(&right));
        assert!(taken.insert(right), "学籍 row {right} belongs to two children");
        assert!(["exact", "strong", "probable", "second"].contains(&link["tier"].as_str()));
        if link["tier"] == "exact" {
            assert_eq!(household[left - 1]["公民身份号码"].len(), 18);
        }
    }
    for finding in rows(&folder.path("out/findings.csv")) {
        let row = finding["household_row"].parse::<usize>().ok();
        if let Some(row) = row {
            assert_eq!(finding["name"], household[row - 1]["姓名"].trim(), "row {row}");
        }
        assert!((0.0..=1.0).contains(&finding["score"].parse::<f64>().unwrap()));
        assert!(!finding["reason"].is_empty());
    }
    let summary: serde_json::Value = serde_json::from_slice(&files["summary.json"]).unwrap();
    assert_eq!(summary["as_of"], "2026-09-10");
    assert_eq!(summary["inputs"][0]["rows"], household.len());
    assert_eq!(summary["inputs"][0]["sha256"].as_str().unwrap().len(), 64);
}

/// Experience 8: what goes round the county, and what stands on a terminal, shows no whole number.
#[test]
fn numbers_are_masked() {
    let folder = Folder::new();
    county(&folder, 500, 3, "csv");
    let said = compare_county(&folder, "csv", "out", 2);
    let numbers: Vec<String> = ["household.csv", "roll.csv"]
        .iter()
        .flat_map(|name| rows(&folder.path(name)))
        .filter_map(|row| row.get("公民身份号码").or(row.get("身份证件号")).cloned())
        .filter(|number| number.len() == 18)
        .collect();
    let text = |name: &str| fs::read_to_string(folder.path("out").join(name)).unwrap();
    for (place, text) in [
        ("findings.csv", text("findings.csv")),
        ("links.csv", text("links.csv")),
        ("summary.json", text("summary.json")),
        ("terminal", said.out + &said.err),
    ] {
        assert_eq!(numbers.iter().find(|number| text.contains(number.as_str())), None, "{place}");
    }
}

#[test]
fn command_line_mistakes_are_explained_in_chinese() {
    let check = |args: &[&str], expected: &str| {
        let said = baoxue(args);
        assert_eq!(said.code, 2, "{args:?}: {said:?}");
        assert!(said.out.is_empty() && said.error().contains(expected), "{args:?}: {said:?}");
        assert_eq!(said.error().matches(" · ").count(), 2, "{said:?}");
    };
    check(&[], "没有写命令");
    check(&["comprae"], "没有这个命令");
    check(&["compare"], "--household");
    check(&["compare", "--hosuehold", "x"], "--hosuehold");
    check(&["compare", "--household"], "--household");
    check(&["compare", "--household", "a", "--household", "b"], "写了两次");
    check(&["compare", "--as-of", "2026-13-01"], "2026-13-01");
    check(&["compare", "--list", "外出就读"], "名称=文件");
    check(&["synth", "--out", "x", "--children", "许多"], "许多");
    check(&["synth", "--out", "x", "--format", "pdf"], "pdf");
    check(&["plan", "check", "/nowhere"], "读不了方案文件夹");
    check(&["template", "花名册"], "没有这种名单");
    check(&["template"], "名单");
    for args in [
        &["--help"][..],
        &["compare", "--help"],
        &["synth", "--help"],
        &["template", "--help"],
        &["plan", "check", "--help"],
    ] {
        let said = baoxue(args);
        assert_eq!((said.code, said.err.as_str()), (0, ""));
        for english in ["Usage", "Options", "Commands", "Arguments", "Print", "default", "The "] {
            assert!(!said.out.contains(english), "{english} in {}", said.out);
        }
    }
}

/// The file and the line of every mistake are named.
#[test]
fn a_broken_plan_is_shown_line_by_line() {
    let folder = Folder::new();
    let nanjian = concat!(env!("CARGO_MANIFEST_DIR"), "/../../plans/nanjian");
    for name in ["plan.toml", "columns.toml", "divisions.toml", "calendar.toml"] {
        fs::copy(format!("{nanjian}/{name}"), folder.path(name)).unwrap();
    }
    let check = || baoxue(&["plan", "check", &folder.arg("")]);
    assert_eq!(check().code, 0);
    let plan = fs::read_to_string(folder.path("plan.toml")).unwrap();
    let line = 1 + plan.lines().position(|line| line == "clause = \"五(九)\"").unwrap();
    folder.write("plan.toml", plan.replacen("clause = \"五(九)\"", "clause = \"五(十三)\"", 1));
    let said = check();
    assert_eq!(said.code, 2);
    assert!(said.err.contains(&format!("plan.toml第{line}行")), "{said:?}");
    assert!(said.error().contains("1 处"), "{said:?}");
}

/// `template KIND`: every list has one, by its code or its name; what somebody has filled in is not written over.
#[test]
fn every_list_has_a_template() {
    let folder = Folder::new();
    let kinds = ["household", "学籍", "在校", "脱贫户", "残联", "elsewhere", "名单"];
    for (at, kind) in kinds.into_iter().enumerate() {
        let out = folder.arg(&format!("{at}.xlsx"));
        let said = baoxue(&["template", kind, "--out", &out]);
        assert_eq!(said.code, 0, "{kind}: {said:?}");
        let again = baoxue(&["template", kind, "--out", &out]);
        assert_eq!((again.code, again.error().contains("没有覆盖")), (2, true), "{again:?}");
    }
    let household = folder.arg("0.xlsx");
    let said = compare(&household, &folder.arg("1.xlsx"), &folder.arg("out"), &[]);
    assert!(said.error().contains("只有表头，没有数据"), "{said:?}");
    let said = baoxue(&["template", "roll", "--out", &folder.arg("nowhere/roll.xlsx")]);
    assert_eq!((said.code, said.error().contains("文件夹不存在")), (1, true), "{said:?}");
}
