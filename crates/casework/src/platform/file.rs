//! Reads a list that a platform put out, by its headings (`columns.toml`). Bounded; another list is refused. Of an ID number
//! only what comparing needs is kept, and only in memory.

use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::Path;

use rules::date::parse_date;
use rules::identity::IdDocument;
use rules::plan::{ListKind, Plan};
use rules::twin;

use crate::lists::open_export;
use crate::refused::Refused;

pub use crate::lists::LARGEST_EXPORT as LARGEST;

/// Rows that are compared at most.
pub const MOST_ROWS: usize = 20_000;

/// A row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Row {
    pub number: String,
    pub name: String,
    /// As the ledger keeps it; empty where there is none.
    pub id: String,
    pub birth: String,
    pub state: String,
}

/// The list.
#[derive(Debug, Clone, Default)]
pub struct Export {
    pub(super) rows: Vec<Row>,
    /// Rows that could not be used, with the line and what is wrong: at most fifty are named.
    pub rejected: Vec<String>,
    /// How many could not be used.
    pub rejected_count: u64,
    /// Headings that the plan does not know.
    pub unknown: Vec<String>,
    pub(super) hash: String,
    pub(super) title: String,
}

impl Export {
    /// How many rows can be compared.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// Reads the file at `path`, which people call `title`.
///
/// # Errors
/// [`Refused::Invalid`] when it cannot be read, is another list, or is too long (E01–E04).
pub fn read_export(path: &Path, plan: &Plan, title: &str) -> Result<Export, Refused> {
    let refused = |text: String| Refused::field("file", text);
    let columns = plan.list(ListKind::Platform);
    let table = open_export(path, columns)?;
    let at = |key: &str| columns.fields.iter().position(|field| field.key == key);
    let places = ["platform_no", "name", "id", "birth", "platform_state"].map(at);
    let mut export = Export { unknown: crate::lists::unknown(table.header()), ..Export::default() };
    let mut too_many = false;
    let walked = table.walk(
        &mut |row| {
            if export.rows.len() >= MOST_ROWS {
                too_many = true;
                return ControlFlow::Break(());
            }
            let [number, name, id, birth, state] =
                places.map(|place| place.map(|place| row.get(place)).unwrap_or_default());
            match read(number, name, id, birth, state) {
                Ok(read) => export.rows.push(read),
                Err(what) => {
                    export.rejected_count += 1;
                    if export.rejected.len() < 50 {
                        export.rejected.push(format!("第{}行：{what}", row.line()));
                    }
                }
            }
            ControlFlow::Continue(())
        },
        &|_| {},
    );
    let walked = walked.map_err(|error| refused(format!("{error}")))?;
    if too_many {
        return Err(refused(format!("超过{MOST_ROWS}行，请在平台里按乡镇或学校分开导出")));
    }
    if export.rows.is_empty() {
        return Err(refused(format!("没有一行能用。{}", export.rejected.first().map_or("", String::as_str))));
    }
    for byte in walked.sha256.unwrap_or_default() {
        // Writing into a string cannot fail.
        let _ = write!(export.hash, "{byte:02x}");
    }
    export.title = title.chars().filter(|c| !c.is_control()).take(100).collect();
    Ok(export)
}

fn read(number: &str, name: &str, id: &str, birth: &str, state: &str) -> Result<Row, String> {
    let number = twin::number(number).map_err(str::to_owned)?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 50 {
        return Err("没有姓名，或者太长".to_owned());
    }
    let id = match id.trim() {
        "" => String::new(),
        // A number that was masked or lost its digits says nothing; name and birthday may still.
        masked if masked.contains('*') => String::new(),
        text => {
            IdDocument::parse(text).map(|paper| paper.to_string()).map_err(|problem| problem.to_string())?
        }
    };
    let birth = parse_date(birth).map(|day| day.to_string()).unwrap_or_default();
    Ok(Row { number, name: name.to_owned(), id, birth, state: state.trim().chars().take(30).collect() })
}
