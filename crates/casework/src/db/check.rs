//! How a database and the disk under it are, for `doctor` and for opening. It must change nothing.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::error::DbError;
use super::postgres::Session;
use super::tx::{On, Tx};
use super::{Db, Engine, Store, migrate, sqlite};

/// The state of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Which engine.
    pub engine: Engine,
    /// Version of the engine.
    pub release: String,
    /// How many migrations it has.
    pub version: usize,
    /// What is damaged; empty when nothing is.
    pub damage: Vec<String>,
    /// Bytes of the database.
    pub bytes: u64,
    /// Bytes of the WAL of SQLite.
    pub wal: u64,
    /// The setting `synchronous` (SQLite) or `synchronous_commit`, `fsync` (PostgreSQL).
    pub synchronous: String,
    /// Whether a confirmed commit outlives a power cut, as far as the engine's settings say.
    pub durable: bool,
    /// Free bytes on the disk of SQLite.
    pub free: Option<u64>,
    /// What kind of file system it is, where it is one that deserves a warning.
    pub suspect: Option<&'static str>,
}

/// With `deep` the whole file of SQLite is read.
pub(super) fn check(db: &Db, deep: bool) -> Result<Health, DbError> {
    match db.0.store.as_ref() {
        Store::Sqlite(disk) => {
            let path = &disk.path;
            let connection = sqlite::connect(path, &disk.settings, false)?;
            let mut tx = Tx::new(On::Sqlite(&connection));
            tx.batch("begin")?;
            let synchronous: i64 = tx.one("pragma synchronous", &[], |row| row.get(0))?;
            let version = migrate::applied(&mut tx)?.len();
            let mut damage = Vec::new();
            if deep {
                let found = tx.each("pragma integrity_check(20)", &[], |row| {
                    let line: String = row.get(0)?;
                    damage.extend((line != "ok").then_some(line));
                    Ok(())
                });
                damage.extend(found.err().map(|error| error.to_string()));
            }
            if deep && damage.is_empty() {
                // Table and parent only: a row id says nothing to a reader.
                let orphans = tx.query(
                    "select distinct \"table\", parent from pragma_foreign_key_check",
                    &[],
                    |row| Ok(format!("{} → {}", row.get::<String>(0)?, row.get::<String>(1)?)),
                )?;
                damage.extend(orphans);
            }
            Ok(Health {
                engine: Engine::Sqlite,
                release: rusqlite::version().to_owned(),
                version,
                damage,
                bytes: size(path),
                wal: size(&sqlite::beside(path, "-wal")),
                synchronous: synchronous.to_string(),
                durable: synchronous >= 2,
                free: free(path),
                suspect: suspect(path).map(|(name, _)| name),
            })
        }
        Store::Postgres(server) => {
            let mut session = Session::connect(&server.config, &db.0.settings, Duration::ZERO)?;
            let mut tx = Tx::new(On::Postgres(&mut session));
            let version = migrate::applied(&mut tx)?.len();
            let sql = "select current_setting('synchronous_commit'), current_setting('fsync'), \
                       current_setting('full_page_writes'), current_setting('server_version'), \
                       pg_database_size(current_database())";
            tx.one(sql, &[], |row| {
                let (commit, fsync, pages): (String, String, String) =
                    (row.get(0)?, row.get(1)?, row.get(2)?);
                Ok(Health {
                    engine: Engine::Postgres,
                    release: row.get(3)?,
                    version,
                    damage: Vec::new(),
                    bytes: row.get(4)?,
                    wal: 0,
                    durable: fsync == "on" && pages == "on" && commit != "off",
                    synchronous: format!(
                        "synchronous_commit={commit} fsync={fsync} full_page_writes={pages}"
                    ),
                    free: None,
                    suspect: None,
                })
            })
        }
    }
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |file| file.len())
}

/// The folder in which `path` lies.
pub(super) fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Free bytes for us on the disk where `path` lies.
pub(super) fn free(path: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder(path)).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Refuses file systems on which locks and flushes of SQLite are not to be trusted (I19).
pub(super) fn filesystem(path: &Path) -> Result<(), DbError> {
    judge(path, suspect(path))
}

fn judge(path: &Path, suspect: Option<(&'static str, bool)>) -> Result<(), DbError> {
    match suspect {
        Some((name, true)) => Err(DbError::Unavailable(format!(
            "{} 在网络文件系统 {name} 上，SQLite 在那里不能保证不丢数据；请放到本机磁盘，或改用 PostgreSQL。",
            path.display()
        ))),
        _ => Ok(()),
    }
}

/// File systems that deserve a warning, by the numbers of statfs(2), and whether they are refused: where several machines
/// share a file, SQLite's locks hold on none of them; a container's layer goes with the container.
const KINDS: [(u32, &str, bool); 12] = [
    (0x6969, "NFS", true),
    (0x517B, "SMB", true),
    (0xFF53_4D42, "CIFS", true),
    (0xFE53_4D42, "SMB2", true),
    (0x5346_414F, "AFS", true),
    (0x00C3_6400, "CephFS", true),
    (0x7461_636F, "OCFS2", true),
    (0x0116_1970, "GFS2", true),
    (0x0102_1997, "9p", false),
    (0x6573_5546, "FUSE", false),
    (0x0102_1994, "tmpfs", false),
    (0x794C_7630, "overlay", false),
];

fn kind(magic: u32) -> Option<(&'static str, bool)> {
    KINDS.into_iter().find(|(own, ..)| *own == magic).map(|(_, name, refused)| (name, refused))
}

/// The file system's name where it deserves a warning, and whether it is refused.
#[cfg(target_os = "linux")]
fn suspect(path: &Path) -> Option<(&'static str, bool)> {
    let magic = rustix::fs::statfs(folder(path)).ok()?.f_type;
    // The numbers have 32 bits; how wide the field is and whether it has a sign differs between machines.
    kind(u32::try_from(magic & 0xFFFF_FFFF).ok()?)
}

#[cfg(not(target_os = "linux"))]
fn suspect(_: &Path) -> Option<(&'static str, bool)> {
    None
}

/// Sorts an error of a file that is written or read.
pub(super) fn file(operation: &str, path: &Path, error: &std::io::Error) -> DbError {
    use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    let text = format!("{operation} {}: {error}", path.display());
    match error.kind() {
        StorageFull | QuotaExceeded | FileTooLarge => DbError::Full(text),
        _ => DbError::Unavailable(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// I19: by the numbers that the kernel gives (statfs(2)): shared file systems are refused, with what to do; those that
    /// may forget are mentioned; a machine's own disk is neither.
    #[test]
    fn file_systems_by_their_numbers() {
        for (magic, expected) in [
            (0x6969, Some(("NFS", true))),
            (0xFF53_4D42, Some(("CIFS", true))),
            (0xFE53_4D42, Some(("SMB2", true))),
            (0x0102_1997, Some(("9p", false))),
            (0x794C_7630, Some(("overlay", false))),
            (0x6573_5546, Some(("FUSE", false))),
            // ext4, xfs, btrfs, ZFS
            (0xEF53, None),
            (0x5846_5342, None),
            (0x9123_683E, None),
            (0x2FC1_2FC1, None),
        ] {
            assert_eq!(kind(magic), expected, "{magic:#x}");
            let judged = judge(Path::new("/county/baoxue.db"), kind(magic));
            match expected {
                Some((name, true)) => {
                    let Err(DbError::Unavailable(said)) = judged else { panic!("{name} is refused") };
                    assert!(said.contains(name) && said.contains("本机磁盘"), "{said}");
                }
                _ => assert_eq!(judged, Ok(())),
            }
        }
    }
}
