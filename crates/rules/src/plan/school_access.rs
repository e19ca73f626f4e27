//! 上学远近、校点撤并 in the plan (四(四), 五(五)): how long a way to school may be, from which grade on a child may board, and what goes before a
//! school point is closed. The rules that use it are in `crate::ways`.

use serde::Deserialize;
use toml::Spanned;

use super::load::Loader;
use super::model::Basis;
use crate::ways::Procedure;

/// How long a way may be, and what closing takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchoolAccess {
    /// Minutes one way at most, in the grades below [`Self::boards_from`].
    pub young_minutes: u16,
    /// Minutes one way at most, from that grade to the sixth.
    pub primary_minutes: u16,
    /// Minutes one way at most, in the grades seven to nine.
    pub junior_minutes: u16,
    /// The lowest grade in which a child is to board.
    pub boards_from: u8,
    /// What must be there, by day and number, before a school point is closed.
    pub procedure: Vec<Procedure>,
    /// Clause and words.
    pub basis: Basis,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSchoolAccess {
    young_minutes: u16,
    primary_minutes: u16,
    junior_minutes: u16,
    boards_from: u8,
    procedure: Vec<Spanned<String>>,
    clause: Option<Spanned<String>>,
    source: Option<String>,
    text: String,
}

/// `None` only when a problem has been noted.
pub(super) fn school_access(loader: &mut Loader<'_>) -> Option<SchoolAccess> {
    let raw = loader.file.one::<RawSchoolAccess>("school_access")?;
    let (at, raw) = (raw.span(), raw.into_inner());
    let (young, primary, junior) = (raw.young_minutes, raw.primary_minutes, raw.junior_minutes);
    if young == 0 || young > primary || primary > junior {
        let todo = "请填单程分钟数，低年级不超过高年级，小学不超过初中，如 30、40、60";
        loader.file.problem(at.clone(), "上学时间的分钟数不对", todo);
    }
    if !(1..=10).contains(&raw.boards_from) {
        loader.file.problem(at.clone(), "boards_from 不是年级", "请填可以住校的最低年级，如 4");
    }
    let procedure: Vec<Procedure> =
        raw.procedure.iter().filter_map(|code| loader.coded(code, Procedure::from_code)).collect();
    if raw.procedure.is_empty() {
        let todo = "请写撤并以前必须有的程序，如 [\"argued\", \"published\", \"heard\"]";
        loader.file.problem(at.clone(), "procedure 是空的", todo);
    }
    Some(SchoolAccess {
        young_minutes: young,
        primary_minutes: primary,
        junior_minutes: junior,
        boards_from: raw.boards_from,
        procedure,
        basis: loader.basis(at, raw.clause, raw.source, raw.text),
    })
}
