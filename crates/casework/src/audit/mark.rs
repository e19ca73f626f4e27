//! 水位: how far the record was sealed, rewritten by the sealer within a second and kept outside the database. Who can
//! write the tables can cut the chain's tail and leave an intact chain; against the watermark it shows (hazard K01). It
//! only ever rises: it goes back by an act that stands on the record, after an older backup was restored.

use rules::access::{Action, Subject};
use serde::{Deserialize, Serialize};

use super::chain::{self, HeadSeal};
use super::vault::Vault;
use crate::db::{Db, DbError, Tx};
use crate::desk::Desk;
use crate::keys::Keys;
use crate::now::Now;
use crate::params;
use crate::refused::Refused;

/// Purpose of the authentication code.
const PURPOSE: &str = "audit watermark";
/// What the file says of itself first.
const FORMAT: &str = "baoxue-audit-watermark-1";
/// Fewest characters of a reason.
const REASON: usize = 4;

/// What stands in the file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MarkFile {
    format: String,
    county: String,
    number: u64,
    head: String,
    /// When it was written: a signed time beside the chain (hazard G08).
    at: String,
    mac: String,
}

impl MarkFile {
    fn of(keys: &Keys, county: &str, head: HeadSeal, now: &Now) -> Self {
        let mut file = Self {
            format: FORMAT.to_owned(),
            county: county.to_owned(),
            number: head.number,
            head: head.hash,
            at: now.stamp(),
            mac: String::new(),
        };
        file.mac = super::hex(&keys.mac(PURPOSE, &file.bytes()));
        file
    }

    /// The file's content, if it is ours.
    fn read(keys: &Keys, county: &str, text: &str) -> Option<Self> {
        let file: Self = serde_json::from_str(text).ok()?;
        let code = super::unhex(&file.mac)?;
        let ours =
            file.format == FORMAT && file.county == county && keys.verify_mac(PURPOSE, &file.bytes(), &code);
        ours.then_some(file)
    }

    fn bytes(&self) -> Vec<u8> {
        super::framed([&self.format, &self.county, &self.number.to_string(), &self.head, &self.at])
    }

    fn text(&self) -> Result<String, DbError> {
        serde_json::to_string_pretty(self).map_err(|error| DbError::Other(error.to_string()))
    }
}

/// How the record stands to its watermark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkVerdict {
    /// Nothing was sealed yet, and there is no watermark.
    Unmarked,
    /// The record reaches the watermark.
    Holds {
        /// Seal up to which it is sure.
        number: u64,
    },
    /// There are seals and no watermark.
    Lost,
    /// The file was changed, or belongs to another county or other keys.
    NotOurs,
    /// The record ends before the watermark.
    Cut {
        /// Seal of the watermark.
        number: u64,
        /// Last seal that is there.
        there: u64,
    },
    /// Another seal stands where the watermark was taken.
    Rewritten {
        /// Seal of the watermark.
        number: u64,
    },
}

impl MarkVerdict {
    /// Whether the tail is as it was sealed.
    #[must_use]
    pub const fn is_sound(self) -> bool {
        matches!(self, Self::Unmarked | Self::Holds { .. })
    }

    /// What a person is told.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Unmarked => "还没有封存过".to_owned(),
            Self::Holds { number } => format!("末尾与水位相符（第 {number} 条）"),
            Self::Lost => "水位文件不在了，末尾有没有被删无从核对".to_owned(),
            Self::NotOurs => "水位文件被改过，或不是本县这套密钥写的".to_owned(),
            Self::Cut { number, there } => format!(
                "水位记着封存到第 {number} 条，数据库里只到第 {there} 条，末尾少了 {} 条：恢复了较早的备份，或记录被删",
                number - there
            ),
            Self::Rewritten { number } => {
                format!("第 {number} 条的封存码和水位记的不同：恢复较早的备份后又有了新记录，或记录被改写")
            }
        }
    }
}

