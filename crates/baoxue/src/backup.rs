//! `baoxue backup` and `baoxue restore`: one file with everything of the database, as of one moment. The key file is
//! never in it: who finds a backup reads no sealed field (hazard K09).

use std::path::{Path, PathBuf};

use casework::db::{Access, Db, DbError, Location};

use crate::failure::Failure;
use crate::house::House;
use crate::progress::Progress;

#[derive(clap::Args)]
pub(crate) struct BackupArgs {
    /// 备份写到哪个文件；已有的文件不会覆盖
    #[arg(value_name = "文件")]
    file: PathBuf,
    /// 数据文件夹
    #[arg(long, value_name = "文件夹")]
    data: PathBuf,
    /// PostgreSQL 地址；不写用数据文件夹里的 SQLite
    #[arg(long, value_name = "地址")]
    database: Option<String>,
}

#[derive(clap::Args)]
pub(crate) struct RestoreArgs {
    /// 备份文件
    #[arg(value_name = "文件")]
    file: PathBuf,
    /// 恢复到哪个数据文件夹；里面不能已有数据库
    #[arg(long, value_name = "文件夹")]
    data: PathBuf,
    /// 恢复到这个空的 PostgreSQL；不写恢复成数据文件夹里的 SQLite
    #[arg(long, value_name = "地址")]
    database: Option<String>,
}

/// Writes a backup, also while the installation is served.
pub(crate) fn backup(args: &BackupArgs) -> Result<String, Failure> {
    let house = House::at(&args.data, args.database.as_deref())?;
    house.must_exist()?;
    let place = args.file.display().to_string();
    if args.file.exists() {
        return Err(Failure::input("文件已经有了，没有覆盖", place, "请换一个文件名"));
    }
    let db = house.database(Access::Inspect)?;
    let progress = Progress::start("备份", 0);
    db.backup(&args.file).map_err(|error| failed(&error, &args.file, "没有写成备份"))?;
    drop(progress);
    let bytes = std::fs::metadata(&args.file).map_or(0, |file| file.len());
    let sealed = sealed(&db).map_err(|error| failed(&error, &args.file, "备份已写成，没有读到封存号"))?;
    Ok(format!(
        "备份写在 {place}（{} KB），操作记录封存到第 {sealed} 条，请记在备份登记簿上。\n密钥文件 {} 不在备份里，请另外保管一份；没有它，备份里加密的号码、电话、住址打不开。",
        bytes.div_ceil(1024),
        house.key_file().display()
    ))
}

/// Number of the last seal of the record, of whichever county.
fn sealed(db: &Db) -> Result<i64, DbError> {
    db.read(|tx| {
        tx.one("select cast(coalesce(max(number), 0) as bigint) from audit_seal", &[], |row| row.get(0))
    })
}

/// Restores a backup into an empty place; a damaged one changes nothing there.
pub(crate) fn restore(args: &RestoreArgs) -> Result<String, Failure> {
    let house = House::at(&args.data, args.database.as_deref())?;
    if !args.file.is_file() {
        let place = args.file.display().to_string();
        return Err(Failure::input("没有这个备份文件", place, "请检查路径"));
    }
    if let Location::Sqlite(path) = house.location()
        && path.exists()
    {
        let place = path.display().to_string();
        return Err(Failure::input("那里已经有数据库，没有覆盖", place, "请恢复到一个新的文件夹"));
    }
    let existed = house.folder().exists();
    std::fs::create_dir_all(house.folder()).map_err(|error| {
        let place = house.folder().display().to_string();
        Failure::machine(format!("数据文件夹用不了（{error}）"), place, "换一个位置，或检查权限和磁盘空间")
    })?;
    let progress = Progress::start("恢复", 0);
    let done = Db::restore(&args.file, house.location());
    drop(progress);
    if let Err(error) = done {
        if !existed {
            // The folder was made for this; one that holds anything is not taken away.
            drop(std::fs::remove_dir(house.folder()));
        }
        return Err(failed(&error, &args.file, "没有恢复，原来的内容没有动"));
    }
    let keys = house.key_file();
    let next = if keys.exists() {
        "用 baoxue doctor 检查后即可启动。".to_owned()
    } else {
        format!("再把保管的密钥文件放到 {} ，用 baoxue doctor 检查后启动。", keys.display())
    };
    Ok(format!(
        "已恢复到 {}。{next}\n原来的 seals 文件夹也请放进去：备份以后的操作记录不在备份里，程序会照实说少了几条，由审计管理员写明原因重定水位。",
        house.folder().display()
    ))
}

fn failed(error: &DbError, file: &Path, what: &str) -> Failure {
    let place = file.display().to_string();
    match error {
        DbError::Corrupt(text) => Failure::input(
            format!("{what}：备份文件损坏、不完整，或不是备份（{text}）"),
            place,
            "请换一份备份",
        ),
        DbError::Full(_) => Failure::machine(format!("{what}：磁盘空间不够"), place, "清理磁盘空间后再试"),
        DbError::Other(text) => Failure::input(format!("{what}：{text}"), place, "按上面说的处理后再试"),
        error => Failure::machine(
            format!("{what}（{error}）"),
            place,
            "检查数据库是否在运行，路径、权限和磁盘空间对不对",
        ),
    }
}
