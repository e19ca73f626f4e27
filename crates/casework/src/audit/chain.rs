//! 封存链: each row of the record gets a seal, SHA-256 over the seal before it and the row, numbered without a gap from
//! 1. It finds what was changed afterwards; it cannot prevent it, and it never repairs.
//!
//! Rows are sealed in the order of their ids. A row that was committed after a younger one (PostgreSQL has several
//! writers) or while the clock stood back is sealed as the next, if it is at most a day older than the youngest sealed
//! row; such rows are counted as late. An older one is never sealed: it was not there when its time was sealed, so
//! [`verify`] reports it as added.

use sha2::{Digest, Sha256};

use crate::db::{DbError, Row, Tx};
use crate::now::moment;
use crate::params;

/// How much older than the youngest sealed row a row may be and still be sealed, in milliseconds: a day.
const LATE: u64 = 24 * 60 * 60 * 1000;
/// The same for the pass of every second, which must not look at a whole day.
const SOON: u64 = 10 * 60 * 1000;
/// A row this much older than one sealed before it counts as late, in seconds.
const ORDERLY: i64 = 10 * 60;
/// Seals read by one statement when the chain is verified.
const PAGE: i64 = 20_000;
/// Faults that a verdict lists at most.
const LISTED: usize = 100;

/// Columns of a row in their canonical order.
const COLUMNS: &str = "audit.county, audit.id, audit.at, audit.account, audit.session, audit.post, audit.role, \
                       audit.action, audit.outcome, audit.subject_kind, audit.subject, audit.purpose, audit.detail";
/// How many they are.
const WIDTH: usize = 13;

/// What is wrong at one place of the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// The row or its seal was changed, or rows were exchanged.
    Changed,
    /// The seal is there, its row is gone.
    Missing,
    /// A seal is gone: the numbers have a gap.
    Gap,
    /// The row was put in after its time was sealed.
    Added,
}

impl Wrong {
    /// What a person is told.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Changed => "记录被改过，或次序被调换",
            Self::Missing => "记录被删掉了",
            Self::Gap => "封存号不连续，中间的记录被删掉了",
            Self::Added => "这一条是事后补进去的",
        }
    }
}

/// One fault of the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Number of the seal; 0 for a row without one.
    pub number: u64,
    /// Id of the row.
    pub audit: String,
    /// What is wrong.
    pub what: Wrong,
}

/// What came of verifying.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every row is as it was written.
    Intact {
        /// Sealed rows.
        rows: u64,
        /// The last seal, 64 hex digits; empty when there is none.
        head: String,
        /// Rows that wait for their seal.
        pending: u64,
        /// Rows over ten minutes older than one sealed before them: a clock that was set back, or a row written in.
        late: u64,
    },
    /// It is not.
    Broken {
        /// How many faults there are.
        count: u64,
        /// The first of them, a hundred at most, in the order of the seals.
        faults: Vec<Broken>,
    },
}

/// The last seal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HeadSeal {
    /// Its number; 0 when there is none.
    pub number: u64,
    /// Its hash, 64 hex digits; empty when there is none.
    pub hash: String,
}

/// Seals the oldest `limit` rows that have none. How many it sealed.
///
/// # Errors
/// What the storage refused; `Unique` when another process seals the same county at this moment.
pub fn seal_due(tx: &mut Tx<'_>, county: &str, limit: u32) -> Result<u64, DbError> {
    seal_since(tx, county, limit, LATE)
}

/// The pass of every second: rows at most ten minutes older than the youngest sealed one.
pub(super) fn seal_soon(tx: &mut Tx<'_>, county: &str, limit: u32) -> Result<u64, DbError> {
    seal_since(tx, county, limit, SOON)
}

/// Whether a row waits for its seal.
pub(super) fn is_due(tx: &mut Tx<'_>, county: &str, whole_day: bool) -> Result<bool, DbError> {
    let from = bound(tx, county, if whole_day { LATE } else { SOON })?;
    let sql = format!("select id from audit where {UNSEALED} and audit.id >= $2 limit 1");
    Ok(tx.optional(&sql, &params![county, from], |row| row.get::<String>(0))?.is_some())
}

const UNSEALED: &str = "audit.county = $1 and not exists (select 1 from audit_seal where \
                        audit_seal.county = audit.county and audit_seal.audit = audit.id)";

fn seal_since(tx: &mut Tx<'_>, county: &str, limit: u32, window: u64) -> Result<u64, DbError> {
    let from = bound(tx, county, window)?;
    let sql =
        format!("select {COLUMNS} from audit where {UNSEALED} and audit.id >= $2 order by audit.id limit $3");
    let rows = tx.query(&sql, &params![county, from, i64::from(limit)], |row| fields(row, 0))?;
    let mut head = head(tx, county)?;
    let mut sealed = 0;
    for row in &rows {
        head = HeadSeal { number: head.number + 1, hash: hash(&head.hash, head.number + 1, row) };
        tx.execute(
            "insert into audit_seal (county, number, audit, hash) values ($1, $2, $3, $4)",
            &params![county, signed(head.number), row.get(1).map_or("", String::as_str), &head.hash],
        )?;
        sealed += 1;
    }
    Ok(sealed)
}

