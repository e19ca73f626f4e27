//! Brings a database from any older schema to this program's: all pending migrations in one transaction, never
//! backwards (I16). It must not know what the migrations say.

use std::path::PathBuf;

use sha2::{Digest, Sha256};

use super::error::DbError;
use super::tx::Tx;
use super::{Db, Engine, Location, Store, backup, sqlite};
use crate::params;

/// The name of a migration and its SQL, in the dialect of docs/sql.md.
pub type Migration = (&'static str, &'static str);

/// The product's migrations, in order. One that was released is never edited again; a change is a new one.
pub const MIGRATIONS: &[Migration] = &[
    ("0001_county", include_str!("../../migrations/0001_county.sql")),
    ("0002_search", include_str!("../../migrations/0002_search.sql")),
    ("0003_once", include_str!("../../migrations/0003_once.sql")),
    ("0004_platform", include_str!("../../migrations/0004_platform.sql")),
    ("0005_comparison", include_str!("../../migrations/0005_comparison.sql")),
    ("0006_finding_tie_end", include_str!("../../migrations/0006_finding_tie_end.sql")),
    ("0007_attendance", include_str!("../../migrations/0007_attendance.sql")),
    ("0008_samples_province", include_str!("../../migrations/0008_samples_province.sql")),
    ("0009_papers", include_str!("../../migrations/0009_papers.sql")),
    ("0010_warning", include_str!("../../migrations/0010_warning.sql")),
    ("0011_cases", include_str!("../../migrations/0011_cases.sql")),
    ("0012_lease", include_str!("../../migrations/0012_lease.sql")),
    ("0013_case_papers", include_str!("../../migrations/0013_case_papers.sql")),
    ("0014_pairs", include_str!("../../migrations/0014_pairs.sql")),
    ("0015_years", include_str!("../../migrations/0015_years.sql")),
    ("0016_requests", include_str!("../../migrations/0016_requests.sql")),
    ("0017_works", include_str!("../../migrations/0017_works.sql")),
    ("0018_case_scans", include_str!("../../migrations/0018_case_scans.sql")),
    ("0019_ties", include_str!("../../migrations/0019_ties.sql")),
    ("0020_figures", include_str!("../../migrations/0020_figures.sql")),
    ("0021_season", include_str!("../../migrations/0021_season.sql")),
    ("0022_conference", include_str!("../../migrations/0022_conference.sql")),
    ("0023_inspection", include_str!("../../migrations/0023_inspection.sql")),
    ("0024_public", include_str!("../../migrations/0024_public.sql")),
    ("0025_reach", include_str!("../../migrations/0025_reach.sql")),
    ("0026_ways", include_str!("../../migrations/0026_ways.sql")),
    ("0027_scan_void", include_str!("../../migrations/0027_scan_void.sql")),
    ("0028_reports", include_str!("../../migrations/0028_reports.sql")),
    ("0029_bulletins", include_str!("../../migrations/0029_bulletins.sql")),
    ("0030_figures_more", include_str!("../../migrations/0030_figures_more.sql")),
    ("0031_season_more", include_str!("../../migrations/0031_season_more.sql")),
    ("0032_speed", include_str!("../../migrations/0032_speed.sql")),
    ("0033_rest", include_str!("../../migrations/0033_rest.sql")),
    ("0034_turnover", include_str!("../../migrations/0034_turnover.sql")),
    ("0035_handings", include_str!("../../migrations/0035_handings.sql")),
    ("0036_casefile", include_str!("../../migrations/0036_casefile.sql")),
    ("0037_board", include_str!("../../migrations/0037_board.sql")),
];

/// What [`Db::migrate`](super::Db::migrate) did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrated {
    /// How many migrations the database had.
    pub from: usize,
    /// How many it has now.
    pub to: usize,
    /// The backup taken before.
    pub backup: Option<PathBuf>,
}

pub(super) fn migrate(db: &Db, list: &[Migration]) -> Result<Migrated, DbError> {
    let mut from = known(&db.read(applied)?, list)?;
    let mut saved = None;
    if from > 0
        && from < list.len()
        && let Location::Sqlite(path) = db.location()
    {
        let to = sqlite::beside(path, &format!("-before-{:04}.backup", from + 1));
        backup::write(db, &to)?;
        saved = Some(to);
    }
    let first = from;
    while from < list.len() {
        let (start, pending) = (from, list.to_vec());
        let done = db.write(move |tx| apply(tx, start, &pending));
        // Another server may have been quicker.
        let now = known(&db.read(applied)?, list)?;
        if now == from {
            done?;
        }
        from = now;
    }
    if let Store::Postgres(server) = db.0.store.as_ref() {
        server.renew();
    }
    Ok(Migrated { from: first, to: from, backup: saved })
}

