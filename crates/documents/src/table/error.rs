//! What a person is told when a file cannot be read: what is wrong, where, and what to do about it.
//!
//! Text here never repeats the values of a cell, only headings, sheet names and line numbers.

use std::fmt;
use std::io;

/// The sort of failure, for code that must decide; people read the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// There is no such file.
    NotFound,
    /// The file may not be opened by this user.
    NoPermission,
    /// A folder was given where a file is needed.
    Folder,
    /// Reading from the disk failed.
    Disk,
    /// The file, the sheet or the list under its headings is empty.
    Empty,
    /// Not a table at all, or a kind of table that is not read (PDF, picture, Word, WPS, old Excel…).
    WrongFormat,
    /// The workbook is protected by a password.
    Password,
    /// Cut short, a wrong checksum, or contradicting itself.
    Damaged,
    /// Larger than the limits allow, or built to swell when it is opened (E01, E02).
    TooLarge,
    /// Contains a document type or entities, which no office program writes (E03).
    Hostile,
    /// A readable table, but not this list: no header row, or columns that the list cannot do without are missing.
    WrongList,
    /// Took longer than the limits allow.
    TooSlow,
}

/// Why a file could not be read, in words for the person who gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    /// The sort of failure.
    pub kind: Kind,
    /// What is wrong: 文件设了密码.
    pub what: String,
    /// Where: file name, sheet, line.
    pub where_: String,
    /// What to do: 请在 Excel 或 WPS 里取消密码后另存.
    pub todo: String,
}

impl ReadError {
    /// An error that does not yet know its place; [`ReadError::at`] adds that from the inside outwards.
    pub(crate) fn new(kind: Kind, what: impl Into<String>, todo: impl Into<String>) -> Self {
        ReadError { kind, what: what.into(), where_: String::new(), todo: todo.into() }
    }

    /// Puts a place in front of those already known.
    pub(crate) fn at(mut self, place: &str) -> Self {
        if !place.is_empty() {
            let inner = std::mem::take(&mut self.where_);
            self.where_ = if inner.is_empty() { place.to_owned() } else { format!("{place} {inner}") };
        }
        self
    }

    /// The workbook contradicts itself or ends too early.
    pub(crate) fn damaged(what: impl Into<String>) -> Self {
        Self::new(
            Kind::Damaged,
            format!("文件已损坏：{}", what.into()),
            "请重新下载或拷贝；若仍打不开，请在 Excel 或 WPS 里打开后另存为 .xlsx 再试",
        )
    }

    /// One of the limits was passed.
    pub(crate) fn too_large(what: impl Into<String>) -> Self {
        Self::new(
            Kind::TooLarge,
            what,
            "正常的名单不会这样大；请确认文件来源，只保留名单本身，另存为 .csv 后再试",
        )
    }

    /// The time allowed has passed.
    pub(crate) fn too_slow(seconds: u64) -> Self {
        Self::new(
            Kind::TooSlow,
            format!("读取超过 {seconds} 秒，已停止"),
            "请把文件另存为 .csv，或分成几份后再试",
        )
    }

    /// Document types and entities are refused unread.
    pub(crate) fn hostile() -> Self {
        Self::new(
            Kind::Hostile,
            "文件里含有外部定义（DOCTYPE 或实体），可能带有恶意内容",
            "不要打开这个文件；请向提供单位要一份重新导出的 .xlsx 或 .csv",
        )
    }

    /// The operating system refused.
    pub(crate) fn disk(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::new(Kind::NotFound, "找不到文件", "请检查路径和文件名"),
            io::ErrorKind::PermissionDenied => Self::new(
                Kind::NoPermission,
                "没有读取这个文件的权限",
                "请检查文件权限，或换一个能读取的位置",
            ),
            io::ErrorKind::IsADirectory => {
                Self::new(Kind::Folder, "这是一个文件夹，不是文件", "请指定文件夹里的某一个文件")
            }
            _ => Self::new(
                Kind::Disk,
                format!("读取文件时出错（{error}）"),
                "请检查磁盘或 U 盘是否完好，换一个位置再试",
            ),
        }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} · {} · {}", self.what, self.where_, self.todo)
    }
}

impl std::error::Error for ReadError {}
