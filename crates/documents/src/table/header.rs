//! Finds the header among the first rows of a sheet, below titles, in one row or in two (成员1 over 姓名 and 关系).
//!
//! Nothing here knows a file format: every reader hands over its first rows as text.

use super::cell::trimmed;
use super::heading::{Heading, Synonyms};
use super::{Column, Format, Header, Schema};
use std::collections::BTreeSet;

/// How far down a header is looked for, in rows that are not blank: titles, notes and a filled-in form head take
/// fewer than twenty in every template seen.
pub(crate) const HEADER_WITHIN: usize = 30;
/// Rows taken for the search: enough below the last possible header to tell whether anything follows it.
pub(crate) const HEAD_ROWS: usize = HEADER_WITHIN + 3;

/// One of the first rows of a sheet, cells as they stand.
#[derive(Debug, Clone, Default)]
pub(crate) struct HeadRow {
    pub(crate) line: u64,
    pub(crate) cells: Vec<String>,
}

/// The header of one sheet, measured against one schema.
pub(crate) struct Found {
    /// Lines up to this one are not data.
    pub(crate) last_line: u64,
    first_line: u64,
    headings: Vec<String>,
    columns: Vec<Option<usize>>,
    duplicates: Vec<(usize, Vec<usize>)>,
    /// The columns that the list cannot do without and that it lacks, by name.
    pub(crate) missing: Vec<String>,
    /// How many fields have a column.
    pub(crate) matched: usize,
}

impl Found {
    /// More is better: complete lists first, then those with more columns in common.
    pub(crate) fn worth(&self) -> (bool, usize) {
        (self.missing.is_empty(), self.matched)
    }

    pub(crate) fn into_header(self, schema: &Schema, sheet: String, format: Format) -> Header {
        let heading = |column: usize| self.headings.get(column).cloned().unwrap_or_default();
        let taken: BTreeSet<usize> = self.columns.iter().flatten().copied().collect();
        Header {
            sheet,
            format,
            line: self.first_line,
            fields: self
                .columns
                .iter()
                .map(|column| column.map(|index| Column { index, heading: heading(index) }))
                .collect(),
            unknown: (0..self.headings.len())
                .filter(|index| !taken.contains(index))
                .map(|index| Column { index, heading: heading(index) })
                .filter(|column| !column.heading.is_empty())
                .collect(),
            duplicates: self
                .duplicates
                .iter()
                .filter_map(|(field, columns)| {
                    let key = schema.fields.get(*field)?.key.clone();
                    let columns = columns.iter().map(|&index| Column { index, heading: heading(index) });
                    Some((key, columns.collect()))
                })
                .collect(),
            other_sheets: Vec::new(),
            headings: self.headings,
        }
    }
}

/// The row, or pair of rows, among `head` that says most about `schema`; `None` when no row names a single field.
pub(crate) fn find(head: &[HeadRow], synonyms: &Synonyms, schema: &Schema) -> Option<Found> {
    let mut best: Option<Found> = None;
    for (at, row) in head.iter().take(HEADER_WITHIN).enumerate() {
        let found = header_at(row, head.get(at + 1), synonyms, schema);
        if found.matched > 0 && best.as_ref().is_none_or(|best| found.worth() > best.worth()) {
            best = Some(found);
        }
    }
    best
}

fn header_at(row: &HeadRow, below: Option<&HeadRow>, synonyms: &Synonyms, schema: &Schema) -> Found {
    let single = assign(&labels(&row.cells), synonyms, schema);
    let found = |columns: Assigned, headings: Vec<String>, last_line| Found {
        first_line: row.line,
        last_line,
        headings,
        missing: missing(&columns.fields, schema),
        matched: columns.fields.iter().flatten().count(),
        columns: columns.fields,
        duplicates: columns.duplicates,
    };
    if let Some(below) = below {
        let joined_labels = joined(&row.cells, &below.cells);
        let both = assign(&joined_labels, synonyms, schema);
        let alone = assign(&labels(&below.cells), synonyms, schema).matched();
        let says_more = both.matched() > single.matched() && both.matched() > alone;
        if says_more || continues(&single, below) {
            let headings = joined_labels.into_iter().map(|label| label.written).collect();
            return found(both, headings, below.line);
        }
    }
    let headings = row.cells.iter().map(|cell| one_line(cell)).collect();
    found(single, headings, row.line)
}

