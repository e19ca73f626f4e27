//! 五(十二): nothing that the program shows, writes or answers ranks schools or speaks of examinations: neither a page, nor a heading of a
//! workbook, nor a paper, nor a field of the API. The words may stand where they are refused, and nowhere else.

use std::fs;
use std::path::{Path, PathBuf};

use crate::hazards::root;

/// What no page, workbook, paper or answer speaks of.
const WORDS: [&str; 13] = [
    "排名",
    "名次",
    "排行",
    "升学率",
    "状元",
    "平均分",
    "及格率",
    "优秀率",
    "考试成绩",
    "学科成绩",
    "考分",
    "升学指标",
    "龙虎榜",
];

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

/// A word that is refused in the same breath: 不排名, 不炒作升学率, 不得出现.
fn is_refused(line: &str, at: usize) -> bool {
    let before: String = line.get(..at).unwrap_or_default().chars().rev().take(12).collect();
    before.contains('不') || before.contains('禁')
}

#[test]
fn nothing_ranks_schools_or_speaks_of_examinations() {
    let mut all = Vec::new();
    for folder in [
        "crates/rules/src",
        "crates/casework/src",
        "crates/documents/src",
        "crates/web/src",
        "crates/web/templates",
        "crates/web/assets",
        "crates/baoxue/src",
        "plans",
    ] {
        files(&root().join(folder), &mut all);
    }
    assert!(all.len() > 300, "{} files were read", all.len());
    let mut found = Vec::new();
    for path in all {
        let name = path.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/");
        if GUARDS.iter().any(|guard| name.starts_with(guard)) {
            continue;
        }
        let text = fs::read_to_string(&path).expect("text");
        for (number, line) in text.lines().enumerate() {
            // A comment is read by nobody in a county.
            let trimmed = line.trim_start();
            if trimmed.starts_with("//") || trimmed.starts_with('#') || trimmed.starts_with("{#") {
                continue;
            }
            for word in WORDS {
                found.extend(
                    line.match_indices(word)
                        .filter(|(at, _)| !is_refused(line, *at))
                        .map(|_| format!("{name}:{}: {word}", number + 1)),
                );
            }
        }
    }
    assert!(found.is_empty(), "五(十二): {}", found.join("\n"));
}

/// No answer of the API has a field that could order schools.
#[test]
fn no_answer_has_a_rank() {
    let api = fs::read_to_string(root().join("docs/openapi.json")).expect("the document");
    for field in ["rank", "ranking", "grade_average", "exam", "marks_average", "pass_rate", "promotion_rate"]
    {
        assert!(!api.contains(&format!("\"{field}\":")), "五(十二): {field}");
    }
}
