//! A backup: all rows of all tables as of one moment in one file with a checksum, and back, between any two
//! engines. docs/sql.md describes the file. It must not touch a place that is not empty.

use std::fs::{self, File, OpenOptions};
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::check::file;
use super::error::DbError;
use super::migrate::{self, Migration};
use super::postgres::{Server, Session};
use super::tx::{On, Tx};
use super::value::Value;
use super::{Db, Engine, Location, Settings, Store, sqlite};

const MAGIC: &[u8] = b"baoxue backup 1\n";
const SUM: u64 = 32;

/// Writes a backup beside `to` and renames it when it is complete and flushed.
pub(super) fn write(db: &Db, to: &Path) -> Result<(), DbError> {
    let part = sqlite::beside(to, ".part");
    let done = sqlite::private(OpenOptions::new().create(true).truncate(true).write(true))
        .open(&part)
        .map_err(|error| file("create", &part, &error))
        .and_then(|out| {
            let mut out =
                Out { out: BufWriter::with_capacity(1 << 16, out), sum: Sha256::new(), path: &part };
            snapshot(db, &mut |tx| dump(tx, &mut out))?;
            out.finish()
        })
        .and_then(|()| fs::rename(&part, to).map_err(|error| file("rename", to, &error)));
    if done.is_err() {
        drop(fs::remove_file(&part));
    }
    done.and_then(|()| flush_folder(to))
}

/// One snapshot that no deadline ends.
fn snapshot(db: &Db, call: &mut dyn FnMut(&mut Tx<'_>) -> Result<(), DbError>) -> Result<(), DbError> {
    match db.0.store.as_ref() {
        Store::Sqlite(disk) => {
            let path = &disk.path;
            let connection = sqlite::connect(path, &disk.settings, false)?;
            let mut tx = Tx::new(On::Sqlite(&connection));
            tx.batch("begin")?;
            call(&mut tx)
        }
        Store::Postgres(server) => {
            let mut session = Session::connect(&server.config, &db.0.settings, Duration::ZERO)?;
            let mut tx = Tx::new(On::Postgres(&mut session));
            tx.batch("begin isolation level repeatable read read only")?;
            call(&mut tx)
        }
    }
}

fn dump(tx: &mut Tx<'_>, out: &mut Out<'_>) -> Result<(), DbError> {
    out.put(MAGIC)?;
    let applied = migrate::applied(tx)?;
    out.count(applied.len())?;
    for (name, digest) in &applied {
        out.text(name.as_bytes())?;
        out.text(digest.as_bytes())?;
    }
    for table in migrate::tables(tx)?.iter().filter(|table| *table != "schema_version") {
        let sql = match tx.engine() {
            Engine::Sqlite => "select name from pragma_table_info($1) order by cid",
            Engine::Postgres => {
                "select column_name::text from information_schema.columns \
                 where table_schema = current_schema() and table_name = $1 order by ordinal_position"
            }
        };
        let columns: Vec<String> = tx.query(sql, &[Value::from(table)], |row| row.get(0))?;
        out.put(b"T")?;
        out.text(table.as_bytes())?;
        out.count(columns.len())?;
        for column in &columns {
            out.text(column.as_bytes())?;
        }
        let mut rows = 0_u64;
        let names: Vec<String> = columns.iter().map(|column| format!("\"{column}\"")).collect();
        tx.each(&format!("select {} from \"{table}\"", names.join(", ")), &[], |row| {
            rows += 1;
            out.put(b"R")?;
            (0..row.len()).try_for_each(|index| match row.value(index)? {
                Value::Null => out.put(b"N"),
                Value::Int(number) => {
                    out.put(b"I")?;
                    out.put(&number.to_be_bytes())
                }
                Value::Text(text) => {
                    out.put(b"T")?;
                    out.text(text.as_bytes())
                }
                Value::Bytes(bytes) => {
                    out.put(b"B")?;
                    out.text(&bytes)
                }
            })
        })?;
        out.put(b"E")?;
        out.put(&rows.to_be_bytes())?;
    }
    out.put(b"Z")
}

struct Out<'a> {
    out: BufWriter<File>,
    sum: Sha256,
    path: &'a Path,
}

impl Out<'_> {
    fn put(&mut self, bytes: &[u8]) -> Result<(), DbError> {
        self.sum.update(bytes);
        self.out.write_all(bytes).map_err(|error| file("write", self.path, &error))
    }

    fn count(&mut self, count: usize) -> Result<(), DbError> {
        let count = u32::try_from(count).map_err(|_| DbError::Other("a value over 4 GiB".to_owned()))?;
        self.put(&count.to_be_bytes())
    }

    fn text(&mut self, bytes: &[u8]) -> Result<(), DbError> {
        self.count(bytes.len())?;
        self.put(bytes)
    }

    fn finish(mut self) -> Result<(), DbError> {
        let sum = std::mem::take(&mut self.sum).finalize();
        let done = self.out.write_all(&sum).and_then(|()| self.out.flush());
        done.and_then(|()| self.out.get_ref().sync_all()).map_err(|error| file("flush", self.path, &error))
    }
}

