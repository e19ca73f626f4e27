//! docs/clauses.md: every paragraph of 四 and 五 of the plan has its row, and what the rows name is there: addresses, files, tests. What is
//! not done says so.

use std::fs;

use crate::hazards::{is_there, named, root};

const NUMBERS: [&str; 21] = [
    "一",
    "二",
    "三",
    "四",
    "五",
    "六",
    "七",
    "八",
    "九",
    "十",
    "十一",
    "十二",
    "十三",
    "十四",
    "十五",
    "十六",
    "十七",
    "十八",
    "十九",
    "二十",
    "二十一",
];

fn page() -> String {
    fs::read_to_string(root().join("docs/clauses.md")).expect("the page")
}

/// The cells of the row of a paragraph.
fn row<'a>(page: &'a str, clause: &str) -> Vec<&'a str> {
    let start = format!("| {clause} |");
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with(&start)).collect();
    assert_eq!(rows.len(), 1, "{clause} has one row");
    rows[0].trim_matches('|').split('|').map(str::trim).collect()
}

/// What stands between back quotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Each paragraph names its screen or why there is none, its rule and its test.
#[test]
fn every_paragraph_has_a_row() {
    let page = page();
    let routes = fs::read_to_string(root().join("docs/access-matrix.md")).expect("the routes");
    let of = |part: &str, most: usize| -> Vec<String> {
        NUMBERS.iter().take(most).map(|number| format!("{part}({number})")).collect()
    };
    for clause in [of("四", 21), of("五", 12)].concat() {
        let cells = row(&page, &clause);
        assert_eq!(cells.len(), 5, "{clause}");
        let [_, asked, screens, rules, tests] = cells[..] else { panic!("{clause}") };
        assert!(!asked.is_empty(), "{clause} says what is asked");
        let paths: Vec<&str> = quoted(screens).collect();
        assert!(
            !paths.is_empty() || screens.contains("还没有：议题6第"),
            "{clause}: a screen, or why there is none"
        );
        for path in paths {
            assert!(
                path.starts_with('/') && routes.contains(&format!("| GET | `{path}` |")),
                "{clause}: {path} is no page"
            );
        }
        let files: Vec<&str> = quoted(rules).collect();
        assert!(!files.is_empty(), "{clause} names its rule");
        for file in files {
            assert!(root().join(file).is_file(), "{clause}: {file} is not there");
        }
        let shown = named(tests);
        assert!(!shown.is_empty() && shown.len() == quoted(tests).count(), "{clause} names its test");
        for test in shown {
            assert!(is_there(test), "{clause}: {test} is not there");
        }
    }
}

/// What is said to be missing names the issue and the item that will bring it.
#[test]
fn what_is_missing_says_where_it_comes() {
    for line in page().lines().filter(|line| line.starts_with("| 四(") || line.starts_with("| 五(")) {
        for part in line.split("还没有：").skip(1) {
            let place = part.split(['。', '|', '；']).next().unwrap_or_default();
            assert!(place.contains("议题") && place.contains("第") && place.contains("项"), "{line}");
        }
    }
}

/// docs/guide.md: every address that it sends somebody to is a page.
#[test]
fn the_guide_leads_to_pages() {
    let guide = fs::read_to_string(root().join("docs/guide.md")).expect("the guide");
    let routes = fs::read_to_string(root().join("docs/access-matrix.md")).expect("the routes");
    let paths: Vec<&str> = quoted(&guide).collect();
    assert!(paths.len() > 20, "{} addresses", paths.len());
    for path in paths {
        assert!(routes.contains(&format!("| GET | `{path}` |")), "{path} is no page");
    }
}
