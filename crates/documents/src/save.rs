//! Saves a file whole or not at all: written beside its place under a temporary name, then renamed onto it.

use std::fmt;
use std::fs::Permissions;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Why a file could not be written, in words for the person who wanted it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaveError {
    /// What is wrong: 磁盘已满.
    pub what: String,
    /// The file.
    pub where_: String,
    /// What to do.
    pub todo: String,
}

impl SaveError {
    pub(crate) fn of(path: &Path, error: &io::Error) -> SaveError {
        let (what, todo) = match error.kind() {
            io::ErrorKind::NotFound => ("文件夹不存在".to_owned(), "请先建好文件夹，或换一个位置"),
            io::ErrorKind::PermissionDenied => {
                ("没有写入这个文件夹的权限".to_owned(), "请换一个位置，或向管理员要求写入权限")
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                ("磁盘已满".to_owned(), "请清理磁盘，或换一个位置")
            }
            io::ErrorKind::ReadOnlyFilesystem => ("磁盘只能读，不能写".to_owned(), "请换一个位置"),
            _ => (format!("写文件时出错（{error}）"), "请关闭正在打开它的程序，检查磁盘后再试"),
        };
        SaveError { what, where_: path.display().to_string(), todo: todo.to_owned() }
    }
}

impl fmt::Display for SaveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} · {} · {}", self.what, self.where_, self.todo)
    }
}

impl std::error::Error for SaveError {}

/// A file that appears at its place only when it is complete. Dropped before that, it leaves nothing behind.
#[derive(Debug)]
pub(crate) struct Saving {
    path: PathBuf,
    file: BufWriter<NamedTempFile>,
}

impl Saving {
    /// Starts a file that will stand at `path`.
    pub(crate) fn start(path: &Path) -> Result<Saving, SaveError> {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        // The user's own umask decides who may read it, as for any file that a program writes.
        let temporary = tempfile::Builder::new()
            .prefix(".baoxue-")
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(folder)
            .map_err(|error| SaveError::of(path, &error))?;
        Ok(Saving { path: path.to_owned(), file: BufWriter::with_capacity(1 << 18, temporary) })
    }

    pub(crate) fn writer(&mut self) -> &mut BufWriter<NamedTempFile> {
        &mut self.file
    }

    pub(crate) fn error(&self, error: &io::Error) -> SaveError {
        SaveError::of(&self.path, error)
    }

    /// Puts the complete file at its place, over an older one.
    pub(crate) fn finish(mut self) -> Result<(), SaveError> {
        let done = self.file.flush().and_then(|()| self.file.get_ref().as_file().sync_all());
        done.map_err(|error| SaveError::of(&self.path, &error))?;
        let temporary = self.file.into_inner().map_err(|error| SaveError::of(&self.path, error.error()))?;
        temporary.persist(&self.path).map_err(|error| SaveError::of(&self.path, &error.error))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("名单.csv");
        let listed = || std::fs::read_dir(folder.path()).unwrap().count();

        let mut dropped = Saving::start(&path).unwrap();
        dropped.writer().write_all(b"half").unwrap();
        assert_eq!(listed(), 1);
        drop(dropped);
        assert_eq!(listed(), 0);

        for content in ["first", "second"] {
            let mut saving = Saving::start(&path).unwrap();
            saving.writer().write_all(content.as_bytes()).unwrap();
            saving.finish().unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
        }
        assert_eq!(listed(), 1);

        let nowhere = Saving::start(&folder.path().join("没有/名单.csv")).unwrap_err();
        assert_eq!(nowhere.what, "文件夹不存在");
    }
}