/// The last seal of a county.
///
/// # Errors
/// What the storage refused.
pub fn head(tx: &mut Tx<'_>, county: &str) -> Result<HeadSeal, DbError> {
    let found = tx.optional(
        "select number, hash from audit_seal where county = $1 order by number desc limit 1",
        &params![county],
        |row| Ok(HeadSeal { number: unsigned(row.get(0)?), hash: row.get(1)? }),
    )?;
    Ok(found.unwrap_or_default())
}

/// Looks at every seal and every row of a county.
///
/// # Errors
/// What the storage refused; what is wrong with the record is no error but stands in the verdict.
pub fn verify(tx: &mut Tx<'_>, county: &str) -> Result<Verdict, DbError> {
    let mut walk = Walk::default();
    loop {
        let before = walk.number;
        let sql = format!(
            "select audit_seal.number, audit_seal.audit, audit_seal.hash, {COLUMNS} from audit_seal
             left join audit on audit.county = audit_seal.county and audit.id = audit_seal.audit
             where audit_seal.county = $1 and audit_seal.number > $2 order by audit_seal.number limit $3"
        );
        let mut read = 0_i64;
        tx.each(&sql, &params![county, before, PAGE], |row| {
            read += 1;
            walk.step(row)
        })?;
        if read < PAGE {
            break;
        }
    }
    // What is younger waits for the sealer; what is older was not there when its time was sealed.
    let from = bound(tx, county, LATE)?;
    let added = tx.query(
        &format!("select id from audit where {UNSEALED} and audit.id < $2 order by audit.id"),
        &params![county, &from],
        |row| row.get::<String>(0),
    )?;
    for audit in added {
        walk.fault(0, audit, Wrong::Added);
    }
    let pending = unsealed(tx, county)?;
    if walk.count > 0 {
        return Ok(Verdict::Broken { count: walk.count, faults: walk.faults });
    }
    Ok(Verdict::Intact { rows: unsigned(walk.number), head: walk.hash, pending, late: walk.late })
}

/// Rows that wait for their seal.
///
/// # Errors
/// What the storage refused.
pub fn unsealed(tx: &mut Tx<'_>, county: &str) -> Result<u64, DbError> {
    let from = bound(tx, county, LATE)?;
    let sql = format!("select cast(count(*) as bigint) from audit where {UNSEALED} and audit.id >= $2");
    tx.one(&sql, &params![county, from], |row| Ok(unsigned(row.get(0)?)))
}

/// Where verifying has come to.
#[derive(Default)]
struct Walk {
    number: i64,
    hash: String,
    /// The latest time so far, in seconds.
    latest: i64,
    late: u64,
    count: u64,
    faults: Vec<Broken>,
}

impl Walk {
    fn step(&mut self, row: &Row<'_>) -> Result<(), DbError> {
        let (number, audit, sealed): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        // Below 1 there is no seal of ours, so nothing can hide there.
        if number != self.number + 1 {
            self.fault(unsigned(number), audit.clone(), Wrong::Gap);
        }
        if row.get::<Option<String>>(4)?.is_none() {
            self.fault(unsigned(number), audit, Wrong::Missing);
        } else {
            let fields = fields(row, 3)?;
            if number == self.number + 1 && hash(&self.hash, unsigned(number), &fields) != sealed {
                self.fault(unsigned(number), audit, Wrong::Changed);
            }
            let at = fields.get(2).and_then(|at| moment(at)).map_or(0, |at| at.as_second());
            if at.saturating_add(ORDERLY) < self.latest {
                self.late += 1;
            }
            self.latest = self.latest.max(at);
        }
        // The next one is measured by the seal that stands here, so that each fault is told once and where it is.
        (self.number, self.hash) = (number, sealed);
        Ok(())
    }

    fn fault(&mut self, number: u64, audit: String, what: Wrong) {
        self.count += 1;
        if self.faults.len() < LISTED {
            self.faults.push(Broken { number, audit, what });
        }
    }
}

fn fields(row: &Row<'_>, from: usize) -> Result<Vec<String>, DbError> {
    (from..from + WIDTH).map(|index| row.get(index)).collect()
}

/// SHA-256 over the seal before, the number and the row, each field with its length before it, so that nothing can
/// move from one field to the next.
fn hash(before: &str, number: u64, row: &[String]) -> String {
    let mut digest = Sha256::new();
    let mut put = |bytes: &[u8]| {
        digest.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        digest.update(bytes);
    };
    put(b"baoxue audit 1");
    put(before.as_bytes());
    put(&number.to_be_bytes());
    row.iter().for_each(|field| put(field.as_bytes()));
    super::hex(&digest.finalize())
}

/// The smallest id of a time `window` milliseconds before the youngest sealed row.
fn bound(tx: &mut Tx<'_>, county: &str, window: u64) -> Result<String, DbError> {
    let youngest =
        tx.one("select max(audit) from audit_seal where county = $1", &params![county], |row| {
            row.get::<Option<String>>(0)
        })?;
    let millis = youngest.and_then(|id| {
        let (high, low) = (id.get(..8)?, id.get(9..13)?);
        u64::from_str_radix(&format!("{high}{low}"), 16).ok()
    });
    Ok(millis.map_or_else(String::new, |millis| {
        let from = millis.saturating_sub(window);
        format!("{:08x}-{:04x}-", from >> 16, from & 0xffff)
    }))
}

pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