/// Applies `list` from its entry `from` on.
pub(super) fn apply(tx: &mut Tx<'_>, from: usize, list: &[Migration]) -> Result<(), DbError> {
    if tx.engine() == Engine::Postgres {
        tx.batch("set local statement_timeout = 0")?;
    }
    let table = "create table if not exists schema_version \
                 (version bigint not null primary key, name text not null, digest text not null)";
    let text =
        |sql: &str, tx: &Tx<'_>| if tx.engine() == Engine::Sqlite { for_sqlite(sql) } else { sql.to_owned() };
    tx.batch(&text(table, tx))?;
    for (index, (name, sql)) in list.iter().enumerate().skip(from) {
        tx.batch(&text(sql, tx)).map_err(|error| DbError::Other(format!("migration {name}: {error}")))?;
        let row = params![index + 1, name, digest(sql)];
        tx.execute("insert into schema_version (version, name, digest) values ($1, $2, $3)", &row)?;
    }
    Ok(())
}

/// Names and digests of the migrations that the database has.
pub(super) fn applied(tx: &mut Tx<'_>) -> Result<Vec<(String, String)>, DbError> {
    let tables = tables(tx)?;
    if !tables.iter().any(|table| table == "schema_version") {
        return if tables.is_empty() { Ok(Vec::new()) } else { Err(foreign()) };
    }
    let sql = "select name, digest from schema_version order by version";
    tx.query(sql, &[], |row| Ok((row.get(0)?, row.get(1)?)))
}

fn foreign() -> DbError {
    DbError::Other("这个数据库里有别的程序的表，不是 baoxue 的数据库；请另建一个空的。".to_owned())
}

/// How many of `list` the database has; refuses one that has others.
pub(super) fn known(applied: &[(String, String)], list: &[Migration]) -> Result<usize, DbError> {
    for (index, (name, sum)) in applied.iter().enumerate() {
        match list.get(index) {
            None => {
                return Err(DbError::Other(format!(
                    "数据由更新的程序写成（多出 {name}）；请用新的程序打开，或用旧备份恢复。"
                )));
            }
            Some((ours, sql)) if ours != name || digest(sql) != *sum => {
                return Err(DbError::Other(format!("数据的结构 {name} 与本程序的 {ours} 不同，不能打开。")));
            }
            Some(_) => {}
        }
    }
    Ok(applied.len())
}

/// The tables there are, by name.
pub(super) fn tables(tx: &mut Tx<'_>) -> Result<Vec<String>, DbError> {
    let sql = match tx.engine() {
        Engine::Sqlite => {
            "select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\' order by 1"
        }
        Engine::Postgres => {
            "select table_name::text from information_schema.tables \
             where table_schema = current_schema() and table_type = 'BASE TABLE' order by 1"
        }
    };
    tx.query(sql, &[], |row| row.get(0))
}

fn digest(sql: &str) -> String {
    Sha256::digest(sql).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A migration in SQLite's words: its names of types, and `strict`, so that a column refuses what PostgreSQL refuses.
fn for_sqlite(sql: &str) -> String {
    let (mut out, mut begin, mut rest) = (String::new(), Vec::new(), sql);
    while let Some(first) = rest.chars().next() {
        let until = |end: &str, skip: usize| {
            let tail = rest.split_at_checked(skip).map_or("", |(_, tail)| tail);
            tail.find(end).map_or(rest.len(), |at| skip + at + end.len())
        };
        let word = |c: char| c.is_alphanumeric() || c == '_';
        let (piece, after) = rest.split_at(match first {
            '-' if rest.starts_with("--") => until("\n", 2),
            '/' if rest.starts_with("/*") => until("*/", 2),
            '\'' => until("'", 1),
            '"' => until("\"", 1),
            _ if word(first) => rest.find(|c| !word(c)).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        });
        rest = after;
        match piece.to_ascii_lowercase().as_str() {
            "bytea" => out.push_str("blob"),
            // Not `integer`, which as the only key column would number rows by itself.
            "bigint" => out.push_str("int"),
            ";" => {
                if begin == ["create", "table"] {
                    out.push_str(" strict");
                }
                begin.clear();
                out.push(';');
            }
            lower => {
                if word(first) && begin.len() < 2 {
                    begin.push(lower.to_owned());
                }
                out.push_str(piece);
            }
        }
    }
    if begin == ["create", "table"] {
        out.push_str(" strict");
    }
    out
}
