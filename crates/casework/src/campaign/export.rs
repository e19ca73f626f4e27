//! What a comparison found as a workbook: what the list shows to whoever reads it, by the same filter.

use rules::access::Action;
use rules::purpose::ListPurpose;

use super::finding::{FindingRow, ListQuery, list};
use crate::desk::Desk;
use crate::exports::{self, Made, Shape};
use crate::refused::Refused;

const FINDINGS: Shape = Shape {
    name: "比对发现",
    kind: "finding",
    action: Action::ExportFindings,
    columns: &[
        ("姓名", 12.0),
        ("出生日期", 12.0),
        ("为什么要查", 30.0),
        ("村", 24.0),
        ("学校", 26.0),
        ("进展", 30.0),
        ("谁核查", 24.0),
        ("期限", 12.0),
    ],
};

/// Everything that the filter finds.
///
/// # Errors
/// As [`exports::make`] and [`list`].
pub fn export(desk: &mut Desk<'_, '_>, query: &ListQuery, purpose: ListPurpose) -> Result<Made, Refused> {
    let mut next = Some(String::new());
    exports::make(desk, FINDINGS, purpose, |desk| {
        let Some(after) = next.take() else { return Ok(Vec::new()) };
        let listed = list(desk, &ListQuery { after, ..query.clone() })?;
        next = listed.next;
        Ok(listed.rows.into_iter().map(|one| row(desk, one)).collect())
    })
}

fn row(desk: &Desk<'_, '_>, one: FindingRow) -> Vec<String> {
    let kind = one.kind.map_or(String::new(), |kind| desk.plan.finding(kind).title.clone());
    let words = one.words();
    vec![
        one.name,
        one.birth.unwrap_or_default(),
        kind,
        one.village,
        one.school,
        words,
        one.assigned_to,
        one.due,
    ]
}
