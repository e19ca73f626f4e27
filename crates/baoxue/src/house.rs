//! The folder that an installation lives in: database, key file, lock. Opens them, and refuses with what to do when
//! they do not belong together. It serves nothing.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use casework::audit::Vault;
use casework::db::{Access, Db, DbError, Location, Settings};
use casework::keys::{KeyError, Keys};
use casework::now::{Chance, Now};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::failure::Failure;

/// Where an installation lives.
pub(crate) struct House {
    folder: PathBuf,
    location: Location,
}

/// How long one statement may take while a county is made, of half a million children on a small machine too.
const PATIENCE: Duration = Duration::from_secs(3600);

/// KiB of pages that are kept while a county is made.
const FILLING: u32 = 256_000;

impl House {
    /// The installation in `folder`; its database is the file there unless a URL is given.
    pub(crate) fn at(folder: &Path, database: Option<&str>) -> Result<Self, Failure> {
        let location = match database {
            None => Location::Sqlite(folder.join("baoxue.db")),
            Some(url) => url.parse().map_err(|_| {
                // The URL may hold a password: it is not shown again.
                Failure::input(
                    "数据库地址看不懂",
                    "--database",
                    "写成 postgres://用户@主机/库名 或 sqlite:文件",
                )
            })?,
        };
        Ok(Self { folder: folder.to_owned(), location })
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The database's place.
    pub(crate) fn location(&self) -> &Location {
        &self.location
    }

    /// The key file, outside the database.
    pub(crate) fn key_file(&self) -> PathBuf {
        self.folder.join("keys.toml")
    }

    /// The folder of the watermark and the months' seal files, outside the database.
    pub(crate) fn vault(&self) -> Vault {
        Vault::at(&self.folder.join("seals"))
    }

    /// Opens the storage, and makes both database and keys when there is nothing yet.
    pub(crate) fn open(&self, now: &Now) -> Result<(Db, Keys), Failure> {
        self.opened(now, &Settings::default())
    }

    /// As [`open`](Self::open), for writing a whole county at once: with room for the pages that its indexes are written into,
    /// which are read and written over and over where there is none.
    pub(crate) fn open_to_fill(&self, now: &Now) -> Result<(Db, Keys), Failure> {
        self.opened(now, &Settings { cache: FILLING, statement: PATIENCE, ..Settings::default() })
    }

    fn opened(&self, now: &Now, settings: &Settings) -> Result<(Db, Keys), Failure> {
        std::fs::create_dir_all(&self.folder).map_err(|error| self.disk(&error))?;
        let key_file = self.key_file();
        let fresh = match &self.location {
            Location::Sqlite(path) => !path.exists(),
            Location::Postgres(_) => !key_file.exists(),
        };
        // A database without its keys would be opened and then found unreadable, field by field.
        let keys = if key_file.exists() {
            Keys::load(&key_file).map_err(|error| key_failure(&error))?
        } else if fresh {
            let mut chance = |bytes: &mut [u8]| random(now, bytes);
            Keys::create(&key_file, now.day(), &mut chance).map_err(|error| key_failure(&error))?
        } else {
            return Err(Failure::machine(
                "有数据库，没有密钥文件",
                key_file.display().to_string(),
                "把保管的密钥文件放回这里再启动；没有它，加密的号码、电话、住址都打不开",
            ));
        };
        let db = self.storage(settings)?;
        db.migrate().map_err(|error| self.database_failure(&error))?;
        Ok((db, keys))
    }

    /// Opens the storage to look only, also while it is being served.
    pub(crate) fn inspect(&self) -> Result<(Db, Keys), Failure> {
        let keys = Keys::load(&self.key_file()).map_err(|error| key_failure(&error))?;
        Ok((self.database(Access::Inspect)?, keys))
    }

    /// Refuses where there is no installation, so that looking at one does not make one.
    pub(crate) fn must_exist(&self) -> Result<(), Failure> {
        match &self.location {
            Location::Sqlite(path) if !path.exists() => Err(Failure::input(
                "这里没有数据库",
                path.display().to_string(),
                "用 --data 指定数据文件夹，或用 --database 指定 PostgreSQL",
            )),
            _ => Ok(()),
        }
    }

    /// The database alone.
    pub(crate) fn database(&self, access: Access) -> Result<Db, Failure> {
        let mut settings = Settings { access, ..Settings::default() };
        if access == Access::Inspect {
            // Nobody waits at a page: a check may read the whole file.
            settings.statement = Duration::from_secs(3600);
        }
        self.storage(&settings)
    }

    fn storage(&self, settings: &Settings) -> Result<Db, Failure> {
        Db::open(&self.location, settings).map_err(|error| self.database_failure(&error))
    }

    /// What a person is told when the database will not do it.
    pub(crate) fn database_failure(&self, error: &DbError) -> Failure {
        let place = match &self.location {
            Location::Sqlite(path) => path.display().to_string(),
            Location::Postgres(_) => "PostgreSQL".to_owned(),
        };
        let todo = match error {
            DbError::InUse(_) => "同一个数据库只能由一个 baoxue 服务；先停掉另一个",
            DbError::Full(_) => "清理磁盘空间后再试",
            DbError::Unavailable(_) => "检查数据库是否在运行、地址和权限对不对",
            DbError::Corrupt(_) => "不要再写入；用 baoxue restore 恢复最近的备份",
            _ => "用 baoxue doctor 检查",
        };
        Failure::machine(format!("数据库打不开（{error}）"), place, todo)
    }

    fn disk(&self, error: &std::io::Error) -> Failure {
        Failure::machine(
            format!("数据文件夹用不了（{error}）"),
            self.folder.display().to_string(),
            "换一个位置，或检查权限和磁盘空间",
        )
    }
}

/// What a person is told when the key file will not do.
pub(crate) fn key_failure(error: &KeyError) -> Failure {
    Failure::machine(error.to_string(), "密钥文件", "按上面说的处理后再启动")
}

/// Fills with random bytes.
pub(crate) fn random(now: &Now, bytes: &mut [u8]) {
    for chunk in bytes.chunks_mut(32) {
        let random: [u8; 32] = now.random();
        for (byte, value) in chunk.iter_mut().zip(random) {
            *byte = value;
        }
    }
}

/// Random bytes of the operating system. If it has none, nothing that needs a secret may go on, so the process stops.
pub(crate) fn chance() -> Chance {
    Arc::new(Mutex::new(|bytes: &mut [u8]| {
        if getrandom::fill(bytes).is_err() {
            std::process::abort();
        }
    }))
}

/// The clock of a real installation.
pub(crate) fn clock() -> web::Clock {
    let chance = chance();
    Arc::new(move || Now::new(Timestamp::now(), Arc::clone(&chance)))
}

/// The clock of a demo: it runs, but from 07:50 of `day`.
pub(crate) fn moved_clock(day: Date) -> web::Clock {
    let chance = chance();
    let start = Timestamp::now();
    let begin = jiff::tz::offset(8).to_timestamp(day.at(7, 50, 0, 0)).unwrap_or(start);
    Arc::new(move || {
        let run: SignedDuration = Timestamp::now().duration_since(start);
        Now::new(begin.checked_add(run).unwrap_or(begin), Arc::clone(&chance))
    })
}
