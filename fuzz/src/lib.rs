//! What the targets share: bytes are put into a file, opened as a list and read to the end. Any answer is right but a
//! panic, a hang or memory without end.

use documents::table::{Field, Limits, Schema, open};
use std::cell::RefCell;
use std::fs;
use tempfile::TempDir;

thread_local! {
    static FOLDER: RefCell<Option<TempDir>> = const { RefCell::new(None) };
}

/// Reads `bytes` as a list with a few fields.
///
/// # Panics
/// When the temporary folder cannot be written to, or an error says nothing.
pub fn read(bytes: &[u8]) {
    let path = FOLDER.with_borrow_mut(|folder| {
        let folder = folder.get_or_insert_with(|| tempfile::tempdir().expect("a temporary folder"));
        folder.path().join("list")
    });
    fs::write(&path, bytes).expect("the file is written");
    let field = |heading: &str, required| Field {
        key: heading.to_owned(),
        headings: vec![heading.to_owned()],
        required,
        any_of: None,
    };
    let schema = Schema {
        list: "学籍".to_owned(),
        fields: vec![field("姓名", true), field("身份证件号", false), field("成员1姓名", false)],
    };
    // Small, so that what escapes the limits shows soon.
    let limits = Limits { cells: 1_000_000, seconds: 5, ..Limits::default() };
    let read = open(&path, &schema, &limits).and_then(|table| {
        let each = |length: &mut usize, row: &documents::table::Row<'_>| {
            *length += row.cells().map(str::len).sum::<usize>() + (0..4).map(|field| row.get(field).len()).sum::<usize>();
        };
        table.fold(|| 0, each, &|_| {})
    });
    if let Err(error) = read {
        assert!(!error.what.is_empty() && !error.where_.is_empty() && !error.todo.is_empty());
    }
}
