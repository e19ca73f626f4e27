//! The lists of a synthetic county, read for the ledger: each says which list it is, and every row says what the truth
//! says unless the truth says that somebody made a mistake there. Comparing is tested elsewhere.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use casework::lists::{Asked, Certainty, Limits, ListRow, recognise, rows as read_rows};
use rules::plan::{FILES, ListKind, Plan};

use crate::command::{Folder, county, rows};

const LISTS: [(&str, ListKind); 6] = [
    ("household", ListKind::Household),
    ("roll", ListKind::Roll),
    ("present", ListKind::Present),
    ("poverty", ListKind::Poverty),
    ("disability", ListKind::Disability),
    ("elsewhere", ListKind::Elsewhere),
];

fn plan() -> Plan {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../plans/nanjian");
    let file = |name: &str| (name.to_owned(), std::fs::read_to_string(format!("{folder}/{name}")).unwrap());
    Plan::load(&FILES.map(file).into_iter().collect()).unwrap()
}

/// The rows of a list by number; `None` for a row that was turned away.
fn read(folder: &Folder, plan: &Plan, file: &str, kind: ListKind) -> Vec<Option<ListRow>> {
    let on = jiff::civil::date(2026, 9, 10);
    let path = folder.path(file);
    let found = recognise(&path, plan, on, &Limits::default()).unwrap();
    assert_eq!((found.kind, found.certainty), (Some(kind), Certainty::Sure), "{file}");
    assert!(found.unknown.is_empty(), "{file}: {:?}", found.unknown);
    let asked = Asked { kind, plan, on, limits: Limits::default() };
    let mut all = Vec::new();
    let mut each = |row: Result<ListRow, _>| {
        all.push(row.ok());
        ControlFlow::Continue(None)
    };
    let read = read_rows(&path, &asked, &|_| {}, &mut each).unwrap();
    assert_eq!(read.rows, all.len() as u64);
    assert_eq!(read.rejected, all.iter().filter(|row| row.is_none()).count() as u64);
    all
}

/// E09–E11, L01, L02, L04: nobody is lost, nothing is guessed, and a row without a mistake has nothing to mend.
#[test]
fn the_ledger_reads_what_the_offices_wrote() {
    let folder = Folder::new();
    county(&folder, 1500, 6, "csv");
    let (plan, truth) = (plan(), rows(&folder.path("truth.csv")));
    let mut compared = 0;
    for (name, kind) in LISTS {
        let list = read(&folder, &plan, &format!("{name}.csv"), kind);
        assert_eq!(list.len(), rows(&folder.path(&format!("{name}.csv"))).len(), "{name}");
        let mut slips: HashMap<usize, HashSet<&str>> = HashMap::new();
        for slip in truth.iter().flat_map(|child| child["slips"].split_whitespace()) {
            if let Some((row, kind)) =
                slip.strip_prefix(&format!("{name}:")).and_then(|slip| slip.split_once(':'))
            {
                slips.entry(row.parse().unwrap()).or_default().insert(kind);
            }
        }
        for child in &truth {
            for number in child[&format!("{name}_rows")].split_whitespace() {
                let number: usize = number.parse().unwrap();
                let slips = slips.remove(&number).unwrap_or_default();
                let Some(row) = &list[number - 1] else {
                    assert!(slips.contains("id_scientific"), "{name} {number}: turned away, {slips:?}");
                    continue;
                };
                assert_eq!(row.number, number as u64);
                // Schools copy who is present from the roll, mistakes and all.
                let copied = kind == ListKind::Present && child["slips"].contains("roll:");
                let twice = |slip: &&str| matches!(*slip, "row_twice" | "roll_twice");
                if copied || !slips.iter().all(twice) {
                    continue;
                }
                compared += 1;
                assert_eq!(row.problems, [], "{name} {number}");
                let id = row.id.map(|id| id.to_string()).unwrap_or_default();
                assert!(id == child["id"] || child["origin"] == "unregistered", "{name} {number}");
                assert_eq!(row.name, child["name"], "{name} {number}");
                if matches!(kind, ListKind::Household | ListKind::Roll) {
                    assert_eq!(row.birth.unwrap().to_string(), child["birth"], "{name} {number}");
                    assert_eq!(row.sex.unwrap().label(), child["sex"], "{name} {number}");
                }
                if kind == ListKind::Household {
                    assert_eq!(row.place_code, child["village"], "{name} {number}");
                    assert!(row.relation.is_some() && !row.household_no.is_empty(), "{name} {number}");
                }
                if kind == ListKind::Roll {
                    assert!(row.student_no.is_some() && row.entered.is_some() && row.boarding.is_some());
                    assert!(!row.guardians.is_empty() || child["origin"] != "local", "{name} {number}");
                }
            }
        }
    }
    assert!(compared > 3000, "{compared}");
}

/// E04, E09: the kind of file makes no difference to the rows.
#[test]
fn workbooks_give_the_rows_that_csv_gives() {
    let plan = plan();
    let of = |format: &str| {
        let folder = Folder::new();
        county(&folder, 300, 7, format);
        LISTS.map(|(name, kind)| read(&folder, &plan, &format!("{name}.{format}"), kind))
    };
    for ((text, book), (name, _)) in of("csv").into_iter().zip(of("xlsx")).zip(LISTS) {
        assert_eq!(text, book, "{name}");
    }
}
