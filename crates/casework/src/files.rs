//! Files that people handed in or the program made, kept sealed in parts. A file's name is a label and never a path
//! (hazard E06). Nothing here knows what is in them or who may have them: the use case that asks does.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::Arc;

use jiff::SignedDuration;
use sha2::{Digest as _, Sha256};

use crate::db::{DbError, Tx};
use crate::desk::Desk;
use crate::jobs::{Means, Schedule};
use crate::keys::Place;
use crate::params;
use crate::refused::Refused;

/// Bytes of a part.
const PART: usize = 256 * 1024;
/// Parts written in one transaction, so that nobody waits long for the writer.
const AT_ONCE: usize = 4;

/// A file whose parts are stored, and that belongs to nothing yet: [`keep`] makes it one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its id.
    pub id: String,
    /// SHA-256 of its content, 64 hex digits.
    pub hash: String,
    /// Its name for people.
    pub name: String,
    /// Its length in bytes.
    pub size: i64,
    /// In how many parts it lies.
    pub parts: i64,
}

/// Stores the content of the file at `path` in short transactions. Until [`keep`] nothing refers to it, and after a day
/// it is swept away.
///
/// # Errors
/// [`Refused::Fault`] when it cannot be read; [`Refused::Storage`].
pub fn store(means: &dyn Means, path: &Path, name: &str) -> Result<Stored, Refused> {
    let (id, county) = (means.now().id(), means.plan().county().code.clone());
    let mut file = File::open(path).map_err(|error| unreadable(&error))?;
    let (mut hash, mut size, mut parts) = (Sha256::new(), 0_i64, 0_i64);
    loop {
        let mut sealed = Vec::with_capacity(AT_ONCE);
        while sealed.len() < AT_ONCE {
            let mut part = Vec::with_capacity(PART);
            let limit = u64::try_from(PART).unwrap_or(u64::MAX);
            if (&mut file).take(limit).read_to_end(&mut part).map_err(|error| unreadable(&error))? == 0 {
                break;
            }
            hash.update(&part);
            size += i64::try_from(part.len()).unwrap_or(i64::MAX);
            let row = row(&id, parts);
            let place = Place { county: &county, table: "file_part", column: "body", row: &row };
            sealed.push((parts, means.keys().seal_bytes(place, &part, means.now().random())));
            parts += 1;
        }
        if sealed.is_empty() {
            break;
        }
        let (county, id) = (county.clone(), id.clone());
        means.db().write(move |tx| -> Result<(), DbError> {
            for (part, body) in &sealed {
                tx.execute(
                    "insert into file_part (county, file, part, body_sealed) values ($1, $2, $3, $4)",
                    &params![&county, &id, *part, body],
                )?;
            }
            Ok(())
        })?;
    }
    let hash = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Stored { id, hash, name: label(name), size, parts })
}

/// Makes a stored file one that stays, in the transaction of what it belongs to.
///
/// # Errors
/// [`Refused::Storage`].
pub fn keep(desk: &mut Desk<'_, '_>, stored: &Stored) -> Result<(), Refused> {
    desk.tx.execute(
        "insert into file (county, id, hash, name, size, parts, made_at, made_by) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &params![
            desk.county(),
            &stored.id,
            &stored.hash,
            &stored.name,
            stored.size,
            stored.parts,
            desk.now.stamp(),
            &desk.actor().account
        ],
    )?;
    Ok(())
}

/// Removes what [`store`] stored, where nothing came to refer to it.
///
/// # Errors
/// [`DbError`].
pub fn discard(tx: &mut Tx<'_>, county: &str, id: &str) -> Result<(), DbError> {
    tx.execute("delete from file where county = $1 and id = $2", &params![county, id])?;
    tx.execute("delete from file_part where county = $1 and file = $2", &params![county, id])?;
    Ok(())
}

/// Writes a file's content into `to`, which is emptied first, and compares its hash. The caller has decided that the
/// actor may have it.
///
/// # Errors
/// [`Refused::Fault`] when a part is missing, was changed, or `to` cannot be written; [`Refused::Storage`].
pub fn open_into(means: &dyn Means, id: &str, to: &mut File) -> Result<(), Refused> {
    let county = &means.plan().county().code;
    let (hash, parts) = means.db().read(|tx| {
        tx.one("select hash, parts from file where county = $1 and id = $2", &params![county, id], |row| {
            Ok((row.get::<String>(0)?, row.get::<i64>(1)?))
        })
    })?;
    to.set_len(0).and_then(|()| to.seek(SeekFrom::Start(0))).map_err(|error| unwritable(&error))?;
    let mut sum = Sha256::new();
    for part in 0..parts {
        let sealed = means.db().read(|tx| {
            tx.one(
                "select body_sealed from file_part where county = $1 and file = $2 and part = $3",
                &params![county, id, part],
                |row| row.get::<Vec<u8>>(0),
            )
        })?;
        let row = row(id, part);
        let place = Place { county, table: "file_part", column: "body", row: &row };
        let plain = means.keys().open_bytes(place, &sealed)?;
        sum.update(&plain);
        to.write_all(&plain).map_err(|error| unwritable(&error))?;
    }
    let sum: String = sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    if sum != hash {
        return Err(Refused::Fault(format!("file {id} is not what was stored")));
    }
    to.flush().and_then(|()| to.seek(SeekFrom::Start(0)).map(drop)).map_err(|error| unwritable(&error))
}

/// Sweeps away parts of uploads that came to nothing, a day after they began.
#[must_use]
pub fn sweep() -> Schedule {
    Schedule::new(
        "sweep_files",
        "清理没有用上的上传文件",
        SignedDuration::from_hours(24),
        |means: &Arc<dyn Means>| {
            let now = means.now();
            let day = SignedDuration::from_hours(24);
            let before = now.timestamp().checked_sub(day).map_or(now.timestamp(), |at| at);
            // Ids begin with their moment: what is smaller is older.
            let (county, oldest) = (means.plan().county().code.clone(), now.at_moment(before).id());
            let swept = means.db().write(move |tx| {
                tx.execute(
                    "delete from file_part where county = $1 and file < $2 and not exists
                     (select 1 from file where file.county = file_part.county and file.id = file_part.file)",
                    &params![&county, &oldest],
                )
            })?;
            Ok::<_, Refused>(if swept == 0 {
                "没有要清理的".to_owned()
            } else {
                format!("清理了{swept}个部分")
            })
        },
    )
}

fn row(id: &str, part: i64) -> String {
    format!("{id}/{part}")
}

/// A name as it may be shown: the last part of a path, without signs that hide or turn text, not too long.
#[must_use]
pub fn label(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept = last.chars().filter(|sign| {
        !sign.is_control()
            && !matches!(sign, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    });
    let kept: String = kept.take(100).collect();
    if kept.trim().is_empty() { "未命名".to_owned() } else { kept }
}

fn unreadable(error: &std::io::Error) -> Refused {
    Refused::Fault(format!("read an uploaded file: {}", error.kind()))
}

fn unwritable(error: &std::io::Error) -> Refused {
    Refused::Fault(format!("write a temporary file: {}", error.kind()))
}
