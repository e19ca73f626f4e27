//! 运行状况: what an operator must know of a running installation: the record's seal, jobs, sessions, whether the keys
//! fit. Figures only; it shows nobody and repairs nothing.

use rules::access::{Action, Subject};

use crate::audit::{self, HeadSeal, MarkVerdict, Vault};
use crate::db::{DbError, Tx};
use crate::desk::Desk;
use crate::keys::{Keys, Place};
use crate::now::Now;
use crate::params;
use crate::refused::Refused;

/// Whether the key file belongs to the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFit {
    /// A sealed field of the database opens.
    Fits,
    /// It does not: another installation's key file, or a damaged field.
    Strange,
    /// There is no sealed field yet.
    Untried,
}

/// The figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vitals {
    /// The last seal of the record.
    pub seal: HeadSeal,
    /// How the record stands to its watermark.
    pub mark: MarkVerdict,
    /// When the last sealed row was written; empty when there is none.
    pub sealed_to: String,
    /// Rows of the last day that wait for their seal.
    pub unsealed: u64,
    /// Jobs that wait.
    pub jobs_waiting: u64,
    /// Jobs that run.
    pub jobs_running: u64,
    /// Jobs that failed or were parked after too many tries, and schedules whose last run failed.
    pub jobs_failed: u64,
    /// Sessions that are open.
    pub sessions: u64,
    /// Migrations that were applied: the schema's version.
    pub schema: u64,
    /// Whether the keys fit.
    pub keys: KeyFit,
}

/// Reads the figures of a county.
///
/// # Errors
/// What the storage refused.
pub fn vitals(
    tx: &mut Tx<'_>,
    keys: &Keys,
    vault: &Vault,
    county: &str,
    now: &Now,
) -> Result<Vitals, DbError> {
    let seal = audit::head(tx, county)?;
    let sealed_to = tx.optional(
        "select audit.at from audit_seal
         join audit on audit.county = audit_seal.county and audit.id = audit_seal.audit
         where audit_seal.county = $1 order by audit_seal.number desc limit 1",
        &params![county],
        |row| row.get::<String>(0),
    )?;
    let [mut jobs_waiting, mut jobs_running, mut jobs_failed] = [0; 3];
    tx.each(
        "select state, cast(count(*) as bigint) from job
         where county = $1 and (state in ('waiting', 'running', 'failed', 'parked')
                                or state = 'scheduled' and attempts > 0) group by state",
        &params![county],
        |row| {
            let (state, count): (String, i64) = (row.get(0)?, row.get(1)?);
            let count = u64::try_from(count).unwrap_or(0);
            match state.as_str() {
                "waiting" => jobs_waiting += count,
                "running" => jobs_running += count,
                _ => jobs_failed += count,
            }
            Ok(())
        },
    )?;
    let count = |row: &crate::db::Row<'_>| Ok(u64::try_from(row.get::<i64>(0)?).unwrap_or(0));
    let sessions = tx.one(
        "select cast(count(*) as bigint) from session
         where county = $1 and ended_at is null and ends_at > $2 and stage = 'full'",
        &params![county, now.stamp()],
        count,
    )?;
    let schema = tx.one("select cast(count(*) as bigint) from schema_version", &[], count)?;
    Ok(Vitals {
        seal,
        mark: audit::verify_mark(tx, keys, county, audit::mark(vault)?.as_deref())?,
        sealed_to: sealed_to.unwrap_or_default(),
        unsealed: audit::unsealed(tx, county)?,
        jobs_waiting,
        jobs_running,
        jobs_failed,
        sessions,
        schema,
        keys: fit(tx, keys, county)?,
    })
}

/// The figures for the page.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn read(desk: &mut Desk<'_, '_>, vault: &Vault) -> Result<Vitals, Refused> {
    desk.require(Action::ReadHealth, &Subject::Nothing, ("health", ""))?;
    Ok(vitals(desk.tx, desk.keys, vault, desk.county(), desk.now)?)
}

/// Tries the keys on the youngest sealed number, whose text is dropped at once.
fn fit(tx: &mut Tx<'_>, keys: &Keys, county: &str) -> Result<KeyFit, DbError> {
    let found = tx.optional(
        "select id, id_sealed from child where county = $1 and id_sealed is not null order by id desc limit 1",
        &params![county],
        |row| Ok((row.get::<String>(0)?, row.get::<Vec<u8>>(1)?)),
    )?;
    Ok(found.map_or(KeyFit::Untried, |(row, sealed)| {
        let place = Place { county, table: "child", column: "id_number", row: &row };
        if keys.open(place, &sealed).is_ok() { KeyFit::Fits } else { KeyFit::Strange }
    }))
}
