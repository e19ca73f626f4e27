//! Every quirk of every format, built in code and read through one helper; then what must be refused; then what is
//! written.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise, its helpers, too"
)]

mod build;
mod hostile;
mod html;
mod paper;
mod refused;
mod text;
mod writing;
mod xls;
mod xlsx;

use documents::table::{Field, Folded, Header, Limits, ReadError, Row, Schema, Table, open};
use std::ops::ControlFlow;
use std::path::Path;

/// A list with the shapes that the real ones have: columns it cannot do without, either of two, and a second person.
pub(crate) fn schema() -> Schema {
    let field = |key: &str, headings: &[&str], required: bool, any_of: Option<u8>| Field {
        key: key.to_owned(),
        headings: headings.iter().map(|&heading| heading.to_owned()).collect(),
        required,
        any_of,
    };
    Schema {
        list: "学籍".to_owned(),
        fields: vec![
            field("name", &["姓名", "学生姓名"], true, None),
            field("id", &["身份证件号", "身份证号", "公民身份号码"], false, Some(1)),
            field("roll", &["学籍号", "全国学籍号"], false, Some(1)),
            field("birth", &["出生日期"], false, None),
            field("guardian", &["成员1姓名", "监护人姓名"], false, None),
            field("phone", &["成员1联系电话", "联系电话"], false, None),
        ],
    }
}

/// What was read: each row as its fields with `|` between, and all that came with it.
pub(crate) struct Read {
    pub(crate) header: Header,
    pub(crate) rows: Vec<String>,
    pub(crate) lines: Vec<u64>,
    pub(crate) folded: Folded<()>,
}

pub(crate) fn read_path(path: &Path, limits: &Limits) -> Result<Read, ReadError> {
    let schema = schema();
    let table = open(path, &schema, limits)?;
    let folded = table.fold(
        Vec::new,
        |rows: &mut Vec<(String, u64)>, row| {
            let fields: Vec<&str> = (0..schema.fields.len()).map(|field| row.get(field)).collect();
            rows.push((fields.join("|").trim_end_matches('|').to_owned(), row.line()));
        },
        &|_| {},
    )?;
    let (rows, lines): (Vec<_>, Vec<_>) = folded.parts.iter().flatten().cloned().unzip();
    assert_eq!(rows.len() as u64, folded.rows);
    let Folded { rows: count, footers, footers_skipped, garbled, sha256, .. } = folded;
    let folded = Folded { parts: Vec::new(), rows: count, footers, footers_skipped, garbled, sha256 };
    walks_as_it_folds(&table, &schema, &rows, &lines, &folded);
    Ok(Read { header: table.header().clone(), rows, lines, folded })
}

/// Whatever the format: row after row is what all cores together give, and a caller who has enough is left alone.
fn walks_as_it_folds(table: &Table, schema: &Schema, rows: &[String], lines: &[u64], folded: &Folded<()>) {
    let mut seen = Vec::new();
    let mut each = |row: &Row<'_>| {
        let fields: Vec<&str> = (0..schema.fields.len()).map(|field| row.get(field)).collect();
        seen.push((fields.join("|").trim_end_matches('|').to_owned(), row.line()));
        ControlFlow::Continue(())
    };
    let walked = table.walk(&mut each, &|_| {}).unwrap();
    let expected: Vec<(String, u64)> = rows.iter().cloned().zip(lines.iter().copied()).collect();
    assert_eq!(seen, expected);
    assert_eq!(
        (walked.rows, walked.garbled, walked.sha256),
        (folded.rows, folded.garbled, Some(folded.sha256))
    );
    assert_eq!((walked.footers_skipped, walked.footers), (folded.footers_skipped, folded.footers.clone()));

    let mut calls = 0;
    let mut first = |_: &Row<'_>| {
        calls += 1;
        ControlFlow::Break(())
    };
    let walked = table.walk(&mut first, &|_| {}).unwrap();
    assert_eq!((calls, walked.rows, walked.sha256), (1, 1, None));
}

/// Writes `bytes` to a file of this name and reads it.
pub(crate) fn read_named(name: &str, bytes: &[u8]) -> Result<Read, ReadError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    read_path(&path, &Limits::default())
}

/// The one helper of the reading tests: a file must give exactly these rows.
#[track_caller]
pub(crate) fn check(bytes: impl AsRef<[u8]>, expected: &[&str]) -> Read {
    match read_named("名单", bytes.as_ref()) {
        Ok(read) => {
            assert_eq!(read.rows, expected);
            read
        }
        Err(error) => panic!("{error}"),
    }
}
