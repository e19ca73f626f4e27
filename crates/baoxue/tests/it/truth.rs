//! The whole program against the truth of synthetic counties: what it finds, what it misses, what it makes up.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::command::{Folder, compare_county, county, rows};

type Rows = Vec<HashMap<String, String>>;

/// By kind: (children found and so in truth, found but not so, missed).
type Score = BTreeMap<String, (Vec<String>, Vec<String>, Vec<String>)>;

fn score(seed: u32, truth: &Rows, findings: &Rows, total: &mut Score) {
    let mut person_of: HashMap<(&str, &str), &HashMap<String, String>> = HashMap::new();
    for child in truth {
        for (list, column) in [("household_row", "household_rows"), ("roll_row", "roll_rows")] {
            for row in child[column].split_whitespace() {
                person_of.insert((list, row), child);
            }
        }
    }
    let mut found: BTreeSet<(String, String)> = BTreeSet::new();
    for finding in findings {
        let list = if finding["household_row"].is_empty() { "roll_row" } else { "household_row" };
        let child = person_of[&(list, finding[list].as_str())];
        found.insert((finding["kind"].clone(), child["person"].clone()));
    }
    for child in truth {
        let person = &child["person"];
        let real: BTreeSet<&str> = child["findings"].split_whitespace().collect();
        for kind in KINDS {
            let entry = total.entry((*kind).to_owned()).or_default();
            let name = format!("{seed}:{person}");
            match (real.contains(kind), found.contains(&((*kind).to_owned(), person.clone()))) {
                (true, true) => entry.0.push(name),
                (false, true) => entry.1.push(name),
                // A child who is shown with both candidates is neither found nor missed.
                (true, false) if found.contains(&("needs_review".to_owned(), person.clone())) => {}
                (true, false) => entry.2.push(name),
                (false, false) => {}
            }
        }
    }
}

const KINDS: &[&str] =
    &["not_on_roll", "not_in_school", "poverty_dropout", "studying_elsewhere", "roll_only", "duplicate_roll"];

/// Issue 2, “How good”: nearly every child is found, and hardly anybody is sought in vain. Bounds are looser than
/// what is measured, so that one unlucky child in a small county is no failure.
#[test]
fn finds_the_children_of_synthetic_counties() {
    let mut total = Score::new();
    for seed in [1, 2, 3] {
        let folder = Folder::new();
        county(&folder, 2000, seed, "csv");
        let said = compare_county(&folder, "csv", "out", 2);
        assert_eq!(said.code, 0, "{said:?}");
        let (truth, findings) = (rows(&folder.path("truth.csv")), rows(&folder.path("out/findings.csv")));
        let review = findings.iter().filter(|finding| finding["kind"] == "needs_review").count();
        assert!(review * 1000 <= truth.len() * 3, "{review} children left undecided in county {seed}");
        score(seed, &truth, &findings, &mut total);
    }
    for (kind, (right, made_up, missed)) in &total {
        let of = |part: usize, rest: usize| part as f64 / (part + rest).max(1) as f64;
        let (precision, recall) = (of(right.len(), made_up.len()), of(right.len(), missed.len()));
        assert!(!right.is_empty(), "{kind}: nobody");
        assert!(precision >= 0.96, "{kind}: precision {precision:.4}, made up {made_up:?}");
        assert!(recall >= 0.98, "{kind}: recall {recall:.4}, missed {missed:?}");
    }
    assert_eq!(total["not_on_roll"].2, Vec::<String>::new(), "children lost");
}

/// The kind of file makes no difference to what is found.
#[test]
fn workbooks_say_what_csv_says() {
    let [text, book] = ["csv", "xlsx"].map(|format| {
        let folder = Folder::new();
        county(&folder, 500, 4, format);
        let said = compare_county(&folder, format, "out", 2);
        assert_eq!(said.code, 0, "{said:?}");
        rows(&folder.path("out/findings.csv"))
    });
    assert_eq!(text, book);
}