/// A row under a header that fills none of the recognised columns is the lower half of that header (the recognised
/// ones being merged over both rows), for a row of data has at least a name.
fn continues(single: &Assigned, below: &HeadRow) -> bool {
    single.matched() >= 2
        && single
            .fields
            .iter()
            .flatten()
            .all(|&column| below.cells.get(column).is_none_or(|cell| trimmed(cell).is_empty()))
}

/// What one column is called: as written, and the spellings to look up with how weak each is.
struct Label {
    written: String,
    spellings: Vec<(u8, String)>,
}

/// A lower heading alone says less than the pair of which it is half: 姓名 under 成员1 is not the child's name as long
/// as another column is.
const HALF: u8 = 2;

fn spellings(text: &str, weakness: u8) -> [(u8, String); 2] {
    let heading = Heading::of(text);
    [(weakness, heading.full), (weakness.saturating_add(1), heading.bare)]
}

fn labels(cells: &[String]) -> Vec<Label> {
    cells.iter().map(|cell| Label { written: one_line(cell), spellings: spellings(cell, 0).into() }).collect()
}

/// Joins a row of groups with the row of headings below; a group reaches right over the blanks beside it.
fn joined(top: &[String], below: &[String]) -> Vec<Label> {
    let mut group = "";
    (0..top.len().max(below.len()))
        .map(|column| {
            let upper = top.get(column).map_or("", |cell| trimmed(cell));
            let lower = below.get(column).map_or("", |cell| trimmed(cell));
            if !upper.is_empty() {
                group = upper;
            }
            if lower.is_empty() {
                return Label { written: one_line(upper), spellings: spellings(upper, 0).into() };
            }
            let pair = format!("{group}{lower}");
            let mut all = Vec::from(spellings(&pair, 0));
            all.extend(spellings(lower, HALF));
            Label { written: one_line(&pair), spellings: all }
        })
        .collect()
}

fn one_line(cell: &str) -> String {
    trimmed(cell).split_whitespace().collect::<Vec<_>>().join(" ")
}

struct Assigned {
    fields: Vec<Option<usize>>,
    duplicates: Vec<(usize, Vec<usize>)>,
}

impl Assigned {
    fn matched(&self) -> usize {
        self.fields.iter().flatten().count()
    }
}

/// Gives each field the column whose heading is the surest: whole rather than half, the field's earlier spelling
/// rather than a later one, the left one of two alike.
fn assign(labels: &[Label], synonyms: &Synonyms, schema: &Schema) -> Assigned {
    let mut claims: Vec<Vec<(u8, usize, usize)>> = vec![Vec::new(); schema.fields.len()];
    for (column, label) in labels.iter().enumerate() {
        let claim = label.spellings.iter().find_map(|(weakness, spelling)| {
            let (field, order) = synonyms.field(spelling)?;
            Some((field, (weakness / HALF, order, column)))
        });
        if let Some((field, claim)) = claim
            && let Some(claims) = claims.get_mut(field)
        {
            claims.push(claim);
        }
    }
    let mut duplicates = Vec::new();
    let fields = claims
        .iter_mut()
        .enumerate()
        .map(|(field, claims)| {
            claims.sort_unstable();
            let first = *claims.first()?;
            let alike: Vec<usize> =
                claims.iter().filter(|claim| claim.0 == first.0).map(|claim| claim.2).collect();
            if alike.len() > 1 {
                duplicates.push((field, alike));
            }
            Some(first.2)
        })
        .collect();
    Assigned { fields, duplicates }
}

/// The headings, in the words of the schema, that the list cannot do without and that have no column.
fn missing(columns: &[Option<usize>], schema: &Schema) -> Vec<String> {
    let has = |index: usize| columns.get(index).copied().flatten().is_some();
    let mut missing = Vec::new();
    let mut groups = BTreeSet::new();
    for (index, field) in schema.fields.iter().enumerate() {
        if field.required && !has(index) {
            missing.push(field.name().to_owned());
        }
        if let Some(group) = field.any_of
            && groups.insert(group)
        {
            let members =
                || schema.fields.iter().enumerate().filter(|(_, member)| member.any_of == Some(group));
            if !members().any(|(index, _)| has(index)) {
                missing.push(members().map(|(_, member)| member.name()).collect::<Vec<_>>().join(" 或 "));
            }
        }
    }
    missing
}
