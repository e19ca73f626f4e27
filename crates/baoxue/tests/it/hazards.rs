//! docs/hazards.md and docs/faults.md name the tests that show each hazard; every test that they name is there, and
//! every case of the groups has its line.

use std::fs;
use std::path::{Path, PathBuf};

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What stands between back quotes in a text, and looks like `room file::test` or `e2e file::title`.
pub(crate) fn named(text: &str) -> Vec<&str> {
    let rooms = ["web ", "casework ", "rules ", "documents ", "linkage ", "baoxue ", "e2e "];
    text.split('`')
        .skip(1)
        .step_by(2)
        .filter(|item| item.contains("::") && rooms.iter().any(|room| item.starts_with(room)))
        .collect()
}

/// Whether the test is there.
pub(crate) fn is_there(item: &str) -> bool {
    let Some((place, test)) = item.split_once("::") else { return false };
    let Some((room, file)) = place.split_once(' ') else { return false };
    if room == "e2e" {
        let journey = fs::read_to_string(root().join("e2e/journeys").join(file)).unwrap_or_default();
        return journey.contains(&format!("test(\"{test}\""));
    }
    let room = root().join("crates").join(room);
    [format!("tests/it/{file}.rs"), format!("tests/{file}.rs"), format!("src/{file}.rs")].iter().any(|path| {
        let text = fs::read_to_string(room.join(path)).unwrap_or_default();
        text.contains(&format!("fn {test}("))
    })
}

#[test]
fn every_named_test_is_there() {
    for page in ["docs/hazards.md", "docs/faults.md"] {
        let Ok(text) = fs::read_to_string(root().join(page)) else { continue };
        let missing: Vec<&str> = named(&text).into_iter().filter(|item| !is_there(item)).collect();
        assert!(missing.is_empty(), "{page} names tests that are not there: {missing:?}");
    }
}

#[test]
fn every_case_has_a_line() {
    let text = fs::read_to_string(root().join("docs/hazards.md")).expect("the page");
    for (group, most) in [('A', 29), ('B', 14), ('C', 15), ('D', 14), ('E', 15), ('H', 9)] {
        for number in 1..=most {
            let id = format!("{group}{number:02}");
            let line = text.lines().find(|line| line.starts_with(&format!("| {id} |")));
            let line = line.unwrap_or_else(|| panic!("{id} has no line"));
            assert!(
                !named(line).is_empty() || line.contains("| not "),
                "{id} names neither a test nor why there is none"
            );
        }
    }
    assert!(named(&text).len() > 100);
}
