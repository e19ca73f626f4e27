//! 月度封存文件: a small file for each month that is kept outside the database, authenticated by a key that is not in it
//! either. Who can write the database can cut the chain's tail or chain everything anew; against this file it shows.

use jiff::civil::Date;
use rules::access::{Action, Subject};
use serde::{Deserialize, Serialize};

use super::chain::{signed, unsigned};
use crate::db::{DbError, Tx};
use crate::desk::Desk;
use crate::keys::Keys;
use crate::now::Now;
use crate::params;
use crate::refused::Refused;

/// Purpose of the authentication code.
const PURPOSE: &str = "audit month";
/// What the file says of itself first.
const FORMAT: &str = "baoxue-audit-seal-1";

/// What stands in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MonthFile {
    format: String,
    county: String,
    month: String,
    last_number: u64,
    head: String,
    count: u64,
    mac: String,
}

impl MonthFile {
    /// What [`month_file`] wrote.
    pub(super) fn parse(text: &str) -> Result<Self, Refused> {
        serde_json::from_str(text).map_err(|error| Refused::Fault(error.to_string()))
    }

    /// The month, `2026-11`.
    pub(super) fn month(&self) -> &str {
        &self.month
    }

    fn code(&self, keys: &Keys) -> [u8; 32] {
        keys.mac(PURPOSE, &self.bytes())
    }

    fn bytes(&self) -> Vec<u8> {
        let [last, count] = [self.last_number.to_string(), self.count.to_string()];
        super::framed([&self.format, &self.county, &self.month, &last, &self.head, &count])
    }
}

/// What came of holding a file against the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileVerdict {
    /// The record up to the file's last seal is the one that was sealed.
    Matches,
    /// The file is no month's seal of this county and these keys, or was changed.
    NotOurs,
    /// The record ends before the file's last seal.
    Cut,
    /// Another chain stands there.
    Rewritten,
    /// The month has another number of rows than it had.
    Counted,
}

impl FileVerdict {
    /// What a person is told.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Matches => "与封存文件一致",
            Self::NotOurs => "封存文件不是本县这套密钥封存的，或被改过",
            Self::Cut => "末尾的记录被删掉了",
            Self::Rewritten => "记录被整段改写过",
            Self::Counted => "这个月的记录条数和封存时不同",
        }
    }
}

/// The seal file of a month, as text; the same month may be sealed again when more has come.
///
/// # Errors
/// What the storage refused; `NotFound` when nothing was sealed up to that month.
pub fn month_file(tx: &mut Tx<'_>, keys: &Keys, county: &str, month: Date) -> Result<String, DbError> {
    let (first, after) = span(month);
    let (last_number, head) = tx
        .optional(
            "select audit_seal.number, audit_seal.hash from audit_seal
             join audit on audit.county = audit_seal.county and audit.id = audit_seal.audit
             where audit_seal.county = $1 and audit.at < $2 order by audit_seal.number desc limit 1",
            &params![county, &after],
            |row| Ok((unsigned(row.get(0)?), row.get::<String>(1)?)),
        )?
        .ok_or(DbError::NotFound)?;
    let count = count(tx, county, (&first, &after), last_number)?;
    let month = name(month);
    let mut file = MonthFile {
        format: FORMAT.to_owned(),
        county: county.to_owned(),
        month,
        last_number,
        head,
        count,
        mac: String::new(),
    };
    file.mac = super::hex(&file.code(keys));
    serde_json::to_string_pretty(&file).map_err(|error| DbError::Other(error.to_string()))
}

/// Holds a month's seal file against the record. Together with [`super::verify`] it shows that nothing up to the
/// file's last seal was changed.
///
/// # Errors
/// What the storage refused.
pub fn verify_file(tx: &mut Tx<'_>, keys: &Keys, county: &str, text: &str) -> Result<FileVerdict, DbError> {
    let (verdict, file) = verify_head(tx, keys, county, text)?;
    let (FileVerdict::Matches, Some((file, month))) = (verdict, file) else { return Ok(verdict) };
    let (first, after) = span(month);
    let now = count(tx, county, (&first, &after), file.last_number)?;
    Ok(if now == file.count { FileVerdict::Matches } else { FileVerdict::Counted })
}

