//! The end of a run: what it staged becomes the campaign's in one transaction; and what runs that came to nothing left.

use rules::plan::FindingKind;

use super::store::{Of, Stored, With, event};
use crate::db::{DbError, Tx};
use crate::params;

/// Moves what was staged into the campaign and closes the run. `compared` are the kinds that the lists allowed to look
/// for: what could not be looked for is not gone.
///
/// # Errors
/// Whatever the storage says.
pub(super) fn finish(
    tx: &mut Tx<'_>,
    with: With<'_>,
    of: Of<'_>,
    compared: &[FindingKind],
) -> Result<Stored, DbError> {
    let (With { county, now, .. }, Of { campaign, comparison }) = (with, of);
    let closing = Closing { with, of };
    let mut counts = closing.counts(tx)?;
    closing.again(tx)?;
    closing.gone(tx, compared, &mut counts)?;
    tx.execute(
        "update finding set campaign = $2, state = case when remembered_from is null then 'open' else 'decided' end
         where county = $1 and campaign = $3",
        &params![county, campaign, comparison],
    )?;
    tx.execute(
        "delete from comparison_seen where county = $1 and comparison = $2",
        &params![county, comparison],
    )?;
    let mut stored = Stored::default();
    for (kind, count) in FindingKind::ALL.iter().zip(&counts) {
        let Count { found, fresh, remembered, back, gone } = *count;
        stored.found += found;
        stored.remembered += remembered;
        stored.cleared += gone;
        tx.execute(
            "insert into comparison_count (county, comparison, kind, found, fresh, remembered, back, gone)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            &params![county, comparison, kind.code(), found, fresh, remembered, back, gone],
        )?;
    }
    tx.execute(
        "update comparison set state = 'done', done_at = $3, found = $4, remembered = $5, cleared = $6, stage = null
         where county = $1 and id = $2",
        &params![county, comparison, now.stamp(), stored.found, stored.remembered, stored.cleared],
    )?;
    Ok(stored)
}

/// Findings that are swept away in one transaction.
const SWEPT: i64 = 100;

/// Sweeps away a part of what runs of the campaign that came to nothing, or `own` at an earlier try, had staged; whether
/// there was any.
///
/// # Errors
/// Whatever the storage says.
pub(super) fn clean(tx: &mut Tx<'_>, county: &str, campaign: &str, own: &str) -> Result<bool, DbError> {
    let staged = tx.query(
        "select finding.id from finding
         join comparison run on run.county = finding.county and run.id = finding.campaign
         where finding.county = $1 and run.campaign = $2 and (run.state in ('failed', 'cancelled') or run.id = $3)
         order by finding.id limit $4",
        &params![county, campaign, own, SWEPT],
        |row| row.get::<String>(0),
    )?;
    for id in &staged {
        for table in ["finding_tie", "finding_side", "finding_event"] {
            let sql = format!("delete from {table} where county = $1 and finding = $2");
            tx.execute(&sql, &params![county, id])?;
        }
        tx.execute("delete from finding where county = $1 and id = $2", &params![county, id])?;
    }
    tx.execute(
        "delete from comparison_seen where county = $1 and comparison in
         (select id from comparison where county = $1 and campaign = $2
             and (state in ('failed', 'cancelled') or id = $3))",
        &params![county, campaign, own],
    )?;
    Ok(!staged.is_empty())
}

/// What came of a run, of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Count {
    found: i64,
    fresh: i64,
    remembered: i64,
    back: i64,
    gone: i64,
}

const KINDS: usize = FindingKind::ALL.len();

fn place(kind: &str) -> Option<usize> {
    FindingKind::ALL.iter().position(|one| one.code() == kind)
}

struct Closing<'a> {
    with: With<'a>,
    of: Of<'a>,
}

impl Closing<'_> {
    /// What the run found, kind by kind.
    fn counts(&self, tx: &mut Tx<'_>) -> Result<[Count; KINDS], DbError> {
        let mut counts = [Count::default(); KINDS];
        let mut add = |kind: &str, count: Count| {
            if let Some(sum) = place(kind).and_then(|at| counts.get_mut(at)) {
                sum.found += count.found;
                sum.fresh += count.fresh;
                sum.remembered += count.remembered;
                sum.back += count.back;
            }
        };
        let fresh = tx.query(
            "select kind, cast(count(*) as bigint), cast(count(remembered_from) as bigint)
             from finding where county = $1 and campaign = $2 group by kind order by kind",
            &params![self.with.county, self.of.comparison],
            |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?, row.get::<i64>(2)?)),
        )?;
        for (kind, fresh, remembered) in fresh {
            add(&kind, Count { found: fresh, fresh, remembered, ..Count::default() });
        }
        let again = tx.query(
            "select finding.kind, cast(count(*) as bigint),
                    cast(coalesce(sum(case when finding.state = 'gone' then 1 else 0 end), 0) as bigint)
             from comparison_seen seen
             join finding on finding.county = seen.county and finding.id = seen.finding
             where seen.county = $1 and seen.comparison = $2 group by finding.kind order by finding.kind",
            &params![self.with.county, self.of.comparison],
            |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?, row.get::<i64>(2)?)),
        )?;
        for (kind, found, back) in again {
            add(&kind, Count { found, back, ..Count::default() });
        }
        Ok(counts)
    }

    /// What was found again stays as it is; what was gone is open once more.
    fn again(&self, tx: &mut Tx<'_>) -> Result<(), DbError> {
        let back = tx.query(
            "select finding.id, finding.kind from comparison_seen seen
             join finding on finding.county = seen.county and finding.id = seen.finding
             where seen.county = $1 and seen.comparison = $2 and finding.state = 'gone' order by finding.id",
            &params![self.with.county, self.of.comparison],
            |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
        )?;
        for (id, kind) in back {
            tx.execute(
                "update finding set state = 'open', back_in = $3, version = version + 1 where county = $1 and id = $2",
                &params![self.with.county, &id, self.of.comparison],
            )?;
            event(tx, self.with, &id, "back", &kind)?;
        }
        tx.execute(
            "update finding set comparison = $2, score = seen.score, reason = seen.reason
             from comparison_seen seen
             where finding.county = $1 and seen.county = $1 and seen.comparison = $2 and seen.finding = finding.id",
            &params![self.with.county, self.of.comparison],
        )?;
        Ok(())
    }

    /// What an earlier run found and this one does not is settled by itself, unless somebody is at it.
    fn gone(
        &self,
        tx: &mut Tx<'_>,
        compared: &[FindingKind],
        counts: &mut [Count; KINDS],
    ) -> Result<(), DbError> {
        let left = tx.query(
            "select id, kind from finding
             where county = $1 and campaign = $2 and comparison <> $3 and state = 'open' order by id",
            &params![self.with.county, self.of.campaign, self.of.comparison],
            |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
        )?;
        for (id, kind) in left {
            if !FindingKind::from_code(&kind).is_some_and(|kind| compared.contains(&kind)) {
                continue;
            }
            tx.execute(
                "update finding set state = 'gone', gone_in = $3, version = version + 1 where county = $1 and id = $2",
                &params![self.with.county, &id, self.of.comparison],
            )?;
            event(tx, self.with, &id, "gone", &kind)?;
            if let Some(sum) = place(&kind).and_then(|at| counts.get_mut(at)) {
                sum.gone += 1;
            }
        }
        Ok(())
    }
}
