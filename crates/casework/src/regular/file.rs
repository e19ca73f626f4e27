//! The files of a frozen report, each on the record with its digest before it leaves; and the internal list of a school's children as a workbook,
//! which asks for the right to take names out, a purpose and a fresh proof of identity.

use documents::paper::Paper;
use rules::access::{Action, Subject};
use rules::purpose::ListPurpose;
use rules::regular::{Kind, Stand, Why};

use super::read::{ReportFile, named, report};
use crate::desk::Desk;
use crate::exports::{self, Made, Shape};
use crate::params;
use crate::refused::Refused;

/// A paper before it is laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// What it says.
    pub paper: Paper,
    /// Of which report.
    pub report: String,
    /// What its file is called: kind and period, no sign that a header could not hold.
    pub name: String,
}

fn frozen(desk: &mut Desk<'_, '_>, id: &str) -> Result<ReportFile, Refused> {
    let file = report(desk, id)?;
    if file.line.stand == Stand::Frozen {
        return Ok(file);
    }
    Err(Refused::denied(Action::ReadRegular, "regular_report", id))
}

fn name(file: &ReportFile) -> String {
    format!("{}-{}-v{}", file.line.kind.code().replace('_', "-"), file.line.period, file.line.version)
}

/// The paper of a frozen report.
///
/// # Errors
/// [`Refused::Denied`] also while it is not frozen, [`Refused::Storage`].
pub fn paper(desk: &mut Desk<'_, '_>, id: &str, address: &str) -> Result<Drawn, Refused> {
    let file = frozen(desk, id)?;
    Ok(Drawn { paper: super::paper::paper(desk, &file, address)?, report: id.to_owned(), name: name(&file) })
}

/// Its workbook, and what the file is called.
///
/// # Errors
/// As [`paper`]; [`Refused::Fault`] where there is no room.
pub fn workbook(desk: &mut Desk<'_, '_>, id: &str) -> Result<(Vec<u8>, String), Refused> {
    let file = frozen(desk, id)?;
    Ok((super::paper::workbook(desk, &file)?, name(&file)))
}

/// Puts on the record that a file was made; only then it leaves.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn filed(
    desk: &mut Desk<'_, '_>,
    id: &str,
    form: &str,
    (sha256, bytes): (&str, usize),
) -> Result<(), Refused> {
    let row = super::write::row(desk, id, Action::ReadRegular)?;
    let path = [row.unit];
    let grant = desk.require(Action::ReadRegular, &Subject::Unit(&path), ("regular_report", id))?;
    desk.tx.execute(
        "insert into regular_file (county, report, form, sha256, bytes, by_account, at) values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (county, report, form, sha256) do nothing",
        &params![
            desk.county(),
            id,
            form,
            sha256,
            i64::try_from(bytes).unwrap_or(i64::MAX),
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    desk.record(
        Action::ReadRegular,
        grant.post,
        ("regular_report", id),
        "",
        &format!("{form}，SHA-256 {sha256}"),
    )
}

const SHAPE: Shape = Shape {
    name: "月报告内部名单",
    kind: "regular_report",
    action: Action::ExportChildren,
    columns: &[("学校", 26.0), ("月份", 12.0), ("姓名", 12.0), ("情况", 40.0)],
};

/// The children behind a school's report as a workbook; it is put on the record by [`exports::record`].
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Storage`], [`Refused::Fault`].
pub fn annex(desk: &mut Desk<'_, '_>, id: &str, purpose: ListPurpose) -> Result<Made, Refused> {
    let file = report(desk, id)?;
    if file.line.kind != Kind::SchoolMonth {
        return Err(Refused::denied(Action::ReadRegular, "regular_report", id));
    }
    let rows = named(desk, id)?;
    let rows = rows.into_iter().map(|one| {
        let why: Vec<&str> = one.why.iter().copied().map(Why::label).collect();
        vec![file.line.name.clone(), file.line.period.clone(), one.name, why.join("、")]
    });
    exports::of(desk, SHAPE, purpose, rows.collect())
}
