//! More children for the small county, and what happens to them: for tests that look at how work grows.

use super::{Making, SmallCounty};
use crate::db::{DbError, Tx};
use crate::keys::Keys;
use crate::ledger::enter::Entering;
use crate::now::Now;
use crate::params;
use crate::seed::Seeding;

/// More children, numbered from 12 on and below 100, each with a finding in `campaign`, at home and at school where the
/// child `own` is; by turns away for two days with a call that is due and a leave that waits, suspected, and reported. For
/// tests that look at how work grows.
///
/// # Errors
/// Whatever the storage says.
pub fn more_children(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    (code, mark, campaign): (&str, &str, &str),
    numbers: std::ops::Range<i8>,
) -> Result<(), DbError> {
    let making = Making { with: Seeding { county: code, now }, keys, mark, made: SmallCounty::default() };
    let (home, class) = (Some(("P", "P1", "P11")), Some(("SP", "SP-1", "P")));
    let mut missing = Vec::new();
    for sort in numbers.start.max(12)..numbers.end.min(100) {
        let child = making.child(tx, sort, home, class)?;
        making.finding(tx, campaign, &child)?;
        making.away(tx, sort, &child)?;
        missing.push(child);
    }
    making.called(tx, &missing)
}

impl Making<'_> {
    /// Lets a child be away, in one of three ways by its number.
    fn away(&self, tx: &mut Tx<'_>, sort: i8, child: &str) -> Result<(), DbError> {
        let (county, now) = (self.with.county, self.with.now);
        let (today, at) = (now.day(), now.stamp());
        let before = |days: i64| today.saturating_sub(jiff::Span::new().days(days));
        let by = self.id("account-at-SP-2");
        let suspected = sort % 3 != 0;
        tx.execute(
            "insert into clock (county, child, day, away, since_day, last, suspected_day, excused, told, unknown, open)
             values ($1, $2, $3, $4, $5, 'truant', $6, 0, 0, 0, 1)",
            &params![
                county,
                child,
                before(1),
                if suspected { 3 } else { 2 },
                before(4),
                suspected.then(|| before(1))
            ],
        )?;
        tx.execute(
            "insert into contact (county, id, child, day, way, outcome, answered, reason, whereabouts, next_day,
                                  by_account, unit, at)
             values ($1, $2, $3, $4, 'phone', 'no_answer', '', '', '', $4, $5, $6, $7)",
            &params![county, now.id(), child, today, &by, self.id("SP-1"), &at],
        )?;
        if !suspected {
            tx.execute(
                "insert into leave (county, id, child, kind, from_day, until_day, state, asked_by, asked_at, answer)
                 values ($1, $2, $3, 'personal', $4, $4, 'asked', $5, $6, '')",
                &params![county, now.id(), child, today, &by, &at],
            )?;
            return Ok(());
        }
        let row = now.id();
        tx.execute(
            "insert into suspected (county, id, child, source, source_id, since_day, made_at, made_by)
             values ($1, $2, $3, 'attendance', '', $4, $5, '')",
            &params![county, &row, child, before(1), &at],
        )?;
        if sort % 3 == 1 {
            return Ok(());
        }
        let report = now.id();
        let with = Entering { county, keys: self.keys, now, by: "", source: "hand" };
        tx.execute(
            "insert into report (county, id, school, year, number, child, suspected, whereabouts, cause, evidence_sealed,
                                 by_account, at)
             values ($1, $2, $3, 2026, $4, $5, $6, 'home', 'learning', $7, $8, $9)",
            &params![
                county,
                &report,
                self.id("SP"),
                i64::from(sort),
                child,
                &row,
                with.seal("report", "evidence", &report, "家访见到孩子"),
                &by,
                &at
            ],
        )?;
        for (unit, line) in [("bureau", "bureau"), ("P", "township")] {
            tx.execute(
                "insert into report_hop (county, report, unit, line, deadline, due_at)
                 values ($1, $2, $3, $4, 'school_to_township', $5)",
                &params![county, &report, self.id(unit), line, &at],
            )?;
        }
        Ok(())
    }

    /// Has today's register of their class called, with these missing.
    fn called(&self, tx: &mut Tx<'_>, missing: &[String]) -> Result<(), DbError> {
        let (county, now) = (self.with.county, self.with.now);
        let (sheet, many) = (now.id(), i64::try_from(missing.len()).unwrap_or_default());
        tx.execute(
            "insert into sheet (county, id, class, school, day, part, corrects, roll_at, late, size, missing, by_account, at)
             values ($1, $2, $3, $4, $5, 'whole', '', $6, 0, $7, $7, $8, $6)",
            &params![
                county,
                &sheet,
                self.id("SP-1"),
                self.id("SP"),
                now.day(),
                now.stamp(),
                many,
                self.id("account-at-SP-2")
            ],
        )?;
        for child in missing {
            tx.execute(
                "insert into mark (county, sheet, child, day, kind, reason) values ($1, $2, $3, $4, 'truant', '')",
                &params![county, &sheet, child, now.day()],
            )?;
        }
        Ok(())
    }
}
