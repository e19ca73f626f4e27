//! 封存柜: the folder outside the database where the watermark and the seal files of the months lie. It reads and writes
//! files, each whole or not at all; what they mean is the affair of [`mod@super::mark`] and [`super::month`].

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// No file of ours is longer, in bytes.
const LONGEST: u64 = 16 * 1024;
/// Name of the watermark.
const MARK: &str = "watermark.json";

/// The folder. Cheap to clone; it is made when the first file is written.
#[derive(Debug, Clone)]
pub struct Vault(Arc<Path>);

impl Vault {
    /// The vault in `folder`, by custom `seals` beside the key file.
    #[must_use]
    pub fn at(folder: &Path) -> Self {
        Self(Arc::from(folder))
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.0
    }

    /// The watermark as it lies there; `None` where there is none.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn mark(&self) -> io::Result<Option<String>> {
        self.read(MARK)
    }

    /// Replaces the watermark.
    pub(super) fn put_mark(&self, text: &str) -> io::Result<()> {
        self.write(MARK, text)
    }

    /// Puts the watermark aside under the name of a moment, so that it stays as evidence.
    pub(super) fn put_aside(&self, moment: &str) -> io::Result<()> {
        let digits: String = moment.chars().filter(char::is_ascii_digit).take(17).collect();
        match fs::rename(self.0.join(MARK), self.0.join(format!("watermark-{digits}.json"))) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The seal file of a month `2026-11`; `None` where there is none.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn month(&self, month: &str) -> io::Result<Option<String>> {
        if month.len() != 7 || !month.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
            return Ok(None);
        }
        self.read(&format!("{month}.json"))
    }

    /// Writes the seal file of a month.
    pub(super) fn put_month(&self, month: &str, text: &str) -> io::Result<()> {
        self.write(&format!("{month}.json"), text)
    }

    fn read(&self, name: &str) -> io::Result<Option<String>> {
        let file = match File::open(self.0.join(name)) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut bytes = Vec::new();
        file.take(LONGEST).read_to_end(&mut bytes)?;
        // What is no text is no file of ours, and is told as that.
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// Beside, flushed, renamed: a crash leaves the old file or the new one.
    fn write(&self, name: &str, text: &str) -> io::Result<()> {
        fs::create_dir_all(&self.0)?;
        let fresh: PathBuf = self.0.join(format!("{name}.new"));
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(&fresh)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&fresh, self.0.join(name))?;
        File::open(&self.0)?.sync_all()
    }
}
