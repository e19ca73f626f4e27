//! What a person at the terminal is told when something cannot be done: `错误: what · where · what to do`.

use std::fmt;

/// Why a command stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// 2 for bad input, 1 for failure.
    pub(crate) code: u8,
    /// What is wrong.
    pub(crate) what: String,
    /// Where.
    pub(crate) place: String,
    /// What to do.
    pub(crate) todo: String,
}

impl Failure {
    /// Something that was given cannot be used.
    pub(crate) fn input(what: impl Into<String>, place: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { code: 2, what: what.into(), place: place.into(), todo: todo.into() }
    }

    /// The machine would not do it.
    pub(crate) fn machine(
        what: impl Into<String>,
        place: impl Into<String>,
        todo: impl Into<String>,
    ) -> Self {
        Self { code: 1, ..Self::input(what, place, todo) }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "错误: {} · {} · {}", self.what, self.place, self.todo)
    }
}

impl From<documents::SaveError> for Failure {
    fn from(error: documents::SaveError) -> Self {
        Self::machine(error.what, error.where_, error.todo)
    }
}

impl From<documents::table::ReadError> for Failure {
    fn from(error: documents::table::ReadError) -> Self {
        let code = if error.kind == documents::table::Kind::Disk { 1 } else { 2 };
        Self { code, what: error.what, place: error.where_, todo: error.todo }
    }
}

impl From<casework::db::DbError> for Failure {
    fn from(error: casework::db::DbError) -> Self {
        Self::machine(format!("数据库没有写成（{error}）"), "数据库", "检查磁盘空间和权限，再试一次")
    }
}
