//! The plan of Nanjian as it lies in the repository: it loads, and says what the published document says.

use std::collections::BTreeMap;
use std::path::Path;

use rules::plan::{FILES, Plan};

fn files() -> BTreeMap<String, String> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plans/nanjian");
    FILES.iter().map(|name| ((*name).to_owned(), std::fs::read_to_string(dir.join(name)).unwrap())).collect()
}

fn plan() -> Plan {
    Plan::load(&files()).unwrap_or_else(|problems| {
        panic!("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })
}

#[test]
fn loads() {
    assert_eq!(plan().divisions().villages().count(), 81);
    assert_eq!(plan().divisions().townships().count(), 8);
}
