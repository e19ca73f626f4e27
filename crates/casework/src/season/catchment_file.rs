//! A workbook or text file of catchments as lines for the form: read, bounded, and looked at by somebody before anything is kept. It stores nothing and
//! knows no unit.

use std::path::Path;

use documents::table::{self, Field, Limits, Schema};

use crate::refused::Refused;

/// Longest file that is read, in bytes.
pub const LARGEST: usize = 2 * 1024 * 1024;

/// The lines of a workbook or text file with the headings 乡镇、村、小组、小学、初中, to be looked at before they are written. Nothing is stored.
///
/// # Errors
/// [`Refused::Invalid`] when it cannot be read, is another list, or is too long (E01–E04).
pub fn catchment_lines(path: &Path) -> Result<String, Refused> {
    // A village may have a line for one stage alone; one of the two must have a column.
    let field = |key: &str, headings: &[&str], required, any_of| Field {
        key: key.to_owned(),
        headings: headings.iter().map(|&one| one.to_owned()).collect(),
        required,
        any_of,
    };
    let schema = Schema {
        list: "学区划片表".to_owned(),
        fields: vec![
            field("township", &["乡镇", "乡（镇）", "街道"], true, None),
            field("village", &["村", "村委会", "村（居）委会", "行政村", "社区"], true, None),
            field("group", &["小组", "村民小组", "自然村", "组"], false, None),
            field("primary", &["小学", "小学学校", "对应小学"], false, Some(1)),
            field("junior", &["初中", "初中学校", "对应初中"], false, Some(1)),
        ],
    };
    let limits = Limits {
        file: u64::try_from(LARGEST).unwrap_or(u64::MAX),
        inflated: 32 << 20,
        seconds: 10,
        ..Limits::default()
    };
    let wrong = |error: table::ReadError| Refused::field("file", format!("{error}"));
    let list = table::open(path, &schema, &limits).map_err(wrong)?;
    let (mut found, mut many) = (Vec::new(), 0_usize);
    list.walk(
        &mut |row| {
            let cells: Vec<String> = (0..5)
                .map(|at| {
                    let cell: String = row.get(at).split_whitespace().collect();
                    if cell.is_empty() { "-".to_owned() } else { cell }
                })
                .collect();
            found.push(cells.join("\t"));
            many += 1;
            if many > crate::units::MOST {
                std::ops::ControlFlow::Break(())
            } else {
                std::ops::ControlFlow::Continue(())
            }
        },
        &|_| {},
    )
    .map_err(wrong)?;
    Ok(found.join("\n"))
}