/// Holds the text of the watermark against the record.
///
/// # Errors
/// What the storage refused.
pub fn verify_mark(
    tx: &mut Tx<'_>,
    keys: &Keys,
    county: &str,
    mark: Option<&str>,
) -> Result<MarkVerdict, DbError> {
    let Some(text) = mark else {
        let nothing = chain::head(tx, county)?.number == 0;
        return Ok(if nothing { MarkVerdict::Unmarked } else { MarkVerdict::Lost });
    };
    let Some(file) = MarkFile::read(keys, county, text) else { return Ok(MarkVerdict::NotOurs) };
    let number = file.number;
    if number == 0 {
        return Ok(MarkVerdict::Holds { number });
    }
    let there = tx.optional(
        "select hash from audit_seal where county = $1 and number = $2",
        &params![county, chain::signed(number)],
        |row| row.get::<String>(0),
    )?;
    Ok(match there {
        Some(hash) if hash == file.head => MarkVerdict::Holds { number },
        Some(_) => MarkVerdict::Rewritten { number },
        None => {
            let there = chain::head(tx, county)?.number;
            // A gap at this very place is a seal that somebody took out.
            if there < number {
                MarkVerdict::Cut { number, there }
            } else {
                MarkVerdict::Rewritten { number }
            }
        }
    })
}

/// Before anything was sealed the watermark is nought: from then on a missing file is missed.
pub(super) fn begin(db: &Db, keys: &Keys, vault: &Vault, county: &str, now: &Now) -> Result<(), DbError> {
    if mark(vault)?.is_none() && db.read(|tx| chain::head(tx, county))?.number == 0 {
        put(vault, &MarkFile::of(keys, county, HeadSeal::default(), now))?;
    }
    Ok(())
}

/// Raises the watermark to the last seal, unless the record does not hold to it: then it stays where it is.
pub(super) fn raise(
    db: &Db,
    keys: &Keys,
    vault: &Vault,
    county: &str,
    now: &Now,
) -> Result<MarkVerdict, DbError> {
    let text = mark(vault)?;
    let (verdict, head) = db.read(|tx| {
        Ok::<_, DbError>((verify_mark(tx, keys, county, text.as_deref())?, chain::head(tx, county)?))
    })?;
    if let MarkVerdict::Holds { number } = verdict
        && head.number > number
    {
        put(vault, &MarkFile::of(keys, county, head, now))?;
    }
    Ok(verdict)
}

/// A watermark that was accepted; it counts once [`Accepted::put`] has put it into its place.
#[derive(Debug)]
#[must_use]
pub struct Accepted {
    file: MarkFile,
    at: String,
}

impl Accepted {
    /// Puts the old watermark aside and this one in its place. Called after the act was committed: whoever dies in
    /// between leaves the alarm, not the silence.
    ///
    /// # Errors
    /// [`Refused::Fault`] when the file cannot be written.
    pub fn put(self, vault: &Vault) -> Result<(), Refused> {
        vault.put_aside(&self.at).map_err(|error| Refused::from(unwritable(&error)))?;
        Ok(put(vault, &self.file)?)
    }
}

/// Accepts that the record does not reach its watermark, because an older backup was restored or the file was lost: by
/// the auditor, with a reason, on the record with both numbers.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Invalid`] without a reason, [`Refused::Rule`] when nothing is
/// wrong, [`Refused::Storage`].
pub fn accept_mark(desk: &mut Desk<'_, '_>, vault: &Vault, reason: &str) -> Result<Accepted, Refused> {
    let grant = desk.require(Action::SealAudit, &Subject::Nothing, ("watermark", ""))?;
    let reason = reason.trim();
    if reason.chars().count() < REASON {
        return Err(Refused::field("reason", "请写明原因：何时、由谁、恢复了哪一份备份"));
    }
    let (keys, county) = (desk.keys, desk.county());
    let verdict = verify_mark(desk.tx, keys, county, mark(vault)?.as_deref())?;
    if verdict.is_sound() {
        return Err(Refused::rule("操作记录和水位相符，不需要重定", "", "请刷新页面再看"));
    }
    let head = chain::head(desk.tx, county)?;
    let detail = format!("重定水位到第 {} 条。{}", head.number, verdict.words());
    let reason: String = reason.chars().take(200).collect();
    desk.record(Action::SealAudit, grant.post, ("watermark", &head.number.to_string()), &reason, &detail)?;
    Ok(Accepted { file: MarkFile::of(keys, county, head, desk.now), at: desk.now.stamp() })
}

/// The watermark's text.
///
/// # Errors
/// [`DbError::Other`] when the file is there and cannot be read.
pub fn mark(vault: &Vault) -> Result<Option<String>, DbError> {
    vault.mark().map_err(|error| DbError::Other(format!("read the watermark: {error}")))
}

fn put(vault: &Vault, file: &MarkFile) -> Result<(), DbError> {
    vault.put_mark(&file.text()?).map_err(|error| unwritable(&error))
}

fn unwritable(error: &std::io::Error) -> DbError {
    DbError::Other(format!("write the watermark: {error}"))
}