/// The same without counting the month's rows, which a page need not wait for; the file's content if it is ours.
pub(super) fn verify_head(
    tx: &mut Tx<'_>,
    keys: &Keys,
    county: &str,
    text: &str,
) -> Result<(FileVerdict, Option<(MonthFile, Date)>), DbError> {
    let strange = Ok((FileVerdict::NotOurs, None));
    let Ok(file) = serde_json::from_str::<MonthFile>(text) else { return strange };
    let month = format!("{}-01", file.month).parse::<Date>();
    let code = super::unhex(&file.mac);
    let (Ok(month), Some(code)) = (month, code) else { return strange };
    if file.county != county || file.format != FORMAT || !keys.verify_mac(PURPOSE, &file.bytes(), &code) {
        return strange;
    }
    let there = tx.optional(
        "select hash from audit_seal where county = $1 and number = $2",
        &params![county, signed(file.last_number)],
        |row| row.get::<String>(0),
    )?;
    let verdict = match there {
        None => FileVerdict::Cut,
        Some(hash) if hash != file.head => FileVerdict::Rewritten,
        Some(_) => FileVerdict::Matches,
    };
    Ok((verdict, Some((file, month))))
}

/// Seals a month for good: the file's text, and a line of who sealed it.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Rule`] when the month has no row yet, [`Refused::Storage`].
pub fn seal_month(desk: &mut Desk<'_, '_>, month: Date) -> Result<String, Refused> {
    let grant = desk.require(Action::SealAudit, &Subject::Nothing, ("month", ""))?;
    let text = match month_file(desk.tx, desk.keys, desk.county(), month) {
        Ok(text) => text,
        Err(DbError::NotFound) => {
            return Err(Refused::rule("这个月还没有操作记录", "", "请换一个月份"));
        }
        Err(error) => return Err(error.into()),
    };
    let file = MonthFile::parse(&text)?;
    keep(desk.tx, desk.now, &file, &desk.actor().account)?;
    desk.record(Action::SealAudit, grant.post, ("month", &file.month), "", "")?;
    Ok(text)
}

/// Writes down that a month was sealed, and by whom.
pub(super) fn keep(tx: &mut Tx<'_>, now: &Now, file: &MonthFile, account: &str) -> Result<(), DbError> {
    tx.execute(
        "insert into audit_month (county, month, last_number, hash, mac, sealed_at, by_account)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (county, month) do update set last_number = excluded.last_number, hash = excluded.hash,
             mac = excluded.mac, sealed_at = excluded.sealed_at, by_account = excluded.by_account",
        &params![
            &file.county,
            &file.month,
            signed(file.last_number),
            &file.head,
            &file.mac,
            now.stamp(),
            account
        ],
    )?;
    Ok(())
}

/// `2026-11`.
pub(super) fn name(month: Date) -> String {
    month.strftime("%Y-%m").to_string()
}

/// First day of the month, and of the one after it.
fn span(month: Date) -> (String, String) {
    let first = month.first_of_month();
    let after = month.last_of_month().tomorrow().unwrap_or(first);
    (first.to_string(), after.to_string())
}

fn count(tx: &mut Tx<'_>, county: &str, days: (&str, &str), last: u64) -> Result<u64, DbError> {
    tx.one(
        "select cast(count(*) as bigint) from audit
         join audit_seal on audit_seal.county = audit.county and audit_seal.audit = audit.id
         where audit.county = $1 and audit.at >= $2 and audit.at < $3 and audit_seal.number <= $4",
        &params![county, days.0, days.1, signed(last)],
        |row| Ok(unsigned(row.get(0)?)),
    )
}
