//! 五(十二): nothing that the program shows, writes or answers ranks schools or speaks of examinations: neither a page, nor a heading of a
//! workbook, nor a paper, nor a field of the API. The words may stand where they are refused, and nowhere else. Each of the guards is shown
//! here what it must find, so that it can fail. Pages as they are rendered in a county of every role: `e2e/journeys/9e-bulletin.test.mjs`.

use std::fs;
use std::path::{Path, PathBuf};

use rules::publish::RANKING;
use serde_json::Value;

use crate::hazards::root;

/// Where they are refused: the guard of what is published, with its words.
const GUARDS: [&str; 1] = ["crates/rules/src/publish/"];

fn files(at: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(at).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, into);
        } else if path
            .extension()
            .is_some_and(|end| ["rs", "html", "toml", "typ", "js", "txt"].iter().any(|own| end == *own))
        {
            into.push(path);
        }
    }
}

/// The files of folders below the root, without their guards: name and text.
fn texts(folders: &[&str]) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for folder in folders {
        files(&root().join(folder), &mut all);
    }
    all.into_iter()
        .filter_map(|path| {
            let name =
                path.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/");
            let is_guard = GUARDS.iter().any(|guard| name.starts_with(guard));
            (!is_guard).then(|| (name, fs::read_to_string(&path).expect("text")))
        })
        .collect()
}

/// A word that is refused in the same breath: 不排名, 不炒作升学率, 不得出现.
fn is_refused(line: &str, at: usize) -> bool {
    let before: String = line.get(..at).unwrap_or_default().chars().rev().take(12).collect();
    before.contains('不') || before.contains('禁')
}

/// Lines that speak of a rank or an examination.
fn spoken(name: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        // A comment is read by nobody in a county.
        let trimmed = line.trim_start();
        if trimmed.starts_with("//") || trimmed.starts_with('#') || trimmed.starts_with("{#") {
            continue;
        }
        for word in RANKING {
            let at = line.match_indices(word).filter(|(at, _)| !is_refused(line, *at));
            found.extend(at.map(|_| format!("{name}:{}: {word}", number + 1)));
        }
    }
    found
}

#[test]
fn nothing_ranks_schools_or_speaks_of_examinations() {
    let all = texts(&[
        "crates/rules/src",
        "crates/casework/src",
        "crates/documents/src",
        "crates/web/src",
        "crates/web/templates",
        "crates/web/assets",
        "crates/baoxue/src",
        "plans",
    ]);
    assert!(all.len() > 300, "{} files were read", all.len());
    let found: Vec<String> = all.iter().flat_map(|(name, text)| spoken(name, text)).collect();
    assert!(found.is_empty(), "五(十二): {}", found.join("\n"));
    // And it finds them.
    for planted in ["<th>排名</th>", "(\"升学率\", 12.0)", "label: \"中考成绩\".to_owned()"] {
        assert_eq!(spoken("planted", planted).len(), 1, "{planted}");
    }
    assert!(spoken("planted", "不给学校排名\n// 排名").is_empty());
}

/// Statements that put schools, townships or villages into the order of a number: how many, how late, how large a part.
fn ordered(name: &str, text: &str) -> Vec<String> {
    const MEASURES: [&str; 12] = [
        "count(",
        "sum(",
        "avg(",
        "rate",
        "percent",
        "share",
        "ins",
        "outs",
        "pupils desc",
        "late desc",
        "open desc",
        "many desc",
    ];
    let mut found = Vec::new();
    let lower = text.to_lowercase();
    for (at, _) in lower.match_indices("order by ") {
        let before: String = lower
            .get(..at)
            .unwrap_or_default()
            .chars()
            .rev()
            .take(900)
            .collect::<Vec<_>>()
            .iter()
            .rev()
            .collect();
        let statement = before.rsplit("select ").next().unwrap_or_default();
        let of_units = ["from unit", "join unit on", "kind = 'school'", "kind in ('township'"]
            .iter()
            .any(|word| statement.contains(word));
        let rest: String = lower.get(at + 9..).unwrap_or_default().chars().take(160).collect();
        let clause = rest.split(['"', ';', ')']).next().unwrap_or_default();
        let clause = clause.split(" limit").next().unwrap_or_default();
        let first = clause.split(',').next().unwrap_or_default().trim();
        // What is first decides; a measure behind the code of a unit orders nothing.
        let words: Vec<&str> = first.split(|sign: char| !(sign.is_alphanumeric() || sign == '_')).collect();
        let measured = MEASURES.iter().any(|measure| {
            first.starts_with(measure) || words.iter().any(|word| word == measure) || first.ends_with(measure)
        });
        if of_units && measured {
            found.push(format!("{name}: order by {clause}"));
        }
    }
    found
}

