//! Looking at a file before it lies in a slot: whether it is that list at all, how many rows it has, and which of them
//! somebody must put right (hazards E04, E09, E11). It reads on the caller's thread and writes nothing but files.

use std::path::Path;

use documents::rejects::RejectedList;
use rules::plan::ListKind;

use super::ledger_list::LEDGER;
use super::lists::Offered;
use super::slots::{label, slot_of};
use crate::compared;
use crate::files::{self, Stored};
use crate::jobs::Means;
use crate::lists::{self, Certainty, Limits, ReadFailure, recognise};
use crate::refused::Refused;

/// A file that was looked at and fits its slot.
#[derive(Debug, Clone)]
pub struct Looked {
    /// The slot.
    pub slot: String,
    /// How it is read.
    pub kind: ListKind,
    /// Rows.
    pub rows: i64,
    /// Rows to correct.
    pub flawed: i64,
    /// What is wrong with them, the commonest first.
    pub problems: Vec<String>,
    /// Headings that nobody knows.
    pub unknown: Vec<String>,
    /// The workbook of rows to correct, stored; none of the ledger.
    pub errors: Option<Stored>,
}

/// Looks at the file at `path`, which people call `title`, for a slot.
///
/// # Errors
/// [`Refused::Invalid`] when it cannot be read, is empty or is another list; [`Refused::Storage`].
pub fn look(means: &dyn Means, path: &Path, title: &str, slot: &str) -> Result<Looked, Refused> {
    let (looked, rejects) = fits(means, path, title, slot)?;
    let errors = lists::corrections(means, RejectedList { file: files::label(title), ..rejects })?;
    Ok(Looked { errors, ..looked })
}

/// Looks at the ledger as it was written down ([`ledger_list`](super::ledger_list())). What is wrong in it is put right in
/// the ledger itself: no workbook with numbers is made of it.
///
/// # Errors
/// As [`look`].
pub fn look_at_ledger(means: &dyn Means, path: &Path, slot: &str) -> Result<Looked, Refused> {
    fits(means, path, LEDGER, slot).map(|(looked, _)| looked)
}

/// Whether a file fits a slot; what is wrong in it, with its rows to correct.
fn fits(means: &dyn Means, path: &Path, title: &str, slot: &str) -> Result<(Looked, RejectedList), Refused> {
    let (plan, on, title) = (means.plan(), means.now().day(), files::label(title));
    let Some((slot, kind)) = slot_of(plan, slot) else {
        return Err(Refused::field("slot", "请写名单的名称，20个字以内"));
    };
    let unreadable = |failure: ReadFailure| {
        Refused::field("file", format!("“{title}”读不了：{}。{}", failure.what, failure.todo))
    };
    let limits = Limits::default();
    let found = recognise(path, plan, on, &limits).map_err(unreadable)?;
    if let Some(other) = found.kind.filter(|other| is_wrong(kind, *other, found.certainty)) {
        return Err(Refused::field(
            "file",
            format!(
                "“{title}”像是{}名单，不是{}名单，没有收下。请放到“{}”一栏，或者换一个文件",
                other.label(),
                label(&slot),
                other.label()
            ),
        ));
    }
    let list = compared::look(kind, label(&slot), path, (plan, on)).map_err(unreadable)?;
    let flawed = list.rejects.rows.len() as u64 + list.rejects.more;
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let looked = Looked {
        slot,
        kind,
        rows: count(list.people.len() as u64),
        flawed: count(flawed),
        problems: list.problems.iter().map(|(problem, rows)| format!("{problem}：{rows}行")).collect(),
        unknown: list.header.unknown.iter().map(|column| column.heading.clone()).collect(),
        errors: None,
    };
    Ok((looked, list.rejects))
}

/// Looks at a file that was handed in before, for a slot.
///
/// # Errors
/// As [`look`]; [`Refused::Fault`] when the stored file is damaged.
pub fn look_again(means: &dyn Means, offered: &Offered, slot: &str) -> Result<Looked, Refused> {
    let mut file = tempfile::NamedTempFile::new().map_err(|error| disk(&error))?;
    files::open_into(means, &offered.file, file.as_file_mut())?;
    look(means, file.path(), &offered.title, slot)
}

/// Whether a file that is `found` does not belong into a slot for `kind`. Pupils by name and 学籍号 alone are a 在校 list as
/// well as a short roll; what a further list is called says more than its columns.
fn is_wrong(kind: ListKind, found: ListKind, certainty: Certainty) -> bool {
    let named = matches!(kind, ListKind::Generic | ListKind::Elsewhere | ListKind::Present);
    kind != found
        && kind != ListKind::Generic
        && match certainty {
            Certainty::Sure => true,
            Certainty::Likely => !named,
            Certainty::Unsure => false,
        }
}

fn disk(error: &std::io::Error) -> Refused {
    Refused::Fault(format!("a temporary file: {}", error.kind()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A wrong list in a slot is seen by its columns; what is not clear is for the clerk to say.
    #[test]
    fn a_wrong_list_is_seen() {
        use Certainty::{Likely, Sure, Unsure};
        use ListKind as K;
        for (slot, found, certainty, wrong) in [
            (K::Household, K::Household, Sure, false),
            (K::Household, K::Roll, Sure, true),
            (K::Household, K::Roll, Likely, true),
            (K::Household, K::Generic, Unsure, false),
            (K::Roll, K::Household, Likely, true),
            (K::Present, K::Roll, Likely, false),
            (K::Present, K::Roll, Sure, true),
            (K::Elsewhere, K::Household, Likely, false),
            (K::Elsewhere, K::Roll, Sure, true),
            (K::Generic, K::Household, Sure, false),
        ] {
            assert_eq!(is_wrong(slot, found, certainty), wrong, "{slot:?} {found:?} {certainty:?}");
        }
    }
}
