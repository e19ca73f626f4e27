//! What can go wrong in a database, sorted by what a caller can do about it. It must never hold a parameter's
//! value: details that an engine adds ("Key (name)=(…)") stay outside.

use std::error::Error;
use std::fmt;

use ::postgres::error::SqlState;
use rusqlite::ffi;

/// Why a database call did not succeed. The text is for the log: operation and the engine's words, no values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DbError {
    /// A unique constraint or index of this name refused the row; the same name on both engines.
    Unique(String),
    /// A foreign key refused the row.
    Foreign(String),
    /// Too much at once: queue full, lock held, deadline passed, conflicts that did not end. Later it may succeed.
    Busy(String),
    /// The disk is full or cannot be written. Nothing was saved; reading still works.
    Full(String),
    /// The database cannot be reached, or was lost before it confirmed a commit.
    Unavailable(String),
    /// This `Db` was closed.
    Closed,
    /// `one` found no row.
    NotFound,
    /// The file is damaged, or is no database or backup of ours.
    Corrupt(String),
    /// Another process has the SQLite file open (I18).
    InUse(String),
    /// Anything else: a mistake in SQL or in the program, or a refused migration.
    Other(String),
}

impl fmt::Display for DbError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unique(name) => write!(f, "unique constraint {name}"),
            Self::Foreign(text) => write!(f, "foreign key: {text}"),
            Self::Busy(text) => write!(f, "busy: {text}"),
            Self::Full(text) => write!(f, "cannot write: {text}"),
            Self::Unavailable(text) => write!(f, "unavailable: {text}"),
            Self::Closed => write!(f, "the database was closed"),
            Self::NotFound => write!(f, "no such row"),
            Self::Corrupt(text) => write!(f, "damaged: {text}"),
            Self::InUse(text) | Self::Other(text) => f.write_str(text),
        }
    }
}

impl Error for DbError {}

/// An error together with what it did to the transaction.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) error: DbError,
    /// The transaction can only be rolled back.
    pub(super) engine: bool,
    /// The whole transaction may be tried again: a conflict, not a mistake.
    pub(super) again: bool,
    /// The connection is gone.
    pub(super) lost: bool,
}

impl From<DbError> for Fault {
    fn from(error: DbError) -> Self {
        Self { error, engine: false, again: false, lost: false }
    }
}

impl From<Fault> for DbError {
    fn from(fault: Fault) -> Self {
        fault.error
    }
}

/// The first words of a statement, for the log. Statements are program text and hold no values.
pub(super) fn operation(sql: &str) -> String {
    let mut words = String::new();
    for word in sql.split_whitespace() {
        if words.len() + word.len() > 80 {
            words.push('…');
            break;
        }
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    words
}

/// Sorts an error of SQLite. `connection` lets a unique constraint be called by name.
pub(super) fn sqlite(sql: &str, error: &rusqlite::Error, connection: Option<&rusqlite::Connection>) -> Fault {
    let words = match error {
        rusqlite::Error::SqliteFailure(_, Some(words)) => words.clone(),
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        rusqlite::Error::FromSqlConversionFailure(..) | rusqlite::Error::ToSqlConversionFailure(_) => {
            "a value of the wrong type".to_owned()
        }
        other => other.to_string(),
    };
    let text = format!("{}: {words}", operation(sql));
    let code = error.sqlite_extended_error_code().unwrap_or(0);
    let error = match code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            DbError::Unique(super::sqlite::constraint(&words, connection))
        }
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => DbError::Foreign(text),
        ffi::SQLITE_IOERR_FSYNC | ffi::SQLITE_IOERR_DIR_FSYNC => DbError::Unavailable(text),
        ffi::SQLITE_IOERR_READ | ffi::SQLITE_IOERR_SHORT_READ | ffi::SQLITE_IOERR_CORRUPTFS => {
            DbError::Corrupt(text)
        }
        _ => match code & 0xff {
            ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED | ffi::SQLITE_INTERRUPT => DbError::Busy(text),
            ffi::SQLITE_FULL | ffi::SQLITE_IOERR => DbError::Full(text),
            ffi::SQLITE_CORRUPT | ffi::SQLITE_NOTADB => DbError::Corrupt(text),
            ffi::SQLITE_CANTOPEN => DbError::Unavailable(text),
            _ => DbError::Other(text),
        },
    };
    Fault { error, engine: true, again: false, lost: false }
}

/// Sorts an error of PostgreSQL.
pub(super) fn postgres(sql: &str, error: &::postgres::Error) -> Fault {
    let operation = operation(sql);
    let Some(db) = error.as_db_error() else {
        let io = std::error::Error::source(error).is_some_and(|source| source.is::<std::io::Error>());
        let lost = error.is_closed() || io;
        // The text of an encoding error names types and positions only; see `Value::to_sql`.
        let text = format!("{operation}: {error}");
        let error = if lost { DbError::Unavailable(text) } else { DbError::Other(text) };
        return Fault { error, engine: true, again: false, lost };
    };
    let (code, constraint) = (db.code(), || db.constraint().unwrap_or_default().to_owned());
    // Messages of class 22 (data exceptions) may quote the value.
    let words = if code.code().starts_with("22") { "a value was refused" } else { db.message() };
    let text = format!("{operation}: {words} ({})", code.code());
    let stale = *code == SqlState::FEATURE_NOT_SUPPORTED && words.starts_with("cached plan");
    let again =
        stale || [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED].contains(code);
    let mut lost = code.code().starts_with("08");
    let error = match code.code() {
        "23505" => DbError::Unique(constraint()),
        "23503" => DbError::Foreign(format!("{operation}: {}", constraint())),
        "40001" | "40P01" | "57014" | "55P03" => DbError::Busy(text),
        "53100" => DbError::Full(text),
        "53300" | "57P01" | "57P02" | "57P03" | "57P05" | "25P03" => {
            lost = true;
            DbError::Unavailable(text)
        }
        "XX001" | "XX002" => DbError::Corrupt(text),
        _ if lost => DbError::Unavailable(text),
        _ => DbError::Other(text),
    };
    Fault { error, engine: true, again, lost }
}