/// No list of schools or townships is read in the order of a rate or a count; they stand by their codes.
#[test]
fn no_list_of_schools_is_in_the_order_of_a_number() {
    let all = texts(&["crates/casework/src"]);
    let found: Vec<String> = all.iter().flat_map(|(name, text)| ordered(name, text)).collect();
    assert!(found.is_empty(), "五(十二): {}", found.join("\n"));
    let planted = "select unit.name, v.ins from figure_value v join unit on unit.id = v.unit order by v.ins desc, unit.id\"";
    assert_eq!(ordered("planted", planted).len(), 1);
    let planted = "select unit.name, count(*) from unit join child on child.school = unit.id group by 1 order by count(*) desc\"";
    assert_eq!(ordered("planted", planted).len(), 1);
    let harmless = "select name from unit where county = $1 order by coalesce(code, ''), sort, id\"";
    assert!(ordered("planted", harmless).is_empty());
}

/// Headings of workbooks: `("标题", 30.0)`.
fn headings(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in text.lines() {
        let mut rest = line;
        while let Some(at) = rest.find("(\"") {
            rest = rest.get(at + 2..).unwrap_or_default();
            let Some((heading, after)) = rest.split_once('"') else { break };
            let width: String = after
                .trim_start_matches([',', ' '])
                .chars()
                .take_while(|sign| sign.is_ascii_digit() || *sign == '.')
                .collect();
            if width.parse::<f64>().is_ok() && after.starts_with(',') {
                found.push(heading.to_owned());
            }
            rest = after;
        }
    }
    found
}

/// Whether a heading of a column puts one above another, or is of an examination.
fn ranks(heading: &str) -> bool {
    let of_rank =
        ["名次", "位次", "等级", "得分", "评分", "总分", "分数", "成绩", "星级", "优秀", "先进", "后进"];
    RANKING.iter().chain(&of_rank).any(|word| heading.contains(word)) || heading == "序位"
}

/// No workbook has a column of ranks, marks or examinations.
#[test]
fn no_column_of_a_workbook_ranks() {
    let all = texts(&["crates/casework/src", "crates/documents/src", "crates/web/src", "crates/baoxue/src"]);
    let mut columns = 0;
    for (name, text) in &all {
        for heading in headings(text) {
            columns += 1;
            assert!(!ranks(&heading), "五(十二): {name}: {heading}");
        }
    }
    assert!(columns > 60, "{columns} headings were read");
    let planted = headings("columns: &[(\"学校\", 30.0), (\"得分\", 8.0), (\"名次\", 8)]");
    assert_eq!(planted, ["学校", "得分", "名次"]);
    assert!(!ranks("学校") && ranks("得分") && ranks("名次"));
}

/// Names in a description of the API that could order schools: of properties, of parameters, of what a list can be sorted by.
fn named(schema: &str, at: &Value, found: &mut Vec<String>) {
    const PARTS: [&str; 16] = [
        "rank",
        "ranks",
        "ranking",
        "position",
        "score",
        "scores",
        "exam",
        "exams",
        "grade_average",
        "average",
        "percentile",
        "best",
        "worst",
        "top",
        "league",
        "promotion",
    ];
    let is_of = |name: &str| name.split(['_', '-']).any(|part| PARTS.contains(&part)) || name == "pass_rate";
    match at {
        Value::Object(all) => {
            if let Some(Value::Object(properties)) = all.get("properties") {
                found.extend(
                    properties.keys().filter(|name| is_of(name)).map(|name| format!("{schema}.{name}")),
                );
            }
            if all.contains_key("in")
                && let Some(Value::String(name)) = all.get("name")
                && (is_of(name) || ["sort", "order", "order_by"].contains(&name.as_str()))
            {
                found.push(format!("?{name}"));
            }
            for (name, below) in all {
                let schema = if schema == "schemas" { name.as_str() } else { schema };
                named(if name == "schemas" { name.as_str() } else { schema }, below, found);
            }
        }
        Value::Array(all) => all.iter().for_each(|below| named(schema, below, found)),
        _ => {}
    }
}

/// No answer of the API has a field that could order schools; the one score is 把握, how sure it is that two rows are one child,
/// the one position where a visit was.
#[test]
fn no_answer_has_a_rank() {
    let api = fs::read_to_string(root().join("docs/openapi.json")).expect("the document");
    let api: Value = serde_json::from_str(&api).expect("JSON");
    let mut found = Vec::new();
    named("", &api, &mut found);
    found.sort();
    found.dedup();
    assert_eq!(found, SURE, "五(十二)");
    let planted = r#"{"components":{"schemas":{"School":{"properties":{"name":{},"exam_rank":{}}}}},"parameters":[{"in":"query","name":"sort"}]}"#;
    let mut found = Vec::new();
    named("", &serde_json::from_str(planted).expect("JSON"), &mut found);
    assert_eq!(found, ["School.exam_rank", "?sort"]);
}

/// Properties that are of a match, and of a place on the map, and not of a school.
const SURE: [&str; 2] = ["Finding.score", "VisitSent.position"];