/// A rename is durable when its folder is.
fn flush_folder(path: &Path) -> Result<(), DbError> {
    let folder = super::check::folder(path);
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| file("flush", folder, &error))
}

pub(super) fn restore(from: &Path, location: &Location, list: &[Migration]) -> Result<(), DbError> {
    let mut backup = In::open(from)?;
    let mut applied = Vec::new();
    for _ in 0..backup.count()? {
        applied.push((backup.text()?, backup.text()?));
    }
    let version = migrate::known(&applied, list)?;
    let list = list.get(..version).unwrap_or_default();
    match location {
        Location::Sqlite(path) => restore_sqlite(&mut backup, path, list),
        Location::Postgres(url) => restore_postgres(&mut backup, url, list),
    }
}

fn restore_sqlite(backup: &mut In<'_>, path: &Path, list: &[Migration]) -> Result<(), DbError> {
    let _lock = sqlite::claim(path)?;
    let taken = [path.to_owned(), sqlite::beside(path, "-wal"), sqlite::beside(path, "-journal")];
    if let Some(taken) = taken.iter().find(|path| path.exists()) {
        return Err(DbError::Other(format!("{} 已存在；请恢复到空的位置，原文件先移开。", taken.display())));
    }
    // Built beside and renamed when it is whole: until then its durability does not matter, and then it is flushed.
    let part = sqlite::beside(path, ".part");
    let leftovers = || {
        ["", "-wal", "-shm", "-journal"].map(|suffix| drop(fs::remove_file(sqlite::beside(&part, suffix))))
    };
    leftovers();
    let mut fill = || -> Result<(), DbError> {
        let connection = sqlite::connect(&part, &Settings::default(), true)?;
        let mut tx = Tx::new(On::Sqlite(&connection));
        tx.batch("pragma foreign_keys = off; pragma journal_mode = off; pragma synchronous = off; begin")?;
        load(&mut tx, backup, list)?;
        tx.batch("commit")?;
        if let Some(table) = tx
            .query("select \"table\" from pragma_foreign_key_check limit 1", &[], |row| row.get::<String>(0))?
            .first()
        {
            return Err(DbError::Corrupt(format!("备份中表 {table} 的引用不完整。")));
        }
        // As it will be served: whoever only looks does not switch the journal and would refuse the file.
        tx.batch("pragma journal_mode = wal")?;
        drop(connection);
        File::open(&part).and_then(|part| part.sync_all()).map_err(|error| file("flush", &part, &error))?;
        fs::rename(&part, path).map_err(|error| file("rename", path, &error))
    };
    let done = fill();
    leftovers();
    done.and_then(|()| flush_folder(path))
}

fn restore_postgres(backup: &mut In<'_>, url: &str, list: &[Migration]) -> Result<(), DbError> {
    let settings = Settings::default();
    let server = Server::new(url, &settings, std::sync::Arc::default())?;
    server.inspect()?;
    let mut session = Session::connect(&server.config, &settings, Duration::ZERO)?;
    let mut tx = Tx::new(On::Postgres(&mut session));
    tx.batch("begin")?;
    if !migrate::tables(&mut tx)?.is_empty() {
        return Err(DbError::Other("目标数据库不是空的；请恢复到新建的空数据库。".to_owned()));
    }
    load(&mut tx, backup, list)?;
    tx.batch("commit")
}

/// Makes the tables and fills them. Foreign keys stand aside meanwhile, since tables come by name.
fn load(tx: &mut Tx<'_>, backup: &mut In<'_>, list: &[Migration]) -> Result<(), DbError> {
    migrate::apply(tx, 0, list)?;
    let mut back = Vec::new();
    if tx.engine() == Engine::Postgres {
        let sql = "select 'alter table ' || conrelid::regclass || ' drop constraint ' || quote_ident(conname), \
                   'alter table ' || conrelid::regclass || ' add constraint ' || quote_ident(conname) || ' ' || pg_get_constraintdef(oid) \
                   from pg_constraint where contype = 'f' and connamespace = current_schema()::regnamespace";
        for (off, on) in tx.query(sql, &[], |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)))? {
            tx.batch(&off)?;
            back.push(on);
        }
    }
    for table in migrate::tables(tx)?.iter().filter(|table| *table != "schema_version") {
        tx.batch(&format!("delete from \"{table}\""))?;
    }
    while backup.tag()? == b'T' {
        fill(tx, backup)?;
    }
    back.iter().try_for_each(|on| tx.batch(on))
}

