//! What a unit hands in with its answer: a certificate, a photograph, a letter. A page or a picture, bounded and known by its first bytes;
//! kept sealed under a name that says nothing, and seen by whoever may read the answer.

use rules::access::Action;

use super::answer::asked_of_us;
use super::list::request;
use crate::desk::Desk;
use crate::files::{self, Stored};
use crate::params;
use crate::refused::Refused;

/// Bytes of a file at most.
pub const MOST_BYTES: usize = 5 * 1024 * 1024;

/// Files of a request at most.
const MOST: i64 = 5;

/// A file that was handed in with an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerFile {
    /// Id.
    pub id: String,
    /// `附件1.pdf`.
    pub name: String,
    /// Its size in KB, rounded up.
    pub kilobytes: i64,
    /// Who handed it in.
    pub by: String,
    /// When.
    pub at: String,
}

/// What a file is by its first bytes, whatever its name says.
fn kind(first: &[u8]) -> Option<&'static str> {
    match first {
        [b'%', b'P', b'D', b'F', b'-', ..] => Some("pdf"),
        [0xff, 0xd8, 0xff, ..] => Some("jpg"),
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some("png"),
        _ => None,
    }
}

/// Hands in a file with the answer that one's unit is going to give; its id. Sent twice it is one.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`] for what is no page and no picture or too large, [`Refused::Rule`] for too many,
/// [`Refused::Changed`] when the request has ended.
pub fn attach(
    desk: &mut Desk<'_, '_>,
    id: &str,
    (stored, first): (&Stored, &[u8]),
) -> Result<String, Refused> {
    let (_, post) = asked_of_us(desk, id)?;
    let Some(kind) = kind(first) else {
        return Err(Refused::field("file", "请选择PDF、JPG或者PNG文件；别的文件请先另存成PDF"));
    };
    if stored.size > i64::try_from(MOST_BYTES).unwrap_or(i64::MAX) {
        return Err(Refused::field("file", "文件超过5MB，请压缩后再附"));
    }
    let county = desk.county();
    let (many, same) = desk.tx.one(
        "select cast(count(*) as bigint), max(case when hash = $3 then id end)
         from request_file where county = $1 and request = $2",
        &params![county, id, &stored.hash],
        |row| Ok((row.get::<i64>(0)?, row.get::<Option<String>>(1)?)),
    )?;
    if let Some(same) = same {
        return Ok(same);
    }
    if many >= MOST {
        return Err(Refused::rule(format!("一件协助请求最多附{MOST}个文件"), "四", "请把几页并成一个PDF"));
    }
    let name = format!("附件{}.{kind}", many + 1);
    files::keep(desk, &Stored { name, ..stored.clone() })?;
    desk.tx.execute(
        "insert into request_file (county, id, request, number, kind, hash, bytes, by_account, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &params![
            county,
            &stored.id,
            id,
            many + 1,
            kind,
            &stored.hash,
            stored.size,
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    desk.record(Action::AnswerRequest, Some(post), ("request", id), "", "附文件")?;
    Ok(stored.id.clone())
}

/// The files of a request, in their order; who may see them is decided by whoever asks.
pub(super) fn of(desk: &mut Desk<'_, '_>, id: &str) -> Result<Vec<AnswerFile>, Refused> {
    Ok(desk.tx.query(
        "select f.id, f.number, f.kind, f.bytes, coalesce(a.name, ''), f.at
         from request_file f left join account a on a.county = f.county and a.id = f.by_account
         where f.county = $1 and f.request = $2 order by f.number",
        &params![desk.county(), id],
        |row| {
            Ok(AnswerFile {
                id: row.get(0)?,
                name: format!("附件{}.{}", row.get::<i64>(1)?, row.get::<String>(2)?),
                kilobytes: (row.get::<i64>(3)? + 1023) / 1024,
                by: row.get(4)?,
                at: row.get(5)?,
            })
        },
    )?)
}

/// A file that may go out: whoever reads the answer may have it. Its name. Reading the request is on the record.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn file_of(desk: &mut Desk<'_, '_>, id: &str, file: &str) -> Result<String, Refused> {
    let found = request(desk, id)?.files.into_iter().find(|one| one.id == file);
    found.map(|one| one.name).ok_or_else(|| Refused::denied(Action::ReadRequests, "request_file", file))
}

#[cfg(test)]
mod tests {
    use super::kind;

    /// E01: what a file is called does not matter.
    #[test]
    fn known_by_its_first_bytes() {
        let check = |first: &[u8], expected| assert_eq!(kind(first), expected, "{first:?}");
        check(b"%PDF-1.7", Some("pdf"));
        check(&[0xff, 0xd8, 0xff, 0xe0], Some("jpg"));
        check(b"\x89PNG\r\n\x1a\n", Some("png"));
        check(b"PK\x03\x04", None);
        check(b"<html>", None);
        check(b"%PDF", None);
        check(b"MZ", None);
        check(b"", None);
    }
}