/// One table, many rows a statement.
fn fill(tx: &mut Tx<'_>, backup: &mut In<'_>) -> Result<(), DbError> {
    let table = backup.text()?;
    let columns = (0..backup.count()?).map(|_| backup.text()).collect::<Result<Vec<_>, _>>()?;
    let (width, names) = (columns.len().max(1), format!("\"{}\"", columns.join("\", \"")));
    let insert = |rows: usize| {
        let row =
            |row: usize| (1..=width).map(|n| format!("${}", row * width + n)).collect::<Vec<_>>().join(", ");
        let rows: Vec<String> = (0..rows).map(|n| format!("({})", row(n))).collect();
        format!("insert into \"{table}\" ({names}) values {}", rows.join(", "))
    };
    let chunk = (8000 / width).clamp(1, 200);
    let (whole, mut values, mut rows) = (insert(chunk), Vec::new(), 0_u64);
    loop {
        let more = match backup.tag()? {
            b'R' => {
                for _ in 0..width {
                    values.push(backup.value()?);
                }
                rows += 1;
                true
            }
            b'E' => false,
            _ => return Err(damaged(backup.path)),
        };
        if values.len() == chunk * width {
            tx.execute(&whole, &values)?;
            values.clear();
        }
        if !more {
            break;
        }
    }
    if !values.is_empty() {
        tx.execute(&insert(values.len() / width), &values)?;
    }
    if u64::from_be_bytes(backup.bytes()?) == rows { Ok(()) } else { Err(damaged(backup.path)) }
}

fn damaged(path: &Path) -> DbError {
    DbError::Corrupt(format!("备份 {} 不完整或已损坏（校验不符），没有恢复；请换一份备份。", path.display()))
}

/// A backup whose checksum was found right.
struct In<'a> {
    from: BufReader<File>,
    path: &'a Path,
}

impl<'a> In<'a> {
    fn open(path: &'a Path) -> Result<Self, DbError> {
        let sort = |error: std::io::Error| file("read", path, &error);
        let mut from = BufReader::with_capacity(1 << 16, File::open(path).map_err(sort)?);
        let mut magic = Vec::new();
        from.by_ref().take(MAGIC.len() as u64).read_to_end(&mut magic).map_err(sort)?;
        if magic != MAGIC {
            return Err(DbError::Corrupt(format!("{} 不是 baoxue 的备份文件。", path.display())));
        }
        let size = from.get_ref().metadata().map_err(sort)?.len();
        let body = size.checked_sub(SUM + MAGIC.len() as u64).ok_or_else(|| damaged(path))?;
        let mut sum = Sha256::new();
        sum.update(&magic);
        std::io::copy(&mut from.by_ref().take(body), &mut Summing(&mut sum)).map_err(sort)?;
        let mut said = Vec::new();
        from.read_to_end(&mut said).map_err(sort)?;
        if said != sum.finalize().as_slice() {
            return Err(damaged(path));
        }
        from.seek(SeekFrom::Start(MAGIC.len() as u64)).map_err(sort)?;
        Ok(Self { from, path })
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], DbError> {
        let mut bytes = [0; N];
        self.from.read_exact(&mut bytes).map_err(|_| damaged(self.path))?;
        Ok(bytes)
    }

    fn tag(&mut self) -> Result<u8, DbError> {
        self.bytes::<1>().map(|[tag]| tag)
    }

    fn count(&mut self) -> Result<u32, DbError> {
        Ok(u32::from_be_bytes(self.bytes()?))
    }

    fn blob(&mut self) -> Result<Vec<u8>, DbError> {
        let size = u64::from(self.count()?);
        let mut bytes = Vec::new();
        let read = self.from.by_ref().take(size).read_to_end(&mut bytes);
        if read.is_ok_and(|read| read as u64 == size) { Ok(bytes) } else { Err(damaged(self.path)) }
    }

    fn text(&mut self) -> Result<String, DbError> {
        String::from_utf8(self.blob()?).map_err(|_| damaged(self.path))
    }

    fn value(&mut self) -> Result<Value<'static>, DbError> {
        match self.tag()? {
            b'N' => Ok(Value::Null),
            b'I' => Ok(Value::Int(i64::from_be_bytes(self.bytes()?))),
            b'T' => Ok(Value::from(self.text()?)),
            b'B' => Ok(Value::from(self.blob()?)),
            _ => Err(damaged(self.path)),
        }
    }
}

struct Summing<'a>(&'a mut Sha256);

impl Write for Summing<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
